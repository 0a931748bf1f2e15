"""The package: at most ten lines, from what is remembered, nothing that was not masked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.handoff.asking import table
from assistant.handoff.packing import LONGEST, MOST_LINES, package
from assistant.handoff.types import Desk, Package, Said
from assistant.rules import load, replies
from assistant.types import Danger, DialogueState, EnquiryState, GuideState
from assistant.work_orders.state import PAUSED
from assistant.work_orders.types import FormState, OrderKind
from knowledge.types import Bundle, Record
from tests.records import item, written

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
BUNDLE: Bundle = written(
    "bundle",
    """
code: b
name: 出生一件事
stage: 出生
audience: 个人
items: [{code: i1, name: 出生登记}]
questions:
  - {id: born, text: 哪天出生？, why: 一, kind: date}
  - id: follow
    text: 随谁落户？
    why: 二
    options: [{id: father, text: 随爸爸}, {id: mother, text: 随妈妈}]
  - {id: married, text: 结婚了吗？, why: 三, kind: yes_no}
""",
)
RECORDS: dict[str, Record] = {
    "b": BUNDLE,
    **{code: item(code=code, name=name) for code, name in (("i1", "出生登记"), ("i2", "居住证"))},
}


def said(who: str, text: str, *codes: str) -> Said:
    return Said(who=who, text=text, at=AT, codes=codes)  # type: ignore[arg-type]


def lines(state: DialogueState, **words: object) -> dict[str, str]:
    found: Package = package(state, record=RECORDS.get, **words)  # type: ignore[arg-type]
    return dict(found.lines)


def test_a_plain_conversation() -> None:
    state = DialogueState(
        record="i2",
        said=(
            said("citizen", "居住证怎么办"),
            said("assistant", "要身份证。", "i2"),
            said("citizen", "我房东不肯给证明怎么办"),
            said("assistant", replies()["not_found"]["none"], "TEL-12345"),
            said("citizen", "谢谢你"),
            said("assistant", replies()["small_talk"]["thanks"]),
            said("citizen", "我房东不肯给证明怎么办"),
            said("citizen", "转人工"),
        ),
    )
    found = package(state, record=RECORDS.get, profile=(("residence", "elsewhere"),))
    assert dict(found.lines) == {
        "想办的事": "居住证",
        "最后问的": "我房东不肯给证明怎么办",
        "说过的情况": "户籍：外省户籍",
        "查过的记录": "居住证",
        "没弄清的": "没有查到：我房东不肯给证明怎么办",
    }
    assert found.said == state.said
    assert found.codes == ("i2", "TEL-12345")
    assert (found.danger, found.phone) == (None, None)


def test_in_the_middle_of_a_guide() -> None:
    guide = GuideState(
        bundle="b",
        begun=date(2026, 11, 23),
        answers=(("born", date(2026, 11, 1)), ("follow", None)),
        asking="married",
    )
    assert lines(DialogueState(guide=guide)) == {
        "想办的事": "出生一件事",
        "说过的情况": "哪天出生：2026年11月1日",
        "一件事办到": "“出生一件事”，正在问：结婚了吗？",
        "查过的记录": "出生一件事",
        "没弄清的": "“随谁落户”回答不知道",
    }


FORM = FormState(
    kind=OrderKind.COMPLAINT,
    key="k",
    fields=(("text", "楼下烧烤店油烟太大，13912345678"), ("place", None), ("phone", "13812345678")),
    asking="wish",
)


def test_in_the_middle_of_a_form_its_account_is_what_they_want() -> None:
    spoken = (
        said("citizen", "居住证怎么办"),
        said("assistant", "要身份证。", "i2"),
        said("citizen", "我要投诉"),
        said("assistant", "请说说事情经过。"),
        said("citizen", "不想说"),
        said("assistant", "好的，跳过。"),
    )
    state = DialogueState(record="i2", form=FORM, receipts=(("SW-1", "5678"),), said=spoken)
    found = lines(state)
    assert found == {
        "想办的事": "投诉：楼下烧烤店油烟太大，139****5678",
        "说过的情况": "表里已填事情经过、电话",
        "正在登记": "投诉，缺：诉求",
        "查过的记录": "居住证",
        "没弄清的": "不愿说：地点",
        "已登记的": "SW-1",
    }
    assert "13812345678" not in str(found)
    empty = replace(FORM, fields=())
    assert lines(DialogueState(record="i2", form=empty))["想办的事"] == "投诉"
    waits = replace(FORM, asking=PAUSED)
    assert lines(DialogueState(record="i2", form=waits))["想办的事"] == "居住证"
    assert lines(DialogueState(form=waits))["想办的事"].startswith("投诉：")


def test_the_number_to_call_goes_to_the_desk_whole_and_stands_in_no_line() -> None:
    found = package(DialogueState(form=FORM), record=RECORDS.get)
    assert found.phone == "13812345678"
    other = package(DialogueState(form=FORM), record=RECORDS.get, phone="13700000000")
    assert other.phone == "13700000000"
    assert "13812345678" not in repr(found)


def test_a_danger_is_told_and_marked() -> None:
    state = DialogueState(danger=Danger(kind="medical", left=3), record="i2")
    found = package(state, record=RECORDS.get)
    assert found.danger == "medical"
    assert found.lines[1] == (
        "危险",
        "说过有危险：急病或受伤，穗问给了求助电话。请先问人是否安全",
    )
    calm = package(DialogueState(danger=Danger(kind="fire", left=3, calm=True)), record=RECORDS.get)
    assert calm.danger is None
    assert dict(calm.lines)["危险"] == "说过有危险：火灾或受困，后来说没事了"


@pytest.mark.parametrize("which", ["opening", "again", "english", "again_english"])
def test_a_danger_of_long_ago_is_read_from_what_was_said(which: str) -> None:
    kind = next(one for one in load().crisis if one.kind == "gas")
    told = said("assistant", f"请拨打 119。\n{getattr(kind, which)}\n也可以拨打 110。", "TEL-119")
    later = (said("citizen", "要多少钱"), said("assistant", "不收费。", "i2"))
    state = DialogueState(said=(said("citizen", "漏煤气"), told, *later))
    assert package(state, record=RECORDS.get).danger == "gas"
    calm = said("assistant", load().after.texts["calm"])
    over = package(replace(state, said=(*state.said, calm)), record=RECORDS.get)
    assert over.danger is None
    assert "后来说没事了" in dict(over.lines)["危险"]
    again = package(replace(state, said=(*state.said, calm, told)), record=RECORDS.get)
    assert again.danger == "gas"


def test_choices_that_were_offered_and_an_enquiry() -> None:
    state = DialogueState(offered=("i1", "i2", "gone"), enquiry=EnquiryState(asking="check"))
    assert lines(state) == {
        "想办的事": "没有说清要办什么",
        "正在查进度": "已给编号，还没核对",
        "没弄清的": "给了选项，还没选：出生登记、居住证",
    }


TEXTS = st.text(min_size=1, max_size=300)
SAID = st.builds(
    Said,
    who=st.sampled_from(["citizen", "assistant", "staff"]),
    text=TEXTS,
    at=st.just(AT),
    codes=st.lists(st.sampled_from(["i1", "i2", "b", "gone"]), max_size=3).map(tuple),
)


@given(
    st.lists(SAID, max_size=12).map(tuple),
    st.lists(st.sampled_from(["i1", "i2", "gone"]), max_size=9).map(tuple),
    st.none() | st.sampled_from(["i1", "gone"]),
)
def test_any_conversation_fits_on_one_screen(
    spoken: tuple[Said, ...], offered: tuple[str, ...], record: str | None
) -> None:
    found = package(DialogueState(said=spoken, offered=offered, record=record), record=RECORDS.get)
    assert 1 <= len(found.lines) <= MOST_LINES
    for _, text in found.lines:
        assert text
        assert "\n" not in text
        assert len(text) <= 5 * LONGEST


def test_every_desk_form_and_enquiry_has_its_words() -> None:
    words = table()
    assert set(words["desks"]) == set(get_args(Desk))
    assert set(words["kinds"]) == {one.value for one in OrderKind}
    asking = get_args(get_type_hints(EnquiryState)["asking"])
    assert len(asking) == 4
    assert all(f"enquiry_{one}" in words["package"] for one in asking)
    assert set(words["dangers"]) == {one.kind for one in load().crisis}
