"""Pointing into a list by number: how it is said, and which list is meant."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.pointing import LASTS, Pointed, asks_how, pointed, shown
from assistant.types import DialogueState, GuideState, Listed
from knowledge.types import Facet
from retrieval.analyzer import normalise

PARTS = Listed(codes=("p1", "p2", "p3"), of="b", at=2)
CHOICES = Listed(codes=("c1", "c2"), facets=(Facet.FEE,), at=2)


class TestPointed:
    @pytest.mark.parametrize(
        ("text", "place", "rest"),
        [
            ("第二个", 2, ""),
            ("头先第三个", 3, ""),
            ("頭先嗰幾個入面嘅第三個", 3, ""),
            ("上面第二个", 2, ""),
            ("刚才你说的第1项", 1, ""),
            ("最后一个", -1, ""),
            ("最尾嗰個呢", -1, ""),
            ("第十二项", 12, ""),
            ("第二", 2, ""),
            ("第3个在哪办", 3, "在哪办"),
            ("第二项要什么材料", 2, "要什么材料"),
            ("咁第一样點搞", 1, "点搞"),
            ("我想问第二个要多少钱？", 2, "要多少钱?"),
            ("第三个要本人去吗", 3, "要本人去吗"),
            ("倒数第二个", -2, ""),
            ("还是第二个", 2, ""),
            ("换第二个", 2, ""),
            ("改成第二个吧", 2, ""),
            ("第一步要干嘛", 1, "要干嘛"),
            ("the second one", 2, ""),
            ("What about the last one?", -1, ""),
            ("option 3", 3, ""),
            ("how much is the second one", 2, "how much"),
        ],
    )
    def test_place_and_question(self, text: str, place: int, rest: str) -> None:
        found = pointed(normalise(text).strip())
        assert found is not None
        assert (found.place, found.rest) == (place, rest)

    @pytest.mark.parametrize(
        "text",
        [
            "第二个孩子怎么上户口",
            "我第二个要生了",
            "第二代身份证",
            "第一次办护照",
            "第二套房贷款",
            "二手房过户",
            "第一个和第二个有什么区别",
            "第一个月工资要交税吗",
            "换第二代身份证",
            "second hand car",
            "第三方检测",
            "最后要交什么",
            "尾气检测",
            "",
        ],
    )
    def test_nowhere(self, text: str) -> None:
        assert pointed(normalise(text).strip()) is None

    def test_steps_and_articles_are_told_from_the_rest(self) -> None:
        step, article = pointed("第二步怎么办"), pointed("第六条")
        assert step is not None
        assert article is not None
        assert (step.step, step.article) == (True, False)
        assert (article.step, article.article) == (False, True)

    @pytest.mark.parametrize(("place", "among"), [(1, 1), (3, 3), (4, None), (-1, 3)])
    def test_among_so_many(self, place: int, among: int | None) -> None:
        assert Pointed(place=place).among(3) == among
        assert Pointed(place=place).among(0) is None


@pytest.mark.parametrize("text", ["怎么办", "点搞啊", "该怎么弄呢", "是什么", "讲一下"])
def test_asks_how_in_general(text: str) -> None:
    assert asks_how(text)


@pytest.mark.parametrize("text", ["怎么收费", "点去", "在哪办", "要什么材料"])
def test_asks_for_something_in_particular(text: str) -> None:
    assert not asks_how(text)


class TestShown:
    def test_what_was_just_offered_counts_before_what_was_shown(self) -> None:
        state = DialogueState(offered=("o1", "o2"), listed=PARTS, record="b", turns=3)
        assert shown(state, Pointed(place=1)) == ("o1", "o2")

    def test_the_list_shown_last_for_some_turns(self) -> None:
        def after(turns: int) -> tuple[str, ...]:
            state = DialogueState(record="other", listed=CHOICES, turns=2 + turns)
            return shown(state, Pointed(place=1))

        assert after(LASTS) == ("c1", "c2")
        assert after(LASTS + 1) == ()

    def test_the_parts_of_a_bundle_as_long_as_it_waits(self) -> None:
        guide = GuideState(bundle="b", begun=date(2026, 11, 22))
        state = DialogueState(listed=PARTS, guide=guide, turns=40)
        assert shown(state, Pointed(place=1)) == PARTS.codes

    def test_steps_are_those_of_the_bundle_that_is_spoken_of(self) -> None:
        step = Pointed(place=2, step=True)
        assert shown(DialogueState(record="b", listed=PARTS), step) == PARTS.codes
        assert shown(DialogueState(record="p1", listed=PARTS), step) == PARTS.codes
        assert shown(DialogueState(record="other", listed=PARTS), step) == ()
        assert shown(DialogueState(record="c1", listed=CHOICES), step) == ()

    def test_unless_the_steps_of_one_part_were_asked_for(self) -> None:
        state = DialogueState(record="p1", facets=(Facet.PROCESS,), listed=PARTS)
        assert shown(state, Pointed(place=2, step=True)) == ()

    def test_an_article_is_in_no_list_of_before(self) -> None:
        state = DialogueState(record="law", listed=CHOICES, turns=3)
        assert shown(state, Pointed(place=2, article=True)) == ()
