"""The words of complaints and suggestions: what is filed, where, and what comes back.

A work order (工单) is one matter that a citizen wants dealt with.  What they wrote and who they are
stands in ``Contact`` and in the free texts only; both are sealed wherever they are stored, and
nothing of them reaches a log.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from channels.types import Citation


class OrderKind(StrEnum):
    """What someone wants filed: 咨询、求助、投诉、举报、建议、表扬."""

    CONSULTATION = "consultation"
    HELP = "help"
    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGESTION = "suggestion"
    PRAISE = "praise"


class OrderStatus(StrEnum):
    """How far a hotline order has come: from 登记 over 派单, 退单, 延期 to 办结, 回访, 重办."""

    FILED = "filed"
    ASSIGNED = "assigned"
    RETURNED = "returned"
    WORKING = "working"
    EXTENDED = "extended"
    CLOSED = "closed"
    REVISITED = "revisited"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Who files, as far as they chose to say.  Sealed wherever it is stored."""

    name: str | None = None
    phone: str | None = None
    id_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrder:
    """A matter to file.

    ``key``: the idempotency key; filing the same key again gives the same receipt.  ``person``: an
    opaque id under which the same person's orders are found (a keyed hash of the phone, or of the
    session where no phone was given).  ``topic``: a code of ``topics.yaml``; ``route``: a code of
    ``routes.yaml``; ``department`` and ``district`` are suggestions for whoever dispatches.
    """

    key: str
    person: str
    kind: OrderKind
    text: str
    topic: str | None = None
    route: str = "12345"
    department: str | None = None
    district: str | None = None
    place: str | None = None
    when: str | None = None
    object: str | None = None
    wish: str | None = None
    contact: Contact = Contact()
    confidential: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a citizen keeps.  ``check``: what is asked beside the number later on: the last four
    digits of the phone that was given, or (``drawn``) six digits made for this order."""

    number: str
    check: str
    drawn: bool
    filed: datetime
    route: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEvent:
    """A step of an order.  ``note`` is what the department wrote for the citizen to read."""

    status: OrderStatus
    at: datetime
    department: str | None = None
    note: str | None = None


Act = Literal["add", "urge", "withdraw", "rate", "reopen"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """What someone does with an order of theirs.  ``stars`` 1 to 5 of the 好差评, for ``rate``."""

    act: Act
    text: str | None = None
    stars: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """An order as its owner sees it: no contact, no text of theirs, events oldest first.

    ``retired``: when its texts were destroyed, as the time that they are kept was over."""

    number: str
    kind: OrderKind
    topic: str | None
    route: str
    department: str | None
    filed: datetime
    events: tuple[OrderEvent, ...] = ()
    extended_days: int = 0
    stars: int | None = None
    retired: datetime | None = None

    @property
    def status(self) -> OrderStatus:
        return self.events[-1].status if self.events else OrderStatus.FILED


Refusal = Literal["unknown", "locked", "closed", "too_early", "too_late"]
"""Why a desk does not tell: number and check fit nothing (``unknown``: which of the two is not
said), five wrong tries (``locked``), or the order is past what was asked for: over (``closed``),
rated already (``too_late``), or not over yet (``too_early`` to rate or reopen it)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A desk's no.  ``until``: when a locked number may be tried again."""

    reason: Refusal
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who shows a check: a conversation.  ``own``: the order was filed in it, so that its check was
    given to it and is no guess.  Wrong tries are counted for each asker (``records.tries``)."""

    session: str
    own: bool = False


class WorkOrderDesk(Protocol):
    """Where orders are filed and looked up.  Raises ``assistant.errors.Unavailable``."""

    async def file(self, order: WorkOrder) -> Receipt:
        """File it once per ``order.key``: the second time gives the first receipt."""
        ...

    async def look_up(
        self, number: str, check: str, asker: Asker | None = None
    ) -> OrderView | Refused: ...

    async def follow_up(
        self, number: str, check: str, what: FollowUp, asker: Asker | None = None
    ) -> OrderView | Refused: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """An open order of someone, to notice that they file the same matter again.  ``text``,
    ``place`` and ``object`` are what they wrote: compared, never shown or logged; ``key``: SHA-256
    of the key it was filed under."""

    number: str
    topic: str | None
    district: str | None
    text: str
    filed: datetime
    key: str = ""
    place: str | None = None
    object: str | None = None


class OrderHistory(Protocol):
    """What a person has filed.  Raises ``assistant.errors.Unavailable``."""

    async def recent(self, person: str) -> tuple[Filed, ...]:
        """Their orders that are not over, the newest first, at most twenty."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FormState:
    """Where someone is in filing.  ``fields`` in the order in which they were given, ``None`` for
    one that was skipped; ``asking``: the field that the next message fills, ``None`` once the draft
    is shown and waits for consent (``assistant.work_orders.state`` names the other values).  It
    holds what was typed: a session store seals it."""

    kind: OrderKind
    key: str
    fields: tuple[tuple[str, str | None], ...] = ()
    asking: str | None = None
    topic: str | None = None
    route: str = "12345"
    department: str | None = None
    district: str | None = None


