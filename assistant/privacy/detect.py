"""Finds personal data in a message, however its digits are written.

Order: fold (``folding``) → what has digits (runs of groups that may be spaced or dashed) → letters
and digits (permits, passports, codes, plates, accounts) → words (names, addresses) → one kind where
several fit, on the original offsets.  Never ``\\b``: Python counts Chinese characters as words.

What is not personal stays readable: amounts, dates, receipts, document numbers, short hotlines,
400 numbers; and of phones, mailboxes and addresses those in ``public`` (see :func:`standing`).

Decisions.  An 18-place number with a region and a day but a wrong check digit is a mistyped ID and
is found, unless a word for a receipt (编号, 单号 …) stands right before it.  A social credit code is
published for every organisation and found only where it leads to one person: of sole traders
(92…), or behind words for the writer's own (我, 本店, 经营者, 法人 …).  An address is found where it
names a home: number with building or room, or a number behind a cue (住址, 我住 …); its span is what
stands behind the street, so that a text still tells where something is.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import accumulate, pairwise
from typing import Any

from assistant.privacy import checks
from assistant.privacy.folding import CHINESE_DIGITS, Folded, fold
from assistant.privacy.types import Found, Kind

PUBLIC_KINDS = frozenset((Kind.MOBILE, Kind.LANDLINE, Kind.EMAIL, Kind.ADDRESS, Kind.ACCOUNT))
"""Kinds that offices have, too."""

_SPACER = "[ .·_-]"
_S = f"{_SPACER}{{0,2}}"
_HAN = "\u4e00-\u9fff"
_GROUP = re.compile(f"[0-9]+|[{CHINESE_DIGITS}]+")
_BETWEEN = re.compile(f"{_SPACER}{{0,3}}|\\)[ -]?")
_LAST = re.compile(f"{_S}([xXхХ×])(?![0-9A-Za-z])")
_LETTERS_BEFORE = re.compile(
    r"(?:^|[^A-Za-z0-9._·-])(?:tel|phone|mobile|mob|no|id|card|call|qq|vx|wx|v|wechat|weixin)$",
    re.I,
)
_LETTERS_BEHIND = re.compile(r"(?:vx|wx|v|qq|tel|wechat|weixin|x)(?![A-Za-z0-9])", re.I)
_UNIT = re.compile(" ?(?:元|万|亿|%|块钱|户|吨|平方|人次|美元|港元|度电|千瓦)")
_PLUS = re.compile(r"\+ ?$")
_MOBILE = re.compile("1[3-9][0-9]{9}")
_LANDLINE = re.compile("0(?:10|2[0-9])[2-8][0-9]{7}|0[3-9][0-9]{2}[2-8][0-9]{6,7}")
_ABROAD = re.compile("852[2-9][0-9]{7}|853[26-9][0-9]{7}|8860?[2-9][0-9]{7,8}")
_CARD = re.compile("62|4|5[1-5]|35|9558|95")
_USUAL = {
    11: {(3, 4, 4), (3, 3, 5), (3, 8), (7, 4), (3, 5, 3), (4, 3, 4), (4, 4, 3), (5, 6), (6, 5)},
    18: {(6, 8, 4), (6, 4, 4, 4), (6, 4, 2, 2, 4), (3, 3, 4, 4, 4), (6, 8, 3, 1), (14, 4), (6, 12)},
    15: {(6, 6, 3), (6, 2, 2, 2, 3), (3, 3, 6, 3)},
    16: {(4, 4, 4, 4), (8, 8)},
    17: {(4, 4, 4, 4, 1)},
    19: {(4, 4, 4, 4, 3), (6, 13)},
}
_SHORTEST, _LONGEST = 7, 19
_FEW, _MANY = 5, 24
_OWN = "(?:86)?1[3-9][0-9]{9}|0[0-9]{9,11}|[1-9][0-9]{14}|[1-9][0-9]{16,17}"
_ORDINAL, _NEXT = re.compile(f"[0-9]{{0,2}}|{_OWN}"), re.compile(f"[0-9]{{0,3}}|{_OWN}")
"""What may stand before and behind a spaced number without making it a part of a longer one: an
ordinal, an extension, another number of its own."""


@dataclass(frozen=True, slots=True)
class _Number:
    """Digits that may be one number.  ``sizes``: of its groups as they are spaced; ``marks``: what
    stands between them; ``whole``: no other digits stand next to it; ``apart``: those that do are
    numbers of their own."""

    digits: str
    start: int
    end: int
    sizes: tuple[int, ...]
    marks: frozenset[str]
    whole: bool
    apart: bool

    def one(self) -> bool:
        """Whether it is written the way that people write one number."""
        sizes = self.sizes
        if len(sizes) == 1:
            return True
        if not self.apart:
            return False
        if sizes in _USUAL.get(len(self.digits), ()) or self._in_fours():
            return True
        if not self.whole or len(self.marks) > 1:
            return False
        return max(sizes) == 1 or (len(sizes) <= _FEW and "." not in "".join(self.marks))

    def _in_fours(self) -> bool:
        return len(self.digits) > 14 and set(self.sizes[:-1]) == {4} and self.sizes[-1] <= 4


def find(text: str, public: Collection[str] = ()) -> tuple[Found, ...]:
    """Personal data in ``text``, in its order, never overlapping.

    ``public``: values that may be read by all (see :func:`standing`); a landline is also known by
    its local part.  A set is looked up in constant time.
    """
    folded = fold(text)
    taken: list[tuple[int, int]] = []
    found = []
    for kind, start, end, value in _all(folded):
        if any(start < stop and begin < end for begin, stop in taken):
            continue
        taken.append((start, end))
        if kind in PUBLIC_KINDS and _is_public(value, public):
            continue
        first, last = folded.span(start, end)
        found.append(Found(kind=kind, start=first, end=last, value=value))
    return tuple(sorted(found, key=lambda one: one.start))


def standing(texts: Iterable[str]) -> frozenset[str]:
    """The phones, mailboxes and addresses that stand in published texts: ``public`` for ``find``."""
    return frozenset(
        one.value for text in texts for one in find(text) if one.kind in PUBLIC_KINDS
    )


def _is_public(value: str, public: Collection[str]) -> bool:
    if value in public:
        return True
    if not (value.startswith("0") and value.isdigit()):
        return len(value) == 8 and f"020{value}" in public
    area = 3 if value[1] in "12" else 4
    return f"{value[:area]}-{value[area:]}" in public or value[area:] in public


def _all(folded: Folded) -> Iterator[tuple[Kind, int, int, str]]:
    """All candidates, the surest kinds first."""
    words = _words()
    yield from _emails(folded)
    if any(map(str.isdigit, folded.digits)):
        numbers = tuple(_numbers(folded))
        yield from _identities(folded, numbers, words)
        yield from _codes(folded, words)
        yield from _cards(folded, numbers, words)
        yield from _phones(folded, numbers, words)
        yield from _accounts(folded, words)
        yield from _lettered(folded, words)
    else:
        yield from _accounts(folded, words)
    yield from _names(folded, words)
    yield from _addresses(folded, words)


# numbers


def _numbers(folded: Folded) -> Iterator[_Number]:
    """Every sequence of neighbouring groups with 7 to 19 digits.

    A group ends where digits change between Arabic and Chinese, so that 第二13800138000 is a mobile
    behind a word and 138零零138000 one number."""
    text, digits = folded.text, folded.digits
    groups = [match.span() for match in _GROUP.finditer(text)]
    for run in _runs(text, groups):
        bounds = [0, *accumulate(end - start for start, end in run)]
        gaps = [text[left[1] : right[0]] for left, right in pairwise(run)]
        joined = "".join(digits[start:end] for start, end in run)
        coded = _coded(text, run[0][0]) or _LETTER_BEHIND.match(text, run[-1][1]) is not None
        for first in range(len(run)):
            for last in range(first, len(run)):
                size = bounds[last + 1] - bounds[first]
                if size > _LONGEST:
                    break
                if size < _SHORTEST:
                    continue
                if len(run) > _MANY and last - first > _FEW and all(gaps[first:last]):
                    break  # a table of numbers
                left = gaps[first - 1] if first else None
                right = gaps[last] if last + 1 < len(run) else None
                inner = gaps[first:last]
                if "" in inner and "" in (left, right):
                    continue  # a part of a longer number in both kinds of digits
                before, behind = joined[: bounds[first]], joined[bounds[last + 1] :]
                if (left == "." and before == "0") or (inner[:1] == ["."] and size > 9 and bounds[first + 1] - bounds[first] == 1 and len(inner) == 1):
                    continue  # 0.13800138000
                if right == "." and run[last + 1][1] - run[last + 1][0] <= 2:
                    continue  # 13800138000.00
                marks = frozenset(gap for gap in inner if gap)
                yield _Number(
                    digits=joined[bounds[first] : bounds[last + 1]],
                    start=run[first][0],
                    end=run[last][1],
                    sizes=_sizes(run[first : last + 1], inner),
                    marks=marks,
                    whole=not left and not right,
                    apart=not coded
                    and (left not in marks or _ORDINAL.fullmatch(before) is not None)
                    and (right not in marks or _NEXT.fullmatch(behind) is not None),
                )


def _runs(text: str, groups: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Groups with nothing but a blank, dash or dot between them."""
    run: list[tuple[int, int]] = []
    for group in groups:
        if run and not _BETWEEN.fullmatch(text, run[-1][1], group[0]):
            yield run
            run = []
        run.append(group)
    if run:
        yield run


