"""Service items of Guangdong's portal (广东政务服务网): the 41-field records of its 2021 crawl.

Files hold JSON lines or one JSON array.  A record is keyed by its full ``TASK_CODE`` (31 or 33
characters): names repeat and the 31-character prefix does too.  "无" and "无。" mean null.  No
value is repaired: what looks wrong is imported as it stands and reported.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from knowledge import lint
from knowledge.types import (
    Body,
    Coded,
    Contact,
    Duration,
    Finding,
    Handling,
    Identity,
    Limits,
    Material,
    Online,
    Parsed,
    Provenance,
    ServiceItem,
    Source,
)

SOURCE = "gdzwfw"
AS_OF = "2021"
LIVE_GUIDE = "https://www.gdzwfw.gov.cn"

Raw = Mapping[str, Any]
Level = Literal["error", "warning", "notice"]
Rule = Callable[[Raw], Iterator[Finding]]

_FIELD_NAMES = """
    TASK_CODE ORGCODE TASK_TYPE TASK_TYPE_TEXT LIMIT_SCENE_NUM TASK_STATE CATANAME CATAID
    DEPT_NAME AREACODE AREA_CODE_TEXT parentCatalogId parentCatalogName subCatalogName TASK_NAME
    subTaskName URL TASK_TAG ONLINECHECK matter_name matter_short matter_daily matter_code
    matter_level visit_number co_department handle_location handle_time handle_time_limit
    matter_type accept_standard consult_phone complain_phone courier_service bear_paltform
    online_book online_book_addr district theme_category service_object_name
    material_intro"""
FIELDS = frozenset(_FIELD_NAMES.split())

_NULLS = frozenset({"", "无", "无。"})
_LIMIT = re.compile(r"(\d+)\s*[(（]?(工作日|自然日|个月|年|小时|分钟)[)）]?")
_ALIAS_PIECE = re.compile(r"(?:[（(][^（）()]*[）)]|(?<=\d)\.(?=\d)|[^\s、,，;；.])+")
_ALIAS_GAP = re.compile(r"[\s,，;；.]+")
_QUOTES = "“”\"'‘’"
_CATALOG = re.compile(r"\d{9}(?:\d{3}|00Y)")
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_SECOND = re.compile(r"[（(]二[）)]|二、|[（(]2[）)]|2[.、)）]")
_LEVELS = {"1": "国家级", "2": "省级", "3": "市级", "4": "县级"}
_TWINS = (
    ("visit_number", "LIMIT_SCENE_NUM"),
    ("matter_type", "TASK_TYPE_TEXT"),
    ("district", "matter_level"),
    ("parentCatalogName", "CATANAME"),
)


def parse(files: Iterable[Path]) -> Parsed:
    """Read portal files; every entry becomes an item or a rejection that says why."""
    items: dict[str, ServiceItem] = {}
    findings: list[Finding] = []
    rejected: list[Finding] = []
    raws: list[Raw] = []
    read = 0
    for where, raw in chain.from_iterable(_entries(path) for path in files):
        read += 1
        if isinstance(raw, Finding):
            rejected.append(raw)
            continue
        problem = _refusal(raw, where, items)
        if problem:
            rejected.append(problem)
            continue
        item = to_item(raw)
        items[item.code] = item
        raws.append(raw)
        findings += chain.from_iterable(rule(raw) for rule in RAW_RULES)
        findings += chain.from_iterable(rule(item) for rule in lint.PORTAL_RULES)
    findings += chain(_shared_names(items.values()), _whole_file(raws))
    return Parsed(
        read=read,
        records=tuple(items.values()),
        findings=tuple(findings),
        rejected=tuple(rejected),
    )


# Reading


def _entries(path: Path) -> Iterator[tuple[str, Raw | Finding]]:
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    if data.lstrip().startswith(b"["):
        loaded = _load(data, path.name)
        entries = loaded if isinstance(loaded, list) else [loaded]
        for number, entry in enumerate(entries, 1):
            yield f"{path.name}#{number}", _as_record(entry, f"{path.name}#{number}")
        return
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            where = f"{path.name}:{number}"
            yield where, _as_record(_load(line, where), where)


def _load(data: bytes, where: str) -> Any:
    try:
        value = json.loads(data)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        remedy = f"这一条不是完整的 UTF-8 JSON（{type(error).__name__}）：重新导出或修复后再导入"
        text = data[:80].decode(errors="replace")
        return _finding("damaged-line", where, "", text, remedy, "error")
    return value


def _as_record(value: Any, where: str) -> Raw | Finding:
    if isinstance(value, dict | Finding):
        return value
    remedy = "每条记录须为 JSON 对象（{…}）"
    return _finding("damaged-line", where, "", str(value)[:80], remedy, "error")


def _refusal(raw: Raw, where: str, seen: Mapping[str, ServiceItem]) -> Finding | None:
    for field in ("TASK_CODE", "TASK_NAME"):
        if _text(raw, field) is None:
            name = _text(raw, "TASK_CODE") or where
            value = str(raw.get(field, ""))
            return _finding("missing-field", name, field, value, f"补上 {field} 后再导入", "error")
    code = _text(raw, "TASK_CODE") or ""
    if code in seen:
        remedy = "实施编码重复：只保留一条，或改正编码"
        return _finding("duplicate-code", code, "TASK_CODE", where, remedy, "error")
    return None


def _text(raw: Raw, field: str) -> str | None:
    """A field's text without outer blanks; "无", "无。", blank and null are ``None``."""
    value = raw.get(field)
    text = "" if value is None else str(value).strip()
    return None if text in _NULLS else text


