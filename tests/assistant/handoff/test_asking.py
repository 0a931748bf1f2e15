"""Three words from any state reach a person; questions about people and machines do not."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import rules
from assistant.handoff.asking import wants_person, words

MESSAGES = tomllib.loads(Path(__file__).with_name("messages.toml").read_text("utf-8"))


@pytest.mark.parametrize("text", MESSAGES["hotline"])
def test_hotline(text: str) -> None:
    assert wants_person(text) == "hotline"


@pytest.mark.parametrize("text", MESSAGES["window"])
def test_window(text: str) -> None:
    assert wants_person(text) == "window"


@pytest.mark.parametrize("text", ["", "？", *MESSAGES["neither"]])
def test_neither(text: str) -> None:
    assert wants_person(text) is None


def test_what_was_heard_so_far_is_heard_still() -> None:
    """The phrases of ``scope.toml`` that meant a person before there was a desk."""
    before = [phrase for phrase, line in rules.load().person_lines.items() if line == "handoff"]
    assert len(before) > 5
    assert {wants_person(phrase) for phrase in before} == {"hotline"}


def test_every_phrase_reaches_its_desk() -> None:
    assert {p: wants_person(p) for p in words().whole} == dict(words().whole)


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    assert wants_person(text) in (None, "hotline", "window")
