"""The schema of a database brought to the newest version, from code: there is no alembic.ini."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, exc
from sqlalchemy import text as statement

from assistant.records.base import open_engine

if TYPE_CHECKING:
    from alembic.config import Config

_SCRIPTS = Path(__file__).resolve().parent / "migrations"
_LOCK = 0x5357  # any number of ours: whoever migrates on PostgreSQL holds it


def migrate(url: str, revision: str = "heads") -> None:
    """Bring the database at the URL to the newest version (or to a ``revision``)."""
    engine = open_engine(url)
    try:
        if revision != "heads" or versions(engine) != newest():
            upgrade(engine, revision)
    finally:
        engine.dispose()


def versions(engine: Engine) -> frozenset[str]:
    """The revisions that a database is at; none if it is empty or its table cannot be read."""
    with engine.connect() as connection:
        try:
            found = connection.execute(statement("SELECT version_num FROM alembic_version"))
            return frozenset(found.scalars())
        except (exc.OperationalError, exc.ProgrammingError):  # there is no such table
            return frozenset()


def newest() -> frozenset[str]:
    """The heads: revisions that no other stands on.  Read from the files, without Alembic, whose
    import takes longer than all else at a start that has nothing to migrate."""
    texts = [file.read_text(encoding="utf-8") for file in _SCRIPTS.glob("versions/*.py")]
    known = {number for text in texts for number in _REVISION.findall(text)}
    return frozenset(known - {number for text in texts for number in _DOWN.findall(text)})


_REVISION = re.compile(r'^revision = "(\w+)"', re.MULTILINE)
_DOWN = re.compile(r'^down_revision = "(\w+)"', re.MULTILINE)


def upgrade(engine: Engine, revision: str = "heads") -> None:
    """The same for an open engine.  All or nothing, and one process at a time."""
    from alembic import command

    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        command.upgrade(config(connection), revision)
        connection.commit()


def config(connection: Connection) -> Config:
    """Alembic's configuration, with the connection that ``migrations/env.py`` uses."""
    from alembic.config import Config

    made = Config(attributes={"connection": connection})
    made.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return made
