"""Personal data replaced: by its kind for whatever is stored or sent on, in part for a screen."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection
from functools import cache
from importlib import resources

from assistant.privacy.detect import find
from assistant.privacy.types import Found, Kind

ID_SPLIT = (4, 4)
"""How many places of an ID number a screen shows, in front and at the end.  Guides differ (3+4,
6+4, 6+3) and no single national rule is known."""

_SHOWN = {
    Kind.MOBILE: (3, 4),
    Kind.BANK_CARD: (0, 4),
    Kind.TRAVEL_PERMIT: (1, 3),
    Kind.HONG_KONG_ID: (1, 2),
    Kind.PASSPORT: (1, 3),
    Kind.CREDIT_CODE: (3, 4),
    Kind.PLATE: (2, 2),
    Kind.ACCOUNT: (1, 2),
}
_IDENTITIES = (Kind.RESIDENT_ID, Kind.RESIDENCE_PERMIT, Kind.PERMANENT_RESIDENCE)


def mask(text: str, public: Collection[str] = ()) -> str:
    """For logs, prompts, vectors, exports: 我叫[姓名]，电话[手机号].  Masking twice is harmless.

    ``public``: values that stay readable (``assistant.privacy.detect.standing``)."""
    labels = _labels()
    return _replaced(text, find(text, public), lambda one: labels[one.kind])


def screen(text: str, public: Collection[str] = (), *, id_split: tuple[int, int] = ID_SPLIT) -> str:
    """For a screen: 138****5678, 4401**********1234, 张*, 020-****5678; of an address only the
    street.  ``id_split``: how many places of an ID number are shown in front and at the end."""
    return _replaced(text, find(text, public), lambda one: shown(one, id_split))


def shown(one: Found, id_split: tuple[int, int] = ID_SPLIT) -> str:
    """A found value as a screen shows it."""
    value = one.value
    match one.kind:
        case Kind.NAME:
            return _starred(value, 2 if value[:2] in _compound() else 1, 0)
        case Kind.ADDRESS:
            return "***"
        case Kind.EMAIL:
            user, _, site = value.partition("@")
            return f"{user[0]}***@{site}"
        case Kind.LANDLINE:
            area = 0 if value[0] != "0" else 3 if value[1] in "12" else 4
            return f"{value[:area]}{'-' * bool(area)}{_starred(value[area:], 0, 4)}"
        case kind if kind in _IDENTITIES:
            return _starred(value, *id_split)
        case kind:
            return _starred(value, *_SHOWN[kind])


def _starred(value: str, front: int, end: int) -> str:
    """At least two places are always hidden, or all but the first of a shorter value."""
    front, end = max(front, 0), max(end, 0)
    if front + end > len(value) - 2:
        front, end = min(front, max(1, len(value) - 2)), 0
    return value[:front] + "*" * (len(value) - front - end) + value[len(value) - end :]


def _replaced(text: str, found: Collection[Found], by: Callable[[Found], str]) -> str:
    pieces, last = [], 0
    for one in found:
        pieces += [text[last : one.start], by(one)]
        last = one.end
    return "".join([*pieces, text[last:]])


@cache
def _tables() -> dict[str, dict[str, str]]:
    file = resources.files("assistant.privacy").joinpath("words.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def _labels() -> dict[Kind, str]:
    return {Kind(name): label for name, label in _tables()["masks"].items()}


@cache
def _compound() -> frozenset[str]:
    return frozenset(_tables()["names"]["compound"])
