"""Replies of a filing: its questions, what was understood, the draft, the receipt.

What a citizen typed is no fact of a record: numbers in it are marked as told, and personal data is
masked wherever it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from assistant.composing.writer import Writer
from assistant.rules import district_names
from assistant.work_orders import phones
from assistant.work_orders.extract import district
from assistant.work_orders.numbers import day_of
from assistant.work_orders.state import (
    AGAIN,
    CALL_BACK,
    CONTACT,
    ELSEWHERE,
    HERE,
    SECRET,
    asked,
    department_of,
    given,
    in_english,
    missing,
    value,
)
from assistant.work_orders.types import (
    FilingAids,
    FilingDirect,
    FilingRoute,
    FilingStep,
    FormState,
    OrderKind,
    Receipt,
)
from assistant.work_orders.words import (
    call_back,
    choices,
    districts_in_english,
    fields_of,
    kind_name,
    label,
    likelihoods,
    question,
    texts,
    why,
)
from channels.types import Card, CardRow, Citation, Sentence

BEIJING = ZoneInfo("Asia/Shanghai")
PUBLIC = "12345"
"""The route by which everything goes."""
TAIL = 4
"""The last digits of a receipt number, by which its owner knows it."""
MOST_SHOWN = 40
"""Characters of a field in a sentence; cards show the whole."""


def remark(name: str, writer: Writer, **told: object) -> None:
    """A fixed text; its numbers are counted or were told, not taken from a record."""
    text = _NO_ADDRESS.sub("…", texts(english=writer.english)[name].format(**told))
    writer.sentences.append(Sentence(text=text, reckoned=tuple(re.findall(r"\d+", text))))


_NO_ADDRESS = re.compile(r"https?://[^\s，。；（）]*")
"""Addresses that were typed are shown on cards, as text, and never repeated as ours."""


def quote(step: FilingStep, writer: Writer) -> tuple[int, ...]:
    """The numbers of the citations that carry a step of a route; each source is cited once."""
    return tuple(_number(one, writer) for one in step.sources)


def _number(source: Citation, writer: Writer) -> int:
    known = (one.n for one in writer.citations if replace(one, n=source.n) == source)
    number = next(known, None)
    if number is None:
        number = len(writer.citations) + 1
        writer.citations.append(replace(source, n=number))
    return number


def say_step(step: FilingStep, writer: Writer) -> None:
    """What a route says of itself, with where that stands."""
    writer.sentences.append(Sentence(text=closed(step.text), citations=quote(step, writer)))


def closed(text: str) -> str:
    return text if text.endswith(("。", ".")) else f"{text}。"


# What is not filed here


def say_direct(route: FilingRoute, aids: FilingAids, writer: Writer, *, again: bool) -> None:
    """Where a matter belongs that one has to take there oneself: why, where, with what, until when;
    then the way on.  ``again``: all that was said before, and only the beginning is repeated."""
    direct, words = route.direct, texts(english=writer.english)
    assert direct is not None
    button = words["here"] if writer.english else direct.button
    if writer.english:
        remark("direct_in_chinese", writer)
    for step in route.own[: 1 if again else None]:
        say_step(step, writer)
    if not again:
        say_here(direct, aids, writer)
    rows = (
        CardRow(label=words["direct_own"].format(name=direct.name), ask=direct.ask),
        CardRow(
            label=button,
            note=words["direct_here_note"].format(name=direct.name),
            ask=button,
        ),
        CardRow(label=words["leave"], note=words["direct_leave_note"], ask=words["leave"]),
    )
    writer.card(Card(kind="choices", title=words["direct_title"], rows=rows))


def say_here(direct: FilingDirect, aids: FilingAids, writer: Writer) -> None:
    """What it means to file such a matter here; a number in it is the name of a hotline."""
    words = texts(english=writer.english)
    text = direct.here if aids.handed else words["direct_kept"].format(way=direct.name)
    if aids.handed and writer.english:
        text = words["filed_here"].format(way=direct.name)
    writer.sentences.append(Sentence(text=closed(text), reckoned=tuple(re.findall(r"\d+", text))))


# Questions


def ask(state: FormState, writer: Writer) -> None:
    """Ask the field that is asked, with the other ways on."""
    field, english = asked(state), writer.english
    assert field is not None
    said, ways = _question(field, state, english=english), texts(english=english)
    writer.remark(said)
    rows = []
    again = (state.asking or "").endswith(AGAIN)
    if field == "district":
        rows += [
            CardRow(label=one, ask=one)
            for one in (districts_in_english() if english else district_names())
        ]
    elif again:
        rows += [CardRow(label=one, ask=one) for one in choices(field, english=english)]
    if field != "text":
        rows.append(CardRow(label=ways["skip"], ask=ways["skip"]))
    if field in CONTACT:
        rows.append(CardRow(label=ways["anonymous"], ask=ways["anonymous"]))
    writer.card(Card(kind="question", title=said, rows=tuple(rows)))
    writer.suggestions += [ways["why"], ways["back"], ways["leave"]]


def _question(field: str, state: FormState, *, english: bool) -> str:
    if value(state, CALL_BACK) and field in call_back():
        return call_back()[field]
    known = bool(given(state).get("phone"))
    return question(field, state.kind, known=known, topic=state.topic, english=english)


def explain(field: str, writer: Writer) -> None:
    """Say why a field is asked."""
    remark("because", writer, why=why(field, english=writer.english))


def note(fields: Sequence[tuple[str, str | None]], aids: FilingAids, writer: Writer) -> None:
    """Say what was understood of a longer message: its fields, short and masked."""
    told = [
        f"{label(field, english=writer.english)}“{_brief(shown(field, said, aids))}”"
        for field, said in fields
        if said is not None and field != "text"
    ]
    if told:
        remark("noted", writer, told=(", " if writer.english else "，").join(told))


def keep(said: str, state: FormState, aids: FilingAids, writer: Writer) -> None:
    """Say that what was told instead of an answer stands in the account."""
    told, name = f"“{_brief(aids.mask(said))}”", label("text", state.kind, english=writer.english)
    remark("kept", writer, label=name, told=told)


def shown(field: str, said: str, aids: FilingAids) -> str:
    """A field as a screen shows it: masked."""
    if field == "phone":
        return phones.masked(said)
    if field == "name":
        return f"{said[0]}{'*' * min(len(said) - 1, 2)}" if len(said) > 1 else said
    return aids.mask(said)


def _brief(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}……"


# The draft


def say_draft(state: FormState, aids: FilingAids, writer: Writer) -> None:
    """Show the whole draft: every field, what is done with the data, and what can be done."""
    remark("draft", writer)
    writer.card(draft_card(state, aids, english=writer.english))
    writer.suggestions += _ways_on(state, english=writer.english)


def draft_card(state: FormState, aids: FilingAids, *, english: bool = False) -> Card:
    """The draft as a card: rows with a text are what was said, rows without one can be pressed."""
    words, known = texts(english=english), given(state)
    kind = kind_name(state.kind, english=english)
    rows = [CardRow(label=words["kind_label"], text=kind)]
    for field in fields_of(state.kind):
        if field == "district":
            continue
        said = known.get(field)
        text = shown(field, said, aids) if said else words["untold"]
        if field == "place" and state.district and said and district(said) != state.district:
            text = f"{state.district}{text}"
        name = label(field, state.kind, english=english)
        rows.append(CardRow(label=name, text=text, ask=words["change_one"].format(label=name)))
    if value(state, SECRET):
        rows.append(CardRow(label=words["secret_label"], text=words["contact_secret"]))
    rows.append(_destination(state, aids, english=english))
    for way in ("submit", "change", "leave"):
        rows.append(CardRow(label=words[way], ask=words[way]))
    hotline = _hotline(state.kind, aids, english=english)
    note = words["draft_note" if aids.handed else "draft_note_kept"].format(hotline=hotline)
    told = note + ("" if known.get("phone") or not aids.handed else words["draft_anonymous"])
    title = words["draft_title"].format(kind=kind)
    return Card(kind="draft", title=title, rows=tuple(rows), note=told)


def _destination(state: FormState, aids: FilingAids, *, english: bool) -> CardRow:
    """Where it goes, and who may deal with it, as far as that is likely."""
    words = texts(english=english)
    likely, sure = likelihoods()
    best = next(iter(aids.suggest(value(state, "text") or "")), None)
    who, department = None, department_of(state, aids)
    if department and best is not None and best.probability >= likely:
        name = "department_sure" if best.probability >= sure else "department_likely"
        who = words[name].format(department=department)
    if (declined := _declined(state, aids)) is not None:
        who = words["direct_here_note"].format(name=declined.name)
    text = destination(state.route, state.kind, aids, english=english)
    return CardRow(label=words["route_label"], text=text, note=who if aids.handed else None)


def _declined(state: FormState, aids: FilingAids) -> FilingRoute | None:
    """The route that the matter belongs to, though it is filed at the hotline."""
    code = value(state, HERE)
    route = aids.route(code, state.kind) if code else None
    return route if route and route.direct else None


def destination(code: str, kind: OrderKind, aids: FilingAids, *, english: bool = False) -> str:
    """Where an order goes, in truth: everything goes by the hotline, or nowhere."""
    route, words = aids.route(code, kind), texts(english=english)
    if not aids.handed:
        return words["route_kept"]
    if not route.relayed:
        return route.name
    hotline = _hotline(kind, aids, english=english)
    return words["route_relayed"].format(hotline=hotline, route=route.name)


def _hotline(kind: OrderKind, aids: FilingAids, *, english: bool) -> str:
    return (
        f"{texts(english=True)['hotline']} {PUBLIC}" if english else aids.route(PUBLIC, kind).name
    )


def _ways_on(state: FormState, *, english: bool) -> list[str]:
    words, known = texts(english=english), given(state)
    ways = []
    if known.get("name") or known.get("phone"):
        ways.append(words["anonymous"])
    if state.kind in ("complaint", "report") and not value(state, SECRET):
        ways.append(words["confidential"])
    return [*ways, words["back"]]


def which(state: FormState, aids: FilingAids, writer: Writer) -> None:
    """Offer the fields: a tap asks one of them again."""
    words, known = texts(english=writer.english), given(state)
    remark("which", writer)
    rows = []
    for field in fields_of(state.kind):
        said = known.get(field)
        text = _brief(shown(field, said, aids)) if said else words["untold"]
        if field != "district":
            name = label(field, state.kind, english=writer.english)
            rows.append(CardRow(label=name, note=text, ask=words["change_one"].format(label=name)))
    writer.card(Card(kind="choices", title=words["which_title"], rows=tuple(rows)))
    writer.suggestions += [words["resume"], words["leave"]]


def similar(number: str, aids: FilingAids, writer: Writer) -> None:
    """Ask whether to add to an earlier order.  Its number is not told whole: whoever gave the phone
    need not be the one who filed it.  No department is promised where nothing is handed on."""
    words, day = texts(english=writer.english), day_of(number)
    said = words["similar_day"]
    if day:
        said = f"{day:%B} {day.day}" if writer.english else f"{day.month}月{day.day}日"
    remark("similar", writer, day=said, tail=number[-TAIL:])
    rows = (
        *(
            CardRow(label=words[one], note=words[note], ask=words[one])
            for one, note in (
                ("similar_add", "similar_add_note" if aids.handed else "similar_add_kept"),
                ("similar_new", "similar_new_note"),
            )
        ),
        CardRow(label=words["leave"], ask=words["leave"]),
    )
    writer.card(Card(kind="choices", title=words["similar_title"], rows=rows))


def joined(number: str, writer: Writer, *, own: bool) -> None:
    """Say that it was added; the whole number only to a session that filed it."""
    remark("joined" if own else "joined_tail", writer, number=number, tail=number[-TAIL:])


# The receipt


def say_receipt(state: FormState, receipt: Receipt, aids: FilingAids, writer: Writer) -> None:
    """The number, the check (once), what happens next with its limits, how to ask and withdraw;
    where nothing is handed on: that, and how one turns to the hotline oneself."""
    route = aids.route(receipt.route, state.kind)
    hotline = _hotline(state.kind, aids, english=writer.english)
    filed = "filed" if aids.handed else "filed_kept"
    remark(filed, writer, number=receipt.number, hotline=hotline)
    if receipt.drawn:
        remark("filed_drawn", writer, check=receipt.check)
    else:
        remark("filed_phone", writer)
    if receipt.drawn and aids.handed:
        remark("filed_anonymous", writer)
    if (declined := _declined(state, aids)) is not None:
        remark("filed_here", writer, way=declined.name)
    steps = (*route.steps, *route.notes) if aids.handed else own_ways(route, state.kind, aids)
    if writer.english and steps:
        remark("steps_in_chinese" if aids.handed else "own_in_chinese", writer)
    for step in steps:
        say_step(step, writer)
    writer.card(receipt_card(state, receipt, aids, writer))
    writer.suggestions.append(texts()["progress_ask"])


def say_how_long(state: FormState, aids: FilingAids, writer: Writer) -> None:
    """What happens after filing, with its limits; where nothing is handed on: that none runs, and
    how one turns to the office oneself."""
    route = aids.route(state.route, state.kind)
    if not aids.handed:
        remark("how_long_kept", writer)
    for step in (*route.steps, *route.notes) if aids.handed else own_ways(route, state.kind, aids):
        say_step(step, writer)


def own_ways(route: FilingRoute, kind: OrderKind, aids: FilingAids) -> tuple[FilingStep, ...]:
    """How one turns oneself to the office of the route, and to the hotline."""
    public = aids.route(PUBLIC, kind)
    return route.own if route.code == public.code else (*route.own, *public.own)


def receipt_card(state: FormState, receipt: Receipt, aids: FilingAids, writer: Writer) -> Card:
    words, route = texts(english=writer.english), aids.route(receipt.route, state.kind)
    check = words["check_label"] if receipt.drawn else words["check_phone"]
    rows = [CardRow(label=words["number_label"], text=receipt.number)]
    if receipt.drawn:
        rows.append(
            CardRow(label=words["check_label"], text=receipt.check, note=words["check_note"])
        )
    filed = receipt.filed.astimezone(BEIJING)
    day = f"{filed.year}年{filed.month}月{filed.day}日 {filed:%H:%M}"
    if writer.english:
        day = f"{filed:%Y-%m-%d %H:%M}"
    said = (
        [("next_label", one) for one in route.steps] + [("notes_label", one) for one in route.notes]
        if aids.handed
        else [("own_label", one) for one in own_ways(route, state.kind, aids)]
    )
    declined = _declined(state, aids)
    if declined is not None:
        said += [(declined.name, one) for one in declined.own[1:]]
    rows += [
        CardRow(label=words["filed_label"], text=day),
        CardRow(
            label=words["route_label"],
            text=destination(receipt.route, state.kind, aids, english=writer.english),
        ),
        *(
            CardRow(
                label=words.get(name, name),
                text=step.text.removeprefix(f"{texts()['notes_label']}："),
                citations=quote(step, writer),
            )
            for name, step in said
        ),
        CardRow(
            label=words["progress_label"],
            text=words["progress_text"].format(check=check),
            ask=words["progress_ask"],
        ),
        CardRow(label=words["withdraw_label"], text=words["withdraw_text"].format(check=check)),
    ]
    code = next((source.code for _, step in said for source in step.sources), None)
    return Card(kind="receipt", title=words["receipt_title"], rows=tuple(rows), code=code)


def pending(state: FormState) -> str:
    """The way back to a filing that waits, behind another answer."""
    field, english = asked(state), in_english(state)
    kind, words = kind_name(state.kind, english=english), texts(english=english)
    if state.asking == ELSEWHERE:
        return words["pending_elsewhere"]
    if field is None:
        name = "pending_draft" if missing(state) is None else "pending"
        return words[name].format(kind=kind)
    ask_ = _question(field, state, english=english)
    return words["pending_asked"].format(kind=kind, ask=ask_)
