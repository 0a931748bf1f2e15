"""From a bundle and answers to one personal plan: a pure function of records, answers and a day.

Nothing in a plan comes from anywhere but the records that it names; what they do not say (a limit,
a fee) is listed as not said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from assistant.bundles.calendar import Day, reached
from assistant.bundles.checklist import Checklist, checklist
from assistant.bundles.documents import PlannedDocument, documents
from assistant.bundles.schedule import Schedule, Task, Timed, schedule
from knowledge.conditions import Told, Value
from knowledge.lint import zero_visit_doubt
from knowledge.situations import Answers, next_question, told
from knowledge.types import (
    Bundle,
    BundleItem,
    Clock,
    Duration,
    Fee,
    Question,
    Rule,
    ServiceItem,
)

WayKind = Literal["online", "courier", "window"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a step is handled.  ``sure``: the record itself states the number of visits."""

    kind: WayKind
    visits: int
    counter: str | None = None
    sure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedItem:
    """One step of the plan.

    ``need``: needed, or maybe (an answer was 不知道).  ``finish``: by the promised limit, else the
    legal one; ``finish_by_law`` by the legal limit.  ``timed`` is ``None`` where a step may not be
    needed.  ``unsaid``: the record states no limit.
    """

    part: BundleItem
    record: ServiceItem | None
    need: Literal["needed", "maybe"]
    way: Way
    after: tuple[str, ...]
    because: tuple[Rule, ...] = ()
    timed: Timed | None = None
    finish_by_law: Day | None = None
    unsaid: bool = False
    opens: date | None = None
    deadline: date | None = None
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """``yuan``: the sum of plain amounts; ``fees``: others, by item; ``unsaid``: items whose record
    does not say whether they cost anything."""

    yuan: int
    fees: tuple[tuple[str, int, Fee], ...]
    unsaid: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One person's plan; ``stops`` says why there is none.

    ``reasons``: rules that hold for this person.  ``open``: questions that were answered 不知道.
    ``ask``: the next question, if not all that matters was said.  ``documents_apart``,
    ``visits_apart``: what it would take to handle each step by itself.
    """

    bundle: Bundle
    begun: date
    answers: Answers
    items: tuple[PlannedItem, ...] = ()
    documents: tuple[PlannedDocument, ...] = ()
    visits: int = 0
    finish: Day | None = None
    finish_by_law: Day | None = None
    cost: Cost = Cost(yuan=0, fees=(), unsaid=())
    stops: tuple[Rule, ...] = ()
    doubts: tuple[Rule, ...] = ()
    reasons: tuple[Rule, ...] = ()
    open: tuple[Question, ...] = ()
    ask: Question | None = None
    documents_apart: int = 0
    visits_apart: int = 0

    @property
    def to_bring(self) -> tuple[PlannedDocument, ...]:
        """The documents that have to be prepared, whatever the case."""
        return tuple(
            one
            for one in self.documents
            if one.need == "needed" and one.spared is None and one.made_by is None
        )


def plan(
    bundle: Bundle,
    records: Mapping[str, ServiceItem],
    answers: Answers,
    begun: date,
    *,
    profile: Mapping[str, Value] | None = None,
    offline: bool = False,
) -> Plan:
    """The plan.  ``records`` holds the bundle's items by code, as far as they are known.

    ``offline``: this person does not want to do anything online.
    """
    known = _with_profile(bundle, told(bundle, answers, profile))
    chosen = checklist(bundle, known)
    ask = next_question(bundle, answers, profile)
    unanswered = tuple(
        one for one in bundle.questions if answers.get(one.id, "") is None and one.id in answers
    )
    if chosen.stops:
        return Plan(bundle=bundle, begun=begun, answers=dict(answers), stops=chosen.stops, ask=ask)
    parts = [part for part in bundle.items if part.code in chosen.items]
    ways = {part.code: way(part, records.get(part.code), offline=offline) for part in parts}
    waits = _waits(bundle, [part.code for part in parts])
    needed = [part for part in parts if chosen.items[part.code] is True]
    tasks = [_task(part, records, ways, waits, needed, known, begun) for part in needed]
    best = schedule(tasks, begun)
    by_law = schedule([_by_law(task, records.get(task.id)) for task in tasks], begun)
    ordered = _in_order(parts, best, waits)
    best = _numbered(best, [part.code for part in ordered])
    items = tuple(
        _item(part, records.get(part.code), chosen, ways, waits, best, by_law, known, begun)
        for part in ordered
    )
    papers = documents(bundle, chosen, records, known)
    return Plan(
        bundle=bundle,
        begun=begun,
        answers=dict(answers),
        items=items,
        documents=papers,
        visits=best.visits,
        finish=best.finish if needed else None,
        finish_by_law=by_law.finish if needed else None,
        cost=_cost([records[part.code] for part in needed if part.code in records]),
        doubts=chosen.doubts,
        reasons=chosen.applied,
        open=unanswered,
        ask=ask,
        documents_apart=_apart(papers, [part.code for part in needed]),
        visits_apart=sum(ways[part.code].visits for part in needed),
    )


def way(part: BundleItem, record: ServiceItem | None, *, offline: bool = False) -> Way:
    """The way with the fewest visits that the item's record offers."""
    if record is None:
        return Way(kind="window", visits=1, counter=part.window or part.department or part.code)
    visits, forms = record.handling.visits, "".join(record.handling.forms)
    doubt = zero_visit_doubt(record) is not None
    counter = part.window or record.body.department
    remote: WayKind | None = None
    if record.online.available or "网上" in forms:
        remote = "online"
    elif "快递" in forms:
        remote = "courier"
    if remote and not offline and not visits and not doubt:
        return Way(kind=remote, visits=0, sure=visits == 0)
    return Way(kind="window", visits=max(visits or 1, 1), counter=counter, sure=bool(visits))


