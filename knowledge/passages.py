"""Passages: the smallest citable parts of a record, with ids that stay the same between releases.

An item has one passage a facet, a policy one an article, a bundle one a step besides its facets.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from knowledge.facts import facts
from knowledge.types import Bundle, Facet, Passage, Policy, Record, ServiceItem

FACET_NAMES: dict[Facet, str] = {
    Facet.OVERVIEW: "概况",
    Facet.CONDITIONS: "受理条件",
    Facet.MATERIALS: "申请材料",
    Facet.PROCESS: "办理流程",
    Facet.TIME_LIMIT: "办结时限",
    Facet.FEE: "收费",
    Facet.AMOUNT: "金额、分数或额度",
    Facet.PLACE: "办理地点",
    Facet.HOURS: "办理时间",
    Facet.CONTACT: "咨询电话",
    Facet.COMPLAINT: "监督投诉",
    Facet.ONLINE: "网上办理",
    Facet.VISITS: "到现场次数",
    Facet.DELIVERY: "快递送达",
    Facet.PROXY: "代办",
    Facet.AUDIENCE: "服务对象",
    Facet.DEPARTMENT: "实施主体",
    Facet.REGION: "行政区划",
    Facet.LEGAL_BASIS: "设定依据",
    Facet.RESULT: "办理结果",
    Facet.REMEDIES: "权利救济",
    Facet.FAQ: "常见问题",
    Facet.IDENTITY: "事项编码与类型",
}


def passages(record: Record) -> tuple[Passage, ...]:
    """Every citable part of the record; ids are ``<code>#<facet | article id | step number>``."""
    if isinstance(record, Policy):
        return tuple(_articles(record))
    return tuple(_facets(record)) + (tuple(_steps(record)) if isinstance(record, Bundle) else ())


def is_current(record: Record, today: date) -> bool:
    """Whether the record is in force on the day (Beijing time): effective ≤ day ≤ expires
    (``expires`` is the last day of validity).

    A policy that another one replaces is not current; an item that its source marks 暂停 or 取消 is
    not either.
    """
    if record.effective and today < record.effective:
        return False
    if record.expires and today > record.expires:
        return False
    if isinstance(record, Policy):
        return record.replaced_by is None
    if isinstance(record, ServiceItem):
        return record.identity.state not in ("暂停", "取消")
    return True


def _articles(policy: Policy) -> Iterator[Passage]:
    for number, article in enumerate(policy.articles):
        heading = f" {article.heading}" if article.heading else ""
        yield Passage(
            id=f"{policy.code}#{article.id}",
            record=policy.code,
            kind=policy.kind,
            facet=Facet.LEGAL_BASIS,
            title=f"{policy.name} {article.number}{heading}",
            text=article.text,
            field=f"articles[{number}]",
        )


def _facets(record: Record) -> Iterator[Passage]:
    for facet, name in FACET_NAMES.items():
        found = facts(record, facet)
        if found:
            yield Passage(
                id=f"{record.code}#{facet}",
                record=record.code,
                kind=record.kind,
                facet=facet,
                title=f"{record.name} {name}",
                text="\n".join(f"{one.label}：{one.text}" for one in found),
                field=str(facet),
            )


def _steps(bundle: Bundle) -> Iterator[Passage]:
    for number, step in enumerate(bundle.steps):
        yield Passage(
            id=f"{bundle.code}#step{number + 1}",
            record=bundle.code,
            kind=bundle.kind,
            facet=Facet.PROCESS,
            title=f"{bundle.name} {step.name}",
            text=step.detail or step.name,
            field=f"steps[{number}]",
        )
