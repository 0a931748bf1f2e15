"""Finds which phrases of a dictionary a text holds, in microseconds, however many there are.

For each position only the lengths that some phrase with those first two characters has are looked
up in a set: for names and words of a city (2–100 characters) that is quicker than an Aho-Corasick
automaton in Python and needs no compiled package.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from operator import add
from typing import NamedTuple


class Found(NamedTuple):
    """``text[start:end] == phrase``."""

    start: int
    end: int
    phrase: str


class Phrases:
    """A set of non-empty phrases to be found inside texts."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._phrases = frozenset(phrase for phrase in phrases if phrase)
        lengths: dict[str, set[int]] = {}
        for phrase in (phrase for phrase in self._phrases if len(phrase) > 1):
            lengths.setdefault(phrase[:2], set()).add(len(phrase))
        self._lengths = {head: tuple(sorted(found)[::-1]) for head, found in lengths.items()}
        self._heads = frozenset(self._lengths)
        self._single = frozenset(phrase for phrase in self._phrases if len(phrase) == 1)

    def all(self, text: str) -> Iterator[Found]:
        """Every occurrence, also overlapping ones, by start, then longest first."""
        lengths, phrases, single = self._lengths, self._phrases, self._single
        heads, distinct = _pairs(text)
        known = not self._heads.isdisjoint(distinct)
        starts = [start for start, head in enumerate(heads) if head in lengths] if known else []
        if single and not single.isdisjoint(text):
            alone = (start for start, one in enumerate(text) if one in single)
            starts = sorted({*starts, *alone})
        for start in starts:
            for length in lengths.get(text[start : start + 2], ()):
                phrase = text[start : start + length]
                if phrase in phrases and len(phrase) == length:
                    yield Found(start, start + length, phrase)
            if text[start] in single:
                yield Found(start, start + 1, text[start])

    def longest(self, text: str) -> Iterator[Found]:
        """Occurrences that do not overlap: the leftmost, and of those the longest, first."""
        end = 0
        for found in self.all(text):
            if found.start >= end:
                end = found.end
                yield found


@lru_cache(maxsize=32)
def _pairs(text: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """The pairs of neighbouring characters, in order and each once; a turn looks for many sets of
    phrases in the same few texts."""
    pairs = tuple(map(add, text, text[1:]))
    return pairs, frozenset(pairs)


def maximal(found: Iterable[Found]) -> list[Found]:
    """Those occurrences that do not lie inside a longer one; equal spans are all kept."""
    ordered = sorted(found, key=lambda one: (one.start, -one.end))
    kept: list[Found] = []
    for one in ordered:
        inside = kept and one.end <= kept[-1].end
        if not inside or (one.start, one.end) == (kept[-1].start, kept[-1].end):
            kept.append(one)
    return kept
