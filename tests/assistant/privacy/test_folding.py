"""Folding: what is meant, and where it was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.privacy.folding import fold


@pytest.mark.parametrize(
    ("typed", "text", "digits"),
    [
        ("１３８Ａ", "138A", "138A"),
        ("一〇零两幺壹玖", "一〇零两幺壹玖", "1002119"),
        ("貳參陸車牌", "贰参陆车牌", "236车牌"),
        ("1\u200b3\u20608\ufeff", "138", "138"),
        ("1\ufe0f\u20e3", "1", "1"),
        ("٣𝟏", "31", "31"),
        ("—－‐·・\u3000\t", "---··  ", "---··  "),
        ("①1", "①1", "①1"),
        ("a\r\nb", "a\n\nb", "a\n\nb"),
    ],
)
def test_two_views_of_a_text(typed: str, text: str, digits: str) -> None:
    folded = fold(typed)
    assert (folded.text, folded.digits) == (text, digits)


@given(st.text(st.characters(), max_size=80))
def test_both_views_lead_back_to_what_was_typed(typed: str) -> None:
    folded = fold(typed)
    assert len(folded.text) == len(folded.digits) == len(folded.origin)
    assert list(folded.origin) == sorted(folded.origin)
    assert all(0 <= place < len(typed) for place in folded.origin)
    for start in range(len(folded.text)):
        first, last = folded.span(start, start + 1)
        assert last == first + 1
