"""Reading .txt, .md, .docx and .pdf files as paragraphs and table rows, in order.

Nothing is dropped but page numbers and running headers of a pdf, which are reported; what a docx
holds outside its text (automatic numbers, text boxes, footnotes) is reported too.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from knowledge.formats.articles import starts_block
from knowledge.types import Finding

SUFFIXES = (".txt", ".md", ".docx", ".pdf")

_PAGE_NUMBER = re.compile(r"[-—–－·\s]*\d{1,4}[-—–－·\s]*|第\s*\d+\s*页(?:\s*[/，共]\s*.{0,8})?")
_RADICALS = str.maketrans(
    "⺠⻓⻔⻚⻅⻋⻉⻛⻜⻝⻢⻥⻦⻨⻩⻬⻰⻆⻄⻘⻣⻤⻮",
    "民长门页见车贝风飞食马鱼鸟麦黄齐龙角西青骨鬼齿",
)

Level = Literal["error", "warning", "notice"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A read file: its paragraphs and table rows in order, and what stood in its YAML head."""

    path: Path
    lines: tuple[str, ...]
    front: Mapping[str, Any]
    findings: tuple[Finding, ...] = ()


def read_document(path: Path) -> Document:
    """The paragraphs of a file.  Raises ``ValueError`` if it holds no text that can be read."""
    match path.suffix.lower():
        case ".txt" | ".md":
            return _read_text(path)
        case ".docx":
            lines, problems = _read_docx(path)
        case ".pdf":
            lines, problems = _read_pdf(path)
        case other:
            raise ValueError(f"不支持 {other or '无后缀'} 文件")
    return Document(path=path, lines=_clean(lines), front={}, findings=tuple(problems))


def _read_text(path: Path) -> Document:
    data = path.read_bytes()
    problems: list[Finding] = []
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
        problems.append(
            _finding("encoding", path.name, "", "GB18030", "按 GB18030 读取：请核对文字", "notice")
        )
    front, body = _front_matter(text)
    if path.suffix.lower() == ".md":
        body = re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)
        body = re.sub(r"(?m)^\s{0,3}#{1,6}\s+", "", body)
    return Document(
        path=path, lines=_clean(body.splitlines()), front=front, findings=tuple(problems)
    )


def _front_matter(text: str) -> tuple[Mapping[str, Any], str]:
    found = re.match(r"---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|$)", text, flags=re.DOTALL)
    if not found:
        return {}, text
    try:
        front = yaml.safe_load(found[1])
    except yaml.YAMLError as error:
        raise ValueError(f"文件头不是正确的 YAML：{str(error)[:80]}") from error
    if not isinstance(front, dict):
        return {}, text
    return {str(key): value for key, value in front.items()}, text[found.end() :]


def _clean(lines: Iterable[str]) -> tuple[str, ...]:
    """Lines without outer blanks; radicals that fonts put for characters are made characters."""
    plain = ("".join(map(_plain_character, line)).strip() for line in lines)
    cleaned = tuple(line for line in plain if line)
    if not cleaned:
        raise ValueError("没有文字，可能是扫描件")
    return cleaned


def _plain_character(mark: str) -> str:
    if "\u2f00" <= mark <= "\u2fdf":
        return unicodedata.normalize("NFKC", mark)
    if mark in "\ufeff\u200b\u00ad":
        return ""
    return mark.translate(_RADICALS) if "\u2e80" <= mark <= "\u2eff" else mark


def _read_docx(path: Path) -> tuple[list[str], list[Finding]]:
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from docx.table import Table

    try:
        document = docx.Document(str(path))
    except PackageNotFoundError as error:
        raise ValueError("不是 docx 文件") from error
    lines: list[str] = []
    for part in document.iter_inner_content():
        lines += (
            _table_rows(_docx_cells(part)) if isinstance(part, Table) else part.text.split("\n")
        )
    return lines, list(_docx_findings(path, document.element.body))


def _docx_cells(table: Any) -> list[list[str]]:
    """Rows of cell texts; a merged cell stands once."""
    rows = []
    for row in table.rows:
        cells = {id(cell._element): cell for cell in row.cells}
        rows.append(["\n".join(_docx_cell(cell)) for cell in cells.values()])
    return rows


def _docx_cell(cell: Any) -> Iterator[str]:
    for part in cell.iter_inner_content():
        if hasattr(part, "rows"):
            yield from (" ".join(row) for row in _docx_cells(part))
        else:
            yield part.text


