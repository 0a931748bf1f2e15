"""Passages: stable, unique ids; a record is current only on the days it is in force."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.facts import facts
from knowledge.formats import pack
from knowledge.passages import FACET_NAMES, is_current, passages
from knowledge.types import Facet, Faq, Identity, Material, Passage, Step
from tests.records import built_in, bundle, hotline, item, policy, value_at

DAY = date(2026, 7, 1)
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)


@cache
def all_passages() -> tuple[Passage, ...]:
    return tuple(one for record in built_in() for one in passages(record))


def test_ids_are_unique_over_the_pack() -> None:
    ids = [one.id for one in all_passages()]
    assert len(ids) == len(set(ids)) > len(built_in())


def test_ids_are_the_same_when_records_are_read_again() -> None:
    again = [one for record in pack.parse([pack.BUILT_IN]).records for one in passages(record)]
    assert again == list(all_passages())


def test_every_passage_has_words_and_belongs_to_its_record() -> None:
    records = {record.code: record for record in built_in()}
    for one in all_passages():
        assert one.id.startswith(f"{one.record}#")
        assert one.kind == records[one.record].kind
        assert one.text.strip()
        assert one.title.startswith(records[one.record].name)


def test_the_field_of_a_passage_is_a_facet_or_a_path() -> None:
    records = {record.code: record for record in built_in()}
    for one in all_passages():
        if one.field != one.facet:
            part = value_at(records[one.record], one.field)
            assert one.text in (
                getattr(part, "text", None),
                getattr(part, "detail", None),
                part.name if hasattr(part, "name") else None,
            )
        else:
            found = facts(records[one.record], one.facet)
            assert [line.text in one.text for line in found] == [True] * len(found)


def test_every_facet_has_a_name() -> None:
    assert set(FACET_NAMES) == set(Facet)
    assert len(set(FACET_NAMES.values())) == len(Facet)


def test_ids_of_an_item() -> None:
    ids = [one.id for one in passages(item(faqs=(Faq(question="问", answer="答"),)))]
    assert ids == ["i1#overview", "i1#materials", "i1#department", "i1#faq", "i1#identity"]


def test_an_id_does_not_move_when_other_parts_are_filled() -> None:
    before = {one.id: one for one in passages(item())}
    after = {one.id: one for one in passages(item(conditions="年满十六周岁", summary="简介"))}
    assert before.keys() < after.keys()
    assert before["i1#materials"] == after["i1#materials"]


def test_an_id_stays_while_the_text_changes() -> None:
    changed = replace(item(), materials=(Material(name="户口簿"),))
    (old,) = [one for one in passages(item()) if one.facet is Facet.MATERIALS]
    (new,) = [one for one in passages(changed) if one.facet is Facet.MATERIALS]
    assert old.id == new.id
    assert old.text != new.text


def test_articles_of_a_policy() -> None:
    first, second = passages(policy())
    assert (first.id, first.field, first.title) == ("p1#a1", "articles[0]", "居住证条例 第一条")
    assert (second.id, second.title) == ("p1#a2", "居住证条例 第二条 服务")
    assert first.text == "为了规范居住证管理，制定本条例。"


def test_steps_of_a_bundle_stand_beside_its_facets() -> None:
    found = passages(bundle(steps=(Step(name="申请", detail="网上填表"), Step(name="领证"))))
    assert [one.id for one in found] == ["b1#overview", "b1#process", "b1#step1", "b1#step2"]
    assert [one.text for one in found[-2:]] == ["网上填表", "领证"]


# In force


@pytest.mark.parametrize("made", [item, bundle, policy, hotline])
@pytest.mark.parametrize(
    ("effective", "expires", "current"),
    [
        (None, None, True),
        (BEFORE, None, True),
        (DAY, None, True),
        (AFTER, None, False),
        (None, AFTER, True),
        (None, DAY, True),
        (None, BEFORE, False),
        (DAY, AFTER, True),
        (DAY, DAY, True),
        (BEFORE, DAY, True),
        (AFTER, BEFORE, False),
    ],
)
def test_in_force_from_its_first_day_to_its_last(
    made,
    effective: date | None,
    expires: date | None,
    current: bool,
) -> None:
    assert is_current(made(effective=effective, expires=expires), DAY) is current


@given(st.dates(), st.dates(), st.dates())
def test_no_day_outside_is_current(effective: date, expires: date, today: date) -> None:
    record = item(effective=effective, expires=expires)
    assert is_current(record, today) is (effective <= today <= expires)


def test_a_replaced_policy_is_not_current() -> None:
    assert is_current(policy(), DAY)
    assert not is_current(policy(replaced_by="p2"), DAY)


@pytest.mark.parametrize(
    ("state", "current"), [(None, True), ("在用", True), ("暂停", False), ("取消", False)]
)
def test_a_suspended_or_cancelled_item_is_not_current(state: str | None, current: bool) -> None:
    assert is_current(item(identity=Identity(state=state)), DAY) is current
