"""The second factor: time-based one-time codes, as any authenticator app makes them (RFC 6238).

Six digits of HMAC-SHA-1 over the number of 30-second steps since 1970.  A code counts in its own
step and the one before and after, and once only: whoever checks keeps the step that was used.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote

STEP = 30
DIGITS = 6


def new_secret() -> str:
    """160 random bits in base32, as apps take them."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code(secret: str, step: int, *, digits: int = DIGITS) -> str:
    """The code of a step (RFC 4226, section 5.3)."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    at = digest[-1] & 15
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}}"


def used_step(secret: str, given: str, now: datetime, after: int) -> int | None:
    """The step whose code was given, if it is near ``now`` and later than step ``after``."""
    step = int(now.timestamp()) // STEP
    near = range(step - 1, step + 2)
    fits = [one for one in near if hmac.compare_digest(code(secret, one), given)]
    return next((one for one in fits if one > after), None)


def address(secret: str, name: str) -> str:
    """What an authenticator app reads from a QR code."""
    label = quote(f"穗问:{name}")
    return f"otpauth://totp/{label}?secret={secret}&issuer={quote('穗问')}&period={STEP}"
