"""What a message says of an enquiry, as people type it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.cases import rating, reading
from assistant.work_orders.numbers import number_of

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
        ("我要补充一下刚才的投诉", "add"),
        ("不想投诉了，撤销", "withdraw"),
        ("撤回刚才那个投诉", "withdraw"),
        ("唔投诉啦", "withdraw"),
        ("我唔想投訴喇，幫我取消返", "withdraw"),
        ("帮我撤咗头先嗰单投诉", "withdraw"),
        ("不投诉了，他们已经修好了", "withdraw"),
        ("我唔想投訴嗰間餐館喇", "withdraw"),
        ("不想投诉了，可以撤销吗", "withdraw"),
        ("查一下我个投诉进度", "progress"),
        ("帮我睇下单嘢去到边", "progress"),
        ("我投诉嗰件事搞成点呀", "progress"),
        ("我嗰單投訴有冇下文", "progress"),
        ("頭先嗰單投訴而家點呀", "progress"),
        ("进度怎么样了", "progress"),
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
        "他说不投诉就退钱给我",
        "不想投诉，想问居住证要什么材料",
        "不投诉了，我要投诉另一家店",
        "投诉进度怎么查",
        "查一下投诉电话",
        "我要投诉",
        "我想反映件事，请看下",
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
    assert rating.stars(text) == count


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
        ("补充：又坏了", "又坏了"),
        ("", None),
    ],
)
def test_an_addition_said_at_once(text: str, added: str | None) -> None:
    assert reading.addition(text) == added
    assert reading.read(text).addition == added


@pytest.mark.parametrize(
    ("text", "slip"),
    [
        ("GZ123", reading.Slip(letters=False, digits=3)),
        ("gz 2026 1102 0000 0017", reading.Slip(letters=False, digits=16)),
        ("查工单GZ2026", reading.Slip(letters=False, digits=4)),
        ("AB20261122123456789", reading.Slip(letters=True, digits=17)),
        (NUMBER, None),
        (f"查{NUMBER}尾号1234", None),
        ("SZ-2026-00770012", None),
        ("12345", None),
        ("13800138000", None),
        ("GZ", None),
    ],
)
def test_a_slip_in_a_receipt_number(text: str, slip: reading.Slip | None) -> None:
    assert reading.slip(text) == slip
    if slip is not None:
        assert reading.number_inside(text) is None


def test_the_digits_of_a_receipt_number_are_enough() -> None:
    number = number_of(date(2026, 11, 2), "00000017")
    assert reading.any_number(number.removeprefix("GZ")) == number


@pytest.mark.parametrize(
    ("text", "asked", "lost"),
    [
        ("我没有回执号", False, True),
        ("回执号唔见咗", False, True),
        ("查询码不记得了怎么办", False, True),
        ("我冇回執喇", False, True),
        ("我上次打12345投诉的，回执编号忘了", False, True),
        ("小伙子，我上回投诉的那个条子找不着了", False, True),
        ("刻章回执丢了", False, False),
        ("居住证回执丢了", False, False),
        ("没有", False, False),
        ("没有", True, True),
        ("唔知喇", True, True),
        ("回执号是多少位", True, False),
    ],
)
def test_no_number_at_hand(text: str, asked: bool, lost: bool) -> None:
    assert reading.lost(text, asked=asked) is lost


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("不想投诉了，算了", True),
        ("唔想投诉喇，都系算啦", True),
        ("撤销这个投诉", True),
        ("算了", False),
        ("老板说，不投诉，就退钱", False),
    ],
)
def test_nothing_but_taking_it_back(text: str, back: bool) -> None:
    assert reading.takes_back(text) is back


@pytest.mark.parametrize(
    ("text", "number", "check"),
    [
        ("查办件GA-2026-00005", "GA-2026-00005", None),
        ("我的办件4401062026110100001办得怎么样", "4401062026110100001", None),
        ("办件编号4401062026110100001到哪了", "4401062026110100001", None),
        ("查一下办件GA-2026-00005，尾号5678", "GA-2026-00005", "5678"),
        ("查办件GA-2026-077", "GA-2026-077", None),
    ],
)
def test_the_number_of_a_case_in_a_sentence(text: str, number: str, check: str | None) -> None:
    found = reading.read(text)
    assert (found.wish, found.number, found.check) == ("progress", number, check)


def test_a_case_is_urged_by_its_number() -> None:
    found = reading.read("催办办件GA-2026-00005")
    assert (found.wish, found.number) == ("urge", "GA-2026-00005")


@pytest.mark.parametrize(
    "text",
    [
        "4401062026110100001",
        "11440100007482532T4440117003000要什么材料",
        "办件4401062026110100001要什么材料",
        "我的电话是13812345678，查办件",
        "查2026-11-01的投诉到哪了",
        "GB50016-2014 里的编号",
    ],
)
def test_a_long_number_may_be_anything(text: str) -> None:
    assert reading.read(text).number is None


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("尾号五六七八", "5678"),
        ("五六七八", "5678"),
        ("尾号是 五 六 七 八", "5678"),
        ("一二三四五六", "123456"),
        ("幺二三四", "1234"),
        ("一二三", None),
    ],
)
def test_a_check_that_is_spoken(text: str, check: str | None) -> None:
    assert reading.check_of(text) == check


@pytest.mark.parametrize(
    "text",
    [
        "GZ二零二六一一零二零零零零零零一七五",
        "G Z 二〇二六 一一〇二 〇〇〇〇〇〇一七五",
        "gz二零二六1102零零零零零零175",
    ],
)
def test_a_number_that_is_spoken(text: str) -> None:
    assert reading.order_number(text) == NUMBER
    assert reading.read(text).bare


def test_a_spoken_telephone_number_is_personal() -> None:
    assert reading.is_personal("一三八一二三四五六七八")
