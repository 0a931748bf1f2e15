"""Records in an Excel workbook: a documented template, reading and writing.

One sheet a record kind, one sheet a kind of child; a child row names its record by 所属编码, and
children keep the order of their rows.  Structures that are too deep for cells are YAML text in one
cell.  What :func:`write` writes, :func:`parse` reads back equal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal
from zipfile import BadZipFile

import yaml
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from knowledge import bundle_rules, codec, lint
from knowledge.formats.excel_sheets import (
    CONDITIONS,
    EXAMPLES,
    KIND_NOTES,
    LABELS,
    OWNER,
    SHEETS,
    Column,
    Sheet,
)
from knowledge.formats.lines import LOADER, Lines
from knowledge.types import Finding, Parsed, Record

GUIDE = "说明"
LONGEST = 32_767

_CODES = {label: code for code, label in LABELS.items()}
_FLAGS = {"是": True, "否": False}
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

Level = Literal["error", "warning", "notice"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One filled row: plain values by field path, and what was wrong with its cells.

    ``lines`` tells where in the text of a YAML cell a field stands.
    """

    sheet: Sheet
    number: int
    owner: str
    value: Mapping[str, Any]
    lines: Mapping[str, Lines]
    problems: tuple[Finding, ...] = ()

    @property
    def where(self) -> str:
        return f"{self.sheet.title} 第{self.number}行"


@dataclass(slots=True, kw_only=True)
class _Draft:
    """A record being put together, with the rows that its list entries came from."""

    row: Row
    value: dict[str, Any]
    rows: dict[str, list[Row]] = field(default_factory=dict)


# Writing


def write_template(path: Path) -> None:
    """An empty workbook with headings, drop-downs and the sheet 说明."""
    write((), path)


def write(records: Iterable[Record], path: Path) -> None:
    """A workbook of these records.  Raises ``ValueError`` for what a cell cannot hold."""
    book = Workbook()
    book.remove(book.worksheets[0])
    _write_guide(book.create_sheet(GUIDE))
    kept = list(records)
    for sheet in SHEETS:
        _write_sheet(book.create_sheet(sheet.title), sheet, list(_rows(sheet, kept)))
    book.save(path)


def _rows(sheet: Sheet, records: Iterable[Record]) -> Iterator[list[Any]]:
    for record in records:
        value = codec.dump(record)
        if record.kind == sheet.kind:
            yield [_cell(column, _get(value, column.path), record) for column in sheet.columns]
        for entry in _get(value, sheet.lists.get(record.kind, "")) or ():
            cells = [
                _cell(column, _get(entry, column.path), record) for column in sheet.columns[1:]
            ]
            yield [record.code, *cells]


def _cell(column: Column, value: Any, record: Record) -> Any:
    match column.kind:
        case "flag":
            return {True: "是", False: "否"}.get(value)
        case "lines":
            if any("\n" in text or not text.strip() for text in value or ()):
                raise ValueError(f"{record.code} {column.path}: 列表的值不能含换行或为空")
            text = "\n".join(value or ())
        case "date":
            return date.fromisoformat(value) if value else None
        case "choice":
            return LABELS.get(value, value)
        case "number":
            return value
        case "entry" | "entries":
            text = _yaml(value) if value else ""
        case _:
            text = value or ""
    if len(text) > LONGEST or _CONTROL.search(text):
        raise ValueError(
            f"{record.code} {column.path}: 超过 {LONGEST} 字或含控制字符，Excel 存不下"
        )
    return text or None


def _yaml(value: Any) -> str:
    text: str = yaml.dump(value, Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=LONGEST)
    return text.rstrip("\n")


def _write_sheet(page: Worksheet, sheet: Sheet, rows: Sequence[Sequence[Any]]) -> None:
    for at, column in enumerate(sheet.columns, 1):
        heading = page.cell(row=1, column=at, value=column.heading)
        heading.font = Font(bold=True)
        color = "FFF2CC" if column.required else "DDEBF7"
        heading.fill = PatternFill("solid", start_color=color)
        letter = get_column_letter(at)
        wide = column.kind in ("text", "entry", "entries")
        page.column_dimensions[letter].width = 40 if wide else 18
        if wide or column.kind in ("word", "lines"):
            page.column_dimensions[letter].number_format = "@"
        if column.allowed:
            page.add_data_validation(_drop_down(column, letter))
    for number, row in enumerate(rows, 2):
        for at, value in enumerate(row, 1):
            if value is not None:
                _put(page, number, at, value)
    page.freeze_panes = "C2"


