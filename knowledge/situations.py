"""The ways through a bundle's questions: which are asked, and every path that answers can take.

A question is asked in its place if ``ask_if`` is not false and it still matters: some rule, clock
or later question that looks at it is not decided by what was said so far.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations

from knowledge.conditions import Told, Value, holds, leaves, names
from knowledge.types import Bundle, Condition, Question

UNKNOWN = None
"""不知道: the answer that leaves a question open."""

MOST_QUESTIONS = 7
"""The most questions that anyone is asked; what is left open then counts as 不知道."""

_MOST_SUBSETS = 4
_EPOCH = date(2026, 1, 5)

Answers = Mapping[str, Value | None]
"""Answers by question; ``None`` is 不知道, an absent question was not answered yet."""


def told(bundle: Bundle, answers: Answers, profile: Mapping[str, Value] | None = None) -> Told:
    """What the answers amount to, with the questions that rightly were not asked.

    Answers to questions that do not concern this person (any more) count for nothing; a question
    that the profile answers takes its answer from there, unless it was answered itself.
    """
    known: dict[str, Value] = {}
    skipped: set[str] = set()
    for question in bundle.questions:
        so_far = Told(known, profile or {}, frozenset(skipped))
        if not concerns(question, so_far):
            skipped.add(question.id)
            continue
        value = answers.get(question.id)
        if question.id not in answers and question.profile and profile:
            value = profile.get(question.profile)
        if value is not None:
            known[question.id] = value
    return Told(known, profile or {}, frozenset(skipped))


def concerns(question: Question, so_far: Told) -> bool:
    """Whether the question is for this person, as far as is known."""
    return question.ask_if is None or holds(question.ask_if, so_far) is not False


def next_question(
    bundle: Bundle, answers: Answers, profile: Mapping[str, Value] | None = None
) -> Question | None:
    """The next question to ask, or ``None`` when all that matters is said, or enough was asked."""
    known = told(bundle, answers, profile)
    if len(set(answers) - known.skipped) >= MOST_QUESTIONS:
        return None
    for question in bundle.questions:
        if question.id in known.skipped or question.id in answers or question.id in known.answers:
            continue
        if matters(bundle, question, known):
            return question
    return None


def matters(bundle: Bundle, question: Question, known: Told) -> bool:
    """Whether anything that looks at the question is still open.

    Nothing matters any more once a rule has stopped the plan.
    """
    if any(rule.stop and holds(rule.if_, known) is True for rule in bundle.rules):
        return False
    name = ("answer", question.id)
    open_ = any(
        name in names(condition) and holds(condition, known) is None
        for condition in _conditions(bundle)
    )
    return open_ or question.id in events(bundle)


def events(bundle: Bundle) -> frozenset[str]:
    """The questions whose day starts a clock."""
    clocks = (clock for part in bundle.items for clock in (part.deadline, part.opens) if clock)
    return frozenset(clock.event for clock in clocks) - {"start"}


def _conditions(bundle: Bundle) -> Iterator[Condition]:
    yield from (rule.if_ for rule in bundle.rules)
    yield from (one.ask_if for one in bundle.questions if one.ask_if is not None)


def possible(question: Question, conditions: Sequence[Condition]) -> tuple[Value | None, ...]:
    """Representative answers: each that the conditions could tell apart, and 不知道.

    A number or a day is represented by the values at and around those that it is compared with.
    """
    compared = [
        one for condition in conditions for one in leaves(condition) if one.answer == question.id
    ]
    values: list[Value] = []
    match question.kind:
        case "choice":
            values += [one.id for one in question.options]
        case "choices":
            values += _subsets([one.id for one in question.options], compared)
        case "yes_no":
            values += [True, False]
        case "number":
            values += _numbers(question, compared)
        case "date":
            bounds = {day for one in compared for day in (one.before, one.since) if day}
            days = {day + timedelta(days=by) for day in bounds for by in (-1, 0)}
            values += sorted(days or {_EPOCH})
    return (*values, UNKNOWN)


def _numbers(question: Question, compared: Sequence[Condition]) -> list[Value]:
    bounds: set[int] = set()
    for one in compared:
        bounds |= {
            bound
            for bound in (one.is_, one.at_least, one.at_most, one.more_than, one.less_than)
            if isinstance(bound, int) and not isinstance(bound, bool)
        }
    least, most = question.least, question.most
    near = {bound + by for bound in bounds for by in (-1, 0, 1)} or {least or 0}
    return [
        value
        for value in sorted(near)
        if (least is None or value >= least) and (most is None or value <= most)
    ]


def _subsets(options: Sequence[str], compared: Sequence[Condition]) -> list[Value]:
    if len(options) <= _MOST_SUBSETS:
        sizes = range(len(options) + 1)
        return [frozenset(some) for size in sizes for some in combinations(options, size)]
    looked_at = [one for one in options if any(one == each.has for each in compared)]
    singles = [frozenset({one}) for one in looked_at]
    return [frozenset(), *singles, frozenset(looked_at)]


def paths(bundle: Bundle, most: int | None = None) -> Iterator[Answers]:
    """Every way through the questions with representative answers, 不知道 among them.

    Ends after ``most`` paths.  The order is that of the questions and their options.
    """
    conditions = tuple(_conditions(bundle))
    choices = {one.id: possible(one, conditions) for one in bundle.questions}
    found = 0
    open_: list[dict[str, Value | None]] = [{}]
    while open_:
        answers = open_.pop()
        question = next_question(bundle, answers)
        if question is None:
            yield answers
            found += 1
            if found == most:
                return
            continue
        open_ += [{**answers, question.id: value} for value in reversed(choices[question.id])]
