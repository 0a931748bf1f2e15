"""Reading an answer to a situation question: an option, yes or no, a number, a day, or 不知道.

Pure functions over text that ``retrieval.analyzer.normalise`` returned (simplified characters,
lower case).  What cannot be read for certain is not an answer (``None``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from assistant.bundles.calendar import add_months
from assistant.rules import guide_words
from knowledge.conditions import Value
from knowledge.types import Option, Question
from retrieval.analyzer import normalise


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said to a question; ``value`` is ``None`` for 不知道."""

    value: Value | None


_EDGE = " \t\r\n,.!?;:，。！？；：、“”\"'（）()~～"
_UNKNOWN = re.compile(
    r"(?:我|佢|他|她)?(?:都|也|还|仲|真的|真系)*"
    r"(?:(?:不|唔)(?:太|大|是很|系好|系几|系太|好)?(?:知道?|清楚|确定|晓得|记得|肯定)|忘记?|"
    r"难讲|说不准|说不好|不好说|没想好|未谂好|搞不清|分不清|unknown|not sure|don't know)"
    r"(?:啊|呀|喔|哦|呢|㗎|嘅|喇|啦|的|了)*"
)
_ASKING = re.compile(
    r"吗|咩|乜|什么|点解|点样|点算|怎|几多|多少|几时|哪|边个|边度|为何|如何|谁|是否|系咪|有冇|有无|"
    r"(\w)(?:不|没|唔)\1"
)
"""A question back is no answer."""

_ENDINGS = "啊呀啦喇哈嘛了的吧呢喔哦㗎嘅咯噶架"
_NO = re.compile(
    r"(?:不是|不是的|没有|没|无|否|不|唔系|唔是|冇|未|还没|还没有|未有|仲未|没办|没领|都没有|不用|唔使|不要|"
    r"no|nope|不对|没有过|从来没有|不会|唔会|不需要|不想)"
)
_YES = re.compile(
    r"(?:是|是的|有|有的|对|对的|系|系啊|岩|啱|嗯|嗯嗯|要|会|已经|已经有|办了|领了|有啊|yes|yeah|ok|好|好的|可以|需要|想|"
    r"已办|有过|有办|有领|确认|没错|冇错|不错|没问题|冇问题)"
)
_NEITHER = re.compile(
    r"(?:不|唔)一定|未必|(?:无|冇|没)所谓|(?:不|唔|没|冇|未)(?:听|睇|看)?(?:懂|明)|唔该|不好意思"
)
_SAID_NO = re.compile(r"不|没|唔(?!该)|冇|未|无|非")
_CLAUSE = re.compile(r"[,，.。;；、!！?？ ]")
_PREFIX = re.compile(
    r"^(?:我|他|她|佢|我们|我地|孩子|小朋友|老人家|本人)?(?:就|应该|算|属于|选|揀|拣|要|系|是|有)*"
)
_NONE_OF = re.compile(r"(?:都|全部|一个都|一样都)(?:没有|冇|不是|唔系|没|不)|没有|冇|无")
_DIGITS = {d: n for n, d in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0, "俩": 2}
_NUMBER = re.compile(r"\d+|[零〇一二两俩三四五六七八九十百]+")
_ONE = "[一二两俩三四五六七八九]"
_NUMERAL = re.compile(
    rf"(?:(?P<hundreds>{_ONE})?百(?=零|{_ONE}?十|$)(?:零(?=.))?)?"
    rf"(?:(?P<tens>{_ONE})?十)?(?P<ones>{_ONE})?"
)
_VAGUE = re.compile(r"[万千亿廿卅多几半第.~-]|到|至|超过|以上|以下|左右|上下|大概|大约|差不多")
"""Around a number: it is not the number itself that was said."""

_ORDINAL = re.compile(r"(?:选|拣|要)?第?([1-9]\d?|[一二三四五六七八九十]{1,3})(?:个|项|条|种)?")


def asks(bare: str) -> bool:
    """Whether a normalised message is a question back, which is no answer."""
    return _ASKING.search(bare) is not None


