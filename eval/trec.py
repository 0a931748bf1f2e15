"""What a system found for each question, and run files in TREC's format.

A line is ``query-id Q0 document-id rank score tag``.  Evaluation tools order by the score alone and
break ties by document id, so the order must stand in the scores: where a score is not below the one
before it (documents that a question names are moved up), the next smaller float is written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path

import numpy as np


class TrecError(Exception):
    """A run file cannot be read; the message names file, line and remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Documents found for one question, best first, and their scores.

    ``confidence``: the probability that the first is right, as the system tells it, if it does;
    ``signs``: what it was made of.
    ``ms``: milliseconds that the question took.
    """

    query: str
    ids: tuple[str, ...]
    scores: tuple[float, ...]
    confidence: float | None = None
    signs: Mapping[str, float] = field(default_factory=dict)
    ms: float = 0.0


@dataclass(frozen=True, slots=True)
class _Line:
    query: str
    id: str
    rank: int
    score: float


def write(path: Path, rankings: Iterable[Ranking], tag: str) -> None:
    """Write a run file; ``tag`` is the system's name, without blanks."""
    path.write_text("".join(_lines(rankings, tag)), encoding="utf-8")


def read(path: Path) -> tuple[Ranking, ...]:
    """The rankings of a run file: by score, then by rank.  Raises ``TrecError``."""
    found: defaultdict[str, list[_Line]] = defaultdict(list)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise TrecError(f"没有文件 {path}") from error
    except UnicodeDecodeError as error:
        raise TrecError(f"{path} 不是 UTF-8 文字") from error
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            one = _parsed(path, number, line)
            found[one.query].append(one)
    if not found:
        raise TrecError(f"{path} 里没有结果：每行写 题号 Q0 文档号 名次 分数 名称")
    return tuple(_ranking(query, lines) for query, lines in found.items())


def descending(scores: Iterable[float]) -> Iterator[float]:
    """The scores, each lowered to below the one before it where it is not (single precision)."""
    last = np.float32(np.inf)
    for score in scores:
        last = min(np.float32(score), np.nextafter(last, np.float32(-np.inf)))
        yield float(last)


def _lines(rankings: Iterable[Ranking], tag: str) -> Iterator[str]:
    for one in rankings:
        for rank, (found, score) in enumerate(zip(one.ids, descending(one.scores), strict=True), 1):
            yield f"{one.query} Q0 {found} {rank} {score:.9g} {tag}\n"


def _parsed(path: Path, number: int, line: str) -> _Line:
    columns = line.split()
    try:
        query, _, found, rank, score, *_tag = columns
        one = _Line(query, found, int(rank), float(score))
    except ValueError as error:
        problem = "须为 题号 Q0 文档号 名次 分数 名称，用空格分开"
        raise TrecError(f"{path} 第 {number} 行：{problem}") from error
    if not isfinite(one.score):
        raise TrecError(f"{path} 第 {number} 行：分数 {score} 不是有限的数")
    return one


def _ranking(query: str, lines: list[_Line]) -> Ranking:
    """A document that is listed twice counts where it stands first."""
    best: dict[str, float] = {}
    for one in sorted(lines, key=lambda one: (-one.score, one.rank)):
        best.setdefault(one.id, one.score)
    return Ranking(query=query, ids=tuple(best), scores=tuple(best.values()))
