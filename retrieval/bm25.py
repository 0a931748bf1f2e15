"""BM25 over one field, with bm25s: scores are computed while the index is built.

A column of scores a term is all that a query reads, memory-mapped and without importing bm25s
(0.2 s); the same columns give document frequencies, hence idf and coverage.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from retrieval.ranking import best
from retrieval.types import Analyzer, Scored

K1 = 1.2
B = 0.75
BUDGET = 60_000
"""(term, row) pairs that a query reads of one field at most: about 0.5 ms."""


Weights = Sequence[float] | NDArray[np.floating[Any]]
"""One weight a term."""


class Postings(NamedTuple):
    """The rows that hold each of some terms: one element a (term, row) pair.

    ``rows``: row numbers.  ``scores``: BM25 of the term in the row.  ``counts``: how many rows
    hold each term, in the order of the terms, and ``read`` which of them were read (both of shape
    (terms,)): those not read are too common for the budget and stand for no row.  ``size``: the
    rows of the field.
    """

    rows: NDArray[np.int32]
    scores: NDArray[np.float32]
    counts: NDArray[np.int64]
    read: NDArray[np.bool_]
    size: int

    def weighted(self, weights: Weights) -> NDArray[np.float64]:
        """BM25 of every row, each term's share times its weight; shape (size,)."""
        shares = np.repeat(np.asarray(weights, dtype=np.float32), self.counts * self.read)
        shares *= self.scores
        return _sums(self.rows, shares, self.size)

    def sums(self, weights: Weights) -> NDArray[np.float64]:
        """For every row the sum of the weights of those terms that it holds; shape (size,)."""
        shares = np.repeat(np.asarray(weights, dtype=np.float32), self.counts * self.read)
        return _sums(self.rows, shares, self.size)

    def held(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Which terms each of some different rows holds, 0 or 1; shape (terms, len(rows))."""
        places = np.full(self.size, -1, dtype=np.int32)
        places[rows] = np.arange(len(rows), dtype=np.int32)
        found = places[self.rows]
        pairs = np.flatnonzero(found >= 0)
        ends = np.cumsum(self.counts * self.read)
        held = np.zeros((len(self.counts), len(rows)))
        held[np.searchsorted(ends, pairs, side="right"), found[pairs]] = 1.0
        return held


@dataclass(frozen=True, slots=True)
class Field:
    """One indexed field: ``size`` rows, ``vocabulary`` term → column.

    Column ``c`` stands at ``starts[c]:starts[c + 1]`` of ``rows`` and ``scores``.
    """

    size: int
    vocabulary: Mapping[str, int]
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    scores: NDArray[np.float32]

    def postings(self, terms: Iterable[str], *, budget: int = BUDGET) -> Postings:
        """The columns of ``terms``, one after the other; that of an unknown term is empty.

        Rarest first, terms are read until ``budget`` (term, row) pairs are reached: a common
        character costs most and tells least.  At least the rarest is read.
        """
        starts, ends = self._spans(terms)
        counts = ends - starts
        read = _within(counts, budget)
        lengths = counts * read
        full = lengths > 0
        spans = list(zip(starts[full].tolist(), ends[full].tolist(), strict=True)) or [(0, 0)]
        rows, scores = self.rows, self.scores
        return Postings(
            rows=np.concatenate([rows[a:b] for a, b in spans]),
            scores=np.concatenate([scores[a:b] for a, b in spans]),
            counts=counts,
            read=read,
            size=self.size,
        )

    def counts(self, terms: Iterable[str]) -> NDArray[np.int64]:
        """How many rows hold each term."""
        starts, ends = self._spans(terms)
        return ends - starts

    def idf(self, terms: Iterable[str]) -> NDArray[np.float64]:
        """Lucene's idf of each term, above 0; that of a term that no row holds is the highest."""
        return idf(self.counts(terms), self.size)

    def coverage(self, terms: Iterable[str]) -> NDArray[np.float64]:
        """The idf-weighted share (0–1) of ``terms`` that each row holds; shape (size,)."""
        terms = tuple(dict.fromkeys(terms))
        postings = self.postings(terms)
        weights = idf(postings.counts, self.size) * postings.read
        return postings.sums(weights) / (float(weights.sum()) or 1.0)

    def save(self, directory: Path) -> None:
        """Write ``field.json`` (size and vocabulary) and the three arrays."""
        directory.mkdir(parents=True, exist_ok=True)
        head = {"size": self.size, "vocabulary": dict(self.vocabulary)}
        (directory / "field.json").write_text(json.dumps(head, ensure_ascii=False), "utf-8")
        np.save(directory / "starts.npy", self.starts)
        np.save(directory / "rows.npy", self.rows)
        np.save(directory / "scores.npy", self.scores)

    def _spans(self, terms: Iterable[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where each term's column starts and ends; both 0 for an unknown term."""
        last = len(self.starts) - 1
        columns = np.array([self.vocabulary.get(term, last) for term in terms], dtype=np.int64)
        known = columns < last
        return self.starts[columns] * known, self.starts[columns + known] * known


def _within(counts: NDArray[np.int64], budget: int) -> NDArray[np.bool_]:
    """The smallest of ``counts`` whose sum keeps within ``budget``, at least the first."""
    if int(counts.sum()) <= budget:
        return np.ones(len(counts), dtype=bool)
    order = np.argsort(counts, kind="stable")
    fits = np.cumsum(counts[order]) <= budget
    fits[np.argmax(counts[order] > 0)] = True
    read = np.zeros(len(counts), dtype=bool)
    read[order] = fits
    return read


def _sums(rows: NDArray[np.int32], shares: NDArray[np.float32], size: int) -> NDArray[np.float64]:
    sums: NDArray[Any] = np.bincount(rows, weights=shares, minlength=size)
    return sums.astype(np.float64, copy=False)


def idf(counts: NDArray[Any], size: int) -> NDArray[np.float64]:
    """Lucene's idf of terms that ``counts`` of ``size`` rows hold."""
    return np.log1p((size - counts + 0.5) / (counts + 0.5))


def build(
    rows: Iterable[Sequence[str]],
    *,
    k1: float = K1,
    b: float = B,
    boosts: Sequence[float] | None = None,
) -> Field:
    """Index the terms of each row.  Works for no rows, and for rows without terms.

    ``boosts``: a factor for the scores of each row.
    """
    vocabulary: dict[str, int] = {}
    columns = [[vocabulary.setdefault(term, len(vocabulary)) for term in row] for row in rows]
    if not vocabulary:
        return Field(
            size=len(columns),
            vocabulary={},
            starts=np.zeros(1, dtype=np.int64),
            rows=np.zeros(0, dtype=np.int32),
            scores=np.zeros(0, dtype=np.float32),
        )
    import bm25s  # 0.2 s, needed by a build only

    model = bm25s.BM25(k1=k1, b=b, method="lucene")
    model.index((columns, vocabulary), create_empty_token=False, show_progress=False)
    found = np.asarray(model.scores["indices"], dtype=np.int32)
    scores = np.asarray(model.scores["data"], dtype=np.float32)
    if boosts is not None:
        scores = scores * np.asarray(boosts, dtype=np.float32)[found]
    return Field(
        size=len(columns),
        vocabulary=vocabulary,
        starts=np.asarray(model.scores["indptr"], dtype=np.int64),
        rows=found,
        scores=scores,
    )


def load(directory: Path) -> Field:
    """Open what :meth:`Field.save` wrote; the arrays stay on disk, memory-mapped."""
    head = json.loads((directory / "field.json").read_bytes())
    return Field(
        size=head["size"],
        vocabulary=head["vocabulary"],
        starts=_mapped(directory / "starts.npy"),
        rows=_mapped(directory / "rows.npy"),
        scores=_mapped(directory / "scores.npy"),
    )


def _mapped(path: Path) -> NDArray[Any]:
    """A plain array over the mapped file: slices of ``np.memmap`` cost ten times as much."""
    return np.asarray(np.load(path, mmap_mode="r"))


class Bm25Ranker:
    """The ranker of one field: needs nothing but an analyzer."""

    def __init__(self, field: Field, analyzer: Analyzer) -> None:
        self._field = field
        self._analyzer = analyzer

    def rank(self, query: str, limit: int) -> Scored:
        """The rows that share a term with ``query``, best first."""
        terms = tuple(dict.fromkeys(self._analyzer.terms(query)))
        return best(self._field.postings(terms).weighted([1.0] * len(terms)), limit)
