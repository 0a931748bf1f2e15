"""A small crowd for some seconds, as ``make load`` does it with a thousand; and the arithmetic."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from shutil import which

import pytest

from eval import load
from eval.canaries import Asked
from eval.load import LoadReport, Plan, PlanError, Sizing
from eval.redis_servers import MISSING
from tests.conftest import settings_of

ONE = Asked(began=0.0, ended=0.004, status=200, verdict="own", session="s")
PLAN = Plan(users=2, seconds=10, think=(0, 1))


@pytest.mark.skipif(which("redis-server") is None, reason=MISSING)
def test_twenty_users_with_little_time_to_think(home: Path) -> None:
    spent: list[float] = []
    plan = Plan(users=20, seconds=2, think=(0.05, 0.15), redis=True)
    report = load.run(settings_of(home), plan, spent.append)
    assert report.sound, report
    assert report.items == 20
    assert report.conversations > 20, "each began another one"
    assert report.requests > 3 * 20
    assert 0 < report.p50_ms <= report.p95_ms <= report.p99_ms <= report.most_ms
    assert report.memory_mb > 10
    assert sum(spent) > 1  # what was told while it ran


def reported(*asked: Asked) -> LoadReport:
    return load.report(asked, PLAN, load._Watch(), 10.0, 2, 1)


def test_a_load_is_sound_only_if_nothing_went_wrong() -> None:
    assert reported(ONE).sound
    assert not reported().sound
    for name, wrong in (
        ("errors", replace(ONE, status=429)),
        ("errors", replace(ONE, status=0)),
        ("crossed", replace(ONE, verdict="crossed")),
        ("forgotten", replace(ONE, verdict="none")),
    ):
        found = reported(ONE, wrong)
        assert getattr(found, name) == 1
        assert not found.sound


def test_times_are_by_nearest_rank() -> None:
    found = reported(*(replace(ONE, ended=number / 1000) for number in range(1, 101)))
    assert (found.p50_ms, found.p95_ms, found.p99_ms, found.most_ms) == (51.0, 96.0, 100.0, 100.0)
    assert found.per_second == 10.0


def test_from_users_a_day_to_requests_a_second() -> None:
    even = Sizing(users_a_day=86_400, turns=1, busiest_hour=1 / 24, burst=1)
    assert even.per_second == pytest.approx(1.0)
    sizing = Sizing(users_a_day=250_000, turns=4, busiest_hour=0.15, burst=2)
    assert sizing.per_second == pytest.approx(83.33, abs=0.01)
    told = load.plain(reported(ONE), sizing)
    assert told["sizing"]["peak_per_second"] == 83.3
    assert told["sizing"]["burst"] == 2


def test_times_to_think_are_read() -> None:
    assert load.span("5,15") == (5.0, 15.0)
    for text in ("5", "a,b", "15,5", "-1,2", "1,inf", "nan,1", "1,2,3"):
        with pytest.raises(PlanError):
            load.span(text)
