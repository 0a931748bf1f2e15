"""Scores of rankings: a question's, their mean with an interval, and whether two systems differ.

The scores are those of ir-measures (Success@k, R@k, nDCG@k, RR@k; trec_eval's definitions).
Intervals: percentile bootstrap over questions.  Tests: sign flips of the questions' differences
(Fisher's randomisation test; Smucker, Allan and Carterette, CIKM 2007), and for hit@1 McNemar's
exact test.  All are seeded: the same rankings give the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.beir import Relevant
from eval.trec import Ranking

METRICS: Mapping[str, str] = {
    "hit@1": "Success@1",
    "hit@5": "Success@5",
    "recall@10": "R@10",
    "ndcg@10": "nDCG@10",
    "mrr@10": "RR@10",
}
"""Our names, and those of ir-measures."""

RESAMPLES, FLIPS, SEED = 2_000, 10_000, 20_260_101
_AT_ONCE = 200

Values = NDArray[np.float64]
"""One score a question, shape (questions,)."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over questions and its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """The second system's mean minus the first's, its 95% interval, and the two-sided p."""

    value: float
    low: float
    high: float
    p: float


def per_question(
    questions: Sequence[str], relevant: Relevant, rankings: Sequence[Ranking]
) -> dict[str, Values]:
    """Each metric's scores in the order of ``questions``; one that was not answered has 0.

    The order of ``Ranking.ids`` counts, not the scores.
    """
    import ir_measures

    names = {ir_measures.parse_measure(theirs): ours for ours, theirs in METRICS.items()}
    places = {query: place for place, query in enumerate(questions)}
    judged = {query: dict(relevant[query]) for query in questions}
    run = {
        one.query: {found: float(-rank) for rank, found in enumerate(one.ids)} for one in rankings
    }
    scores = {name: np.zeros(len(questions)) for name in METRICS}
    for one in ir_measures.iter_calc(list(names), judged, run):
        if one.query_id in places:
            scores[names[one.measure]][places[one.query_id]] = one.value
    return scores


def means(scores: Mapping[str, Values]) -> dict[str, Estimate]:
    """Each metric's mean with its interval."""
    return {name: estimate(values) for name, values in scores.items()}


def estimate(values: Values, *, resamples: int = RESAMPLES, seed: int = SEED) -> Estimate:
    """The mean and the 2.5% and 97.5% points of the means of resampled questions."""
    low, high = percentiles(resampled(values, resamples=resamples, seed=seed))
    return Estimate(float(values.mean()), low, high)


def resampled(values: Values, *, resamples: int = RESAMPLES, seed: int = SEED) -> Values:
    """The means of ``resamples`` draws, with replacement, of as many questions."""
    draw, count = np.random.default_rng(seed), len(values)
    found = [
        values[draw.integers(count, size=(min(_AT_ONCE, resamples - start), count))].mean(axis=1)
        for start in range(0, resamples, _AT_ONCE)
    ]
    return np.concatenate(found)


def percentiles(values: Values) -> tuple[float, float]:
    """The 2.5% and the 97.5% point."""
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)


def difference(first: Values, second: Values) -> Difference:
    """The second minus the first on the same questions."""
    gained = second - first
    found = estimate(gained)
    return Difference(found.value, found.low, found.high, sign_flips(gained))


def sign_flips(gained: Values, *, flips: int = FLIPS, seed: int = SEED) -> float:
    """The share of sign flips whose mean is as far from 0 as the real one (two-sided p).

    The real one counts as one of the flips, so that p is never 0.
    """
    moved = gained[gained != 0]
    if not len(moved):
        return 1.0
    draw, reached = np.random.default_rng(seed), 0
    least = abs(moved.sum()) - 1e-9
    for start in range(0, flips, _AT_ONCE):
        size = (min(_AT_ONCE, flips - start), len(moved))
        sums = (draw.integers(2, size=size, dtype=np.int8) * 2 - 1) @ moved
        reached += int((np.abs(sums) >= least).sum())
    return (1 + reached) / (1 + flips)


def mcnemar(first: Values, second: Values) -> float:
    """McNemar's exact two-sided p for scores that are 0 or 1: a binomial test of who gained."""
    from scipy.stats import binomtest

    gained, lost = int((second > first).sum()), int((second < first).sum())
    return float(binomtest(gained, gained + lost).pvalue) if gained + lost else 1.0


def first_right(relevant: Mapping[str, int], ranking: Ranking) -> int | None:
    """The place (from 1) of the first right document, if any was found."""
    places = (place for place, found in enumerate(ranking.ids, 1) if found in relevant)
    return next(places, None)
