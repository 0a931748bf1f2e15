"""The release in use: opened once, swapped for a newer one without dropping a request.

A turn takes ``current`` at its beginning and keeps it; when the ``current`` link of the home
directory moves, the new release is opened beside the old one and the reference is replaced.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import structlog

from assistant.types import Knowledge
from knowledge import releases


class LiveKnowledge:
    """Holds the open release.  ``load`` opens the current one of a home directory."""

    def __init__(self, home: Path, load: Callable[[], Knowledge]) -> None:
        self._home = home
        self._load = load
        self._knowledge = load()
        self._refused: str | None = None

    def __call__(self) -> Knowledge:
        return self._knowledge

    def refresh(self) -> bool:
        """Open the release that the link names if it is another one; whether it was swapped.

        A release that cannot be opened is logged once and tried again at the next check;
        the old one stays in use.
        """
        name = releases.current(self._home)
        if name is None or name == self._knowledge.name:
            return False
        try:
            self._knowledge = self._load()
        except Exception as error:  # whatever is wrong with it, the old release still answers
            if name != self._refused:
                kind = type(error).__name__
                structlog.get_logger().error("release_refused", release=name, error=kind)
            self._refused = name
            return False
        structlog.get_logger().info("release_swapped", release=name)
        return True

    async def watch(self, seconds: float) -> None:
        """Refresh for ever, in a thread, so that no request waits for a release to open."""
        while True:
            await asyncio.sleep(seconds)
            await asyncio.to_thread(self.refresh)
