"""After an emergency: the next messages are heard as more of it.

Whoever is in danger goes on in few words (在学校天台, 他现在在门外, 120打不通) that mean nothing by
themselves.  Until they say that it is over, or plainly want something else, the number to call is
said again.  Who says that there is no danger was heard wrongly: what they told is read anew, as any
other message.  The words stand in ``crisis.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from assistant.composing import choices, policies
from assistant.composing.writer import Writer
from assistant.rules import Aftermath, CrisisKind, Rules
from assistant.types import Danger, Draft, Intent, Knowledge, Turn, Understanding
from assistant.understanding import crisis, denies, facets, told, undenied, understand
from assistant.work_orders.state import asked, value
from assistant.work_orders.words import bare, commands, texts
from channels.types import Sentence, Status
from knowledge.types import Hotline
from retrieval.analyzer import normalise

_NOTHING, _ONLY = 3, 10
"""So few letters beside words of safety ask for nothing; so few may."""

_APART = re.compile(r"\W+")


def first(turn: Turn, kind: CrisisKind, knowledge: Knowledge, rules: Rules) -> Draft:
    """The reply to a message that tells of an emergency."""
    reading = _read(turn)
    writer = Writer(english=reading.language == "en")
    _offer_way_out(turn, writer, rules)
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
    if danger is None or kind is None or not danger.left:
        return None
    text = normalise(turn.message.text)
    on = after.still.search(text) is not None
    none = after.none.search(text) is not None or denies(text, rules)
    if none and not on and crisis(after.none.sub("", text), rules) is None:
        return _mistaken(turn, danger, kind, rules, asks)
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
        left = after.safe.sub("", text).strip(_EDGE)
        if ending == "goes on" and after.goes_on.fullmatch(left):
            return _read_as(turn, left, rules)
        if ending == "goes on" or more > _ONLY or (more > _NOTHING and asks(reading)):
            return turn
        said = after.texts["calm_english" if writer.english else "calm"]
        return replace(turn, draft=choices.calm(said, writer, quiet=kind.quiet))
    if (danger.calm and not on) or _commands(turn) or asks(reading):
        return turn
    lost = after.unreached.search(text)
    also = after.texts["unreached_english" if writer.english else "unreached_say"] if lost else ""
    lines = _lines(kind, text, knowledge, urgent=danger.urgent)
    turn = _with(turn, replace(danger, calm=False))
    _offer_way_out(turn, writer, rules)
    way = after.texts["way_out_english" if writer.english else "way_out"]
    also = also or ("" if kind.quiet else way)
    return replace(turn, draft=choices.crisis(kind, lines, writer, also, again=True))


def _mistaken(
    turn: Turn,
    danger: Danger,
    kind: CrisisKind,
    rules: Rules,
    asks: Callable[[Understanding], bool],
) -> Turn:
    """There was no danger.  A message that tells more than that is read as it stands, any other in
    place of what was heard wrongly; a filing keeps the account."""
    after, text = rules.after, turn.message.text
    reading = understand(turn.message, turn.state, rules, screen=False)
    writer = Writer(english=reading.language == "en")
    rest = after.goes_on.sub("", after.none.sub("", undenied(normalise(text), rules)))
    more = len(_APART.sub("", rest)) // (2 if writer.english else 1)
    itself = more > _ONLY or (more > _NOTHING and asks(reading))
    turn = _with(turn, replace(danger, calm=True, left=after.lasts, told=""))
    form = turn.state.form
    if itself:
        tells = form is not None and asked(form) == "text" and danger.told
        said = f"{danger.told}。{text}" if tells else text
    elif form is not None and value(form, "text") == danger.told.strip():
        said = texts()["resume"]  # it was noted
    elif danger.told and (form is not None or _asked(danger.told, rules)):
        said = danger.told
    elif form is not None:
        said = texts()["resume"]
    else:
        calm = after.texts["calm_english" if writer.english else "calm"]
        return replace(turn, draft=choices.calm(calm, writer, quiet=kind.quiet))
    return _read_as(turn, said, rules)


def _read_as(turn: Turn, text: str, rules: Rules) -> Turn:
    """The turn with these words for its message, in which no danger is looked for."""
    message = replace(turn.message, text=text)
    reading = understand(message, turn.state, rules, screen=False)
    return replace(turn, message=message, understanding=reading)


def _asked(text: str, rules: Rules) -> bool:
    """Whether what was taken for danger may be meant for us: only the ear heard it, or it asks."""
    plain = normalise(text)
    return told(plain, rules) is None or bool(facets(plain, rules))


def _commands(turn: Turn) -> bool:
    """Whether a message plainly is a command to a filing (取消, not 算了)."""
    said = bare(turn.message.text)
    return bool(_PLAIN.search(said)) and any(said in one for one in commands().values())


_PLAIN = re.compile(r"取消|撤|登记|投诉|举报|提交|不填|草稿|返回|上一步|cancel")


def _offer_way_out(turn: Turn, writer: Writer, rules: Rules) -> None:
    """The chip that says that there is no danger."""
    name = "go_on_form" if turn.state.form else "go_on"
    writer.suggestions.append(rules.after.texts["go_on_english" if writer.english else name])


_EDGE = " ,。!"


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


def beside(turn: Turn, knowledge: Knowledge, rules: Rules) -> Turn:
    """The turn whose answer to something else also reminds of the danger, and of whom to call."""
    draft, danger = turn.draft, turn.state.danger
    if danger is None or danger.calm or not danger.left or draft is None:
        return turn
    if draft.status is Status.CRISIS or draft.reason == "calm":
        return turn
    kind = rules.crisis_of(danger.kind)
    lines = _lines(kind, "", knowledge, urgent=danger.urgent) if kind else []
    called = next((one for one in lines if one.how != "text"), None)
    if called is None:
        line = Sentence(text=rules.after.texts["beside"])
        return replace(turn, draft=replace(draft, sentences=(*draft.sentences, line)))
    writer = Writer()
    policies.say_number(called, rules.after.texts["beside_number"], writer)
    known = max((one.n for one in draft.citations), default=0)
    said = writer.sentences[0]
    cited = [replace(one, n=known + one.n) for one in writer.citations if one.n in said.citations]
    line = replace(said, citations=tuple(one.n for one in cited))
    draft = replace(draft, sentences=(*draft.sentences, line), citations=(*draft.citations, *cited))
    return replace(turn, draft=draft)


def remember(turn: Turn, rules: Rules) -> Turn:
    """The turn with the danger that its reply leaves: begun, or one message older."""
    draft, danger = turn.draft, turn.state.danger
    told_now = draft is not None and draft.status is Status.CRISIS
    kind = rules.crisis_of(draft.reason) if draft and told_now else None
    known = danger if danger and kind and danger.kind == kind.kind else None
    if kind is not None and (known is None or _read(turn).intent is Intent.CRISIS):
        urgent = kind.urgent.search(normalise(turn.message.text)) is not None
        urgent = urgent or (known is not None and known.urgent)
        before = danger.told if danger and not danger.calm else ""
        said = before or turn.message.text
        return _with(turn, Danger(kind=kind.kind, left=rules.after.lasts, urgent=urgent, told=said))
    if danger is None:
        return turn
    older = replace(danger, left=max(danger.left - 1, 0), aside=not told_now)
    return _with(turn, older if older.left or turn.state.handoff else None)


def _with(turn: Turn, danger: Danger | None) -> Turn:
    return replace(turn, state=replace(turn.state, danger=danger))


def _read(turn: Turn) -> Understanding:
    return turn.understanding or Understanding(intent=Intent.EMPTY, text="")


def _lines(kind: CrisisKind, text: str, knowledge: Knowledge, *, urgent: bool) -> list[Hotline]:
    codes = kind.urgent_hotlines if urgent else kind.lines(text)
    found = [knowledge.record(code) for code in codes]
    return [one for one in found if isinstance(one, Hotline)]
