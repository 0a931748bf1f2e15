"""Steps of a filing by themselves: which messages it takes, and what it never does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import rules
from assistant.types import (
    DialogueState,
    EnquiryState,
    FileOrder,
    GuideState,
    Turn,
)
from assistant.understanding import understand
from assistant.work_orders import form, state
from assistant.work_orders.types import FormState, OrderKind
from channels.types import Message, Status
from tests.assistant.desks import AIDS
from tests.assistant.fakes import TODAY

WHOLE = (
    ("text", "楼下烧烤店每晚噪音"),
    ("place", "天河区石牌东路"),
    ("when", "每晚"),
    ("object", None),
    ("wish", None),
    ("name", "陈大文"),
    ("phone", "13812345678"),
)
DRAFT = FormState(kind=OrderKind.COMPLAINT, key="k", fields=WHOLE, district="天河区")


def turn(text: str, before: FormState | None = None, **changes: object) -> Turn:
    dialogue = replace(DialogueState(form=before), **changes)
    message = Message(text=text)
    return Turn(
        id="t",
        session_id="s",
        message=message,
        release="r1",
        state=dialogue,
        understanding=understand(message, dialogue, rules.load()),
    )


def asking(field: str) -> FormState:
    given = WHOLE[: [name for name, _ in WHOLE].index(field)]
    return replace(DRAFT, fields=given, asking=field)


class TestBegin:
    def test_a_matter_begins_by_itself(self) -> None:
        begun = form.begin(turn("楼下烧烤店每晚噪音到两点"), AIDS)
        assert begun is not None
        assert begun.draft is not None
        assert begun.draft.form is not None
        assert begun.draft.form.kind is OrderKind.COMPLAINT

    @pytest.mark.parametrize("text", ["居住证要什么材料", "你好", "", "我家着火了", "提交"])
    def test_other_messages_do_not(self, text: str) -> None:
        assert form.begin(turn(text), AIDS) is None

    def test_a_short_question_about_what_is_spoken_of_does_not(self) -> None:
        eager = replace(AIDS, kind_of=lambda text: (OrderKind.COMPLAINT, 1.0))
        assert form.begin(turn("学习班收费多少没说", record="GZ-1"), eager) is None
        assert form.begin(turn("学习班收费多少没说"), eager) is not None
        assert form.begin(turn("电动车免不免", record="GZ-1"), eager) is None
        assert form.begin(turn("电动车免不免"), eager) is not None
        assert form.begin(turn("我要投诉收费", record="GZ-1"), eager) is not None
        assert form.begin(turn("啊啊啊啊啊"), eager) is None

    def test_asking_about_complaining_is_no_complaint(self) -> None:
        assert form.begin(turn("投诉收费不"), AIDS) is None
        assert form.begin(turn("投诉物业收费"), AIDS) is not None
        assert form.begin(turn("我要投诉办证要的材料太多"), AIDS) is not None

    @pytest.mark.parametrize(
        "text",
        ["投诉物业乱收费", "举报楼下烧烤店油烟", "检举工地半夜施工", "投诉公司不发工资"],
    )
    def test_the_verb_first_begins_with_the_matter_told(self, text: str) -> None:
        begun = form.begin(turn(text), AIDS)
        assert begun is not None and begun.draft is not None and begun.draft.form is not None
        assert state.value(begun.draft.form, "text") == text
        assert state.asked(begun.draft.form) == "place"

    @pytest.mark.parametrize(
        "text",
        ["投诉的事谁来管", "投诉要多久有结果", "有人投诉我油烟怎么办", "怎么撤销投诉",
         "投诉我的人是谁", "投诉商家要带什么材料", "旅游投诉"],
    )  # fmt: skip
    def test_what_asks_about_it_or_is_a_name_begins_nothing(self, text: str) -> None:
        assert form.begin(turn(text), AIDS) is None

    def test_whom_and_then_the_record_spoken_of_asks_for_that(self) -> None:
        aids = replace(AIDS, called=lambda code: ("劳动保障监察投诉",))
        spoken = turn("想投诉他 劳动监察", record="GZ-1")
        assert form.begin(spoken, aids) is None
        assert form.begin(turn("想投诉他 劳动监察"), aids) is not None
        assert form.begin(turn("我要投诉劳动监察", record="GZ-1"), aids) is not None

    def test_whether_nobody_cares_is_a_complaint(self) -> None:
        eager = replace(AIDS, kind_of=lambda text: (OrderKind.COMPLAINT, 1.0))
        assert form.begin(turn("公交司机骂人有没有人管", record="GZ-1"), eager) is not None

    def test_an_open_question_is_not_robbed_of_its_answer(self) -> None:
        guide = GuideState(bundle="b", begun=TODAY, asking="q")
        matter = "楼下烧烤店每晚噪音到两点"
        assert form.begin(turn(matter, guide=guide), AIDS) is None
        enquiry = EnquiryState(asking="check", number="GZ1")
        assert form.begin(turn(matter, enquiry=enquiry), AIDS) is None
        known = EnquiryState(asking="number", number="GZ1", check="5678")
        assert form.begin(turn(matter, enquiry=known), AIDS) is not None
        assert form.begin(turn("我要投诉", guide=guide), AIDS) is not None

    def test_each_filing_has_its_own_key(self) -> None:
        keys = set()
        for _ in range(3):
            begun = form.begin(turn("我要投诉"), AIDS)
            assert begun is not None
            assert begun.draft is not None
            assert begun.draft.form is not None
            keys.add(begun.draft.form.key)
        assert len(keys) == 3


@pytest.mark.parametrize("field", ["text", "place", "wish", "phone"])
def test_a_form_is_left(field: str) -> None:
    for text in ("不投诉了", "算了", "不想投诉了，撤销", "撤销这个投诉"):
        taken = form.take(turn(text, asking(field)), AIDS)
        assert taken is not None and taken.draft is not None
        assert taken.draft.ended == "form"
    assert form.take(turn("回执号唔见咗", asking(field)), AIDS) is None


def test_the_matter_in_a_place_goes_to_the_account() -> None:
    taken = form.take(turn("天河区棠下村三巷5号楼下烧烤档半夜很吵", asking("place")), AIDS)
    assert taken is not None and taken.draft is not None and taken.draft.form is not None
    assert state.value(taken.draft.form, "place") == "天河区棠下村三巷5号楼下"
    assert "半夜很吵" in (state.value(taken.draft.form, "text") or "")
    begun = form.take(turn("天河区棠下村楼下烧烤档半夜很吵", asking("text")), AIDS)
    assert begun is not None and begun.draft is not None and begun.draft.form is not None
    assert state.value(begun.draft.form, "text") == "天河区棠下村楼下烧烤档半夜很吵"
    assert state.value(begun.draft.form, "place") == "天河区棠下村楼下"


def said(text: str, before: FormState) -> FormState:
    """The filing after a message that belongs to it."""
    taken = form.take(turn(text, before), AIDS)
    assert taken is not None and taken.draft is not None and taken.draft.form is not None
    return taken.draft.form


@pytest.mark.parametrize("field", ["place", "when", "object", "wish", "name"])
@pytest.mark.parametrize("text", ["我没签合同", "有点贵", "是他先动手的", "有人受伤"])
def test_what_does_not_answer_is_kept_and_said_aloud(field: str, text: str) -> None:
    """The field is asked once more, then left open; the account has it once."""
    taken = form.take(turn(text, asking(field)), AIDS)
    assert taken is not None and taken.draft is not None and taken.draft.form is not None
    assert f"记进了“经过”：“{text}”" in taken.draft.sentences[0].text
    after = taken.draft.form
    assert (state.asked(after), state.value(after, field)) == (field, None)
    again = said(text, after)
    assert (state.value(again, "text") or "").count(text) == 1
    assert (field, None) in again.fields
    assert state.asked(again) != field


def test_asked_once_more_there_is_something_to_choose() -> None:
    taken = form.take(turn("有点贵", asking("when")), AIDS)
    assert taken is not None and taken.draft is not None
    (card,) = taken.draft.cards
    assert [row.ask for row in card.rows][:2] == ["今天", "昨天"]


def test_another_name_of_the_place_is_added_and_a_district_replaces_nothing() -> None:
    unplaced = replace(DRAFT, fields=(WHOLE[0], ("place", "石牌桥那边")), district=None)
    district = replace(unplaced, asking="district")
    assert state.value(said("岗顶地铁站", district), "place") == "石牌桥那边，岗顶地铁站"
    when = said(
        "天河", replace(unplaced, fields=(*unplaced.fields, ("district", None)), asking="when")
    )
    assert (state.value(when, "place"), when.district) == ("石牌桥那边", "天河区")


def test_a_firm_without_a_name_is_still_asked_for() -> None:
    begun = form.begin(turn("我要投诉公司"), AIDS)
    assert begun is not None and begun.draft is not None and begun.draft.form is not None
    assert "object" not in dict(begun.draft.form.fields)


def test_a_place_in_no_district_needs_none() -> None:
    assert state.asked(said("网上", asking("place"))) == "when"


def test_no_name_is_asked_for_once_more() -> None:
    after = said("便宜点", asking("name"))
    assert state.value(after, "name") is None
    assert state.value(said("鲜于通", after), "name") == "鲜于通"


def test_the_phone_of_who_is_told_of_is_no_contact() -> None:
    after = said("有个公司的人用18888888888天天打电话骚扰我噪音很大", asking("text"))
    assert "phone" not in dict(after.fields)
    assert state.value(said("13900001111", after), "phone") == "13900001111"


def test_a_town_is_a_place_and_a_name_with_its_number_are_contact() -> None:
    assert state.value(said("白云区同和街道", asking("place")), "place") == "白云区同和街道"
    after = said("黄生 13822221111", asking("place"))
    assert (state.value(after, "name"), state.value(after, "phone")) == ("黄生", "13822221111")
    assert (state.asked(after), state.value(after, "place")) == ("place", None)


def test_a_statement_is_a_matter_whatever_it_names() -> None:
    assert "丢" in (state.value(said("快递把我的手机弄丢了不赔", asking("text")), "text") or "")


def test_several_matters_are_pointed_out() -> None:
    text = "小区停车乱收费，还有电梯坏了没人修，另外楼下有人养鸡"
    taken = form.take(turn(text, asking("text")), AIDS)
    assert taken is not None and taken.draft is not None
    assert any("不止一件事" in one.text for one in taken.draft.sentences)


@pytest.mark.parametrize("text", ["会不会告诉他们是我投诉的", "这个要多久有结果"])
def test_a_question_about_this_filing_is_answered_and_asked_on(text: str) -> None:
    taken = form.take(turn(text, asking("when")), AIDS)
    assert taken is not None and taken.draft is not None and taken.draft.form is not None
    assert len(taken.draft.sentences) > 1
    assert state.asked(taken.draft.form) == "when"


def test_giving_up_in_other_words_and_keeping_a_name_to_oneself() -> None:
    taken = form.take(turn("不想弄了太麻烦", asking("when")), AIDS)
    assert taken is not None and taken.draft is not None and taken.draft.ended == "form"
    kept = said("不方便说名字，怕孩子被针对", asking("object"))
    assert ("object", None) in kept.fields


def test_what_is_so_and_not_so_is_changed() -> None:
    after = said("不对，是石牌西路不是石牌东路", DRAFT)
    assert state.value(after, "place") == "天河区石牌西路"


def test_a_number_beside_the_draft_is_the_phone() -> None:
    without = replace(DRAFT, fields=(*WHOLE[:-1], ("phone", None)))
    assert state.value(said("13900001111", without), "phone") == "13900001111"


class TestConsent:
    @pytest.mark.parametrize("text", ["提交", "系", "係", "好嘅", "确认", "冇錯", "OK", "是的。"])
    def test_to_the_draft(self, text: str) -> None:
        taken = form.take(turn(text, DRAFT), AIDS)
        assert taken is not None
        assert isinstance(taken.errand, FileOrder)
        assert taken.errand.order.key == "k"
        assert taken.errand.order.contact.phone == "13812345678"

    @pytest.mark.parametrize("text", ["好", "系", "唔係", "不是", "不", "多谢", "好似唔啱"])
    def test_none_to_a_question_or_in_other_words(self, text: str) -> None:
        for before in (asking("when"), replace(DRAFT, asking=state.PAUSED)):
            taken = form.take(turn(text, before), AIDS)
            assert taken is None or taken.errand is None

    @given(st.text(max_size=30))
    def test_nothing_else_files(self, text: str) -> None:
        taken = form.take(turn(text, asking("wish")), AIDS)
        assert taken is None or taken.errand is None


@given(st.sampled_from([name for name, _ in WHOLE]), st.text(max_size=40))
def test_any_answer_leaves_a_sound_state(field: str, text: str) -> None:
    """A field is given at most once, the key stays, and what is asked is a field of the kind."""
    taken = form.take(turn(text, asking(field)), AIDS)
    if taken is None or taken.draft is None or taken.draft.form is None:
        return
    after = taken.draft.form
    names = [name for name, _ in after.fields]
    assert len(names) == len(set(names))
    assert after.asking in (None, state.PAUSED) or state.asked(after)
    assert taken.draft.status is Status.GUIDING


@pytest.mark.parametrize("field", [name for name, _ in WHOLE])
@pytest.mark.parametrize("text", ["我家着火了", "我不想活了", "有人拿刀砍人"])
def test_a_crisis_is_never_taken(field: str, text: str) -> None:
    assert form.take(turn(text, asking(field)), AIDS) is None
    assert form.take(turn(text, DRAFT), AIDS) is None


@pytest.mark.parametrize("field", ["place", "when", "object", "wish", "name", "phone"])
@pytest.mark.parametrize("text", ["12345几点下班？", "结婚登记要带什么", "转人工", "你好"])
def test_questions_are_left_to_others(field: str, text: str) -> None:
    assert form.take(turn(text, asking(field)), AIDS) is None


@pytest.mark.parametrize("text", ["跳过", "唔想講", "不知道", "唔使", "冇", "不方便"])
@pytest.mark.parametrize("field", ["place", "when", "object", "wish", "name", "phone"])
def test_skipped(field: str, text: str) -> None:
    taken = form.take(turn(text, asking(field)), AIDS)
    assert taken is not None
    assert taken.draft is not None
    assert taken.draft.form is not None
    assert (field, None) in taken.draft.form.fields


def test_a_draft_shows_nothing_that_is_personal() -> None:
    taken = form.take(turn("继续登记", replace(DRAFT, asking=state.PAUSED)), AIDS)
    assert taken is not None
    assert taken.draft is not None
    shown = repr((taken.draft.cards, taken.draft.sentences))
    assert "13812345678" not in shown
    assert "陈大文" not in shown
    assert "138****5678" in shown
