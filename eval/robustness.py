"""The same questions written otherwise: does the right document still stand first?

Each question is asked as it is and perturbed, on the same index: in Traditional script (OpenCC's
s2hk and s2t), with one typing error, reworded in Cantonese.  What counts is the difference of
hit@1 on the same questions.

A typing error replaces one Han character by one that sounds alike (seven in ten; of the wrong
characters in Chinese texts 76% sound like the right one and 46% look like it: Liu et al., ACM
TALIP 2011) or looks alike, after lists that lie beside the data sets (SIGHAN's; read, never
copied).  Only characters of GB 2312 level 1, the 3,755 most common, come in.

The Cantonese wordings are kept as edits of questions that may not be passed on.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from eval import baseline, indexes, metrics, retrieval
from eval.beir import Dataset, DatasetError, Question
from eval.metrics import Values
from eval.trec import Ranking
from retrieval.types import Progress

CANTONESE = Path(__file__).with_name("gold") / "cantonese.jsonl"
LISTS = ("sound", "shape")
SOUND_SHARE = 0.7
LONGEST_TYPED = 20
"""Typing errors are made in questions of up to so many characters."""

TOGETHER = "together"

Ask = Callable[[Sequence[Question]], Sequence[Ranking]]
"""Questions → their rankings, by one system."""

Perturb = Callable[[Question], str | None]
"""The question written otherwise; None where it is not asked so."""

Confusions = Mapping[str, Mapping[str, str]]
"""``sound`` and ``shape``: character → characters that it is taken for."""

_HAN = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """``loss``: the share of hit@1 that may be lost; ``questions``: or so many questions.

    ``pooled``: to be met by all sets together, not by each.
    """

    loss: float
    questions: int = 0
    pooled: bool = False


GOALS: Mapping[str, Goal] = {
    "s2hk": Goal(loss=0.005, questions=1),
    "s2t": Goal(loss=0.005, questions=1),
    "typing": Goal(loss=0.05),
    "cantonese": Goal(loss=0.03, pooled=True),
}


@dataclass(frozen=True, slots=True)
class Reworded:
    """A question of a set reworded: each first part is replaced by the second, left to right."""

    set: str
    id: str
    edits: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """hit@1 of one system on the same questions, as they are and perturbed; (questions,) each."""

    set: str
    perturbation: str
    system: str
    clean: Values
    perturbed: Values


def perturbations(
    dataset: Dataset, *, seed: int, lists: Path, cantonese: Path = CANTONESE
) -> dict[str, Perturb]:
    """Those that can be made: typing errors need the lists, Cantonese its wordings of this set.

    Raises ``DatasetError`` when a list or a wording is wrong.
    """
    made: dict[str, Perturb] = {"s2hk": traditional("s2hk"), "s2t": traditional("s2t")}
    if all(_list(lists, kind).is_file() for kind in LISTS):
        made["typing"] = typing_error(confusions(lists), seed=f"{seed}:{dataset.name}")
    wordings = {one.id: one for one in read_reworded(cantonese) if one.set == dataset.name}
    if wordings:
        made["cantonese"] = in_cantonese(wordings, cantonese)
    return made


def run(
    dataset: Dataset,
    perturbed: Mapping[str, Perturb],
    progress: Progress,
    advance: Callable[[], None] = lambda: None,
    *,
    work: Path | None = None,
) -> tuple[Pairs, ...]:
    """Index the corpus and measure product and baseline; ``advance`` is called after each ask."""
    plainly = baseline.build(dataset.documents)
    with indexes.opened(dataset.documents, progress, name=dataset.name, work=work) as opened:
        systems: dict[str, Ask] = {
            retrieval.NAME: lambda asked: retrieval.ask(opened.searcher.search, asked, advance),
            baseline.NAME: lambda asked: baseline.ask(plainly, asked, limit=1, advance=advance),
        }
        return measure(dataset, systems, perturbed)


def measure(
    dataset: Dataset, systems: Mapping[str, Ask], perturbed: Mapping[str, Perturb]
) -> tuple[Pairs, ...]:
    """Every system asked every question, plain and perturbed."""
    return tuple(
        one
        for system, ask in systems.items()
        for one in _of_system(dataset, system, ask, perturbed)
    )


def _of_system(
    dataset: Dataset, system: str, ask: Ask, perturbed: Mapping[str, Perturb]
) -> Iterator[Pairs]:
    ids = _ids(dataset.questions)
    as_it_is = dict(zip(ids, _hits(dataset, ask, dataset.questions).tolist(), strict=True))
    for name, perturb in perturbed.items():
        written = [(one, perturb(one)) for one in dataset.questions]
        asked = [replace(one, text=text) for one, text in written if text is not None]
        if asked:
            yield Pairs(
                set=dataset.name,
                perturbation=name,
                system=system,
                clean=np.array([as_it_is[one.id] for one in asked]),
                perturbed=_hits(dataset, ask, asked),
            )


def questions_asked(dataset: Dataset, perturbed: Mapping[str, Perturb]) -> int:
    """How many questions :func:`run` asks."""
    others = sum(
        perturb(one) is not None for perturb in perturbed.values() for one in dataset.questions
    )
    return 2 * (len(dataset.questions) + others)


def pooled(pairs: Sequence[Pairs]) -> Iterator[Pairs]:
    """All sets together, for each perturbation and system that was measured on several."""
    groups: dict[tuple[str, str], list[Pairs]] = {}
    for one in pairs:
        groups.setdefault((one.perturbation, one.system), []).append(one)
    for (perturbation, system), group in groups.items():
        if len(group) > 1:
            yield Pairs(
                set=TOGETHER,
                perturbation=perturbation,
                system=system,
                clean=np.concatenate([one.clean for one in group]),
                perturbed=np.concatenate([one.perturbed for one in group]),
            )


def report(pairs: Sequence[Pairs]) -> dict[str, Any]:
    """All rows, those of all sets together last."""
    return {"rows": [plain(one) for one in (*pairs, *pooled(pairs))]}


def plain(pairs: Pairs) -> dict[str, Any]:
    """One row as JSON values; ``met``: whether the goal is met, None where none is set."""
    gain = metrics.difference(pairs.clean, pairs.perturbed)
    return {
        "set": pairs.set,
        "perturbation": pairs.perturbation,
        "system": pairs.system,
        "questions": len(pairs.clean),
        "clean": round(float(pairs.clean.mean()), 4),
        "perturbed": round(float(pairs.perturbed.mean()), 4),
        "difference": {
            "value": round(gain.value, 4),
            "low": round(gain.low, 4),
            "high": round(gain.high, 4),
            "p": round(gain.p, 5),
        },
        "met": met(pairs),
    }


def met(pairs: Pairs) -> bool | None:
    """Whether the goal of the perturbation is met; None for one set where all count together."""
    goal = GOALS[pairs.perturbation]
    if goal.pooled and pairs.set != TOGETHER:
        return None
    lost = float(pairs.clean.sum() - pairs.perturbed.sum())
    return lost <= max(goal.loss * len(pairs.clean), goal.questions) + 1e-9


def traditional(conversion: str) -> Perturb:
    """In Traditional script, by OpenCC's ``s2hk`` or ``s2t``."""
    convert = _converter(conversion)
    return lambda question: convert(question.text)


