"""Replies of the way through a bundle: its questions, the plan at the end, what a change does.

Facts are printed from records with their citations; what is counted or reckoned from them (visits,
days) is said to be so and marked as ``reckoned``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from assistant.bundles.calendar import Day
from assistant.bundles.documents import Asked, PlannedDocument
from assistant.bundles.planner import Plan, PlannedItem
from assistant.composing.writer import Writer
from assistant.rules import guide_words
from channels.types import Card, CardRow, Deadline, Sentence
from knowledge.conditions import Value
from knowledge.facts import basis_text, duration_text, fee_text
from knowledge.types import (
    Bundle,
    Duration,
    Fact,
    LegalBasis,
    Option,
    Question,
    Record,
    Rule,
    ServiceItem,
)


def texts() -> Mapping[str, str]:
    """The fixed words of guiding."""
    found: Mapping[str, str] = guide_words()["texts"]
    return found


# Questions


def ask(record: Record, question: Question, path: str, writer: Writer) -> None:
    """Ask a situation question: its words, its options, and the other ways on.

    ``path`` is the field where the question stands in the record.
    """
    words = fact(f"{path}.text", question.text)
    writer.say(question.text, record, [words])
    if question.help:
        writer.say(_closed(question.help), record, [fact(f"{path}.help", question.help)])
    ask_card(question, record.code, writer)


def ask_card(question: Question, code: str, writer: Writer) -> None:
    """The card of a question, and what else can be said instead of an answer."""
    rows = [*_option_rows(question), *_other_ways()]
    writer.card(
        Card(
            kind="question",
            title=question.text,
            rows=tuple(rows),
            code=code,
            note=texts()["several"] if question.kind == "choices" else None,
            entry=question.kind,
            unit=question.unit,
        )
    )
    writer.suggestions += [texts()["why"], texts()["back"], texts()["so_far"], texts()["leave"]]


def not_understood(question: Question, writer: Writer) -> None:
    """Say that the message was not understood as an answer, and how one may look."""
    writer.remark(texts()["not_a_day" if question.kind == "date" else "not_understood"])


def explain(record: Record, question: Question, path: str, writer: Writer) -> None:
    """Say why the question is asked."""
    words = texts()["because"].format(why=question.why.rstrip("。"))
    writer.say(words, record, [fact(f"{path}.why", question.why)])


def _option_rows(question: Question) -> Iterator[CardRow]:
    options: Iterable[Option] = question.options
    if question.kind == "yes_no":
        options = (Option(id="yes", text="是"), Option(id="no", text="不是"))
    for option in options:
        yield CardRow(label=option.text, note=option.note, ask=option.text)


def _other_ways() -> Iterator[CardRow]:
    yield CardRow(label=texts()["unknown"], ask=texts()["unknown"])


def answer_text(question: Question, value: Value | None) -> str:
    """An answer as people read it."""
    if value is None:
        return texts()["unknown"]
    options = {one.id: one.text for one in question.options}
    if isinstance(value, bool):
        return "是" if value else "不是"
    if isinstance(value, frozenset):
        chosen = "、".join(text for key, text in options.items() if key in value)
        return chosen or texts()["none_of"]
    if isinstance(value, date):
        return day_text(value)
    return options.get(str(value), f"{value}{question.unit or ''}")


# The plan


def say_plan(plan: Plan, writer: Writer) -> None:
    """The plan: in a few sentences, then as cards (steps, documents, what is not needed, why)."""
    bundle = plan.bundle
    if plan.stops:
        _say_stops(bundle, plan.stops, writer)
        return
    needed = [one for one in plan.items if one.need == "needed"]
    maybe = len(plan.items) - len(needed)
    sure = texts()["summary" if needed or not maybe else "summary_none"]
    words = sure + (texts()["summary_maybe"] if needed and maybe else "")
    _reckon(
        words.format(
            name=bundle.name,
            items=len(needed),
            maybe=maybe,
            documents=len(plan.to_bring),
            visits=plan.visits,
        ),
        writer,
        bundle,
        [fact("name", bundle.name), _items_fact(bundle, needed or plan.items)],
        len(needed),
        len(plan.to_bring),
        plan.visits,
        *([maybe] if maybe else []),
    )
    _say_finish(plan, writer)
    _say_cost(plan, writer)
    for one in plan.items:
        if one.late and one.deadline is not None:
            words = texts()["late"].format(name=one.part.name, day=day_text(one.deadline))
            _reckon(words, writer, bundle, [_clock_fact(bundle, one, "deadline")], one.deadline)
    for rule in plan.doubts:
        number = bundle.rules.index(rule)
        words = texts()["doubt"].format(reason=rule.reason.rstrip("。"))
        writer.say(words, bundle, [fact(f"rules[{number}].reason", rule.reason)])
    if plan.open:
        asked = "；".join(one.text for one in plan.open)
        facts = [_question_fact(bundle, one) for one in plan.open]
        writer.say(texts()["open"].format(questions=asked), bundle, facts)
    for card in cards(plan, writer):
        writer.card(card)


def cards(plan: Plan, writer: Writer) -> Iterator[Card]:
    """The plan's cards; citations are taken from the writer."""
    yield _steps_card(plan, writer)
    yield _documents_card(plan, writer)
    yield _spared_card(plan, writer)
    yield _reasons_card(plan, writer)