def _sizes(groups: list[tuple[int, int]], gaps: list[str]) -> tuple[int, ...]:
    sizes = [groups[0][1] - groups[0][0]]
    for gap, (start, end) in zip(gaps, groups[1:], strict=True):
        if gap:
            sizes.append(end - start)
        else:
            sizes[-1] += end - start
    return tuple(sizes)


def _coded(text: str, start: int) -> bool:
    """Whether letters that announce nothing lead up to the digits at ``start`` (SF82-0238 …)."""
    before = text[max(0, start - 12) : start]
    if _is_letter(before[-1:]):
        return _LETTERS_BEFORE.search(before) is None
    return _MIXED_BEFORE.search(before) is not None


def _is_letter(one: str) -> bool:
    return one.isascii() and one.isalpha()


def _identities(
    folded: Folded, numbers: Iterable[_Number], words: _Words
) -> Iterator[tuple[Kind, int, int, str]]:
    unsure = []
    for number in numbers:
        digits, start, end = number.digits, number.start, number.end
        last = _LAST.match(folded.digits, end) if len(digits) == 17 else None
        if last:
            digits, end = digits + "X", last.end()
        if len(digits) == 18 and _alone(folded.text, start, end):
            if not (digits[0] == "9" or digits[:2] in checks.PROVINCES):
                continue
            if not checks.born(digits[6:14]):
                continue
            kind = _identity(digits)
            sizes = number.sizes
            alone = len(sizes) == 1 or (number.apart and (max(sizes) > 1 or number.whole))
            if checks.resident(digits) and alone:
                yield kind, start, end, digits
            elif kind is Kind.RESIDENT_ID and (number.one() or last):
                unsure.append((kind, start, end, digits))
        elif len(digits) == 15 and number.one() and _alone(folded.text, start, end):
            if digits[:2] in checks.PROVINCES and checks.born_short(digits[6:12]):
                unsure.append((Kind.RESIDENT_ID, start, end, digits))
    for one in unsure:
        if not words.receipt(folded.text, one[1]) and not _UNIT.match(folded.text, one[2]):
            yield one


