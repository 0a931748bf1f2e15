"""Each error of a bundle fires on a bundle made for it, and names the field."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from knowledge import bundle_rules
from knowledge.types import Article, Benefit, Bundle, Condition, Finding, Material, Variant
from tests.records import built_in, hotline, item, policy, written

GOOD = yaml.safe_load("""
code: b
name: 出生一件事
stage: 出生
audience: 个人
items:
  - {code: i1, name: 出生登记}
  - {code: i2, name: 参保, after: [i1], deadline: {event: born, within: {amount: 1, unit: 个月},
     text: 一个月以内}}
  - {code: i3, name: 社保卡, optional: true, opens: {event: start, within: {amount: 1,
     unit: 自然日}, text: 明天}}
questions:
  - {id: born, text: 哪天出生？, why: 有期限。, kind: date}
  - {id: married, text: 登记结婚了吗？, why: 材料不同。, kind: yes_no}
  - id: follow
    text: 随谁落户？
    why: 户口簿不同。
    options: [{id: father, text: 随爸爸}, {id: mother, text: 随妈妈}]
    ask_if: {answer: married, is: false}
  - {id: card, text: 要社保卡吗？, why: 可以一起办。, kind: yes_no}
rules:
  - {id: card, if: {answer: card, is: true}, add_items: [i3], reason: 要社保卡。}
  - {id: note, if: {answer: married, is: false}, add_documents: [note],
     remove_documents: [marriage], reason: 没有登记。}
  - {id: follow, if: {answer: follow, is: mother}, remove_items: [i2], reason: 随妈妈。}
materials:
  - {key: marriage, name: 结婚证, satisfies: [{item: i1, material: 结婚证}]}
  - {key: note, name: 说明, for: [i1], optional: true}
  - {name: 只给人看的}
