"""Documents: each once for all who ask, and what need not be brought."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from assistant.bundles.checklist import checklist
from assistant.bundles.documents import PlannedDocument, documents
from knowledge.conditions import Told, Truth
from knowledge.types import Bundle, Condition, Material, Result, ServiceItem, Variant
from tests.records import item, written

BUNDLE = """
code: b
name: 出生一件事
stage: 出生
audience: 个人
items:
  - {code: i1, name: 出生登记}
  - {code: i2, name: 参保, after: [i1]}
  - {code: i3, name: 社保卡, optional: true}
questions:
  - {id: card, text: 要社保卡吗？, why: 一, kind: yes_no}
  - {id: wed, text: 结婚了吗？, why: 二, kind: yes_no}
rules:
  - {id: card, if: {answer: card, is: true}, add_items: [i3], reason: 要社保卡。}
  - {id: wed, if: {answer: wed, is: false}, add_documents: [note], remove_documents: [marriage],
     reason: 没有结婚。}
materials:
  - key: id
    name: 身份证
    satisfies: [{item: i1, material: 身份证}, {item: i2, material: 居民身份证}, {item: i3, material:
    身份证明}]
  - {key: marriage, name: 结婚证, satisfies: [{item: i1, material: 结婚证}]}
  - {key: note, name: 说明, optional: true, for: [i1]}
