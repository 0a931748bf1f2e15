"""Sessions, plans and locks on a real redis-server: the contracts, what it sees, and what happens
when it is killed, frozen, restarted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from assistant.sessions import codec
from assistant.sessions.redis import Link, RedisLocks, RedisPlans, RedisSessions
from assistant.sessions.types import Loss
from assistant.types import DialogueState, PlanStore, SessionLocks, SessionStore
from eval.redis_servers import RedisMissing, RedisServer, redis_server
from tests.assistant.sessions.sealing import AesSealer
from tests.contracts.plan_store import FIRST as PLAN
from tests.contracts.plan_store import PlanStoreContract
from tests.contracts.running import Run
from tests.contracts.session_locks import SessionLocksContract
from tests.contracts.session_store import FIRST, SECOND, SessionStoreContract

PATIENCE = 0.4
SOON = 10 * PATIENCE
"""Once the patience, on a busy machine; a hundred times it without a breaker."""
EMPTY = DialogueState()


class Process:
    """What one process of Suiwen has of Redis."""

    def __init__(
        self, server: RedisServer, *, patience: float = PATIENCE, most: int = 10_000
    ) -> None:
        self.losses: list[Loss] = []
        self.link = Link(
            server.url, patience=patience, every=0.01, most=most, lost=self.losses.append
        )
        self.sessions = RedisSessions(self.link, AesSealer())
        self.plans = RedisPlans(self.link, AesSealer())
        self.locks = RedisLocks(self.link)

    async def back(self) -> None:
        """Returns once it has noticed that Redis answers."""
        async with asyncio.timeout(20):
            while not self.link.answers():
                await asyncio.sleep(0.005)

    async def everything(self) -> dict[bytes, bytes]:
        """All keys and values that the server holds."""
        redis = self.link.redis
        return {key: await redis.get(key) for key in await redis.keys("*")}


@dataclass
class Processes:
    """Makes processes, and closes their connections at the end."""

    server: RedisServer
    run: Run
    made: list[Process]

    def __call__(self, **changes: Any) -> Process:
        self.made.append(Process(self.server, **changes))
        return self.made[-1]


@contextmanager
def _processes(server: RedisServer, run: Run) -> Iterator[Processes]:
    processes = Processes(server, run, [])
    yield processes
    for one in processes.made:
        run(one.link.aclose())


@pytest.fixture
def processes(redis: RedisServer, run: Run) -> Iterator[Processes]:
    with _processes(redis, run) as made:
        yield made


@pytest.fixture
def process(processes: Processes) -> Process:
    return processes()


@pytest.fixture
def lasting(run: Run) -> Iterator[Processes]:
    """Processes over a server that has everything again after a kill."""
    try:
        with redis_server(append="always") as server, _processes(server, run) as made:
            yield made
    except RedisMissing as missing:
        pytest.skip(str(missing))


class TestRedisSessions(SessionStoreContract):
    @pytest.fixture
    def store(self, process: Process) -> SessionStore:
        return process.sessions


class TestRedisPlans(PlanStoreContract):
    @pytest.fixture
    def store(self, process: Process) -> PlanStore:
        return process.plans


class TestRedisLocks(SessionLocksContract):
    @pytest.fixture
    def locks(self, process: Process) -> SessionLocks:
        return RedisLocks(process.link, wait=60)

    @pytest.fixture
    def hasty(self, process: Process) -> SessionLocks:
        return RedisLocks(process.link, wait=0.05)


class Alternating:
    """The locks of several processes in turn, as a balancer deals out requests."""

    def __init__(self, *locks: SessionLocks) -> None:
        self._locks = locks
        self._asked = 0

    def hold(self, session_id: str) -> Any:
        self._asked += 1
        return self._locks[self._asked % len(self._locks)].hold(session_id)


class TestRedisLocksOfTwoProcesses(SessionLocksContract):
    @pytest.fixture
    def locks(self, processes: Processes) -> SessionLocks:
        return Alternating(*(RedisLocks(processes().link, wait=60) for _ in range(2)))

    @pytest.fixture
    def hasty(self, processes: Processes) -> SessionLocks:
        return Alternating(*(RedisLocks(processes().link, wait=0.05) for _ in range(2)))


def test_two_tabs_on_two_processes_lose_no_turn(processes: Processes, run: Run) -> None:
    """Load, think, save, as a turn does: every one of a hundred turns counts."""
    both = [processes(), processes()]

    async def turn(number: int) -> None:
        process = both[number % 2]
        async with process.locks.hold("s1") as held:
            assert held
            state = await process.sessions.load("s1")
            await process.sessions.save("s1", replace(state, turns=state.turns + 1))

    async def go() -> DialogueState:
        await asyncio.gather(*(turn(number) for number in range(100)))
        return await both[0].sessions.load("s1")

    assert run(go()).turns == 100
    assert both[0].losses == both[1].losses == []


class TestWhatRedisSees:
    def test_nothing_that_can_be_read(self, process: Process, run: Run) -> None:
        async def go() -> dict[bytes, bytes]:
            await process.sessions.save("session-of-somebody", FIRST)
            await process.plans.save("23456789AB", PLAN)
            async with process.locks.hold("session-of-somebody"):
                return await process.everything()

        stored = run(go())
        assert len(stored) == 3
        seen = b"\n".join((*stored, *stored.values()))
        for told in (b"session-of-somebody", b"23456789AB", b"record", "居-1".encode(), b"born"):
            assert told not in seen

    def test_a_state_under_another_session_is_not_read(self, process: Process, run: Run) -> None:
        """Whatever mixes up values: nobody gets another's conversation."""

        async def go() -> list[DialogueState]:
            await process.sessions.save("s1", FIRST)
            ((first, value),) = (await process.everything()).items()
            await process.sessions.save("s2", SECOND)
            (second,) = set(await process.everything()) - {first}
            await process.link.redis.set(second, value)
            return [await process.sessions.load(name) for name in ("s1", "s2")]

        assert run(go()) == [FIRST, EMPTY]
        assert process.losses == ["unreadable"]

    def test_with_another_key_a_conversation_begins_anew(self, process: Process, run: Run) -> None:
        other = RedisSessions(process.link, AesSealer(bytes(31) + b"1"))

        async def go() -> list[DialogueState]:
            await process.sessions.save("s1", FIRST)
            before = await other.load("s1")
            await other.save("s1", SECOND)
            return [before, await other.load("s1")]

        assert run(go()) == [EMPTY, SECOND]
        assert process.losses == ["unreadable"]

    @pytest.mark.parametrize("damage", [b"", b"0002", b"x", b"00x2" + bytes(40), bytes(99)])
    def test_what_is_damaged_is_empty(self, process: Process, run: Run, damage: bytes) -> None:
        async def go() -> DialogueState:
            await process.sessions.save("s1", FIRST)
            ((key, _),) = (await process.everything()).items()
            await process.link.redis.set(key, damage)
            assert await process.sessions.load("s1") == EMPTY
            await process.sessions.save("s1", SECOND)
            return await process.sessions.load("s1")

        assert run(go()) == SECOND