def _identity(digits: str) -> Kind:
    if digits[0] == "9":
        return Kind.PERMANENT_RESIDENCE
    permit = digits[:6] in ("810000", "820000", "830000")
    return Kind.RESIDENCE_PERMIT if permit else Kind.RESIDENT_ID


def _phones(
    folded: Folded, numbers: Iterable[_Number], words: _Words
) -> Iterator[tuple[Kind, int, int, str]]:
    text = folded.text
    for number in numbers:
        start, end = number.start, number.end
        plus = _PLUS.search(text, max(0, start - 2), start)
        prefixed = plus is not None or number.digits.startswith("00")
        digits = number.digits.removeprefix("00")
        if not _alone(text, start, end) or _UNIT.match(text, end):
            continue
        if prefixed and _ABROAD.fullmatch(digits):
            yield Kind.MOBILE, plus.start() if plus else start, end, digits
            continue
        home = digits[2:] if digits.startswith("86") and len(digits) > 11 else digits
        if _MOBILE.fullmatch(home):
            if number.one() or plus or (number.digits[:4] == "0086" and number.apart):
                if not words.receipt(text, start):
                    yield Kind.MOBILE, plus.start() if plus else start, end, home
            continue
        if home is not digits and home[0] != "0":
            home = "0" + home
        if _LANDLINE.fullmatch(home) and (plus or _is_landline(number)):
            if not words.receipt(text, start):
                bracket = text[max(0, start - 1) : start] == "("
                yield Kind.LANDLINE, plus.start() if plus else start - bracket, end, home
        elif len(digits) in (7, 8) and digits[0] in "2345678" and number.one():
            if words.phone.search(text[max(0, start - 12) : start]):
                yield Kind.LANDLINE, start, end, digits


