"""Whether a message wants something filed, and what: 咨询、求助、投诉、举报、建议、表扬.

A question about complaining (怎么投诉黑中介) is a question.  The model is a softmax regression over
character n-grams and the signs of ``kinds.toml``, fitted by ``suiwen-eval orders --write`` on our
own sentences and, as questions, on the wordings of the pack and the development questions.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

from assistant.work_orders import linear
from assistant.work_orders.linear import Linear
from assistant.work_orders.types import OrderKind
from retrieval.analyzer import normalise

FILE = "kinds.json"
NONE = "none"
_WORD = re.compile(r"\w")
_LATIN = re.compile(r"[a-z]")
_HAN = re.compile(r"[一-鿿]")


def kind_of(text: str) -> tuple[OrderKind | None, float]:
    """What the message wants filed, ``None`` for nothing, and how likely that is (0–1).

    Filing is told apart from asking at a threshold that keeps false alarms on questions rare."""
    return kind_by(classifier(), text)


def kind_by(model: Linear, text: str) -> tuple[OrderKind | None, float]:
    """:func:`kind_of` with this model."""
    said = normalise(text)
    if not _WORD.search(said):
        return None, 1.0
    shares = dict(zip(model.classes, model.probabilities(said, signs(said)).tolist(), strict=True))
    nothing = shares.pop(NONE)
    if 1 - nothing < model.sure_at["filed"]:
        return None, nothing
    return OrderKind(max(shares, key=shares.__getitem__)), 1 - nothing


def signs(text: str) -> Iterator[str]:
    """The signs that a normalised text shows, as ``<name>``; ``<latin>``: it has no Chinese."""
    inside, ends = _words()
    for name, found in inside.items():
        if found.search(text):
            yield f"<{name}>"
    for name, found in ends.items():
        if found.search(text):
            yield f"<ends {name}>"
    if _LATIN.search(text) and not _HAN.search(text):
        yield "<latin>"


@cache
def classifier() -> Linear:
    """The fitted model (data beside this module)."""
    return linear.shipped(FILE)


@cache
def _words() -> tuple[Mapping[str, re.Pattern[str]], Mapping[str, re.Pattern[str]]]:
    text = resources.files(__package__ or "").joinpath("kinds.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)

    def either(words: list[str]) -> str:
        """Any of the expressions, with the comma that ``normalise`` leaves."""
        return "|".join(one.replace("，", ",") for one in words)

    inside = {name: re.compile(either(words)) for name, words in table["signs"].items()}
    ends = {
        name: re.compile(rf"(?:{either(words)})[\s。！!，,~～]*$")
        for name, words in table["ends"].items()
    }
    return inside, ends
