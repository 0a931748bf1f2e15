"""The runner: rankings of records, scores, and a slice of real data."""

from dataclasses import replace
from pathlib import Path

import pytest

from eval import beir, results, retrieval
from eval.beir import Dataset
from retrieval.types import Document, Hit, Query, SearchResult
from tests.conftest import no_progress
from tests.eval import sets


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return sets.small(tmp_path_factory.mktemp("set") / "small")


@pytest.fixture(scope="module")
def found(dataset: Dataset) -> retrieval.Run:
    return retrieval.run(dataset, no_progress, encoder="hashing")


def hit(name: str, record: str, score: float) -> Hit:
    document = Document(id=name, record=record, kind="document", title="", body="")
    return Hit(
        document=document, score=score, coverage=0.0, title_coverage=0.0, reverse_coverage=0.0
    )


def test_several_documents_of_a_record_are_one() -> None:
    hits = (hit("a#1", "a", 3.0), hit("b", "b", 2.0), hit("a#2", "a", 1.0))
    one = retrieval.ranking("q", SearchResult(hits=hits, confidence=0.7), 1.23456)
    assert (one.ids, one.scores) == (("a", "b"), (3.0, 2.0))
    assert (one.confidence, one.ms) == (0.7, 1.235)


def test_asks_every_question_for_fifty_documents(dataset: Dataset) -> None:
    asked: list[Query] = []

    def search(query: Query) -> SearchResult:
        asked.append(query)
        return SearchResult(hits=())

    rankings = retrieval.ask(search, dataset.questions)
    assert [one.text for one in asked] == [one.text for one in dataset.questions]
    assert {one.limit for one in asked} == {50}
    assert [one.query for one in rankings] == [one.id for one in dataset.questions]


def test_scores_of_the_product_on_a_small_set(dataset: Dataset, found: retrieval.Run) -> None:
    scores = retrieval.score(dataset, found)
    assert (scores.questions, scores.documents, scores.system) == (12, 6, "suiwen")
    assert scores.means["hit@5"].value == 1.0
    assert scores.means["hit@1"].value >= 0.8
    assert set(scores.slices) == {"kind", "n", "length"}
    assert 0 < scores.ms_p50 <= scores.ms_p99
    assert found.settings["encoder"] == "hashing"


def test_against_the_baseline(dataset: Dataset, found: retrieval.Run) -> None:
    base = retrieval.run_baseline(dataset)
    other = retrieval.against(dataset, found, base)
    value = retrieval.plain(retrieval.score(dataset, found), other)
    assert value["baseline"]["system"] == "bm25-bigrams"
    gained = value["hit@1"]["value"] - value["baseline"]["hit@1"]["value"]
    assert value["against_baseline"]["hit@1"]["value"] == pytest.approx(gained, abs=1e-4)
    assert 0 < value["against_baseline"]["hit@1"]["p"] <= 1
    assert (value["queries"], value["documents"]) == (12, 6)
    assert set(value["query_ms"]) == {"p50", "p99"}
    for metric in ("hit@1", "hit@5", "recall@10", "ndcg@10", "mrr@10"):
        assert value[metric]["low"] <= value[metric]["value"] <= value[metric]["high"]


def test_a_run_is_read_as_it_was_written(
    tmp_path: Path, dataset: Dataset, found: retrieval.Run
) -> None:
    scores = retrieval.plain(retrieval.score(dataset, found))
    retrieval.write(tmp_path / "out", dataset, found, {"dataset": "small"}, scores)
    read = results.read(tmp_path / "out")
    assert [one.ids for one in read.rankings] == [one.ids for one in found.rankings]
    assert read.relevant == dataset.relevant
    assert tuple(read.questions.values()) == dataset.questions
    assert read.scores == scores
    assert read.settings["kind"] == "retrieval"
    again = retrieval.score(dataset, replace(found, rankings=read.rankings))
    assert again.means == retrieval.score(dataset, found).means


def test_sixty_documents_of_the_shared_data(data: Path) -> None:
    folder = data / "kcg_faq_simp"
    if not folder.is_dir():
        pytest.skip(f"no data set at {folder}")
    whole = beir.load(folder)
    part = beir.dataset("part", whole.documents[:60], whole.questions, whole.relevant)
    assert len(part.questions) >= 20
    found = retrieval.run(part, no_progress, encoder="hashing")
    base = retrieval.run_baseline(part)
    other = retrieval.against(part, found, base)
    assert retrieval.score(part, found).means["hit@5"].value > 0.8
    assert other.scores.means["hit@5"].value > 0.8
    assert all(len(set(one.ids)) == len(one.ids) for one in found.rankings)
