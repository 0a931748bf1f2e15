"""Reports for people: rich tables.  Machines read the ``--json`` of the same values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from eval.bench.types import Load
from eval.bench.types import Report as BenchReport
from eval.chaos import ChaosReport
from eval.chaos_redis import ChaosReport as RedisChaosReport
from eval.dialogue import Found
from eval.districts import DistrictReport
from eval.facts import FactsReport
from eval.kill import KillReport
from eval.leaks import LeakReport
from eval.load import LoadReport, Sizing
from eval.personal import SPELLINGS
from eval.plans import Saving
from eval.privacy import Real, Scored
from eval.types import Rate, Report

_MOST_FAILURES = 60
_NAMES = {
    "record_accuracy": "找对记录",
    "status_accuracy": "状态正确",
    "fact_accuracy": "事实正确",
    "citation_support": "出处属实",
    "crisis_accuracy": "危机识别",
    "wrong_record_rate": "答错记录（越低越好）",
    "false_answer_rate": "误答率（越低越好）",
    "false_crisis_rate": "误报危机率（越低越好）",
    "gold_fields": "题目字段有值",
}


def answers(report: Report) -> None:
    """Scores, slices and failures of a gold run."""
    console = Console()
    console.print(
        f"{report.examples} 题，p50 {report.ms_p50:.2f} ms，p99 {report.ms_p99:.2f} ms（不含网络）"
    )
    overall = _table("总分", "指标", "值", "95% 区间", "数")
    for name, rate in report.overall.items():
        overall.add_row(_NAMES[name], *_cells(rate))
    console.print(overall)
    for title, groups in report.slices.items():
        console.print(_slices(title, groups))
    failures = _table(f"未通过（{len(report.failures)}）", "题", "指标", "问", "应为", "得到")
    for one in report.failures[:_MOST_FAILURES]:
        cells = (one.id, _NAMES[one.metric], one.question, one.expected, one.got)
        failures.add_row(*map(escape, cells))
    if report.failures:
        console.print(failures)
    if len(report.failures) > _MOST_FAILURES:
        console.print(f"只列出前 {_MOST_FAILURES} 条；全部见 --json 或 --out")


def dialogue(found: Found) -> None:
    """Follow-ups right, by kind, and those that were not."""
    table = _table("追问", "类", "对", "共", "比例")
    for kind, rate in (("全部", found.follow_ups), *found.kinds.items()):
        table.add_row(kind, str(rate.hits), str(rate.of), _percent(rate.value))
    console = Console()
    console.print(table)
    console.print(
        f"事项对：{_percent(found.records.value)}，方面对：{_percent(found.facets.value)}；"
        f"开头对：{_percent(found.openings.value)}，开头对的对话里追问对："
        f"{_percent(found.grounded.value)}"
    )
    for one in found.failures:
        console.print(escape(f"{one.talk}#{one.turn} {one.said.text} → {one.got}"), soft_wrap=True)


def plans(found: Sequence[Saving]) -> None:
    """Documents and visits of each bundle, step by step and after the plan."""
    names = (
        "编码",
        "一件事",
        "路数",
        "事项",
        "材料：逐件",
        "按清单",
        "跑：逐件",
        "按清单",
        "最多问",
    )
    table = _table("一件事：逐件办和按清单办（各种回答的平均）", *names)
    for one in found:
        table.add_row(
            one.code,
            escape(one.name),
            f"{one.ways}{'' if one.whole else '+'}",
            f"{one.items:.1f}",
            f"{one.documents_apart:.1f}",
            f"{one.documents_planned:.1f}",
            f"{one.visits_apart:.1f}",
            f"{one.visits_planned:.1f}",
            str(one.most_questions),
        )
    Console().print(table)


def districts(report: DistrictReport) -> None:
    """How often the right district answered, or was asked for."""
    console = Console()
    console.print(f"{report.items} 个事项 × 11 个区 = {report.records} 条记录")
    ways = {"in_text": "话里说了区", "by_channel": "渠道给了区", "without": "没有说区：应问"}
    table = _table("分区", "问法", "对", "问")
    for way, name in ways.items():
        table.add_row(name, str(report.right[way]), str(report.asked[way]))
    console.print(table)
    for one in report.misses:
        console.print(
            escape(f"{one.question}（{one.district}）应为 {one.expected}，得到 {one.got}")
        )


def facts(report: FactsReport) -> None:
    """Counts and mismatches of a facts run."""
    console = Console()
    table = _table("逐条事实", "记录", "事实", "提问", "同名先问", "问对", "不符")
    counts = (report.records, report.facts, report.asked, report.clarify_asked, report.clarify_ok)
    table.add_row(*map(str, counts), str(len(report.mismatches)))
    console.print(table)
    wrong = _table("不符", "编码", "方面", "问", "问题", "应为", "得到")
    for one in report.mismatches[:_MOST_FAILURES]:
        cells = (one.code, one.facet, one.question, one.problem, one.expected[:120], one.got)
        wrong.add_row(*map(escape, cells))
    if report.mismatches:
        console.print(wrong)


def privacy(found: Scored, reals: Mapping[str, Real]) -> None:
    """Recall and false alarms by kind and spelling; alarms on real texts."""
    console = Console()
    overall = _table("个人信息", "指标", "值", "95% 区间", "数")
    overall.add_row("认出（整段）", *_cells(found.recall))
    overall.add_row("误认（越低越好）", *_cells(found.alarms))
    overall.add_row("认出之外多遮（越低越好）", *_cells(found.spilled))
    console.print(overall)
    for title, rows in (("认出", found.recall_by), ("误认", found.alarms_by)):
        table = _table(title, "种类", "全部", "95% 区间", "数", *SPELLINGS)
        for kind, row in rows.items():
            whole = row.get("all") or Rate(
                sum(one.hits for one in row.values()), sum(one.of for one in row.values())
            )
            ways = (_short(row[way]) if way in row else "–" for way in SPELLINGS)
            table.add_row(kind, *_cells(whole), *ways)
        console.print(table)
    real = _table("真实文本（其中也有真的个人信息）", "文本", "句", "每万句", "种类")
    for name, one in reals.items():
        kinds = "，".join(f"{kind} {count}" for kind, count in one.kinds.items())
        real.add_row(name, str(one.sentences), f"{one.per_10_000:.1f}", kinds)
    console.print(real)
    for sample in (*found.missed, *found.alarmed)[:_MOST_FAILURES]:
        console.print(escape(f"{sample.kind} {sample.spelling}：{sample.text}"))


def kill(report: KillReport) -> None:
    """What was left behind by the kills."""
    console = Console()
    table = _table(
        "发布中 kill -9", "次数", "留下旧版", "留下新版", "已发布完", "一次发布 ms", "损坏"
    )
    counts = (report.times, report.old, report.new, report.finished, report.publication_ms)
    table.add_row(*map(str, counts), str(len(report.problems)))
    console.print(table)
    for one in report.problems:
        console.print(f"{one.at_ms} ms：{escape(one.problem or '')}")


def chaos_redis(report: RedisChaosReport) -> None:
    """What the losses of Redis did."""
    table = _table(f"对话中停掉 Redis（{report.users} 人，{report.workers} 个进程）", "项", "值")
    for name, value in (
        ("kill -9", report.rounds - report.freezes),
        ("SIGSTOP", report.freezes),
        ("提问", report.questions),
        ("停掉期间的提问", report.away),
        ("停掉时正在途中", report.in_flight),
        ("没有得到回答", report.failed),
        ("串话", report.crossed),
        ("停掉之前忘事", report.forgotten),
        ("比平时最慢的还慢一秒以上", report.late),
        ("平时最慢 ms", report.slowest_there_ms),
        ("停掉起到恢复最慢 ms", report.slowest_away_ms),
        ("重启后最晚多久都记得 ms", report.slowest_back_ms),
    ):
        table.add_row(name, str(value))
    Console().print(table)


def load(report: LoadReport, sizing: Sizing) -> None:
    """A crowd's conversations, and what 250,000 users a day would ask."""
    console = Console()
    table = _table(f"{report.users} 人同时对话，{report.seconds:.0f} 秒", "项", "值")
    for name, value in (
        ("对话", report.conversations),
        ("提问", report.requests),
        ("每秒提问", report.per_second),
        ("没有得到回答", report.errors),
        ("串话", report.crossed),
        ("忘事", report.forgotten),
        ("p50 ms", report.p50_ms),
        ("p95 ms", report.p95_ms),
        ("p99 ms", report.p99_ms),
        ("最慢 ms", report.most_ms),
        ("服务占内存 MB", report.memory_mb),
        ("压测程序自身最多迟 ms", report.lag_ms),
        ("不同的事项", report.items),
        ("核", report.cores),
    ):
        table.add_row(name, str(value))
    console.print(table)
    console.print(
        f"推算：每天 {sizing.users_a_day} 人 × {sizing.turns:g} 句，最忙一小时占 "
        f"{sizing.busiest_hour:.0%}，最忙一秒是该小时平均的 {sizing.burst:g} 倍"
        f"（后三项是假设）→ 每秒 {sizing.per_second:.1f} 次；"
        f"这次压到其 {report.per_second / sizing.per_second:.2f} 倍"
    )


