"""kill -9 of Redis in the middle of conversations: everyone is answered, and is remembered again.

Users talk over HTTP to a real ``suiwen serve`` whose sessions are in a redis-server of our own
that writes each command to the disk.  Each asks one follow-up after another, without a pause.  In a
round Redis is killed with all of its process group (or stopped with SIGSTOP: its connections stay
open and nobody answers), stays away while everyone asks on, and is started again until everyone is
remembered.

A round proves that Redis was gone: its port refuses, and no follow-up begun while it was away and
ended before its return was answered from memory.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from assistant.settings import Settings
from eval import canaries
from eval.bench import servers
from eval.canaries import Asked, Canary
from eval.redis_servers import RedisServer, redis_server

BEFORE = 5
"""Follow-ups that everyone is answered before Redis goes."""

AFTER = 5
"""Follow-ups that everyone asks while it is away; then, that they are answered from memory."""

_PATIENCE = 30.0
_SECOND = 1000.0


class ChaosError(Exception):
    """The round proves nothing; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one loss of Redis did.

    ``away``: questions begun and ended while it was away; ``in_flight``: those under way when it
    went.  ``failed``: not answered with 200.  ``crossed``: about another conversation's item.
    ``forgotten``: not answered from memory before Redis went.  ``late``: more than a second later
    than the slowest question while it was there.  ``back_ms``: from its return (it answers) to the
    end of the last question that was not answered from memory.
    """

    questions: int
    away: int
    in_flight: int
    failed: int
    crossed: int
    forgotten: int
    late: int
    slowest_there_ms: float
    slowest_away_ms: float
    back_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaosReport:
    """All rounds summed up; ``freezes`` of them were no kills."""

    rounds: int
    freezes: int
    users: int
    workers: int
    questions: int
    away: int
    in_flight: int
    failed: int
    crossed: int
    forgotten: int
    late: int
    slowest_there_ms: float
    slowest_away_ms: float
    slowest_back_ms: float

    @property
    def sound(self) -> bool:
        return not (self.failed or self.crossed or self.forgotten or self.late)


@dataclass(slots=True)
class _User:
    """A conversation that goes on until it is told to stop."""

    port: int
    canary: Canary
    session: str | None = None
    asked: list[Asked] = field(default_factory=list)

    async def begin(self) -> None:
        """Ask the first question, and be remembered.  Raises ``ChaosError``."""
        async with canaries.client(self.port) as client:
            one = await canaries.ask(client, self.canary.opening, None, self.canary)
        if one.verdict != "own":
            raise ChaosError(f"开头的问题没有答对：{self.canary.code}，状态 {one.status}")
        self.session = one.session

    async def follow_up(self, ended: asyncio.Event) -> None:
        """Ask on and on."""
        texts = self.canary.follow_ups
        async with canaries.client(self.port) as client:
            while not ended.is_set():
                text = texts[len(self.asked) % len(texts)]
                self.asked.append(await canaries.ask(client, text, self.session, self.canary))

    def since(self, moment: float) -> list[Asked]:
        """What was begun after the moment."""
        return [one for one in self.asked if one.began > moment]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moments:
    """When the kill began and was done, when Redis's return began, and when it answered again."""

    going: float
    gone: float
    returning: float
    answering: float


def run(
    settings: Settings,
    *,
    rounds: int,
    users: int,
    workers: int = 1,
    freezes: int = 0,
    advance: Callable[[], None],
) -> ChaosReport:
    """So many kills, then so many freezes.  Raises ``ChaosError`` if one proves nothing, and
    ``RedisMissing``."""
    found = canaries.choose(settings, users)
    if len(found) < users:
        raise ChaosError(f"这个版本里只有 {len(found)} 个事项可以追问，不够 {users} 人用")
    done: list[Round] = []
    with (
        redis_server(append="always") as redis,
        servers.suiwen(
            settings.home,
            found[0].opening,
            workers=workers,
            environment={"SUIWEN_ENCODER": settings.encoder, **redis.settings()},
        ) as server,
    ):
        for number in range(rounds + freezes):
            talking = [_User(server.port, canary) for canary in found]
            done.append(asyncio.run(_round(talking, redis, freeze=number >= rounds)))
            advance()
    return summed(done, freezes=freezes, users=users, workers=workers)


