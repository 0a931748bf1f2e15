"""Limits around the holidays of 2025 and 2026, reckoned by hand from the State Council's notices.

2025 (国办发明电〔2024〕12号): 春节 off 28 Jan – 4 Feb, at work on Sunday 26 Jan and Saturday 8 Feb;
国庆、中秋 off 1–8 Oct, at work on Sunday 28 Sep and Saturday 11 Oct.
2026 (notice of 4 November 2025): 春节 off 15–23 Feb, at work on Saturdays 14 and 28 Feb; 中秋 off
25–27 Sep; 国庆 off 1–7 Oct, at work on Sunday 20 Sep and Saturday 10 Oct.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.bundles.calendar import (
    Day,
    add_months,
    after,
    after_working_days,
    is_working_day,
    reached,
    working_day,
)
from knowledge.types import Duration
from tests.assistant.bundles import oracle

PUBLISHED = st.dates(date(2024, 1, 1), date(2026, 6, 30))


def day(text: str) -> date:
    return date.fromisoformat(text)


def lasting(amount: int, unit: str) -> Duration:
    return Duration(amount=amount, unit=unit)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "works"),
    [
        ("2025-01-26", True),  # Sunday, made up
        ("2025-01-28", False),
        ("2025-02-04", False),
        ("2025-02-05", True),
        ("2025-02-08", True),  # Saturday, made up
        ("2025-09-28", True),  # Sunday, made up
        ("2025-10-08", False),
        ("2025-10-09", True),
        ("2025-10-11", True),  # Saturday, made up
        ("2025-10-12", False),
        ("2026-02-14", True),  # Saturday, made up
        ("2026-02-23", False),
        ("2026-02-24", True),
        ("2026-02-28", True),  # Saturday, made up
        ("2026-09-20", True),  # Sunday, made up
        ("2026-09-25", False),
        ("2026-10-07", False),
        ("2026-10-10", True),  # Saturday, made up
    ],
)
def test_working_days_are_those_of_the_notices(text: str, works: bool) -> None:
    assert is_working_day(day(text)) == (works, False)


@pytest.mark.parametrize(
    ("begun", "count", "finish"),
    [
        # Fri 24 Jan: Sun 26, Mon 27, Wed 5 Feb, Thu 6, Fri 7, Sat 8, Mon 10.
        ("2025-01-24", 1, "2025-01-26"),
        ("2025-01-24", 3, "2025-02-05"),
        ("2025-01-24", 5, "2025-02-07"),
        ("2025-01-24", 6, "2025-02-08"),
        ("2025-01-24", 7, "2025-02-10"),
        # Fri 26 Sep: Sun 28, Mon 29, Tue 30, Thu 9 Oct, Fri 10, Sat 11, Mon 13.
        ("2025-09-26", 1, "2025-09-28"),
        ("2025-09-26", 4, "2025-10-09"),
        ("2025-09-30", 3, "2025-10-11"),
        ("2025-09-30", 4, "2025-10-13"),
        # Fri 13 Feb: Sat 14, Tue 24, Wed 25, Thu 26, Fri 27, Sat 28, Mon 2 Mar.
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-13", 2, "2026-02-24"),
        ("2026-02-13", 6, "2026-02-28"),
        ("2026-02-13", 7, "2026-03-02"),
        # begun within the holiday, the first day counted is the first at work
        ("2026-02-18", 1, "2026-02-24"),
        # Fri 18 Sep: Sun 20, 21–24, Mon 28, 29, 30, Thu 8 Oct, Fri 9, Sat 10, Mon 12.
        ("2026-09-18", 5, "2026-09-24"),
        ("2026-09-18", 6, "2026-09-28"),
        ("2026-09-18", 9, "2026-10-08"),
        ("2026-09-18", 11, "2026-10-10"),
        ("2026-09-18", 12, "2026-10-12"),
        ("2026-09-18", 0, "2026-09-18"),
    ],
)
def test_working_days_run_around_holidays(begun: str, count: int, finish: str) -> None:
    assert after_working_days(Day(day(begun)), count) == Day(day(finish))
    assert after(Day(day(begun)), lasting(count, "工作日")) == Day(day(finish))


@pytest.mark.parametrize(
    ("begun", "amount", "unit", "finish"),
    [
        ("2026-02-10", 7, "自然日", "2026-02-24"),  # 17 Feb is a holiday, as are all until the 23rd
        ("2025-09-25", 10, "自然日", "2025-10-09"),  # 5 Oct is a holiday
        ("2025-01-19", 7, "自然日", "2025-01-26"),  # a Sunday at work
        ("2026-01-20", 1, "个月", "2026-02-24"),  # 20 Feb is a holiday
        ("2026-01-31", 1, "个月", "2026-02-28"),  # no 31 Feb; the 28th is a Saturday at work
        ("2025-12-31", 2, "个月", "2026-02-28"),
        ("2025-10-05", 1, "年", "2026-10-08"),  # 5 Oct 2026 is a holiday
        ("2024-02-29", 1, "年", "2025-02-28"),  # no 29 Feb in 2025
        ("2026-10-01", 8, "小时", "2026-10-01"),
        ("2026-10-01", 30, "分钟", "2026-10-01"),
    ],
)
def test_days_months_and_years_end_on_a_working_day(
    begun: str, amount: int, unit: str, finish: str
) -> None:
    assert after(Day(day(begun)), lasting(amount, unit)) == Day(day(finish))


class TestYearsNotPublished:
    """Beyond the package's last year days are counted by weekdays, and that is said."""

    LAST = day("2026-12-31")  # a Thursday

    def test_the_last_published_day_is_sure(self) -> None:
        assert after_working_days(Day(day("2026-12-30")), 1) == Day(self.LAST)

    def test_a_weekday_of_the_next_year_is_provisional(self) -> None:
        assert after_working_days(Day(self.LAST), 1) == Day(day("2027-01-01"), True)

    def test_a_weekend_is_passed_over(self) -> None:
        assert working_day(Day(day("2027-01-02"))) == Day(day("2027-01-04"), True)

    def test_what_follows_from_a_provisional_day_is_provisional(self) -> None:
        assert after(Day(day("2026-03-02"), True), lasting(2, "工作日")) == Day(
            day("2026-03-04"), True
        )

    def test_a_month_that_ends_there(self) -> None:
        assert after(Day(day("2026-12-10")), lasting(1, "个月")) == Day(day("2027-01-11"), True)


