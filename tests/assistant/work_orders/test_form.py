"""Steps of a filing by themselves: which messages it takes, and what it never does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import guardrails, rules
from assistant.composing import filing as filing_say
from assistant.handoff.types import Said
from assistant.types import (
    DialogueState,
    Draft,
    EnquiryState,
    FileOrder,
    GuideState,
    Similar,
    Turn,
)
from assistant.understanding import understand
from assistant.work_orders import aids, form, receipts, state
from assistant.work_orders.types import FilingAids, FormState, OrderKind, Receipt
from channels.types import Message, Status
from tests.assistant.desks import AIDS, FILED
from tests.assistant.fakes import TODAY, knowledge
from tests.records import built_in

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


REAL = aids.aids(knowledge(built_in()), person=lambda phone, session: f"{phone}/{session}")


def replied(before: FormState, text: str, given_: FilingAids = REAL) -> Draft:
    taken = form.take(turn(text, before), given_)
    assert taken is not None and taken.draft is not None
    return taken.draft


def filing(draft: Draft) -> FormState:
    assert draft.form is not None
    return draft.form


def words_of(draft: Draft) -> str:
    return "".join(one.text for one in draft.sentences)


class TestElsewhere:
    """A matter that one has to apply for oneself is not taken for a work order unawares."""

    def test_where_it_belongs_is_said_before_anything_is_asked(self) -> None:
        told = _begun("我要投诉交警罚款，我不服，不该罚我两百")
        assert filing(told).asking == state.ELSEWHERE
        assert "行政复议" in words_of(told) and "六十日" in words_of(told)
        assert "不等于" in words_of(told)
        assert guardrails.check(told) is told
        (card,) = [one for one in told.cards if one.kind == "choices"]
        assert "GZ-SF-xingzheng-fuyi" in (card.rows[0].ask or "")

    def test_a_bare_yes_does_not_tell_which_is_meant(self) -> None:
        told = replied(filing(_begun("我要举报村干部收红包")), "好")
        assert filing(told).asking == state.ELSEWHERE
        assert len(told.sentences) == 1  # all the rest was said before

    @pytest.mark.parametrize("text", ["说的不是干部违纪", "照12345登记", "还是在这里登记"])
    def test_it_is_filed_here_as_a_matter_of_the_hotline_on_the_word_of_the_citizen(
        self, text: str
    ) -> None:
        told = replied(filing(_begun("我要举报村干部收红包")), text)
        assert "不等于" in words_of(told)
        at = filing(told)
        assert state.asked(at) == "place"
        for _ in range(9):
            if state.asked(at) is None:
                break
            at = filing(replied(at, "跳过"))
        made = state.order_of(at, "s", REAL)
        assert (made.route, made.department) == ("12345", None)
        shown = [one for one in filing_say.draft_card(at, REAL).rows if one.label == "去向"]
        assert "不等于走纪检监察举报" in (shown[0].note or "")
        draft = TestReceipts().receipt(at, REAL)
        assert "不等于走纪检监察举报" in words_of(draft)
        assert any("12388" in (row.text or "") for row in draft.cards[0].rows)

    def test_other_messages_are_answered_and_the_matter_waits(self) -> None:
        at = filing(_begun("我要投诉交警罚款，我不服"))
        other = turn("行政复议申请（GZ-SF-xingzheng-fuyi）", at)
        assert form.take(other, REAL) is None
        answer = Draft(status=Status.ANSWERED)
        reminded = form.remind(other, answer, REAL).draft
        assert reminded is not None
        assert "还没有交给任何部门" in words_of(reminded)
        assert filing(reminded).asking == state.ELSEWHERE

    def test_what_is_wished_for_tells_as_well(self) -> None:
        at = filing(_begun("我要投诉交警在路口给我开罚单"))
        assert at.asking != state.ELSEWHERE
        at = replace(at, fields=(*at.fields, ("place", None), ("when", None), ("object", "交警")))
        told = replied(replace(at, asking="wish"), "要求撤销处罚")
        assert filing(told).asking == state.ELSEWHERE

    def test_it_is_left(self) -> None:
        assert replied(filing(_begun("我要举报村干部收红包")), "取消").ended == "form"

    def test_where_nothing_is_handed_on_that_is_said_instead(self) -> None:
        kept = replace(REAL, handed=False)
        begun = form.begin(turn("我要举报村干部收红包"), kept)
        assert begun is not None and begun.draft is not None
        assert "只存在穗问里" in words_of(begun.draft)


def _begun(text: str) -> Draft:
    begun = form.begin(turn(text), REAL)
    assert begun is not None and begun.draft is not None
    return begun.draft


LABOUR = FormState(
    kind=OrderKind.COMPLAINT,
    key="k",
    topic="LD101",
    route="laodong",
    district="番禺区",
    fields=(
        ("text", "拖欠工资三个月"),
        ("place", "番禺区大石街"),
        ("when", None),
        ("object", "公司"),
        ("wish", "补发工资"),
        ("name", None),
        ("phone", None),
    ),
)


class TestReceipts:
    def receipt(self, at: FormState, given_: FilingAids) -> Draft:
        receipt = Receipt(number="GZ1", check="482913", drawn=True, filed=FILED, route=at.route)
        errand = FileOrder(order=state.order_of(at, "s", given_))
        asked = replace(turn("提交", at), errand=errand, outcome=receipt)
        told = receipts.tell(asked, knowledge(built_in()), given_)
        assert told is not None and told.draft is not None
        return told.draft

    def test_whom_a_complaint_is_about_is_asked_where_the_route_needs_it(self) -> None:
        asked = replied(replace(LABOUR, asking=state.PAUSED), "继续登记")
        assert state.asked(filing(asked)) == "object"
        assert "明确的被投诉单位" in words_of(asked)
        around = replied(filing(asked), "跳过")
        assert filing(around).route == "12345"
        named = replied(filing(asked), "鸿发制衣厂")
        assert (filing(named).route, filing(named).asking) == ("laodong", None)

    def test_the_department_is_that_of_the_district(self) -> None:
        made = state.order_of(LABOUR, "s", REAL)
        assert made.department == "番禺区人力资源和社会保障局"
        unknown = replace(LABOUR, topic="ZW205", route="12345")
        assert state.order_of(unknown, "s", REAL).department is None

    def test_what_is_handed_on_says_by_whom(self) -> None:
        draft = self.receipt(LABOUR, REAL)
        assert draft.reason == "filed"
        assert "热线转给" in words_of(draft)
        (card,) = draft.cards
        labels = [one.label for one in card.rows]
        assert labels.count("说明") == 1
        assert "按劳动保障监察转办" in next(
            one.text or "" for one in card.rows if one.label == "去向"
        )

    def test_what_reaches_nobody_says_so_and_promises_nothing(self) -> None:
        kept = replace(REAL, handed=False)
        shown = filing_say.draft_card(LABOUR, kept)
        assert "不会交给任何部门" in (shown.note or "")
        draft = self.receipt(LABOUR, kept)
        told = words_of(draft)
        assert (draft.status, draft.reason) == (Status.FILED, "kept")
        assert "没有交给任何部门" in told
        assert "已经提交" not in told and "工作日" not in told and "回电" not in told
        assert "劳动保障监察机构提出" in told and "打12345" in told
        assert "接下来" not in [one.label for one in draft.cards[0].rows]
        assert guardrails.check(draft) is draft

    def test_praise_has_no_limit_to_explain(self) -> None:
        praise = replace(LABOUR, kind=OrderKind.PRAISE, route="12345", topic=None)
        told = words_of(self.receipt(praise, REAL))
        assert "说明" not in told and "时限" not in told


class TestKept:
    """Where nobody works what is filed, nothing said of it promises that, in either language."""

    KEPT = replace(REAL, handed=False)

    def test_an_order_to_be_called_back(self) -> None:
        begun = form.begin(turn("上班后给我回电"), self.KEPT)
        assert begun is not None and begun.draft is not None
        assert "不会有人回电" in words_of(begun.draft) and "12345" in words_of(begun.draft)
        assert "一并交给工作人员" not in words_of(begun.draft)
        assert guardrails.check(begun.draft) is begun.draft

    def test_how_long_it_takes_and_who_learns_of_it(self) -> None:
        at = replace(LABOUR, asking="when")
        long = words_of(replied(at, "这个要多久有结果", self.KEPT))
        assert "没有期限" in long and "工作日" not in long and "劳动保障监察机构提出" in long
        assert "说明" in words_of(replied(at, "这个要多久有结果"))
        learns = words_of(replied(at, "会不会告诉他们是我投诉的", self.KEPT))
        assert "不会交给任何部门" in learns and "会注明" not in learns

    def test_in_english(self) -> None:
        at = state.put(LABOUR, state.ENGLISH, "yes")
        shown = filing_say.draft_card(at, self.KEPT, english=True)
        assert "nobody will deal with it" in (shown.note or "")
        assert "turn to the hotline 12345 yourself" in (shown.note or "")
        draft = TestReceipts().receipt(at, self.KEPT)
        told = words_of(draft)
        assert "has not been passed to any department" in told and "Submitted" not in told
        assert "What happens next" not in told and "How to have it dealt with" in told
        labels = [one.label for one in draft.cards[0].rows]
        assert "To have it dealt with" in labels and "Next" not in labels
        assert guardrails.check(draft) is draft
        handed = TestReceipts().receipt(at, REAL)
        assert "Submitted" in words_of(handed)
        assert {"Next", "Note"} <= {one.label for one in handed.cards[0].rows}

    def test_a_similar_one_is_added_to_what_is_kept(self) -> None:
        at = replace(LABOUR, asking=None)
        errand = FileOrder(order=state.order_of(at, "s", self.KEPT))
        alike = replace(turn("提交", at), errand=errand, outcome=Similar(numbers=("GZ1",)))
        told = receipts.tell(alike, knowledge(built_in()), self.KEPT)
        assert told is not None and told.draft is not None
        assert "部门" not in str(told.draft.cards)


def test_what_belongs_elsewhere_in_english() -> None:
    """The record speaks Chinese; what it means, and what can be pressed, is English."""
    at = state.put(filing(_begun("我要举报村干部收红包")), state.ENGLISH, "yes")
    again = replied(at, "yes")
    assert "have to apply for yourself" in words_of(again)
    (card,) = [one for one in again.cards if one.kind == "choices"]
    (here,) = [one.ask for one in card.rows if one.ask and one.ask.startswith("File")]
    there = replied(filing(again), here)
    assert "does not count as" in words_of(there)
    assert state.asked(filing(there)) == "place"
    assert guardrails.check(there) is there


def test_to_be_called_back_is_a_matter_of_the_hotline() -> None:
    """Whatever was said before: it is carried along, and is no complaint."""
    said_before = tuple(
        Said(who="citizen", text=one, at=FILED) for one in ("老板拖欠工资三个月", "不服交警罚款")
    )
    asked = turn("上班后给我回电")
    asked = replace(asked, state=replace(asked.state, said=said_before))
    begun = form.begin(asked, REAL)
    assert begun is not None and begun.draft is not None
    at = filing(begun.draft)
    assert (state.asked(at), at.route) == ("when", "12345")
    shown = replied(filing(replied(at, "明天上午")), "13812345678")
    (card,) = [one for one in shown.cards if one.kind == "draft"]
    assert next(one.text for one in card.rows if one.label == "去向") == "12345热线"


class TestToldOnTheWay:
    """What is told while something else is asked is neither lost nor taken for a command."""

    def _asked(self, *said: str) -> FormState:
        at = filing(_begun("我要投诉"))
        for one in said:
            at = filing(replied(at, one))
        return at

    def test_what_no_field_is_for_is_kept_in_the_account(self) -> None:
        at = self._asked("公交车司机甩客", "昨天早上八点在天河区体育西路站，车牌粤A12345F，231路")
        assert "粤A12345F，231路" in state.given(at)["text"]
        assert state.given(at)["place"].startswith("天河区体育西路")
        assert state.given(at)["when"] == "昨天早上八点"

    def test_a_wish_of_one_word_is_no_command(self) -> None:
        at = self._asked("楼下烧烤店油烟很大", "天河区石牌东路5号", "每天晚上", "跳过")
        assert state.asked(at) == "wish"
        assert state.given(filing(replied(at, "停")))["wish"] == "停"
        assert replied(filing(_begun("我要投诉")), "停").ended == "form"

    def test_whoever_files_is_not_what_it_is_about(self) -> None:
        at = self._asked("楼下烧烤店油烟很大", "天河区石牌东路5号", "每天晚上")
        assert state.asked(at) == "object"
        told = state.given(filing(replied(at, "王小二 020-83123456")))
        assert (told.get("object"), told["name"], told["phone"]) == (None, "王小二", "02083123456")
