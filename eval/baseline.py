"""The baseline that the harness of the data sets uses: BM25 over character bigrams.

Terms: bigrams of runs of Han characters (a lone character by itself), words of Latin letters and
digits.  A document is its title and its text.  idf = ln(1 + (N - n + 0.5) / (n + 0.5)), as Lucene.
Nothing of ours is used, so that a mistake of ours cannot lift or lower it.
"""

from __future__ import annotations

import re
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.beir import Question, Text
from eval.trec import Ranking

K1, B = 1.2, 0.75
NAME = "bm25-bigrams"

_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+|[a-z0-9]+")


def terms(text: str) -> Iterator[str]:
    """The terms of a text, in order, repeated ones repeated."""
    for run in _RUN.findall(text.lower()):
        if run.isascii() or len(run) == 1:
            yield run
        else:
            yield from (run[start : start + 2] for start in range(len(run) - 1))


@dataclass(frozen=True, slots=True)
class Baseline:
    """``weights``: BM25 of each term in each document, a sparse matrix (terms, documents)."""

    ids: tuple[str, ...]
    columns: dict[str, int]
    weights: Any

    def scores(self, text: str) -> NDArray[np.float64]:
        """The score of each document, shape (documents,)."""
        rows = [row for one in terms(text) if (row := self.columns.get(one)) is not None]
        if not rows:
            return np.zeros(len(self.ids))
        found: NDArray[np.float64] = np.asarray(self.weights[rows].sum(axis=0)).ravel()
        return found


def build(documents: Sequence[Text], *, k1: float = K1, b: float = B) -> Baseline:
    """Index title and text of the documents."""
    from scipy.sparse import csr_array

    columns: dict[str, int] = {}
    rows, places, counts = array("i"), array("i"), array("i")
    lengths = np.zeros(len(documents))
    for place, one in enumerate(documents):
        for term, count in Counter(terms(f"{one.title}\n{one.text}")).items():
            rows.append(columns.setdefault(term, len(columns)))
            places.append(place)
            counts.append(count)
            lengths[place] += count
    row, place_of = np.array(rows, dtype=np.int64), np.array(places, dtype=np.int64)
    tf = np.array(counts, dtype=np.float64)
    frequency = np.bincount(row, minlength=len(columns))
    idf = np.log1p((len(documents) - frequency + 0.5) / (frequency + 0.5))
    norm = k1 * (1 - b + b * lengths / (lengths.mean() or 1.0))
    weights = idf[row] * tf / (tf + norm[place_of])
    shape = (len(columns), len(documents))
    return Baseline(
        tuple(one.id for one in documents), columns, csr_array((weights, (row, place_of)), shape)
    )


def ask(
    index: Baseline,
    questions: Iterable[Question],
    *,
    limit: int,
    advance: Callable[[], None] = lambda: None,
) -> tuple[Ranking, ...]:
    """What the baseline finds for each question; ties stand in the order of the corpus."""
    found = []
    for one in questions:
        begun = time.perf_counter()
        scores = index.scores(one.text)
        order = _best(scores, limit)
        spent = (time.perf_counter() - begun) * 1000
        found.append(
            Ranking(
                query=one.id,
                ids=tuple(index.ids[place] for place in order),
                scores=tuple(scores[order].tolist()),
                ms=round(spent, 3),
            )
        )
        advance()
    return tuple(found)


def _best(scores: NDArray[np.float64], limit: int) -> list[int]:
    """The places of the highest scores above 0, best first, then first."""
    least = np.partition(scores, -limit)[-limit] if limit < len(scores) else 0.0
    places = np.flatnonzero((scores >= least) & (scores > 0))
    ordered: list[int] = places[np.argsort(-scores[places], kind="stable")][:limit].tolist()
    return ordered
