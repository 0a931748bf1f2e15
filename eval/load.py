"""Many citizens at once, for minutes, each in a conversation of their own with time to think.

Every user talks about an item (a canary) in sessions of their own: a question, then follow-ups
that name nothing.  A follow-up answered about another item is a crossed session; one that is not
answered is a lost memory.  ``suiwen serve`` runs beside this process on the same machine, so both
share its cores; each question comes on a new connection, whose opening counts in its time.
"""

from __future__ import annotations

import asyncio
import os
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

from assistant.settings import Settings
from eval import canaries
from eval.bench import servers
from eval.canaries import Asked, Canary
from eval.redis_servers import redis_server

_TICK = 0.25
_FILES = 64


class PlanError(Exception):
    """What was asked for cannot be done; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do.  ``think``: seconds between a reply and the next question, from and to."""

    users: int
    seconds: float
    think: tuple[float, float]
    workers: int = 1
    redis: bool = False
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """From users a day to requests a second; but for the first, assumptions to be replaced by what
    a city measures.

    ``turns`` of each user a day; ``busiest_hour``: its share of the day; ``burst``: the busiest
    second against the mean of that hour.
    """

    users_a_day: int = 250_000
    turns: float = 4.0
    busiest_hour: float = 0.15
    burst: float = 2.0

    @property
    def per_second(self) -> float:
        """Requests in the busiest second."""
        return self.users_a_day * self.turns * self.busiest_hour / 3600 * self.burst


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """What happened.  ``errors``: answered otherwise than by 200, or not at all; ``memory_mb``: the
    most that the server (without Redis) had resident; ``lag_ms``: the longest that this process
    itself came late, which its times include."""

    users: int
    conversations: int
    requests: int
    seconds: float
    errors: int
    crossed: int
    forgotten: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    most_ms: float
    per_second: float
    memory_mb: float
    lag_ms: float
    items: int
    cores: int

    @property
    def sound(self) -> bool:
        return self.requests > 0 and not (self.errors or self.crossed or self.forgotten)


@dataclass(slots=True)
class _Watch:
    """What is seen of both processes while users talk."""

    memory_mb: float = 0.0
    lag: float = 0.0


@dataclass(slots=True)
class _Crowd:
    """All users: what they asked, and how many conversations they began."""

    plan: Plan
    port: int
    found: Sequence[Canary]
    asked: list[Asked] = field(default_factory=list)
    begun: int = 0

    async def user(self, number: int, end: float) -> None:
        """One person, from a moment within the first time to think until the end."""
        random = Random(self.plan.seed * 1_000_003 + number)  # noqa: S311 - times, no secret
        await _sleep(random.uniform(0, self.plan.think[1]), end)
        async with canaries.client(self.port) as client:
            talks = 0
            while time.perf_counter() < end:
                canary = self.found[(number + talks * self.plan.users) % len(self.found)]
                talks += 1
                session = None
                for text in (canary.opening, *canary.follow_ups):
                    if time.perf_counter() >= end:
                        break
                    self.begun += session is None
                    one = await canaries.ask(client, text, session, canary)
                    self.asked.append(one)
                    session = one.session
                    await _sleep(random.uniform(*self.plan.think), end)


def span(text: str) -> tuple[float, float]:
    """``5,15``: from and to, in seconds.  Raises ``PlanError``."""
    try:
        first, last = (float(part) for part in text.split(","))
    except ValueError:
        raise PlanError(f"{text!r} 不是“从,到”两个秒数，例：5,15") from None
    if not 0 <= first <= last < float("inf"):
        raise PlanError(f"{text!r}：从不小于 0，也不大于到")
    return first, last


def run(settings: Settings, plan: Plan, advance: Callable[[float], None]) -> LoadReport:
    """Serve the release of ``settings`` and let the users talk; ``advance`` is told of seconds."""
    found = canaries.choose(settings, plan.users)
    _allow_files(plan.users + _FILES)
    with (
        _redis(plan.redis) as environment,
        servers.suiwen(
            settings.home,
            found[0].opening,
            workers=plan.workers,
            environment={"SUIWEN_ENCODER": settings.encoder, **environment},
        ) as server,
    ):
        crowd = _Crowd(plan, server.port, found)
        watch = _Watch()
        spent = asyncio.run(_talk(crowd, watch, server.process.pid, advance))
    return report(crowd.asked, plan, watch, spent, len(found), crowd.begun)


def report(
    asked: Sequence[Asked],
    plan: Plan,
    watch: _Watch,
    seconds: float,
    items: int,
    conversations: int,
) -> LoadReport:
    """The numbers of all questions."""
    times = sorted(one.ms for one in asked)
    answered = [one for one in asked if one.status == 200]
    return LoadReport(
        users=plan.users,
        conversations=conversations,
        requests=len(asked),
        seconds=round(seconds, 1),
        errors=len(asked) - len(answered),
        crossed=sum(one.verdict == "crossed" for one in answered),
        forgotten=sum(one.verdict == "none" for one in answered),
        p50_ms=_quantile(times, 0.50),
        p95_ms=_quantile(times, 0.95),
        p99_ms=_quantile(times, 0.99),
        most_ms=_quantile(times, 1.0),
        per_second=round(len(asked) / seconds, 1),
        memory_mb=round(watch.memory_mb, 1),
        lag_ms=round(watch.lag * 1000, 1),
        items=items,
        cores=len(os.sched_getaffinity(0)),
    )


def plain(found: LoadReport, sizing: Sizing) -> dict[str, Any]:
    """The report as JSON values, with the sizing and whether this load was as high."""
    peak = sizing.per_second
    return {
        **asdict(found),
        "sound": found.sound,
        "sizing": {
            **asdict(sizing),
            "peak_per_second": round(peak, 1),
            "this_load_covers": round(found.per_second / peak, 2),
        },
    }


async def _talk(
    crowd: _Crowd, watch: _Watch, server: int, advance: Callable[[float], None]
) -> float:
    begun = time.perf_counter()
    end = begun + crowd.plan.seconds
    watching = asyncio.create_task(_watched(watch, server, advance))
    try:
        await asyncio.gather(*(crowd.user(number, end) for number in range(crowd.plan.users)))
    finally:
        watching.cancel()
    return time.perf_counter() - begun


async def _watched(watch: _Watch, server: int, advance: Callable[[float], None]) -> None:
    before = time.perf_counter()
    while True:
        watch.memory_mb = max(watch.memory_mb, servers.memory_mb(server))
        await asyncio.sleep(_TICK)
        now = time.perf_counter()
        watch.lag = max(watch.lag, now - before - _TICK)
        advance(now - before)
        before = now


async def _sleep(seconds: float, end: float) -> None:
    """So long, but not beyond the end."""
    await asyncio.sleep(max(0.0, min(seconds, end - time.perf_counter())))


@contextmanager
def _redis(wanted: bool) -> Iterator[dict[str, str]]:
    """The settings of a Redis of our own, or none."""
    if not wanted:
        yield {}
        return
    with redis_server(append="everysec") as server:
        yield server.settings()


def _quantile(ordered: Sequence[float], share: float) -> float:
    """The nearest rank, in milliseconds; 0 of nothing."""
    if not ordered:
        return 0.0
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 2)


def _allow_files(wanted: int) -> None:
    """Room for so many connections at once in this process and the server it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
