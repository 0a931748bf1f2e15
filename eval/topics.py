"""Routing citizens' messages to a city's topics: our recipe against a plain one, cross-validated.

A data set is a folder with ``messages.jsonl``: {"id", "title", "text", "topic"}.  Ours: TF-IDF of
characters and pairs, title and body apart, beside what our own topic tree makes of each
(``assistant.work_orders.topics``), under a linear support vector machine.  Baseline: TF-IDF of
characters and pairs of the whole, under logistic regression.  Each fold is predicted by models that
have not seen it; what there is to choose is chosen by folds inside the others.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.work_orders import topics
from eval import metrics
from eval.beir import DatasetError
from eval.types import Rate
from retrieval.analyzer import normalise

FILE = "messages.jsonl"
AIM = 0.85
FOLDS, INNER, SEED = 10, 5, 20_260_101
GRID = tuple((weight, strictness) for weight in (0.5, 1.0, 1.5) for strictness in (1.0, 3.0))
"""How much the tree's features count, and the machine's C."""
BASELINE_C = 100.0
"""The best of 1, 10, 100 for the baseline on ``message_topics``: it is not held down."""
MOST_CLAUSES, SHORTEST = 40, 4

_CLAUSES = re.compile(r"[。！？；!?;\n，,]")

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Message:
    """``title`` and ``text`` are normalised."""

    id: str
    title: str
    text: str
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """``first``: the right topic comes first; ``third``: among the first three."""

    first: Rate
    third: Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """``p``: McNemar's exact two-sided test on the first topics; ``gained``, ``lost``: messages
    that only ours, only the baseline has right.  ``chosen``: each fold's tree weight and C.
    ``by_topic``: ours, first topic.  ``again``: our and the baseline's share of right first topics
    with other folds."""

    messages: int
    ours: Scores
    baseline: Scores
    p: float
    gained: int
    lost: int
    chosen: tuple[tuple[float, float], ...]
    by_topic: dict[str, Rate]
    again: tuple[tuple[float, float], ...]


def load(folder: Path) -> tuple[Message, ...]:
    """The messages of a folder.  Raises ``DatasetError`` naming line, field and remedy."""
    path = folder / FILE
    if not path.is_file():
        raise DatasetError(path, 0, "-", f"没有文件 {FILE}：--dataset 应指向放着它的文件夹")
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            found.append(_message(line, path, number))
    few = [name for name, count in Counter(one.topic for one in found).items() if count < FOLDS]
    if few or len({one.topic for one in found}) < 2:
        what = "、".join(few) or "全部"
        problem = f"至少两个类、每类至少 {FOLDS} 条才能做十折检验，不够的：{what}"
        raise DatasetError(path, 0, "topic", problem)
    return tuple(found)


def run(
    messages: Sequence[Message],
    advance: Callable[[], None] = lambda: None,
    *,
    seed: int = SEED,
    repeats: int = 1,
) -> Report:
    """Cross-validate both; ``advance`` is called after each fold.  Beyond the first, repeats only
    show how much the choice of folds matters."""
    names = sorted({one.topic for one in messages})
    truth = np.array([names.index(one.topic) for one in messages])
    tree = tree_features(messages)
    chosen: list[tuple[float, float]] = []
    again = []
    shown: tuple[Floats, Floats] | None = None
    for repeat in range(repeats):
        ours, theirs = np.zeros((2, len(messages), len(names)))
        for train, test in _folds(truth, FOLDS, seed + repeat):
            best = _choose(messages, tree, truth, train)
            views = _views(messages, train, test)
            ours[test] = _ours(views, tree, truth, train, test, *best)
            theirs[test] = _baseline(messages, truth, train, test)
            if repeat == 0:
                chosen.append(best)
            advance()
        shown = shown or (ours, theirs)
        again.append((_right(ours, truth).mean(), _right(theirs, truth).mean()))
    assert shown is not None
    mine, plain = (_right(one, truth) for one in shown)
    return Report(
        messages=len(messages),
        ours=_scores(shown[0], truth),
        baseline=_scores(shown[1], truth),
        p=metrics.mcnemar(plain, mine),
        gained=int(((mine == 1) & (plain == 0)).sum()),
        lost=int(((mine == 0) & (plain == 1)).sum()),
        chosen=tuple(chosen),
        by_topic={
            name: Rate(int(mine[truth == at].sum()), int((truth == at).sum()))
            for at, name in enumerate(names)
        },
        again=tuple((round(float(a), 4), round(float(b), 4)) for a, b in again[1:]),
    )


def plain(report: Report) -> dict[str, Any]:
    """The report as JSON has it."""

    def rate(one: Rate) -> dict[str, Any]:
        value = None if one.value is None else round(one.value, 4)
        return {"value": value, "hits": one.hits, "of": one.of, "interval": one.interval}

    return {
        "messages": report.messages,
        "folds": FOLDS,
        "seed": SEED,
        "aim": AIM,
        "reached": (report.ours.first.value or 0.0) >= AIM,
        "ours": {"top1": rate(report.ours.first), "top3": rate(report.ours.third)},
        "baseline": {"top1": rate(report.baseline.first), "top3": rate(report.baseline.third)},
        "p": report.p,
        "gained": report.gained,
        "lost": report.lost,
        "chosen": [list(one) for one in report.chosen],
        "by_topic": {name: rate(one) for name, one in report.by_topic.items()},
        "again": [list(one) for one in report.again],
    }


def tree_features(messages: Sequence[Message]) -> Floats:
    """What our tree makes of title and body: square roots of the probabilities of its groups and
    of its areas, each of unit length; of shape (messages, 2 · (groups + areas)).

    A body's probabilities are the mean over its clauses, for people tell more than they complain
    about."""
    model, tree = topics.classifier(), topics.tree()
    levels = [
        np.array([[code.startswith(one.code) for one in parents] for code in model.classes], float)
        for parents in ([group for area in tree.areas for group in area.groups], tree.areas)
    ]
    titles = np.array([model.probabilities(one.title) for one in messages], float)
    bodies = np.array(
        [np.mean([model.probabilities(said) for said in clauses(one.text)], 0) for one in messages],
        float,
    )
    parts = [np.sqrt(shares @ level) for shares in (titles, bodies) for level in levels]
    return np.hstack([part / np.linalg.norm(part, axis=1, keepdims=True) for part in parts])


def clauses(text: str) -> list[str]:
    """The first clauses of a text that say something; never none."""
    found = [one for one in map(str.strip, _CLAUSES.split(text)) if len(one) >= SHORTEST]
    return found[:MOST_CLAUSES] or [text]


def _message(line: str, path: Path, number: int) -> Message:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise DatasetError(path, number, "-", "不是合格的 JSON，请改正这一行") from error
    for name in ("id", "title", "text", "topic"):
        if not isinstance(value, dict) or not isinstance(value.get(name), str):
            raise DatasetError(path, number, name, "缺这一项或不是文字，请补上")
    if not value["topic"]:
        raise DatasetError(path, number, "topic", "是空的，请填上类别")
    return Message(value["id"], normalise(value["title"]), normalise(value["text"]), value["topic"])


def _folds(truth: Places, count: int, seed: int) -> Any:
    from sklearn.model_selection import StratifiedKFold

    return StratifiedKFold(count, shuffle=True, random_state=seed).split(truth, truth)


def _choose(
    messages: Sequence[Message], tree: Floats, truth: Places, train: Places
) -> tuple[float, float]:
    """The setting that is right most often on folds within the training part; the first of
    equals."""
    right = np.zeros(len(GRID))
    for inner, held in _folds(truth[train], INNER, SEED):
        views = _views(messages, train[inner], train[held])
        for at, setting in enumerate(GRID):
            totals = _ours(views, tree, truth, train[inner], train[held], *setting)
            right[at] += _right(totals, truth[train[held]]).sum()
    return GRID[int(right.argmax())]


def _views(messages: Sequence[Message], train: Places, test: Places) -> tuple[Any, Any]:
    """TF-IDF of titles beside that of texts, fitted on ``train``: sparse, of each part."""
    from scipy.sparse import hstack

    seen, asked = [], []
    for texts in ([one.title for one in messages], [one.text for one in messages]):
        vectorizer = _tfidf(sublinear_tf=True, min_df=2)
        seen.append(vectorizer.fit_transform([texts[n] for n in train]))
        asked.append(vectorizer.transform([texts[n] for n in test]))
    return hstack(seen).tocsr(), hstack(asked).tocsr()


def _ours(
    views: tuple[Any, Any],
    tree: Floats,
    truth: Places,
    train: Places,
    test: Places,
    weight: float,
    strictness: float,
) -> Floats:
    """One number a message of ``test`` and a topic."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.svm import LinearSVC

    seen, asked = (
        hstack([view, csr_matrix(weight * tree[part])]).tocsr()
        for view, part in zip(views, (train, test), strict=True)
    )
    model = LinearSVC(C=strictness, random_state=0).fit(seen, truth[train])
    return _wide(model.decision_function(asked), model.classes_, truth)


