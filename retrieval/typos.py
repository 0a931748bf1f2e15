"""Typing errors in a question: what was probably meant, by sound, by shape and by the index.

A noisy channel (Kernighan, Church and Gale, 1990).  The index is the language model: for x between
l and r it is P(x | l) × P(r | x), from how many documents hold each bigram, Dirichlet-smoothed
towards the frequency of the single character.  The channel is how often x comes out as what stands
there.  Each change of one place is a hypothesis, "nothing is wrong" is one more; the strength of a
correction is its posterior probability.  Only characters with a bigram that the index does not
hold are judged, so a clean question costs little and mostly stays as it is.

Corrections only add terms (:func:`meant`): what was typed stays, at full weight.  What sounds or
looks alike stands in ``confusions.json``, made by ``confusions.py``.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from retrieval.bm25 import Field
from retrieval.confusions import TABLE
from retrieval.types import Analyzer

CHANNEL = tuple(map(math.exp, (-4, -5.5, -6, -7)))
"""How often a character comes out as a given one: of the same sound, of a sound that southern
speech merges with it, of the same shape, with a part in common.  A factor of e on all of them
moved hit@1 of no set by more than 0.2 points."""

SWAPPED, DOUBLED = math.exp(-8), math.exp(-4)
"""How often two neighbours change places, and a character is typed twice."""

ASKING = frozenset("吗呢吧呀啊哪谁么咋怎这那您你我他她")
RARELY = math.exp(-3)
"""Words that questions hold and records hardly do; a change of one is so much less probable."""

PRIOR = 50.0
"""The weight of a character's own frequency, in documents, beside that of its bigram."""

LEAST = 0.1
"""The weakest correction that is given."""

MOST = 4
"""How many corrections are given at most."""

LONGEST = 25
"""Longer texts are left alone: one wrong character does not lead them astray."""

SURE = 0.9
"""From here on the corrected text is a wording of its own, and what the encoder is given."""

