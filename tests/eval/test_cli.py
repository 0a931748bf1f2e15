"""The command: quick help, clear refusals, machine output."""

import json
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from eval import runs, scoring
from eval.cli import app
from tests.eval.examples import GOOD, RECORDS, prediction


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from eval.cli import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'faiss', 'pydantic', 'fastapi', 'assistant'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_bad_gold_file_is_one_line_and_exit_2(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text("{}\n")
    done = CliRunner().invoke(app, ["answers", "--gold", str(gold)])
    assert done.exit_code == 2
    assert "第 1 行" in done.stderr


def test_score_again_as_json(tmp_path: Path) -> None:
    predictions = [prediction(GOOD)]
    runs.write(tmp_path, predictions, RECORDS, {})
    done = CliRunner().invoke(app, ["score", str(tmp_path), "--json"])
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["overall"]["record_accuracy"]["value"] == 1.0
    assert found == json.loads((tmp_path / "scores.json").read_text("utf-8"))
    assert found == json.loads(json.dumps(runs.plain(scoring.score(predictions, RECORDS.get))))


def test_score_as_tables(tmp_path: Path) -> None:
    runs.write(tmp_path, [prediction(GOOD, status=())], RECORDS, {})
    done = CliRunner().invoke(app, ["score", str(tmp_path)])
    assert done.exit_code == 0
    assert "状态正确" in done.stdout