def _docx_findings(path: Path, body: Any) -> Iterator[Finding]:
    faults = {
        "w:numPr": ("docx-auto-number", "自动编号的段落，编号不在文字里：改为手打的“第一条”"),
        "w:txbxContent": ("docx-text-box", "文本框里的文字未读取：移到正文"),
        "w:footnoteReference": ("docx-footnote", "脚注未读取：移到正文"),
        "w:del": ("docx-revision", "有未接受的修订：接受修订后再导入"),
    }
    for tag, (rule, remedy) in faults.items():
        found = body.xpath(f".//{tag}")
        if found:
            yield _finding(rule, path.name, "articles", f"{len(found)} 处", remedy)


def _read_pdf(path: Path) -> tuple[list[str], list[Finding]]:
    import pdfplumber
    from pdfminer.pdfexceptions import PDFException
    from pdfplumber.utils.exceptions import PdfminerException

    try:
        with pdfplumber.open(path) as pdf:
            pages = [_pdf_page(page) for page in pdf.pages]
    except (PDFException, PdfminerException) as error:
        raise ValueError(f"不是可读的 pdf：{type(error).__name__}") from error
    empty = [str(number) for number, page in enumerate(pages, 1) if not page]
    problems = []
    if empty and len(empty) < len(pages):
        remedy = "这些页没有文字，可能是扫描图：补上文字"
        problems.append(_finding("pdf-empty-page", path.name, "", "、".join(empty), remedy))
    running = _running_lines(pages)
    if running:
        removed = "；".join(sorted(running))
        problems.append(
            _finding("pdf-running-header", path.name, "", removed, "已去掉页眉页脚：核对", "notice")
        )
    lines: list[str] = []
    for page in pages:
        for text, starts in _without_margins(page, running):
            if starts or not lines or lines[-1].startswith("|"):
                lines.append(text)
            else:
                lines[-1] += text
    return lines, problems


def _pdf_page(page: Any) -> list[tuple[str, bool]]:
    """The lines of a page and whether each starts a paragraph; tables as rows where they stand."""
    tables = page.find_tables()
    boxes = [table.bbox for table in tables]
    outside = page.filter(lambda mark: not any(_is_within(mark, box) for box in boxes))
    lines = outside.extract_text_lines(return_chars=False)
    placed: list[tuple[float, list[tuple[str, bool]]]] = [
        (table.bbox[1], [(row, True) for row in _table_rows(table.extract())]) for table in tables
    ]
    left = min((line["x0"] for line in lines), default=0.0)
    right = max((line["x1"] for line in lines), default=0.0)
    full = True
    for line in lines:
        size = line["bottom"] - line["top"]
        indented = line["x0"] > left + size * 0.8
        starts = indented or not full or starts_block(line["text"].strip())
        placed.append((line["top"], [(line["text"].strip(), starts)]))
        full = line["x1"] > right - size * 2
    return [line for _, found in sorted(placed, key=lambda entry: entry[0]) for line in found]


def _is_within(mark: Mapping[str, Any], box: tuple[float, float, float, float]) -> bool:
    if "x0" not in mark or "top" not in mark:
        return False
    across = (mark["x0"] + mark["x1"]) / 2
    down = (mark["top"] + mark["bottom"]) / 2
    return bool(box[0] <= across <= box[2] and box[1] <= down <= box[3])


def _running_lines(pages: Sequence[list[tuple[str, bool]]]) -> frozenset[str]:
    """Texts that open or close at least three pages and more than half of them."""
    edges = Counter(text for page in pages for text in {line for line, _ in (page[:1] + page[-1:])})
    return frozenset(
        text
        for text, times in edges.items()
        if times >= 3 and times * 2 > len(pages) and not _PAGE_NUMBER.fullmatch(text)
    )


def _without_margins(
    page: list[tuple[str, bool]], running: frozenset[str]
) -> Iterator[tuple[str, bool]]:
    last = len(page) - 1
    for at, (text, starts) in enumerate(page):
        edge = at <= 1 or at >= last - 1
        if not (edge and (text in running or _PAGE_NUMBER.fullmatch(text))):
            yield text, starts


def _table_rows(rows: Iterable[Sequence[str | None]]) -> list[str]:
    """Rows as ``| a | b |``; a table of one column is plain text."""
    texts = [[re.sub(r"\s*\n\s*", " ", cell or "").strip() for cell in row] for row in rows]
    if all(len(row) <= 1 for row in texts):
        return [row[0] for row in texts if row]
    return [f"| {' | '.join(row)} |" for row in texts if any(row)]


def _finding(
    rule: str, code: str, field: str, value: str, remedy: str, level: Level = "warning"
) -> Finding:
    return Finding(rule=rule, code=code, field=field, value=value, remedy=remedy, level=level)
