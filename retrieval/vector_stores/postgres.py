"""PostgreSQL with pgvector: one table, keyed by (release, position), a partition each release.

Small releases are scanned exactly.  Large ones get an HNSW index; pgvector applies a filter to what
the index finds, so where that leaves fewer than asked for, the partition is scanned after all.

A URL may name several hosts (``postgresql://user@one,two/db``): reading takes any that answers, a
query whose connection breaks is asked once more over a new one, writing goes to the primary and
waits until a synchronous standby can be asked for what was written.
"""

from __future__ import annotations

import queue
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from retrieval.ranking import nothing
from retrieval.types import Attributes, Filter, Scored, StoreUnavailable, Vectors
from retrieval.vector_stores.servers import Kept, Pause, name_of

if TYPE_CHECKING:
    import psycopg

    _Idle = queue.LifoQueue[psycopg.Connection[Any]]

EXACT_UP_TO = 10_000
EF_SEARCH = 200
CONNECTIONS = 8
CONNECT_SECONDS = 2
"""For each host; the least that libpq takes."""
STATEMENT_MILLISECONDS = 2_000
SILENT_SECONDS = 3.0
"""How long a host may say nothing at all (its machine stands still, its network is cut)."""
LOCK_MILLISECONDS = 10_000
"""How long a publication waits for readers."""

_DEFAULTS = {
    "connect_timeout": CONNECT_SECONDS,
    "tcp_user_timeout": STATEMENT_MILLISECONDS,
    "application_name": "suiwen",
}
_TABLE = """
CREATE TABLE IF NOT EXISTS suiwen_vectors (
  release text NOT NULL,
  position integer NOT NULL,
  embedding vector NOT NULL,
  region text,
  audiences text[] NOT NULL,
  valid_from date NOT NULL,
  valid_until date NOT NULL,
  PRIMARY KEY (release, position)
) PARTITION BY LIST (release)"""
_COLUMNS = {
    "release": "text",
    "position": "int4",
    "embedding": "vector",
    "region": "text",
    "audiences": "text[]",
    "valid_from": "date",
    "valid_until": "date",
}
_COPY = f"COPY {{}} ({', '.join(_COLUMNS)}) FROM STDIN (FORMAT BINARY)"
_EXACT = """
SELECT position, -(embedding <#> %(vector)s)
FROM suiwen_vectors WHERE release = %(release)s {where}
ORDER BY embedding <#> %(vector)s, position LIMIT %(limit)s"""
_NEARLY = """
SELECT position, -distance FROM (
  SELECT position, embedding::vector({dimensions}) <#> %(vector)s AS distance
  FROM suiwen_vectors WHERE release = %(release)s {where}
  ORDER BY distance LIMIT %(limit)s
) AS found ORDER BY distance, position"""
_REGIONS = " AND (region IS NULL OR region = ANY(%(regions)s))"
_AUDIENCE = " AND (audiences = '{}' OR %(audience)s = ANY(audiences))"
_ON = " AND %(on)s BETWEEN valid_from AND valid_until"


@cache
def _module() -> Any:
    try:
        import psycopg  # 0.1 s
    except ImportError as error:
        raise StoreUnavailable(
            "psycopg is not installed: pip install 'suiwen[postgres]'"
        ) from error
    return psycopg


@cache
def _patient() -> Any:
    """The class of connections for questions: a silent host is given up after a while."""
    psycopg = _module()

    class Patient(psycopg.Connection):  # type: ignore[misc, name-defined]
        def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
            return super().wait(gen, interval, timeout or SILENT_SECONDS)

    return Patient


