"""Several rankings of the same documents → one.  Ties are broken by position."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from retrieval.types import Scored


def weighted_sum(rankings: Sequence[Scored], weights: Sequence[float]) -> Scored:
    """The sum of each ranking's scores times its weight; one that misses a document gives 0."""
    positions = union(rankings)
    totals = np.zeros(len(positions), dtype=np.float32)
    for ranking, weight in zip(rankings, weights, strict=True):
        totals += weight * aligned(ranking, positions)
    order = np.argsort(-totals, kind="stable")
    return Scored(positions=positions[order], scores=totals[order])


def relative(ranking: Scored) -> Scored:
    """The same ranking with its scores divided by the highest; negative scores become 0."""
    highest = max(float(ranking.scores.max(initial=0.0)), 1e-9)
    scores = np.maximum(ranking.scores, 0) / highest
    return Scored(positions=ranking.positions, scores=scores.astype(np.float32, copy=False))


def union(rankings: Sequence[Scored]) -> NDArray[np.int64]:
    """The positions that any ranking holds, increasing, each once."""
    positions = np.concatenate([np.zeros(0, np.int64), *(one.positions for one in rankings)])
    positions.sort()
    first = np.ones(len(positions), dtype=bool)
    np.not_equal(positions[1:], positions[:-1], out=first[1:])
    return positions[first]


def aligned(ranking: Scored, positions: NDArray[np.int64]) -> NDArray[np.float32]:
    """The ranking's scores at ``positions`` (increasing, its own among them), 0 elsewhere."""
    scores = np.zeros(len(positions), dtype=np.float32)
    scores[np.searchsorted(positions, ranking.positions)] = ranking.scores
    return scores
