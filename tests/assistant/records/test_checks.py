"""Checks: where they come from, and how they are compared."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.records.checks import check_of, fits, hashed


@pytest.mark.parametrize(
    ("phone", "check"),
    [
        ("13800001234", "1234"),
        ("138 0000 1234", "1234"),
        ("１３８００００１２３４", "1234"),
        ("+86-138-0000-1234", "1234"),
        ("020-81230099", "0099"),
    ],
)
def test_the_last_four_digits_of_a_phone(phone: str, check: str) -> None:
    assert check_of(phone) == (check, False)


@pytest.mark.parametrize("phone", [None, "", "没有", "123"])
def test_else_six_digits_are_drawn(phone: str | None) -> None:
    drawn = [check_of(phone) for _ in range(20)]
    assert len(set(drawn)) > 15
    assert all(was and len(check) == 6 and check.isdecimal() for check, was in drawn)


@settings(max_examples=10)
@given(st.from_regex(r"[0-9]{4,6}", fullmatch=True), st.from_regex(r"[0-9]{4,6}", fullmatch=True))
def test_only_the_check_fits(check: str, other: str) -> None:
    known = hashed(check)
    assert fits(check, known)
    assert fits(f" {check[:2]} {check[2:]}", known)
    assert fits(other, known) == (other == check)
    assert not fits(check, None)


def test_the_same_check_is_kept_differently() -> None:
    one, other = hashed("1234"), hashed("1234")
    assert one.salt != other.salt
    assert one.digest != other.digest
    assert b"1234" not in one.digest + one.salt
