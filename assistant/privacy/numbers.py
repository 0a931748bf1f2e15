"""Digits that may be one number, however they are spaced, dashed or mixed.

A number is a run of neighbouring groups of digits.  Which parts of a run people mean as one number
is told by the sizes of the groups, the marks between them, and what stands beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise

from assistant.privacy.folding import CHINESE_DIGITS, Folded

SPACER = "[ .·_-]"
_GROUP = re.compile(f"[0-9]+|[{CHINESE_DIGITS}]+")
_BETWEEN = re.compile(f"{SPACER}{{0,3}}|\\)[ -]?")
LETTERS_BEFORE = re.compile(
    r"(?:^|[^A-Za-z0-9._·-])(?:tel|phone|mobile|mob|no|id|card|call|qq|vx|wx|v|wechat|weixin)$",
    re.I,
)
_MIXED_BEFORE = re.compile(
    f"(?:[0-9][A-Za-z0-9]*[A-Za-z]|[A-Za-z]+[0-9][A-Za-z0-9]*){SPACER}{{1,2}}$"
)
_LETTER_BEHIND = re.compile(f"{SPACER}{{1,2}}[A-WYZa-wyz](?:{SPACER}|[0-9])")
_USUAL: dict[int, set[tuple[int, ...]]] = {
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
class Number:
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
        if sizes in _USUAL.get(len(self.digits), set()) or self._in_fours():
            return True
        if not self.whole or len(self.marks) > 1:
            return False
        return max(sizes) == 1 or (len(sizes) <= _FEW and "." not in "".join(self.marks))

    def _in_fours(self) -> bool:
        return len(self.digits) > 14 and set(self.sizes[:-1]) == {4} and self.sizes[-1] <= 4


def numbers(folded: Folded) -> Iterator[Number]:
    """Every sequence of neighbouring groups with 7 to 19 digits.

    A group ends where digits change between Arabic and Chinese, so that 第二13800138000 is a mobile
    behind a word and 138零零138000 one number."""
    text, digits = folded.text, folded.digits
    groups = [match.span() for match in _GROUP.finditer(text)]
    for run in _runs(text, groups):
        bounds = [0, *accumulate(end - start for start, end in run)]
        if bounds[-1] < _SHORTEST:
            continue
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
                if (left == "." and before == "0") or (
                    inner[:1] == ["."]
                    and size > 9
                    and bounds[first + 1] - bounds[first] == 1
                    and len(inner) == 1
                ):
                    continue  # 0.13800138000
                if right == "." and run[last + 1][1] - run[last + 1][0] <= 2:
                    continue  # 13800138000.00
                marks = frozenset(gap for gap in inner if gap)
                yield Number(
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
    if is_letter(before[-1:]):
        return LETTERS_BEFORE.search(before) is None
    return _MIXED_BEFORE.search(before) is not None


def is_letter(one: str) -> bool:
    return one.isascii() and one.isalpha()
