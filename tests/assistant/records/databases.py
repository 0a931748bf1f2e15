"""Databases for tests: SQLite in a file, PostgreSQL where ``pgserver`` is installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from assistant.records.base import Base, open_engine


@dataclass
class Clock:
    """A clock that moves when told to, never behind the real one's reading at its start."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    async def an_hour(self) -> None:
        """An hour passes."""
        self.ahead += timedelta(hours=1)


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of an empty PostgreSQL; skips where there is none."""
    for package in ("psycopg", "pgserver"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"no {package}: pip install 'suiwen[dev]'")
    from tests.retrieval.postgres_servers import one_server

    with one_server() as server:
        yield server.url


@contextmanager
def opened(url: str = "sqlite://") -> Iterator[Engine]:
    """An engine with all tables, made from the models: quicker than migrations, which give the same
    (``test_schema``)."""
    engine = open_engine(url)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()
