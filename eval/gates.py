"""Gates: the least score of each data set, kept in ``gates.toml``; a drop below one stops a change.

::

    [sets.ncp_policy]
    dataset = "../../shared/data/ncp_policy"     # from the folder of the gates file
    "hit@1" = 0.75

Where the data is not there nothing was measured: that is told as ``not_run``, never as passed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from eval.beir import CORPUS
from eval.metrics import METRICS, Estimate

FILE = Path(__file__).resolve().parent / "gates.toml"

Verdict = Literal["passed", "failed", "not_run"]


class GateError(Exception):
    """A gates file cannot be used; the message names set, key and remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The least values of a data set's metrics."""

    name: str
    dataset: Path
    least: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What became of one metric of a gate; ``value`` none if it was not run."""

    gate: str
    metric: str
    least: float
    value: Estimate | None
    verdict: Verdict


def load(path: Path) -> tuple[Gate, ...]:
    """The gates of a file.  Raises ``GateError``."""
    try:
        value = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise GateError(f"没有文件 {path}：用 --gates 指定") from error
    except ValueError as error:
        raise GateError(f"{path} 不是完整的 TOML（{error}）") from error
    sets = value.get("sets")
    if not isinstance(sets, dict) or not sets:
        raise GateError(f"{path} 里没有 [sets.名称]：每套数据写一段")
    return tuple(_gate(path, name, one) for name, one in sets.items())


def check(gate: Gate, measure: Callable[[Path], Mapping[str, Estimate]]) -> tuple[Judged, ...]:
    """Measure the data set if it is there, and judge each metric of the gate."""
    found = measure(gate.dataset) if (gate.dataset / CORPUS).is_file() else None
    return tuple(
        Judged(
            gate=gate.name,
            metric=name,
            least=least,
            value=found[name] if found else None,
            verdict=_verdict(found[name].value if found else None, least),
        )
        for name, least in gate.least.items()
    )


def plain(found: tuple[Judged, ...]) -> dict[str, Any]:
    """The verdicts as JSON values."""
    verdicts = [one.verdict for one in found]
    return {
        "failed": verdicts.count("failed"),
        "passed": verdicts.count("passed"),
        "not_run": verdicts.count("not_run"),
        "gates": [
            {
                "set": one.gate,
                "metric": one.metric,
                "least": one.least,
                "value": one.value and round(one.value.value, 4),
                "low": one.value and round(one.value.low, 4),
                "high": one.value and round(one.value.high, 4),
                "verdict": one.verdict,
            }
            for one in found
        ],
    }


def _gate(path: Path, name: str, value: Any) -> Gate:
    if not isinstance(value, dict) or not isinstance(value.get("dataset"), str):
        raise GateError(f"{path} 的 [sets.{name}]：dataset 必填，写数据文件夹")
    least = {key: one for key, one in value.items() if key != "dataset"}
    for key, one in least.items():
        if key not in METRICS:
            known = "、".join(METRICS)
            raise GateError(f"{path} 的 [sets.{name}]：没有指标 {key!r}；可用：{known}")
        if isinstance(one, bool) or not isinstance(one, int | float) or not 0 <= one <= 1:
            raise GateError(f"{path} 的 [sets.{name}]：{key} 须为 0 到 1 的数")
    if not least:
        raise GateError(f'{path} 的 [sets.{name}]：至少写一个指标，如 "hit@1" = 0.5')
    return Gate(name=name, dataset=path.resolve().parent / value["dataset"], least=least)


def _verdict(value: float | None, least: float) -> Verdict:
    if value is None:
        return "not_run"
    return "passed" if value >= least else "failed"
