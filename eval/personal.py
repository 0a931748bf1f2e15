"""Made-up messages with personal data, and as many that only look like it (``personal.toml``).

Written from the formats of documents, without the patterns of ``assistant.privacy``: own check
digits, own names, own ways of writing.  A secret is where personal data stands in the message.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

FILE = Path(__file__).with_suffix(".toml")
_FROM_HERE = "\ue000"  # stands in a value before its secret part
SPELLINGS = ("plain", "full_width", "spaced", "dashed", "chinese", "zero_width", "mixed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A message; ``secret``: from where to where personal data stands (``None``: there is none)."""

    text: str
    kind: str
    spelling: str
    secret: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """A number as it is printed, and the sizes of its groups when people write it in groups."""

    text: str
    groups: tuple[int, ...] = ()


Draw = Callable[[Random], Value]
Respell = Callable[[Value, Random], str]


def positives(count: int, seed: int) -> tuple[Sample, ...]:
    """``count`` messages with one secret each, kinds and spellings in turn."""
    pairs = [
        (kind, way) for way in SPELLINGS for kind in _KINDS if way not in _UNUSUAL.get(kind, ())
    ]
    return tuple(
        _positive(*pairs[number % len(pairs)], Random(f"{seed} {number}"))  # noqa: S311
        for number in range(count)
    )


def negatives(count: int, seed: int, offices: Sequence[str] = ()) -> tuple[Sample, ...]:
    """``count`` look-alikes.  ``offices``: phones that are public, for the kind office_phone."""
    kinds = [kind for kind in _NEGATIVE if offices or kind != "office_phone"]
    pairs = [
        (kind, way) for way in SPELLINGS for kind in kinds if way not in _UNUSUAL.get(kind, ())
    ]
    return tuple(
        _negative(*pairs[number % len(pairs)], Random(f"{seed} not {number}"), offices)  # noqa: S311
        for number in range(count)
    )


def _positive(kind: str, spelling: str, draw: Random) -> Sample:
    frame = draw.choice(_data()["frames"][kind])
    return _sample(frame, _KINDS[kind](draw), kind, spelling, draw, secret=True)


def _negative(kind: str, spelling: str, draw: Random, offices: Sequence[str]) -> Sample:
    office = kind == "office_phone"
    value = Value(draw.choice(offices)) if office else _NEGATIVE[kind](draw)
    frame = draw.choice(_data()["negative"][kind]).replace("{d}", _filled("{said}", draw))
    return _sample(frame, value, kind, spelling, draw, secret=False)


def _sample(
    frame: str, value: Value, kind: str, spelling: str, draw: Random, *, secret: bool
) -> Sample:
    data = _data()
    lead, _, tail = frame.partition("{v}")
    left, right = draw.choice(data["before"]) + lead, tail + draw.choice(data["after"])
    written = _WAYS[spelling](value, draw) if "{v}" in frame else ""
    if spelling == "mixed":
        left, right = _traditional(left), _traditional(right)
    public, _, hidden = written.rpartition(_FROM_HERE)
    left += public
    place = (len(left), len(left) + len(hidden))
    return Sample(
        text=left + hidden + right, kind=kind, spelling=spelling, secret=place if secret else None
    )


# ways of writing

_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_NUMERALS = {
    "0": "零〇",
    "1": "一一一幺",
    "2": "二二二两",
    **dict(zip("3456789", "三四五六七八九", strict=True)),
}
_CAPITALS = dict(zip("0123456789", "零壹贰叁肆伍陆柒捌玖", strict=True))
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"


