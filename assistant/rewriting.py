"""A follow-up that our rules leave unanswered, in the words that a language model proposes.

The model only proposes a text to search with.  It is kept when retrieval agrees: when it surely
finds one record, which was spoken of or which the message found by itself, and brings no number,
code or district that was not said.  The answer is then that record's own; the proposal is shown to
nobody and stored nowhere.  Without a model (the default) nothing of this is called.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import structlog

from assistant import answering, standing
from assistant import understanding as reading_of
from assistant.cases import enquiry
from assistant.generators.types import Rewriter, Utterance
from assistant.handoff import passing
from assistant.privacy import masking
from assistant.resolution import candidates
from assistant.rules import Rules
from assistant.types import DialogueState, Intent, Knowledge, Turn
from assistant.work_orders.state import PAUSED
from channels.types import Message, Status
from retrieval.analyzer import normalise

MOST_SAID = 6
MOST_LETTERS = 160
"""How many earlier utterances a model is given, and how much of each."""

_PARTLY = re.compile(r"[0-9A-Za-z@.+-]*\*+[0-9A-Za-z@.+-]*")
"""What a screen leaves of personal data (138****5678)."""
_BROUGHT = re.compile(
    r"[a-z0-9]+(?:[._-][a-z0-9]+)*|[〇零一二两三四五六七八九十百千万亿]{2,}"
    r"|[〇零二两三四五六七八九十百千万亿]|一(?=[年月日天周岁元块])"
)
"""Numbers and codes in a normalised text; 一 by itself (一般, 一下) counts before a unit only."""
_SHOWN = (Status.ANSWERED, Status.PARTIAL, Status.GUIDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a rewriter is given: masked, cut, and only what belongs to what is spoken of."""

    before: tuple[Utterance, ...]
    text: str

    def texts(self) -> Iterator[str]:
        yield from (one.text for one in self.before)
        yield self.text


async def reworded(
    turn: Turn, rewriter: Rewriter, knowledge: Knowledge, rules: Rules, today: date
) -> Turn:
    """The turn answered by way of a rewriting that retrieval agrees with; else as it is.

    Only for turns that are :func:`unanswered`."""
    material = material_of(turn, knowledge)
    proposed = await rewriter.rewrite(material.before, material.text)
    if proposed is None:
        return turn
    kept = agreed(turn, proposed, material, knowledge, rules, today)
    structlog.get_logger().info("rewriting", turn=turn.id, kept=kept is not None)
    return kept or turn


def unanswered(turn: Turn) -> bool:
    """Whether a question in a conversation about something found nothing, or only guesses, while
    nothing else waits for an answer."""
    reading, decision, draft, state = turn.understanding, turn.decision, turn.draft, turn.state
    if reading is None or decision is None or draft is None:
        return False
    if reading.intent is not Intent.ASK or not _spoken(state) or _waits(state):
        return False
    guessed = draft.status is Status.CLARIFY and decision.unsure
    return guessed or (draft.status is Status.NOT_FOUND and decision.outcome == "none")


def _waits(state: DialogueState) -> bool:
    filing = state.form is not None and state.form.asking != PAUSED
    enquiring = state.enquiry is not None and enquiry.pending(state.enquiry)
    guided = state.guide is not None and state.guide.asking is not None
    return filing or enquiring or guided or passing.waits(state)


def _spoken(state: DialogueState) -> tuple[str, ...]:
    """The codes of what is spoken of: the last record, those before it, what was offered."""
    return (*((state.record,) if state.record else ()), *state.before, *state.offered)


def material_of(turn: Turn, knowledge: Knowledge) -> Material:
    """The message and the last exchanges about what is spoken of.

    What was told in a filing, a progress query or an emergency is not among them: they cite nothing
    that is spoken of.  What was offered stands in no text, so its names are added.
    """
    state, name = turn.state, answering.namer(knowledge)
    spoken, before = frozenset(_spoken(state)), list[Utterance]()
    for asked, told in pairwise(state.said):
        if (asked.who, told.who) != ("citizen", "assistant"):
            continue
        last = told is state.said[-1]
        codes = state.offered if last and state.offered else tuple(set(told.codes) & spoken)
        if codes:
            names = [name(code) for code in codes]
            before.append(Utterance(who="citizen", text=_sent(asked.text)))
            before.append(Utterance(who="assistant", text=_named(_sent(told.text), names)))
    return Material(before=tuple(before[-MOST_SAID:]), text=_sent(turn.message.text))


def _sent(text: str) -> str:
    """Masked first and cut then: half a number would not be known for one."""
    return _PARTLY.sub("*", masking.mask(text))[:MOST_LETTERS]


def _named(text: str, names: Iterable[str]) -> str:
    """The text behind the names that it does not have."""
    missing = "、".join(one for one in names if one and one not in text)
    return f"{missing}：{text}"[:MOST_LETTERS] if missing else text


def agreed(
    turn: Turn, proposed: str, material: Material, knowledge: Knowledge, rules: Rules, today: date
) -> Turn | None:
    """The turn answered by the record that the proposal finds, if retrieval agrees with it.

    What the message itself surely asks for counts before what the proposal asks for.
    """
    own = turn.understanding
    if (
        own is None
        or normalise(proposed).strip() == own.text
        or brings(proposed, material.texts(), rules)
    ):
        return None
    reading = reading_of.understand(Message(text=proposed), DialogueState(), rules, ear=False)
    aside = rules.outside.holds(reading.text) or any(rules.person.find(reading.text))
    if reading.intent is not Intent.ASK or not reading.focus or aside:
        return None
    decision = answering.find(reading, knowledge, today).decision
    if decision.outcome != "answer" or decision.unsure:
        return None
    (code,) = decision.records
    record = knowledge.record(code)
    if record is None or code not in (*_spoken(turn.state), *_found(turn, knowledge, today)):
        return None
    facets = standing.asked(own) or answering.asked_of(record, reading, rules) or turn.state.facets
    stands = standing.Standing(record=code, facets=facets, said="takes", text=reading.focus)
    begun = replace(turn, understanding=replace(own, district=own.district or reading.district))
    answered = answering.continued(begun, stands, knowledge, rules, today)
    shown = answered.draft is not None and answered.draft.status in _SHOWN
    return answered if shown else None


def _found(turn: Turn, knowledge: Knowledge, today: date) -> tuple[str, ...]:
    """The codes of what the message found by itself: what it made us guess, and what explains a
    fair part of it.  Every search has hits, of which most say nothing."""
    if turn.search is None or turn.understanding is None or turn.decision is None:
        return ()
    found = candidates(turn.search.hits, turn.understanding, knowledge, today)
    near = (one.record.code for one in found if one.hit.coverage >= answering.NEAR)
    return (*turn.decision.records, *near)


def brings(proposed: str, said: Iterable[str], rules: Rules) -> bool:
    """Whether a proposal has a number, a code or a district that was not said."""
    known, new = [normalise(one) for one in said], normalise(proposed)
    return any(
        not set(pattern.findall(new)) <= {found for one in known for found in pattern.findall(one)}
        for pattern in (_BROUGHT, rules.districts)
    )
