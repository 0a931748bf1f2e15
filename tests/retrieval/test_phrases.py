from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from retrieval.phrases import Found, Phrases, maximal

SMALL = st.text("甲乙丙", max_size=12)


@given(SMALL, st.lists(SMALL, max_size=6))
def test_all_agrees_with_the_obvious_search(text: str, phrases: list[str]) -> None:
    expected = {
        (start, phrase)
        for phrase in phrases
        if phrase
        for start in range(len(text))
        if text.startswith(phrase, start)
    }
    found = list(Phrases(phrases).all(text))
    assert {(one.start, one.phrase) for one in found} == expected
    assert len(found) == len(expected)
    assert all(text[one.start : one.end] == one.phrase for one in found)


@given(SMALL, st.lists(SMALL, max_size=6))
def test_longest_does_not_overlap(text: str, phrases: list[str]) -> None:
    end = 0
    for one in Phrases(phrases).longest(text):
        assert one.start >= end
        end = one.end


def test_longest_takes_the_leftmost_then_the_longest() -> None:
    phrases = Phrases(["居住", "居住证", "住证办理", "办理"])
    assert [one.phrase for one in phrases.longest("居住证办理")] == ["居住证", "办理"]


def test_maximal_drops_what_lies_inside() -> None:
    found = list(Phrases(["护照", "护照换发", "换发", "发证"]).all("护照换发证"))
    assert [one.phrase for one in maximal(found)] == ["护照换发", "发证"]


def test_maximal_keeps_equal_spans() -> None:
    twice = [Found(0, 2, "护照"), Found(0, 2, "护照")]
    assert maximal(twice) == twice
