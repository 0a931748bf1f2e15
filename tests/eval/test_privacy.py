"""Finding personal data, measured at a twentieth; the whole is ``suiwen-eval privacy``."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from eval import privacy, report
from eval.cli import app
from eval.privacy import Real, Scored
from knowledge.formats import pack
from knowledge.types import Record

TWENTIETH = 500
FILES = tuple(pack.BUILT_IN / "items" / name for name in ("minzheng.yaml", "weijian.yaml"))


@pytest.fixture(scope="module")
def records() -> tuple[Record, ...]:
    return tuple(pack.parse(FILES).records)


@pytest.fixture(scope="module")
def scored(records: tuple[Record, ...]) -> Scored:
    return privacy.score(TWENTIETH, 1, records)


def test_personal_data_is_found_and_look_alikes_are_not(scored: Scored) -> None:
    assert (scored.recall.of, scored.alarms.of) == (TWENTIETH, TWENTIETH)
    assert scored.recall.value is not None and scored.recall.value >= 0.999
    assert scored.alarms.value is not None and scored.alarms.value <= 0.005
    assert scored.passed


def test_tables_sum_up(scored: Scored) -> None:
    for whole, table in ((scored.recall, scored.recall_by), (scored.alarms, scored.alarms_by)):
        kinds = [row["all"] for kind, row in table.items() if kind != "all"]
        assert sum(one.of for one in kinds) == whole.of
        assert sum(one.hits for one in kinds) == whole.hits
        assert sum(one.of for one in table["all"].values()) == whole.of


def test_real_sentences_are_counted_one_by_one() -> None:
    found = privacy.real(["打12345。我叫李明，电话13800138000！好", "", "020-83134173"])
    assert found == Real(sentences=4, alarms=2, kinds={"name": 1, "mobile": 1, "landline": 1})
    assert found.per_10_000 == 5000
    assert privacy.real(["020-83134173"], frozenset({"02083134173"})).alarms == 0
    assert Real(sentences=0, alarms=0, kinds={}).per_10_000 == 0


def test_the_pack_names_nobody(records: tuple[Record, ...]) -> None:
    found = privacy.real(privacy.texts(records))
    assert found.alarms > 0
    assert set(found.kinds) <= {"landline", "address", "email", "account"}


def test_tables_show_every_kind(scored: Scored, capsys: pytest.CaptureFixture[str]) -> None:
    report.privacy(scored, {"pack": Real(sentences=10, alarms=1, kinds={"landline": 1})})
    out = capsys.readouterr().out
    assert "每万句" in out
    assert "1000.0" in out


def test_the_command_prints_what_it_counted() -> None:
    asked = ["--count", "120", "--seed", "3", "--data", "/nowhere", "--pack", str(FILES[0])]
    done = CliRunner().invoke(app, ["privacy", *asked, "--json"])
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["passed"] is True
    assert found["recall"]["of"] == found["false_alarms"]["of"] == 120
    assert found["real"]["pack"]["alarms"] > 0
    assert found["real"]["pack, contacts public"]["alarms"] == 0
