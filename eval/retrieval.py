"""Retrieval on a data set: the product's own index of its corpus, asked every question."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval import baseline, indexes, metrics, results
from eval.beir import Dataset, Question
from eval.metrics import Difference, Estimate
from eval.scoring import percentile
from eval.slices import Part, parts
from eval.trec import Ranking
from retrieval.types import Progress, Query, SearchResult

KIND, NAME = "retrieval", "suiwen"
HITS = 50
"""How many documents are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one system found on a data set.  ``settings`` tell with what it was made."""

    system: str
    rankings: tuple[Ranking, ...]
    build_seconds: float
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The scores of one system: means, parts of the set, speed.  Milliseconds and seconds."""

    system: str
    questions: int
    documents: int
    means: Mapping[str, Estimate]
    slices: Mapping[str, Mapping[str, Part]]
    build_seconds: float
    ms_p50: float
    ms_p99: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """The baseline's scores; how far the system is above it; McNemar's p for hit@1."""

    scores: Scores
    differences: Mapping[str, Difference]
    mcnemar_p: float


def run(
    dataset: Dataset,
    progress: Progress,
    advance: Callable[[], None] = lambda: None,
    *,
    work: Path | None = None,
    encoder: str | None = None,
) -> Run:
    """Index the corpus and ask all questions; ``advance`` is called after each."""
    with indexes.opened(
        dataset.documents, progress, name=dataset.name, work=work, encoder=encoder
    ) as opened:
        return Run(
            system=NAME,
            rankings=ask(opened.searcher.search, dataset.questions, advance),
            build_seconds=opened.build_seconds,
            settings={
                **opened.settings,
                "index": indexes.manifest_of(opened),
                "index_reopened": opened.reopened,
                "open_seconds": opened.open_seconds,
                "hits": HITS,
            },
        )


def run_baseline(dataset: Dataset, advance: Callable[[], None] = lambda: None) -> Run:
    """The baseline on the same set."""
    begun = time.perf_counter()
    index = baseline.build(dataset.documents)
    spent = round(time.perf_counter() - begun, 3)
    rankings = baseline.ask(index, dataset.questions, limit=HITS, advance=advance)
    settings = {"k1": baseline.K1, "b": baseline.B, "hits": HITS}
    return Run(system=baseline.NAME, rankings=rankings, build_seconds=spent, settings=settings)


def ask(
    search: Callable[[Query], SearchResult],
    questions: Iterable[Question],
    advance: Callable[[], None] = lambda: None,
) -> tuple[Ranking, ...]:
    """The ranking for each question.  Of several documents of one record the best stands for it."""
    found = []
    for one in questions:
        begun = time.perf_counter()
        result = search(Query(text=one.text, limit=HITS))
        spent = (time.perf_counter() - begun) * 1000
        found.append(ranking(one.id, result, spent))
        advance()
    return tuple(found)


def ranking(query: str, result: SearchResult, ms: float) -> Ranking:
    """A search result as a ranking of records."""
    best: dict[str, float] = {}
    for hit in result.hits:
        best.setdefault(hit.document.record, hit.score)
    return Ranking(
        query=query,
        ids=tuple(best),
        scores=tuple(best.values()),
        confidence=result.confidence,
        signs=result.signs,
        ms=round(ms, 3),
    )


def score(dataset: Dataset, found: Run) -> Scores:
    """All scores of a run."""
    values = _values(dataset, found.rankings)
    times = sorted(one.ms for one in found.rankings)
    return Scores(
        system=found.system,
        questions=len(dataset.questions),
        documents=len(dataset.documents),
        means=metrics.means(values),
        slices=parts(dataset.questions, values),
        build_seconds=found.build_seconds,
        ms_p50=percentile(times, 0.50),
        ms_p99=percentile(times, 0.99),
    )


def against(dataset: Dataset, found: Run, base: Run) -> Against:
    """The baseline's scores beside those of a run on the same questions."""
    ours, theirs = _values(dataset, found.rankings), _values(dataset, base.rankings)
    return Against(
        scores=score(dataset, base),
        differences={name: metrics.difference(theirs[name], ours[name]) for name in ours},
        mcnemar_p=metrics.mcnemar(theirs["hit@1"], ours["hit@1"]),
    )


def plain(scores: Scores, other: Against | None = None) -> dict[str, Any]:
    """The scores as JSON values."""
    value: dict[str, Any] = {
        **{name: _estimate(one) for name, one in scores.means.items()},
        "system": scores.system,
        "queries": scores.questions,
        "documents": scores.documents,
        "build_seconds": round(scores.build_seconds, 3),
        "query_ms": {"p50": round(scores.ms_p50, 3), "p99": round(scores.ms_p99, 3)},
    }
    if other:
        value["baseline"] = plain(other.scores)
        value["baseline"].pop("slices")
        value["against_baseline"] = {
            name: {**_estimate(one), "p": round(one.p, 5)}
            for name, one in other.differences.items()
        }
        value["against_baseline"]["hit@1"]["mcnemar_p"] = round(other.mcnemar_p, 5)
    value["slices"] = {
        name: {
            label: {
                "queries": part.questions,
                **{metric: _estimate(one) for metric, one in part.means.items()},
            }
            for label, part in groups.items()
        }
        for name, groups in scores.slices.items()
    }
    return value


def write(
    folder: Path,
    dataset: Dataset,
    found: Run,
    described: Mapping[str, Any],
    scores: Mapping[str, Any],
) -> None:
    """The run as a folder of ``eval.results``."""
    settings = {"kind": KIND, "system": found.system, **described, **found.settings}
    results.write(folder, found.rankings, dataset.questions, dataset.relevant, settings)
    results.write_json(folder / results.SCORES, scores)


def _values(dataset: Dataset, rankings: Sequence[Ranking]) -> dict[str, metrics.Values]:
    ids = [one.id for one in dataset.questions]
    return metrics.per_question(ids, dataset.relevant, rankings)


def _estimate(one: Estimate | Difference) -> dict[str, float]:
    return {"value": round(one.value, 4), "low": round(one.low, 4), "high": round(one.high, 4)}
