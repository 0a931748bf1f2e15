"""The small linear model: its arithmetic on a made-up one, and that it is written as it is read."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.work_orders.linear import Linear, dumps, grams, loads

MODEL = Linear(
    classes=("dog", "road"),
    rows={"狗": 0, "路": 1, "<asks>": 2},
    idf=np.array([2.0, 1.0, 1.0], np.float32),
    weights=np.array([[3.0, -3.0], [-1.0, 2.0], [0.0, 0.5]], np.float32),
    bias=np.array([0.0, 0.1], np.float32),
    sharpness=2.0,
    longest=1,
    sure_at={"topic": 0.5},
)


def test_a_text_of_one_known_gram_has_its_weights() -> None:
    assert MODEL.totals("狗").tolist() == pytest.approx([3.0, -2.9])


def test_length_does_not_add_up_but_rare_grams_count_more() -> None:
    assert MODEL.totals("狗狗狗").tolist() == pytest.approx(MODEL.totals("狗").tolist())
    dog, road = 2 / 5**0.5, 1 / 5**0.5
    expected = [3 * dog - road, -3 * dog + 2 * road + 0.1]
    assert MODEL.totals("狗路").tolist() == pytest.approx(expected)


def test_cues_count_in_full_and_unknown_ones_not_at_all() -> None:
    with_cue = MODEL.totals("狗", ["<asks>", "<never seen>"])
    assert (with_cue - MODEL.totals("狗")).tolist() == pytest.approx([0.0, 0.5])


def test_an_unknown_text_has_the_bias() -> None:
    assert MODEL.totals("猫").tolist() == pytest.approx([0.0, 0.1])


@given(st.text())
def test_probabilities_sum_to_one(text: str) -> None:
    shares = MODEL.probabilities(text)
    assert shares.shape == (2,)
    assert float(shares.sum()) == pytest.approx(1.0, abs=1e-5)


def test_written_as_it_is_read() -> None:
    read = loads(dumps(MODEL, smallest=0.0))
    assert (read.classes, dict(read.rows)) == (MODEL.classes, dict(MODEL.rows))
    assert (read.sharpness, read.longest, read.sure_at) == (2.0, 1, {"topic": 0.5})
    assert np.allclose(read.weights, MODEL.weights)
    assert np.allclose(read.totals("狗路", ["<asks>"]), MODEL.totals("狗路", ["<asks>"]))


def test_small_weights_are_left_out() -> None:
    read = loads(dumps(MODEL, smallest=1.5))
    assert "<asks>" not in read.rows
    assert read.weights[read.rows["路"]].tolist() == [0.0, 2.0]


def test_grams_have_ends_and_no_punctuation() -> None:
    assert list(grams("狗，叫", 2)) == ["^", "狗", "叫", "$", "^狗", "狗叫", "叫$"]