class Suggested(Protocol):
    """A topic that a matter may belong to, with who deals with such (``topics.Suggestion``)."""

    @property
    def code(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def department(self) -> str: ...

    @property
    def probability(self) -> float: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingStep:
    """One sentence for citizens about a route, and where it stands.

    Numbers of the text (limits) stand in the quotes; their ``n`` are given when they are cited.
    """

    text: str
    sources: tuple[Citation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingDirect:
    """A route that one takes oneself.  ``name``: of its record, ``ask``: what asks for that record;
    ``here``: what it means to hand the matter to 12345 all the same, ``button`` says so."""

    name: str
    ask: str
    here: str
    button: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingRoute:
    """A route as filing needs it.

    ``needs``: fields that cannot be skipped (``name``, ``phone`` …), ``because`` says why.
    ``instead``: the code of a route that does without them, for those who will not tell.
    ``steps``: what happens after filing, in order, each with its limit; ``notes``: what is to be
    known of these limits.  ``relayed``: the hotline hands it on to whoever the route names.
    ``own``: how one takes the route oneself.  ``direct``: it is not filed here; ``own`` says why
    and how one does it.
    """

    code: str
    name: str
    needs: frozenset[str] = frozenset()
    because: FilingStep | None = None
    instead: str | None = None
    steps: tuple[FilingStep, ...] = ()
    notes: tuple[FilingStep, ...] = ()
    relayed: bool = False
    own: tuple[FilingStep, ...] = ()
    direct: FilingDirect | None = None


def nowhere(_kind: OrderKind, _text: str) -> str | None:
    """Where nobody can tell, no matter belongs elsewhere."""
    return None


def nobody(_topic: str | None, _district: str | None) -> str | None:
    """Where nobody can tell, no department is named."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingAids:
    """What filing asks of others.

    ``kind_of``: what a text wants filed and how sure that is; ``None`` where it wants nothing filed
    or that is not sure enough to begin.  ``suggest``: topics, likeliest first.  ``route_of``: the
    code of the route for a kind and a topic; ``route``: what that route is for a kind.  ``mask``: a
    text with its personal data masked for a screen.  ``drop_ids``: a text with the numbers of
    identity documents taken out; the same text if it holds none.  ``person``: the opaque id for a
    phone (if one was given) and a session.  ``called``: the names of the record of a code.

    ``direct_of``: the code of the route that a matter of a kind belongs to, where that is one which
    is not filed here; ``department_of``: what the department of a topic is called in a district;
    ``handed``: what is filed reaches the hotline (else it is kept here, and that is said).
    """

    kind_of: Callable[[str], tuple[OrderKind | None, float]]
    suggest: Callable[[str], Sequence[Suggested]]
    route_of: Callable[[OrderKind, str | None], str]
    route: Callable[[str, OrderKind], FilingRoute]
    mask: Callable[[str], str]
    drop_ids: Callable[[str], str]
    person: Callable[[str | None, str], str]
    called: Callable[[str], Sequence[str]] = lambda code: ()
    direct_of: Callable[[OrderKind, str], str | None] = nowhere
    department_of: Callable[[str | None, str | None], str | None] = nobody
    handed: bool = True
