"""Made-up messages with personal data, and as many that only look like it (``personal.toml``).

Written from the formats of documents, without the patterns of ``assistant.privacy``: own check
digits, own names, own ways of writing.  A secret is where personal data stands in the message.
"""

from __future__ import annotations

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
    pairs = [(kind, way) for way in SPELLINGS for kind in _KINDS if way not in _UNUSUAL.get(kind, ())]
    return tuple(
        _positive(*pairs[number % len(pairs)], Random(f"{seed} {number}"))  # noqa: S311
        for number in range(count)
    )


def negatives(count: int, seed: int, offices: Sequence[str] = ()) -> tuple[Sample, ...]:
    """``count`` look-alikes.  ``offices``: phones that are public, for the kind office_phone."""
    kinds = [kind for kind in _NEGATIVE if offices or kind != "office_phone"]
    pairs = [(kind, way) for way in SPELLINGS for kind in kinds if way not in _UNUSUAL.get(kind, ())]
    return tuple(
        _negative(*pairs[number % len(pairs)], Random(f"{seed} not {number}"), offices)  # noqa: S311
        for number in range(count)
    )


def _positive(kind: str, spelling: str, draw: Random) -> Sample:
    frame = draw.choice(_data()["frames"][kind])
    return _sample(frame, _KINDS[kind](draw), kind, spelling, draw, secret=True)


def _negative(kind: str, spelling: str, draw: Random, offices: Sequence[str]) -> Sample:
    if kind == "office_phone":
        value = Value(draw.choice(offices))
    else:
        value = _NEGATIVE[kind](draw)
    frame = draw.choice(_data()["negative"][kind]).replace("{d}", _day(draw).text)
    return _sample(frame, value, kind, spelling, draw, secret=False)


def _sample(
    frame: str, value: Value, kind: str, spelling: str, draw: Random, *, secret: bool
) -> Sample:
    data = _data()
    lead, tail = (frame.split("{v}") + [""])[:2] if "{v}" in frame else (frame, "")
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
_NUMERALS = {"0": "零〇", "1": "一一一幺", "2": "二二二两", **dict(zip("3456789", "三四五六七八九", strict=True))}
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
    places = set(draw.sample(range(1, max(2, len(value.text))), min(many, max(1, len(value.text) - 1))))
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

_REGIONS = ("440103", "440104", "440105", "440106", "440111", "440112", "440113", "440114", "440115",
            "440117", "440118", "440304", "440605", "441202", "430102", "420106", "360102", "510107",
            "110108", "310115", "650102", "540102", "230103", "460105", "350203", "610113", "500112",
            "452601", "522121", "330681", "211002", "140105", "411523")  # fmt: skip
_CODE_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def _digits(draw: Random, count: int) -> str:
    return "".join(draw.choice("0123456789") for _ in range(count))


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
    return _identity(draw.choice(_REGIONS), draw)


def _resident_old(draw: Random) -> Value:
    day = (date(1920, 1, 1) + timedelta(days=draw.randrange(28_000))).strftime("%y%m%d")
    return Value(draw.choice(_REGIONS) + day + _digits(draw, 3), (6, 6, 3))


def _residence_permit(draw: Random) -> Value:
    return _identity(draw.choice(("810000", "820000", "830000")), draw)


def _permanent(draw: Random) -> Value:
    """9, place of issue, ISO 3166 numeric country (840, 392 …), day of birth, order, check."""
    return _identity("9" + draw.choice(("44", "11", "31")) + draw.choice(("840", "392", "410", "826")), draw)


def _mobile(draw: Random) -> Value:
    start = draw.choice("134 135 136 137 138 139 147 150 151 152 157 158 159 166 172 176 178 180 182 186 188 189 191 193 198 199".split())
    return Value(start + _digits(draw, 8), draw.choice(((3, 4, 4), (3, 4, 4), (3, 3, 5), (4, 4, 3), (3, 8))))


def _mobile_abroad(draw: Random) -> Value:
    prefix, number = draw.choice(("+86", "+86", "0086")), _mobile(draw)
    return Value(prefix + number.text, (len(prefix), *number.groups))


def _landline(draw: Random) -> Value:
    area = draw.choice(("020", "020", "020", "010", "0755", "0757", "0731", "0898"))
    number = draw.choice("2345678") + _digits(draw, 7 if len(area) == 3 or draw.random() < 0.5 else 6)
    return Value(area + number, (len(area), 4, len(number) - 4) if draw.random() < 0.4 else (len(area), len(number)))