def _is_landline(number: _Number) -> bool:
    if number.digits[0] != "0":
        return number.one()
    area = 3 if number.digits[1] in "12" else 4
    usual = number.sizes[0] == area and len(number.sizes) <= 3
    return number.one() or (usual and number.apart)


def _cards(
    folded: Folded, numbers: Iterable[_Number], words: _Words
) -> Iterator[tuple[Kind, int, int, str]]:
    text = folded.text
    for number in sorted(numbers, key=lambda one: -len(one.digits)):
        digits, start, end = number.digits, number.start, number.end
        if len(digits) < 12 or not number.one() or not _alone(text, start, end):
            continue
        if words.card.search(text[max(0, start - 12) : start]):
            yield Kind.BANK_CARD, start, end, digits
        elif len(digits) > 15 and _CARD.match(digits) and checks.luhn(digits):
            if not words.receipt(text, start) and not _UNIT.match(text, end):
                yield Kind.BANK_CARD, start, end, digits


def _alone(text: str, start: int, end: int) -> bool:
    """No letters next to it, but those that announce a number (tel, wx …)."""
    before, behind = text[max(0, start - 1) : start], text[end : end + 1]
    if before.isascii() and before.isalpha():
        if not _LETTERS_BEFORE.search(text[max(0, start - 10) : start]):
            return False
    if behind.isascii() and behind.isalpha():
        return _LETTERS_BEHIND.match(text, end) is not None
    return True


# letters and digits

_BEFORE, _BEHIND = "(?<![0-9A-Za-z])", "(?![0-9A-Za-z])"


def _spaced(count: int, of: str = "[0-9]") -> str:
    return f"(?:{of}{_S}){{{count - 1}}}{of}"


