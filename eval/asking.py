"""Fitting and scoring what hears the facet of a short follow-up (``assistant.asking``)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant import asking
from assistant.work_orders import linear
from assistant.work_orders.linear import Linear
from eval import dialogue
from eval.datasets import GOLD
from eval.dialogue import Talk
from eval.types import Rate
from retrieval.analyzer import normalise

TRAIN = GOLD / "facet-sentences.jsonl"
FILE = Path(asking.__file__).with_suffix(".json")
LONGEST, STRENGTH, SMALLEST = 3, 20.0, 0.1
SURE = 0.3
"""From which probability a facet is heard beside those of the table: read off the follow-ups of
the development and of our own talks, where 0.25 to 0.35 do as well."""

ASKS = ("facet", "pronoun", "back")
"""Kinds of turns whose words tell what they ask for: a choice or a correction carries it over."""

AWAY = 0.4
"""From which probability a message is taken for one that belongs elsewhere."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A short follow-up and the facet that it asks for; ``none``: nothing; ``away``: it belongs
    elsewhere."""

    text: str
    facet: str


def load(path: Path = TRAIN) -> tuple[Sentence, ...]:
    """The sentences of a file of JSON lines with ``text`` and ``facet``."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(Sentence(**json.loads(line)) for line in lines if line.strip())


def of_talks(talks: Iterable[Talk]) -> tuple[Sentence, ...]:
    """The follow-ups of talks that ask for one facet."""
    turns = (one for talk in talks for one in talk.turns[1:] if one.kind in ASKS)
    return tuple(Sentence(one.text, one.facets[0]) for one in turns if len(one.facets) == 1)


def fit(given: Sequence[Sentence]) -> Linear:
    """Multinomial logistic regression over the n-grams of the sentences."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    vectorizer = TfidfVectorizer(
        analyzer=lambda text: list(linear.grams(text, LONGEST)), sublinear_tf=True, min_df=2
    )
    features = vectorizer.fit_transform([normalise(one.text) for one in given])
    learned = LogisticRegression(C=STRENGTH, max_iter=500)
    learned.fit(features, [one.facet for one in given])
    return Linear(
        classes=tuple(map(str, learned.classes_)),
        rows={str(gram): row for row, gram in enumerate(vectorizer.get_feature_names_out())},
        idf=vectorizer.idf_.astype(np.float32),
        weights=learned.coef_.T.astype(np.float32),
        bias=learned.intercept_.astype(np.float32),
        sharpness=1.0,
        longest=LONGEST,
        sure_at={"sure": SURE, "away": AWAY},
    )


def refit() -> None:
    """Fit on all our sentences, the development and our own talks, and write where
    ``assistant.asking`` reads."""
    talks = [one for name in ("dev", "own") for one in dialogue.load(dialogue.split(name))]
    learned = fit((*load(), *of_talks(talks)))
    FILE.write_text(linear.dumps(learned, SMALLEST), encoding="utf-8")
    asking.model.cache_clear()


def score(learned: Linear, given: Iterable[Sentence]) -> Rate:
    """How often the likeliest facet is the one asked for."""
    found = []
    for one in given:
        told = asking.heard(learned, normalise(one.text), 0.0)
        found.append((not told) if one.facet in (asking.NONE, asking.AWAY) else one.facet in told)
    return Rate(sum(found), len(found))
