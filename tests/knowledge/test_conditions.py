"""Three truth values: Kleene's laws, what a comparison says, and what is wrong with a condition."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from knowledge import profile
from knowledge.conditions import (
    Told,
    Truth,
    Value,
    both,
    either,
    faults,
    holds,
    leaves,
    names,
    negate,
)
from knowledge.types import Condition, Option, Question
from tests.assistant.bundles import oracle

TRUTHS = (True, None, False)
_ADAPTER: TypeAdapter[Condition] = TypeAdapter(Condition)

QUESTIONS = {
    one.id: one
    for one in (
        Question(
            id="c",
            text="？",
            why="",
            options=(Option(id="x", text="甲"), Option(id="y", text="乙")),
        ),
        Question(
            id="s",
            text="？",
            why="",
            kind="choices",
            options=(Option(id="x", text="甲"), Option(id="y", text="乙")),
        ),
        Question(id="b", text="？", why="", kind="yes_no"),
        Question(id="n", text="？", why="", kind="number"),
        Question(id="d", text="？", why="", kind="date"),
    )
}

DAYS = st.dates(date(2025, 1, 1), date(2025, 1, 9))
VALUES: dict[str, st.SearchStrategy[Value]] = {
    "c": st.sampled_from(("x", "y")),
    "s": st.frozensets(st.sampled_from(("x", "y"))),
    "b": st.booleans(),
    "n": st.integers(0, 6),
    "d": DAYS,
}
COMPARISONS = {
    "c": st.one_of(
        st.fixed_dictionaries({"is": VALUES["c"]}),
        st.fixed_dictionaries({"in": st.lists(VALUES["c"], min_size=1, max_size=2)}),
    ),
    "s": st.fixed_dictionaries({"has": VALUES["c"]}),
    "b": st.fixed_dictionaries({"is": VALUES["b"]}),
    "n": st.sampled_from(("is", "at_least", "at_most", "more_than", "less_than")).flatmap(
        lambda name: st.fixed_dictionaries({name: VALUES["n"]})
    ),
    "d": st.sampled_from(("before", "since")).flatmap(
        lambda name: st.fixed_dictionaries({name: DAYS})
    ),
}
COMPARISON = st.sampled_from(tuple(VALUES)).flatmap(
    lambda name: COMPARISONS[name].map(lambda compared: {"answer": name, **compared})
)
RAW = st.recursive(
    COMPARISON,
    lambda part: st.one_of(
        st.fixed_dictionaries({"all": st.lists(part, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(part, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"not": part}),
    ),
    max_leaves=6,
)
"""Conditions as they are written in YAML."""

ANSWERS = st.fixed_dictionaries({}, optional=VALUES)


def condition(raw: Mapping[str, Any]) -> Condition:
    return _ADAPTER.validate_python(raw)


class TestLaws:
    @given(RAW, RAW, ANSWERS)
    def test_de_morgan(self, one: dict[str, Any], other: dict[str, Any], said: Any) -> None:
        told = Told(said)
        neither = condition({"all": [{"not": one}, {"not": other}]})
        not_all = condition({"any": [{"not": one}, {"not": other}]})
        assert holds(condition({"not": {"any": [one, other]}}), told) == holds(neither, told)
        assert holds(condition({"not": {"all": [one, other]}}), told) == holds(not_all, told)

    @given(RAW, ANSWERS)
    def test_two_negations_say_the_same(self, one: dict[str, Any], said: Any) -> None:
        twice = condition({"not": {"not": one}})
        assert holds(twice, Told(said)) == holds(condition(one), Told(said))

    @given(RAW, RAW, ANSWERS)
    def test_order_does_not_matter(
        self, one: dict[str, Any], other: dict[str, Any], said: Any
    ) -> None:
        for name in ("all", "any"):
            there, back = condition({name: [one, other]}), condition({name: [other, one]})
            assert holds(there, Told(said)) == holds(back, Told(said))

    @given(RAW, ANSWERS, ANSWERS)
    def test_an_answer_more_never_turns_what_was_certain(
        self, one: dict[str, Any], said: dict[str, Value], more: dict[str, Value]
    ) -> None:
        before = holds(condition(one), Told(said))
        assert before is None or holds(condition(one), Told({**more, **said})) == before

    @given(RAW, st.fixed_dictionaries(VALUES))
    def test_with_all_answers_nothing_is_unknown(self, one: dict[str, Any], said: Any) -> None:
        assert holds(condition(one), Told(said)) is not None

    @given(RAW, ANSWERS, st.frozensets(st.sampled_from(tuple(VALUES))))
    def test_it_holds_as_the_oracle_says(
        self, one: dict[str, Any], said: dict[str, Value], skipped: frozenset[str]
    ) -> None:
        case = oracle.Case({}, {})
        case.known |= {name: value for name, value in said.items() if name not in skipped}
        case.not_asked |= skipped
        assert holds(condition(one), Told(case.known, {}, skipped)) == case.truth(one)

    @pytest.mark.parametrize("one", TRUTHS)
    @pytest.mark.parametrize("other", TRUTHS)
    def test_and_is_the_lesser_or_the_greater(self, one: Truth, other: Truth) -> None:
        rank = {False: 0, None: 1, True: 2}
        assert both(one, other) == min(one, other, key=rank.__getitem__)
        assert either(one, other) == max(one, other, key=rank.__getitem__)
        assert negate(both(one, other)) == either(negate(one), negate(other))

    def test_of_nothing_all_holds_and_any_does_not(self) -> None:
        assert both() is True
        assert either() is False


class TestComparisons:
    @pytest.mark.parametrize(
        ("raw", "value", "expected"),
        [
            ({"answer": "c", "is": "x"}, "x", True),
            ({"answer": "c", "is": "x"}, "y", False),
            ({"answer": "c", "in": ["x", "y"]}, "y", True),
            ({"answer": "b", "is": False}, False, True),
            ({"answer": "b", "is": False}, True, False),
            ({"answer": "s", "has": "x"}, frozenset({"x", "y"}), True),
            ({"answer": "s", "has": "x"}, frozenset(), False),
            ({"answer": "n", "is": 0}, 0, True),
            ({"answer": "n", "at_least": 18}, 18, True),
            ({"answer": "n", "at_least": 18}, 17, False),
            ({"answer": "n", "at_most": 18}, 18, True),
            ({"answer": "n", "more_than": 18}, 18, False),
            ({"answer": "n", "less_than": 18}, 18, False),
            ({"answer": "n", "at_least": 6, "less_than": 18}, 17, True),
            ({"answer": "n", "at_least": 6, "less_than": 18}, 18, False),
            ({"answer": "d", "before": date(2025, 1, 1)}, date(2024, 12, 31), True),
            ({"answer": "d", "before": date(2025, 1, 1)}, date(2025, 1, 1), False),
            ({"answer": "d", "since": date(2025, 1, 1)}, date(2025, 1, 1), True),
        ],
    )
    def test_what_was_answered(self, raw: dict[str, Any], value: Value, expected: bool) -> None:
        assert holds(condition(raw), Told({raw["answer"]: value})) is expected

    def test_what_was_not_said_is_unknown(self) -> None:
        assert holds(condition({"answer": "c", "is": "x"}), Told()) is None
        assert holds(condition({"profile": "age", "at_least": 60}), Told({"age": 70})) is None

    def test_a_question_rightly_not_asked_is_false(self) -> None:
        told = Told({}, {}, frozenset({"c"}))
        assert holds(condition({"answer": "c", "is": "x"}), told) is False
        assert holds(condition({"not": {"answer": "c", "is": "x"}}), told) is True

    def test_the_profile_is_not_the_answers(self) -> None:
        told = Told({"age": 10}, {"age": 70})
        assert holds(condition({"profile": "age", "at_least": 60}), told) is True
        assert holds(condition({"answer": "age", "at_least": 60}), told) is False

    def test_one_known_part_decides(self) -> None:
        unknown, no = {"answer": "c", "is": "x"}, {"answer": "b", "is": False}
        assert holds(condition({"all": [unknown, no]}), Told({"b": True})) is False
        assert holds(condition({"any": [unknown, no]}), Told({"b": False})) is True
        assert holds(condition({"all": [unknown, no]}), Told({"b": False})) is None


class TestNames:
    def test_leaves_and_names_reach_every_level(self) -> None:
        raw = {
            "all": [
                {"answer": "c", "is": "x"},
                {"any": [{"profile": "age", "at_least": 60}, {"not": {"answer": "b", "is": True}}]},
            ]
        }
        assert len(list(leaves(condition(raw)))) == 3
        assert names(condition(raw)) == {("answer", "c"), ("profile", "age"), ("answer", "b")}


class TestFaults:
    @given(RAW)
    def test_what_is_well_written_has_none(self, raw: dict[str, Any]) -> None:
        assert not list(faults(condition(raw), QUESTIONS, profile.fields(), "if"))

    @pytest.mark.parametrize(
        ("raw", "path", "value"),
        [
            ({}, "if", "空条件"),
            ({"answer": "c"}, "if", "c"),
            ({"is": "x"}, "if", "is"),
            ({"answer": "c", "profile": "sex", "is": "x"}, "if", "c、sex、is"),
            ({"answer": "c", "is": "x", "not": {"answer": "b", "is": True}}, "if", "c、is"),
            (
                {"all": [{"answer": "b", "is": True}], "any": [{"answer": "b", "is": True}]},
                "if",
                "空条件",
            ),
            ({"answer": "nobody", "is": "x"}, "if", "nobody"),
            ({"profile": "nothing", "is": "x"}, "if", "nothing"),
            ({"answer": "c", "is": "z"}, "if", "z"),
            ({"answer": "c", "in": ["x", "z"]}, "if", "z"),
            ({"answer": "s", "is": "x"}, "if", "is"),
            ({"answer": "s", "has": "z"}, "if", "z"),
            ({"answer": "c", "has": "x"}, "if", "has"),
            ({"answer": "c", "is": "x", "in": ["y"]}, "if", "is、in"),
            ({"answer": "b", "is": "x"}, "if", "x"),
            ({"answer": "n", "is": "x"}, "if", "x"),
            ({"answer": "n", "is": True}, "if", "True"),
            ({"answer": "n", "before": date(2025, 1, 1)}, "if", "before"),
            ({"answer": "d", "at_least": 3}, "if", "at_least"),
            ({"profile": "residence", "is": "beijing"}, "if", "beijing"),
            ({"not": {"answer": "c", "is": "z"}}, "if.not", "z"),
            ({"all": [{"answer": "b", "is": True}, {"answer": "c", "is": "z"}]}, "if.all[1]", "z"),
            ({"any": [{"not": {"answer": "c", "is": "z"}}]}, "if.any[0].not", "z"),
        ],
    )
    def test_each_is_named_with_its_path(self, raw: dict[str, Any], path: str, value: str) -> None:
        ((where, found, remedy),) = faults(condition(raw), QUESTIONS, profile.fields(), "if")
        assert (where, found) == (path, value)
        assert remedy

    def test_a_name_that_is_not_there_is_answered_with_those_that_are(self) -> None:
        ((_, _, remedy),) = faults(
            condition({"answer": "nobody", "is": "x"}), QUESTIONS, profile.fields(), "if"
        )
        assert all(name in remedy for name in QUESTIONS)