def _card(draw: Random) -> Value:
    length = draw.choice((16, 19, 19, 18))
    start = draw.choice("622202 621700 622848 621661 623058 622588 436742 552534 356833".split())
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
    total = 9 * 36 + 8 * (ord(letter) - 55) + sum(int(x) * w for x, w in zip(body, range(7, 1, -1), strict=True))
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
    weights, body = [pow(3, place, 31) for place in range(17)], kind + draw.choice(_REGIONS)
    body += "".join(draw.choice(_CODE_LETTERS) for _ in range(9))
    total = sum(_CODE_LETTERS.index(one) * weight for one, weight in zip(body, weights, strict=True))
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
    user = draw.choice(("zhangwei", "li.na", "chen_jx", "gz2008", "a", "happy-mom", "wong")) + _digits(draw, draw.randint(1, 8))
    site = draw.choice(("qq.com", "163.com", "126.com", "gmail.com", "139.com", "sina.com.cn", "foxmail.com", "outlook.com"))
    return Value(f"{user}@{site}")


def _wechat(draw: Random) -> Value:
    return Value(draw.choice(("wxid_", "lily", "gz-ahua", "chen_", "Mr.".strip("."), "tongtong")) + draw.choice("abcxyz") + _digits(draw, draw.randint(4, 9)))


def _qq(draw: Random) -> Value:
    return Value(draw.choice("123456789") + _digits(draw, draw.randint(5, 9)))


def _name(draw: Random) -> Value:
    people = _data()["people"]
    return Value(draw.choice(people["surnames"]) + draw.choice(people["given"]))


def _home(draw: Random) -> Value:
    places = _data()["places"]
    street = draw.choice(places["streets"])
    number, block, room = draw.randint(1, 888), draw.randint(1, 30), f"{draw.randint(1, 32)}0{draw.randint(1, 8)}"
    unit = draw.randint(1, 4)
    tail = draw.choice((
        f"{number}号{block}栋{room}房", f"{number}号{room}", f"{number}号{block}栋{unit}单元{room}室",
        f"{number}号之{unit}{room}房", f"{number}号大院{block}号楼{room}", f"{block}栋{room}", f"{block}座{room}室",
        f"{number}号{block}幢{unit}梯{room}房", f"{number}号{unit}楼", f"{block}栋{unit}单元{room}房",
    ))  # fmt: skip
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


def _day(draw: Random) -> Value:
    when = date(2015, 1, 1) + timedelta(days=draw.randrange(4_300))
    clock = f"{draw.randrange(24):02}:{draw.randrange(60):02}:{draw.randrange(60):02}"
    return Value(draw.choice((
        f"{when.year}年{when.month}月{when.day}日", f"{when:%Y-%m-%d}", f"{when:%Y/%m/%d} {clock}", f"{when:%Y.%m.%d}",
        f"{when:%Y%m%d}", f"{when:%Y-%m-%d} {clock}", f"{when:%Y%m%d}{clock.replace(':', '')}", f"{when:%Y-%m-%dT}{clock}+08:00",
        f"{when:%Y-%m-%d}至{when.year + 5}-{when:%m-%d}", f"{when:%m-%d} {clock[:5]}-{draw.randrange(18, 24)}:30",
    )))  # fmt: skip


def _receipt(draw: Random) -> Value:
    day = _day_digits(draw)
    return Value(draw.choice((
        f"{day}{_digits(draw, 6)}", f"440100{day}{_digits(draw, 6)}", f"GZ{day}{_digits(draw, 5)}", f"SL{_digits(draw, 10)}",
        f"{day[2:]}{_digits(draw, 4)}", f"4401{day}{_digits(draw, 8)}", f"穗{day[:4]}{_digits(draw, 7)}", f"12345-{day}-{_digits(draw, 6)}",
        f"YB{_digits(draw, 12)}", f"{day[:4]}-GZ-{_digits(draw, 8)}", f"W{day}{_digits(draw, 4)}", f"{_digits(draw, 20)}",
    )))  # fmt: skip


def _day_digits(draw: Random) -> str:
    return (date(2018, 1, 1) + timedelta(days=draw.randrange(3_200))).strftime("%Y%m%d")


def _order(draw: Random) -> Value:
    return Value(draw.choice((
        f"SF{_digits(draw, 13)}", f"YT{_digits(draw, 13)}", f"JD{_digits(draw, 13)}", f"EA{_digits(draw, 9)}CN", f"7{_digits(draw, 14)}",
        f"{_day_digits(draw)}2200{_digits(draw, 16)}", f"4200{_digits(draw, 24)}", f"9{_digits(draw, 12)}", f"{_digits(draw, 8)}", f"{_digits(draw, 12)}",
    )))  # fmt: skip


