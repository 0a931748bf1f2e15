"""The check beside a number: last digits of a phone, or digits drawn for one order.

It is kept as a salted scrypt hash.  Four digits have ten thousand values, so no hash hides them
from whoever holds the table and the time; what stops everyone else is the lock after five tries.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass

_COST = 2**10
_DRAWN = 6
_PHONE = 4


@dataclass(frozen=True, slots=True)
class Hashed:
    """What is kept of a check."""

    salt: bytes
    digest: bytes


_DECOY = Hashed(bytes(16), bytes(32))


def check_of(phone: str | None) -> tuple[str, bool]:
    """The check of an order, and whether it was drawn: the phone's last four digits where it has
    four, else six digits drawn by ``secrets``."""
    digits = _digits(phone or "")
    if len(digits) >= _PHONE:
        return digits[-_PHONE:], False
    return f"{secrets.randbelow(10**_DRAWN):0{_DRAWN}}", True


def hashed(check: str) -> Hashed:
    """The check under a new salt."""
    salt = secrets.token_bytes(16)
    return Hashed(salt, _digest(check, salt))


def fits(check: str, known: Hashed | None) -> bool:
    """Whether it is the check; takes as long where there is none to compare it with."""
    against = known or _DECOY
    same = hmac.compare_digest(_digest(check, against.salt), against.digest)
    return same and known is not None


def _digest(check: str, salt: bytes) -> bytes:
    return hashlib.scrypt(_digits(check).encode(), salt=salt, n=_COST, r=8, p=1, dklen=32)


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", text))
