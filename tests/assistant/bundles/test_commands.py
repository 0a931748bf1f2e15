"""What is said to the guide itself: whole messages, courtesies and particles aside."""

from __future__ import annotations

from itertools import combinations

import pytest

from assistant.bundles.commands import bare, commands
from retrieval.analyzer import normalise

NAMED = {
    name: words
    for name, words in commands().items()
    if name != "all" and not name.endswith("_start")
}


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("为什么问这个？", "why"),
        ("点解要問呢個", None),
        ("点解要问？", "why"),
        ("返回", "back"),
        ("請問返回", "back"),
        ("上一步吧", "back"),
        ("不办了", "leave"),
        ("唔该，取消", "leave"),
        ("麻烦取消", "leave"),
        ("先睇清單", "so_far"),
        ("重新开始！", "again"),
        ("继续", "resume"),
        ("继续啦", "resume"),
        ("保存并打印", "keep"),
        ("我想改一个回答", "change"),
        ("改一个回答", "change"),
        ("我不会上网", "offline"),
        ("不会上网啊", "offline"),
        ("网上办也可以", "online"),
        ("我能领什么补贴？", "benefits"),
        ("广州户籍", None),
        ("居住证怎么办", None),
    ],
)
def test_by_hand(text: str, command: str | None) -> None:
    found = [name for name, words in NAMED.items() if bare(text) in words]
    assert found == ([command] if command else [])


def test_every_word_is_its_own_command_however_it_is_typed() -> None:
    for name, words in NAMED.items():
        for word in words:
            for text in (word, f"{word}。", f" {word}！", word.upper()):
                assert bare(text) in words, (name, text)


def test_no_word_is_two_commands() -> None:
    for (one, words), (other, others) in combinations(NAMED.items(), 2):
        assert not words & others, (one, other)


def test_words_are_written_as_messages_are_normalised() -> None:
    for name, words in commands().items():
        assert words == {normalise(word) for word in words}, name


def test_beginnings_are_not_whole_messages() -> None:
    starts = {name for name in commands() if name.endswith("_start")}
    assert starts
    for name in starts:
        assert all(commands()[name]), name


@pytest.mark.parametrize("text", ["", "  ", "？！", "请", "麻烦", "啊"])
def test_nothing_said_is_no_command(text: str) -> None:
    assert bare(text) not in commands()["all"]
