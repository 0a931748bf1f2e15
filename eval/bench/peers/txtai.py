"""txtai: ``Embeddings`` with ``hybrid=True`` (BM25 terms and FAISS), the encoder by its path.

Its ``ngrams`` tokenizer is the setting that fits Chinese: characters and pairs of them.  Fusion is
its default, a weighted sum of normalised scores; ``weighted`` gives the encoder a quarter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from eval.bench.peers import protocol


class Txtai:
    """``Embeddings`` over passages; ``dense``: the weight (0–1) of the encoder in the fusion."""

    def __init__(self, job: protocol.Job, dense: float) -> None:
        from txtai import Embeddings

        self._embeddings = Embeddings(
            path=job.encoder,
            method="sentence-transformers",
            gpu=False,
            scoring={
                "method": "bm25",
                "terms": True,
                "normalize": True,
                "tokenizer": {"ngrams": {"nmin": 1, "nmax": 2}},
            },
        )
        self._dense = dense
        self._limit = job.limit

    def build(self, passages: Iterable[protocol.Passage]) -> Mapping[str, float]:
        """Index (id, text) pairs."""
        self._embeddings.index((one.id, one.whole) for one in passages)
        return {}

    def search(self, text: str) -> Sequence[str]:
        """Hybrid search."""
        found = self._embeddings.search(text, self._limit, weights=self._dense)
        return [one for one, _ in found]


CONFIGURATIONS: Mapping[str, protocol.Open] = {
    "default": partial(Txtai, dense=0.5),
    "weighted": partial(Txtai, dense=0.25),
}

if __name__ == "__main__":
    protocol.main(CONFIGURATIONS, ("txtai", "sentence-transformers"))
