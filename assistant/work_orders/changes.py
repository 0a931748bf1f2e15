"""What changes a filing at any point: its kind, a field, a correction, an addition, anonymity."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from functools import cache

from assistant.composing import filing as say
from assistant.types import Draft
from assistant.work_orders import extract, phones
from assistant.work_orders.state import (
    CONTACT,
    SAID,
    SECRET,
    asked,
    classified,
    drop,
    put,
    value,
)
from assistant.work_orders.step import Step, around, ask, go_on, guiding, refuse, with_text
from assistant.work_orders.types import FormState, OrderKind
from assistant.work_orders.words import (
    commands,
    fields_of,
    kind_name,
    kind_names,
    names,
    starts,
    texts,
)
from retrieval.analyzer import normalise


def changed(step: Step) -> Draft | None:
    """The filing with what the message changes of it; ``None`` if it changes nothing."""
    words, said = commands(), step.said
    if _is_anonymous(said):
        return _anonymous(step)
    if said in words["confidential"]:
        say.remark("confidential_means", step.writer)
        return go_on(step, put(step.state, SECRET, "yes"))
    if said in words["remove_id"]:
        return _without_ids(step)
    if kind := _kind(said):
        return _as_kind(step, kind)
    if said in words["change"] and (step.state.asking is None or _says_change(said)):
        say.which(step.state, step.aids, step.writer)
        return guiding(step, step.state)
    return _field(step) or _replaced(step) or _added(step) or _number(step)


def _is_anonymous(said: str) -> bool:
    """匿名; 匿名，不留联系方式."""
    words, parts = commands(), said.split(",")
    nameless = words["anonymous"] | words["no_contact"]
    return said in words["anonymous"] or (
        len(parts) > 1
        and all(one.strip() in nameless for one in parts)
        and any(one.strip() in words["anonymous"] for one in parts)
    )


def _anonymous(step: Step) -> Draft:
    """No name, no phone, not in what was told either; by a route that allows it."""
    state = step.state
    for field, said in step.state.fields:
        if said:
            state = put(state, field, _nameless(step, said))
    for field in CONTACT:
        state = put(state, field, None)
    needed = next(
        (one for one in CONTACT if one in step.aids.route(state.route, state.kind).needs), None
    )
    if needed is not None:
        rerouted = around(step, state)
        if rerouted is None:
            return refuse(step, step.state, needed)
        state = rerouted
    say.remark("anonymous_means", step.writer)
    return go_on(step, state)


def _nameless(step: Step, said: str) -> str:
    """A text without phones, names of whoever writes, and numbers of identity documents."""
    for number in [one for one in phones.find(said) if one.number][::-1]:
        if len(said) == len(unicodedata.normalize("NFKC", said)):
            said = f"{said[: number.start]}{texts()['removed']}{said[number.end :]}"
    name = extract.pieces(said).get("name")
    if name is not None:
        said = said.replace(name.value, texts()["removed"])
    return step.aids.drop_ids(said)


def _without_ids(step: Step) -> Draft:
    state, found = step.state, False
    for field, said in step.state.fields:
        without = step.aids.drop_ids(said) if said else said
        if without != said:
            state, found = put(state, field, without), True
    say.remark("id_removed" if found else "no_id", step.writer)
    return go_on(step, state)


# The kind


@cache
def _kinds() -> re.Pattern[str]:
    kinds = "|".join(map(re.escape, kind_names()))
    return re.compile(
        rf"(?:(?:不是|唔系)(?:{kinds})[,，、 ]*)?"
        rf"(?:这|呢|个|件|其实|应该|算|我要|我想|想|要|而)*"
        rf"(?:是|系|改成|改为|改做|换成|按|当)?(?P<kind>{kinds})(?:来|嚟|嘅|办|处理|登记|算)*"
    )


def _kind(said: str) -> OrderKind | None:
    found = _kinds().fullmatch(said)
    return kind_names()[found["kind"]] if found else None


def _as_kind(step: Step, kind: OrderKind) -> Draft:
    """The filing as another kind; saying the kind that it is only goes on."""
    state = put(replace(step.state, kind=kind), SAID, "yes")
    if kind is not step.state.kind:
        say.remark("changed_kind", step.writer, kind=kind_name(kind, english=step.writer.english))
    return go_on(step, classified(state, step.aids))


# A field


def _says_change(said: str) -> bool:
    return said.startswith(starts("change"))


def _field(step: Step) -> Draft | None:
    """修改地点; 电话改成…; 时间应该是…: a field that is named, with or without its new value."""
    found = _named(step.said, step.state)
    if found is None:
        return None
    field, new = found
    if field not in fields_of(step.state.kind):
        words = {"kind": step.kind, "label": step.label(field)}
        say.remark("cannot_change", step.writer, **words)
        return go_on(step, step.state)
    return _set(step, field, _as_typed(step.text, new)) or ask(step, drop(step.state, field), field)


def _named(said: str, state: FormState) -> tuple[str, str] | None:
    """The field that a message would change, and the new value (empty if none was said)."""
    start = next((one for one in starts("change") if said.startswith(one)), "")
    rest = said.removeprefix(start) if start else re.sub(r"^(?:把|将)", "", said)
    rest = re.sub(r"^(?:一下|下|我的?|嘅|返)", "", rest).strip(" :：")
    for name, field in names():
        if not rest.startswith(name):
            continue
        tail = rest.removeprefix(name)
        word = next((one for one in _value_words() if tail.startswith(one)), None)
        if not tail:
            return (field, "") if start else None
        if word is None or (word in _IS and not start and field in (asked(state), "text")):
            return (field, tail.strip(" :：,，")) if start else None
        new = tail.removeprefix(word).strip(" :：,，.。了咗")
        return field, re.sub("^(?:应该|应)?(?:是|系)(?=.)", "", new)
    return None


_IS = ("是", "系")


@cache
def _value_words() -> tuple[str, ...]:
    return tuple(sorted(commands()["change_value"], key=lambda one: -len(one)))


def _as_typed(text: str, new: str) -> str:
    """A piece at the end of the bare message, with the characters that were typed."""
    typed = text.strip(" \t\r\n,.!?;:，。！？；：")[-len(new) :] if new else ""
    return typed if normalise(typed) == new else new


def _set(step: Step, field: str, new: str) -> Draft | None:
    """The field with its new value; ``None`` if none was said, or it does not fit."""
    if field == "phone":
        found = phones.read(new)
        new = (found.number or "") if found else ""
    elif field == "name":
        new = extract.name_in(new) or ""
    elif field == "district":
        new = extract.district(new) or ""
    if not new:
        return None
    state = with_text(step, step.state, new) if field == "text" else put(step.state, field, new)
    words = {
        "label": step.label(field),
        "value": say.shown(field, new, step.aids),
    }
    say.remark("changed", step.writer, **words)
    return go_on(step, state)


_NOT_BUT = re.compile(
    r"(?:不是|唔系|不系)(?P<old>[^,，。；]{1,20}?)[,，、 ]*"
    r"(?:而是|应该是|应该系|是|系)(?P<new>.{1,40})"
)


_BUT_NOT = re.compile(
    r"(?:(?:不对|唔啱|错了|错咗|说错了|讲错咗)[,，、 ]*)?(?:应该)?(?:是|系)"
    r"(?P<new>[^,，。；]{1,20}?)[,，、 ]*(?:不是|唔系|不系)(?P<old>.{1,20})"
)


def _replaced(step: Step) -> Draft | None:
    """不是天河，是海珠: where just one field says the one, it says the other."""
    found = _NOT_BUT.fullmatch(step.said) or _BUT_NOT.fullmatch(step.said)
    if found is None:
        return None
    old, new = found["old"].strip(), found["new"].strip()
    fields = fields_of(step.state.kind)[1:]
    holding = [
        field
        for field, said in step.state.fields
        if said and field in fields and old in normalise(said)
    ]
    if len(holding) != 1:
        return None
    field = holding[0]
    said = normalise(value(step.state, field) or "")
    return _set(step, field, said.replace(old, _as_typed(step.text, new), 1))


def _number(step: Step) -> Draft | None:
    """A phone number alone, while the draft is shown and has none."""
    found = phones.read(step.text)
    if step.state.asking is not None or found is None or found.number is None:
        return None
    if value(step.state, "phone") is not None or len(step.said) > _MOST_NUMBER:
        return None
    return _set(step, "phone", step.text)


_MOST_NUMBER = 20
_LEAST_ADDED = 2


def _added(step: Step) -> Draft | None:
    """补充一下，…: more of the matter."""
    text, said = value(step.state, "text"), step.said
    start = next((one for one in starts("add") if said.startswith(one)), None)
    if text is None or start is None or (step.state.asking is not None and "补充" not in start):
        return None
    more = said.removeprefix(start).strip(" ,，:：。")
    if len(more) < _LEAST_ADDED:
        return None
    whole = f"{text.rstrip('。')}。{_as_typed(step.text, more)}"
    state = with_text(step, step.state, whole)
    say.remark("added", step.writer)
    return go_on(step, state)
