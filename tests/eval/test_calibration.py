"""Confidence: curves by hand, AUROC by sklearn, whole questions drawn anew."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from eval import calibration
from eval.calibration import Cases


def made(confidence: list[float], right: list[int], answerable: list[int] | None = None) -> Cases:
    count = len(confidence)
    return calibration.cases(
        np.array(confidence),
        np.array(right, dtype=bool),
        np.array(answerable if answerable is not None else [1] * count, dtype=bool),
        np.arange(count),
    )


def test_an_unanswerable_question_is_never_right() -> None:
    assert made([0.5, 0.5], [1, 1], [1, 0]).right.tolist() == [True, False]


def test_the_curve_by_hand_with_ties_together() -> None:
    found = calibration.curve(made([0.9, 0.8, 0.8, 0.1], [1, 0, 1, 0], [1, 0, 1, 1]))
    assert found.thresholds.tolist() == [0.9, 0.8, 0.1]
    assert found.coverage.tolist() == [0.25, 0.75, 1.0]
    assert found.risk == pytest.approx([0, 1 / 3, 0.5])
    assert found.false_answers.tolist() == [0, 1, 1]
    assert found.answered_right == pytest.approx([1 / 3, 2 / 3, 2 / 3])


def test_the_point_of_most_coverage() -> None:
    sure = [float(n) for n in range(100, 0, -1)]
    right = [1] * 10 + [0] + [1] * 39 + [0] * 50
    line = calibration.curve(made(sure, right))
    point = calibration.at(line, line.risk, 0.03)
    assert (point.coverage, point.threshold) == (0.5, 51.0)  # 1 of 50 is wrong
    assert point.risk == pytest.approx(0.02)
    nothing = calibration.at(line, line.risk + 1, 0.03)
    assert (nothing.threshold, nothing.coverage) == (None, 0.0)


def test_auroc_is_that_of_sklearn() -> None:
    draw = np.random.default_rng(3)
    found = made(draw.integers(0, 20, 200).tolist(), draw.integers(0, 2, 200).tolist())
    expected = roc_auc_score(found.right, found.confidence)
    assert calibration.auroc(found) == pytest.approx(float(expected), abs=1e-12)
    assert calibration.auroc(made([1.0, 2.0], [1, 1])) is None


def test_calibration_error() -> None:
    assert calibration.calibration_error(made([1.0] * 4, [1, 1, 1, 0])) == pytest.approx(0.25)
    halves = made([0.0] * 50 + [1.0] * 50, [1] * 50 + [0] * 50)
    assert calibration.calibration_error(halves) == pytest.approx(1.0)
    draw = np.random.default_rng(1)
    sure = draw.random(6000)
    honest = made(sure.tolist(), (draw.random(6000) < sure).astype(int).tolist())
    error = calibration.calibration_error(honest)
    assert error is not None
    assert error < 0.03
    assert calibration.calibration_error(made([1.5, 0.2], [1, 0])) is None


def test_measures_all_of_it() -> None:
    draw = np.random.default_rng(2)
    answerable = np.tile([1, 0], 150)
    right = answerable * (draw.random(300) < 0.8)
    sure = right * 0.5 + draw.random(300) * 0.5
    found = calibration.measure(
        made(sure.tolist(), right.tolist(), answerable.tolist()), resamples=200
    )
    assert (found.cases, found.answerable, found.right) == (300, 150, int(right.sum()))
    assert found.auroc is not None
    assert found.auroc.low <= found.auroc.value == 1.0
    assert found.wrong_limited.risk <= 0.03
    assert found.coverage.value == found.wrong_limited.coverage >= right.mean()
    assert found.found.value == found.false_limited.answered_right == right.sum() / 150
    assert found.false_limited.false_answers <= 0.03


def test_a_better_confidence_is_told_from_a_worse_one() -> None:
    draw = np.random.default_rng(5)
    right = draw.integers(0, 2, 300)
    good = made((right + draw.random(300)).tolist(), right.tolist())
    bad = made(draw.random(300).tolist(), right.tolist())
    found = calibration.compare(bad, good, resamples=300)
    assert found.auroc is not None
    assert found.coverage is not None
    assert 0 < found.auroc.low <= found.auroc.value <= found.auroc.high
    assert found.auroc.p < 0.01
    assert found.coverage.value > 0
    same = calibration.compare(bad, bad, resamples=50)
    assert same.auroc is not None
    assert (same.auroc.value, same.auroc.p) == (0.0, 1.0)


def test_cases_of_one_question_are_drawn_together() -> None:
    """Every question is asked twice, once right: no draw can have another share of right ones."""
    twice = calibration.cases(
        np.tile([1.0, 0.0], 20),
        np.tile([True, False], 20),
        np.ones(40, dtype=bool),
        np.repeat(np.arange(20), 2),
    )
    found = calibration.measure(twice, resamples=50)
    assert (found.coverage.low, found.coverage.high) == (0.5, 0.5)


@pytest.mark.parametrize(
    ("sure", "right"), [([], []), ([0.1, 0.2], [1]), ([float("nan")], [1]), ([float("inf")], [0])]
)
def test_refuses_what_it_cannot_measure(sure: list[float], right: list[int]) -> None:
    with pytest.raises(ValueError, match=r"arrays|finite"):
        made(sure, right)


def test_refuses_to_compare_other_questions() -> None:
    with pytest.raises(ValueError, match="same cases"):
        calibration.compare(made([1.0], [1]), made([1.0, 0.5], [1, 0]))
