"""The baseline: terms, scores by bm25s, order."""

import bm25s
import numpy as np
import pytest

from eval import baseline
from eval.beir import Question, Text
from tests.eval import sets

TEXTS = [Text(one["id"], one["title"], one["text"]) for one in sets.corpus()]


def test_terms() -> None:
    assert list(baseline.terms("办理ETC卡 3 年，税。")) == ["办理", "etc", "卡", "3", "年", "税"]
    assert list(baseline.terms("居住证证")) == ["居住", "住证", "证证"]
    assert list(baseline.terms("？！ ")) == []


def test_scores_are_those_of_bm25s() -> None:
    index = baseline.build(TEXTS)
    theirs = bm25s.BM25(method="lucene", k1=baseline.K1, b=baseline.B)
    rows = [list(baseline.terms(f"{one.title}\n{one.text}")) for one in TEXTS]
    theirs.index(rows, show_progress=False)
    for text in ("怎样申领居住证", "驾驶证驾驶证", "养老保险转移到外省"):
        known = [one for one in baseline.terms(text) if one in index.columns]
        assert known
        expected = theirs.get_scores(known)
        assert index.scores(text) == pytest.approx(np.asarray(expected), abs=1e-5)


def test_asks_and_keeps_what_has_a_score() -> None:
    questions = [Question("q", "驾驶证换证", {}), Question("none", "xyz", {})]
    asked: list[int] = []
    found, nothing = baseline.ask(
        baseline.build(TEXTS), questions, limit=3, advance=lambda: asked.append(1)
    )
    assert found.ids[0] == "driving"
    assert list(found.scores) == sorted(found.scores, reverse=True)
    assert (nothing.ids, nothing.scores) == ((), ())
    assert len(asked) == 2


def test_ties_stand_in_the_order_of_the_corpus_and_the_limit_holds() -> None:
    same = [Text(str(n), "", "用水") for n in range(5)]
    (found,) = baseline.ask(baseline.build(same), [Question("q", "用水", {})], limit=2)
    assert found.ids == ("0", "1")
