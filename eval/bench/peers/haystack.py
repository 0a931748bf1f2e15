"""Haystack: its in-memory hybrid pipeline, as its tutorial on hybrid retrieval builds it.

BM25 and embedding retrievers over one ``InMemoryDocumentStore``, sentence-transformers embedders
(the integration package, since Haystack 3), ``DocumentJoiner`` by reciprocal rank fusion.  The
store's splitting pattern is the only setting for Chinese: its default takes single characters;
``bigrams`` takes pairs, which was no better on ``gdzwfw_items`` (.755 / .870 to .761 / .880) and
is not among the rows.  ``weighted`` gives BM25 three times the weight of the encoder.
Both retrievers return 40, as many as Suiwen fuses; stored embeddings are not returned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from eval.bench.peers import chinese, protocol

_FUSED = 40


class Haystack:
    """The hybrid pipeline."""

    def __init__(
        self,
        job: protocol.Job,
        pattern: str | None = None,
        weights: Sequence[float] | None = None,
    ) -> None:
        from haystack import Document, Pipeline
        from haystack.components.joiners import DocumentJoiner
        from haystack.components.retrievers.in_memory import (
            InMemoryBM25Retriever,
            InMemoryEmbeddingRetriever,
        )
        from haystack.document_stores.in_memory import InMemoryDocumentStore
        from haystack_integrations.components.embedders.sentence_transformers import (
            SentenceTransformersDocumentEmbedder,
            SentenceTransformersTextEmbedder,
        )

        self._document = Document
        splitting = {"bm25_tokenization_regex": pattern} if pattern else {}
        self._store = InMemoryDocumentStore(return_embedding=False, **splitting)
        model = {
            "model": job.encoder,
            "device": _cpu(),
            "progress_bar": False,
            "normalize_embeddings": True,
        }
        self._embedder = SentenceTransformersDocumentEmbedder(**model)
        self._embedder.warm_up()
        parts = {
            "words": InMemoryBM25Retriever(self._store, top_k=_FUSED),
            "encoder": SentenceTransformersTextEmbedder(**model),
            "vectors": InMemoryEmbeddingRetriever(self._store, top_k=_FUSED),
            "fusion": DocumentJoiner(
                join_mode="reciprocal_rank_fusion",
                weights=list(weights) if weights else None,
                top_k=job.limit,
            ),
        }
        self._pipeline = Pipeline()
        for name, part in parts.items():
            self._pipeline.add_component(name, part)
        self._pipeline.connect("encoder.embedding", "vectors.query_embedding")
        self._pipeline.connect("words", "fusion")
        self._pipeline.connect("vectors", "fusion")
        self._pipeline.warm_up()

    def build(self, passages: Iterable[protocol.Passage]) -> Mapping[str, float]:
        """Embed and write all passages."""
        documents = [self._document(id=one.id, content=one.whole) for one in passages]
        self._store.write_documents(self._embedder.run(documents)["documents"])
        return {}

    def search(self, text: str) -> Sequence[str]:
        """One run of the pipeline."""
        found = self._pipeline.run({"words": {"query": text}, "encoder": {"text": text}})
        return [document.id for document in found["fusion"]["documents"]]


def _cpu() -> Any:
    from haystack.utils import ComponentDevice

    return ComponentDevice.from_str("cpu")


CONFIGURATIONS: Mapping[str, protocol.Open] = {
    "characters": Haystack,
    "bigrams": partial(Haystack, pattern=chinese.BIGRAMS),
    "weighted": partial(Haystack, weights=(3, 1)),
}

if __name__ == "__main__":
    protocol.main(CONFIGURATIONS, ("haystack-ai", "sentence-transformers"))
