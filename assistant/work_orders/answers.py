"""Reading the answer to the field that was asked; what is a question instead is left to others."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.bundles.answers import asks as asks_back
from assistant.composing import filing as say
from assistant.rules import load
from assistant.types import Draft, Intent
from assistant.work_orders import extract, phones
from assistant.work_orders.state import AGAIN, CONTACT, SAID, START, asked, put, value
from assistant.work_orders.step import (
    Step,
    ask,
    go_on,
    refuse,
    told,
    with_text,
)
from assistant.work_orders.types import FilingAids, FormState, OrderKind
from assistant.work_orders.words import (
    begins,
    commands,
    fields_of,
    has_question,
    likelihoods,
    reading,
    starts,
)
from retrieval.analyzer import normalise

LEAST_TOLD = 6
"""Characters of a matter that can be dealt with."""
LEAST_KNOWN = 4
"""The same of a matter that is known for one (路灯坏了)."""
_MOST_ASKED = 40
"""Characters of a question; longer messages tell something."""
_NONE = frozenset((Intent.EMPTY, Intent.SMALL_TALK))


def answered(step: Step) -> Draft | None:
    """The next step after an answer; ``None`` if the message is none."""
    field = asked(step.state)
    if field is None:
        return None
    if _declines(step.said, field):
        return _skipped(step, field)
    if step.said in commands()["consent"]:
        return ask(step, step.state, field)
    if step.reading.intent in _NONE or _for_others(step):
        return None
    if (field != "text" or value(step.state, START)) and _another(step, field):
        say.remark("another", step.writer, kind=step.kind)
        return ask(step, step.state, field)
    if _said_again(step):
        if field == "text":
            say.remark("more", step.writer)
        return ask(step, step.state, field)
    if (apart := _out_of_turn(step, field) or _beside(step, field)) is not None:
        return apart
    match field:
        case "text":
            return _text(step)
        case "phone":
            return _phone(step)
        case "name":
            return _name(step)
        case "district":
            return _district(step)
        case _:
            return _free(step, field)


def _declines(said: str, field: str) -> bool:
    """跳过; 不知道归谁管; where contact is asked, 不留电话."""
    if said in commands()["skip"] or (field in CONTACT and said in commands()["no_contact"]):
        return True
    if field in ("object", "name") and said.startswith(starts("private")):
        return len(said) <= _MOST_PRIVATE
    told_nothing = field not in ("text", *CONTACT) and len(said) <= _MOST_UNKNOWN
    return told_nothing and "," not in said and said.startswith(starts("unknown"))


_MOST_UNKNOWN = 12
_MOST_PRIVATE = 20


def _out_of_turn(step: Step, field: str) -> Draft | None:
    """An answer that is from end to end one to another field: it is noted there, and this field is
    asked on; ``None`` if it may be meant for this one."""
    if field not in CONTACT and step.said in commands()["no_contact"]:
        say.remark("no_contact", step.writer)
        return ask(step, put(put(step.state, "name", None), "phone", None), field)
    found = extract.sole(step.text)
    if found is None or field in ("district", found[0]):
        return None
    other, new = found
    known = value(step.state, other)
    if (field, other) == ("place", "object") and extract.district(new):
        return None  # 白云区同和街道
    if other == "place" and known is not None:
        if extract.is_district(new):
            other = "district"
        elif known not in new and step.state.district == extract.district(f"{known}{new}"):
            new = f"{known}，{new}"
    if {field, other} == {"place", "object"} and known is not None:
        return None  # a shop is a place as well
    if (field, other) == ("name", "object") and known is not None and len(new) <= LEAST_KNOWN:
        return None  # 陈师傅
    if other not in fields_of(step.state.kind):
        if field == "text":
            return None
        return ask(step, _with_more(step, new), field)
    if other == "object" and known is not None and known not in new:
        new = f"{known}，{new}"
    if (field, other) == ("object", "when") and known is not None:
        return ask(step, _with_more(step, new), field)
    if other == "district":
        new = extract.district(new) or new
    state = put(step.state, other, new)
    say.note([(other, new)], step.aids, step.writer)
    return ask(step, state, field) if field not in dict(state.fields) else go_on(step, state)


def _beside(step: Step, field: str) -> Draft | None:
    """What goes on with the story instead of answering is kept in the account, and the field asked
    once more; the second time it is left open.  ``None`` if the message may answer."""
    if field == "text" or extract.fits(field, step.text) or field in extract.pieces(step.text):
        return None
    if asks(step) or asks_back(normalise(step.text)) or step.reading.whole:
        return None
    story = step.text.strip()
    if len(story) < _LEAST_STORY:
        return None if field == "phone" else _once_more(step, step.state, field, "not_understood")
    known = value(step.state, "text") or ""
    state = step.state if story in known else _lengthened(step, story)
    say.keep(story, state, step.aids, step.writer)
    return _once_more(step, told(step, state, step.text, skip=(field, "object")), field, None)


_LEAST_STORY = 3
"""Characters that tell something."""


def _once_more(step: Step, state: FormState, field: str, why: str | None) -> Draft:
    """The field asked again, with what may be chosen; it is left open after the second time."""
    if _is_again(step):
        say.remark("kept_left", step.writer, label=step.label(field))
        return go_on(step, put(state, field, None))
    if why is not None:
        say.remark(why, step.writer)
    return ask(step, state, field, again=True)


def _with_more(step: Step, more: str) -> FormState:
    """The state whose matter also says what there is no field for; that is said."""
    state = _lengthened(step, more)
    say.remark("added", step.writer)
    return state


def _lengthened(step: Step, more: str) -> FormState:
    """The state whose account goes on with these words."""
    text = value(step.state, "text") or ""
    return with_text(step, step.state, f"{text.rstrip('。')}。{more}")


def _for_others(step: Step) -> bool:
    """Whether a short message calls a person or asks for progress."""
    return len(step.said) <= 10 and bool(load().person.find(step.said)) and not begins(step.text)


def _another(step: Step, field: str) -> bool:
    """Whether another matter is told before this one is through; while the matter itself is asked,
    only what says so (我还要投诉)."""
    found = begins(step.text)
    if found is None or len(found.rest) < LEAST_TOLD:
        return False
    return field != "text" or normalise(step.text).startswith(starts("further"))


def _said_again(step: Step) -> bool:
    """我要投诉他: that it is to be filed, once more, and nothing of the matter."""
    found = begins(step.text)
    return found is not None and found.wants and not is_matter(found.rest, step.aids)


def _skipped(step: Step, field: str) -> Draft:
    if field == "text":
        say.remark("needed_text", step.writer)
        return ask(step, step.state, field)
    route = step.aids.route(step.state.route, step.state.kind)
    if field in route.needs and not _is_again(step):
        return refuse(step, step.state, field)
    state = put(step.state, field, None)
    if field == "name" and value(state, "phone") is None:
        state = put(state, "phone", None)  # both are asked for at once
    return go_on(step, state)


def asks(step: Step) -> bool:
    """Whether the message asks something: by its words, or for a facet of a service."""
    return len(normalise(step.text)) <= _MOST_ASKED and has_question(step.text)


def is_matter(text: str, aids: FilingAids) -> bool:
    """Whether a text tells enough to be dealt with."""
    length = len(text.strip())
    if length >= LEAST_TOLD or length < LEAST_KNOWN:
        return length >= LEAST_TOLD
    return aids.kind_of(text)[0] is not None or extract.tells(text) or _is_topic(text, aids)


def _is_topic(text: str, aids: FilingAids) -> bool:
    """Whether a few words call a topic (占道经营), not only whom it is about (物业公司)."""
    best = next(iter(aids.suggest(text)), None)
    sure = best is not None and best.probability >= likelihoods()[1]
    return sure and not extract.names_somebody(text)


def _text(step: Step) -> Draft | None:
    kind, _ = step.aids.kind_of(step.text)
    known = {"name", "phone"} & set(extract.pieces(step.text))
    told_of = step.reading.facets and not extract.narrates(normalise(step.text))
    if kind is None and len(step.said) < _MOST_ASKED and (asks(step) or told_of):
        return ask(step, told(step, step.state, step.text), "text") if known else None
    if not is_matter(step.text, step.aids):
        say.remark("more", step.writer)
        return ask(step, told(step, step.state, step.text), "text")
    start = value(step.state, START)
    text = f"{start}。{step.text.strip()}" if start else step.text.strip()
    state = step.state
    if kind is not None and kind is not OrderKind.CONSULTATION and value(state, SAID) is None:
        state = replace(state, kind=kind)
    state = with_text(step, state, text)
    return go_on(step, told(step, state, step.text))


def _phone(step: Step) -> Draft | None:
    found = phones.read(step.text)
    if found is not None and found.number is not None:
        state = told(step, put(step.state, "phone", found.number), step.text, skip=("phone",))
        return go_on(step, state)
    digits = sum(one.isdigit() for one in step.text)
    if found is None and (digits < _LEAST_DIGITS or asks(step)):
        return None
    if _is_again(step):
        say.remark("phone_given_up", step.writer)
        return go_on(step, put(step.state, "phone", None))
    have = len(found.digits.lstrip("+")) if found else digits
    mobile = found is not None and found.digits.startswith("1") and have != phones.MOBILE
    words = step.texts["phone_short" if mobile else "phone_shape"]
    problem = words.format(want=phones.MOBILE, have=have, least=phones.LEAST, most=phones.MOST)
    say.remark("phone_again", step.writer, problem=problem)
    return ask(step, step.state, "phone", again=True)


_LEAST_DIGITS = 4
"""Digits from which on a message is meant as a number."""


def _name(step: Step) -> Draft | None:
    found = extract.pieces(step.text)
    service = bool(step.reading.facets) or load().inside.holds(normalise(step.text))
    if asks(step) or (service and not {"name", "phone"} & set(found)):
        return None
    rest = extract.without(step.text, [found["phone"]] if "phone" in found else [])
    name = found["name"].value if "name" in found else extract.name_in(rest)
    if name is not None and not (extract.is_plainly_a_name(name) or _is_again(step)):
        if extract.wishes(name) and value(step.state, "wish") is None:
            state = put(step.state, "wish", name)
            say.note([("wish", name)], step.aids, step.writer)
            return ask(step, state, "name")
        say.remark("name_again", step.writer)
        return ask(step, step.state, "name", again=True)
    if name is not None:
        state = put(step.state, "name", name)
        return go_on(step, told(step, state, step.text, skip=("name", "object", "wish"), own=True))
    if "phone" in found:  # a number instead of a name: the name is left out
        return go_on(step, told(step, put(step.state, "name", None), step.text, own=True))
    if "wish" in found:  # an answer to the question before
        return ask(step, told(step, step.state, step.text), "name")
    if _is_again(step):
        return go_on(step, put(step.state, "name", None))
    if len(step.said) > _MOST_CALLED and value(step.state, "text") is not None:
        return ask(step, _with_more(step, step.text.strip()), "name")
    say.remark("name_again", step.writer)
    return ask(step, step.state, "name", again=True)


_MOST_CALLED = 4
"""Characters of what was meant as a name; longer ones tell more of the matter."""


def _district(step: Step) -> Draft | None:
    """The district; another name of the place is added to it, and the district asked once more."""
    named = extract.district(step.text)
    if named:
        return go_on(step, put(step.state, "district", named))
    if (state := told(step, step.state, step.text)) != step.state:
        return ask(step, state, "district")
    if asks(step) or not (extract.looks_like_a_place(step.text) or _is_again(step)):
        return None
    where = value(step.state, "place")
    state = put(
        step.state, "place", f"{where}，{step.text.strip()}" if where else step.text.strip()
    )
    say.note([("place", value(state, "place"))], step.aids, step.writer)
    return _once_more(step, state, "district", None)


def _is_again(step: Step) -> bool:
    """Whether the field is asked for the second time."""
    return (step.state.asking or "").endswith(AGAIN)


def _free(step: Step, field: str) -> Draft | None:
    """A field in free words: the message without what it says of other fields."""
    found = extract.pieces(step.text)
    if _is_question(step, field) and field not in found:
        return None
    others = [one for name, one in found.items() if name != field and name in _CUT]
    rest = _LEADING.sub("", extract.without(step.text, others))
    state = step.state
    apart = extract.sole(rest) if others else None
    called = len(rest) <= _MOST_GIVEN and extract.is_plainly_a_name(rest)
    if apart is None and "phone" in found and rest and called:
        apart = ("name", rest)
    if apart is not None and apart[0] == "name" != field:  # 黄生 138…
        state = told(step, put(state, *apart), step.text, skip=(field, "name"))
        say.note([apart], step.aids, step.writer)
        return ask(step, state, field)
    told_more = field == "place" and field in found and extract.tells(rest)
    left = extract.without(step.text, found.values())
    if field in found and others and len(left) >= _LEAST_LEFT:
        told_more = True  # 车牌粤A12345F，231路: no field is for it
    if told_more and not extract.tells(found[field].value):
        state, rest = _with_more(step, step.text.strip()), found[field].value
    mine = found[field].value if field in found and (others or len(rest) > _MOST_FIELD) else rest
    if len(mine) > 1 or (field == "wish" and extract.wishes(mine)):  # 停
        state = put(state, field, mine)
        say.note([(field, mine)] if others or told_more else [], step.aids, step.writer)
    elif not others:
        return _once_more(step, state, field, "not_understood")
    return go_on(step, told(step, state, step.text, skip=(field,)))


def _is_question(step: Step, field: str) -> bool:
    plain = normalise(step.text)
    if plain.startswith(starts("unknown")):
        return False  # 唔知边个公司，围板冇写
    government = load().inside.holds(plain)
    match field:
        case "wish":
            return asks(step) and not any(word in plain for word in reading("wishes"))
        case "object":
            return asks(step)
        case "place":
            about = government and not extract.looks_like_a_place(plain)
            return asks(step) or about
        case _:
            return asks(step) or government


_MOST_GIVEN = 3
"""Characters of a name beside a phone (王小二 138…); longer ones may be a shop's."""
_LEAST_LEFT = 5
"""Characters beside all fields that are kept in the account."""
_CUT = ("phone", "when", "place", "wish", "name")
"""Fields whose words are cut out of the answer to another one."""
_MOST_FIELD = 60
_LEADING = re.compile(r"^(?:我(?=在|喺|系|是))?(?:就|应该)?(?:在|喺|响|是|系|叫做)+(?=.)")
