"""The same matter again, or another one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.work_orders.duplicates import is_same, same_matter, signs

OLD = "我住的三号楼电梯又坏了，昨天困人半小时，物业不修"


def test_the_same_words_are_the_same_matter() -> None:
    assert is_same(same_matter(OLD, OLD, True, True))


def test_the_same_matter_told_again_is_noticed() -> None:
    assert is_same(same_matter(OLD, "三号楼电梯还是坏的，困人，物业一直不修", True, True))


def test_another_matter_is_not() -> None:
    assert not is_same(same_matter(OLD, "公司拖欠我三个月工资", True, False))
    assert not is_same(same_matter(OLD, "三号楼电梯坏了", False, False))


def test_district_and_topic_count() -> None:
    again = "三号楼电梯坏了没人修"
    both = same_matter(OLD, again, True, True)
    assert both > same_matter(OLD, again, False, True)
    assert both > same_matter(OLD, again, True, False)


@given(st.text(), st.text(), st.booleans(), st.booleans())
def test_order_does_not_matter(a: str, b: str, district: bool, topic: bool) -> None:
    one, other = same_matter(a, b, district, topic), same_matter(b, a, district, topic)
    assert one == pytest.approx(other)
    assert 0 <= one <= 1
    assert all(0 <= sign <= 1.0001 for sign in signs(a, b, district, topic).values())
