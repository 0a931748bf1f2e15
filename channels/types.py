"""The words of every channel: what comes in, what goes out, and what a channel may call.

The JSON shapes are those of ``shared/design.md`` §6.  A channel renders a :class:`Reply`; it never
adds facts to it (one brain: same codes, facts and citations everywhere).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal, Protocol

CardKind = Literal[
    "materials",
    "steps",
    "window",
    "article",
    "choices",
    "hotline",
    "online",
    "overview",
    "question",
    "plan",
    "saved",
    "draft",
    "receipt",
]

Entry = Literal["choice", "choices", "yes_no", "number", "date"]
"""How a question is answered: by one option, several, yes or no, a number, a day."""

AI_LABEL = "本内容由人工智能服务（AI）依据所列记录生成，仅供参考，以主管部门最新公布为准。"


class Status(StrEnum):
    """Reply statuses: a closed list (design §2)."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    CLARIFY = "clarify"
    GUIDING = "guiding"
    FILED = "filed"
    NOT_FOUND = "not_found"
    OUT_OF_SCOPE = "out_of_scope"
    REFUSED = "refused"
    CRISIS = "crisis"
    HANDED_OFF = "handed_off"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a citizen.  ``profile`` holds only what they chose to tell."""

    text: str
    session_id: str | None = None
    locale: str = "zh-CN"
    district: str | None = None
    profile: Mapping[str, str] = field(default_factory=dict)
    channel: str = "web"


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Where a sentence comes from: ``field`` is a path in record ``code``, ``quote`` its words."""

    n: int
    kind: str
    code: str
    title: str
    field: str
    quote: str
    url: str | None = None
    as_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence and the numbers of the citations that carry it (empty: no fact is stated).

    ``reckoned``: numbers and days in it that were counted or computed from what is cited (how many
    visits, the earliest finish), as they stand in the text.
    """

    text: str
    citations: tuple[int, ...] = ()
    reckoned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRow:
    """One line of a card; ``ask`` is the message that a tap sends, ``tel`` a number to dial."""

    label: str
    text: str | None = None
    note: str | None = None
    url: str | None = None
    tel: str | None = None
    ask: str | None = None
    code: str | None = None
    citations: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A block beside the sentences; every channel lays it out in its own way.

    Of a ``question``: ``entry`` says how it is answered, ``unit`` of what a number is, ``rows`` are
    its options and other ways on.  Of a ``draft``: rows with a ``text`` are what was said (``ask``
    changes it), rows without one are what can be done with the whole.
    """

    kind: CardKind
    title: str
    rows: tuple[CardRow, ...]
    code: str | None = None
    note: str | None = None
    entry: Entry | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What every channel renders.  ``text`` is the sentences joined, for those that only speak."""

    session_id: str
    turn_id: str
    status: Status
    text: str
    reason: str | None = None
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    cards: tuple[Card, ...] = ()
    suggestions: tuple[str, ...] = ()
    label: str = AI_LABEL
    quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A day of a plan that belongs in a calendar."""

    day: date
    title: str
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A saved plan as it is printed: no name, no number, nothing that tells whose it is."""

    code: str
    title: str
    made: date
    sentences: tuple[Sentence, ...]
    cards: tuple[Card, ...]
    citations: tuple[Citation, ...]
    deadlines: tuple[Deadline, ...] = ()
    label: str = AI_LABEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """Whether an answer helped: ids and a verdict only, never the question."""

    session_id: str
    turn_id: str
    helpful: bool
    reason: Literal["wrong", "unclear", "incomplete", "outdated", "other"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One step of a streamed reply: a status, a checked sentence or a card."""

    name: Literal["status", "sentence", "card"]
    data: Status | Sentence | Card


Emit = Callable[[Event], Awaitable[None]]


class Respond(Protocol):
    """Take one message and give its reply; ``emit`` gets each part after it was checked."""

    def __call__(self, message: Message, emit: Emit | None = None) -> Awaitable[Reply]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """What a channel shows before the first question."""

    title: str
    notice: str
    suggestions: tuple[str, ...]
    release: str
    demonstration: bool


@dataclass(frozen=True, slots=True)
class Services:
    """The callables that a channel may use, ``respond`` first."""

    respond: Respond
    sheet: Callable[[str], Awaitable[Sheet | None]]
    forget: Callable[[str], Awaitable[None]]
    feedback: Callable[[Feedback], None]
    welcome: Callable[[], Welcome]
    ready: Callable[[], Awaitable[Mapping[str, Any]]]
    metrics: Callable[[], bytes]


# The staff's side of a conversation