def typing_error(confused: Confusions, *, seed: str) -> Perturb:
    """With one wrong character; the same seed and question give the same error."""

    def perturb(question: Question) -> str | None:
        if len(question.text) > LONGEST_TYPED:
            return None
        return mistyped(question.text, confused, random.Random(f"{seed}:{question.id}"))  # noqa: S311

    return perturb


def mistyped(text: str, confused: Confusions, draw: random.Random) -> str | None:
    """``text`` with one character replaced; None where no character has a likely neighbour."""
    kinds = LISTS if draw.random() < SOUND_SHARE else LISTS[::-1]
    places = [place for place, one in enumerate(text) if _HAN.match(one)]
    draw.shuffle(places)
    for kind in kinds:
        for place in places:
            if likely := confused[kind].get(text[place]):
                return text[:place] + draw.choice(likely) + text[place + 1 :]
    return None


def confusions(lists: Path) -> Confusions:
    """The lists of a folder, common characters only.  Raises ``DatasetError``."""
    return {
        kind: {
            value["char"]: likely
            for value in _objects(_list(lists, kind), "char", f"same_{kind}")
            if (likely := _likely(value["char"], value[f"same_{kind}"]))
        }
        for kind in LISTS
    }


def is_common(character: str) -> bool:
    """Whether a character is in level 1 of GB 2312 (rows 16–55 of its table)."""
    code = character.encode("gb2312", "ignore")
    return len(code) == 2 and 0xB0 <= code[0] <= 0xD7