def summed(done: Sequence[Round], *, freezes: int, users: int, workers: int) -> ChaosReport:
    """The report of the rounds."""

    def total(name: str) -> int:
        return sum(getattr(one, name) for one in done)

    def most(name: str) -> float:
        return max((getattr(one, name) for one in done), default=0.0)

    return ChaosReport(
        rounds=len(done),
        freezes=freezes,
        users=users,
        workers=workers,
        questions=total("questions"),
        away=total("away"),
        in_flight=total("in_flight"),
        failed=total("failed"),
        crossed=total("crossed"),
        forgotten=total("forgotten"),
        late=total("late"),
        slowest_there_ms=most("slowest_there_ms"),
        slowest_away_ms=most("slowest_away_ms"),
        slowest_back_ms=most("back_ms"),
    )


def plain(report: ChaosReport) -> dict[str, Any]:
    """The report as JSON values."""
    return {**asdict(report), "sound": report.sound}


def judged(asked: Sequence[Asked], moments: _Moments) -> Round:
    """What the questions of a round show.  Raises ``ChaosError`` if Redis was not gone."""
    away = [one for one in asked if one.began > moments.gone and one.ended < moments.returning]
    if not away or any(one.verdict == "own" for one in away):
        raise ChaosError("Redis 停掉以后仍有追问按记忆作答：它没有真的停掉")
    there = [one for one in asked if one.ended < moments.going]
    after = [one for one in asked if one.ended >= moments.going]
    usual = max(one.ms for one in there)
    without = [one.ended for one in after if one.verdict != "own"]
    return Round(
        questions=len(asked),
        away=len(away),
        in_flight=sum(one.began < moments.going for one in after),
        failed=sum(one.status != 200 for one in asked),
        crossed=sum(one.verdict == "crossed" for one in asked),
        forgotten=sum(one.status == 200 and one.verdict == "none" for one in there),
        late=sum(one.ms > usual + _SECOND for one in after),
        slowest_there_ms=round(usual, 1),
        slowest_away_ms=round(max(one.ms for one in after), 1),
        back_ms=round(max(0.0, max(without) - moments.answering) * 1000, 1),
    )


async def _round(users: Sequence[_User], redis: RedisServer, *, freeze: bool) -> Round:
    await asyncio.gather(*(user.begin() for user in users))
    ended = asyncio.Event()
    talking = [asyncio.create_task(user.follow_up(ended)) for user in users]
    try:
        moments = await _lost_and_back(users, redis, freeze)
    finally:
        ended.set()
        await asyncio.gather(*talking)
    return judged([one for user in users for one in user.asked], moments)


async def _lost_and_back(users: Sequence[_User], redis: RedisServer, freeze: bool) -> _Moments:
    await _until(lambda: all(len(user.asked) >= BEFORE for user in users), "没有人得到回答")
    going = time.perf_counter()
    await asyncio.to_thread(redis.freeze if freeze else redis.kill)
    gone = time.perf_counter()
    await _until(lambda: all(len(user.since(gone)) >= AFTER for user in users), "停掉后无人作答")
    if not freeze and not redis.refuses():
        raise ChaosError("Redis 停掉以后端口仍有人应答")
    returning = time.perf_counter()
    await asyncio.to_thread(redis.thaw if freeze else redis.start)
    answering = time.perf_counter()
    await _until(
        lambda: all(_remembered(user.since(answering)) for user in users), "没有人被重新记起"
    )
    return _Moments(going=going, gone=gone, returning=returning, answering=answering)


def _remembered(asked: Sequence[Asked]) -> bool:
    """Whether the last ones were all answered from memory, by whichever process."""
    return len(asked) >= AFTER and all(one.verdict == "own" for one in asked[-AFTER:])


async def _until(holds: Callable[[], bool], otherwise: str) -> None:
    """Until it holds, while the users ask.  Raises ``ChaosError`` after half a minute."""
    end = time.perf_counter() + _PATIENCE
    while not holds():
        if time.perf_counter() > end:
            raise ChaosError(otherwise)
        await asyncio.sleep(0.01)
