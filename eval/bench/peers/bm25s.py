"""bm25s: its ``Tokenizer`` with a Chinese splitter, words (jieba) or bigrams; no encoder.

``method="lucene"`` is its default.  Its numba backend is what its README recommends for speed; the
first call compiles, before the clock runs (the warm-up).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from eval.bench.peers import chinese, protocol


class Bm25s:
    """``BM25`` over the terms that ``split`` gives."""

    def __init__(self, job: protocol.Job, split: Callable[[str], list[str]]) -> None:
        import bm25s
        from bm25s.tokenization import Tokenizer

        self._tokenizer = Tokenizer(splitter=split, stopwords=None)
        self._bm25 = bm25s.BM25(backend="numba")
        self._limit = job.limit
        self._ids: list[str] = []

    def build(self, passages: Iterable[protocol.Passage]) -> Mapping[str, float]:
        """Split all passages and score every term in every passage."""
        texts = []
        for passage in passages:
            self._ids.append(passage.id)
            texts.append(passage.whole)
        terms = self._tokenizer.tokenize(texts, return_as="tuple", show_progress=False)
        self._bm25.index(terms, show_progress=False)
        self._limit = min(self._limit, len(self._ids))
        return {}

    def search(self, text: str) -> Sequence[str]:
        """Terms that no passage has are left out."""
        terms = self._tokenizer.tokenize([text], update_vocab=False, show_progress=False)
        found = self._bm25.retrieve(
            terms, k=self._limit, return_as="documents", show_progress=False
        )
        return [self._ids[position] for position in found[0]]


CONFIGURATIONS: Mapping[str, protocol.Open] = {
    "words": partial(Bm25s, split=chinese.words),
    "bigrams": partial(Bm25s, split=chinese.bigrams),
}

if __name__ == "__main__":
    protocol.main(CONFIGURATIONS, ("bm25s", "numba", "jieba"))
