from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest

from retrieval import document_store, index
from retrieval.encoders import StaticTableEncoder
from retrieval.hybrid import Hybrid
from retrieval.index import MANIFEST, IndexManifest, build, open_index, read_manifest
from retrieval.training import Recipe
from retrieval.types import Document, IndexMismatch, Query
from tests.retrieval.samples import documents

OPEN_SET = Path(__file__).parents[3] / "shared" / "data" / "gdzwfw_items"
RECIPE = Recipe(dimensions=16, epochs=4)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("index")
    build(documents(), directory, release="r1", recipe=RECIPE)
    return directory


def test_manifest(directory: Path) -> None:
    manifest = read_manifest(directory)
    assert (manifest.release, manifest.documents, manifest.dimensions) == ("r1", 10, 16)
    assert manifest.analyzer_name.startswith("mixed/2-")
    assert manifest.encoder_name == StaticTableEncoder(directory / "encoder").name
    assert set(manifest.files) == {
        path.relative_to(directory).as_posix()
        for path in directory.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }


def test_opened_with_what_it_was_built_with(directory: Path) -> None:
    hybrid = open_index(directory, release="r1", analyzer="mixed", encoder="static")
    assert hybrid.search(Query(text="结婚登记")).hits[0].document == documents()[2]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"release": "r2"}, "release is 'r1', expected 'r2'"),
        ({"analyzer": "bigram"}, "analyzer is 'mixed', expected 'bigram'"),
        ({"encoder": "BAAI/bge-small-zh"}, "encoder is 'static', expected 'BAAI/bge-small-zh'"),
    ],
)
def test_refused_when_something_else_is_asked_for(
    directory: Path, asked: dict[str, str], message: str
) -> None:
    with pytest.raises(IndexMismatch, match=message):
        open_index(directory, **asked)  # type: ignore[arg-type]


@pytest.fixture
def copy(directory: Path, tmp_path: Path) -> Path:
    for path in directory.rglob("*"):
        target = tmp_path / path.relative_to(directory)
        target.mkdir(exist_ok=True) if path.is_dir() else target.write_bytes(path.read_bytes())
    return tmp_path


def test_refused_when_the_table_is_another(copy: Path) -> None:
    table = np.load(copy / "encoder" / "table.npy")
    np.save(copy / "encoder" / "table.npy", table * 2)
    with pytest.raises(IndexMismatch, match="encoder is"):
        open_index(copy)


def test_refused_when_the_words_are_others(copy: Path) -> None:
    (copy / "words.txt").write_text("三个字", "utf-8")
    with pytest.raises(IndexMismatch, match="analyzer is"):
        open_index(copy)


def test_refused_without_manifest_or_of_another_format(copy: Path) -> None:
    (copy / MANIFEST).write_text(json.dumps({"format": 0}))
    with pytest.raises(IndexMismatch, match="format is 0"):
        open_index(copy)
    (copy / MANIFEST).unlink()
    with pytest.raises(IndexMismatch, match="manifest"):
        open_index(copy)


def test_same_input_and_seed_same_files(directory: Path, tmp_path: Path) -> None:
    again = build(documents(), tmp_path, release="r1", recipe=RECIPE)
    assert again == read_manifest(directory)


@pytest.mark.parametrize("store", ["faiss", "memory"])
@pytest.mark.parametrize("analyzer", ["mixed", "bigram"])
def test_every_combination(tmp_path: Path, store: str, analyzer: str) -> None:
    build(
        documents(),
        tmp_path,
        release="r1",
        encoder="hashing",
        store=store,  # type: ignore[arg-type]
        analyzer=analyzer,  # type: ignore[arg-type]
    )
    assert open_index(tmp_path).search(Query(text="离婚")).hits[0].document.id == "GZ-03"


def test_a_sentence_transformers_model_as_encoder(directory: Path, tmp_path: Path) -> None:
    model = str(directory / "encoder")
    manifest = build(documents(), tmp_path, release="r1", encoder=model)
    assert manifest.encoder_name == f"sentence-transformers/{model}"
    theirs = open_index(tmp_path, encoder=model).search(Query(text="办结婚证"))
    ours = open_index(directory).search(Query(text="办结婚证"))
    assert [hit.document.id for hit in theirs.hits] == [hit.document.id for hit in ours.hits]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_very_few_documents(tmp_path: Path, count: int) -> None:
    build(documents()[:count], tmp_path, release="r1", recipe=RECIPE)
    assert len(open_index(tmp_path).search(Query(text="居住证")).hits) <= count


