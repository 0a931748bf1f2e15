"""Reading an answer to a situation question: an option, yes or no, a number, a day, or 不知道.

Pure functions over text that ``retrieval.analyzer.normalise`` returned (simplified characters,
lower case).  What cannot be read for certain is not an answer (``None``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.bundles.calendar import add_months
from knowledge.conditions import Value
from knowledge.types import Option, Question
from retrieval.analyzer import normalise


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said to a question; ``value`` is ``None`` for 不知道."""

    value: Value | None


_EDGE = " \t\r\n,.!?;:，。！？；：、“”\"'（）()~～"
_UNKNOWN = re.compile(
    r"(?:我|佢|他|她)?(?:都|也|还|仲|真的)?(?:不知道|不清楚|不确定|不晓得|不记得|忘了|忘记了|唔知道?|唔清楚|唔记得|唔肯定|"
    r"难讲|说不准|说不好|不好说|没想好|未谂好|搞不清|分不清|unknown|not sure|don't know)"
    r"(?:啊|呀|喔|哦|呢|㗎|嘅|的|了)*"
)
_ENDINGS = "啊呀啦喇哈嘛了的吧呢喔哦㗎嘅咯噶架"
_NO = re.compile(
    r"(?:不是|不是的|没有|没|无|否|不|唔系|唔是|冇|未|还没|还没有|未有|仲未|没办|没领|都没有|不用|唔使|不要|"
    r"no|nope|不对|没有过|从来没有|不会|唔会|不需要|不想)"
)
_YES = re.compile(
    r"(?:是|是的|有|有的|对|对的|系|系啊|岩|啱|嗯|嗯嗯|要|会|已经|已经有|办了|领了|有啊|yes|yeah|ok|好|好的|可以|需要|想|"
    r"已办|有过|有办|有领|确认|没错|冇错)"
)
_SAID_NO = re.compile(r"(?:不是|没有|还没|唔系|冇|未|没|不|无|唔)")
_PREFIX = re.compile(
    r"^(?:我|他|她|佢|我们|我地|孩子|小朋友|老人家|本人)?(?:就|应该|算|属于|选|揀|拣|要|系|是|有)*"
)
_NONE_OF = re.compile(r"(?:都|全部|一个都|一样都)(?:没有|冇|不是|唔系|没|不)|没有|冇|无")
_DIGITS = {d: n for n, d in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0, "俩": 2}
_NUMBER = re.compile(r"\d+|[零〇一二两俩三四五六七八九十百]+")
_ORDINAL = re.compile(r"(?:选|拣|揀|要)?第?([1-9]|[一二三四五六七八九])(?:个|项|条|种)?")


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
            return yes_no(bare)
        case "number":
            return _number(question, bare)
        case "date":
            day = read_day(bare, today)
            return None if day is None else Answer(day)


