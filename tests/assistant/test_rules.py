"""The word tables: they load, agree with what the assistant can do, and can match at all."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import bootstrap, rules
from assistant.composing.items import ENGLISH
from channels.types import Status
from knowledge.passages import FACET_NAMES
from knowledge.types import Facet
from retrieval.analyzer import normalise

WORDS = st.lists(st.text("办证补ab12", min_size=1, max_size=4), min_size=1, max_size=6)


def _table(name: str) -> dict[str, Any]:
    text = resources.files("assistant").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def _matched_texts() -> Iterator[str]:
    """Every phrase and pattern that is searched for in a normalised text."""
    yield from _texts(_table("facets"))
    yield from _texts(_table("scope"))
    for kind in _table("crisis")["kinds"]:
        for name in ("say", "patterns", "unless", "unless_patterns"):
            yield from kind[name]


def test_tables_are_read_once() -> None:
    assert rules.load() is rules.load()


def test_words_are_written_as_texts_are_read() -> None:
    """A word that normalisation would change (搵 → 揾) is never found in a normalised text."""
    changed = {text: normalise(text) for text in _matched_texts() if normalise(text) != text}
    assert changed == {}


def test_no_word_is_empty() -> None:
    assert all(text.strip() for text in _matched_texts())


def test_facets_are_known_and_have_words() -> None:
    named = _table("facets")["facets"]
    assert set(named) <= set(Facet)
    assert set(Facet) - set(named) == {Facet.OVERVIEW, Facet.FAQ}
    assert all(named.values())


def test_no_phrase_asks_for_two_facets() -> None:
    groups = _table("facets")["facets"]
    count: dict[str, set[str]] = {}
    for name, phrases in groups.items():
        for phrase in phrases:
            count.setdefault(phrase, set()).add(name)
    assert {phrase: names for phrase, names in count.items() if len(names) > 1} == {}


def test_every_facet_has_its_names() -> None:
    assert set(FACET_NAMES) == set(ENGLISH) == set(Facet)


def test_crisis_kinds_are_complete() -> None:
    known = bootstrap.built_in_hotlines()
    kinds = rules.load().crisis
    assert len({one.kind for one in kinds}) == len(kinds)
    for one in kinds:
        assert one.hotlines
        assert all(code in known for code in one.hotlines)
        assert one.opening.endswith("。")


def test_whoever_cannot_speak_is_served_first() -> None:
    assert rules.load().crisis[0].kind == "silent"
    assert rules.load().crisis[0].hotlines[0] == "TEL-12110"


def test_small_talk_has_an_answer_for_every_kind() -> None:
    for table in ("small_talk", "small_talk_english"):
        assert set(rules.load().small_talk.values()) == set(rules.replies()[table])


def test_mild_words_are_outside_ones() -> None:
    loaded = rules.load()
    assert all(loaded.outside.holds(word) for word in loaded.mild)


def test_replies_by_status_are_those_of_the_closed_list() -> None:
    beside = {"elsewhere", "small_talk", "small_talk_english", "welcome", "person", "erased"}
    assert set(rules.replies()) - beside <= set(Status)


@pytest.mark.parametrize(
    ("section", "name", "filled"),
    [
        ("not_found", "office", {"name", "department"}),
        ("not_found", "hotline", {"number", "name"}),
        ("not_found", "english_hotline", {"number", "name"}),
        ("clarify", "same_name", {"name"}),
        ("partial", "facet", {"name", "facet"}),
        ("partial", "district", {"district"}),
        ("refused", "too_long", {"limit"}),
    ],
)
def test_blanks_of_the_texts(section: str, name: str, filled: set[str]) -> None:
    text = rules.replies()[section][name]
    assert {field for _, field, _, _ in Formatter().parse(text) if field} == filled


def test_fixed_texts_state_no_number_but_those_of_emergencies() -> None:
    """Numbers are facts: they come from records.  Only the first page names 110 … itself."""
    texts = {k: v for k, v in rules.replies().items() if k != "welcome"}
    assert not [text for text in _texts(texts) if re.search(r"\d{2,}", text)]
    assert not [one.opening for one in rules.load().crisis if re.search(r"\d", one.opening)]


def test_welcome_questions_are_questions_about_records() -> None:
    assert len(rules.welcome_questions()) >= 5
    assert not any(rules.load().outside.holds(text) for text in rules.welcome_questions())


def test_longest_word_wins_and_latin_words_stand_alone() -> None:
    pattern = rules.alternation(["办", "办理地点", "app", "fee"])
    assert pattern.findall("办理地点办") == ["办理地点", "办"]
    assert pattern.findall("happy app, 用app办 fees fee") == ["app", "app", "办", "fee"]


@given(WORDS)
def test_alternation_finds_each_of_its_words(words: list[str]) -> None:
    pattern = rules.alternation(words)
    for word in words:
        match = pattern.search(f"，{word}，")
        assert match is not None
        assert match.group() in words


def test_either_of_nothing_finds_nothing() -> None:
    assert rules.either([], []).search("任何文字") is None
    assert rules.either(["a.b"], ["b+"]).findall("a.b axb bb") == ["a.b", "b", "bb"]


def test_english_sayings_of_emergencies_have_a_latin_letter() -> None:
    """They are looked for only where a message has one."""
    every = Path("eval/gold/crisis-train.jsonl").read_text(encoding="utf-8").splitlines()
    said = [re.sub("[a-z]+", "", normalise(json.loads(one)["text"])) for one in every]
    for kind in rules.load().crisis:
        assert not [one for one in (*said, "", " ", "110", ",.!?'") if kind.say.english.search(one)]


@given(st.lists(st.sampled_from([*"着火了fire救a '", "着火", "fire"]), max_size=8).map("".join))
def test_sayings_are_found_as_by_one_pattern(text: str) -> None:
    words, patterns = ["着火", "fire"], ["救.{0,2}了", "fire.{0,2}a"]
    found = rules.Sayings.of(words, patterns).search(text)
    assert found is (rules.either(words, patterns).search(text) is not None)
