"""What filing needs of the rest, with the real tables over the built-in pack."""

from __future__ import annotations

import pytest

from assistant.work_orders import aids as given
from assistant.work_orders import routes, topics
from assistant.work_orders.types import OrderKind
from tests.assistant.fakes import knowledge
from tests.records import built_in

PACK = knowledge(built_in())
AIDS = given.aids(PACK, person=lambda phone, session: f"{phone}/{session}")
ID = "440106199001011235"


@pytest.mark.parametrize("code", sorted(routes.routes()))
@pytest.mark.parametrize("kind", list(OrderKind))
def test_a_route_says_what_comes_next_and_where_that_stands(code: str, kind: OrderKind) -> None:
    found = AIDS.route(code, kind)
    assert found.code == code
    assert found.steps
    for step in found.steps:
        for cited in step.sources:
            assert PACK.record(cited.code) is not None
            assert cited.quote


@pytest.mark.parametrize("code", sorted(routes.routes()))
def test_who_must_say_who_they_are_is_told_why_and_the_way_around(code: str) -> None:
    found, one = AIDS.route(code, OrderKind.COMPLAINT), routes.route(code)
    if not (one.identity or one.needs):
        assert (found.needs, found.because, found.instead) == (frozenset(), None, None)
        return
    assert found.needs == {*one.needs, *(("name", "phone") if one.identity else ())}
    assert found.because is not None
    assert found.because.sources
    assert found.instead is not None
    assert not AIDS.route(found.instead, OrderKind.COMPLAINT).needs


@pytest.mark.parametrize("topic", [None, *sorted(topics.tree().topics)])
def test_every_topic_has_a_route_that_there_is(topic: str | None) -> None:
    for kind in OrderKind:
        assert AIDS.route_of(kind, topic) in routes.routes()


@pytest.mark.parametrize("topic", sorted(topics.tree().topics))
def test_nothing_is_filed_as_a_way_that_one_has_to_take_oneself(topic: str) -> None:
    for kind in OrderKind:
        assert AIDS.route(AIDS.route_of(kind, topic), kind).direct is None


def test_a_way_that_one_takes_oneself_says_where_with_what_and_until_when() -> None:
    found = AIDS.route("fuyi", OrderKind.COMPLAINT)
    assert found.direct is not None
    told = "".join(one.text for one in found.own)
    assert "向市政府申请" in told and "行政复议申请书、身份证明材料" in told
    assert "之日起六十日内提出" in told
    assert all(one.sources for one in found.own)
    assert "GZ-SF-xingzheng-fuyi" in found.direct.ask
    assert "不等于" in found.direct.here


def test_without_its_record_a_way_says_nothing() -> None:
    bare = given.filing_route("fuyi", OrderKind.COMPLAINT, knowledge([]))
    assert (bare.direct, bare.own, bare.steps) == (None, (), ())


def test_the_department_has_the_name_of_its_district() -> None:
    assert AIDS.department_of("LD101", "番禺区") == "番禺区人力资源和社会保障局"
    assert AIDS.department_of("LD101", None) == "区人力资源和社会保障局"
    assert AIDS.department_of(None, "番禺区") is None
    assert AIDS.department_of("no-such", "番禺区") is None


def test_only_where_a_limit_is_said_its_note_is() -> None:
    praised = AIDS.route("12345", OrderKind.PRAISE)
    assert praised.notes == ()
    assert not any("回访" in one.text for one in praised.steps)
    complained = AIDS.route("12345", OrderKind.COMPLAINT)
    assert [one.text[:3] for one in complained.notes] == ["说明："]
    assert not any(one.text.startswith("说明") for one in complained.steps)


def test_whatever_the_route_the_hotline_hands_it_on() -> None:
    labour, public = (AIDS.route(code, OrderKind.COMPLAINT) for code in ("laodong", "12345"))
    assert (labour.relayed, public.relayed) == (True, False)
    assert labour.steps[0] == public.steps[0]


def test_topics_are_likeliest_first_and_name_who_deals_with_them() -> None:
    found = given.suggest("楼下烧烤店每晚油烟很大，熏得开不了窗")
    shares = [one.probability for one in found]
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= one <= 1 for one in shares)
    assert found[0].code in topics.tree().topics
    assert found[0].name == topics.tree().topics[found[0].code].name
    assert "油烟" in found[0].name
    factory = given.suggest("工厂半夜偷偷排废水到河涌，水又黑又臭")[0]
    assert factory.department == topics.tree().department(topics.tree().topics[factory.code])
    assert factory.department


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"我的身份证{ID}被偷了", "我的身份证被偷了"),
        (f"{ID}，电话13812345678", "，电话13812345678"),
        ("电话13812345678", "电话13812345678"),
        ("没有号码", "没有号码"),
        ("", ""),
    ],
)
def test_numbers_of_papers_are_taken_out_and_phones_left(text: str, left: str) -> None:
    assert given.drop_ids(text) == left


def test_two_numbers_are_both_taken_out() -> None:
    assert ID not in given.drop_ids(f"我{ID}，我太太440106199203042228")
    assert "228" not in given.drop_ids(f"我{ID}，我太太440106199203042228")


def test_masked_for_a_screen() -> None:
    shown = AIDS.mask(f"{ID}，13812345678")
    assert ID not in shown
    assert "13812345678" not in shown
    assert "5678" in shown


def test_the_person_is_whoever_bootstrap_says() -> None:
    assert AIDS.person("138", "s") == "138/s"
    assert AIDS.kind_of("我要投诉楼下烧烤店油烟太大，天天熏人")[0] is OrderKind.COMPLAINT
