"""The best of many scores, with ties broken by position, so that every order is repeatable."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.types import Scored


def best(scores: NDArray[np.floating[Any]], limit: int) -> Scored:
    """The ``limit`` highest scores above zero; ``scores`` has shape (documents,)."""
    return best_of(np.flatnonzero(scores > 0), scores, limit)


def best_of(positions: NDArray[np.int64], scores: NDArray[np.floating[Any]], limit: int) -> Scored:
    """The ``limit`` best of ``positions`` (increasing); ``scores`` has shape (documents,)."""
    found = scores[positions]
    if limit <= 0:
        positions, found = positions[:0], found[:0]
    elif len(positions) > limit:
        keep = found >= np.partition(found, len(found) - limit)[len(found) - limit]
        positions, found = positions[keep], found[keep]
    order = np.argsort(-found, kind="stable")[: max(limit, 0)]
    return Scored(
        positions=positions[order].astype(np.int64, copy=False),
        scores=found[order].astype(np.float32),
    )


def nothing() -> Scored:
    """No documents."""
    return Scored(positions=np.zeros(0, np.int64), scores=np.zeros(0, np.float32))
