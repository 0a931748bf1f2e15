"""Which questions are asked, when asking ends, and the ways that answers can take."""

from __future__ import annotations

from datetime import date
from itertools import islice
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.bundles.checklist import checklist
from knowledge.conditions import Value
from knowledge.situations import (
    MOST_QUESTIONS,
    UNKNOWN,
    events,
    next_question,
    paths,
    possible,
    told,
)
from knowledge.types import Bundle, Condition, Question
from tests.records import built_in, written

TEXT = """
code: b
name: 出生一件事
stage: 出生
audience: 个人
items:
  - {code: i1, name: 出生登记}
  - {code: i2, name: 参保, optional: true}
  - {code: i3, name: 迁移, optional: true}
questions:
  - {id: here, text: 在广州吗？, why: 不在不办。, kind: yes_no}
  - {id: age, text: 几岁？, why: 参保看年龄。, kind: number, least: 0, most: 120, profile: age}
  - id: kind
    text: 哪种？
    why: 种类不同。
    options: [{id: x, text: 甲}, {id: y, text: 乙}]
    ask_if: {answer: age, at_least: 18}
  - {id: move, text: 迁吗？, why: 要迁移。, kind: yes_no, ask_if: {answer: kind, is: x}}
rules:
  - {id: away, if: {answer: here, is: false}, stop: {kind: not_here, instead: 到别处。},
     reason: 不在。}
  - {id: grown, if: {all: [{answer: age, at_least: 18}, {answer: kind, is: y}]}, add_items: [i2],
     reason: 成年。}
  - {id: move, if: {answer: move, is: true}, add_items: [i3], reason: 要迁。}
"""


@pytest.fixture
def bundle() -> Bundle:
    found: Bundle = written("bundle", TEXT)
    return found


def asked(
    bundle: Bundle, said: dict[str, Any], profile: dict[str, Value] | None = None
) -> list[str]:
    """The questions in the order in which this person is asked them."""
    answers: dict[str, Any] = {}
    order: list[str] = []
    while (question := next_question(bundle, answers, profile)) is not None:
        order.append(question.id)
        answers[question.id] = said[question.id]
    return order


class TestWhatIsAsked:
    def test_in_order_as_far_as_it_matters(self, bundle: Bundle) -> None:
        said = {"here": True, "age": 30, "kind": "x", "move": True}
        assert asked(bundle, said) == ["here", "age", "kind", "move"]
        assert asked(bundle, {**said, "kind": "y"}) == ["here", "age", "kind"]

    def test_not_what_does_not_concern_this_person(self, bundle: Bundle) -> None:
        assert asked(bundle, {"here": True, "age": 10}) == ["here", "age"]

    def test_nothing_more_once_it_is_stopped(self, bundle: Bundle) -> None:
        assert asked(bundle, {"here": False}) == ["here"]

    def test_what_may_concern_is_asked_though_that_is_not_known(self, bundle: Bundle) -> None:
        said = {"here": True, "age": None, "kind": None, "move": True}
        assert asked(bundle, said) == ["here", "age", "kind", "move"]

    def test_not_what_the_profile_answers(self, bundle: Bundle) -> None:
        said = {"here": True, "kind": "y"}
        assert asked(bundle, said, {"age": 30}) == ["here", "kind"]
        assert asked(bundle, said, {"age": 3}) == ["here"]

    def test_not_what_cannot_change_anything_any_more(self) -> None:
        either = TEXT.replace(
            "if: {answer: move, is: true}",
            "if: {any: [{answer: age, at_least: 60}, {answer: move, is: true}]}",
        )
        bundle = written("bundle", either)
        assert asked(bundle, {"here": True, "age": 70, "kind": "x"}) == ["here", "age", "kind"]

    def test_a_day_that_starts_a_clock_though_no_rule_looks_at_it(self) -> None:
        clock = {"event": "born", "within": {"amount": 1, "unit": "个月"}, "text": "一个月"}
        one = written(
            "bundle",
            TEXT,
            items=[{"code": "i1", "name": "出生登记", "deadline": clock}],
            rules=[],
            questions=[{"id": "born", "text": "？", "why": "期限", "kind": "date"}],
        )
        assert events(one) == {"born"}
        assert asked(one, {"born": date(2026, 1, 1)}) == ["born"]

    def test_nobody_is_asked_more_than_seven(self) -> None:
        """The eighth is left open, and counts as 不知道."""
        questions = [
            {"id": f"q{number}", "text": "？", "why": "一", "kind": "yes_no"} for number in range(8)
        ]
        rules = [
            {"id": f"r{number}", "if": {"answer": f"q{number}", "is": True}, "add_items": ["i2"]}
            for number in range(8)
        ]
        one = written(
            "bundle", TEXT, questions=questions, rules=[{**rule, "reason": "。"} for rule in rules]
        )
        said = {f"q{number}": False for number in range(8)}
        assert asked(one, said) == [f"q{number}" for number in range(MOST_QUESTIONS)]
        assert asked(one, {**said, "q0": None}) == [f"q{number}" for number in range(7)]
        seven = {name: said[name] for name in list(said)[:7]}
        assert checklist(one, told(one, seven)).items == {"i1": True, "i2": None}


