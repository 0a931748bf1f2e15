"""One person's plan: ways, order, days, costs, and what another answer changes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from assistant.bundles.calendar import Day
from assistant.bundles.planner import Plan, changed, plan, way
from knowledge.types import (
    Body,
    Bundle,
    BundleItem,
    Coded,
    Duration,
    Fee,
    Handling,
    Limits,
    Material,
    Money,
    Online,
    ServiceItem,
)
from tests.records import item, written

MONDAY = date(2026, 3, 2)
BUNDLE = """
code: b
name: 出生一件事
stage: 出生
audience: 个人
items:
  - code: i1
    name: 出生登记
    window: 户政窗口
    deadline: {event: born, within: {amount: 1, unit: 个月}, text: 一个月以内}
  - {code: i2, name: 参保, window: 医保窗口, after: [i1]}
  - {code: i3, name: 社保卡, window: 医保窗口, after: [i2], optional: true}
  - {code: i4, name: 补贴, after: [i3], opens: {event: start, within: {amount: 10, unit: 自然日},
     text: 十天以后}}
questions:
  - {id: born, text: 哪天出生？, why: 一, kind: date}
  - {id: card, text: 要社保卡吗？, why: 二, kind: yes_no}
  - {id: age, text: 几岁？, why: 三, kind: number, profile: age}
rules:
  - {id: card, if: {answer: card, is: true}, add_items: [i3], add_documents: [photo],
     reason: 要社保卡。}
  - {id: old, if: {profile: age, at_least: 60}, remove_items: [i4], reason: 满六十岁不用。}
  - {id: young, if: {answer: age, less_than: 0}, remove_items: [i4], reason: 不会有。}
  - {id: late, if: {answer: born, before: 2020-01-01}, stop: {kind: not_here,
     instead: 到派出所问。}, reason: 太久了。}
materials:
  - {key: id, name: 身份证, satisfies: [{item: i1, material: 身份证}, {item: i2, material: 身份证}]}
  - {key: photo, name: 照片, optional: true, for: [i3]}
