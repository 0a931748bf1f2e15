from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.analyzer import (
    BigramAnalyzer,
    MixedAnalyzer,
    is_word,
    learn_words,
    normalise,
)
from retrieval.types import Analyzer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＡＢＣ１２３（甲）", "abc123(甲)"),
        ("申請居住證", "申请居住证"),
        ("衞生署嘅啓用", "卫生署嘅启用"),
        ("內地婚姻登記 iPhone", "内地婚姻登记 iphone"),
        ("身\u200b份\ufeff证", "身份证"),
        ("坏\ud800字", "坏\ufffd字"),
        ("", ""),
    ],
)
def test_normalise(text: str, expected: str) -> None:
    assert normalise(text) == expected


@given(st.text())
@settings(max_examples=300, deadline=None)
def test_normalise_takes_any_text_and_is_idempotent(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(st.text(st.characters()))
@settings(max_examples=200, deadline=None)
def test_terms_are_not_empty_and_those_of_normalised_text(text: str) -> None:
    for analyzer in (BigramAnalyzer(), MixedAnalyzer(["居住证"])):
        terms = analyzer.terms(text)
        assert all(terms)
        assert terms == analyzer.terms(normalise(text))


def test_nothing_is_lost_behind_a_control_character() -> None:
    assert normalise("居住证\x00办理\x07") == "居住证办理"


def test_bigrams_characters_and_codes() -> None:
    assert BigramAnalyzer().terms("办证，A1-2号 3.5") == [
        *("办", "证", "办证"),
        "a1-2",
        "a1-2号",
        "号",
        "3.5",
    ]


def test_letters_and_characters_that_touch_make_a_term_together() -> None:
    terms = BigramAnalyzer().terms("第3号楼，A7县 B")
    assert {"第3", "3号", "a7县"} <= set(terms)
    assert "县b" not in terms
    assert not any(map(is_word, terms))


def test_bigrams_do_not_cross_what_is_no_character() -> None:
    assert "证结" not in BigramAnalyzer().terms("居住证、结婚")


def test_rare_characters_beyond_the_basic_plane_count() -> None:
    assert BigramAnalyzer().terms("白鱀豚")[:3] == ["白", "𬶨", "豚"]


def test_mixed_adds_known_words_wherever_they_occur() -> None:
    analyzer = MixedAnalyzer(["居住证", "居住证积分", "住证"])
    terms = analyzer.terms("廣州居住證積分")
    assert terms[-2:] == ["居住证积分", "居住证"]
    assert "住证" in terms  # the bigram; two characters are no word of their own
    assert terms.count("住证") == 1


def test_name_changes_with_the_words() -> None:
    one: Analyzer = MixedAnalyzer(["居住证", "身份证"])
    assert one.name == MixedAnalyzer(["身份证", "居住证"]).name
    assert one.name != MixedAnalyzer(["居住证"]).name
    assert BigramAnalyzer().name == "bigram/2"


def test_learn_words(capfd: pytest.CaptureFixture[str]) -> None:
    texts = ["申请办理社会保险登记", "社會保險登記", "办理一次派出所登记"]
    assert "派出所" not in learn_words(texts)
    assert "派出所" in learn_words(texts, minimum=1)
    assert all(is_word(word) for word in learn_words(texts))
    assert capfd.readouterr() == ("", "")
