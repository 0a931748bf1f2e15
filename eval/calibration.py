"""Whether a system knows when it is right: what happens if it answers only where it is confident.

Each asked question is a case: the confidence (any number that orders cases; higher is surer),
whether the first document is right, whether the question could be answered at all.  A question is
answered if its confidence reaches a threshold; cases of one confidence are answered together.

- risk: of all answered cases, the share that is wrong; an unanswerable question that is answered
  always is.  coverage: of all cases, the share that is answered (El-Yaniv and Wiener, JMLR 2010).
- false answers: of the unanswerable cases, the share that is answered.
- AUROC: how well the confidence parts cases that are answerable and right from all others.
- expected calibration error: 15 bins of equal mass (Guo et al., ICML 2017; Nixon et al., 2019);
  for probabilities only.

Intervals and tests draw whole questions anew, since one may be asked several times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.metrics import SEED, Difference, Estimate, percentiles

MOST_WRONG = 0.03
"""The share of mistakes at which coverage is told."""
RESAMPLES, BINS = 1_000, 15

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """Arrays of one length.  ``question``: the number of the question that a case asks, from 0.

    ``right`` is false wherever ``answerable`` is: build them with :func:`cases`.
    """

    confidence: Floats
    right: Bools
    answerable: Bools
    question: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Coverage and risk for each threshold, surest first; arrays of one length."""

    thresholds: Floats
    coverage: Floats
    risk: Floats
    false_answers: Floats
    answered_right: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What one threshold does; all but ``threshold`` are shares, see the head of this file.

    ``answered_right``: of the answerable cases, those answered and right.  With ``threshold``
    None nothing is answered: no threshold keeps within the limit.
    """

    threshold: float | None
    coverage: float
    risk: float
    false_answers: float
    answered_right: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """``wrong_limited``: the point of most coverage with a risk of ``MOST_WRONG`` at most.

    ``coverage`` is its coverage with an interval.  ``false_limited``: the point of most coverage
    with that share of false answers at most; ``found`` is its ``answered_right`` with an interval.
    ``error``: expected calibration error, none where the confidences are no probabilities.
    """

    cases: int
    answerable: int
    right: int
    auroc: Estimate | None
    wrong_limited: Point
    false_limited: Point
    coverage: Estimate
    found: Estimate
    error: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The second confidence minus the first, on the same questions."""

    auroc: Difference | None
    coverage: Difference | None
    found: Difference | None


def cases(
    confidence: Floats, right: Bools, answerable: Bools, question: NDArray[np.int64]
) -> Cases:
    """Checked.  Raises ``ValueError`` where lengths differ, none are given or one is not finite."""
    sizes = {len(confidence), len(right), len(answerable), len(question)}
    if len(sizes) != 1 or sizes == {0}:
        raise ValueError(f"arrays of one length above 0 are needed, not of {sorted(sizes)}")
    if not np.isfinite(confidence).all():
        raise ValueError("a confidence is not finite")
    return Cases(
        confidence=confidence.astype(np.float64),
        right=right & answerable,
        answerable=answerable,
        question=question,
    )


def curve(found: Cases) -> Curve:
    """A point for each distinct confidence."""
    order = np.argsort(-found.confidence, kind="stable")
    ordered = found.confidence[order]
    last = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
    answered = last + 1.0
    right = np.cumsum(found.right[order])[last]
    unanswerable = np.cumsum(~found.answerable[order])[last]
    return Curve(
        thresholds=ordered[last],
        coverage=answered / len(order),
        risk=1 - right / answered,
        false_answers=unanswerable / max(int((~found.answerable).sum()), 1),
        answered_right=right / max(int(found.answerable.sum()), 1),
    )


def at(found: Curve, shares: Floats, most: float) -> Point:
    """The point of most coverage whose share is at most ``most``."""
    fitting = np.flatnonzero(shares <= most + 1e-12)
    if not len(fitting):
        return Point(threshold=None, coverage=0.0, risk=0.0, false_answers=0.0, answered_right=0.0)
    place = int(fitting[-1])
    return Point(
        threshold=float(found.thresholds[place]),
        coverage=float(found.coverage[place]),
        risk=float(found.risk[place]),
        false_answers=float(found.false_answers[place]),
        answered_right=float(found.answered_right[place]),
    )


def coverage(found: Cases) -> float:
    """The most coverage with a risk of ``MOST_WRONG`` at most."""
    line = curve(found)
    return at(line, line.risk, MOST_WRONG).coverage