DeskName = Literal["hotline", "window"]
HandoffState = Literal["waiting", "taken", "returned", "closed", "call_back"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMember:
    """Who is signed in.  ``may``: names of permissions; ``badge``: the number citizens see;
    ``must_change``: nothing but changing the first password is open to them."""

    id: str
    name: str
    badge: str
    role: str
    label: str
    may: frozenset[str] = frozenset()
    desks: tuple[DeskName, ...] = ()
    must_change: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSignedIn:
    """``token`` goes into a cookie and nowhere else."""

    token: str = field(repr=False)
    member: StaffMember


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffNotSignedIn:
    """``wrong``: which of name, password and code is not said; ``code``: it is asked for."""

    reason: Literal["wrong", "locked", "code"]
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A record that something was said from."""

    code: str
    title: str
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A line of a conversation: something said, or (``kind`` other than ``said``) what happened.

    ``id`` grows along a session; 0 for what was said before anyone was asked for.  ``text`` is
    ``None`` once it was erased.
    """

    id: int = 0
    kind: Literal["said", "waiting", "taken", "returned", "closed", "call_back"] = "said"
    who: Literal["citizen", "assistant", "staff"]
    at: datetime
    text: str | None = None
    badge: str | None = None
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A handoff as the list shows it.  ``want``: the first line of its package; ``urgent``: a
    danger was told of; ``gone``: since when the citizen's page has not been connected."""

    id: str
    desk: DeskName
    status: HandoffState
    since: datetime
    want: str
    unread: bool = False
    urgent: bool = False
    gone: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A handoff opened: the package (at most ten lines, label and text), its sources, all said.

    ``invites``: name and label of what the citizen may be asked to do."""

    id: str
    desk: DeskName
    status: HandoffState
    mine: bool
    since: datetime
    lines: tuple[tuple[str, str], ...]
    sources: tuple[Source, ...]
    spoken: tuple[Spoken, ...]
    invites: tuple[tuple[str, str], ...] = ()
    urgent: bool = False
    gone: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An answer that staff may send as it is or change first, with what it was said from."""

    text: str
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffAct:
    """What a member does with a handoff.  ``codes``: records that a ``say`` rests on; ``text`` of
    an ``invite``: its name.  It is said to the citizen, who goes on with the assistant."""

    kind: Literal["take", "say", "invite", "return", "close"]
    text: str = field(default="", repr=False)
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffPhone:
    """The number that a citizen gave, for who has taken them over; ``None`` if they gave none."""

    phone: str | None = field(repr=False)


StaffRefusal = Literal["denied", "gone", "empty", "too_long"]
"""The role may not; it is not theirs (any more); nothing was written; more than can be sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """A line of the audit log: ids and names of acts; ``at``: UTC, ISO 8601."""

    seq: int
    at: str
    actor: str
    action: str
    object: str
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """The last lines, newest first; ``verdict``: what checking the whole log said, if it was."""

    rows: tuple[AuditRow, ...]
    verdict: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """An account as administrators see it; ``states`` in words."""

    name: str
    badge: str
    label: str
    desks: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountAct:
    """What an administrator does with an account; ``role`` and ``desks`` of one to ``add``."""

    kind: Literal["add", "disable", "reset"]
    name: str
    role: str = ""
    desks: tuple[DeskName, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChanged:
    """What came of it, in words; ``password``: the first one, shown this once."""

    done: str | None = None
    problem: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFrame:
    """What is pushed to a citizen: a line of staff, or where the handoff stands.

    ``id``: a cursor, to be given when asking again; 0 for what only holds now.  ``staffed``:
    whether anybody is at the desk that is waited for.  ``ask``: a message that a button beneath the
    text sends.
    """

    kind: Literal["said", "waiting", "taken", "returned", "closed", "call_back"]
    id: int = 0
    at: datetime | None = None
    text: str | None = None
    badge: str | None = None
    sources: tuple[Source, ...] = ()
    ahead: int | None = None
    minutes: int | None = None
    staffed: bool | None = None
    ask: str | None = None


@dataclass(frozen=True, slots=True)
class StaffServices:
    """The callables of the staff channel and of what is pushed to citizens.

    ``member`` gives who has a token (``acts``: it counts as an act, so the idle time begins anew);
    ``watch`` yields each time that something a member may see has changed; ``live`` yields the
    frames of a session after a cursor and ends once nobody is asked for any more.
    """

    sign_in: Callable[[str, str, str], Awaitable[StaffSignedIn | StaffNotSignedIn]]
    sign_out: Callable[[str], Awaitable[None]]
    member: Callable[[str, bool], Awaitable[StaffMember | None]]
    change_password: Callable[[str, str, str], Awaitable[tuple[str, ...]]]
    queue: Callable[[StaffMember], Awaitable[tuple[Queued, ...]]]
    conversation: Callable[[StaffMember, str], Awaitable[Conversation | None]]
    news: Callable[[StaffMember, str, int], Awaitable[tuple[Spoken, ...]]]
    act: Callable[[StaffMember, str, StaffAct], Awaitable[StaffRefusal | None]]
    reveal: Callable[[StaffMember, str], Awaitable[StaffPhone | None]]
    suggestions: Callable[[StaffMember, str], Awaitable[tuple[Suggestion, ...]]]
    watch: Callable[[StaffMember], AsyncGenerator[None, None]]
    live: Callable[[str, int], AsyncGenerator[LiveFrame, None]]
    missed: Callable[[str, int], Awaitable[tuple[LiveFrame, ...]]]
    audit: Callable[[StaffMember, bool], Awaitable[AuditPage | None]]
    accounts: Callable[[StaffMember], Awaitable[tuple[AccountRow, ...] | None]]
    change_account: Callable[[StaffMember, AccountAct], Awaitable[AccountChanged | None]]