def read(question: Question, text: str, today: date) -> Answer | None:
    """The answer that the text gives to the question, or ``None`` if it gives none."""
    bare = normalise(text).strip(_EDGE)
    if not bare:
        return None
    if _UNKNOWN.fullmatch(bare):
        return Answer(None)
    match question.kind:
        case "choice":
            return _choice(question.options, bare)
        case "choices":
            return _choices(question.options, bare)
        case "yes_no":
            return yes_no(bare, asked=question.text)
        case "number":
            return _number(question, bare)
        case "date":
            day = read_day(bare, today)
            return None if day is None else Answer(day)


def mentioned(question: Question, text: str) -> Answer | None:
    """What a longer message says of a question in passing: one option by its whole text.

    An option behind 不是, 没有 … in its clause is not taken.
    """
    if question.kind != "choice":
        return None
    said = normalise(text)
    found = {
        option.id
        for option in question.options
        for name in (normalise(option.text),)
        if len(name) > 1 and _said(said, name)
    }
    return Answer(found.pop()) if len(found) == 1 else None


def _said(text: str, name: str) -> bool:
    before, found, _ = text.partition(name)
    return bool(found) and not _SAID_NO.search(_CLAUSE.split(before)[-1][-4:])


def _choice(options: Sequence[Option], bare: str) -> Answer | None:
    if found := _ORDINAL.fullmatch(bare):
        place = number(found[1])
        return Answer(options[place - 1].id) if place and place <= len(options) else None
    texts = {one.id: normalise(one.text) for one in options}
    stripped = _PREFIX.sub("", bare).rstrip(_ENDINGS) or bare
    for said in (bare, stripped):
        exact = [key for key, text in texts.items() if text == said]
        if len(exact) == 1:
            return Answer(exact[0])
    if _ASKING.search(bare):
        return None
    inside = [key for key, text in texts.items() if _said(bare, text)]
    if len(inside) > 1:  # 本市户籍 also stands in 非本市户籍: the longest that was said
        longest = max(inside, key=lambda key: len(texts[key]))
        inside = [key for key in inside if texts[key] not in texts[longest] or key == longest]
    if inside:
        return Answer(inside[0]) if len(inside) == 1 else None
    if len(stripped) >= 2:
        parts = [key for key, text in texts.items() if _said(text, stripped)]
        if len(parts) == 1:
            return Answer(parts[0])
    negated = bool(_SAID_NO.search(stripped))
    alike = _alike(texts, stripped)
    return alike if alike and bool(_SAID_NO.search(texts[str(alike.value)])) == negated else None


def _alike(texts: dict[str, str], said: str) -> Answer | None:
    """The one option that shares clearly more pairs of characters with what was said."""
    if len(said) > 14 or len(said) < 2:
        return None
    pairs = {said[n : n + 2] for n in range(len(said) - 1)}
    shares = sorted(
        (
            (len(pairs & {text[n : n + 2] for n in range(len(text) - 1)}) / len(pairs), key)
            for key, text in texts.items()
        ),
        reverse=True,
    )
    best, key = shares[0]
    second = shares[1][0] if len(shares) > 1 else 0.0
    return Answer(key) if best >= 0.5 and best - second >= 0.25 else None


def _choices(options: Sequence[Option], bare: str) -> Answer | None:
    if _ASKING.search(bare):
        return None
    chosen = {one.id for one in options if _said(bare, normalise(one.text))}
    if not chosen:
        parts = re.split(r"[,，、;；和及同跟 ]+", bare)
        read_parts = [_choice(options, part) for part in parts if part]
        if read_parts and all(part is not None for part in read_parts):
            chosen = {str(part.value) for part in read_parts if part is not None}
    if chosen:
        return Answer(frozenset(chosen))
    return Answer(frozenset()) if _NONE_OF.fullmatch(bare.rstrip(_ENDINGS)) else None


def yes_no(bare: str, *, asked: str = "") -> Answer | None:
    """Yes, no or neither: 有, 冇, 係, 唔係, 还没有 …

    A longer one counts only if it has words of the question that was ``asked``, or words that
    answer any (没拿到): 不请人 and 有点贵 are no answers to 营业执照领到了吗.
    """
    said = re.sub(r"^(?:我|他|她|佢|我们|我地)", "", bare).rstrip(_ENDINGS) or bare
    for one in (bare, said):
        if _NO.fullmatch(one):
            return Answer(False)
        if _YES.fullmatch(one):
            return Answer(True)
    if len(said) > 10 or _ASKING.search(bare) or _NEITHER.match(said):
        return None
    if found := _NEGATION.match(said):
        return Answer(False) if _answers(said[found.end() :], asked) else None
    if found := _AFFIRMATION.match(said):
        return Answer(True) if _answers(said[found.end() :], asked) else None
    return None


