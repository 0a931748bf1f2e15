"""Records survive their encoding; a bad value is named by record, field and remedy."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import codec
from knowledge.types import (
    Article,
    Body,
    Bundle,
    BundleItem,
    Duration,
    Hotline,
    Limits,
    Policy,
    Provenance,
    Record,
    ServiceItem,
    Source,
)

PROVENANCE = Provenance(
    source="test", as_of="2025", checked=date(2025, 1, 2), sources=(Source(name="官网"),)
)
RECORDS: list[Record] = [
    ServiceItem(
        code="i",
        name="事项",
        provenance=PROVENANCE,
        body=Body(department="局"),
        limits=Limits(legal=Duration(amount=5, unit="工作日")),
    ),
    Bundle(
        code="b",
        name="一件事",
        provenance=PROVENANCE,
        stage="出生",
        audience="个人",
        items=(BundleItem(code="i", name="事项", after=("j",)),),
    ),
    Policy(
        code="p",
        name="办法",
        provenance=PROVENANCE,
        articles=(Article(id="a1", number="第一条", text="文"),),
        effective=date(2024, 1, 1),
    ),
    Hotline(code="h", name="热线", number="12345", provenance=PROVENANCE),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.kind)
def test_round_trip(record: Record) -> None:
    line = codec.encode(record)
    assert b"\n" not in line
    assert codec.decode(line) == record
    assert codec.parse(record.kind, codec.dump(record), "here") == (record, [])


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives(text: str) -> None:
    record = Hotline(code=text, name=text, number=text, provenance=PROVENANCE, scope=text)
    assert codec.decode(codec.encode(record)) == record


@pytest.mark.parametrize("line", [b"", b"{}", b'{"kind":"ghost","record":{}}', b"\xff"])
def test_a_damaged_line_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError):
        codec.decode(line)


@pytest.mark.parametrize(
    ("value", "field", "remedy"),
    [
        ({"code": "h"}, "name", "补上这个必填字段"),
        ({"how": "fax"}, "how", "改为允许的取值之一"),
        ({"colour": "red"}, "colour", "没有这个字段：检查拼写，或删去"),
    ],
)
def test_problems_name_field_and_remedy(value: dict[str, str], field: str, remedy: str) -> None:
    full = {"code": "h", "name": "热线", "number": "1", "provenance": {"as_of": "2025"}}
    wanted = value if field == "name" else full | value
    record, problems = codec.parse("hotline", wanted, "热线.yaml#1")
    assert record is None
    found = {(problem.field, problem.remedy) for problem in problems}
    assert (field, remedy) in found
    assert all(problem.code == "h (热线.yaml#1)" for problem in problems)
