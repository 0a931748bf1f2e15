"""Answers from rules and hotlines: the article with its number, the number to call."""

from __future__ import annotations

import re
from datetime import date

import pytest

from assistant.composing import policies
from assistant.composing.writer import Writer
from assistant.types import Draft
from channels.types import Status
from eval import support
from knowledge.formats import pack
from knowledge.types import Article, Hotline, Policy, Provenance
from tests.records import hotline, policy

RULE = policy(
    issuer="国务院",
    number="国令第663号",
    issued=date(2015, 11, 26),
    effective=date(2016, 1, 1),
)
SUMMARY = policy(provenance=Provenance(as_of="2026", summary=True))


def answered(record: Policy, *passages: str, text: str = "") -> Draft:
    return policies.answer(record, passages, text, Writer())


def carried(record: Policy | Hotline, draft: Draft) -> None:
    """Every citation resolves, and every number of a sentence stands in what it cites."""
    by_number = {one.n: one for one in draft.citations}
    for citation in draft.citations:
        assert support.unresolved(citation, {record.code: record}.get) is None
    for sentence in draft.sentences:
        assert sentence.citations, sentence.text
        assert list(support.unsupported(sentence, by_number, "")) == []
    for row in (row for card in draft.cards for row in card.rows):
        assert set(row.citations) <= set(by_number)


class TestArticles:
    def test_found_article_is_quoted_with_its_number(self) -> None:
        draft = answered(RULE, "p1#a2")
        assert draft.status is Status.ANSWERED
        (sentence,) = draft.sentences
        assert sentence.text == "《居住证条例》第二条：持证人享有公共服务。"
        fields = {draft.citations[n - 1].field for n in sentence.citations}
        assert "articles[1].text" in fields
        (card,) = draft.cards
        assert card.kind == "article"
        assert card.rows[0].text == "持证人享有公共服务。"

    def test_named_article_stands_before_found_ones(self) -> None:
        draft = answered(RULE, "p1#a1", text="居住证条例第二条讲什么")
        assert [card.title for card in draft.cards] == ["《居住证条例》第二条"]

    def test_several_in_the_order_of_the_rule(self) -> None:
        draft = answered(RULE, "p1#a2", "p1#a1")
        assert ["第一条" in draft.sentences[0].text, "第二条" in draft.sentences[1].text] == [
            True
        ] * 2

    def test_an_article_that_is_not_there_is_not_made_up(self) -> None:
        draft = answered(RULE, text="居住证条例第九十九条")
        assert "第九十九条" not in "".join(one.text for one in draft.sentences)

    def test_passages_of_another_rule_are_left_aside(self) -> None:
        assert not [card for card in answered(RULE, "p2#a1").cards if card.kind == "article"]

    def test_a_summary_says_that_it_is_one(self) -> None:
        draft = answered(SUMMARY, "p1#a1")
        assert "摘要" in draft.sentences[0].text
        assert "官方原文" in (draft.cards[0].note or "")

    def test_a_verbatim_text_does_not(self) -> None:
        draft = answered(RULE, "p1#a1")
        assert "摘要" not in draft.sentences[0].text
        assert draft.cards[0].note is None

    def test_several_articles_summed_up_as_one(self) -> None:
        rule = policy(articles=(Article(id="a1", number="第十八条、第十九条", text="甲。"),))
        for asked in ("居住证条例第十八条、第十九条", "居住证条例第十九条"):
            assert answered(rule, text=asked).cards[0].kind == "article"
        assert answered(rule, text="居住证条例第二十条").cards[0].kind == "choices"

    def test_numbers_that_name_their_part(self) -> None:
        rule = policy(
            articles=(
                Article(id="a1", number="决定第一项", text="甲。"),
                Article(id="a2", number="办法第一条", text="乙。"),
                Article(id="a3", number="细则第一条", text="丙。"),
            )
        )
        assert "乙" in answered(rule, text="退休办法第一条").sentences[0].text
        assert len(answered(rule, text="退休办法第一条").sentences) == 1
        assert "甲" in answered(rule, text="决定第一项").sentences[0].text

    def test_inserted_articles_are_named_whole(self) -> None:
        rule = policy(
            articles=(
                Article(id="a1", number="第十条", text="甲。"),
                Article(id="a2", number="第十条之一", text="乙。"),
            )
        )
        draft = answered(rule, text="第十条之一说什么")
        assert [one.text for one in draft.sentences] == ["《居住证条例》第十条之一：乙。"]


class TestOverview:
    def test_who_made_it_and_since_when(self) -> None:
        draft = answered(RULE)
        text = draft.sentences[0].text
        for part in ("《居住证条例》", "国务院", "国令第663号", "2016-01-01"):
            assert part in text
        carried(RULE, draft)

    def test_choices_are_its_articles(self) -> None:
        (card,) = answered(RULE).cards
        assert card.kind == "choices"
        assert [row.ask for row in card.rows] == ["居住证条例第一条", "居住证条例第二条"]
        assert card.rows[1].label == "第二条 服务"

    def test_nothing_known_but_its_name(self) -> None:
        draft = answered(policy())
        assert "《居住证条例》" in draft.sentences[0].text
        carried(policy(), draft)

    def test_tapping_a_choice_opens_the_article(self) -> None:
        for row in answered(RULE).cards[0].rows:
            assert row.ask
            assert answered(RULE, text=row.ask).cards[0].kind == "article"


class TestHotline:
    def test_number_first_then_hours_and_scope(self) -> None:
        line = hotline(hours="24小时", scope="咨询和投诉")
        draft = policies.hotline(line, Writer())
        texts = [one.text for one in draft.sentences]
        assert "请拨打 12345" in texts[0]
        assert texts[1:] == ["服务时间：24小时。", "服务范围：咨询和投诉。"]
        assert draft.cards[0].rows[0].tel == "12345"

    def test_by_text_message(self) -> None:
        line = hotline(number="12110", how="text")
        draft = policies.hotline(line, Writer())
        assert "发短信到 12110" in draft.sentences[0].text
        assert draft.cards[0].rows[0].text == "短信"

    def test_english_name_is_a_field_too(self) -> None:
        line = hotline(english="Public hotline")
        draft = policies.hotline(line, Writer(english=True))
        assert "Public hotline" in draft.sentences[0].text
        carried(line, draft)


PARSED = pack.parse([pack.BUILT_IN]).records


@pytest.mark.parametrize(
    "record", [one for one in PARSED if isinstance(one, Policy)], ids=lambda one: one.code
)
def test_all_articles_of_the_pack(record: Policy) -> None:
    draft = answered(record, *(f"{record.code}#{one.id}" for one in record.articles))
    assert len(draft.sentences) == len(record.articles)
    carried(record, draft)
    for article in record.articles:
        named = answered(record, text=f"{record.name}{article.number}")
        assert any(article.text.strip() in one.text for one in named.sentences)


@pytest.mark.parametrize(
    "record", [one for one in PARSED if isinstance(one, Hotline)], ids=lambda one: one.code
)
@pytest.mark.parametrize("english", [False, True])
def test_all_hotlines_of_the_pack(record: Hotline, english: bool) -> None:
    draft = policies.hotline(record, Writer(english=english))
    assert re.search(rf"(?<!\d){record.number}(?!\d)", draft.sentences[0].text)
    assert draft.cards[0].rows[0].tel == record.number
    carried(record, draft)
