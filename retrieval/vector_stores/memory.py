"""Exact search with numpy: the reference for every other store.  Needs nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from retrieval.ranking import best_of
from retrieval.types import Scored, Vectors


class MemoryVectorStore:
    """All vectors in one matrix; about 0.1 ms for 2,000 × 192, 8 ms for 58,000."""

    def __init__(self, vectors: Vectors | None = None) -> None:
        self._vectors = vectors

    def add(self, vectors: Vectors) -> None:
        """Append unit vectors, shape (n, dimensions)."""
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        self._vectors = (
            vectors if self._vectors is None else np.concatenate([self._vectors, vectors])
        )

    def search(self, vector: Vectors, limit: int) -> Scored:
        """The ``limit`` nearest to one vector, shape (dimensions,), by inner product."""
        if self._vectors is None:
            return Scored(positions=np.zeros(0, np.int64), scores=np.zeros(0, np.float32))
        scores = self._vectors @ vector
        return best_of(np.arange(len(scores)), scores, limit)

    def save(self, path: Path) -> None:
        """Write one ``.npy`` file to exactly ``path``."""
        with path.open("wb") as file:
            np.save(file, np.zeros((0, 0), np.float32) if self._vectors is None else self._vectors)

    @classmethod
    def load(cls, path: Path) -> MemoryVectorStore:
        """Open what :meth:`save` wrote, memory-mapped."""
        vectors = np.asarray(np.load(path, mmap_mode="r"))
        return cls(vectors if len(vectors) else None)