def _put(page: Worksheet, row: int, column: int, value: Any) -> None:
    cell = page.cell(row=row, column=column)
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
        cell.number_format = "@"
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _drop_down(column: Column, letter: str) -> DataValidation:
    strict = column.kind in ("choice", "flag")
    rule = DataValidation(
        type="list",
        formula1=f'"{",".join(column.allowed)}"',
        allow_blank=True,
        showErrorMessage=strict,
        errorTitle=column.heading,
        error=f"请选择：{'、'.join(column.allowed)}",
    )
    rule.add(f"{letter}2:{letter}20000")
    return rule


def _write_guide(page: Worksheet) -> None:
    page.append(["工作表", "列", "必填", "填写说明", "允许或建议的取值", "字段"])
    for sheet in SHEETS:
        for column in sheet.columns:
            note = "所属记录的编码" if column.heading == OWNER else column.note
            required = "必填" if column.required else ""
            allowed = EXAMPLES.get(column.path) or "、".join(column.allowed)
            page.append([sheet.title, column.heading, required, note, allowed, column.path])
    page.append([])
    page.append(
        [
            "每行一条记录；不知道的内容留空，不要猜。黄底为必填。子表用“所属编码”对应记录，次序即行序。"
        ]
    )
    page.append(["不要填公式、不要合并单元格；编码列保持“文本”格式，以免末位变成 0。"])
    for note in (*KIND_NOTES.values(), CONDITIONS):
        page.append([note])
    for row in page.iter_rows(min_row=2, min_col=4, max_col=5):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for letter, width in zip("ABCDEF", (12, 18, 8, 50, 60, 30), strict=True):
        page.column_dimensions[letter].width = width
    for cell in page[1]:
        cell.font = Font(bold=True)
    page.freeze_panes = "A2"


# Reading


def parse(files: Iterable[Path]) -> Parsed:
    """Read workbooks; every row becomes part of a record, or a rejection that says why."""
    records: dict[str, Record] = {}
    findings: list[Finding] = []
    rejected: list[Finding] = []
    read = 0
    for path in files:
        try:
            book = load_workbook(path)
        except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError) as error:
            remedy = f"不是可读的 xlsx 文件（{type(error).__name__}）：另存为 .xlsx 后再导入"
            rejected.append(
                _finding("unreadable-file", path.name, "", path.suffix, remedy, "error")
            )
            continue
        rows, problems = _read_book(book, path.name)
        findings += problems
        drafts, problems = _drafts(rows)
        rejected += problems
        read += sum(1 for row in rows if row.sheet.kind)
        for draft in drafts:
            record, problems = _record(draft)
            rejected += problems
            if record and record.code in records:
                rejected.append(_duplicate(draft.row))
            elif record:
                records[record.code] = record
    findings += [found for record in records.values() for found in lint.check(record)]
    return Parsed(
        read=read,
        records=tuple(records.values()),
        findings=tuple(findings),
        rejected=tuple(rejected),
    )


def _read_book(book: Workbook, name: str) -> tuple[list[Row], list[Finding]]:
    sheets = {sheet.title: sheet for sheet in SHEETS}
    rows: list[Row] = []
    problems: list[Finding] = []
    for page in book.worksheets:
        if page.title == GUIDE:
            continue
        if page.title not in sheets:
            remedy = f"没有这个工作表：改为 {'、'.join(sheets)} 之一，或删去"
            problems.append(_finding("unknown-sheet", name, page.title, page.title, remedy))
            continue
        read, odd = _read_page(page, sheets[page.title])
        rows += read
        problems += odd
    if not rows:
        remedy = "工作簿里没有记录：按模板（suiwen template）填写"
        problems.append(_finding("empty-workbook", name, "", name, remedy))
    return rows, problems


