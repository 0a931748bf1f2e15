"""What every lock of sessions must do, whatever it stands on."""

from __future__ import annotations

import asyncio

import pytest

from assistant.types import SessionLocks
from tests.contracts.running import Run

RACES = 1000


class Broken(Exception):
    """A turn that failed."""


class SessionLocksContract:
    """Inherit it and give ``locks``: they wait long, and ``hasty``: they wait a moment."""

    @pytest.fixture
    def locks(self) -> SessionLocks:
        raise NotImplementedError

    @pytest.fixture
    def hasty(self) -> SessionLocks:
        raise NotImplementedError

    def test_two_turns_of_a_session_never_interleave(self, run: Run, locks: SessionLocks) -> None:
        kept = {f"s{number}": 0 for number in range(RACES)}

        async def turn(session: str) -> None:
            async with locks.hold(session) as held:
                assert held
                seen = kept[session]
                await asyncio.sleep(0)  # whoever else may run, runs now
                kept[session] = seen + 1

        async def race() -> None:
            for first in range(0, RACES, 50):
                names = [f"s{number}" for number in range(first, first + 50)]
                await asyncio.gather(*(turn(name) for name in (*names, *reversed(names))))

        run(race())
        assert set(kept.values()) == {2}

    def test_without_them_updates_are_lost(self, run: Run) -> None:
        """The race is one: it takes the locks to win it."""
        kept = 0

        async def turn() -> None:
            nonlocal kept
            seen = kept
            await asyncio.sleep(0)
            kept = seen + 1

        async def race() -> None:
            await asyncio.gather(turn(), turn())

        run(race())
        assert kept == 1

    def test_another_session_does_not_wait(self, run: Run, hasty: SessionLocks) -> None:
        async def go() -> tuple[bool, bool]:
            async with hasty.hold("s1") as first, hasty.hold("s2") as second:
                return first, second

        assert run(go()) == (True, True)

    def test_whoever_waits_too_long_goes_on_without_and_takes_nothing_away(
        self, run: Run, hasty: SessionLocks
    ) -> None:
        async def go() -> list[bool]:
            async with hasty.hold("s1") as first:
                async with hasty.hold("s1") as second:
                    pass
                async with hasty.hold("s1") as third:
                    pass
            async with hasty.hold("s1") as fourth:
                return [first, second, third, fourth]

        assert run(go()) == [True, False, False, True]

    def test_a_turn_that_fails_gives_it_back(self, run: Run, hasty: SessionLocks) -> None:
        async def fail() -> None:
            async with hasty.hold("s1"):
                raise Broken

        async def go() -> bool:
            with pytest.raises(Broken):
                await fail()
            async with hasty.hold("s1") as held:
                return held

        assert run(go())

    def test_a_turn_that_is_cancelled_gives_it_back(self, run: Run, hasty: SessionLocks) -> None:
        async def go() -> tuple[bool, bool]:
            begun, asked = asyncio.Event(), asyncio.Event()

            async def stay() -> None:
                async with hasty.hold("s1"):
                    begun.set()
                    await asyncio.Event().wait()

            async def wait() -> None:
                asked.set()
                async with hasty.hold("s1"):
                    raise AssertionError("it was not free")

            holding = asyncio.create_task(stay())
            await begun.wait()
            waiting = asyncio.create_task(wait())
            await asked.wait()
            for task in (waiting, holding):
                task.cancel()
            await asyncio.wait({holding, waiting})
            async with hasty.hold("s1") as held:
                return held, holding.cancelled() and waiting.cancelled()

        assert run(go()) == (True, True)
