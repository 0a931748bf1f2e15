from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.types import Attributes, Filter
from retrieval.vector_stores.faiss import FaissVectorStore, Kind
from retrieval.vector_stores.memory import MemoryVectorStore
from tests.contracts.vector_stores import (
    DAY,
    Make,
    Reopen,
    VectorStoreContract,
    attributes_by_turns,
    clustered_vectors,
    random_vectors,
)


class TestMemory(VectorStoreContract):
    @pytest.fixture
    def make(self) -> Make:
        return MemoryVectorStore

    @pytest.fixture
    def reopen(self) -> Reopen:
        return MemoryVectorStore.load

    def test_empty_store_can_be_saved(self, tmp_path: Path) -> None:
        MemoryVectorStore().save(tmp_path / "v")
        assert (
            len(MemoryVectorStore.load(tmp_path / "v").search(random_vectors(1)[0], 3).scores) == 0
        )


class TestFaissExact(VectorStoreContract):
    @pytest.fixture
    def make(self) -> Make:
        return FaissVectorStore

    @pytest.fixture
    def reopen(self) -> Reopen:
        return FaissVectorStore.load

    def test_empty_store_cannot_be_saved(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="nothing was added"):
            FaissVectorStore().save(tmp_path / "v")


class TestFaissGraph(VectorStoreContract):
    exact = False

    @pytest.fixture
    def make(self) -> Make:
        return lambda: FaissVectorStore(exact_up_to=0)

    @pytest.fixture
    def reopen(self) -> Reopen:
        return FaissVectorStore.load


@pytest.mark.parametrize(
    ("size", "kind"), [(10, "exact"), (11, "graph"), (1_000, "graph"), (1_001, "lists")]
)
def test_kind_is_chosen_by_size(size: int, kind: Kind, tmp_path: Path) -> None:
    store = FaissVectorStore(exact_up_to=10, graph_up_to=20)
    store.add(random_vectors(size, 8))
    store.save(tmp_path / "v")
    assert store.kind == FaissVectorStore.load(tmp_path / "v").kind == kind


_VECTORS, _QUERIES = clustered_vectors(3_000, 24)
_LIMITS: dict[Kind, tuple[int, int]] = {
    "exact": (3_000, 3_000),
    "graph": (100, 3_000),
    "lists": (100, 100),
}


def made(kind: Kind) -> FaissVectorStore:
    exact_up_to, graph_up_to = _LIMITS[kind]
    store = FaissVectorStore(exact_up_to=exact_up_to, graph_up_to=graph_up_to)
    store.add(_VECTORS, attributes_by_turns(len(_VECTORS)))
    assert store.kind == kind
    return store


@pytest.fixture(scope="module", params=list(_LIMITS))
def large(request: pytest.FixtureRequest) -> FaissVectorStore:
    return made(request.param)


@pytest.fixture(scope="module")
def reference() -> MemoryVectorStore:
    store = MemoryVectorStore()
    store.add(_VECTORS, attributes_by_turns(len(_VECTORS)))
    return store


class TestLarge:
    """The kinds of FAISS at a size where they differ."""

    @pytest.mark.parametrize(
        "where",
        [
            None,
            Filter(on=DAY),
            Filter(regions=("天河区",), audience="企业法人", on=DAY),
            Filter(audience="没有", on=DAY, regions=("没有",)),
        ],
    )
    def test_nearly_the_answers_of_the_reference(
        self, large: FaissVectorStore, reference: MemoryVectorStore, where: Filter | None
    ) -> None:
        found, wanted = (
            [set(store.search(query, 20, where).positions.tolist()) for query in _QUERIES]
            for store in (large, reference)
        )
        kept = sum(len(one & other) for one, other in zip(found, wanted, strict=True))
        assert sum(map(len, found)) == sum(map(len, wanted)) > 0
        assert kept >= 0.95 * sum(map(len, wanted))

    def test_built_alike_each_time(self, large: FaissVectorStore, tmp_path: Path) -> None:
        large.save(tmp_path / "first")
        made(large.kind).save(tmp_path / "again")
        assert (tmp_path / "again").read_bytes() == (tmp_path / "first").read_bytes()


def test_a_rare_place_is_found_in_a_graph() -> None:
    vectors, queries = clustered_vectors(3_000, 24)
    rare = {7, 1_500, 2_999}
    store = FaissVectorStore(exact_up_to=100)
    store.add(
        vectors,
        [Attributes(region="南沙区" if at in rare else "越秀区") for at in range(len(vectors))],
    )
    for query in queries:
        assert set(store.search(query, 10, Filter(regions=("南沙区",))).positions) == rare
