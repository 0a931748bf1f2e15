"""What a message says of an enquiry, as people type it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.cases import reading

NUMBER = "GZ20261102000000175"


@pytest.mark.parametrize(
    "text",
    [
        NUMBER,
        "gz20261102000000175",
        NUMBER.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)}),
        "GZ 20261102 00000017 5",
        "GZ-20261102-00000017-5",
        f"查一下我的工单{NUMBER}到哪了",
        f"{NUMBER} 1234",
        f"{NUMBER}，尾号1234",
    ],
)
def test_an_order_number_however_it_is_written(text: str) -> None:
    assert reading.order_number(text) == NUMBER
    assert reading.any_number(text) == NUMBER


@pytest.mark.parametrize("text", ["GZ2026110200000017", NUMBER + "1", "GZ", "12345"])
def test_what_is_no_order_number(text: str) -> None:
    assert reading.order_number(text) is None
    assert reading.any_number(text) is None


def test_a_number_stands_alone() -> None:
    assert reading.order_number("X" + NUMBER) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("4401002026110277", "4401002026110277"),
        ("办件编号：4401002026110277", "4401002026110277"),
        ("受理编号是SZ-2026-00770012", "SZ-2026-00770012"),
    ],
)
def test_the_number_of_a_case(text: str, number: str) -> None:
    assert reading.any_number(text) == number


def test_the_number_of_a_case_inside_a_message() -> None:
    assert reading.number_inside("查一下办件4401002026110277到哪了") == "4401002026110277"
    assert reading.number_inside("我的办件到哪了") is None


@pytest.mark.parametrize(
    "text", ["13800138000", "138 0013 8000", "440106199003071234", "44010619900307123X"]
)
def test_a_telephone_or_identity_number_is_none(text: str) -> None:
    assert reading.is_personal(text)
    assert reading.any_number(text) is None
    assert reading.number_inside(f"我的是{text}") is None


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("1234", "1234"),
        ("尾号1234", "1234"),
        ("后四位是 1234", "1234"),
        ("１２３４５６", "123456"),
        ("13800138000", "8000"),
        (f"{NUMBER} 1234", "1234"),
        (NUMBER, None),
        ("12345", None),
        ("123", None),
        ("12 34 56 78", None),
        ("居住证要多久", None),
    ],
)
def test_the_check(text: str, check: str | None) -> None:
    assert reading.check_of(text) == check


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("查一下我的工单", "progress"),
        ("我的办件进度", "progress"),
        ("我的投诉有结果了吗", "progress"),
        ("我单嘢搞成点", "progress"),
        ("我的居住证办到哪一步了", "progress"),
        (f"查工单{NUMBER}", "progress"),
        ("催一下", "urge"),
        ("帮我催吓", "urge"),
        ("催一下我的投诉", "urge"),
        ("撤回投诉", "withdraw"),
        ("我想撤回工单", "withdraw"),
        ("我唔投诉喇", "withdraw"),
        ("我要评价", "rate"),
        ("給我的投訴評價", "rate"),
        ("我要补充情况", "add"),
        ("申请重办", "reopen"),
        (f"催办工单{NUMBER}", "urge"),
        (f"撤回工单{NUMBER}", "withdraw"),
        (f"评价工单{NUMBER}", "rate"),
        (f"补充工单{NUMBER}", "add"),
        (f"重办工单{NUMBER}", "reopen"),
    ],
)
def test_what_is_wanted(text: str, wish: str) -> None:
    assert reading.read(text).wish == wish


@pytest.mark.parametrize(
    "text",
    [
        "办件进度怎么查",
        "怎么撤回投诉",
        "护照办理进度查询",
        "投诉商家要什么材料",
        "我想投诉楼下装修",
        "撤销行政处罚要找谁",
        "取消预约",
        "补充医疗保险",
        "居住证要什么材料",
        "点样催办件",
        "我的投诉多久有结果",
        "我去年在海珠区交了一份材料，后来换了地址，工单那边一直没有人联系我，想查询一下现在应该怎样做才对",
    ],
)
def test_what_is_another_question(text: str) -> None:
    assert reading.read(text).wish is None


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("5星", 5),
        ("五颗星", 5),
        ("非常满意", 5),
        ("满意", 4),
        ("基本满意", 3),
        ("唔满意", 2),
        ("1", 1),
        ("六星", None),
    ],
)
def test_stars(text: str, count: int | None) -> None:
    assert reading.stars(text) == count


def test_a_bare_number_says_nothing_of_what_is_wanted() -> None:
    assert reading.read(f"{NUMBER} 尾号1234").bare
    assert not reading.read(f"催办{NUMBER}").bare


@given(st.text(max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    found = reading.read(text)
    assert found.number is None or len(found.number) == len(NUMBER)
    assert found.check is None or len(found.check) in (4, 6)


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("我要补充：卡号尾数是 66，里面还有八百块", "卡号尾数是 66，里面还有八百块"),
        ("补充一下，他们还占道经营", "他们还占道经营"),
        ("我要补充", None),
        ("补充材料要交什么", None),
        ("补充：好", None),
        ("", None),
    ],
)
def test_an_addition_said_at_once(text: str, added: str | None) -> None:
    assert reading.addition(text) == added
    assert reading.read(text).addition == added
