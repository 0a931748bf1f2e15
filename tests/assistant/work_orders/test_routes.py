"""The ways of a matter: every limit said is a field of a record of the built-in pack."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from assistant import guardrails
from assistant.composing.writer import Writer
from assistant.types import Draft
from assistant.work_orders import routes as ways
from assistant.work_orders.types import OrderKind
from channels.types import Status
from knowledge.facts import duration_text
from knowledge.types import Duration, Hotline, Limits, Step
from tests.assistant.fakes import knowledge
from tests.records import built_in, item

PACK = knowledge(built_in())
ALL = sorted(ways.routes())
KINDS = list(OrderKind)


def _checked(said: ways.Said) -> Draft:
    draft = Draft(status=Status.ANSWERED, sentences=said.sentences, citations=said.citations)
    return guardrails.check(draft)


@pytest.mark.parametrize("code", ALL)
def test_a_way_names_records_and_fields_that_are_there(code: str) -> None:
    one = ways.route(code)
    record = ways.item(one, PACK)
    assert record is not None
    paths = [one.takes, *(step.of for step in one.steps)]
    paths += [path for path in (one.caveat, one.identity_of) if path]
    assert [path for path in paths if ways.at(record, path) is None] == []
    for step in one.steps:
        assert (step.limit is None) == (step.since is None) == ("{limit}" not in step.text)
        assert step.limit is None or ways.duration_at(record, step.limit) is not None
    paths = [*one.needs_of, *(path for line in one.own for path in line.of)]
    paths += one.direct.of if one.direct else ()
    assert [path for path in paths if ways.at(record, path) is None] == []
    assert bool(one.needs) == bool(one.needs_of)
    for line in one.own:
        stated = ways.at(record, line.of[0])
        assert line.line is None or (stated and stated.text.count(line.line) == 1)
    for note in one.not_for:
        other = ways.item(ways.routes()[note.route or code], PACK)
        assert other is not None
        assert ways.at(other, note.of) is not None
    assert set(one.others) | set(one.twins.values()) <= set(ALL)
    if one.hotline:
        assert isinstance(PACK.record(one.hotline), Hotline)


@pytest.mark.parametrize("code", ALL)
def test_the_words_of_a_way_hold_no_number_of_their_own(code: str) -> None:
    """Numbers come from records; a number in Chinese before a unit of time would slip through."""
    one = ways.route(code)
    own = [one.direct.why, one.direct.here, one.direct.button] if one.direct else []
    own += [line.lead for line in one.own]
    for text in [*own, *(step.text for step in one.steps), *(note.text for note in one.not_for)]:
        assert not re.search(r"\d|[一二三四五六七八九十百]+(?:个工作|日|天|个月|年)", text)


@pytest.mark.parametrize("code", ALL)
@pytest.mark.parametrize("kind", KINDS)
def test_every_number_said_stands_in_what_is_cited(code: str, kind: OrderKind) -> None:
    said = ways.next_steps(ways.route(code), PACK, kind)
    assert said.sentences
    assert all(one.citations and not one.reckoned for one in said.sentences)
    assert _checked(said).sentences == said.sentences


@pytest.mark.parametrize(
    ("code", "kind", "amount", "unit", "since"),
    [
        ("12345", OrderKind.CONSULTATION, 2, "工作日", "assigned"),
        ("12345", OrderKind.HELP, 10, "工作日", "assigned"),
        ("12345", OrderKind.SUGGESTION, 10, "工作日", "assigned"),
        ("12345", OrderKind.COMPLAINT, 15, "工作日", "assigned"),
        ("12345", OrderKind.REPORT, 15, "工作日", "assigned"),
        ("xinfang", OrderKind.COMPLAINT, 60, "自然日", "accepted"),
        ("shichang-tousu", OrderKind.COMPLAINT, 60, "自然日", "accepted"),
        ("laodong", OrderKind.REPORT, 60, "工作日", "accepted"),
        ("fuyi", OrderKind.COMPLAINT, 60, "自然日", "accepted"),
        ("lvyou", OrderKind.COMPLAINT, 60, "自然日", "accepted"),
    ],
)
def test_the_limit_of_a_way(code: str, kind: OrderKind, amount: int, unit: str, since: str) -> None:
    found = ways.limit_of(ways.route(code), kind, PACK)
    assert found is not None
    assert (found.duration.amount, found.duration.unit, found.since) == (amount, unit, since)
    assert duration_text(found.duration) in found.fact.quote


@pytest.mark.parametrize(
    ("code", "kind"),
    [("12345", OrderKind.PRAISE), ("huanbao", OrderKind.REPORT), ("jijian", OrderKind.REPORT)],
)
def test_no_limit_is_made_up(code: str, kind: OrderKind) -> None:
    assert ways.limit_of(ways.route(code), kind, PACK) is None


@pytest.mark.parametrize("code", ALL)
def test_how_one_takes_a_way_oneself_is_cited(code: str) -> None:
    one, writer = ways.route(code), Writer()
    ways.say_direct(one, PACK, writer) if one.direct else ways.say_own(one, PACK, writer)
    draft = writer.draft(Status.ANSWERED)
    assert len(draft.sentences) == len(one.own) + bool(one.direct)
    assert all(said.citations and not said.reckoned for said in draft.sentences)
    assert guardrails.check(draft) is draft


def test_what_is_filed_by_nobody_but_oneself() -> None:
    assert {code for code in ALL if ways.route(code).direct} == {"fuyi", "xinfang", "jijian"}


def test_only_the_steps_of_the_kind_are_said() -> None:
    texts = [
        one.text for one in ways.next_steps(ways.route("12345"), PACK, OrderKind.HELP).sentences
    ]
    assert sum("10个工作日" in text for text in texts[:-1]) == 1
    assert not any("15个工作日" in text for text in texts[:-1])


def test_a_limit_that_changes_in_the_record_changes_what_is_said() -> None:
    record = ways.item(ways.route("laodong"), PACK)
    assert record is not None
    steps = tuple(
        replace(one, limit=Duration(amount=7, unit="工作日")) if one.name == "受理立案" else one
        for one in record.steps
    )
    said = ways.next_steps(ways.route("laodong"), knowledge([replace(record, steps=steps)]))
    assert "在7个工作日内受理" in said.sentences[0].text
    assert said.citations[0].quote.endswith("（7个工作日）")


def test_without_the_record_or_the_field_nothing_is_said() -> None:
    one = ways.route("laodong")
    assert ways.next_steps(one, knowledge([])) == ways.Said(sentences=(), citations=())
    bare = item("GZ-SB-laodong-jiancha", steps=(Step(name="调查"),))
    assert ways.next_steps(one, knowledge([bare])).sentences == ()
    assert ways.limit_of(one, OrderKind.REPORT, knowledge([bare])) is None


@pytest.mark.parametrize(
    ("kind", "topic", "way"),
    [
        (OrderKind.COMPLAINT, "shichang-tousu", "shichang-tousu"),
        (OrderKind.REPORT, "shichang-tousu", "shichang-jubao"),
        (OrderKind.COMPLAINT, "shichang-jubao", "shichang-tousu"),
        (OrderKind.PRAISE, "laodong", "12345"),
        (OrderKind.CONSULTATION, "fuyi", "12345"),
        (OrderKind.COMPLAINT, None, "12345"),
        (OrderKind.COMPLAINT, "not-a-way", "12345"),
    ],
)
def test_which_way_a_matter_takes(kind: OrderKind, topic: str | None, way: str) -> None:
    found = ways.routes_for(kind, topic)
    assert found.route.code == way
    assert kind in found.route.kinds


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("topic", [None, *ALL])
def test_the_way_and_the_others_take_the_kind(kind: OrderKind, topic: str | None) -> None:
    found = ways.routes_for(kind, topic)
    assert all(kind in one.kinds for one in (found.route, *found.others))
    assert found.route not in found.others


def test_who_one_is_must_be_said_only_where_the_law_says_so() -> None:
    asked = {code for code in ALL if ways.route(code).identity}
    assert asked == {"xinfang", "shichang-tousu", "fuyi"}
    assert all(ways.route(code).identity_basis for code in asked)


def test_conditions_of_a_way_are_cited() -> None:
    writer = Writer()
    ways.say_conditions(ways.route("shichang-tousu"), PACK, writer)
    draft = writer.draft(Status.ANSWERED)
    assert draft.sentences[0].text == "投诉要提供真实身份信息。"
    assert all(one.citations for one in draft.sentences)
    assert guardrails.check(draft) is draft


def test_a_limit_stated_for_the_whole_record() -> None:
    record = item(limits=Limits(legal=Duration(amount=3, unit="工作日")))
    assert ways.duration_at(record, "limits.legal") == Duration(amount=3, unit="工作日")
    assert ways.duration_at(record, "limits.promised") is None
    assert ways.at(record, "steps[没有这一步]") is None
