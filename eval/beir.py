"""Data sets in the layout of BEIR: documents, questions, and which documents are right for each.

::

    corpus.jsonl     {"id" or "_id", "title"?, "text"}
    queries.jsonl    {"id" or "_id", "text", …}; other fields are kept, to look at parts of the set
    qrels.tsv        query-id, corpus-id, score (a header line or none); also as qrels/test.tsv

What is wrong is told with file, line, field and remedy, as in ``eval.datasets``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

CORPUS, QUERIES = "corpus.jsonl", "queries.jsonl"
QRELS = ("qrels.tsv", "qrels/test.tsv")

Relevant = Mapping[str, Mapping[str, int]]
"""Question id → document id → grade, above 0."""

_IDS = ("id", "_id")
_MOST_TOLD = 5


class DatasetError(Exception):
    """A data set cannot be used; the message names file, line, field and remedy."""

    def __init__(self, path: Path, line: int, field: str, problem: str) -> None:
        super().__init__(f"{path} 第 {line} 行，字段 {field}：{problem}")
        self.line = line
        self.field = field


@dataclass(frozen=True, slots=True)
class Text:
    """A document of the corpus."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """``extra``: the other fields of its line that are texts, whole numbers or yes and no."""

    id: str
    text: str
    extra: Mapping[str, str | int | bool]


One = TypeVar("One", Text, Question)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """``questions`` have one right document or more; ``left_out`` are the ids of those without.

    ``missing``: right documents that the corpus does not hold: no system can find them, and they
    count against all.  ``sources``: the files that were read.
    """

    name: str
    documents: tuple[Text, ...]
    questions: tuple[Question, ...]
    relevant: Relevant
    left_out: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    sources: tuple[Path, ...] = ()


def load(folder: Path, *, queries: Path | None = None, qrels: Path | None = None) -> Dataset:
    """The data set of a folder; other questions and judgements instead of its own if given.

    Raises ``DatasetError``, also when no question has a right document in the corpus.
    """
    files = {
        "corpus": _file(folder / CORPUS, "给 --dataset 一个含 corpus.jsonl 的文件夹"),
        "queries": _file(queries or folder / QUERIES, "用 --queries 指定题目文件"),
        "qrels": _file(qrels or _qrels_of(folder), "用 --qrels 指定标注文件"),
    }
    documents = _unique(files["corpus"], document)
    questions = _unique(files["queries"], question)
    found = dataset(folder.resolve().name, documents, questions, read_qrels(files["qrels"]))
    if not found.questions:
        problem = "没有一道题在语料里有正确文档：题目、标注和语料须是同一套，编号须一致"
        raise DatasetError(files["qrels"], 0, "query-id", problem)
    return replace(found, sources=tuple(files.values()))


def dataset(
    name: str, documents: tuple[Text, ...], questions: tuple[Question, ...], judged: Relevant
) -> Dataset:
    """Put together: a question stays if one of its right documents is in the corpus."""
    known = {one.id for one in documents}
    kept = [one for one in questions if judged.get(one.id, {}).keys() & known]
    relevant = {one.id: judged[one.id] for one in kept}
    stayed = relevant.keys()
    return Dataset(
        name=name,
        documents=documents,
        questions=tuple(kept),
        relevant=relevant,
        left_out=tuple(one.id for one in questions if one.id not in stayed),
        missing=tuple(sorted({one for of_one in relevant.values() for one in of_one} - known)),
    )


def first(found: Dataset, limit: int | None) -> Dataset:
    """The same with its first ``limit`` questions only; the corpus stays whole."""
    if limit is None:
        return found
    questions = found.questions[:limit]
    relevant = {one.id: found.relevant[one.id] for one in questions}
    return replace(found, questions=questions, relevant=relevant)


def notes(found: Dataset) -> Iterator[str]:
    """What a person should know of the set before its scores, in Chinese."""
    if found.left_out:
        yield f"{len(found.left_out)} 道题在语料里没有正确文档，不计：{_some(found.left_out)}"
    if found.missing:
        yield f"标注里有 {len(found.missing)} 个文档不在语料里：{_some(found.missing)}"


def document(value: Mapping[str, Any]) -> Text:
    """A line of ``corpus.jsonl``.  Raises ``ValueError`` (field, problem)."""
    title = value.get("title")
    if not isinstance(title, str | None):
        raise ValueError("title", "须为文字或 null")
    return Text(id=_id(value), title=_clean(title or ""), text=_text(value, bool(title)))


def question(value: Mapping[str, Any]) -> Question:
    """A line of ``queries.jsonl``.  Raises ``ValueError`` (field, problem)."""
    extra = {
        _clean(name): _clean(one) if isinstance(one, str) else one
        for name, one in value.items()
        if name not in (*_IDS, "text") and isinstance(one, str | int)
    }
    return Question(id=_id(value), text=_text(value, empty=False), extra=extra)


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Grades above 0 of a file of judgements, also of TREC's four columns (id, 0, id, grade).

    Raises ``DatasetError``.
    """
    found: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        columns = line.split("\t") if "\t" in line else line.split()
        if len(columns) == 4:
            del columns[1]
        if len(columns) != 3:
            problem = f"有 {len(columns)} 列：须为题目编号、文档编号、分数三列，用制表符分开"
            raise DatasetError(path, number, "-", problem)
        query, text, score = (one.strip() for one in columns)
        grade = _grade(score)
        if grade is None:
            if number == 1:
                continue  # the header
            raise DatasetError(path, number, "score", f"{score!r} 不是整数：写 1 或 0")
        if grade > 0:
            found.setdefault(query, {})[text] = grade
    return found


