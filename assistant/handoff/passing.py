"""The citizen's side of a handoff in the pipeline: asking for a person, waiting, being talked to.

While they wait the assistant goes on answering, and the desk sees it; once a person has taken over
it is silent, and what the citizen writes is only passed on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from assistant.composing import choices
from assistant.composing.writer import Writer
from assistant.handoff.asking import wants_person
from assistant.handoff.packing import package
from assistant.handoff.types import Place
from assistant.rules import replies
from assistant.types import Away, CallPerson, DialogueState, Draft, Knowledge, Turn
from channels.types import Status

MOST_SAID = 40
"""How many messages of a conversation are kept for a person to read."""


def take(turn: Turn, knowledge: Knowledge) -> Turn | None:
    """The turn with its errand or reply, if it is about a person; ``None`` if it is not."""
    place, text = turn.state.handoff, turn.message.text
    if place is not None and place.status == "taken":
        return replace(turn, draft=_remark("delivered"))
    desk = wants_person(text)
    if desk is None:
        return None
    profile = turn.understanding.profile if turn.understanding else ()
    told = (*turn.state.profile, *profile)
    packed = package(turn.state, record=knowledge.record, profile=told)
    return replace(turn, errand=CallPerson(desk=desk, package=packed))


def tell(turn: Turn, knowledge: Knowledge) -> Turn | None:
    """The reply to having asked for a person; ``None`` for what came of another errand."""
    outcome = turn.outcome
    if isinstance(outcome, Place):
        return replace(turn, draft=_told(outcome, knowledge))
    if isinstance(outcome, Away) and isinstance(turn.errand, CallPerson):
        return replace(turn, draft=choices.person("handoff", Writer(), knowledge))
    return None


def settled(state: DialogueState, place: Place | None) -> DialogueState:
    """The state with where its handoff stands now; none once it was handed back or closed."""
    going = place if place is not None and place.status in ("waiting", "taken") else None
    return state if going == state.handoff else replace(state, handoff=going)


def waits(state: DialogueState) -> bool:
    """Whether a desk is to be told what is said."""
    return state.handoff is not None and state.handoff.status in ("waiting", "taken")


def _told(place: Place, knowledge: Knowledge) -> Draft:
    texts = _texts()
    match place.status:
        case "waiting":
            ahead = texts["ahead"].format(count=place.ahead) if place.ahead else texts["next"]
            wait = texts["minutes"].format(count=place.minutes) if place.minutes else ""
            return _remark("waiting", ahead, wait, reckoned=(place.ahead, place.minutes))
        case "taken":
            return _remark("taken")
        case _:
            return choices.called_back(Writer(), knowledge, texts["call_back"])


def _remark(name: str, *more: str, reckoned: tuple[int | None, ...] = ()) -> Draft:
    text = "".join((_texts()[name], *more))
    writer = Writer()
    writer.remark(text)
    numbers = tuple(str(one) for one in reckoned if one is not None)
    sentences = tuple(replace(one, reckoned=numbers) for one in writer.sentences)
    return replace(writer.draft(Status.HANDED_OFF, name, quiet=True), sentences=sentences)


def _texts() -> Mapping[str, str]:
    return replies()["handed_off"]
