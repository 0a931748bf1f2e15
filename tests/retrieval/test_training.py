from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from retrieval import training
from retrieval.encoders import StaticTableEncoder
from retrieval.training import Pair, Recipe, pairs_of, split, thin
from retrieval.types import Document
from tests.retrieval.samples import documents

TINY = Recipe(dimensions=16, epochs=20, batch=32)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_very_few_documents(count: int, tmp_path: Path) -> None:
    training.train(documents()[:count], tmp_path, recipe=TINY)
    assert StaticTableEncoder(tmp_path).encode(["居住证"]).shape == (1, 16)


def test_documents_without_any_text(tmp_path: Path) -> None:
    empty = Document(id="1", record="1", kind="item", title="", body="")
    training.train([empty], tmp_path, recipe=TINY)
    assert not StaticTableEncoder(tmp_path).encode(["居住证"]).any()


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        training.train(documents(), tmp_path / name, recipe=Recipe(dimensions=16, seed=seed))
    files = ("tokenizer.json", "table.npy", "model.safetensors")
    a, b, c = ([(tmp_path / name / file).read_bytes() for file in files] for name in "abc")
    assert a == b
    assert a[1] != c[1]


def test_brings_related_texts_together(tmp_path: Path) -> None:
    training.train(documents(), tmp_path, recipe=Recipe(dimensions=32))
    encoder = StaticTableEncoder(tmp_path)
    titles = encoder.encode([document.title for document in documents()])
    bodies = encoder.encode([document.body for document in documents()])
    assert (np.argmax(titles @ bodies.T, axis=1) == np.arange(10)).mean() >= 0.9


def test_progress_is_told_up_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    training.train(documents(), tmp_path, recipe=TINY, progress=lambda *args: told.append(args))
    assert told[:2] == [("tokenizer", 0, 1), ("tokenizer", 1, 1)]
    assert told[-1][0] == "encoder"
    assert told[-1][1] == told[-1][2] > 0


def test_steps_bound_the_time(tmp_path: Path) -> None:
    told: list[int] = []
    training.train(
        documents(),
        tmp_path,
        recipe=Recipe(dimensions=8, steps=3, batch=8),
        progress=lambda step, done, total: told.append(total),
    )
    assert told[-1] == 3


def test_pairs_are_normalised_and_of_one_document() -> None:
    pairs = list(pairs_of(documents(), Recipe()))
    assert ("居住证办理", "居住证", 0) in pairs
    assert ("护照签发", "passport", 5) in pairs
    assert all(pair.left and pair.right and pair.left != pair.right for pair in pairs)


def test_split() -> None:
    assert split("第一句。第二句；\nＡ\n 第三 句！") == ["第一句", "第二句", "第三 句"]
    assert split("长" * 300) == ["长" * 200]


def test_thin_keeps_pairs_of_the_whole_corpus() -> None:
    pairs = [Pair("甲", "乙", number) for number in range(100)]
    assert [pair.group for pair in thin(pairs, 4)] == [0, 25, 50, 75]
    assert thin(pairs, 1000) == thin(pairs, 60) == pairs
    assert thin([], 4) == []
