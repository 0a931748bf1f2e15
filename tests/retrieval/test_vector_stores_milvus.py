"""Milvus' own client against milvus-lite."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("pymilvus", reason="no pymilvus: pip install 'suiwen[milvus]'")
pytest.importorskip("milvus_lite", reason="no milvus-lite: pip install 'suiwen[dev]'")

from retrieval.types import VectorStore
from retrieval.vector_stores import milvus
from retrieval.vector_stores.milvus import MilvusVectorStore
from tests.contracts.vector_stores import MakeFor, Reopen, ServerStoreContract


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("milvus") / "vectors.db")


class TestMilvus(ServerStoreContract):
    @pytest.fixture
    def make_for(self, url: str) -> MakeFor:
        return lambda release: MilvusVectorStore(url, release, seconds=20)

    @pytest.fixture
    def reopen(self, url: str) -> Reopen:
        return lambda path, _attributes: MilvusVectorStore.load(path, url, seconds=20)

    @pytest.fixture
    def unreachable(self) -> Callable[[Path], VectorStore]:
        return lambda path: MilvusVectorStore.load(path, "http://127.0.0.1:9")

    @pytest.fixture
    def forget(self, url: str) -> Callable[[str], None]:
        return lambda release: milvus.forget(url, release)


class TestMilvusIndexed(TestMilvus):
    """With an HNSW index, however few the vectors."""

    exact = False

    @pytest.fixture
    def make_for(self, url: str) -> MakeFor:
        return lambda release: MilvusVectorStore(url, release, exact_up_to=0, seconds=20)
