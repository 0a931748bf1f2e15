"""Receipt numbers: ``GZ``, the day (yyyymmdd), eight random digits, a check digit.

The check digit is that of ISO/IEC 7064, MOD 11,10, over the sixteen digits before it: it shows
every single wrong digit and nearly all neighbours that changed places.  It guards against typing
errors only; what keeps others out is the check that is asked beside the number.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

DIGITS = 17
"""Digits of a number: the day, those drawn, the one that checks."""
_GAP = r"[\s\-\u2010-\u2015_.·]*"
_NUMBER = re.compile(
    rf"(?<![0-9A-Za-z])G{_GAP}Z((?:{_GAP}\d){{{DIGITS}}})(?!{_GAP}\d)", re.I | re.ASCII
)


def number_of(day: date, digits: str) -> str:
    """The number of an order filed on the day; ``digits``: eight of them, drawn at random."""
    if len(digits) != 8 or not (digits.isascii() and digits.isdecimal()):
        raise ValueError("a receipt number needs eight digits")
    body = f"{day:%Y%m%d}{digits}"
    return f"GZ{body}{check_digit(body)}"


def valid_number(text: str) -> str | None:
    """The first receipt number in a sentence, as it was issued; full-width forms, small letters,
    spaces and hyphens are tolerated.  ``None``: there is none whose day and check digit hold."""
    plain = "".join(one for one in _folded(text) if unicodedata.category(one) != "Cf")
    for found in _NUMBER.finditer(plain):
        digits = re.sub(r"\D", "", found[1])
        if _is_day(digits[:8]) and check_digit(digits[:-1]) == digits[-1]:
            return f"GZ{digits}"
    return None


def day_of(number: str) -> date | None:
    """The day that a receipt number of ours names; ``None`` for other numbers."""
    known = valid_number(number)
    return datetime.strptime(known[2:10], "%Y%m%d").date() if known else None


def of_order(number: str) -> bool:
    """Whether a number has the shape of a receipt number; any other is of a case.  Who knows it
    cannot tell them apart: to ask the wrong one counts as a wrong try there."""
    return re.fullmatch(rf"GZ\d{{{DIGITS}}}", number, re.ASCII) is not None


def check_digit(digits: str) -> str:
    """ISO/IEC 7064, MOD 11,10: the digit that makes the whole congruent to 1."""
    remainder = 10
    for digit in digits:
        remainder = ((remainder + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - remainder) % 10)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _is_day(digits: str) -> bool:
    try:
        datetime.strptime(digits, "%Y%m%d")
    except ValueError:
        return False
    return True