def _texts(raw: Raw, field: str) -> tuple[str, ...]:
    """A list field (or one text) without nulls, in its order."""
    value = raw.get(field)
    entries = value if isinstance(value, list) else [value]
    texts = ("" if entry is None else str(entry).strip() for entry in entries)
    return tuple(text for text in texts if text not in _NULLS)


# Mapping


def to_item(raw: Raw) -> ServiceItem:
    """One portal record as a service item; its ``TASK_CODE`` and ``TASK_NAME`` are filled."""
    name = _text(raw, "TASK_NAME") or ""
    conditions = _text(raw, "accept_standard")
    return ServiceItem(
        code=_text(raw, "TASK_CODE") or "",
        name=name,
        aliases=aliases(name, _text(raw, "matter_daily"), _text(raw, "matter_short")),
        provenance=_provenance(raw, conditions),
        identity=_identity(raw),
        body=Body(
            department=_text(raw, "DEPT_NAME") or "",
            department_code=_text(raw, "ORGCODE"),
            partners=_text(raw, "co_department"),
        ),
        region=_coded(_text(raw, "AREACODE"), _text(raw, "AREA_CODE_TEXT")),
        conditions=conditions,
        limits=_limits(raw),
        handling=_handling(raw),
        online=Online(
            available=_flag(raw, "ONLINECHECK"),
            url=_link(raw, "URL"),
            platform=_text(raw, "bear_paltform"),
        ),
        contact=Contact(
            consult=_text(raw, "consult_phone"),
            complain=_text(raw, "complain_phone"),
            place=_place(raw),
        ),
        themes=tuple(theme for theme in _texts(raw, "theme_category") if theme != "其他"),
        materials=tuple(Material(name=name) for name in _texts(raw, "material_intro")),
    )


def _provenance(raw: Raw, conditions: str | None) -> Provenance:
    cut_off = conditions is not None and lint.is_cut_off(conditions)
    return Provenance(
        source=SOURCE,
        as_of=AS_OF,
        incomplete=("conditions",) if cut_off else (),
        live_guide=LIVE_GUIDE,
        sources=(Source(name="广东政务服务网（2021年采集）", url=_link(raw, "URL")),),
    )


