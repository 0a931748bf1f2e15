"""When the time of a case or an order runs out, and the words for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from assistant.cases import clock, words
from assistant.cases.page import Page, day_of, days, digits, event_quote
from assistant.cases.types import Case, CaseEvent, CaseStatus
from assistant.composing.plans import day_text
from assistant.types import Knowledge
from assistant.work_orders import routes
from assistant.work_orders.types import OrderStatus, OrderView
from knowledge.facts import duration_text
from knowledge.types import Duration, Fact, Record, ServiceItem

ENDED = frozenset(
    {
        CaseStatus.NOT_ACCEPTED,
        CaseStatus.GRANTED,
        CaseStatus.DENIED,
        CaseStatus.DELIVERED,
        CaseStatus.RETURNED,
        CaseStatus.WITHDRAWN,
        CaseStatus.TERMINATED,
    }
)
DECIDED = frozenset({CaseStatus.GRANTED, CaseStatus.DENIED})
BEGUN = frozenset({CaseStatus.ACCEPTED, CaseStatus.WORKING})
ORDER_ENDED = frozenset({OrderStatus.CLOSED, OrderStatus.REVISITED, OrderStatus.WITHDRAWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """A limit that runs: from when, how long, what stops it, and what states all that.

    ``until``: the day on which it was done, if it was; ``what``: what has to be done by then, where
    that is not the whole.
    """

    begun: date
    amount: int
    unit: clock.Unit
    limit: str
    cited: tuple[int, ...]
    pauses: tuple[clock.Pause, ...] = ()
    until: date | None = None
    what: str = ""


def say_case_limit(case: Case, knowledge: Knowledge, page: Page, today: date) -> bool:
    """Say how the promised limit stands; whether it has run out."""
    status, texts = case.status, words.texts()
    decided = next((one for one in case.events if one.status in DECIDED), None)
    if status in ENDED and decided is None:
        return False
    limit = _case_limit(case, knowledge, page)
    if limit is None:
        page.say(texts["no_limit_case"], page.cite("title", case.title))
        return False
    duration, cited = limit
    begun = next((n for n, one in enumerate(case.events) if one.status in BEGUN), None)
    if begun is None:
        text = texts["waiting_case"].format(limit=duration_text(duration))
        page.say(text, *cited)
        return False
    event = case.events[begun]
    name = words.status("case", event.status.value)["name"]
    run = _Run(
        begun=day_of(event.at),
        amount=duration.amount,
        unit=_unit(duration),
        limit=duration_text(duration),
        cited=(*cited, page.cite(f"events[{begun}]", event_quote(name, event))),
        pauses=tuple(pauses(case.events)),
        until=day_of(decided.at) if decided else None,
    )
    return _say_run(run, page, today)


def _case_limit(
    case: Case, knowledge: Knowledge, page: Page
) -> tuple[Duration, tuple[int, ...]] | None:
    """The limit that the desk gave, else the one that the record of the service states."""
    if case.limit_days is not None:
        unit: Literal["自然日", "工作日"] = "自然日" if case.natural else "工作日"
        duration = Duration(amount=case.limit_days, unit=unit)
        return duration, (page.cite("limit_days", duration_text(duration)),)
    record = knowledge.record(case.item) if case.item else None
    if not isinstance(record, ServiceItem):
        return None
    for path in ("limits.promised", "limits.legal"):
        duration_, stated = routes.duration_at(record, path), routes.at(record, path)
        if duration_ and stated and duration_.unit in ("工作日", "自然日"):
            return duration_, page.record(record, stated)
    return None


def pauses(events: Sequence[CaseEvent]) -> Iterator[clock.Pause]:
    """The times between a suspension (挂起) and what followed it."""
    for at, event in enumerate(events):
        if event.status is not CaseStatus.SUSPENDED:
            continue
        later = (one for one in events[at + 1 :] if one.status is not CaseStatus.SUSPENDED)
        resumed = next(later, None)
        yield clock.Pause(day_of(event.at), day_of(resumed.at) if resumed else None)


def say_order_limit(
    view: OrderView, way: routes.Route, knowledge: Knowledge, page: Page, today: date
) -> bool:
    """Say how the limits of the route stand, first the one that runs first; whether one has run
    out."""
    if view.status is OrderStatus.WITHDRAWN:
        return False
    first = _say_first(view, way, knowledge, page, today)
    return _say_whole(view, way, knowledge, page, today) or first


_MEETS = {
    "assigned": {OrderStatus.ASSIGNED, OrderStatus.WORKING, OrderStatus.CLOSED},
    "accepted": {OrderStatus.WORKING, OrderStatus.EXTENDED, OrderStatus.CLOSED},
}
"""What shows that a first step is done: its own event, or one that comes after it."""


def _say_first(
    view: OrderView, way: routes.Route, knowledge: Knowledge, page: Page, today: date
) -> bool:
    """Say how the limit of the first answer (受理决定) stands while that is due, and how it was met
    where the order ended with it; whether it has run out."""
    limit = routes.first_limit_of(way, view.kind, knowledge)
    if limit is None or limit.step.met is None:
        return False
    met = next((one for one in view.events if one.status in _MEETS[limit.step.met]), None)
    begun, texts = _begun(view, limit.since), words.texts()
    if begun is None and met is None:  # the office does not have it yet
        text = texts[f"waiting_{limit.since}"].format(limit=duration_text(limit.duration))
        text = texts["first_step"].format(what=limit.step.called, text=text)
        page.say(text, *page.record(limit.record, limit.fact))
    if begun is None or (met is not None and met.status is not OrderStatus.CLOSED):
        return False
    at, day, quote = begun
    run = _Run(
        begun=day,
        amount=limit.duration.amount,
        unit=_unit(limit.duration),
        limit=duration_text(limit.duration),
        cited=(*page.record(limit.record, limit.fact), page.cite(at, quote)),
        until=day_of(met.at) if met else None,
        what=limit.step.called,
    )
    return _say_run(run, page, today)


def _say_whole(
    view: OrderView, way: routes.Route, knowledge: Knowledge, page: Page, today: date
) -> bool:
    texts = words.texts()
    limit = routes.limit_of(way, view.kind, knowledge)
    if limit is None:
        record = routes.item(way, knowledge)
        cited = page.record(record, _name(record)) if record else ()
        text = texts["no_limit_order"].format(route=way.name)
        page.say(text, page.cite("route", way.name), *cited)
        return False
    if any(one.status is OrderStatus.REOPENED for one in view.events):
        if view.status not in ORDER_ENDED:
            page.say(texts["reopened"], *page.record(limit.record, limit.fact))
        return False
    stated = page.record(limit.record, limit.fact)
    shown = duration_text(limit.duration)
    begun = _begun(view, limit.since)
    if begun is None:
        if view.status not in ORDER_ENDED:
            page.say(texts[f"waiting_{limit.since}"].format(limit=shown), *stated)
        return False
    at, day, quote = begun
    cited = (*stated, page.cite(at, quote))
    if view.extended_days:
        more = Duration(amount=view.extended_days, unit=limit.duration.unit)
        shown += texts["extended"].format(days=duration_text(more))
        cited += (page.cite("extended_days", duration_text(more)),)
    closed = next((one for one in view.events if one.status is OrderStatus.CLOSED), None)
    run = _Run(
        begun=day,
        amount=limit.duration.amount + view.extended_days,
        unit=_unit(limit.duration),
        limit=shown,
        cited=cited,
        until=day_of(closed.at) if closed else None,
    )
    return _say_run(run, page, today)


def _begun(view: OrderView, since: routes.Since) -> tuple[str, date, str] | None:
    """From when the limit runs: the field of the order that says so, the day, its words.

    An order that was given back (退单) runs from its last assignment.
    """
    if since == "filed":
        day = day_of(view.filed)
        return "filed", day, day_text(day)
    wanted = OrderStatus.ASSIGNED if since == "assigned" else OrderStatus.WORKING
    found = [n for n, one in enumerate(view.events) if one.status is wanted]
    if not found:
        return None
    event = view.events[found[-1] if since == "assigned" else found[0]]
    name = words.status("order", event.status.value)["name"]
    at = f"events[{view.events.index(event)}]"
    return at, day_of(event.at), event_quote(name, event)


def _say_run(run: _Run, page: Page, today: date) -> bool:
    """Say when a limit runs out and how many days that leaves; whether it has run out."""
    texts = words.texts()
    until = run.until or today
    standing = clock.stand(run.begun, run.amount, run.unit, until, run.pauses)
    deadline = standing.deadline
    fields = {"limit": run.limit, "begun": day_text(run.begun)}
    counted: list[int | date] = [run.begun]
    if deadline is None:
        text = texts["stopped"].format(**fields, left=days(standing.left, run.unit))
        page.say(text, *run.cited, reckoned=digits([*counted, standing.left]))
        return False
    fields["deadline"] = day_text(deadline.date)
    fields["mark"] = texts["provisional"] if deadline.provisional else ""
    over, unit = _over(standing, deadline.date, until, run.unit)
    counted += [deadline.date, until, standing.left, over]
    text = texts[_case_of(run, standing)].format(
        **fields, left=days(standing.left, run.unit), over=days(over, unit), done=day_text(until)
    )
    text = texts["first_step"].format(what=run.what, text=text) if run.what else text
    if lost := _lost(run):
        text += texts["paused"].format(paused=days(lost, "natural"))
        counted.append(lost)
    page.say(text, *run.cited, reckoned=digits(counted))
    if standing.provisional:
        page.say(texts["provisional_why"])
    return standing.late and run.until is None


def _over(
    standing: clock.Standing, deadline: date, until: date, unit: clock.Unit
) -> tuple[int, clock.Unit]:
    """By how much the last day was missed: in days of the limit, or in days where none of those is
    over (a limit in working days that ran out on a Friday, on the Sunday after it)."""
    if standing.over or not standing.late:
        return standing.over, unit
    return clock.between(deadline, until, "natural"), "natural"


def _case_of(run: _Run, standing: clock.Standing) -> str:
    if run.until is not None:
        return "late" if standing.late else "in_time"
    if standing.late:
        return "overdue"
    return "left" if standing.left else "today"


def _lost(run: _Run) -> int:
    """Days since the limit began that did not count because of pauses that have ended."""
    ended = [one for one in run.pauses if one.until is not None and one.until > run.begun]
    return sum(
        (one.until - max(one.since, run.begun)).days for one in ended if one.until is not None
    )


def say_correction(case: Case, event: CaseEvent, department: str, page: Page, today: date) -> None:
    if event.status is not CaseStatus.CORRECTION or case.corrected_by is None:
        return
    texts, by = words.texts(), case.corrected_by
    left, over = clock.between(today, by, "natural"), clock.between(by, today, "natural")
    name = "correct_late" if over else "correct_by" if left else "correct_today"
    text = texts[name].format(
        day=day_text(by),
        left=days(left, "natural"),
        over=days(over, "natural"),
        department=department,
    )
    cited = [page.cite("corrected_by", day_text(by))]
    if over:
        cited.append(page.cite("department", case.department))
    page.say(text, *cited, reckoned=digits([by, left, over]))


def _unit(duration: Duration) -> clock.Unit:
    return "working" if duration.unit == "工作日" else "natural"


def _name(record: Record) -> Fact:
    return Fact(field="name", label="名称", text=record.name, quote=record.name)
