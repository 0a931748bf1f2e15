"""The pack format: what is read, and what is refused with its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from knowledge.formats import pack
from knowledge.types import Parsed

ITEM = """\
- code: i1
  name: 出生登记
  provenance: {as_of: "2025"}
  body: {department: 公安局}
  materials:
    - {name: 结婚证}
"""
BUNDLE = """\
# one comment line
- code: b1
  name: 出生一件事
  provenance: {as_of: "2025"}
  stage: 出生
  audience: 个人
  items:
    - {code: i1, name: 出生登记}
    - code: i2
      name: 参保
      optional: true
  questions:
    - id: insured
      text: 参保吗？
      why: 要参保。
      kind: yes_no
  rules:
    - id: insure
      if: {answer: insured, is: false}
      add_items: [i2]
      reason: 没有参保。
  materials:
    - key: marriage
      name: 结婚证
      satisfies:
        - {item: i1, material: 结婚证}
"""
OTHER = ITEM.replace("i1", "i2").replace("出生登记", "参保")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("items/huji.yaml", ITEM + OTHER), ("bundles/sheng.yaml", BUNDLE)):
        path = tmp_path / name
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
    return tmp_path


def changed(folder: Path, name: str, old: str, new: str) -> Parsed:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return pack.parse([folder])


def test_a_folder_is_read_whole(folder: Path) -> None:
    parsed = pack.parse([folder])
    assert (parsed.read, parsed.rejected, parsed.findings) == (3, (), ())
    assert [one.code for one in parsed.records] == ["i1", "i2", "b1"]


@pytest.mark.parametrize(
    ("old", "new", "rule", "field", "line"),
    [
        # a condition that does not fit its question
        ("is: false", "is: nobody", "condition", "rules[0].if", 19),
        ("add_items: [i2]", "add_items: [i9]", "unknown-name", "rules[0].add_items", 20),
        ("      kind: yes_no", "      kind: date", "condition", "rules[0].if", 19),
        (
            "code: i1, name",
            "code: i1, nmae",
            "invalid-unexpected_keyword_argument",
            "items.0.nmae",
            8,
        ),
        ("  audience: 个人", "  audience: 大家", "invalid-literal_error", "audience", 6),
        # a field that is not there is named by the record
        ("  stage: 出生\n", "", "invalid-missing", "stage", 2),
    ],
)
def test_a_rejection_names_file_and_line(
    folder: Path, old: str, new: str, rule: str, field: str, line: int
) -> None:
    parsed = changed(folder, "bundles/sheng.yaml", old, new)
    assert [one.code for one in parsed.records] == ["i1", "i2"]
    places = {(one.rule, one.field): one.code for one in parsed.rejected}
    assert places[rule, field] == f"b1 (bundles/sheng.yaml:{line})"
    assert all(one.level == "error" and one.remedy for one in parsed.rejected)


def test_every_error_of_a_record_is_named(folder: Path) -> None:
    changed(folder, "bundles/sheng.yaml", "is: false", "is: nobody")
    parsed = changed(folder, "bundles/sheng.yaml", "[i2]", "[i8, i9]")
    assert [(one.value, one.code.rpartition(":")[2]) for one in parsed.rejected] == [
        ("nobody", "19)"),
        ("i8", "20)"),
        ("i9", "20)"),
        ("i2", "9)"),  # nothing adds it any more
    ]


def test_a_code_used_twice_names_both_places(folder: Path) -> None:
    parsed = changed(folder, "items/huji.yaml", "code: i2", "code: i1")
    (refused,) = parsed.rejected
    assert refused.rule == "duplicate-code"
    assert refused.code == "i1 (items/huji.yaml:7)"
    assert "items/huji.yaml:1" in refused.remedy
    assert parsed.records[0].name == "出生登记"


def test_what_is_named_and_not_there_is_a_finding_with_its_line(folder: Path) -> None:
    """Another source may hold it, so the record is kept."""
    parsed = changed(folder, "items/huji.yaml", "{name: 结婚证}", "{name: 结婚证书}")
    assert len(parsed.records) == 3
    (finding,) = parsed.findings
    assert finding.code == "b1 (bundles/sheng.yaml:26)"
    assert finding.field == "materials[0].satisfies[0].material"


def test_an_item_of_another_source_is_a_finding_only(folder: Path) -> None:
    parsed = pack.parse([folder / "bundles" / "sheng.yaml"])
    assert [one.code for one in parsed.records] == ["b1"]
    assert parsed.rejected == ()
    assert [one.field for one in parsed.findings] == ["items[0].code", "items[1].code"]


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (b"- code: [", "YAML"),
        (b"\xff\xfe", "UTF-8"),
        (b"- effective: 2026-02-30", "YAML"),  # no such day
        (b"code: i1", "- code:"),
        (b"- i1", "- code:"),
        (b"", "- code:"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes, remedy: str) -> None:
    path = tmp_path / "items.yaml"
    path.write_bytes(content)
    parsed = pack.parse([path])
    (refused,) = parsed.rejected
    assert (refused.rule, refused.code, refused.level) == ("unreadable-file", "items.yaml", "error")
    assert remedy in refused.remedy
    assert parsed.records == ()


def test_wordings_of_several_files_are_joined_in_the_order_of_their_names(folder: Path) -> None:
    files = {
        "asked/part-1.yaml": "- {code: i1, asked: [小孩上户口, 入户]}\n- {code: i2, asked: [入保]}",
        "asked/english-1.yaml": "- {code: i1, asked: [hukou for my baby]}",
        "asked/english-2.yaml": "- {code: b1, asked: [newborn checklist]}",
    }
    (folder / "asked").mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    parsed = pack.parse([folder])
    assert parsed.rejected == ()
    assert {one.code: getattr(one, "asked", ()) for one in parsed.records} == {
        "i1": ("hukou for my baby", "小孩上户口", "入户"),
        "i2": ("入保",),
        "b1": ("newborn checklist",),
    }


def test_wordings_for_a_code_that_is_not_there_are_refused_once(folder: Path) -> None:
    (folder / "asked").mkdir()
    for number in (1, 2):
        path = folder / "asked" / f"part-{number}.yaml"
        path.write_text("- {code: i9, asked: [问什么]}", encoding="utf-8")
    parsed = pack.parse([folder])
    assert len(parsed.records) == 3
    assert [(one.rule, one.field, one.code) for one in parsed.rejected] == [
        ("unknown-name", "asked", "i9")
    ]


def test_no_english_wording_of_the_built_in_pack_asks_for_two_records() -> None:
    entries = [
        entry
        for path in (pack.BUILT_IN / "asked").glob("english-*.yaml")
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]
    wordings = [wording.casefold() for entry in entries for wording in entry["asked"]]
    assert len({entry["code"] for entry in entries}) > 400
    assert len(set(wordings)) == len(wordings)


def test_yaml_runs_no_code(tmp_path: Path) -> None:
    path = tmp_path / "items.yaml"
    path.write_text("- !!python/object/apply:os.system ['true']", encoding="utf-8")
    assert [one.rule for one in pack.parse([path]).rejected] == ["unreadable-file"]


def test_a_single_file_is_named_by_its_folder_or_itself(tmp_path: Path) -> None:
    for name in ("hotlines.yaml", "hotlines/more.yaml"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            '- {code: T, name: 热线, number: "12345", provenance: {as_of: "2025"}}',
            encoding="utf-8",
        )
        (record,) = pack.parse([path]).records
        assert record.kind == "hotline"
