"""A second ear for emergencies: a linear model over character n-grams, beside the word tables.

People in danger rarely use the words of a table.  The model hears the rest: for each kind of
emergency a sparse logistic regression over the 1–3-grams of the normalised text, fitted by
``suiwen-eval crisis --write`` on our own sentences (``eval/gold/crisis-train.jsonl``).  It is asked
only where no pattern of ``crisis.toml`` fired, and only a sure answer counts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from assistant.work_orders import linear
from retrieval.logistic import logistic

LONGEST = 3
FILE = "emergencies.json"


@dataclass(frozen=True, slots=True)
class Detector:
    """``kinds`` name the columns of ``weights`` (shape (n-grams, kinds)) and of ``bias``; ``rows``
    maps an n-gram to its row.  ``sure_at``: the least probability that counts."""

    kinds: tuple[str, ...]
    bias: NDArray[np.float32]
    rows: Mapping[str, int]
    weights: NDArray[np.float32]
    sure_at: float

    def kind(self, text: str) -> str | None:
        """The likeliest kind of emergency if it is sure enough.  ``text`` is normalised."""
        totals = self._totals(text)
        if not len(totals):
            return None
        best = int(totals.argmax())
        return self.kinds[best] if logistic(float(totals[best])) >= self.sure_at else None

    def loudness(self, text: str) -> float:
        """The highest probability of any kind, 0–1."""
        totals = self._totals(text)
        return logistic(float(totals.max())) if len(totals) else 0.0

    def _totals(self, text: str) -> NDArray[np.float32]:
        rows = self.rows
        known = set(map(rows.get, linear.grams(text, LONGEST)))
        found = [row for row in known if row is not None]
        totals: NDArray[np.float32] = self.bias + np.add.reduce(self.weights.take(found, axis=0))
        return totals


def of(
    bias: Mapping[str, float], weights: Mapping[str, Mapping[str, float]], sure_at: float
) -> Detector:
    """A detector from n-gram → kind → weight, as the file has it."""
    kinds = tuple(bias)
    table = np.zeros((len(weights), len(kinds)), dtype=np.float32)
    columns = {kind: column for column, kind in enumerate(kinds)}
    for row, each in enumerate(weights.values()):
        for kind, weight in each.items():
            table[row, columns[kind]] = weight
    rows = {gram: row for row, gram in enumerate(weights)}
    return Detector(kinds, np.array(list(bias.values()), np.float32), rows, table, sure_at)


def grams(text: str) -> set[str]:
    """The n-grams of a normalised text, 1 to ``LONGEST`` characters; ``^``, ``$`` are its ends."""
    return set(linear.grams(text, LONGEST))


@cache
def detector() -> Detector:
    """The fitted model (data beside this module)."""
    value = json.loads(resources.files("assistant").joinpath(FILE).read_text(encoding="utf-8"))
    return of(value["bias"], value["weights"], value["sure_at"])
