"""Does the confidence tell that the answer is not there?  The same questions with and without it.

The questions are split in two halves by a hash of their ids.  One index is built without any right
document of the first half: its questions can then not be answered, those of the second half can.
The other index the other way round.  Both are pooled, so that each question is asked twice and
only the documents differ.  A question of the other half that shares all of its right documents is
unanswerable too; with some of them left it is answerable by those.

Confidences compared: that of the search result (if retrieval gives one), the hybrid's top score,
and the top score of the BM25 baseline over the same documents.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from eval import baseline, calibration, results, retrieval
from eval.beir import Dataset, Relevant
from eval.calibration import Calibration, Cases, Comparison, Curve
from eval.trec import Ranking
from retrieval.types import Progress

KIND = "unanswerable"
CONFIDENCE, HYBRID, BM25 = "confidence", "hybrid_score", "bm25_score"
HALVES = (0, 1)

_ASKED = "asked.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question put to one of the two indexes.  ``sure``: confidence by name, none if not told.

    ``right``: whether the first document is right, by the same names.  ``signs``: what the
    confidence was made of.
    """

    question: str
    half: int
    answerable: bool
    sure: Mapping[str, float | None]
    right: Mapping[str, bool]
    signs: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """By the name of a confidence; comparisons by (first, second)."""

    asked: tuple[Asked, ...]
    calibrations: Mapping[str, Calibration]
    curves: Mapping[str, Curve]
    comparisons: Mapping[tuple[str, str], Comparison]


def run(
    dataset: Dataset,
    progress: Progress,
    advance: Callable[[], None] = lambda: None,
    *,
    work: Path | None = None,
    encoder: str | None = None,
    seed: int = 1,
) -> tuple[Asked, ...]:
    """Ask every question of both indexes; ``advance`` is called after each answer."""
    return tuple(
        one
        for number in HALVES
        for one in _half(dataset, number, seed, progress, advance, work, encoder)
    )


def half(question: str, seed: int) -> int:
    """The half (0 or 1) that a question belongs to."""
    return hashlib.sha256(f"{seed} {question}".encode()).digest()[0] % 2


def without(dataset: Dataset, number: int, seed: int) -> Dataset:
    """The data set without any right document of the questions of a half.

    ``relevant`` holds, for every question, the right documents that are left, maybe none.
    """
    gone = {
        found
        for one in dataset.questions
        if half(one.id, seed) == number
        for found in dataset.relevant[one.id]
    }
    documents = tuple(one for one in dataset.documents if one.id not in gone)
    known = {one.id for one in documents}
    left: Relevant = {
        query: {found: grade for found, grade in of_one.items() if found in known}
        for query, of_one in dataset.relevant.items()
    }
    name = f"{dataset.name}-without-{number}"
    return replace(dataset, name=name, documents=documents, relevant=left)


def report(asked: Sequence[Asked], *, resamples: int = calibration.RESAMPLES) -> Report:
    """Measure every confidence that was told for all questions, and compare them in pairs."""
    names = [
        name
        for name in (BM25, HYBRID, CONFIDENCE)
        if all(one.sure[name] is not None for one in asked)
    ]
    found = {name: cases(asked, name) for name in names}
    return Report(
        asked=tuple(asked),
        calibrations={
            name: calibration.measure(one, resamples=resamples) for name, one in found.items()
        },
        curves={name: calibration.curve(one) for name, one in found.items()},
        comparisons={
            (first, second): calibration.compare(found[first], found[second], resamples=resamples)
            for first, second in combinations(names, 2)
        },
    )


def cases(asked: Sequence[Asked], name: str) -> Cases:
    """The cases of one confidence."""
    numbers = {one: n for n, one in enumerate(dict.fromkeys(one.question for one in asked))}
    return calibration.cases(
        np.array([one.sure[name] for one in asked], dtype=np.float64),
        np.array([one.right[name] for one in asked]),
        np.array([one.answerable for one in asked]),
        np.array([numbers[one.question] for one in asked]),
    )


def plain(found: Report) -> dict[str, Any]:
    """The report as JSON values."""
    return {
        "asked": len(found.asked),
        "questions": len({one.question for one in found.asked}),
        "answerable": sum(one.answerable for one in found.asked),
        "most_wrong": calibration.MOST_WRONG,
        "confidences": {name: _rounded(asdict(one)) for name, one in found.calibrations.items()},
        "comparisons": [
            {"first": first, "second": second, **_rounded(asdict(one))}
            for (first, second), one in found.comparisons.items()
        ],
    }


def write(folder: Path, found: Report, settings: Mapping[str, Any]) -> None:
    """``settings.json``, ``asked.jsonl``, ``scores.json``; the folder is made if missing."""
    folder.mkdir(parents=True, exist_ok=True)
    results.write_json(folder / results.SETTINGS, {"kind": KIND, **settings})
    results.write_lines(folder / _ASKED, (asdict(one) for one in found.asked))
    results.write_json(folder / results.SCORES, plain(found))


def read(folder: Path) -> tuple[Asked, ...]:
    """What :func:`write` kept.  Raises ``ResultsError``."""
    return tuple(Asked(**one) for one in results.read_lines(folder / _ASKED))


def _half(
    dataset: Dataset,
    number: int,
    seed: int,
    progress: Progress,
    advance: Callable[[], None],
    work: Path | None,
    encoder: str | None,
) -> Iterator[Asked]:
    reduced = without(dataset, number, seed)
    ours = retrieval.run(reduced, progress, advance, work=work, encoder=encoder).rankings
    index = baseline.build(reduced.documents)
    theirs = baseline.ask(index, reduced.questions, limit=1)
    for one, other in zip(ours, theirs, strict=True):
        left = reduced.relevant[one.query]
        yield Asked(
            question=one.query,
            half=number,
            answerable=bool(left),
            sure={CONFIDENCE: _confidence(one), HYBRID: _top(one), BM25: _top(other)},
            right={
                CONFIDENCE: _right(one, left),
                HYBRID: _right(one, left),
                BM25: _right(other, left),
            },
            signs=one.signs,
        )


def _confidence(found: Ranking) -> float | None:
    """What the result tells; where nothing was found there is nothing to be sure of."""
    return found.confidence if found.confidence is not None or found.ids else 0.0


def _top(found: Ranking) -> float:
    return found.scores[0] if found.scores else 0.0


def _right(found: Ranking, left: Mapping[str, int]) -> bool:
    return bool(found.ids) and found.ids[0] in left


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 5)
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    return value
