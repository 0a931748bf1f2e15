"""pgvector in a real PostgreSQL, from the wheel ``pgserver``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("psycopg", reason="no psycopg: pip install 'suiwen[postgres]'")
pytest.importorskip("pgserver", reason="no PostgreSQL: pip install 'suiwen[dev]'")

from retrieval.index import build, open_index
from retrieval.types import Filter, Query, StoreUnavailable, VectorStore
from retrieval.vector_stores import postgres
from retrieval.vector_stores.memory import MemoryVectorStore
from retrieval.vector_stores.postgres import PostgresVectorStore
from tests.contracts.vector_stores import (
    DAY,
    MakeFor,
    Reopen,
    ServerStoreContract,
    attributes_by_turns,
    clustered_vectors,
    random_vectors,
)
from tests.retrieval.postgres_servers import Postgres, one_server
from tests.retrieval.samples import documents


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with one_server() as running:
        yield running


class TestPostgres(ServerStoreContract):
    @pytest.fixture
    def make_for(self, server: Postgres) -> MakeFor:
        return lambda release: PostgresVectorStore(server.url, release)

    @pytest.fixture
    def reopen(self, server: Postgres) -> Reopen:
        return lambda path, _attributes: PostgresVectorStore.load(path, server.url)

    @pytest.fixture
    def unreachable(self, tmp_path: Path) -> Callable[[Path], VectorStore]:
        return lambda path: PostgresVectorStore.load(path, f"postgresql:///x?host={tmp_path}")

    @pytest.fixture
    def forget(self, server: Postgres) -> Callable[[str], None]:
        return lambda release: postgres.forget(server.url, release)


class TestPostgresIndexed(TestPostgres):
    """With an HNSW index, however few the vectors."""

    exact = False

    @pytest.fixture
    def make_for(self, server: Postgres) -> MakeFor:
        return lambda release: PostgresVectorStore(server.url, release, exact_up_to=0)


@pytest.mark.parametrize("where", [None, Filter(on=DAY), Filter(regions=("天河区",), on=DAY)])
def test_indexed_answers_nearly_as_the_reference(
    server: Postgres, where: Filter | None, tmp_path: Path
) -> None:
    vectors, queries = clustered_vectors(2_000, 48)
    attributes = attributes_by_turns(len(vectors))
    store = PostgresVectorStore(server.url, "indexed", exact_up_to=1_000)
    reference = MemoryVectorStore()
    for one in (store, reference):
        one.add(vectors, attributes)
    store.save(tmp_path / "kept")
    assert '"indexed": true' in (tmp_path / "kept").read_text()
    found, wanted = (
        [set(one.search(query, 20, where).positions.tolist()) for query in queries]
        for one in (store, reference)
    )
    assert sum(len(one & other) for one, other in zip(found, wanted, strict=True)) >= 0.95 * sum(
        map(len, wanted)
    )
    assert all(len(one) == 20 for one in found)


def test_releases_are_listed(server: Postgres) -> None:
    PostgresVectorStore(server.url, "listed").add(random_vectors(2))
    assert "listed" in postgres.releases(server.url)
    postgres.forget(server.url, "listed")
    assert "listed" not in postgres.releases(server.url)


def test_a_slow_statement_is_given_up(server: Postgres) -> None:
    store = PostgresVectorStore(server.url, "slow")
    store.add(random_vectors(2))
    blocked = "LOCK TABLE suiwen_vectors IN ACCESS EXCLUSIVE MODE"
    with postgres._Database(server.url, postgres.Pause()).writing() as connection:
        connection.execute(blocked)
        with pytest.raises(StoreUnavailable, match="too long"):
            store.search(random_vectors(1)[0], 1)
    assert len(store.search(random_vectors(1)[0], 1).positions) == 1


def test_a_url_of_something_else_is_refused_without_being_shown() -> None:
    with pytest.raises(ValueError, match="not one of PostgreSQL") as raised:
        PostgresVectorStore("nonsense secret", "r")
    assert "secret" not in str(raised.value)


def test_an_index_over_it(server: Postgres, tmp_path: Path) -> None:
    texts = ("离婚要带什么", "居住证", "开餐饮店")
    build(documents(), tmp_path / "faiss", release="r1", encoder="hashing")
    manifest = build(
        *(documents(), tmp_path / "pg"),
        release="r1",
        encoder="hashing",
        store="postgres",
        store_url=server.url,
    )
    assert manifest.store == "postgres"
    for path in (tmp_path / "pg").rglob("*"):
        assert path.is_dir() or str(server.directory).encode() not in path.read_bytes()
    ours = open_index(tmp_path / "faiss")
    theirs = open_index(tmp_path / "pg", store="postgres", store_url=server.url)
    for text in texts:
        one, other = ours.search(Query(text=text)), theirs.search(Query(text=text))
        assert [hit.document for hit in one.hits] == [hit.document for hit in other.hits]
    with pytest.raises(ValueError, match="SUIWEN_VECTOR_STORE_URL"):
        open_index(tmp_path / "pg")
    down = open_index(tmp_path / "pg", store_url=f"postgresql:///x?host={tmp_path}")
    for text in texts:
        result = down.search(Query(text=text))
        assert result.missing == ("dense",)
        assert result.hits[0].document == ours.search(Query(text=text)).hits[0].document
