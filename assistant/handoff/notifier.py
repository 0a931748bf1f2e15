"""Wakes those who wait for news.  It carries no news: whoever wakes reads the table.

Within a process a change wakes at once; changes of other processes are seen by polling
(:meth:`assistant.handoff.desk.SqlStaffDesk.watch`), one small query for all who wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Notifier:
    """Used from one event loop only."""

    _waiting: dict[str, set[asyncio.Event]] = field(default_factory=dict)

    @contextmanager
    def listening(self, *topics: str) -> Iterator[asyncio.Event]:
        """An event that is set at each change of a topic; whoever waits clears it."""
        event = asyncio.Event()
        for topic in topics:
            self._waiting.setdefault(topic, set()).add(event)
        try:
            yield event
        finally:
            for topic in topics:
                self._waiting[topic].discard(event)
                if not self._waiting[topic]:
                    del self._waiting[topic]

    def wake(self, *topics: str) -> None:
        for topic in topics:
            for event in self._waiting.get(topic, ()):
                event.set()

    @property
    def listeners(self) -> int:
        """How many listen: 0 once everyone has gone."""
        return len({id(event) for events in self._waiting.values() for event in events})
