"""Importing as staff see it: parse, preview what would change, stage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.errors import ImportRefusedError
from knowledge import diff, lint, sources
from knowledge.formats import excel, gdzwfw, pack, policy
from knowledge.types import Finding, Parsed

PARSERS: dict[str, Callable[[Iterable[Path]], Parsed]] = {
    "gdzwfw": gdzwfw.parse,
    "excel": excel.parse,
    "pack": pack.parse,
    "policy": policy.parse,
}

_MOST_SHOWN = 12


def parse(format_: str, files: Sequence[Path]) -> Parsed:
    """Read the files.  Raises ``ImportRefusedError`` if there is nothing in them."""
    parsed = PARSERS[format_](files)
    if not parsed.read:
        names = "、".join(path.name for path in files)
        raise ImportRefusedError(f"{names} 里没有记录：请检查文件和格式（{format_}）是否相符")
    if format_ in _UNLINTED:
        findings = [one for record in parsed.records for one in lint.check(record)]
        return replace(parsed, findings=(*parsed.findings, *findings))
    return parsed


_UNLINTED = ("pack", "policy")
"""Formats whose importers leave the guide-quality rules to us."""


def preview(home: Path, name: str, parsed: Parsed) -> dict[str, Any]:
    """What importing would do, as plain values: counts, changes field by field, findings."""
    others = [one for one in sources.staged(home) if one.name != name]
    old = next((one.records for one in sources.staged(home) if one.name == name), ())
    new = tuple(sources.owned(record, name) for record in parsed.records)
    changes = diff.diff(old, new)
    mine = sources.StagedSource(name=name, imported=datetime.now(UTC), files=(), records=new)
    rejections = [*parsed.rejected, *sources.conflicts([*others, mine])]
    findings = parsed.findings
    return {
        "source": name,
        "read": parsed.read,
        "accepted": len(parsed.records),
        "rejected": len(rejections),
        "new": len(changes.new),
        "changed": len(changes.changed),
        "withdrawn": len(changes.withdrawn),
        "unchanged": changes.unchanged,
        "changes": [asdict(one) for one in changes.changed],
        "withdrawn_codes": [one.code for one in changes.withdrawn],
        "warnings": _of_level(findings, "warning", "error"),
        "notices": _of_level(findings, "notice"),
        "rejections": _of_level(rejections, "error", "warning"),
    }


def stage(home: Path, name: str, parsed: Parsed, files: Sequence[Path]) -> None:
    """Make the records the source's staged content."""
    source = sources.StagedSource(
        name=name,
        imported=datetime.now(UTC),
        files=tuple(path.name for path in files),
        records=parsed.records,
    )
    sources.stage(home, source)


def show(preview: dict[str, Any]) -> None:
    """The preview as tables."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    counts = Table(title=f"来源 {preview['source']}")
    names = {
        "read": "读入",
        "new": "新增",
        "changed": "变更",
        "withdrawn": "撤下",
        "unchanged": "未变",
        "rejected": "拒绝",
    }
    for label in names.values():
        counts.add_column(label, justify="right")
    counts.add_row(*(str(preview[key]) for key in names))
    console.print(counts)
    levels = (("rejections", "拒绝"), ("warnings", "警告"), ("notices", "提示"))
    for level, title in levels:
        show_findings(title, preview[level])


def show_findings(title: str, rows: Sequence[Mapping[str, str]]) -> None:
    """A table of findings by rule, the commonest first, with an example of each."""
    from collections import Counter

    from rich.console import Console
    from rich.table import Table

    if not rows:
        return
    table = Table(title=f"{title}（{len(rows)}）")
    for column in ("规则", "数量", "例：编码", "字段", "值", "怎么办"):
        table.add_column(column, overflow="fold")
    for rule, count in Counter(row["rule"] for row in rows).most_common(_MOST_SHOWN):
        first = next(row for row in rows if row["rule"] == rule)
        value = first["value"].replace("\n", " ")[-40:]
        table.add_row(rule, str(count), first["code"], first["field"], value, first["remedy"])
    Console().print(table)


def _of_level(findings: Iterable[Finding], *levels: str) -> list[dict[str, str]]:
    return [
        {
            "rule": one.rule,
            "code": one.code,
            "field": one.field,
            "value": one.value,
            "remedy": one.remedy,
        }
        for one in findings
        if one.level in levels
    ]
