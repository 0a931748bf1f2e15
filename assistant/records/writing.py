"""Transactions that read and then write: nothing changes between the two."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction, committed at the end, rolled back on an error.

    SQLite is locked for writing from the beginning (waiting at most its busy timeout); on
    PostgreSQL the rows that are read to be changed are locked by whoever reads them.  Never seal
    inside it: the keys are in the same database.
    """
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.rollback()
            raise
        connection.commit()
