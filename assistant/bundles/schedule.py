"""When and in how many visits a set of steps is done: fewest visits, then the earliest finish.

Steps done at one counter can share a visit on one day.  The best division of the steps into visits
is found by trying every one, fewest visits first; :func:`schedule` is exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from assistant.bundles.calendar import Day, after, after_working_days, working_day
from knowledge.types import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One step to schedule.

    ``counter``: where it is handled; ``None`` if without a visit.  ``visits``: how many times one
    has to go (the first can be shared).  ``limit``: how long it takes; ``None`` if the record does
    not say (then the next working day is the earliest that can be hoped for).  ``opens``: the first
    day; ``deadline``: the last day to begin.
    """

    id: str
    after: frozenset[str] = frozenset()
    counter: str | None = None
    visits: int = 0
    limit: Duration | None = None
    at_once: bool = False
    opens: date | None = None
    deadline: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """When a step begins and ends; ``visit`` is its number in order, if one has to go."""

    start: Day
    finish: Day
    visit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """``visits``: how many times one has to go in all; ``late``: steps past their deadline."""

    times: Mapping[str, Timed]
    visits: int
    finish: Day
    late: frozenset[str]


def schedule(tasks: Sequence[Task], start: date) -> Schedule:
    """The best schedule: fewest missed deadlines, then visits, then the earliest finish.

    Of equals, the one whose steps finish earliest in sum.  The ``after`` of a task may name only
    tasks that are given, without cycles.  Raises ``ValueError`` for a cycle.
    """
    by_id = {task.id: task for task in tasks}
    extra = sum(max(task.visits - 1, 0) for task in tasks)
    alone = _times(by_id, {task.id: task.id for task in tasks}, start)
    if alone is None:
        raise ValueError("the steps wait for each other")
    unavoidable = len(_late(by_id, alone))
    best: Schedule | None = None
    for groups in _divisions(by_id):
        more = best is not None and _group_count(groups, by_id) + extra > best.visits
        if best is not None and more and len(best.late) <= unavoidable:
            break
        times = _times(by_id, groups, start)
        if times is None:
            continue
        found = _schedule(by_id, groups, times, extra)
        if best is None or _worth(found) < _worth(best):
            best = found
    assert best is not None
    return best


def _worth(one: Schedule) -> tuple[int, int, date, int]:
    total = sum(timed.finish.date.toordinal() for timed in one.times.values())
    return len(one.late), one.visits, one.finish.date, total


def _group_count(groups: Mapping[str, str], tasks: Mapping[str, Task]) -> int:
    return len({groups[one] for one, task in tasks.items() if task.counter is not None})


def _divisions(tasks: Mapping[str, Task]) -> Iterator[dict[str, str]]:
    """Every division of the steps into visits (step → visit), fewest visits first."""
    counters: dict[str, list[str]] = {}
    for one, task in tasks.items():
        if task.counter is not None:
            counters.setdefault(task.counter, []).append(one)
    free = {one: one for one, task in tasks.items() if task.counter is None}
    apart = _apart(tasks)
    least, most = len(counters), sum(map(len, counters.values()))
    for visits in range(least, most + 1):
        for sizes in _sums(visits, [len(steps) for steps in counters.values()]):
            parts = [
                list(_partitions(steps, size, apart))
                for steps, size in zip(counters.values(), sizes, strict=True)
            ]
            for chosen in product(*parts):
                yield free | {one: group for part in chosen for one, group in part.items()}


def _sums(total: int, most: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Ways to write ``total`` as one number from 1 to each of ``most``."""
    if not most:
        if total == 0:
            yield ()
        return
    for first in range(1, most[0] + 1):
        for rest in _sums(total - first, most[1:]):
            yield (first, *rest)


def _partitions(
    steps: Sequence[str], size: int, apart: frozenset[frozenset[str]]
) -> Iterator[dict[str, str]]:
    """Divisions of the steps into ``size`` groups, none with two that cannot be together."""

    def place(at: int, groups: list[list[str]]) -> Iterator[dict[str, str]]:
        if size - len(groups) > len(steps) - at:
            return
        if at == len(steps):
            yield {one: group[0] for group in groups for one in group}
            return
        step = steps[at]
        for group in groups:
            if all(frozenset((one, step)) not in apart for one in group):
                group.append(step)
                yield from place(at + 1, groups)
                group.pop()
        if len(groups) < size:
            groups.append([step])
            yield from place(at + 1, groups)
            groups.pop()

    return place(0, [])


def _apart(tasks: Mapping[str, Task]) -> frozenset[frozenset[str]]:
    """Pairs that cannot share a day: one waits for the other, and that takes time."""
    found: set[frozenset[str]] = set()

    def walk(origin: str, one: str, takes: bool, seen: set[tuple[str, bool]]) -> None:
        for other, task in tasks.items():
            if one in task.after and (other, takes) not in seen:
                seen.add((other, takes))
                slow = takes or not _same_day(tasks[one])
                if slow:
                    found.add(frozenset((origin, other)))
                walk(origin, other, slow, seen)

    for one in tasks:
        walk(one, one, False, set())
    return frozenset(found)


def _same_day(task: Task) -> bool:
    if task.at_once:
        return True
    limit = task.limit
    return limit is not None and (limit.amount == 0 or limit.unit in ("小时", "分钟"))


def _times(
    tasks: Mapping[str, Task], groups: Mapping[str, str], start: date
) -> dict[str, Timed] | None:
    """The earliest times with each visit on one day; ``None`` if that cannot be."""
    begins = {one: _first_day(task, start) for one, task in tasks.items()}
    for _ in range(len(tasks) + 1):
        moved = False
        for one, task in tasks.items():
            together = [begins[other] for other in tasks if groups[other] == groups[one]]
            waits = [_finish(tasks[first], begins[first]) for first in task.after]
            earliest = max([begins[one], *together, *waits], key=lambda day: day.date)
            if task.counter is not None:
                earliest = working_day(earliest)
            if earliest.date > begins[one].date:
                begins[one], moved = earliest, True
        if not moved:
            return {
                one: Timed(start=begin, finish=_finish(tasks[one], begin))
                for one, begin in begins.items()
            }
    return None


def _first_day(task: Task, start: date) -> Day:
    day = Day(max(start, task.opens) if task.opens else start)
    return working_day(day) if task.counter is not None else day


def _finish(task: Task, begin: Day) -> Day:
    if task.at_once:
        return begin
    return after_working_days(begin, 1) if task.limit is None else after(begin, task.limit)


def _late(tasks: Mapping[str, Task], times: Mapping[str, Timed]) -> frozenset[str]:
    return frozenset(
        one
        for one, task in tasks.items()
        if task.deadline is not None and times[one].start.date > task.deadline
    )


def _schedule(
    tasks: Mapping[str, Task],
    groups: Mapping[str, str],
    times: Mapping[str, Timed],
    extra: int,
) -> Schedule:
    going = [one for one, task in tasks.items() if task.counter is not None]
    visited = dict.fromkeys(groups[one] for one in going)  # in the order of the steps
    order = sorted(visited, key=lambda group: times[group].start.date)
    numbers = {group: number for number, group in enumerate(order, 1)}
    timed = {
        one: Timed(
            start=time.start,
            finish=time.finish,
            visit=numbers[groups[one]] if tasks[one].counter is not None else None,
        )
        for one, time in times.items()
    }
    last = max((time.finish for time in times.values()), default=Day(date.min))
    return Schedule(times=timed, visits=len(order) + extra, finish=last, late=_late(tasks, times))
