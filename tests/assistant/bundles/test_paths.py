"""Every way through every bundle of the built-in pack, against the oracle.

A full run (``SUIWEN_FULL=1``, ``make plans``) takes all ways and says how many; the ordinary suite
the same code on about a twentieth of them, the same ones each time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from itertools import islice
from random import Random
from typing import Any

import pytest
from allpairspy import AllPairs

from assistant.bundles.checklist import checklist
from assistant.bundles.documents import documents
from assistant.bundles.planner import plan
from knowledge.conditions import Told
from knowledge.formats import pack
from knowledge.situations import Answers, next_question, paths, possible, told
from knowledge.types import Bundle, Question, ServiceItem
from tests.assistant.bundles import oracle
from tests.records import built_in

FULL = os.environ.get("SUIWEN_FULL") == "1"
MOST_PATHS = 20_000
MOST_ITEMS = 8
SHARE = 1 / 20
PLANS = 6
"""Plans of a bundle that the ordinary suite reckons by brute force."""

BEGUN = (date(2026, 1, 12), date(2026, 9, 18))
"""Weeks before 春节 and 国庆: limits run through holidays and make-up days."""

RAW = oracle.entries(pack.BUILT_IN / "bundles")
CODES = tuple(code for code, one in RAW.items() if one.get("questions"))

SMALL = tuple(code for code in CODES if len(RAW[code]["items"]) <= MOST_ITEMS)
"""Bundles of which every division into visits can be tried."""

Say = Callable[[str], None]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Print what was tried, in a full run."""

    def print_(text: str) -> None:
        with capsys.disabled():
            print(f"\n{text}", end="")

    return print_ if FULL else lambda text: None


@cache
def raw_items() -> Mapping[str, Any]:
    return oracle.entries(pack.BUILT_IN / "items")


@cache
def records() -> Mapping[str, Bundle | ServiceItem]:
    return {one.code: one for one in built_in() if isinstance(one, Bundle | ServiceItem)}


def bundle(code: str) -> Bundle:
    found = records()[code]
    assert isinstance(found, Bundle)
    return found


def items(one: Bundle) -> dict[str, ServiceItem]:
    found = {part.code: records().get(part.code) for part in one.items}
    return {code: item for code, item in found.items() if isinstance(item, ServiceItem)}


def ways(one: Bundle) -> Iterator[Answers]:
    """The paths that are tried: all, or in pairs of answers where they are too many."""
    found = in_pairs(one) if more_than(one, MOST_PATHS) else paths(one)
    draw = Random(one.code)
    for number, answers in enumerate(found):
        if FULL or number == 0 or draw.random() < SHARE:
            yield answers


def more_than(one: Bundle, most: int) -> bool:
    return sum(1 for _ in islice(paths(one), most + 1)) > most


def in_pairs(one: Bundle) -> Iterator[Answers]:
    """Ways in which every two answers to two questions meet, if the questions are both asked."""
    conditions = [rule.if_ for rule in one.rules]
    conditions += [each.ask_if for each in one.questions if each.ask_if is not None]
    choices = [possible(question, conditions) for question in one.questions]
    for row in AllPairs([list(range(len(values))) for values in choices]):
        said = {
            question.id: values[number]
            for question, values, number in zip(one.questions, choices, row, strict=True)
        }
        answers: dict[str, Any] = {}
        question: Question | None = next_question(one, answers)
        while question is not None:
            answers[question.id] = said[question.id]
            question = next_question(one, answers)
        yield answers


def reckoned(one: Bundle, answers: Answers) -> oracle.Expected:
    """The planner's checklist, in the oracle's words."""
    known = told(one, answers)
    profile = {
        each.profile: known.answers[each.id]
        for each in one.questions
        if each.profile and each.id in known.answers
    }
    known = Told(known.answers, {**known.profile, **profile}, known.skipped)
    chosen = checklist(one, known)
    papers = documents(one, chosen, items(one), known)

    def name(key: str) -> oracle.Name:
        code, sign, material = key.partition("#")
        return (code, material) if sign else key

    return oracle.Expected(
        stopped=frozenset(rule.id for rule in chosen.stops),
        doubts=frozenset(rule.id for rule in chosen.doubts),
        items={
            code: "maybe" if truth is None else "needed" for code, truth in chosen.items.items()
        },
        documents={name(paper.key): paper.need for paper in papers},
        spared=frozenset(name(paper.key) for paper in papers if paper.spared),
    )


@pytest.mark.parametrize("code", CODES)
def test_every_way_gives_the_checklist_of_the_oracle(code: str, say: Say) -> None:
    one, raw, tried = bundle(code), RAW[code], 0
    for answers in ways(one):
        assert reckoned(one, answers) == oracle.expect(raw, raw_items(), answers), answers
        tried += 1
    assert tried
    say(f"{code}: {tried} ways as the oracle says")


@pytest.mark.parametrize("code", SMALL)
def test_every_plan_is_the_best_there_is(code: str, say: Say) -> None:
    one, raw, tried = bundle(code), RAW[code], 0
    for answers, begun, todo in islice(distinct(one, raw), None if FULL else PLANS):
        made = plan(one, items(one), answers, begun)
        expected = oracle.best(todo, begun)
        late = sum(item.late for item in made.items)
        assert (late, made.visits) == (expected.late, expected.visits), answers
        assert (made.finish.date if made.finish else None) == expected.finish, answers
        tried += 1
    assert tried
    say(f"{code}: {tried} plans, none better")


def distinct(
    one: Bundle, raw: oracle.Raw
) -> Iterator[tuple[Answers, date, tuple[oracle.Job, ...]]]:
    """Answers for each set of steps and clocks that the ways lead to."""
    seen: set[tuple[oracle.Job, ...]] = set()
    for answers in ways(one):
        expected = oracle.expect(raw, raw_items(), answers)
        if expected.stopped:
            continue
        needed = frozenset(name for name, need in expected.items.items() if need == "needed")
        for begun in BEGUN:
            todo = tuple(oracle.jobs(raw, raw_items(), answers, begun, needed))
            if todo not in seen:
                seen.add(todo)
                yield answers, begun, todo


@pytest.mark.parametrize("code", ["GZB-laonian-fuli", "GZB-chuguo-chujing"])
def test_ways_in_pairs_are_few_and_ask_every_question(code: str) -> None:
    one = bundle(code)
    tried = list(in_pairs(one))
    assert {name for way in tried for name in way} == {question.id for question in one.questions}
    assert len(tried) < 200 < sum(1 for _ in islice(paths(one), 201))
    for answers in tried:
        assert next_question(one, answers) is None
