"""Data sets in BEIR's layout: both spellings, clear refusals, nothing else than refusals."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval import beir
from eval.beir import DatasetError, Question, Text
from tests.eval import sets

IDS = st.text(st.characters(codec="utf-8", exclude_categories=("Z", "C")), min_size=1, max_size=9)
TEXTS = st.text(st.characters(codec="utf-8"), min_size=1).filter(str.strip)


def test_reads_a_folder(tmp_path: Path) -> None:
    found = sets.small(tmp_path / "small")
    assert (found.name, len(found.documents), len(found.questions)) == ("small", 6, 12)
    assert found.questions[1] == Question(
        "residence-1", "居住证要交什么住所证明", {"kind": "long", "n": 1}
    )
    assert found.relevant["residence-1"] == {"residence": 1}
    assert [one.name for one in found.sources] == ["corpus.jsonl", "queries.jsonl", "qrels.tsv"]
    assert not list(beir.notes(found))


def test_other_spellings_of_ids_qrels_and_their_place(tmp_path: Path) -> None:
    sets.write_lines(
        tmp_path / "corpus.jsonl", [{"_id": 7, "text": "甲"}, {"_id": "b", "text": "乙"}]
    )
    sets.write_lines(tmp_path / "queries.jsonl", [{"_id": "q", "text": "问", "metadata": {}}])
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text("q 0 7 2\nq 0 b 0\n")
    found = beir.load(tmp_path)
    assert found.documents[0] == Text("7", "", "甲")
    assert found.relevant == {"q": {"7": 2}}
    assert found.questions[0].extra == {}


def test_other_questions_and_judgements(tmp_path: Path) -> None:
    folder = sets.write(tmp_path / "small")
    queries = sets.write_lines(tmp_path / "q.jsonl", [{"id": "x", "text": "用水"}])
    qrels = tmp_path / "x.tsv"
    qrels.write_text("x\twater\t1\nx\tgone\t1\nother\twater\t1\n")
    found = beir.load(folder, queries=queries, qrels=qrels)
    assert [one.id for one in found.questions] == ["x"]
    assert found.missing == ("gone",)
    assert any("gone" in note for note in beir.notes(found))


def test_questions_without_a_right_document_are_told_and_left_out(tmp_path: Path) -> None:
    folder = sets.write(tmp_path)
    extra = [*sets.queries(), {"id": "none", "text": "没有"}, {"id": "zero", "text": "零"}]
    sets.write_lines(folder / "queries.jsonl", extra)
    (folder / "qrels.tsv").write_text(sets.qrels() + "zero\twater\t0\n", "utf-8")
    found = beir.load(folder)
    assert found.left_out == ("none", "zero")
    assert len(found.questions) == 12
    assert any("none" in note for note in beir.notes(found))


def test_the_first_questions_keep_the_corpus(tmp_path: Path) -> None:
    found = beir.first(sets.small(tmp_path), 3)
    assert len(found.questions) == len(found.relevant) == 3
    assert len(found.documents) == 6
    assert beir.first(found, None) is found


@pytest.mark.parametrize(
    ("file", "line", "field"),
    [
        ("corpus.jsonl", '{"id": "x", "text": 1}', "text"),
        ("corpus.jsonl", '{"id": "x", "text": ""}', "text"),
        ("corpus.jsonl", '{"id": "x", "title": 3, "text": "a"}', "title"),
        ("corpus.jsonl", '{"id": "water", "text": "a"}', "id"),
        ("corpus.jsonl", '{"id": true, "text": "a"}', "id"),
        ("corpus.jsonl", '{"_id": "a b", "text": "a"}', "_id"),
        ("corpus.jsonl", '{"text": "a"}', "id"),
        ("queries.jsonl", '{"id": "x", "text": " "}', "text"),
        ("queries.jsonl", '{"id": "\\ud800", "text": "a"}', "id"),
        ("queries.jsonl", "{", "-"),
        ("queries.jsonl", "[]", "-"),
        ("queries.jsonl", "[" * 100_000, "-"),
        ("qrels.tsv", "a\tb", "-"),
        ("qrels.tsv", "a\tb\tyes", "score"),
    ],
)
def test_names_file_line_and_field(tmp_path: Path, file: str, line: str, field: str) -> None:
    path = sets.write(tmp_path) / file
    path.write_text(path.read_text("utf-8") + "\n" + line + "\n", "utf-8")
    number = len(path.read_text("utf-8").split("\n")) - 1
    with pytest.raises(DatasetError, match=file) as caught:
        beir.load(tmp_path)
    assert (caught.value.line, caught.value.field) == (number, field)
    assert f"第 {number} 行" in str(caught.value)


@pytest.mark.parametrize("file", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
def test_refuses_missing_empty_and_foreign_files(tmp_path: Path, file: str) -> None:
    path = sets.write(tmp_path) / file
    for content in (b"", b"\xff\xfe\n"):
        path.write_bytes(content)
        with pytest.raises(DatasetError):
            beir.load(tmp_path)
    path.unlink()
    with pytest.raises(DatasetError, match="没有这个文件"):
        beir.load(tmp_path)


@given(
    documents=st.lists(st.tuples(IDS, TEXTS), min_size=1, max_size=4, unique_by=lambda one: one[0]),
    extra=st.dictionaries(IDS, st.one_of(TEXTS, st.booleans(), st.integers())),
    grade=st.integers(1, 3),
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    documents: list[tuple[str, str]],
    extra: dict[str, Any],
    grade: int,
) -> None:
    folder = tmp_path_factory.mktemp("set")
    lines = [
        json.dumps({"id": name, "title": text, "text": text}, ensure_ascii=False)
        for name, text in documents
    ]
    sets.write_lines(folder / "corpus.jsonl", lines)
    kept = {name: one for name, one in extra.items() if name not in ("id", "_id", "text")}
    sets.write_lines(folder / "queries.jsonl", [{**kept, "id": "q", "text": documents[0][1]}])
    relevant = {"q": {name: grade for name, _ in documents}}
    beir.write_qrels(folder / "qrels.tsv", relevant)
    found = beir.load(folder)
    assert found.documents == tuple(Text(name, text, text) for name, text in documents)
    assert found.questions == (Question("q", documents[0][1], kept),)
    assert found.relevant == relevant


@given(st.binary(max_size=60), st.sampled_from(["corpus.jsonl", "queries.jsonl", "qrels.tsv"]))
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, file: str
) -> None:
    folder = sets.write(tmp_path_factory.mktemp("set"))
    (folder / file).write_bytes(content)
    try:
        found = beir.load(folder)
    except DatasetError as refused:
        assert file in str(refused) or "qrels.tsv" in str(refused)
    else:
        assert found.questions
        assert set(found.relevant) == {one.id for one in found.questions}
