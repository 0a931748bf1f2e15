"""What a short follow-up asks for (几耐攞到, 要介绍信不), heard by a model.

The table of facets (``facets.toml``) has the plain words; people who go on about a matter use any
others.  The model is a softmax regression over character n-grams: one class a facet, one for what
asks nothing (我妈呢, 社保卡), one for what belongs elsewhere (你吃饭了没).  It is fitted by
``suiwen-eval dialogue --write`` on our own sentences (``eval/gold/facet-sentences.jsonl``).
"""

from __future__ import annotations

import math
import re
from functools import cache
from importlib import resources

from assistant.work_orders import linear
from assistant.work_orders.linear import Linear
from knowledge.types import Facet

FILE = "asking.json"
NONE, AWAY = "none", "away"
NEAR = 0.4
"""A second facet is told too whose probability is at least this share of the first: of 517
follow-ups of our own talks the right one is then among those told for 499 instead of 483."""

_WORD = re.compile(r"[\u4e00-\u9fff]|[a-z]{2}")
"""What a part must have to ask anything: numbers do not."""
_APART = re.compile(r"[,，。;；?？!！\s]+")


@cache
def model() -> Linear:
    """The fitted model (data beside this module)."""
    return linear.loads(resources.files("assistant").joinpath(FILE).read_text(encoding="utf-8"))


def surely(text: str) -> tuple[Facet, ...]:
    """The facets that the parts of a normalised text surely ask for, in their order."""
    return heard(model(), text, model().sure_at["sure"])


def likely(text: str) -> tuple[Facet, ...]:
    """The likeliest facet of each part, however unsure, and the next one where it is nearly as
    likely; none for a part that asks nothing."""
    return heard(model(), text, 0.0, NEAR)


def near(text: str) -> tuple[Facet, ...]:
    """As :func:`surely`, and the next facet where it is nearly as likely."""
    return heard(model(), text, model().sure_at["sure"], NEAR)


def heard(learned: Linear, text: str, least: float, beside: float = math.inf) -> tuple[Facet, ...]:
    """The likeliest facet of each part of a text, where its probability is at least ``least``, and
    the next one whose probability is at least ``beside`` times that."""
    found: dict[Facet, None] = {}
    for part in filter(_WORD.search, _APART.split(text)):
        shares = dict(zip(learned.classes, learned.probabilities(part).tolist(), strict=True))
        shares.pop(AWAY, None)
        best, second = sorted(shares, key=shares.__getitem__, reverse=True)[:2]
        if best == NONE or shares[best] < least:
            continue
        found[Facet(best)] = None
        if second != NONE and shares[second] >= beside * shares[best]:
            found[Facet(second)] = None
    return tuple(found)


def belongs_elsewhere(text: str) -> bool:
    """Whether a normalised text is surely small talk, or about nothing that is handled here."""
    found = model()
    share = float(found.probabilities(text)[found.classes.index(AWAY)])
    return bool(share >= found.sure_at["away"])
