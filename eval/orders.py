"""Fitting and scoring what complaints need: topics, kinds, duplicates (of ``work_orders``).

All sentences are our own: ``topics-*.jsonl`` (text, topic; ``calibration`` and
``test`` avoid the tree's own words), ``kinds-*.jsonl`` (text, kind),
``order-pairs.jsonl`` (a, b, same, split).  Questions to tell filings from: the wordings of the pack
and the development questions.  Test files are only scored.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from assistant.work_orders import duplicates, kinds, linear, topics
from assistant.work_orders.linear import Linear
from eval import asking, datasets
from eval.datasets import GOLD
from eval.types import Rate
from knowledge.formats import pack
from knowledge.types import Facet
from retrieval.analyzer import normalise

FOLDS = 5
SEED = 1
FOLDER = Path(topics.__file__).resolve().parent
ASKED = pack.BUILT_IN / "asked"

_TOPIC_LONGEST, _RIDGE, _TOPIC_SMALLEST = 2, 1.0, 0.008
_KIND_LONGEST, _KIND_C, _KIND_SMALLEST, _RAREST = 3, 20.0, 0.05, 2
_OWN_WEIGHT = 5.0
"""How much a sentence written for the kinds counts against one of another file."""
MOST_ALARMS = 0.01
"""The share of questions, left out of the fit, that may be taken for a filing."""
SURE = {"department": 0.85, "route": 0.9, "topic": 0.8}
"""How often what is told above each threshold is right, left out of the fit."""
UNTOLD = {"department": "", "route": "12345"}
"""What is said where nothing else is sure; it needs no threshold."""
DUPLICATES_C = 3.0
AGAIN, AGAIN_SHARE = "又", 0.25
"""What makes another matter sound as if it went on, and how much such a pair counts."""
MOST_FALSE_SAME = 0.05
"""The share of our pairs of different matters that may be taken for one."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence and what it is: a topic's code or a kind."""

    text: str
    label: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicScore:
    """``told``: departments suggested, of all; ``told_right``: of those, the right ones;
    ``routed``: sent elsewhere than to 12345, of all; ``routed_right``: of those, rightly;
    ``calibration``: mean distance of the first topic's probability from its hit rate, ten bins."""

    first: Rate
    third: Rate
    area: Rate
    told: Rate
    told_right: Rate
    routed: Rate
    routed_right: Rate
    calibration: float


@dataclass(frozen=True, slots=True, kw_only=True)
class KindScore:
    """``found``: filings taken for one; ``right``: of those, of the right kind; ``alarms``:
    questions taken for a filing."""

    found: Rate
    right: Rate
    alarms: Rate
    wrong: tuple[str, ...]


# Topics


def topic_sentences(split: str) -> tuple[Said, ...]:
    """Our own texts: sentences of ``train`` or ``test``, ``phrases`` to learn from beside them."""
    return tuple(Said(one["text"], one["topic"]) for one in _lines(f"topics-{split}"))


def fit_topics(given: Sequence[Said], blind: Sequence[Said]) -> Linear:
    """The model over all sentences; sharpness and thresholds from folds left out and, counting as
    much, from sentences written with other words than the tree's (``blind``)."""
    codes = list(topics.tree().topics)
    whole = ridge(given, codes)
    totals = np.vstack([_left_out(given, codes), _totals(whole, blind)])
    truth = np.array([codes.index(one.label) for one in (*given, *blind)])
    weight = np.array([0.5 / len(given)] * len(given) + [0.5 / len(blind)] * len(blind))
    sharpness = _sharpness(totals, truth, weight)
    shares = linear.softmax((totals * sharpness).astype(np.float32))
    known = [topics.tree().topics[code] for code in codes]
    bodies = [one.department or "" for one in known]
    routes = [one.route for one in known]
    sure_at = {}
    for name, labels in (("topic", codes), ("department", bodies), ("route", routes)):
        best, sure, right = _told(shares, labels, truth)
        counts = best != UNTOLD.get(name)
        sure_at[name] = _threshold(sure[counts], right[counts], weight[counts], SURE[name])
    return replace(whole, sharpness=sharpness, sure_at=sure_at)


