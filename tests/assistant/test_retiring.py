"""The job that destroys what was kept for long enough."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from assistant.errors import Unavailable
from assistant.retiring import Retired, Retiring


def test_both_are_destroyed_and_counted() -> None:
    async def two() -> int:
        return 2

    async def three() -> int:
        return 3

    assert asyncio.run(Retiring(handoffs=two, orders=three).once()) == Retired(handoffs=2, orders=3)


def test_a_database_that_is_away_does_not_end_the_job() -> None:
    async def go() -> int:
        asked, tried = 0, asyncio.Event()

        async def away() -> int:
            nonlocal asked
            asked += 1
            tried.set()
            raise Unavailable("away")

        job = asyncio.create_task(Retiring(handoffs=away, orders=away).hourly())
        await tried.wait()
        await asyncio.sleep(0)
        assert not job.done()
        job.cancel()
        with suppress(asyncio.CancelledError):
            await job
        return asked

    assert asyncio.run(go()) == 1
