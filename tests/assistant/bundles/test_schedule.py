"""Visits and days: the best division of the steps, against every division tried one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.bundles.calendar import Day, is_working_day
from assistant.bundles.schedule import Task, schedule
from knowledge.types import Duration
from tests.assistant.bundles import oracle

MONDAY = date(2026, 3, 2)
FRIDAY = date(2026, 2, 13)
"""The next day is a Saturday at work, then 春节 until 23 February."""


def at(counter: str, name: str, *after: str, days: int | None = 0, **changes: object) -> Task:
    limit = None if days is None else Duration(amount=days, unit="工作日")
    task = Task(id=name, after=frozenset(after), counter=counter, visits=1, limit=limit)
    return replace(task, **changes)  # type: ignore[arg-type]


def online(name: str, *after: str, days: int = 0) -> Task:
    return replace(at("", name, *after, days=days), counter=None, visits=0)


class TestVisits:
    def test_steps_of_one_counter_share_a_visit(self) -> None:
        found = schedule([at("户政", "a", days=3), at("户政", "b", days=5)], MONDAY)
        assert found.visits == 1
        assert {one.visit for one in found.times.values()} == {1}
        assert found.finish == Day(date(2026, 3, 9))

    def test_counters_are_gone_to_one_by_one(self) -> None:
        assert schedule([at("户政", "a"), at("医保", "b")], MONDAY).visits == 2

    def test_what_waits_for_a_slow_step_needs_a_visit_of_its_own(self) -> None:
        found = schedule([at("户政", "a", days=3), at("户政", "b", "a")], MONDAY)
        assert found.visits == 2
        assert found.times["b"].start == Day(date(2026, 3, 5))
        assert found.times["b"].visit == 2

    def test_what_waits_for_a_step_done_at_once_shares_its_visit(self) -> None:
        first = at("户政", "a", days=None, at_once=True)
        assert schedule([first, at("户政", "b", "a")], MONDAY).visits == 1

    def test_a_slow_step_elsewhere_in_between_parts_the_visit(self) -> None:
        tasks = [at("户政", "a"), at("医保", "x", "a", days=2), at("户政", "b", "x")]
        assert schedule(tasks, MONDAY).visits == 3

    def test_a_visit_is_put_off_so_that_it_is_one(self) -> None:
        """a could be begun at once, but b has to wait: one visit, later."""
        tasks = [online("x", days=4), at("户政", "a"), at("户政", "b", "x")]
        found = schedule(tasks, MONDAY)
        assert found.visits == 1
        assert found.times["a"].start == Day(date(2026, 3, 6))

    def test_of_equal_visits_the_earlier_finish_is_taken(self) -> None:
        """c goes with a (today) or with b (in ten days), and takes long."""
        tasks = [
            at("户政", "a", days=10),
            at("户政", "b", "a"),
            at("户政", "c", days=20),
        ]
        found = schedule(tasks, MONDAY)
        assert found.visits == 2
        assert found.times["c"].visit == 1

    def test_more_visits_of_one_step_are_counted(self) -> None:
        found = schedule([at("户政", "a", visits=3), at("户政", "b")], MONDAY)
        assert found.visits == 3

    def test_a_deadline_comes_before_fewer_visits(self) -> None:
        tasks = [
            online("x", days=4),
            at("户政", "a", deadline=MONDAY),
            at("户政", "b", "x"),
        ]
        found = schedule(tasks, MONDAY)
        assert found.late == frozenset()
        assert found.visits == 2

    def test_a_deadline_that_is_over_parts_nothing(self) -> None:
        tasks = [
            online("x", days=4),
            at("户政", "a", deadline=MONDAY - timedelta(days=1)),
            at("户政", "b", "x"),
        ]
        found = schedule(tasks, MONDAY)
        assert found.late == {"a"}
        assert found.visits == 1


class TestDays:
    def test_offices_are_gone_to_on_working_days(self) -> None:
        found = schedule([at("户政", "a")], date(2026, 2, 15))
        assert found.times["a"].start == Day(date(2026, 2, 24))

    def test_online_is_begun_on_a_holiday(self) -> None:
        found = schedule([online("a", days=1)], date(2026, 2, 15))
        assert found.times["a"].start == Day(date(2026, 2, 15))
        assert found.finish == Day(date(2026, 2, 24))

    def test_steps_run_around_the_spring_festival(self) -> None:
        """Fri 13: a until Sat 14 (at work); b until Tue 24, Wed 25."""
        found = schedule([at("户政", "a", days=1), at("户政", "b", "a", days=2)], FRIDAY)
        assert found.times["a"].finish == Day(date(2026, 2, 14))
        assert found.times["b"].start == Day(date(2026, 2, 14))
        assert found.finish == Day(date(2026, 2, 25))

    def test_without_a_stated_limit_the_next_working_day_is_hoped_for(self) -> None:
        found = schedule([at("户政", "a", days=None)], date(2026, 2, 14))
        assert found.finish == Day(date(2026, 2, 24))

    def test_a_step_waits_for_its_first_day(self) -> None:
        found = schedule([at("户政", "a", opens=date(2026, 2, 16))], FRIDAY)
        assert found.times["a"].start == Day(date(2026, 2, 24))

    def test_a_finish_in_an_unpublished_year_is_provisional(self) -> None:
        assert schedule([at("户政", "a", days=3)], date(2026, 12, 30)).finish.provisional


def test_nothing_to_do() -> None:
    found = schedule([], MONDAY)
    assert (found.times, found.visits, found.late) == ({}, 0, frozenset())


def test_steps_that_wait_for_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="wait for each other"):
        schedule([at("户政", "a", "b", days=1), at("户政", "b", "a", days=1)], MONDAY)


@st.composite
def tasks(draw: st.DrawFn) -> list[Task]:
    """Up to six steps that wait only for earlier ones, at up to two counters or online."""
    days = st.integers(0, 15).map(lambda number: FRIDAY + timedelta(days=number))
    limits = st.builds(
        Duration,
        amount=st.integers(0, 6),
        unit=st.sampled_from(("工作日", "自然日", "小时")),
    )
    found: list[Task] = []
    for number in range(draw(st.integers(1, 6))):
        counter = draw(st.sampled_from((None, "户政", "户政", "医保")))
        found.append(
            Task(
                id=str(number),
                after=frozenset(draw(st.sets(st.sampled_from([one.id for one in found]))))
                if found
                else frozenset(),
                counter=counter,
                visits=draw(st.integers(1, 2)) if counter else 0,
                limit=draw(st.none() | limits),
                at_once=draw(st.booleans()) and draw(st.booleans()),
                opens=draw(st.none() | days),
                deadline=draw(st.none() | days),
            )
        )
    return draw(st.permutations(found))


def job(task: Task) -> oracle.Job:
    return oracle.Job(
        code=task.id,
        after=task.after,
        ways=((task.counter, task.visits),),
        limit=(task.limit.amount, task.limit.unit) if task.limit else None,
        at_once=task.at_once,
        opens=task.opens,
        deadline=task.deadline,
    )


@settings(max_examples=250)
@given(tasks())
def test_no_other_division_is_better(given_: list[Task]) -> None:
    found = schedule(given_, FRIDAY)
    best = oracle.best([job(task) for task in given_], FRIDAY)
    assert (len(found.late), found.visits, found.finish.date) == (
        best.late,
        best.visits,
        best.finish,
    )


@given(tasks())
def test_a_schedule_can_be_kept(given_: list[Task]) -> None:
    found = schedule(given_, FRIDAY)
    visits: dict[int, set[tuple[date, str | None]]] = {}
    for task in given_:
        time = found.times[task.id]
        assert time.start.date >= max(FRIDAY, task.opens or FRIDAY)
        assert all(time.start.date >= found.times[first].finish.date for first in task.after)
        assert (time.visit is None) == (task.counter is None)
        if time.visit is not None:
            assert is_working_day(time.start.date)[0]
            visits.setdefault(time.visit, set()).add((time.start.date, task.counter))
    assert all(len(same) == 1 for same in visits.values())
    assert sorted(visits) == list(range(1, len(visits) + 1))
    begun = [min(visits[number])[0] for number in sorted(visits)]
    assert begun == sorted(begun)
