"""The one path that every message takes: screen, understand, handle, tell, check, remember.

The steps are two lists; each takes a turn and returns a new one.  Until a turn has a draft or an
errand it is offered to one handler after the other; an errand is carried out between the lists, and
``tell`` makes the draft of what came of it.  What a citizen typed leaves this module with an errand
only, to the desk that it is for.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from assistant import answering, danger, dialogue, erasing, guardrails, rewriting
from assistant.bundles import benefits, guide
from assistant.bundles.plans import code_in
from assistant.cases import enquiry
from assistant.composing import choices
from assistant.composing.writer import DEMONSTRATION, Writer
from assistant.errands import Desks, carry_out
from assistant.errors import Unavailable
from assistant.generators.types import Rewriter
from assistant.handoff import passing
from assistant.handoff.types import Said
from assistant.privacy import masking
from assistant.rules import Rules, replies
from assistant.types import (
    Decision,
    DialogueState,
    Erased,
    Follow,
    Intent,
    Knowledge,
    LookUp,
    PlanStore,
    SessionLocks,
    SessionStore,
    Turn,
    Understanding,
)
from assistant.understanding import crisis, understand
from assistant.work_orders import form, receipts
from assistant.work_orders.state import PAUSED
from assistant.work_orders.types import FilingAids
from assistant.work_orders.words import begins, has_question
from channels.types import AI_LABEL, Emit, Event, Message, Reply, Status
from knowledge.types import Facet, Hotline
from retrieval.analyzer import normalise

Step = Callable[[Turn], Turn]
Steps = tuple[tuple[str, Step], ...]


@dataclass(frozen=True, slots=True)
class Assistant:
    """Takes turns.  ``knowledge`` gives the current release (one for the whole of a turn).

    ``aids``: what filing needs, over the knowledge of a turn; without them nothing can be filed.
    ``desks``: where errands go.  ``rewriter``: a language model that may propose how a follow-up is
    meant which found nothing (:mod:`assistant.rewriting`).
    """

    knowledge: Callable[[], Knowledge]
    sessions: SessionStore
    locks: SessionLocks
    plans: PlanStore
    rules: Rules
    today: Callable[[], date]
    ideas: Callable[[], Sequence[str]]
    finished: Callable[[Turn], None]
    aids: Callable[[Knowledge], FilingAids] | None = None
    desks: Desks | None = None
    rewriter: Rewriter | None = None

    async def take_turn(self, message: Message, emit: Emit | None = None) -> Reply:
        """The reply to a message.  ``emit`` gets each sentence and card after it was checked."""
        session_id = message.session_id or new_id()
        async with self.locks.hold(session_id) as held:
            turn = await self._remembered(message, session_id, held)
        assert turn.reply is not None
        self.finished(turn)
        if emit is not None:
            await _stream(turn.reply, emit)
        return turn.reply

    async def _remembered(self, message: Message, session_id: str, held: bool) -> Turn:
        """The finished turn, on what was remembered; without memory if the session is not held."""
        state = await self.sessions.load(session_id) if held else DialogueState()
        code = code_in(message.text)
        saved = await self.plans.load(code) if code else None
        begun = replace(state, guide=saved) if saved else state
        knowledge = self.knowledge()
        turn = Turn(
            id=new_id(), session_id=session_id, message=message, release=knowledge.name, state=begun
        )
        turn = await self._passed_on(turn)
        timings: dict[str, float] = {}
        turn = _advance(turn, self._before(knowledge, resuming=bool(code)), timings)
        if self.rewriter is not None and rewriting.unanswered(turn):
            turn = await self._reworded(turn, self.rewriter, knowledge, timings)
        begun_errand = time.perf_counter()
        turn = await carry_out(turn, self.desks)
        timings["errand"] = (time.perf_counter() - begun_errand) * 1000
        after = self._after(knowledge, message)
        turn = replace(_advance(turn, after, timings), timings=timings)
        await self._replied(turn)
        if isinstance(turn.outcome, Erased):
            await self.sessions.forget(session_id)
        elif held and turn.state is not state:
            await self.sessions.save(session_id, turn.state)
        kept = turn.state.guide
        if kept is not None and kept.code is not None and turn.draft and turn.draft.guide:
            await self.plans.save(kept.code, kept)  # it was saved before: what changed as well
        return turn

    async def _passed_on(self, turn: Turn) -> Turn:
        """The turn with where its handoff stands, once the desk was told what was said."""
        staff = self.desks.staff if self.desks else None
        if staff is None or not passing.waits(turn.state):
            return turn
        said = passing.heard(turn.message.text, datetime.now(UTC))
        try:
            place = await staff.say(turn.session_id, said)
        except Unavailable:
            return turn
        return replace(turn, state=passing.settled(turn.state, place))

    async def _replied(self, turn: Turn) -> None:
        """Tell the desk what the assistant answered to somebody who waits or is talked to: above
        all the help in an emergency."""
        staff = self.desks.staff if self.desks else None
        said = passing.overheard(turn, datetime.now(UTC))
        if staff is not None and said is not None:
            with suppress(Unavailable):
                await staff.say(turn.session_id, said)

    async def _reworded(
        self, turn: Turn, rewriter: Rewriter, knowledge: Knowledge, timings: dict[str, float]
    ) -> Turn:
        """The turn after a rewriting was asked for; the milliseconds that it took are noted."""
        begun = time.perf_counter()
        turn = await rewriting.reworded(turn, rewriter, knowledge, self.rules, self.today())
        timings["rewrite"] = (time.perf_counter() - begun) * 1000
        return turn

    def _before(self, knowledge: Knowledge, *, resuming: bool) -> Steps:
        """Up to a draft or an errand."""
        handlers: Steps = (
            ("erase", lambda one: _calmly(one, erasing.take)),
            ("person", lambda one: _calmly(one, lambda it: passing.take(it, knowledge))),
            ("danger", lambda one: one if resuming else self._endangered(one, knowledge)),
            ("resume", lambda one: self._resume(one, knowledge) if resuming else one),
            ("enquire", lambda one: self._enquire(one, knowledge)),
            ("file", lambda one: self._file(one, knowledge)),
            ("guide", lambda one: self._guide(one, knowledge)),
            ("wait", lambda one: _calmly(one, lambda it: self._wait(it, knowledge))),
            ("handle", lambda one: self._handle(one, knowledge)),
        )
        return (
            ("screen", screen),
            ("understand", lambda one: _understand(one, self.rules)),
            *((name, _unless_settled(handler)) for name, handler in handlers),
        )

    def _after(self, knowledge: Knowledge, message: Message) -> Steps:
        """From what came of an errand to the reply; ``message``: what was typed."""
        return (
            ("tell", lambda one: self._tell(one, knowledge)),
            ("for here", lambda one: answering.for_here(one, self.rules)),
            (
                "remind",
                lambda one: _remind(one, knowledge, self.aids(knowledge) if self.aids else None),
            ),
            ("still", passing.still),
            ("beside", lambda one: danger.beside(one, knowledge, self.rules)),
            ("check", check),
            ("reply", lambda one: _reply(one, knowledge)),
            ("remember", dialogue.remember),
            ("danger left", lambda one: danger.remember(one, self.rules)),
            ("write down", lambda one: _written_down(one, message)),
        )

    def _handle(self, turn: Turn, knowledge: Knowledge) -> Turn:
        reading = turn.understanding
        assert reading is not None
        writer = Writer(english=reading.language == "en")
        match reading.intent:
            case Intent.CRISIS if named := self._named(turn, knowledge):
                return answering.answer(
                    replace(turn, understanding=named),
                    knowledge,
                    self.rules,
                    self.today(),
                    self.ideas(),
                )
            case Intent.CRISIS:
                kind = self.rules.crisis_of(reading.kind)
                assert kind is not None
                return replace(turn, draft=danger.first(turn, kind, knowledge, self.rules))
            case Intent.SMALL_TALK:
                talk = choices.small_talk(reading.kind or "help", writer, self.ideas())
                return replace(turn, draft=talk)
            case Intent.EMPTY:
                return replace(turn, draft=choices.empty(writer, self.ideas()))
            case _:
                return answering.answer(turn, knowledge, self.rules, self.today(), self.ideas())

    def _resume(self, turn: Turn, knowledge: Knowledge) -> Turn:
        """Go on with the saved plan whose code the message names; say so if there is none."""
        if (turn.understanding or _NOTHING).intent is Intent.CRISIS:
            return turn
        resumed = guide.resumed(turn, knowledge, self.today())
        return resumed or replace(turn, draft=choices.no_such_plan(Writer()))

    def _endangered(self, turn: Turn, knowledge: Knowledge) -> Turn:
        """A message after an emergency that is more of it."""

        def asks(reading: Understanding) -> bool:
            text = turn.message.text
            if begins(text) is not None or enquiry.asks_progress(text):
                return True
            if reading.intent is not Intent.ASK or knowledge.searcher is None:
                return False
            known = turn.state.danger
            aside = known is not None and known.aside
            if turn.state.record and (aside or _ABOUT_PAPERS & set(reading.facets)):
                return bool(reading.facets)
            found = answering.find(reading, knowledge, self.today()).decision
            if found.outcome == "clarify":
                return _likely(reading.focus, found, knowledge)
            if found.unsure or found.outcome == "none":
                return False
            plain = found.matched or reading.facets or reading.whole
            return bool(plain or found.confidence >= _PLAINLY)

        return danger.take(turn, knowledge, self.rules, asks) or turn

    def _file(self, turn: Turn, knowledge: Knowledge) -> Turn:
        """What belongs to a filing that is under way, or begins one."""
        if self.aids is None:
            return turn
        aids = self.aids(knowledge)
        taken = form.take(turn, aids) or form.begin(turn, aids)
        if taken is None or (turn.state.form is None and self._is_called(turn, knowledge)):
            return turn
        return taken

    def _is_called(self, turn: Turn, knowledge: Knowledge) -> bool:
        """Whether a message asks about a record by its name, or is not much more than that
        (既有住宅加装电梯一件事), and says outside that name not that something is to be filed; a
        name that goes over 我要投诉 (投诉物业) is none where nothing is asked."""
        reading, text = turn.understanding, turn.message.text
        name = self._name_in(turn, knowledge)
        if reading is None or name is None or begins(_without(text, name)) is not None:
            return False
        if (begun := begins(text)) is not None:
            return bool(reading.facets) and not (begun.wants and not has_question(text))
        return bool(reading.facets) or 2 * len(name) >= len(_HAN.findall(text))

    def _name_in(self, turn: Turn, knowledge: Knowledge) -> str | None:
        """The whole name of a record that a message has in it, normalised."""
        reading = turn.understanding
        if reading is None or knowledge.searcher is None or reading.intent is not Intent.ASK:
            return None
        return answering.find(reading, knowledge, self.today()).decision.matched

    def _enquire(self, turn: Turn, knowledge: Knowledge) -> Turn:
        """What asks for progress, or goes on asking; while a form waits for an answer, only what
        plainly does.  A record may be called 办件进度查询: that asks for no progress."""
        waiting = turn.state.form
        filing = waiting is not None and waiting.asking != PAUSED
        state = turn.state.enquiry
        pending = state is not None and enquiry.pending(state)
        if self.desks is None:
            return turn
        filed = bool(turn.state.receipts)
        if filing and not pending and not enquiry.asks_progress(turn.message.text, filed=filed):
            return turn
        taken = _calmly(turn, lambda one: enquiry.take(one, self.today()))
        if taken is turn or state or (name := self._name_in(turn, knowledge)) is None:
            return taken
        rest = replace(turn.message, text=_without(turn.message.text, name))
        asks = enquiry.take(replace(turn, message=rest), self.today()) is not None
        return taken if asks else turn

    def _wait(self, turn: Turn, knowledge: Knowledge) -> Turn | None:
        """What somebody who waits for a person says to that person; first comes what answers the
        question for a receipt number."""
        if turn.state.handoff and (lost := enquiry.without_number(turn, knowledge)):
            return replace(turn, draft=lost)

        def answers(reading: Understanding) -> bool:
            found = answering.find(reading, knowledge, self.today())
            return found.decision.outcome == "answer" and not found.decision.unsure

        return passing.stay(turn, knowledge, answers) if knowledge.searcher else None

    def _tell(self, turn: Turn, knowledge: Knowledge) -> Turn:
        """The draft of what came of an errand: each teller knows its own."""
        if turn.outcome is None:
            return turn
        told = receipts.tell(turn, knowledge, self.aids(knowledge)) if self.aids else None
        handed = self.desks is None or self.desks.handed
        told = told or passing.tell(turn, knowledge, handed=handed) or erasing.tell(turn)
        if told is not None:
            return told
        if isinstance(turn.errand, LookUp | Follow):
            return enquiry.tell(turn, knowledge, self.today(), handed=handed)
        return replace(turn, draft=choices.away(Writer(), knowledge))

    def _guide(self, turn: Turn, knowledge: Knowledge) -> Turn:
        """What belongs to the way through a bundle that is under way."""
        waiting = turn.state.form
        if waiting is not None and waiting.asking != PAUSED:
            return turn  # the filing asks, not the bundle
        taken = guide.take(turn, knowledge, self.today())
        if taken is None and benefits.asks_for_benefits(turn.message.text):
            return benefits.begin(turn, knowledge, self.today())
        return taken or turn

    def _named(self, turn: Turn, knowledge: Knowledge) -> Understanding | None:
        """The message read without the learned ear, if it then calls a service by its whole name.

        An item may be called 保全聊天记录公证: what but sounds like danger is a question then.
        """
        if knowledge.searcher is None:
            return None
        reading = understand(turn.message, turn.state, self.rules, ear=False)
        if reading.intent is not Intent.ASK:
            return None
        decision = answering.find(reading, knowledge, self.today()).decision
        return reading if decision.matched is not None else None


def _likely(focus: str, found: Decision, knowledge: Knowledge) -> bool:
    """Whether several records may well be meant: likely enough, or else called by a part of their
    name (居住证怎么办).  Who is in danger says little that any record is likely for."""
    if found.confidence >= _LIKELY and len(focus) >= _LONG_NAMED:
        return True
    known = [one for code in found.records if (one := knowledge.record(code))]
    names = [normalise(name) for one in known for name in (one.name, *one.aliases)]
    said = [part for part in focus.split() if len(part) >= _LEAST_NAMED]
    called = any(part in name for part in said for name in names)
    return called and found.confidence >= _PERHAPS


_LEAST_NAMED, _LONG_NAMED = 2, 4
_LIKELY, _PERHAPS = 0.5, 0.3
"""How likely the best of several records is, after an emergency; without and with its name."""

_PLAINLY = 0.8
"""How sure a record must answer what asks for nothing by name, after an emergency."""

_ABOUT_PAPERS = {Facet.FEE, Facet.AMOUNT, Facet.MATERIALS, Facet.CONDITIONS, Facet.LEGAL_BASIS}
"""What nobody in danger asks of the danger, as they may where, how long and what number."""

_HAN = re.compile(r"[㐀-鿿]")
_NOTHING = Understanding(intent=Intent.EMPTY, text="")


def _without(text: str, name: str) -> str:
    """A message without a name that stands in it."""
    return normalise(text).replace(normalise(name), "")


def _calmly(turn: Turn, taker: Callable[[Turn], Turn | None]) -> Turn:
    """The turn taken, if nobody is in danger and it is for this taker; else as it is."""
    if (turn.understanding or _NOTHING).intent is Intent.CRISIS:
        return turn
    return taker(turn) or turn


def _shown(text: str) -> str:
    """What was typed, as a person may read it on a screen."""
    return masking.screen(guardrails.clean(text)[: guardrails.MOST_CHARACTERS])


def _written_down(turn: Turn, message: Message) -> Turn:
    """The last messages are kept for a person to read, personal data masked."""
    if isinstance(turn.outcome, Erased):
        return turn
    now, reply = datetime.now(UTC), turn.reply
    asked = Said(who="citizen", text=_shown(message.text), at=now)
    codes = tuple(dict.fromkeys(one.code for one in reply.citations)) if reply else ()
    told = Said(who="assistant", text=reply.text if reply else "", at=now, codes=codes)
    said = (*turn.state.said, asked, told)[-passing.MOST_SAID :]
    return replace(turn, state=replace(turn.state, said=said))


def _advance(turn: Turn, steps: Steps, timings: dict[str, float]) -> Turn:
    """The turn after all the steps; the milliseconds that each took are noted in ``timings``."""
    for name, step in steps:
        begun = time.perf_counter()
        turn = step(turn)
        timings[name] = (time.perf_counter() - begun) * 1000
    return turn


def _unless_settled(handler: Step) -> Step:
    """The handler, for turns that have neither a draft nor an errand yet."""
    return lambda one: one if one.draft is not None or one.errand is not None else handler(one)


def _remind(turn: Turn, knowledge: Knowledge, aids: FilingAids | None) -> Turn:
    """After another question, the way back to the one that waits."""
    draft, waiting = turn.draft, turn.state.guide
    if isinstance(turn.outcome, Erased):
        return turn  # nothing waits any more
    if draft is not None and turn.state.form is not None and aids is not None:
        return form.remind(turn, draft, aids)
    if draft is None or waiting is None or draft.guide is not None or draft.left:
        return turn
    again = guide.again(turn, knowledge)
    return replace(turn, draft=again or guide.remind(draft, waiting, knowledge))


def new_id() -> str:
    """An id that tells nothing and cannot be guessed."""
    return os.urandom(16).hex()


def screen(turn: Turn) -> Turn:
    """Take out invisible characters; refuse what is longer than a question, or than what is told
    in a filing that is under way."""
    text = guardrails.clean(turn.message.text)
    if text != turn.message.text:
        turn = replace(turn, message=replace(turn.message, text=text))
    most = guardrails.MOST_TOLD if turn.state.form else guardrails.MOST_CHARACTERS
    if len(text) <= most:
        return turn
    words = replies()["refused"]["too_long"].format(limit=most)
    return replace(turn, draft=choices.refused("too_long", words, Writer()))


def check(turn: Turn) -> Turn:
    assert turn.draft is not None
    checked = guardrails.check(turn.draft)
    return turn if checked is turn.draft else replace(turn, draft=checked)


def _understand(turn: Turn, rules: Rules) -> Turn:
    """The turn with its reading.  Whoever is in danger may write more than a question."""
    if turn.draft is not None and not crisis(normalise(turn.message.text), rules):
        return turn
    return replace(turn, understanding=understand(turn.message, turn.state, rules), draft=None)


def _reply(turn: Turn, knowledge: Knowledge) -> Turn:
    draft = turn.draft
    assert draft is not None
    codes = {one.code for one in draft.citations}
    cited = [record for code in codes if (record := knowledge.record(code))]
    demonstration = any(
        record.provenance.demonstration and not isinstance(record, Hotline) for record in cited
    )
    reply = Reply(
        session_id=turn.session_id,
        turn_id=turn.id,
        status=draft.status,
        reason=draft.reason,
        text="\n".join(one.text for one in draft.sentences),
        sentences=draft.sentences,
        citations=draft.citations,
        cards=draft.cards,
        suggestions=draft.suggestions,
        label=AI_LABEL + (DEMONSTRATION if demonstration else ""),
        quiet=draft.quiet,
    )
    return replace(turn, reply=reply)


async def _stream(reply: Reply, emit: Emit) -> None:
    await emit(Event(name="status", data=Status(reply.status)))
    for sentence in reply.sentences:
        await emit(Event(name="sentence", data=sentence))
    for card in reply.cards:
        await emit(Event(name="card", data=card))
