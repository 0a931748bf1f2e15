"""Receipt numbers: written, found in sentences, and what their check digit sees."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.work_orders.numbers import check_digit, number_of, valid_number

DAYS = st.dates(date(2020, 1, 1), date(2099, 12, 31))
EIGHT = st.from_regex(r"[0-9]{8}", fullmatch=True)
NUMBER = number_of(date(2026, 11, 22), "31415926")
BROKEN = NUMBER[:-1] + str((int(NUMBER[-1]) + 1) % 10)


def test_the_check_digit_is_that_of_the_standard() -> None:
    """A published example of ISO/IEC 7064 MOD 11,10 (the German tax number 8609574271 + 9)."""
    assert check_digit("8609574271") == "9"
    assert check_digit("0794") == "5"


@given(DAYS, EIGHT)
def test_what_was_issued_is_valid(day: date, digits: str) -> None:
    number = number_of(day, digits)
    assert len(number) == 19
    assert valid_number(number) == number


@given(DAYS, EIGHT, st.integers(2, 18), st.integers(1, 9))
def test_every_wrong_digit_is_seen(day: date, digits: str, at: int, more: int) -> None:
    number = number_of(day, digits)
    wrong = number[:at] + str((int(number[at]) + more) % 10) + number[at + 1 :]
    assert valid_number(wrong) is None


@pytest.mark.parametrize(
    "text",
    [
        NUMBER,
        f"我的单号是{NUMBER}，办到哪了",
        f"查{NUMBER.lower()}",
        "".join(chr(ord(one) + 0xFEE0) for one in NUMBER),
        " ".join(NUMBER),
        f"{NUMBER[:2]}　{NUMBER[2:10]}-{NUMBER[10:14]} {NUMBER[14:]}。",
        f"{NUMBER[:8]}\u200b{NUMBER[8:]}",
        f"不是{BROKEN}，是{NUMBER}",
        f"{NUMBER}和{number_of(date(2026, 1, 1), '00000000')}",
    ],
)
def test_it_is_found_in_a_sentence(text: str) -> None:
    assert valid_number(text) == NUMBER


@pytest.mark.parametrize(
    "text",
    [
        "",
        "GZ",
        BROKEN,
        NUMBER[2:],
        NUMBER[:-1],
        NUMBER + "1",
        f"A{NUMBER}",
        number_of(date(2026, 11, 22), "00000000").replace("20261122", "20261322"),
        "粤GZ123",
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert valid_number(text) is None


@pytest.mark.parametrize("digits", ["", "1234567", "123456789", "1234567x", "１２３４５６７８"])
def test_eight_digits_are_needed(digits: str) -> None:
    with pytest.raises(ValueError, match="eight"):
        number_of(date(2026, 11, 22), digits)


@given(st.text())
def test_any_text_can_be_searched(text: str) -> None:
    found = valid_number(text)
    assert found is None or valid_number(found) == found
