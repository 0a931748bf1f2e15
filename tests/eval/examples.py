"""Hand-made records, examples and replies: the tests bend one thing at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from channels.types import Card, CardRow, Citation, Reply, Sentence, Status
from eval.types import Example, Prediction
from knowledge.types import (
    Body,
    Contact,
    Duration,
    Handling,
    Hotline,
    Limits,
    Material,
    Money,
    Online,
    Provenance,
    Record,
    ServiceItem,
)

CODE = "GZ-1"

ITEM = ServiceItem(
    code=CODE,
    name="居住证首次申领",
    provenance=Provenance(as_of="2021", live_guide="https://example.org/guide"),
    body=Body(department="广州市公安局"),
    conditions="在本市居住半年以上。",
    limits=Limits(promised=Duration(amount=7, unit="工作日", text="7(工作日)")),
    money=Money(charged=False),
    handling=Handling(visits=0, courier=True, courier_text="可以邮寄"),
    online=Online(available=False, url="https://example.org/apply"),
    contact=Contact(consult="020-12345"),
    materials=(Material(name="申请表", originals=1), Material(name="身份证")),
)
HOTLINE = Hotline(
    code="TEL-110", name="报警电话", number="110", provenance=Provenance(as_of="2026")
)
OTHER_HOTLINE = replace(HOTLINE, code="TEL-119", name="火警电话", number="119")
RECORDS: dict[str, Record] = {one.code: one for one in (ITEM, HOTLINE, OTHER_HOTLINE)}


def cite(field: str, quote: str, n: int = 1, record: Record = ITEM) -> Citation:
    return Citation(
        n=n, kind=record.kind, code=record.code, title=record.name, field=field, quote=quote
    )


def reply(text: str, *citations: Citation, status: str = "answered", **more: Any) -> Reply:
    sentence = Sentence(text=text, citations=tuple(one.n for one in citations))
    return Reply(
        session_id="s",
        turn_id="t",
        status=Status(status),
        text=text,
        sentences=(sentence,),
        citations=citations,
        **more,
    )


def choices(*codes: str) -> Card:
    rows = tuple(CardRow(label=code, code=code, ask=f"{code}的材料") for code in codes)
    return Card(kind="choices", title="请选择", rows=rows)


def example(**changed: Any) -> Example:
    plain = Example(
        id="e1",
        text="居住证要多久",
        register="everyday",
        kind="item",
        status=(Status.ANSWERED,),
        code=CODE,
        fields=("limits.promised",),
    )
    return replace(plain, **changed)


def prediction(one: Reply, **changed: Any) -> Prediction:
    return Prediction(example=example(**changed), reply=one, ms=1.0)


GOOD = reply("承诺办结时限是7个工作日。", cite("limits.promised", "7(工作日)"))