class PostgresVectorStore:
    """Inner product on unit vectors, in a database.  Safe to share between threads."""

    def __init__(
        self,
        url: str,
        release: str,
        *,
        exact_up_to: int = EXACT_UP_TO,
        pause: Pause | None = None,
        kept: Kept | None = None,
    ) -> None:
        self._kept = kept or Kept(release=release, vectors=0, dimensions=0, indexed=False)
        self._exact_up_to = exact_up_to
        self._database = _Database(url, pause or Pause())

    def add(self, vectors: Vectors, attributes: Sequence[Attributes] | None = None) -> None:
        """Append unit vectors, shape (n, dimensions), with their attributes (n, or none).

        The first call puts them in place of whatever was kept for this release before, in one
        transaction; other releases stay.  Raises ``StoreUnavailable``, ``ValueError``.
        """
        vectors = np.asarray(vectors, dtype=np.float32)
        attributes = [Attributes()] * len(vectors) if attributes is None else attributes
        if len(attributes) != len(vectors):
            raise ValueError(f"{len(attributes)} attributes for {len(vectors)} vectors")
        first = self._kept.vectors
        with self._database.writing() as connection:
            partition = name_of(self._kept.release)
            if first:
                _copy(connection, partition, self._kept.release, first, vectors, attributes)
            else:
                _replace(connection, partition, self._kept.release, vectors, attributes)
        self._kept = Kept(
            release=self._kept.release,
            vectors=first + len(vectors),
            dimensions=vectors.shape[1],
            indexed=False,
        )

    def search(self, vector: Vectors, limit: int, where: Filter | None = None) -> Scored:
        """The ``limit`` nearest to one vector, shape (dimensions,), that ``where`` admits.

        Raises ``StoreUnavailable`` when no host answers in time, or none has this release.
        """
        kept = self._kept
        if limit <= 0 or not kept.vectors:
            return nothing()
        values = {"vector": np.asarray(vector, np.float32), "release": kept.release, "limit": limit}
        condition, asked = _condition(where)
        values |= asked
        if kept.indexed and limit <= EF_SEARCH:
            near = _NEARLY.format(where=condition, dimensions=kept.dimensions)
            rows = self._database.rows(near, values)
            if len(rows) >= min(limit, kept.vectors):
                return _scored(rows)
        rows = self._database.rows(_EXACT.format(where=condition), values)
        if not rows and not self._database.holds(kept.release):
            raise StoreUnavailable("the vector store does not have this release")
        return _scored(rows)

    def save(self, path: Path) -> None:
        """Index what was added if it is much, and write what is kept to one JSON file."""
        if self._kept.vectors > self._exact_up_to and not self._kept.indexed:
            with self._database.writing() as connection:
                connection.execute("SET LOCAL maintenance_work_mem = '512MB'")
                connection.execute(
                    f"CREATE INDEX ON {name_of(self._kept.release)} USING hnsw "
                    f"((embedding::vector({self._kept.dimensions})) vector_ip_ops)"
                )
            self._kept = Kept(
                release=self._kept.release,
                vectors=self._kept.vectors,
                dimensions=self._kept.dimensions,
                indexed=True,
            )
        self._kept.save(path)

    @classmethod
    def load(cls, path: Path, url: str, *, pause: Pause | None = None) -> PostgresVectorStore:
        """Open what :meth:`save` wrote; asks no server yet, so that it need not be up."""
        kept = Kept.load(path)
        return cls(url, kept.release, pause=pause, kept=kept)

    def close(self) -> None:
        """Close all connections; the next question opens new ones."""
        self._database.close()


def releases(url: str) -> tuple[str, ...]:
    """The releases that a database keeps.  Raises ``StoreUnavailable``."""
    database = _Database(url, Pause())
    try:
        return database.releases()
    finally:
        database.close()


def forget(url: str, release: str) -> None:
    """Remove one release, if it is there; others stay.  Raises ``StoreUnavailable``."""
    with _Database(url, Pause()).writing() as connection:
        connection.execute(f"DROP TABLE IF EXISTS {name_of(release)}")