def _say_stops(bundle: Bundle, stops: Sequence[Rule], writer: Writer) -> None:
    for rule in stops:
        assert rule.stop is not None
        at = f"rules[{bundle.rules.index(rule)}]"
        writer.say(_closed(rule.reason), bundle, [fact(f"{at}.reason", rule.reason)])
        words = rule.stop.instead
        writer.say(_closed(words), bundle, [fact(f"{at}.stop.instead", words)])
        if rule.basis:
            writer.say(
                texts()["basis"].format(basis=basis_text(rule.basis)),
                bundle,
                [_basis_fact(at, rule.basis)],
            )


def _say_finish(plan: Plan, writer: Writer) -> None:
    if plan.finish is None:
        return
    needed = [one for one in plan.items if one.need == "needed"]
    facts = [
        (one.record, fact) for one in needed if one.record for fact in _limit_facts(one.record)
    ]
    unsaid = [one for one in needed if one.unsaid]
    words = texts()["finish"].format(begun=day_text(plan.begun), day=day_text(plan.finish.date))
    if plan.finish_by_law and plan.finish_by_law.date > plan.finish.date:
        words += texts()["finish_by_law"].format(day=day_text(plan.finish_by_law.date))
    if unsaid:
        words += texts()["unsaid"].format(names="、".join(one.part.name for one in unsaid))
    if _provisional(plan):
        words += texts()["provisional"]
    days = [day.date for day in (plan.finish, plan.finish_by_law) if day is not None]
    _reckon(
        words,
        writer,
        plan.bundle,
        [_items_fact(plan.bundle, unsaid or needed)],
        plan.begun,
        *days,
        others=facts,
    )


def _provisional(plan: Plan) -> bool:
    days = (plan.finish, plan.finish_by_law)
    return any(day.provisional for day in days if day is not None)


def _say_cost(plan: Plan, writer: Writer) -> None:
    records = {one.part.code: one.record for one in plan.items if one.record}
    cost = plan.cost
    cited = [
        (records[code], fact(f"money.fees[{number}]", fee_text(fee)))
        for code, number, fee in cost.fees
        if records.get(code)
    ]
    if cited:
        listed = "；".join(f"{record.name}：{fact.text}" for record, fact in cited if record)
        words = texts()["fees"].format(fees=listed)
        if cost.yuan:
            words += texts()["yuan"].format(yuan=cost.yuan)
        _reckon(words, writer, plan.bundle, [], cost.yuan, others=cited)
    free = [
        one.record
        for one in plan.items
        if one.need == "needed" and one.record and one.record.money.charged is False
    ]
    if free:
        names = "、".join(one.name for one in free)
        _reckon(
            texts()["free"].format(names=names),
            writer,
            plan.bundle,
            [],
            others=[(one, fact("money.charged", "不收费")) for one in free],
        )
    unsaid = [record for code in cost.unsaid if (record := records.get(code))]
    if unsaid:
        _reckon(
            texts()["fees_unsaid"].format(names="、".join(one.name for one in unsaid)),
            writer,
            plan.bundle,
            [],
            others=[(one, fact("name", one.name)) for one in unsaid],
        )


def _steps_card(plan: Plan, writer: Writer) -> Card:
    rows = [_step_row(plan, number, one, writer) for number, one in enumerate(plan.items, 1)]
    return Card(
        kind="plan",
        title=texts()["steps"],
        rows=tuple(rows),
        code=plan.bundle.code,
        note=texts()["order"],
    )


