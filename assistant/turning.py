"""Whether a message turns to another matter than the one that is spoken of.

A logistic model over a few signs of what the message finds by itself, of how well the matter that
is spoken of explains it, and of how it is said (护照丢了要紧吗 goes on, 护照丢了咋补 turns), which
a model over character n-grams hears (``turning.json``).  Both are fitted by ``suiwen-eval dialogue
--write`` on our own talks and short changes of topic.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise

from assistant.resolution import Candidate
from assistant.types import Decision, Understanding
from assistant.work_orders import linear
from assistant.work_orders.linear import Linear
from retrieval.analyzer import normalise
from retrieval.logistic import logistic
from retrieval.types import Hit

_HIGH_SCORE = 4.0
"""About the highest score of a hit, so that signs are about 0–1."""

_LONG = 20
"""From how many letters a message is long."""

ON, TURNS = "on", "turns"
_MOST_SAID = 4.0
"""The log odds beyond which how a message is said tells no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turning:
    """The fitted model; a message turns at a probability of ``turns_at``."""

    bias: float
    turns_at: float
    weights: Mapping[str, float]

    def probability(self, values: Mapping[str, float]) -> float:
        total = sum(weight * values[name] for name, weight in self.weights.items())
        return logistic(self.bias + total)


@cache
def model() -> Turning:
    """The model as fitted (data beside this module)."""
    text = resources.files("assistant").joinpath("turning.toml").read_text(encoding="utf-8")
    return Turning(**tomllib.loads(text))


@cache
def hearing() -> Linear:
    """The model of how turns are said, as fitted (data beside this module)."""
    return linear.loads(resources.files("assistant").joinpath("turning.json").read_text("utf-8"))


def said_so(learned: Linear, text: str) -> float:
    """How clearly a normalised text is said as one that turns: log odds by their most, -1–1."""
    shares = dict(zip(learned.classes, learned.probabilities(text).tolist(), strict=True))
    odds = math.log(max(shares[TURNS], 1e-6) / max(shares[ON], 1e-6))
    return min(max(odds / _MOST_SAID, -1.0), 1.0)


def turns(values: Mapping[str, float]) -> bool:
    """Whether a message with these signs turns to another matter."""
    return model().probability(values) >= model().turns_at


def signs(
    reading: Understanding,
    decision: Decision,
    best: Candidate,
    mine: Hit | None,
    *,
    polar: bool,
    document: bool,
    papers: float,
) -> dict[str, float]:
    """What speaks for and against another matter: the inputs of the model, each about -1 to 1.

    ``best``: what the message finds by itself; ``mine``: the best hit of the matter spoken of.
    ``polar``: it asks yes or no; ``document``: it asks whether a document is needed; ``papers``:
    how much of its subject stands in the documents that the matter spoken of asks for, 0–1.
    """
    subject = reading.focus.replace(" ", "")
    said = pairs(subject)
    length = max(len(subject), 1)
    return {
        "name_share": len(said & pairs(normalise(best.record.name))) / max(len(said), 1),
        "named": min(len(decision.matched or "") / length, 1.0),
        "sure": decision.confidence,
        "answers": float(decision.outcome == "answer" and not decision.unsure),
        "reverse_coverage": best.hit.reverse_coverage,
        "ahead": (best.hit.score - (mine.score if mine else 0.0)) / _HIGH_SCORE,
        "mine": mine.coverage if mine else 0.0,
        "long": min(len(reading.text), _LONG) / _LONG,
        "polar": float(polar),
        "document": float(document),
        "papers": papers,
        "said": said_so(hearing(), reading.text),
    }


def pairs(text: str) -> set[str]:
    """The pairs of neighbouring letters and digits."""
    letters = [one for one in text if one.isalnum()]
    return {"".join(pair) for pair in pairwise(letters)}
