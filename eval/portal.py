"""The portal's raw records: what each facet must answer, read from the JSON itself.

Nothing of ours stands between: no importer, no record type.  "无", "无。", blank and null are not
filled.  Each facet has several ways to ask for it, formal, everyday and Cantonese.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from eval.expected import literal, number_with_unit

Raw = Mapping[str, Any]

_NULLS = frozenset({"", "无", "无。"})
_LIMIT = re.compile(r"(\d+)\((工作日|自然日|个月|年|小时)\)")
_BRACKETS = re.compile(r"[()（）]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an answer must hold: a citation of ``field`` that quotes exactly ``quote``, and a
    sentence with that citation in which every pattern is seen.

    ``only``: the whole list that may be named, and nothing besides.
    """

    field: str
    quote: str
    patterns: tuple[str, ...]
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AskedFacet:
    """A facet of the raw record, and the ways to ask for it."""

    name: str
    expected: Callable[[Raw], Expected | None]
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One fact of one record, asked by the record's name.

    ``same``: all codes that bear exactly this name; ``alike``: all whose name differs from it in
    brackets at most.
    """

    code: str
    name: str
    facet: str
    text: str
    expected: Expected
    same: tuple[str, ...]
    alike: tuple[str, ...]


def load(path: Path) -> tuple[Raw, ...]:
    """All raw records of a file of JSON lines."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line) for line in lines if line.strip())


def questions(raws: Sequence[Raw], chosen: Iterable[Raw], seed: int) -> list[Question]:
    """Every filled facet of the chosen records, in a form that seed, code and facet decide."""
    same, alike = _by_name(raws, name_of), _by_name(raws, _without_brackets)
    return [
        Question(
            code=code_of(raw),
            name=name_of(raw),
            facet=facet.name,
            text=_form(facet, code_of(raw), seed).format(name=name_of(raw)),
            expected=expected,
            same=same[name_of(raw)],
            alike=alike[_without_brackets(raw)],
        )
        for raw in chosen
        for facet in FACETS
        if (expected := facet.expected(raw))
    ]


def code_of(raw: Raw) -> str:
    return str(raw["TASK_CODE"]).strip()


def name_of(raw: Raw) -> str:
    return str(raw["TASK_NAME"]).strip()


def text(raw: Raw, field: str) -> str | None:
    """The field's text, or ``None`` if it is not filled."""
    value = str(raw.get(field) or "").strip()
    return None if value in _NULLS else value


def texts(raw: Raw, field: str, *, without: str = "") -> tuple[str, ...]:
    """A list field's texts, those not filled left out."""
    found = (str(one or "").strip() for one in raw.get(field) or ())
    return tuple(one for one in found if one not in _NULLS and one != without)


def _without_brackets(raw: Raw) -> str:
    return _BRACKETS.sub("", name_of(raw))


def _by_name(raws: Iterable[Raw], name: Callable[[Raw], str]) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for raw in raws:
        found[name(raw)].append(code_of(raw))
    return {key: tuple(sorted(codes)) for key, codes in found.items()}


def _form(facet: AskedFacet, code: str, seed: int) -> str:
    drawn = sha256(f"{seed}:{code}:{facet.name}".encode()).digest()
    return facet.forms[int.from_bytes(drawn[:4]) % len(facet.forms)]


# What is expected


def _verbatim(path: str, field: str, before: str = "") -> Callable[[Raw], Expected | None]:
    """The field's text to the letter, in a sentence that has ``before`` (a pattern) before it."""

    def expected(raw: Raw) -> Expected | None:
        value = text(raw, field)
        if value is None:
            return None
        pattern = f"{before}.*?{literal(value)}" if before else literal(value)
        return Expected(field=path, quote=value, patterns=(pattern,))

    return expected


def _listed(path: str, field: str, *, without: str = "") -> Callable[[Raw], Expected | None]:
    def expected(raw: Raw) -> Expected | None:
        values = texts(raw, field, without=without)
        if not values:
            return None
        patterns = tuple(map(literal, values))
        return Expected(field=path, quote="、".join(values), patterns=patterns)

    return expected


