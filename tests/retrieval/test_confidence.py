from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.confidence import Model, Signs, model, probability

NONE = Signs(**dict.fromkeys(Signs._fields, 0.0))
SIGNS = st.builds(Signs, **{name: st.floats(0, 2.2) for name in Signs._fields})


def test_the_model_knows_every_sign() -> None:
    assert set(model().weights) == set(Signs._fields)


@given(SIGNS)
def test_a_probability(signs: Signs) -> None:
    assert 0 <= probability(signs) <= 1


def test_logistic() -> None:
    fitted = Model(bias=-1.0, weights={"coverage": 3.0})
    assert probability(NONE, fitted) == pytest.approx(0.2689414)
    assert probability(NONE._replace(coverage=1.0), fitted) == pytest.approx(0.8807971)


def test_better_covered_is_surer() -> None:
    assert probability(NONE._replace(coverage=0.9, runs=0.5, margin=0.5)) > probability(NONE)


def test_huge_odds_do_not_overflow() -> None:
    assert probability(NONE, Model(bias=1e9, weights={})) == pytest.approx(1)
    assert probability(NONE, Model(bias=-1e9, weights={})) == pytest.approx(0, abs=1e-12)
