"""The retrieval commands from a set to a page."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from eval.cli import app
from tests.eval import sets

ENVIRONMENT = {"SUIWEN_ENCODER": "hashing"}


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments], env=ENVIRONMENT)


def answer(*arguments: object) -> Any:
    done = call(*arguments, "--json")
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A set, and a run of it with the baseline in ``out``."""
    place = tmp_path_factory.mktemp("place")
    options = ("--baseline", "--work", place / "work", "--out", place / "out")
    found = answer(
        "retrieval", "--dataset", sets.write(place / "set"), *options, "--run", place / "us.trec"
    )
    assert found == json.loads((place / "out" / "scores.json").read_text("utf-8"))
    return place


def test_a_run_leaves_all_that_repeats_it(place: Path) -> None:
    settings = json.loads((place / "out" / "settings.json").read_text("utf-8"))
    assert settings["encoder"] == "hashing"
    assert len(settings["inputs"]) == 3
    assert settings["index"]["documents"] == 6
    assert (place / "us.trec").read_text() == (place / "out" / "run.trec").read_text()
    assert (place / "out" / "baseline" / "predictions.jsonl").is_file()


def test_the_first_questions_as_tables(place: Path) -> None:
    done = call("retrieval", "--dataset", place / "set", "--limit", 4, "--work", place / "work")
    assert done.exit_code == 0, done.stderr
    assert "4 题" in done.stdout
    assert "hit@1" in done.stdout


def test_two_folders_and_two_run_files_compare_alike(place: Path) -> None:
    folders = answer("compare", place / "out" / "baseline", place / "out")
    runs = [place / "out" / "baseline" / "run.trec", place / "out" / "run.trec"]
    files = answer("compare", *runs, "--qrels", place / "set" / "qrels.tsv")
    assert folders["metrics"] == files["metrics"]
    assert folders["queries"] == 12
    assert call("compare", place / "out" / "baseline", place / "out").exit_code == 0


def test_unanswerable_and_the_page(place: Path) -> None:
    common = ("--dataset", place / "set", "--work", place / "work")
    found = answer("unanswerable", *common, "--out", place / "without")
    assert (found["asked"], found["questions"]) == (24, 12)
    done = call("report", place / "out", place / "without", "--html", place / "page.html")
    assert done.exit_code == 0, done.stderr
    assert "穗问评测报告" in (place / "page.html").read_text("utf-8")


def test_gates(place: Path) -> None:
    gates = place / "gates.toml"

    def write(least: float) -> None:
        gates.write_text(
            f'[sets.there]\ndataset = "set"\n"hit@1" = {least}\n'
            '[sets.gone]\ndataset = "nowhere"\n"hit@1" = 0.1\n'
        )

    write(0.5)
    found = answer("gate", "--gates", gates, "--work", place / "work")
    assert [one["verdict"] for one in found["gates"]] == ["passed", "not_run"]
    write(1.0)
    done = call("gate", "--gates", gates, "--work", place / "work")
    value = json.loads((place / "out" / "scores.json").read_text("utf-8"))["hit@1"]["value"]
    assert done.exit_code == (1 if value < 1.0 else 0)
    assert "没有运行" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("retrieval", "--dataset", "nowhere"),
        ("compare", "nowhere", "nowhere"),
        ("unanswerable", "--dataset", "nowhere"),
        ("gate", "--gates", "nowhere"),
        ("report", "nowhere", "--html", "x.html"),
    ],
)
def test_what_is_missing_is_one_line_and_exit_2(arguments: tuple[str, ...]) -> None:
    done = call(*arguments)
    assert done.exit_code == 2
    assert "nowhere" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