_AFFIRMATION = re.compile(
    r"(?:有|是|系|已经|会|要|对)(?!人|时|点|啲|些|他|她|佢|它|你|别|方|面|不起|唔住|么|求)"
)
"""有点贵, 有人受伤, 是他先动手的, 对方 … begin like a yes, and tell something else."""

_NEGATION = re.compile(r"(?:还没有?|仲未|仲冇|没有?|不是?|冇|未|唔系?|无)")


def _answers(rest: str, asked: str) -> bool:
    """Whether what follows a yes or a no is of the question, or would answer any."""
    words = guide_words()["negated"]
    known = set(normalise(asked)) - set(words["grammar"])
    said = set(rest) - set(words["grammar"])
    return bool(rest) and (said <= set(words["any"]) or bool(said & known))


def number(text: str) -> int | None:
    """The one whole number below 100,000 in the text, in digits or in Chinese numerals below 1,000.

    65, 六十五, 一百零五; 两三, 一百五 and 廿五 are not read.
    """
    found = _NUMBER.findall(text)
    if len(found) != 1:
        return None
    said: str = found[0]
    if said.isdigit():
        return int(said) if len(said) < 6 else None
    if said in ("零", "〇"):
        return 0
    parts = _NUMERAL.fullmatch(said)
    if parts is None:
        return None
    hundreds = _DIGITS[parts["hundreds"] or "一"] if "百" in said else 0
    tens = _DIGITS[parts["tens"] or "一"] if "十" in said else 0
    return 100 * hundreds + 10 * tens + _DIGITS[parts["ones"] or "零"]


def _number(question: Question, bare: str) -> Answer | None:
    if len(bare) > 16 or _ASKING.search(bare):
        return None
    value = number(bare)
    if value is None:
        return Answer(0) if _NONE_OF.fullmatch(bare.rstrip(_ENDINGS)) else None
    if _of_another_unit(question, bare):
        return None
    low, high = question.least, question.most
    if (low is not None and value < low) or (high is not None and value > high):
        return None
    return None if _VAGUE.search(bare) or _SAID_NO.search(bare) else Answer(value)


def _of_another_unit(question: Question, bare: str) -> bool:
    """Whether the unit behind the number is not that of the question (60岁 to 几年)."""
    if question.unit is None:
        return False
    units, pattern = _units()
    found = pattern.search(bare)
    return found is not None and units[found[1]] != units.get(normalise(question.unit))


@cache
def _units() -> tuple[dict[str, str], re.Pattern[str]]:
    """Each word of a unit with what it measures, and a number with such a word behind it."""
    units = {word: name for name, group in guide_words()["units"].items() for word in group}
    words = "|".join(sorted(map(re.escape, units), key=lambda one: (-len(one), one)))
    return units, re.compile(rf"(?:{_NUMBER.pattern})\s*({words})")


_DAYS_AGO = {
    "大前天": 3, "大前日": 3, "前天": 2, "前日": 2,
    "昨天": 1, "昨日": 1, "寻日": 1, "琴日": 1, "噚日": 1,
    "今天": 0, "今日": 0, "刚刚": 0, "啱啱": 0, "刚才": 0,
    "大后天": -3, "大后日": -3, "后天": -2, "后日": -2, "明天": -1, "听日": -1, "明日": -1,
}  # fmt: skip
"""Longer words before those that they hold."""

