"""LlamaIndex: BM25 and a vector index fused by reciprocal rank, as its documentation shows.

``BM25Retriever`` (bm25s inside) with a ``token_pattern`` for Chinese: its default takes a run of
characters up to the next comma for one word.  Stemming and English stop words are off.  The vector
index is the default in-memory store, or FAISS (``faiss``), its documented integration.  One query
(``num_queries=1``): no language model writes others.  Each retriever returns 40.  ``weighted`` is
``faiss`` with scores fused instead of ranks, BM25 at three times the weight of the encoder.

The encoder is wrapped as its documentation on custom embeddings says: ``HuggingFaceEmbedding`` 0.8
refuses models whose length is unlimited (``max_length`` must be finite, and cannot be set).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from eval.bench.peers import chinese, protocol

_FUSED = 40
_AT_ONCE = 256


class LlamaIndex:
    """``QueryFusionRetriever`` over BM25 and vectors."""

    def __init__(
        self, job: protocol.Job, *, faiss: bool = False, mode: str = "reciprocal_rerank"
    ) -> None:
        import llama_index.core.retrievers
        from llama_index.core.llms import MockLLM
        from llama_index.retrievers.bm25 import BM25Retriever

        llama_index.core.Settings.llm = MockLLM()
        self._core = llama_index.core
        self._bm25 = BM25Retriever
        self._encoder = _encoder(job.encoder)
        self._faiss = faiss
        self._mode = mode
        self._limit = job.limit

    def build(self, passages: Iterable[protocol.Passage]) -> Mapping[str, float]:
        """Both indexes over one node a passage."""
        nodes = [self._core.schema.TextNode(id_=one.id, text=one.whole) for one in passages]
        vectors = self._vectors(nodes)
        words = self._bm25.from_defaults(
            nodes=nodes,
            similarity_top_k=_FUSED,
            token_pattern=chinese.BIGRAMS,
            skip_stemming=True,
            language=[],
        )
        self._retriever = self._core.retrievers.QueryFusionRetriever(
            [words, vectors],
            mode=self._mode,
            retriever_weights=[3, 1],
            num_queries=1,
            similarity_top_k=self._limit,
            use_async=False,
        )
        return {}

    def search(self, text: str) -> Sequence[str]:
        """One retrieval."""
        return [found.node.node_id for found in self._retriever.retrieve(text)]

    def _vectors(self, nodes: Sequence[Any]) -> Any:
        storage = self._core.StorageContext.from_defaults()
        if self._faiss:
            import faiss
            from llama_index.vector_stores.faiss import FaissVectorStore

            size = len(self._encoder.get_text_embedding("穗"))
            store = FaissVectorStore(faiss_index=faiss.IndexFlatIP(size))
            storage = self._core.StorageContext.from_defaults(vector_store=store)
        index = self._core.VectorStoreIndex(
            nodes, storage_context=storage, embed_model=self._encoder
        )
        return index.as_retriever(similarity_top_k=_FUSED)


def _encoder(directory: str) -> Any:
    """A sentence-transformers model as an embedding of LlamaIndex."""
    from llama_index.core.embeddings import BaseEmbedding
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(directory, device="cpu")

    class Encoder(BaseEmbedding):  # type: ignore[misc]
        def _get_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embeddings([query])[0]

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

        def _get_text_embedding(self, text: str) -> list[float]:
            return self._get_text_embeddings([text])[0]

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            vectors = model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
            found: list[list[float]] = vectors.tolist()
            return found

    return Encoder(embed_batch_size=_AT_ONCE)


CONFIGURATIONS: Mapping[str, protocol.Open] = {
    "default": LlamaIndex,
    "faiss": partial(LlamaIndex, faiss=True),
    "weighted": partial(LlamaIndex, faiss=True, mode="relative_score"),
}

if __name__ == "__main__":
    protocol.main(CONFIGURATIONS, ("llama-index-core", "llama-index-retrievers-bm25"))
