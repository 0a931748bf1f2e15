"""Fitting the confidence model of ``assistant.resolution`` on a gold file.

Each question gives one example: the signs of its best-ranked record, and whether that is the right
one.  Each answerable question gives a second one, of lower weight, in which its right records are
withheld: whatever comes first then is wrong.  The threshold is the lowest at which, with the
question's own fold left out of the fit, wrong answers stay within a share of all questions, and
answers to questions that have none within a share of those.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant import answering, bootstrap, resolution, rules
from assistant.types import DialogueState, Intent, Knowledge, Understanding
from assistant.understanding import understand
from channels.types import Message
from eval.types import Example
from retrieval.hybrid import Hybrid, Weights

WITHHELD_WEIGHT = 0.35
FOLDS = 10
FILES = {
    False: Path(resolution.__file__).resolve().parent / "confidence.toml",
    True: Path(resolution.__file__).resolve().parent / "confidence-worded.toml",
}
"""Where the models stand: without and with people's own wordings."""
REGULARISATION = 10.0


@dataclass(frozen=True, slots=True)
class Case:
    """One example for the fit; ``asked`` is the question's place in the gold file.

    ``answerable``: whether any record answers the question.
    """

    asked: int
    signs: tuple[float, ...]
    right: bool
    answerable: bool
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The fitted model, and what its threshold did to questions left out of the fit.

    ``answered_right``, ``answered_wrong``: shares of all questions; ``false_answers``: of the
    questions that no record answers.
    """

    bias: float
    weights: dict[str, float]
    answer_at: float
    questions: int
    answered_right: float
    answered_wrong: float
    false_answers: float


NAMES = (
    "title_coverage",
    "coverage",
    "reverse_coverage",
    "dense",
    "runs",
    "margin",
    "named",
    "kind",
)
WORDED = (*NAMES, "meant", "lead", "outside")
"""The signs where people's own wordings had a say."""


def plain(knowledge: Knowledge) -> Knowledge:
    """The same release searched as if no record listed how people ask for it."""
    searcher = knowledge.searcher
    assert isinstance(searcher, Hybrid)
    return replace(knowledge, searcher=Hybrid(searcher.index, weights=Weights(wordings=0.0)))


def cases(
    examples: Sequence[Example], knowledge: Knowledge, names: Sequence[str] = NAMES
) -> Iterator[Case]:
    """The examples that the gold questions give, with these signs."""
    assert knowledge.searcher is not None
    for number, example in enumerate(examples):
        reading = understand(Message(text=example.text), DialogueState(), rules.load())
        if reading.intent is not Intent.ASK or example.kind == "clarify" or example.context:
            continue
        query = replace(answering.query_of(reading, bootstrap.today()), decisive=None)
        search = knowledge.searcher.search(query)
        found = resolution.candidates(search.hits, reading, knowledge, bootstrap.today())
        right = {example.code, *example.also} - {None}
        if found:
            good = found[0].record.code in right
            yield _case(number, found, reading, good, bool(right), 1.0, names)
        rest = tuple(one for one in found if one.record.code not in right)
        if right and rest:
            yield _case(number, rest, reading, False, False, WITHHELD_WEIGHT, names)


def _case(
    number: int,
    found: Sequence[resolution.Candidate],
    reading: Understanding,
    right: bool,
    answerable: bool,
    weight: float,
    names: Sequence[str],
) -> Case:
    rival = found[1].hit if len(found) > 1 else None
    values = resolution.signs(found[0].record, found[0].hit, rival, reading)
    return Case(number, tuple(values.get(name, 0.0) for name in names), right, answerable, weight)


def fit(
    given: Sequence[Case],
    *,
    wrong_share: float,
    false_share: float,
    names: Sequence[str] = NAMES,
) -> Fit:
    """The model and its threshold.  Raises ``ValueError`` if all cases are right or all wrong."""
    from sklearn.linear_model import LogisticRegression

    signs = np.array([case.signs for case in given])
    right = np.array([case.right for case in given])
    weight = np.array([case.weight for case in given])
    fold = np.array([case.asked % FOLDS for case in given])
    if right.all() or not right.any():
        raise ValueError("题集里须既有答得对的题，也有答不对的题")
    left_out = np.zeros(len(given))
    for number in range(FOLDS):
        test = fold == number
        if test.any() and right[~test].any() and not right[~test].all():
            model = LogisticRegression(C=REGULARISATION)
            model.fit(signs[~test], right[~test], weight[~test])
            left_out[test] = model.predict_proba(signs[test])[:, 1]
    asked = weight == 1.0
    none = asked & ~np.array([case.answerable for case in given])
    answer_at = max(
        threshold(left_out[asked], right[asked], wrong_share),
        threshold(left_out[none], right[none], false_share) if none.any() else 0.0,
    )
    above = left_out[asked] >= answer_at
    whole = LogisticRegression(C=REGULARISATION).fit(signs, right, weight)
    return Fit(
        bias=float(whole.intercept_[0]),
        weights=dict(zip(names, whole.coef_[0].tolist(), strict=True)),
        answer_at=answer_at,
        questions=int(asked.sum()),
        answered_right=float((above & right[asked]).mean()),
        answered_wrong=float((above & ~right[asked]).mean()),
        false_answers=float((left_out[none] >= answer_at).mean()) if none.any() else 0.0,
    )


def threshold(sure: NDArray[np.float64], right: NDArray[np.bool_], wrong_share: float) -> float:
    """The lowest hundredth at which wrong answers are at most this share of all questions.

    0.99 where none is.
    """
    for hundredth in range(1, 100):
        if (((sure >= hundredth / 100) & ~right).mean()) <= wrong_share:
            return hundredth / 100
    return 0.99


def toml(found: Fit, old: resolution.Confidence, gold: str) -> str:
    """The content of ``assistant/confidence.toml``; thresholds that are not fitted are kept."""
    lines = [
        f"# Fitted by `suiwen-eval fit --write` on {gold}; do not edit the weights by hand.",
        f"# Of {found.questions} questions, each left out of the fit: {found.answered_right:.3f} "
        f"answered right, {found.answered_wrong:.3f} wrong; of those without an answer "
        f"{found.false_answers:.3f} were given one.",
        f"bias = {found.bias:.3f}",
        f"answer_at = {found.answer_at}",
        f"choose_at = {old.choose_at}",
        f"nearest_at = {old.nearest_at}",
        f"name_share = {old.name_share}",
        f"equal_score = {old.equal_score}",
        f"equal_coverage = {old.equal_coverage}",
        f"equal_reverse = {old.equal_reverse}",
        f"clarify_coverage = {old.clarify_coverage}",
        f"kind_bonus = {old.kind_bonus}",
        f"likely = {old.likely}",
        "",
        "[weights]",
        *(f"{name} = {weight:.3f}" for name, weight in found.weights.items()),
    ]
    return "\n".join(lines) + "\n"
