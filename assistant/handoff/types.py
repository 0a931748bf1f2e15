"""The words of a handoff: a conversation that a person takes over.

Two desks take them: the agents of the 12345 hotline, and the clerks of the remote window (云坐席),
who advise, accept and handle.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

Desk = Literal["hotline", "window"]
HandoffStatus = Literal["waiting", "taken", "returned", "closed", "call_back"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message of a conversation, personal data masked for a screen (138****5678).

    ``codes``: the records a reply cited.  ``danger``: a reply to an emergency of this kind.
    ``phone``: a number that was told, whole: only in what goes to a desk, which seals it.
    """

    who: Literal["citizen", "assistant", "staff"]
    text: str
    at: datetime
    codes: tuple[str, ...] = ()
    danger: str | None = None
    phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What staff see first: at most ten lines, each a label and its text.

    What they want, facts said, items tried, sources shown, what is unclear.  ``danger``: the kind
    of an emergency not known to be over; ``phone``: a number they gave, whole, sealed by the desk.
    """

    lines: tuple[tuple[str, str], ...]
    said: tuple[Said, ...] = ()
    codes: tuple[str, ...] = ()
    danger: str | None = None
    phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a handoff stands.  ``ahead``: how many wait before it; ``minutes``: the expected wait
    (``None``: not known yet, nothing was measured); ``staffed``: whether anybody is at the desk."""

    id: str
    desk: Desk
    status: HandoffStatus
    ahead: int = 0
    minutes: int | None = None
    agent: str | None = None
    staffed: bool = True


class StaffDesk(Protocol):
    """The citizen's side of a desk.  Raises ``assistant.errors.Unavailable``."""

    async def request(self, session_id: str, desk: Desk, package: Package) -> Place:
        """Join the queue (once: asking again gives the same place).  Outside office hours the
        place is a ``call_back``: a work order is filed instead."""
        ...

    async def say(self, session_id: str, said: Said) -> Place | None:
        """A message of the citizen to whoever took over; ``None`` if nobody has this session."""
        ...

    async def leave(self, session_id: str) -> None: ...
