"""What people say to the guide itself: stop, back, why, 如果 … (``assistant/guide.toml``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from assistant.rules import guide_words
from retrieval.analyzer import normalise

EDGE = " \t\r\n,.!?;:，。！？；：、“”\"'~～"
_COURTESY = ("请问", "麻烦", "唔该", "请", "那", "噉", "咁", "我想", "想")
_ENDINGS = "啊呀啦喇哈嘛了吧呢喔哦㗎先"


def bare(text: str, known: frozenset[str] | None = None) -> str:
    """The normalised message without courtesies and final particles, unless a command has them.

    ``known``: the whole words of all commands; those of the guide, if not given.
    """
    return _bare(normalise(text), commands()["all"] if known is None else known)


@lru_cache(maxsize=64)
def _bare(text: str, known: frozenset[str]) -> str:
    """Asked for by many readers of a turn."""
    said = text.strip(EDGE)
    for courtesy in _COURTESY:
        said = said if said in known else said.removeprefix(courtesy)
    trimmed = said.rstrip(_ENDINGS).strip(EDGE)
    return said if said in known else trimmed


@cache
def commands() -> Mapping[str, frozenset[str]]:
    """The words of each command, by name; ``…_start``: beginnings; ``all``: every whole one."""
    loaded: Mapping[str, Mapping[str, Sequence[str]]] = guide_words()
    found = {name: frozenset(map(normalise, one.get("whole", ()))) for name, one in loaded.items()}
    starts = {
        f"{name}_start": frozenset(map(normalise, one["start"]))
        for name, one in loaded.items()
        if "start" in one
    }
    every = frozenset(word for words in found.values() for word in words)
    return {**found, **starts, "all": every}
