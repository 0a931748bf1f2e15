"""Three words from any state reach a person; questions about people and machines do not."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import rules
from assistant.handoff import asking
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


@pytest.mark.parametrize(
    "text",
    [
        "不等了",
        "唔等喇，多谢",
        "算了不等了",
        "不用人工了吧",
        "我唔等啦",
        "不等了，我走了",
        "太耐喇，唔等",
    ],
)
def test_who_waits_leaves(text: str) -> None:
    assert asking.leaves_queue(text)


@pytest.mark.parametrize("text", ["", "多谢", "转人工", "不等了，居住证要多久", "等不等了"])
def test_who_waits_does_not_leave(text: str) -> None:
    assert not asking.leaves_queue(text)


@pytest.mark.parametrize(
    ("text", "about"),
    [("要等多久", True), ("排到第几了", True), ("身份证多久拿到", False), ("", False)],
)
def test_about_the_waiting(text: str, about: bool) -> None:
    assert asking.about_the_queue(text) is about


@pytest.mark.parametrize(
    ("text", "about", "asks"),
    [
        ("电话多少", False, True),
        ("電話幾多號呀", False, True),
        ("电话多少", True, False),
        ("人工电话是多少", True, True),
        ("居住证首次申领在天河区的咨询电话多少", False, False),
        ("有冇电话可以打", False, True),
        ("居住证电话多少", False, False),
        ("我的电话坏了", False, False),
    ],
)
def test_a_number_to_call_instead(text: str, about: bool, asks: bool) -> None:
    assert asking.asks_phone(text, about=about) is asks
