"""What a plan has to say, reckoned a second time from the raw YAML and the specification.

Nothing of the planner, of ``knowledge.conditions`` or of the records' classes is used here: the
entries of the pack are read as plain dicts, and ``knowledge/pack/README.md`` is followed word for
word.  The schedule is found by trying every way and every division into visits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import chinese_calendar
import yaml

Raw = Mapping[str, Any]
Answers = Mapping[str, Any]

Name = str | tuple[str, str]


@dataclass(frozen=True)
class Expected:
    """``documents``: key, or (item, name) of a material that no shared one stands for → need.

    ``spared``: those that are listed as 不用带.
    """

    stopped: frozenset[str]
    doubts: frozenset[str]
    items: Mapping[str, str]
    documents: Mapping[Name, str]
    spared: frozenset[Name]


@dataclass(frozen=True)
class Job:
    """A step to schedule: its ways as (counter or ``None``, times that one has to go)."""

    code: str
    after: frozenset[str]
    ways: tuple[tuple[str | None, int], ...]
    limit: tuple[int, str] | None
    at_once: bool
    opens: date | None
    deadline: date | None


@cache
def entries(folder: Path) -> Mapping[str, Raw]:
    """The records below a folder, as they are written, by code."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, Raw] = {}
    for path in sorted(folder.glob("*.yaml")):
        for entry in yaml.load(path.read_text(encoding="utf-8"), Loader=loader):
            found[entry["code"]] = entry
    return found


class Case:
    """One person's answers to one bundle: what is known, and what was not for this person."""

    def __init__(self, bundle: Raw, answers: Answers, profile: Answers | None = None) -> None:
        self.known: dict[str, Any] = {}
        self.not_asked: set[str] = set()
        self.profile: dict[str, Any] = dict(profile or {})
        told: dict[str, Any] = {}
        for question in bundle.get("questions", []):
            name, field = question["id"], question.get("profile")
            if "ask_if" in question and self.truth(question["ask_if"]) is False:
                self.not_asked.add(name)
                continue
            value = answers[name] if name in answers else self.profile.get(field)
            if value is not None:
                self.known[name] = value
                if field:
                    told[field] = value
        self.profile |= told

    def truth(self, condition: Raw) -> bool | None:
        """``None`` is 不知道."""
        if "all" in condition:
            return every(self.truth(one) for one in condition["all"])
        if "any" in condition:
            return some(self.truth(one) for one in condition["any"])
        if "not" in condition:
            return negated(self.truth(condition["not"]))
        if "answer" in condition:
            if condition["answer"] in self.not_asked:
                return False
            value = self.known.get(condition["answer"])
        else:
            value = self.profile.get(condition["profile"])
        if value is None:
            return None
        return compared(value, condition)


def compared(value: Any, condition: Raw) -> bool:
    (name,) = set(condition) - {"answer", "profile"}
    bound = condition[name]
    match name:
        case "is":
            return bool(value == bound)
        case "in":
            return value in bound
        case "has":
            return bound in value
        case "at_least":
            return bool(value >= bound)
        case "at_most":
            return bool(value <= bound)
        case "more_than":
            return bool(value > bound)
        case "less_than":
            return bool(value < bound)
        case "before":
            return bool(value < bound)
        case "since":
            return bool(value >= bound)
    raise AssertionError(name)


def every(values: Iterator[bool | None]) -> bool | None:
    """``all``: one that does not hold decides it; else 不知道 if one is 不知道."""
    seen = list(values)
    return False if False in seen else None if None in seen else True


def some(values: Iterator[bool | None]) -> bool | None:
    """``any``: one that holds decides it; else 不知道 if one is 不知道."""
    seen = list(values)
    return True if True in seen else None if None in seen else False


def negated(value: bool | None) -> bool | None:
    return None if value is None else not value


