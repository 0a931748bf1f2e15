"""A retrieval run on disk; finding and scoring are apart, so that scoring can be repeated.

::

    settings.json       data set, hashes of its files, index, versions, commit, command
    run.trec            the rankings, for any evaluation tool
    predictions.jsonl   {"id", "text", "extra", "ids", "scores", "confidence", "ms"}, one a line
    qrels.tsv           what is right for these questions
    scores.json         the numbers
    baseline/           the same of the baseline, if it was asked
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eval import beir, trec
from eval.beir import Question, Relevant
from eval.trec import Ranking

SETTINGS, RUN, PREDICTIONS = "settings.json", "run.trec", "predictions.jsonl"
JUDGED, SCORES, BASELINE = "qrels.tsv", "scores.json", "baseline"


class ResultsError(Exception):
    """A results folder cannot be read or compared; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """A run as it was read; of a bare run file there are rankings and judgements only."""

    name: str
    rankings: tuple[Ranking, ...]
    relevant: Relevant
    questions: Mapping[str, Question]
    settings: Mapping[str, Any]
    scores: Mapping[str, Any]


def write(
    folder: Path,
    rankings: Sequence[Ranking],
    questions: Sequence[Question],
    relevant: Relevant,
    settings: Mapping[str, Any],
) -> None:
    """Everything but the scores; the folder is made if missing."""
    folder.mkdir(parents=True, exist_ok=True)
    trec.write(folder / RUN, rankings, str(settings.get("system", "run")))
    beir.write_qrels(folder / JUDGED, relevant)
    texts = {one.id: one for one in questions}
    write_lines(folder / PREDICTIONS, (_plain(one, texts[one.query]) for one in rankings))
    write_json(folder / SETTINGS, settings)


def write_json(path: Path, value: Any) -> None:
    """Indented JSON with its Chinese readable."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def write_lines(path: Path, values: Iterable[Any]) -> None:
    """JSON lines."""
    lines = (json.dumps(one, ensure_ascii=False) + "\n" for one in values)
    path.write_text("".join(lines), encoding="utf-8")


def read_json(path: Path) -> dict[str, Any]:
    """A file of :func:`write_json`.  Raises ``ResultsError``."""
    (value,) = _read(path, lambda text: [text])
    return value


def read_lines(path: Path) -> list[dict[str, Any]]:
    """A file of :func:`write_lines`.  Raises ``ResultsError``."""
    return _read(path, lambda text: [line for line in text.split("\n") if line])


def read(folder: Path) -> Results:
    """A run with its scores, if it has any.  Raises ``ResultsError``."""
    values = read_lines(folder / PREDICTIONS)
    scores = folder / SCORES
    try:
        return Results(
            name=folder.name,
            rankings=tuple(map(_ranking, values)),
            relevant=beir.read_qrels(folder / JUDGED),
            questions={one["id"]: Question(one["id"], one["text"], one["extra"]) for one in values},
            settings=read_json(folder / SETTINGS),
            scores=read_json(scores) if scores.is_file() else {},
        )
    except FileNotFoundError as error:
        raise _incomplete(Path(error.filename)) from error
    except (KeyError, TypeError) as error:
        raise ResultsError(f"{folder / PREDICTIONS} 已损坏（缺 {error}）：重新评测") from error


def read_any(path: Path, qrels: Path | None) -> Results:
    """A results folder, or a run file with its judgements.  Raises ``ResultsError``."""
    if path.is_dir():
        found = read(path)
        return replace(found, relevant=beir.read_qrels(qrels)) if qrels else found
    if qrels is None:
        raise ResultsError(f"{path} 不是结果文件夹；比较 run.trec 要用 --qrels 给出标注文件")
    return Results(
        name=path.stem,
        rankings=trec.read(path),
        relevant=beir.read_qrels(qrels),
        questions={},
        settings={},
        scores={},
    )


def ids(found: Results) -> Iterable[str]:
    """The questions that were asked: those of the folder, else all judged ones."""
    return found.questions or found.relevant


def _read(path: Path, parted: Callable[[str], list[str]]) -> list[dict[str, Any]]:
    try:
        values = [json.loads(one) for one in parted(path.read_text("utf-8"))]
    except FileNotFoundError as error:
        raise _incomplete(path) from error
    except ValueError as error:
        raise ResultsError(f"{path} 已损坏（{error}）：重新评测") from error
    if not all(isinstance(one, dict) for one in values):
        raise ResultsError(f"{path} 已损坏（须为 JSON 对象）：重新评测")
    return values


def _incomplete(path: Path) -> ResultsError:
    return ResultsError(
        f"{path.parent} 不是一次评测的结果（缺 {path.name}）：评测时加 --out 就会生成"
    )


def _plain(one: Ranking, question: Question) -> dict[str, Any]:
    return {
        "id": one.query,
        "text": question.text,
        "extra": dict(question.extra),
        "ids": one.ids,
        "scores": [round(score, 6) for score in one.scores],
        "confidence": one.confidence,
        "ms": one.ms,
    }


def _ranking(value: Mapping[str, Any]) -> Ranking:
    return Ranking(
        query=value["id"],
        ids=tuple(value["ids"]),
        scores=tuple(value["scores"]),
        confidence=value["confidence"],
        ms=value["ms"],
    )