def ridge(given: Sequence[Said], codes: Sequence[str]) -> Linear:
    """Ridge regression on which topic a text is of; texts are the sentences, our phrases (those
    without a topic are of none), and each everyday word and name of the tree."""
    known = topics.tree().topics
    words = [Said(word, code) for code in codes for word in (known[code].name, *known[code].words)]
    columns = {code: at for at, code in enumerate(codes)}
    phrases = [one for one in topic_sentences("phrases") if not one.label or one.label in columns]
    every = [*given, *phrases, *words]
    vectorizer, features = _vectors([one.text for one in every], _TOPIC_LONGEST)
    kernel = (features @ features.T).toarray()
    truth = np.zeros((len(every), len(codes)))
    for row, one in enumerate(every):
        if one.label:
            truth[row, columns[one.label]] = 1
    dual = np.linalg.solve(kernel + _RIDGE * np.eye(len(every)), truth)
    return Linear(
        classes=tuple(codes),
        rows={str(gram): row for row, gram in enumerate(vectorizer.get_feature_names_out())},
        idf=vectorizer.idf_.astype(np.float32),
        weights=(features.T @ dual).astype(np.float32),
        bias=np.zeros(len(codes), dtype=np.float32),
        sharpness=1.0,
        longest=_TOPIC_LONGEST,
        sure_at={},
    )


def score_topics(given: Sequence[Said], model: Linear | None = None) -> TopicScore:
    """How a model (the shipped one) does on these sentences."""
    tree = topics.tree()
    first = third = area = told = right = routed = route = 0
    sure, hits = [], []
    for one in given:
        advice = topics.advise_by(model or topics.classifier(), one.text)
        codes = [choice.code for choice in advice.choices]
        topic = tree.topics[one.label]
        first += codes[0] == one.label
        third += one.label in codes
        area += tree.path(codes[0])[0] == tree.path(one.label)[0]
        told += advice.department is not None
        right += advice.department is not None and advice.department == tree.department(topic)
        routed += advice.route != "12345"
        route += advice.route != "12345" and advice.route == topic.route
        sure.append(advice.choices[0].probability)
        hits.append(codes[0] == one.label)
    count = len(given)
    return TopicScore(
        first=Rate(first, count),
        third=Rate(third, count),
        area=Rate(area, count),
        told=Rate(told, count),
        told_right=Rate(right, told),
        routed=Rate(routed, count),
        routed_right=Rate(route, routed),
        calibration=_calibration(np.array(sure), np.array(hits)),
    )


def _score_left_out(given: Sequence[Said]) -> TopicScore:
    """Sentences that hold the tree's words, by models that have not seen them: every fifth."""
    shipped = topics.classifier()
    held = given[::FOLDS]
    model = ridge([one for n, one in enumerate(given) if n % FOLDS], shipped.classes)
    same = replace(model, sharpness=shipped.sharpness, sure_at=shipped.sure_at)
    return score_topics(held, same)


def _left_out(given: Sequence[Said], codes: Sequence[str]) -> Floats:
    """The totals of each sentence by a model that has not seen it, of shape (given, codes)."""
    totals = np.zeros((len(given), len(codes)))
    for fold in range(FOLDS):
        model = ridge([one for n, one in enumerate(given) if n % FOLDS != fold], codes)
        totals[fold::FOLDS] = _totals(model, given[fold::FOLDS])
    return totals


def _totals(model: Linear, given: Sequence[Said]) -> Floats:
    return np.array([model.totals(normalise(one.text)) for one in given], dtype=np.float64)


# Kinds


def kind_sentences(split: str) -> tuple[Said, ...]:
    return tuple(Said(one["text"], one["kind"], _OWN_WEIGHT) for one in _lines(f"kinds-{split}"))


def questions() -> tuple[Said, ...]:
    """What people ask of records: the pack's wordings and the development questions."""
    asked = [
        text
        for path in sorted(ASKED.glob("*.yaml"))
        for one in yaml.safe_load(path.read_text(encoding="utf-8"))
        for text in one["asked"]
    ]
    called = [
        name
        for one in pack.parse([pack.BUILT_IN]).records
        for name in (one.name, *getattr(one, "aliases", ()))
    ]
    texts = dict.fromkeys((*asked, *called, *(one.text for one in plain())))
    return tuple(Said(text, kinds.NONE) for text in texts)