def _step_row(plan: Plan, number: int, one: PlannedItem, writer: Writer) -> CardRow:
    bundle, record = plan.bundle, one.record
    at = f"items[{_place(bundle, one)}]"
    cited = list(writer.cite(bundle, [fact(at, one.part.name)]))
    parts = [_how(one)]
    notes: list[str] = []
    if one.need == "maybe":
        parts.insert(0, texts()["maybe"])
    if one.after:
        names = {each.part.code: each.part.name for each in plan.items}
        notes.append(texts()["after"].format(names="、".join(names[code] for code in one.after)))
    if one.timed and record:
        if limits := _limit_facts(record):
            cited += writer.cite(record, limits)
            notes.append("，".join(f"{fact.label}{fact.text}" for fact in limits))
        notes.append(
            texts()["step_days"].format(
                start=day_text(one.timed.start.date), finish=_day(one.timed.finish)
            )
        )
    if one.opens and one.part.opens:
        cited += writer.cite(bundle, [_clock_fact(bundle, one, "opens")])
        notes.append(texts()["opens"].format(text=one.part.opens.text, day=day_text(one.opens)))
    if one.part.deadline:
        cited += writer.cite(bundle, [_clock_fact(bundle, one, "deadline")])
        limit = texts()["deadline"].format(text=one.part.deadline.text)
        notes.append(limit + (f"（{day_text(one.deadline)}）" if one.deadline else ""))
    if one.part.note:
        cited += writer.cite(bundle, [fact(f"{at}.note", one.part.note)])
        notes.append(one.part.note)
    for rule in one.because:
        cited += writer.cite(bundle, [_rule_fact(bundle, rule)])
        notes.append(_reason(plan, rule))
    return CardRow(
        label=f"{number}. {one.part.name}",
        text="；".join(parts),
        note="\n".join(_closed(note) for note in dict.fromkeys(notes)) or None,
        ask=f"{record.name}怎么办" if record else None,
        url=record.online.url if record and one.way.kind == "online" else None,
        code=one.part.code,
        citations=tuple(dict.fromkeys(cited)),
    )


def _how(one: PlannedItem) -> str:
    if one.way.kind == "online":
        return texts()["online"] if one.way.sure else texts()["online_unsure"]
    if one.way.kind == "courier":
        return texts()["courier"]
    where = one.way.counter or one.part.department or ""
    visit = one.timed.visit if one.timed else None
    words = texts()["visit"].format(visit=visit, where=where) if visit else where
    return words if one.way.sure else words + texts()["visits_unsure"]


def _documents_card(plan: Plan, writer: Writer) -> Card:
    wanted = [one for one in plan.documents if one.spared is None and one.made_by is None]
    order = {"needed": 0, "maybe": 1, "depends": 2}
    rows = [
        _document_row(plan, one, writer) for one in sorted(wanted, key=lambda one: order[one.need])
    ]
    return Card(
        kind="materials", title=texts()["documents"], rows=tuple(rows), code=plan.bundle.code
    )


def _document_row(plan: Plan, one: PlannedDocument, writer: Writer) -> CardRow:
    names = {each.part.code: each.part.name for each in plan.items}
    need = {"needed": "", "maybe": texts()["maybe_needed"], "depends": texts()["depends"]}[one.need]
    count = [
        f"{kind}{number}份"
        for kind, number in (("原件", one.originals), ("复印件", one.copies))
        if number
    ]
    used = texts()["used_for"].format(names="、".join(names[code] for code in one.items))
    when = one.when if one.need == "depends" else None
    text = "；".join(part for part in (need, when, "、".join(count), used) if part)
    notes = [note for asked in one.asked if (note := _asked_note(asked))]
    notes += [_reason(plan, rule) for rule in one.because]
    if one.later:
        notes.insert(0, texts()["later"])
    cited = [n for asked in one.asked for n in _cite_asked(plan, asked, writer)]
    for rule in one.because:
        cited += writer.cite(plan.bundle, [_rule_fact(plan.bundle, rule)])
    return CardRow(
        label=one.name,
        text=text,
        note="\n".join(_closed(note) for note in dict.fromkeys(notes)) or None,
        citations=tuple(dict.fromkeys(cited)),
    )


def _reason(plan: Plan, rule: Rule) -> str:
    """Why: as it is if the rule holds, as a case if that is not known."""
    return rule.reason if rule in plan.reasons else texts()["in_case"].format(reason=rule.reason)


