"""Milvus: a collection each release, reached by an alias, so that an upsert is one switch.

The address is that of a server (``http://host:19530``, with ``?token=…`` where it asks for one) or
a file (``/path/vectors.db``: milvus-lite, in this process, for tests).
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

import numpy as np

from retrieval.ranking import nothing
from retrieval.types import Attributes, Filter, Scored, StoreUnavailable, Vectors
from retrieval.vector_stores.servers import Kept, Pause, name_of

EXACT_UP_TO = 10_000
LINKS = 32
EF_CONSTRUCTION = 128
EF_SEARCH = 200
SECONDS = 2.0
"""The longest that a question waits, where not given."""
WRITE_SECONDS = 600.0
INSERTED_AT_ONCE = 1_000
_REGION_BYTES = 512
_AUDIENCES = 64
_NO_COLLECTION = 100


@cache
def _module() -> Any:
    try:
        import pymilvus  # 2 s
    except ImportError as error:
        raise StoreUnavailable("pymilvus is not installed: pip install 'suiwen[milvus]'") from error
    return pymilvus


class MilvusVectorStore:
    """Inner product on unit vectors, in Milvus.  Safe to share between threads."""

    def __init__(
        self,
        url: str,
        release: str,
        *,
        exact_up_to: int = EXACT_UP_TO,
        seconds: float = SECONDS,
        pause: Pause | None = None,
        kept: Kept | None = None,
    ) -> None:
        self._kept = kept or Kept(release=release, vectors=0, dimensions=0, indexed=False)
        self._written_here = kept is None
        self._exact_up_to = exact_up_to
        self._server = _Server(url, seconds, pause or Pause())

    def add(self, vectors: Vectors, attributes: Sequence[Attributes] | None = None) -> None:
        """Append unit vectors, shape (n, dimensions), with their attributes (n, or none).

        The first call puts them in place of whatever was kept for this release before; other
        releases stay.  It also chooses how is searched, by their number: add everything at once.
        Raises ``StoreUnavailable``, ``ValueError``.
        """
        vectors = np.asarray(vectors, dtype=np.float32)
        attributes = [Attributes()] * len(vectors) if attributes is None else attributes
        if len(attributes) != len(vectors):
            raise ValueError(f"{len(attributes)} attributes for {len(vectors)} vectors")
        first, alias = self._kept.vectors, name_of(self._kept.release)
        indexed = self._kept.indexed if first else len(vectors) > self._exact_up_to
        rows = _rows(first, vectors, attributes)
        if first:
            self._server.insert(alias, rows)
        else:
            self._server.replace(alias, rows, vectors.shape[1], indexed)
        self._kept = replace(
            self._kept,
            vectors=first + len(vectors),
            dimensions=vectors.shape[1],
            indexed=indexed,
        )

    def search(self, vector: Vectors, limit: int, where: Filter | None = None) -> Scored:
        """The ``limit`` nearest to one vector, shape (dimensions,), that ``where`` admits.

        Raises ``StoreUnavailable`` when the server does not answer in time or lacks the release.
        """
        if limit <= 0 or not self._kept.vectors:
            return nothing()
        hits = self._server.nearest(
            collection_name=name_of(self._kept.release),
            data=[np.asarray(vector, dtype=np.float32).tolist()],
            limit=min(limit, self._kept.vectors),
            filter=_expression(where),
            search_params={
                "metric_type": "IP",
                "params": {"ef": max(EF_SEARCH, limit)} if self._kept.indexed else {},
            },
            consistency_level="Strong" if self._written_here else "Eventually",
        )
        positions = np.array([hit["position"] for hit in hits], dtype=np.int64)
        scores = np.array([hit["distance"] for hit in hits], dtype=np.float32)
        order = np.lexsort((positions, -scores))
        return Scored(positions=positions[order], scores=scores[order])

    def save(self, path: Path) -> None:
        """Write what is kept to one JSON file."""
        self._kept.save(path)

    @classmethod
    def load(
        cls, path: Path, url: str, *, seconds: float = SECONDS, pause: Pause | None = None
    ) -> MilvusVectorStore:
        """Open what :meth:`save` wrote; asks no server yet, so that it need not be up."""
        kept = Kept.load(path)
        return cls(url, kept.release, seconds=seconds, pause=pause, kept=kept)

    def close(self) -> None:
        """Close the connection; the next question opens a new one."""
        self._server.close()


def forget(url: str, release: str) -> None:
    """Remove one release, if it is there; others stay.  Raises ``StoreUnavailable``."""
    server = _Server(url, SECONDS, Pause())
    try:
        server.forget(name_of(release))
    finally:
        server.close()


class _Server:
    """One client, made when it is first needed, and the errors of all its calls as one."""

    def __init__(self, url: str, seconds: float, pause: Pause) -> None:
        _module()
        parts = urlsplit(url)
        token = parse_qs(parts.query).get("token", [""])[0]
        self._address = {"uri": urlunsplit(parts._replace(query="")), "token": token}
        self._seconds = seconds
        self._pause = pause
        self._lock = threading.Lock()
        self._opened: Any = None

    def nearest(self, **asked: Any) -> list[dict[str, Any]]:
        """The hits for one vector.  Raises ``StoreUnavailable``."""
        self._pause.check()
        try:
            hits: list[dict[str, Any]] = self._client().search(**asked, timeout=self._seconds)[0]
        except _module().MilvusException as error:
            if error.code == _NO_COLLECTION:
                raise StoreUnavailable("the vector store does not have this release") from error
            self._pause.begin()
            raise StoreUnavailable(f"Milvus does not answer: code {error.code}") from error
        return hits

    def insert(self, name: str, rows: Sequence[dict[str, Any]]) -> None:
        """Append to a collection.  Raises ``StoreUnavailable``."""
        try:
            self._insert(name, rows)
        except _module().MilvusException as error:
            raise StoreUnavailable(f"vectors were not written: code {error.code}") from error

    def replace(
        self, alias: str, rows: Sequence[dict[str, Any]], dimensions: int, indexed: bool
    ) -> None:
        """Fill a new collection, then point the alias at it.  Raises ``StoreUnavailable``."""
        try:
            client, name = self._client(), f"{alias}_{secrets.token_hex(4)}"
            schema, index = _plan(client, dimensions, indexed)
            client.create_collection(name, schema=schema, index_params=index, timeout=WRITE_SECONDS)
            self._insert(name, rows)
            before = _behind(client, alias)
            if before is None:
                client.create_alias(name, alias)
            else:
                client.alter_alias(name, alias)
                client.drop_collection(before)
        except _module().MilvusException as error:
            raise StoreUnavailable(f"vectors were not written: code {error.code}") from error

    def forget(self, alias: str) -> None:
        """Drop an alias and its collection.  Raises ``StoreUnavailable``."""
        try:
            client = self._client()
            if (name := _behind(client, alias)) is not None:
                client.drop_alias(alias)
                client.drop_collection(name)
        except _module().MilvusException as error:
            raise StoreUnavailable(f"nothing was removed: code {error.code}") from error

    def close(self) -> None:
        """Close the client."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
            self._opened = None

    def _client(self) -> Any:
        with self._lock:
            if self._opened is None:
                self._opened = _module().MilvusClient(**self._address, timeout=self._seconds)
            return self._opened

    def _insert(self, name: str, rows: Sequence[dict[str, Any]]) -> None:
        client = self._client()
        for start in range(0, len(rows), INSERTED_AT_ONCE):
            client.insert(name, rows[start : start + INSERTED_AT_ONCE], timeout=WRITE_SECONDS)
        client.flush(name, timeout=WRITE_SECONDS)  # unflushed rows are searched ten times as slow


