"""What the quality rules find in a file or folder, by level."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import ImportRefusedError
from assistant.linting import report

ITEM = """\
- code: i1
  name: 出生登记
  provenance: {as_of: "2025"}
  body: {department: 公安局}
  contact: {consult: 020-83119727, complain: 020-83119727}
"""


def test_a_pack_file_with_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "items.yaml"
    path.write_text(ITEM, encoding="utf-8")
    found = report(path)
    assert (found["path"], found["format"], found["records"]) == (str(path), "pack", 1)
    assert found["errors"] == []
    assert "same-phone" in found["counts"]["warning"]
    (same,) = [one for one in found["warnings"] if one["rule"] == "same-phone"]
    assert (same["field"], same["value"], same["level"]) == (
        "contact.complain",
        "020-83119727",
        "warning",
    )
    assert same["remedy"]


def test_an_error_keeps_the_record_out_and_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "items.yaml"
    path.write_text(ITEM.replace("name:", "nmae:"), encoding="utf-8")
    found = report(path)
    assert found["records"] == 1
    fields = {one["field"] for one in found["errors"]}
    assert fields == {"name", "nmae"}
    assert all("items.yaml:" in one["code"] for one in found["errors"])
    assert found["counts"]["error"] == {
        rule: sum(one["rule"] == rule for one in found["errors"])
        for rule in found["counts"]["error"]
    }


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("a.jsonl", "gdzwfw"),
        ("a.yaml", "pack"),
        ("a.YML", "pack"),
        ("a.xlsx", "excel"),
        ("a.md", "policy"),
    ],
)
def test_the_format_is_that_of_the_name(tmp_path: Path, name: str, format_: str) -> None:
    """Files of a format that holds no record are refused as that format."""
    path = tmp_path / name
    path.write_text("", encoding="utf-8")
    try:
        found: dict[str, Any] = report(path)
    except ImportRefusedError as error:
        assert format_ in str(error)
    else:
        assert found["format"] == format_


def test_the_built_in_pack_has_no_error() -> None:
    found = report(None)
    assert found["format"] == "pack"
    assert found["records"] > 200
    assert found["errors"] == []


def test_the_portal_records_as_they_are(data: Path) -> None:
    """The figures of ``shared/data/gdzwfw_items``; same phones are counted a second time here."""
    path = data / "gdzwfw_items" / "records.jsonl"
    found = report(path)
    assert (found["format"], found["records"]) == ("gdzwfw", 2_262)
    assert found["errors"] == []
    assert found["counts"]["warning"]["same-phone"] == 75
    assert found["counts"]["warning"]["cut-off-conditions"] == 313
    raw = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    phones = [(str(one["consult_phone"]), str(one["complain_phone"])) for one in raw]
    same = [
        one.strip()
        for one, other in phones
        if re.search(r"\d", one) and one.strip() == other.strip()
    ]
    merged = [one for one in same if "12345" in one]
    assert (len(same) - len(merged), len(merged)) == (75, 108)
    assert found["counts"]["notice"]["same-phone-12345"] == 108
