"""What planning saves: documents and visits of each bundle, step by step and after the plan.

Counted over the ways through a bundle's questions on which every answer is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from statistics import fmean

from assistant.bundles.planner import Plan, plan
from knowledge.situations import Answers, paths
from knowledge.types import Bundle, ServiceItem

MOST_PATHS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """Means over the ways of one bundle that end in a plan; ``stopped``: those that do not.

    ``apart``: each step by itself, its documents and visits counted anew; ``planned``: as planned.
    ``whole``: whether every way was looked at.
    """

    code: str
    name: str
    ways: int
    stopped: int
    items: float
    documents_apart: float
    documents_planned: float
    visits_apart: float
    visits_planned: float
    most_questions: int
    whole: bool


def savings(
    bundles: Iterable[Bundle],
    records: Mapping[str, ServiceItem],
    begun: date,
    advance: Callable[[], None],
) -> list[Saving]:
    """One line a bundle with questions; ``advance`` is called after each."""
    found = []
    for bundle in bundles:
        if bundle.questions:
            found.append(_saving(bundle, records, begun))
        advance()
    return found


def _saving(bundle: Bundle, records: Mapping[str, ServiceItem], begun: date) -> Saving:
    ways = list(islice(_certain(bundle), MOST_PATHS + 1))
    made = [plan(bundle, records, answers, begun) for answers in ways[:MOST_PATHS]]
    done = [one for one in made if not one.stops]
    return Saving(
        code=bundle.code,
        name=bundle.name,
        ways=len(made),
        stopped=len(made) - len(done),
        items=_mean(done, lambda one: len(one.items)),
        documents_apart=_mean(done, lambda one: one.documents_apart),
        documents_planned=_mean(done, lambda one: len(one.to_bring)),
        visits_apart=_mean(done, lambda one: one.visits_apart),
        visits_planned=_mean(done, lambda one: one.visits),
        most_questions=max((len(one) for one in ways), default=0),
        whole=len(ways) <= MOST_PATHS,
    )


def _certain(bundle: Bundle) -> Iterable[Answers]:
    return (one for one in paths(bundle) if None not in one.values())


def _mean(plans: Iterable[Plan], value: Callable[[Plan], int]) -> float:
    values = [value(one) for one in plans]
    return round(fmean(values), 2) if values else 0.0