def _baseline(messages: Sequence[Message], truth: Places, train: Places, test: Places) -> Floats:
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    texts = [f"{one.title}\n{one.text}" for one in messages]
    vectorizer = _tfidf()
    seen = vectorizer.fit_transform([texts[n] for n in train])
    one = LogisticRegression(C=BASELINE_C, solver="liblinear", class_weight="balanced")
    model = OneVsRestClassifier(one).fit(seen, truth[train])
    shares = model.predict_proba(vectorizer.transform([texts[n] for n in test]))
    return _wide(shares, model.classes_, truth)


def _tfidf(**settings: Any) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(analyzer="char", ngram_range=(1, 2), **settings)


def _wide(totals: Floats, classes: Places, truth: Places) -> Floats:
    """One column a topic; two topics are told apart by a single number."""
    if totals.ndim == 1:
        totals = np.stack([-totals, totals], axis=1)
    wide = np.full((len(totals), int(truth.max()) + 1), -np.inf)
    wide[:, classes] = totals
    return wide


def _right(totals: Floats, truth: Places) -> Floats:
    right: Floats = (totals.argmax(axis=1) == truth).astype(np.float64)
    return right


def _scores(totals: Floats, truth: Places) -> Scores:
    best = np.argsort(-totals, axis=1, kind="stable")[:, :3]
    third = int((best == truth[:, None]).any(axis=1).sum())
    return Scores(
        first=Rate(int(_right(totals, truth).sum()), len(truth)), third=Rate(third, len(truth))
    )
