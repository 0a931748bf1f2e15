"""A second ear for emergencies: a linear model over character n-grams, beside the word tables.

People in danger rarely use the words of a table.  The model hears the rest: for each kind of
emergency a sparse logistic regression over the 1–3-grams of the normalised text, fitted by
``suiwen-eval crisis --write`` on our own sentences (``eval/gold/crisis-train.jsonl``).  It is asked
only where no pattern of ``crisis.toml`` fired, and only a sure answer counts.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

LONGEST = 3
FILE = "emergencies.json"

_APART = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class Detector:
    """``weights``: n-gram → kind → weight.  ``sure_at``: the least probability that counts."""

    bias: Mapping[str, float]
    weights: Mapping[str, Mapping[str, float]]
    sure_at: float

    def kind(self, text: str) -> str | None:
        """The likeliest kind of emergency if it is sure enough.  ``text`` is normalised."""
        totals = self._totals(text)
        best = max(totals, key=lambda one: (totals[one], one), default=None)
        return best if best and probability(totals[best]) >= self.sure_at else None

    def loudness(self, text: str) -> float:
        """The highest probability of any kind, 0–1."""
        return max((probability(total) for total in self._totals(text).values()), default=0.0)

    def _totals(self, text: str) -> dict[str, float]:
        totals = dict(self.bias)
        for gram in set(grams(text)):
            for kind, weight in self.weights.get(gram, {}).items():
                totals[kind] += weight
        return totals


def probability(total: float) -> float:
    """The logistic function."""
    return 1 / (1 + math.exp(-total)) if total > -500 else 0.0


def grams(text: str) -> Iterator[str]:
    """The n-grams of a normalised text, 1 to ``LONGEST`` characters; ``^``, ``$`` are its ends."""
    squeezed = f"^{_APART.sub('', text)}$"
    for length in range(1, LONGEST + 1):
        for start in range(len(squeezed) - length + 1):
            yield squeezed[start : start + length]


@cache
def detector() -> Detector:
    """The fitted model (data beside this module)."""
    value = json.loads(resources.files("assistant").joinpath(FILE).read_text(encoding="utf-8"))
    return Detector(value["bias"], value["weights"], value["sure_at"])
