"""A run on disk gives the same scores again."""

from pathlib import Path

import pytest

from eval import runs, scoring
from eval.runs import RunError
from tests.eval.examples import GOOD, RECORDS, choices, prediction, reply


def test_scoring_can_be_repeated(tmp_path: Path) -> None:
    asked_back = reply("哪一个？", status="clarify", cards=(choices("GZ-2"),))
    predictions = [prediction(GOOD), prediction(asked_back, id="e2")]
    report = scoring.score(predictions, RECORDS.get)
    runs.write(tmp_path / "run", predictions, RECORDS, {"release": "r"})
    again, records = runs.read(tmp_path / "run")
    assert again == predictions
    assert scoring.score(again, records.get) == report
    runs.write_scores(tmp_path / "run", report)
    assert '"status_accuracy"' in (tmp_path / "run" / "scores.json").read_text("utf-8")


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="predictions"):
        runs.read(tmp_path)