class TestTime:
    def test_everything_ends_by_itself(self, process: Process, run: Run) -> None:
        sessions = RedisSessions(process.link, AesSealer(), ttl=1800)
        plans = RedisPlans(process.link, AesSealer(), ttl=86_400)

        async def go() -> list[int]:
            await sessions.save("s1", FIRST)
            await plans.save("c1", PLAN)
            async with process.locks.hold("s1"):
                redis = process.link.redis
                return sorted([await redis.pttl(key) for key in await redis.keys("*")])

        lock, session, plan = run(go())
        assert 0 < lock <= 4_000
        assert 1_700_000 < session <= 1_800_000
        assert 86_300_000 < plan <= 86_400_000

    def test_a_session_ends_when_nothing_was_said(self, process: Process, run: Run) -> None:
        sessions = RedisSessions(process.link, AesSealer(), ttl=0.001)

        async def go() -> DialogueState:
            await sessions.save("s1", FIRST)
            async with asyncio.timeout(20):
                while await process.everything():
                    await asyncio.sleep(0.001)
            return await sessions.load("s1")

        assert run(go()) == EMPTY


class TestVersions:
    def test_an_older_process_leaves_a_newer_state_alone(self, process: Process, run: Run) -> None:
        """Until it has rested for a minute: then no newer process serves that session."""
        newer = b"%04d" % (codec.VERSION + 1)

        async def go() -> tuple[list[DialogueState], bool]:
            redis = process.link.redis
            await process.sessions.save("s1", FIRST)
            ((key, value),) = (await process.everything()).items()
            await redis.set(key, newer + value[4:], px=1_800_000)
            found = [await process.sessions.load("s1")]
            await process.sessions.save("s1", SECOND)
            found.append(await process.sessions.load("s1"))
            left = (await redis.get(key)).startswith(newer)
            await redis.pexpire(key, 1_800_000 - 60_000)
            await process.sessions.save("s1", SECOND)
            found.append(await process.sessions.load("s1"))
            return found, left

        assert run(go()) == ([EMPTY, EMPTY, SECOND], True)

    def test_an_older_state_is_overwritten_at_once(self, process: Process, run: Run) -> None:
        async def go() -> DialogueState:
            await process.sessions.save("s1", FIRST)
            ((key, value),) = (await process.everything()).items()
            await process.link.redis.set(key, b"0001" + value[4:], px=1_800_000)
            await process.sessions.save("s1", SECOND)
            return await process.sessions.load("s1")

        assert run(go()) == SECOND


