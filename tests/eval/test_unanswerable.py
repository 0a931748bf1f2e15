"""The same questions with and without their documents."""

from pathlib import Path

import pytest

from eval import beir, results, unanswerable
from eval.beir import Question, Text
from eval.unanswerable import Asked
from tests.conftest import no_progress
from tests.eval import sets


def test_halves_are_even_and_seeded() -> None:
    halves = [unanswerable.half(f"q{n}", 1) for n in range(400)]
    assert set(halves) == {0, 1}
    assert 150 < sum(halves) < 250
    assert halves != [unanswerable.half(f"q{n}", 2) for n in range(400)]


def test_only_the_documents_of_a_half_are_gone() -> None:
    questions = tuple(Question(f"q{n}", "问", {}) for n in range(8))
    texts = tuple(Text(f"d{n}", "", "文") for n in range(9))
    relevant = {f"q{n}": {f"d{n}": 1, "d8": 1} if n < 2 else {f"d{n}": 1} for n in range(8)}
    whole = beir.dataset("set", texts, questions, relevant)
    for number in unanswerable.HALVES:
        found = unanswerable.without(whole, number, seed=1)
        gone = {one.id for one in questions if unanswerable.half(one.id, 1) == number}
        assert all(not found.relevant[one] for one in gone)
        left = {one.id for one in found.documents}
        for one in {one.id for one in questions} - gone:
            assert set(found.relevant[one]) == set(relevant[one]) & left
            assert found.relevant[one]
        assert found.questions == questions


def test_every_question_is_asked_with_and_without(tmp_path: Path) -> None:
    dataset = sets.small(tmp_path / "small")
    counted: list[int] = []
    asked = unanswerable.run(
        dataset, no_progress, lambda: counted.append(1), work=tmp_path / "work", encoder="hashing"
    )
    assert len(asked) == len(counted) == 24
    for one in asked:
        if unanswerable.half(one.question, 1) == one.half:
            assert not one.answerable
        assert one.answerable or not any(one.right.values())
        assert one.sure[unanswerable.HYBRID] is not None


NAMES = (unanswerable.CONFIDENCE, unanswerable.HYBRID, unanswerable.BM25)


def cases(sure: float | None) -> tuple[Asked, ...]:
    """Forty questions, each asked twice; the score knows, the confidence is as given."""
    return tuple(
        Asked(
            question=f"q{n}",
            half=number,
            answerable=n % 2 != number,
            sure={
                unanswerable.CONFIDENCE: sure,
                unanswerable.HYBRID: 1.0 + n if n % 2 != number else 0.5,
                unanswerable.BM25: 3.0,
            },
            right=dict.fromkeys(NAMES, n % 2 != number),
        )
        for number in unanswerable.HALVES
        for n in range(40)
    )


def test_compares_the_confidences() -> None:
    found = unanswerable.plain(unanswerable.report(cases(0.5), resamples=50))
    assert (found["asked"], found["questions"], found["answerable"]) == (80, 40, 40)
    sure = found["confidences"]
    assert sure[unanswerable.HYBRID]["auroc"]["value"] == 1.0
    assert sure[unanswerable.HYBRID]["found"]["value"] == 1.0
    assert sure[unanswerable.BM25]["auroc"]["value"] == 0.5
    assert sure[unanswerable.CONFIDENCE]["error"] == 0.0
    assert sure[unanswerable.BM25]["error"] is None
    pairs = {(one["first"], one["second"]): one for one in found["comparisons"]}
    gain = pairs[unanswerable.BM25, unanswerable.HYBRID]
    assert gain["auroc"]["value"] == pytest.approx(0.5)
    assert gain["auroc"]["p"] < 0.05
    assert len(pairs) == 3


def test_what_is_not_told_is_not_measured() -> None:
    found = unanswerable.report(cases(None), resamples=10)
    assert list(found.calibrations) == [unanswerable.BM25, unanswerable.HYBRID]


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    asked = cases(0.5)
    unanswerable.write(tmp_path, unanswerable.report(asked, resamples=10), {"seed": 1})
    assert unanswerable.read(tmp_path) == asked
    assert results.read_json(tmp_path / "settings.json") == {"kind": "unanswerable", "seed": 1}
    assert results.read_json(tmp_path / "scores.json")["asked"] == 80
