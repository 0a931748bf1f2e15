"""Replies that do not answer: questions back, nothing found, not for us, courtesies."""

from __future__ import annotations

from typing import Any

import pytest

from assistant import bootstrap
from assistant.composing import choices
from assistant.composing.writer import Writer
from assistant.rules import load, replies
from assistant.types import Draft, Knowledge
from assistant.understanding import facets_about
from channels.types import Status
from knowledge.types import Body, Facet, Record
from retrieval.analyzer import normalise
from tests.assistant.fakes import knowledge
from tests.records import bundle, hotline, item, policy

HOTLINES = bootstrap.built_in_hotlines()
KNOWN = knowledge([], hotlines=HOTLINES)


def text_of(draft: Draft) -> str:
    return "\n".join(one.text for one in draft.sentences)


def offered(draft: Draft) -> list[str | None]:
    return [row.code for card in draft.cards if card.kind == "choices" for row in card.rows]


def same(count: int, **changes: Any) -> list[Record]:
    return [item(f"1144000000000{n}", "延续注册", **changes) for n in range(100, 100 + count)]


class TestClarify:
    def test_each_choice_asks_for_exactly_its_record(self) -> None:
        records = [item("A-1", "居住证签注"), item("A-2", "居住证申领")]
        draft = choices.clarify(records, [Facet.FEE], Writer(), same_name=None)
        assert (draft.status, draft.reason) == (Status.CLARIFY, "several_fit")
        assert offered(draft) == ["A-1", "A-2"]
        for row, record in zip(draft.cards[0].rows, records, strict=True):
            assert row.ask
            assert record.code in row.ask
            asked = facets_about(normalise(row.ask), (record.name,), load())
            assert asked == (Facet.FEE,)
        assert list(draft.suggestions) == [*(row.ask for row in draft.cards[0].rows), "都不是"]

    def test_at_most_five(self) -> None:
        draft = choices.clarify(same(9), [], Writer(), same_name="延续注册")
        assert len(offered(draft)) == choices.MOST_CHOICES == 5

    def test_same_name_is_said(self) -> None:
        draft = choices.clarify(same(2), [], Writer(), same_name="延续注册")
        assert "“延续注册”" in text_of(draft)
        assert draft.reason == "same_name"

    def test_departments_tell_them_apart(self) -> None:
        records = [
            item("A-1", "延续注册", body=Body(department="住建厅")),
            item("A-2", "延续注册", body=Body(department="卫健委")),
        ]
        draft = choices.clarify(records, [], Writer(), same_name="延续注册")
        assert [row.note for row in draft.cards[0].rows] == ["住建厅", "卫健委"]

    def test_at_last_their_codes_tell_them_apart(self) -> None:
        draft = choices.clarify(same(3), [], Writer(), same_name="延续注册")
        notes = [row.note for row in draft.cards[0].rows]
        assert len(set(notes)) == 3
        assert all(
            note and note.endswith(code[-6:])
            for note, code in zip(notes, offered(draft), strict=True)
            if code
        )

    def test_of_all_kinds(self) -> None:
        records: list[Record] = [item(), bundle(), policy(), hotline()]
        draft = choices.clarify(records, [], Writer(), same_name=None)
        assert offered(draft) == [one.code for one in records]
        assert len(draft.cards[0].rows) == 4

    def test_nothing_is_stated(self) -> None:
        draft = choices.clarify(same(2), [Facet.FEE], Writer(), same_name="延续注册")
        assert draft.citations == ()


class TestAskFor:
    @pytest.mark.parametrize(
        "facet", [one for one in Facet if one not in (Facet.OVERVIEW, Facet.FAQ)]
    )
    def test_is_read_as_that_facet(self, facet: Facet) -> None:
        record = item("A-1", "某某核准")
        text = choices.ask_for(record, [facet], code=True)
        assert facet in facets_about(normalise(text), (record.name,), load())

    def test_overview_is_the_name(self) -> None:
        assert choices.ask_for(item(), [Facet.OVERVIEW], code=False) == "居住证办理"


class TestNotFound:
    def test_public_hotline_with_its_record(self) -> None:
        draft = choices.not_found((), (), Writer(), KNOWN)
        assert (draft.status, draft.reason) == (Status.NOT_FOUND, "no_record")
        assert "12345" in text_of(draft)
        assert {one.code for one in draft.citations} == {"TEL-12345"}
        assert [card.kind for card in draft.cards] == ["hotline"]

    def test_nearest_with_the_office_of_the_first(self) -> None:
        near = [item("A-1", "甲", body=Body(department="民政局")), item("A-2", "乙")]
        draft = choices.not_found(near, [], Writer(), KNOWN)
        assert offered(draft) == ["A-1", "A-2"]
        assert "民政局" in text_of(draft)
        assert {one.code for one in draft.citations} == {"A-1", "TEL-12345"}

    def test_at_most_five_near_ones(self) -> None:
        assert len(offered(choices.not_found(same(9), [], Writer(), KNOWN))) == 5

    def test_english_is_pointed_to_the_english_line(self) -> None:
        draft = choices.not_found((), (), Writer(english=True), KNOWN)
        assert draft.reason == "english"
        assert "12367" in text_of(draft)
        assert "could not match" in text_of(draft)

    def test_without_hotlines_it_still_says_so(self) -> None:
        draft = choices.not_found((), (), Writer(), Knowledge(None, None, {}))
        assert draft.status is Status.NOT_FOUND
        assert draft.sentences
        assert draft.cards == ()


def test_out_of_scope_offers_what_can_be_asked() -> None:
    draft = choices.out_of_scope(Writer(), ["居住证要什么材料"], KNOWN)
    assert (draft.status, draft.reason) == (Status.OUT_OF_SCOPE, "not_government")
    assert draft.suggestions == ("居住证要什么材料",)
    assert draft.citations == ()


def test_whoever_is_unwell_is_told_where_to_call() -> None:
    assert load().unwell.holds("小孩发烧39度")
    draft = choices.out_of_scope(Writer(), (), KNOWN, unwell=True)
    assert "120" in text_of(draft)
    assert {one.code for one in draft.citations} == {"TEL-120"}


@pytest.mark.parametrize("kind", sorted(replies()["small_talk"]))
def test_small_talk(kind: str) -> None:
    draft = choices.small_talk(kind, Writer(), ["居住证要什么材料"])
    assert (draft.status, draft.reason) == (Status.ANSWERED, f"small_talk_{kind}")
    assert text_of(draft) == replies()["small_talk"][kind]
    assert bool(draft.suggestions) == (kind != "goodbye")


def test_who_it_is_says_that_it_is_a_machine() -> None:
    text = text_of(choices.small_talk("who", Writer(), ()))
    assert "人工智能" in text
    assert "不是工作人员" in text


def test_empty_asks_back() -> None:
    draft = choices.empty(Writer(), ["居住证要什么材料"])
    assert (draft.status, draft.reason) == (Status.CLARIFY, "empty")
    assert draft.suggestions


def test_refused() -> None:
    draft = choices.refused("too_long", "太长", Writer())
    assert (draft.status, draft.reason, text_of(draft)) == (Status.REFUSED, "too_long", "太长")