def mentioned(question: Question, text: str) -> Answer | None:
    """What a longer message says of a question in passing: one option by its whole text.

    An option right behind 不是, 没有 … is not taken.
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
    at = text.find(name)
    return at >= 0 and not _SAID_NO.search(text[max(0, at - 2) : at])


def _choice(options: Sequence[Option], bare: str) -> Answer | None:
    if found := _ORDINAL.fullmatch(bare):
        number = _DIGITS.get(found[1]) or int(found[1])
        return Answer(options[number - 1].id) if number <= len(options) else None
    texts = {one.id: normalise(one.text) for one in options}
    stripped = _PREFIX.sub("", bare).rstrip(_ENDINGS) or bare
    for said in (bare, stripped):
        exact = [key for key, text in texts.items() if text == said]
        if len(exact) == 1:
            return Answer(exact[0])
    inside = [key for key, text in texts.items() if _said(bare, text)]
    if len(inside) > 1:  # 本市户籍 also stands in 非本市户籍: the longest that was said
        longest = max(inside, key=lambda key: len(texts[key]))
        inside = [key for key in inside if texts[key] not in texts[longest] or key == longest]
    if len(inside) == 1:
        return Answer(inside[0])
    if len(stripped) >= 2:
        parts = [key for key, text in texts.items() if stripped in text]
        if len(parts) == 1:
            return Answer(parts[0])
    return _alike(texts, stripped)


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
    chosen = {one.id for one in options if _said(bare, normalise(one.text))}
    if not chosen:
        parts = re.split(r"[,，、;；和及同跟 ]+", bare)
        read_parts = [_choice(options, part) for part in parts if part]
        if read_parts and all(part is not None for part in read_parts):
            chosen = {str(part.value) for part in read_parts if part is not None}
    if chosen:
        return Answer(frozenset(chosen))
    return Answer(frozenset()) if _NONE_OF.fullmatch(bare.rstrip(_ENDINGS)) else None


def yes_no(bare: str) -> Answer | None:
    """Yes, no or neither: 有, 冇, 係, 唔係, 还没有 …"""
    said = re.sub(r"^(?:我|他|她|佢|我们|我地)", "", bare).rstrip(_ENDINGS) or bare
    for one in (bare, said):
        if _NO.fullmatch(one):
            return Answer(False)
        if _YES.fullmatch(one):
            return Answer(True)
    if len(said) > 10:
        return None
    if found := re.match(r"(?:还没有?|没有?|不是?|冇|未|唔系?|无)", said):
        return Answer(False) if found.end() < len(said) else None
    if re.match(r"(?:有|是|系|已经|会|要|对)", said):
        return Answer(True)
    return None


def number(text: str) -> int | None:
    """A whole number below 1,000 in digits or Chinese numerals: 65, 六十五, 廿五 is not read."""
    found = _NUMBER.search(text)
    if not found:
        return None
    said = found[0]
    if said.isdigit():
        return int(said) if len(said) < 6 else None
    total, part = 0, 0
    for sign in said:
        if sign == "百":
            total, part = total + (part or 1) * 100, 0
        elif sign == "十":
            total, part = total + (part or 1) * 10, 0
        else:
            part = _DIGITS[sign]
    return total + part


def _number(question: Question, bare: str) -> Answer | None:
    if len(bare) > 16:
        return None
    value = number(bare)
    if value is None:
        return Answer(0) if _NONE_OF.fullmatch(bare.rstrip(_ENDINGS)) else None
    low, high = question.least, question.most
    if (low is not None and value < low) or (high is not None and value > high):
        return None
    return Answer(value)


_DAYS_AGO = {
    "今天": 0, "今日": 0, "刚刚": 0, "啱啱": 0, "刚才": 0,
    "昨天": 1, "昨日": 1, "寻日": 1, "琴日": 1, "噚日": 1, "前天": 2, "前日": 2, "大前天": 3,
    "明天": -1, "听日": -1, "明日": -1, "后天": -2, "后日": -2,
}  # fmt: skip
_WEEKDAYS = {sign: n for n, sign in enumerate("一二三四五六")} | {"日": 6, "天": 6, "末": 5}
_FULL = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_MONTH_DAY = re.compile(
    r"(\d{1,2}|[一二三四五六七八九十]+)月(?:份)?(\d{1,2}|[一二三四五六七八九十]+)[日号]?"
)
_LAST_YEAR = re.compile(r"(?:去年|旧年|上年)")
_THIS_MONTH = re.compile(
    r"(上个?月|上个月|这个?月|今个月|本月)(?:的|嘅)?(\d{1,2}|[一二三四五六七八九十]+)[日号]"
)
_WEEK = re.compile(r"(上上|上|这|本|今)个?(?:周|星期|礼拜)([一二三四五六日天])")
_AGO = re.compile(r"(\d+|[一二两三四五六七八九十半]+)\s*(天|日|周|星期|个?月|年)(?:之?前|以前)")


def read_day(bare: str, today: date) -> date | None:
    """The day that the text names, seen from today; ``None`` if it names none for certain.

    A day of a month without its year is the last such day that is not in the future.
    """
    try:
        return _read_day(bare, today)
    except ValueError:
        return None


def _read_day(bare: str, today: date) -> date | None:
    if found := _FULL.search(bare):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _THIS_MONTH.search(bare):
        month = add_months(today.replace(day=1), -1 if found[1].startswith("上") else 0)
        return month.replace(day=number(found[2]) or 0)
    if found := _MONTH_DAY.search(bare):
        month_, day = number(found[1]) or 0, number(found[2]) or 0
        year = today.year - (1 if _LAST_YEAR.search(bare) else 0)
        named = date(year, month_, day)
        return named if named <= today else named.replace(year=year - 1)
    if found := _WEEK.search(bare):
        weeks = {"上上": 2, "上": 1}.get(found[1], 0)
        monday = today - timedelta(days=today.weekday() + 7 * weeks)
        return monday + timedelta(days=_WEEKDAYS[found[2]])
    if found := _AGO.search(bare):
        return _ago(found[1], found[2], today)
    for word, days in _DAYS_AGO.items():
        if word in bare:
            return today - timedelta(days=days)
    return None


def _ago(amount: str, unit: str, today: date) -> date | None:
    if amount == "半":
        half = {"年": add_months(today, -6), "个月": today - timedelta(days=15)}
        return half.get("年" if unit == "年" else "个月")
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
