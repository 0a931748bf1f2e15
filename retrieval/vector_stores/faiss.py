"""FAISS, by size: an exact list, a graph (HNSW), or inverted lists of quantized vectors (IVF-PQ).

Measured in retrieval/README.md.  Whatever the kind, the whole vectors are kept too: inverted lists
rank their best once more by them, and a filter that lets few through is answered by them exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from retrieval.attributes import AttributeTable
from retrieval.ranking import nothing
from retrieval.types import Attributes, Filter, Scored, Vectors

Kind = Literal["exact", "graph", "lists"]

EXACT_UP_TO = 10_000
GRAPH_UP_TO = 300_000
LINKS = 32
EF_CONSTRUCTION = 80
EF_SEARCH = 128
QUANTIZED_TOGETHER = 4
"""How many numbers of a vector become one byte (or a few more, where they do not divide it)."""
TRAINED_ON = 64
"""Vectors that each inverted list is trained on, at most."""
PROBES = 96
REFINED = 10
"""How many times ``limit`` vectors are ranked once more by the whole vectors."""
FEW = 0.1
"""The share of admitted vectors below which a filter is answered exactly."""
_LEAST = 1_000
"""Inverted lists need so many vectors to be trained."""


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
    """Inner product on unit vectors; answers as the in-memory store does (if not exact: nearly)."""

    def __init__(self, *, exact_up_to: int = EXACT_UP_TO, graph_up_to: int = GRAPH_UP_TO) -> None:
        self._limits = (exact_up_to, graph_up_to)
        self._index: Any = None
        self._attributes = AttributeTable()

    @property
    def kind(self) -> Kind:
        """How it searches."""
        if hasattr(self._index, "hnsw"):
            return "graph"
        return "lists" if hasattr(self._index, "refine_index") else "exact"

    def add(self, vectors: Vectors, attributes: Sequence[Attributes] | None = None) -> None:
        """Append unit vectors, shape (n, dimensions), with their attributes (n, or none).

        The first call chooses the kind of index by its size: add everything at once.
        """
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        self._attributes = self._attributes.followed_by(attributes, len(vectors))
        _faiss()
        if self._index is None:
            self._index = _new_index(vectors, *self._limits)
        self._index.add(vectors)

    def search(self, vector: Vectors, limit: int, where: Filter | None = None) -> Scored:
        """The ``limit`` nearest to one vector, shape (dimensions,), that ``where`` admits."""
        size = self._index.ntotal if self._index is not None else 0
        admitted = None if where is None or not size else self._attributes.admitted(where)
        count = size if admitted is None else int(np.count_nonzero(admitted))
        limit = min(limit, count)
        if limit <= 0:
            return nothing()
        _faiss()
        row = np.ascontiguousarray(vector, dtype=np.float32)[None]
        if admitted is None or count == size:  # a filter that lets all through costs a sixth
            return _sorted(*self._nearly(row, limit, None))
        bits = np.packbits(admitted, bitorder="little")
        chosen = _module().IDSelectorBitmap(bits)
        if count > max(FEW * size, self._limits[0]):
            found = _sorted(*self._nearly(row, limit, chosen))
            if len(found.positions) == limit:
                return found
        parameters = _module().SearchParameters(sel=chosen)
        return _sorted(*self._whole().search(row, limit, params=parameters))

    def save(self, path: Path) -> None:
        """Write one file.  Raises ``ValueError`` when nothing was added."""
        if self._index is None:
            raise ValueError("nothing was added: a FAISS file needs the number of dimensions")
        _faiss().write_index(self._index, str(path))

    @classmethod
    def load(cls, path: Path, attributes: AttributeTable | None = None) -> FaissVectorStore:
        """Open what :meth:`save` wrote, memory-mapped; ``attributes``: one for each vector."""
        faiss = _faiss()
        store = cls()
        store._index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        store._attributes = attributes or AttributeTable.of(store._index.ntotal)
        return store

    def _nearly(self, row: Vectors, limit: int, chosen: Any) -> Any:
        """Scores and positions, each of shape (1, limit), found in the way of this kind."""
        faiss = _module()
        given = {} if chosen is None else {"sel": chosen}
        if self.kind == "graph":
            parameters = faiss.SearchParametersHNSW(efSearch=max(EF_SEARCH, limit), **given)
        elif self.kind == "lists":
            lists = faiss.SearchParametersIVF(nprobe=PROBES, **given)
            parameters = faiss.IndexRefineSearchParameters(
                k_factor=REFINED, base_index_params=lists
            )
        else:
            parameters = faiss.SearchParameters(**given) if given else None
        return self._index.search(row, limit, params=parameters)

    def _whole(self) -> Any:
        """The exact list of whole vectors inside the index."""
        faiss = _module()
        if self.kind == "graph":
            return faiss.downcast_index(self._index.storage)
        return (
            faiss.downcast_index(self._index.refine_index)
            if self.kind == "lists"
            else (self._index)
        )


def _sorted(scores: NDArray[np.float32], positions: NDArray[np.int64]) -> Scored:
    """One row of an answer of FAISS, ties by position, places left empty taken out."""
    found = positions[0] >= 0
    scores, positions = scores[0][found], positions[0][found]
    order = np.lexsort((positions, -scores))
    return Scored(positions=positions[order], scores=scores[order])


def _new_index(vectors: Vectors, exact_up_to: int, graph_up_to: int) -> Any:
    faiss = _faiss()
    size, dimensions = vectors.shape
    if size > max(graph_up_to, _LEAST):
        return _new_lists(vectors)
    if size <= exact_up_to:
        return faiss.IndexFlatIP(dimensions)
    index = faiss.IndexHNSWFlat(dimensions, LINKS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = EF_CONSTRUCTION
    return index


def _new_lists(vectors: Vectors) -> Any:
    """Trained inverted lists, about 4 √n of them, with the whole vectors beside."""
    faiss = _faiss()
    size, dimensions = vectors.shape
    lists = 2 ** round(np.log2(4 * np.sqrt(size)))
    together = next(n for n in range(QUANTIZED_TOGETHER, dimensions + 1) if dimensions % n == 0)
    made = f"IVF{lists},PQ{dimensions // together}x8,RFlat"
    index = faiss.index_factory(dimensions, made, faiss.METRIC_INNER_PRODUCT)
    inner = faiss.downcast_index(index.base_index)
    inner.cp.max_points_per_centroid = TRAINED_ON
    inner.cp.min_points_per_centroid = inner.pq.cp.min_points_per_centroid = 1
    inner.pq.cp.max_points_per_centroid = TRAINED_ON
    inner.do_polysemous_training = False  # minutes, for a search that is not used here
    chosen = np.random.default_rng(0).permutation(size)[: TRAINED_ON * lists]
    index.train(vectors[np.sort(chosen)])
    return index