""")

Change = Callable[[dict[str, Any]], object]


def found(change: Change) -> list[Finding]:
    value = copy.deepcopy(GOOD)
    change(value)
    return list(bundle_rules.check(written("bundle", "{}", **value)))


def question(**values: Any) -> dict[str, Any]:
    return {"id": "new", "text": "？", "why": "要问。", "kind": "yes_no", **values}


def rule(**values: Any) -> dict[str, Any]:
    return {"id": "new", "if": {"answer": "card", "is": True}, "reason": "因为。", **values}


def test_a_clean_bundle_has_no_error() -> None:
    assert found(lambda one: None) == []


@pytest.mark.parametrize(
    ("change", "name", "field", "value"),
    [
        # names used twice
        (
            lambda one: one["questions"].append(one["questions"][3]),
            "repeated-id",
            "questions",
            "card",
        ),
        (lambda one: one["rules"].append(one["rules"][0]), "repeated-id", "rules", "card"),
        (
            lambda one: one["items"].append({"code": "i1", "name": "甲"}),
            "repeated-id",
            "items",
            "i1",
        ),
        (
            lambda one: one["materials"].append({"key": "note", "name": "甲"}),
            "repeated-id",
            "materials",
            "note",
        ),
        (
            lambda one: one["materials"].append(
                {"key": "k", "name": "甲", "satisfies": [{"item": "i1", "material": "结婚证"}]}
            ),
            "repeated-id",
            "materials[3]",
            "结婚证",
        ),
        # names that are not there
        (
            lambda one: one["rules"][0]["if"].update(answer="nobody"),
            "condition",
            "rules[0].if",
            "nobody",
        ),
        (
            lambda one: one["rules"][0].update(add_items=["i3", "i9"]),
            "unknown-name",
            "rules[0].add_items",
            "i9",
        ),
        (
            lambda one: one["rules"][0].update(remove_items=["i9"]),
            "unknown-name",
            "rules[0].remove_items",
            "i9",
        ),
        (
            lambda one: one["rules"][0].update(add_documents=["no"]),
            "unknown-name",
            "rules[0].add_documents",
            "no",
        ),
        (
            lambda one: one["rules"][0].update(remove_documents=["no"]),
            "unknown-name",
            "rules[0].remove_documents",
            "no",
        ),
        (
            lambda one: one["items"][1].update(after=["i9"]),
            "unknown-name",
            "items[1].after",
            "i9",
        ),
        (
            lambda one: one["items"][2]["opens"].update(event="nobody"),
            "unknown-name",
            "items[2].opens.event",
            "nobody",
        ),
        (
            lambda one: one["items"][2]["opens"].update(event="card"),  # no day
            "unknown-name",
            "items[2].opens.event",
            "card",
        ),
        (
            lambda one: one["materials"][1].update({"for": ["i9"]}),
            "unknown-name",
            "materials[1]",
            "i9",
        ),
        (
            lambda one: one["questions"][3].update(profile="nothing"),
            "unknown-name",
            "questions[3].profile",
            "nothing",
        ),
        # conditions
        (
            lambda one: one["rules"][2]["if"].update({"is": "nobody"}),
            "condition",
            "rules[2].if",
            "nobody",
        ),
        (
            lambda one: one["questions"][2].update(ask_if={"answer": "married", "is": "no"}),
            "condition",
            "questions[2].ask_if",
            "no",
        ),
        # circles
        (
            lambda one: one["questions"][2].update(ask_if={"answer": "card", "is": True}),
            "cycle",
            "questions[2].ask_if",
            "card",
        ),
        (
            lambda one: one["questions"][2].update(ask_if={"answer": "follow", "is": "father"}),
            "cycle",
            "questions[2].ask_if",
            "follow",
        ),
        (lambda one: one["items"][0].update(after=["i2"]), "cycle", "items", "i1、i2"),
        # questions
        (
            lambda one: one["questions"].append(question()),
            "unused-question",
            "questions[4]",
            "new",
        ),
        (
            lambda one: one["questions"][2].update(options=[]),
            "options",
            "questions[2].options",
            "follow",
        ),
        (
            lambda one: one["questions"][3].update(options=[{"id": "x", "text": "甲"}]),
            "options",
            "questions[3].options",
            "card",
        ),
        (
            lambda one: one["questions"][3].update(profile="sex"),
            "profile-differs",
            "questions[3].profile",
            "sex",
        ),
        # rules and what only they bring in
        (lambda one: one["rules"].append(rule()), "no-effect", "rules[3]", "new"),
        (
            lambda one: one["items"][0].update(optional=True),
            "never-added",
            "items[0]",
            "i1",
        ),
        (
            lambda one: one["materials"][0].update(optional=True),
            "never-added",
            "materials[0]",
            "结婚证",
        ),
        (
            lambda one: one["materials"][2].update({"for": ["i1"]}),
            "no-key",
            "materials[2]",
            "只给人看的",
        ),
        # what only shows when the questions are gone through
        (
            lambda one: one["rules"].append(rule(remove_items=["i3"])),
            "contradiction",
            "rules[0]",
            "i3",
        ),
        (
            lambda one: one["rules"].append(
                rule(
                    **{
                        "if": {
                            "all": [
                                {"answer": "follow", "is": "father"},
                                {"answer": "married", "is": True},
                            ]
                        }
                    },
                    remove_items=["i2"],
                )
            ),
            "unreachable",
            "rules[3]",
            "new",
        ),
        (
            lambda one: one["questions"][2].update(
                ask_if={
                    "all": [{"answer": "married", "is": False}, {"answer": "married", "is": True}]
                }
            ),
            "unreachable",
            "questions[2]",
            "follow",
        ),
    ],
)
def test_each_error_fires_and_names_the_field(
    change: Change, name: str, field: str, value: str
) -> None:
    errors = found(change)
    assert (name, field, value) in {(one.rule, one.field, one.value) for one in errors}, errors
    for one in errors:
        assert one.level == "error"
        assert one.code == "b"
        assert one.remedy


def with_questions(count: int) -> Change:
    """So many more questions, each of which adds the social security card."""

    def change(one: dict[str, Any]) -> None:
        for number in range(count):
            one["questions"].append(question(id=f"q{number}"))
            one["rules"].append(
                rule(
                    id=f"r{number}",
                    remove_items=["i1"],
                    **{"if": {"answer": f"q{number}", "is": True}},
                )
            )

    return change


def test_seven_questions_are_asked_and_not_eight() -> None:
    assert found(with_questions(3)) == []
    (error,) = found(with_questions(4))
    assert (error.rule, error.field, error.value) == ("too-many-questions", "questions", "q3")


def test_rules_that_never_meet_do_not_contradict() -> None:
    other = rule(remove_items=["i3"], **{"if": {"answer": "card", "is": False}})
    assert found(lambda one: one["rules"].append(other)) == []


def test_a_rule_over_the_profile_need_not_be_reached_by_answers() -> None:
    other = rule(remove_items=["i1"], **{"if": {"profile": "age", "at_least": 60}})
    assert found(lambda one: one["rules"].append(other)) == []


def test_a_stop_is_an_effect() -> None:
    stop = {"kind": "not_here", "instead": "到别处办。"}
    other = rule(stop=stop, **{"if": {"answer": "follow", "is": "father"}})
    assert found(lambda one: one["rules"].append(other)) == []


class TestOtherRecords:
    def condition(self, **values: Any) -> Condition:
        return Condition(profile="residence", **values)

    def test_variants_look_at_the_profile_only(self) -> None:
        good = Variant(id="v", label="港澳", if_=self.condition(in_=("hongkong", "macao")))
        assert bundle_rules.check(item(variants=(good,))) == ()
        bad = Variant(id="v", label="港澳", if_=Condition(answer="q", is_=True))
        (error,) = bundle_rules.check(item(variants=(good, bad)))
        assert (error.rule, error.field, error.value) == ("condition", "variants[1].if", "q")

    def test_a_variant_leaves_out_materials_that_are_there(self) -> None:
        one = Variant(
            id="v", label="港澳", if_=self.condition(is_="macao"), without=("身份证", "居民身份证")
        )
        (error,) = bundle_rules.check(item(variants=(one,)))
        assert (error.rule, error.field) == ("unknown-name", "variants[0].without")
        assert error.value == "居民身份证"
        assert "照片" in error.remedy

    def test_benefits_name_articles_of_their_policy(self) -> None:
        values = {"id": "x", "name": "补贴", "if_": self.condition(is_="guangzhou")}
        assert bundle_rules.check(policy(benefits=(Benefit(**values, articles=("a1",)),))) == ()
        (error,) = bundle_rules.check(policy(benefits=(Benefit(**values, articles=("a9",)),)))
        assert (error.rule, error.field) == ("unknown-name", "benefits[0].articles")
        (error,) = bundle_rules.check(policy(benefits=(Benefit(**values, articles=()),)))
        assert (error.rule, error.field) == ("no-basis", "benefits[0].articles")

    def test_a_benefit_compares_options_that_there_are(self) -> None:
        one = Benefit(id="x", name="补贴", if_=self.condition(is_="mars"), articles=("a1",))
        (error,) = bundle_rules.check(policy(benefits=(one,)))
        assert (error.rule, error.field, error.value) == ("condition", "benefits[0].if", "mars")

    def test_a_hotline_has_nothing_to_check(self) -> None:
        assert bundle_rules.check(hotline()) == ()


class TestLinks:
    """What records say of each other."""

    def records(self, **changes: Any) -> list[Any]:
        one: Bundle = written("bundle", "{}", **{**GOOD, **changes})
        certificate = item(code="i1", name="出生登记", materials=(Material(name="结婚证"),))
        return [one, certificate, item(code="i2"), item(code="i3")]

    def test_all_is_there(self) -> None:
        assert list(bundle_rules.links(self.records())) == []

    def test_an_item_that_is_no_record(self) -> None:
        (error,) = bundle_rules.links(self.records()[:-1])
        assert (error.rule, error.field, error.value) == ("unknown-name", "items[2].code", "i3")

    def test_an_item_that_is_another_kind_of_record(self) -> None:
        records = [*self.records()[:-1], hotline(code="i3")]
        assert [one.field for one in bundle_rules.links(records)] == ["items[2].code"]

    def test_a_material_that_the_item_does_not_have(self) -> None:
        records = self.records()
        records[1] = item(code="i1", materials=(Material(name="结婚证书"),))
        (error,) = bundle_rules.links(records)
        assert error.field == "materials[0].satisfies[0].material"
        assert "结婚证书" in error.remedy

    def test_a_material_of_a_variant_is_there_too(self) -> None:
        records = self.records()
        some = Variant(
            id="v",
            label="港澳",
            if_=Condition(profile="residence", is_="macao"),
            materials=(Material(name="结婚证"),),
        )
        records[1] = item(code="i1", materials=(), variants=(some,))
        assert list(bundle_rules.links(records)) == []

    def test_another_way_that_is_no_record(self) -> None:
        stop = {"kind": "another_way", "instead": "改办。", "code": "nowhere"}
        records = self.records(rules=[*GOOD["rules"], rule(stop=stop)])
        (error,) = bundle_rules.links(records)
        assert (error.field, error.value) == ("rules[3].stop.code", "nowhere")

    def test_a_benefit_whose_item_is_no_record(self) -> None:
        one = Benefit(
            id="x",
            name="补贴",
            if_=Condition(profile="residence", is_="macao"),
            articles=("a1",),
            item="i9",
        )
        granting = policy(
            articles=(Article(id="a1", number="第一条", text="发补贴。"),), benefits=(one,)
        )
        (error,) = bundle_rules.links([granting])
        assert (error.code, error.field, error.value) == ("p1", "benefits[0].item", "i9")


def test_the_built_in_pack_has_no_dangling_link() -> None:
    assert list(bundle_rules.links(built_in())) == []
