"""How a contract runs what it awaits: all of a test in one event loop, as a server does."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar

Found = TypeVar("Found")


class Run(Protocol):
    """Runs it to its end (the fixture ``run``)."""

    def __call__(self, coroutine: Coroutine[Any, Any, Found], /) -> Found: ...