def expect(
    bundle: Raw, items: Mapping[str, Raw], answers: Answers, profile: Answers | None = None
) -> Expected:
    """The checklist that the specification gives for the answers."""
    case = Case(bundle, answers, profile)
    holding = [(rule, case.truth(rule["if"])) for rule in bundle.get("rules", [])]
    stopped = frozenset(rule["id"] for rule, holds in holding if "stop" in rule and holds is True)
    doubts = frozenset(rule["id"] for rule, holds in holding if "stop" in rule and holds is None)
    if stopped:
        return Expected(stopped, frozenset(), {}, {}, frozenset())

    def ruled(field: str, name: str) -> bool | None:
        return some(holds for rule, holds in holding if name in rule.get(field, []))

    on_list: dict[str, bool | None] = {}
    for part in bundle["items"]:
        code = part["code"]
        wanted = some(iter([not part.get("optional", False), ruled("add_items", code)]))
        on_list[code] = every(iter([wanted, negated(ruled("remove_items", code))]))
    present = {code: holds for code, holds in on_list.items() if holds is not False}
    wanted_by: dict[Name, list[tuple[bool | None, Raw]]] = {}
    for name, sure, material in _asked(bundle, items, present, case):
        wanted_by.setdefault(name, []).append((sure, material))
    documents: dict[Name, str] = {}
    spared: set[Name] = set()
    shared = {one["key"]: one for one in bundle.get("materials", []) if "key" in one}
    for name, asked in wanted_by.items():
        own: Raw = shared.get(name, {}) if isinstance(name, str) else {}
        added, removed = False, False
        if isinstance(name, str):
            added, removed = ruled("add_documents", name), ruled("remove_documents", name)
        if own.get("optional", False) and added is not True:
            removed = some(iter([removed, negated(added)]))
            added = False
        need = _need(asked, added, removed)
        if need is not None:
            documents[name] = need
            lifted = all("exempt" in one for _, one in asked)
            if "electronic" in own or "exempt" in own or lifted:
                spared.add(name)
    named = {code: "maybe" if holds is None else "needed" for code, holds in present.items()}
    return Expected(stopped, doubts, named, documents, frozenset(spared))


def _asked(
    bundle: Raw, items: Mapping[str, Raw], present: Mapping[str, bool | None], case: Case
) -> Iterator[tuple[Name, bool | None, Raw]]:
    """What the items on the list ask for: the document, whether the item is sure, the material."""
    keys: dict[tuple[str, str], str] = {}
    for shared in bundle.get("materials", []):
        if "key" in shared:
            for pair in shared.get("satisfies", []):
                keys[pair["item"], pair["material"]] = shared["key"]
            for code in shared.get("for", []):
                if code in present:
                    yield shared["key"], present[code], shared
    for code, sure in present.items():
        for material in _of_record(items.get(code, {}), case):
            name = (code, material["name"])
            yield keys.get(name, name), sure, material


def _of_record(item: Raw, case: Case) -> Iterator[Raw]:
    """The materials of a record for this person; a variant is for those whom it surely concerns."""
    variants = [one for one in item.get("variants", []) if case.truth(one["if"]) is True]
    dropped = [name for one in variants for name in one.get("without", [])]
    yield from (one for one in item.get("materials", []) if one["name"] not in dropped)
    for one in variants:
        yield from one.get("materials", [])


def _need(
    asked: Sequence[tuple[bool | None, Raw]], added: bool | None, removed: bool | None
) -> str | None:
    """The need of a document that is asked for, ``None`` if a rule takes it away.

    Surely needed if an item that is sure needs it in every case; else perhaps, if some item or rule
    that may come may need it; else it depends on the case that a record names (非必要).
    """
    if removed is True:
        return None
    if removed is None:
        return "maybe"
    always = [(sure, added is True or one.get("need") != "非必要") for sure, one in asked]
    if (True, True) in always:
        return "needed"
    if (None, True) in always or added is None:
        return "maybe"
    return "depends" if (True, False) in always else "maybe"


def jobs(
    bundle: Raw, items: Mapping[str, Raw], answers: Answers, begun: date, needed: frozenset[str]
) -> list[Job]:
    """The steps that are needed, each with every way that its record offers."""
    parts = {part["code"]: part for part in bundle["items"]}
    case = Case(bundle, answers)

    def before(code: str) -> frozenset[str]:
        """The steps that come before, through those that this person does not need."""
        firsts = parts[code].get("after", [])
        return frozenset(
            one for first in firsts for one in ({first} if first in needed else before(first))
        )

    def day(clock: Raw | None) -> date | None:
        if clock is None:
            return None
        event = begun if clock["event"] == "start" else case.known.get(clock["event"])
        return None if event is None else _reached(event, clock["within"])

    found = []
    for code, part in parts.items():
        if code not in needed:
            continue
        record = items.get(code)
        limits = (record or {}).get("limits", {})
        limit = limits.get("promised") or limits.get("legal")
        kind = (record or {}).get("handling", {}).get("case_kind") or {}
        found.append(
            Job(
                code=code,
                after=before(code),
                ways=_ways(part, record),
                limit=(limit["amount"], limit["unit"]) if limit else None,
                at_once=kind.get("text") == "即办件",
                opens=day(part.get("opens")),
                deadline=day(part.get("deadline")),
            )
        )
    return found