def test_two_documents_of_one_id(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="two documents have the id 'GZ-00'"):
        build([documents()[0]] * 2, tmp_path, release="r1", encoder="hashing")


def test_articles_of_one_law_do_not_win_by_its_name(tmp_path: Path) -> None:
    law = [
        Document(id=f"l{n}", record="l", kind="article", title=f"社会保险法第{n}条", body=body)
        for n, body in enumerate(("总则", "附则", "经办机构", "监督"), start=1)
    ]
    answer = Document(
        id="a", record="a", kind="item", title="失业待遇", body="社会保险法规定失业人员领取待遇"
    )
    build([*law, answer], tmp_path, release="r1", encoder="hashing")
    found = open_index(tmp_path).search(Query(text="社会保险法规定的失业人员待遇"))
    assert found.hits[0].document.id == "a"


def test_progress_ends_each_step(tmp_path: Path) -> None:
    told: dict[str, tuple[int, int]] = {}
    build(
        documents(),
        tmp_path,
        release="r1",
        recipe=RECIPE,
        progress=lambda step, done, total: told.update({step: (done, total)}),
    )
    assert list(told) == ["wordings", "words", "bm25", "tokenizer", "encoder", "vectors"]
    assert all(done == total for done, total in told.values())


def test_text_of() -> None:
    assert document_store.text_of(documents()[5]).split("\n")[:3] == [
        "护照签发",
        "办护照",
        "Passport",
    ]


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> tuple[Hybrid, IndexManifest]:
    if not OPEN_SET.is_dir():
        pytest.skip(f"{OPEN_SET} is not on this machine")
    lines = (OPEN_SET / "corpus.jsonl").read_text("utf-8").splitlines()
    values = [json.loads(line) for line in lines]
    directory = tmp_path_factory.mktemp("portal")
    manifest = build(
        [
            Document(
                id=one["id"], record=one["id"], kind="item", title=one["title"], body=one["text"]
            )
            for one in values
        ],
        directory,
        release="r1",
        analyzer="bigram",
        encoder="hashing",
    )
    start = time.perf_counter()
    hybrid = open_index(directory)
    assert time.perf_counter() - start < 2  # 0.15 s on an idle machine
    return hybrid, manifest


def test_portal_names_are_found_by_name(portal: tuple[Hybrid, IndexManifest]) -> None:
    hybrid, manifest = portal
    assert manifest.documents == 2262
    for position in range(0, 2262, 15):
        document = hybrid.index.documents.at(position)
        result = hybrid.search(Query(text=f"{document.title}要交什么材料"))
        assert result.hits[0].document.title == document.title
        assert document.id in {hit.document.id for hit in result.hits if hit.name_match}


def test_portal_questions_in_everyday_words(portal: tuple[Hybrid, IndexManifest]) -> None:
    relevant: dict[str, set[str]] = {}
    for line in (OPEN_SET / "qrels.tsv").read_text("utf-8").splitlines()[1:]:
        query, document, _ = line.split("\t")
        relevant.setdefault(query, set()).add(document)
    questions = [
        json.loads(line) for line in (OPEN_SET / "queries.jsonl").read_text("utf-8").splitlines()
    ]
    first = sum(
        portal[0].search(Query(text=one["text"], limit=1)).hits[0].document.id
        in relevant[one["id"]]
        for one in questions
    )
    assert first / len(questions) > 0.84  # character bigrams with BM25 alone: 0.78


def test_words_are_learned_from_a_sample_of_many_documents() -> None:
    many = [
        Document(id=str(n), record=str(n), kind="document", title="", body="字" * 10)
        for n in range(100)
    ]
    assert [one.id for one in index._sample(many, 200)] == [str(n) for n in range(0, 100, 5)]
    assert len(index._sample(many, 10_000)) == 100
    assert index._sample([], 10) == []
