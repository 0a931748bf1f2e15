"""One page about several results folders: tables and plots, nothing loaded from elsewhere."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval import calibration, plots, results, unanswerable
from eval.calibration import Curve
from eval.metrics import METRICS
from eval.results import ResultsError

TEMPLATE = "page.html.j2"
SHOWN = ("hit@1", "hit@5")
SURE_OF_DIFFERENCE = 0.05

_CONFIDENCES = {
    unanswerable.CONFIDENCE: "检索结果的置信度",
    unanswerable.HYBRID: "混合检索的最高分",
    unanswerable.BM25: "基线 BM25 的最高分",
}
_BENCH = {
    "system": "系统",
    "passages": "段落数",
    "set": "数据集",
    "hit@1": "hit@1",
    "hit@5": "hit@5",
    "build_seconds": "建索引 秒",
    "p50_ms": "p50 毫秒",
    "p99_ms": "p99 毫秒",
    "memory_mb": "内存 MB",
    "qps": "每秒提问",
}
"""The columns of a bench file, and their heads in the page."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A results folder: its label in the page, what it measures, settings and scores."""

    path: Path
    label: str
    kind: str
    settings: Mapping[str, Any]
    scores: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plot:
    """An SVG and what it shows."""

    title: str
    svg: str


def read(folders: Iterable[Path]) -> tuple[Folder, ...]:
    """The folders, labelled by data set, and by folder where one set occurs again.

    Raises ``ResultsError``.
    """
    found = []
    for path in folders:
        settings = results.read_json(path / results.SETTINGS)
        scores = results.read_json(path / results.SCORES)
        if settings.get("kind") not in ("retrieval", unanswerable.KIND):
            raise ResultsError(f"{path} 不是 retrieval 或 unanswerable 的结果")
        found.append((path, str(settings["kind"]), settings, scores))
    names = [(kind, Path(str(settings["dataset"])).name) for _, kind, settings, _ in found]
    counts = Counter(names)
    return tuple(
        Folder(
            path=path,
            label=name if counts[kind, name] == 1 else f"{name}（{path.name}）",
            kind=kind,
            settings=settings,
            scores=scores,
        )
        for (path, kind, settings, scores), (_, name) in zip(found, names, strict=True)
    )


def read_bench(path: Path) -> list[dict[str, Any]]:
    """The rows of ``--bench``.  Raises ``ResultsError``."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise ResultsError(f"没有文件 {path}") from error
    except ValueError as error:
        raise ResultsError(f"{path} 不是完整的 JSON（{error}）") from error
    rows = value.get("rows") if isinstance(value, dict) else value
    if not isinstance(rows, list) or not all(isinstance(one, dict) for one in rows):
        raise ResultsError(f"{path} 须为列表，每项一个系统")
    for number, row in enumerate(rows, 1):
        if not isinstance(row.get("system"), str):
            raise ResultsError(f"{path} 第 {number} 项：system 必填，写系统名称")
    return [{name: _number(row.get(name)) for name in _BENCH} for row in rows]


def render(folders: Sequence[Folder], bench: Sequence[Mapping[str, Any]] = ()) -> str:
    """The page.  Everything that is not a plot of ours is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).resolve().parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(percent=_percent, number=_short, signed=_signed, rate=_rate)
    searched = [one for one in folders if one.kind == "retrieval"]
    withheld = [one for one in folders if one.kind == unanswerable.KIND]
    drawn = [*_score_plots(searched), *_risk_plots(withheld), *_bench_plots(bench)]
    return environment.get_template(TEMPLATE).render(
        metrics=list(METRICS),
        searched=[(one, _mark(one.scores)) for one in searched],
        withheld=[(one, _confidences(one.scores)) for one in withheld],
        bench=bench,
        bench_columns=_BENCH,
        plots=[(one.title, Markup(one.svg)) for one in drawn],  # noqa: S704 - our own SVG
        folders=folders,
    )


def _mark(scores: Mapping[str, Any]) -> str:
    """What the test of hit@1 against the baseline says."""
    against = scores.get("against_baseline")
    if not against:
        return "–"
    gain = against["hit@1"]
    if gain["p"] >= SURE_OF_DIFFERENCE:
        return "＝ 分不出差别"
    return "▲ 高于基线" if gain["value"] > 0 else "▼ 低于基线"


def _confidences(scores: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    found: Mapping[str, Mapping[str, Any]] = scores["confidences"]
    return [(_CONFIDENCES[name], found[name]) for name in _CONFIDENCES if name in found]


def _score_plots(folders: Sequence[Folder]) -> Iterable[Plot]:
    if not folders:
        return
    pairs = [
        plots.Pair(one.label, _bars(one.scores), _bars(one.scores.get("baseline") or {}))
        for one in folders
    ]
    yield Plot("各数据集的得分和 95% 区间", plots.bars(pairs, SHOWN))
    dots = [
        plots.Dot(one.label, group, one.scores["documents"], one.scores["query_ms"][key])
        for one in folders
        for group, key in (("p50", "p50"), ("p99", "p99"))
    ]
    title = "每题耗时与文档数"
    yield Plot(title, plots.scatter(dots, x="文档数", y="毫秒", name="latency", log_y=True))


def _risk_plots(folders: Sequence[Folder]) -> Iterable[Plot]:
    for number, one in enumerate(folders):
        curves = _curves(one)
        svg = plots.risk_coverage(curves, calibration.MOST_WRONG)
        yield Plot(f"{one.label}：只答有把握的题", svg.replace("risk-", f"risk{number}-"))


def _curves(folder: Folder) -> dict[str, Curve]:
    asked = unanswerable.read(folder.path)
    return {
        label: calibration.curve(unanswerable.cases(asked, name))
        for name, label in _CONFIDENCES.items()
        if name in folder.scores["confidences"]
    }


def _bench_plots(rows: Sequence[Mapping[str, Any]]) -> Iterable[Plot]:
    shown = [one for one in rows if one["hit@1"] is not None and one["p50_ms"]]
    if shown:
        dots = [
            plots.Dot(
                f"{one['system']}，{_short(one['passages'])}",
                str(one["set"] or "全部"),
                one["p50_ms"],
                one["hit@1"],
            )
            for one in shown
        ]
        svg = plots.scatter(dots, x="每题毫秒（p50）", y="hit@1", name="peers")
        yield Plot("与同类系统：质量与速度", svg)


def _bars(scores: Mapping[str, Any]) -> dict[str, tuple[float, float, float]]:
    return {
        name: (scores[name]["value"], scores[name]["low"], scores[name]["high"])
        for name in SHOWN
        if name in scores
    }


def _number(value: Any) -> Any:
    """A value of the bench; of one with its interval the value."""
    return value.get("value") if isinstance(value, dict) else value


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _rate(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _signed(value: float) -> str:
    return f"{value:+.1%}"


def _short(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.3g}" if abs(value) < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