def _asked_note(asked: Asked) -> str | None:
    material = asked.material
    parts = (
        material.form,
        f"{material.issued_by}核发" if material.issued_by else None,
        material.note,
        f"依据：{material.basis}" if material.basis else None,
    )
    return "；".join(part for part in parts if part) or None


def _spared_card(plan: Plan, writer: Writer) -> Card:
    names = {each.part.code: each.part.name for each in plan.items}
    rows: list[CardRow] = []
    for one in plan.documents:
        if one.made_by is not None:
            text = texts()["made_by"].format(name=names[one.made_by])
            cited = [n for asked in one.asked for n in _cite_asked(plan, asked, writer)]
        elif one.spared is not None:
            material = one.spared.material
            electronic = getattr(material, "electronic", None)
            said = texts()["electronic"].format(name=electronic) if electronic else material.exempt
            basis = f"依据：{material.basis}" if material.basis else ""
            text = "；".join(part for part in (said, basis) if part)
            cited = list(_cite_asked(plan, one.spared, writer))
        else:
            continue
        rows.append(CardRow(label=one.name, text=text, citations=tuple(dict.fromkeys(cited))))
    return Card(kind="overview", title=texts()["spared"], rows=tuple(rows), code=plan.bundle.code)


def _reasons_card(plan: Plan, writer: Writer) -> Card:
    bundle = plan.bundle
    rows: list[CardRow] = []
    for rule in plan.reasons:
        at = f"rules[{bundle.rules.index(rule)}]"
        facts = [_rule_fact(bundle, rule)]
        if rule.basis:
            facts.append(_basis_fact(at, rule.basis))
        rows.append(
            CardRow(
                label=_closed(rule.reason),
                text=f"依据：{basis_text(rule.basis)}" if rule.basis else None,
                citations=writer.cite(bundle, facts),
            )
        )
    return Card(kind="overview", title=texts()["why_so"], rows=tuple(rows), code=bundle.code)


def deadlines(plan: Plan) -> tuple[Deadline, ...]:
    """The days of a plan for a calendar: first days, last days, and the earliest finish."""
    found: list[Deadline] = []
    for one in plan.items:
        if one.opens and one.part.opens:
            title = texts()["ics_opens"].format(name=one.part.name)
            found.append(Deadline(day=one.opens, title=title, note=one.part.opens.text))
        if one.deadline and one.part.deadline:
            title = texts()["ics_deadline"].format(name=one.part.name)
            found.append(Deadline(day=one.deadline, title=title, note=one.part.deadline.text))
        if one.timed and one.timed.visit:
            title = texts()["ics_visit"].format(name=one.part.name)
            found.append(Deadline(day=one.timed.start.date, title=title, note=one.way.counter))
    if plan.finish is not None:
        title = texts()["ics_finish"].format(name=plan.bundle.name)
        found.append(Deadline(day=plan.finish.date, title=title, note=texts()["ics_note"]))
    return tuple(sorted(found, key=lambda one: (one.day, one.title)))


# What a change does


def say_change(before: Plan, after: Plan, words: str, writer: Writer) -> None:
    """What another answer would change: ``words`` say which answer."""
    bundle = after.bundle
    names = {one.code: one.name for one in bundle.items}
    writer.remark(texts()["what_if"].format(words=words))
    if after.stops:
        _say_stops(bundle, after.stops, writer)
        return
    now = {one.part.code for one in after.items}
    then = {one.part.code for one in before.items}
    papers = {one.key: one.name for one in after.documents if one.need != "depends"}
    old = {one.key: one.name for one in before.documents if one.need != "depends"}
    changes = (
        ("more_items", [names[code] for code in names if code in now - then]),
        ("fewer_items", [names[code] for code in names if code in then - now]),
        ("more_documents", [name for key, name in papers.items() if key not in old]),
        ("fewer_documents", [name for key, name in old.items() if key not in papers]),
    )
    for kind, found in changes:
        if found:
            _reckon(
                texts()[kind].format(names="、".join(found)),
                writer,
                bundle,
                [fact("name", bundle.name)],
            )
    if not any(found for _, found in changes):
        writer.remark(texts()["same_list"])
    if before.finish and after.finish and before.finish.date != after.finish.date:
        words = texts()["finish_moves"].format(
            before=day_text(before.finish.date), after=day_text(after.finish.date)
        )
        _reckon(
            words,
            writer,
            bundle,
            [fact("name", bundle.name)],
            before.finish.date,
            after.finish.date,
        )
    if before.visits != after.visits:
        words = texts()["visits_move"].format(before=before.visits, after=after.visits)
        name = fact("name", bundle.name)
        _reckon(words, writer, bundle, [name], before.visits, after.visits)


