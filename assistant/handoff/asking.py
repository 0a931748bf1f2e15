"""Whether a message asks for a person, and at which desk.  The words are data (``handoff.toml``).

Heard from any state, so a word alone is not enough: 人工智能 and 人工林 are no people, and
人工客服电话是多少 is a question.  A short message that only sounds like one of the phrases (传人工,
转仁工) is taken for it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import groupby
from typing import Any

from assistant.handoff.types import Desk
from assistant.rules import Matcher
from retrieval.analyzer import normalise
from retrieval.typos import Confusions

_EDGE = " \t\r\n,.!?;:，。！？；：、“”\"'‘’（）()【】[]<>《》…—-~～"
_SPLIT = re.compile(rf"[{re.escape(_EDGE)}]+")
_HAN = re.compile(r"[㐀-鿿]+")


@cache
def table() -> Mapping[str, Any]:
    """``handoff.toml``."""
    text = resources.files("assistant.handoff").joinpath("handoff.toml").read_text("utf-8")
    return tomllib.loads(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The table, normalised.  ``whole``: phrase → desk, ``of_length`` the same by their lengths;
    ``before`` and ``after`` longest first."""

    whole: Mapping[str, Desk]
    of_length: Mapping[int, Sequence[tuple[str, Desk]]]
    inside: Sequence[tuple[Desk, Matcher]]
    unless: Matcher
    before: tuple[str, ...]
    after: tuple[str, ...]
    sounds: Confusions


@cache
def words() -> Words:
    """Read and compile the table once per process."""
    desks: Mapping[Desk, Mapping[str, Sequence[str]]] = table()["desks"]
    courtesy = table()["courtesy"]
    whole = {phrase: desk for desk, one in desks.items() for phrase in _normal(one["whole"])}
    by_length = sorted(whole.items(), key=lambda one: len(one[0]))
    return Words(
        whole=whole,
        of_length={n: tuple(same) for n, same in groupby(by_length, lambda one: len(one[0]))},
        inside=[(desk, Matcher(_normal(one["inside"]))) for desk, one in desks.items()],
        unless=Matcher(_normal(table()["unless"]["words"])),
        before=_longest_first(courtesy["before"]),
        after=_longest_first(courtesy["after"]),
        sounds=Confusions.load(),
    )


def wants_person(text: str) -> Desk | None:
    """The desk that the message asks for, or ``None``."""
    known, said = words(), normalise(text).strip(_EDGE)
    limits = table()["limits"]
    if not said or known.unless.holds(said):
        return None
    parts = {one for one in _SPLIT.split(said) if one}
    for bare in (*_bare(said, known), *(parts if len(parts) == 1 else ())):
        if desk := known.whole.get(bare):
            return desk
    longest = limits["longest"] if _HAN.search(said) else limits["longest_english"]
    if len(said) <= longest:
        for desk, matcher in known.inside:
            if matcher.holds(said):
                return desk
    return next(filter(None, (_heard(bare, known) for bare in _bare(said, known))), None)


def leaves_queue(text: str) -> bool:
    """Whether somebody who waits for a person says that they wait no more."""
    gone = frozenset(_normal(table()["leave"]["whole"]))
    known = words()
    parts = [one for one in _SPLIT.split(normalise(text)) if one]
    rest = [one for one in parts if not gone & set(_bare(one, known))]
    beside = {*known.after, *_normal(table()["leave"]["beside"])}
    return len(rest) < len(parts) and all(beside & set(_bare(one, known)) for one in rest)


def asks_phone(text: str, *, about: bool) -> bool:
    """Whether somebody who waits for a person asks for a number to call instead.  ``about``:
    something is spoken of whose telephone they may mean."""
    said, phone = normalise(text).strip(_EDGE), table()["phone"]
    if len(said) > table()["limits"]["queue"]:
        return False
    if Matcher(_normal(phone["inside"])).holds(said):
        return True
    own = _longest_first(phone["own"])
    if about or not any(one in said for one in own):
        return False
    for one in (*own, *_longest_first(phone["rest"])):
        said = said.replace(one, "")
    return not said.strip(_EDGE)


def about_the_queue(text: str) -> bool:
    """Whether somebody who waits for a person asks about that (要等多久, 排到第几了)."""
    said = normalise(text).strip(_EDGE)
    return len(said) <= table()["limits"]["queue"] and _queue().holds(said)


@cache
def _queue() -> Matcher:
    return Matcher(_normal(table()["queue"]["inside"]))


def _bare(said: str, known: Words) -> Iterable[str]:
    """The message, then with one more courtesy taken off at an end each time."""
    yield said
    while said.startswith(known.before) or said.endswith(known.after):
        begun = next((one for one in known.before if said.startswith(one) and said != one), "")
        ended = next((one for one in known.after if said.endswith(one) and said != one), "")
        if not begun and not ended:
            return
        if begun:
            said = said.removeprefix(begun).strip(_EDGE)
            yield said
        if ended and said != ended:
            said = said.removesuffix(ended).strip(_EDGE)
            yield said


def _heard(bare: str, known: Words) -> Desk | None:
    """The desk of a phrase that sounds like the message, character by character."""
    limits = table()["limits"]
    if len(bare) < limits["shortest_alike"] or not _HAN.fullmatch(bare):
        return None
    for phrase, desk in known.of_length.get(len(bare), ()):
        if _alike(bare, phrase, known.sounds, limits["alike"]):
            return desk
    return None


def _alike(said: str, phrase: str, sounds: Confusions, most: int) -> bool:
    """Whether at most so many characters differ, not all of them, and each sounds alike."""
    differing = [(one, two) for one, two in zip(said, phrase, strict=True) if one != two]
    if len(differing) > most or len(differing) >= len(said):
        return False
    near = (sounds.alike(two) for _, two in differing)
    return all(
        one in group.same_sound + group.near_sound + group.shape
        for (one, _), group in zip(differing, near, strict=True)
    )


def _normal(phrases: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(normalise, phrases))


def _longest_first(phrases: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(_normal(phrases), key=len, reverse=True))
