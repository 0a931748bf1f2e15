"""What must be seen when a field of a record is shown: patterns for its values.

A text must stand there to the letter (blanks aside), a limit with its unit, a yes or no in words
that cannot be read as the opposite.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from eval import paths

_YES_NO: dict[str, dict[bool, str]] = {
    "money.charged": {True: r"(?<!不)收费", False: r"不收费|免费|不收取"},
    "online.available": {
        True: r"(?<!不)(?:可以|支持|能)网上办",
        False: r"不支持网上办|不能网上办|不可以网上办",
    },
    "handling.courier": {
        True: r"(?<!不)支持|可以(?:快递|邮寄)",
        False: r"不支持|不能(?:快递|邮寄)|不提供",
    },
    "handling.appointment": {
        True: r"预约：是|(?:可以|支持)(?:网上)?预约",
        False: r"预约：否|不(?:能|支持|可以)(?:网上)?预约",
    },
}
_OTHER_YES_NO = {True: r"(?<!不)(?:是|支持|可以|可)", False: r"否|不"}

_HEADS = (
    ("name", "standard"),
    ("address",),
    ("title",),
    ("answer",),
    ("text",),
    ("name",),
    ("number",),
)
"""Of a part of a record (a fee, a window, a step …), the fields that must be shown."""


@dataclass(frozen=True, slots=True)
class Needed:
    """Words that must be seen, as a pattern and as a person reads them."""

    words: str
    pattern: str

    def seen_in(self, text: str) -> bool:
        return re.search(self.pattern, text, re.DOTALL) is not None


def needed(record: Mapping[str, Any], field: str) -> tuple[Needed, ...]:
    """What must be seen of the field; empty if the record does not fill it."""
    return tuple(one for value in paths.walk(record, field) for one in _of(value, field))


def literal(text: str) -> str:
    """A pattern for the text to the letter, blanks and the last full stop aside.

    A number at its edge must not go on: 020-1234 is not seen in 020-12345.
    """
    letters = "".join(text.split()).rstrip("。")
    inner = r"\s*".join(map(re.escape, letters))
    before = r"(?<!\d)" if letters[:1].isdigit() else ""
    after = r"(?!\d)" if letters[-1:].isdigit() else ""
    return f"{before}{inner}{after}"


def number_with_unit(amount: int, unit: str) -> str:
    """A pattern for ``30个工作日``, ``30 工作日``, ``30(工作日)``."""
    return rf"(?<!\d){amount}\s*[(（]?个?{re.escape(unit.removeprefix('个'))}"


def _of(value: Any, field: str) -> Iterator[Needed]:
    if isinstance(value, bool):
        yield Needed("是" if value else "否", _YES_NO.get(field, _OTHER_YES_NO)[value])
    elif isinstance(value, int):
        yield Needed(str(value), rf"(?<!\d){value}(?!\d)")
    elif isinstance(value, date):
        written = rf"{value.year}年0?{value.month}月0?{value.day}日"
        yield Needed(value.isoformat(), rf"{value.isoformat()}|{written}")
    elif isinstance(value, Mapping):
        yield from _of_part(value, field)
    else:
        yield Needed(str(value), literal(str(value)))


def _of_part(value: Mapping[str, Any], field: str) -> Iterator[Needed]:
    if "amount" in value and "unit" in value:
        words = f"{value['amount']}{value['unit']}"
        yield Needed(words, number_with_unit(value["amount"], value["unit"]))
        return
    for head in _HEADS:
        if all(not paths.is_empty(value.get(name)) for name in head):
            for name in head:
                yield from _of(value[name], field)
            return
    for one in paths.leaves(value):
        yield from _of(one, field)
