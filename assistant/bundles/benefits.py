"""The talk about benefits: a few questions of the profile, then what may be claimed and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from assistant.bundles import answers as reading
from assistant.bundles.commands import bare as bare_of
from assistant.bundles.commands import commands
from assistant.bundles.eligibility import Claim, claims, next_field
from assistant.composing import plans as say
from assistant.composing.writer import Writer, choice
from assistant.types import Draft, GuideState, Intent, Knowledge, Turn
from channels.types import Card, CardRow, Status
from knowledge import profile
from knowledge.passages import is_current
from knowledge.types import Fact, Policy, Question

TALK = "benefits"
"""What stands in place of a bundle's code in the guide's state."""


def asks_for_benefits(text: str) -> bool:
    """Whether a message asks what one may claim, without naming anything."""
    return bare_of(text) in commands()["benefits"]


def begin(turn: Turn, knowledge: Knowledge, today: date) -> Turn:
    """Start: nothing is known, the most useful field is asked first."""
    writer = Writer()
    writer.remark(say.texts()["benefits_begin"])
    state = GuideState(bundle=TALK, begun=today)
    return replace(turn, draft=_go_on(state, knowledge, today, writer))


def take(turn: Turn, knowledge: Knowledge, today: date) -> Turn | None:
    """The turn with a draft, if the message belongs to the talk about benefits."""
    state, understood = turn.state.guide, turn.understanding
    if state is None or state.bundle != TALK or understood is None:
        return None
    if understood.intent is Intent.CRISIS:
        return None
    draft = _step(turn, state, knowledge, today)
    return None if draft is None else replace(turn, draft=draft)


def _step(turn: Turn, state: GuideState, knowledge: Knowledge, today: date) -> Draft | None:
    words, bare, writer = commands(), bare_of(turn.message.text), Writer()
    question = profile.fields().get(state.asking or "")
    if bare in words["leave"]:
        writer.remark(say.texts()["left"].format(name=say.texts()["benefits_name"]))
        return replace(writer.draft(Status.ANSWERED, "left"), left=True)
    if bare in words["so_far"]:
        return _show(replace(state, asking=None), knowledge, today, writer)
    if bare in words["again"] or bare in words["benefits"]:
        return _go_on(GuideState(bundle=TALK, begun=today), knowledge, today, writer)
    if bare in words["back"] and state.answers:
        state = replace(state, answers=state.answers[:-1])
        return _go_on(state, knowledge, today, writer)
    if bare in words["resume"]:
        return _go_on(state, knowledge, today, writer)
    if question is None:
        return None
    if bare in words["why"]:
        writer.remark(say.texts()["because"].format(why=question.why.rstrip("。")))
        return _ask(question, state, writer)
    answer = reading.read(question, turn.message.text, today)
    if answer is None:
        return None
    given = (*state.answers, (question.id, answer.value))
    return _go_on(replace(state, answers=given, asking=None), knowledge, today, writer)


def _go_on(state: GuideState, knowledge: Knowledge, today: date, writer: Writer) -> Draft:
    question = next_field(list(_policies(knowledge, today)), dict(state.answers))
    if question is None:
        return _show(replace(state, asking=None), knowledge, today, writer)
    return _ask(question, replace(state, asking=question.id), writer)


def _ask(question: Question, state: GuideState, writer: Writer) -> Draft:
    writer.remark(question.text)
    say.ask_card(question, TALK, writer)
    return replace(writer.draft(Status.GUIDING, "question"), guide=state)


def again(state: GuideState) -> Draft | None:
    """The question once more, after something that could not be read as an answer."""
    question = profile.fields().get(state.asking or "")
    if question is None:
        return None
    writer = Writer()
    say.not_understood(question, writer)
    return _ask(question, state, writer)


def _show(state: GuideState, knowledge: Knowledge, today: date, writer: Writer) -> Draft:
    found = claims(_policies(knowledge, today), dict(state.answers))
    sure = [one for one in found if one.truth is True]
    open_ = [one for one in found if one.truth is None]
    texts = say.texts()
    if not found:
        writer.remark(texts["benefits_none"])
    else:
        say.count(
            texts["benefits_found"].format(sure=len(sure), maybe=len(open_)),
            writer,
            [(one.policy, _name(one)) for one in found],
            len(sure),
            len(open_),
        )
    for title, group in ((texts["benefits_sure"], sure), (texts["benefits_maybe"], open_)):
        rows = tuple(_row(one, knowledge, writer) for one in group)
        writer.card(Card(kind="overview", title=title, rows=rows))
    items = dict.fromkeys(one.benefit.item for one in sure if one.benefit.item)
    named = [record for code in items if code and (record := knowledge.record(code))]
    ways = tuple(
        choice(f"{record.name}怎么办", f"{record.name}（{record.code}）", code=record.code)
        for record in named[:5]
    )
    writer.card(Card(kind="choices", title="怎么申请", rows=ways))
    writer.suggestions += [texts["back"], texts["again"], texts["leave"]]
    return replace(writer.draft(Status.ANSWERED, "benefits"), guide=state)


def _row(one: Claim, knowledge: Knowledge, writer: Writer) -> CardRow:
    benefit, texts = one.benefit, say.texts()
    at = f"benefits[{one.number}]"
    facts = [_name(one)]
    if benefit.gives:
        facts.append(say.fact(f"{at}.gives", benefit.gives))
    notes = [benefit.note] if benefit.note else []
    if benefit.note:
        facts.append(say.fact(f"{at}.note", benefit.note))
    articles = [
        (number, article)
        for number, article in enumerate(one.policy.articles)
        if article.id in benefit.articles
    ]
    facts += [say.fact(f"articles[{number}]", article.text) for number, article in articles]
    where = "、".join(article.number for _, article in articles)
    notes.insert(0, f"依据：《{one.policy.name}》{where}")
    if one.missing:
        missing = "；".join(field.text for field in one.missing)
        notes.append(texts["benefits_missing"].format(fields=missing))
    if benefit.automatic:
        notes.append(texts["benefits_automatic"])
    elif benefit.item and (item := knowledge.record(benefit.item)):
        notes.append(texts["benefits_how"].format(name=item.name))
    return CardRow(
        label=benefit.name,
        text=benefit.gives,
        note="\n".join(notes),
        citations=writer.cite(one.policy, facts),
    )


def _name(one: Claim) -> Fact:
    return say.fact(f"benefits[{one.number}].name", one.benefit.name)


def _policies(knowledge: Knowledge, today: date) -> Iterator[Policy]:
    for code in knowledge.granting:
        policy = knowledge.record(code)
        if isinstance(policy, Policy) and is_current(policy, today):
            yield policy
