"""What a free text says of time, place, object, wish and contact, where it says it plainly.

Precision goes before recall: what is not found is asked, what was found is shown and can be
changed.  Every value is a piece of the text as it was typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from assistant import rules
from assistant.work_orders import phones
from assistant.work_orders.words import districts_in_english, reading
from retrieval.analyzer import normalise

_NUM = r"[\d零一二两三四五六七八九十]{1,3}"
_SPAN = r"[\d一二三四五六七八九十两半几]+个?多?(?:天|日|周|星期|礼拜|月|年)多?"
_PERIOD = (
    r"(?:凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜晚|夜里|半夜|深夜|三更半夜|"
    r"朝早|晏昼|夜晚黑|朝头早)"
)
_DAY = "|".join(
    (
        r"(?:大?前|昨|今|寻|琴|噚)(?:天|日|晚|早|朝|夜)",
        r"(?:上+个?|这个?|呢个?|本)(?:周|星期|礼拜|月|排)[一二三四五六日天末]?",
        r"(?:前|这|呢|近)(?:几|两|段)(?:天|日|个?月|周|个?星期|时间)",
        rf"(?:最近|近|连续|持续|已经)(?:了|这|的)?{_SPAN}",
        r"前阵子|前排|近期|近来|最近|日日|晚晚|成日|长期|去年|旧年|前年",
        r"每(?:天|日|晚|个?周末|逢周[一二三四五六日]|周|个?星期|个月)",
        r"(?:(?:\d{4}|今|去|前|上|旧)年)?\d{1,2}月份?(?:\d{1,2}[日号])?",
        r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}",
        rf"\d{{1,2}}日|\d{{1,2}}号(?={_PERIOD}|晚|早)",
        r"(?:周|星期|礼拜)[一二三四五六日]",
    )
)
_CLOCK = rf"{_NUM}(?:点|时(?!间)|:[0-5]\d)钟?(?:半|几|{_NUM}分?)?"
_UNIT = rf"(?:{_DAY}|{_PERIOD}|{_CLOCK})"
_WHEN = re.compile(
    rf"(?:大概|大约|差不多)?{_UNIT}"
    rf"(?:[的嘅、 ]?{_UNIT}|(?:到|至|-|~|—){_UNIT}|以后|之后|左右|开始|前后|以来|起|多)*"
)
_FIRST = re.compile(rf"{_DAY}|{_PERIOD}?{_CLOCK}")
_STOP = r"，。；、,;！!？?：:\s"
_NO_PLACE = "的嘅在被有把将了又都还着过没不冇"
_WISHED = re.compile(
    r"[。！!；;\n？?]|[，,](?:我的?|联系)?(?:电话|手机|叫|姓|人)|[，,]\s*我?(?:要|想)(?:投诉|举报)"
    r"|\s(?:我的?|联系)?(?:电话|手机)"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A value, and where it stands in the text."""

    value: str
    start: int
    end: int


def pieces(text: str) -> Mapping[str, Piece]:
    """Field → the first piece of the text that says it.

    Offsets are those of the text after NFKC; values keep the characters that were typed, a phone
    is given without separators.
    """
    flat = _flat(text)
    shown = text if len(text) == len(flat) else flat
    plain = normalise(flat)
    if len(plain) != len(flat):
        plain = flat.lower()  # a character became several: read what stands there
    found = {
        "phone": _phone(flat),
        "when": _when(plain),
        "place": _first(_place(), plain),
        "object": _apart(_object(plain), _first(_place(), plain), plain),
        "wish": _wish(plain),
        "name": _name(plain),
    }
    return {
        field: one if field == "phone" else Piece(shown[one.start : one.end], one.start, one.end)
        for field, one in found.items()
        if one is not None
    }


