"""The weights of retrieval (not the two sizes), one changed at a time: what each is worth.

For each set the change is chosen that raises hit@1 most on the mean of the *other* sets (nothing,
if none does), and measured on the set left out: so no weight is fitted to what it is told for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from eval.beir import Dataset
from eval.metrics import Difference, Values, difference
from retrieval.hybrid import Hybrid, Weights
from retrieval.types import Query

TRIED: Mapping[str, tuple[float, ...]] = {
    "title": (0.0, 0.8, 1.6),
    "word": (0.0, 0.3),
    "framing": (0.15, 0.6, 1.0),
    "added": (0.0, 0.3, 0.7),
    "offered": (0.0, 0.5),
    "meant": (0.0,),
    "dense": (0.0, 0.08, 0.25, 0.4),
    "named": (0.0, 1.0),
    "runs": (0.0, 0.5, 1.2),
    "standing": (0.0, 0.2),
}
"""The values tried of each weight, beside that which ships."""

HITS = 10


@dataclass(frozen=True, slots=True)
class Change:
    """One weight set to a value; ``name`` none: as it ships."""

    name: str | None = None
    value: float = 0.0

    def applied(self, weights: Weights) -> Weights:
        """``weights`` with the change."""
        changed: dict[str, Any] = {} if self.name is None else {self.name: self.value}
        return replace(weights, **changed)

    @property
    def text(self) -> str:
        """``dense=0.0``."""
        return "as it ships" if self.name is None else f"{self.name}={self.value:g}"


@dataclass(frozen=True, slots=True)
class Found:
    """Whether the first, and one of the first five, is right: a 0 or 1 for each question."""

    hit_1: Values
    hit_5: Values


Table = Mapping[Change, Mapping[str, Found]]
"""By change and set."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What the other sets chose, and what it does to hit@1 of the one left out."""

    change: Change
    effect: Difference


def changes() -> tuple[Change, ...]:
    """As it ships first, then every value of :data:`TRIED`."""
    return (Change(), *(Change(name, value) for name, some in TRIED.items() for value in some))


def ask(
    searcher: Hybrid, dataset: Dataset, change: Change, advance: Callable[[], None] = lambda: None
) -> Found:
    """All questions with the changed weights; ``advance`` is called after each."""
    changed = Hybrid(searcher.index, weights=change.applied(Weights()))
    ranks = []
    for one in dataset.questions:
        hits = changed.search(Query(text=one.text, limit=HITS)).hits
        records = list(dict.fromkeys(hit.document.record for hit in hits))
        right = (n for n, record in enumerate(records) if record in dataset.relevant[one.id])
        ranks.append(next(right, HITS))
        advance()
    found = np.array(ranks)
    return Found((found < 1).astype(np.float64), (found < 5).astype(np.float64))


def left_out(table: Table) -> dict[str, LeftOut]:
    """For each set the change that the others choose, and its effect.

    Raises ``ValueError`` with fewer than two sets.
    """
    shipped = table[Change()]
    if len(shipped) < 2:
        raise ValueError("至少要两个数据集：在其余的集上选，在留下的一个上量")
    chosen = {}
    for name in shipped:
        others = [other for other in shipped if other != name]
        best = max(table, key=lambda change: (_mean(table[change], others), change.name is None))
        effect = difference(shipped[name].hit_1, table[best][name].hit_1)
        chosen[name] = LeftOut(best, effect)
    return chosen


def plain(table: Table) -> dict[str, object]:
    """As JSON values."""
    return {
        "shipped": asdict(Weights()),
        "changes": {
            change.text: {
                name: {
                    "hit@1": round(float(found.hit_1.mean()), 4),
                    "hit@5": round(float(found.hit_5.mean()), 4),
                }
                for name, found in of_one.items()
            }
            for change, of_one in table.items()
        },
        "left_out": {
            name: {
                "chosen": one.change.text,
                "hit@1": {
                    "value": round(one.effect.value, 4),
                    "low": round(one.effect.low, 4),
                    "high": round(one.effect.high, 4),
                    "p": round(one.effect.p, 4),
                },
            }
            for name, one in left_out(table).items()
        },
    }


def _mean(of_one: Mapping[str, Found], names: Sequence[str]) -> float:
    return float(np.mean([of_one[name].hit_1.mean() for name in names]))