def plain() -> tuple[Said, ...]:
    """The development questions that are no complaint and no emergency."""
    every = datasets.load(datasets.split("dev"))
    texts = [one.text for one in every if one.kind not in ("complaint", "crisis")]
    return tuple(Said(text, kinds.NONE) for text in texts)


def short() -> tuple[Said, ...]:
    """Short follow-ups (收费不) and small talk, which file nothing."""
    return tuple(
        Said(one.text, kinds.NONE)
        for one in asking.load()
        if one.facet not in (Facet.COMPLAINT.value, Facet.REMEDIES.value)
    )


def told() -> tuple[Said, ...]:
    """The development questions that are complaints."""
    every = datasets.load(datasets.split("dev"))
    return tuple(Said(one.text, "complaint") for one in every if one.kind == "complaint")


def kind_training() -> tuple[Said, ...]:
    """All sentences that the kinds are learned from."""
    matters = [Said(one.text, _matter(one.text)) for one in topic_sentences("train")]
    return (*kind_sentences("train"), *matters, *questions(), *short())


def fit_kinds(given: Sequence[Said]) -> Linear:
    """The model over all sentences; filing is told at the probability that few questions reach
    when they are left out of the fit."""
    loud = []
    for fold in range(FOLDS):
        model = softmax_regression([one for n, one in enumerate(given) if n % FOLDS != fold])
        held = [one for n, one in enumerate(given) if n % FOLDS == fold and one.label == kinds.NONE]
        loud += [filing(model, one.text) for one in held]
    sure = float(np.quantile(loud, 1 - MOST_ALARMS))
    return replace(softmax_regression(given), sure_at={"filed": sure})