def _materials(raw: Raw) -> Expected | None:
    names = texts(raw, "material_intro")
    if not names:
        return None
    patterns = tuple(map(literal, names))
    return Expected(field="materials", quote="；".join(names), patterns=patterns, only=names)


def _limit(path: str, field: str, label: str) -> Callable[[Raw], Expected | None]:
    def expected(raw: Raw) -> Expected | None:
        value = text(raw, field)
        if value is None:
            return None
        found = _LIMIT.fullmatch(value)
        shown = number_with_unit(int(found[1]), found[2]) if found else literal(value)
        return Expected(field=path, quote=value, patterns=(f"{label}[^，；。]*?{shown}",))

    return expected


def _flag(
    path: str, field: str, yes: tuple[str, str], no: tuple[str, str], *, verbatim: bool = False
) -> Callable[[Raw], Expected | None]:
    """A yes or no: each as (what is quoted, the pattern of what is said)."""

    def expected(raw: Raw) -> Expected | None:
        value = text(raw, field)
        if value is None:
            return None
        quote, pattern = yes if value in ("1", "是") else no
        return Expected(field=path, quote=value if verbatim else quote, patterns=(pattern,))

    return expected


def _address(path: str, field: str) -> Callable[[Raw], Expected | None]:
    """The field if it is a web address that can be opened."""

    def expected(raw: Raw) -> Expected | None:
        value = text(raw, field)
        if value is None or re.search(r"\s", value):
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            return None
        exact = rf"(?<!\S){re.escape(value)}(?!\S)|：{re.escape(value)}(?!\S)"
        return Expected(field=path, quote=value, patterns=(exact,))

    return expected


def _place(raw: Raw) -> Expected | None:
    window = text(raw, "handle_location") != "无线下办理窗口"
    return _verbatim("contact.place" if window else "handling.offline", "handle_location")(raw)


def _visits(raw: Raw) -> Expected | None:
    value = text(raw, "visit_number")
    if value is None:
        return None
    return Expected(
        field="handling.visits", quote=value, patterns=(rf"(?<!\d){re.escape(value)}\s*次",)
    )