def _read_page(page: Worksheet, sheet: Sheet) -> tuple[list[Row], list[Finding]]:
    known = {column.heading: column for column in sheet.columns}
    headings = [str(cell.value or "").strip() for cell in page[1]]
    problems = [
        _finding(
            "unknown-column",
            f"{sheet.title} 第1行",
            heading,
            heading,
            "模板没有这一列，未导入：改名或删去",
        )
        for heading in headings
        if heading and heading not in known
    ]
    columns = [known.get(heading) for heading in headings]
    rows = [
        _read_row(sheet, columns, number, cells)
        for number, cells in enumerate(page.iter_rows(min_row=2), 2)
        if any(cell.value not in (None, "") for cell in cells)
    ]
    return rows, problems


def _read_row(
    sheet: Sheet, columns: Sequence[Column | None], number: int, cells: Sequence[Any]
) -> Row:
    value: dict[str, Any] = {}
    lines: dict[str, Lines] = {}
    problems: list[Finding] = []
    owner = ""
    for column, cell in zip(columns, cells, strict=False):
        if column is None or cell.value in (None, ""):
            continue
        try:
            read = _value(column, cell)
        except ValueError as error:
            where = f"{sheet.title} 第{number}行"
            text = str(cell.value)[:120]
            problems.append(
                _finding("cell-value", where, column.heading, text, str(error), "error")
            )
            continue
        if column.path:
            value[column.path] = read
        else:
            owner = read
        if column.kind in ("entry", "entries"):
            lines[column.path] = Lines(cell.value)
    if sheet.kind:
        owner = str(value.get("code", ""))
    return Row(
        sheet=sheet,
        number=number,
        owner=owner,
        value=value,
        lines=lines,
        problems=tuple(problems),
    )


def _value(column: Column, cell: Any) -> Any:
    """A cell as a plain value.  Raises ``ValueError`` with the remedy."""
    if cell.data_type == "f":
        raise ValueError("这是公式：复制后“粘贴为值”")
    if cell.data_type == "e":
        raise ValueError("这是错误值：改为实际内容")
    raw = cell.value
    match column.kind:
        case "date":
            return _to_date(raw)
        case "number":
            return _to_number(raw)
        case "flag":
            return _to_flag(raw)
        case "choice":
            return _to_choice(column, _to_text(raw).strip())
        case "lines":
            return tuple(line.strip() for line in _to_text(raw).split("\n") if line.strip())
        case "word":
            return _to_text(raw).strip()
        case "entry" | "entries":
            return _to_structure(column, _to_text(raw))
    return _to_text(raw)


def _to_text(raw: Any) -> str:
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(raw, int | float):
        if abs(raw) >= 1e15:
            raise ValueError("长数字已被 Excel 改动：把此列设为“文本”后重新填写")
        return str(int(raw)) if raw == int(raw) else str(raw)
    if isinstance(raw, datetime):
        return raw.date().isoformat()
    return str(raw)


def _to_date(raw: Any) -> date:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    found = _DATE.fullmatch(str(raw).strip())
    if found:
        try:
            return date(*(int(part) for part in found.groups()))
        except ValueError:
            pass
    raise ValueError("写成日期，如 2024-01-31")


def _to_number(raw: Any) -> int:
    text = str(raw).strip()
    if not re.fullmatch(r"-?\d{1,9}(?:\.0+)?", text):
        raise ValueError("写成整数")
    return int(float(text))


def _to_flag(raw: Any) -> bool:
    text = _to_text(raw).strip()
    if text not in _FLAGS:
        raise ValueError("填“是”或“否”，不清楚时留空")
    return _FLAGS[text]


def _to_choice(column: Column, text: str) -> str:
    if text not in column.allowed:
        raise ValueError(f"改为：{'、'.join(column.allowed)}")
    return _CODES.get(text, text) if text in LABELS.values() else text


def _to_structure(column: Column, text: str) -> Any:
    try:
        value = yaml.load(text, Loader=LOADER)  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"（格内第{mark.line + 1}行）" if mark else ""
        raise ValueError(f"不是可读的 YAML{where}：检查缩进、引号和冒号后的空格") from error
    entries = value if column.kind == "entries" else [value]
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError(f"改为{KIND_NOTES[column.kind]}")
    return value


