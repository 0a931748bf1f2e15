"""Fitting the confidence of ``retrieval`` on questions with and without their answers.

The cases are those of ``eval.unanswerable``: each question asked with and without its documents in
the index.  For every set the model is fitted on the other sets alone and measured on the one left
out; what is written for the product is fitted on all of them.  Each set weighs the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval import unanswerable
from eval.unanswerable import CONFIDENCE, Asked, Report
from retrieval import confidence
from retrieval.confidence import Model, Signs

FILE = Path(confidence.__file__).resolve().with_suffix(".toml")
REGULARISATION = 1.0
"""The inverse strength of the penalty on the squared weights; of any use between 0.1 and 100."""

Cases = Mapping[str, Sequence[Asked]]
"""By the name of the set."""


def left_out(cases: Cases) -> dict[str, Report]:
    """For each set the report of a model that was fitted on the others.

    Raises ``ValueError`` with fewer than two sets.
    """
    if len(cases) < 2:
        raise ValueError("至少要两个数据集：在其余的集上拟合，在留下的一个上量")
    return {
        name: unanswerable.report(
            told(asked, fit({other: one for other, one in cases.items() if other != name}))
        )
        for name, asked in cases.items()
    }


def fit(cases: Cases) -> Model:
    """The model on all of ``cases``.  Raises ``ValueError`` if all are right, or none is."""
    from sklearn.linear_model import LogisticRegression

    signs = np.concatenate([_signs(asked) for asked in cases.values()])
    right = np.concatenate([_right(asked) for asked in cases.values()])
    weights = np.concatenate([np.full(len(asked), 1 / len(asked)) for asked in cases.values()])
    if right.all() or not right.any():
        raise ValueError("题里须既有答得对的，也有答不对的")
    model = LogisticRegression(C=REGULARISATION, max_iter=1000)
    model.fit(signs, right, weights * len(weights) / weights.sum())
    coefficients = model.coef_[0].tolist()
    return Model(
        bias=float(model.intercept_[0]),
        weights=dict(zip(Signs._fields, coefficients, strict=True)),
    )


def told(asked: Sequence[Asked], model: Model) -> tuple[Asked, ...]:
    """The same cases with the confidence of ``model``; 0 where nothing was found."""
    return tuple(
        replace(one, sure={**one.sure, CONFIDENCE: _probability(one, model)}) for one in asked
    )


def toml(model: Model, sets: Sequence[str]) -> str:
    """The content of ``retrieval/confidence.toml``."""
    lines = [
        f"# Fitted by `suiwen-eval confidence --write` on {', '.join(sets)}; do not edit by hand.",
        f"bias = {model.bias:.3f}",
        "",
        "[weights]",
        *(f"{name} = {weight:.3f}" for name, weight in model.weights.items()),
    ]
    return "\n".join(lines) + "\n"


def _probability(one: Asked, model: Model) -> float:
    return confidence.probability(Signs(**one.signs), model) if one.signs else 0.0


def _signs(asked: Sequence[Asked]) -> NDArray[np.float64]:
    return np.array([[one.signs.get(name, 0.0) for name in Signs._fields] for one in asked])


def _right(asked: Sequence[Asked]) -> NDArray[np.bool_]:
    return np.array([one.right[CONFIDENCE] for one in asked])
