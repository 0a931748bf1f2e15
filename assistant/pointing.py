"""Pointing into a list by number: 第二个, 头先第三个, 第二步怎么办, 第3个在哪办.

Which list is meant stands in the dialogue state: what was just offered for a choice, else the list
that was shown last, for a few turns.  The words are in ``pointing.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from assistant.bundles.answers import number
from assistant.types import DialogueState
from knowledge.types import Facet

LASTS = 5
"""For how many answered turns a list can be pointed into once something else was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointed:
    """A place in a list, 1-based, from -1 for the last backwards; ``step``: it was called a step,
    ``article``: an article (第三条).

    ``rest``: what is asked of what stands there; empty if nothing is.
    """

    place: int
    step: bool = False
    article: bool = False
    rest: str = ""

    def among(self, count: int) -> int | None:
        """The place in a list of so many; ``None`` if the list is shorter."""
        place = count + 1 + self.place if self.place < 0 else self.place
        return place if 0 < place <= count else None


@cache
def _words() -> Mapping[str, Any]:
    text = resources.files("assistant").joinpath("pointing.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _english() -> tuple[re.Pattern[str], Mapping[str, int]]:
    """A message in English, and the places that its words name."""
    return re.compile(_words()["english"]), _words()["ordinals"]


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Message, question that may follow, question how; compiled once a process."""
    one = _words()
    message = f"{one['before']}(?:{one['number']})(?:{one['unit']})?{one['behind']}(?P<rest>.*)"
    return re.compile(message), re.compile(one["asks"]), re.compile(one["how"])


def pointed(text: str) -> Pointed | None:
    """Where a normalised message points; ``None`` if it does not, or at several places."""
    message, asks, _ = _patterns()
    if said := _english()[0].fullmatch(text):
        at = _english()[1][said["word"]] if said["word"] else int(said["digit"])
        return Pointed(place=at, step=bool(said["step"]), rest=said["rest"] or "") if at else None
    found = message.fullmatch(text)
    if found is None or not (found["unit"] or found["n"]):
        return None
    rest = found["rest"]
    again = message.search(rest)
    if rest and (not found["unit"] or not asks.match(rest) or (again and again["n"])):
        return None
    place = -1 if found["last"] else 1 if found["first"] else number(found["n"])
    if not place:
        return None
    if found["back"]:
        place = -place
    unit = found["unit"]
    return Pointed(place=place, step=unit == "步", article=unit == "条", rest=rest)


def asks_how(text: str) -> bool:
    """Whether a normalised text only asks how something is done, or what it is."""
    return _patterns()[2].fullmatch(text) is not None


def shown(state: DialogueState, one: Pointed) -> tuple[str, ...]:
    """The codes of the list that is pointed into: what was just offered, else the list shown last,
    if that was not long ago.  Steps are those of a bundle, unless the steps of one of its items
    were asked for last; what is offered for a choice has none."""
    last = state.listed
    if state.offered and not one.step:
        return state.offered
    if one.step:
        if last is None or last.of is None or Facet.PROCESS in state.facets:
            return ()
        return last.codes if state.record in (last.of, *last.codes) and _lasts(state) else ()
    return last.codes if last is not None and _lasts(state) and not one.article else ()


def _lasts(state: DialogueState) -> bool:
    """Whether the list shown last still counts: for some turns, and while its bundle waits."""
    last, guide = state.listed, state.guide
    if last is None:
        return False
    waits = guide is not None and guide.bundle == last.of
    return waits or state.turns - last.at <= LASTS
