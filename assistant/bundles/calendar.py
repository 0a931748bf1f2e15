"""The working-day calendar: when a limit that begins on a day runs out.

Working days are those of the State Council's yearly notice, make-up workdays included, as published
by the ``chinesecalendar`` package.  Years that it does not hold yet are counted by weekdays and
said to be provisional.  The day on which something begins is not counted (民法典 第二百零一条).
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar

from knowledge.types import Duration

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Day:
    """A day that was reckoned; ``provisional`` if a year's holidays were not published yet."""

    date: date
    provisional: bool = False


def is_working_day(day: date) -> tuple[bool, bool]:
    """Whether offices work on the day, and whether that is provisional."""
    try:
        return bool(chinese_calendar.is_workday(day)), False
    except NotImplementedError:
        return day.weekday() < 5, True


@lru_cache(maxsize=16_384)
def working_day(day: Day) -> Day:
    """The day itself if offices work then, else the next on which they do."""
    works, provisional = is_working_day(day.date)
    known = Day(day.date, day.provisional or provisional)
    return known if works else working_day(Day(day.date + _DAY, known.provisional))


def after_working_days(day: Day, count: int) -> Day:
    """The ``count``-th working day after the day."""
    for _ in range(count):
        day = working_day(Day(day.date + _DAY, day.provisional))
    return day


@lru_cache(maxsize=16_384)
def after(day: Day, duration: Duration) -> Day:
    """When the duration runs out; hours and minutes end on the same day.

    Days and months are counted through holidays; a limit that ends on a holiday is met on the next
    working day (民法典 第二百零三条).
    """
    match duration.unit:
        case "工作日":
            return after_working_days(day, duration.amount)
        case "自然日":
            return working_day(Day(day.date + timedelta(days=duration.amount), day.provisional))
        case "个月":
            return working_day(Day(add_months(day.date, duration.amount), day.provisional))
        case "年":
            return working_day(Day(add_months(day.date, 12 * duration.amount), day.provisional))
        case "小时" | "分钟":
            return day


def add_months(day: date, months: int) -> date:
    """The same day of a later month; the last day of the month if it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def reached(day: date, duration: Duration) -> date:
    """The first day on which the duration has passed since the day, holidays or not."""
    match duration.unit:
        case "工作日":
            return after_working_days(Day(day), duration.amount).date
        case "个月":
            return add_months(day, duration.amount)
        case "年":
            return add_months(day, 12 * duration.amount)
        case "自然日":
            return day + timedelta(days=duration.amount)
        case _:
            return day
