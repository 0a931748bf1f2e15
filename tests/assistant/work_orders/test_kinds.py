"""Filing told apart from asking."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.work_orders.kinds import NONE, classifier, kind_of, signs
from assistant.work_orders.types import OrderKind
from eval import orders


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("楼下半夜施工吵死了，你们管不管", OrderKind.COMPLAINT),
        ("我要投诉白云区一间超市卖过期牛奶", OrderKind.COMPLAINT),
        ("我要举报有人半夜偷排污水", OrderKind.REPORT),
        ("建议在学校门口加个红绿灯", OrderKind.SUGGESTION),
        ("多谢窗口嗰个靓女，好有耐心，要表扬", OrderKind.PRAISE),
        ("大树倒了压住我的车，请派人来处理", OrderKind.HELP),
        ("请贵单位书面答复，帮我登记一个咨询", OrderKind.CONSULTATION),
    ],
)
def test_what_is_to_be_filed(text: str, kind: OrderKind) -> None:
    found, sure = kind_of(text)
    assert found is kind
    assert classifier().sure_at["filed"] <= sure <= 1


@pytest.mark.parametrize(
    "text",
    [
        "噪音投诉找哪个部门",
        "怎么投诉黑中介",
        "举报有奖金吗",
        "居住证要什么材料",
        "身份證要幾多錢",
        "How do I file a complaint against a taxi driver?",
        "",
    ],
)
def test_questions_are_none(text: str) -> None:
    assert kind_of(text)[0] is None


def test_few_development_questions_sound_like_a_filing() -> None:
    score = orders.score_kinds(orders.plain())
    assert score.alarms.of > 500
    assert score.alarms.hits / score.alarms.of <= 0.01, score.wrong


def test_the_test_sentences_are_told_apart_about_as_well_as_measured() -> None:
    score = orders.score_kinds(orders.kind_sentences("test"))
    assert (score.found.value or 0) >= 0.8
    assert (score.right.value or 0) >= 0.85
    assert (score.alarms.value or 0) <= 0.08


def test_signs() -> None:
    assert set(signs("怎么投诉黑中介?")) == {"<asks>", "<ends asks>"}
    assert "<files>" in set(signs("我要投诉佢"))
    assert set(signs("hello")) == {"<latin>"}


def test_the_model_has_the_kinds() -> None:
    assert set(classifier().classes) == {NONE, *OrderKind}


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    kind, sure = kind_of(text)
    assert kind is None or kind in OrderKind
    assert 0 <= sure <= 1.0001
