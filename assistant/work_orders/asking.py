"""Answers to questions about filing itself (投诉有用吗, 投诉物业电话多少): nothing is begun.

What the records say is said first; filing is offered behind it.  Where no record fits, the public
hotline is told, and what happens to a complaint there, from their records.
"""

from __future__ import annotations

from dataclasses import replace

from assistant.composing.choices import PUBLIC_HOTLINE, say_line
from assistant.composing.writer import Writer
from assistant.types import Decision, Draft, Knowledge, Turn
from assistant.work_orders import routes
from assistant.work_orders.types import OrderKind
from assistant.work_orders.words import (
    about_taking_back,
    accused,
    asks_in_general,
    asks_of_filing,
    begins,
    of_filing,
    texts,
)
from channels.types import Sentence, Status


def in_general(turn: Turn, knowledge: Knowledge) -> Turn | None:
    """The turn with the answer to a question about filing that names no matter; ``None`` for any
    other."""
    text = turn.message.text
    return _told(turn, knowledge) if asks_in_general(text) and not accused(text) else None


def offered(turn: Turn, knowledge: Knowledge) -> Turn:
    """The turn whose answer to a question about filing a matter also offers to file it; where there
    is none, with what the public hotline does."""
    draft = turn.draft
    if draft is not None and turn.state.form is None and _is_accused(turn, draft):
        return _for_the_accused(turn, knowledge)
    if draft is None or turn.state.form is not None or not asks_of_filing(turn.message.text):
        return turn
    if draft.status in (Status.ANSWERED, Status.PARTIAL) and turn.decision is not None:
        line = Sentence(text=texts()["about_offer"])
        told = replace(
            draft,
            sentences=(*draft.sentences, line),
            suggestions=(texts()["about_begin"], *draft.suggestions),
        )
        return replace(turn, draft=told)
    lost = draft.status in (Status.NOT_FOUND, Status.OUT_OF_SCOPE)
    if lost or draft.reason in ("unsure", "empty"):
        return _told(turn, knowledge)
    return turn


def _is_accused(turn: Turn, draft: Draft) -> bool:
    """Whether somebody complained of asks, and is told how to complain, or nothing."""
    text = turn.message.text
    if not accused(text) or begins(text) is not None:
        return False
    if draft.status in _LOST or draft.reason in ("unsure", "empty"):
        return True
    return any(of_filing(one.title) for one in draft.citations)


_LOST = (Status.NOT_FOUND, Status.OUT_OF_SCOPE, Status.CLARIFY)


def _for_the_accused(turn: Turn, knowledge: Knowledge) -> Turn:
    """Whom to ask who is complained of: the records are for those who complain."""
    writer = Writer()
    writer.remark(texts()["accused"])
    say_line(knowledge, PUBLIC_HOTLINE, texts()["accused_call"], writer)
    writer.remark(texts()["accused_person"])
    writer.suggestions.append(texts()["person_chip"])
    draft = writer.draft(Status.ANSWERED, "accused")
    return replace(turn, decision=None, draft=draft)


def _told(turn: Turn, knowledge: Knowledge) -> Turn:
    """The number of the public hotline, what happens to a complaint there, and the offer."""
    writer = Writer()
    if about_taking_back(turn.message.text):
        writer.remark(texts()["about_back"])
        writer.suggestions.append(texts()["back_chip"])
    say_line(knowledge, PUBLIC_HOTLINE, texts()["about_call"], writer)
    way = routes.route(routes.PUBLIC)
    routes.say_next_steps(way, knowledge, writer, OrderKind.COMPLAINT)
    writer.remark(texts()["about_offer"])
    writer.suggestions.append(texts()["about_begin"])
    codes = tuple(dict.fromkeys(one.code for one in writer.citations))
    decision = Decision(outcome="answer", records=codes[::-1], confidence=1.0) if codes else None
    draft = writer.draft(Status.ANSWERED, "about_filing")
    return replace(turn, decision=decision, draft=draft)