"""
BORN = date(2026, 2, 20)


def days(amount: int) -> Duration:
    return Duration(amount=amount, unit="工作日")


def records(**changes: dict[str, Any]) -> dict[str, ServiceItem]:
    """Four records; the fourth is handled online.  ``changes`` replace fields of one."""
    base: dict[str, dict[str, Any]] = {
        "i1": {
            "limits": Limits(promised=days(2), legal=days(5)),
            "handling": Handling(visits=1),
            "materials": (Material(name="身份证"),),
            "money": Money(charged=False),
        },
        "i2": {
            "limits": Limits(legal=days(3)),
            "handling": Handling(visits=1),
            "materials": (Material(name="身份证"),),
            "money": Money(charged=True, fees=(Fee(name="工本费", standard="20元", yuan=20),)),
        },
        "i3": {"limits": Limits(), "handling": Handling(visits=1), "materials": ()},
        "i4": {
            "limits": Limits(promised=days(1)),
            "online": Online(available=True),
            "handling": Handling(visits=0),
            "materials": (),
        },
    }
    return {
        code: item(code=code, name=code, **{**values, **changes.get(code, {})})
        for code, values in base.items()
    }


@pytest.fixture
def bundle() -> Bundle:
    found: Bundle = written("bundle", BUNDLE)
    return found


def made(
    bundle: Bundle,
    *,
    items: dict[str, ServiceItem] | None = None,
    begun: date = MONDAY,
    profile: dict[str, Any] | None = None,
    offline: bool = False,
    **answers: Any,
) -> Plan:
    said = {"born": BORN, "card": False, "age": 30, **answers}
    return plan(
        bundle,
        records() if items is None else items,
        said,
        begun,
        profile=profile,
        offline=offline,
    )


class TestWay:
    PART = BundleItem(code="i", name="甲", window="户政窗口", department="公安局")

    def found(self, *, offline: bool = False, **changes: Any) -> tuple[str, int, str | None, bool]:
        one = way(self.PART, item(code="i", **changes), offline=offline)
        return one.kind, one.visits, one.counter, one.sure

    def test_online_without_a_visit(self) -> None:
        online = {"online": Online(available=True)}
        assert self.found(**online, handling=Handling(visits=0)) == ("online", 0, None, True)
        assert self.found(**online) == ("online", 0, None, False)
        forms = Handling(forms=("窗口办理", "网上办理"), visits=0)
        assert self.found(handling=forms) == ("online", 0, None, True)

    def test_by_courier(self) -> None:
        forms = Handling(forms=("快递申请",), visits=0)
        assert self.found(handling=forms) == ("courier", 0, None, True)

    def test_online_with_a_visit_all_the_same(self) -> None:
        found = self.found(online=Online(available=True), handling=Handling(visits=1))
        assert found == ("window", 1, "户政窗口", True)

    def test_at_the_window_as_often_as_the_record_says(self) -> None:
        assert self.found(handling=Handling(visits=2)) == ("window", 2, "户政窗口", True)

    def test_once_if_the_record_does_not_say(self) -> None:
        assert self.found() == ("window", 1, "户政窗口", False)

    def test_no_visit_is_not_believed_without_another_way(self) -> None:
        assert self.found(handling=Handling(visits=0)) == ("window", 1, "户政窗口", False)

    def test_not_online_for_who_does_not_want_it(self) -> None:
        found = self.found(online=Online(available=True), handling=Handling(visits=0), offline=True)
        assert found == ("window", 1, "户政窗口", False)

    def test_without_a_window_it_is_the_department_of_the_record(self) -> None:
        one = way(BundleItem(code="i", name="甲"), item(body=Body(department="民政局")))
        assert one.counter == "民政局"

    def test_without_a_record(self) -> None:
        assert way(self.PART, None).counter == "户政窗口"
        assert way(BundleItem(code="i", name="甲"), None).counter == "i"


class TestSteps:
    def test_in_the_order_in_which_they_begin(self, bundle: Bundle) -> None:
        found = made(bundle, card=True)
        assert [one.part.code for one in found.items] == ["i1", "i2", "i3", "i4"]
        assert [one.need for one in found.items] == ["needed"] * 4

    def test_days_by_hand(self, bundle: Bundle) -> None:
        """Mon 2 Mar: i1 until Wed 4; i2 until Mon 9; i4 from Thu 12 until Fri 13."""
        times = {one.part.code: one.timed for one in made(bundle).items}
        starts = {code: time.start for code, time in times.items() if time}
        assert starts == {
            "i1": Day(MONDAY),
            "i2": Day(date(2026, 3, 4)),
            "i4": Day(date(2026, 3, 12)),
        }
        assert made(bundle).finish == Day(date(2026, 3, 13))

    def test_by_law_where_it_is_longer(self, bundle: Bundle) -> None:
        """i1 by law until Mon 9, so i2 until Thu 12, and i4 (no legal limit) until Fri 13."""
        found = made(bundle)
        assert {one.part.code: one.finish_by_law for one in found.items} == {
            "i1": Day(date(2026, 3, 9)),
            "i2": Day(date(2026, 3, 12)),
            "i4": Day(date(2026, 3, 13)),
        }
        assert found.finish_by_law == Day(date(2026, 3, 13))

    def test_done_at_once_but_for_the_legal_limit(self, bundle: Bundle) -> None:
        once = Handling(visits=1, case_kind=Coded(text="即办件"))
        first = made(bundle, items=records(i1={"handling": once})).items[0]
        assert first.timed is not None
        assert first.timed.finish == Day(MONDAY)
        assert first.finish_by_law == Day(date(2026, 3, 9))
        unlimited = records(i1={"handling": once, "limits": Limits()})
        assert not made(bundle, items=unlimited).items[0].unsaid

    def test_a_step_left_out_is_waited_through(self, bundle: Bundle) -> None:
        after = {one.part.code: one.after for one in made(bundle, card=False).items}
        assert after == {"i1": (), "i2": ("i1",), "i4": ("i2",)}

    def test_a_step_that_may_be_needed_has_no_day(self, bundle: Bundle) -> None:
        found = {one.part.code: one for one in made(bundle, card=None).items}
        assert (found["i3"].need, found["i3"].timed, found["i3"].finish_by_law) == (
            "maybe",
            None,
            None,
        )
        assert found["i4"].after == ("i3",)
        assert found["i4"].timed is not None
        assert [rule.id for rule in found["i3"].because] == ["card"]
        assert list(found) == ["i1", "i2", "i3", "i4"]

    def test_a_limit_that_no_record_states(self, bundle: Bundle) -> None:
        unsaid = {one.part.code: one.unsaid for one in made(bundle, card=True).items}
        assert unsaid == {"i1": False, "i2": False, "i3": True, "i4": False}

    def test_a_step_without_a_record(self, bundle: Bundle) -> None:
        items = {code: one for code, one in records().items() if code != "i1"}
        first = made(bundle, items=items).items[0]
        assert (first.record, first.way.visits, first.unsaid) == (None, 1, True)

    def test_a_finish_beyond_the_published_years(self, bundle: Bundle) -> None:
        found = made(bundle, begun=date(2026, 12, 28), born=date(2026, 12, 1))
        assert found.finish is not None
        assert found.finish.provisional


class TestClocks:
    def test_the_last_day_from_the_day_that_was_told(self, bundle: Bundle) -> None:
        first = made(bundle).items[0]
        assert (first.deadline, first.late) == (date(2026, 3, 20), False)

    def test_too_late(self, bundle: Bundle) -> None:
        first = made(bundle, born=date(2026, 1, 30)).items[0]
        assert (first.deadline, first.late) == (date(2026, 2, 28), True)

    def test_no_last_day_without_the_day(self, bundle: Bundle) -> None:
        first = made(bundle, born=None).items[0]
        assert (first.deadline, first.late) == (None, False)

    def test_the_first_day_from_today(self, bundle: Bundle) -> None:
        assert made(bundle).items[-1].opens == date(2026, 3, 12)


class TestVisits:
    def test_what_is_shared_and_what_it_would_be_apart(self, bundle: Bundle) -> None:
        once = Handling(visits=1, case_kind=Coded(text="即办件"))
        items = records(i2={"handling": once, "limits": Limits()})
        found = made(bundle, items=items, card=True)
        assert (found.visits, found.visits_apart) == (2, 3)

    def test_nothing_online(self, bundle: Bundle) -> None:
        assert made(bundle).visits == 2
        assert made(bundle, offline=True).visits == 3

    def test_documents_apart(self, bundle: Bundle) -> None:
        found = made(bundle, card=True)
        assert [one.key for one in found.to_bring] == ["id", "photo"]
        assert found.documents_apart == 3


class TestCost:
    def test_plain_amounts_are_summed(self, bundle: Bundle) -> None:
        some = (Fee(name="卡费", standard="25元", yuan=25), Fee(name="邮费", standard="按标准"))
        items = records(i3={"money": Money(charged=True, fees=some)})
        cost = made(bundle, items=items, card=True).cost
        assert cost.yuan == 45
        assert [(code, number) for code, number, _ in cost.fees] == [
            ("i2", 0),
            ("i3", 0),
            ("i3", 1),
        ]

    def test_who_does_not_say(self, bundle: Bundle) -> None:
        assert made(bundle, card=True).cost.unsaid == ("i3", "i4")

    def test_not_of_steps_that_may_not_be_needed(self, bundle: Bundle) -> None:
        some = (Fee(name="卡费", standard="25元", yuan=25),)
        items = records(i3={"money": Money(charged=True, fees=some)})
        assert made(bundle, items=items, card=None).cost.yuan == 20

    def test_a_fee_that_is_not_charged_is_not_counted(self, bundle: Bundle) -> None:
        some = Money(charged=False, fees=(Fee(name="工本费", standard="20元", yuan=20),))
        assert made(bundle, items=records(i2={"money": some})).cost.yuan == 0


class TestAnswers:
    def test_a_stop_leaves_no_plan(self, bundle: Bundle) -> None:
        found = made(bundle, born=date(2019, 1, 1))
        assert [rule.id for rule in found.stops] == ["late"]
        assert (found.items, found.documents, found.finish, found.ask) == ((), (), None, None)

    def test_a_stop_that_may_be(self, bundle: Bundle) -> None:
        found = made(bundle, born=None)
        assert [rule.id for rule in found.doubts] == ["late"]
        assert [question.id for question in found.open] == ["born"]
        assert found.items

    def test_what_is_still_to_be_asked(self, bundle: Bundle) -> None:
        found = plan(bundle, records(), {"born": BORN}, MONDAY)
        assert found.ask is not None
        assert found.ask.id == "card"
        assert made(bundle).ask is None

    def test_an_answer_is_known_of_the_profile_too(self, bundle: Bundle) -> None:
        assert "i4" not in [one.part.code for one in made(bundle, age=70).items]
        assert "i4" in [one.part.code for one in made(bundle, age=30, profile={"age": 70}).items]

    def test_the_profile_answers_in_its_place(self, bundle: Bundle) -> None:
        said = {"born": BORN, "card": False}
        found = plan(bundle, records(), said, MONDAY, profile={"age": 70})
        assert "i4" not in [one.part.code for one in found.items]
        assert found.ask is None

    def test_rules_that_hold_are_its_reasons(self, bundle: Bundle) -> None:
        assert [rule.id for rule in made(bundle, card=True, age=70).reasons] == ["card", "old"]

    def test_nothing_to_do_has_no_finish(self, bundle: Bundle) -> None:
        one = written(
            "bundle",
            BUNDLE,
            items=[{"code": "i3", "name": "社保卡", "optional": True}],
            materials=[],
            rules=[
                {
                    "id": "card",
                    "if": {"answer": "card", "is": True},
                    "add_items": ["i3"],
                    "reason": "要。",
                }
            ],
        )
        found = made(one, card=False)
        assert (found.items, found.visits, found.finish, found.finish_by_law) == ((), 0, None, None)

    def test_the_same_again_is_the_same(self, bundle: Bundle) -> None:
        assert made(bundle, card=None) == made(bundle, card=None)


class TestChanged:
    def test_what_comes_in_and_what_falls_away(self, bundle: Bundle) -> None:
        found = changed(made(bundle, card=False), made(bundle, card=True, age=70))
        assert found == {
            "items_added": ("i3",),
            "items_removed": ("i4",),
            "documents_added": ("照片",),
            "documents_removed": (),
        }

    def test_back_again(self, bundle: Bundle) -> None:
        found = changed(made(bundle, card=True), made(bundle, card=False))
        assert found["items_removed"] == ("i3",)
        assert found["documents_removed"] == ("照片",)

    def test_nothing(self, bundle: Bundle) -> None:
        assert not any(changed(made(bundle), made(bundle)).values())
