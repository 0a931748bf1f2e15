"""What stores on servers share: a file that says which release they keep, and a pause when down."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from retrieval.types import StoreUnavailable

PAUSE = 5.0
"""Seconds in which a server that did not answer is not asked again: each question would wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a server keeps for an index; no address, for that is a secret of the settings."""

    release: str
    vectors: int
    dimensions: int
    indexed: bool

    def save(self, path: Path) -> None:
        """Write one JSON file."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False) + "\n", "utf-8")

    @classmethod
    def load(cls, path: Path) -> Kept:
        """Read what :meth:`save` wrote."""
        return cls(**json.loads(path.read_text("utf-8")))


class Pause:
    """Remembers for a while that a server did not answer."""

    def __init__(self, seconds: float = PAUSE, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._until = float("-inf")

    def check(self) -> None:
        """Raises ``StoreUnavailable`` during the pause."""
        if self._clock() < self._until:
            raise StoreUnavailable("the vector store did not answer a moment ago")

    def begin(self) -> None:
        """It did not answer."""
        self._until = self._clock() + self._seconds


def name_of(release: str) -> str:
    """A name for a release that every server takes: ``suiwen_`` and 16 hexadecimal digits."""
    return "suiwen_" + hashlib.blake2b(release.encode(), digest_size=8).hexdigest()
