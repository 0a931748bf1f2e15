from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.rerankers import CrossEncoderReranker, KeepOrder
from retrieval.types import Hit, Query
from tests.retrieval.samples import documents

HITS = tuple(
    Hit(
        document=document,
        score=1 - number / 10,
        coverage=0.5,
        title_coverage=0.5,
        reverse_coverage=0.5,
        name_match="name" if number == 2 else None,
    )
    for number, document in enumerate(documents()[:5])
)
QUERY = Query(text="结婚登记")


def test_keep_order() -> None:
    assert KeepOrder().rerank(QUERY, HITS) is HITS


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real cross-encoder of two tiny layers with random weights."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    directory = tmp_path_factory.mktemp("cross-encoder")
    characters = sorted({c for one in documents() for c in one.title + one.body if c.strip()})
    vocabulary = directory / "vocab.txt"
    vocabulary.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters]))
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(characters) + 5,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=1,
    )
    BertForSequenceClassification(config).save_pretrained(directory)
    BertTokenizerFast(str(vocabulary)).save_pretrained(directory)
    return directory


def test_cross_encoder(cross_encoder: Path) -> None:
    reranker = CrossEncoderReranker(str(cross_encoder), depth=4)
    hits = reranker.rerank(QUERY, HITS)
    assert hits[0].document == HITS[2].document
    scores = [hit.parts["rerank"] for hit in hits[1:4]]
    assert scores == sorted(scores, reverse=True)
    assert hits[4] is HITS[4]
    assert {hit.document.id for hit in hits} == {hit.document.id for hit in HITS}
    assert list(reranker.rerank(QUERY, ())) == []