def _identity(raw: Raw) -> Identity:
    return Identity(
        catalog_code=_text(raw, "CATAID"),
        handling_code=_text(raw, "matter_code"),
        item_type=_coded(_text(raw, "TASK_TYPE"), _text(raw, "TASK_TYPE_TEXT")),
        catalog_name=_text(raw, "CATANAME") or _text(raw, "matter_name"),
        variant=_text(raw, "subTaskName"),
        short_name=_text(raw, "matter_short"),
        level=_text(raw, "matter_level"),
        state=_text(raw, "TASK_STATE"),
    )


def _limits(raw: Raw) -> Limits:
    legal, promised = _text(raw, "handle_time"), _text(raw, "handle_time_limit")
    return Limits(
        legal=duration(legal),
        legal_note=None if duration(legal) else legal,
        promised=duration(promised),
        promised_note=None if duration(promised) else promised,
    )


def _handling(raw: Raw) -> Handling:
    place = _text(raw, "handle_location")
    return Handling(
        audiences=_texts(raw, "service_object_name"),
        visits=_visits(raw),
        appointment=_flag(raw, "online_book"),
        appointment_url=_link(raw, "online_book_addr"),
        courier=_flag(raw, "courier_service"),
        courier_text=_text(raw, "courier_service"),
        offline=place if place == lint.NO_WINDOW else None,
    )


def _place(raw: Raw) -> str | None:
    place = _text(raw, "handle_location")
    return None if place == lint.NO_WINDOW else place


def _coded(code: str | None, text: str | None) -> Coded | None:
    return Coded(code=code, text=text or code or "") if text or code else None


def _visits(raw: Raw) -> int | None:
    text = _text(raw, "visit_number") or _text(raw, "LIMIT_SCENE_NUM") or ""
    return int(text) if re.fullmatch(r"[0-9]{1,3}", text) else None


def _flag(raw: Raw, field: str) -> bool | None:
    return {"1": True, "是": True, "0": False, "否": False, "不支持": False}.get(
        _text(raw, field) or ""
    )


def _link(raw: Raw, field: str) -> str | None:
    """The address, if it is a web address that can be opened."""
    text = _text(raw, field)
    return text if text and _is_web(text) else None


