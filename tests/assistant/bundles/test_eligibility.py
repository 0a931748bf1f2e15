"""Benefits against what one chooses to tell: due, open, excluded, and what to ask next."""

from __future__ import annotations

from itertools import product
from typing import Any

from assistant.bundles.eligibility import claims, next_field
from knowledge import profile
from knowledge.conditions import Told, Value, holds
from knowledge.situations import MOST_QUESTIONS
from knowledge.types import Benefit, Condition, Policy
from tests.records import built_in, policy

OLD = Condition(profile="age", at_least=60)
LOCAL = Condition(profile="residence", is_="guangzhou")
POOR = Condition(profile="relief", in_=("dibao", "tekun"))


def granting(*conditions: Condition, code: str = "p1") -> Policy:
    benefits = tuple(
        Benefit(id=f"{code}-{number}", name=f"补贴{number}", if_=one, articles=("a1",))
        for number, one in enumerate(conditions)
    )
    return policy(code=code, benefits=benefits)


def found(policies: list[Policy], **answers: Any) -> list[tuple[str, bool | None, list[str]]]:
    return [
        (one.benefit.id, one.truth, [field.id for field in one.missing])
        for one in claims(policies, answers)
    ]


class TestClaims:
    def test_due_open_and_excluded(self) -> None:
        both = Condition(all=(OLD, POOR))
        policies = [granting(both, OLD, LOCAL)]
        assert found(policies, age=70, residence="macao") == [
            ("p1-1", True, []),
            ("p1-0", None, ["relief"]),
        ]

    def test_those_that_want_least_come_first(self) -> None:
        policies = [granting(Condition(all=(OLD, LOCAL, POOR)), POOR)]
        assert [name for name, _, _ in found(policies)] == ["p1-1", "p1-0"]

    def test_what_is_missing_in_the_order_of_the_profile(self) -> None:
        policies = [granting(Condition(all=(POOR, OLD, LOCAL)))]
        assert found(policies) == [("p1-0", None, ["residence", "age", "relief"])]

    def test_i_do_not_know_leaves_it_open(self) -> None:
        assert found([granting(OLD)], age=None) == [("p1-0", None, ["age"])]

    def test_one_part_that_is_enough_settles_it(self) -> None:
        either = Condition(any=(POOR, OLD))
        assert found([granting(either)], age=60) == [("p1-0", True, [])]

    def test_of_several_policies(self) -> None:
        policies = [granting(OLD), granting(LOCAL, code="p2")]
        assert [name for name, _, _ in found(policies, age=60, residence="guangzhou")] == [
            "p1-0",
            "p2-0",
        ]

    def test_nothing_to_grant(self) -> None:
        assert found([policy()], age=60) == []


class TestNextField:
    def asked(self, policies: list[Policy], **answers: Any) -> str | None:
        question = next_field(policies, answers)
        return question.id if question else None

    def test_the_field_that_most_wait_for(self) -> None:
        policies = [granting(OLD, Condition(all=(OLD, POOR)), POOR, OLD)]
        assert self.asked(policies) == "age"

    def test_of_equals_the_first_of_the_profile(self) -> None:
        assert self.asked([granting(POOR, OLD)]) == "age"

    def test_not_what_was_answered_nor_what_was_not_known(self) -> None:
        policies = [granting(OLD, POOR)]
        assert self.asked(policies, age=70) == "relief"
        assert self.asked(policies, age=None) == "relief"
        assert self.asked(policies, age=70, relief=None) is None

    def test_not_what_cannot_change_anything(self) -> None:
        assert self.asked([granting(Condition(all=(OLD, POOR)))], age=30) is None

    def test_nobody_is_asked_more_than_seven(self) -> None:
        fields = list(profile.fields())
        policies = [granting(*(Condition(profile=one, is_="x") for one in fields))]
        answers: dict[str, Value | None] = {}
        while (question := next_field(policies, answers)) is not None:
            assert question.id not in answers
            answers[question.id] = None
        assert len(answers) == MOST_QUESTIONS


def test_benefits_are_claimed_exactly_where_their_condition_holds() -> None:
    """Of a made policy and of every policy of the pack that grants something."""
    made = granting(
        Condition(not_=Condition(any=(OLD, POOR))), Condition(all=(LOCAL, Condition(not_=POOR)))
    )
    granted = [made, *(one for one in built_in() if isinstance(one, Policy) and one.benefits)]
    answers = product(
        ("guangzhou", "elsewhere", "hongkong"),
        (1, 30, 60, 80),
        ("dibao", "none"),
        ("male", "female"),
    )
    for said in answers:
        person: dict[str, Value] = dict(
            zip(("residence", "age", "relief", "sex"), said, strict=True)
        )
        listed = {
            (claim.policy.code, claim.number): claim.truth for claim in claims(granted, person)
        }
        for one in granted:
            for number, benefit in enumerate(one.benefits):
                truth = holds(benefit.if_, Told(profile=person))
                assert listed.get((one.code, number), False) == truth
