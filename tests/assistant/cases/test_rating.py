"""Stars and what is said beside them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.cases import rating, reading
from assistant.cases.rating import Rating


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("评价 两星，太慢了", Rating(2, "太慢了")),
        ("评价 一星", Rating(1)),
        ("评价五星", Rating(5)),
        ("评价 五星", Rating(5)),
        ("评价：4颗星", Rating(4)),
        ("我要给工单打五星", Rating(5)),
        ("给五星好评", Rating(5)),
        ("五星好评，谢谢", Rating(5, "谢谢")),
        ("俾三粒星", Rating(3)),
        ("给这次办理打 3 分，电话没人接", Rating(3, "电话没人接")),
        ("我要評價五星", Rating(5)),
    ],
)
def test_a_rating_that_says_that_it_is_one(text: str, found: Rating) -> None:
    assert rating.unasked(text) == found
    assert rating.asked(text) == found
    assert reading.read(text).wish == "rate"
    assert reading.read(text).rating == found


@pytest.mark.parametrize(
    "text",
    [
        "评价五星级酒店怎么办手续",
        "五星",
        "满意",
        "五星红旗在哪里买",
        "给我五分钟",
        "评价三分之一",
        "给十五分",
        "驾照扣了三分怎么办",
        "科技型中小企业评价入库",
        "积分入户要打多少分",
    ],
)
def test_what_is_no_rating_where_none_was_asked(text: str) -> None:
    assert rating.unasked(text) is None
    assert reading.read(text).rating is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("一星，办得太慢", Rating(1, "办得太慢")),
        ("太慢了，一星", Rating(1, "太慢了")),
        ("非常满意！谢谢你们", Rating(5, "谢谢你们")),
        ("1 星", Rating(1)),
        ("5", Rating(5)),
        ("不满意，没有人回电", Rating(2, "没有人回电")),
        ("六星", None),
        ("居住证要什么材料", None),
    ],
)
def test_the_answer_to_the_question_for_stars(text: str, found: Rating | None) -> None:
    assert rating.asked(text) == found


@given(st.text(alphabet="评价打给一二五星分，。 5颗好太慢a", max_size=20))
def test_any_text_can_be_read(text: str) -> None:
    for found in (rating.asked(text), rating.unasked(text)):
        assert found is None or found.stars in range(1, 6)
