"""How many stars a message gives, and what it says beside them (评价 两星，太慢了).

A rating that nobody asked for says that it is one (评价, 打, 给, 好评) and nothing else before its
stars; where stars were asked for, any part of the message may be they.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from assistant.bundles.commands import EDGE, bare
from assistant.cases import words
from retrieval.analyzer import normalise


@dataclass(frozen=True, slots=True)
class Rating:
    """``stars``: 1 to 5; ``text``: what was said beside them, as it was typed."""

    stars: int
    text: str | None = None


def stars(text: str) -> int | None:
    """How many stars a message is that is nothing else; ``None`` if it is not."""
    return words.stars().get(bare(text)) or words.stars().get(normalise(text).strip(EDGE))


def asked(text: str) -> Rating | None:
    """The answer to the question for stars (一星，办得太慢)."""
    if (whole := stars(re.sub(r"\s+", "", text))) is not None:
        return Rating(whole)
    if (said := unasked(text)) is not None:
        return said
    parts = _PARTS.split(text)
    for at in range(0, len(parts), 2):
        if (count := stars(parts[at])) is not None:
            rest = "".join((*parts[: max(at - 1, 0)], *parts[at + 1 :]))
            return Rating(count, _beside(rest))
    return None


def unasked(text: str) -> Rating | None:
    """A rating that says of itself that it is one."""
    said = normalise(text)
    found = _STARS.search(said)
    if found is None or len(said) != len(text):
        return None
    before, after = said[: found.start()], said[found.end() :]
    praise = next((one for one in _longest("after") if after.startswith(one)), "")
    rates = any(one in before for one in words.said("rate", "rates"))
    if not (rates or praise) or _LETTER.search(_known().sub("", before)):
        return None
    rest = after[len(praise) :]
    if rest and _LETTER.match(rest):
        return None  # 评价五星级酒店
    return Rating(_NUMBERS[found[1]], _beside(text[len(text) - len(rest) :]))


def _beside(rest: str) -> str | None:
    kept = rest.strip(f"{EDGE}！、")
    return kept if _LETTER.search(kept) else None


_LETTER = re.compile(r"[^\W_]")
_PARTS = re.compile(r"([,，。;；!！、:：\s]+)")
_NUMBERS = dict(zip("1一2二两3三4四5五", (1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 5), strict=True))
_STARS = re.compile(
    rf"(?<![\d一二三四五六七八九十点.])([{''.join(_NUMBERS)}]) ?(?:颗|个|粒)?(?:星|分)(?![钟之])"
)


@cache
def _known() -> re.Pattern[str]:
    known = words.said("rate", "words") | words.said("rate", "rates") | words.said("rate", "filler")
    known |= words.said("things", "words") | words.said("filler", "words")
    return re.compile("|".join(map(re.escape, sorted(known, key=lambda one: (-len(one), one)))))


def _longest(part: str) -> list[str]:
    return sorted(words.said("rate", part), key=len, reverse=True)
