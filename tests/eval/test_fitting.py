from __future__ import annotations

import tomllib

import numpy as np
import pytest

from assistant import resolution
from assistant.resolution import Confidence
from eval import fitting
from eval.fitting import NAMES, Case


def cases(count: int = 200) -> list[Case]:
    """Right where the second sign is high; every fourth question has no answer."""
    random = np.random.default_rng(1)
    made = []
    for number in range(count):
        signs = tuple(random.random(len(NAMES)).tolist())
        answerable = number % 4 != 0
        right = answerable and bool(random.random() < signs[1] ** 0.5)
        made.append(Case(number, signs, right, answerable, 1.0))
    return made


def test_the_threshold_keeps_both_shares() -> None:
    given = cases()
    free = fitting.fit(given, wrong_share=0.5, false_share=0.5)
    strict = fitting.fit(given, wrong_share=0.5, false_share=0.04)
    assert strict.false_answers <= 0.04 < free.false_answers
    assert strict.answer_at > free.answer_at
    assert strict.answered_right < free.answered_right
    careful = fitting.fit(given, wrong_share=0.05, false_share=0.5)
    assert careful.answered_wrong <= 0.05 < free.answered_wrong


def test_the_fit_finds_what_tells() -> None:
    weights = fitting.fit(cases(), wrong_share=0.1, false_share=0.1).weights
    assert max(weights, key=lambda name: weights[name]) == NAMES[1]


def test_without_unanswerable_questions_none_is_false() -> None:
    given = [Case(one.asked, one.signs, one.right, True, 1.0) for one in cases()]
    assert fitting.fit(given, wrong_share=0.5, false_share=0.0).false_answers == 0.0


def test_all_right_cannot_be_fitted() -> None:
    given = [Case(one.asked, one.signs, True, True, 1.0) for one in cases(20)]
    with pytest.raises(ValueError, match="答得对"):
        fitting.fit(given, wrong_share=0.1, false_share=0.1)


def test_threshold() -> None:
    sure, right = np.array([0.9, 0.5, 0.2]), np.array([True, False, False])
    assert fitting.threshold(sure, right, 1.0) == 0.01
    assert fitting.threshold(sure, right, 0.4) == 0.21
    assert fitting.threshold(sure, right, 0.0) == 0.51
    assert fitting.threshold(np.array([1.0]), np.array([False]), 0.0) == 0.99


def test_toml_is_what_the_product_reads() -> None:
    found = fitting.fit(cases(), wrong_share=0.1, false_share=0.1)
    text = fitting.toml(found, resolution.model(), "gold.jsonl")
    read = Confidence(**tomllib.loads(text))
    assert read.answer_at == found.answer_at
    assert read.weights == pytest.approx(found.weights, abs=1e-3)
    assert read.choose_at == resolution.model().choose_at