class TestLease:
    def test_it_lasts_as_long_as_the_turn(self, processes: Processes, run: Run) -> None:
        ours = RedisLocks(processes().link, lease=0.06)
        theirs = RedisLocks(processes().link, wait=0.3)

        async def go() -> bool:
            async with ours.hold("s1"), theirs.hold("s1") as held:
                return held

        assert run(go()) is False

    def test_of_a_killed_process_it_ends_before_the_others_give_up(
        self, process: Process, run: Run
    ) -> None:
        async def go() -> bool:
            async with process.locks.hold("s1"):
                ((key, token),) = (await process.everything()).items()
            await process.link.redis.set(key, token, px=60)  # as a killed process leaves it
            async with process.locks.hold("s1") as held:
                return held

        assert run(go()) is True
        assert process.losses == []

    def test_who_lost_the_session_meanwhile_does_not_save(self, process: Process, run: Run) -> None:
        """A process that stood still for longer than its lease: the other's turn stands."""

        async def go() -> DialogueState:
            async with process.locks.hold("s1"):
                ((key, _),) = (await process.everything()).items()
                await process.link.redis.set(key, "the token of another")
                await process.sessions.save("s1", FIRST)
            assert await process.link.redis.get(key) == b"the token of another"
            return await process.sessions.load("s1")

        assert run(go()) == EMPTY
        assert process.losses == ["late"]


async def _timed(awaited: Awaitable[Any]) -> float:
    begun = time.perf_counter()
    await awaited
    return time.perf_counter() - begun


