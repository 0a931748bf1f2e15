"""What a record says about a facet, value by value: the only source of printable facts.

Answers, cards, passages and the facts test all read a record through :func:`facts`, so a value can
only be shown with the path of the field that it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from knowledge.types import (
    Bundle,
    Duration,
    Facet,
    Fact,
    Fee,
    Hotline,
    LegalBasis,
    Material,
    Policy,
    Record,
    Result,
    ServiceItem,
    Step,
    Window,
)

_CHARGED = {True: "收费", False: "不收费"}
_YES = {True: "是", False: "否"}


class _Same:
    """A record as a key by identity: its value is large and costly to hash."""

    __slots__ = ("record",)

    def __init__(self, record: Record) -> None:
        self.record = record

    def __hash__(self) -> int:
        return id(self.record)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.record is self.record


def facts(record: Record, facet: Facet) -> tuple[Fact, ...]:
    """The values that the record states about the facet, in reading order; else empty."""
    return _read(_Same(record), facet)


@lru_cache(maxsize=65_536)
def _read(same: _Same, facet: Facet) -> tuple[Fact, ...]:
    record = same.record
    if isinstance(record, ServiceItem):
        return tuple(_ITEM[facet](record)) if facet in _ITEM else ()
    if isinstance(record, Bundle):
        return tuple(_BUNDLE[facet](record)) if facet in _BUNDLE else ()
    if isinstance(record, Hotline):
        return tuple(_hotline(record)) if facet in (Facet.CONTACT, Facet.OVERVIEW) else ()
    return tuple(_policy(record)) if facet in (Facet.LEGAL_BASIS, Facet.OVERVIEW) else ()


def fact(field: str, label: str, value: str | None, quote: str | None = None) -> Iterator[Fact]:
    """One fact if there is a value, none otherwise."""
    if value:
        yield Fact(field=field, label=label, text=value, quote=quote or value)


def duration_text(duration: Duration) -> str:
    """``Duration(30, '工作日')`` as people read it: 30个工作日."""
    counted = duration.unit in ("工作日", "自然日", "小时")
    return f"{duration.amount}{'个' if counted else ''}{duration.unit}"


_TABULAR = re.compile(r"\d+\s*[（(]\w+[）)]")


def _duration(field: str, label: str, duration: Duration | None) -> Iterator[Fact]:
    """The limit with its source wording behind it, unless that is only a table's spelling."""
    if duration is None:
        return
    text, wording = duration_text(duration), duration.text
    if not wording or wording == text or _TABULAR.fullmatch(wording):
        yield from fact(field, label, text, wording or text)
    elif len(wording) <= len(text) + 2:
        yield from fact(field, label, text, f"{text}（{wording}）")
    else:
        yield from fact(field, label, f"{text}（{wording.rstrip('。')}）", f"{text}（{wording}）")


def _overview(item: ServiceItem) -> Iterator[Fact]:
    yield from fact("summary", "简介", item.summary)
    yield from fact("body.department", "实施主体", item.body.department)


def _conditions(item: ServiceItem) -> Iterator[Fact]:
    yield from fact("conditions", "受理条件", item.conditions)
    yield from fact("quantity_limit", "数量限制", item.quantity_limit)
    for number, variant in enumerate(item.variants):
        at, who = f"variants[{number}]", variant.label
        for field, label, text in (
            ("conditions", "受理条件", variant.conditions),
            ("note", "说明", variant.note),
        ):
            yield from fact(f"{at}.{field}", f"{label}（{who}）", text, f"{who}：{text}")


def _materials(item: ServiceItem | Bundle) -> Iterator[Fact]:
    for number, material in enumerate(item.materials):
        yield from fact(
            f"materials[{number}].name",
            "申请材料" if material.need == "必要" else f"申请材料（{material.need}）",
            material.name,
        )
    for number, variant in enumerate(item.variants if isinstance(item, ServiceItem) else ()):
        at, who = f"variants[{number}]", variant.label
        for place, material in enumerate(variant.materials):
            field, text = f"{at}.materials[{place}].name", material.name
            yield from fact(field, f"申请材料（{who}）", text, f"{who}：{text}")
        for place, name in enumerate(variant.without):
            field = f"{at}.without[{place}]"
            yield from fact(field, f"不用交的材料（{who}）", name, f"{who}：{name}")


def material_note(material: Material) -> str | None:
    """What a citizen should know of one document, from its own fields; ``None`` if nothing."""
    count = [
        f"{kind}{number}份"
        for kind, number in (("原件", material.originals), ("复印件", material.copies))
        if number
    ]
    parts = (
        material.when,
        "、".join(count) or None,
        material.form,
        f"{material.issued_by}核发" if material.issued_by else None,
        f"免提交：{material.exempt}" if material.exempt else None,
        material.note,
    )
    return "；".join(part for part in parts if part) or None


