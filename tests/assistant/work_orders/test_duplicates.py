"""The same matter again, or another one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.work_orders.duplicates import Matter, is_same, same_matter, signs

OLD = Matter(text="番禺区丽江花园左岸7栋的电梯又坏了，昨天困人半小时，物业不修")
AGAIN = "丽江花园左岸7栋电梯还是坏的，困人，物业一直不修"
TEXTS = st.text(max_size=60)


def told(text: str, **more: str) -> Matter:
    return Matter(text=text, **more)


def shown(one: str, other: str) -> dict[str, float]:
    return signs(told(one), told(other))


def test_the_same_words_are_the_same_matter() -> None:
    assert is_same(same_matter(OLD, OLD))


def test_the_same_matter_told_again_is_noticed() -> None:
    assert is_same(same_matter(OLD, told(AGAIN)))


def test_another_matter_is_not() -> None:
    assert not is_same(same_matter(OLD, told("公司拖欠我三个月工资")))
    assert not is_same(same_matter(OLD, told("丽江花园左岸7栋门口的垃圾桶三天没倒")))


def test_another_house_or_district_is_elsewhere() -> None:
    here = same_matter(OLD, told(AGAIN))
    assert here > same_matter(OLD, told(AGAIN.replace("7栋", "9栋")))
    assert here > same_matter(OLD, told(AGAIN, district="天河区"))
    assert same_matter(OLD, told(AGAIN, district="番禺区")) == pytest.approx(here)


def test_months_later_it_is_new_unless_said_to_be_the_old() -> None:
    plain = replace(OLD, text=OLD.text.replace("又", ""))
    assert is_same(same_matter(plain, plain, days=56))
    assert same_matter(plain, plain, days=57) == 0
    assert is_same(same_matter(plain, told(AGAIN), days=57))


@pytest.mark.parametrize(
    ("one", "other", "near", "far"),
    [
        ("江南西路的烧烤店", "海珠区江南西路那家店", 1, 0),
        ("江南西路的烧烤店", "江南东路的烧烤店", 1, 1),  # 的烧烤店 is long enough for a name
        ("车陂路12号漏水", "车陂路36号滴水", 1, 1),
        ("车陂路12号漏水", "车陂路12号滴水", 1, 0),
        ("三号楼没电", "3号楼停水", 1, 0),
        ("七楼没水", "八楼没水", 0, 1),
        ("同和地铁站A口", "同和地铁站B口", 1, 1),
        ("路灯不亮", "那条路很黑", 0, 0),
        ("打车绕路", "司机绕路", 0, 0),
        ("极速健身不退钱", "极速健身关门了", 1, 0),
    ],
)
def test_places_and_names(one: str, other: str, near: float, far: float) -> None:
    found = shown(one, other)
    assert (found["place"], found["elsewhere"]) == (near, far)


def test_place_and_object_that_were_asked_for_count() -> None:
    """What was told in a field of its own is as good as if it stood in the text."""
    one = told("夜里太吵", place="石牌东路88号", object="某酒吧")
    other = told("夜夜都嘈", place="石牌东路88号", object="某酒吧")
    assert signs(one, other)["place"] == 1
    assert signs(one, replace(other, place="体育西路5号", object=None))["elsewhere"] == 1


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_only_what_goes_on_depends_on_the_order(a: str, b: str) -> None:
    one, other = shown(a, b), shown(b, a)
    for name in one.keys() - {"again"}:
        assert one[name] == pytest.approx(other[name], abs=1e-6)
    assert all(0 <= sign <= 1.0001 for sign in one.values())
    assert 0 <= same_matter(told(a), told(b)) <= 1
