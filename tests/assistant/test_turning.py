"""What tells a turn to another matter: the signs, and the model that ships."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from assistant import turning
from assistant.resolution import Candidate
from assistant.types import Decision
from tests.assistant.fakes import hit, read, weak
from tests.records import item

CARD = item("GZ-2", "社会保障卡补领换领")
SURE = Decision(outcome="answer", records=("GZ-2",), confidence=0.95)


def signs(text: str, decision: Decision = SURE) -> dict[str, float]:
    return turning.signs(
        read(text),
        decision,
        Candidate(CARD, hit(CARD)),
        weak(CARD),
        polar=False,
        document=False,
        papers=0.0,
    )


def test_the_model_weighs_every_sign() -> None:
    assert set(turning.model().weights) == set(signs("社会保障卡"))


def test_what_a_message_names_speaks_for_another_matter() -> None:
    named = signs("社会保障卡补领换领要什么材料")
    assert named["name_share"] == 1.0
    assert turning.turns(named)
    unnamed = signs("要等到几时", replace(SURE, confidence=0.2, outcome="none"))
    assert unnamed["name_share"] == 0.0
    assert not turning.turns(unnamed)


@given(st.sampled_from(("polar", "document", "mine")))
def test_what_speaks_against_it(sign: str) -> None:
    of = turning.model().probability
    assert of(signs("社会保障卡") | {sign: 1.0}) < of(signs("社会保障卡") | {sign: 0.0})


@given(st.text(max_size=40))
def test_signs_are_about_0_to_1(text: str) -> None:
    assert all(-1 <= value <= 1.5 for value in signs(text).values())


def test_pairs() -> None:
    assert turning.pairs("社保 卡") == {"社保", "保卡"}
    assert turning.pairs("卡") == set()