def _process(item: ServiceItem | Bundle) -> Iterator[Fact]:
    yield from _steps(item.steps)
    if isinstance(item, ServiceItem):
        yield from fact("process", "办理流程", item.process)


def _steps(steps: Iterable[Step]) -> Iterator[Fact]:
    for number, step in enumerate(steps):
        limit = f"（{duration_text(step.limit)}）" if step.limit else ""
        detail = f"：{step.detail}" if step.detail else ""
        yield from fact(f"steps[{number}]", "办理步骤", f"{step.name}{detail}{limit}")


def _time_limit(item: ServiceItem) -> Iterator[Fact]:
    limits = item.limits
    yield from _duration("limits.promised", "承诺办结时限", limits.promised)
    yield from fact("limits.promised_note", "时限说明", limits.promised_note)
    yield from _duration("limits.legal", "法定办结时限", limits.legal)
    yield from fact("limits.legal_note", "时限说明", limits.legal_note)
    yield from fact("limits.special_procedure", "特别程序", limits.special_procedure)


def _fee(item: ServiceItem) -> Iterator[Fact]:
    money = item.money
    if money.charged is not None:
        yield from fact("money.charged", "是否收费", _CHARGED[money.charged])
    for number, fee in enumerate(money.fees):
        yield from fact(f"money.fees[{number}]", "收费项目", fee_text(fee))
    yield from fact("money.basis", "收费依据", money.basis)


def fee_text(fee: Fee) -> str:
    reduction = f"（减免：{fee.reduction}）" if fee.reduction else ""
    return f"{fee.name}：{fee.standard}{reduction}"


def _place(item: ServiceItem) -> Iterator[Fact]:
    for number, window in enumerate(item.windows):
        yield from fact(f"windows[{number}].address", window_label(window), window.address)
    yield from fact("contact.place", "办理地点", item.contact.place)
    for number, variant in enumerate(item.variants):
        who, place = variant.label, variant.place
        field = f"variants[{number}].place"
        yield from fact(field, f"办理地点（{who}）", place, f"{who}：{place}")
    yield from fact("handling.offline", "线下办理", item.handling.offline)
    yield from fact("handling.reach", "通办范围", item.handling.reach)


def window_label(window: Window) -> str:
    return window.name or "办理地点"


def _hours(item: ServiceItem) -> Iterator[Fact]:
    for number, window in enumerate(item.windows):
        yield from fact(f"windows[{number}].hours", f"{window_label(window)}办公时间", window.hours)
    yield from fact("contact.hours", "办理时间", item.contact.hours)


def _contact(item: ServiceItem | Bundle) -> Iterator[Fact]:
    yield from fact("contact.consult", "咨询电话", item.contact.consult)
    if isinstance(item, ServiceItem):
        for number, window in enumerate(item.windows):
            yield from fact(f"windows[{number}].phone", f"{window_label(window)}电话", window.phone)


def _complaint(item: ServiceItem | Bundle) -> Iterator[Fact]:
    yield from fact("contact.complain", "监督投诉电话", item.contact.complain)


def _online(item: ServiceItem | Bundle) -> Iterator[Fact]:
    online = item.online
    if online.available is not None:
        yield from fact("online.available", "网上办理", "支持" if online.available else "不支持")
    yield from fact("online.depth", "网上办理深度", online.depth)
    yield from fact("online.platform", "办理平台", online.platform)
    yield from fact("online.url", "网上办理入口", online.url)
    yield from fact("online.mobile_url", "手机办理入口", online.mobile_url)
    if item.handling.appointment is not None:
        yield from fact("handling.appointment", "网上预约", _YES[item.handling.appointment])
    yield from fact("handling.appointment_url", "预约入口", item.handling.appointment_url)
    yield from fact("handling.terminal", "自助终端", item.handling.terminal)


def _visits(item: ServiceItem | Bundle) -> Iterator[Fact]:
    if item.handling.visits is not None:
        value = str(item.handling.visits)
        yield from fact("handling.visits", "到办事现场次数", f"{value}次", value)
    yield from fact("handling.visits_reason", "须到现场的原因", item.handling.visits_reason)


def _delivery(item: ServiceItem | Bundle) -> Iterator[Fact]:
    courier = item.handling.courier
    if courier is not None:
        text = item.handling.courier_text
        yield from fact("handling.courier", "快递送达", "支持" if courier else "不支持", text)


def _proxy(item: ServiceItem | Bundle) -> Iterator[Fact]:
    yield from fact("handling.proxy", "代办", item.handling.proxy)


def _audience(item: ServiceItem | Bundle) -> Iterator[Fact]:
    yield from fact("handling.audiences", "服务对象", "、".join(item.handling.audiences))


def _department(item: ServiceItem) -> Iterator[Fact]:
    yield from fact("body.department", "实施主体", item.body.department)
    yield from fact("body.entrusted", "委托部门", item.body.entrusted)
    yield from fact("body.partners", "联办机构", item.body.partners)


