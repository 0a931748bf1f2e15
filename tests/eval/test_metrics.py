"""Scores by hand, intervals and tests against what theory says."""

from math import comb, log2

import numpy as np
import pytest

from eval import metrics
from eval.trec import Ranking

RELEVANT = {"q1": {"a": 1}, "q2": {"b": 1, "c": 1}, "q3": {"d": 1}}


def ranked(query: str, *ids: str) -> Ranking:
    return Ranking(query=query, ids=ids, scores=tuple(0.0 for _ in ids))


def test_scores_by_hand() -> None:
    rankings = [ranked("q2", "x", "b"), ranked("q1", "a"), ranked("other", "a")]
    found = metrics.per_question(["q1", "q2", "q3"], RELEVANT, rankings)
    assert list(found) == list(metrics.METRICS)
    assert found["hit@1"].tolist() == [1, 0, 0]
    assert found["hit@5"].tolist() == [1, 1, 0]
    assert found["recall@10"].tolist() == [1, 0.5, 0]
    assert found["mrr@10"].tolist() == [1, 0.5, 0]
    assert found["ndcg@10"] == pytest.approx([1, (1 / log2(3)) / (1 + 1 / log2(3)), 0])


def test_the_order_counts_and_not_the_scores() -> None:
    one = Ranking(query="q1", ids=("x", "a"), scores=(0.1, 0.9))
    assert metrics.per_question(["q1"], RELEVANT, [one])["hit@1"].tolist() == [0]


def test_an_interval_is_seeded_and_as_wide_as_the_normal_one() -> None:
    values = np.array([1.0] * 300 + [0.0] * 100)
    found = metrics.estimate(values)
    assert found == metrics.estimate(values)
    assert found != metrics.estimate(values, seed=2)
    assert found.value == 0.75
    half = 1.96 * (0.75 * 0.25 / 400) ** 0.5
    assert found.low == pytest.approx(0.75 - half, abs=0.01)
    assert found.high == pytest.approx(0.75 + half, abs=0.01)


def test_what_never_varies_has_no_width() -> None:
    assert metrics.estimate(np.ones(5)) == metrics.Estimate(1.0, 1.0, 1.0)


def test_resamples_are_as_many_as_asked_for() -> None:
    assert metrics.resampled(np.arange(3.0), resamples=250).shape == (250,)


def test_sign_flips_agree_with_the_binomial_test() -> None:
    gained = np.array([1.0] * 9 + [-1.0] + [0.0] * 20)
    exact = 2 * sum(comb(10, k) for k in (0, 1)) / 2**10
    assert metrics.sign_flips(gained) == pytest.approx(exact, abs=0.006)
    assert metrics.mcnemar(np.zeros(30), gained) == pytest.approx(exact)


def test_no_difference_is_no_difference() -> None:
    same = np.array([1.0, 0.0, 1.0])
    assert metrics.difference(same, same) == metrics.Difference(0.0, 0.0, 0.0, 1.0)
    assert metrics.mcnemar(same, same) == 1.0


def test_a_difference_has_the_sign_of_the_second() -> None:
    found = metrics.difference(np.zeros(40), np.ones(40))
    assert (found.value, found.low, found.high) == (1.0, 1.0, 1.0)
    assert found.p == pytest.approx(1 / 10_001)


def test_first_right() -> None:
    assert metrics.first_right({"a": 1}, ranked("q", "x", "a")) == 2
    assert metrics.first_right({"a": 1}, ranked("q", "x")) is None
