"""The issue's “Shown by” lines, with the portal's real records (skipped where they are missing).

Expected values are read from the raw JSON here, never through our importer.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from typer.testing import CliRunner

from assistant.cli import app
from eval import facts, homes, portal
from knowledge import releases
from tests.conftest import publish, settings_of

SAMPLE = 300
NULLS = ("", "无", "无。")


@pytest.fixture(scope="session")
def records(data: Path) -> Path:
    path = data / "gdzwfw_items" / "records.jsonl"
    if not path.is_file():
        pytest.skip(f"no portal records at {path}")
    return path


@pytest.fixture(scope="session")
def raws(records: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in records.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="session")
def city_home(records: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One release of the pack and all portal records: built once, shared by all xdist workers."""
    base = tmp_path_factory.getbasetemp()
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    path = root / "city_home"
    with FileLock(root / "city_home.lock"):
        if releases.current(path) is None:
            homes.fill(path, [records])
            manifest = publish(settings_of(path))
            assert manifest.sources["gdzwfw"] == 2262
    return path


def suiwen(home: Path, *arguments: str) -> dict[str, Any]:
    """What a command prints as JSON."""
    environment = {"SUIWEN_HOME": str(home), "SUIWEN_ENCODER": "hashing"}
    result = CliRunner().invoke(app, [*arguments, "--json"], env=environment)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def filled(raw: dict[str, Any], field: str) -> str | None:
    value = str(raw.get(field) or "").strip()
    return None if value in NULLS else value


@pytest.fixture(scope="module")
def preview(records: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    empty = tmp_path_factory.mktemp("empty")
    found = suiwen(empty, "import", "gdzwfw", str(records), "--dry-run")
    assert list(empty.iterdir()) == [], "a dry run writes nothing"
    return found


class TestImport:
    def test_all_come_in_and_none_is_rejected(self, preview: dict[str, Any]) -> None:
        assert preview["read"] == preview["accepted"] == preview["new"] == 2262
        assert preview["rejected"] == 0

    def test_findings_say_where_what_and_what_to_do(self, preview: dict[str, Any]) -> None:
        assert preview["warnings"]
        for one in preview["warnings"] + preview["notices"]:
            assert set(one) == {"rule", "code", "field", "value", "remedy"}
            assert one["rule"]
            assert one["code"]
            assert one["field"]
            assert one["remedy"]

    def test_same_phones(self, preview: dict[str, Any], raws: list[dict[str, Any]]) -> None:
        same = [
            raw
            for raw in raws
            if filled(raw, "consult_phone")
            and filled(raw, "consult_phone") == filled(raw, "complain_phone")
        ]
        merged = {raw["TASK_CODE"] for raw in same if "12345" in raw["consult_phone"]}
        wrong = {raw["TASK_CODE"] for raw in same} - merged
        assert (len(wrong), len(merged)) == (75, 108)
        warned = [one["code"] for one in preview["warnings"] if one["rule"] == "same-phone"]
        assert sorted(warned) == sorted(wrong)
        assert not merged & set(warned)

    def test_conditions_cut_off(self, preview: dict[str, Any], raws: list[dict[str, Any]]) -> None:
        cut = {
            raw["TASK_CODE"]
            for raw in raws
            if (filled(raw, "accept_standard") or "").endswith(tuple("；：，;:,"))
        }
        assert len(cut) == 313
        rule = "cut-off-conditions"
        warned = [one["code"] for one in preview["warnings"] if one["rule"] == rule]
        assert sorted(warned) == sorted(cut)


class TestAsk:
    QUESTION = "二级建造师延续注册要交什么材料"
    MATERIALS = ("延续注册申请表", "劳动合同", "完成继续教育证明")

    def test_exactly_the_three_materials(self, city_home: Path, raws: list[dict[str, Any]]) -> None:
        reply = suiwen(city_home, "ask", self.QUESTION)
        assert reply["status"] == "answered"
        (code,) = {one["code"] for one in reply["citations"]}
        (raw,) = (one for one in raws if one["TASK_CODE"] == code)
        assert sorted(raw["material_intro"]) == sorted(self.MATERIALS)
        (card,) = (one for one in reply["cards"] if one["kind"] == "materials")
        assert [row["label"] for row in card["rows"]] == raw["material_intro"]
        (listed,) = (one for one in reply["sentences"] if "延续注册申请表" in one["text"])
        assert all(name in listed["text"] for name in self.MATERIALS)

    def test_every_sentence_is_cited(self, city_home: Path) -> None:
        reply = suiwen(city_home, "ask", self.QUESTION)
        numbers = {one["n"] for one in reply["citations"]}
        assert all(one["citations"] for one in reply["sentences"])
        assert all(set(one["citations"]) <= numbers for one in reply["sentences"])

    def test_its_age_is_said(self, city_home: Path) -> None:
        assert "2021" in suiwen(city_home, "ask", self.QUESTION)["text"]

    def test_supper_is_out_of_scope(self, city_home: Path, home: Path) -> None:
        for place in (city_home, home):
            assert suiwen(place, "ask", "今晚吃什么好")["status"] == "out_of_scope"

    def test_where_to_get_the_permit_in_cantonese(self, city_home: Path, home: Path) -> None:
        for place in (home, city_home):
            reply = suiwen(place, "ask", "喺边度攞居住证")
            assert reply["status"] == "answered"
            assert {one["code"] for one in reply["citations"]} == {"GZ-HJ-juzhuzheng-shouci"}


class TestFacts:
    def test_shared_names_are_known(self, raws: list[dict[str, Any]]) -> None:
        names = [raw["TASK_NAME"].strip() for raw in raws]
        assert len({name for name in names if names.count(name) > 1}) == 67

    def test_sample_of_records_has_no_mismatch(self, city_home: Path, records: Path) -> None:
        """Every filled facet of 300 records, asked by name; all of them with ``make facts``."""
        raws = portal.load(records)
        questions = portal.questions(raws, facts.sample(raws, SAMPLE, seed=7), seed=7)
        report = facts.run(settings_of(city_home), questions, workers=1, advance=lambda _: None)
        assert report.records == SAMPLE
        assert report.facts == len(questions) > 10 * SAMPLE
        assert report.clarify_ok == report.clarify_asked > 0
        assert report.mismatches == ()
