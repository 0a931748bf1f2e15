"""The words of retrieval and its protocols, as in Lucene and sentence-transformers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
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
    ``region``, ``audiences`` (none: for everybody), ``valid_from`` and ``valid_until`` (the last
    day) are what a :class:`Filter` asks for.
    """

    id: str
    record: str
    kind: str
    title: str
    body: str
    aliases: tuple[str, ...] = ()
    region: str | None = None
    demonstration: bool = False
    audiences: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """What can be asked of a document beside its text.

    ``region``: the narrowest place that it is for (天河区 of 广东省广州市天河区), none: everywhere.
    ``audiences``: as the records call them (自然人, 企业法人 …), none: everybody.  ``valid_from``
    and ``valid_until``: first and last day in force, both inclusive.
    """

    region: str | None = None
    audiences: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a document must be for; a part that is not given asks nothing.

    ``regions``: the place asked about and all that it lies in (天河区, 广州市, 广东省).
    """

    regions: tuple[str, ...] = ()
    audience: str | None = None
    on: date | None = None

    def admits(self, one: Attributes) -> bool:
        """Whether it is let through.  Every vector store filters exactly so."""
        return (
            (not self.regions or not one.region or one.region in self.regions)
            and (self.audience is None or not one.audiences or self.audience in one.audiences)
            and (
                self.on is None
                or (one.valid_from or date.min) <= self.on <= (one.valid_until or date.max)
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """``text`` as the citizen wrote it; ``focus`` the same without question and courtesy words.

    ``decisive``: the share (0–1) of the focus that a whole name or code must cover to decide by
    itself: then only the documents called so are returned, and nothing is ranked.  ``where``: no
    other document is a hit, however it is called.
    """

    text: str
    focus: str | None = None
    limit: int = 20
    decisive: float | None = None
    where: Filter | None = None


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
    """Hits best first, what was looked at and not kept, the terms used, milliseconds a step.

    ``confidence``: calibrated probability that the first hit is right, None where nothing was
    ranked or a reranker put another one first; ``signs``: what it was made of
    (:class:`retrieval.confidence.Signs`).
    ``missing``: rankings that could not be had (``dense``: the vector store does not answer).
    """

    hits: tuple[Hit, ...]
    rejected: tuple[Hit, ...] = ()
    terms: tuple[str, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)
    confidence: float | None = None
    signs: Mapping[str, float] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


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
    """Nearest vectors by inner product; positions are those of ``add``.

    A store on another machine raises :class:`StoreUnavailable` when no host of it answers.
    """

    def add(self, vectors: Vectors, attributes: Sequence[Attributes] | None = None) -> None:
        """Append unit vectors, shape (n, dimensions), and what is asked of them (n, or none)."""

    def search(self, vector: Vectors, limit: int, where: Filter | None = None) -> Scored:
        """The ``limit`` nearest to one vector, shape (dimensions,), that ``where`` admits."""

    def save(self, path: Path) -> None:
        """Write one file to ``path``: the vectors, or where a server keeps them."""


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


class StoreUnavailable(Exception):
    """No host of a vector store answers in time.  A search goes on without it."""
