"""A run on disk: predictions, records, settings and scores apart, so that scoring can be repeated.

::

    settings.json       release, encoder, date
    predictions.jsonl   {"example": …, "reply": …, "ms": …}, one a line
    records.jsonl       the records that the predictions cite or should have
    scores.json         what ``suiwen-eval score`` writes again
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from channels.types import Reply
from eval import datasets
from eval.types import Prediction, Report
from knowledge import codec
from knowledge.types import Record

_REPLY = TypeAdapter(Reply)


class RunError(Exception):
    """A run folder cannot be read; the message says what is missing."""


def write(
    folder: Path,
    predictions: Sequence[Prediction],
    records: Mapping[str, Record],
    settings: Mapping[str, Any],
) -> None:
    """Everything that scoring needs; the folder is made if missing."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_lines(folder / "predictions.jsonl", (_line(one) for one in predictions))
    ordered = (records[code] for code in sorted(records))
    (folder / "records.jsonl").write_bytes(b"".join(codec.encode(one) + b"\n" for one in ordered))
    _write_json(folder / "settings.json", settings)


def write_scores(folder: Path, report: Report) -> None:
    _write_json(folder / "scores.json", plain(report))


def read(folder: Path) -> tuple[list[Prediction], dict[str, Record]]:
    """The predictions and records of a run.  Raises ``RunError``."""
    try:
        lines = (folder / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
        encoded = (folder / "records.jsonl").read_bytes().splitlines()
        records = [codec.decode(line) for line in encoded]
        return [_prediction(json.loads(line)) for line in lines], {one.code: one for one in records}
    except FileNotFoundError as error:
        raise RunError(f"{folder} 不是一次评测的结果（缺 {Path(error.filename).name}）") from error
    except (ValueError, KeyError) as error:
        raise RunError(
            f"{folder} 里的文件已损坏（{error}）：重新运行 suiwen-eval answers"
        ) from error


def plain(report: Report) -> dict[str, Any]:
    """The report as JSON values."""
    return {
        "examples": report.examples,
        "ms": {"p50": report.ms_p50, "p99": report.ms_p99},
        "overall": _plain_rates(report.overall),
        "slices": {
            name: {value: _plain_rates(rates) for value, rates in groups.items()}
            for name, groups in report.slices.items()
        },
        "failures": [
            {
                "id": one.id,
                "metric": one.metric,
                "question": one.question,
                "expected": one.expected,
                "got": one.got,
            }
            for one in report.failures
        ],
    }


def _plain_rates(rates: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {
            "value": None if rate.value is None else round(rate.value, 4),
            "hits": rate.hits,
            "of": rate.of,
            "low": round(rate.interval[0], 4),
            "high": round(rate.interval[1], 4),
        }
        for name, rate in rates.items()
    }


def _line(prediction: Prediction) -> dict[str, Any]:
    return {
        "example": datasets.plain(prediction.example),
        "ms": prediction.ms,
        "reply": _REPLY.dump_python(prediction.reply, mode="json", exclude_none=True),
    }


def _prediction(value: Mapping[str, Any]) -> Prediction:
    return Prediction(
        example=datasets.of(value["example"]),
        reply=_REPLY.validate_python(value["reply"]),
        ms=value["ms"],
    )


def _write_lines(path: Path, values: Iterable[Any]) -> None:
    lines = (json.dumps(value, ensure_ascii=False) + "\n" for value in values)
    path.write_text("".join(lines), encoding="utf-8")


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
