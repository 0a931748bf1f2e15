"""Hybrid search: everyday words → official words, BM25 and vectors, fusion, evidence, reranking."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.analyzer import is_word, normalise
from retrieval.attributes import AttributeTable
from retrieval.bm25 import Field, Postings, idf
from retrieval.confidence import Signs, probability
from retrieval.framing import asked_about, unframed
from retrieval.fusion import relative, union, weighted_sum
from retrieval.lexicon import Lexicon
from retrieval.names import Name, Names, squeeze, tells
from retrieval.ranking import best, nothing
from retrieval.rerankers import KeepOrder
from retrieval.runs import run_share
from retrieval.types import (
    Analyzer,
    Document,
    Encoder,
    Filter,
    Hit,
    Query,
    Reranker,
    Scored,
    SearchResult,
    StoreUnavailable,
    VectorStore,
)
from retrieval.typos import Correction, Typos, meant, sure
from retrieval.wordings import Wordings, read

_RULES = ("policy", "article")
REJECTED = 5
"""How many of the documents that were looked at and not kept a result shows."""


_WORDED = 6
"""A subject of fewer letters (驾照) is no wording: what it may mean counts for less."""


class Documents(Protocol):
    """Documents by position, and their normalised texts."""

    def at(self, position: int, /) -> Document: ...

    def text(self, position: int, /) -> str: ...

    def __len__(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much each sign counts; measured in retrieval/README.md.

    ``title``: BM25 of the best name, beside 1 for that of the whole document.  Of terms: ``word``,
    whole words, beside 1 for characters and bigrams; ``framing``, those of words that only frame a
    question; ``added``, those that the lexicon gave for words that no document holds, and
    ``offered``, for others; ``meant``, those of a typing error put right (times its probability).

    Beside 1 for BM25, divided by the highest of the question: ``dense``, the cosine, divided
    likewise; ``named``, a code, name or alias found whole, times the share of the question that it
    covers; ``runs``, the share of the question that stands in the document word for word;
    ``standing``, how far up a law stands; ``wordings``, how clearly the record is meant by people
    who ask so (``retrieval.wordings``).  ``candidates``: how many of each ranking are fused;
    ``read``: of how many of these the text is looked at for runs.
    """

    title: float = 1.2
    word: float = 0.15
    framing: float = 0.3
    added: float = 0.5
    offered: float = 0.25
    meant: float = 0.8
    dense: float = 0.15
    named: float = 0.5
    runs: float = 0.8
    standing: float = 0.1
    wordings: float = 2.0
    candidates: int = 40
    read: int = 10