def _drafts(rows: Sequence[Row]) -> tuple[list[_Draft], list[Finding]]:
    """Record rows with the child rows that name them; the rest is rejected."""
    rejected: list[Finding] = []
    drafts: dict[str, _Draft] = {}
    for row in rows:
        if not row.sheet.kind:
            continue
        if row.owner in drafts:
            rejected.append(_duplicate(row))
        else:
            key = row.owner or f"\0{row.where}"
            drafts[key] = _Draft(row=row, value=_nested(row.value))
    for row in rows:
        if row.sheet.kind:
            continue
        draft = drafts.get(row.owner)
        path = row.sheet.lists.get(draft.row.sheet.kind) if draft else None
        if draft and path:
            _append(draft.value, path, _nested(row.value))
            draft.rows.setdefault(path, []).append(row)
        else:
            remedy = "没有这个编码的记录（或此类记录没有这张子表）：核对“所属编码”"
            rejected.append(_finding("orphan-row", row.where, OWNER, row.owner, remedy, "error"))
    return list(drafts.values()), rejected


def _record(draft: _Draft) -> tuple[Record | None, list[Finding]]:
    rows = [draft.row, *(row for group in draft.rows.values() for row in group)]
    problems = [
        replace(problem, code=f"{problem.code}（{draft.row.owner}）")
        for row in rows
        for problem in row.problems
    ]
    if problems:
        return None, problems
    record, problems = codec.parse(draft.row.sheet.kind, draft.value, draft.row.where)
    if record:
        problems = list(bundle_rules.check(record))
    return None if problems else record, [_located(problem, draft) for problem in problems]


def _located(problem: Finding, draft: _Draft) -> Finding:
    """A problem that names sheet, row and column instead of the field path."""
    row, path = draft.row, re.sub(r"\[(\d+)\]", r".\1", problem.field)
    for name, rows in draft.rows.items():
        found = re.fullmatch(rf"{re.escape(name)}\.(\d+)(?:\.(.+))?", path)
        if found:
            row, path = rows[int(found[1])], found[2] or ""
    path = path or row.sheet.columns[1].path
    named = [column for column in row.sheet.columns if column.path]
    column = next((c for c in named if f"{path}.".startswith(f"{c.path}.")), None)
    inner = next((c for c in named if c.path.startswith(f"{path}.")), None)
    chosen = column or inner
    heading = chosen.heading if chosen else _list_title(draft.row.sheet.kind, path)
    remedy = problem.remedy
    if column and path == column.path and problem.rule == "invalid-unexpected_keyword_argument":
        remedy = f"{draft.row.sheet.title}的{row.sheet.title}没有这一列：清空这一格"
    if column and column.path in row.lines and path != column.path:
        heading += _in_cell(row.lines[column.path], path.removeprefix(f"{column.path}."))
    code = f"{row.where}（{draft.row.owner}）"
    return replace(problem, code=code, field=heading, remedy=remedy)


def _in_cell(lines: Lines, path: str) -> str:
    """The line of a field in the text of its cell, and the field's name."""
    first, _, rest = path.partition(".")
    line = lines.of(int(first), rest) if first.isdigit() else lines.of(0, path)
    name = next((part for part in reversed(path.split(".")) if not part.isdigit()), "")
    return f"（格内第{line}行{' ' * bool(name)}{name}）"


def _list_title(kind: str, path: str) -> str:
    titles = (sheet.title for sheet in SHEETS if sheet.lists.get(kind) == path)
    return next(titles, path)


def _duplicate(row: Row) -> Finding:
    remedy = "编码重复：只保留一行，或改正编码"
    return _finding("duplicate-code", row.where, "编码", row.owner, remedy, "error")


# Plain values


def _get(value: Any, path: str) -> Any:
    for name in path.split(".") if path else ():
        value = value.get(name) if isinstance(value, dict) else None
    return value if path else None


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """``{"a.b": 1}`` as ``{"a": {"b": 1}}``."""
    value: dict[str, Any] = {}
    for path, leaf in flat.items():
        *parents, name = path.split(".")
        target = value
        for parent in parents:
            target = target.setdefault(parent, {})
        target[name] = leaf
    return value


def _append(value: dict[str, Any], path: str, entry: dict[str, Any]) -> None:
    *parents, name = path.split(".")
    for parent in parents:
        value = value.setdefault(parent, {})
    value.setdefault(name, []).append(entry)


def _finding(
    rule: str, code: str, heading: str, value: str, remedy: str, level: Level = "warning"
) -> Finding:
    return Finding(rule=rule, code=code, field=heading, value=value, remedy=remedy, level=level)
