"""Telephone numbers in what people write: found, checked by their shape, masked.

Shapes: mobile numbers of the mainland (11 digits, 1 and then 3 to 9), fixed lines (7 or 8 digits
that do not begin with 0 or 1, with or without area code), Hong Kong and Macao with their codes.
Whether a number is in service is not known here.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MOBILE = 11
LEAST, MOST = 7, 12
"""Digits of a number as people give it: a fixed line without, a fixed line with its area code."""

_SHAPES = (
    re.compile(r"(?:\+?86)?(1[3-9]\d{9})"),
    re.compile(r"(?:\+?86)?(0(?:10|2\d)[2-9]\d{7}|0[3-9]\d{2}[2-9]\d{6,7})"),
    re.compile(r"([2-9]\d{6,7})"),
    re.compile(r"((?:\+|00)85[23][2-9]\d{7}|(?:\+|00)8536\d{7})"),
)
_DIGIT = r"[\d零〇一幺二两三四五六七八九]"
_RUN = re.compile(rf"(?<![\dA-Za-z])\+?{_DIGIT}(?:[ \-－—·.]?{_DIGIT}){{5,24}}(?![\dA-Za-z])")
_NUMERALS = str.maketrans("零〇一幺二两三四五六七八九", "0011223456789")


@dataclass(frozen=True, slots=True)
class Found:
    """A run of digits that may be a number: where it stands in the text (after NFKC), what it is
    without separators, and the number in its usual shape, if it has one."""

    start: int
    end: int
    digits: str
    number: str | None


def find(text: str) -> tuple[Found, ...]:
    """All runs of six digits and more, in digits or in Chinese numerals, in order.

    Offsets are those of ``unicodedata.normalize("NFKC", text)``.
    """
    flat = unicodedata.normalize("NFKC", text)
    return tuple(_read(one) for one in _RUN.finditer(flat))


def number_in(text: str) -> str | None:
    """The first telephone number of a text, without separators; ``None`` if there is none.

    A mobile number goes before a fixed line: in free text eight digits may be anything.
    """
    known = [one.number for one in find(text) if one.number]
    return next((one for one in known if len(one) >= MOBILE), None)


def read(text: str) -> Found | None:
    """The number in an answer to the question for one, right or wrong; the first right one wins."""
    found = find(text)
    return next((one for one in found if one.number), found[0] if found else None)


def masked(number: str) -> str:
    """138****5678; 020-****5678 is shown without its separator."""
    return f"{number[:3]}{'*' * max(len(number) - 7, 2)}{number[-4:]}"


def _read(one: re.Match[str]) -> Found:
    """A run as a number; a numeral before digits may be of a name (李四 138…)."""
    digits, start = _digits(one[0]), one.start()
    number = _shaped(digits)
    named = _OF_A_NAME.match(one[0]) if number is None else None
    if named and (shaped := _shaped(_digits(one[0][named.end() :]))):
        return Found(start + named.end(), one.end(), _digits(one[0][named.end() :]), shaped)
    return Found(start, one.end(), digits, number)


_OF_A_NAME = re.compile(r"[零〇一幺二两三四五六七八九]{1,2}[ \-－—·.]?(?=\+?\d)")


def _digits(run: str) -> str:
    return re.sub(r"[^\d+]", "", run.translate(_NUMERALS))


def _shaped(digits: str) -> str | None:
    shapes = (shape.fullmatch(digits) for shape in _SHAPES)
    return next((found[1] for found in shapes if found), None)
