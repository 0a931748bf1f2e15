"""Telephone numbers: found in every spelling, checked by shape, masked."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.work_orders import phones


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13812345678", "13812345678"),
        ("138 1234 5678", "13812345678"),
        ("138-1234-5678", "13812345678"),
        ("+86 138 1234 5678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("一三八一二三四五六七八", "13812345678"),
        ("幺三八一二三四五六七八", "13812345678"),
        ("我嘅电话系13812345678，唔该", "13812345678"),
        ("020-38881234", "02038881234"),
        ("38881234", "38881234"),
        ("0755 2888 1234", "075528881234"),
        ("+852 9123 4567", "+85291234567"),
        ("李四 13800138009", "13800138009"),
        ("李四13800138009", "13800138009"),
        ("王小二 020-83123456", "02083123456"),
    ],
)
def test_right_numbers(text: str, number: str) -> None:
    found = phones.read(text)
    assert found is not None
    assert found.number == number


@pytest.mark.parametrize(
    "text",
    ["1381234567", "138123456789", "12812345678", "123456", "440106199001011234", "0201234567"],
)
def test_wrong_shapes_are_seen_but_are_no_number(text: str) -> None:
    found = phones.read(text)
    assert found is not None
    assert found.number is None


@pytest.mark.parametrize("text", ["", "12345", "110", "天河区88号", "A13812345678B", "陈先生"])
def test_what_is_no_number_at_all(text: str) -> None:
    assert phones.read(text) is None


def test_in_free_text_a_local_number_may_be_anything() -> None:
    assert phones.number_in("订单38881234没有发货") is None
    assert phones.number_in("电话13812345678，单号38881234") == "13812345678"


@settings(max_examples=40)
@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", " ", "-", "－"]))
def test_every_mobile_however_it_is_grouped(number: str, between: str) -> None:
    spelled = between.join((number[:3], number[3:7], number[7:]))
    found = phones.read(f"电话{spelled}")
    assert found is not None
    assert found.number == number
    assert number not in phones.masked(number)
    assert phones.masked(number)[-4:] == number[-4:]
