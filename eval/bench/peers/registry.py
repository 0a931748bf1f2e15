"""The systems that are compared, in the order of the table."""

from __future__ import annotations

from eval.bench.peers.types import Peer

SUIWEN = Peer(
    name="suiwen",
    title="穗问",
    module="eval.bench.peers.suiwen",
    configurations={"trained": "出厂设置：BM25、名称、自训编码器、融合、证据"},
    pinned=False,
)

PEERS = (
    Peer(
        name="rank-bm25",
        title="rank-bm25",
        module="eval.bench.peers.rank_bm25",
        configurations={
            "words": "BM25Okapi，jieba 分词",
            "bigrams": "BM25Okapi，字二元组",
        },
    ),
    Peer(
        name="bm25s",
        title="bm25s",
        module="eval.bench.peers.bm25s",
        configurations={
            "words": "lucene 公式，numba，jieba 分词",
            "bigrams": "lucene 公式，numba，字二元组",
        },
    ),
    Peer(
        name="haystack",
        title="Haystack",
        module="eval.bench.peers.haystack",
        configurations={
            "characters": "内存混合检索，默认分字，RRF 融合",
            "weighted": "内存混合检索，默认分字，RRF 融合，BM25 比向量 3:1",
        },
        torch=True,
    ),
    Peer(
        name="llamaindex",
        title="LlamaIndex",
        module="eval.bench.peers.llamaindex",
        configurations={
            "default": "BM25（字二元组）和默认内存向量库，RRF 融合",
            "faiss": "BM25（字二元组）和 FAISS，RRF 融合",
            "weighted": "BM25（字二元组）和 FAISS，按分数融合，3:1",
        },
        torch=True,
    ),
    Peer(
        name="txtai",
        title="txtai",
        module="eval.bench.peers.txtai",
        configurations={
            "default": "混合检索，单字和字二元组，各半",
            "weighted": "混合检索，单字和字二元组，BM25 比向量 3:1",
        },
        torch=True,
    ),
)

HYBRIDS = ("haystack", "llamaindex")
"""The peers whose throughput is a target."""