def _is_web(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not re.search(r"\s", text)


def duration(text: str | None) -> Duration | None:
    """``30(工作日)`` as a duration that keeps its wording; ``None`` for anything else."""
    found = _LIMIT.fullmatch(text or "")
    if not found or not text:
        return None
    return Duration(amount=int(found[1]), unit=cast(Any, found[2]), text=text)


def aliases(name: str, *texts: str | None) -> tuple[str, ...]:
    """Everyday and short names, whole ones only, without the official name and repetitions."""
    found = chain.from_iterable(split_alias(text) for text in texts if text)
    return tuple(dict.fromkeys(alias for alias in found if alias != name))


def split_alias(text: str) -> tuple[str, ...]:
    """The whole names in an everyday-name text.

    "注销律师证,律师证注销" lists synonyms: each is a name.  "受赠，受赠公证" repeats a bare word
    inside a name: the name stays.  "专职 律师 执业" is a list of keywords: joined, they make one.
    """
    pieces = tuple(
        piece
        for found in _ALIAS_PIECE.findall(text.strip().strip(_QUOTES))
        if (piece := found.strip(_QUOTES))
    )
    if _are_synonyms(pieces):
        return tuple(dict.fromkeys(piece for piece in pieces if not _is_bare(piece, pieces)))
    joined = _ALIAS_GAP.sub("", text).strip(_QUOTES + "、")
    return (joined,) if joined else ()


def _are_synonyms(pieces: tuple[str, ...]) -> bool:
    repeated = any(_is_inside(piece, pieces) for piece in pieces)
    names = all(len(piece) > 2 and _resembles(piece, pieces) for piece in pieces)
    whole = sum(not _is_bare(piece, pieces) for piece in pieces)
    enumeration = re.search(r"[和及等]", pieces[-1]) if pieces else None
    return len(pieces) > 1 and (repeated or names) and whole > 0 and not enumeration


def _is_bare(piece: str, pieces: tuple[str, ...]) -> bool:
    return len(piece) < 3 or (len(piece) == 3 and _is_inside(piece, pieces))


def _is_inside(piece: str, pieces: tuple[str, ...]) -> bool:
    return any(piece in other for other in pieces if other != piece)


def _resembles(piece: str, pieces: tuple[str, ...]) -> bool:
    """Whether another piece shares two characters in a row, or begins or ends alike."""
    pairs = {piece[at : at + 2] for at in range(len(piece) - 1)}
    return any(
        any(pair in other for pair in pairs) or piece[0] == other[0] or piece[-1] == other[-1]
        for other in pieces
        if other != piece
    )


# Findings


def code_rules(raw: Raw) -> Iterator[Finding]:
    """Task code = credit code 18 + level 1 + catalogue code 12 (+ handling suffix 2), §5.1."""
    code = str(raw["TASK_CODE"]).strip()
    if len(code) not in (31, 33):
        remedy = "实施编码应为 31 位，业务办理项编码应为 33 位：核对编码"
        yield _finding("code-length", code, "TASK_CODE", f"{len(code)} 位", remedy)
        return
    if not re.fullmatch(r"[0-9A-Z]{18}[1-69]", code[:19]) or not _CATALOG.fullmatch(code[19:31]):
        remedy = "应为 18 位统一社会信用代码 + 1 位行使层级 + 12 位基本编码（+ 2 位办理项）"
        yield _finding("code-structure", code, "TASK_CODE", code, remedy)
    for field, part in (("CATAID", code[19:31]), ("ORGCODE", code[8:17])):
        value = _text(raw, field)
        if value and value != part:
            remedy = f"实施编码中的对应部分为 {part}：核对两处"
            yield _finding("code-structure", code, field, value, remedy)
    level = _text(raw, "matter_level")
    if level and _LEVELS.get(code[18], level) != level:
        remedy = f"实施编码第 19 位为 {code[18]}（{_LEVELS[code[18]]}）：核对行使层级"
        yield _finding("code-structure", code, "matter_level", level, remedy)
    if not is_credit_code(code[:18]):
        remedy = "统一社会信用代码不符合 GB 32100（字符或校验位）：核对实施主体代码"
        yield _finding("credit-code-check", code, "TASK_CODE", code[:18], remedy, "notice")


def is_credit_code(code: str) -> bool:
    """Whether 18 characters are a unified social credit code with the right check digit."""
    if len(code) != 18 or any(mark not in _CREDIT_ALPHABET for mark in code):
        return False
    values = (_CREDIT_ALPHABET.index(mark) for mark in code[:17])
    total = sum(value * weight for value, weight in zip(values, _CREDIT_WEIGHTS, strict=True))
    return _CREDIT_ALPHABET[-total % 31] == code[17]


def area_rule(raw: Raw) -> Iterator[Finding]:
    code, area = str(raw["TASK_CODE"]).strip(), _text(raw, "AREACODE")
    registered = code[2:8]
    if area and registered.isdecimal() and registered != area:
        value = f"信用代码 {registered}，AREACODE {area}"
        remedy = "实施主体登记地与服务区域不同（如中央驻粤机构）：以 AREACODE 为准，未作改动"
        yield _finding("area-from-central-body", code, "region", value, remedy, "notice")


def handling_code_rule(raw: Raw) -> Iterator[Finding]:
    code, handling = str(raw["TASK_CODE"]).strip(), _text(raw, "matter_code")
    if handling and len(handling) != 33:
        remedy = "业务办理项编码应为 33 位：核对编码"
        yield _finding("code-length", code, "identity.handling_code", handling, remedy)
    elif handling and handling != code:
        remedy = "业务办理项编码与 TASK_CODE 不同：两者都保留，以 TASK_CODE 为主键"
        yield _finding(
            "handling-code-differs", code, "identity.handling_code", handling, remedy, "notice"
        )


def limit_rule(raw: Raw) -> Iterator[Finding]:
    for field, path in (("handle_time", "limits.legal"), ("handle_time_limit", "limits.promised")):
        text = _text(raw, field)
        found = duration(text)
        if text and not found:
            remedy = "时限应写成“30(工作日)”；原文已保留为说明"
            yield _finding("limit-format", _code(raw), path, text, remedy)
        if found and found.amount == 0:
            yield _finding("limit-format", _code(raw), path, text or "", "时限为 0：核对")


def twin_rule(raw: Raw) -> Iterator[Finding]:
    """Two source fields that tell the same fact must agree; the first one is used."""
    for used, other in _TWINS:
        value, twin = _text(raw, used), _text(raw, other)
        if value and twin and value != twin:
            both = f"{used}={value}，{other}={twin}"
            remedy = f"两个字段应一致：采用 {used}，请核对"
            yield _finding("fields-disagree", _code(raw), used, both, remedy)


def value_rule(raw: Raw) -> Iterator[Finding]:
    """Values outside the known vocabulary, and fields that have no place in a service item."""
    for field in ("ONLINECHECK", "online_book", "courier_service"):
        text = _text(raw, field)
        if text and _flag(raw, field) is None:
            yield _finding("unknown-value", _code(raw), field, text, "应为 是/否（1/0）：未采用")
    visits = _text(raw, "visit_number")
    if visits and _visits(raw) is None:
        yield _finding(
            "unknown-value", _code(raw), "visit_number", visits, "应为 0 起的整数：未采用"
        )
    for field in sorted(raw.keys() - FIELDS | {"TASK_TAG"}):
        text = "，".join(_texts(raw, field))
        if text:
            remedy = "此字段没有对应位置，未导入：如有用请告知维护人员"
            yield _finding("unmapped-field", _code(raw), field, text[:120], remedy, "notice")
    if not _text(raw, "DEPT_NAME"):
        yield _finding("missing-field", _code(raw), "body.department", "", "补上实施主体名称")


def link_rule(raw: Raw) -> Iterator[Finding]:
    for field, path in (("URL", "online.url"), ("online_book_addr", "handling.appointment_url")):
        text = _text(raw, field)
        if not text:
            continue
        if not _is_web(text):
            remedy = "不是可打开的网址（须以 http:// 或 https:// 开头）：未采用"
            yield _finding("url-format", _code(raw), path, text, remedy)
        elif re.match(r"https?://\d+(?:\.\d+){3}", text):
            remedy = "网址为 IP 地址：核对是否仍可访问，宜用域名"
            yield _finding("url-ip", _code(raw), path, text, remedy, "notice")
    url = _link(raw, "URL")
    if url and _flag(raw, "ONLINECHECK") and _is_home_page(url):
        remedy = "网办入口只到网站首页：补上事项的直达地址"
        yield _finding("url-home-page", _code(raw), "online.url", url, remedy, "notice")


def _is_home_page(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query and not parts.fragment


def online_rule(raw: Raw) -> Iterator[Finding]:
    online, book = _flag(raw, "ONLINECHECK"), _flag(raw, "online_book")
    if online and not _text(raw, "URL"):
        remedy = "写明可网办，却没有网办地址：补上地址"
        yield _finding("contradiction", _code(raw), "online.url", "ONLINECHECK=1，URL 空", remedy)
    if online is False and _text(raw, "URL"):
        value = str(raw["URL"])
        remedy = "写明不可网办，却有网办地址：核对"
        yield _finding("contradiction", _code(raw), "online.available", value, remedy)
    if book is False and _text(raw, "online_book_addr"):
        value = f"online_book=否，地址 {raw['online_book_addr']}"
        remedy = "写明不可预约，却有预约地址：核对"
        yield _finding("contradiction", _code(raw), "handling.appointment", value, remedy)


def place_rule(raw: Raw) -> Iterator[Finding]:
    place = _place(raw)
    if place and re.sub(r"^办理地点[：:]\s*", "", place) in _NULLS:
        remedy = "办理地点写作“无”：补上地点，或改为“无线下办理窗口”"
        yield _finding("place-empty", _code(raw), "contact.place", place, remedy)


def material_rule(raw: Raw) -> Iterator[Finding]:
    names = _texts(raw, "material_intro")
    for number, name in enumerate(names):
        path = f"materials.{number}.name"
        if name.endswith(("；", "。", "，", "、", "：", ";")):
            remedy = "材料名称以标点结尾，可能从句子中截取：核对名称"
            yield _finding("material-name", _code(raw), path, name, remedy, "notice")
        if any(word in name for word in lint.VAGUE):
            yield _finding(
                "vague-word", _code(raw), path, name, "材料名称不明确：写出具体材料", "notice"
            )
    for name, times in Counter(names).items():
        if times > 1:
            remedy = "同一材料列了多次：核对"
            yield _finding("material-name", _code(raw), "materials", name, remedy, "notice")


def unfinished_rule(raw: Raw) -> Iterator[Finding]:
    """Conditions that announce several cases and give only （一）; not counted as cut off."""
    text = _text(raw, "accept_standard") or ""
    first = re.search(r"(?:条件|情形|之一)[^。]{0,12}[（(]一[）)]", text)
    if first and not lint.is_cut_off(text) and not _SECOND.search(text[first.end() :]):
        remedy = "只有第（一）项，后面可能缺失：到办事指南原文核对"
        tail = text[-40:]
        yield _finding("conditions-unfinished", _code(raw), "conditions", tail, remedy, "notice")


def alias_rule(raw: Raw) -> Iterator[Finding]:
    daily = _text(raw, "matter_daily")
    if daily and any(len(alias) <= 2 for alias in split_alias(daily)):
        remedy = "日常用语过短，容易与其他事项混淆：宜写完整的说法"
        yield _finding("alias-short", _code(raw), "aliases", daily, remedy, "notice")


def _shared_names(items: Iterable[ServiceItem]) -> Iterator[Finding]:
    codes: defaultdict[str, list[str]] = defaultdict(list)
    for item in items:
        codes[item.name].append(item.code)
    for name, shared in codes.items():
        if len(shared) > 1:
            value = f"{name}（{'、'.join(shared)}）"
            remedy = f"{len(shared)} 个编码同名：按编码区分，问答时会请市民选择"
            yield _finding("name-shared", shared[0], "name", value, remedy, "notice")


def _whole_file(raws: list[Raw]) -> Iterator[Finding]:
    """Oddities of the whole file that would repeat on nearly every record: one finding each."""
    flags = [(_flag(raw, "ONLINECHECK"), _flag(raw, "online_book")) for raw in raws]
    bare = sum(
        _flag(raw, "online_book") is True and not _link(raw, "online_book_addr") for raw in raws
    )
    if bare and all(online == book for online, book in flags):
        value = f"{len(raws)} 条中 online_book 与 ONLINECHECK 全部相同，{bare} 条没有预约地址"
        remedy = "online_book 可能并非“可预约”：没有预约地址时不要承诺可预约"
        yield _finding("appointment-doubtful", "*", "handling.appointment", value, remedy, "notice")
    courier = {
        _text(raw, "TASK_TYPE_TEXT") for raw in raws if _text(raw, "courier_service") == "不支持"
    }
    if len(courier) == 1 and len(raws) > 1:
        kind = courier.pop()
        value = f"“不支持”只见于{kind}"
        remedy = "可能是页面模板的默认值：核对快递服务"
        yield _finding("courier-doubtful", "*", "handling.courier", value, remedy, "notice")


def _code(raw: Raw) -> str:
    return str(raw["TASK_CODE"]).strip()


def _finding(
    rule: str, code: str, field: str, value: str, remedy: str, level: Level = "warning"
) -> Finding:
    return Finding(rule=rule, code=code, field=field, value=value, remedy=remedy, level=level)


RAW_RULES: tuple[Rule, ...] = (
    code_rules,
    area_rule,
    handling_code_rule,
    limit_rule,
    twin_rule,
    value_rule,
    link_rule,
    online_rule,
    place_rule,
    material_rule,
    unfinished_rule,
    alias_rule,
)
