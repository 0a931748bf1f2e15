"""The development gold set: it fits the pack, and the assistant keeps its scores on it.

The scores are floors against regressions, a little under what was measured on 2026-11-22 with the
hashing encoder of the test home (the trained encoder scores higher): they are no aims.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from channels.types import Status
from eval import answers, datasets, paths, scoring
from eval.expected import needed
from eval.types import Example, Rate, Report
from knowledge.formats import pack
from knowledge.types import Facet, Record
from tests.conftest import settings_of

GOLD = datasets.load(datasets.split("dev"))
FLOORS = {
    "record_accuracy": 0.73,
    "status_accuracy": 0.41,
    "fact_accuracy": 0.90,
    "citation_support": 1.0,
    "crisis_accuracy": 0.85,
}
CEILINGS = {"false_answer_rate": 0.15, "false_crisis_rate": 0.02}


@pytest.fixture(scope="session")
def records() -> Mapping[str, Record]:
    return {one.code: one for one in pack.parse([pack.BUILT_IN]).records}


@pytest.fixture(scope="session")
def report(home: Path) -> Report:
    predictions, records, _ = answers.predict(settings_of(home), GOLD, lambda: None)
    return scoring.score(predictions, records.get)


class TestSet:
    def test_size_and_kinds(self) -> None:
        assert len(GOLD) >= 200
        kinds = {one.kind for one in GOLD}
        assert {"item", "bundle", "policy", "crisis", "unanswerable", "out_of_scope"} <= kinds
        assert {"everyday", "cantonese"} <= {one.register for one in GOLD}

    def test_no_question_twice(self) -> None:
        texts = [one.text for one in GOLD]
        assert len(set(texts)) == len(texts)

    @pytest.mark.parametrize("example", GOLD, ids=lambda one: one.id)
    def test_fits_the_pack(self, example: Example, records: Mapping[str, Record]) -> None:
        """Every code exists, every expected field is filled, every facet is known."""
        assert set(example.codes) <= set(records)
        assert example.first is None or example.first in records
        assert set(example.facets) <= set(Facet)
        for field in example.fields:
            assert example.code
            assert needed(paths.plain(records[example.code]), field), field

    def test_a_crisis_names_the_number_that_comes_first(self) -> None:
        for one in GOLD:
            assert (one.first is not None) == (Status.CRISIS in one.status), one.id

    def test_what_cannot_be_answered_names_no_record(self) -> None:
        for one in GOLD:
            if one.kind == "out_of_scope" or one.unanswerable:
                assert not set(one.status) & {Status.ANSWERED, Status.PARTIAL}, one.id
                assert not one.fields, one.id


class TestScores:
    @pytest.mark.parametrize("metric", sorted(FLOORS))
    def test_does_not_fall(self, report: Report, metric: str) -> None:
        rate = report.overall[metric]
        assert rate.of >= 20
        assert _value(rate) >= FLOORS[metric], _failures(report, metric)

    @pytest.mark.parametrize("metric", sorted(CEILINGS))
    def test_does_not_rise(self, report: Report, metric: str) -> None:
        assert _value(report.overall[metric]) <= CEILINGS[metric], _failures(report, metric)

    def test_the_gold_set_makes_no_mistake_itself(self, report: Report) -> None:
        assert _value(report.overall["gold_fields"]) == 1.0

    def test_what_is_not_for_us(self, report: Report) -> None:
        assert _value(report.slices["kind"]["out_of_scope"]["status_accuracy"]) >= 0.85

    def test_every_question_is_scored(self, report: Report) -> None:
        assert report.examples == len(GOLD)


def _value(rate: Rate) -> float:
    assert rate.value is not None
    return rate.value


def _failures(report: Report, metric: str) -> list[str]:
    return [
        f"{one.id} {one.question} → {one.got}" for one in report.failures if one.metric == metric
    ]
