"""Progress in plain words: what a status means, who has it, when its time runs out, what to do.

Pure: a case or an order as its desk gave it, the release and the day in, a draft out.  What the
desk said (status, dates, department) is cited as of kind ``case`` or ``order``, with the number as
code and the field as path; limits of routes, telephones and names of services are cited from
records; days that were counted are marked as reckoned.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import get_args

from assistant.cases import words
from assistant.cases.limits import ENDED, say_case_limit, say_correction, say_order_limit
from assistant.cases.page import Page, day_of, event_quote
from assistant.cases.types import Case, CaseEvent, CaseStatus
from assistant.composing.plans import day_text
from assistant.composing.policies import hotline_card
from assistant.types import Draft, Knowledge
from assistant.work_orders import routes
from assistant.work_orders.types import Act, OrderEvent, OrderStatus, OrderView
from channels.types import Card, CardRow, Status
from knowledge.facts import facts
from knowledge.types import Facet, Hotline, ServiceItem


def explain_case(case: Case, knowledge: Knowledge, today: date, wanted: Act | None = None) -> Draft:
    """Where a case stands, in a few sentences and cards.  ``wanted``: what somebody wants to do
    with it, which is not done here: how it is done comes first."""
    page = Page(kind="case", code=case.number, title=case.title)
    if wanted is not None:
        _say_how(wanted, case, knowledge, page)
    event = (
        case.events[-1] if case.events else CaseEvent(status=CaseStatus.RECEIVED, at=case.received)
    )
    told = words.status("case", event.status.value)
    department = event.department or case.department
    at = f"events[{len(case.events) - 1}]" if case.events else "received"
    step = page.cite(at, event_quote(told["name"], event))
    held = page.cite("department" if event.department is None else f"{at}.department", department)
    page.say(
        words.texts()["case_is"].format(
            title=case.title,
            number=case.number,
            status=told["name"],
            day=day_text(day_of(event.at)),
            means=told["means"],
        ),
        page.cite("number", case.number),
        step,
    )
    if wanted not in (None, "urge"):
        _possible(told["acts"], {"title": _item_name(case, knowledge)}, knowledge, page)
        return page.writer.draft(Status.ANSWERED, "case")
    page.say(told["holder"].format(department=department), held)
    say_correction(case, event, department, page, today)
    over = say_case_limit(case, knowledge, page, today)
    _say_note(event, at, page)
    page.say(told["next"].format(department=department), step, held)
    _say_remedies(event.status, case, knowledge, page)
    if over:
        _say_complain(case.item, knowledge, page)
        _say_way(knowledge, page)
    elif event.status not in ENDED and wanted != "urge":
        _say_line("urge_case", knowledge, page)
    _passed(case.events, "case", page)
    _possible(told["acts"], {"title": _item_name(case, knowledge)}, knowledge, page)
    _line_card(knowledge, page)
    return page.writer.draft(Status.ANSWERED, "case")


def _say_how(wanted: Act, case: Case, knowledge: Knowledge, page: Page) -> None:
    """How one does it with a case; nobody urges what is decided."""
    if wanted != "urge":
        page.say(words.texts()[f"case_{wanted}"])
    elif case.status not in ENDED:
        _say_line("urge_case", knowledge, page)


def is_kept(view: OrderView, *, handed: bool) -> bool:
    """Whether an order is only kept here: nothing is handed on, and nobody took it in hand."""
    return not handed and all(one.status is OrderStatus.FILED for one in view.events)


def explain_order(
    view: OrderView, knowledge: Knowledge, today: date, *, handed: bool = True
) -> Draft:
    """Where an order stands, in a few sentences and cards.  ``handed``: what is filed reaches the
    hotline; else it is said that this one is kept here only, until staff take it in hand."""
    kept = is_kept(view, handed=handed)
    way = routes.route(view.route)
    kind = words.kind(view.kind.value)
    page = Page(kind="order", code=view.number, title=f"{kind}工单")
    event = view.events[-1] if view.events else OrderEvent(status=OrderStatus.FILED, at=view.filed)
    told = words.status("order", "kept" if kept else event.status.value)
    department = event.department or view.department or words.texts()["department_unknown"]
    at = f"events[{len(view.events) - 1}]" if view.events else "filed"
    step = page.cite(at, event_quote(told["name"], event))
    page.say(
        words.texts()["order_is"].format(
            kind=kind,
            number=view.number,
            status=told["name"],
            day=day_text(day_of(event.at)),
            means=told["means"],
        ),
        page.cite("number", view.number),
        step,
    )
    held = _holder(view, event, at, page)
    hotline = routes.route(routes.PUBLIC).name  # whatever the route, it is the hotline that sends
    if "{route}" in told["holder"]:
        held = [page.cite("route", way.name), *_line_cited(knowledge, page)]
    named = re.findall(r"\d+", hotline) if "{route}" in told["holder"] else ()
    page.say(told["holder"].format(department=department, route=hotline), *held, reckoned=named)
    over = view.retired is None and not kept and say_order_limit(view, way, knowledge, page, today)
    _say_note(event, at, page)
    if view.stars is not None:
        stars = page.cite("stars", f"{view.stars}星")
        page.say(words.texts()["stars"].format(stars=view.stars), stars)
    if view.retired is None:
        page.say(told["next"], step)
    else:
        day = day_text(day_of(view.retired))
        page.say(words.texts()["retired"].format(day=day), page.cite("retired", day))
    if kept:
        _say_line("kept_line", knowledge, page)
    if over:
        _say_complain(None, knowledge, page)
        _say_way(knowledge, page)
    if "urge" in told["acts"]:
        page.say(words.texts()["urge_order"])
    _passed(view.events, "order", page)
    possible = [one for one in told["acts"] if one != "rate" or view.stars is None]
    if view.retired is not None:
        possible = [one for one in possible if one not in _OF_THE_ORDER]
    _possible(possible, {"number": view.number}, knowledge, page)
    if over or kept:
        _line_card(knowledge, page)
    return page.writer.draft(Status.ANSWERED, "order")


_OF_THE_ORDER = frozenset(get_args(Act))
"""Nothing can be done any more with an order whose texts are gone."""


def _holder(view: OrderView, event: OrderEvent, at: str, page: Page) -> list[int]:
    if event.department:
        return [page.cite(f"{at}.department", event.department)]
    return [page.cite("department", view.department)] if view.department else []


def _say_note(event: CaseEvent | OrderEvent, at: str, page: Page) -> None:
    if event.note:
        text = words.texts()["note"].format(note=event.note)
        page.say(text, page.cite(f"{at}.note", event.note))


# Where to turn


def _say_remedies(status: CaseStatus, case: Case, knowledge: Knowledge, page: Page) -> None:
    """What the record of the service says about reconsideration and going to court."""
    record = knowledge.record(case.item) if case.item else None
    refused = status in (CaseStatus.DENIED, CaseStatus.NOT_ACCEPTED)
    if refused and isinstance(record, ServiceItem):
        for one in facts(record, Facet.REMEDIES)[:2]:
            page.say(one.text, *page.record(record, one))


def _say_line(name: str, knowledge: Knowledge, page: Page) -> None:
    line = knowledge.record(words.complain()["hotline"])
    if isinstance(line, Hotline):
        text = words.texts()[name].format(number=line.number, name=line.name)
        page.say(text, *_line_cited(knowledge, page))


def _line_cited(knowledge: Knowledge, page: Page) -> tuple[int, ...]:
    line = knowledge.record(words.complain()["hotline"])
    return page.record(line, *facts(line, Facet.CONTACT)) if isinstance(line, Hotline) else ()


def _say_complain(item: str | None, knowledge: Knowledge, page: Page) -> None:
    _say_line("complain_line", knowledge, page)
    record = knowledge.record(item) if item else None
    if isinstance(record, ServiceItem) and record.contact.complain:
        found = facts(record, Facet.COMPLAINT)
        text = words.texts()["complain_direct"].format(phone=record.contact.complain)
        page.say(text, *page.record(record, *found))


def _say_way(knowledge: Knowledge, page: Page) -> None:
    way = routes.route(words.complain()["route"])
    record = routes.item(way, knowledge)
    summary = routes.at(record, "summary") if record else None
    if record and summary:
        text = words.texts()["complain_way"].format(way=way.name, summary=summary.text)
        page.say(text, *page.record(record, summary))


def _line_card(knowledge: Knowledge, page: Page) -> None:
    line = knowledge.record(words.complain()["hotline"])
    if isinstance(line, Hotline):
        page.writer.card(hotline_card(line, line.name, page.writer))


# Cards


def _passed(events: Sequence[CaseEvent | OrderEvent], kind: str, page: Page) -> None:
    rows = []
    for at, event in enumerate(events):
        name = words.status(kind, event.status.value)["name"]
        cited = [page.cite(f"events[{at}]", event_quote(name, event))]
        if event.note:
            cited.append(page.cite(f"events[{at}].note", event.note))
        text = "，".join(part for part in (day_text(day_of(event.at)), event.department) if part)
        rows.append(CardRow(label=name, text=text, note=event.note, citations=tuple(cited)))
    page.writer.card(Card(kind="steps", title=words.texts()["passed"], rows=tuple(rows)))


def _possible(
    names: Sequence[str], fields: Mapping[str, str], knowledge: Knowledge, page: Page
) -> None:
    """What can be done now, each with what a tap sends, a number to dial, or how it is done."""
    line = knowledge.record(words.complain()["hotline"])
    rows = []
    for name in names:
        one = words.act(name)
        row = CardRow(label=one["label"], text=one.get("text"))
        if "ask" in one:
            ask = one["ask"].format(**fields)
            row = replace(row, ask=ask)
            page.writer.suggestions.append(one["label"] if page.kind == "order" else ask)
        elif one.get("hotline") and isinstance(line, Hotline):
            cited = page.record(line, *facts(line, Facet.CONTACT))
            row = replace(row, tel=line.number, citations=cited)
        rows.append(row)
    page.writer.card(Card(kind="choices", title=words.texts()["possible"], rows=tuple(rows)))


def _item_name(case: Case, knowledge: Knowledge) -> str:
    record = knowledge.record(case.item) if case.item else None
    return record.name if record else case.title