def _grouped(value: Value, mark: str, draw: Random) -> str:
    """In the usual groups, in fours, or (blanks only) place by place."""
    text = value.text
    if not any(map(str.isdigit, text)):
        return mark.join(text) if mark == " " else text
    how = draw.choice(("usual", "usual", "fours", "single" if mark == " " else "usual"))
    if how == "single":
        return mark.join(text)
    sizes = value.groups if how == "usual" and value.groups else (4,) * (len(text) // 4 + 1)
    parts, start = [], 0
    for size in sizes:
        parts.append(text[start : start + size])
        start += size
    return mark.join(part for part in [*parts, text[start:]] if part)


def _hidden(value: Value, draw: Random) -> str:
    many = draw.randint(1, max(1, len(value.text) - 1))
    places = set(
        draw.sample(range(1, max(2, len(value.text))), min(many, max(1, len(value.text) - 1)))
    )
    return "".join(
        (draw.choice(_INVISIBLE) if place in places else "") + one
        for place, one in enumerate(value.text)
    )


def _mixed(value: Value, draw: Random) -> str:
    def written(one: str) -> str:
        if not ("0" <= one <= "9"):
            return one
        wide, numeral = one.translate(_WIDE), draw.choice(_NUMERALS[one])
        return draw.choice((one, one, wide, numeral, _CAPITALS[one]))

    return _traditional("".join(map(written, value.text)))


_WAYS: Mapping[str, Respell] = {
    "plain": lambda value, draw: value.text,
    "full_width": lambda value, draw: value.text.translate(_WIDE),
    "spaced": lambda value, draw: _grouped(value, draw.choice((" ", " ", " ", "\u3000")), draw),
    "dashed": lambda value, draw: _grouped(value, draw.choice("-----—－·."), draw),
    "chinese": lambda value, draw: "".join(draw.choice(_NUMERALS.get(x, x)) for x in value.text),
    "zero_width": _hidden,
    "mixed": _mixed,
}


@cache
def _converter() -> Callable[[str], str]:
    import opencc

    convert: Callable[[str], str] = opencc.OpenCC("s2hk").convert
    return convert


def _traditional(text: str) -> str:
    return _converter()(text)


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


# what identifies a person

_CODE_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def _digits(draw: Random, count: int) -> str:
    return "".join(draw.choice("0123456789") for _ in range(count))


def _prefix(kind: str, draw: Random) -> str:
    start: str = draw.choice(_data()["prefixes"][kind])
    return start


def _birth(draw: Random) -> str:
    return (date(1935, 1, 1) + timedelta(days=draw.randrange(31_000))).strftime("%Y%m%d")


def _iso_7064(body: str) -> str:
    """MOD 11-2, as the standard reckons it: double and add, place by place."""
    product = 0
    for one in body:
        product = (product + int(one)) * 2 % 11
    rest = (12 - product) % 11
    return "X" if rest == 10 else str(rest)


def _identity(region: str, draw: Random) -> Value:
    body = region + _birth(draw) + f"{draw.randrange(1, 1000):03}"
    last = _iso_7064(body)
    return Value(body + (last.lower() if draw.random() < 0.3 else last), (6, 8, 4))


def _resident(draw: Random) -> Value:
    return _identity(_prefix("regions", draw), draw)


def _resident_old(draw: Random) -> Value:
    day = (date(1920, 1, 1) + timedelta(days=draw.randrange(28_000))).strftime("%y%m%d")
    return Value(_prefix("regions", draw) + day + _digits(draw, 3), (6, 6, 3))


def _residence_permit(draw: Random) -> Value:
    return _identity(draw.choice(("810000", "820000", "830000")), draw)


def _permanent(draw: Random) -> Value:
    """9, place of issue, ISO 3166 numeric country (840, 392 …), day of birth, order, check."""
    return _identity(
        "9" + draw.choice(("44", "11", "31")) + draw.choice(("840", "392", "410", "826")), draw
    )


def _mobile(draw: Random) -> Value:
    start = _prefix("mobiles", draw)
    return Value(
        start + _digits(draw, 8), draw.choice(((3, 4, 4), (3, 4, 4), (3, 3, 5), (4, 4, 3), (3, 8)))
    )


def _mobile_abroad(draw: Random) -> Value:
    prefix, number = draw.choice(("+86", "+86", "0086")), _mobile(draw)
    return Value(prefix + number.text, (len(prefix), *number.groups))


def _landline(draw: Random) -> Value:
    area = draw.choice(("020", "020", "020", "010", "0755", "0757", "0731", "0898"))
    number = draw.choice("2345678") + _digits(
        draw, 7 if len(area) == 3 or draw.random() < 0.5 else 6
    )
    return Value(
        area + number,
        (len(area), 4, len(number) - 4) if draw.random() < 0.4 else (len(area), len(number)),
    )


def _card(draw: Random) -> Value:
    length = draw.choice((16, 19, 19, 18))
    start = _prefix("cards", draw)
    if start[0] in "453":
        length = 16
    body = start + _digits(draw, length - 7)
    total = 0
    for place, one in enumerate(reversed(body)):
        twice = int(one) * 2
        total += sum(divmod(twice, 10)) if place % 2 == 0 else int(one)
    return Value(body + str(-total % 10), (4, 4, 4, 4))


def _permit(draw: Random) -> Value:
    letter = draw.choice("HM")
    if draw.random() < 0.5:
        return Value(letter + _digits(draw, 8), (1, 4, 4) if draw.random() < 0.5 else (1, 8))
    return Value(letter + _digits(draw, 8) + f"{draw.randrange(6):02}", (1, 8, 2))


def _permit_taiwan(draw: Random) -> Value:
    return Value(_digits(draw, 8), (4, 4))


def _hong_kong(draw: Random) -> Value:
    letter, body = draw.choice("ABCDEGHKMPRSVYZ"), _digits(draw, 6)
    total = (
        9 * 36
        + 8 * (ord(letter) - 55)
        + sum(int(x) * w for x, w in zip(body, range(7, 1, -1), strict=True))
    )
    last = "0123456789A"[-total % 11]
    return Value(letter + body + draw.choice((f"({last})", last)), (1, 6))


def _passport(draw: Random) -> Value:
    made = draw.choice((
        lambda: "E" + _digits(draw, 8),
        lambda: "E" + draw.choice("ABCDEFGHJ") + _digits(draw, 7),
        lambda: "G" + _digits(draw, 8),
        lambda: draw.choice(("PE", "SE", "DE")) + _digits(draw, 7),
        lambda: "K" + _digits(draw, 8),
        lambda: "MA" + _digits(draw, 7),
    ))()  # fmt: skip
    return Value(made, (1, 4, 4))


def _credit_code(kind: str, draw: Random) -> Value:
    weights, body = [pow(3, place, 31) for place in range(17)], kind + _prefix("regions", draw)
    body += "".join(draw.choice(_CODE_LETTERS) for _ in range(9))
    total = sum(
        _CODE_LETTERS.index(one) * weight for one, weight in zip(body, weights, strict=True)
    )
    return Value(body + _CODE_LETTERS[-total % 31], (2, 6, 10))


def _plate(draw: Random) -> Value:
    place = draw.choice("粤粤粤粤湘桂赣京沪川鄂豫浙苏") + draw.choice("ABCDEFGH")
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    rest = draw.choice((
        lambda: _digits(draw, 5),
        lambda: draw.choice(letters) + _digits(draw, 4),
        lambda: _digits(draw, 1) + draw.choice(letters) + _digits(draw, 3),
        lambda: _digits(draw, 3) + draw.choice(letters) + draw.choice(letters),
        lambda: draw.choice("DFABC") + _digits(draw, 5),
        lambda: _digits(draw, 5) + draw.choice("DF"),
    ))()  # fmt: skip
    return Value(place + rest, (2, len(rest)))


def _email(draw: Random) -> Value:
    user = draw.choice(
        ("zhangwei", "li.na", "chen_jx", "gz2008", "a", "happy-mom", "wong")
    ) + _digits(draw, draw.randint(1, 8))
    site = draw.choice(
        (
            "qq.com",
            "163.com",
            "126.com",
            "gmail.com",
            "139.com",
            "sina.com.cn",
            "foxmail.com",
            "outlook.com",
        )
    )
    return Value(f"{user}@{site}")


def _wechat(draw: Random) -> Value:
    return Value(
        draw.choice(("wxid_", "lily", "gz-ahua", "chen_", "Mr.".strip("."), "tongtong"))
        + draw.choice("abcxyz")
        + _digits(draw, draw.randint(4, 9))
    )


def _qq(draw: Random) -> Value:
    return Value(draw.choice("123456789") + _digits(draw, draw.randint(5, 9)))


def _name(draw: Random) -> Value:
    people = _data()["people"]
    return Value(draw.choice(people["surnames"]) + draw.choice(people["given"]))


def _home(draw: Random) -> Value:
    places = _data()["places"]
    street = draw.choice(places["streets"])
    number, block, room = (
        draw.randint(1, 888),
        draw.randint(1, 30),
        f"{draw.randint(1, 32)}0{draw.randint(1, 8)}",
    )
    unit = draw.randint(1, 4)
    tail = draw.choice(places["homes"]).format(number=number, block=block, unit=unit, room=room)
    return Value(street + _FROM_HERE + tail)


_KINDS: Mapping[str, Draw] = {
    "resident_id": _resident,
    "resident_id_old": _resident_old,
    "residence_permit": _residence_permit,
    "permanent_residence": _permanent,
    "mobile": _mobile,
    "mobile_86": _mobile_abroad,
    "landline": _landline,
    "bank_card": _card,
    "travel_permit": _permit,
    "travel_permit_taiwan": _permit_taiwan,
    "hong_kong_id": _hong_kong,
    "passport": _passport,
    "credit_code": lambda draw: _credit_code("92", draw),
    "plate": _plate,
    "email": _email,
    "wechat": _wechat,
    "qq": _qq,
    "name": _name,
    "address": _home,
}
_UNUSUAL: Mapping[str, tuple[str, ...]] = {
    "email": ("spaced", "dashed", "chinese", "mixed"),
    "wechat": ("spaced", "dashed", "chinese", "mixed"),
    "name": ("full_width", "dashed", "chinese"),
    "address": ("spaced", "dashed"),
    "amount": ("spaced", "dashed", "chinese", "mixed"),
    "date": ("spaced", "dashed", "chinese", "mixed"),
    "statistics": ("spaced", "dashed", "chinese", "mixed"),
    "document_number": ("spaced", "dashed"),
    "not_a_name": ("full_width", "spaced", "dashed", "chinese", "zero_width"),
    "place": ("spaced", "dashed"),
}
"""Ways in which nobody writes a kind: an address in fours, a name in digits."""


# what only looks like it


def _filled(shape: str, draw: Random) -> str:
    """``#``: a digit; ``{ymd}``, ``{md}``, ``{ymd-}`` …: a day; ``{3-20}``: a number from, to."""
    when = date(2015, 1, 1) + timedelta(days=draw.randrange(4_300))
    day = {name: when.strftime(form) for name, form in _DAYS.items()}

    def fill(match: re.Match[str]) -> str:
        if match.group() == "#":
            return draw.choice("0123456789")
        low, dash, high = match[1].partition("-")
        return str(draw.randint(int(low), int(high))) if dash and low.isdigit() else day[match[1]]

    return _SLOT.sub(fill, shape)


_SLOT = re.compile("#|[{]([^}]+)[}]")
_DAYS = {"ymd": "%Y%m%d", "ym": "%y%m%d", "y": "%Y", "ymd-": "%Y-%m-%d", "md-": "%m-%d"}
_DAYS |= {"ymd/": "%Y/%m/%d", "ymd.": "%Y.%m.%d", "said": "%Y年%m月%d日"}


def _shaped(kind: str) -> Draw:
    return lambda draw: Value(_filled(draw.choice(_data()["shapes"][kind]), draw))


def _item_code(draw: Random) -> Value:
    """An agency's credit code, a level, a catalog code; 33 places for a handling item."""
    code = _credit_code("11", draw).text + draw.choice("1234") + "44" + _digits(draw, 10)
    return Value(code[:31] + draw.choice(("", "", f"{draw.randrange(1, 20):02}")))


def _place(draw: Random) -> Value:
    return Value(draw.choice(_data()["places"]["values"]))


_SHAPED = ("receipt", "order", "document_number", "amount", "date", "statistics", "hotline")
_NEGATIVE: Mapping[str, Draw] = {
    **{kind: _shaped(kind) for kind in (*_SHAPED, "other_code")},
    "item_code": _item_code,
    "office_phone": _shaped("hotline"),
    "organisation_code": lambda draw: _credit_code(draw.choice(("11", "12", "13")), draw),
    "not_a_name": lambda draw: Value(""),
    "place": _place,
}