def answered_right(found: Cases) -> float:
    """Of the answerable cases those answered and right, with false answers limited."""
    line = curve(found)
    return at(line, line.false_answers, MOST_WRONG).answered_right


def auroc(found: Cases) -> float | None:
    """The area under the ROC curve of "answerable and right"; none if all cases are alike."""
    from scipy.stats import rankdata  # a tenth of the time of sklearn's, the same to the last digit

    right = int(found.right.sum())
    others = len(found.right) - right
    if not right or not others:
        return None
    above = rankdata(found.confidence)[found.right].sum() - right * (right + 1) / 2
    return float(above / (right * others))


def calibration_error(found: Cases, *, bins: int = BINS) -> float | None:
    """Mean distance of confidence and share of right ones; equal confidences share a bin."""
    if found.confidence.min() < 0 or found.confidence.max() > 1:
        return None
    edges = np.unique(np.quantile(found.confidence, np.linspace(0, 1, bins + 1)[1:-1]))
    places = np.searchsorted(edges, found.confidence, side="left")
    counts = np.bincount(places)
    sure = np.bincount(places, weights=found.confidence)
    right = np.bincount(places, weights=found.right)
    return float(np.abs(sure - right).sum() / counts.sum())


def measure(found: Cases, *, resamples: int = RESAMPLES, seed: int = SEED) -> Calibration:
    """Everything about one confidence."""
    line = curve(found)
    return Calibration(
        cases=len(found.right),
        answerable=int(found.answerable.sum()),
        right=int(found.right.sum()),
        auroc=None if auroc(found) is None else _estimate(found, auroc, resamples, seed),
        wrong_limited=at(line, line.risk, MOST_WRONG),
        false_limited=at(line, line.false_answers, MOST_WRONG),
        coverage=_estimate(found, coverage, resamples, seed),
        found=_estimate(found, answered_right, resamples, seed),
        error=calibration_error(found),
    )


def compare(
    first: Cases, second: Cases, *, resamples: int = RESAMPLES, seed: int = SEED
) -> Comparison:
    """How far the second confidence is above the first on the same cases.

    Each confidence has its own right and wrong (of its own first document).  p: twice the smaller
    share of draws on one side of 0.  Raises ``ValueError`` if they do not ask the same questions.
    """
    if not np.array_equal(first.question, second.question):
        raise ValueError("the two confidences are not of the same cases")
    return Comparison(
        auroc=_difference(first, second, auroc, resamples, seed),
        coverage=_difference(first, second, coverage, resamples, seed),
        found=_difference(first, second, answered_right, resamples, seed),
    )


Measure = Callable[[Cases], float | None]


def _estimate(found: Cases, measured: Measure, resamples: int, seed: int) -> Estimate:
    """Of a measure that has a value; draws that have none (all cases alike) do not count."""
    value = measured(found)
    assert value is not None
    drawn = [measured(_taken(found, rows)) for rows in _draws(found, resamples, seed)]
    values = np.array([one for one in drawn if one is not None] or [value])
    return Estimate(value, *percentiles(values))


def _difference(
    first: Cases, second: Cases, measured: Measure, resamples: int, seed: int
) -> Difference | None:
    before, after = measured(first), measured(second)
    if before is None or after is None:
        return None
    gained = []
    for rows in _draws(first, resamples, seed):
        old, new = measured(_taken(first, rows)), measured(_taken(second, rows))
        if old is not None and new is not None:
            gained.append(new - old)
    if not gained:
        return None
    values = np.array(gained)
    side = min(int((values <= 0).sum()), int((values >= 0).sum()))
    p = min(1.0, 2 * (1 + side) / (1 + len(values)))
    return Difference(after - before, *percentiles(values), p)


def _draws(found: Cases, resamples: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """The rows of as many questions drawn with replacement, ``resamples`` times."""
    order = np.argsort(found.question, kind="stable")
    _, starts, lengths = np.unique(found.question[order], return_index=True, return_counts=True)
    draw = np.random.default_rng(seed)
    for _ in range(resamples):
        chosen = draw.integers(len(starts), size=len(starts))
        taken = lengths[chosen]
        firsts = starts[chosen] - (np.cumsum(taken) - taken)
        yield order[np.repeat(firsts, taken) + np.arange(int(taken.sum()))]


def _taken(found: Cases, rows: NDArray[np.int64]) -> Cases:
    return Cases(
        confidence=found.confidence[rows],
        right=found.right[rows],
        answerable=found.answerable[rows],
        question=found.question[rows],
    )
