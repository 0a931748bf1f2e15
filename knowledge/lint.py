"""Guide quality rules (domain §5.5): small named checks of one record; they report, never block.

A rule takes a record and yields findings; :func:`check` runs all rules for the record's kind.
``error`` is not used here: only an importer refuses a record.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Literal

from knowledge.types import Bundle, Contact, Finding, Hotline, Policy, Record, ServiceItem

NO_WINDOW = "无线下办理窗口"
VAGUE = ("符合条件", "按规定", "相关材料", "其他材料")

_CUT_OFF = tuple("；：，;:,")
_HOTLINE_12345 = re.compile(r"\D*(?:020)?\D*12345\D*")
_NUMBER = re.compile(
    r"(?<!\d)(?:1\d\d|(?:1[0-2]|9[56])\d{3}|9[56]\d{4}|1[3-9]\d{9}|[48]00-?\d{3,4}-?\d{3,4}"
    r"|(?:(?:86)?0?\d{2,3}-?)?\d{7,8})(?!\d)"
)
_GUANGZHOU_NUMBER = re.compile(r"(?<!\d)020-*(\d+)")
_AREA_CODE = re.compile(r"(?<!\d)(0\d{2,3})-+\d{5,8}(?!\d)")
_LOCAL_AREAS = frozenset({"020", "0660", "0662", "0663", "0668"}) | {
    f"0{number}" for number in range(750, 770)
}
_RESULT_KINDS = {"证": "证照", "照": "证照", "文": "批文", "批复": "批文"}

Rule = Callable[[ServiceItem], Iterator[Finding]]
Level = Literal["warning", "notice"]


def check(record: Record) -> tuple[Finding, ...]:
    """All findings of the rules for this kind of record."""
    match record:
        case ServiceItem():
            return tuple(chain.from_iterable(rule(record) for rule in ITEM_RULES))
        case Bundle():
            found = chain(bundle_order(record), dates_in_order(record), phones(record))
            return tuple(found)
        case Policy():
            return tuple(chain(policy_articles(record), dates_in_order(record)))
        case Hotline():
            return tuple(chain(hotline_number(record), dates_in_order(record)))


def is_cut_off(text: str) -> bool:
    """Whether a text stops at a mark that announces more (``；：，`` or their ASCII forms)."""
    return text.rstrip().endswith(_CUT_OFF)


def is_merged_hotline(phone: str) -> bool:
    """Whether a telephone text is the merged hotline 12345 and nothing else."""
    return _HOTLINE_12345.fullmatch(plain_phone(phone)) is not None


def plain_phone(text: str) -> str:
    """A telephone text with full-width digits, dashes, brackets and inner spaces made plain."""
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"[‐‑‒–—―−]", "-", plain)
    plain = re.sub(r"\((?:86)?0?(\d{2,3})\)\s*-*", r"0\1-", plain)
    plain = re.sub(r"(?<!\d)\+?86[ -]0?(\d{2,3})[ -]+", r"0\1-", plain)
    plain = re.sub(r"\s*-\s*", "-", plain)
    return re.sub(r"(?<=\d{4}) (?=\d{4}(?!\d))", "", plain)


def zero_visit_doubt(item: ServiceItem) -> str | None:
    """Why the number of visits must not be promised: the record contradicts it; else ``None``."""
    visits = item.handling.visits
    if visits == 0 and not _has_remote_way(item):
        return "到办事现场次数为 0，但没有网办入口，也不支持快递"
    if visits and item.handling.offline == NO_WINDOW:
        return f"到办事现场次数为 {visits}，但又写“{NO_WINDOW}”"
    return None


def _has_remote_way(item: ServiceItem) -> bool:
    online, handling = item.online, item.handling
    forms = "".join(handling.forms)
    return bool(
        online.available
        or online.url
        or online.mobile_url
        or handling.courier
        or any(way in forms for way in ("网上", "快递", "电话"))
    )


def visits_contradicted(item: ServiceItem) -> Iterator[Finding]:
    doubt = zero_visit_doubt(item)
    if doubt:
        yield _finding(
            "contradiction", item, "handling.visits", doubt, "核对到场次数、网办入口和办理地点"
        )


def limits_in_order(item: ServiceItem) -> Iterator[Finding]:
    legal, promised = item.limits.legal, item.limits.promised
    if legal and promised and legal.unit == promised.unit and promised.amount > legal.amount:
        value = f"承诺 {promised.amount}{promised.unit}，法定 {legal.amount}{legal.unit}"
        yield _finding(
            "contradiction",
            item,
            "limits.promised",
            value,
            "承诺时限不得长于法定时限：核对两个时限",
        )


def same_phone(record: ServiceItem | Bundle) -> Iterator[Finding]:
    """The complaint phone must differ from the consultation phone, the merged hotline excepted."""
    consult, complain = record.contact.consult, record.contact.complain
    if not consult or not complain or consult.strip() != complain.strip():
        return
    if is_merged_hotline(consult):
        remedy = "同为 12345 统一热线，可以；如有部门专线请补充"
        yield _finding(
            "same-phone-12345", record, "contact.complain", complain, remedy, level="notice"
        )
    else:
        remedy = "投诉电话与咨询电话相同：核对并填写监督投诉电话"
        yield _finding("same-phone", record, "contact.complain", complain, remedy)


def phones(record: ServiceItem | Bundle) -> Iterator[Finding]:
    """Telephone texts: a number that can be recognised, of the right length, with an area code."""
    for field in ("consult", "complain"):
        text = _phone(record.contact, field)
        if text:
            for rule, remedy, level in _phone_faults(plain_phone(text)):
                yield _finding(rule, record, f"contact.{field}", text, remedy, level=level)


def _phone(contact: Contact, field: str) -> str | None:
    value: str | None = getattr(contact, field)
    return value


def _phone_faults(plain: str) -> Iterator[tuple[str, str, Level]]:
    odd = [rest for rest in _GUANGZHOU_NUMBER.findall(plain) if not _is_guangzhou_length(rest)]
    if odd:
        yield "phone-length", "020 之后应为 8 位号码或 5 位热线：核对号码", "warning"
    elif not _NUMBER.search(plain):
        yield "phone-format", "未见可拨打的号码：填写带区号的电话", "warning"
    if re.fullmatch(r"[2-9]\d{6,7}", re.sub(r"\D", "", plain)):
        yield "phone-area", "缺区号：补上区号（广州 020）", "notice"
    if any(code not in _LOCAL_AREAS for code in _AREA_CODE.findall(plain)):
        yield "phone-area", "区号不在广东省内：核对区号", "notice"


def _is_guangzhou_length(number: str) -> bool:
    return len(number) == 8 or (len(number) == 5 and number[0] in "19")


def cut_off_conditions(item: ServiceItem) -> Iterator[Finding]:
    if item.conditions and is_cut_off(item.conditions):
        tail = item.conditions.strip()[-40:]
        remedy = "受理条件在此中断：到办事指南原文补全；未补全前按不完整标注"
        yield _finding("cut-off-conditions", item, "conditions", tail, remedy)


def insecure_links(item: ServiceItem) -> Iterator[Finding]:
    links = {
        "online.url": item.online.url,
        "online.mobile_url": item.online.mobile_url,
        "handling.appointment_url": item.handling.appointment_url,
    }
    for field, url in links.items():
        if url and url.startswith("http://"):
            remedy = "网址未加密（http）：核对是否已有 https 地址"
            yield _finding("url-insecure", item, field, url, remedy, level="notice")


def vague_words(item: ServiceItem) -> Iterator[Finding]:
    texts = {"conditions": item.conditions, "process": item.process}
    texts |= {f"materials.{n}.name": part.name for n, part in enumerate(item.materials)}
    texts |= {f"steps.{n}.detail": part.detail for n, part in enumerate(item.steps)}
    for field, text in texts.items():
        for word in VAGUE:
            if text and word in text:
                at = text.index(word)
                context = text[max(0, at - 12) : at + 24]
                yield _finding("vague-word", item, field, context, f"“{word}”不明确：写出具体内容")


def fee_needs_basis(item: ServiceItem) -> Iterator[Finding]:
    money = item.money
    if money.charged and not money.fees:
        yield _finding("fee-items", item, "money.fees", "收费", "写明收费项目和标准")
    named = money.basis or (money.fees and all(fee.basis for fee in money.fees))
    if money.charged and not named:
        yield _finding("fee-basis", item, "money.basis", "收费", "写明收费依据")


def free_needs_no_payment(item: ServiceItem) -> Iterator[Finding]:
    if item.money.charged is False and item.money.pay_online:
        remedy = "不收费的事项不应支持网上支付：核对"
        yield _finding("contradiction", item, "money.pay_online", "不收费，支持网上支付", remedy)
    charged = [fee for fee in item.money.fees if _is_charged(fee.standard)]
    if item.money.charged is False and charged:
        names = "、".join(fee.name for fee in charged)
        yield _finding("contradiction", item, "money.fees", names, "已写不收费，又列收费项目：核对")


def _is_charged(standard: str) -> bool:
    return bool(re.search(r"[1-9]", standard)) and not re.search(r"免|不收|不需", standard)


def visits_need_reason(item: ServiceItem) -> Iterator[Finding]:
    if item.handling.visits and not item.handling.visits_reason:
        value = str(item.handling.visits)
        remedy = "写明必须到现场的原因"
        yield _finding("visits-reason", item, "handling.visits", value, remedy, level="notice")


def full_online_needs_no_visit(item: ServiceItem) -> Iterator[Finding]:
    depth = item.online.depth or ""
    if item.handling.visits and ("Ⅳ" in depth or "全程网办" in depth):
        value = f"{depth}，到场 {item.handling.visits} 次"
        yield _finding("contradiction", item, "online.depth", value, "全程网办的到场次数应为 0")


def immediate_items(item: ServiceItem) -> Iterator[Finding]:
    """即办件 means done on the spot: a promised limit of more than one working day contradicts."""
    kind, promised = item.handling.case_kind, item.limits.promised
    if not kind or kind.text != "即办件" or not promised or promised.unit in ("小时", "分钟"):
        return
    if promised.amount > 1:
        value = f"即办件，承诺 {promised.amount}{promised.unit}"
        remedy = "核对办件类型和承诺时限"
        yield _finding("contradiction", item, "handling.case_kind", value, remedy)


def result_kinds(item: ServiceItem) -> Iterator[Finding]:
    """A result name ending in 证, 照, 文 or 批复 fixes the kind of the result."""
    for number, result in enumerate(item.results):
        kind = next((k for end, k in _RESULT_KINDS.items() if result.name.endswith(end)), None)
        if kind and result.kind and result.kind != kind and not result.name.endswith("凭证"):
            value = f"{result.name}（{result.kind}）"
            remedy = f"按名称应为“{kind}”：核对结果类型"
            yield _finding("result-kind", item, f"results.{number}.kind", value, remedy)


def result_samples(item: ServiceItem) -> Iterator[Finding]:
    for number, result in enumerate(item.results):
        if not result.sample_url:
            field = f"results.{number}.sample_url"
            remedy = "附上结果样本"
            yield _finding("result-sample", item, field, result.name, remedy, level="notice")


def licence_detail(item: ServiceItem) -> Iterator[Finding]:
    """An administrative licence (行政许可) should have a question answered and at least 5 steps."""
    kind = item.identity.item_type
    if kind is None or kind.text != "行政许可":
        return
    if not item.faqs:
        remedy = "行政许可至少应有 1 条常见问题"
        yield _finding("licence-faq", item, "faqs", "0 条", remedy, level="notice")
    if len(item.steps) < 5:
        value = f"{len(item.steps)} 个环节"
        yield _finding(
            "licence-steps", item, "steps", value, "行政许可至少应有 5 个办理环节", level="notice"
        )


def core_fields(item: ServiceItem) -> Iterator[Finding]:
    """The core fields of a guide that are empty, in one finding."""
    filled = {
        "受理条件": item.conditions,
        "申请材料": item.materials,
        "办理流程": item.process or item.steps,
        "办结时限": item.limits.promised or item.limits.legal or item.limits.promised_note,
        "是否收费": item.money.charged is not None,
        "办理地点": item.contact.place or item.windows or item.handling.offline,
        "办理时间": item.contact.hours or any(window.hours for window in item.windows),
        "咨询电话": item.contact.consult,
        "监督电话": item.contact.complain,
    }
    missing = "、".join(name for name, value in filled.items() if not value)
    if missing:
        yield _finding("core-fields", item, "", missing, "补齐办事指南的核心字段", level="notice")


def dates_in_order(record: Record) -> Iterator[Finding]:
    if record.effective and record.expires and record.effective > record.expires:
        value = f"{record.effective} 至 {record.expires}"
        yield _finding("contradiction", record, "expires", value, "失效日期早于生效日期：核对")


def bundle_order(bundle: Bundle) -> Iterator[Finding]:
    """``after`` must name items of the same bundle, and no item may wait for itself."""
    codes = {part.code for part in bundle.items}
    for number, part in enumerate(bundle.items):
        for code in part.after:
            if code not in codes or code == part.code:
                field = f"items.{number}.after"
                yield _finding(
                    "bundle-after", bundle, field, code, "先办事项须是同一“一件事”内的其他事项"
                )


def policy_articles(policy: Policy) -> Iterator[Finding]:
    if not policy.articles:
        yield _finding("policy-empty", policy, "articles", policy.name, "政策没有条文：核对原文")
    for number, article in enumerate(policy.articles):
        if not article.text.strip():
            field = f"articles.{number}.text"
            yield _finding("article-empty", policy, field, article.number, "条文为空：补上原文")


def hotline_number(hotline: Hotline) -> Iterator[Finding]:
    if not re.search(r"\d{3}", hotline.number):
        yield _finding("phone-format", hotline, "number", hotline.number, "填写可拨打的号码")


def _finding(
    rule: str, record: Record, field: str, value: str, remedy: str, level: Level = "warning"
) -> Finding:
    return Finding(
        rule=rule, code=record.code, field=field, value=value, remedy=remedy, level=level
    )


PORTAL_RULES: tuple[Rule, ...] = (
    visits_contradicted,
    limits_in_order,
    same_phone,
    phones,
    cut_off_conditions,
    insecure_links,
)
"""The rules that a portal crawl can be asked for: its template has no fees, steps or results."""

ITEM_RULES: tuple[Rule, ...] = (
    *PORTAL_RULES,
    vague_words,
    fee_needs_basis,
    free_needs_no_payment,
    visits_need_reason,
    full_online_needs_no_visit,
    immediate_items,
    result_kinds,
    result_samples,
    licence_detail,
    core_fields,
    dates_in_order,
)
"""Every rule for service items, in the order in which findings are shown."""
