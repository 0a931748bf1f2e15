"""The logistic function."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.logistic import logistic


def test_its_middle() -> None:
    assert logistic(0.0) == 0.5


@given(st.floats(-30, 30))
def test_it_is_the_textbook_one(total: float) -> None:
    assert logistic(total) == pytest.approx(1 / (1 + math.exp(-total)))


@given(st.floats(allow_nan=False))
def test_any_number_is_taken(total: float) -> None:
    assert 0.0 <= logistic(total) <= 1.0
