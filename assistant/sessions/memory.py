"""Dialogue states in memory, bounded in number and age, gone with the process; and their locks."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

from assistant.types import DialogueState


class MemorySessions:
    """The session store that needs nothing.  ``ttl`` in seconds since the last turn."""

    def __init__(
        self, *, ttl: float = 1800, most: int = 50_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ttl = ttl
        self._most = most
        self._clock = clock
        self._states: OrderedDict[str, tuple[float, DialogueState]] = OrderedDict()

    async def load(self, session_id: str) -> DialogueState:
        known = self._states.get(session_id)
        if known is None or self._clock() - known[0] > self._ttl:
            self._states.pop(session_id, None)
            return DialogueState()
        return known[1]

    async def save(self, session_id: str, state: DialogueState) -> None:
        self._states[session_id] = (self._clock(), state)
        self._states.move_to_end(session_id)
        while len(self._states) > self._most:
            self._states.popitem(last=False)

    async def forget(self, session_id: str) -> None:
        self._states.pop(session_id, None)


@dataclass(slots=True)
class _Queue:
    """The turns of one session: one runs, the others wait in the order in which they came."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    turns: int = 0


class MemoryLocks:
    """One turn of a session at a time, within this process.

    ``wait``: seconds after which a turn goes on without memory rather than wait longer.  Only
    sessions with a turn under way take room.
    """

    def __init__(self, *, wait: float = 5.0) -> None:
        self._wait = wait
        self._queues: dict[str, _Queue] = {}

    def __len__(self) -> int:
        """How many sessions have a turn under way."""
        return len(self._queues)

    def hold(self, session_id: str) -> AbstractAsyncContextManager[bool]:
        return self._hold(session_id)

    @asynccontextmanager
    async def _hold(self, session_id: str) -> AsyncIterator[bool]:
        queue = self._queues.setdefault(session_id, _Queue())
        queue.turns += 1
        held = False
        try:
            held = await self._taken(queue.lock)
            yield held
        finally:
            if held:
                queue.lock.release()
            queue.turns -= 1
            if not queue.turns:
                del self._queues[session_id]

    async def _taken(self, lock: asyncio.Lock) -> bool:
        if not lock.locked():
            return await lock.acquire()
        try:
            async with asyncio.timeout(self._wait):
                return await lock.acquire()
        except TimeoutError:
            return False
