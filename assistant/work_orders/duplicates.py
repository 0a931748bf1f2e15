"""Whether a new message is the same matter as an earlier one of the same person.

A logistic regression over four signs of two texts; weights in ``duplicates.toml``, fitted by
``suiwen-eval orders --write`` on pairs of our own.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from assistant.work_orders import linear
from assistant.work_orders.topics import classifier
from retrieval.analyzer import normalise
from retrieval.logistic import logistic

FILE = "duplicates.toml"
LONGEST = 2
_APART = re.compile(r"[^\w]+")
# Framing that any two complaints share.
_FRAME = re.compile(
    "我要投诉|我想投诉|投诉|举报|反映|请问|麻烦|你们|我们|没人管|冇人理|没有人|一直|天天"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """``same_at``: the probability from which on two messages are taken for one matter."""

    bias: float
    weights: Mapping[str, float]
    same_at: float


def same_matter(a: str, b: str, same_district: bool, same_topic: bool) -> float:
    """The probability, 0–1, that two messages of one person are about one matter."""
    found = weights()
    shown = signs(a, b, same_district, same_topic)
    return logistic(found.bias + sum(found.weights[name] * one for name, one in shown.items()))


def is_same(probability: float) -> bool:
    """Whether that is enough to ask "is it the one that you filed before?"."""
    return probability >= weights().same_at


def signs(a: str, b: str, same_district: bool, same_topic: bool) -> dict[str, float]:
    """``cosine`` of single characters and pairs, rare ones counting more; ``covered``: how much of
    the shorter text stands in the other; ``equal`` district, ``topic`` the same; each 0–1."""
    one, other = _weighed(a), _weighed(b)
    shared = sum(min(value, other[gram]) for gram, value in one.items() if gram in other)
    least = min(sum(one.values()), sum(other.values()))
    return {
        "cosine": _cosine(one, other),
        "covered": shared / least if least else 0.0,
        "equal": float(same_district),
        "topic": float(same_topic),
    }


def _weighed(text: str) -> dict[str, float]:
    """Each n-gram's count times how rare it is in our sentences about all topics."""
    model = classifier()
    rarest = float(model.idf.max())
    said = _APART.sub("", _FRAME.sub("", normalise(text)))
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
