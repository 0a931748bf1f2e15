"""The second factor against the vectors of the RFCs."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from assistant.accounts import totp

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("count", "expected"),
    list(enumerate(["755224", "287082", "359152", "969429", "338314", "254676"])),
)
def test_vectors_of_rfc_4226(count: int, expected: str) -> None:
    assert totp.code(SECRET, count) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_vectors_of_rfc_6238(seconds: int, expected: str) -> None:
    assert totp.code(SECRET, seconds // totp.STEP, digits=8) == expected


def test_a_code_counts_in_the_steps_around_it_and_once() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    step = int(now.timestamp()) // totp.STEP
    for near in (-1, 0, 1):
        given = totp.code(SECRET, step + near)
        assert totp.used_step(SECRET, given, now, 0) == step + near
        assert totp.used_step(SECRET, given, now, step + near) is None
    assert totp.used_step(SECRET, totp.code(SECRET, step + 2), now, 0) is None
    assert totp.used_step(SECRET, totp.code(SECRET, step - 2), now, 0) is None
    assert totp.used_step(SECRET, "", now, 0) is None


def test_address_for_the_app() -> None:
    found = totp.address(SECRET, "lin")
    assert found.startswith("otpauth://totp/%E7%A9%97%E9%97%AE%3Alin?secret=GEZD")
    assert len(base64.b32decode(totp.new_secret())) == 20
    assert totp.new_secret() != totp.new_secret()
