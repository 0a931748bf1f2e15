"""A small linear text model: TF-IDF of character n-grams, one weight a class, softmax.

Fitted by ``suiwen-eval orders --write`` on our own sentences and shipped as JSON; nothing but numpy
is needed to use it.  Cues (signs that a caller saw in the text, such as a question word) are
features beside the n-grams, of value 1 however long the text is.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from operator import add
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SCALE = 1000
"""Weights are written as whole numbers, in thousandths."""
_APART = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """``weights`` of shape (rows, classes), ``bias`` (classes,), ``idf`` (rows,).

    ``sharpness``: what totals are multiplied by before the softmax, so that its values are
    probabilities; ``longest``: the longest n-gram; ``sure_at``: thresholds by name.
    """

    classes: tuple[str, ...]
    rows: Mapping[str, int]
    idf: Floats
    weights: Floats
    bias: Floats
    sharpness: float
    longest: int
    sure_at: Mapping[str, float]

    def totals(self, text: str, cues: Iterable[str] = ()) -> Floats:
        """One number a class, of shape (classes,).  ``text`` is normalised."""
        counts = Counter(map(self.rows.get, grams(text, self.longest)))
        counts.pop(None, None)
        at = np.array([*counts], dtype=np.int64)
        values: Floats = np.log(np.array([*counts.values()], dtype=np.float32))
        values += 1
        values *= self.idf.take(at)
        values /= math.sqrt(values.dot(values)) or 1.0
        totals: Floats = self.bias + values @ self.weights.take(at, axis=0)
        found = [self.rows[cue] for cue in cues if cue in self.rows]
        return totals + self.weights[found].sum(axis=0) if found else totals

    def probabilities(self, text: str, cues: Iterable[str] = ()) -> Floats:
        """The probability of each class, of shape (classes,)."""
        return softmax(self.totals(text, cues) * self.sharpness)


def softmax(totals: Floats) -> Floats:
    """Positive numbers that sum to 1 along the last axis."""
    power = np.exp(totals - totals.max(axis=-1, keepdims=True))
    shares: Floats = power / power.sum(axis=-1, keepdims=True)
    return shares


@lru_cache(maxsize=8)
def grams(text: str, longest: int) -> tuple[str, ...]:
    """The n-grams of a normalised text, 1 to ``longest`` characters; ``^``, ``$`` are its ends.
    All the models of a turn read the same ones."""
    squeezed = f"^{_APART.sub('', text)}$"
    of_length = found = [*squeezed]
    for length in range(1, longest):
        of_length = list(map(add, of_length, squeezed[length:]))
        found = found + of_length
    return tuple(found)


def dumps(model: Linear, smallest: float) -> str:
    """The model as JSON, weights smaller than this left out."""
    lines = [
        f"{_json(gram)}:{_json([round(float(model.idf[row]), 3), *_sparse(model.weights[row], smallest)])}"  # noqa: E501
        for gram, row in model.rows.items()
        if np.abs(model.weights[row]).max(initial=0) >= smallest
    ]
    head = {
        "classes": model.classes,
        "bias": [round(float(one), 4) for one in model.bias],
        "sharpness": round(model.sharpness, 3),
        "longest": model.longest,
        "sure_at": {name: round(value, 3) for name, value in model.sure_at.items()},
    }
    return _json(head)[:-1] + ',\n"rows":{\n' + ",\n".join(lines) + "\n}}\n"


def loads(text: str) -> Linear:
    """The model that :func:`dumps` wrote."""
    value = json.loads(text)
    rows: dict[str, list[float]] = value["rows"]
    weights = np.zeros((len(rows), len(value["classes"])), dtype=np.float32)
    idf = np.array([one[0] for one in rows.values()], dtype=np.float32)
    pairs = np.array([number for one in rows.values() for number in one[1:]]).reshape(-1, 2)
    at = np.repeat(np.arange(len(rows)), [len(one) // 2 for one in rows.values()])
    weights[at, pairs[:, 0].astype(np.int64)] = pairs[:, 1] / SCALE
    return Linear(
        classes=tuple(value["classes"]),
        rows={gram: row for row, gram in enumerate(rows)},
        idf=idf,
        weights=weights,
        bias=np.array(value["bias"], dtype=np.float32),
        sharpness=value["sharpness"],
        longest=value["longest"],
        sure_at=value["sure_at"],
    )


def shipped(name: str) -> Linear:
    """The model in a file beside this module."""
    return loads(resources.files(__package__ or "").joinpath(name).read_text(encoding="utf-8"))


def _sparse(weights: Sequence[float] | Floats, smallest: float) -> list[int]:
    """Column, weight, column, weight …"""
    kept = [(at, round(float(one) * SCALE)) for at, one in enumerate(weights)]
    return [number for at, one in kept if abs(one) >= smallest * SCALE for number in (at, one)]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
