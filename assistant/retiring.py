"""What was kept for long enough is destroyed, handoffs and orders alike, by one job."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from assistant.errors import Unavailable

HOUR = 3600.0
"""Seconds between two looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired:
    """How many handoffs and orders lost their texts and keys."""

    handoffs: int
    orders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Retiring:
    """``handoffs``, ``orders``: destroy what is due, and say how many; both may raise
    ``Unavailable``."""

    handoffs: Callable[[], Awaitable[int]]
    orders: Callable[[], Awaitable[int]]

    async def once(self) -> Retired:
        """Destroy what is due now."""
        return Retired(handoffs=await self.handoffs(), orders=await self.orders())

    async def hourly(self) -> None:
        """The same, looked at every hour; runs until it is cancelled."""
        while True:
            with suppress(Unavailable):  # the database is away: look again
                await self.once()
            await asyncio.sleep(HOUR)
