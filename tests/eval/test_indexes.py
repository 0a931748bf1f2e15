"""Indexes of a data set: kept by what they are made of, temporary otherwise."""

from dataclasses import replace
from pathlib import Path

from eval import indexes
from eval.beir import Dataset
from retrieval.types import Query
from tests.conftest import no_progress
from tests.eval import sets


def make(dataset: Dataset, work: Path | None) -> tuple[bool, float]:
    with indexes.opened(
        dataset.documents, no_progress, name=dataset.name, work=work, encoder="hashing"
    ) as found:
        assert found.manifest.documents == len(dataset.documents)
        assert found.manifest.encoder == "hashing"
        assert "files" not in indexes.manifest_of(found)
        assert found.searcher.search(Query(text="居住证")).hits[0].document.record == "residence"
        return found.reopened, found.build_seconds


def test_a_kept_index_is_opened_again(tmp_path: Path) -> None:
    dataset = sets.small(tmp_path / "small")
    work = tmp_path / "work"
    reopened, seconds = make(dataset, work)
    assert not reopened
    assert make(dataset, work) == (True, seconds)
    assert [one.name.rsplit("-", 1)[0] for one in work.iterdir()] == ["small"]


def test_another_corpus_is_another_index(tmp_path: Path) -> None:
    dataset = sets.small(tmp_path / "small")
    make(dataset, tmp_path / "work")
    make(replace(dataset, documents=dataset.documents[:-1]), tmp_path / "work")
    assert len(list((tmp_path / "work").iterdir())) == 2


def test_a_half_made_index_is_not_opened(tmp_path: Path) -> None:
    dataset = sets.small(tmp_path / "small")
    work = tmp_path / "work"
    make(dataset, work)
    (kept,) = work.iterdir()
    (kept / "build.json").rename(tmp_path / "build.json")
    for path in kept.iterdir():
        path.unlink() if path.is_file() else path.rename(tmp_path / path.name)
    assert make(dataset, work)[0] is False


def test_documents_take_no_special_path(tmp_path: Path) -> None:
    (first, *_) = indexes.documents(sets.small(tmp_path).documents)
    assert (first.id, first.record, first.kind) == ("residence", "residence", "document")
    assert (first.title, first.body) == sets.SUBJECTS["residence"]


def test_hashes_tell_texts_apart(tmp_path: Path) -> None:
    one, other, *_ = sets.small(tmp_path).documents
    assert indexes.corpus_sha256([one, other]) != indexes.corpus_sha256([other, one])
    moved = [replace(one, title="", text=one.title + one.text)]
    assert indexes.corpus_sha256([one]) != indexes.corpus_sha256(moved)
    assert indexes.code_sha256() == indexes.code_sha256()
