"""Office hours in Guangzhou, by the State Council's working days."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from assistant.handoff.hours import ALWAYS, read_hours


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    """A moment by the clock of Guangzhou, given in UTC."""
    return datetime(2026, month, day, (hour - 8) % 24, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hour", "minute", "open_"),
    [(8, 59, False), (9, 0, True), (11, 59, True), (12, 0, False), (14, 0, True), (17, 30, False)],
)
def test_within_a_working_day(hour: int, minute: int, open_: bool) -> None:
    assert read_hours("09:00-12:00,14:00-17:30").holds(at(23, hour, minute)) is open_


def test_days_of_rest_and_days_made_up_for() -> None:
    hours = read_hours("09:00-17:00")
    assert hours.holds(at(20, 10))  # Friday
    assert not hours.holds(at(22, 10))  # Sunday
    assert not hours.holds(at(1, 10, month=10))  # National Day
    assert hours.holds(at(10, 10, month=10))  # a Saturday worked in its place
    assert read_hours("daily 09:00-17:00").holds(at(22, 10))


def test_until_midnight_and_always() -> None:
    assert read_hours("09:00-24:00").holds(at(23, 23, 59))
    assert read_hours("always") == ALWAYS
    assert ALWAYS.holds(datetime(2026, 11, 21, 16, 0, tzinfo=UTC))
    assert ALWAYS.holds(datetime(2026, 11, 21, 15, 59, 59, tzinfo=UTC))


@pytest.mark.parametrize("text", ["", "daily", "9-17", "17:00-09:00", "25:00-26:00", "09:00-24:30"])
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError):
        read_hours(text)