class TestWhatIsTold:
    def test_what_was_skipped_is_told_apart_from_what_is_unknown(self, bundle: Bundle) -> None:
        known = told(bundle, {"here": True, "age": 10})
        assert known.skipped == {"kind", "move"}
        assert known.answers == {"here": True, "age": 10}

    def test_i_do_not_know_leaves_it_open(self, bundle: Bundle) -> None:
        known = told(bundle, {"here": True, "age": UNKNOWN})
        assert known.answers == {"here": True}
        assert known.skipped == frozenset()

    def test_an_answer_that_no_longer_concerns_counts_for_nothing(self, bundle: Bundle) -> None:
        known = told(bundle, {"here": True, "age": 10, "kind": "y", "move": True})
        assert known.answers == {"here": True, "age": 10}

    def test_an_own_answer_comes_before_the_profile(self, bundle: Bundle) -> None:
        assert told(bundle, {"age": 3}, {"age": 30}).answers == {"age": 3}
        assert told(bundle, {}, {"age": 30}).answers == {"age": 30}

    def test_i_do_not_know_is_an_own_answer(self, bundle: Bundle) -> None:
        assert "age" not in told(bundle, {"age": UNKNOWN}, {"age": 30}).answers


class TestPossibleAnswers:
    def answers(self, kind: str, *conditions: Condition, **values: Any) -> list[Any]:
        question = Question(id="q", text="？", why="", kind=kind, **values)  # type: ignore[arg-type]
        found = possible(question, conditions)
        assert found[-1] is UNKNOWN
        return list(found[:-1])

    def test_yes_and_no(self) -> None:
        assert self.answers("yes_no") == [True, False]

    def test_numbers_at_and_around_each_bound(self) -> None:
        bound = Condition(answer="q", at_least=18)
        assert self.answers("number", bound) == [17, 18, 19]
        assert self.answers("number", bound, least=18) == [18, 19]
        assert self.answers("number", least=3) == [3]

    def test_days_at_and_before_each_bound(self) -> None:
        bound = Condition(not_=Condition(answer="q", before=date(2025, 1, 1)))
        assert self.answers("date", bound) == [date(2024, 12, 31), date(2025, 1, 1)]
        assert len(self.answers("date")) == 1

    def test_bounds_of_other_questions_do_not_count(self) -> None:
        assert self.answers("number", Condition(answer="r", at_least=18), least=0) == [0]

    @given(st.lists(st.integers(0, 9), min_size=1, max_size=3), st.integers(-5, 15))
    def test_every_number_is_represented(self, bounds: list[int], number: int) -> None:
        """Whatever is answered, a representative is on the same side of every bound."""
        names = ("at_least", "more_than", "at_most", "less_than", "is_")
        all_ = [Condition(answer="q", **{name: bound}) for bound in bounds for name in names]
        sides = lambda value: tuple((value > one) - (value < one) for one in bounds)  # noqa: E731
        assert sides(number) in {sides(value) for value in self.answers("number", *all_)}


class TestPaths:
    def test_each_is_what_someone_is_asked(self, bundle: Bundle) -> None:
        found = list(paths(bundle))
        for answers in found:
            assert list(answers) == asked(bundle, dict(answers))
        assert len({tuple(one.items()) for one in found}) == len(found)

    def test_by_hand(self, bundle: Bundle) -> None:
        """In 广州 yes, no or unknown; no ends it.  Ages 17, 18, 19,
        unknown: 17 ends it.  Kind x and
        unknown lead on to three answers, y ends it: 2 × (1 + 3 × 7) + 1."""
        assert len(list(paths(bundle))) == 45

    def test_no_more_than_wished(self, bundle: Bundle) -> None:
        assert len(list(paths(bundle, 10))) == 10
        assert list(paths(bundle, 10)) == list(paths(bundle))[:10]


def test_asking_ends_only_when_no_answer_can_change_the_list() -> None:
    """What was not asked any more, answered at random, leaves every checklist as it was."""
    guided = [one for one in built_in() if isinstance(one, Bundle) and one.questions]
    assert guided
    for bundle in guided:
        draw = Random(bundle.code)
        conditions = [rule.if_ for rule in bundle.rules]
        conditions += [one.ask_if for one in bundle.questions if one.ask_if is not None]
        for answers in islice(paths(bundle, 2_000), 0, None, 40):
            if len(answers) == MOST_QUESTIONS:
                continue  # enough was asked, whatever matters
            rest = {
                one.id: draw.choice(possible(one, conditions))
                for one in bundle.questions
                if one.id not in answers
            }
            before = checklist(bundle, told(bundle, answers))
            now = checklist(bundle, told(bundle, {**answers, **rest}))
            assert (now.items, now.documents) == (before.items, before.documents), answers
            assert bool(now.stops) == bool(before.stops), answers
