"""What the systems are compared on: two real sets, and perturbed copies of one for sheer size."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from eval import beir
from eval.beir import Question, Text
from eval.bench.peers.types import Collection
from eval.bench.types import BenchError

SMALL, LARGE = "gdzwfw_items", "lecoqa_law"
SIZES = (2_262, 57_751, 500_000)
SEED = 20_260_101

_SETS = {SIZES[0]: SMALL, SIZES[1]: LARGE}
_SENTENCE = re.compile(r"[^。；\n]*[。；\n]?")
_SWAPPED, _REPLACED = 0.5, 0.05
"""The share of a copy's sentences taken from other articles, and of its characters replaced."""


def collection(data: Path, size: int, questions: int, work: Path) -> Collection:
    """The set of ``size`` passages: a real one if there is one, else perturbed copies.

    All rows of a set have the same questions: its first ``questions`` of different texts.  The
    corpus is written to ``work``.  Raises ``eval.beir.DatasetError``.
    """
    real = is_real(size)
    found = beir.load(data / _SETS.get(size, LARGE))
    asked = tuple(distinct(found.questions))[:questions]
    relevant = {one.id: found.relevant[one.id] for one in asked}
    chosen = replace(found, questions=asked, relevant=relevant)
    if not real:
        texts = tuple(perturbed(found.documents, size, SEED))
        chosen = replace(chosen, name=f"{found.name}_perturbed", documents=texts)
    path = work / "corpus.jsonl"
    write(path, chosen.documents)
    return Collection(dataset=chosen, corpus=path, peers=real, judged=real)


def is_real(size: int) -> bool:
    """Whether there is a set of this size, judged and for all systems."""
    return size in _SETS


def sizes(text: str) -> tuple[int, ...]:
    """The numbers of ``2262,57751``.  Raises ``BenchError`` for anything else."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() and int(part) for part in parts):
        raise BenchError(f"篇数 {text!r} 看不懂：写成 2262,57751")
    return tuple(map(int, parts))


def distinct(questions: Iterable[Question]) -> Iterator[Question]:
    """Each text once: no system can answer from memory."""
    seen: set[str] = set()
    for one in questions:
        if one.text not in seen:
            seen.add(one.text)
            yield one


def perturbed(texts: Sequence[Text], count: int, seed: int) -> Iterator[Text]:
    """``count`` texts: first these as they are, then copies with sentences and letters of others.

    Half of a copy's sentences come from other texts, 5% of its characters (also of its title) are
    others of the corpus, as often as they occur there.  The same seed gives the same texts.
    """
    yield from texts[:count]
    draw = random.Random(seed)  # noqa: S311 - not for secrets
    sentences = [part for text in texts for part in _SENTENCE.findall(text.text) if part]
    characters = "".join(sentences)
    for number in range(len(texts), count):
        source = texts[number % len(texts)]
        parts = [
            draw.choice(sentences) if draw.random() < _SWAPPED else part
            for part in _SENTENCE.findall(source.text)
            if part
        ]
        yield Text(
            id=f"{source.id}~{number // len(texts)}",
            title=_replaced(source.title, characters, draw),
            text=_replaced("".join(parts), characters, draw),
        )


def write(path: Path, texts: Iterable[Text]) -> None:
    """As ``corpus.jsonl``, the only form that scripts read."""
    with path.open("w", encoding="utf-8") as file:
        for one in texts:
            value = {"id": one.id, "title": one.title, "text": one.text}
            file.write(json.dumps(value, ensure_ascii=False) + "\n")


def _replaced(text: str, characters: str, draw: random.Random) -> str:
    letters = list(text)
    for _ in range(round(_REPLACED * len(letters)) or bool(letters)):
        letters[draw.randrange(len(letters))] = draw.choice(characters)
    return "".join(letters)
