from __future__ import annotations

from pathlib import Path

import pytest

from retrieval import document_store
from retrieval.types import Document

DOCUMENTS = [
    Document(
        id="1", record="1", kind="item", title="甲", body="第一行\n第二行", aliases=("a", "b")
    ),
    Document(
        id="2", record="2", kind="faq", title="", body="", region="越秀区", demonstration=True
    ),
]


def test_read_as_written(tmp_path: Path) -> None:
    assert document_store.write(DOCUMENTS, tmp_path) == 2
    store = document_store.DocumentStore(tmp_path)
    assert len(store) == 2
    assert [store.at(1), store.at(0)] == [DOCUMENTS[1], DOCUMENTS[0]]
    assert store.at(1) is store.at(1)


def test_none(tmp_path: Path) -> None:
    document_store.write([], tmp_path)
    store = document_store.DocumentStore(tmp_path)
    assert len(store) == 0
    with pytest.raises(IndexError):
        store.at(0)


def test_a_lone_surrogate_does_not_stop_a_build(tmp_path: Path) -> None:
    bad = Document(id="1", record="1", kind="item", title="坏\ud800", body="")
    document_store.write([bad], tmp_path)
    assert document_store.DocumentStore(tmp_path).at(0).title == "坏?"
