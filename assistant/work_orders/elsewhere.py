"""Matters that a work order would be the wrong paper for: one has to apply elsewhere oneself.

Which ways these are stands in ``routes.yaml`` (``direct``); how such a matter sounds, in
``elsewhere.toml`` and in the topics.  Whoever is told wrongly goes on with one tap; whoever is not
told can lose a right, so that a topic counts here as soon as it is likely.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from assistant.work_orders import routes, topics
from assistant.work_orders.types import OrderKind
from retrieval.analyzer import normalise


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sound:
    """``both``: each of them is in the text; ``any``: one is enough; ``unless``: not with this."""

    both: tuple[re.Pattern[str], ...]
    any: re.Pattern[str]
    unless: re.Pattern[str]

    def heard(self, said: str) -> bool:
        if self.unless.search(said):
            return False
        return self.any.search(said) is not None or all(one.search(said) for one in self.both)


def direct_of(kind: OrderKind, text: str) -> str | None:
    """The code of the way that a matter belongs to, where it is one that is not filed here.

    >>> direct_of(OrderKind.COMPLAINT, "交警罚我两百，我不服")
    'fuyi'
    >>> direct_of(OrderKind.COMPLAINT, "公司迟到一次罚款一百，我不服") is None
    True
    """
    said = normalise(text)
    if not said.strip():
        return None
    sounds = _sounds()
    code = next((code for code, one in sounds.items() if one.heard(said)), None) or _likely(text)
    if code is None or (code in sounds and sounds[code].unless.search(said)):
        return None
    direct = routes.route(code).direct
    return code if direct is not None and kind in direct.kinds else None


def _likely(text: str) -> str | None:
    """The way of the topics that the text is likely about."""
    shares: defaultdict[str, float] = defaultdict(float)
    for one in topics.suggest(text):
        shares[topics.tree().topics[one.code].route] += one.probability
    best = max(shares, key=shares.__getitem__)
    return best if shares[best] >= _table()["likely"] else None


@cache
def _sounds() -> Mapping[str, _Sound]:
    return {
        code: _Sound(
            both=tuple(re.compile(one[part]) for part in _BOTH if part in one),
            any=re.compile("|".join(one["any"])),
            unless=re.compile("|".join(one["unless"])),
        )
        for code, one in _table().items()
        if isinstance(one, Mapping)
    }


_BOTH = ("who", "what", "decision", "against")


@cache
def _table() -> Mapping[str, Any]:
    text = resources.files(__package__ or "").joinpath("elsewhere.toml").read_text("utf-8")
    return tomllib.loads(text)