def in_cantonese(wordings: Mapping[str, Reworded], path: Path) -> Perturb:
    """As reworded.  Raises ``DatasetError`` where an edit does not fit the question."""

    def perturb(question: Question) -> str | None:
        found = wordings.get(question.id)
        if found is None:
            return None
        try:
            return reworded(question.text, found.edits)
        except ValueError as error:
            raise DatasetError(path, 0, "edits", f"{question.id}：{error}") from error

    return perturb


def reworded(text: str, edits: Iterable[tuple[str, str]]) -> str:
    """Each edit is made once, behind the one before.  Raises ``ValueError`` if one fits nowhere."""
    end = 0
    for old, new in edits:
        start = text.find(old, end)
        if start < 0:
            raise ValueError(f"题目里没有「{old}」：题目变了，改写也要改")
        text = text[:start] + new + text[start + len(old) :]
        end = start + len(new)
    return text


def read_reworded(path: Path = CANTONESE) -> Iterator[Reworded]:
    """The wordings of a file.  Raises ``DatasetError``, naming the line."""
    for number, value in enumerate(_objects(path, "set", "id"), start=1):
        edits = value.get("edits")
        if not isinstance(edits, list) or not edits or not all(map(_is_edit, edits)):
            problem = f"{edits!r} 应为 [[原文, 改成], …]，原文不可为空"
            raise DatasetError(path, number, "edits", problem)
        yield Reworded(value["set"], value["id"], tuple((old, new) for old, new in edits))


def _is_edit(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(one, str) for one in value)
        and value[0] != ""
    )


def _objects(path: Path, *fields: str) -> Iterator[dict[str, Any]]:
    """The lines of a file, each an object whose ``fields`` are texts."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            raise DatasetError(path, number, "-", f"不是 JSON：{error}") from error
        if not isinstance(value, dict):
            raise DatasetError(path, number, "-", "应为 JSON 对象")
        for field in fields:
            if not isinstance(value.get(field), str):
                raise DatasetError(path, number, field, f"{value.get(field)!r} 应为文字")
        yield value


def _list(lists: Path, kind: str) -> Path:
    return lists / f"confusion_{kind}.jsonl"


def _likely(character: str, others: str) -> str:
    return "".join(one for one in dict.fromkeys(others) if one != character and is_common(one))


@cache
def _converter(conversion: str) -> Callable[[str], str]:
    import opencc

    convert: Callable[[str], str] = opencc.OpenCC(conversion).convert
    return convert


def _ids(questions: Iterable[Question]) -> list[str]:
    return [one.id for one in questions]


def _hits(dataset: Dataset, ask: Ask, questions: Sequence[Question]) -> Values:
    found = ask(questions)
    return metrics.per_question(_ids(questions), dataset.relevant, found)["hit@1"]
