"""Planning as staff and tests use it: answers from a file, the plan as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from assistant.bundles.calendar import Day
from assistant.bundles.documents import PlannedDocument
from assistant.bundles.planner import Plan, PlannedItem, plan
from assistant.errors import AnswersError
from assistant.types import Knowledge
from knowledge import profile
from knowledge.conditions import Value
from knowledge.situations import Answers
from knowledge.types import Bundle, Question, ServiceItem

UNKNOWN = "不知道"
_KEYS = {"answers", "profile", "begun", "offline"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What one person answered, from when on, and whether they want to stay offline."""

    answers: Answers
    profile: Mapping[str, Value] = field(default_factory=dict)
    begun: date | None = None
    offline: bool = False


def opened(code: str, knowledge: Knowledge) -> Bundle:
    """The bundle of this code.  Raises ``AnswersError`` with the codes that there are."""
    found = knowledge.record(code)
    if isinstance(found, Bundle):
        return found
    release = knowledge.release
    codes = release.records.having("questions") if release else ()
    raise AnswersError(f"没有一件事 {code!r}；可用的是 {'、'.join(codes)}")


def records(bundle: Bundle, knowledge: Knowledge) -> dict[str, ServiceItem]:
    """The bundle's items by code, as far as the release holds them."""
    return {
        part.code: record
        for part in bundle.items
        if isinstance(record := knowledge.record(part.code), ServiceItem)
    }


def read(path: Path, bundle: Bundle, begun: str | None = None) -> Situation:
    """A file of answers (JSON or YAML): ``{answers: {…}, profile: {…}, begun: …, offline: …}``, or
    the answers alone.

    Answers are option ids or texts, true or false, numbers, days, lists, or null for 不知道.
    Raises ``AnswersError`` that names the question and what it takes.
    """
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError) as error:  # not text, or a day that there is not
        said = " ".join(str(error).split())
        raise AnswersError(f"{path.name} 不是 JSON 或 YAML：{said}") from error
    if loaded is None:
        loaded = {}
    if not isinstance(loaded, Mapping):
        raise AnswersError(f"{path.name} 应为对象，例如 {{answers: {{问题: 回答}}}}")
    whole = loaded if set(loaded) & _KEYS else {"answers": loaded}
    if unknown := sorted(set(map(str, whole)) - _KEYS):
        raise AnswersError(f"{path.name} 有未知字段 {'、'.join(unknown)}；可用 {'、'.join(_KEYS)}")
    day = begun or whole.get("begun")
    return Situation(
        answers=_values(whole.get("answers") or {}, {one.id: one for one in bundle.questions}),
        profile={
            key: value
            for key, value in _values(whole.get("profile") or {}, profile.fields()).items()
            if value is not None
        },
        begun=day if isinstance(day, date) or day is None else _day(str(day), "begun"),
        offline=bool(whole.get("offline", False)),
    )


def _values(given: Any, questions: Mapping[str, Question]) -> dict[str, Value | None]:
    if not isinstance(given, Mapping):
        raise AnswersError(f"{given!r} 应为“问题: 回答”的对象")
    found: dict[str, Value | None] = {}
    for key, value in given.items():
        question = questions.get(str(key))
        if question is None:
            raise AnswersError(f"没有问题 {key!r}；可用的是 {'、'.join(questions)}")
        found[question.id] = None if value in (None, UNKNOWN) else _value(question, value)
    return found


def _value(question: Question, value: Any) -> Value:
    options = {one.text: one.id for one in question.options} | {
        one.id: one.id for one in question.options
    }
    match question.kind:
        case "choice" if str(value) in options:
            return options[str(value)]
        case "choices" if isinstance(value, list) and all(str(one) in options for one in value):
            return frozenset(options[str(one)] for one in value)
        case "yes_no" if isinstance(value, bool):
            return value
        case "number" if isinstance(value, int) and not isinstance(value, bool):
            return value
        case "date":
            return value if isinstance(value, date) else _day(str(value), question.id)
    takes = {
        "choice": "、".join(one.id for one in question.options),
        "choices": "列表：" + "、".join(one.id for one in question.options),
        "yes_no": "true 或 false",
        "number": "整数",
    }
    raise AnswersError(f"{question.id} 的回答 {value!r} 不对：应为 {takes[question.kind]}，或 null")


def _day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise AnswersError(f"{name} 的日期 {text!r} 不对：写成 2026-11-23") from None


def planned(
    bundle: Bundle, records: Mapping[str, ServiceItem], situation: Situation, today: date
) -> Plan:
    """The plan of a situation."""
    return plan(
        bundle,
        records,
        situation.answers,
        situation.begun or today,
        profile=situation.profile,
        offline=situation.offline,
    )


def plain(one: Plan) -> dict[str, Any]:
    """The plan as plain values for JSON."""
    return {
        "bundle": one.bundle.code,
        "name": one.bundle.name,
        "begun": one.begun.isoformat(),
        "stopped": [
            {"rule": rule.id, "reason": rule.reason, "instead": rule.stop.instead}
            for rule in one.stops
            if rule.stop
        ],
        "may_stop": [rule.id for rule in one.doubts],
        "items": [_item(item) for item in one.items],
        "documents": [_document(document) for document in one.documents],
        "visits": one.visits,
        "finish": _iso(one.finish),
        "finish_by_law": _iso(one.finish_by_law),
        "provisional": any(
            day.provisional for day in (one.finish, one.finish_by_law) if day is not None
        ),
        "cost": {
            "yuan": one.cost.yuan,
            "fees": [
                {"item": code, "field": f"money.fees[{number}]", "standard": fee.standard}
                for code, number, fee in one.cost.fees
            ],
            "unsaid": list(one.cost.unsaid),
        },
        "rules": [rule.id for rule in one.reasons],
        "open": [question.id for question in one.open],
        "ask": one.ask.id if one.ask else None,
        "before": {"documents": one.documents_apart, "visits": one.visits_apart},
        "after": {"documents": len(one.to_bring), "visits": one.visits},
    }


def _item(one: PlannedItem) -> dict[str, Any]:
    timed = one.timed
    return {
        "code": one.part.code,
        "name": one.part.name,
        "need": one.need,
        "way": one.way.kind,
        "counter": one.way.counter,
        "visits": one.way.visits,
        "visit": timed.visit if timed else None,
        "after": list(one.after),
        "start": _iso(timed.start if timed else None),
        "finish": _iso(timed.finish if timed else None),
        "finish_by_law": _iso(one.finish_by_law),
        "limit_stated": not one.unsaid,
        "opens": one.opens.isoformat() if one.opens else None,
        "deadline": one.deadline.isoformat() if one.deadline else None,
        "late": one.late,
        "rules": [rule.id for rule in one.because],
    }


def _document(one: PlannedDocument) -> dict[str, Any]:
    return {
        "key": one.key,
        "name": one.name,
        "need": one.need,
        "items": list(one.items),
        "originals": one.originals,
        "copies": one.copies,
        "when": one.when,
        "bring": one.spared is None and one.made_by is None,
        "spared_by": f"{one.spared.code} {one.spared.field}" if one.spared else None,
        "made_by": one.made_by,
        "later": one.later,
        "fields": [f"{asked.code} {asked.field}" for asked in one.asked],
        "rules": [rule.id for rule in one.because],
    }


def _iso(day: Day | None) -> str | None:
    return day.date.isoformat() if day else None
