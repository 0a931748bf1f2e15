"""Policy texts (.txt, .md, .docx, .pdf): verbatim, split by article (条), tables kept as rows.

A ``.txt`` or ``.md`` file may begin with YAML between ``---`` lines; its values overrule what is
read in the text.  A date that the text does not state stays empty; ``expires`` is the last day on
which the text is in force.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal
from zipfile import BadZipFile

from knowledge import codec
from knowledge.formats.articles import NUMERAL, Block, split, starts_block, to_number
from knowledge.formats.documents import SUFFIXES, Document, read_document
from knowledge.types import Finding, Parsed, Policy

SOURCE = "policy"
PROVENANCE_KEYS = frozenset({"url", "opened", "as_of", "checked", "live_guide"})
FRONT_KEYS = PROVENANCE_KEYS | {
    *("code", "name", "number", "issuer", "region", "aliases", "english"),
    *("issued", "effective", "expires", "replaced_by"),
}
_HEADING = re.compile(r"[【〔（(]([^【】〔〕（）()，。；]{2,16})[】〕）)]\s*(?=\S)")
_DATE = re.compile(
    r"((?:19|20)\d{2}|[二一][〇○零OＯ0九][〇○零OＯ0一二三四五六七八九]{2})\s*年\s*"
    r"(\d{1,2}|[一二三四五六七八九十]{1,3})\s*月\s*(\d{1,2}|[一二三四五六七八九十]{1,3})\s*日"
)
_IN_FORCE = r"起?\s*(?:正式)?(?:施行|实施|执行|生效|试行)"
_EFFECTIVE = re.compile(
    rf"(?:本[^，。；《》“”]{{1,20}}|现予[公发]布，|印发[^。；]{{0,12}}，)(?:从|自)\s*"
    rf"(?:(?P<date>{_DATE.pattern})|(?P<issue>(?:公布|发布|印发|发文|下发)之日))\s*{_IN_FORCE}"
)
_DELAYED = re.compile(r"本[^，。；《》]{1,20}自[^，。；]{2,12}之日起\s*\d+\s*[日天个]")
_VALID_YEARS = re.compile(rf"有效期(?:限)?(?:为)?\s*({NUMERAL})\s*年")
_VALID_UNTIL = re.compile(
    rf"(?:有效期(?:限)?至|施行至|实施至|执行至)\s*({_DATE.pattern})|({_DATE.pattern})\s*(?:起)?废止"
)
_REPEALED = re.compile(r"(《[^《》]*(?:〈[^〉]*〉[^《》]*)*》)[^。；]{0,60}?同时废止")
_NUMBER_LINE = re.compile(
    r"[（(]?(?:(?:发文字号|文件编号|文号|文件号)\s*[：:]\s*)?"
    r"([\u4e00-\u9fff]{1,16}\s*[〔\[［【(（]\s*(?:19|20)\d{2}\s*[〕\]］】)）]\s*第?\s*\d{1,4}\s*号"
    r"|[\u4e00-\u9fff]{2,20}令\s*第?\s*\d{1,4}\s*号)[）)]?"
)
_ISSUER_LABEL = re.compile(r"(?:发布机[关构]|发文机[关构]|发布单位|制定机关)\s*[：:]\s*(\S.{1,40})")
_ISSUER_NAME = re.compile(
    r"[\u4e00-\u9fff（）、]{2,40}(?:人民政府|政府办公[厅室]|办公[厅室]|委员会|局|厅|部|委|院|会|中心)"
)
_TITLE_END = re.compile(
    r"(?:办法|规定|条例|细则|通知|意见|方案|决定|公告|法|指引|指南|规程|准则|制度|计划|批复|函"
    r"|通告|规则|标准|措施|解释|目录|规划|章程|决议|修正案)(?:[（(][^（）()]*[）)])*"
)

_FULL_WIDTH_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")

Level = Literal["error", "warning", "notice"]


def parse(files: Iterable[Path]) -> Parsed:
    """Read policy files and folders of them; every file becomes a policy or a rejection."""
    policies: dict[str, Policy] = {}
    findings: list[Finding] = []
    rejected: list[Finding] = []
    read = 0
    for path in _paths(files):
        read += 1
        try:
            document = read_document(path)
        except (ValueError, OSError, BadZipFile, KeyError) as error:
            remedy = f"文件读不出文字（{error}）：转为 UTF-8 文本、docx 或带文字的 pdf"
            rejected.append(
                _finding("unreadable-file", path.name, "", path.suffix, remedy, "error")
            )
            continue
        policy, problems = to_policy(document)
        if policy is None:
            rejected += problems
            continue
        known = policies.get(policy.code)
        if known and "code" not in document.front and _identity(known) != _identity(policy):
            policy = replace(policy, code=_code(_identity(policy)))
        if policy.code in policies:
            remedy = f"与《{policies[policy.code].name}》重复：删去一份，或在文件头写明 code"
            rejected.append(
                _finding("duplicate-code", policy.code, "code", path.name, remedy, "error")
            )
            continue
        policies[policy.code] = policy
        findings += problems
    return Parsed(
        read=read,
        records=tuple(policies.values()),
        findings=tuple(findings),
        rejected=tuple(rejected),
    )


def _paths(files: Iterable[Path]) -> Iterator[Path]:
    for path in files:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES)
        else:
            yield path


# The record


def to_policy(document: Document) -> tuple[Policy | None, list[Finding]]:
    """The policy of a document; values of its YAML head overrule what the text says."""
    front = {key: value for key, value in document.front.items() if key in FRONT_KEYS}
    name, rest = title(document.lines, document.path.stem)
    blocks = split(rest)
    read = read_facts(document.lines, name, blocks)
    value = read | {key: entry for key, entry in front.items() if key not in PROVENANCE_KEYS}
    if isinstance(value.get("region"), str):
        value["region"] = {"text": value["region"]}
    if isinstance(value.get("aliases"), str):
        value["aliases"] = (value["aliases"],)
    value.setdefault("code", _code(str(value.get("number") or value["name"])))
    value["provenance"] = _provenance(value, front)
    value["articles"] = [_article(block) for block in blocks]
    policy, problems = codec.parse("policy", value, document.path.name)
    if not isinstance(policy, Policy):
        return None, problems
    return policy, [*_findings(document, policy, blocks)]


def _provenance(value: Mapping[str, Any], front: Mapping[str, Any]) -> dict[str, Any]:
    year = re.search(r"(?:19|20)\d{2}", str(value.get("number") or ""))
    stated = front.get("as_of") or value.get("issued") or value.get("effective")
    source = {"name": value["name"], "url": front.get("url"), "opened": front.get("opened")}
    return {
        "source": SOURCE,
        "as_of": str(stated or (year[0] if year else "未注明日期")),
        "checked": front.get("checked"),
        "live_guide": front.get("live_guide"),
        "sources": [source],
    }


def _article(block: Block) -> dict[str, Any]:
    """A block as the plain value of an article; a heading in brackets goes to ``heading``."""
    text = "\n".join(block.lines)
    found = _HEADING.match(text) if block.kind == "article" else None
    if found and not re.match(r"[（(][一二三四五六七八九十]+[）)]", text):
        text = text[found.end() :]
    else:
        found = None
    heading_only = block.kind in ("heading", "attachment")
    return {
        "id": block.id,
        "number": block.label,
        "text": text or (block.label if heading_only else ""),
        "chapter": (block.chapter or "").removesuffix(block.label).strip() or None,
        "section": None if heading_only else block.section,
        "heading": found[1] if found else None,
    }


def title(lines: Sequence[str], fallback: str) -> tuple[str, Sequence[str]]:
    """The title and the lines after it; a title that is not at the head stays in the text."""
    for at, line in enumerate(lines[:12]):
        if starts_block(line):
            break
        if _is_title(line):
            return line, lines[1:] if at == 0 else lines
        following = lines[at + 1] if at + 1 < len(lines) else ""
        if _is_title_part(line) and _is_title(following) and not _is_title_part_end(line):
            return line + following, lines[2:] if at == 0 else lines
    first = lines[0]
    odd = re.search(r"[。；：，:|（(]|当前位置", first) or _DATE.search(first)
    if len(first) <= 40 and not starts_block(first) and not odd:
        return first, lines[1:]
    return fallback, lines


def _is_title(line: str) -> bool:
    plain = line.strip("《》■*　 ")
    ends = re.search(rf"{_TITLE_END.pattern}$", plain)
    return len(plain) <= 80 and bool(ends) and not re.search(r"[。|]|^[（(]", plain)


def _is_title_part(line: str) -> bool:
    plain = 4 <= len(line) <= 40 and not re.search(r"[。；：，、0-9号〕\]]$", line)
    return plain and not _DATE.search(line)


def _is_title_part_end(line: str) -> bool:
    return _ISSUER_NAME.fullmatch(line) is not None or bool(re.search(r"(?:文件|令)$", line))


def read_facts(lines: Sequence[str], name: str, blocks: Sequence[Block]) -> dict[str, Any]:
    """Number, issuer, dates and aliases as the text states them; what it does not is absent."""
    intro = _intro_lines(lines)
    issued = _issued(lines, intro)
    effective, expires = _in_force(lines, issued)
    found: dict[str, Any] = {
        "name": name,
        "number": _document_number(intro),
        "issuer": _issuer(lines, intro, name),
        "issued": issued,
        "effective": effective,
        "expires": expires,
        "aliases": _enclosed(name),
    }
    return {key: value for key, value in found.items() if value}


def _intro_lines(lines: Sequence[str]) -> Sequence[str]:
    first = next((n for n, line in enumerate(lines) if starts_block(line)), 30)
    return lines[: min(first, 30)]


def _document_number(intro: Sequence[str]) -> str | None:
    for line in intro:
        found = _NUMBER_LINE.fullmatch(line)
        if found:
            return re.sub(r"\s", "", found[1])
    return None


def _issuer(lines: Sequence[str], intro: Sequence[str], name: str) -> str | None:
    for line in intro:
        if labelled := _ISSUER_LABEL.match(line):
            return labelled[1].strip()
        if order := re.fullmatch(r"([\u4e00-\u9fff]{2,30})令(?:\s*第?\s*\d+\s*号)?", line):
            return order[1]
    before, about, _ = name.partition("关于")
    if about and _ISSUER_NAME.fullmatch(before.strip()):
        return before.strip()
    for line, following in pairwise(lines):
        if _DATE.fullmatch(following) and _ISSUER_NAME.fullmatch(line):
            return line
    return None


def _issued(lines: Sequence[str], intro: Sequence[str]) -> date | None:
    for line in intro:
        if found := re.match(
            rf"(?:成文日期|发文日期|发布日期|印发日期)\s*[：:]\s*{_DATE.pattern}", line
        ):
            return _to_date(found.groups())
    signed = [following for line, following in pairwise(lines) if _signs(line)]
    for line in (*signed, *intro):
        if found := _DATE.fullmatch(line):
            return _to_date(found.groups())
    published = re.search(
        rf"{_DATE.pattern}[^，。；）)]{{0,30}}(?:公布|发布|印发)", "\n".join(intro)
    )
    return _to_date(published.groups()) if published else None


def _signs(line: str) -> bool:
    return _ISSUER_NAME.fullmatch(line) is not None


def _in_force(lines: Sequence[str], issued: date | None) -> tuple[date | None, date | None]:
    """The days from and to which the text says that it is in force; the last statement counts."""
    text = "\n".join(lines).translate(_FULL_WIDTH_DIGITS)
    found = [match for match in _EFFECTIVE.finditer(text) if not _DELAYED.match(match[0])]
    if not found:
        return None, None
    last = found[-1]
    stated = _DATE.search(last["date"]) if last["date"] else None
    effective = _to_date(stated.groups()) if stated else issued
    rest = text[last.end() : last.end() + 40]
    until = _VALID_UNTIL.search(rest)
    if until:
        ending = _DATE.search(until[0])
        return effective, _to_date(ending.groups()) if ending else None
    years = _VALID_YEARS.search(rest)
    if years and effective:
        return effective, _years_later(effective, to_number(years[1])) - timedelta(days=1)
    return effective, None


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _to_date(parts: Sequence[str | Any]) -> date | None:
    year, month, day = (to_number(str(part).translate({79: "0", 65327: "0"})) for part in parts[:3])
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _identity(policy: Policy) -> str:
    return f"{policy.number}{policy.name}{policy.issued}{policy.effective}"


def _enclosed(name: str) -> tuple[str, ...]:
    """The name of the text that a notice encloses: 关于印发X的通知 → X."""
    found = re.search(r"(?:印发|公布|发布|转发)\s*(.+?)\s*的(?:通知|公告|决定)$", name)
    return (found[1].strip("《》〈〉"),) if found else ()


def _code(key: str) -> str:
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", key))
    return f"policy-{blake2b(plain.encode(), digest_size=6).hexdigest()}"


# Findings


def _findings(document: Document, policy: Policy, blocks: Sequence[Block]) -> Iterator[Finding]:
    code = policy.code
    yield from (replace(finding, code=f"{code} ({finding.code})") for finding in document.findings)
    for key in document.front.keys() - FRONT_KEYS:
        remedy = "文件头没有这个字段：检查拼写，或删去"
        yield _finding("unmapped-field", code, key, str(document.front[key])[:80], remedy)
    if not any(block.kind == "article" for block in blocks):
        value = f"{len(blocks)} 段"
        remedy = "没有“第X条”：已按“一、（一）”或自然段切分，请核对"
        yield _finding("no-articles", code, "articles", value, remedy, "notice")
    yield from _order_findings(code, blocks)
    if policy.effective is None:
        remedy = "正文未写明施行日期：在文件头写 effective: 年-月-日"
        yield _finding("effective-missing", code, "effective", policy.name, remedy, "notice")
    if policy.number is None:
        remedy = "未见文号：在文件头写 number"
        yield _finding("number-missing", code, "number", policy.name, remedy, "notice")
    delayed = _DELAYED.search("\n".join(document.lines))
    if delayed:
        remedy = "施行日期须推算：在文件头写 effective"
        yield _finding("effective-delayed", code, "effective", delayed[0], remedy)
    repealed = _REPEALED.findall("\n".join(document.lines))
    if repealed:
        remedy = "如已导入这些旧文件，请在其 replaced_by 填写本文件编码"
        yield _finding("repeals", code, "replaced_by", "、".join(repealed), remedy, "notice")


def _order_findings(code: str, blocks: Sequence[Block]) -> Iterator[Finding]:
    last = 0
    for block in blocks:
        if block.kind == "heading":
            remedy = "这个标题下没有条文：核对是否漏字"
            yield _finding("heading-empty", code, f"articles.{block.id}", block.label, remedy)
        if block.kind != "article":
            continue
        if not "".join(block.lines).strip():
            remedy = "条文为空：核对原文"
            yield _finding("article-empty", code, f"articles.{block.id}", block.label, remedy)
        restarts = block.number == 1
        if block.number not in (last, last + 1) and not restarts:
            remedy = f"前一条是第 {last} 条：核对是否漏条或错号"
            yield _finding("article-order", code, f"articles.{block.id}", block.label, remedy)
        elif "-" in block.id:
            remedy = "条号重复：核对原文"
            yield _finding("article-order", code, f"articles.{block.id}", block.label, remedy)
        last = block.number


def _finding(
    rule: str, code: str, field: str, value: str, remedy: str, level: Level = "warning"
) -> Finding:
    return Finding(rule=rule, code=code, field=field, value=value, remedy=remedy, level=level)