def leaks(report: LeakReport) -> None:
    """What was said, what was searched, and each secret that stood there."""
    console = Console()
    table = _table("个人信息从头走到尾", "项", "数")
    for label, value in (
        ("句子 / 轮次", f"{report.messages} / {report.turns}"),
        ("已受理 / 已转人工 / 已保存 / 强制出错", _these(report)),
        ("太短、无法与巧合分开的", str(report.too_short)),
        ("查过的字节", str(sum(report.searched.values()))),
        ("原文露出", str(len(report.leaks))),
    ):
        table.add_row(label, value)
    console.print(table)
    for one in report.leaks[:_MOST_FAILURES]:
        console.print(f"{one.place}：{one.kind} {one.spelling} {escape(one.secret)}")


def _these(report: LeakReport) -> str:
    return f"{report.filed} / {report.handed} / {report.saved} / {report.failed}"


def chaos(report: ChaosReport) -> None:
    """What was left of filing by the kills."""
    console = Console()
    table = _table("受理中 kill -9", "项", "数")
    for label, value in (
        ("次数（两者 / 市级系统 / 服务）", f"{report.rounds}（{_each(report.killed)}）"),
        ("已出回执", str(report.confirmed)),
        ("市级系统收到", str(report.told)),
        ("中断时正在提交（其中已入库）", f"{report.under_way}（{report.kept}）"),
        ("恢复秒数 中位 / 最长", f"{report.back_median:.2f} / {report.back_longest:.2f}"),
        ("有问题的次数", str(len(report.problems))),
    ):
        table.add_row(label, value)
    console.print(table)
    for one in report.problems:
        console.print(f"{one.kind}：{escape('；'.join(one.problems))}")


