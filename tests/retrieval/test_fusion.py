from __future__ import annotations

import numpy as np
import pytest

from retrieval.fusion import aligned, relative, union, weighted_sum
from retrieval.types import Scored


def scored(**scores: float) -> Scored:
    """``scored(p3=0.5)``: position 3 with score 0.5, best first as given."""
    return Scored(
        positions=np.array([int(key[1:]) for key in scores], dtype=np.int64),
        scores=np.array(list(scores.values()), dtype=np.float32),
    )


NOTHING = scored()


def test_weighted_sum() -> None:
    fused = weighted_sum([scored(p4=3, p1=2), scored(p1=1, p7=1)], [1.0, 2.0])
    assert fused.positions.tolist() == [1, 4, 7]
    assert fused.scores.tolist() == [4, 3, 2]


def test_ties_by_position() -> None:
    assert weighted_sum([scored(p9=1), scored(p2=1)], [1, 1]).positions.tolist() == [2, 9]


def test_nothing_fused_is_nothing() -> None:
    assert len(weighted_sum([], []).positions) == 0
    assert len(weighted_sum([NOTHING, NOTHING], [1, 1]).positions) == 0
    assert len(relative(NOTHING).positions) == 0


def test_as_many_weights_as_rankings() -> None:
    with pytest.raises(ValueError, match="zip"):
        weighted_sum([NOTHING], [1, 1])


def test_relative() -> None:
    assert relative(scored(p1=4, p2=1, p3=-1)).scores.tolist() == [1, 0.25, 0]


def test_union_and_aligned() -> None:
    positions = union([scored(p5=1, p2=1), scored(p2=3)])
    assert positions.tolist() == [2, 5]
    assert aligned(scored(p2=3), positions).tolist() == [3, 0]