_EDGE = " "
_RUN = re.compile("[\u3400-\u9fff]{2,}")
_SOUTHERN = (("^([zcs])h", r"\1"), ("^n(?=[aeiouv])", "l"), ("([aei])ng$", r"\1n"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """``said`` at ``start`` of the normalised text was meant to be ``meant``, with probability
    ``strength`` (0–1)."""

    start: int
    said: str
    meant: str
    strength: float

    def applied(self, text: str) -> str:
        """``text`` corrected."""
        return text[: self.start] + self.meant + text[self.start + len(self.said) :]


class Alike(NamedTuple):
    """Characters that one may be taken for, each in the first group that fits."""

    same_sound: str
    near_sound: str
    shape: str
    family: str


class Confusions:
    """Which characters sound or look alike."""

    def __init__(
        self, sounds: dict[str, str], shapes: dict[str, str], families: Iterable[str] = ()
    ) -> None:
        self._sounds = sounds
        self._shapes = shapes
        self._readings: dict[str, list[str]] = {}
        self._southern: dict[str, str] = {}
        for reading, characters in sounds.items():
            merged = southern(reading)
            self._southern[merged] = self._southern.get(merged, "") + characters
            for one in characters:
                self._readings.setdefault(one, []).append(reading)
        self._families: dict[str, str] = {}
        for family in families:
            for one in family:
                self._families[one] = self._families.get(one, "") + family
        self._known: dict[str, Alike] = {}

    @classmethod
    def load(cls, path: Path = TABLE) -> Confusions:
        """Read ``confusions.json``: about 5 ms."""
        found = json.loads(path.read_bytes())
        return cls(found["sounds"], found["shapes"], found["families"])

    @property
    def characters(self) -> AbstractSet[str]:
        """All that have a reading."""
        return self._readings.keys()

    def alike(self, character: str) -> Alike:
        """What ``character`` may be taken for; put together once."""
        found = self._known.get(character)
        if found is None:
            found = self._known[character] = self._alike(character)
        return found

    def _alike(self, character: str) -> Alike:
        readings = self._readings.get(character, ())
        merged = dict.fromkeys(map(southern, readings))
        groups, known = [], character
        for group in (
            "".join(self._sounds[one] for one in readings),
            "".join(self._southern[one] for one in merged),
            self._shapes.get(character, ""),
            self._families.get(character, ""),
        ):
            groups.append(_without(group, known))
            known += groups[-1]
        return Alike(*groups)


class Typos:
    """Finds typing errors by one field of an index.  Safe to share between threads."""

    def __init__(self, field: Field, confusions: Confusions) -> None:
        self._vocabulary = field.vocabulary
        self._starts = field.starts
        self._confusions = confusions
        self._all = sum(map(self._count, confusions.characters)) or 1

    def find(self, text: str, known: Iterable[tuple[int, int]] = ()) -> tuple[Correction, ...]:
        """The probable corrections of a normalised text, the strongest first.

        ``known``: spans that are right as they stand, such as words of the lexicon.  About 0.1 ms
        for 12 characters.
        """
        if len(text) > LONGEST:
            return ()
        right = frozenset(place for start, end in known for place in range(start, end))
        found = [
            one
            for run in _RUN.finditer(text)
            for one in self._of_run(run.group(), run.start(), right)
        ]
        total = 1.0 + sum(one.odds for one in found)
        likely = [one for one in found if one.odds >= LEAST * total]
        likely.sort(key=lambda one: (-one.odds, one.start))
        return tuple(
            Correction(start=one.start, said=one.said, meant=one.meant, strength=one.odds / total)
            for one in likely[:MOST]
        )

    def _of_run(self, run: str, offset: int, right: AbstractSet[int]) -> Iterator[_Change]:
        padded = f"{_EDGE}{run}{_EDGE}"
        for place in range(1, len(padded) - 1):
            start = offset + place - 1
            window = padded[place - 1 : place + 2]
            if start in right or self._holds(window):
                continue
            yield from self._replaced(window, start)
            if start + 1 not in right:
                yield from self._moved(padded[place - 1 : place + 3], start)

    def _holds(self, window: str) -> bool:
        """Whether the index holds both bigrams; there is none over an edge of the run."""
        left, right = window[0], window[2]
        return (left == _EDGE or window[:2] in self._vocabulary) and (
            right == _EDGE or window[1:] in self._vocabulary
        )

    def _replaced(self, window: str, start: int) -> Iterator[_Change]:
        """Another character instead of the middle one, of which the index holds a bigram."""
        left, said, right = tuple(window)
        rarely, chance = (RARELY if said in ASKING else 1.0), 0.0
        groups = self._confusions.alike(said)
        for channel, group in zip(CHANNEL, groups, strict=True):
            for meant in group:
                if left + meant in self._vocabulary or meant + right in self._vocabulary:
                    chance = chance or self._chance(window)
                    odds = rarely * channel * self._chance(left + meant + right) / chance
                    yield _Change(odds, start, said, meant)

    def _moved(self, window: str, start: int) -> Iterator[_Change]:
        """The two middle characters change places, or are the same and one goes."""
        if len(window) < 4:
            return
        left, first, second, right = tuple(window)
        if first == second:
            odds = DOUBLED * self._chance(left + first + right) / self._chance(window)
            yield _Change(odds, start, first + second, first)
        elif second + first in self._vocabulary:
            odds = SWAPPED * self._chance(left + second + first + right) / self._chance(window)
            yield _Change(odds, start, first + second, second + first)

    def _chance(self, window: str) -> float:
        """The probability of the characters behind the first, each after the one before."""
        chance = 1.0
        for left, one in pairwise(window):
            if one != _EDGE:
                alone = (self._count(one) + 0.5) / self._all
                chance *= alone if left == _EDGE else self._follows(left, one, alone)
        return chance

    def _follows(self, left: str, one: str, alone: float) -> float:
        return (self._count(left + one) + PRIOR * alone) / (self._count(left) + PRIOR)

    def _count(self, term: str) -> int:
        column = self._vocabulary.get(term)
        if column is None:
            return 0
        return int(self._starts[column + 1]) - int(self._starts[column])


class _Change(NamedTuple):
    """``odds``: how much more probable it is than that nothing is wrong."""

    odds: float
    start: int
    said: str
    meant: str


def meant(text: str, corrections: Sequence[Correction], analyzer: Analyzer) -> dict[str, float]:
    """The terms that the corrections add to a text's own, each with the best strength."""
    own = frozenset(analyzer.terms(text))
    found: dict[str, float] = {}
    for one in corrections:
        for term in analyzer.terms(one.applied(text)):
            if term not in own:
                found[term] = max(found.get(term, 0.0), one.strength)
    return found


def sure(text: str, corrections: Sequence[Correction]) -> str | None:
    """``text`` as the first correction has it, if that is sure."""
    if corrections and corrections[0].strength >= SURE:
        return corrections[0].applied(text)
    return None


def southern(reading: str) -> str:
    """A toneless reading without z/zh, c/ch, s/sh, n/l, an/ang, en/eng, in/ing told apart.

    >>> southern("zheng"), southern("neng"), southern("ling")
    ('zen', 'len', 'lin')
    """
    for pattern, merged in _SOUTHERN:
        reading = re.sub(pattern, merged, reading)
    return reading


def _without(characters: str, known: str) -> str:
    return "".join(one for one in dict.fromkeys(characters) if one not in known)
