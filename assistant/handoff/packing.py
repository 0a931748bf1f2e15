"""What a person needs to know before they take over: at most ten lines, from what is remembered.

Pure: nothing is asked or looked up but names of records.  The texts in it are those of
``DialogueState.said``, which are masked already; of an open form its account, masked, and which
fields are filled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from assistant.composing.plans import answer_text
from assistant.handoff.asking import table, wants_person
from assistant.handoff.types import Package, Said
from assistant.privacy import masking
from assistant.rules import load, replies
from assistant.types import DialogueState, GuideState
from assistant.work_orders.state import PAUSED, asked, missing, value
from assistant.work_orders.words import fields_of
from knowledge.profile import fields as profile_fields
from knowledge.types import Bundle, Record, ServiceItem

MOST_LINES = 10
MOST_NAMES = 5
LONGEST = 60
"""Lines of a package, names in a line, characters of a text in it."""

FindRecord = Callable[[str], Record | None]


def package(
    state: DialogueState,
    *,
    record: FindRecord,
    profile: Iterable[tuple[str, str]] = (),
    phone: str | None = None,
) -> Package:
    """The package of a conversation.  ``profile``: what was said of the one who asks, as
    ``Understanding.profile`` has it; ``phone``: a number in the message itself, before that of a
    form."""
    words = table()["package"]
    asked = [one for one in state.said if one.who == "citizen" and not wants_person(one.text)]
    danger, over = _danger(state)
    codes = _codes(state)
    known = [found for code in codes if (found := record(code)) is not None]
    services = [one for one in known if isinstance(one, ServiceItem | Bundle)]
    lines = (
        (words["wants"], _wants(state, asked, record)),
        (words["danger"], _endangered(danger, over=over)),
        (words["asked"], _short(asked[-1].text) if asked and not _filing(state) else ""),
        (words["facts"], _joined(_facts(state, record, profile))),
        (words["guide"], _guide(state.guide, record)),
        (words["form"], _form(state)),
        (words["enquiry"], _enquiry(state)),
        (words["tried"], _names(services)),
        (words["shown"], _names(one for one in known if one not in services)),
        (words["unclear"], _joined(_unclear(state, record))),
        (words["filed"], _joined(number for number, _ in state.receipts)),
    )
    filled = tuple((label, text) for label, text in lines if text)
    return Package(
        lines=filled[:MOST_LINES],
        said=state.said,
        codes=codes,
        danger=None if over else danger,
        phone=phone or (value(state.form, "phone") if state.form else None),
    )


def _danger(state: DialogueState) -> tuple[str | None, bool]:
    """The kind of emergency that was told of, and whether it was said to be over.

    ``DialogueState.danger`` is forgotten after some messages: the fixed sentences of the replies
    tell it still.
    """
    if state.danger is not None:
        return state.danger.kind, state.danger.calm
    rules = load()
    kinds = {
        text: one.kind
        for one in rules.crisis
        for text in (one.opening, one.again, one.english, one.again_english)
    }
    calm = {rules.after.texts["calm"], rules.after.texts["calm_english"]}
    over = False
    for one in reversed([one for one in state.said if one.who == "assistant"]):
        told = one.text.split("\n")
        if kind := next((kinds[line] for line in told if line in kinds), None):
            return kind, over
        over = over or bool(calm & set(told))
    return None, False


def _endangered(danger: str | None, *, over: bool) -> str:
    if danger is None:
        return ""
    words = table()["package"]["danger_over" if over else "danger_told"]
    return str(words.format(kind=table()["dangers"].get(danger, danger)))


def _codes(state: DialogueState) -> tuple[str, ...]:
    """The records of the conversation, the latest first."""
    shown = [code for one in reversed(state.said) for code in one.codes]
    first = [code for code in (state.record, state.guide and state.guide.bundle) if code]
    return tuple(dict.fromkeys([*first, *shown]))


def _wants(state: DialogueState, asked: Sequence[Said], record: FindRecord) -> str:
    if _filing(state) and state.form is not None:
        told = value(state.form, "text")
        kind = str(table()["kinds"][state.form.kind.value])
        words = table()["package"]["form_wants"]
        return _short(words.format(kind=kind, text=masking.screen(told))) if told else kind
    code = state.guide.bundle if state.guide else state.record
    found = record(code) if code else None
    if found is not None:
        return found.name
    return _short(asked[0].text) if asked else str(table()["package"]["none"])


def _filing(state: DialogueState) -> bool:
    """Whether something is being filed: then that is what they want.  A filing that waits since
    something else is spoken of is not."""
    form = state.form
    return form is not None and (form.asking != PAUSED or not (state.record or state.guide))


def _facts(
    state: DialogueState, record: FindRecord, profile: Iterable[tuple[str, str]]
) -> list[str]:
    """What was told: of the one who asks, in the guide, and which fields of a form are filled."""
    words, fields = table()["package"], table()["fields"]
    told = [f"{words.get(field, field)}：{_told(field, value)}" for field, value in profile]
    answered = [
        f"{question}：{answer}" for question, answer in _answers(state.guide, record) if answer
    ]
    filled = [fields.get(name, name) for name, value in _fields(state) if value is not None]
    return [
        *told,
        *answered,
        *([words["filled"].format(fields="、".join(filled))] if filled else []),
    ]


def _told(field: str, value: str) -> str:
    question = profile_fields().get(field)
    return answer_text(question, value) if question else value


def _answers(guide: GuideState | None, record: FindRecord) -> list[tuple[str, str]]:
    """The questions of a bundle that were answered, with the answer in words; "" for 不知道."""
    bundle = record(guide.bundle) if guide else None
    if guide is None or not isinstance(bundle, Bundle):
        return []
    asked = {one.id: one for one in bundle.questions}
    return [
        (asked[id_].text.rstrip("？?"), "" if value is None else answer_text(asked[id_], value))
        for id_, value in guide.answers
        if id_ in asked
    ]


def _guide(guide: GuideState | None, record: FindRecord) -> str:
    bundle = record(guide.bundle) if guide else None
    if guide is None or not isinstance(bundle, Bundle):
        return ""
    asking = next((one.text for one in bundle.questions if one.id == guide.asking), None)
    words = table()["package"]["guide_asking" if asking else "guide_done"]
    return _short(words.format(name=bundle.name, question=asking))


def _fields(state: DialogueState) -> tuple[tuple[str, str | None], ...]:
    """The fields that a form asks for, with what was said; its marks are left out."""
    form = state.form
    return tuple(one for one in form.fields if one[0] in fields_of(form.kind)) if form else ()


def _form(state: DialogueState) -> str:
    form = state.form
    if form is None:
        return ""
    words, fields = table()["package"], table()["fields"]
    kind = table()["kinds"].get(form.kind.value, form.kind.value)
    lacks = asked(form) or (missing(form) if form.asking else None)
    asking = fields.get(lacks, lacks)
    return str(words["form_asking" if lacks else "form_ready"].format(kind=kind, asking=asking))


def _enquiry(state: DialogueState) -> str:
    return table()["package"][f"enquiry_{state.enquiry.asking}"] if state.enquiry else ""


def _unclear(state: DialogueState, record: FindRecord) -> list[str]:
    words, fields = table()["package"], table()["fields"]
    skipped = [fields.get(name, name) for name, value in _fields(state) if value is None]
    offered = [one.name for code in state.offered if (one := record(code)) is not None]
    return [
        *([words["offered"].format(names="、".join(offered[:MOST_NAMES]))] if offered else []),
        *(
            words["unknown"].format(question=question)
            for question, answer in _answers(state.guide, record)
            if not answer
        ),
        *([words["skipped"].format(fields="、".join(skipped))] if skipped else []),
        *(words["unfound"].format(text=_short(one)) for one in _unfound(state.said)[-2:]),
    ]


def _unfound(said: Sequence[Said]) -> list[str]:
    """Questions whose reply found nothing.  What a form or small talk replied has no source either,
    and is none of them."""
    texts = replies()
    nothing = (
        *(texts["not_found"][one] for one in ("none", "english")),
        *(texts["elsewhere"][one] for one in ("issued", "issued_english")),
        *(texts["clarify"][one] for one in ("sorry", "sorry_english")),
        texts["out_of_scope"]["none"],
        texts["partial"]["dropped"],
    )
    return [
        question.text
        for question, reply in pairwise(said)
        if (question.who, reply.who) == ("citizen", "assistant")
        and any(one in reply.text for one in nothing)
        and not wants_person(question.text)
    ]


def _names(records: Iterable[Record]) -> str:
    names = list(dict.fromkeys(one.name for one in records))
    more = table()["package"]["more"].format(count=len(names)) if len(names) > MOST_NAMES else ""
    return "、".join(names[:MOST_NAMES]) + more


def _joined(texts: Iterable[str]) -> str:
    return "；".join(texts)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