_WEEKDAYS = {sign: n for n, sign in enumerate("一二三四五六")} | {"日": 6, "天": 6, "末": 5}
_YEARS_AGO = {"今": 0, "去": 1, "旧": 1, "上": 1, "前": 2, "明": -1, "出": -1, "后": -2}
_FULL = re.compile(r"(?<!\d)(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_MONTH_DAY = re.compile(
    r"(?:(?<!大)(?P<year>\d{4}|\d\d|[零〇一二三四五六七八九]{2,4}|[今去旧上前明出后])年(?:的|嘅)?)?"
    r"(?P<month>\d{1,2}|[一二三四五六七八九十]+)月(?:份)?(?P<day>\d{1,2}|[一二三四五六七八九十]+)[日号]?"
)
_THIS_MONTH = re.compile(
    r"(?<!上)(上个?月|这个?月|今个月|本月)(?:的|嘅)?(\d{1,2}|[一二三四五六七八九十]+)[日号]"
)
_WEEK = re.compile(r"(上上|上|这|本|今)个?(?:周|星期|礼拜)([一二三四五六日天])")
_AGO = re.compile(
    r"(?<![\d零一二两三四五六七八九十百几多个年月半])"
    r"(\d+|[一二两三四五六七八九十半]+)\s*(天|日|周|星期|个月|(?<=半)月|年)(?:之?前|以前)"
)
_AROUND = re.compile(
    r"之前|以前|之后|以后|左右|前后|上下|农历|阴历|旧历|大概|大约|还是|或|到期|廿|卅|"
    r"[到至~-]\s*[\d一二三四五六七八九十]|\d+[日号月]|[前后]$"
)
"""Around a day: it is not the day itself that was said."""


def read_day(bare: str, today: date) -> date | None:
    """The day that the text names, seen from today; ``None`` if it names none for certain.

    A day of a month without its year is the last such day that is not in the future.
    """
    if _ASKING.search(bare):
        return None
    try:
        return _read_day(bare, today)
    except ValueError:
        return None


def _read_day(bare: str, today: date) -> date | None:
    for pattern, day_of in _NAMED:
        if found := pattern.search(bare):
            rest = bare[: found.start()], bare[found.end() :]
            vague = any(_AROUND.search(part) or _SAID_NO.search(part) for part in rest)
            return None if vague or rest[0].endswith("年") else day_of(found, today)
    if found := _AGO.search(bare):
        return _ago(found[1], found[2], today)
    word = next((word for word in _DAYS_AGO if word in bare), None)
    if word is None or len(bare) > _SHORT or _SAID_NO.search(bare):
        return None
    return today - timedelta(days=_DAYS_AGO[word])


def _of_this_month(found: re.Match[str], today: date) -> date:
    month = add_months(today.replace(day=1), -1 if found[1].startswith("上") else 0)
    return month.replace(day=number(found[2]) or 0)


def _of_month(found: re.Match[str], today: date) -> date:
    month, day = number(found["month"]) or 0, number(found["day"]) or 0
    if found["year"]:
        return date(_year(found["year"], today), month, day)
    named = date(today.year, month, day)
    return named if named <= today else named.replace(year=today.year - 1)


def _year(said: str, today: date) -> int:
    """今, 去 …; four digits; or two, of the hundred years that end next year."""
    if said in _YEARS_AGO:
        return today.year - _YEARS_AGO[said]
    year = int("".join(str(_DIGITS.get(sign, sign)) for sign in said))
    if len(said) == 4:
        return year
    if len(said) != 2:
        raise ValueError(said)
    century = 2000 if 2000 + year <= today.year + 1 else 1900
    return century + year


def _of_week(found: re.Match[str], today: date) -> date:
    weeks = {"上上": 2, "上": 1}.get(found[1], 0)
    monday = today - timedelta(days=today.weekday() + 7 * weeks)
    return monday + timedelta(days=_WEEKDAYS[found[2]])


_SHORT = 10
_NAMED: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], date]], ...] = (
    (_FULL, lambda found, today: date(int(found[1]), int(found[2]), int(found[3]))),
    (_THIS_MONTH, _of_this_month),
    (_MONTH_DAY, _of_month),
    (_WEEK, _of_week),
)


def _ago(amount: str, unit: str, today: date) -> date | None:
    if amount == "半":
        if unit in ("天", "日", "周", "星期"):
            return None
        return add_months(today, -6) if unit == "年" else today - timedelta(days=15)
    count = number(amount)
    if count is None:
        return None
    match unit:
        case "天" | "日":
            return today - timedelta(days=count)
        case "周" | "星期":
            return today - timedelta(weeks=count)
        case "年":
            return add_months(today, -12 * count)
        case _:
            return add_months(today, -count)