class DenseRanker:
    """Nearest documents by the encoder's inner product."""

    def __init__(self, encoder: Encoder, store: VectorStore) -> None:
        self._encoder = encoder
        self._store = store

    def rank(self, query: str, limit: int, where: Filter | None = None) -> Scored:
        """Documents of a positive cosine, nearest first.  Raises ``StoreUnavailable``."""
        found = self._store.search(self._encoder.encode([query])[0], limit, where)
        keep = found.scores > 0
        return Scored(positions=found.positions[keep], scores=found.scores[keep])


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """All that one search reads.

    ``body``: a row a document (title, aliases and body).  ``title``: a row a title or alias; those
    of document ``d`` are ``title_starts[d]:title_starts[d + 1]``, at least one.  ``title_weights``:
    the idf of all terms of each row, summed, above 0.  ``standing``: see ``retrieval.norms``, of
    shape (documents,).
    """

    documents: Documents
    analyzer: Analyzer
    body: Field
    title: Field
    title_starts: NDArray[np.int64]
    title_weights: NDArray[np.float64]
    standing: NDArray[np.float32]
    names: Names
    lexicon: Lexicon
    typos: Typos
    wordings: Wordings | None = None
    dense: DenseRanker
    attributes: AttributeTable


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

    ``wordings``: for the query as written, as rewritten by the lexicon, and as put right where it
    was surely mistyped, which terms it has that tell something; each of shape (terms,), 0 or 1.
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
        admitted = self.index.attributes.admitted(query.where) if query.where else None
        if admitted is not None:
            names = [name for name in names if admitted[name.position]]
        if query.decisive is not None and (called := self._called(names, query)):
            clock.mark("names")
            return SearchResult(hits=tuple(called), timings=clock.milliseconds)
        asked = understand(self.index, _subject(self.index, query))
        named = {name.position: name for name in names}
        looked = look_up(self.index, asked, self._weights)
        clock.mark("terms")
        lexical = _lexical(self.index, looked)
        clock.mark("bm25")
        dense, missing = self._dense(asked.wordings[-1], query.where)
        clock.mark("dense")
        fused = self._fuse(lexical, dense, _named(named, asked.wordings[0]), admitted)
        clock.mark("fusion")
        runs = self._runs(fused, asked.wordings)
        meant, outside = self._meant(query, fused, admitted)
        ranked = weighted_sum(
            [fused, runs, meant], [1.0, self._weights.runs, self._weights.wordings]
        )
        order = _named_first(ranked.positions.tolist(), named, query.limit)
        clock.mark("runs")
        columns = _Columns(ranked, dense, runs, meant, outside, lexical, looked)
        hits = self._hits(order[: query.limit + REJECTED], columns, named)
        clock.mark("evidence")
        kept = self._reranker.rerank(query, hits[: query.limit])
        clock.mark("rerank")
        found = self._signs(hits, order[0], columns) if hits else None
        return SearchResult(
            hits=tuple(kept),
            rejected=tuple(hits[query.limit :]),
            terms=looked.terms,
            timings=clock.milliseconds,
            missing=missing,
            confidence=_confidence(found, hits, kept),
            signs=found._asdict() if found else {},
        )

    def _runs(self, fused: Scored, wordings: Sequence[str]) -> Scored:
        """The share of the question that stands word for word in each of the first documents."""
        positions = fused.positions[: self._weights.read]
        texts = map(self.index.documents.text, positions.tolist())
        shares = [max(run_share(wording, text) for wording in wordings) for text in texts]
        order = np.argsort(positions)
        return Scored(positions=positions[order], scores=np.array(shares, dtype=np.float32)[order])

    def _meant(
        self, query: Query, found: Scored, admitted: NDArray[np.bool_] | None
    ) -> tuple[Scored, float]:
        """How clearly each record is meant, and how clearly none is; empty where no record lists
        wordings."""
        wordings = self.index.wordings
        if wordings is None or not self._weights.wordings:
            return nothing(), 0.0
        letters = len(squeeze(query.focus or query.text).text)
        strengths = wordings.strengths(read(query.text, self.index.lexicon))
        strengths = strengths * np.float32(min(letters / _WORDED, 1.0))
        outside = 0.0 if wordings.outside is None else float(strengths[wordings.outside])
        ranked = wordings.rank(strengths, found.positions)
        if admitted is None:
            return ranked, outside
        keep = admitted[ranked.positions]
        return Scored(positions=ranked.positions[keep], scores=ranked.scores[keep]), outside

    def _dense(self, text: str, where: Filter | None) -> tuple[Scored, tuple[str, ...]]:
        """The dense ranking; none, and its name, where the vector store does not answer."""
        try:
            return self.index.dense.rank(text, self._weights.candidates, where), ()
        except StoreUnavailable:
            return nothing(), ("dense",)

    def _called(self, names: Sequence[Name], query: Query) -> list[Hit]:
        """The documents called by the longest name, if it covers enough of the focus.

        Not for policies: which of its articles is meant, only ranking tells.  Nor by an alias of
        two characters.  Nothing is measured of these hits: their score and coverages are 1.
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

    def _fuse(
        self,
        lexical: Lexical,
        dense: Scored,
        named: Scored,
        admitted: NDArray[np.bool_] | None,
    ) -> Scored:
        total = lexical.body + self._weights.title * lexical.title
        if admitted is not None:
            total = total * admitted
        candidates = union([best(total, self._weights.candidates), dense, named])
        bm25 = Scored(positions=candidates, scores=total[candidates].astype(np.float32))
        standing = Scored(positions=candidates, scores=self.index.standing[candidates])
        return weighted_sum(
            [relative(bm25), relative(dense), named, standing],
            [1.0, self._weights.dense, self._weights.named, self._weights.standing],
        )

    def _hits(self, order: Sequence[int], found: _Columns, named: Mapping[int, Name]) -> list[Hit]:
        positions = np.array(order, dtype=np.int64)
        evidence = [column.tolist() for column in _evidence(self.index, found.looked, positions)]
        body = found.lexical.body[positions].tolist()
        title = found.lexical.title[positions].tolist()
        scores, cosines = _by_position(found.ranked), _by_position(found.dense)
        runs, meant = _by_position(found.runs), _by_position(found.meant)
        return [
            Hit(
                document=self.index.documents.at(position),
                score=scores[position],
                coverage=coverage,
                title_coverage=title_coverage,
                reverse_coverage=reverse_coverage,
                name_match=named[position].kind if position in named else None,
                matched_name=named[position].text if position in named else None,
                parts={
                    "bm25": in_body,
                    "title": in_title,
                    "dense": cosines.get(position, 0.0),
                    "runs": runs.get(position, 0.0),
                }
                | (
                    {"meant": meant[position], "outside": found.outside}
                    if position in meant
                    else {}
                ),
            )
            for position, coverage, title_coverage, reverse_coverage, in_body, in_title in zip(
                order, *evidence, body, title, strict=True
            )
        ]

    def _signs(self, hits: Sequence[Hit], position: int, found: _Columns) -> Signs:
        """What speaks for the first hit, the document at ``position``."""
        first, looked = hits[0], found.looked
        record = first.document.record
        rival = next((hit.score for hit in hits if hit.document.record != record), 0.0)
        most = float((looked.idf * looked.weights).sum()) or 1.0
        telling = looked.wordings[0] > 0
        text = self.index.documents.text(position)
        lacks = [
            weight
            for term, weight, tells_much in zip(looked.terms, looked.idf, telling, strict=True)
            if tells_much and term not in text
        ]
        return Signs(
            coverage=first.coverage,
            title=first.title_coverage,
            reverse=first.reverse_coverage,
            cosine=first.parts["dense"],
            runs=first.parts["runs"],
            margin=(first.score - rival) / max(first.score, 1e-6),
            strength=first.parts["bm25"] / most,
            lacking=max(lacks, default=0.0) / math.log1p(2 * looked.body.size + 1),
            agrees=float(bool(len(found.dense.positions)) and found.dense.positions[0] == position),
            length=min(int(telling.sum()) / 30, 1.0),
        )


def _confidence(signs: Signs | None, hits: Sequence[Hit], kept: Sequence[Hit]) -> float | None:
    """That of the first hit; none is told where a reranker put another one first."""
    if signs is None:
        return 0.0
    same = bool(kept) and kept[0].document == hits[0].document
    return probability(signs) if same else None


class Asked(NamedTuple):
    """A query as it was understood, all normalised.

    ``wordings``: as written; as the lexicon rewrites it and as it was surely meant, where these
    differ.  ``own``: as written, without what only the lexicon understands.  ``added``: official
    words for that; ``offered``: official words for what the documents may hold as it is said.
    ``corrections``: of typing errors.
    """

    wordings: tuple[str, ...]
    own: str
    added: tuple[str, ...]
    offered: tuple[str, ...]
    corrections: tuple[Correction, ...]


class _Columns(NamedTuple):
    """What is known of the documents of one search."""

    ranked: Scored
    dense: Scored
    runs: Scored
    meant: Scored
    outside: float
    lexical: Lexical
    looked: Looked


def _subject(index: Index, query: Query) -> str:
    """What is searched: the focus, with the lexicon's phrases that taking it out has cut through.

    我妈走了 has 妈走 as its focus; what it says is known of the whole phrase only.
    """
    if not query.focus:
        return query.text
    focus = normalise(query.focus)
    said = (one.said for one in index.lexicon.expand(query.text).matches if one.mean)
    return " ".join((query.focus, *(one for one in said if one not in focus)))


def understand(index: Index, text: str) -> Asked:
    """What ``text`` says, in official words too, and without typing errors."""
    expansion = index.lexicon.expand(text)
    known = [(one.start, one.start + len(one.said)) for one in expansion.matches]
    corrections = index.typos.find(expansion.text, known)
    matches = expansion.matches
    wordings = [expansion.text, expansion.rewritten]
    if corrected := sure(expansion.text, corrections):
        right = index.lexicon.expand(corrected)
        matches, wordings = (*matches, *right.matches), [*wordings, right.rewritten]
    held = {one.said: _holds(index, one.said) for one in matches}
    return Asked(
        wordings=tuple(dict.fromkeys(wordings)),
        own=expansion.without(lambda said: not held[said]),
        added=tuple(word for one in matches if not held[one.said] for word in one.mean),
        offered=tuple(word for one in matches if held[one.said] for word in one.mean),
        corrections=corrections,
    )


def _holds(index: Index, phrase: str) -> bool:
    """Whether the documents may hold a phrase: they hold all of its terms."""
    return all(term in index.body.vocabulary for term in index.analyzer.terms(phrase))


def look_up(index: Index, asked: Asked, weights: Weights) -> Looked:
    """The query's own terms, then those that only lexicon or corrections give, each once."""
    terms_of = index.analyzer.terms
    wordings = [dict.fromkeys(terms_of(wording)) for wording in asked.wordings]
    own = wordings[0]
    telling = {
        term for wording in (asked.own, *asked.wordings[1:]) for term in terms_of(unframed(wording))
    }
    added, offered = terms_of(" ".join(asked.added)), terms_of(" ".join(asked.offered))
    sources: dict[str, float] = {}
    for weight, found in (
        (1.0, own),
        (weights.added, added),
        (weights.offered, offered),
        (weights.offered, chain(*wordings[1:])),
    ):
        sources |= dict.fromkeys(found, weight) | sources
    right = meant(asked.wordings[0], asked.corrections, index.analyzer)
    for term, strength in right.items():
        sources[term] = max(sources.get(term, 0.0), weights.meant * strength)
    terms = tuple(sources)
    body = index.body.postings(terms)
    telling |= (sources.keys() - own.keys()) | {*added, *offered}
    frames = np.array([1.0 if term in telling else weights.framing for term in terms])
    words = np.array([weights.word if is_word(term) else 1.0 for term in terms])
    return Looked(
        terms=terms,
        weights=np.array(list(sources.values())) * words * frames,
        idf=idf(body.counts, body.size),
        wordings=tuple(
            _telling(terms, wording, asked_of, index.analyzer)
            for wording, asked_of in zip(wordings, (asked.own, *asked.wordings[1:]), strict=True)
        ),
        body=body,
        title=index.title.postings(terms),
    )


