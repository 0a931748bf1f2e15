"""Gold files: what is wrong is told with line and field."""

import json
from pathlib import Path
from typing import Any

import pytest

from channels.types import Status
from eval import datasets
from eval.datasets import GoldError

GOOD: dict[str, Any] = {
    "id": "a",
    "text": "居住证要多久",
    "register": "everyday",
    "kind": "item",
    "status": ["answered"],
    "code": "GZ-1",
    "also": [],
    "facets": ["time_limit"],
    "fields": ["limits.promised", "windows[0].address"],
}


def write(folder: Path, *values: Any) -> Path:
    path = folder / "gold.jsonl"
    lines = (one if isinstance(one, str) else json.dumps(one) for one in values)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_reads_an_example(tmp_path: Path) -> None:
    (one,) = datasets.load(write(tmp_path, GOOD, ""))
    assert one.status == (Status.ANSWERED,)
    assert one.fields == ("limits.promised", "windows[0].address")
    assert one.first is None
    assert datasets.of(datasets.plain(one)) == one


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": " "}, "text"),
        ({"status": []}, "status"),
        ({"status": ["answerd"]}, "status"),
        ({"status": "answered"}, "status"),
        ({"facets": ["prize"]}, "facets"),
        ({"fields": ["limits promised"]}, "fields"),
        ({"fields": ["limits"], "code": None}, "fields"),
        ({"code": 7}, "code"),
        ({"first": "TEL-110"}, "first"),
        ({"colour": "red"}, "colour"),
        ({"id": "b"}, "id"),
    ],
)
def test_names_line_and_field(tmp_path: Path, change: dict[str, Any], field: str) -> None:
    path = write(tmp_path, GOOD | {"id": "b"}, "", GOOD | change)
    with pytest.raises(GoldError) as caught:
        datasets.load(path)
    assert (caught.value.line, caught.value.field) == (3, field)
    assert "第 3 行" in str(caught.value)
    assert field in str(caught.value)


@pytest.mark.parametrize("line", ["{", "[]", '"a"'])
def test_refuses_what_is_no_object(tmp_path: Path, line: str) -> None:
    with pytest.raises(GoldError, match="第 1 行"):
        datasets.load(write(tmp_path, line))


def test_refuses_an_empty_or_missing_file(tmp_path: Path) -> None:
    with pytest.raises(GoldError):
        datasets.load(write(tmp_path, ""))
    with pytest.raises(GoldError):
        datasets.load(tmp_path / "none.jsonl")


def test_the_development_set_is_valid() -> None:
    if not datasets.split("dev").is_file():
        pytest.skip("eval/gold/dev.jsonl is not there")
    assert len(datasets.load(datasets.split("dev"))) >= 200
