"""The personal checklist: what rules add, take away, leave open and stop."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import yaml

from assistant.bundles.checklist import Checklist, checklist
from knowledge.conditions import Told, Truth
from knowledge.types import Bundle
from tests.assistant.bundles import oracle
from tests.records import written

TEXT = """
code: b
name: 出生一件事
stage: 出生
audience: 个人
items:
  - {code: always, name: 总要办}
  - {code: added, name: 加入的, optional: true}
  - {code: removed, name: 去掉的}
questions:
  - {id: p, text: 甲？, why: 一, kind: yes_no}
  - {id: q, text: 乙？, why: 二, kind: yes_no}
  - {id: r, text: 丙？, why: 三, kind: yes_no}
rules:
  - {id: add, if: {answer: p, is: true}, add_items: [added], add_documents: [note], reason: 加入。}
  - {id: also, if: {answer: r, is: true}, add_items: [added], reason: 也加入。}
  - {id: remove, if: {answer: q, is: true}, remove_items: [added, removed],
     remove_documents: [book], reason: 去掉。}
materials:
  - {key: note, name: 说明, optional: true, for: [always]}
  - {key: book, name: 户口簿, for: [always]}
  - {name: 只给人看的}
"""
STOP = {
    "id": "stop",
    "if": {"answer": "r", "is": False},
    "stop": {"kind": "not_here", "instead": "到别处办。"},
    "reason": "不在这里。",
}


RAW: dict[str, Any] = yaml.safe_load(TEXT)


def bundle(*more: dict[str, Any]) -> Bundle:
    found: Bundle = written("bundle", TEXT, rules=[*RAW["rules"], *more])
    return found


def listed(p: Truth, q: Truth, r: Truth, one: Bundle | None = None) -> Checklist:
    said = {"p": p, "q": q, "r": r}
    known = {name: value for name, value in said.items() if value is not None}
    return checklist(one or bundle(), Told(known))


class TestItems:
    @pytest.mark.parametrize(
        ("p", "q", "r", "added", "removed"),
        [
            (False, False, False, None, "in"),
            (True, False, False, "in", "in"),
            (False, False, True, "in", "in"),
            (True, True, True, None, None),  # a removal wins
            (None, False, False, "maybe", "in"),
            (None, False, True, "in", "in"),  # one rule that holds is enough
            (None, True, None, None, None),
            (True, None, False, "maybe", "maybe"),
            (False, None, False, None, "maybe"),
        ],
    )
    def test_by_hand(
        self, p: Truth, q: Truth, r: Truth, added: str | None, removed: str | None
    ) -> None:
        found = {
            code: "maybe" if truth is None else "in"
            for code, truth in listed(p, q, r).items.items()
        }
        expected = {"always": "in", "added": added, "removed": removed}
        assert found == {code: need for code, need in expected.items() if need}

    def test_in_the_order_of_the_bundle(self) -> None:
        assert list(listed(True, False, False).items) == ["always", "added", "removed"]


class TestDocuments:
    def test_only_those_with_a_key(self) -> None:
        assert dict(listed(True, False, False).documents) == {"note": True, "book": True}

    def test_added_and_taken_away(self) -> None:
        assert dict(listed(False, True, False).documents) == {}
        assert dict(listed(None, None, False).documents) == {"note": None, "book": None}


class TestWhy:
    def test_the_rules_that_brought_it_in_or_leave_it_open(self) -> None:
        found = listed(True, None, False)
        names = {name: [rule.id for rule in rules] for name, rules in found.because.items()}
        assert names == {
            "added": ["add", "remove"],
            "removed": ["remove"],
            "note": ["add"],
            "book": ["remove"],
        }

    def test_rules_that_hold_are_applied(self) -> None:
        assert [rule.id for rule in listed(True, None, False).applied] == ["add"]


class TestStops:
    def test_a_stop_ends_everything(self) -> None:
        found = listed(True, False, False, bundle(STOP))
        assert [rule.id for rule in found.stops] == ["stop"]
        assert (found.items, found.documents, found.applied) == ({}, {}, ())

    def test_a_stop_that_may_be_is_a_doubt(self) -> None:
        found = listed(True, False, None, bundle(STOP))
        assert found.stops == ()
        assert [rule.id for rule in found.doubts] == ["stop"]
        assert "always" in found.items

    def test_one_that_does_not_hold_says_nothing(self) -> None:
        found = listed(True, False, True, bundle(STOP))
        assert (found.stops, found.doubts) == ((), ())


def test_all_answers_as_the_oracle_says() -> None:
    raw = {**RAW, "rules": [*RAW["rules"], STOP]}
    for p, q, r in product((True, False, None), repeat=3):
        found = listed(p, q, r, bundle(STOP))
        expected = oracle.expect(raw, {}, {"p": p, "q": q, "r": r})
        assert {rule.id for rule in found.stops} == expected.stopped
        assert {rule.id for rule in found.doubts} == expected.doubts
        assert {
            code: "maybe" if truth is None else "needed" for code, truth in found.items.items()
        } == expected.items