def _region(item: ServiceItem | Bundle) -> Iterator[Fact]:
    if item.region is not None:
        yield from fact("region", "行政区划", item.region.text)
    if isinstance(item, ServiceItem):
        yield from fact("identity.level", "行使层级", item.identity.level)
    yield from fact("handling.reach", "通办范围", item.handling.reach)


def _legal_basis(item: ServiceItem | Bundle) -> Iterator[Fact]:
    for number, basis in enumerate(item.legal_basis):
        yield from fact(f"legal_basis[{number}]", "设定依据", basis_text(basis))


def basis_text(basis: LegalBasis) -> str:
    number = f"（{basis.number}）" if basis.number else ""
    return f"《{basis.title.strip('《》')}》{number}{basis.article or ''}"


def _result(item: ServiceItem) -> Iterator[Fact]:
    for number, result in enumerate(item.results):
        yield from fact(f"results[{number}]", "办理结果", result_text(result))


def result_text(result: Result) -> str:
    validity = f"（有效期：{result.validity}）" if result.validity else ""
    return f"{result.name}{validity}"


def _remedies(item: ServiceItem) -> Iterator[Fact]:
    yield from fact("remedies.reconsideration", "行政复议", item.remedies.reconsideration)
    yield from fact("remedies.litigation", "行政诉讼", item.remedies.litigation)
    yield from fact("remedies.rights", "依法享有的权利", item.remedies.rights)
    yield from fact("remedies.duties", "应履行的义务", item.remedies.duties)


def _identity(item: ServiceItem) -> Iterator[Fact]:
    identity = item.identity
    yield from fact("code", "事项编码", item.code)
    if identity.item_type is not None:
        yield from fact("identity.item_type", "事项类型", identity.item_type.text)
    if item.handling.case_kind is not None:
        yield from fact("handling.case_kind", "办件类型", item.handling.case_kind.text)
    yield from fact("themes", "主题分类", "、".join(item.themes))


def _faq(item: ServiceItem | Bundle) -> Iterator[Fact]:
    for number, faq in enumerate(item.faqs):
        yield from fact(f"faqs[{number}].answer", faq.question, faq.answer)


def _bundle_overview(bundle: Bundle) -> Iterator[Fact]:
    yield from fact("summary", "简介", bundle.summary)
    for number, part in enumerate(bundle.items):
        department = f"（{part.department}）" if part.department else ""
        yield from fact(f"items[{number}]", "包含事项", f"{part.name}{department}")


def _hotline(hotline: Hotline) -> Iterator[Fact]:
    how = "短信号码" if hotline.how == "text" else "电话号码"
    yield from fact("number", how, hotline.number)
    yield from fact("hours", "服务时间", hotline.hours)
    yield from fact("scope", "服务范围", hotline.scope)


def _policy(policy: Policy) -> Iterator[Fact]:
    yield from fact("number", "文号", policy.number)
    yield from fact("issuer", "制定机关", policy.issuer)
    for field, label, day in (
        ("issued", "公布日期", policy.issued),
        ("effective", "施行日期", policy.effective),
        ("expires", "有效期至", policy.expires),
    ):
        yield from fact(field, label, day.isoformat() if day else None)


_ITEM: dict[Facet, Callable[[ServiceItem], Iterator[Fact]]] = {
    Facet.OVERVIEW: _overview,
    Facet.CONDITIONS: _conditions,
    Facet.MATERIALS: _materials,
    Facet.PROCESS: _process,
    Facet.TIME_LIMIT: _time_limit,
    Facet.FEE: _fee,
    Facet.PLACE: _place,
    Facet.HOURS: _hours,
    Facet.CONTACT: _contact,
    Facet.COMPLAINT: _complaint,
    Facet.ONLINE: _online,
    Facet.VISITS: _visits,
    Facet.DELIVERY: _delivery,
    Facet.PROXY: _proxy,
    Facet.AUDIENCE: _audience,
    Facet.DEPARTMENT: _department,
    Facet.REGION: _region,
    Facet.LEGAL_BASIS: _legal_basis,
    Facet.RESULT: _result,
    Facet.REMEDIES: _remedies,
    Facet.IDENTITY: _identity,
    Facet.FAQ: _faq,
}

_BUNDLE: dict[Facet, Callable[[Bundle], Iterator[Fact]]] = {
    Facet.OVERVIEW: _bundle_overview,
    Facet.MATERIALS: _materials,
    Facet.PROCESS: _process,
    Facet.CONTACT: _contact,
    Facet.COMPLAINT: _complaint,
    Facet.ONLINE: _online,
    Facet.VISITS: _visits,
    Facet.DELIVERY: _delivery,
    Facet.PROXY: _proxy,
    Facet.AUDIENCE: _audience,
    Facet.REGION: _region,
    Facet.LEGAL_BASIS: _legal_basis,
    Facet.FAQ: _faq,
}
