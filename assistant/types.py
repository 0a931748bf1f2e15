"""The words of the assistant.  A turn is one value that grows, finished once it has a reply."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal, Protocol

from assistant.cases.types import Case
from assistant.handoff.types import Desk, Package, Place, Said
from assistant.work_orders.types import (
    FollowUp,
    FormState,
    OrderView,
    Receipt,
    Refused,
    WorkOrder,
)
from channels.types import Card, Citation, Message, Reply, Sentence, Status
from knowledge.conditions import Value
from knowledge.releases import Release
from knowledge.types import Facet, Hotline, Record
from retrieval.types import Query, SearchResult

Language = Literal["zh", "en"]


class Intent(StrEnum):
    """What a message wants, as far as its words alone tell."""

    ASK = "ask"
    CHOOSE = "choose"
    CRISIS = "crisis"
    SMALL_TALK = "small_talk"
    OUT_OF_SCOPE = "out_of_scope"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """A message read.

    ``choice``: the place chosen from a list, 0 for none of it; ``None`` beside ``CHOOSE``: one that
    it does not have.  Then ``text`` is what is asked of what stands there, else the message,
    normalised; ``original`` is as it was typed (names may differ in brackets only);
    ``focus`` is what remains without question, facet and courtesy words; ``whole``: it asks for all
    that a life event brings; ``generic``: its focus names no item (注销, 补贴 …).  ``profile``:
    what it says of the one who asks (户籍, 区), in the words of ``knowledge/profile.yaml``.
    """

    intent: Intent
    text: str
    original: str = ""
    focus: str = ""
    facets: tuple[Facet, ...] = ()
    language: Language = "zh"
    district: str | None = None
    kind: str | None = None
    whole: bool = False
    generic: bool = False
    choice: int | None = None
    profile: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideState:
    """Where someone is in a bundle: option ids, numbers and days only, never what was typed.

    ``answers`` in the order in which they were given, ``None`` for 不知道.  ``asking``: the
    question that the next message answers; ``None`` once the plan was shown.  ``begun``: the day
    from which dates are reckoned.  ``code``: under which it was saved, if it was asked to be.
    """

    bundle: str
    begun: date
    answers: tuple[tuple[str, Value | None], ...] = ()
    asking: str | None = None
    offline: bool = False
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnquiryState:
    """A progress query under way: the number that was given, and what is asked for next.

    ``act``: what is to be done with the order once it is known (``None``: only tell)."""

    asking: Literal["number", "check", "text", "stars"]
    number: str | None = None
    check: str | None = None
    act: FollowUp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOrder:
    """Errand: file an order.  ``unless_similar``: not if the same person has one like it open."""

    order: WorkOrder
    unless_similar: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """Errand: look up an order or a case by its number and check."""

    number: str
    check: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """Errand: add to, urge, withdraw or rate an order."""

    number: str
    check: str
    what: FollowUp


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPerson:
    """Errand: ask a desk to take the conversation over."""

    desk: Desk
    package: Package


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveQueue:
    """Errand: whoever waits for a person waits no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erase:
    """Errand: erase what is remembered of this conversation and who it was."""


