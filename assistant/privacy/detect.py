"""Finds personal data in a message, however its digits are written.

Order: fold (``folding``) → what has digits (runs of groups that may be spaced or dashed) → letters
and digits (permits, passports, codes, plates, accounts) → words (names, addresses) → one kind where
several fit, on the original offsets.  Never ``\\b``: Python counts Chinese characters as words.

What is not personal stays readable: amounts, dates, receipts, document numbers, short hotlines,
400 numbers; and of phones, mailboxes and addresses those in ``public`` (see :func:`standing`).

Decisions.  An 18-place number with a region and a day but a wrong check digit is a mistyped ID
and is found, unless a word for a receipt (编号, 单号 …) stands right before it.  A social credit
code is published for every organisation and found only where it leads to one person: of sole
traders (92…), or behind words for the writer's own (我, 本店, 经营者, 法人 …).  Passports but the
common E… and Hong Kong IDs without brackets need a cue: codes of organisations look the same.  An
address is found where it names a home: number with building or room, or a number behind a cue
(住址, 我住 …); its span is what stands behind the street, so that a text still tells where.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from assistant.privacy import checks
from assistant.privacy.folding import CHINESE_DIGITS, Folded, fold
from assistant.privacy.numbers import LETTERS_BEFORE, SPACER, Number, is_letter
from assistant.privacy.numbers import numbers as find_numbers
from assistant.privacy.types import Found, Kind
from assistant.privacy.words import HAN, Words
from assistant.privacy.words import load as words_of

PUBLIC_KINDS = frozenset((Kind.MOBILE, Kind.LANDLINE, Kind.EMAIL, Kind.ADDRESS, Kind.ACCOUNT))
"""Kinds that offices have, too."""

_S = f"{SPACER}{{0,2}}"
_LAST = re.compile(f"{_S}([xXхХ×])(?![0-9A-Za-z])")
_LETTERS_BEHIND = re.compile(r"(?:vx|wx|v|qq|tel|wechat|weixin|x)(?![A-Za-z0-9])", re.I)
_UNIT = re.compile(" ?(?:元|万|亿|%|块钱|户|吨|平方|人次|美元|港元|度电|千瓦)")
_PLUS = re.compile(r"\+ ?$")
_MOBILE = re.compile("1[3-9][0-9]{9}")
_LANDLINE = re.compile("0(?:10|2[0-9])[2-8][0-9]{7}|0[3-9][0-9]{2}[2-8][0-9]{6,7}")
_ABROAD = re.compile("852[2-9][0-9]{7}|853[26-9][0-9]{7}|8860?[2-9][0-9]{7,8}")
_CARD = re.compile("62|4|5[1-5]|35|9558|95")

_DIGIT, _APART = re.compile("[0-9]"), re.compile("[ @:]")


Candidate = tuple[Kind, int, int, str]
"""A kind, from where to where in the folded text, and the value."""


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
    """The phones, mailboxes, addresses that stand in published texts: ``public`` for ``find``."""
    return frozenset(one.value for text in texts for one in find(text) if one.kind in PUBLIC_KINDS)


def _is_public(value: str, public: Collection[str]) -> bool:
    if value in public:
        return True
    if not (value.startswith("0") and value.isdigit()):
        return len(value) == 8 and f"020{value}" in public
    area = 3 if value[1] in "12" else 4
    return f"{value[:area]}-{value[area:]}" in public or value[area:] in public


def _all(folded: Folded) -> Iterator[Candidate]:
    """All candidates, the surest kinds first."""
    plain = folded.text.isascii()
    numbered = len(_DIGIT.findall(folded.digits)) > (3 if plain else 1)  # a plate has two
    if plain and not numbered and _APART.search(folded.text) is None:
        return  # an id, a word: most of what a log line holds
    words = words_of()
    yield from _emails(folded)
    if numbered:
        numbers = tuple(find_numbers(folded))
        yield from _identities(folded, numbers, words)
        yield from _codes(folded, words)
        yield from _cards(folded, numbers, words)
        yield from _phones(folded, numbers, words)
        yield from _accounts(folded, words)
        yield from _lettered(folded, words)
    else:
        yield from _accounts(folded, words)
    if plain:
        yield from _english_names(folded)
    else:
        yield from _names(folded, words)
        yield from _english_names(folded)
        yield from _addresses(folded, words)


# numbers


def _identities(folded: Folded, numbers: Iterable[Number], words: Words) -> Iterator[Candidate]:
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
        elif _is_old_identity(digits) and number.one() and _alone(folded.text, start, end):
            unsure.append((Kind.RESIDENT_ID, start, end, digits))
    for one in unsure:
        if not words.receipt(folded.text, one[1]) and not _UNIT.match(folded.text, one[2]):
            yield one


def _is_old_identity(digits: str) -> bool:
    at_home = digits[:2] in checks.PROVINCES
    return len(digits) == 15 and at_home and checks.born_short(digits[6:12])


def _identity(digits: str) -> Kind:
    if digits[0] == "9":
        return Kind.PERMANENT_RESIDENCE
    permit = digits[:6] in ("810000", "820000", "830000")
    return Kind.RESIDENCE_PERMIT if permit else Kind.RESIDENT_ID


def _phones(folded: Folded, numbers: Iterable[Number], words: Words) -> Iterator[Candidate]:
    text = folded.text
    for number in numbers:
        start, end = number.start, number.end
        if not _alone(text, start, end) or _UNIT.match(text, end) or words.receipt(text, start):
            continue
        plus = _PLUS.search(text, max(0, start - 2), start)
        abroad = plus is not None or (number.digits.startswith("00") and number.apart)
        digits = number.digits.removeprefix("00")
        home = digits[2:] if digits.startswith("86") and len(digits) > 11 else digits
        if home is not digits and home[0] not in "01":
            home = "0" + home
        first = plus.start() if plus else start
        if abroad and _ABROAD.fullmatch(digits):
            yield Kind.MOBILE, first, end, digits
        elif _MOBILE.fullmatch(home):
            if abroad or number.one():
                yield Kind.MOBILE, first, end, home
        elif _LANDLINE.fullmatch(home):
            if plus or _is_landline(number):
                bracket = text[max(0, start - 1) : start] == "("
                yield Kind.LANDLINE, first - bracket, end, home
        elif _is_local(number) and words.phone.search(text[max(0, start - 12) : start]):
            yield Kind.LANDLINE, start, end, digits


def _is_local(number: Number) -> bool:
    """Seven or eight digits without an area code: a phone only if it is called one."""
    return len(number.digits) in (7, 8) and number.digits[0] in "2345678" and number.one()


def _is_landline(number: Number) -> bool:
    if number.digits[0] != "0":
        return number.one()
    area = 3 if number.digits[1] in "12" else 4
    usual = number.sizes[0] == area and len(number.sizes) <= 3
    return number.one() or (usual and number.apart)


def _cards(folded: Folded, numbers: Iterable[Number], words: Words) -> Iterator[Candidate]:
    text = folded.text
    for number in sorted(numbers, key=lambda one: -len(one.digits)):
        digits, start, end = number.digits, number.start, number.end
        if len(digits) < 12 or not number.one() or not _alone(text, start, end):
            continue
        like = len(digits) > 15 and _CARD.match(digits) and checks.luhn(digits)
        called = words.receipt(text, start) or _UNIT.match(text, end)
        if words.card.search(text[max(0, start - 12) : start]) or (like and not called):
            yield Kind.BANK_CARD, start, end, digits


def _alone(text: str, start: int, end: int) -> bool:
    """No letters next to it, but those that announce a number (tel, wx …)."""
    before, behind = text[max(0, start - 1) : start], text[end : end + 1]
    if is_letter(before) and not LETTERS_BEFORE.search(text[max(0, start - 10) : start]):
        return False
    if is_letter(behind):
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
_HONG_KONG = re.compile(
    f"{_BEFORE}[A-Za-z]{{1,2}}{_S}{_spaced(6)}{_S}\\(?{_S}[0-9Aa]{_S}\\)?{_BEHIND}"
)
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
    f"(?:[0-9][A-Za-z0-9]*|(?<![A-Za-z])[A-Za-z]|[A-Za-z][0-9][A-Za-z0-9]*){SPACER}{{1,2}}$"
)
_CODE_BEHIND = re.compile(f"{SPACER}{{1,2}}[0-9]")


def _within(text: str, match: re.Match[str]) -> bool:
    """Whether what is spaced is a part of a longer spaced code."""
    if not _SPACERS.search(match.group()):
        return False
    before = text[max(0, match.start() - 12) : match.start()]
    behind = _CODE_BEHIND.match(text, match.end())
    return _CODE_BEFORE.search(before) is not None or behind is not None


def _bare(text: str) -> str:
    return _SPACERS.sub("", text).upper()


def _emails(folded: Folded) -> Iterator[Candidate]:
    if "@" in folded.text:
        for match in _EMAIL.finditer(folded.digits):
            value = match.group().replace(" ", "").lower()
            yield Kind.EMAIL, match.start(), match.end(), value


def _codes(folded: Folded, words: Words) -> Iterator[Candidate]:
    for match in _CREDIT_CODE.finditer(folded.digits):
        value = _bare(match.group())
        if not checks.credit_code(value):
            continue
        before = folded.text[max(0, match.start() - 30) : match.start()]
        if value.startswith("92") or words.owner.search(re.split("[,，。!?;；\n]", before)[-1]):
            yield Kind.CREDIT_CODE, match.start(), match.end(), value


def _lettered(folded: Folded, words: Words) -> Iterator[Candidate]:
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


def _accounts(folded: Folded, words: Words) -> Iterator[Candidate]:
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


def _names(folded: Folded, words: Words) -> Iterator[Candidate]:
    text = folded.text
    for cues, paused in ((words.strong, False), (words.weak, True)):
        for said in cues.finditer(text):
            for found in words.name(text, said.end(), paused=paused):
                yield Kind.NAME, *found


def _english_names(folded: Folded) -> Iterator[Candidate]:
    for match in _ENGLISH.finditer(folded.text):
        yield Kind.NAME, match.start(1), match.end(1), match.group(1)


_D = f"[0-9{CHINESE_DIGITS}十百]"
_STREET = (
    f"[{HAN}]{{1,4}}(?:大道|路|街|巷|道|里|坊|弄|胡同|村|园|苑|城|公寓|社区|小区|庄|大厦|广场|府|居|湾|庭|轩)"
    f"(?:[东南西北中]|{_D}{{1,3}}(?:路|街|巷|横路|马路|社))?"
)
_HOUSE = f"{_D}{{1,5}} ?(?:[-之] ?{_D}{{1,4}} ?)?号(?:之{_D}{{1,3}})?(?:大院|院)?"
_PHASE = f"(?:(?:{_D}{{1,2}}|[A-Za-z]) ?(?:期|区) ?)?"
_BUILDING = f"{_PHASE}(?:[A-Za-z]{{1,2}}{_D}{{0,2}}|{_D}{{1,4}}) ?(?:栋|幢|座|号楼)"
_PART = f"(?:{_BUILDING}|{_D}{{1,3}} ?(?:单元|梯|楼|层))"
_ROOM = (
    f"(?:[A-Za-z]?(?:{_D}[ -]?){{1,5}}[A-Za-z]? ?(?:房间|房|室|号房|户)"
    f"|[A-Za-z]?{_D}{{3,4}}(?![0-9年月日元])"
    f"|{_D}{{1,3}}-{_D}{{1,4}}(?:-{_D}{{1,4}})?(?![0-9年月日元]))"
)
_ESTATE = "(?:大厦|广场|中心|花园|小区|苑|城|楼|公寓|府|湾|居)"
_HOME = re.compile(
    f"(?P<street>{_STREET}) ?(?P<detail>"
    f"{_HOUSE} ?[{HAN}]{{1,8}}{_ESTATE} ?(?:{_PART}[ -]?){{0,2}}{_ROOM}"
    f"|{_HOUSE}[ ,，]?(?:{_PART}[ -]?){{0,3}}(?:{_ROOM})|{_HOUSE}[ ,，]?(?:{_PART}[ -]?){{1,3}}"
    f"|(?:{_BUILDING}[ -]?)(?:{_PART}[ -]?){{0,2}}(?:{_ROOM})"
    f"|(?:{_BUILDING}[ -]?)(?:{_PART}[ -]?){{1,2}})"
)
_DOOR, _NEAR = re.compile("[0-9〇零一二两三四五六七八九十百] ?[号栋幢座]"), 60
_NUMBERED = re.compile(
    f"[^。!?;\n]{{0,25}}?(?P<street>{_STREET}|[{HAN}]{{1,6}}(?:{_D}{{1,3}}[{HAN}])?) ?"
    f"(?P<detail>{_HOUSE}(?![线口窗柜文令院公])|{_BUILDING}(?: ?{_ROOM})?)"
)


def _addresses(folded: Folded, words: Words) -> Iterator[Candidate]:
    text = folded.text
    for match in _HOME.finditer(text):
        yield Kind.ADDRESS, match.start("detail"), match.end("detail"), _address(match)
    for said in words.address.finditer(text):
        if not _DOOR.search(text, said.end(), said.end() + _NEAR):
            continue
        near = _NUMBERED.match(text, said.end())
        if near:
            yield Kind.ADDRESS, near.start("detail"), near.end("detail"), _address(near)


def _address(match: re.Match[str]) -> str:
    """The last three characters of the street and the detail: the same whatever stands before."""
    street = _SPACERS.sub("", match["street"])[-3:]
    return street + match["detail"].replace(" ", "").rstrip("-,，")
