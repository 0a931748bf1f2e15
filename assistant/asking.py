"""What a short follow-up asks for (几耐攞到, 要介绍信不), heard by a model.

The table of facets (``facets.toml``) has the plain words; people who go on about a matter use any
others.  The model is a softmax regression over character n-grams: one class a facet, one for what
asks nothing (我妈呢, 社保卡), one for what belongs elsewhere (你吃饭了没).  It is fitted by
``suiwen-eval dialogue --write`` on our own sentences (``eval/gold/facet-sentences.jsonl``).
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from assistant.work_orders import linear
from assistant.work_orders.linear import Linear
from knowledge.types import Facet

FILE = "asking.json"
NONE, AWAY = "none", "away"
_APART = re.compile(r"[,，。;；?？!！\s]+")


@cache
def model() -> Linear:
    """The fitted model (data beside this module)."""
    return linear.loads(resources.files("assistant").joinpath(FILE).read_text(encoding="utf-8"))


def surely(text: str) -> tuple[Facet, ...]:
    """The facets that the parts of a normalised text surely ask for, in their order."""
    return heard(model(), text, model().sure_at["sure"])


def likely(text: str) -> tuple[Facet, ...]:
    """The likeliest facet of each part, however unsure; none for a part that asks nothing."""
    return heard(model(), text, 0.0)


def heard(learned: Linear, text: str, least: float) -> tuple[Facet, ...]:
    """The likeliest facet of each part of a text, where its probability is at least ``least``."""
    found: dict[Facet, None] = {}
    for part in filter(None, _APART.split(text)):
        shares = dict(zip(learned.classes, learned.probabilities(part).tolist(), strict=True))
        shares.pop(AWAY, None)
        best = max(shares, key=shares.__getitem__)
        if best != NONE and shares[best] >= least:
            found[Facet(best)] = None
    return tuple(found)


def belongs_elsewhere(text: str) -> bool:
    """Whether a normalised text is surely small talk, or about nothing that is handled here."""
    found = model()
    share = float(found.probabilities(text)[found.classes.index(AWAY)])
    return bool(share >= found.sure_at["away"])
