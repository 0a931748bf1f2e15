"""Hybrid search: everyday words → official words, BM25 and vectors, fusion, evidence, reranking."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.analyzer import is_word
from retrieval.bm25 import Field, Postings, idf
from retrieval.fusion import relative, union, weighted_sum
from retrieval.lexicon import Expansion, Lexicon
from retrieval.names import Name, Names, squeeze, tells
from retrieval.ranking import best
from retrieval.rerankers import KeepOrder
from retrieval.types import (
    Analyzer,
    Document,
    Encoder,
    Hit,
    Query,
    Ranker,
    Reranker,
    Scored,
    SearchResult,
    VectorStore,
)

_RULES = ("policy", "article")
REJECTED = 5
"""How many of the documents that were looked at and not kept a result shows."""


class Documents(Protocol):
    """Documents by position."""

    def at(self, position: int, /) -> Document: ...

    def __len__(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much each sign counts; measured in retrieval/README.md.

    ``title``: BM25 of the best name, beside 1 for that of the whole document.  ``word``: terms that
    are whole words, beside 1 for characters and bigrams.  ``added``: terms that only the lexicon
    gave.  ``dense``: the cosine, beside 1 for BM25, both divided by the highest of the question.
    ``named``: a code, name or alias found whole, times the share of the question that it covers.
    ``candidates``: how many of each ranking are fused.
    """

    title: float = 1.2
    word: float = 0.15
    added: float = 0.7
    dense: float = 0.15
    named: float = 0.5
    candidates: int = 40


class DenseRanker:
    """Nearest documents by the encoder's inner product."""

    def __init__(self, encoder: Encoder, store: VectorStore) -> None:
        self._encoder = encoder
        self._store = store

    def rank(self, query: str, limit: int) -> Scored:
        """Documents of a positive cosine, nearest first."""
        found = self._store.search(self._encoder.encode([query])[0], limit)
        keep = found.scores > 0
        return Scored(positions=found.positions[keep], scores=found.scores[keep])


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """All that one search reads.

    ``body``: a row a document (title, aliases and body).  ``title``: a row a title or alias; those
    of document ``d`` are ``title_starts[d]:title_starts[d + 1]``, at least one.  ``title_weights``:
    the idf of all terms of each row, summed, above 0.
    """

    documents: Documents
    analyzer: Analyzer
    body: Field
    title: Field
    title_starts: NDArray[np.int64]
    title_weights: NDArray[np.float64]
    names: Names
    lexicon: Lexicon
    dense: Ranker


class Lexical(NamedTuple):
    """BM25 of all documents: the whole text, and the best name; each of shape (documents,)."""

    body: NDArray[np.float64]
    title: NDArray[np.float64]


class Evidence(NamedTuple):
    """See :class:`retrieval.types.Hit`; each of shape (candidates,)."""

    coverage: NDArray[np.float64]
    title_coverage: NDArray[np.float64]
    reverse_coverage: NDArray[np.float64]


class Looked(NamedTuple):
    """The terms of a query looked up: in order, their weights, idf and columns in both fields.

    ``wordings``: for the query as written, and as rewritten by the lexicon, which terms it has;
    each of shape (terms,), 0 or 1.
    """

    terms: tuple[str, ...]
    weights: NDArray[np.float64]
    idf: NDArray[np.float64]
    wordings: tuple[NDArray[np.float64], ...]
    body: Postings
    title: Postings


class Hybrid:
    """Search over one index.  Holds no state of its own: safe to share between threads."""

    def __init__(
        self,
        index: Index,
        *,
        reranker: Reranker | None = None,
        weights: Weights | None = None,
    ) -> None:
        self.index = index
        self._reranker = reranker or KeepOrder()
        self._weights = weights or Weights()

    def search(self, query: Query) -> SearchResult:
        """The hits for ``query``, best first.

        Documents that the question calls by code, name or alias are always among the hits (up to
        ``query.limit`` of them, those of the longest name first).
        """
        clock = _Clock()
        names = self.index.names.find(query.text)
        if query.decisive is not None and (called := self._called(names, query)):
            clock.mark("names")
            return SearchResult(hits=tuple(called), timings=clock.milliseconds)
        expansion = self.index.lexicon.expand(query.focus or query.text)
        named = {name.position: name for name in names}
        looked = look_up(self.index, expansion, self._weights)
        clock.mark("terms")
        lexical = _lexical(self.index, looked)
        clock.mark("bm25")
        dense = self.index.dense.rank(expansion.rewritten, self._weights.candidates)
        clock.mark("dense")
        fused = self._fuse(lexical, dense, _named(named, expansion.text))
        order = _named_first(fused.positions.tolist(), named, query.limit)
        clock.mark("fusion")
        hits = self._hits(order[: query.limit + REJECTED], fused, dense, lexical, looked, named)
        clock.mark("evidence")
        kept = self._reranker.rerank(query, hits[: query.limit])
        clock.mark("rerank")
        return SearchResult(
            hits=tuple(kept),
            rejected=tuple(hits[query.limit :]),
            terms=looked.terms,
            timings=clock.milliseconds,
        )

    def _called(self, names: Sequence[Name], query: Query) -> list[Hit]:
        """The documents called by the longest name, if it covers enough of the focus.

        Not for policies: which of its articles is meant, only ranking tells.  Nor by an alias of
        two characters.  Nothing is measured
        of these hits: their score and coverages are 1.
        """
        length = len(squeeze(names[0].text).text) if names else 0
        least = (query.decisive or 0.0) * len(squeeze(query.focus or query.text).text)
        if not length or length < least:
            return []
        longest = [one for one in names if len(squeeze(one.text).text) == length]
        hits = [
            Hit(
                document=self.index.documents.at(name.position),
                score=1.0,
                coverage=1.0,
                title_coverage=1.0,
                reverse_coverage=1.0,
                name_match=name.kind,
                matched_name=name.text,
            )
            for name in longest
        ]
        weak = any(
            hit.document.kind in _RULES or not tells(name.kind, name.text)
            for hit, name in zip(hits, longest, strict=True)
        )
        return [] if weak else hits

    def _fuse(self, lexical: Lexical, dense: Scored, named: Scored) -> Scored:
        total = lexical.body + self._weights.title * lexical.title
        candidates = union([best(total, self._weights.candidates), dense, named])
        bm25 = Scored(positions=candidates, scores=total[candidates].astype(np.float32))
        return weighted_sum(
            [relative(bm25), relative(dense), named],
            [1.0, self._weights.dense, self._weights.named],
        )

    def _hits(
        self,
        order: Sequence[int],
        fused: Scored,
        dense: Scored,
        lexical: Lexical,
        looked: Looked,
        named: Mapping[int, Name],
    ) -> list[Hit]:
        positions = np.array(order, dtype=np.int64)
        evidence = [column.tolist() for column in _evidence(self.index, looked, positions)]
        body, title = lexical.body[positions].tolist(), lexical.title[positions].tolist()
        scores, cosines = _by_position(fused), _by_position(dense)
        return [
            Hit(
                document=self.index.documents.at(position),
                score=scores[position],
                coverage=coverage,
                title_coverage=title_coverage,
                reverse_coverage=reverse_coverage,
                name_match=named[position].kind if position in named else None,
                matched_name=named[position].text if position in named else None,
                parts={"bm25": in_body, "title": in_title, "dense": cosines.get(position, 0.0)},
            )
            for position, coverage, title_coverage, reverse_coverage, in_body, in_title in zip(
                order, *evidence, body, title, strict=True
            )
        ]


