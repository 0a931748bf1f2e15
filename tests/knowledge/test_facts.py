"""Facts: each has the path of the field that it stands in, and says nothing that is not there."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from knowledge.facts import basis_text, duration_text, facts, fee_text, material_note, result_text
from knowledge.types import (
    Bundle,
    Contact,
    Duration,
    Facet,
    Fee,
    Handling,
    Hotline,
    LegalBasis,
    Limits,
    Material,
    Money,
    Online,
    Policy,
    Record,
    Result,
    ServiceItem,
    Step,
)
from tests.records import (
    any_record,
    built_in,
    bundle,
    hotline,
    item,
    leaves,
    policy,
    stands_in,
    value_at,
)


def texts(record: Record, facet: Facet) -> list[str]:
    return [one.text for one in facts(record, facet)]


# Over the whole pack


@pytest.mark.parametrize("facet", Facet)
def test_every_fact_of_the_pack_stands_where_it_says(facet: Facet) -> None:
    wrong = [
        (record.code, one.field, one.text)
        for record in built_in()
        for one in facts(record, facet)
        if not stands_in(one, record)
    ]
    assert wrong == []


def test_every_quote_of_the_pack_is_of_the_record() -> None:
    """The whole record is read: ``handling.courier`` is quoted from its ``courier_text``."""
    wrong = [
        (record.code, one.field, one.quote)
        for record in built_in()
        for facet in Facet
        for one in facts(record, facet)
        if one.quote != one.text
        and not any(str(leaf).strip("。") in one.quote for leaf in leaves(record))
    ]
    assert wrong == []


def test_facts_have_words_a_label_and_a_quote() -> None:
    for record in built_in():
        for facet in Facet:
            for one in facts(record, facet):
                assert one.text.strip()
                assert one.label.strip()
                assert one.quote.strip()


def test_a_field_is_named_once_a_facet() -> None:
    for record in built_in():
        for facet in Facet:
            fields = [one.field for one in facts(record, facet)]
            assert len(fields) == len(set(fields)), (record.code, facet)


@settings(max_examples=50)
@given(any_record(ServiceItem))
def test_paths_resolve_in_any_item(record: ServiceItem) -> None:
    for facet in Facet:
        for one in facts(record, facet):
            assert leaves(value_at(record, one.field))


@settings(max_examples=40)
@given(any_record(Bundle))
def test_paths_resolve_in_any_bundle(record: Bundle) -> None:
    for facet in Facet:
        for one in facts(record, facet):
            assert leaves(value_at(record, one.field))


# One by one


def test_a_silent_record_states_only_what_it_has() -> None:
    silent = [facet for facet in Facet if not facts(item(materials=()), facet)]
    stated = [facet for facet in Facet if facet not in silent]
    assert stated == [Facet.OVERVIEW, Facet.DEPARTMENT, Facet.IDENTITY]


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (Duration(amount=30, unit="工作日"), "30个工作日"),
        (Duration(amount=7, unit="自然日"), "7个自然日"),
        (Duration(amount=2, unit="小时"), "2个小时"),
        (Duration(amount=3, unit="个月"), "3个月"),
        (Duration(amount=1, unit="年"), "1年"),
        (Duration(amount=20, unit="分钟"), "20分钟"),
    ],
)
def test_durations_as_people_read_them(duration: Duration, text: str) -> None:
    assert duration_text(duration) == text


@pytest.mark.parametrize("wording", [None, "30(工作日)", "30个工作日", "30（工作日）"])
def test_a_limit_in_table_form_is_shown_in_words(wording: str | None) -> None:
    limit = Duration(amount=30, unit="工作日", text=wording)
    (one,) = facts(item(limits=Limits(legal=limit)), Facet.TIME_LIMIT)
    assert (one.field, one.label, one.text) == ("limits.legal", "法定办结时限", "30个工作日")
    assert one.quote == (wording or one.text)


def test_a_limit_with_its_own_words_shows_them() -> None:
    limit = Duration(amount=5, unit="工作日", text="自受理之日起5个工作日内办结。")
    (one,) = facts(item(limits=Limits(promised=limit)), Facet.TIME_LIMIT)
    assert one.text == "5个工作日（自受理之日起5个工作日内办结）"
    assert "自受理之日起5个工作日内办结。" in one.quote


def test_the_promised_limit_comes_before_the_legal_one() -> None:
    limits = Limits(
        legal=Duration(amount=30, unit="工作日"),
        promised=Duration(amount=7, unit="工作日"),
        promised_note="材料齐全",
    )
    assert texts(item(limits=limits), Facet.TIME_LIMIT) == ["7个工作日", "材料齐全", "30个工作日"]


@pytest.mark.parametrize(("charged", "shown"), [(None, []), (True, ["收费"]), (False, ["不收费"])])
def test_whether_a_fee_is_charged_is_three_valued(charged: bool | None, shown: list[str]) -> None:
    assert texts(item(money=Money(charged=charged)), Facet.FEE) == shown


def test_fees() -> None:
    money = Money(
        charged=True,
        fees=(Fee(name="工本费", standard="20元/证", reduction="首次免费"),),
        basis="穗价〔2019〕1号",
    )
    found = facts(item(money=money), Facet.FEE)
    assert [(one.field, one.text) for one in found] == [
        ("money.charged", "收费"),
        ("money.fees[0]", "工本费：20元/证（减免：首次免费）"),
        ("money.basis", "穗价〔2019〕1号"),
    ]
    assert fee_text(Fee(name="费", standard="免")) == "费：免"


@pytest.mark.parametrize(("visits", "shown"), [(None, []), (0, ["0次"]), (2, ["2次"])])
def test_no_visit_is_a_fact_too(visits: int | None, shown: list[str]) -> None:
    assert texts(item(handling=Handling(visits=visits)), Facet.VISITS) == shown


@pytest.mark.parametrize(
    ("available", "shown"), [(None, []), (True, ["支持"]), (False, ["不支持"])]
)
def test_online_is_three_valued(available: bool | None, shown: list[str]) -> None:
    assert texts(item(online=Online(available=available)), Facet.ONLINE) == shown


def test_materials_tell_their_need() -> None:
    given_ = item(materials=(Material(name="甲"), Material(name="乙", need="容缺后补")))
    assert [(one.field, one.label, one.text) for one in facts(given_, Facet.MATERIALS)] == [
        ("materials[0].name", "申请材料", "甲"),
        ("materials[1].name", "申请材料（容缺后补）", "乙"),
    ]


def test_the_note_of_a_material() -> None:
    assert material_note(Material(name="甲")) is None
    full = Material(
        name="甲",
        when="委托办理时",
        originals=1,
        copies=2,
        form="纸质",
        issued_by="公安",
        exempt="可查",
        note="签名",
    )
    assert (
        material_note(full) == "委托办理时；原件1份、复印件2份；纸质；公安核发；免提交：可查；签名"
    )


def test_steps_hold_their_detail_and_limit() -> None:
    step = Step(name="受理", detail="核对材料", limit=Duration(amount=1, unit="工作日"))
    (one,) = facts(item(steps=(step,)), Facet.PROCESS)
    assert (one.field, one.text) == ("steps[0]", "受理：核对材料（1个工作日）")


def test_titles_of_laws_have_one_pair_of_marks() -> None:
    assert (
        basis_text(LegalBasis(title="《居住证条例》", article="第九条")) == "《居住证条例》第九条"
    )
    assert basis_text(LegalBasis(title="条例", number="国令1号")) == "《条例》（国令1号）"
    assert result_text(Result(name="居住证", validity="1年")) == "居住证（有效期：1年）"


def test_consulting_and_complaining_are_two_things() -> None:
    given_ = item(contact=Contact(consult="12345", complain="020-1"))
    assert texts(given_, Facet.CONTACT) == ["12345"]
    assert texts(given_, Facet.COMPLAINT) == ["020-1"]


def test_a_hotline_and_a_policy_state_their_numbers() -> None:
    assert texts(hotline(how="text", number="12110"), Facet.CONTACT) == ["12110"]
    assert facts(hotline(), Facet.FEE) == ()
    assert texts(policy(number="国令663号", issuer="国务院"), Facet.LEGAL_BASIS) == [
        "国令663号",
        "国务院",
    ]
    assert facts(policy(), Facet.MATERIALS) == ()


def test_a_bundle_names_its_items() -> None:
    assert texts(bundle(summary="一次办好"), Facet.OVERVIEW) == ["一次办好", "出生登记"]
    assert facts(bundle(), Facet.FEE) == ()


def test_the_walker_of_these_tests_can_fail() -> None:
    given_ = item(money=Money(charged=True), contact=Contact(consult="12345"))
    (right,) = facts(given_, Facet.CONTACT)
    assert stands_in(right, given_)
    assert not stands_in(replace(right, text="12346"), given_)
    assert not stands_in(replace(right, text="12345转8"), given_)
    (charged,) = facts(given_, Facet.FEE)
    assert not stands_in(replace(charged, text="不收费"), given_)
    with pytest.raises((AttributeError, IndexError)):
        stands_in(replace(right, field="materials[9].name"), given_)


def test_every_kind_of_record_is_in_the_pack() -> None:
    assert {type(record) for record in built_in()} == {ServiceItem, Bundle, Policy, Hotline}
