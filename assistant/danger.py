"""After an emergency: the next messages are heard as more of it.

Whoever is in danger goes on in few words (在学校天台, 他现在在门外, 120打不通) that mean nothing by
themselves.  Until they say that it is over, or plainly want something else, the number to call is
said again.  The words stand in ``crisis.toml``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from assistant.composing import choices
from assistant.composing.writer import Writer
from assistant.rules import Aftermath, CrisisKind, Rules
from assistant.types import Danger, Draft, Intent, Knowledge, Turn, Understanding
from channels.types import Sentence, Status
from knowledge.types import Hotline
from retrieval.analyzer import normalise

_ONLY = 10
"""The most letters beside words of safety in a message that says nothing else."""


def first(turn: Turn, kind: CrisisKind, knowledge: Knowledge) -> Draft:
    """The reply to a message that tells of an emergency."""
    reading = _read(turn)
    writer = Writer(english=reading.language == "en")
    return choices.crisis(kind, _lines(kind, reading.text, knowledge), writer)


def take(
    turn: Turn, knowledge: Knowledge, rules: Rules, asks: Callable[[Understanding], bool]
) -> Turn | None:
    """The turn of a message after an emergency; ``None`` if it is not about it any more.

    ``asks``: whether a message plainly wants something else.
    """
    danger, reading = turn.state.danger, _read(turn)
    kind = next((one for one in rules.crisis if danger and one.kind == danger.kind), None)
    if kind is None or reading.intent is Intent.CRISIS:
        return None
    after, text = rules.after, normalise(turn.message.text)
    writer = Writer(english=reading.language == "en")
    if is_over(text, reading, after):
        turn = _with(turn, None)
        if after.goes_on.search(text) or len(after.safe.sub("", text)) > _ONLY or asks(reading):
            return turn
        said = after.texts["calm_english" if writer.english else "calm"]
        return replace(turn, draft=choices.calm(said, writer, quiet=kind.quiet))
    if asks(reading):
        return None
    lost = after.unreached.search(text)
    also = after.texts["unreached_english" if writer.english else "unreached_say"] if lost else ""
    lines = _lines(kind, text, knowledge)
    return replace(turn, draft=choices.crisis(kind, lines, writer, also, again=True))


def is_over(text: str, reading: Understanding, after: Aftermath) -> bool:
    """Whether a message says that the danger is over, thanks, or goes back to what waited."""
    if after.still.search(text):
        return False
    thanks = reading.intent is Intent.SMALL_TALK and reading.kind in ("thanks", "goodbye")
    return bool(thanks or after.safe.search(text) or after.goes_on.search(text))


def beside(turn: Turn, rules: Rules) -> Turn:
    """The turn whose answer to something else also reminds of the danger."""
    draft = turn.draft
    if turn.state.danger is None or draft is None or draft.status is Status.CRISIS:
        return turn
    line = Sentence(text=rules.after.texts["beside"])
    return replace(turn, draft=replace(draft, sentences=(*draft.sentences, line)))


def remember(turn: Turn, rules: Rules) -> Turn:
    """The turn with the danger that its reply leaves: begun, said again, or one message older."""
    draft, danger = turn.draft, turn.state.danger
    if draft is not None and draft.status is Status.CRISIS and draft.reason:
        return _with(turn, Danger(kind=draft.reason, left=rules.after.lasts))
    if danger is None:
        return turn
    return _with(turn, replace(danger, left=danger.left - 1) if danger.left > 1 else None)


def _with(turn: Turn, danger: Danger | None) -> Turn:
    return replace(turn, state=replace(turn.state, danger=danger))


def _read(turn: Turn) -> Understanding:
    return turn.understanding or Understanding(intent=Intent.EMPTY, text="")


def _lines(kind: CrisisKind, text: str, knowledge: Knowledge) -> list[Hotline]:
    found = [knowledge.record(code) for code in kind.lines(text)]
    return [one for one in found if isinstance(one, Hotline)]
