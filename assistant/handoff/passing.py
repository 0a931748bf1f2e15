"""The citizen's side of a handoff in the pipeline: asking for a person, waiting, being talked to.

While they wait the assistant goes on answering questions, and the desk sees it; what is no question
of its own is meant for the person, and the reply says where the queue stands.  Once a person has
taken over the assistant is silent, and what the citizen writes is only passed on.  A form under way
waits: what is said to a person is no answer to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from assistant import guardrails
from assistant.composing import choices
from assistant.composing.writer import Writer
from assistant.handoff.asking import about_the_queue, asks_phone, leaves_queue, wants_person
from assistant.handoff.packing import package
from assistant.handoff.types import Desk, Place, Said
from assistant.privacy import masking
from assistant.rules import replies
from assistant.types import (
    Away,
    CallPerson,
    DialogueState,
    Draft,
    EnquiryState,
    Intent,
    Knowledge,
    LeaveQueue,
    Left,
    Turn,
    Understanding,
)
from assistant.work_orders.phones import number_in
from assistant.work_orders.state import PAUSED
from assistant.work_orders.words import texts as filing_texts
from channels.types import Sentence, Status

MOST_SAID = 40
"""How many messages of a conversation are kept for a person to read."""


def heard(text: str, at: datetime) -> Said:
    """What a citizen typed, as the desk gets it: masked for a screen, and apart from that the
    number to call them back, which the desk seals."""
    typed = guardrails.clean(text)[: guardrails.MOST_CHARACTERS]
    return Said(who="citizen", text=masking.screen(typed), at=at, phone=number_in(typed))


def overheard(turn: Turn, at: datetime) -> Said | None:
    """What the assistant replied, for the desk that is waited for or has the conversation; ``None``
    for what only says where the handoff stands, or where there is none."""
    reply = turn.reply
    if reply is None or not waits(turn.state) or reply.status is Status.HANDED_OFF:
        return None
    codes = tuple(dict.fromkeys(one.code for one in reply.citations))
    danger = reply.reason if reply.status is Status.CRISIS else None
    return Said(who="assistant", text=reply.text, at=at, codes=codes, danger=danger)


def take(turn: Turn, knowledge: Knowledge) -> Turn | None:
    """The turn with its errand or reply, if it is about a person; ``None`` if it is not."""
    place, text = turn.state.handoff, turn.message.text
    if place is not None and place.status == "taken":
        return replace(turn, draft=_remark("delivered"))
    if place is not None and leaves_queue(text):
        return replace(turn, errand=LeaveQueue())
    if place is not None and asks_phone(text, about=turn.state.record is not None):
        return _phone(turn, knowledge)
    desk = wants_person(text)
    return None if desk is None else _called(turn, desk, knowledge)


def _phone(turn: Turn, knowledge: Knowledge) -> Turn | None:
    """The number of the public hotline; ``None`` where no record has it."""
    writer = Writer()
    choices.say_line(knowledge, choices.PUBLIC_HOTLINE, _texts()["phone"], writer)
    if not writer.sentences:
        return None
    writer.suggestions.append(_texts()["leave"])
    return replace(turn, draft=writer.draft(Status.ANSWERED, "phone"))


def stay(turn: Turn, knowledge: Knowledge, answers: Callable[[Understanding], bool]) -> Turn | None:
    """The turn of somebody who waits for a person and asks nothing: where the queue stands, asked
    anew; ``None`` if nobody waits, or the message is a question.

    ``answers``: whether a record surely answers the message by itself.
    """
    place, reading = turn.state.handoff, turn.understanding
    if (
        place is None
        or not waits(turn.state)
        or reading is None
        or _asks(reading, turn.state, answers)
    ):
        return None
    return _called(turn, place.desk, knowledge)


def _asks(
    reading: Understanding, state: DialogueState, answers: Callable[[Understanding], bool]
) -> bool:
    """Whether a message is for the assistant: a courtesy, a choice, a question."""
    if reading.intent is not Intent.ASK:
        return reading.intent is not Intent.EMPTY
    if about_the_queue(reading.text) or not reading.facets:
        return False
    if masking.screen(reading.original) != reading.original:
        return False  # who they are is told to the person
    return answers(reading) if reading.focus else state.record is not None


def _called(turn: Turn, desk: Desk, knowledge: Knowledge) -> Turn:
    profile = turn.understanding.profile if turn.understanding else ()
    told = (*turn.state.profile, *profile)
    phone = number_in(turn.message.text)
    packed = package(turn.state, record=knowledge.record, profile=told, phone=phone)
    return replace(turn, errand=CallPerson(desk=desk, package=packed))


def tell(turn: Turn, knowledge: Knowledge) -> Turn | None:
    """The reply to having asked for a person; ``None`` for what came of another errand."""
    outcome = turn.outcome
    if isinstance(outcome, Left):
        return replace(turn, draft=replace(_remark("left"), status=Status.ANSWERED))
    if isinstance(outcome, Place):
        draft = _told(outcome, knowledge, _name(turn), turn.state)
        return replace(turn, draft=_held(turn.state, draft))
    if isinstance(outcome, Away) and isinstance(turn.errand, CallPerson):
        return replace(turn, draft=choices.person("handoff", Writer(), knowledge))
    return None


def _name(turn: Turn) -> str:
    """Which text stands before where the queue stands: to a call, to a question, to what is said to
    the person."""
    text = turn.message.text
    if wants_person(text) or not waits(turn.state):
        return "waiting"
    return "queue" if about_the_queue(text) else "noted"


def settled(state: DialogueState, place: Place | None) -> DialogueState:
    """The state with where its handoff stands now; none once it was handed back or closed."""
    going = place if place is not None and place.status in ("waiting", "taken") else None
    return state if going == state.handoff else replace(state, handoff=going)


def waits(state: DialogueState) -> bool:
    """Whether a desk is to be told what is said."""
    return state.handoff is not None and state.handoff.status in ("waiting", "taken")


def still(turn: Turn) -> Turn:
    """The turn that answers a question of somebody who waits, with a line that they wait still."""
    draft, place = turn.draft, turn.state.handoff
    if draft is None or place is None or place.status != "waiting" or turn.outcome is not None:
        return turn
    if draft.status not in _ANSWERS:
        return turn
    line = Sentence(text=_texts()["still" if place.staffed else "still_nobody"])
    return replace(turn, draft=replace(draft, sentences=(*draft.sentences, line)))


_ANSWERS = frozenset((Status.ANSWERED, Status.PARTIAL, Status.NOT_FOUND, Status.CLARIFY))


def _held(state: DialogueState, draft: Draft) -> Draft:
    """The draft that leaves a form paused, and a progress query with nothing asked."""
    if state.form is not None:
        draft = replace(draft, form=replace(state.form, asking=PAUSED))
    asked = state.enquiry
    if asked is None:
        return draft
    if asked.number and asked.check:
        known = EnquiryState(asking="number", number=asked.number, check=asked.check)
        return replace(draft, enquiry=known)
    return replace(draft, ended="enquiry")


def _after_hours(state: DialogueState, knowledge: Knowledge) -> Draft:
    """Nobody works at this hour.  Whoever fills a form goes on with it: it holds what was said, and
    is answered; others are offered an order to be called back."""
    if state.form is None:
        return choices.called_back(Writer(), knowledge, _texts()["call_back"])
    resume = filing_texts()["resume"]
    draft = choices.called_back(
        Writer(), knowledge, _texts()["call_back_form"].format(resume=resume)
    )
    return replace(draft, suggestions=(resume,))


def _told(place: Place, knowledge: Knowledge, waiting: str, state: DialogueState) -> Draft:
    texts = _texts()
    match place.status:
        case "waiting" if not place.staffed:
            return _nobody(knowledge, waiting)
        case "waiting":
            ahead = texts["ahead"].format(count=place.ahead) if place.ahead else texts["next"]
            unknown = texts["no_minutes"] if waiting == "queue" else ""
            wait = texts["minutes"].format(count=place.minutes) if place.minutes else unknown
            return _remark(waiting, ahead, wait, reckoned=(place.ahead, place.minutes))
        case "taken":
            return _remark("taken")
        case _:
            return _after_hours(state, knowledge)


def _nobody(knowledge: Knowledge, waiting: str) -> Draft:
    """That nobody is at the desk, how to be called back, and the number that is always answered."""
    texts, writer = _texts(), Writer()
    writer.remark("".join((texts["noted"] if waiting == "noted" else "", texts["nobody"])))
    choices.say_line(knowledge, choices.PUBLIC_HOTLINE, texts["call_now"], writer)
    writer.suggestions += [texts["ask_back"], texts["leave"]]
    return writer.draft(Status.HANDED_OFF, "noted" if waiting == "noted" else "waiting")


def _remark(name: str, *more: str, reckoned: tuple[int | None, ...] = ()) -> Draft:
    text = "".join((_texts()[name], *more))
    writer = Writer()
    writer.remark(text)
    if name == "queue":
        writer.suggestions.append(_texts()["leave"])
    numbers = tuple(str(one) for one in reckoned if one is not None)
    sentences = tuple(replace(one, reckoned=numbers) for one in writer.sentences)
    reason = "waiting" if name == "queue" else name
    return replace(writer.draft(Status.HANDED_OFF, reason), sentences=sentences)


def _texts() -> Mapping[str, str]:
    return replies()["handed_off"]
