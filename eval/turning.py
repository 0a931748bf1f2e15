"""Fitting what tells a turn to another matter from a follow-up (``assistant.turning``).

Examples: the follow-ups of the development and of our own talks, which go on about their record or
turn to another, and short changes of topic (``topic-turns.jsonl``), each after a record that is
drawn for it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from assistant import answering, bootstrap, rules, standing, turning
from assistant.settings import Settings
from assistant.types import DialogueState, Knowledge
from assistant.understanding import understand
from assistant.work_orders import linear
from assistant.work_orders.linear import Linear
from channels.types import Message
from eval import dialogue
from eval.datasets import GOLD
from eval.dialogue import Talk
from eval.types import Rate
from retrieval.analyzer import normalise

TURNS = GOLD / "topic-turns.jsonl"
FILE = Path(turning.__file__).with_suffix(".toml")
GOES_ON = ("facet", "district", "audience", "pronoun")
SEED, FOLDS, STRENGTH, TURNS_AT = 1, 10, 3.0, 0.5
HEARING = FILE.with_suffix(".json")
LONGEST, SAID_STRENGTH, SMALLEST = 3, 3.0, 0.05


@dataclass(frozen=True, slots=True)
class Said:
    """A message after a record was spoken of, and whether it turns to another matter.

    ``group``: messages of one talk are left out of the fit together.
    """

    text: str
    record: str
    turns: bool
    group: str


@dataclass(frozen=True, slots=True)
class Example:
    """The signs of a message, and what is right."""

    said: Said
    signs: dict[str, float]


def sentences(talks: Sequence[Talk], path: Path = TURNS) -> tuple[Said, ...]:
    """All messages to learn from."""
    codes = sorted({turn.code for talk in talks for turn in talk.turns if turn.code})
    drawn = random.Random(SEED)  # noqa: S311

    def after(code: str) -> str:
        return drawn.choice([one for one in codes if one != code])

    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    topics = [
        Said(one["text"], after(one["code"]), True, f"turn-{number}")
        for number, one in enumerate(lines)
    ]
    return (*(one for talk in talks for one in _of(talk)), *topics)


def _of(talk: Talk) -> Iterator[Said]:
    """The follow-ups of a talk whose record is known before and after."""
    before = talk.turns[0].code
    for turn in talk.turns[1:]:
        if before and turn.code == before and turn.kind in GOES_ON:
            yield Said(turn.text, before, False, talk.id)
        elif before and turn.code and turn.code != before and turn.kind == "topic":
            yield Said(turn.text, before, True, talk.id)
        if turn.code or turn.pick is not None:
            before = turn.code


def examples(given: Sequence[Said], knowledge: Knowledge, today: date) -> tuple[Example, ...]:
    """The signs of those messages that find another record than the one spoken of."""
    table = rules.load()
    papers = answering.papers_of(knowledge)
    found = []
    for one in given:
        reading = understand(Message(text=one.text), DialogueState(), table, ear=False)
        look = answering.looker(reading, knowledge, table, today)
        own = look(one.text)
        if own.best is None or own.best.record.code == one.record or not reading.focus:
            continue  # no question for the model
        values = standing.signs(own, own.best, (one.record,), reading, look, papers)
        found.append(Example(one, values))
    return tuple(found)


def fit(given: Sequence[Example]) -> turning.Turning:
    """Logistic regression over the signs; how a message is said, as heard without its group."""
    from sklearn.linear_model import LogisticRegression

    apart = _heard_apart(given)
    names = list(given[0].signs)
    learned = LogisticRegression(C=STRENGTH, max_iter=2000)
    learned.fit(
        [[one.signs[name] for name in names] for one in apart], [_turns(one) for one in apart]
    )
    weights = {
        name: round(float(weight), 3) for name, weight in zip(names, learned.coef_[0], strict=True)
    }
    bias = round(float(learned.intercept_[0]), 3)
    return turning.Turning(bias=bias, turns_at=TURNS_AT, weights=weights)


def hear(given: Sequence[Example]) -> Linear:
    """How turns are said: logistic regression over the n-grams of the messages."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    vectorizer = TfidfVectorizer(
        analyzer=lambda text: list(linear.grams(text, LONGEST)), sublinear_tf=True, min_df=2
    )
    features = vectorizer.fit_transform([normalise(one.said.text) for one in given])
    learned = LogisticRegression(C=SAID_STRENGTH, max_iter=2000)
    learned.fit(features, [_turns(one) for one in given])
    towards = learned.coef_[0].astype(np.float32)
    bias = float(learned.intercept_[0])
    return Linear(
        classes=(turning.ON, turning.TURNS),
        rows={str(gram): row for row, gram in enumerate(vectorizer.get_feature_names_out())},
        idf=vectorizer.idf_.astype(np.float32),
        weights=np.stack([-towards / 2, towards / 2], axis=1),
        bias=np.array([-bias / 2, bias / 2], dtype=np.float32),
        sharpness=1.0,
        longest=LONGEST,
        sure_at={},
    )


def _heard_apart(given: Sequence[Example]) -> tuple[Example, ...]:
    """The examples with how they are said, as heard by a model that did not learn their group."""
    found = []
    for learned, rest in _folds(given):
        heard = hear(learned)
        found += [_hears(one, heard) for one in rest]
    return tuple(found)


def _hears(one: Example, heard: Linear) -> Example:
    said = turning.said_so(heard, normalise(one.said.text))
    return replace(one, signs=one.signs | {"said": said})


def _folds(given: Sequence[Example]) -> Iterator[tuple[list[Example], list[Example]]]:
    """What is learned from and what is left out, all messages of a talk together."""
    groups = sorted({one.said.group for one in given})
    fold = {group: number % FOLDS for number, group in enumerate(groups)}
    for number in range(FOLDS):
        yield (
            [one for one in given if fold[one.said.group] != number],
            [one for one in given if fold[one.said.group] == number],
        )


def left_out(given: Sequence[Example]) -> tuple[Rate, Rate]:
    """Turns noticed, and messages that go on taken for one: each talk left out of its fit."""
    noticed: list[bool] = []
    mistaken: list[bool] = []
    for learned, rest in _folds(given):
        model, heard = fit(learned), hear(learned)
        for one in rest:
            told = model.probability(_hears(one, heard).signs) >= model.turns_at
            (noticed if _turns(one) else mistaken).append(told)
    return Rate(sum(noticed), len(noticed)), Rate(sum(mistaken), len(mistaken))


def write(learned: turning.Turning, path: Path = FILE) -> None:
    """Write the model where ``assistant.turning`` reads it."""
    lines = [
        "# Fitted by `suiwen-eval dialogue --write` on talks of our own; do not edit by hand.",
        f"bias = {learned.bias}",
        f"turns_at = {learned.turns_at}",
        "",
        "[weights]",
        *(f"{name} = {weight}" for name, weight in learned.weights.items()),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    turning.model.cache_clear()


def refit(settings: Settings) -> None:
    """Fit on the development and our own talks, over the release in force, and write."""
    talks = [*dialogue.load(dialogue.split("dev")), *dialogue.load(dialogue.split("own"))]
    knowledge = bootstrap.build(settings).live()
    given = examples(sentences(talks), knowledge, bootstrap.today())
    HEARING.write_text(linear.dumps(hear(given), SMALLEST), encoding="utf-8")
    turning.hearing.cache_clear()
    write(fit(given))


def _turns(one: Example) -> bool:
    return one.said.turns