def write_qrels(path: Path, relevant: Relevant) -> None:
    """Write judgements as :func:`read_qrels` reads them."""
    rows = (
        f"{query}\t{text}\t{grade}\n"
        for query, of_one in relevant.items()
        for text, grade in of_one.items()
    )
    path.write_text("query-id\tcorpus-id\tscore\n" + "".join(rows), encoding="utf-8")


def fingerprint(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unique(path: Path, parse: Callable[[Mapping[str, Any]], One]) -> tuple[One, ...]:
    found: list[One] = []
    lines: dict[str, int] = {}
    for number, line in _lines(path):
        try:
            one = parse(_object(path, number, line))
        except ValueError as error:
            raise DatasetError(path, number, *error.args) from error
        if one.id in lines:
            problem = f"{one.id!r} 已在第 {lines[one.id]} 行用过：换一个"
            raise DatasetError(path, number, "id", problem)
        lines[one.id] = number
        found.append(one)
    if not found:
        raise DatasetError(path, 0, "-", "文件是空的：一行写一个 JSON 对象")
    return tuple(found)


def _file(path: Path, remedy: str) -> Path:
    if not path.is_file():
        raise DatasetError(path, 0, "-", f"没有这个文件：{remedy}")
    return path


def _qrels_of(folder: Path) -> Path:
    return next((folder / one for one in QRELS if (folder / one).is_file()), folder / QRELS[0])


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines that are not blank, with their numbers; only line feeds part them."""
    number = 0
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line.rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise DatasetError(path, number + 1, "-", "不是 UTF-8：另存为 UTF-8 再用") from error


def _object(path: Path, number: int, line: str) -> Mapping[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DatasetError(path, number, "-", f"不是完整的 JSON（{error}）：一行一个") from error
    if not isinstance(value, dict):
        raise DatasetError(path, number, "-", "须为 JSON 对象（{…}）")
    return value


def _id(value: Mapping[str, Any]) -> str:
    name = next((one for one in _IDS if one in value), _IDS[0])
    found = value.get(name)
    if isinstance(found, int) and not isinstance(found, bool):
        found = str(found)
    if (
        not isinstance(found, str)
        or not found
        or found.split() != [found]
        or _clean(found) != found
    ):
        raise ValueError(name, "必填，须为不含空白的文字")
    return found


def _text(value: Mapping[str, Any], empty: bool) -> str:
    found = value.get("text")
    if not isinstance(found, str) or not (found.strip() or empty):
        raise ValueError("text", "必填，须为非空文字")
    return _clean(found)


def _clean(text: str) -> str:
    """The text with lone surrogates (which no file can hold) replaced."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _grade(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


def _some(names: tuple[str, ...]) -> str:
    return "、".join(names[:_MOST_TOLD]) + ("……" if len(names) > _MOST_TOLD else "")
