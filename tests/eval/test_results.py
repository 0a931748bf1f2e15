"""Results folders: damage and absence are told."""

from pathlib import Path

import pytest

from eval import results
from eval.beir import Question
from eval.results import ResultsError
from eval.trec import Ranking

RANKING = Ranking(query="q", ids=("a",), scores=(0.5,), confidence=0.25, ms=1.0)
QUESTION = Question("q", "问\u2028题", {"kind": "甲"})


def written(folder: Path) -> Path:
    results.write(folder, [RANKING], [QUESTION], {"q": {"a": 1}}, {"kind": "retrieval"})
    return folder


def test_without_scores_it_is_read_all_the_same(tmp_path: Path) -> None:
    found = results.read(written(tmp_path / "run"))
    assert found.rankings == (RANKING,)
    assert found.questions == {"q": QUESTION}
    assert (found.name, found.scores) == ("run", {})


@pytest.mark.parametrize("missing", ["settings.json", "predictions.jsonl", "qrels.tsv"])
def test_names_what_is_missing(tmp_path: Path, missing: str) -> None:
    (written(tmp_path) / missing).unlink()
    with pytest.raises(ResultsError, match=missing):
        results.read(tmp_path)


@pytest.mark.parametrize("content", ["{", "[]", '{"id": "q"}'])
def test_refuses_damage(tmp_path: Path, content: str) -> None:
    (written(tmp_path) / "predictions.jsonl").write_text(content)
    with pytest.raises(ResultsError, match=r"predictions\.jsonl"):
        results.read(tmp_path)


def test_a_run_file_needs_judgements(tmp_path: Path) -> None:
    folder = written(tmp_path / "run")
    with pytest.raises(ResultsError, match="--qrels"):
        results.read_any(folder / "run.trec", None)
    found = results.read_any(folder / "run.trec", folder / "qrels.tsv")
    assert list(results.ids(found)) == ["q"]
    assert found.rankings[0].ids == ("a",)
    other = tmp_path / "other.tsv"
    other.write_text("q\tb\t1\n")
    assert results.read_any(folder, other).relevant == {"q": {"b": 1}}