FACETS: tuple[AskedFacet, ...] = (
    AskedFacet(
        "materials",
        _materials,
        (
            "{name}要交什么材料？",
            "请问办理{name}需要带哪些资料",
            "办{name}要准备啥",
            "{name}要带咩资料㗎",
            "申请{name}须提交哪些申请材料？",
            "我想办{name}，要什么证件",
        ),
    ),
    AskedFacet(
        "promised_limit",
        _limit("limits.promised", "handle_time_limit", "承诺"),
        (
            "{name}的承诺办结时限是多少？",
            "办理{name}多久能办好",
            "{name}要等几耐先攞到",
            "请问{name}一般几个工作日办完",
            "{name}几天办得完？",
        ),
    ),
    AskedFacet(
        "legal_limit",
        _limit("limits.legal", "handle_time", "法定"),
        (
            "{name}的法定办结时限是多少？",
            "请问{name}法定时限是几天",
            "{name}嘅法定时限系几耐",
            "按规定{name}最长多久办结",
        ),
    ),
    AskedFacet(
        "conditions",
        _verbatim("conditions", "accept_standard"),
        (
            "{name}的受理条件是什么？",
            "办{name}有什么条件",
            "申请{name}要符合什么条件？",
            "{name}有咩条件",
            "请问{name}有什么要求",
        ),
    ),
    AskedFacet(
        "place",
        _place,
        (
            "{name}在哪里办理？",
            "{name}喺边度办",
            "办{name}去哪个窗口",
            "请问{name}的办理地点",
            "办{name}要去边度",
        ),
    ),
    AskedFacet(
        "consult_phone",
        _verbatim("contact.consult", "consult_phone", "咨询"),
        (
            "{name}的咨询电话是多少？",
            "办{name}打什么电话问",
            "{name}打边个电话问",
            "请问{name}联系电话",
            "{name}怎么联系？",
        ),
    ),
    AskedFacet(
        "complaint_phone",
        _verbatim("contact.complain", "complain_phone", "(?:投诉|监督)"),
        (
            "{name}的投诉电话是多少？",
            "办{name}遇到刁难去哪投诉",
            "{name}点投诉",
            "请问{name}的监督投诉电话",
        ),
    ),
    AskedFacet(
        "visits",
        _visits,
        (
            "{name}到办事现场次数是多少？",
            "办{name}要跑几次",
            "{name}要行几次",
            "请问办理{name}要去几趟",
        ),
    ),
    AskedFacet(
        "department",
        _verbatim("body.department", "DEPT_NAME"),
        (
            "{name}的实施主体是谁？",
            "{name}归谁管",
            "{name}边个部门负责",
            "请问{name}由哪个部门办理",
        ),
    ),
    AskedFacet(
        "partners",
        _verbatim("body.partners", "co_department", "联办"),
        (
            "{name}的联办机构有哪些？",
            "请问{name}涉及哪些联办机构",
            "{name}有边啲联办机构",
        ),
    ),
    AskedFacet(
        "platform",
        _verbatim("online.platform", "bear_paltform", "平台"),
        (
            "{name}的办理平台是什么？",
            "网上办{name}用哪个平台",
            "{name}系边个平台办",
            "请问{name}在哪个平台申请",
        ),
    ),
    AskedFacet(
        "url",
        _address("online.url", "URL"),
        (
            "{name}的网上办理入口是什么？",
            "办{name}的网址发我一下",
            "{name}上网办嘅链接",
            "请问{name}的网上申请入口在哪",
        ),
    ),
    AskedFacet(
        "online",
        _flag(
            "online.available",
            "ONLINECHECK",
            ("支持", r"(?<!不)(?:可以|支持|能)网上办理"),
            ("不支持", "不(?:支持|可以|能)网上办理"),
        ),
        (
            "{name}可以网上办理吗？",
            "{name}能不能网上办",
            "{name}可唔可以上网办",
            "请问{name}支持在线办理吗",
        ),
    ),
    AskedFacet(
        "courier",
        _flag(
            "handling.courier",
            "courier_service",
            ("", r"快递[^。]*?(?<!不)支持"),
            ("", r"快递[^。]*?不支持"),
            verbatim=True,
        ),
        (
            "{name}有快递服务吗？",
            "{name}办好可以邮寄吗",
            "{name}可唔可以寄返嚟",
            "请问{name}能快递送达吗",
        ),
    ),
    AskedFacet(
        "appointment",
        _flag(
            "handling.appointment",
            "online_book",
            ("是", r"预约：是|(?:可以|支持)(?:网上)?预约"),
            ("否", r"预约：否|不(?:可以|支持|能)(?:网上)?预约"),
        ),
        (
            "{name}可以网上预约吗？",
            "办{name}能预约吗",
            "{name}可唔可以预约",
        ),
    ),
    AskedFacet(
        "appointment_url",
        _address("handling.appointment_url", "online_book_addr"),
        (
            "{name}的预约地址是什么？",
            "办{name}的预约网址",
            "{name}嘅预约入口",
        ),
    ),
    AskedFacet(
        "audience",
        _listed("handling.audiences", "service_object_name"),
        (
            "{name}的服务对象是谁？",
            "{name}面向哪些人",
            "{name}边个可以办",
            "请问{name}什么人能办",
        ),
    ),
    AskedFacet(
        "item_type",
        _verbatim("identity.item_type", "TASK_TYPE_TEXT", "事项类型"),
        (
            "{name}的事项类型是什么？",
            "{name}属于什么类型的事项",
            "{name}系咩事项类型",
        ),
    ),
    AskedFacet(
        "region",
        _verbatim("region", "AREA_CODE_TEXT", "行政区划"),
        (
            "{name}的行政区划是哪里？",
            "{name}属于哪个行政区划",
            "{name}系边个行政区划",
        ),
    ),
    AskedFacet(
        "themes",
        _listed("themes", "theme_category", without="其他"),
        (
            "{name}的主题分类是什么？",
            "{name}属于什么主题分类",
            "{name}系边个主题分类",
        ),
    ),
)