def look_up(index: Index, expansion: Expansion, weights: Weights) -> Looked:
    """The query's own terms, then those that only the lexicon gives, each once."""
    own = dict.fromkeys(index.analyzer.terms(expansion.text))
    rewritten = (
        dict.fromkeys(index.analyzer.terms(expansion.rewritten)) if expansion.matches else own
    )
    added = index.analyzer.terms(" ".join(expansion.added))
    terms = tuple(own | rewritten | dict.fromkeys(added))
    body = index.body.postings(terms)
    return Looked(
        terms=terms,
        weights=np.array(
            [
                (1.0 if term in own else weights.added) * (weights.word if is_word(term) else 1.0)
                for term in terms
            ]
        ),
        idf=idf(body.counts, body.size),
        wordings=tuple(
            np.array([term in wording for term in terms], dtype=np.float64)
            for wording in ([own, rewritten] if expansion.matches else [own])
        ),
        body=body,
        title=index.title.postings(terms),
    )


def _lexical(index: Index, looked: Looked) -> Lexical:
    names = looked.title.weighted(looked.weights)
    return Lexical(
        body=looked.body.weighted(looked.weights),
        title=np.maximum.reduceat(names, index.title_starts[:-1]) if len(names) else names,
    )


def _evidence(index: Index, looked: Looked, positions: NDArray[np.int64]) -> Evidence:
    """Of the two wordings, for each document the one that it covers better."""
    found = [_of_wording(index, looked, wording, positions) for wording in looked.wordings]
    return Evidence(*(np.maximum.reduce(columns) for columns in zip(*found, strict=True)))


def _of_wording(
    index: Index, looked: Looked, wording: NDArray[np.float64], positions: NDArray[np.int64]
) -> Evidence:
    weights = looked.idf * wording
    in_body, in_title = weights * looked.body.read, weights * looked.title.read
    starts = index.title_starts[positions]
    lengths = index.title_starts[positions + 1] - starts
    firsts = np.cumsum(lengths) - lengths
    rows = np.repeat(starts - firsts, lengths) + np.arange(int(lengths.sum()))
    held = looked.title.sums(in_title)[rows]
    if not len(positions):
        return Evidence(held, held, held)
    return Evidence(
        coverage=looked.body.sums(in_body)[positions] / (float(in_body.sum()) or 1.0),
        title_coverage=np.maximum.reduceat(held, firsts) / (float(in_title.sum()) or 1.0),
        reverse_coverage=np.maximum.reduceat(held / index.title_weights[rows], firsts),
    )


def _named(named: Mapping[int, Name], text: str) -> Scored:
    """Named documents, in the order of their positions, with the share of the text they cover."""
    positions = sorted(named)
    length = max(len(squeeze(text).text), 1)
    shares = [min(len(squeeze(named[position].text).text) / length, 1.0) for position in positions]
    return Scored(
        positions=np.array(positions, dtype=np.int64), scores=np.array(shares, dtype=np.float32)
    )


def _named_first(order: Sequence[int], named: Mapping[int, Name], limit: int) -> list[int]:
    """``order`` with as many named documents as possible moved up to within ``limit``."""
    forced = set(list(named)[:limit])
    head = list(order[:limit])
    missing = [position for position in order[limit:] if position in forced]
    for position in missing:
        last = max(i for i, other in enumerate(head) if other not in forced)
        head.append(position)
        del head[last]
    taken = set(head)
    return head + [position for position in order if position not in taken]


def _by_position(scored: Scored) -> dict[int, float]:
    return dict(zip(scored.positions.tolist(), scored.scores.tolist(), strict=True))


class _Clock:
    """Milliseconds between marks."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def mark(self, step: str) -> None:
        """The time since the last mark was spent on ``step``."""
        now = time.perf_counter()
        self.milliseconds[step] = (now - self._last) * 1000
        self._last = now