def softmax_regression(given: Sequence[Said]) -> Linear:
    """Multinomial logistic regression over n-grams and signs."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.linear_model import LogisticRegression

    texts = [normalise(one.text) for one in given]
    vectorizer, features = _vectors([one.text for one in given], _KIND_LONGEST, _RAREST)
    shown = [sorted(kinds.signs(text)) for text in texts]
    names = sorted({name for one in shown for name in one})
    seen = np.array([[float(name in one) for name in names] for one in shown])
    model = LogisticRegression(C=_KIND_C, max_iter=300)
    model.fit(
        hstack([features, csr_matrix(seen)]).tocsr(),
        [one.label for one in given],
        [one.weight for one in given],
    )
    rows = [*map(str, vectorizer.get_feature_names_out()), *names]
    return Linear(
        classes=tuple(map(str, model.classes_)),
        rows={gram: row for row, gram in enumerate(rows)},
        idf=np.concatenate([vectorizer.idf_, np.ones(len(names))]).astype(np.float32),
        weights=model.coef_.T.astype(np.float32),
        bias=model.intercept_.astype(np.float32),
        sharpness=1.0,
        longest=_KIND_LONGEST,
        sure_at={"filed": 0.5},
    )


def filing(model: Linear, text: str) -> float:
    """The probability that something is to be filed."""
    said = normalise(text)
    shares = model.probabilities(said, kinds.signs(said))
    return float(1 - shares[model.classes.index(kinds.NONE)])


def score_kinds(given: Sequence[Said], model: Linear | None = None) -> KindScore:
    """How a model (the shipped one) does on these sentences."""
    used = model or kinds.classifier()
    read = [(one, kinds.kind_by(used, one.text)[0]) for one in given]
    filed = [(one, kind) for one, kind in read if one.label != kinds.NONE]
    found = [(one, kind) for one, kind in filed if kind]
    asked = [(one, kind) for one, kind in read if one.label == kinds.NONE]
    return KindScore(
        found=Rate(len(found), len(filed)),
        right=Rate(sum(one.label == kind for one, kind in found), len(found)),
        alarms=Rate(sum(kind is not None for _, kind in asked), len(asked)),
        wrong=tuple(
            f"{one.label} → {kind}：{one.text}"
            for one, kind in read
            if (kind or kinds.NONE) != one.label
        ),
    )


def alarms_left_out(given: Sequence[Said], asked: Sequence[Said], sure_at: float) -> Rate:
    """Development questions taken for a filing, each left out of the fit once."""
    texts = [one.text for one in asked]
    loud = 0
    for fold in range(FOLDS):
        held = set(texts[fold::FOLDS])
        model = softmax_regression([one for one in given if one.text not in held])
        loud += sum(filing(model, text) >= sure_at for text in texts[fold::FOLDS])
    return Rate(loud, len(texts))


def _matter(text: str) -> str:
    """The kind of a sentence that was written for a topic."""
    if text.startswith(("建议", "希望", "想给")):
        return "suggestion"
    if "表扬" in text:
        return "praise"
    return "report" if text.startswith(("举报", "有人", "私自")) else "complaint"


# Duplicates


@dataclass(frozen=True, slots=True)
class Pair:
    """Two messages of a person, the later one second, with the days between them."""

    a: str
    b: str
    same: bool
    days: int = 0


def pairs(split: str) -> tuple[Pair, ...]:
    rows = [one for one in _lines("order-pairs") if one["split"] == split]
    return tuple(Pair(one["a"], one["b"], one["same"], one.get("days", 0)) for one in rows)


def fit_duplicates(given: Sequence[Pair]) -> duplicates.Weights:
    """Weights from our pairs; beside them, as different matters, sentences of one topic, and all
    different ones once more with the later one told as if it went on.

    The threshold comes from folds left out.  What only the days tell apart is left to the rule.
    """
    from sklearn.linear_model import LogisticRegression

    alike = [
        Pair(one.text, other.text, False)
        for one, other in zip(topic_sentences("train"), topic_sentences("train")[1:], strict=False)
        if one.label == other.label
    ]
    near = [one for one in given if one.days <= 7 * duplicates.WEEKS]
    others = [one for one in (*near, *alike) if not one.same]
    again = [replace(one, b=f"{AGAIN}{one.b}") for one in others]
    every = [*near, *alike, *again]
    shown = [_shown(one) for one in every]
    features = np.array([list(one.values()) for one in shown])
    truth = np.array([one.same for one in every])
    some = len(near) / 2 / len(alike)
    weight = np.array([1.0] * len(near) + [some] * len(alike))
    weight = np.append(weight, [AGAIN_SHARE * one for one in weight[~truth[: len(weight)]]])

    def fit(rows: NDArray[np.bool_]) -> Any:
        return LogisticRegression(C=DUPLICATES_C).fit(features[rows], truth[rows], weight[rows])

    left_out, place = np.zeros(len(every)), np.arange(len(every))
    for fold in range(FOLDS):
        held = place % FOLDS == fold
        left_out[held] = fit(~held).predict_proba(features[held])[:, 1]
    other = left_out[: len(near)][~truth[: len(near)]]
    same_at = float(np.quantile(other, 1 - MOST_FALSE_SAME))
    model = fit(place >= 0)
    fitted = dict(zip(list(shown[0]), model.coef_[0].tolist(), strict=True))
    return duplicates.Weights(bias=float(model.intercept_[0]), weights=fitted, same_at=same_at)


def score_duplicates(given: Sequence[Pair]) -> tuple[Rate, Rate]:
    """Same matters noticed; different matters taken for one."""
    judged = [
        (one, duplicates.is_same(duplicates.same_matter(*_matters(one), days=one.days)))
        for one in given
    ]
    same = [found for one, found in judged if one.same]
    other = [found for one, found in judged if not one.same]
    return Rate(sum(same), len(same)), Rate(sum(other), len(other))


def _shown(one: Pair) -> dict[str, float]:
    return duplicates.signs(*_matters(one))


def _matters(one: Pair) -> tuple[duplicates.Matter, duplicates.Matter]:
    return duplicates.Matter(text=one.a), duplicates.Matter(text=one.b)


# All


def refit() -> None:
    """Fit the three on our own sentences and write them where ``assistant.work_orders`` reads."""
    text = linear.dumps(
        fit_topics(topic_sentences("train"), topic_sentences("calibration")), _TOPIC_SMALLEST
    )
    (FOLDER / topics.FILE).write_text(text, encoding="utf-8")
    topics.classifier.cache_clear()
    text = linear.dumps(fit_kinds(kind_training()), _KIND_SMALLEST)
    (FOLDER / kinds.FILE).write_text(text, encoding="utf-8")
    kinds.classifier.cache_clear()
    (FOLDER / duplicates.FILE).write_text(
        toml(fit_duplicates((*pairs("train"), *pairs("calibration")))), encoding="utf-8"
    )
    duplicates.weights.cache_clear()


def toml(found: duplicates.Weights) -> str:
    """The content of ``duplicates.toml``."""
    lines = [
        "# Fitted by `suiwen-eval orders --write` on pairs of our own; do not edit by hand.",
        f"bias = {found.bias:.3f}",
        f"same_at = {found.same_at:.3f}",
        "",
        "[weights]",
        *(f"{name} = {weight:.3f}" for name, weight in found.weights.items()),
    ]
    return "\n".join(lines) + "\n"


def measure() -> dict[str, Any]:
    """What the shipped models do on the test files."""
    topic = score_topics(topic_sentences("test"))
    kind = score_kinds(kind_sentences("test"))
    left_out = alarms_left_out(kind_training(), plain(), kinds.classifier().sure_at["filed"])
    same, other = score_duplicates(pairs("test"))
    return {
        "topics": _topic_plain(topic),
        "topics_left_out": _topic_plain(_score_left_out(topic_sentences("train"))),
        "kinds": {
            "found": _plain(kind.found),
            "right": _plain(kind.right),
            "alarms": _plain(kind.alarms),
            "alarms_dev_left_out": _plain(left_out),
            "complaints_dev": _plain(score_kinds(told()).found),
        },
        "duplicates": {"noticed": _plain(same), "mistaken": _plain(other)},
    }


def _topic_plain(found: TopicScore) -> dict[str, Any]:
    rates = ("first", "third", "area", "told", "told_right", "routed", "routed_right")
    values: dict[str, Any] = {name: _plain(getattr(found, name)) for name in rates}
    return {**values, "calibration": round(found.calibration, 3)}


def _plain(rate: Rate) -> dict[str, float]:
    return {"hits": rate.hits, "of": rate.of}


def _vectors(texts: Iterable[str], longest: int, rarest: int = 1) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(
        analyzer=lambda text: list(linear.grams(text, longest)), sublinear_tf=True, min_df=rarest
    )
    return vectorizer, vectorizer.fit_transform([normalise(text) for text in texts])


def _sharpness(totals: Floats, truth: NDArray[np.int64], weight: Floats) -> float:
    """The one with the least weighted log loss."""

    def loss(sharpness: float) -> float:
        shares = linear.softmax((totals * sharpness).astype(np.float32))
        return float(-np.log(shares[range(len(truth)), truth] + 1e-9) @ weight)

    return float(min(np.geomspace(1, 60, 60), key=loss))


def _told(
    shares: NDArray[np.float32], labels: Sequence[str], truth: NDArray[np.int64]
) -> tuple[NDArray[np.str_], Floats, NDArray[np.bool_]]:
    """The label with the greatest sum of probabilities, that sum, and whether it is right."""
    names = sorted(set(labels))
    columns = np.array([names.index(label) for label in labels])
    sums = np.stack([shares[:, columns == n].sum(axis=1) for n in range(len(names))], axis=1)
    best = sums.argmax(axis=1)
    return np.array(names)[best], sums.max(axis=1).astype(np.float64), best == columns[truth]


def _threshold(sure: Floats, right: NDArray[np.bool_], weight: Floats, share: float) -> float:
    """The lowest hundredth from which on at least this share is right; 0.99 where none is."""
    for hundredth in range(1, 100):
        above = sure >= hundredth / 100
        if above.any() and np.average(right[above], weights=weight[above]) >= share:
            return hundredth / 100
    return 0.99


def _calibration(sure: Floats, hits: NDArray[np.bool_], bins: int = 10) -> float:
    order = np.argsort(sure)
    parts = [one for one in np.array_split(order, bins) if len(one)]
    return float(
        sum(len(one) * abs(sure[one].mean() - hits[one].mean()) for one in parts) / len(sure)
    )


def _lines(name: str) -> list[dict[str, Any]]:
    text = (GOLD / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]