Errand = FileOrder | LookUp | Follow | CallPerson | LeaveQueue | Erase
"""What a turn needs from outside before it can be answered; carried out between the steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """An errand that could not be carried out now: the desk does not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """What was to be done with an order cannot be done any more: it is over, as it stands here."""

    view: OrderView


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Nobody is waited for any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """Open orders of the same person about the same matter, newest first: nothing was filed."""

    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What an erasure left: numbers of orders that the law keeps."""

    kept: tuple[str, ...] = ()


Outcome = Receipt | Similar | OrderView | Over | Case | Place | Left | Refused | Erased | Away


@dataclass(frozen=True, slots=True, kw_only=True)
class Danger:
    """An emergency that was told of: its kind, and how many messages more are heard as of it.

    ``urgent``: the order of its numbers is that of urgency; ``calm``: it was said to be over, only
    what says that it goes on brings it back; ``aside``: the last reply was about something else.
    ``told``: the message that told of it, taken up again where there was none.  With ``left`` 0 it
    is only a mark, for the person who was asked for.
    """

    kind: str
    left: int
    urgent: bool = False
    calm: bool = False
    aside: bool = False
    told: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A list of records that was shown, in its order: ``codes`` (empty where a row has none).

    ``facets``: what was asked of them; ``of``: the bundle whose parts they are; ``at``: the number
    of the turn that showed it.
    """

    codes: tuple[str, ...]
    facets: tuple[Facet, ...] = ()
    of: str | None = None
    at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueState:
    """What is remembered of a conversation: codes, facets, chosen options; of what was typed only
    a form under way, a message that sounded like danger, and the last messages for a person to
    read, personal data masked.

    ``record``: the one last spoken of; ``before``: those before it, the last first; ``facets``:
    those last asked for; ``profile``: what was told of the one who asks.  ``offered``: what the
    turn before this one asked to choose from; ``listed``: the list that was shown last.

    ``receipts``: number and check of what this session filed, so that it need not ask again.
    ``danger``: an emergency not known to be over.
    """

    version: int = 4
    record: str | None = None
    facets: tuple[Facet, ...] = ()
    offered: tuple[str, ...] = ()
    listed: Listed | None = None
    before: tuple[str, ...] = ()
    profile: tuple[tuple[str, str], ...] = ()
    turns: int = 0
    guide: GuideState | None = None
    form: FormState | None = None
    enquiry: EnquiryState | None = None
    receipts: tuple[tuple[str, str], ...] = ()
    handoff: Place | None = None
    said: tuple[Said, ...] = ()
    danger: Danger | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Which record answers, or which ones to choose from, or none; and how sure that is.

    ``unsure``: the choice is offered because none of the records is likely enough to answer.
    """

    outcome: Literal["answer", "clarify", "none"]
    unsure: bool = False
    records: tuple[str, ...] = ()
    passage: str | None = None
    confidence: float = 0.0
    matched: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A reply before it is checked.

    ``guide``: where it leaves the way through a bundle; ``left``: that way is given up.  ``keep``:
    the guide is to be saved under its code.  ``form`` and ``enquiry``: where it leaves a filing and
    a progress query; ``ended``: which of them is over.  Without either they wait as they are.
    """

    status: Status
    reason: str | None = None
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    cards: tuple[Card, ...] = ()
    suggestions: tuple[str, ...] = ()
    quiet: bool = False
    guide: GuideState | None = None
    left: bool = False
    keep: bool = False
    form: FormState | None = None
    enquiry: EnquiryState | None = None
    ended: Literal["form", "enquiry"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message and all that was found for it; also the log record and what eval scores."""

    id: str
    session_id: str
    message: Message
    release: str
    state: DialogueState = DialogueState()
    understanding: Understanding | None = None
    search: SearchResult | None = None
    decision: Decision | None = None
    errand: Errand | None = None
    outcome: Outcome | None = None
    draft: Draft | None = None
    reply: Reply | None = None
    timings: Mapping[str, float] = field(default_factory=dict)


class Searcher(Protocol):
    """query → hits (``retrieval.hybrid.Hybrid`` in production)."""

    def search(self, query: Query) -> SearchResult: ...


@dataclass(frozen=True, slots=True, eq=False)
class Knowledge:
    """One release as the assistant uses it.  A turn holds one from its beginning to its end.

    ``granting``: the codes of policies that say who may claim what.  Equal only to itself: two
    openings are two, whatever they hold.
    """

    release: Release | None
    searcher: Searcher | None
    hotlines: Mapping[str, Hotline]
    granting: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.release.manifest.id if self.release else "none"

    def record(self, code: str) -> Record | None:
        """A record of the release, or a hotline that is known without any release."""
        found = self.release.records.get(code) if self.release else None
        return found or self.hotlines.get(code)


class SessionStore(Protocol):
    """Dialogue states by session id; a lost or unknown session is an empty state."""

    async def load(self, session_id: str) -> DialogueState: ...

    async def save(self, session_id: str, state: DialogueState) -> None: ...

    async def forget(self, session_id: str) -> None: ...


class SessionLocks(Protocol):
    """One turn of a session at a time, so that two tabs cannot corrupt its state.

    What is held is ``True``: the session is ours from its loading to its saving.  ``False``: it
    could not be had (another turn does not end, the server is away); then the turn goes on without
    memory: nothing is loaded, nothing saved.
    """

    def hold(self, session_id: str) -> AbstractAsyncContextManager[bool]: ...


class PlanStore(Protocol):
    """Saved ways through bundles, by a code that tells nothing; gone after some days."""

    async def load(self, code: str) -> GuideState | None: ...

    async def save(self, code: str, guide: GuideState) -> None: ...

    async def forget(self, code: str) -> None: ...
