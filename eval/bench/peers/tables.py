"""The comparison for people: a table a set, and a plot of quality against time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape

from eval import plots
from eval.retrieval_tables import table_of

_BUSY = 1.5
"""The load average of our own process alone is about 1."""
_VERDICTS = {True: "达到", False: "没有达到", None: "没有测"}


def show(report: Mapping[str, Any], console: Console | None = None) -> None:
    """The report, as JSON values, in tables."""
    console = console or Console()
    for name in dict.fromkeys(one["set"] for one in report["rows"]):
        console.print(_table(name, [one for one in report["rows"] if one["set"] == name]))
    goals = table_of("目标", "目标", "结果", "测得")
    for one in report["goals"]:
        goals.add_row(one["name"], _VERDICTS[one["met"]], one["found"])
    console.print(goals)
    loads = [one["machine_load"] or 0 for one in report["rows"]]
    if max(loads, default=0) > _BUSY:
        console.print(f"机器忙（负载到 {max(loads):.1f}）：耗时和每秒题数不作数，请在空闲时再测。")
    console.print(
        "每行的耗时和质量出自同一次运行：一核一线程，逐题问，题目各不相同，没有答案缓存。"
        "峰值内存含建索引；穗问的建索引含训练编码器，其他系统直接用它。"
    )


def plot(rows: Sequence[Mapping[str, Any]]) -> str | None:
    """An SVG: milliseconds a question (p50) against hit@1; rows without either are left out.

    None where no row has both.
    """
    dots = [
        plots.Dot(one["system"], one["set"], one["p50_ms"], one["hit@1"])
        for one in rows
        if one["hit@1"] is not None and one["p50_ms"]
    ]
    return plots.scatter(dots, x="每题毫秒（p50）", y="hit@1", name="peers") if dots else None


def _table(name: str, rows: Sequence[Mapping[str, Any]]) -> Any:
    first = rows[0]
    found = table_of(
        f"{name}：{first['passages']:,} 篇，{first['questions']} 题",
        "系统",
        "配置",
        "hit@1",
        "hit@5",
        "穗问高出 hit@1（p）",
        "建索引 秒",
        "p50 / p99 毫秒",
        "每秒题数",
        "内存 / 峰值 MB",
    )
    for one in rows:
        found.add_row(*map(escape, _cells(one)))
    return found


def _cells(one: Mapping[str, Any]) -> tuple[str, ...]:
    if one["problem"]:
        return one["system"], f"没有跑成：{one['problem']}", *["–"] * 7
    above = one["suiwen_above"]
    return (
        f"{one['system']}\n{one['version']}",
        one["configuration"],
        _share(one["hit@1"]),
        _share(one["hit@5"]),
        f"{above['hit@1']['value']:+.3f}（{one['mcnemar_p']:.3f}）" if above else "–",
        f"{one['build_seconds']:.1f}",
        f"{one['p50_ms']:.2f} / {one['p99_ms']:.2f}",
        f"{one['qps']:,.0f}" if one["qps"] >= 10 else f"{one['qps']:.1f}",
        f"{one['memory_mb']:.0f} / {one['peak_mb']:.0f}",
    )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
