"""The words of retrieval and its protocols, as in Lucene and sentence-transformers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""A matrix of unit vectors, shape (n, dimensions), float32."""

NameMatch = Literal["code", "name", "alias"]
"""A query that holds a record's code, its whole name, or a whole alias."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is ranked: a whole item, a bundle, one article of a policy, one FAQ of an item.

    ``record`` is the code of the record that it stands for; several documents may share one.
    """

    id: str
    record: str
    kind: str
    title: str
    body: str
    aliases: tuple[str, ...] = ()
    region: str | None = None
    demonstration: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """``text`` as the citizen wrote it; ``focus`` the same without question and courtesy words.

    ``decisive``: the share (0–1) of the focus that a whole name or code must cover to decide by
    itself: then only the documents called so are returned, and nothing is ranked.
    """

    text: str
    focus: str | None = None
    limit: int = 20
    decisive: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A document that was found, and why.

    ``coverage`` and ``title_coverage``: the idf-weighted share (0–1) of the query's terms that
    occur anywhere in the document, or in its title or best alias.  ``reverse_coverage``: the share
    of the title's (or best alias's) terms that the query names.  ``name_match``: what the query
    holds whole, and ``matched_name`` its text; a name inside a longer matched one does not count.
    ``parts``: each ranker's own score, for inspection.
    """

    document: Document
    score: float
    coverage: float
    title_coverage: float
    reverse_coverage: float
    name_match: NameMatch | None = None
    matched_name: str | None = None
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """Hits best first, what was looked at and not kept, the terms used, milliseconds a step."""

    hits: tuple[Hit, ...]
    rejected: tuple[Hit, ...] = ()
    terms: tuple[str, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A ranker's answer: positions of documents in the index and their scores, best first."""

    positions: NDArray[np.int64]
    scores: NDArray[np.float32]


class Analyzer(Protocol):
    """text → terms, the same for documents and queries."""

    @property
    def name(self) -> str: ...

    def terms(self, text: str) -> list[str]: ...


class Encoder(Protocol):
    """texts → unit float32 vectors, shape (len(texts), dimensions)."""

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Vectors: ...


class VectorStore(Protocol):
    """Nearest vectors by inner product; positions are those of ``add``."""

    def add(self, vectors: Vectors) -> None: ...

    def search(self, vector: Vectors, limit: int) -> Scored: ...

    def save(self, path: Path) -> None: ...


class Ranker(Protocol):
    """query → documents, best first."""

    def rank(self, query: str, limit: int) -> Scored: ...


class Reranker(Protocol):
    """hits → hits, in a better order."""

    def rerank(self, query: Query, hits: Sequence[Hit]) -> Sequence[Hit]: ...


class Progress(Protocol):
    """Told how far a long build has come (rich at the terminal, silent elsewhere)."""

    def __call__(self, step: str, done: int, total: int) -> None: ...


class IndexMismatch(Exception):
    """An index was built from another release, analyzer or encoder than is asked for."""

    def __init__(self, path: Path, name: str, expected: Any, found: Any) -> None:
        super().__init__(
            f"{path}: {name} is {found!r}, expected {expected!r}; rebuild it with 'suiwen publish'"
        )