class TestReached:
    """The day from which something may be done, or until which: holidays do not move it."""

    @pytest.mark.parametrize(
        ("begun", "amount", "unit", "expected"),
        [
            ("2026-01-20", 1, "个月", "2026-02-20"),
            ("2025-08-31", 6, "个月", "2026-02-28"),
            ("2026-02-10", 7, "自然日", "2026-02-17"),
            ("2023-05-01", 3, "年", "2026-05-01"),
            ("2026-02-13", 2, "工作日", "2026-02-24"),
            ("2026-02-13", 2, "小时", "2026-02-13"),
        ],
    )
    def test_by_hand(self, begun: str, amount: int, unit: str, expected: str) -> None:
        assert reached(day(begun), lasting(amount, unit)) == day(expected)


@given(PUBLISHED, st.integers(0, 60), st.sampled_from(("工作日", "自然日", "个月", "小时")))
def test_limits_are_those_of_the_oracle(begun: date, amount: int, unit: str) -> None:
    amount = amount % 6 if unit == "个月" else amount
    found = after(Day(begun), lasting(amount, unit))
    assert found == Day(oracle.passed(begun, amount, unit))


@given(PUBLISHED, st.integers(1, 40))
def test_every_day_counted_is_a_working_day(begun: date, count: int) -> None:
    finish = after_working_days(Day(begun), count).date
    between = [begun + timedelta(days=n) for n in range(1, (finish - begun).days + 1)]
    assert sum(is_working_day(one)[0] for one in between) == count
    assert is_working_day(finish)[0]


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(-240, 240))
def test_months_keep_the_day_or_take_the_last(begun: date, months: int) -> None:
    later = add_months(begun, months)
    assert (later.year - begun.year) * 12 + later.month - begun.month == months
    assert later.day == begun.day or (later + timedelta(days=1)).day == 1