def _ways(part: Raw, record: Raw | None) -> tuple[tuple[str | None, int], ...]:
    """Every way of the record: without going, where it offers one and does not ask for a visit."""
    if record is None:
        return ((part.get("window") or part.get("department") or part["code"], 1),)
    handling, online = record.get("handling", {}), record.get("online", {})
    visits, forms = handling.get("visits"), "".join(handling.get("forms", []))
    window = (part.get("window") or record["body"]["department"], max(visits or 1, 1))
    remote = online.get("available") is True or "网上" in forms or "快递" in forms
    return ((None, 0), window) if remote and not visits else (window,)


@dataclass(frozen=True)
class Best:
    late: int
    visits: int
    finish: date | None


def best(todo: Sequence[Job], begun: date) -> Best:
    """The least missed deadlines, then visits, then finish, of all that can be tried."""
    if not todo:
        return Best(0, 0, None)
    found: list[tuple[int, int, date]] = []
    for ways in product(*(job.ways for job in todo)):
        counters = [way[0] for way in ways]
        again = sum(max(way[1] - 1, 0) for way in ways)
        for visits in _divisions(counters):
            starts = _starts(todo, visits, begun)
            if starts is None:
                continue
            late = sum(
                job.deadline is not None and start > job.deadline
                for job, start in zip(todo, starts, strict=True)
            )
            ends = [_end(job, start) for job, start in zip(todo, starts, strict=True)]
            going = len({one for one in visits if one is not None})
            found.append((late, going + again, max(ends)))
    return Best(*min(found))


def _divisions(counters: Sequence[str | None]) -> Iterator[tuple[int | None, ...]]:
    """Every way to give each step a visit (a number), no visit with steps of two counters."""

    def place(at: int, chosen: list[int | None], of: list[str]) -> Iterator[tuple[int | None, ...]]:
        if at == len(counters):
            yield tuple(chosen)
            return
        counter = counters[at]
        if counter is None:
            yield from place(at + 1, [*chosen, None], of)
            return
        for number, other in enumerate(of):
            if other == counter:
                yield from place(at + 1, [*chosen, number], of)
        yield from place(at + 1, [*chosen, len(of)], [*of, counter])

    return place(0, [], [])


def _starts(
    todo: Sequence[Job], visits: Sequence[int | None], begun: date
) -> tuple[date, ...] | None:
    """The earliest days; ``None`` if a step would wait for another of the same visit to end."""
    at = {job.code: number for number, job in enumerate(todo)}
    days = [max(begun, job.opens or begun) for job in todo]
    for _ in range(2 * len(todo) + 2):
        old = list(days)
        for number, job in enumerate(todo):
            ends = [_end(todo[at[first]], days[at[first]]) for first in job.after]
            days[number] = max([days[number], *ends])
            if visits[number] is not None:
                days[number] = _open(days[number])
        for visit in {one for one in visits if one is not None}:
            together = [number for number, one in enumerate(visits) if one == visit]
            last = max(days[number] for number in together)
            for number in together:
                days[number] = last
        if days == old:
            return tuple(days)
    return None


def _end(job: Job, start: date) -> date:
    if job.at_once:
        return start
    amount, unit = job.limit or (1, "工作日")
    return passed(start, amount, unit)


def works(day: date) -> bool:
    """Whether offices work: the State Council's days, weekdays in years not published."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() not in (5, 6)


@cache
def _open(day: date) -> date:
    while not works(day):
        day += timedelta(days=1)
    return day


@cache
def passed(start: date, amount: int, unit: str) -> date:
    """When a limit that begins on a day has run out; the first day is not counted."""
    if unit in ("小时", "分钟"):
        return start
    if unit == "工作日":
        return _reached(start, {"amount": amount, "unit": unit})
    return _open(_reached(start, {"amount": amount, "unit": unit}))


def _reached(start: date, within: Raw) -> date:
    amount, unit = within["amount"], within["unit"]
    if unit == "工作日":
        day = start
        while amount:
            day += timedelta(days=1)
            amount -= works(day)
        return day
    if unit == "自然日":
        return start + timedelta(days=amount)
    if unit in ("个月", "年"):
        months = amount * (12 if unit == "年" else 1)
        year, month = start.year + (start.month - 1 + months) // 12, (start.month - 1 + months) % 12
        for day in (start.day, 30, 29, 28):
            try:
                return date(year, month + 1, min(start.day, day))
            except ValueError:
                continue
    return start