class _Database:
    """A few connections to whichever host answers, and the second try."""

    def __init__(self, url: str, pause: Pause) -> None:
        driver = _module()
        try:
            given = driver.conninfo.conninfo_to_dict(url)
        except driver.Error:
            raise ValueError("the URL of the vector store is not one of PostgreSQL") from None
        self._parameters = {**_DEFAULTS, **given}
        self._pause = pause
        self._idle: _Idle = queue.LifoQueue()
        self._places = threading.BoundedSemaphore(CONNECTIONS)
        self._closer = weakref.finalize(self, _drain, self._idle)

    def rows(self, statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """All rows of one query.  Raises ``StoreUnavailable``."""
        psycopg = _module()
        self._pause.check()
        if not self._places.acquire(timeout=STATEMENT_MILLISECONDS / 1000):
            raise StoreUnavailable(f"all {CONNECTIONS} connections are in use")
        try:
            try:
                return self._ask(statement, values, fresh=False)
            except psycopg.errors.QueryCanceled as error:
                raise StoreUnavailable("the vector store took too long") from error
            except psycopg.OperationalError:  # this host has gone: another one, or this one anew
                _drain(self._idle)
                return self._ask(statement, values, fresh=True)
        except psycopg.OperationalError as error:
            self._pause.begin()
            raise StoreUnavailable("no host of the vector store answers") from error
        except psycopg.Error as error:
            raise StoreUnavailable(f"the vector store refuses: {type(error).__name__}") from error
        finally:
            self._places.release()

    def holds(self, release: str) -> bool:
        """Whether a release is kept.  Raises ``StoreUnavailable``."""
        [(found,)] = self.rows(
            "SELECT EXISTS (SELECT 1 FROM suiwen_vectors WHERE release = %(release)s)",
            {"release": release},
        )
        return bool(found)

    def releases(self) -> tuple[str, ...]:
        """The releases that are kept.  Raises ``StoreUnavailable``."""
        found = self.rows("SELECT DISTINCT release FROM suiwen_vectors", {})
        return tuple(sorted(row[0] for row in found))

    @contextmanager
    def writing(self) -> Iterator[psycopg.Connection[Any]]:
        """One transaction on the primary, alone.  Raises ``StoreUnavailable``."""
        psycopg = _module()
        parameters = {**self._parameters, "target_session_attrs": "read-write"}
        try:
            with psycopg.connect(**parameters) as connection:
                connection.execute("SELECT pg_advisory_xact_lock(hashtext('suiwen_vectors'))")
                connection.execute("SET LOCAL synchronous_commit = remote_apply")
                connection.execute(f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}")
                connection.execute("SET LOCAL client_min_messages = warning")
                yield connection
        except psycopg.Error as error:
            raise StoreUnavailable(f"vectors were not written: {type(error).__name__}") from error

    def close(self) -> None:
        """Close the idle connections."""
        _drain(self._idle)

    def _ask(
        self, statement: str, values: Mapping[str, Any], *, fresh: bool
    ) -> list[tuple[Any, ...]]:
        connection = None if fresh else _idle_one(self._idle)
        connection = connection or self._connect()
        try:
            rows = connection.execute(statement, values).fetchall()
        except BaseException:
            connection.close()
            raise
        self._idle.put(connection)
        return rows

    def _connect(self) -> psycopg.Connection[Any]:
        connection: psycopg.Connection[Any] = _patient().connect(
            **self._parameters, autocommit=True
        )
        connection.execute(
            f"SET statement_timeout = {STATEMENT_MILLISECONDS}; SET hnsw.ef_search = {EF_SEARCH}"
        )
        _vectors_too(connection)
        return connection


def _idle_one(idle: _Idle) -> psycopg.Connection[Any] | None:
    try:
        return idle.get_nowait()
    except queue.Empty:
        return None


def _drain(idle: _Idle) -> None:
    while connection := _idle_one(idle):
        connection.close()


def _replace(
    connection: psycopg.Connection[Any],
    partition: str,
    release: str,
    vectors: Vectors,
    attributes: Sequence[Attributes],
) -> None:
    """Fill a new table, then put it in the place of the old one: readers wait for the last step."""
    sql = _module().sql
    connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    connection.execute(_TABLE)
    connection.execute(f"CREATE TABLE {partition}_new (LIKE suiwen_vectors INCLUDING ALL)")
    _copy(connection, f"{partition}_new", release, 0, vectors, attributes)
    connection.execute(f"DROP TABLE IF EXISTS {partition}")
    connection.execute(f"ALTER TABLE {partition}_new RENAME TO {partition}")
    connection.execute(
        sql.SQL("ALTER TABLE suiwen_vectors ATTACH PARTITION {} FOR VALUES IN ({})").format(
            sql.Identifier(partition), sql.Literal(release)
        )
    )


def _copy(
    connection: psycopg.Connection[Any],
    table: str,
    release: str,
    first: int,
    vectors: Vectors,
    attributes: Sequence[Attributes],
) -> None:
    _vectors_too(connection)
    with connection.cursor().copy(_COPY.format(table)) as copy:
        copy.set_types(list(_COLUMNS.values()))
        for position, (vector, one) in enumerate(zip(vectors, attributes, strict=True), first):
            copy.write_row(
                (
                    release,
                    position,
                    vector,
                    one.region or None,
                    list(one.audiences),
                    one.valid_from or date.min,
                    one.valid_until or date.max,
                )
            )
    connection.execute(f"ANALYZE {table}")


def _vectors_too(connection: psycopg.Connection[Any]) -> None:
    """Let numpy vectors be sent.  Raises ``psycopg.ProgrammingError`` without the extension."""
    from pgvector.psycopg import register_vector

    register_vector(connection)


def _condition(where: Filter | None) -> tuple[str, dict[str, Any]]:
    """``Filter.admits`` in SQL, and its values."""
    if where is None:
        return "", {}
    parts: list[str] = []
    values: dict[str, Any] = {}
    if where.regions:
        parts.append(_REGIONS)
        values["regions"] = list(where.regions)
    if where.audience is not None:
        parts.append(_AUDIENCE)
        values["audience"] = where.audience
    if where.on is not None:
        parts.append(_ON)
        values["on"] = where.on
    return "".join(parts), values


def _scored(rows: Sequence[tuple[int, float]]) -> Scored:
    return Scored(
        positions=np.array([row[0] for row in rows], dtype=np.int64),
        scores=np.array([row[1] for row in rows], dtype=np.float32),
    )