# Facts


def day_text(day: date) -> str:
    """2026-12-03 → 2026年12月3日."""
    return f"{day.year}年{day.month}月{day.day}日"


def _day(day: Day) -> str:
    return day_text(day.date) + (texts()["provisional_mark"] if day.provisional else "")


def fact(field: str, text: str) -> Fact:
    """A fact whose words are those of its field."""
    return Fact(field=field, label="", text=text, quote=text)


def _limit_facts(record: ServiceItem) -> list[Fact]:
    limits: list[tuple[str, str, Duration | None]] = [
        ("limits.promised", "承诺时限", record.limits.promised),
        ("limits.legal", "法定时限", record.limits.legal),
    ]
    return [
        Fact(field=field, label=label, text=duration_text(found), quote=duration_text(found))
        for field, label, found in limits
        if found is not None
    ]


def _place(bundle: Bundle, one: PlannedItem) -> int:
    return bundle.items.index(one.part)


def _items_fact(bundle: Bundle, items: Sequence[PlannedItem]) -> Fact:
    names = "；".join(one.part.name for one in items) or bundle.name
    return Fact(field="items" if items else "name", label="", text=names, quote=names)


def _clock_fact(bundle: Bundle, one: PlannedItem, kind: str) -> Fact:
    clock = one.part.deadline if kind == "deadline" else one.part.opens
    assert clock is not None
    return fact(f"items[{_place(bundle, one)}].{kind}.text", clock.text)


def _question_fact(bundle: Bundle, question: Question) -> Fact:
    return fact(f"questions[{bundle.questions.index(question)}].text", question.text)


def question_facts(bundle: Bundle, question: Question) -> list[Fact]:
    """The words of a question and of its options, as facts of the bundle."""
    at = f"questions[{bundle.questions.index(question)}]"
    options = [fact(f"{at}.options[{n}].text", one.text) for n, one in enumerate(question.options)]
    return [fact(f"{at}.text", question.text), *options]


def _rule_fact(bundle: Bundle, rule: Rule) -> Fact:
    return fact(f"rules[{bundle.rules.index(rule)}].reason", rule.reason)


def _basis_fact(at: str, basis: LegalBasis) -> Fact:
    return fact(f"{at}.basis", basis_text(basis))


def _cite_asked(plan: Plan, asked: Asked, writer: Writer) -> tuple[int, ...]:
    records: dict[str, Record] = {
        one.part.code: one.record for one in plan.items if one.record is not None
    }
    record: Record | None = (
        plan.bundle if asked.code == plan.bundle.code else records.get(asked.code)
    )
    if record is None:
        return ()
    name = asked.material.name
    return writer.cite(record, [Fact(field=asked.field, label="", text=name, quote=name)])


def _reckon(
    words: str,
    writer: Writer,
    record: Record,
    facts: Sequence[Fact],
    *counted: int | date,
    others: Sequence[tuple[Record | None, Fact]] = (),
) -> None:
    """A sentence with numbers and days that were ``counted`` or reckoned from what it cites."""
    cited = list(writer.cite(record, facts))
    for other, fact in others:
        if other is not None:
            cited += writer.cite(other, [fact])
    writer.sentences.append(
        Sentence(
            text=_closed(words),
            citations=tuple(dict.fromkeys(cited)),
            reckoned=tuple(dict.fromkeys(part for one in counted for part in _digits(one))),
        )
    )


def count(words: str, writer: Writer, facts: Sequence[tuple[Record, Fact]], *counted: int) -> None:
    """A sentence that counts what it cites."""
    cited = [n for record, one in facts for n in writer.cite(record, [one])]
    writer.sentences.append(
        Sentence(
            text=_closed(words),
            citations=tuple(dict.fromkeys(cited)),
            reckoned=tuple(map(str, counted)),
        )
    )


def _digits(counted: int | date) -> Iterator[str]:
    if isinstance(counted, date):
        yield from (str(counted.year), str(counted.month), str(counted.day))
    else:
        yield str(counted)


def _closed(text: str) -> str:
    return text if text.endswith(("。", "！", "？", "!", "?")) else f"{text}。"
