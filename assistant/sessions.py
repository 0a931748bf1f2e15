"""Dialogue states in memory: bounded in number and age, gone with the process."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

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
