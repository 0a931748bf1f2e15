"""Nothing is shown that no cited quote carries; nothing invisible gets in."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant.guardrails import check, clean, supported
from assistant.rules import replies
from assistant.types import Draft
from channels.types import Card, CardRow, Citation, Sentence, Status


def cited(n: int, quote: str, title: str = "居住证") -> Citation:
    return Citation(n=n, kind="item", code="i1", title=title, field="fee", quote=quote)


def draft(*sentences: Sentence, quotes: tuple[str, ...] = ()) -> Draft:
    citations = tuple(cited(n, quote) for n, quote in enumerate(quotes, 1))
    return Draft(status=Status.ANSWERED, sentences=sentences, citations=citations)


class TestSupported:
    @pytest.mark.parametrize(
        ("text", "quote", "right"),
        [
            ("收费20元。", "每证20元", True),
            ("收费20元。", "每证30元", False),
            ("办结时限是30个工作日。", "30(工作日)", True),
            ("电话：020-12345678。", "020-12345678", True),
            ("电话：020-12345679。", "020-12345678", False),
            ("入口：https://a.cn/b?c=1 。", "https://a.cn/b?c=1", True),
            ("入口：https://evil.cn 。", "https://a.cn", False),
            ("时间9:00-17:00", "周一至周五9:00-17:00", True),
            ("时间9:00-18:00", "周一至周五9:00-17:00", False),
            ("施行日期：2016-01-01", "2016-01-01", True),
            ("没有数字。", "任何", True),
            ("（1）申请；（2）领证。", "申请；领证", True),
        ],
    )
    def test_numbers_and_addresses(self, text: str, quote: str, right: bool) -> None:
        assert supported(Sentence(text=text, citations=(1,)), {1: cited(1, quote)}) == right

    def test_the_title_counts(self) -> None:
        one = cited(1, "张三", title="70周岁以上体检")
        assert supported(Sentence(text="70周岁以上体检", citations=(1,)), {1: one})

    def test_only_what_the_sentence_itself_cites(self) -> None:
        both = {1: cited(1, "20元"), 2: cited(2, "30元")}
        assert not supported(Sentence(text="20元", citations=(2,)), both)
        assert supported(Sentence(text="20元和30元", citations=(1, 2)), both)

    def test_a_citation_that_does_not_exist_carries_nothing(self) -> None:
        assert not supported(Sentence(text="20元", citations=(7,)), {})

    @pytest.mark.parametrize(
        ("said", "quote"),
        [("5元", "15元"), ("20元", "2020年"), ("12345", "123456"), ("0.5", "10.5")],
    )
    def test_part_of_a_number_is_another_number(self, said: str, quote: str) -> None:
        assert not supported(Sentence(text=said, citations=(1,)), {1: cited(1, quote)})


class TestCheck:
    def test_a_carried_draft_is_left_alone(self) -> None:
        one = draft(Sentence(text="收费20元。", citations=(1,)), quotes=("每证20元",))
        assert check(one) is one

    def test_what_is_not_carried_is_dropped_and_said_to_be(self) -> None:
        kept = Sentence(text="收费20元。", citations=(1,))
        lost = Sentence(text="加急费300元。", citations=(1,))
        found = check(draft(kept, lost, quotes=("每证20元",)))
        assert found.sentences == (kept, Sentence(text=replies()["partial"]["dropped"]))
        assert (found.status, found.reason) == (Status.PARTIAL, "unsupported")

    @pytest.mark.parametrize("status", [one for one in Status if one is not Status.ANSWERED])
    def test_other_statuses_stay(self, status: Status) -> None:
        one = replace(draft(Sentence(text="打 999")), status=status)
        assert check(one).status is status

    @given(
        st.lists(
            st.tuples(st.text("收费元0123456789。", max_size=12), st.integers(0, 3)), max_size=5
        ),
        st.lists(st.text("每证元0123456789-", max_size=12), max_size=3),
    )
    def test_no_number_outlives_without_its_quote(
        self, said: list[tuple[str, int]], quotes: list[str]
    ) -> None:
        sentences = [Sentence(text=text, citations=(n,) if n else ()) for text, n in said]
        found = check(draft(*sentences, quotes=tuple(quotes)))
        for one in found.sentences:
            evidence = "\n".join(quotes[n - 1] for n in one.citations if n <= len(quotes))
            assert all(number in evidence for number in re.findall(r"\d+", one.text))
        dropped = [one for one in sentences if one not in found.sentences]
        assert (found.reason == "unsupported") == bool(dropped)

    def test_a_question_back_may_name_its_own_choices(self) -> None:
        rows = (CardRow(label="70周岁以上体检", code="i1"),)
        asked = Sentence(text="“70周岁以上体检”对应几条记录")
        card = Card(kind="choices", title="请选择", rows=rows)
        one = replace(draft(asked), status=Status.CLARIFY, cards=(card,))
        assert check(one) is one
        other = replace(one, sentences=(Sentence(text="“80周岁以上体检”"),))
        assert check(other).reason == "unsupported"

    def test_a_refusal_states_no_fact_of_a_record(self) -> None:
        one = replace(draft(Sentence(text="请用 500 个字以内")), status=Status.REFUSED)
        assert check(one) is one

    @given(st.integers(0, 10**9), st.text("每证元费。 ", max_size=10))
    def test_an_invented_number_is_dropped(self, number: int, quote: str) -> None:
        found = check(draft(Sentence(text=f"收费{number}元", citations=(1,)), quotes=(quote,)))
        assert found.status is Status.PARTIAL
        assert str(number) not in "".join(one.text for one in found.sentences)

    @given(st.text(st.characters(exclude_categories=["N", "Cs"]), max_size=30))
    def test_words_alone_are_kept(self, text: str) -> None:
        assume("http" not in text)
        one = draft(Sentence(text=text))
        assert check(one) is one

    @given(st.lists(st.text("收费元12。", max_size=6), max_size=4))
    def test_checking_again_changes_nothing(self, texts: list[str]) -> None:
        once = check(draft(*(Sentence(text=text) for text in texts)))
        assert check(once) is once


class TestClean:
    @pytest.mark.parametrize(
        ("typed", "read"),
        [
            ("居\u200b住\u200d证", "居住证"),
            ("\ufeff居住证\x00", "居住证"),
            ("  居住证\n", "居住证"),
            ("居住证\u202e材料\u202c", "居住证材料"),
            ("第一行\n第二行", "第一行\n第二行"),
        ],
    )
    def test_invisible_characters_go(self, typed: str, read: str) -> None:
        assert clean(typed) == read

    @given(st.text(st.characters()))
    def test_any_text(self, text: str) -> None:
        once = clean(text)
        assert clean(once) == once
        assert len(once) <= len(text)
        assert not re.search("[\x00-\x08\u200b-\u200f\u202a-\u202e\ufeff]", once)
