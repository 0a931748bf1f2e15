"""When a limit runs out, with the time in between that does not count.

The day on which something begins is not counted (民法典 第二百零一条); a limit in days that ends on
a holiday is met on the next working day (第二百零三条).  From the day after a suspension through
the day on which it ends nothing is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from assistant.bundles.calendar import Day, is_working_day, working_day

Unit = Literal["working", "natural"]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pause:
    """A time that does not count: the days after ``since`` up to and with ``until`` (``None``: it
    still lasts)."""

    since: date
    until: date | None = None

    def holds(self, day: date) -> bool:
        return self.since < day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a limit stands on a day.

    ``deadline``: the last day, ``None`` while the clock is stopped; ``left``: days until then (0
    on the last day); ``over``: days since then.  Days are working days or days, as the limit's.
    ``late``: the last day has passed; on the weekend after it no working day is over yet.
    ``provisional``: counted into a year whose holidays were not published yet.
    """

    deadline: Day | None
    left: int = 0
    over: int = 0
    late: bool = False
    provisional: bool = False


def run_out(start: date, amount: int, unit: Unit, pauses: Sequence[Pause] = ()) -> Day | None:
    """The last day of a limit that begins on ``start``; ``None`` if a pause stops it for good."""
    day, spent, provisional = start, 0, False
    while spent < amount:
        day += _DAY
        if any(one.holds(day) and one.until is None for one in pauses):
            return None
        counts, unsure = _counts(day, unit, pauses)
        spent, provisional = spent + counts, provisional or unsure
    ended = Day(day, provisional)
    return working_day(ended) if unit == "natural" and amount else ended


def stand(
    start: date, amount: int, unit: Unit, today: date, pauses: Sequence[Pause] = ()
) -> Standing:
    """How a limit that began on ``start`` stands today."""
    deadline = run_out(start, amount, unit, pauses)
    unsure = unit == "working" and is_working_day(today)[1]
    if deadline is None:
        left = amount - between(start, today, unit, pauses)
        return Standing(deadline=None, left=left, provisional=unsure)
    return Standing(
        deadline=deadline,
        left=between(max(today, start), deadline.date, unit, pauses),
        over=between(deadline.date, today, unit, pauses),
        late=today > deadline.date,
        provisional=deadline.provisional or unsure,
    )


def between(first: date, last: date, unit: Unit, pauses: Sequence[Pause] = ()) -> int:
    """How many days count after ``first`` up to and with ``last``; 0 if ``last`` is not later."""
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(_counts(day, unit, pauses)[0] for day in days)


def _counts(day: date, unit: Unit, pauses: Sequence[Pause]) -> tuple[bool, bool]:
    """Whether the day counts, and whether that is provisional."""
    if any(one.holds(day) for one in pauses):
        return False, False
    return is_working_day(day) if unit == "working" else (True, False)
