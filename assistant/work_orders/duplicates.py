"""Whether a new message is the same matter as an earlier one of the same person.

A logistic regression over signs of two accounts: words, topics, places and names that they share or
do not, whether the later one says that it goes on.  Weights in ``duplicates.toml``, fitted by
``suiwen-eval orders --write`` on pairs of our own.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from importlib import resources

import numpy as np

from assistant.work_orders import extract, linear
from assistant.work_orders.topics import classifier
from assistant.work_orders.words import reading
from retrieval.analyzer import normalise
from retrieval.logistic import logistic

FILE = "duplicates.toml"
LONGEST = 2
WEEKS = 8
"""What happens again after so many weeks is a new matter, unless it is said to be the old one."""
_APART = re.compile(r"[^\w]+")
# Framing that any two complaints share.
_FRAME = re.compile(
    "我要投诉|我想投诉|投诉|举报|反映|请问|麻烦|你们|我们|没人管|冇人理|没有人|一直|天天"
)
_LONGEST_NAME = 5
_LEAST, _NAME = 2, 4
_DIGITS = str.maketrans("一二三四五六七八九", "123456789")
_NUMBERED = re.compile(
    r"(?P<house>(?<=[路道街巷])\d{1,4}号)|(?P<block>\d{1,3}(?:号楼|栋|座|幢))"
    r"|(?P<floor>\d{1,3}楼)|(?P<room>\d{1,4}(?:室|房|铺))|(?P<gate>[a-z]\d?出?口)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What somebody wrote.  ``place``, ``object``, ``district``: as far as they were told apart."""

    text: str
    district: str | None = None
    place: str | None = None
    object: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """``same_at``: the probability from which on two messages are taken for one matter."""

    bias: float
    weights: Mapping[str, float]
    same_at: float


def same_matter(earlier: Matter, later: Matter, *, days: int = 0) -> float:
    """The probability, 0–1, that two messages of one person are about one matter; ``days`` lie
    between them."""
    found, shown = weights(), signs(earlier, later)
    if days > 7 * WEEKS and not shown["again"]:
        return 0.0
    return logistic(found.bias + sum(found.weights[name] * one for name, one in shown.items()))


def is_same(probability: float) -> bool:
    """Whether that is enough to ask "is it the one that you filed before?"."""
    return probability >= weights().same_at


def signs(earlier: Matter, later: Matter) -> dict[str, float]:
    """Each 0–1.

    ``cosine`` of single characters and pairs, rare ones counting more; ``covered``: how much of the
    shorter text stands in the other; ``topic``: how much their likely topics agree; ``place``: both
    name the same place or shop; ``elsewhere``: another street, estate, house or district; ``here``:
    the same place and likely topic; ``again``: of the same topic, and the later one says that it
    goes on.
    """
    said, more = _whole(earlier), _whole(later)
    one, other = _weighed(said), _weighed(more)
    shared = sum(min(value, other[gram]) for gram, value in one.items() if gram in other)
    least = min(sum(one.values()), sum(other.values()))
    near, far = _places(said, more)
    near = near or _named_alike(said, more)
    agreed = _agreed(said, more)
    districts = [_district(one) for one in (earlier, later)]
    far = far or (None not in districts and districts[0] != districts[1])
    return {
        "cosine": _cosine(one, other),
        "covered": shared / least if least else 0.0,
        "topic": agreed,
        "place": float(near),
        "elsewhere": float(far),
        "here": agreed * near * (not far),
        "again": agreed * any(word in more for word in reading("again")),
    }


def _whole(matter: Matter) -> str:
    """Everything that was told, normalised; a field that the text has is not told twice."""
    said = normalise(matter.text)
    for field in (matter.object, matter.place):
        more = normalise(field or "")
        if more and more not in said:
            said = f"{more},{said}"
    return said


def _district(matter: Matter) -> str | None:
    return matter.district or extract.district(_whole(matter))


def _agreed(one: str, other: str) -> float:
    """How much the likely topics of two texts agree: 1 where they are the same."""
    first, second = (classifier().probabilities(text) for text in (one, other))
    return min(1.0, float(np.sqrt(first * second).sum()))


# Places


def _places(one: str, other: str) -> tuple[bool, bool]:
    """Whether both name the same place, and whether they name others of one kind."""
    near = far = False
    for ends in (reading("streets"), reading("estates")):
        names = [_names(text, ends) for text in (one, other)]
        same = any(_alike(a, b) for a in names[0] for b in names[1])
        near = near or same
        far = far or (not same and all(names))
    numbers = [_numbers(text) for text in (one, other)]
    for kind in numbers[0].keys() & numbers[1].keys():
        if not numbers[0][kind] & numbers[1][kind]:
            far = True
        elif kind in _TELLING:
            near = True
    return near, far


def _names(text: str, ends: Iterable[str]) -> list[tuple[str, str]]:
    """Names that end so: what stands before, and the end; none that only point (那条街)."""
    found = []
    for end in ends:
        for match in re.finditer(rf"{end}(?!{_NO_END})", text):
            before = _BEFORE.search(text[: match.start()])
            name = before[0] if before else ""
            if len(name) >= _LEAST and not name.endswith(reading("pointed_at")):
                found.append((name, end))
    return found


_NO_END = "[面灯边人障]"
_BEFORE = re.compile(rf"[^\W_a-z的嘅在喺响区镇到往过从着了占把有挡]{{1,{_LONGEST_NAME}}}$")
_TELLING = ("house", "block")
"""Numbers that say the same place; floors and gates only say that places differ."""


def _alike(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two names have their end and two characters before it in common."""
    return one[1] == other[1] and one[0][-_LEAST:] == other[0][-_LEAST:]


def _numbers(text: str) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for match in _NUMBERED.finditer(text.translate(_DIGITS)):
        kind = match.lastgroup or ""
        found.setdefault(kind, set()).add(re.sub(r"\D*$", "", match[0]) or match[0])
    return found


# Words


def _named_alike(one: str, other: str) -> bool:
    """Whether a piece stands in both that is long enough for a name (极速健身)."""
    texts = [_APART.sub(",", _FRAME.sub(",", text)) for text in (one, other)]
    match = SequenceMatcher(None, texts[0], texts[1], autojunk=False).find_longest_match()
    return len(texts[0][match.a : match.a + match.size].strip(",")) >= _NAME


def _weighed(text: str) -> dict[str, float]:
    """Each n-gram's count times how rare it is in our sentences about all topics."""
    model = classifier()
    rarest = float(model.idf.max())
    said = _APART.sub("", _FRAME.sub("", text))
    counts = Counter(linear.grams(said, LONGEST))
    return {
        gram: count * (float(model.idf[model.rows[gram]]) if gram in model.rows else rarest)
        for gram, count in counts.items()
    }


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    dot = sum(value * other[gram] for gram, value in one.items() if gram in other)
    lengths = math.sqrt(sum(n * n for n in one.values()) * sum(n * n for n in other.values()))
    return dot / lengths if lengths else 0.0


@cache
def weights() -> Weights:
    """The fitted weights (data beside this module)."""
    text = resources.files(__package__ or "").joinpath(FILE).read_text(encoding="utf-8")
    value = tomllib.loads(text)
    return Weights(bias=value["bias"], weights=value["weights"], same_at=value["same_at"])
