from __future__ import annotations

import time

import pytest

pytest.importorskip("psycopg", reason="no psycopg: pip install 'suiwen[postgres]'")
pytest.importorskip("pgserver", reason="no PostgreSQL: pip install 'suiwen[dev]'")

from retrieval.vector_stores.postgres import SILENT_SECONDS, PostgresVectorStore
from tests.contracts.vector_stores import random_vectors
from tests.retrieval.failover import AFTER, BEFORE, THREADS, rounds
from tests.retrieval.postgres_servers import primary_and_standby, url_of


def test_no_question_fails_when_the_primary_is_killed() -> None:
    done = rounds(2)
    assert [one.failed for one in done] == [0, 0]
    assert [one.wrong for one in done] == [0, 0]
    assert all(one.questions >= THREADS * (BEFORE + AFTER) for one in done)
    assert sum(one.in_flight for one in done) > 0


def test_a_frozen_primary_is_left_for_the_standby() -> None:
    vectors = random_vectors(5)
    with primary_and_standby() as (primary, standby):
        store = PostgresVectorStore(url_of(primary, standby), "frozen")
        store.add(vectors)
        assert store.search(vectors[3], 1).positions.tolist() == [3]
        primary.freeze()
        began = time.monotonic()
        assert store.search(vectors[3], 1).positions.tolist() == [3]
        assert time.monotonic() - began > SILENT_SECONDS  # it was the frozen one that was asked
        began = time.monotonic()
        assert store.search(vectors[4], 1).positions.tolist() == [4]
        assert time.monotonic() - began < SILENT_SECONDS
