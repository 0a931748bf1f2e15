"""Tables of retrieval measurements for people; they are drawn from the values of ``--json``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from eval.metrics import METRICS

_MOST_MOVED = 40
_VERDICTS = {"passed": "达到", "failed": "低于门槛", "not_run": "没有运行（缺数据）"}
_SHOWN_IN_PARTS = ("hit@1", "hit@5", "mrr@10")


def scores(value: Mapping[str, Any]) -> None:
    """Means, the baseline beside them, and the parts of the set."""
    console = Console()
    console.print(
        f"{value['queries']} 题，{value['documents']} 个文档；"
        f"建索引 {value['build_seconds']:.1f} 秒，"
        f"每题 p50 {value['query_ms']['p50']:.2f} ms，p99 {value['query_ms']['p99']:.2f} ms"
    )
    console.print(_overall(value))
    for name, groups in value["slices"].items():
        console.print(_parts(name, groups))


def weights(value: Mapping[str, Any]) -> None:
    """Each change on each set, hit@1 / hit@5; then what the other sets would choose."""
    console = Console()
    rows = value["changes"]
    names = list(value["left_out"])
    table = table_of("每次改一个权重：hit@1 / hit@5", "改动", *names)
    for change, of_one in rows.items():
        cells = (f"{of_one[name]['hit@1']:.3f} / {of_one[name]['hit@5']:.3f}" for name in names)
        table.add_row(change, *cells)
    console.print(table)
    chosen = table_of("在别的集上选，在这个集上量", "集", "选的改动", "hit@1 的差", "95% 区间", "p")
    for name, one in value["left_out"].items():
        gain = one["hit@1"]
        chosen.add_row(
            name,
            one["chosen"],
            f"{gain['value']:+.4f}",
            f"{gain['low']:+.4f} … {gain['high']:+.4f}",
            f"{gain['p']:.3f}",
        )
    console.print(chosen)


def comparison(value: Mapping[str, Any]) -> None:
    """The metrics of both runs, then the questions that moved, the worse ones first."""
    console = Console()
    first, second = escape(value["first"]), escape(value["second"])
    table = table_of(f"{value['queries']} 题", "指标", first, second, "差", "差的 95% 区间", "p")
    for name, one in value["metrics"].items():
        gain = one["difference"]
        table.add_row(
            name,
            f"{percent(one['first']['value'])}（{interval(one['first'])}）",
            f"{percent(one['second']['value'])}（{interval(one['second'])}）",
            signed(gain["value"]),
            f"{signed(gain['low'])} – {signed(gain['high'])}",
            f"{gain['p']:.4f}",
        )
    console.print(table)
    console.print(f"hit@1 的 McNemar 精确检验 p = {value['mcnemar_p']:.4f}")
    if value["only_first"] or value["only_second"]:
        console.print(f"不计只有一边问过的题：{value['only_first']} 和 {value['only_second']}")
    moved = table_of(
        f"名次变了的题（{len(value['moved'])}），变差的在前", "题", "问", first, second
    )
    for one in value["moved"][:_MOST_MOVED]:
        moved.add_row(escape(one["id"]), escape(one["text"]), *map(_place, _places(one)))
    if value["moved"]:
        console.print(moved)
    if len(value["moved"]) > _MOST_MOVED:
        console.print(f"只列出前 {_MOST_MOVED} 题；全部见 --json")


def unanswerable(value: Mapping[str, Any]) -> None:
    """How well each confidence tells that there is no answer."""
    console = Console()
    console.print(
        f"{value['questions']} 题，问 {value['asked']} 次，其中 {value['answerable']} 次有答案"
    )
    limit = f"{value['most_wrong']:.0%}"
    columns = ("AUROC", f"答错 ≤ {limit} 时可答", "此时误答", f"误答 ≤ {limit} 时答对", "校准误差")
    table = table_of("没有答案的问题", "依据", *columns)
    for name, one in value["confidences"].items():
        table.add_row(
            name,
            f"{one['auroc']['value']:.3f}（{one['auroc']['low']:.3f} – {one['auroc']['high']:.3f}）"
            if one["auroc"]
            else "–",
            f"{percent(one['coverage']['value'])}（{interval(one['coverage'])}）",
            percent(one["wrong_limited"]["false_answers"]),
            f"{percent(one['found']['value'])}（{interval(one['found'])}）",
            "–" if one["error"] is None else f"{one['error']:.3f}",
        )
    console.print(table)
    pairs = table_of("差别（后者减前者）", "前者", "后者", "什么", "差", "95% 区间", "p")
    for one in value["comparisons"]:
        for name in ("auroc", "coverage", "found"):
            if gain := one[name]:
                cells = (f"{gain['value']:+.3f}", f"{gain['low']:+.3f} – {gain['high']:+.3f}")
                pairs.add_row(one["first"], one["second"], name, *cells, f"{gain['p']:.4f}")
    console.print(pairs)


def gates(value: Mapping[str, Any]) -> None:
    """The verdict on each gate."""
    console = Console()
    table = table_of("门槛", "数据集", "指标", "至少", "值", "95% 区间", "结论")
    for one in value["gates"]:
        table.add_row(
            escape(one["set"]),
            one["metric"],
            percent(one["least"]),
            percent(one["value"]),
            "–" if one["value"] is None else interval(one),
            _VERDICTS[one["verdict"]],
        )
    console.print(table)


def _places(one: Mapping[str, Any]) -> tuple[int | None, int | None]:
    return one["before"], one["after"]


def _place(place: int | None) -> str:
    return "没找到" if place is None else str(place)


def _overall(value: Mapping[str, Any]) -> Table:
    base, gain = value.get("baseline"), value.get("against_baseline")
    columns = ("指标", "值", "95% 区间")
    table = table_of("检索", *columns, *(("基线", "差", "差的 95% 区间", "p") if base else ()))
    for name in METRICS:
        cells = [name, percent(value[name]["value"]), interval(value[name])]
        if base and gain:
            one = gain[name]
            cells += [
                percent(base[name]["value"]),
                signed(one["value"]),
                f"{signed(one['low'])} – {signed(one['high'])}",
                f"{one['p']:.4f}",
            ]
        table.add_row(*cells)
    return table


def _parts(name: str, groups: Mapping[str, Any]) -> Table:
    title = "题目长度（字）" if name == "length" else escape(name)
    table = table_of(f"按 {title}", title, "题数", *_SHOWN_IN_PARTS)
    for label, part in groups.items():
        cells = (
            f"{percent(part[metric]['value'])}（{interval(part[metric])}）"
            for metric in _SHOWN_IN_PARTS
        )
        table.add_row(escape(label), str(part["queries"]), *cells)
    return table


def table_of(title: str, *columns: str) -> Table:
    """A table whose long cells are folded."""
    table = Table(title=title)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def signed(value: float) -> str:
    return f"{value:+.1%}"


def interval(value: Mapping[str, float]) -> str:
    return f"{value['low']:.1%} – {value['high']:.1%}"