"""


def records(**changes: dict[str, Any]) -> dict[str, ServiceItem]:
    """The three items; ``changes`` replace fields of one."""
    materials = {
        "i1": (Material(name="身份证", copies=1, originals=1), Material(name="结婚证")),
        "i2": (Material(name="居民身份证", copies=2), Material(name="照片")),
        "i3": (Material(name="身份证明", copies=1),),
    }
    return {
        code: item(code=code, name=code, **{"materials": some, **changes.get(code, {})})
        for code, some in materials.items()
    }


def shared(key: str, **values: Any) -> Bundle:
    """The bundle with fields of one of its shared documents changed."""
    materials = yaml.safe_load(BUNDLE)["materials"]
    changed = [{**one, **values} if one["key"] == key else one for one in materials]
    found: Bundle = written("bundle", BUNDLE, materials=changed)
    return found


def papers(
    card: Truth = False,
    wed: Truth = True,
    *,
    bundle: Bundle | None = None,
    items: dict[str, ServiceItem] | None = None,
    profile: dict[str, Any] | None = None,
) -> dict[str, PlannedDocument]:
    one = bundle or written("bundle", BUNDLE)
    answers = {name: said for name, said in (("card", card), ("wed", wed)) if said is not None}
    told = Told(answers, profile or {})
    found = documents(one, checklist(one, told), items or records(), told)
    return {paper.key: paper for paper in found}


class TestMerging:
    def test_one_document_for_all_who_ask(self) -> None:
        found = papers(card=True)["id"]
        assert found.items == ("i1", "i2", "i3")
        assert [(one.code, one.field) for one in found.asked] == [
            ("i1", "materials[0]"),
            ("i2", "materials[0]"),
            ("i3", "materials[0]"),
        ]

    def test_copies_are_summed_and_originals_are_not(self) -> None:
        found = papers(card=True)["id"]
        assert (found.copies, found.originals) == (4, 1)

    def test_only_of_items_on_the_list(self) -> None:
        assert papers(card=False)["id"].copies == 3

    def test_what_no_record_counts_is_not_said(self) -> None:
        assert papers()["marriage"].copies is None
        assert papers()["marriage"].originals is None

    def test_its_name_is_that_of_the_bundle(self) -> None:
        assert papers()["id"].name == "身份证"

    def test_what_is_not_shared_stands_by_item_and_name(self) -> None:
        found = papers()["i2#照片"]
        assert (found.name, found.items, found.need) == ("照片", ("i2",), "needed")

    def test_in_the_order_of_the_bundle_then_of_the_items(self) -> None:
        assert list(papers(wed=False)) == ["id", "note", "i2#照片"]

    def test_an_item_without_a_record_asks_for_nothing(self) -> None:
        found = papers(items={"i2": records()["i2"]})
        assert found["id"].items == ("i2",)
        assert "marriage" not in found


class TestNeed:
    def test_a_rule_takes_one_away_and_adds_another(self) -> None:
        found = papers(wed=False)
        assert "marriage" not in found
        assert found["note"].need == "needed"
        assert [rule.id for rule in found["note"].because] == ["wed"]

    def test_what_hangs_on_an_open_answer_is_perhaps_needed(self) -> None:
        found = papers(wed=None)
        assert (found["note"].need, found["marriage"].need) == ("maybe", "maybe")

    def test_what_only_a_possible_item_asks_for_is_perhaps_needed(self) -> None:
        items = records(i1={"materials": ()}, i2={"materials": ()})
        assert papers(card=None, items=items)["id"].need == "maybe"
        assert papers(card=True, items=items)["id"].need == "needed"
        assert "id" not in papers(card=False, items=items)

    def test_what_a_sure_item_asks_for_is_needed_whatever_else(self) -> None:
        assert papers(card=None)["id"].need == "needed"

    def test_not_always_necessary_depends_on_the_case_that_the_record_names(self) -> None:
        some = (Material(name="结婚证", need="非必要", when="已经结婚的"),)
        found = papers(items=records(i1={"materials": some}))["marriage"]
        assert (found.need, found.when) == ("depends", "已经结婚的")

    def test_necessary_for_one_item_is_needed(self) -> None:
        some = (Material(name="身份证", need="非必要", when="代办的"),)
        assert papers(items=records(i1={"materials": some}))["id"].need == "needed"

    def test_sure_but_in_some_cases_and_possible_but_always_is_perhaps(self) -> None:
        """i1 and i2 ask in some cases, i3, which may not be needed, always."""
        items = records(
            i1={"materials": (Material(name="身份证", need="非必要"),)},
            i2={"materials": (Material(name="居民身份证", need="非必要"),)},
        )
        assert papers(card=None, items=items)["id"].need == "maybe"
        assert papers(card=True, items=items)["id"].need == "needed"
        assert papers(card=False, items=items)["id"].need == "depends"

    @pytest.mark.parametrize(
        ("wed", "need"), [(False, "needed"), (None, "maybe"), (True, "depends")]
    )
    def test_a_rule_that_adds_it_makes_it_needed_in_every_case(self, wed: Truth, need: str) -> None:
        assert (
            papers(wed=wed, bundle=shared("note", optional=False, need="非必要"))["note"].need
            == need
        )

    def test_a_rule_adds_only_for_items_on_the_list(self) -> None:
        one = shared("note", **{"for": ["i3"]})
        assert "note" not in papers(card=False, wed=False, bundle=one)
        assert papers(card=None, wed=False, bundle=one)["note"].need == "maybe"
        assert papers(card=True, wed=False, bundle=one)["note"].need == "needed"


class TestNotBrought:
    def test_exempt_by_the_only_record_that_asks(self) -> None:
        some = (Material(name="结婚证", exempt="数据共享核验"),)
        found = papers(items=records(i1={"materials": some}))["marriage"]
        assert found.spared is not None
        assert (found.spared.code, found.spared.field) == ("i1", "materials[0]")

    def test_not_if_another_item_wants_it(self) -> None:
        some = (Material(name="身份证", exempt="数据共享核验"),)
        assert papers(items=records(i1={"materials": some}))["id"].spared is None

    def test_an_electronic_licence_named_by_the_bundle(self) -> None:
        found = papers(bundle=shared("id", electronic="电子居民身份证"))["id"]
        assert found.spared is not None
        assert (found.spared.code, found.spared.field) == ("b", "materials[0]")
        assert found.need == "needed"

    def test_exempt_by_the_bundle(self) -> None:
        found = papers(wed=False, bundle=shared("note", exempt="告知承诺"))["note"]
        assert found.spared is not None
        assert (found.spared.code, found.spared.field) == ("b", "materials[2]")

    def test_handed_in_later_only_if_all_say_so(self) -> None:
        late = (Material(name="身份证", need="容缺后补"), Material(name="结婚证", need="容缺后补"))
        found = papers(items=records(i1={"materials": late}))
        assert found["marriage"].later
        assert found["marriage"].need == "needed"
        assert not found["id"].later


class TestMadeOnTheWay:
    def test_the_result_of_another_step(self) -> None:
        items = records(i1={"results": (Result(name="《身份证》"),), "materials": ()})
        found = papers(items=items)["id"]
        assert (found.made_by, found.items) == ("i1", ("i2",))

    def test_not_a_result_of_another_name(self) -> None:
        items = records(i1={"results": (Result(name="居民身份证"),), "materials": ()})
        assert papers(items=items)["id"].made_by is None

    def test_not_of_a_step_that_asks_for_it_itself(self) -> None:
        items = records(i1={"results": (Result(name="身份证"),)})
        assert papers(items=items)["id"].made_by is None

    def test_not_of_a_step_that_may_not_be_needed(self) -> None:
        """i2 comes after i3 here."""
        parts = [{**one, "after": []} for one in yaml.safe_load(BUNDLE)["items"]]
        parts[1]["after"] = ["i3"]
        one = written("bundle", BUNDLE, items=parts)
        items = records(i3={"results": (Result(name="照片"),), "materials": ()})
        assert papers(card=None, items=items, bundle=one)["i2#照片"].made_by is None
        assert papers(card=True, items=items, bundle=one)["i2#照片"].made_by == "i3"

    def test_not_of_a_step_that_the_asking_one_does_not_wait_for(self) -> None:
        """The old certificate is brought to the first step, though a later one makes a new one."""
        items = records(i2={"results": (Result(name="结婚证"),)})
        assert papers(items=items)["marriage"].made_by is None
        items = records(i3={"results": (Result(name="照片"),)})
        assert papers(card=True, items=items)["i2#照片"].made_by is None


class TestVariants:
    VARIANT = Variant(
        id="hk",
        label="港澳居民",
        if_=Condition(profile="residence", in_=("hongkong", "macao")),
        materials=(Material(name="通行证"), Material(name="照片说明", need="非必要")),
        without=("居民身份证",),
    )

    def found(self, profile: dict[str, Any]) -> dict[str, PlannedDocument]:
        return papers(items=records(i2={"variants": (self.VARIANT,)}), profile=profile)

    def test_for_whom_it_is(self) -> None:
        found = self.found({"residence": "hongkong"})
        assert found["id"].items == ("i1",)
        assert found["i2#通行证"].need == "needed"
        assert found["i2#照片说明"].need == "depends"
        assert found["i2#通行证"].asked[0].field == "variants[0].materials[0]"

    @pytest.mark.parametrize("profile", [{"residence": "guangzhou"}, {}])
    def test_for_others_and_for_those_who_did_not_say(self, profile: dict[str, Any]) -> None:
        found = self.found(profile)
        assert found["id"].items == ("i1", "i2")
        assert "i2#通行证" not in found
