"""The database: one engine a process, one schema for SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """All tables.  Dialect-neutral: SQLite by default, PostgreSQL by URL."""


def open_engine(url: str) -> Engine:
    """An engine; SQLite in WAL mode with ``synchronous=FULL``, so that a commit survives a power
    cut, and foreign keys checked.  ``sqlite://`` is in memory: one connection that threads take
    turns with.  No value of a statement reaches the text of an error."""
    engine = create_engine(url, pool_pre_ping=True, hide_parameters=True, **_pool(url))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare)
    return engine


def _pool(url: str) -> dict[str, Any]:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database not in (None, "", ":memory:"):
        return {}
    apart = {"check_same_thread": False}
    return {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0, "connect_args": apart}


def _prepare(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
