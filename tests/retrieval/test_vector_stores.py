from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from retrieval.types import VectorStore
from retrieval.vector_stores.faiss import FaissVectorStore
from retrieval.vector_stores.memory import MemoryVectorStore
from tests.contracts.vector_stores import VectorStoreContract, random_vectors


class TestMemory(VectorStoreContract):
    @pytest.fixture
    def make(self) -> Callable[[], VectorStore]:
        return MemoryVectorStore

    @pytest.fixture
    def reopen(self) -> Callable[[Path], VectorStore]:
        return MemoryVectorStore.load

    def test_empty_store_can_be_saved(self, tmp_path: Path) -> None:
        MemoryVectorStore().save(tmp_path / "v")
        assert (
            len(MemoryVectorStore.load(tmp_path / "v").search(random_vectors(1)[0], 3).scores) == 0
        )


class TestFaissExact(VectorStoreContract):
    @pytest.fixture
    def make(self) -> Callable[[], VectorStore]:
        return FaissVectorStore

    @pytest.fixture
    def reopen(self) -> Callable[[Path], VectorStore]:
        return FaissVectorStore.load

    def test_empty_store_cannot_be_saved(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="nothing was added"):
            FaissVectorStore().save(tmp_path / "v")


class TestFaissGraph(VectorStoreContract):
    @pytest.fixture
    def make(self) -> Callable[[], VectorStore]:
        return lambda: FaissVectorStore(exact_up_to=0)

    @pytest.fixture
    def reopen(self) -> Callable[[Path], VectorStore]:
        return FaissVectorStore.load

    def test_kind_is_chosen_by_size(self) -> None:
        small, large = FaissVectorStore(exact_up_to=10), FaissVectorStore(exact_up_to=10)
        small.add(random_vectors(10))
        large.add(random_vectors(11))
        assert not small.is_graph
        assert large.is_graph
