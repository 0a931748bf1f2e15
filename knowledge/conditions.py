"""The condition language: three truth values over answers and profile.

A condition is ``true``, ``false`` or unknown (``None``), after Kleene's strong logic: ``all`` is
false as soon as one part is false, ``any`` true as soon as one is true, ``not`` of unknown is
unknown.  A comparison with something not answered (or answered 不知道) is unknown; with a question
that was rightly not asked it is false.

Written in YAML::

    all:
      - {answer: household, is: guangzhou}
      - not: {profile: age, less_than: 18}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from knowledge.types import Condition, Question

Value = bool | int | str | date | frozenset[str]
"""An answer: yes or no, a number, an option's id, a day, or the ids of several options."""

Truth = bool | None

_NUMBERS = ("at_least", "at_most", "more_than", "less_than")
_DATES = ("before", "since")
_COMPARISONS: dict[str, tuple[str, ...]] = {
    "choice": ("is", "in"),
    "choices": ("has",),
    "yes_no": ("is",),
    "number": ("is", *_NUMBERS),
    "date": _DATES,
}


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of one person: a name that is absent is unknown.

    ``skipped``: questions that were not asked because they do not concern this person.
    """

    answers: Mapping[str, Value] = field(default_factory=dict)
    profile: Mapping[str, Value] = field(default_factory=dict)
    skipped: frozenset[str] = frozenset()


def holds(condition: Condition, told: Told) -> Truth:
    """Whether the condition holds; ``None`` if what is told does not decide it."""
    if condition.all:
        return _every(holds(one, told) for one in condition.all)
    if condition.any:
        return _some(holds(one, told) for one in condition.any)
    if condition.not_ is not None:
        return negate(holds(condition.not_, told))
    if condition.answer is not None:
        if condition.answer in told.skipped:
            return False
        value = told.answers.get(condition.answer)
    else:
        value = told.profile.get(condition.profile or "")
    return None if value is None else _compare(condition, value)


def negate(truth: Truth) -> Truth:
    return None if truth is None else not truth


def either(*truths: Truth) -> Truth:
    """Kleene's or."""
    return _some(iter(truths))


def both(*truths: Truth) -> Truth:
    """Kleene's and."""
    return _every(iter(truths))


def _every(truths: Iterator[Truth]) -> Truth:
    unknown = False
    for truth in truths:
        if truth is False:
            return False
        unknown = unknown or truth is None
    return None if unknown else True


def _some(truths: Iterator[Truth]) -> Truth:
    return negate(_every(negate(truth) for truth in truths))


def _compare(condition: Condition, value: Value) -> bool:
    if condition.is_ is not None:
        return value == condition.is_
    if condition.in_:
        return value in condition.in_
    if condition.has is not None:
        return isinstance(value, frozenset) and condition.has in value
    if isinstance(value, date):
        if condition.before is not None:
            return value < condition.before
        return condition.since is not None and value >= condition.since
    if not isinstance(value, int):
        return False
    least, most, above, below = (
        condition.at_least,
        condition.at_most,
        condition.more_than,
        condition.less_than,
    )
    return (
        (least is None or value >= least)
        and (most is None or value <= most)
        and (above is None or value > above)
        and (below is None or value < below)
    )


def leaves(condition: Condition) -> Iterator[Condition]:
    """Every comparison in the condition."""
    parts = (*condition.all, *condition.any)
    if condition.not_ is not None:
        parts += (condition.not_,)
    if not parts:
        yield condition
    for part in parts:
        yield from leaves(part)


def names(condition: Condition) -> frozenset[tuple[str, str]]:
    """What the condition looks at: ``("answer", id)`` and ``("profile", field)``."""
    return frozenset(
        ("answer", one.answer) if one.answer is not None else ("profile", one.profile or "")
        for one in leaves(condition)
    )


def faults(
    condition: Condition,
    questions: Mapping[str, Question],
    profile: Mapping[str, Question],
    path: str,
) -> Iterator[tuple[str, str, str]]:
    """What is wrong with a condition: ``(path, value, remedy)`` for each fault.

    ``questions`` are those that may be named, by id; ``profile`` the fields of the profile.
    """
    parts = [
        *((f"{path}.all[{n}]", one) for n, one in enumerate(condition.all)),
        *((f"{path}.any[{n}]", one) for n, one in enumerate(condition.any)),
    ]
    if condition.not_ is not None:
        parts.append((f"{path}.not", condition.not_))
    compared = _compared(condition)
    named = [one for one in (condition.answer, condition.profile) if one is not None]
    kinds = sum(map(bool, (condition.all, condition.any, condition.not_ is not None, named)))
    if kinds != 1 or len(named) > 1 or (bool(compared) != bool(named)):
        remedy = "每个条件只写 all、any、not 之一，或者一个 answer/profile 加一个比较"
        yield path, "、".join((*named, *compared)) or "空条件", remedy
        return
    for where, part in parts:
        yield from faults(part, questions, profile, where)
    if named:
        yield from _comparison_faults(condition, compared, questions, profile, path)


def _comparison_faults(
    condition: Condition,
    compared: tuple[str, ...],
    questions: Mapping[str, Question],
    profile: Mapping[str, Question],
    path: str,
) -> Iterator[tuple[str, str, str]]:
    known = profile if condition.answer is None else questions
    name = condition.answer or condition.profile or ""
    question = known.get(name)
    if question is None:
        remedy = "没有这个名称：可用的是 " + "、".join(known)
        yield path, name, remedy
        return
    allowed = _COMPARISONS[question.kind]
    several = len(compared) > 1 and not set(compared) <= set(_NUMBERS)
    if several or not set(compared) <= set(allowed):
        yield path, "、".join(compared), f"{name} 只能用 {'、'.join(allowed)} 比较"
        return
    if question.kind == "yes_no" and not isinstance(condition.is_, bool):
        yield path, str(condition.is_), f"{name} 是是非题：写 is: true 或者 is: false"
    if question.kind == "number" and (
        isinstance(condition.is_, bool | str) and condition.is_ is not None
    ):
        yield path, str(condition.is_), f"{name} 是数字"
    if question.kind in ("choice", "choices"):
        options = {one.id for one in question.options}
        wanted = [one for one in (condition.is_, condition.has, *condition.in_) if one is not None]
        for value in wanted:
            if value not in options:
                remedy = f"{name} 没有这个选项：可用的是 {'、'.join(sorted(options))}"
                yield path, str(value), remedy


def _compared(condition: Condition) -> tuple[str, ...]:
    said: list[str] = []
    if condition.is_ is not None:
        said.append("is")
    if condition.in_:
        said.append("in")
    if condition.has is not None:
        said.append("has")
    said += [name for name in (*_NUMBERS, *_DATES) if getattr(condition, name) is not None]
    return tuple(said)
