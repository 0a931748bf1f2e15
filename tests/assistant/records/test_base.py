"""Engines and moments."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, exc, text

from assistant.errors import Unavailable
from assistant.records.base import open_engine
from assistant.records.moments import Moment, now
from assistant.records.threads import off_loop

TABLE = Table("moments", MetaData(), Column("id", Integer, primary_key=True), Column("at", Moment))
AT = datetime(2026, 11, 22, 8, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))


@pytest.mark.parametrize("kind", ["memory", "file", "postgres"])
def test_moments_come_back_as_they_went(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    urls = {"memory": "sqlite://", "file": f"sqlite:///{tmp_path}/x.db"}
    engine = open_engine(urls.get(kind) or request.getfixturevalue("postgres_url"))
    with engine.begin() as connection:
        TABLE.create(connection)
        connection.execute(TABLE.insert(), [{"at": AT}, {"at": None}])
        found = connection.execute(TABLE.select().order_by(TABLE.c.id)).all()
        later = TABLE.select().where(TABLE.c.at > AT.astimezone(UTC))
        assert connection.execute(later).all() == []
        TABLE.drop(connection)
    assert [row.at for row in found] == [AT, None]
    assert found[0].at.tzinfo is UTC
    engine.dispose()


def test_a_moment_without_its_zone_is_refused() -> None:
    engine = open_engine("sqlite://")
    with engine.begin() as connection, pytest.raises(exc.StatementError, match="zone"):
        TABLE.create(connection)
        connection.execute(TABLE.insert(), {"at": datetime(2026, 1, 1)})
    engine.dispose()
    assert now().tzinfo is UTC


def test_memory_is_one_database_for_all_threads() -> None:
    engine = open_engine("sqlite://")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (n INTEGER)"))

    def write(number: int) -> None:
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO t VALUES (:n)"), {"n": number})

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM t")).scalar() == 8
    engine.dispose()


def test_a_file_survives_a_power_cut_as_far_as_sqlite_promises(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/x.db")
    with engine.connect() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert found == ["wal", 2, 1, 5000]
    engine.dispose()


def test_work_is_done_beside_the_loop_and_errors_of_our_own_pass() -> None:
    def failing() -> None:
        raise KeyError("x")

    async def go() -> bool:
        with pytest.raises(KeyError):
            await off_loop(failing)
        return await off_loop(threading.get_ident) != threading.get_ident()

    assert asyncio.run(go())


def test_a_database_that_is_away_is_unavailable(tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path}/none/x.db", f"postgresql:///x?host={tmp_path}"):
        if url.startswith("postgresql"):
            pytest.importorskip("psycopg")
        engine = open_engine(url)
        with pytest.raises(Unavailable, match="数据库"):
            asyncio.run(off_loop(engine.connect))
