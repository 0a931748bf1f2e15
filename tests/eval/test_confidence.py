from __future__ import annotations

import tomllib
from collections.abc import Sequence

import numpy as np
import pytest

from eval import confidence
from eval.unanswerable import BM25, CONFIDENCE, HYBRID, Asked
from retrieval.confidence import Model, Signs, probability


def cases(seed: int, count: int = 300) -> tuple[Asked, ...]:
    """Right where coverage and margin are high, by chance; the hybrid's score tells nothing."""
    random = np.random.default_rng(seed)
    asked = []
    for number in range(count):
        coverage, margin, noise = random.random(3)
        right = bool(random.random() < 1 / (1 + np.exp(-(8 * coverage + 4 * margin - 7))))
        signs = dict.fromkeys(Signs._fields, 0.0) | {"coverage": coverage, "margin": margin}
        asked.append(
            Asked(
                question=f"q{number}",
                half=0,
                answerable=right or number % 2 == 0,
                sure={CONFIDENCE: None, HYBRID: noise, BM25: noise},
                right=dict.fromkeys((CONFIDENCE, HYBRID, BM25), right),
                signs=signs,
            )
        )
    return tuple(asked)


@pytest.fixture(scope="module")
def sets() -> dict[str, Sequence[Asked]]:
    return {"甲": cases(1), "乙": cases(2), "丙": cases(3)}


def test_the_fit_finds_what_tells(sets: dict[str, Sequence[Asked]]) -> None:
    fitted = confidence.fit(sets)
    assert fitted.weights["coverage"] > fitted.weights["margin"] > 0
    assert fitted.weights["cosine"] == pytest.approx(0, abs=1e-6)


def test_told_by_the_model(sets: dict[str, Sequence[Asked]]) -> None:
    model = Model(bias=-1.0, weights={"coverage": 2.0})
    one = sets["甲"][0]
    [same] = confidence.told([one], model)
    assert same.sure[CONFIDENCE] == probability(Signs(**one.signs), model)
    assert (same.signs, same.right, same.sure[BM25]) == (one.signs, one.right, one.sure[BM25])


def test_nothing_found_is_no_confidence() -> None:
    empty = Asked(question="q", half=0, answerable=False, sure={}, right={})
    [told] = confidence.told([empty], Model(bias=5.0, weights={}))
    assert told.sure[CONFIDENCE] == 0.0


def test_left_out_beats_what_tells_nothing(sets: dict[str, Sequence[Asked]]) -> None:
    for report in confidence.left_out(sets).values():
        ours, theirs = (report.calibrations[name].auroc for name in (CONFIDENCE, BM25))
        assert ours is not None
        assert theirs is not None
        assert ours.low > theirs.high


def test_the_set_itself_is_not_learned_from(sets: dict[str, Sequence[Asked]]) -> None:
    upside_down = {**sets, "丙": [_turned(one) for one in sets["丙"]]}
    plain, turned = confidence.left_out(sets)["丙"], confidence.left_out(upside_down)["丙"]
    assert [one.sure for one in plain.asked] == [one.sure for one in turned.asked]


def test_one_set_is_not_enough(sets: dict[str, Sequence[Asked]]) -> None:
    with pytest.raises(ValueError, match="至少要两个数据集"):
        confidence.left_out({"甲": sets["甲"]})


def test_all_right_cannot_be_fitted(sets: dict[str, Sequence[Asked]]) -> None:
    right = [one for one in sets["甲"] if one.right[CONFIDENCE]]
    with pytest.raises(ValueError, match="答得对"):
        confidence.fit({"甲": right})


def test_toml_is_what_the_product_reads(sets: dict[str, Sequence[Asked]]) -> None:
    fitted = confidence.fit(sets)
    read = Model(**tomllib.loads(confidence.toml(fitted, list(sets))))
    assert read.bias == pytest.approx(fitted.bias, abs=1e-3)
    assert read.weights == pytest.approx(fitted.weights, abs=1e-3)


def _turned(one: Asked) -> Asked:
    right = not one.right[CONFIDENCE]
    return Asked(
        question=one.question,
        half=one.half,
        answerable=True,
        sure=one.sure,
        right=dict.fromkeys(one.right, right),
        signs=one.signs,
    )