def _document(draw: Random) -> Value:
    year, number = draw.randrange(1998, 2027), draw.randrange(1, 3000)
    return Value(draw.choice((
        f"穗府规〔{year}〕{number}号", f"粤人社发[{year}]{number}号", f"穗公积金中心规字〔{year}〕{number}号", f"国办发〔{year}〕{number}号",
        f"公安部令第{number}号", f"国务院令第{number}号", f"穗来穗规字〔{year}〕{number}号", f"（{year}）粤0106民初{_digits(draw, 5)}号", f"粤府函({year}){number}号",
    )))  # fmt: skip


def _amount(draw: Random) -> Value:
    whole = draw.randrange(10**8, 10**11)
    return Value(draw.choice((
        f"{whole}元", f"{whole:,}元", f"{whole / 100:.2f}元", f"￥{whole:,}.00", f"{whole / 10**4:.2f}万元", f"人民币{whole}元整",
        f"{draw.randrange(13, 20)}{_digits(draw, 9)}元", f"{whole // 10**6}亿{_digits(draw, 4)}万元", f"{draw.randrange(100, 99999)}.5元/月", f"{draw.randrange(1000, 9999)}元至{draw.randrange(10000, 99999)}元",
    )))  # fmt: skip


def _item_code(draw: Random) -> Value:
    code = _credit_code("11", draw).text + draw.choice("1234") + "44" + _digits(draw, 10)
    return Value(code[:31] + draw.choice(("", "", f"{draw.randrange(1, 20):02}")))


def _statistics(draw: Random) -> Value:
    many = draw.randrange(10**7, 10**10)
    return Value(draw.choice((
        f"常住人口{many}人", f"参保{many:,}人", f"接待{many}人次", f"下降{draw.random() * 99:.2f}%，累计{many}户", f"分别是13 15 17 19 21 23",
        f"为1.3 8.1 2.4 5.6 7.8", f"共{draw.randrange(13, 20)}{_digits(draw, 9)}户", f"面积{_digits(draw, 11)}平方米", f"比例{draw.random():.11f}", f"增长0.{_digits(draw, 11)}",
        f"第1-5名得分98 97 95 93 91", f"一季度{_digits(draw, 4)}、二季度{_digits(draw, 4)}、三季度{_digits(draw, 4)}",
    )))  # fmt: skip


def _hotline(draw: Random) -> Value:
    return Value(draw.choice((
        "12345", "110", "120", "12315", "119", "12333", "12366", "12329", "12328", "12389", "12337", "96900", "95598", "10086", "10000", "114", "12123", "12348",
        "020-12345", "020-12315", f"400-{_digits(draw, 3)}-{_digits(draw, 4)}", f"400{_digits(draw, 7)}", f"95{_digits(draw, 3)}", f"800-{_digits(draw, 3)}-{_digits(draw, 4)}",
    )))  # fmt: skip


def _other(draw: Random) -> Value:
    return Value(draw.choice((
        f"69{_digits(draw, 11)}", f"440106{_digits(draw, 6)}GB{_digits(draw, 5)}F{_digits(draw, 8)}", f"G15高速{_digits(draw, 3)}公里", f"CZ{_digits(draw, 4)}航班",
        f"192.168.{draw.randrange(255)}.{draw.randrange(255)}", f"v{draw.randrange(20)}.{draw.randrange(20)}.{draw.randrange(200)}", f"国药准字Z{_digits(draw, 8)}", f"GB/T {_digits(draw, 5)}-{draw.randrange(1990, 2026)}",
        f"978-7-{_digits(draw, 4)}-{_digits(draw, 4)}-{_digits(draw, 1)}", f"5106{_digits(draw, 2)}", f"东经113.{_digits(draw, 6)}，北纬23.{_digits(draw, 6)}", f"粤B2-{draw.randrange(2000, 2026)}{_digits(draw, 4)}", f"粤ICP备{_digits(draw, 8)}号", f"SC{_digits(draw, 14)}", f"{_digits(draw, 4)}-{_digits(draw, 4)}学年",
    )))  # fmt: skip


def _place(draw: Random) -> Value:
    return Value(draw.choice(_data()["places"]["values"]))


_NEGATIVE: Mapping[str, Draw] = {
    "receipt": _receipt,
    "order": _order,
    "document_number": _document,
    "amount": _amount,
    "date": _day,
    "item_code": _item_code,
    "statistics": _statistics,
    "hotline": _hotline,
    "office_phone": _hotline,
    "organisation_code": lambda draw: _credit_code(draw.choice(("11", "12", "13")), draw),
    "other_code": _other,
    "not_a_name": lambda draw: Value(""),
    "place": _place,
}
