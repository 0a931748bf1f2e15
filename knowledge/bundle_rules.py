"""Whether a bundle's questions and rules make sense: what is found keeps the bundle out.

:func:`check` looks at one bundle, :func:`links` at what records say of each other.  Every finding
names the field by its path, so that an importer can tell its line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from knowledge import profile
from knowledge.conditions import faults, holds, names
from knowledge.situations import MOST_QUESTIONS, Answers, events, matters, paths, told
from knowledge.types import (
    Bundle,
    Condition,
    Finding,
    Policy,
    Question,
    Record,
    Rule,
    ServiceItem,
)

MOST_PATHS = 5_000
"""How many ways through the questions are looked at; a bundle with more is not judged by them."""


def check(record: Record) -> tuple[Finding, ...]:
    """The errors of one record's conditions; empty if it has none."""
    match record:
        case Bundle():
            return tuple(_bundle(record))
        case ServiceItem():
            return tuple(_variants(record))
        case Policy():
            return tuple(_benefits(record))
        case _:
            return ()


def links(records: Iterable[Record]) -> Iterator[Finding]:
    """What names a record, a material or an article that is not there."""
    known = {record.code: record for record in records}
    for record in known.values():
        if isinstance(record, Bundle):
            yield from _bundle_links(record, known)
        if isinstance(record, Policy):
            for number, benefit in enumerate(record.benefits):
                if benefit.item and not isinstance(known.get(benefit.item), ServiceItem | Bundle):
                    yield _no_record(record, f"benefits[{number}].item", benefit.item)


def _bundle_links(bundle: Bundle, known: Mapping[str, Record]) -> Iterator[Finding]:
    for number, part in enumerate(bundle.items):
        if not isinstance(known.get(part.code), ServiceItem):
            yield _no_record(bundle, f"items[{number}].code", part.code)
    for number, rule in enumerate(bundle.rules):
        if rule.stop and rule.stop.code and rule.stop.code not in known:
            yield _no_record(bundle, f"rules[{number}].stop.code", rule.stop.code)
    for number, document in enumerate(bundle.materials):
        for at, one in enumerate(document.satisfies):
            item = known.get(one.item)
            if isinstance(item, ServiceItem) and one.material not in _materials(item):
                field = f"materials[{number}].satisfies[{at}].material"
                has = "、".join(sorted(_materials(item))) or "（没有材料）"
                remedy = f"{item.name} 的材料是：{has}"
                yield _error("unknown-name", bundle, field, one.material, remedy)


def _materials(item: ServiceItem) -> set[str]:
    varied = (one.name for variant in item.variants for one in variant.materials)
    return {one.name for one in item.materials} | set(varied)


def _no_record(record: Record, field: str, code: str) -> Finding:
    return _error("unknown-name", record, field, code, "没有这个编码的记录：核对编码，或补上记录")


def _bundle(bundle: Bundle) -> Iterator[Finding]:
    found = [
        *_repeated(bundle),
        *_questions(bundle),
        *_rules(bundle),
        *_materials_of(bundle),
        *_order(bundle),
    ]
    yield from found
    if not found and bundle.questions:
        yield from _ways(bundle)


def _repeated(bundle: Bundle) -> Iterator[Finding]:
    groups: tuple[tuple[str, Sequence[str]], ...] = (
        ("questions", [one.id for one in bundle.questions]),
        ("rules", [one.id for one in bundle.rules]),
        ("items", [one.code for one in bundle.items]),
        ("materials", [one.key for one in bundle.materials if one.key]),
    )
    for field, ids in groups:
        for value, times in Counter(ids).items():
            if times > 1:
                yield _error("repeated-id", bundle, field, value, "同一名称只能用一次：改名")


def _questions(bundle: Bundle) -> Iterator[Finding]:
    used = events(bundle) | {
        name
        for condition in _all_conditions(bundle)
        for kind, name in names(condition)
        if kind == "answer"
    }
    earlier: dict[str, Question] = {}
    for number, question in enumerate(bundle.questions):
        field = f"questions[{number}]"
        if question.ask_if is not None:
            later = {one.id for one in bundle.questions} - set(earlier)
            cyclic = {n for k, n in names(question.ask_if) if k == "answer"} & later
            if cyclic:
                remedy = "ask_if 只能看前面的问题，否则成环：调整次序或条件"
                yield _error("cycle", bundle, f"{field}.ask_if", "、".join(sorted(cyclic)), remedy)
            else:
                yield from _condition(bundle, question.ask_if, earlier, f"{field}.ask_if")
        choosing = question.kind in ("choice", "choices")
        if choosing != bool(question.options):
            remedy = "选择题要有 options，别的题不能有"
            yield _error("options", bundle, f"{field}.options", question.id, remedy)
        if question.id not in used:
            remedy = "没有规则用到这个问题：删去，或补上规则"
            yield _error("unused-question", bundle, field, question.id, remedy)
        yield from _profiled(bundle, question, field)
        earlier[question.id] = question