class TestAway:
    @pytest.fixture(params=["killed", "frozen"])
    def leave(self, request: pytest.FixtureRequest, redis: RedisServer) -> Callable[[], None]:
        return redis.kill if request.param == "killed" else redis.freeze

    def test_nothing_fails_and_only_the_first_pays(
        self, process: Process, run: Run, leave: Callable[[], None]
    ) -> None:
        async def go() -> tuple[float, float]:
            await process.sessions.save("s1", FIRST)
            leave()
            first = await _timed(process.sessions.load("s1"))
            assert not process.link.answers()
            return first, await _timed(everything())

        async def everything() -> None:
            for number in range(100):
                async with process.locks.hold(f"s{number}") as held:
                    assert not held
                assert await process.sessions.load("s1") == EMPTY
                await process.sessions.save("s1", SECOND)
                await process.sessions.forget(f"s{number}")
                assert await process.plans.load("c1") is None

        first, rest = run(go())
        assert first < SOON
        assert rest < SOON, "500 commands wait for nothing"
        assert process.losses == ["away"] * 200

    def test_who_comes_at_the_same_time_pays_at_the_same_time(
        self, process: Process, run: Run, leave: Callable[[], None]
    ) -> None:
        async def go() -> float:
            await process.sessions.save("s1", FIRST)
            leave()
            return await _timed(
                asyncio.gather(*(process.sessions.load(f"s{number}") for number in range(300)))
            )

        assert run(go()) < SOON

    def test_a_server_that_was_never_there(self, process: Process, run: Run) -> None:
        process.link.redis.connection_pool.connection_kwargs["port"] = 9  # discard: nobody listens

        async def go() -> DialogueState:
            await process.sessions.save("s1", FIRST)
            return await process.sessions.load("s1")

        assert run(go()) == EMPTY
        assert process.losses == ["away"]

    def test_it_dies_in_the_middle_of_a_turn(
        self, process: Process, run: Run, leave: Callable[[], None]
    ) -> None:
        async def go() -> float:
            async with process.locks.hold("s1") as held:
                assert held
                await process.sessions.load("s1")
                leave()
                return await _timed(process.sessions.save("s1", FIRST))

        assert run(go()) < SOON
        assert process.losses == ["away"]

    def test_after_a_freeze_everyone_gets_their_own(
        self, process: Process, redis: RedisServer, run: Run
    ) -> None:
        """Answers that came too late reach nobody: not the one who asked, and no other."""
        states = {f"s{number}": DialogueState(record=f"i{number}") for number in range(40)}

        async def go() -> dict[str, DialogueState]:
            for name, state in states.items():
                await process.sessions.save(name, state)
            redis.freeze()
            await asyncio.gather(*(process.sessions.load(name) for name in states))
            redis.thaw()
            await process.back()
            found = await asyncio.gather(*(process.sessions.load(name) for name in states))
            return dict(zip(states, found, strict=True))

        assert run(go()) == states
        assert process.losses == []

    def test_a_lock_taken_unnoticed_is_given_back(
        self, processes: Processes, redis: RedisServer, run: Run
    ) -> None:
        """The frozen server takes it when it wakes, long after the turn went on without."""
        process, other = processes(), processes()
        hasty = RedisLocks(other.link, wait=1.0)  # less than the lease

        async def go() -> tuple[bool, bool]:
            async with process.locks.hold("s0"):
                pass  # the server knows the script now
            redis.freeze()
            async with process.locks.hold("s1") as held:
                pass
            redis.thaw()
            await process.back()
            async with hasty.hold("s1") as later:
                return held, later

        assert run(go()) == (False, True)


def test_a_process_that_is_late_itself_does_not_take_redis_for_away(
    processes: Processes, run: Run
) -> None:
    """A pass of its event loop takes a quarter of the patience: Redis needs many, and gets them."""
    patience = 0.1
    process = processes(patience=patience)

    async def hog() -> None:
        while True:
            time.sleep(patience / 4)
            await asyncio.sleep(0)

    async def go() -> tuple[DialogueState, float]:
        busy = asyncio.create_task(hog())
        begun = time.perf_counter()
        async with process.locks.hold("s1") as held:
            assert held
            await process.sessions.save("s1", FIRST)
        found = await process.sessions.load("s1")
        busy.cancel()
        return found, time.perf_counter() - begun

    found, spent = run(go())
    assert found == FIRST
    assert spent > 4 * patience, "it was not late"
    assert process.losses == []


