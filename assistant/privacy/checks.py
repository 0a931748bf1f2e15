"""Check digits and dates of Chinese identifiers.  All take digits and upper-case letters only."""

from __future__ import annotations

from datetime import date

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_WEIGHTS = tuple(3**place % 31 for place in range(17))
_REGIONS = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
PROVINCES = frozenset(str(code) for first, last in _REGIONS for code in range(first, last + 1))
"""First two places of an ID number (GB/T 2260); 81–83: residence permits of people from Hong Kong,
Macao and Taiwan."""


def resident(number: str) -> bool:
    """GB 11643: the last of 18 places, ISO 7064 MOD 11-2."""
    total = sum(int(one) * weight for one, weight in zip(number, _ID_WEIGHTS, strict=False))
    return _ID_CHECKS[total % 11] == number[17]


def born(text: str) -> bool:
    """Whether eight digits are a day between 1900 and 2049."""
    return "1900" <= text[:4] < "2050" and _day(text)


def born_short(text: str) -> bool:
    """Whether six digits are a day of the 20th century (ID numbers of 15 places)."""
    return _day("19" + text)


def luhn(number: str) -> bool:
    """ISO/IEC 7812-1, as on bank cards."""
    doubled = (int(one) * 2 for one in number[-2::-2])
    return (sum(map(int, number[-1::-2])) + sum(one - 9 * (one > 9) for one in doubled)) % 10 == 0


def credit_code(code: str) -> bool:
    """GB 32100: the last of 18 places, MOD 31."""
    places = [_CODE_ALPHABET.find(one) for one in code]
    total = sum(one * weight for one, weight in zip(places, _CODE_WEIGHTS, strict=False))
    return min(places) >= 0 and (31 - total % 31) % 31 == places[17]


def hong_kong(number: str) -> bool:
    """One or two letters, six digits and a check (0–9 or A), weighted 9 to 1, MOD 11."""
    letters, digits, last = number[:-7], number[-7:-1], number[-1]
    values = [36] * (2 - len(letters)) + [ord(one) - 55 for one in letters]
    values += [*map(int, digits), 10 if last == "A" else int(last)]
    return sum(value * (9 - place) for place, value in enumerate(values)) % 11 == 0


def _day(text: str) -> bool:
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True