def changed(one: Plan, other: Plan) -> dict[str, tuple[str, ...]]:
    """What another answer changes: items and documents that come in and that fall away."""
    before = [item.part.code for item in one.items]
    now = [item.part.code for item in other.items]
    papers = {paper.key: paper.name for paper in one.documents}
    papers_now = {paper.key: paper.name for paper in other.documents}
    return {
        "items_added": tuple(
            item.part.code for item in other.items if item.part.code not in before
        ),
        "items_removed": tuple(code for code in before if code not in now),
        "documents_added": tuple(name for key, name in papers_now.items() if key not in papers),
        "documents_removed": tuple(name for key, name in papers.items() if key not in papers_now),
    }


def _with_profile(bundle: Bundle, known: Told) -> Told:
    """What was answered to a question of the profile is known of the profile too."""
    answered = {
        one.profile: known.answers[one.id]
        for one in bundle.questions
        if one.profile and one.id in known.answers
    }
    return Told(known.answers, {**known.profile, **answered}, known.skipped)


def _waits(bundle: Bundle, codes: Iterable[str]) -> dict[str, frozenset[str]]:
    """For each step on the list, those on the list that come before it, through any left out."""
    present = set(codes)
    after = {part.code: part.after for part in bundle.items}

    def before(code: str) -> frozenset[str]:
        found: set[str] = set()
        for first in after.get(code, ()):
            found |= {first} if first in present else before(first)
        return frozenset(found)

    return {code: before(code) for code in present}


def _task(
    part: BundleItem,
    records: Mapping[str, ServiceItem],
    ways: Mapping[str, Way],
    waits: Mapping[str, frozenset[str]],
    needed: Sequence[BundleItem],
    known: Told,
    begun: date,
) -> Task:
    record, chosen = records.get(part.code), ways[part.code]
    certain = {one.code for one in needed}
    return Task(
        id=part.code,
        after=_through(part.code, waits, certain),
        counter=chosen.counter,
        visits=chosen.visits,
        limit=(record.limits.promised or record.limits.legal) if record else None,
        at_once=_at_once(record),
        opens=_clock(part.opens, known, begun),
        deadline=_clock(part.deadline, known, begun),
    )


