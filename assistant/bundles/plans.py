"""Saved plans in memory: by a code that tells nothing, for some days, bounded in number."""

from __future__ import annotations

import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

from assistant.types import GuideState

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Signs of a code: none that is mistaken for another (0 O, 1 I L)."""

LENGTH = 10
_CODE = re.compile(rf"(?<![0-9A-Z])[{SIGNS}]{{5}}[ -]?[{SIGNS}]{{5}}(?![0-9A-Z])")


def new_code() -> str:
    """A code that cannot be guessed (31 signs, ten places: 49 bits)."""
    return "".join(secrets.choice(SIGNS) for _ in range(LENGTH))


def shown(code: str) -> str:
    """A code in two groups, as it is read and written down."""
    return f"{code[:5]}-{code[5:]}"


def code_in(text: str) -> str | None:
    """The code that a text names, whatever its case and grouping."""
    found = _CODE.search(text.upper())
    return re.sub(r"[ -]", "", found[0]) if found else None


class MemoryPlans:
    """The plan store that needs nothing.  ``ttl`` in seconds since a plan was saved."""

    def __init__(
        self,
        *,
        ttl: float = 7 * 86_400,
        most: int = 100_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ttl = ttl
        self._most = most
        self._clock = clock
        self._plans: OrderedDict[str, tuple[float, GuideState]] = OrderedDict()

    async def load(self, code: str) -> GuideState | None:
        known = self._plans.get(code)
        if known is None or self._clock() - known[0] > self._ttl:
            self._plans.pop(code, None)
            return None
        return known[1]

    async def save(self, code: str, guide: GuideState) -> None:
        self._plans[code] = (self._clock(), guide)
        self._plans.move_to_end(code)
        while len(self._plans) > self._most:
            self._plans.popitem(last=False)

    async def forget(self, code: str) -> None:
        self._plans.pop(code, None)
