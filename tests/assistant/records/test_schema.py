"""Migrations: they give exactly the tables that the code says, and lose no row."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, inspect, text

from assistant.records import accounts, audit, cases, handoffs, orders, outbox, persons, tries
from assistant.records.base import Base, open_engine
from assistant.records.schema import config, migrate, newest, upgrade, versions

OURS = {
    row.__tablename__
    for row in (
        *(orders.OrderRow, orders.EventRow, orders.ActRow),
        *(cases.CaseRow, cases.CaseEventRow, tries.TryRow, outbox.OutboxRow),
        *(persons.Person, accounts.StaffAccount, accounts.StaffSession),
        *(audit.AuditLine, audit.AuditHead, handoffs.HandoffRow, handoffs.HandoffLine),
    )
}
OLD = {
    "number": "GZ1",
    "key": "k",
    "person": "p",
    "kind": "help",
    "status": "filed",
    "route": "12345",
    "confidential": False,
    "filed": datetime(2026, 1, 1, tzinfo=UTC),
    "sealed_text": b"1",
    "sealed_contact": b"2",
    "sealed_check": b"3",
    "check_salt": b"4",
    "check_digest": b"5",
    "drawn": True,
    "extended_days": 0,
    "version": 0,
}


@pytest.fixture(scope="module")
def own_postgres_url(postgres_url: str) -> str:
    """A database of these tests alone, which they empty."""
    engine = open_engine(postgres_url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE migrations"))
    own = engine.url.set(database="migrations").render_as_string(hide_password=False)
    engine.dispose()
    return own


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('db')}/50%.db"
    else:
        yield request.getfixturevalue("own_postgres_url")


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """An empty database at the URL."""
    engine = open_engine(url)
    _empty(engine)
    yield engine
    engine.dispose()


def test_an_empty_database_gets_exactly_our_tables(engine: Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "include_object": lambda _o, name, kind, _r, _c: kind != "table" or name in OURS,
            },
        )
        assert compare_metadata(context, Base.metadata) == []
    assert set(inspect(engine).get_table_names()) >= OURS


def test_an_older_version_keeps_its_rows(engine: Engine) -> None:
    upgrade(engine, "orders_1")
    old = MetaData()
    with engine.begin() as connection:
        old.reflect(connection)
        connection.execute(old.tables["orders"].insert(), [OLD, {**OLD, "number": "2", "key": "l"}])
        before = connection.execute(old.tables["orders"].select()).mappings().all()
    upgrade(engine)
    with engine.connect() as connection:
        after = connection.execute(text("SELECT * FROM orders ORDER BY id")).mappings().all()
        columns = set(before[0])
        assert len(before) == len(after) == 2
        assert [row["pulled"] for row in after] == [0, 0]
        assert [(row["sealed_for"], row["retired"]) for row in after] == [(None, None)] * 2
        again = connection.execute(old.tables["orders"].select()).mappings().all()
        assert [{name: row[name] for name in columns} for row in again] == [*map(dict, before)]


def test_migrating_again_changes_nothing(engine: Engine, url: str) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        reflected = MetaData()
        reflected.reflect(connection)
        connection.execute(reflected.tables["orders"].insert(), OLD)
    migrate(url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM orders")).scalar() == 1


def test_the_newest_version_is_known_without_alembic(engine: Engine) -> None:
    assert versions(engine) == frozenset()
    upgrade(engine, "orders_1")
    assert versions(engine) != newest()
    upgrade(engine)
    assert versions(engine) == newest()
    with engine.connect() as connection:
        heads = ScriptDirectory.from_config(config(connection)).get_heads()
    assert newest() == frozenset(heads)


def test_processes_that_start_together_migrate_once(engine: Engine, url: str) -> None:
    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(migrate, url) for _ in range(3)]:
            done.result()
    assert set(inspect(engine).get_table_names()) >= OURS


def test_create_all_keeps_events_too(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/x.db")
    Base.metadata.create_all(engine)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        assert {"order_events_no_update", "order_events_no_delete"} <= set(found.scalars())
    engine.dispose()


def _empty(engine: Engine) -> None:
    found = MetaData()
    found.reflect(engine)
    found.drop_all(engine)
