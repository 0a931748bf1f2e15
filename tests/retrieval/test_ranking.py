from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from retrieval.ranking import best


@given(st.lists(st.integers(-2, 4), max_size=30), st.integers(0, 12))
def test_best_agrees_with_sorting(scores: list[int], limit: int) -> None:
    expected = sorted((-score, at) for at, score in enumerate(scores) if score > 0)[:limit]
    found = best(np.array(scores, dtype=np.float64), limit)
    assert found.positions.tolist() == [at for _, at in expected]
    assert found.scores.tolist() == [-score for score, _ in expected]