_CREDIT_CODE = re.compile(
    f"{_BEFORE}[0-9A-HJ-NPQRTUWXYa-y]{_S}[0-9A-Za-y]{_S}{_spaced(6)}{_S}"
    f"{_spaced(10, '[0-9A-HJ-NPQRTUWXYa-y]')}{_BEHIND}"
)
_PERMIT = re.compile(f"{_BEFORE}[HMhm]{_S}(?:{_spaced(10)}|{_spaced(8)}){_BEHIND}")
_HONG_KONG = re.compile(f"{_BEFORE}[A-Za-z]{{1,2}}{_S}{_spaced(6)}{_S}\\(?{_S}[0-9Aa]{_S}\\)?{_BEHIND}")
_PASSPORT = re.compile(
    f"{_BEFORE}[Ee]{_S}(?:{_spaced(8)}|[A-HJ-NP-Za-hj-np-z]{_S}{_spaced(7)}){_BEHIND}"
)
_DOCUMENT = re.compile(f"(?:[A-Za-z]{_S}){{0,3}}{_spaced(6)}(?:{_S}[0-9]){{0,3}}{_BEHIND}")
_TAIWAN = re.compile(f"[Tt]?{_S}{_spaced(8)}(?:{_S}[0-9]{_S}[0-9])?(?:{_S}[A-Za-z])?{_BEHIND}")
_PERMANENT = re.compile(f"{_BEFORE}(?:[A-Za-z]{_S}){{3}}{_spaced(12)}{_BEHIND}")
_PLATE = re.compile(
    "(?<![A-Za-z])[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使]"
    f"{_S}[A-HJ-NP-Za-hj-np-z]{_S}"
    f"(?:{_spaced(6, '[0-9A-HJ-NP-Za-hj-np-z]')}|{_spaced(5, '[0-9A-HJ-NP-Za-hj-np-z]')}"
    f"|{_spaced(4, '[0-9A-HJ-NP-Za-hj-np-z]')}{_S}[学警港澳挂领试超]){_BEHIND}"
)
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+ ?@ ?[A-Za-z0-9-]+(?: ?\. ?[A-Za-z0-9-]+)*"
    r" ?\. ?[A-Za-z]{2,}(?![A-Za-z0-9])"
)
_SPACERS = re.compile("[ .·_()-]")
_CODE_BEFORE = re.compile(
    f"(?:[0-9][A-Za-z0-9]*|(?<![A-Za-z])[A-Za-z]|[A-Za-z][0-9][A-Za-z0-9]*){_SPACER}{{1,2}}$"
)
_MIXED_BEFORE = re.compile(
    f"(?:[0-9][A-Za-z0-9]*[A-Za-z]|[A-Za-z]+[0-9][A-Za-z0-9]*){_SPACER}{{1,2}}$"
)
_LETTER_BEHIND = re.compile(f"{_SPACER}{{1,2}}[A-WYZa-wyz](?:{_SPACER}|[0-9])")
_CODE_BEHIND = re.compile(f"{_SPACER}{{1,2}}[0-9]")


def _within(text: str, match: re.Match[str]) -> bool:
    """Whether what is spaced is a part of a longer spaced code."""
    if not _SPACERS.search(match.group()):
        return False
    before = text[max(0, match.start() - 12) : match.start()]
    behind = _CODE_BEHIND.match(text, match.end())
    return _CODE_BEFORE.search(before) is not None or behind is not None


def _bare(text: str) -> str:
    return _SPACERS.sub("", text).upper()


def _emails(folded: Folded) -> Iterator[tuple[Kind, int, int, str]]:
    if "@" in folded.text:
        for match in _EMAIL.finditer(folded.digits):
            value = match.group().replace(" ", "").lower()
            yield Kind.EMAIL, match.start(), match.end(), value


def _codes(folded: Folded, words: _Words) -> Iterator[tuple[Kind, int, int, str]]:
    for match in _CREDIT_CODE.finditer(folded.digits):
        value = _bare(match.group())
        if not checks.credit_code(value):
            continue
        before = folded.text[max(0, match.start() - 30) : match.start()]
        if value.startswith("92") or words.owner.search(re.split("[,，。!?;；\n]", before)[-1]):
            yield Kind.CREDIT_CODE, match.start(), match.end(), value


def _lettered(folded: Folded, words: _Words) -> Iterator[tuple[Kind, int, int, str]]:
    """Permits, passports, Hong Kong IDs, plates: checked, or told by a cue, or by their shape."""
    text, digits = folded.text, folded.digits
    for match in _HONG_KONG.finditer(digits):
        value = _bare(match.group())
        if not checks.hong_kong(value) or _within(digits, match):
            continue
        before = text[max(0, match.start() - 14) : match.start()]
        if ")" in match.group() or words.hong_kong.search(before):
            yield Kind.HONG_KONG_ID, match.start(), match.end(), value
    for pattern, kind in ((_PERMIT, Kind.TRAVEL_PERMIT), (_PASSPORT, Kind.PASSPORT)):
        for match in pattern.finditer(digits):
            if not words.receipt(text, match.start()) and not _within(digits, match):
                yield kind, match.start(), match.end(), _bare(match.group())
    for cue, pattern, kind in (
        (words.taiwan, _TAIWAN, Kind.TRAVEL_PERMIT),
        (words.passport, _DOCUMENT, Kind.PASSPORT),
        (words.permanent, _PERMANENT, Kind.PERMANENT_RESIDENCE),
    ):
        for said in cue.finditer(text):
            behind = pattern.match(digits, said.end())
            if behind:
                yield kind, behind.start(), behind.end(), _bare(behind.group())
    for match in _PLATE.finditer(digits):
        value = _bare(match.group())
        if sum(map(str.isdigit, value)) > 1 and not _CODE_BEHIND.match(digits, match.end()):
            yield Kind.PLATE, match.start(), match.end(), value


