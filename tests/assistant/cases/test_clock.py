"""Days that are left, against a plain count of every day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.bundles.calendar import Day, after, is_working_day
from assistant.cases.clock import Pause, between, run_out, stand
from knowledge.types import Duration

DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 1))
UNITS = st.sampled_from(["working", "natural"])


def test_spring_festival_and_its_make_up_days() -> None:
    """2026: offices are closed from 15 to 23 February and work on Saturday 14 and 28 February."""
    assert is_working_day(date(2026, 2, 14)) == (True, False)
    assert run_out(date(2026, 2, 12), 3, "working") == Day(date(2026, 2, 24))
    assert run_out(date(2026, 2, 25), 3, "working") == Day(date(2026, 2, 28))


def test_national_day_and_its_make_up_days() -> None:
    """2026: closed from 1 to 7 October; Saturday 10 October and Sunday 20 September are worked."""
    assert run_out(date(2026, 9, 30), 3, "working") == Day(date(2026, 10, 10))
    assert run_out(date(2026, 9, 18), 1, "working") == Day(date(2026, 9, 20))
    assert run_out(date(2026, 9, 26), 5, "natural") == Day(date(2026, 10, 8))


def test_a_year_without_published_holidays_is_provisional() -> None:
    found = run_out(date(2026, 12, 30), 5, "working")
    assert found is not None
    assert found.provisional


@pytest.mark.parametrize(
    ("today", "left", "over"),
    [
        (date(2026, 11, 16), 5, 0),
        (date(2026, 11, 20), 1, 0),
        (date(2026, 11, 22), 1, 0),
        (date(2026, 11, 23), 0, 0),
        (date(2026, 11, 24), 0, 1),
        (date(2026, 11, 30), 0, 5),
    ],
)
def test_days_left_and_over(today: date, left: int, over: int) -> None:
    standing = stand(date(2026, 11, 16), 5, "working", today)
    assert standing.deadline == Day(date(2026, 11, 23))
    assert (standing.left, standing.over) == (left, over)


def test_a_suspended_time_does_not_count() -> None:
    pause = Pause(date(2026, 11, 17), date(2026, 11, 24))  # 18 to 24 November
    assert run_out(date(2026, 11, 16), 3, "working", [pause]) == Day(date(2026, 11, 26))
    assert run_out(date(2026, 11, 16), 3, "natural", [pause]) == Day(date(2026, 11, 26))


def test_while_it_is_suspended_there_is_no_last_day() -> None:
    standing = stand(
        date(2026, 11, 16), 5, "working", date(2026, 12, 31), [Pause(date(2026, 11, 18))]
    )
    assert (standing.deadline, standing.left, standing.over) == (None, 3, 0)


def test_a_suspension_after_the_last_day_stops_only_the_delay() -> None:
    standing = stand(
        date(2026, 11, 16), 1, "working", date(2026, 12, 31), [Pause(date(2026, 11, 19))]
    )
    assert standing.deadline == Day(date(2026, 11, 17))
    assert standing.over == 2


@settings(max_examples=150, deadline=None)
@given(start=DAYS, amount=st.integers(0, 40))
def test_without_a_pause_it_is_the_calendar_s_own_count(start: date, amount: int) -> None:
    working = run_out(start, amount, "working")
    assert working == after(Day(start), Duration(amount=amount, unit="工作日"))
    if amount:
        natural = run_out(start, amount, "natural")
        assert natural == after(Day(start), Duration(amount=amount, unit="自然日"))


@settings(max_examples=200, deadline=None)
@given(
    start=DAYS,
    amount=st.integers(1, 30),
    unit=UNITS,
    passed=st.integers(0, 90),
    gap=st.none() | st.tuples(st.integers(0, 40), st.integers(0, 40)),
)
def test_left_and_over_agree_with_a_plain_count(
    start: date, amount: int, unit: str, passed: int, gap: tuple[int, int] | None
) -> None:
    pauses = []
    if gap is not None:
        since = start + timedelta(days=gap[0])
        pauses = [Pause(since, since + timedelta(days=gap[1]))]
    today = start + timedelta(days=passed)
    standing = stand(start, amount, unit, today, pauses)  # type: ignore[arg-type]

    def counts(day: date) -> bool:
        stopped = gap is not None and pauses[0].since < day <= (pauses[0].until or day)
        return not stopped and (unit == "natural" or is_working_day(day)[0])

    remaining, day = amount, start
    while remaining:
        day += timedelta(days=1)
        remaining -= counts(day)
    while unit == "natural" and not is_working_day(day)[0]:
        day += timedelta(days=1)
    assert standing.deadline is not None
    assert standing.deadline.date == day
    span = [start + timedelta(days=n) for n in range(300)]
    assert standing.left == sum(counts(one) for one in span if today < one <= day)
    assert standing.over == sum(counts(one) for one in span if day < one <= today)
    assert not (standing.left and standing.over)
    assert standing.late == (today > day)
    assert standing.late or not standing.over


def test_nothing_lies_between_a_day_and_an_earlier_one() -> None:
    assert between(date(2026, 11, 20), date(2026, 11, 10), "natural") == 0
