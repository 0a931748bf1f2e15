"""The words of the audit log.  An entry holds ids and names of acts only, never a text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Hash = Callable[[bytes], bytes]
"""A hash function: any bytes → its digest of 32 bytes."""

_IDS = re.compile(r"[A-Za-z0-9_.:-]{0,64}")
_ACTS = re.compile(r"[a-z_]+(\.[a-z_]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Who did what to what, and how it ended.

    ``actor``: an account id, ``cli:`` and who runs a command, or ``system``; ``action``: as
    ``handoff.take``; ``object``: an id; ``result``: ``ok``, ``denied`` or a reason.  Raises
    ``ValueError`` for anything but ids and names of acts, so that no text or number of a person
    gets in by mistake.
    """

    actor: str
    action: str
    object: str = ""
    result: str = "ok"

    def __post_init__(self) -> None:
        named = all(_ACTS.fullmatch(one) for one in (self.action, self.result))
        if not (named and self.actor and all(map(_IDS.fullmatch, (self.actor, self.object)))):
            raise ValueError("an audit entry holds ids and names of acts only")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An entry as it stands in the log.  ``at``: UTC, ISO 8601; hashes in hexadecimal."""

    seq: int
    at: str
    actor: str
    action: str
    object: str
    result: str
    algorithm: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A line's number and hash as somebody noted them outside of the database."""

    seq: int
    hash: str


Break = Literal[
    "unreadable", "out_of_order", "not_chained", "changed", "unknown_algorithm", "cut", "anchor"
]
"""A line that cannot be read, has the wrong number, does not follow the one before, was changed,
names a hash that we do not know; lines cut off at the end; an anchor that does not fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """``broken``: the number of the first line that is not as it was written (``None``: all are).

    ``lines``: how many were read; ``head``: the last one, to be noted elsewhere as an anchor.
    """

    lines: int
    broken: int | None = None
    reason: Break | None = None
    head: Anchor | None = None

    @property
    def whole(self) -> bool:
        return self.broken is None