def _through(code: str, waits: Mapping[str, frozenset[str]], certain: set[str]) -> frozenset[str]:
    found: set[str] = set()
    for first in waits[code]:
        found |= {first} if first in certain else _through(first, waits, certain)
    return frozenset(found)


def _at_once(record: ServiceItem | None) -> bool:
    kind = record.handling.case_kind if record else None
    return kind is not None and kind.text == "即办件"


def _by_law(task: Task, record: ServiceItem | None) -> Task:
    legal: Duration | None = record.limits.legal if record else None
    return Task(
        id=task.id,
        after=task.after,
        counter=task.counter,
        visits=task.visits,
        limit=legal or task.limit,
        at_once=task.at_once and legal is None,
        opens=task.opens,
        deadline=task.deadline,
    )


def _clock(clock: Clock | None, known: Told, begun: date) -> date | None:
    if clock is None:
        return None
    event = begun if clock.event == "start" else known.answers.get(clock.event)
    return reached(event, clock.within) if isinstance(event, date) else None


def _item(
    part: BundleItem,
    record: ServiceItem | None,
    chosen: Checklist,
    ways: Mapping[str, Way],
    waits: Mapping[str, frozenset[str]],
    best: Schedule,
    by_law: Schedule,
    known: Told,
    begun: date,
) -> PlannedItem:
    certain = chosen.items[part.code] is True
    return PlannedItem(
        part=part,
        record=record,
        need="needed" if certain else "maybe",
        way=ways[part.code],
        after=tuple(sorted(waits[part.code])),
        because=chosen.because.get(part.code, ()),
        timed=best.times.get(part.code),
        finish_by_law=by_law.times[part.code].finish if certain else None,
        unsaid=record is None
        or not (record.limits.promised or record.limits.legal or _at_once(record)),
        opens=_clock(part.opens, known, begun),
        deadline=_clock(part.deadline, known, begun),
        late=part.code in best.late,
    )


def _numbered(best: Schedule, order: Sequence[str]) -> Schedule:
    """The same schedule with its visits numbered as they come in the order of the steps."""
    numbers: dict[int, int] = {}
    for code in order:
        timed = best.times.get(code)
        if timed is not None and timed.visit is not None:
            numbers.setdefault(timed.visit, len(numbers) + 1)
    times = {
        code: timed if timed.visit is None else replace(timed, visit=numbers[timed.visit])
        for code, timed in best.times.items()
    }
    return replace(best, times=times)


def _in_order(
    parts: Sequence[BundleItem], best: Schedule, waits: Mapping[str, frozenset[str]]
) -> list[BundleItem]:
    """By beginning, then as the bundle has them; what may be needed stands after what it awaits."""
    place = {part.code: number for number, part in enumerate(parts)}

    def begin(code: str) -> date:
        if code in best.times:
            return best.times[code].start.date
        return max((begin(first) for first in waits[code]), default=date.min)

    def depth(code: str) -> int:
        return 1 + max((depth(first) for first in waits[code]), default=0)

    return sorted(parts, key=lambda part: (begin(part.code), depth(part.code), place[part.code]))


def _cost(records: Sequence[ServiceItem]) -> Cost:
    fees = [
        (record.code, number, fee)
        for record in records
        if record.money.charged is not False
        for number, fee in enumerate(record.money.fees)
    ]
    return Cost(
        yuan=sum(fee.yuan for _, _, fee in fees if fee.yuan is not None),
        fees=tuple(fees),
        unsaid=tuple(
            record.code
            for record in records
            if record.money.charged is None and not record.money.fees
        ),
    )


def _apart(papers: Sequence[PlannedDocument], codes: Sequence[str]) -> int:
    """How many documents the steps ask for, each counted by itself."""
    counted = [one for one in papers if one.need == "needed"]
    return sum(len(set(one.items) & set(codes)) for one in counted)