def _telling(
    terms: Sequence[str], wording: Mapping[str, None], text: str, analyzer: Analyzer
) -> NDArray[np.float64]:
    """Which of ``terms`` a wording has that are no question words; all of its own if none is."""
    found = wording.keys() & set(analyzer.terms(asked_about(text))) or wording.keys()
    return np.array([term in found for term in terms], dtype=np.float64)


def _lexical(index: Index, looked: Looked) -> Lexical:
    names = looked.title.weighted(looked.weights)
    if len(names) > len(index.documents):  # some have several names
        names = np.maximum.reduceat(names, index.title_starts[:-1])
    return Lexical(body=looked.body.weighted(looked.weights), title=names)


def _evidence(index: Index, looked: Looked, positions: NDArray[np.int64]) -> Evidence:
    """Of the wordings, for each document the one that it covers best."""
    starts = index.title_starts[positions]
    lengths = index.title_starts[positions + 1] - starts
    firsts = np.cumsum(lengths) - lengths
    rows = np.repeat(starts - firsts, lengths) + np.arange(int(lengths.sum()))
    if not len(positions):
        return Evidence(*(np.zeros(0) for _ in Evidence._fields))
    in_body, in_title = looked.body.held(positions), looked.title.held(rows)
    wordings = np.array(looked.wordings) * looked.idf
    body, title = wordings * looked.body.read, wordings * looked.title.read
    named = title @ in_title
    columns = (
        (body @ in_body) / _above_0(body.sum(axis=1)),
        np.maximum.reduceat(named, firsts, axis=1) / _above_0(title.sum(axis=1)),
        np.maximum.reduceat(named / index.title_weights[rows], firsts, axis=1),
    )
    return Evidence(*(column.max(axis=0) for column in columns))


def _above_0(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """As a column to divide by."""
    return np.where(sums > 0, sums, 1.0)[:, None]


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
