"""Staged sources: each owns its file; damage and misuse are told in one clear line."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import sources
from knowledge.types import Bundle, Hotline, Policy, Record, ServiceItem
from tests.records import any_record, bundle, hotline, item, policy, source


def codes(home: Path) -> dict[str, list[str]]:
    return {one.name: [record.code for record in one.records] for one in sources.staged(home)}


def test_nothing_is_staged_in_a_new_home(tmp_path: Path) -> None:
    assert sources.staged(tmp_path) == ()
    assert sources.remove(tmp_path, "pack") is False


def test_what_was_staged_is_read_again(tmp_path: Path) -> None:
    given_ = source("pack", [item(), bundle(), policy(), hotline()], files=("甲.yaml", "乙.yaml"))
    path = sources.stage(tmp_path, given_)
    (found,) = sources.staged(tmp_path)
    assert path == tmp_path / "sources" / "pack.jsonl"
    assert (found.name, found.imported, found.files) == ("pack", given_.imported, given_.files)
    assert [one.code for one in found.records] == ["i1", "b1", "p1", "TEL-1"]


def test_records_are_owned_by_their_source(tmp_path: Path) -> None:
    sources.stage(tmp_path, source("excel", [item()]))
    (found,) = sources.staged(tmp_path)
    assert found.records == (sources.owned(item(), "excel"),)
    assert found.records[0].provenance.source == "excel"
    assert item().provenance.source == "test"


def test_importing_one_source_never_touches_another(tmp_path: Path) -> None:
    pack = sources.stage(tmp_path, source("pack", [item("i1"), item("i2")]))
    before = pack.read_bytes(), pack.stat().st_mtime_ns
    sources.stage(tmp_path, source("excel", [item("i3")]))
    sources.stage(tmp_path, source("excel", [item("i4")]))
    assert codes(tmp_path) == {"excel": ["i4"], "pack": ["i1", "i2"]}
    assert (pack.read_bytes(), pack.stat().st_mtime_ns) == before


def test_removing_one_source_leaves_the_others(tmp_path: Path) -> None:
    sources.stage(tmp_path, source("pack", [item("i1")]))
    sources.stage(tmp_path, source("excel", [item("i2")]))
    assert sources.remove(tmp_path, "excel") is True
    assert sources.remove(tmp_path, "excel") is False
    assert codes(tmp_path) == {"pack": ["i1"]}


@pytest.mark.parametrize("name", ["", "Pack", "../pack", "a/b", ".hidden", "源", "a" * 42, "a\n"])
def test_bad_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(sources.SourceError, match="来源名"):
        sources.stage(tmp_path, source(name, [item()]))
    assert not (tmp_path / "sources").exists()


def test_remove_cannot_leave_its_folder(tmp_path: Path) -> None:
    outside = tmp_path / "precious.jsonl"
    outside.write_text("{}", encoding="utf-8")
    (tmp_path / "sources").mkdir()
    assert sources.remove(tmp_path, "../precious") is False
    assert outside.exists()


def test_file_names_that_are_not_utf8_are_kept_readable(tmp_path: Path) -> None:
    name = os.fsdecode("事项.xlsx".encode("gbk"))
    sources.stage(tmp_path, source("excel", [item()], files=(name,)))
    (found,) = sources.staged(tmp_path)
    assert found.files[0].endswith(".xlsx")


def test_a_write_leaves_no_partial_file(tmp_path: Path) -> None:
    sources.stage(tmp_path, source("pack", [item()]))
    assert [path.name for path in (tmp_path / "sources").iterdir()] == ["pack.jsonl"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    sources.stage(tmp_path, source("pack", [item("i1")]))
    with pytest.raises(ValueError, match="surrogates"):
        sources.stage(tmp_path, source("pack", [item("i2", summary="\ud800")]))
    assert codes(tmp_path) == {"pack": ["i1"]}


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: b"\n" + content,
        lambda content: b"[]\n",
        lambda content: b"null\n",
        lambda content: b"\xff\xfe\x00",
        lambda content: content[:40],
        lambda content: content[:-20],
        lambda content: content.splitlines()[0] + b"\n",
        lambda content: content + content.splitlines()[1] + b"\n",
        lambda content: content.replace(b'"imported"', b'"Imported"'),
        lambda content: content.replace(b'"records"', b'"Records"'),
        lambda content: content.replace(b'"source": "pack"', b'"source_": "pack"'),
        lambda content: content.replace(b'"files": ["a.jsonl"]', b'"files": null'),
        lambda content: content.replace(b"2026-01-02", b"2026-13-02"),
        lambda content: content.replace(b'"kind":"item"', b'"kind":"ghost"'),
        lambda content: content.replace(b'"name":', b'"nome":', 1),
    ],
)
def test_a_damaged_file_gives_one_clear_line(tmp_path: Path, damage) -> None:
    path = sources.stage(tmp_path, source("pack", [item(), hotline()]))
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(sources.SourceError) as caught:
        sources.staged(tmp_path)
    message = str(caught.value)
    assert "pack.jsonl" in message
    assert "请" in message
    assert "\n" not in message


def test_a_copied_file_is_refused(tmp_path: Path) -> None:
    path = sources.stage(tmp_path, source("pack", [item()]))
    path.with_name("copy.jsonl").write_bytes(path.read_bytes())
    with pytest.raises(sources.SourceError, match="文件名与来源名"):
        sources.staged(tmp_path)


def test_no_conflict_between_sources_with_their_own_codes() -> None:
    assert sources.conflicts([source("a", [item("i1")]), source("b", [item("i2")])]) == ()


def test_a_code_in_two_sources_is_a_conflict() -> None:
    given_ = [source("a", [item("i1"), item("i2")]), source("b", [policy("i1")])]
    (found,) = sources.conflicts(given_)
    assert (found.rule, found.code, found.level) == ("code-owned-by-another-source", "i1", "error")
    assert found.value == "a, b"
    assert "来源 a" in found.remedy


def test_a_code_twice_in_one_source_is_a_conflict() -> None:
    (found,) = sources.conflicts([source("a", [item("i1"), item("i1", "另一个")])])
    assert (found.rule, found.code, found.value) == ("duplicate-code", "i1", "a, a")


@given(st.lists(st.lists(st.sampled_from("abcdef"), max_size=4), max_size=4))
def test_every_code_that_stands_twice_is_found(parts: list[list[str]]) -> None:
    given_ = [source(f"s{n}", [item(code) for code in part]) for n, part in enumerate(parts)]
    everything = [code for part in parts for code in part]
    found = sources.conflicts(given_)
    assert len(found) == len(everything) - len(set(everything))
    assert {one.code for one in found} == {c for c in everything if everything.count(c) > 1}


@given(record=st.one_of(*(any_record(kind) for kind in (ServiceItem, Bundle, Policy, Hotline))))
def test_any_record_survives_staging(
    tmp_path_factory: pytest.TempPathFactory, record: Record
) -> None:
    home = tmp_path_factory.mktemp("staging")
    sources.stage(home, source("s", [record]))
    (found,) = sources.staged(home)
    assert found.records == (sources.owned(record, "s"),)


def test_the_head_says_what_is_in_the_file(tmp_path: Path) -> None:
    path = sources.stage(
        tmp_path, source("pack", [item()], imported=datetime(2026, 5, 1, tzinfo=UTC))
    )
    assert json.loads(path.read_text(encoding="utf-8").splitlines()[0]) == {
        "source": "pack",
        "imported": "2026-05-01T00:00:00+00:00",
        "files": ["a.jsonl"],
        "records": 1,
    }