_WECHAT = re.compile(r"[A-Za-z][A-Za-z0-9_-]{5,19}(?![A-Za-z0-9_@-])")
_NOT_ACCOUNTS = frozenset(("wechat", "weixin", "alipay", "wechatpay", "facebook", "android"))
_QQ = re.compile(f"[1-9](?:{_S}[0-9]){{4,10}}{_BEHIND}")


def _accounts(folded: Folded, words: _Words) -> Iterator[tuple[Kind, int, int, str]]:
    for said in words.wechat.finditer(folded.text):
        match = _WECHAT.match(folded.digits, said.end())
        if match and match.group().lower() not in _NOT_ACCOUNTS:
            yield Kind.ACCOUNT, match.start(), match.end(), match.group()
    for said in words.qq.finditer(folded.text):
        match = _QQ.match(folded.digits, said.end())
        if match:
            yield Kind.ACCOUNT, match.start(), match.end(), _bare(match.group())


# words

_ENGLISH = re.compile(
    r"(?:(?<![A-Za-z])(?:[Mm]y name is|[Nn]ame ?:|I am|I'm)) ?([A-Z][a-z]+(?:[ -][A-Z][a-z]+){1,3})"
)


def _names(folded: Folded, words: _Words) -> Iterator[tuple[Kind, int, int, str]]:
    text = folded.text
    for said in words.strong.finditer(text):
        yield from words.name(text, said.end(), paused=False)
    for said in words.weak.finditer(text):
        yield from words.name(text, said.end(), paused=True)
    for match in _ENGLISH.finditer(text):
        yield Kind.NAME, match.start(1), match.end(1), match.group(1)


_D = f"[0-9{CHINESE_DIGITS}十百]"
_STREET = (
    f"[{_HAN}]{{1,4}}(?:大道|路|街|巷|道|里|坊|弄|胡同|村|园|苑|城|公寓|社区|小区|庄|大厦|广场|府|居|湾|庭|轩)"
    f"(?:[东南西北中]|{_D}{{1,3}}(?:路|街|巷|横路|马路|社))?"
)
_HOUSE = f"{_D}{{1,5}} ?(?:[-之] ?{_D}{{1,4}} ?)?号(?:之{_D}{{1,3}})?(?:大院|院)?"
_PHASE = f"(?:(?:{_D}{{1,2}}|[A-Za-z]) ?(?:期|区) ?)?"
_BUILDING = f"{_PHASE}(?:[A-Za-z]{{1,2}}{_D}{{0,2}}|{_D}{{1,4}}) ?(?:栋|幢|座|号楼)"
_PART = f"(?:{_BUILDING}|{_D}{{1,3}} ?(?:单元|梯|楼|层))"
_ROOM = (
    f"(?:[A-Za-z]?(?:{_D}[ -]?){{1,5}}[A-Za-z]? ?(?:房间|房|室|号房|户)|[A-Za-z]?{_D}{{3,4}}(?![0-9年月日元])"
    f"|{_D}{{1,3}}-{_D}{{1,4}}(?:-{_D}{{1,4}})?(?![0-9年月日元]))"
)
_HOME = re.compile(
    f"(?P<street>{_STREET}) ?(?P<detail>"
    f"{_HOUSE}[ ,，]?(?:{_PART}[ -]?){{0,3}}(?:{_ROOM})|{_HOUSE}[ ,，]?(?:{_PART}[ -]?){{1,3}}"
    f"|(?:{_BUILDING}[ -]?)(?:{_PART}[ -]?){{0,2}}(?:{_ROOM})|(?:{_BUILDING}[ -]?)(?:{_PART}[ -]?){{1,2}})"
)
_NUMBERED = re.compile(
    f"[^。!?;\n]{{0,25}}?(?P<street>{_STREET}) ?(?P<detail>{_HOUSE}|{_BUILDING}(?: ?{_ROOM})?)"
)


