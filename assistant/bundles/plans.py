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
_CODES = tuple(
    re.compile(rf"(?<![0-9A-Z])(?=([{SIGNS}]{{5}}{between}[{SIGNS}]{{5}})(?![0-9A-Z]))")
    for between in ("-?", " ")
)


def new_code() -> str:
    """A code that cannot be guessed (31 signs, ten places: 49 bits), of letters and digits."""
    while True:
        code = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
        if _mixed(code):
            return code


def _mixed(code: str) -> bool:
    """Whether it holds letters and digits, as no word (department) and no plain number does."""
    return bool(re.search(r"\d", code) and re.search(r"[A-Z]", code))


def shown(code: str) -> str:
    """A code in two groups, as it is read and written down."""
    return f"{code[:5]}-{code[5:]}"


def code_in(text: str) -> str | None:
    """The code that a text names, whatever its case and grouping."""
    said = text.upper()
    found = (re.sub(r"[ -]", "", code) for codes in _CODES for code in codes.findall(said))
    return next(filter(_mixed, found), None)


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

    def __len__(self) -> int:
        """How many plans are kept."""
        return len(self._plans)

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
