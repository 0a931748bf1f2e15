"""Two runs on the same questions: what changed, whether by chance, which questions got worse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from eval import metrics, results
from eval.metrics import Difference, Estimate
from eval.results import Results, ResultsError

_FAR = 10_000
"""The place of what was not found."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A question whose first right document stands at another place (from 1; none: not found)."""

    id: str
    text: str
    before: int | None
    after: int | None

    @property
    def gained(self) -> float:
        """How much the reciprocal of the place grew; below 0 for a question that got worse."""
        return 1 / (self.after or _FAR) - 1 / (self.before or _FAR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """``moved``: worse questions first, the worst at the head, then better ones, best last.

    ``only_first`` and ``only_second``: how many questions only one of the two was asked; they do
    not count.
    """

    first: str
    second: str
    questions: int
    only_first: int
    only_second: int
    before: Mapping[str, Estimate]
    after: Mapping[str, Estimate]
    differences: Mapping[str, Difference]
    mcnemar_p: float
    moved: tuple[Moved, ...]


def compare(first: Results, second: Results) -> Comparison:
    """The second against the first, on the questions that both were asked.

    Raises ``ResultsError`` if there are none, or if what is right for them differs.
    """
    answered = {one.query for one in (*first.rankings, *second.rankings)}
    both = answered & {*results.ids(second)}
    asked = [one for one in results.ids(first) if one in both]
    if not asked:
        raise ResultsError(f"{first.name} 和 {second.name} 没有相同的题目，不能比较")
    if other := [one for one in asked if first.relevant[one] != second.relevant.get(one)]:
        problem = "标注不同，不能比较：用 --qrels 给出同一份标注"
        raise ResultsError(f"{first.name} 和 {second.name} 有 {len(other)} 题{problem}")
    before = metrics.per_question(asked, first.relevant, first.rankings)
    after = metrics.per_question(asked, first.relevant, second.rankings)
    return Comparison(
        first=first.name,
        second=second.name,
        questions=len(asked),
        only_first=len(set(results.ids(first)) & answered) - len(asked),
        only_second=len(set(results.ids(second)) & answered) - len(asked),
        before=metrics.means(before),
        after=metrics.means(after),
        differences={name: metrics.difference(before[name], after[name]) for name in before},
        mcnemar_p=metrics.mcnemar(before["hit@1"], after["hit@1"]),
        moved=_moved(asked, first, second),
    )


def plain(found: Comparison) -> dict[str, Any]:
    """The comparison as JSON values."""
    return {
        "first": found.first,
        "second": found.second,
        "queries": found.questions,
        "only_first": found.only_first,
        "only_second": found.only_second,
        "metrics": {
            name: {
                "first": asdict(found.before[name]),
                "second": asdict(found.after[name]),
                "difference": asdict(one),
            }
            for name, one in found.differences.items()
        },
        "mcnemar_p": found.mcnemar_p,
        "moved": [asdict(one) for one in found.moved],
    }


def _moved(asked: list[str], first: Results, second: Results) -> tuple[Moved, ...]:
    before = {one.query: one for one in first.rankings}
    after = {one.query: one for one in second.rankings}
    texts = {**second.questions, **first.questions}
    found = [
        Moved(
            id=one,
            text=texts[one].text if one in texts else "",
            before=_place(first, before, one),
            after=_place(first, after, one),
        )
        for one in asked
    ]
    changed = [one for one in found if one.before != one.after]
    return tuple(sorted(changed, key=lambda one: (one.gained, one.id)))


def _place(found: Results, rankings: Mapping[str, Any], query: str) -> int | None:
    ranking = rankings.get(query)
    return metrics.first_right(found.relevant[query], ranking) if ranking else None
