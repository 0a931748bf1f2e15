"""The learned ear for emergencies: its arithmetic on a made-up model, and the shipped model."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import rules
from assistant.emergencies import LONGEST, detector, grams, of
from retrieval.logistic import logistic

FIRE = of({"fire": -3.0, "gas": -4.0}, {"火": {"fire": 5.0}, "味": {"gas": 3.0}}, 0.8)


def test_a_sure_kind_is_told() -> None:
    assert FIRE.kind("有火") == "fire"
    assert FIRE.loudness("有火") == pytest.approx(logistic(2.0))


def test_an_unsure_one_is_not() -> None:
    assert FIRE.kind("有味") is None
    assert FIRE.kind("") is None
    assert of({}, {}, 0.0).kind("火") is None


@given(st.text())
def test_any_text_is_heard(text: str) -> None:
    assert 0.0 <= detector().loudness(text) <= 1.0
    assert all(1 <= len(gram) <= LONGEST for gram in grams(text))


def test_punctuation_changes_nothing() -> None:
    assert grams("有，火！") == grams("有火")


def test_the_shipped_model_knows_the_kinds_of_the_table() -> None:
    kinds = {one.kind for one in rules.load().crisis}
    assert set(detector().kinds) == kinds
    assert 0.5 <= detector().sure_at < 1.0
