"""What a message says of an enquiry: the number, the check, what is to be done, how many stars.

Pure functions over what was typed.  A number is ``GZ`` and seventeen digits (what the digits mean
and whether the last one fits is for the desk to say), or, when one was asked for, any other that is
not a telephone or identity number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from assistant.bundles.commands import EDGE, bare
from assistant.cases import rating, words
from assistant.cases.rating import Rating
from assistant.privacy.folding import CHINESE_DIGITS, fold
from assistant.work_orders.numbers import DIGITS, valid_number
from assistant.work_orders.types import Act
from assistant.work_orders.words import begins
from assistant.work_orders.words import reading as questions
from retrieval.analyzer import normalise

Wish = Act | Literal["progress"]

_ORDER = re.compile(r"(?<![A-Z0-9])G\s*Z((?:[\s\-‐-―−]*\d){17})(?!\d)")
_SPACED = re.compile(r"(?<=[A-Z0-9])[\s\-‐-―−]+(?=\d)")
_OTHER = re.compile(
    r"(?:(?:办件|受理|工单|业务|流水)?(?:编号|号码|号)(?:是|为|系)?[:：]?)?\s*([A-Z0-9][A-Z0-9-]{9,39})"
)
_LONG = re.compile(r"(?<![A-Z0-9-])([A-Z0-9][A-Z0-9-]{11,39})(?![A-Z0-9-])")
_LETTERED = re.compile(r"(?<![A-Z0-9-])([A-Z]{1,4}[-0-9]*\d)(?![A-Z0-9-])")
_PHONE = re.compile(r"(?<!\d)(?:\+?86)?(1[3-9]\d{9})(?!\d)")
_IDENTITY = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dX](?!\d)"
)
_NAMED_CHECK = re.compile(
    r"(?:尾号|后四位|后4位|最后四位|核对码|验证码|校验码|手机尾数|密码)(?:是|为|系)?[:：]?\s*(\d{6}|\d{4})(?!\d)"
)
_CHECK = re.compile(r"(?<!\d)(\d{6}|\d{4})(?!\d)")
_LONGEST = 30
"""A longer message is a question or a story, not a command."""

_HOW = re.compile(
    r"怎么(?!还没|样)|点样(?!了)|如何|什么条件|(?:哪里?|边度)(?:可以)?查|可唔可以|可不可以|能不能|多久|几耐|几时可以"
)
"""A question about how one does it in general, for the records to answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A message read: what it wants, of which number, with which check.

    ``addition``: what it adds to an order, if it says so at once; ``rating``: the stars it gives.
    ``bare``: it is nothing but a number (and a check), which says nothing of what is wanted.
    """

    wish: Wish | None = None
    number: str | None = None
    check: str | None = None
    bare: bool = False
    addition: str | None = None
    rating: Rating | None = None


def plain(text: str) -> str:
    """NFKC, upper case, numbers that are spoken digit by digit (尾号五六七八) in digits."""
    flat = unicodedata.normalize("NFKC", text).upper()
    return _SPOKEN.sub(lambda found: fold(found[0]).digits, flat)


_SPOKEN = re.compile(rf"[\d{CHINESE_DIGITS}](?:[\s\-]?[\d{CHINESE_DIGITS}]){{3,}}")


def _squeezed(text: str) -> str:
    """As :func:`plain`, without blanks and dashes inside of numbers."""
    return _SPACED.sub("", plain(text))


def read(text: str) -> Reading:
    """What a message wants, as far as it is an enquiry at all."""
    number, rest = order_number(text), text
    if number is None and (of_case := _of_case(text)) is not None:
        number, rest = of_case
    added, rated = addition(text), rating.unasked(rest if number else text)
    wanted = wish(rest, named=number is not None)
    return Reading(
        wish="add" if added else "rate" if rated else wanted,
        addition=added,
        rating=rated,
        number=number,
        check=None if number is None else check_of(rest),
        bare=number is not None and _says_nothing(_ORDER.sub("", plain(rest))),
    )


def _of_case(text: str) -> tuple[str, str] | None:
    """The number of a case in a message that says that it is one (查办件GA-2026-00005), and what
    else the message says.  A long number alone may be anything."""
    said = plain(text)
    if is_personal(text) or len(said) > _LONGEST + 40:
        return None
    for found in (*_LONG.finditer(said), *_LETTERED.finditer(said)):
        number, rest = found[1], said[: found.start()] + said[found.end() :]
        if _lettered(number) or re.fullmatch(r"GZ\d+", number) or not _has_digits(number):
            continue
        spoken = _NAMED_CHECK.sub("", normalise(rest))
        if any(one in spoken for one in words.said("numbered", "words")) and _only_progress(spoken):
            return number, rest
    return None


def _has_digits(number: str) -> bool:
    least = _FEWEST_LETTERED if number[0].isalpha() else _FEWEST_DIGITS
    return sum(map(str.isdigit, number)) >= least


def _only_progress(said: str) -> bool:
    """Whether a message says nothing but words of progress and of what is done with an order."""
    return not _ANY_LETTER.search(_all_known().sub("", said))


_ANY_LETTER = re.compile(r"[^\W\d_]")


@cache
def _all_known() -> re.Pattern[str]:
    known = words.said("numbered", "words") | words.said("filler", "words")
    known |= words.said("things", "words")
    for name in _WISHES:
        known |= _words(name) | words.said(name) | words.said(name, "objects")
    known |= words.said("progress", "anywhere")
    return re.compile("|".join(map(re.escape, sorted(known, key=lambda one: (-len(one), one)))))


def addition(text: str) -> str | None:
    """What follows 我要补充： in a message."""
    said = text.strip()
    plain_ = normalise(said)
    if len(plain_) != len(said) or order_number(text) is not None:
        return None
    if not plain_.startswith(_inline()):
        return None
    start = next(one for one in _inline() if plain_.startswith(one))
    rest = said[len(start) :]
    added = rest.lstrip(EDGE)
    least = _LEAST_AFTER_COLON if rest.startswith((":", "：")) else _LEAST_ADDED
    return added if rest != added and len(added) >= least else None


_LEAST_ADDED = 4
_LEAST_AFTER_COLON = 2


@cache
def _inline() -> tuple[str, ...]:
    return tuple(sorted(words.said("inline", "start"), key=len, reverse=True))


def _says_nothing(rest: str) -> bool:
    return not re.search(r"[^\W\d]", _NAMED_CHECK.sub("", rest))


def order_number(text: str) -> str | None:
    """The number of an order in the message, as it is printed on receipts."""
    if "gz" not in re.sub(r"\s", "", normalise(text)):
        return None
    found = _ORDER.search(plain(text))
    return "GZ" + re.sub(r"\D", "", found[1]) if found else None


def any_number(text: str) -> str | None:
    """A message that is nothing but a number of a case or an order."""
    found = order_number(text)
    if found is not None or is_personal(text):
        return found
    return _enough(_OTHER.fullmatch(re.sub(r"\s+", "", plain(text)).strip(EDGE)))


def number_inside(text: str) -> str | None:
    """The number of a case or an order somewhere in a message."""
    found = order_number(text)
    return found if found is not None or is_personal(text) else _enough(_LONG.search(plain(text)))


def _enough(found: re.Match[str] | None) -> str | None:
    """What was found, if it has the digits of a number; a ``GZ`` with a digit too many or too few,
    or other letters before what else is a receipt number, is a slip.  The digits of one by
    themselves are one."""
    if found is None or sum(map(str.isdigit, found[1])) < _FEWEST_DIGITS:
        return None
    if whole := valid_number(f"GZ{found[1]}"):
        return whole
    return None if re.fullmatch(r"GZ\d+", found[1]) or _lettered(found[1]) else found[1]


_FEWEST_DIGITS, _FEWEST_LETTERED = 8, 6


def _lettered(number: str) -> bool:
    """Whether other letters stand before the digits of a receipt number."""
    return re.fullmatch(rf"(?!GZ)[A-Z]{{1,4}}20\d{{{DIGITS - 2}}}", number) is not None


@dataclass(frozen=True, slots=True)
class Slip:
    """What is wrong with a receipt number: its letters, or how many digits it has."""

    letters: bool
    digits: int


def slip(text: str) -> Slip | None:
    """What is wrong with the receipt number that a message gives; ``None`` if it gives none, or a
    sound one."""
    if not _DIGIT.search(plain(text)) or order_number(text) is not None or is_personal(text):
        return None
    for found in _MEANT.finditer(plain(text)):
        number = re.sub(r"[^A-Z0-9]", "", found[0])
        digits = sum(map(str.isdigit, number))
        if number.startswith("GZ") and digits >= _LEAST_MEANT:
            return Slip(letters=False, digits=digits)
        if _lettered(number):
            return Slip(letters=True, digits=digits)
    return None


_DIGIT = re.compile(r"\d")
_MEANT = re.compile(r"(?<![A-Z0-9-])[A-Z]{1,4}[\s\-‐-―−]*\d(?:[\s\-‐-―−]*[0-9OIL])*(?![A-Z0-9])")
_LEAST_MEANT = 3


def is_personal(text: str) -> bool:
    """Whether a telephone or identity number stands in the message."""
    said = _squeezed(text)
    return bool(_PHONE.search(said) or _IDENTITY.search(said))


def looks_like_number(text: str) -> bool:
    """A message that is meant as a number, but is none: too short, or with a slip."""
    said = re.sub(r"[^A-Z0-9]", "", plain(text))
    return len(said) >= 5 and sum(map(str.isdigit, said)) >= len(said) // 2


def check_of(text: str) -> str | None:
    """The check that a message gives, a number apart: four or six digits; of a whole telephone
    number the last four are enough."""
    said = _squeezed(_ORDER.sub("", plain(text)))
    if phone := _PHONE.search(said):
        return phone[1][-4:]
    found = _NAMED_CHECK.search(said) or _CHECK.search(said)
    return found[1] if found and len(re.sub(r"\D", "", said)) in (4, 6) else None


def wish(text: str, *, named: bool) -> Wish | None:
    """What is to be done.  ``named``: a number stands there, so that progress is meant at least."""
    rest = _ORDER.sub("", plain(text)) if named else text
    said = normalise(rest)
    if len(normalise(text)) > _LONGEST + (20 if named else 0):
        return None
    forms = _forms(rest)
    for name in _WISHES:
        if forms & words.said(name) or _wholly(said, name):
            return name
    if _gives_up(said):
        return "withdraw"
    if _HOW.search(said):
        return None
    if _said("progress", "anywhere").search(said):
        return "progress"
    for name in _WISHES:
        about = named or _said(name, "objects").search(said)
        if about and _said(name, "words").search(said):
            return name
    return "progress" if named else None


def _wholly(said: str, name: str) -> bool:
    """Whether a message has a word of a command and one of an order, and nothing else that says
    anything (帮我撤咗头先嗰单投诉)."""
    if not _has(name).search(said):
        return False
    if not _said("things", "words").search(said):
        return False
    return not _LETTER.search(_known(name).sub("", said))


_LETTER = re.compile(r"[^\W_]")


@cache
def _known(name: str) -> re.Pattern[str]:
    known = _words(name) | words.said("things", "words") | words.said("filler", "words")
    known |= words.said(name, "filler")
    return _any_of(known)


@cache
def _has(name: str) -> re.Pattern[str]:
    return _any_of(_words(name))


@cache
def _said(name: str, part: str) -> re.Pattern[str]:
    """Finds any of the words of a part of a command."""
    return _any_of(words.said(name, part))


def _any_of(known: Iterable[str]) -> re.Pattern[str]:
    """The longest first; of no words, what finds nothing."""
    longest_first = sorted(known, key=lambda one: (-len(one), one))
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")


@cache
def _words(name: str) -> frozenset[str]:
    return words.said(name, "words") | words.said(name, "loose")


def takes_back(text: str) -> bool:
    """Whether a message is nothing but the wish to have nothing filed (不想投诉了，撤销)."""
    parts = _clauses(text)
    back = [one for one in parts if _takes_back(one)]
    return bool(back) and all(one in back or leaves(one) for one in parts)


def _gives_up(said: str) -> bool:
    """Whether the first or the last clause takes back what was filed (不投诉了，他们已经修好), and
    none files, or asks about anything else."""
    parts = _clauses(said)
    if not any(map(_takes_back, (*parts[:1], *parts[-1:]))):
        return False
    others = [one for one in parts if not _takes_back(one)]
    return not any(begins(one) or _asks_else(one) for one in others)


def _asks_else(clause: str) -> bool:
    asks = any(one in clause for one in questions("questions"))
    return asks and not any(one in clause for one in _words("withdraw"))


def _takes_back(clause: str) -> bool:
    if _is(clause, "withdraw") or _wholly(clause, "withdraw"):
        return True
    begun = clause.startswith(_tuple("withdraw", "start"))
    return begun and clause.strip(EDGE).endswith(_tuple("withdraw", "end"))


@cache
def _tuple(name: str, part: str) -> tuple[str, ...]:
    return tuple(words.said(name, part))


def _clauses(text: str) -> list[str]:
    return [one for one in _CLAUSES.split(normalise(text)) if one]


_CLAUSES = re.compile(r"[,，。;；!！、\s]+")


def asks_progress(text: str) -> bool:
    """Whether a message is nothing but the wish to see how far something is (查进度)."""
    return _is(text, "progress") or _wholly(normalise(text), "progress")


def of_place(text: str) -> tuple[str, Wish] | None:
    """The place of an order among those filed, and what is to be done with it (撤回第一个: 第一个,
    withdraw)."""
    said = normalise(text)
    place = next((one for one in words.said("place", "words") if one in said), None)
    if place is None or len(said) > _SHORT:
        return None
    rest = said.replace(place, "").strip(EDGE)
    for name in _WISHES:
        asked = any(one in rest for one in _words(name)) or _is(rest, name)
        if asked and not _LETTER.search(_known(name).sub("", rest)):
            return place, name
    return None


def adds(text: str) -> bool:
    """Whether a message asks for something to be put into what was just filed (能不能加上 …)."""
    return normalise(text).strip(EDGE).startswith(_tuple("add", "start"))


def of_the_last(text: str) -> bool:
    """Whether the order that was filed last is meant (刚才那个投诉)."""
    said = normalise(text)
    return any(one in said for one in words.said("latest", "words"))


def lost(text: str, *, asked: bool) -> bool:
    """Whether a message says that there is no number at hand.  ``asked``: one was asked for."""
    if asked and _is(text, "lost"):
        return True
    said = normalise(text)
    if len(said) > _SHORT or _said("lost", "unless").search(said):
        return False
    if not _said("lost", "words").search(said):
        return False
    if any(one in said for one in words.said("lost", "objects")):
        return True
    loose = any(one in said for one in words.said("lost", "loose"))
    return loose and not _LETTER.search(_known("lost").sub("", said))


_SHORT = 20


_WISHES: tuple[Wish, ...] = ("withdraw", "urge", "rate", "reopen", "add", "progress")


def leaves(text: str) -> bool:
    """算了, 取消 …"""
    return _is(text, "leave")


def confirms(text: str) -> bool:
    """确认撤回, 是 …"""
    return _is(text, "confirm")


def _is(text: str, name: str) -> bool:
    """Whether a message is nothing but one of the words, courtesies and final particles aside."""
    return bool(_forms(text) & words.said(name))


def _forms(text: str) -> set[str]:
    return {normalise(text).strip(EDGE), bare(text)}


def asks_how_to_urge(text: str) -> bool:
    """怎么催: asked of the order or case that is spoken of."""
    return _is(text, "how_to_urge")


def asks_of_overdue(text: str) -> bool:
    """超期了怎么办: asked of what was just told."""
    return _is(text, "overdue")


def idle(text: str) -> str | None:
    """The name of a command that answers something, where it is all that is said (提交, 跳过)."""
    return next((name for name in words.idle() if _is(text, f"idle_{name}")), None)


def withdraws(text: str) -> bool:
    """Whether it is said that something filed is withdrawn (撤回, 取消工单), not only that somebody
    complains no more."""
    said = normalise(text)
    return any(one in said for one in words.said("withdraw", "filed"))


def of_this_form(text: str) -> bool:
    """Whether the filing under way is meant, not the order that was filed (现在这一件)."""
    return _is(text, "this_form")


def of_the_filed(text: str) -> bool:
    """Whether the order that was filed is meant, not the filing under way (已经交的那件)."""
    return _is(text, "filed_one")