class TestReturn:
    def test_it_heals_by_itself(self, process: Process, redis: RedisServer, run: Run) -> None:
        async def go() -> list[DialogueState]:
            await process.sessions.save("s1", FIRST)
            redis.kill()
            away = await process.sessions.load("s1")
            await asyncio.to_thread(redis.start)
            await process.back()
            anew = await process.sessions.load("s1")  # it kept nothing
            async with process.locks.hold("s1") as held:
                assert held
                await process.sessions.save("s1", SECOND)
            return [away, anew, await process.sessions.load("s1")]

        assert run(go()) == [EMPTY, EMPTY, SECOND]

    def test_a_restart_between_two_turns_is_not_noticed(self, lasting: Processes, run: Run) -> None:
        process = lasting()

        async def go() -> DialogueState:
            await process.sessions.save("s1", FIRST)
            lasting.server.kill()
            await asyncio.to_thread(lasting.server.start)
            return await process.sessions.load("s1")

        assert run(go()) == FIRST
        assert process.losses == []

    def test_a_conversation_goes_on_from_before(self, lasting: Processes, run: Run) -> None:
        process = lasting()

        async def go() -> list[DialogueState]:
            await process.sessions.save("s1", FIRST)
            lasting.server.kill()
            await process.sessions.save("s1", SECOND)
            away = await process.sessions.load("s1")
            await asyncio.to_thread(lasting.server.start)
            await process.back()
            return [away, await process.sessions.load("s1")]

        assert run(go()) == [EMPTY, FIRST]
        assert process.losses == ["away"]

    def test_what_was_to_be_forgotten_is(self, lasting: Processes, run: Run) -> None:
        process, other = lasting(), lasting()

        async def go() -> list[object]:
            await process.sessions.save("s1", FIRST)
            await process.sessions.save("s2", SECOND)
            await process.plans.save("c1", PLAN)
            lasting.server.kill()
            await process.sessions.forget("s1")
            await process.plans.forget("c1")
            await asyncio.to_thread(lasting.server.start)
            await process.back()
            sessions, plans = other.sessions, other.plans
            return [await sessions.load("s1"), await sessions.load("s2"), await plans.load("c1")]

        assert run(go()) == [EMPTY, SECOND, None]

    def test_a_plan_saved_meanwhile_is_kept(
        self, processes: Processes, redis: RedisServer, run: Run
    ) -> None:
        process, other = processes(), processes()

        async def go() -> list[object]:
            await process.link.redis.ping()
            redis.kill()
            await process.plans.save("c1", SECOND_PLAN)
            await process.plans.save("c1", PLAN)
            here = await process.plans.load("c1")
            await asyncio.to_thread(redis.start)
            await process.back()
            return [here, await process.plans.load("c1"), await other.plans.load("c1")]

        assert run(go()) == [PLAN, PLAN, PLAN]

    def test_promises_are_bounded_and_those_given_up_are_counted(
        self, processes: Processes, redis: RedisServer, run: Run
    ) -> None:
        process = processes(most=2)

        async def go() -> list[object]:
            redis.kill()
            for code in ("c1", "c2", "c3"):
                await process.plans.save(code, PLAN)
            return [await process.plans.load(code) for code in ("c1", "c2", "c3")]

        assert run(go()) == [None, PLAN, PLAN]
        assert process.losses == ["away"]

    def test_in_another_event_loop_too(
        self, process: Process, redis: RedisServer, run: Run
    ) -> None:
        """The one in which it was found to be away may have ended."""
        redis.kill()
        assert asyncio.run(process.sessions.load("s1")) == EMPTY
        redis.start()

        async def go() -> DialogueState:
            await process.back()
            await process.sessions.save("s1", FIRST)
            return await process.sessions.load("s1")

        assert run(go()) == FIRST


SECOND_PLAN = replace(PLAN, asking=None)


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="scheme"):
        Link("127.0.0.1:6379")