def _profiled(bundle: Bundle, question: Question, field: str) -> Iterator[Finding]:
    if question.profile is None:
        return
    known = profile.fields().get(question.profile)
    if known is None:
        remedy = "没有这个档案字段：可用的是 " + "、".join(profile.fields())
        yield _error("unknown-name", bundle, f"{field}.profile", question.profile, remedy)
    elif known.kind != question.kind or {one.id for one in known.options} != {
        one.id for one in question.options
    }:
        remedy = "题型和选项要与 knowledge/profile.yaml 的同名字段一致"
        yield _error("profile-differs", bundle, f"{field}.profile", question.profile, remedy)


def _rules(bundle: Bundle) -> Iterator[Finding]:
    questions = {one.id: one for one in bundle.questions}
    items = {one.code for one in bundle.items}
    keys = {one.key for one in bundle.materials if one.key}
    for number, rule in enumerate(bundle.rules):
        field = f"rules[{number}]"
        yield from _condition(bundle, rule.if_, questions, f"{field}.if")
        targets = (
            ("add_items", rule.add_items, items),
            ("remove_items", rule.remove_items, items),
            ("add_documents", rule.add_documents, keys),
            ("remove_documents", rule.remove_documents, keys),
        )
        for name, values, known in targets:
            for value in values:
                if value not in known:
                    remedy = "这一件事里没有：可用的是 " + "、".join(sorted(known))
                    yield _error("unknown-name", bundle, f"{field}.{name}", value, remedy)
        if not rule.stop and not any(values for _, values, _ in targets):
            remedy = (
                "规则没有作用：写 add_items、remove_items、add_documents、remove_documents 或 stop"
            )
            yield _error("no-effect", bundle, field, rule.id, remedy)
    yield from _never_added(bundle)
    for number, part in enumerate(bundle.items):
        for name, clock in (("deadline", part.deadline), ("opens", part.opens)):
            if clock is None or clock.event == "start":
                continue
            question = questions.get(clock.event)
            if question is None or question.kind != "date":
                field = f"items[{number}].{name}.event"
                remedy = "写一个日期题的 id，或者 start（今天）"
                yield _error("unknown-name", bundle, field, clock.event, remedy)


def _never_added(bundle: Bundle) -> Iterator[Finding]:
    items = {code for rule in bundle.rules for code in rule.add_items}
    documents = {key for rule in bundle.rules for key in rule.add_documents}
    for number, part in enumerate(bundle.items):
        if part.optional and part.code not in items:
            remedy = "optional 的事项要有规则 add_items 加入"
            yield _error("never-added", bundle, f"items[{number}]", part.code, remedy)
    for number, document in enumerate(bundle.materials):
        if document.optional and document.key not in documents:
            remedy = "optional 的材料要有 key，并有规则 add_documents 加入"
            yield _error("never-added", bundle, f"materials[{number}]", document.name, remedy)


def _materials_of(bundle: Bundle) -> Iterator[Finding]:
    items = {one.code for one in bundle.items}
    taken: dict[tuple[str, str], str] = {}
    for number, document in enumerate(bundle.materials):
        field = f"materials[{number}]"
        for code in (*document.for_, *(one.item for one in document.satisfies)):
            if code not in items:
                remedy = "写这一件事里的事项编码：" + "、".join(sorted(items))
                yield _error("unknown-name", bundle, field, code, remedy)
        for one in document.satisfies:
            other = taken.setdefault((one.item, one.material), document.name)
            if other != document.name:
                remedy = f"{one.item} 的这份材料已由“{other}”代表：只留一处"
                yield _error("repeated-id", bundle, field, one.material, remedy)
        if (document.for_ or document.satisfies) and not document.key:
            yield _error("no-key", bundle, field, document.name, "给这份材料写 key")


def _order(bundle: Bundle) -> Iterator[Finding]:
    after = {one.code: set(one.after) for one in bundle.items}
    for number, part in enumerate(bundle.items):
        for code in part.after:
            if code not in after:
                remedy = "先办事项须是同一“一件事”内的其他事项"
                yield _error("unknown-name", bundle, f"items[{number}].after", code, remedy)
    done: set[str] = set()
    while ready := {code for code, first in after.items() if code not in done and first <= done}:
        done |= ready
    stuck = [code for code in after if code not in done]
    if stuck and all(one in after for first in after.values() for one in first):
        remedy = "先后次序成环：删去其中一个 after"
        yield _error("cycle", bundle, "items", "、".join(stuck), remedy)


