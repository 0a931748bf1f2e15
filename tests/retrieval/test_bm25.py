from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval import bm25
from retrieval.analyzer import BigramAnalyzer
from retrieval.types import Ranker
from tests.contracts.rankers import MakeRanker, RankerContract

ROWS = [["甲", "乙", "甲"], ["乙", "丙"], [], ["丙", "丙", "丁", "乙"]]


def by_hand(rows: Sequence[Sequence[str]], terms: Sequence[str]) -> list[float]:
    """Lucene's BM25, written down from its formula."""
    mean = sum(map(len, rows)) / len(rows)
    scores = []
    for row in rows:
        score = 0.0
        for term in terms:
            count = sum(term in other for other in rows)
            if term not in row or not count:
                continue
            idf = math.log(1 + (len(rows) - count + 0.5) / (count + 0.5))
            often = row.count(term)
            score += idf * often / (often + 1.2 * (1 - 0.75 + 0.75 * len(row) / mean))
        scores.append(score)
    return scores


class TestBm25Ranker(RankerContract):
    @pytest.fixture
    def make(self) -> MakeRanker:
        def ranker(texts: Sequence[str]) -> Ranker:
            analyzer = BigramAnalyzer()
            return bm25.Bm25Ranker(bm25.build([analyzer.terms(one) for one in texts]), analyzer)

        return ranker


@given(
    st.lists(st.lists(st.sampled_from("甲乙丙丁"), max_size=6), min_size=1, max_size=8),
    st.lists(st.sampled_from("甲乙丙丁戊"), unique=True, max_size=5),
)
@settings(deadline=None, max_examples=60)
def test_scores_are_those_of_the_formula(rows: list[list[str]], terms: list[str]) -> None:
    scores = bm25.build(rows).postings(terms).weighted([1.0] * len(terms))
    assert scores == pytest.approx(by_hand(rows, terms), abs=1e-4)


def test_weights() -> None:
    field = bm25.build(ROWS)
    single = field.postings(["乙"]).weighted([1.0])
    assert field.postings(["乙", "丁"]).weighted([0.5, 0.0]) == pytest.approx(single / 2)


def test_coverage_is_the_idf_weighted_share() -> None:
    field = bm25.build(ROWS)
    known, rare, unknown = field.idf(["乙", "丁", "戊"])
    assert known < rare < unknown
    assert field.coverage(["乙", "丁", "戊", "乙"]) == pytest.approx(
        [
            known / (known + rare + unknown),
            known / (known + rare + unknown),
            0,
            (known + rare) / (known + rare + unknown),
        ],
        abs=1e-6,
    )
    assert field.coverage([]).tolist() == [0, 0, 0, 0]


def test_budget_reads_the_rarest_first() -> None:
    postings = bm25.build(ROWS).postings(["乙", "丁", "丙"], budget=3)
    assert postings.read.tolist() == [False, True, True]
    assert postings.counts.tolist() == [3, 1, 2]
    assert bm25.build(ROWS).postings(["乙", "戊"], budget=0).read.tolist() == [True, True]


def test_boosts() -> None:
    plain, boosted = bm25.build(ROWS), bm25.build(ROWS, boosts=[1, 0.5, 1, 1])
    assert boosted.postings(["乙"]).weighted([1]) == pytest.approx(
        plain.postings(["乙"]).weighted([1]) * [1, 0.5, 1, 1]
    )


@pytest.mark.parametrize("rows", [[], [[]], [[], []], ROWS])
def test_saved_and_loaded(rows: list[list[str]], tmp_path: Path) -> None:
    field = bm25.build(rows)
    field.save(tmp_path)
    again = bm25.load(tmp_path)
    assert again.size == len(rows)
    expected = field.postings(["乙", "丁"]).weighted([1, 2])
    assert np.array_equal(again.postings(["乙", "丁"]).weighted([1, 2]), expected)


def test_held_tells_which_of_the_terms_each_row_holds() -> None:
    field = bm25.build([["甲", "乙"], ["乙"], [], ["丙", "甲"]])
    postings = field.postings(["甲", "丁", "乙", "丙"])
    held = postings.held(np.array([3, 0, 2]))
    assert held.tolist() == [[1, 1, 0], [0, 0, 0], [0, 1, 0], [1, 0, 0]]


def test_nothing_is_held_of_terms_that_were_not_read() -> None:
    field = bm25.build([["甲", "乙"], ["乙"], ["乙"]])
    postings = field.postings(["甲", "乙"], budget=1)
    assert postings.held(np.array([0, 1])).tolist() == [[1, 0], [0, 0]]
