"""Fitting and scoring the emergency detector (``assistant.emergencies``)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np

from assistant import emergencies, rules, understanding
from assistant.understanding import crisis
from eval import datasets, dialogue
from eval.datasets import GOLD
from eval.types import Rate
from knowledge.formats import pack
from retrieval.analyzer import normalise
from retrieval.wordings import load_outside

TRAIN = GOLD / "crisis-train.jsonl"
DEV = GOLD / "dev.jsonl"
TEST = GOLD / "crisis-test.jsonl"
NONE = "none"
REGULARISATION = 3.0
RAREST = 2
SMALLEST = 0.05
FOLDS = 5
MOST_ALARMS = 0.003
ORDINARY = tuple(GOLD / name for name in ("topics-train.jsonl", "kinds-train.jsonl"))
"""Complaints, suggestions and questions of our own, with ``text``."""
TALKS = ("dev", "own")
"""Talks whose follow-ups tell of no danger."""
NEAR_DANGER = frozenset(
    {"GZ-YLF-kunjing-ertong", "GZP-fan-zhapian-fa", "GZ-CL-shigu-chuli", "GZ-MZ-liusan-jiuzhu"}
)
"""Records that people ask for who may be in danger: their wordings say nothing of either."""
EVERY = 2
"""Of people's wordings every second one is learned from: more change nothing."""
FILE = Path(emergencies.__file__).with_suffix(".json")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and the kind of emergency that it tells of (``none``: no emergency)."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted model as it is written: n-gram → kind → weight."""

    bias: dict[str, float]
    weights: dict[str, dict[str, float]]
    sure_at: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """``recall``: emergencies recognised as one.  ``right_kind``: of those, with the right kind.
    ``false_alarms``: other sentences taken for one.  ``missed`` and ``alarms`` name them."""

    recall: Rate
    right_kind: Rate
    false_alarms: Rate
    missed: tuple[Sentence, ...]
    alarms: tuple[Sentence, ...]


def load(path: Path) -> tuple[Sentence, ...]:
    """The sentences of a file of JSON lines with ``text`` and ``kind``."""
    lines = path.read_text(encoding="utf-8").splitlines()
    values = [json.loads(line) for line in lines if line.strip()]
    return tuple(Sentence(value["text"], value["kind"]) for value in values)


def refit() -> None:
    """Fit on the training sentences, the questions of the development set and what people say who
    are in no danger, and write."""
    said = load(TRAIN)
    plain = [one.text for one in datasets.load(DEV) if one.kind != "crisis"]
    calm = dict.fromkeys([*plain, *ordinary()])
    known = {one.text for one in said}
    write(fit([*said, *(Sentence(text, NONE) for text in calm if text not in known)]), FILE)
    emergencies.detector.cache_clear()


def ordinary() -> Iterator[str]:
    """What people say who are in no danger: how they ask for records (hotlines apart) and for what
    no record answers, complaints and suggestions, follow-ups; without what the tables hear."""
    records = pack.parse([pack.BUILT_IN]).records
    calm = [one for one in records if one.kind != "hotline" and one.code not in NEAR_DANGER]
    wordings = [text for one in calm for text in getattr(one, "asked", ())]
    outside = load_outside(pack.BUILT_IN / "outside")
    filed = [
        json.loads(line)["text"]
        for path in ORDINARY
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    talks = chain.from_iterable(dialogue.load(dialogue.split(name)) for name in TALKS)
    said = [turn.text for talk in talks for turn in talk.turns[1:]]
    table = rules.load()
    for text in chain(wordings[::EVERY], outside[::EVERY], filed, said):
        if understanding.told(normalise(text), table) is None:
            yield text


def fit(sentences: Sequence[Sentence]) -> Model:
    """The model, and the least probability at which, each sentence left out of its fit, at most
    ``MOST_ALARMS`` of the sentences that tell of no emergency sound like one."""
    loudest = []
    for fold in range(FOLDS):
        model = _fit([one for n, one in enumerate(sentences) if n % FOLDS != fold])
        learned = emergencies.of(model.bias, model.weights, 1.0)
        held = [one for n, one in enumerate(sentences) if n % FOLDS == fold]
        loudest += [learned.loudness(normalise(one.text)) for one in held if one.kind == NONE]
    sure_at = float(np.quantile(loudest, 1 - MOST_ALARMS))
    whole = _fit(sentences)
    return replace(whole, sure_at=round(min(sure_at, 0.999), 3))


def _fit(sentences: Sequence[Sentence]) -> Model:
    """One logistic regression a kind, against all other sentences; small weights left out."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    counter = CountVectorizer(analyzer=emergencies.grams, min_df=RAREST, dtype=np.float64)
    features = counter.fit_transform([normalise(one.text) for one in sentences])
    names = counter.get_feature_names_out()
    bias: dict[str, float] = {}
    weights: dict[str, dict[str, float]] = {}
    for kind in sorted({one.kind for one in sentences} - {NONE}):
        model = LogisticRegression(C=REGULARISATION, class_weight="balanced", max_iter=500)
        model.fit(features, [one.kind == kind for one in sentences])
        bias[kind] = round(float(model.intercept_[0]), 3)
        for name, weight in zip(names, model.coef_[0], strict=True):
            if abs(weight) >= SMALLEST:
                weights.setdefault(str(name), {})[kind] = round(float(weight), 2)
    return Model(bias, dict(sorted(weights.items())))


def write(model: Model, path: Path) -> None:
    """Write the model where ``assistant.emergencies`` reads it."""
    value = {"sure_at": model.sure_at, "bias": model.bias, "weights": model.weights}
    path.write_text(json.dumps(value, ensure_ascii=False, indent=0), encoding="utf-8")


def hear(sentences: Iterable[Sentence]) -> Heard:
    """How the whole screen (tables and model) hears the sentences."""
    table = rules.load()
    given = tuple(sentences)
    found = [crisis(normalise(one.text), table) for one in given]
    told = [(one, kind) for one, kind in zip(given, found, strict=True) if one.kind != NONE]
    plain = [(one, kind) for one, kind in zip(given, found, strict=True) if one.kind == NONE]
    heard = [(one, kind) for one, kind in told if kind]
    return Heard(
        recall=Rate(len(heard), len(told)),
        right_kind=Rate(sum(one.kind == kind.kind for one, kind in heard if kind), len(heard)),
        false_alarms=Rate(sum(bool(kind) for _, kind in plain), len(plain)),
        missed=tuple(one for one, kind in told if not kind),
        alarms=tuple(one for one, kind in plain if kind),
    )