def _ways(bundle: Bundle) -> Iterator[Finding]:
    """What only shows when the questions are gone through."""
    found = list(islice(_certain(bundle), MOST_PATHS + 1))
    crowded = next((one for one in found if _unasked(bundle, one)), None)
    if crowded is not None:
        remedy = f"有的回答要问 {MOST_QUESTIONS} 个以上：合并问题，或者用 ask_if 少问"
        value = "、".join(_unasked(bundle, crowded))
        yield _error("too-many-questions", bundle, "questions", value, remedy)
    if len(found) > MOST_PATHS:
        return
    asked = {name for one in found for name in one}
    for number, question in enumerate(bundle.questions):
        if question.id not in asked:
            remedy = "任何回答都走不到这个问题：检查 ask_if 和规则"
            yield _error("unreachable", bundle, f"questions[{number}]", question.id, remedy)
    true = [_true(bundle, one) for one in found]
    for number, rule in enumerate(bundle.rules):
        by_profile = any(kind == "profile" for kind, _ in names(rule.if_))
        if not by_profile and not any(rule.id in one for one in true):
            remedy = "任何回答都不会使条件成立：检查条件"
            yield _error("unreachable", bundle, f"rules[{number}]", rule.id, remedy)
    yield from _contradictions(bundle, true)


def _unasked(bundle: Bundle, answers: Answers) -> list[str]:
    """Questions that would still matter although the most were asked."""
    if len(answers) < MOST_QUESTIONS:
        return []
    known = told(bundle, answers)
    return [
        one.id
        for one in bundle.questions
        if one.id not in answers and one.id not in known.skipped and matters(bundle, one, known)
    ]


def _certain(bundle: Bundle) -> Iterator[Answers]:
    return (one for one in paths(bundle) if None not in one.values())


def _true(bundle: Bundle, answers: Answers) -> frozenset[str]:
    known = told(bundle, answers)
    return frozenset(rule.id for rule in bundle.rules if holds(rule.if_, known))


def _contradictions(bundle: Bundle, true: Sequence[frozenset[str]]) -> Iterator[Finding]:
    for number, one in enumerate(bundle.rules):
        for other in bundle.rules:
            both = _undone(one, other)
            if both and any({one.id, other.id} <= rules for rules in true):
                remedy = f"规则 {one.id} 加入、规则 {other.id} 去掉同一项，而两个条件可以同时成立"
                yield _error(
                    "contradiction", bundle, f"rules[{number}]", "、".join(sorted(both)), remedy
                )


def _undone(one: Rule, other: Rule) -> set[str]:
    items = set(one.add_items) & set(other.remove_items)
    return items | (set(one.add_documents) & set(other.remove_documents))


def _all_conditions(bundle: Bundle) -> Iterator[Condition]:
    yield from (rule.if_ for rule in bundle.rules)
    yield from (one.ask_if for one in bundle.questions if one.ask_if is not None)


def _variants(item: ServiceItem) -> Iterator[Finding]:
    names_ = {one.name for one in item.materials}
    for number, variant in enumerate(item.variants):
        field = f"variants[{number}]"
        yield from _condition(item, variant.if_, {}, f"{field}.if")
        for name in variant.without:
            if name not in names_:
                remedy = "without 写本事项 materials 里的名称：" + "、".join(sorted(names_))
                yield _error("unknown-name", item, f"{field}.without", name, remedy)


def _benefits(policy: Policy) -> Iterator[Finding]:
    articles = {one.id for one in policy.articles}
    for number, benefit in enumerate(policy.benefits):
        field = f"benefits[{number}]"
        yield from _condition(policy, benefit.if_, {}, f"{field}.if")
        if not benefit.articles:
            remedy = "写明依据的条：articles: [a12]"
            yield _error("no-basis", policy, f"{field}.articles", benefit.id, remedy)
        for article in benefit.articles:
            if article not in articles:
                remedy = "本政策没有这一条：可用的是 " + "、".join(sorted(articles))
                yield _error("unknown-name", policy, f"{field}.articles", article, remedy)


def _condition(
    record: Record, condition: Condition, questions: Mapping[str, Question], path: str
) -> Iterator[Finding]:
    for where, value, remedy in faults(condition, questions, profile.fields(), path):
        yield _error("condition", record, where, value, remedy)


def _error(rule: str, record: Record, field: str, value: str, remedy: str) -> Finding:
    return Finding(
        rule=rule, code=record.code, field=field, value=value, remedy=remedy, level="error"
    )