def _behind(client: Any, alias: str) -> str | None:
    """The collection that an alias points at, if there is one."""
    for name in client.list_collections():
        if alias in client.list_aliases(name)["aliases"]:
            return str(name)
    return None


def _plan(client: Any, dimensions: int, indexed: bool) -> tuple[Any, Any]:
    """The fields of a collection, and its index."""
    kind = _module().DataType
    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("position", kind.INT64, is_primary=True)
    schema.add_field("embedding", kind.FLOAT_VECTOR, dim=dimensions)
    schema.add_field("region", kind.VARCHAR, max_length=_REGION_BYTES)
    schema.add_field(
        "audiences",
        kind.ARRAY,
        element_type=kind.VARCHAR,
        max_capacity=_AUDIENCES,
        max_length=_REGION_BYTES,
    )
    schema.add_field("valid_from", kind.INT64)
    schema.add_field("valid_until", kind.INT64)
    index = client.prepare_index_params()
    if indexed:
        graph = {"M": LINKS, "efConstruction": EF_CONSTRUCTION}
        index.add_index("embedding", index_type="HNSW", metric_type="IP", params=graph)
    else:
        index.add_index("embedding", index_type="FLAT", metric_type="IP")
    return schema, index


def _rows(first: int, vectors: Vectors, attributes: Sequence[Attributes]) -> list[dict[str, Any]]:
    return [
        {
            "position": position,
            "embedding": vector,
            "region": one.region or "",
            "audiences": list(one.audiences),
            "valid_from": (one.valid_from or date.min).toordinal(),
            "valid_until": (one.valid_until or date.max).toordinal(),
        }
        for position, (vector, one) in enumerate(
            zip(vectors.tolist(), attributes, strict=True), first
        )
    ]


def _expression(where: Filter | None) -> str:
    """``Filter.admits`` in Milvus' language."""
    parts = []
    if where is not None and where.regions:
        parts.append(f"region in {_quoted(['', *where.regions])}")
    if where is not None and where.audience is not None:
        audience = _quoted(where.audience)
        parts.append(f"(array_length(audiences) == 0 or array_contains(audiences, {audience}))")
    if where is not None and where.on is not None:
        day = where.on.toordinal()
        parts.append(f"valid_from <= {day} and valid_until >= {day}")
    return " and ".join(parts)


def _quoted(value: str | list[str]) -> str:
    return json.dumps(value, ensure_ascii=False)
