"""Check digits, on numbers that others published as examples or that real offices have."""

from __future__ import annotations

import pytest

from assistant.privacy import checks


@pytest.mark.parametrize(
    "number", ["610122198310134420", "11010519491231002X", "810000199408230021"]
)
def test_resident_numbers(number: str) -> None:
    assert checks.resident(number)
    for place in range(17):
        other = str((int(number[place]) + 1) % 10)
        assert not checks.resident(number[:place] + other + number[place + 1 :])


def test_days() -> None:
    assert checks.born("20000229")
    assert not checks.born("19000229")
    assert not checks.born("20501231")
    assert not checks.born("18991231")
    assert checks.born_short("991231")
    assert not checks.born_short("991301")


def test_luhn() -> None:
    assert checks.luhn("4111111111111111")
    assert not checks.luhn("4111111111111112")


@pytest.mark.parametrize("code", ["11440000006939756B", "11440000006940116U"])
def test_credit_codes_of_offices(code: str) -> None:
    assert checks.credit_code(code)
    assert not checks.credit_code(code[:8] + "1" + code[9:])
    assert not checks.credit_code("I" + code[1:])


def test_hong_kong() -> None:
    assert checks.hong_kong("A1234563")
    assert not checks.hong_kong("A1234564")
    assert not checks.hong_kong("A123456A")