def _each(counts: Mapping[str, int]) -> str:
    return " / ".join(map(str, counts.values()))


def bench(report: BenchReport) -> None:
    """Speed and size."""
    console = Console()
    table = _table("速度", "项", "穗问", "空 FastAPI 回声")
    table.add_row(
        "每秒请求（中位）", f"{report.suiwen_per_second:.0f}", f"{report.echo_per_second:.0f}"
    )
    table.add_row("比值（各轮中位，目标 ≥ 0.25）", f"{report.ratio:.3f}", "1")
    for label, one, other in (
        (f"{report.connections} 连接", report.suiwen_busy, report.echo_busy),
        ("1 连接", report.suiwen_alone, report.echo_alone),
    ):
        table.add_row(f"延迟 p50 / p99 ms，{label}", _latency(one), _latency(other))
    table.add_row("启动到首次作答 秒（目标 ≤ 3）", f"{report.first_answer_seconds:.2f}", "")
    table.add_row("常驻内存 MB", f"{report.memory_mb:.0f}", "")
    table.add_row(
        "建立索引 / 整个发布 秒", f"{report.index_seconds:.1f} / {report.publish_seconds:.1f}", ""
    )
    console.print(table)
    rounds = "，".join(f"{one:.0f}/{other:.0f}" for one, other in report.rounds)
    console.print(f"{report.records} 条记录，{report.questions} 个不同问题，各轮 {rounds}")
    console.print(f"抽样状态：{report.statuses}")
    console.print(
        f"压测程序 {report.generator} 与服务在同一台机器上共用 {report.cores} 个核，两边条件相同。"
    )


def _latency(load: Load) -> str:
    return f"{load.p50_ms:.2f} / {load.p99_ms:.2f}"


def _slices(title: str, groups: Mapping[str, Mapping[str, Rate]]) -> Table:
    names = list(dict.fromkeys(name for rates in groups.values() for name in rates))
    table = _table(f"按 {title}", title, *(_NAMES[name] for name in names))
    for value, rates in groups.items():
        table.add_row(value, *(_short(rates[name]) if name in rates else "–" for name in names))
    return table


def _cells(rate: Rate) -> tuple[str, str, str]:
    low, high = rate.interval
    return _percent(rate.value), f"{low:.1%} – {high:.1%}", f"{rate.hits}/{rate.of}"


def _short(rate: Rate) -> str:
    return f"{_percent(rate.value)}（{rate.hits}/{rate.of}）"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
