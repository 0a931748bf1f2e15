from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.attributes import AttributeTable, attributes_of, places
from retrieval.types import Attributes, Document, Filter
from tests.contracts.vector_stores import DAY, every_attributes, filters

KINDS = every_attributes()


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("广东省广州市天河区", ("广东省", "广州市", "天河区")),
        ("广州市", ("广州市",)),
        ("广西壮族自治区南宁市", ("广西壮族自治区", "南宁市")),
        ("湖南省湘西土家族苗族自治州", ("湖南省", "湘西土家族苗族自治州")),
        ("香港特别行政区", ("香港特别行政区",)),
        ("广东省广州市市辖区", ("广东省", "广州市")),
        ("黄埔区（广州开发区）", ("黄埔区（广州开发区）",)),
        ("全国", ()),
        ("", ()),
    ],
)
def test_places(region: str, expected: tuple[str, ...]) -> None:
    assert places(region) == expected


@given(st.text())
def test_places_lose_nothing(region: str) -> None:
    found = places(region)
    assert not found or "".join(found).replace("市辖区", "") == region.replace("市辖区", "")


def test_attributes_of_a_document() -> None:
    document = Document(
        id="1",
        record="1",
        kind="item",
        title="",
        body="",
        region="广东省广州市天河区",
        audiences=("自然人",),
        valid_from=DAY,
    )
    assert attributes_of(document) == Attributes(
        region="天河区", audiences=("自然人",), valid_from=DAY
    )


def test_who_asks_from_a_district_gets_what_holds_there() -> None:
    asked = Filter(regions=places("广东省广州市天河区"))
    admitted = {
        region: asked.admits(Attributes(region=region))
        for region in (None, "天河区", "广州市", "广东省", "番禺区", "深圳市")
    }
    assert admitted == {
        None: True,
        "天河区": True,
        "广州市": True,
        "广东省": True,
        "番禺区": False,
        "深圳市": False,
    }


@given(st.lists(st.sampled_from(KINDS), max_size=30), st.lists(filters(), max_size=3))
def test_the_table_admits_as_the_filter(chosen: list[Attributes], asked: list[Filter]) -> None:
    table = AttributeTable(chosen)
    for where in asked:
        assert table.admitted(where).tolist() == [where.admits(one) for one in chosen]


def test_nothing_asked_lets_all_through() -> None:
    assert all(Filter().admits(one) for one in KINDS)


def test_saved_and_loaded(tmp_path: Path) -> None:
    table = AttributeTable(KINDS * 2)
    table.save(tmp_path / "a.npz")
    again = AttributeTable.load(tmp_path / "a.npz")
    assert again.kinds == table.kinds
    assert np.array_equal(again.codes, table.codes)
    assert len(again) == 2 * len(KINDS)


def test_a_mask_cannot_be_changed() -> None:
    mask = AttributeTable(KINDS).admitted(Filter(on=DAY))
    with pytest.raises(ValueError, match="read-only"):
        mask[0] = True
