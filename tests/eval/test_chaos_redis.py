"""Redis killed and frozen during conversations: a few rounds of ``make chaos-redis``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from shutil import which

import pytest

from eval import chaos_redis
from eval.canaries import Asked
from eval.chaos_redis import ChaosError, Round
from eval.redis_servers import MISSING
from tests.conftest import settings_of


@pytest.mark.skipif(which("redis-server") is None, reason=MISSING)
def test_everyone_is_answered_and_remembered_again(home: Path) -> None:
    told: list[None] = []
    report = chaos_redis.run(
        settings_of(home), rounds=1, freezes=1, users=4, advance=lambda: told.append(None)
    )
    assert report.sound, chaos_redis.plain(report)
    assert report.rounds == len(told) == 2
    assert report.away >= 2 * 4 * (chaos_redis.AFTER - 1)


HERE = Asked(began=1.0, ended=1.1, status=200, verdict="own", session="s")
AWAY = replace(HERE, began=2.1, ended=2.2, verdict="none")
RUNNING = replace(HERE, began=1.9, ended=2.4, verdict="none")
LATER = replace(HERE, began=5.0, ended=5.1)
MOMENTS = chaos_redis._Moments(going=1.95, gone=2.0, returning=3.0, answering=3.5)


def judged(*changed: Asked) -> Round:
    return chaos_redis.judged([HERE, AWAY, RUNNING, LATER, *changed], MOMENTS)


def test_a_round_that_went_well() -> None:
    found = judged()
    assert (found.questions, found.away, found.in_flight) == (4, 1, 1)
    assert (found.failed, found.crossed, found.forgotten, found.late) == (0, 0, 0, 0)
    assert (found.slowest_there_ms, found.slowest_away_ms, found.back_ms) == (100.0, 500.0, 0.0)


def test_what_is_wrong_is_seen() -> None:
    assert judged(replace(AWAY, status=500)).failed == 1
    assert judged(replace(AWAY, status=0)).failed == 1
    assert judged(replace(LATER, verdict="crossed")).crossed == 1
    assert judged(replace(HERE, verdict="none")).forgotten == 1
    assert judged(replace(AWAY, ended=3.3)).late == 1
    assert judged(replace(LATER, began=3.6, ended=3.75, verdict="none")).back_ms == 250.0


def test_a_redis_that_was_not_gone_proves_nothing() -> None:
    with pytest.raises(ChaosError):
        judged(replace(AWAY, verdict="own"))
    with pytest.raises(ChaosError):
        chaos_redis.judged([HERE, LATER], MOMENTS)


def test_rounds_are_summed_up() -> None:
    worse = judged(replace(AWAY, status=500), replace(AWAY, ended=2.9))
    report = chaos_redis.summed([judged(), worse], freezes=0, users=4, workers=1)
    assert (report.rounds, report.questions, report.failed, report.sound) == (2, 10, 1, False)
    assert report.slowest_away_ms == worse.slowest_away_ms == 800.0