def _flat(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def district(text: str) -> str | None:
    """The one district that a text names; ``None`` if it names none or several."""
    plain = normalise(text)
    named = set(rules.load().districts.findall(plain))
    named |= {
        name
        for said, name in districts_in_english().items()
        if said.lower() in _WORDS.findall(plain)
    }
    return f"{named.pop()}区" if len(named) == 1 else None


_WORDS = re.compile("[a-z]+")


def without(text: str, others: Iterable[Piece]) -> str:
    """The text with the pieces cut out, and without what only joined them."""
    flat = _flat(text)
    if len(text) == len(flat):
        flat = text
    for one in sorted(others, key=lambda piece: -piece.start):
        flat = f"{flat[: one.start]} {flat[one.end :]}"
    return _EDGES.sub("", re.sub(r"\s+", " ", flat))


_JOINED = r"[\s，。；、,;.:：！!]|电话|手机|号码|时间|地点|地址|联系|我的|系|是|就|大概"
_EDGES = re.compile(rf"^(?:{_JOINED})+|(?:{_JOINED})+$")


def _phone(flat: str) -> Piece | None:
    number = phones.number_in(flat)
    if number is None:
        return None
    one = next(found for found in phones.find(flat) if found.number == number)
    return Piece(number, one.start, one.end)


def is_own(text: str, phone: Piece) -> bool:
    """Whether a phone in free text is said to be that of whoever writes (电话 …, 打我 …), or stands
    nearly alone; that of somebody who is told of is not."""
    flat = _flat(text)
    before = _CLAUSE.split(flat[: phone.start])[-1]
    rest = _EDGES.sub("", flat[: phone.start] + flat[phone.end :])
    if _OF_ANOTHER.search(before) or _OF_ANOTHER_BEHIND.match(flat[phone.end :]):
        return False
    return bool(_OWN.search(before)) or len(rest) <= _NEARLY_ALONE


_CLAUSE = re.compile("[,，。;；!！\n]")
_OWN = re.compile(
    r"(?:电话|電話|手机|手機|手提|联系|聯繫|联络|号码|號碼|打我|找我|揾我|phone|tel|mobile|call me)"
    r"[^\d]{0,8}$",
    re.IGNORECASE,
)
_OF_ANOTHER = re.compile(
    "对方|對方|他的|她的|他电话|佢|骗子|中介|商家|店家|老板|客服|卖家|来电|來電|显示|自称|用|"
    "打来|打过来|骚扰|騷擾"
)
_OF_ANOTHER_BEHIND = re.compile(
    "[^,，。;；]{0,6}(?:打来|打过来|打电话|骚扰|騷擾|发短信|发信息|的人|呢个人|嗰个人)"
)
_NEARLY_ALONE = 8
"""Characters beside a number that is told by itself (陈生 138…)."""


def _when(plain: str) -> Piece | None:
    """The first time that names a day, a clock or a habit; 深夜 alone leaves the day open."""
    for found in _WHEN.finditer(plain):
        if _FIRST.search(found[0]):
            return Piece(found[0], found.start(), found.end())
    return None


def _wish(plain: str) -> Piece | None:
    """From a word of wishing to the end of the sentence."""
    starts = [at for word in reading("wishes") if (at := plain.find(word)) >= 0]
    if not starts:
        return None
    start = min(starts)
    end = _WISHED.search(plain, start)
    value = plain[start : end.start() if end else len(plain)].rstrip(" ，,")
    return Piece(value, start, start + len(value)) if len(value) > 3 else None


def _name(plain: str) -> Piece | None:
    """Who says that they are called so; only names that begin with a surname, or are English."""
    if english := _ENGLISH_NAME.search(plain):
        return Piece(english["name"], english.start("name"), english.end("name"))
    for found in _named().finditer(plain):
        return Piece(found["name"], found.start("name"), found.end("name"))
    return None


_ENGLISH_NAME = re.compile(
    r"(?:my name is|name is|call me)\s+(?P<name>[a-z][a-z .'\-]{1,30}?)"
    r"(?=\s*(?:[,，.;\d]|(?:and|my|phone|tel|mobile)\b|$))"
)


def sole(text: str) -> tuple[str, str] | None:
    """The field that a text is from end to end, and its value: nothing but a time, a place, whom it
    is about, or what is wished for; ``None`` if it may be anything."""
    typed = _EDGES.sub("", _flat(text).strip())
    said = _AT.sub("", typed)
    plain = normalise(said)
    if plain in reading("vague_times"):
        return "when", said
    if is_district(plain):
        return "place", said
    if len(plain) != len(said) or re.search(rf"[{_STOP}]", plain):
        return None
    if (_WHEN.fullmatch(plain) and _FIRST.search(plain)) or _is_vague_time(plain):
        return "when", said
    firm = plain.endswith((*reading("organisations"), *reading("shops"), *reading("people")))
    if not firm and (_place().fullmatch(plain) or (_area().fullmatch(plain) and not tells(plain))):
        return "place", said
    if len(said) <= _MOST_NAME and _STYLED.search(said) and said[0] in reading("surnames"):
        return "name", said
    if plain.startswith(reading("wish_starts")):
        return "wish", said
    described = plain.startswith(reading("indefinite")) and names_somebody(plain)
    if (firm or described) and len(plain) <= _MOST_NAMED and not re.search(_NO_NAME, plain):
        return "object", said
    return None


_AT = re.compile(r"^(?:就是|应该是|大概是?|可能是|在|喺|响|是|系)+|(?:发生)?的?$")
_MOST_NAMED = 16
_NO_NAME = "[不没冇很太好了过着被把将]|希望|要"


@cache
def _area() -> re.Pattern[str]:
    areas = rules.load().districts.pattern
    return re.compile(rf"(?:广州市?)?(?:{areas})区?[^{_STOP}{_NO_PLACE}]{{0,12}}")


def tells(text: str) -> bool:
    """Whether a text says what happened (很吵, 没人清), not only where."""
    plain = normalise(text)
    return any(word in plain for word in reading("matter"))


def fits(field: str, text: str) -> bool:
    """Whether a text may answer the question for a field; what only goes on with the story (我没签
    合同, 有点贵, 是他先动手的) does not.  Of what may be anything it may."""
    plain = normalise(text).strip()
    if _HAN.search(plain) is None and field in ("name", "object", "place"):
        return not any(word in reading("wish_words") for word in _WORDS.findall(plain))
    match field:
        case "when":
            return _says_when(plain)
        case "place":
            return not narrates(plain) or _at_a_place(plain)
        case "object":
            return not narrates(plain) or names_somebody(plain) or _pointed(plain)
        case "wish":
            return not narrates(plain) or wishes(plain)
        case "name":
            return not narrates(plain) or _is_name(plain)
        case "district" | "phone":
            return not narrates(plain)
        case _:
            return True


def _says_when(plain: str) -> bool:
    """Whether a text names a time, however vaguely (好久了, 从他们搬来就这样)."""
    rest = _DEGREE.sub("", plain)
    return bool(_WHEN.search(rest)) or any(word in rest for word in reading("times"))


def _is_vague_time(plain: str) -> bool:
    """好久了, 一直都这样."""
    return plain.rstrip("了喇啦嘅的") in reading("vague_times")


def narrates(plain: str) -> bool:
    """Whether a text tells how something is or went."""
    rest = _UNNAMED.sub("", plain)
    if _DEGREE.search(rest) or any(word in rest for word in reading("story")):
        return True
    return len(rest) > _LEAST_STORY and rest.startswith(reading("teller"))


def _at_a_place(plain: str) -> bool:
    """Whether what is told says where: 在 before a place, or an address in it."""
    return _first(_place(), plain) is not None or bool(_BEING_AT.match(plain))


def _pointed(plain: str) -> bool:
    return plain.startswith(reading("somebody"))


def _is_name(plain: str) -> bool:
    """陈太, 李贵; 太贵 is none."""
    said = _CALLED.sub("", plain)
    if len(said) > _MOST_NAME or not said:
        return False
    surname = said[0] in reading("surnames") and not _NO_NAME_AT_ALL.search(said)
    return surname or _STYLED.search(said) is not None


_LEAST_STORY = 3
_NO_NAME_AT_ALL = re.compile("[没冇不唔了咗很被]|太.")
_DEGREE = re.compile("有[点啲]|一点[都也]")
"""点 here is of no clock."""
_UNNAMED = re.compile(
    "(?:没有?|冇|不知道?|唔知)(?:具体)?(?:门牌|路名|路牌|地址|名字?|招牌|全称)号?"
    "|(?:没有?|冇|看不|睇唔|没法)(?:看|睇|记)?(?:清楚?|真)"
)
"""没有门牌: what has no name is still a place."""
_BEING_AT = re.compile("(?:我?(?:就|应该)?)?(?:在|喺|响|位于)")


def names_somebody(text: str) -> bool:
    """Whether a text ends as what calls an office, a shop or a person."""
    ends = (*reading("organisations"), *reading("shops"), *reading("people"), *reading("offices"))
    return normalise(text).endswith(ends)


def wishes(text: str) -> bool:
    """Whether a text has a word that wishes are said with."""
    plain = normalise(text)
    return any(word in plain for word in reading("wish_words"))


def is_plainly_a_name(text: str) -> bool:
    """Whether a text is a name by its surname, its title or its script (便宜点 may be none)."""
    said = _CALLED.sub("", _flat(text).strip())
    if _HAN.match(said) is None:
        return True
    return said[0] in (*reading("surnames"), "阿", "小", "老") or bool(_STYLED.search(said))


def name_in(answer: str) -> str | None:
    """The name in an answer to the question for one; ``None`` if it does not look like a name."""
    said = _EDGES.sub("", _CALLED.sub("", _flat(answer).strip()))
    if len(said) > _MOST_NAME and _HAN.match(said) and not _STYLED.search(said):
        return None
    return said if _NAME.fullmatch(said) else None


_MOST_NAME = 4
"""Chinese characters of a name without a title."""
_HAN = re.compile(r"[㐀-鿿]")
_STYLED = re.compile(
    r"·|(?:先生|女士|小姐|太太|同志|师傅|老师|医生|经理|生|姐|哥|叔|伯|姨|婆|伯伯|阿姨)$"
)


_CALLED = re.compile(r"^(?:称呼我?|叫我|本人|我?(?:叫做?|姓|系|是))+")
_NAME = re.compile(r"[㐀-鿿·]{1,8}|[A-Za-z][A-Za-z .'\-]{1,39}")


@cache
def _named() -> re.Pattern[str]:
    surnames = "".join(reading("surnames"))
    who = rf"(?P<name>[{surnames}][一-龥·]{{0,3}}?)"
    return re.compile(
        rf"(?:我叫做?|我姓|本人叫?|我系|姓名[:是]?|联系人[:是]?|名字[:是]?|称呼[:是]?){who}"
        rf"(?=[{_STOP}.]|电话|手机|$)"
    )


def _object(plain: str) -> Piece | None:
    for pattern in _objects():
        if found := pattern.search(plain):
            return Piece(found["who"], found.start("who"), found.end("who"))
    return None


def _apart(who: Piece | None, where: Piece | None, plain: str) -> Piece | None:
    """Whom a text tells of, without the street before it; 政务中心 is a place and a name."""
    if who is None or where is None or not who.start <= where.start < where.end < who.end:
        return who
    if where.value.endswith(reading("organisations")):
        return who
    start = where.end + (plain[where.end] in "的嘅")
    return Piece(plain[start : who.end], start, who.end)


@cache
def _objects() -> tuple[re.Pattern[str], ...]:
    """Whom a text complains about or praises; who is called by a name of their own."""
    firm = "|".join(map(re.escape, reading("organisations")))
    person = "|".join(map(re.escape, reading("people")))
    within = rf"[^{_STOP}的嘅在每了将把被]"
    desk = r"(?:[\d一二三四五六七八九十]{1,3}号)?窗口"
    who = (
        rf"(?P<who>{within}{{0,16}}?(?:{firm})(?:{desk})?(?:的?(?:{person}))?"
        rf"|{within}{{1,10}}?(?:{person}))"
    )
    one = rf"(?:一下|下)?(?:{within}{{0,20}}[的嘅])?(?:一?间|一?家|一?个|[这呢那][家间个])?"
    named = r"名叫|名字叫|叫做|店名是?|公司名是?|全称是?"
    return (
        re.compile(rf"(?:投诉|举报|表扬|反映|检举){one}{who}"),
        re.compile(rf"(?:{named})(?P<who>{within}{{1,20}}?(?:{firm}))"),
    )


@cache
def _place() -> re.Pattern[str]:
    names = "|".join(map(re.escape, reading("places")))
    beside = "|".join(map(re.escape, reading("beside")))
    areas = rules.load().districts.pattern
    within = rf"[^{_STOP}{_NO_PLACE}]"
    numeral = r"[\da-z零一二三四五六七八九十]{1,6}"
    number = (
        rf"{numeral}(?:号楼(?![上下])|号(?:之[一二三四五六七八九十\d]{{1,2}}|大院)?(?!窗)"
        r"|栋|座|幢|期|区|楼|层|室|房|铺|单元)"
    )
    exit_ = r"[a-z\d]口"
    room = r"(?<=[号栋座幢楼])\d{3,4}(?![\d年月日元块人])"
    counted = r"[东西南北中上下新旧横直第\d一二三四五六七八九十]{1,5}"
    lane = rf"{within}{{0,4}}?(?:街|巷|路|道|里|坊|队|社|围|庄|湾)"
    lanes = (  # 三巷; 江南大道中180号: up to the number of a house, or counted themselves
        rf"(?:(?:{lane}){{1,3}}[东西南北中]?|[东西南北中])(?={numeral}号(?!窗))"
        rf"|{counted}(?:街|巷|横路|队|社|坊)|大道|大街|公路"
    )
    estate = r"小区|花园|社区|广场|市场|大厦|地铁站|公园|村|学校|小学|中学|医院|商场|中心"
    more = rf"(?:{lanes}|{within}{{0,6}}?(?:{estate})|{number}|{room}|{exit_}|{beside})"
    street = rf"(?:{within}{{1,6}}?(?:街道|镇))?{within}{{1,10}}?(?:{names})"
    return re.compile(
        rf"(?P<place>(?:广州市?)?(?:{areas})区?{street}{more}*)"
        rf"|(?:在|喺|响|位于|住)(?P<other>(?:广州市?)?{street}{more}*)"
    )


def _first(pattern: re.Pattern[str], plain: str) -> Piece | None:
    found = pattern.search(plain)
    if found is None:
        return None
    group = "place" if found["place"] else "other"
    return Piece(found[group], found.start(group), found.end(group))


def is_district(text: str) -> bool:
    """Whether a text is the name of a district and nothing else."""
    named, said = district(text), _AT.sub("", normalise(text)).removeprefix("广州市")
    if named is None:
        return False
    english = (one.lower() for one in districts_in_english())
    return said.removesuffix(" district") in (named, named[:-1], *english)


def is_unnamed(who: str) -> bool:
    """Whether a firm is called by its kind only (公司, 商家), so that its name is still asked."""
    return normalise(who) in reading("unnamed")


def is_online(text: str) -> bool:
    """Whether a place is in no district (网上, 淘宝)."""
    plain = normalise(text)
    return any(word in plain for word in reading("online"))


def looks_like_a_place(text: str) -> bool:
    """Whether a text names a district, a street or something beside which a place is."""
    plain = normalise(text)
    words: Iterator[str] = iter((*reading("places"), *reading("beside")))
    return district(plain) is not None or any(word in plain for word in words)
