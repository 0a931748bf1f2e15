"""How likely the first hit is right: a logistic model over a few signs of it, fitted by
``suiwen-eval confidence --write`` on sets of questions with and without their answers in the index.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import NamedTuple

from retrieval.logistic import logistic


class Signs(NamedTuple):
    """What speaks for a hit, all about 0 to 1 (``strength`` up to k1 + 1).

    ``coverage``, ``title``, ``reverse``: see :class:`retrieval.types.Hit`.  ``cosine``: of the
    vectors.  ``runs``: the share of the question that stands there word for word.  ``margin``: how
    far its score is above that of the next record, as a share.  ``strength``: its BM25 divided by
    the idf of all terms.  ``lacking``: the highest idf of a telling term that it does not hold,
    beside that of a term that no document holds.  ``agrees``: 1 if its vector is the nearest.
    ``length``: telling terms of the question, 1 from 30 on.
    """

    coverage: float
    title: float
    reverse: float
    cosine: float
    runs: float
    margin: float
    strength: float
    lacking: float
    agrees: float
    length: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Log odds: ``bias`` + the sum of each sign times its weight."""

    bias: float
    weights: Mapping[str, float]


@cache
def model() -> Model:
    """The model as fitted (data beside this module)."""
    text = resources.files("retrieval").joinpath("confidence.toml").read_text(encoding="utf-8")
    return Model(**tomllib.loads(text))


def probability(signs: Signs, fitted: Model | None = None) -> float:
    """How likely the hit is right, 0-1."""
    fitted = fitted or model()
    total = fitted.bias + sum(
        fitted.weights.get(name, 0.0) * value for name, value in signs._asdict().items()
    )
    return logistic(total)
