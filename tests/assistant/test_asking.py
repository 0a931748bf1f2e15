"""What a short follow-up asks for, heard by the model that ships."""

from __future__ import annotations

import numpy as np
import pytest

from assistant import asking
from assistant.work_orders.linear import Linear
from knowledge.types import Facet

F = Facet


@pytest.mark.parametrize(
    ("text", "facet"),
    [
        ("大约要等上几周", F.TIME_LIMIT),
        ("工本费贵唔贵", F.FEE),
        ("我伯父替我跑一趟行不行", F.PROXY),
        ("派个快递给我可以吗", F.DELIVERY),
    ],
)
def test_words_that_no_table_has(text: str, facet: Facet) -> None:
    assert facet in asking.surely(text)


def test_each_part_asks_for_its_own() -> None:
    assert asking.surely("几天能拿到,收多少钱") == (F.TIME_LIMIT, F.FEE)


@pytest.mark.parametrize("text", ["我妈呢", "社保卡", "", "，，"])
def test_what_asks_nothing(text: str) -> None:
    assert asking.likely(text) == ()


def test_the_likeliest_where_none_is_sure() -> None:
    unsure = [text for text in ("到底啥情况呀这个", "搞这么多名堂") if not asking.surely(text)]
    assert unsure
    assert all(len(asking.likely(text)) <= 2 for text in unsure)


def test_the_next_one_where_it_is_nearly_as_likely() -> None:
    shares = {F.FEE: 0.45, F.AMOUNT: 0.3, F.PLACE: 0.15}
    learned = Linear(
        classes=(*shares, asking.NONE, asking.AWAY),
        rows={},
        idf=np.zeros(0, dtype=np.float32),
        weights=np.zeros((0, 5), dtype=np.float32),
        bias=np.log(np.array([*shares.values(), 0.05, 0.05], dtype=np.float32)),
        sharpness=1.0,
        longest=1,
        sure_at={},
    )
    assert asking.heard(learned, "几多", 0.3) == (F.FEE,)
    assert asking.heard(learned, "几多", 0.3, beside=0.5) == (F.FEE, F.AMOUNT)
    assert asking.heard(learned, "几多", 0.3, beside=0.7) == (F.FEE,)
    assert asking.heard(learned, "几多", 0.5, beside=0.5) == ()


@pytest.mark.parametrize(
    ("text", "away"), [("今晚吃什么", True), ("要多久", False), ("我妈呢", False)]
)
def test_small_talk_belongs_elsewhere(text: str, away: bool) -> None:
    assert asking.belongs_elsewhere(text) is away
