"""The schema of a database brought to the newest version, from code: there is no alembic.ini."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine

from assistant.records.base import open_engine

_SCRIPTS = Path(__file__).resolve().parent / "migrations"
_LOCK = 0x5357  # any number of ours: whoever migrates on PostgreSQL holds it


def migrate(url: str, revision: str = "heads") -> None:
    """Bring the database at the URL to the newest version (or to a ``revision``)."""
    engine = open_engine(url)
    try:
        upgrade(engine, revision)
    finally:
        engine.dispose()


def upgrade(engine: Engine, revision: str = "heads") -> None:
    """The same for an open engine.  All or nothing, and one process at a time."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        command.upgrade(config(connection), revision)
        connection.commit()


def config(connection: Connection) -> Config:
    """Alembic's configuration, with the connection that ``migrations/env.py`` uses."""
    made = Config(attributes={"connection": connection})
    made.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return made