def _addresses(folded: Folded, words: _Words) -> Iterator[tuple[Kind, int, int, str]]:
    text = folded.text
    for match in _HOME.finditer(text):
        yield Kind.ADDRESS, match.start("detail"), match.end("detail"), _address(match)
    for said in words.address.finditer(text):
        near = _NUMBERED.match(text, said.end())
        if near:
            yield Kind.ADDRESS, near.start("detail"), near.end("detail"), _address(near)


def _address(match: re.Match[str]) -> str:
    return _SPACERS.sub("", match["street"]) + match["detail"].replace(" ", "").rstrip("-,，")


@dataclass(frozen=True, slots=True)
class _Words:
    """The tables of ``words.toml``, compiled."""

    receipts: re.Pattern[str]
    documents: re.Pattern[str]
    card: re.Pattern[str]
    phone: re.Pattern[str]
    passport: re.Pattern[str]
    taiwan: re.Pattern[str]
    hong_kong: re.Pattern[str]
    permanent: re.Pattern[str]
    wechat: re.Pattern[str]
    qq: re.Pattern[str]
    owner: re.Pattern[str]
    address: re.Pattern[str]
    strong: re.Pattern[str]
    weak: re.Pattern[str]
    given: re.Pattern[str]
    paused: re.Pattern[str]
    never: frozenset[str]

    def receipt(self, text: str, start: int) -> bool:
        """Whether what begins at ``start`` is called a receipt's or document's number."""
        before = text[max(0, start - 14) : start]
        return bool(self.receipts.search(before)) and not self.documents.search(before)

    def name(self, text: str, start: int, *, paused: bool) -> Iterator[tuple[Kind, int, int, str]]:
        match = (self.paused if paused else self.given).match(text, start)
        if match is None:
            return
        value = match["name"].replace(" ", "")
        if value not in self.never and value[:2] not in self.never:
            yield Kind.NAME, match.start("name"), match.end("name"), value


@cache
def _words() -> _Words:
    file = resources.files("assistant.privacy").joinpath("words.toml")
    return _compiled(tomllib.loads(file.read_text(encoding="utf-8")))


def _compiled(tables: dict[str, Any]) -> _Words:
    cues, names = tables["cues"], tables["names"]
    called = " ?(?:号码|号|代码|id|no\\.?|number)?(?: ?(?:是|为|:|叫|就是|#|\\())* ?"

    def before(words: str) -> re.Pattern[str]:
        return re.compile(f"(?:{words}){called}$", re.I)

    def leading(words: str) -> re.Pattern[str]:
        return re.compile(f"(?<![a-z0-9{CHINESE_DIGITS}])(?:{words}){called}", re.I)

    compound = "|".join(" ?".join(one) for one in names["compound"])
    surname = f"(?:{compound}|[{names['surnames']}])"
    any_surname = f"(?:{compound}|[{names['surnames']}{names['rare']}])"
    never, follow = names["never"], names["follow"]
    han = f"(?:(?![{never}]|{names['titles']})[{_HAN}])"
    foreign = f"[{_HAN}]{{2,6}}·[{_HAN}]{{2,8}}"
    given = f"(?P<name>{foreign}|{any_surname} ?{han}(?: ?(?!{follow}){han})?)"
    ended = f"(?P<name>{foreign}|{surname} ?{han}(?: ?{han})?)(?={names['pause']})"
    return _Words(
        receipts=before(cues["receipt"]),
        documents=re.compile(f"(?:{cues['document']})[^,，。；;]{{0,6}}$"),
        card=before(cues["card"]),
        phone=before(cues["phone"]),
        passport=leading(cues["passport"]),
        taiwan=leading(cues["taiwan"]),
        hong_kong=re.compile(cues["hong_kong"], re.I),
        permanent=leading(cues["permanent"]),
        wechat=leading(cues["wechat"]),
        qq=leading(cues["qq"]),
        owner=re.compile(cues["owner"]),
        address=re.compile(cues["address"]),
        strong=re.compile(f"(?:{names['strong']}) ?|(?:{names['labels']}) ?(?:姓名)?: ?"),
        weak=re.compile(f"(?:{names['weak']}) ?"),
        given=re.compile(given),
        paused=re.compile(ended),
        never=frozenset(names["words"]),
    )
