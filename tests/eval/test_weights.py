from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from eval import weights
from eval.beir import Dataset, Question, Text
from eval.weights import Change, Found
from retrieval.hybrid import Weights
from retrieval.index import build, open_index
from retrieval.types import Document


def found(*right: float) -> Found:
    values = np.array(right)
    return Found(values, np.maximum(values, 0.5))


def test_changes_begin_as_it_ships_and_name_real_weights() -> None:
    first, *rest = weights.changes()
    assert first.applied(Weights()) == Weights()
    assert all(one.applied(Weights()) != Weights() for one in rest)
    assert len(set(weights.changes())) == len(weights.changes())


def test_the_set_left_out_has_no_say() -> None:
    table = {
        Change(): {"甲": found(0, 0, 1, 1), "乙": found(1, 0), "丙": found(1, 0)},
        Change("dense", 0.0): {"甲": found(0, 0, 0, 1), "乙": found(1, 1), "丙": found(1, 1)},
        Change("runs", 0.0): {"甲": found(1, 1, 1, 1), "乙": found(1, 0), "丙": found(0, 0)},
    }
    chosen = weights.left_out(table)
    assert chosen["甲"].change == Change("dense", 0.0)
    assert chosen["甲"].effect.value == pytest.approx(-0.25)


def test_nothing_is_changed_where_nothing_gains() -> None:
    same = {"甲": found(1, 0), "乙": found(1, 0)}
    chosen = weights.left_out({Change("dense", 0.0): same, Change(): same})
    assert {one.change for one in chosen.values()} == {Change()}


def test_one_set_is_not_enough() -> None:
    with pytest.raises(ValueError, match="至少要两个数据集"):
        weights.left_out({Change(): {"甲": found(1)}})


def test_asked_with_the_changed_weights(tmp_path: Path) -> None:
    texts = (Text(id="a", title="", text="补贴申领"), Text(id="b", title="", text="申领的补贴"))
    build(
        [Document(id=t.id, record=t.id, kind="document", title="", body=t.text) for t in texts],
        tmp_path,
        release="r",
        encoder="hashing",
    )
    dataset = Dataset(
        name="小",
        documents=texts,
        questions=(Question(id="q", text="申领的补贴", extra={}),),
        relevant={"q": {"b": 1}},
    )
    asked: list[None] = []
    one = weights.ask(open_index(tmp_path), dataset, Change(), lambda: asked.append(None))
    assert (one.hit_1.tolist(), one.hit_5.tolist(), len(asked)) == ([1.0], [1.0], 1)
