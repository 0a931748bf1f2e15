"""After an emergency: the next messages are heard as more of it.

Whoever is in danger goes on in few words (在学校天台, 他现在在门外, 120打不通) that mean nothing by
themselves.  Until they say that it is over, or plainly want something else, the number to call is
said again.  The words stand in ``crisis.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from assistant.composing import choices
from assistant.composing.writer import Writer
from assistant.rules import Aftermath, CrisisKind, Rules
from assistant.types import Danger, Draft, Intent, Knowledge, Turn, Understanding
from assistant.understanding import told, understand
from channels.types import Sentence, Status
from knowledge.types import Hotline
from retrieval.analyzer import normalise

_NOTHING, _ONLY = 3, 10
"""So few letters beside words of safety ask for nothing; so few may."""

_APART = re.compile(r"\W+")


def first(turn: Turn, kind: CrisisKind, knowledge: Knowledge) -> Draft:
    """The reply to a message that tells of an emergency."""
    reading = _read(turn)
    writer = Writer(english=reading.language == "en")
    return choices.crisis(kind, _lines(kind, reading.text, knowledge, urgent=False), writer)


def take(
    turn: Turn, knowledge: Knowledge, rules: Rules, asks: Callable[[Understanding], bool]
) -> Turn | None:
    """The turn of a message after an emergency; ``None`` if it is not about it any more.

    What the tables hear anew is an emergency of its own; what only the learned ear hears is none
    while one stands.  ``asks``: whether a message plainly wants something else.
    """
    danger, reading, after = turn.state.danger, _read(turn), rules.after
    kind = rules.crisis_of(danger.kind) if danger else None
    if danger is None or kind is None:
        return None
    text = normalise(turn.message.text)
    on = after.still.search(text) is not None
    ending = "" if on else _ending(text, reading, after)
    rest = after.coming.sub("", after.safe.sub("", text)) if ending else text
    anew = danger.calm and not ending and not on and reading.intent is Intent.CRISIS
    if anew or told(rest, rules) is not None:
        return None
    turn = _heard_calmly(turn, rules)
    reading = _read(turn)
    writer = Writer(english=reading.language == "en")
    more = len(_APART.sub("", rest)) // (2 if writer.english else 1)
    if ending == "coming" and not danger.calm and more <= _ONLY:
        said = after.texts["coming_english" if writer.english else "coming_say"]
        return replace(turn, draft=choices.calm(said, writer, quiet=kind.quiet))
    if ending in ("safe", "goes on"):
        turn = _with(turn, replace(danger, calm=True, left=after.lasts))
        if ending == "goes on" or more > _ONLY or (more > _NOTHING and asks(reading)):
            return turn
        said = after.texts["calm_english" if writer.english else "calm"]
        return replace(turn, draft=choices.calm(said, writer, quiet=kind.quiet))
    if (danger.calm and not on) or asks(reading):
        return turn
    lost = after.unreached.search(text)
    also = after.texts["unreached_english" if writer.english else "unreached_say"] if lost else ""
    lines = _lines(kind, text, knowledge, urgent=danger.urgent)
    turn = _with(turn, replace(danger, calm=False))
    return replace(turn, draft=choices.crisis(kind, lines, writer, also, again=True))


def _ending(text: str, reading: Understanding, after: Aftermath) -> str:
    """Whether a message says that the danger is over (``safe``; so do thanks), that help was called
    or is there (``coming``), or goes back to what waited (``goes on``); else empty."""
    if after.goes_on.search(text):
        return "goes on"
    thanks = reading.intent is Intent.SMALL_TALK and reading.kind in ("thanks", "goodbye")
    if thanks or after.safe.search(text):
        return "safe"
    return "coming" if after.coming.search(text) else ""


def _heard_calmly(turn: Turn, rules: Rules) -> Turn:
    """The turn read without the learned ear: what it hears now is nothing new."""
    if _read(turn).intent is not Intent.CRISIS:
        return turn
    calm = understand(turn.message, turn.state, rules, ear=False)
    return replace(turn, understanding=calm)


def beside(turn: Turn, rules: Rules) -> Turn:
    """The turn whose answer to something else also reminds of the danger."""
    draft, danger = turn.draft, turn.state.danger
    if danger is None or danger.calm or draft is None:
        return turn
    if draft.status is Status.CRISIS or draft.reason == "calm":
        return turn
    line = Sentence(text=rules.after.texts["beside"])
    return replace(turn, draft=replace(draft, sentences=(*draft.sentences, line)))


def remember(turn: Turn, rules: Rules) -> Turn:
    """The turn with the danger that its reply leaves: begun, or one message older."""
    draft, danger = turn.draft, turn.state.danger
    told_now = draft is not None and draft.status is Status.CRISIS
    kind = rules.crisis_of(draft.reason) if draft and told_now else None
    known = danger if danger and kind and danger.kind == kind.kind else None
    if kind is not None and (known is None or _read(turn).intent is Intent.CRISIS):
        urgent = kind.urgent.search(normalise(turn.message.text)) is not None
        urgent = urgent or (known is not None and known.urgent)
        return _with(turn, Danger(kind=kind.kind, left=rules.after.lasts, urgent=urgent))
    if danger is None:
        return turn
    older = replace(danger, left=danger.left - 1, aside=not told_now)
    return _with(turn, older if older.left else None)


def _with(turn: Turn, danger: Danger | None) -> Turn:
    return replace(turn, state=replace(turn.state, danger=danger))


def _read(turn: Turn) -> Understanding:
    return turn.understanding or Understanding(intent=Intent.EMPTY, text="")


def _lines(kind: CrisisKind, text: str, knowledge: Knowledge, *, urgent: bool) -> list[Hotline]:
    codes = kind.urgent_hotlines if urgent else kind.lines(text)
    found = [knowledge.record(code) for code in codes]
    return [one for one in found if isinstance(one, Hotline)]
