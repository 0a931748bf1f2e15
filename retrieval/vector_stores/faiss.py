"""FAISS: exact for small collections, an HNSW graph beyond ``EXACT_UP_TO`` vectors."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.types import Scored, Vectors

EXACT_UP_TO = 10_000
LINKS = 16
EF_CONSTRUCTION = 80
EF_SEARCH = 64


@cache
def _module() -> Any:
    import faiss  # 0.2 s

    return faiss


def _faiss() -> Any:
    """The library, on the caller's thread alone (a setting of each thread, hence at each call).

    For one question more threads cost more than they bring, and a graph that several threads
    build is another one each time.
    """
    faiss = _module()
    faiss.omp_set_num_threads(1)
    return faiss


class FaissVectorStore:
    """Inner product on unit vectors; answers as the in-memory store does (HNSW: nearly)."""

    def __init__(self, *, exact_up_to: int = EXACT_UP_TO) -> None:
        self._exact_up_to = exact_up_to
        self._index: Any = None

    @property
    def is_graph(self) -> bool:
        """Whether it is an HNSW graph (nearly exact) rather than a flat list (exact)."""
        return hasattr(self._index, "hnsw")

    def add(self, vectors: Vectors) -> None:
        """Append unit vectors, shape (n, dimensions).

        The first call chooses the kind of index by its size: add everything at once.
        """
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        if self._index is None:
            self._index = _new_index(len(vectors), vectors.shape[1], self._exact_up_to)
        _faiss()
        self._index.add(vectors)

    def search(self, vector: Vectors, limit: int) -> Scored:
        """The ``limit`` nearest to one vector, shape (dimensions,), by inner product."""
        limit = min(limit, self._index.ntotal if self._index is not None else 0)
        if limit <= 0:
            return Scored(positions=np.zeros(0, np.int64), scores=np.zeros(0, np.float32))
        _faiss()
        row = np.ascontiguousarray(vector, dtype=np.float32)[None]
        scores, positions = self._index.search(row, limit)
        found = positions[0] >= 0
        scores, positions = scores[0][found], positions[0][found]
        order = np.lexsort((positions, -scores))
        return Scored(positions=positions[order], scores=scores[order])

    def save(self, path: Path) -> None:
        """Write one file.  Raises ``ValueError`` when nothing was added."""
        if self._index is None:
            raise ValueError("nothing was added: a FAISS file needs the number of dimensions")
        _faiss().write_index(self._index, str(path))

    @classmethod
    def load(cls, path: Path) -> FaissVectorStore:
        """Open what :meth:`save` wrote, memory-mapped."""
        faiss = _faiss()
        store = cls()
        store._index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        if store.is_graph:
            store._index.hnsw.efSearch = EF_SEARCH
        return store


def _new_index(size: int, dimensions: int, exact_up_to: int) -> Any:
    faiss = _faiss()
    if size <= exact_up_to:
        return faiss.IndexFlatIP(dimensions)
    index = faiss.IndexHNSWFlat(dimensions, LINKS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = EF_CONSTRUCTION
    index.hnsw.efSearch = EF_SEARCH
    return index
