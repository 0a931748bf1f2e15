"""Sessions in memory: the contract, and their bounds in number and age."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from assistant.sessions import MemoryLocks, MemorySessions
from assistant.types import DialogueState, SessionLocks, SessionStore
from tests.contracts.running import Run
from tests.contracts.session_locks import SessionLocksContract
from tests.contracts.session_store import FIRST, SECOND, SessionStoreContract


class TestMemoryLocks(SessionLocksContract):
    @pytest.fixture
    def locks(self) -> SessionLocks:
        return MemoryLocks(wait=60)

    @pytest.fixture
    def hasty(self) -> SessionLocks:
        return MemoryLocks(wait=0.01)

    def test_only_turns_under_way_take_room(self, run: Run) -> None:
        locks = MemoryLocks()

        async def turn(number: int) -> int:
            async with locks.hold(f"s{number}"):
                await asyncio.sleep(0)
                return len(locks)

        async def go() -> list[int]:
            return await asyncio.gather(*(turn(number // 2) for number in range(100)))

        assert max(run(go())) == 50
        assert len(locks) == 0


class TestMemorySessions(SessionStoreContract):
    @pytest.fixture
    def store(self) -> SessionStore:
        return MemorySessions()


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_session_ends_when_nothing_was_said_for_its_time() -> None:
    clock = Clock()
    store = MemorySessions(ttl=60, clock=clock)

    async def go() -> list[DialogueState]:
        await store.save("s1", FIRST)
        clock.now += 60
        within = await store.load("s1")
        clock.now += 0.1
        return [within, await store.load("s1"), await store.load("s1")]

    assert asyncio.run(go()) == [FIRST, DialogueState(), DialogueState()]


def test_every_turn_gives_a_session_its_time_again() -> None:
    clock = Clock()
    store = MemorySessions(ttl=60, clock=clock)

    async def go() -> DialogueState:
        for _ in range(5):
            await store.save("s1", FIRST)
            clock.now += 50
        return await store.load("s1")

    assert asyncio.run(go()) == FIRST


def test_the_oldest_go_first_when_there_are_too_many() -> None:
    store = MemorySessions(most=2)

    async def go() -> list[DialogueState]:
        await store.save("s1", FIRST)
        await store.save("s2", FIRST)
        await store.save("s1", SECOND)
        await store.save("s3", FIRST)
        return [await store.load(name) for name in ("s1", "s2", "s3")]

    assert asyncio.run(go()) == [SECOND, DialogueState(), FIRST]
