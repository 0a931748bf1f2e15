"""What every ``retrieval.types.VectorStore`` keeps; the in-memory one is the reference."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from retrieval.encoders import unit
from retrieval.types import Vectors, VectorStore
from retrieval.vector_stores.memory import MemoryVectorStore


def random_vectors(count: int, dimensions: int = 24, seed: int = 1) -> Vectors:
    """Unit vectors, shape (count, dimensions)."""
    return unit(np.random.default_rng(seed).standard_normal((count, dimensions)))


class VectorStoreContract:
    """Inherit and give the fixtures ``make`` (an empty store) and ``reopen`` (a saved file)."""

    @pytest.fixture
    def make(self) -> Callable[[], VectorStore]:
        raise NotImplementedError

    @pytest.fixture
    def reopen(self) -> Callable[[Path], VectorStore]:
        raise NotImplementedError

    def test_empty_store_finds_nothing(self, make: Callable[[], VectorStore]) -> None:
        found = make().search(random_vectors(1)[0], 5)
        assert len(found.positions) == len(found.scores) == 0

    def test_finds_itself_first(self, make: Callable[[], VectorStore]) -> None:
        vectors = random_vectors(200)
        store = make()
        store.add(vectors)
        for position in (0, 17, 199):
            found = store.search(vectors[position], 3)
            assert found.positions[0] == position
            assert found.scores[0] == pytest.approx(1, abs=1e-5)

    def test_best_first_and_as_many_as_asked_for(self, make: Callable[[], VectorStore]) -> None:
        store = make()
        store.add(random_vectors(50))
        found = store.search(random_vectors(1, seed=2)[0], 10)
        assert len(found.positions) == len(set(found.positions.tolist())) == 10
        assert (np.diff(found.scores) <= 0).all()
        assert found.positions.dtype == np.int64
        assert found.scores.dtype == np.float32

    def test_more_asked_for_than_there_is(self, make: Callable[[], VectorStore]) -> None:
        store = make()
        store.add(random_vectors(3))
        assert sorted(store.search(random_vectors(1, seed=2)[0], 10).positions) == [0, 1, 2]

    def test_none_asked_for(self, make: Callable[[], VectorStore]) -> None:
        store = make()
        store.add(random_vectors(3))
        assert len(store.search(random_vectors(1)[0], 0).positions) == 0

    def test_positions_go_on_with_each_add(self, make: Callable[[], VectorStore]) -> None:
        vectors = random_vectors(40)
        store = make()
        store.add(vectors[:30])
        store.add(vectors[30:])
        assert store.search(vectors[35], 1).positions.tolist() == [35]

    def test_ties_by_position(self, make: Callable[[], VectorStore]) -> None:
        store = make()
        store.add(np.repeat(random_vectors(1), 6, axis=0))
        assert store.search(random_vectors(1)[0], 6).positions.tolist() == [0, 1, 2, 3, 4, 5]

    def test_agrees_with_the_reference(self, make: Callable[[], VectorStore]) -> None:
        vectors, queries = random_vectors(400), random_vectors(20, seed=3)
        store, reference = make(), MemoryVectorStore()
        store.add(vectors)
        reference.add(vectors)
        shared = [
            len(
                set(store.search(query, 10).positions.tolist())
                & set(reference.search(query, 10).positions.tolist())
            )
            for query in queries
        ]
        assert sum(shared) >= 0.95 * 10 * len(queries)

    def test_reopened_from_disk(
        self,
        make: Callable[[], VectorStore],
        reopen: Callable[[Path], VectorStore],
        tmp_path: Path,
    ) -> None:
        store = make()
        store.add(random_vectors(300))
        store.save(tmp_path / "vectors")
        again = reopen(tmp_path / "vectors")
        for query in random_vectors(5, seed=4):
            before, after = store.search(query, 7), again.search(query, 7)
            assert before.positions.tolist() == after.positions.tolist()
            assert np.allclose(before.scores, after.scores)
