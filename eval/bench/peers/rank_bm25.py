"""rank-bm25: ``BM25Okapi`` as its README shows, over words (jieba, the usual recipe) or bigrams.

It scores every passage for every term of a question, in numpy; no encoder.  The library leaves
splitting to the caller.  Defaults (k1 1.5, b 0.75) are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from eval.bench.peers import chinese, protocol


class RankBm25:
    """``BM25Okapi`` over the terms that ``split`` gives."""

    def __init__(self, job: protocol.Job, split: Callable[[str], list[str]]) -> None:
        import numpy as np
        from rank_bm25 import BM25Okapi

        self._numpy = np
        self._open = BM25Okapi
        self._split = split
        self._limit = job.limit
        self._ids: list[str] = []

    def build(self, passages: Iterable[protocol.Passage]) -> Mapping[str, float]:
        """Split all passages and count."""
        terms = []
        for passage in passages:
            self._ids.append(passage.id)
            terms.append(self._split(passage.whole))
        self._bm25 = self._open(terms)
        return {}

    def search(self, text: str) -> Sequence[str]:
        """As ``get_top_n`` does, for ids."""
        scores = self._bm25.get_scores(self._split(text))
        best = self._numpy.argsort(scores)[::-1][: self._limit]
        return [self._ids[position] for position in best]


CONFIGURATIONS: Mapping[str, protocol.Open] = {
    "words": partial(RankBm25, split=chinese.words),
    "bigrams": partial(RankBm25, split=chinese.bigrams),
}

if __name__ == "__main__":
    protocol.main(CONFIGURATIONS, ("rank-bm25", "jieba"))
