"""Previews of imports: nothing that changed is silent, nothing that did not is reported."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from knowledge.diff import Changes, FieldChange, diff
from knowledge.types import (
    Article,
    Body,
    Contact,
    Hotline,
    Material,
    Policy,
    Provenance,
    ServiceItem,
)

ITEM = ServiceItem(
    code="i1",
    name="居住证办理",
    provenance=Provenance(as_of="2025"),
    body=Body(department="公安局"),
    contact=Contact(consult="12345"),
    materials=(Material(name="身份证"), Material(name="照片", form="电子")),
)
POLICY = Policy(
    code="p1",
    name="办法",
    provenance=Provenance(as_of="2024"),
    articles=(
        Article(id="a1", number="第一条", text="甲"),
        Article(id="a2", number="第二条", text="乙"),
    ),
)
HOTLINE = Hotline(code="h1", name="热线", number="12345", provenance=Provenance(as_of="2025"))


def change(code: str, field: str, old: object, new: object) -> FieldChange:
    return FieldChange(code=code, field=field, old=old, new=new)


def test_new_withdrawn_unchanged() -> None:
    assert diff([ITEM, POLICY], [POLICY, HOTLINE]) == Changes(
        new=(HOTLINE,), changed=(), withdrawn=(ITEM,), unchanged=1
    )


def test_changes_field_by_field() -> None:
    new = replace(
        ITEM,
        summary="新增说明",
        contact=Contact(consult="020-83119727"),
        materials=(
            ITEM.materials[0],
            replace(ITEM.materials[1], form="纸质"),
            Material(name="申请表"),
        ),
    )
    assert diff([ITEM], [new]).changed == (
        change("i1", "contact.consult", "12345", "020-83119727"),
        change("i1", "materials[照片].form", "电子", "纸质"),
        change("i1", "materials[申请表]", None, {"name": "申请表"}),
        change("i1", "summary", None, "新增说明"),
    )


def test_articles_are_named_by_their_id() -> None:
    new = replace(POLICY, articles=(POLICY.articles[0], replace(POLICY.articles[1], text="丙")))
    assert diff([POLICY], [new]).changed == (change("p1", "articles[a2].text", "乙", "丙"),)


def test_a_new_order_is_a_change() -> None:
    new = replace(ITEM, materials=ITEM.materials[::-1])
    names = ["身份证", "照片"]
    assert diff([ITEM], [new]).changed == (change("i1", "materials(order)", names, names[::-1]),)


def test_repeated_names_are_compared_as_a_whole() -> None:
    new = replace(ITEM, materials=(Material(name="照片"), Material(name="照片")))
    assert [found.field for found in diff([ITEM], [new]).changed] == ["materials"]


def test_a_change_of_kind_is_reported() -> None:
    fields = [found.field for found in diff([ITEM], [replace(HOTLINE, code="i1")]).changed]
    assert fields[0] == "kind"


RECORDS = st.builds(
    ServiceItem,
    code=st.sampled_from("abcd"),
    name=st.sampled_from(["甲", "乙"]),
    provenance=st.just(Provenance(as_of="2025")),
    body=st.just(Body(department="局")),
    themes=st.lists(st.sampled_from("xyz"), max_size=2).map(tuple),
    materials=st.lists(
        st.builds(Material, name=st.sampled_from("mn"), form=st.sampled_from([None, "纸质"])),
        max_size=3,
    ).map(tuple),
)


@given(
    st.lists(RECORDS, unique_by=lambda record: record.code),
    st.lists(RECORDS, unique_by=lambda record: record.code),
)
def test_every_difference_is_told(old: list[ServiceItem], new: list[ServiceItem]) -> None:
    changes = diff(old, new)
    before = {record.code: record for record in old}
    after = {record.code: record for record in new}
    both = before.keys() & after.keys()
    assert {r.code for r in changes.new} == after.keys() - before.keys()
    assert {r.code for r in changes.withdrawn} == before.keys() - after.keys()
    assert {c.code for c in changes.changed} == {c for c in both if before[c] != after[c]}
    assert changes.unchanged == sum(before[code] == after[code] for code in both)
    assert all(found.old != found.new for found in changes.changed)
