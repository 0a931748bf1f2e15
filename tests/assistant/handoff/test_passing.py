"""The citizen's side of a handoff: what is asked, what is passed on, what is answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assistant import bootstrap
from assistant.handoff import passing
from assistant.handoff.types import HandoffStatus, Place, Said
from assistant.types import (
    Away,
    CallPerson,
    DialogueState,
    Draft,
    EnquiryState,
    Knowledge,
    LeaveQueue,
    Left,
    Outcome,
    Turn,
    Understanding,
)
from assistant.work_orders.state import PAUSED
from assistant.work_orders.types import FormState, OrderKind
from channels.types import Citation, Message, Reply, Sentence, Status
from tests.assistant.fakes import knowledge, read
from tests.records import item

PERMIT = item("GZ-1", "居住证首次申领")
KNOWN = knowledge([PERMIT], hotlines=bootstrap.built_in_hotlines())
WAITING = Place(id="p", desk="window", status="waiting", ahead=2)
FORM = FormState(
    kind=OrderKind.COMPLAINT, key="k", fields=(("text", "楼下烧烤店油烟大"),), asking="place"
)
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def turn(text: str, state: DialogueState | None = None) -> Turn:
    state = state or DialogueState()
    return Turn(
        id="t",
        session_id="s",
        message=Message(text=text),
        release="r1",
        state=state,
        understanding=read(text, state),
    )


def place(status: HandoffStatus, **more: int) -> Place:
    return Place(id="p", desk="window", status=status, **more)


def told(text: str, outcome: Outcome, state: DialogueState | None = None) -> Draft:
    asked = turn(text, state)
    asked = passing.take(asked, KNOWN) or asked
    found = passing.tell(replace(asked, outcome=outcome), KNOWN)
    assert found is not None
    assert found.draft is not None
    return found.draft


def said(draft: Draft) -> str:
    return "".join(one.text for one in draft.sentences)


def yes(_: Understanding) -> bool:
    return True


def no(_: Understanding) -> bool:
    return False


# Asking


@pytest.mark.parametrize(
    ("text", "desk"), [("转人工", "hotline"), ("我要同真人讲", "hotline"), ("云坐席", "window")]
)
def test_a_person_is_called_with_what_was_said(text: str, desk: str) -> None:
    earlier = Said(who="citizen", text="居住证怎么办", at=AT)
    state = DialogueState(record="GZ-1", said=(earlier,), profile=(("district", "天河区"),))
    taken = passing.take(turn(text, state), KNOWN)
    assert taken is not None
    assert isinstance(taken.errand, CallPerson)
    assert taken.errand.desk == desk
    lines = dict(taken.errand.package.lines)
    assert lines["想办的事"] == PERMIT.name
    assert "天河区" in lines["说过的情况"]
    assert taken.errand.package.said == (earlier,)


def test_the_package_tells_of_a_form_that_waits() -> None:
    for asking in ("place", PAUSED):
        state = DialogueState(form=replace(FORM, asking=asking))
        taken = passing.take(turn("转人工", state), KNOWN)
        assert taken is not None
        assert isinstance(taken.errand, CallPerson)
        assert dict(taken.errand.package.lines)["正在登记"] == "投诉，缺：地点"


@pytest.mark.parametrize("text", ["居住证首次申领要什么材料", "人工智能产业补贴", "不等了", ""])
def test_anything_else_is_not_about_a_person(text: str) -> None:
    assert passing.take(turn(text), KNOWN) is None


def test_while_a_person_speaks_all_is_passed_on() -> None:
    state = DialogueState(handoff=place("taken"))
    for text in ("居住证要什么材料", "转人工", "好的", "不等了"):
        taken = passing.take(turn(text, state), KNOWN)
        assert taken is not None
        assert taken.draft is not None
        assert (taken.draft.status, taken.draft.reason) == (Status.HANDED_OFF, "delivered")
        assert taken.errand is None


# Waiting


@pytest.mark.parametrize("text", ["唔等喇，多谢", "不等了", "算了不等了", "取消排队", "唔使转喇"])
def test_who_waits_may_leave(text: str) -> None:
    taken = passing.take(turn(text, DialogueState(handoff=WAITING)), KNOWN)
    assert taken is not None
    assert isinstance(taken.errand, LeaveQueue)


@pytest.mark.parametrize("text", ["不想等那么久，居住证要多久", "等不了", "多谢", "好的"])
def test_what_only_sounds_so_is_no_leaving(text: str) -> None:
    assert passing.take(turn(text, DialogueState(handoff=WAITING)), KNOWN) is None


@pytest.mark.parametrize(
    "text", ["我的养老金这个月没到账", "要等多久", "前面还有几个人", "我的情况比较特别", "", "？"]
)
def test_what_is_no_question_is_for_the_person(text: str) -> None:
    state = DialogueState(handoff=WAITING, record="GZ-1")
    stayed = passing.stay(turn(text, state), KNOWN, yes)
    assert stayed is not None
    assert isinstance(stayed.errand, CallPerson)
    assert stayed.errand.desk == "window"


@pytest.mark.parametrize("text", ["居住证首次申领要什么材料", "那要多少钱", "谢谢"])
def test_a_question_of_its_own_is_answered(text: str) -> None:
    state = DialogueState(handoff=WAITING, record="GZ-1")
    assert passing.stay(turn(text, state), KNOWN, yes) is None


def test_a_question_that_nothing_answers_is_for_the_person() -> None:
    state = DialogueState(handoff=WAITING)
    assert passing.stay(turn("能不能看到我刚才写的材料", state), KNOWN, no) is not None
    assert passing.stay(turn("那要多少钱", state), KNOWN, no) is not None  # of nothing known


def test_nobody_stays_who_does_not_wait() -> None:
    assert passing.stay(turn("我的养老金没到账"), KNOWN, yes) is None


def test_an_answer_says_that_they_wait_still() -> None:
    answer = Draft(status=Status.ANSWERED, sentences=(Sentence(text="不收费。"),))
    asked = replace(turn("要钱吗", DialogueState(handoff=WAITING)), draft=answer)
    (first, line) = (passing.still(asked).draft or answer).sentences
    assert first.text == "不收费。"
    assert "还在为您转接" in line.text
    alone = passing.still(replace(asked, state=DialogueState(handoff=NOBODY))).draft or answer
    assert "没有工作人员在线" in alone.sentences[-1].text
    for other in (
        replace(asked, state=DialogueState()),
        replace(asked, state=DialogueState(handoff=place("taken"))),
        replace(asked, outcome=Left()),
        replace(asked, draft=replace(answer, status=Status.CRISIS)),
        replace(asked, draft=replace(answer, status=Status.GUIDING)),
    ):
        assert passing.still(other) is other


# Telling


@pytest.mark.parametrize(
    ("there", "words", "numbers"),
    [
        (place("waiting"), "下一位就是您", ()),
        (place("waiting", ahead=3), "前面还有3位", ("3",)),
        (place("waiting", ahead=3, minutes=12), "大约要等12分钟", ("3", "12")),
        (place("taken"), "已经接入", ()),
    ],
)
def test_where_the_queue_stands(there: Place, words: str, numbers: tuple[str, ...]) -> None:
    draft = told("转人工", there)
    assert (draft.status, draft.quiet) == (Status.HANDED_OFF, False)
    assert words in said(draft)
    assert set(numbers) <= set(draft.sentences[0].reckoned)


NOBODY = replace(WAITING, staffed=False)


@pytest.mark.parametrize("text", ["转人工", "要等多久", "我的养老金没到账"])
def test_with_nobody_at_the_desk_nobody_is_promised(text: str) -> None:
    draft = told(text, NOBODY, DialogueState(handoff=NOBODY))
    assert draft.status is Status.HANDED_OFF
    assert "没有工作人员在线" in said(draft)
    assert "12345" in said(draft)
    assert "正在为您转接" not in said(draft)
    assert "接入后能看到" in said(draft) or text != "我的养老金没到账"
    assert "下一位" not in said(draft)
    back, leave = draft.suggestions
    assert "回电" in back
    gone = passing.take(turn(leave, DialogueState(handoff=NOBODY)), KNOWN)
    assert gone is not None and isinstance(gone.errand, LeaveQueue)


def test_asked_again_it_is_said_again_and_what_is_told_is_passed_on() -> None:
    state = DialogueState(handoff=WAITING)
    assert told("有人吗", WAITING, state).reason == "waiting"
    assert told("要等多久", WAITING, state).reason == "waiting"
    assert told("我的养老金没到账", WAITING, state).reason == "noted"


def test_how_long_it_takes_is_said_or_that_it_is_not_known() -> None:
    state = DialogueState(handoff=WAITING)
    assert "估不出来" in said(told("要等几耐", WAITING, state))
    known = told("要等几耐", place("waiting", ahead=2, minutes=9), state)
    assert "大约要等9分钟" in said(known)
    assert "估不出来" not in said(known)
    assert "估不出来" not in said(told("转人工", WAITING, state))


def test_who_waits_may_call_instead() -> None:
    taken = passing.take(turn("电话多少", DialogueState(handoff=WAITING)), KNOWN)
    assert taken is not None and taken.draft is not None and taken.errand is None
    assert "12345" in said(taken.draft)
    assert {one.code for one in taken.draft.citations} == {"TEL-12345"}
    left = taken.draft.suggestions[0]
    gone = passing.take(turn(left, DialogueState(handoff=WAITING)), KNOWN)
    assert gone is not None and isinstance(gone.errand, LeaveQueue)
    spoken = DialogueState(handoff=WAITING, record="GZ-1")
    assert passing.take(turn("电话多少", spoken), KNOWN) is None  # that of the record
    assert passing.take(turn("电话多少"), KNOWN) is None
    assert passing.take(turn("电话多少", DialogueState(handoff=WAITING)), knowledge([])) is None


def test_nobody_there_offers_to_call_back() -> None:
    draft = told("转人工", place("call_back"))
    assert (draft.status, draft.reason) == (Status.HANDED_OFF, "call_back")
    assert "12345" in said(draft)
    assert any("回电" in one for one in draft.suggestions)


@pytest.mark.parametrize("status", ["call_back", "waiting"])
@pytest.mark.parametrize("form", [None, FORM])
def test_where_nobody_works_orders_no_call_back_is_promised(
    status: HandoffStatus, form: FormState | None
) -> None:
    asked = turn("转人工", DialogueState(form=form))
    taken = passing.take(asked, KNOWN)
    assert taken is not None
    there = replace(taken, outcome=Place(id="p", desk="window", status=status, staffed=False))
    found = passing.tell(there, KNOWN, handed=False)
    assert found is not None and found.draft is not None
    assert "没有回电服务" in said(found.draft) and "联系您" not in said(found.draft)
    assert "12345" in said(found.draft)
    assert not any("回电" in one for one in found.draft.suggestions)


def test_the_desk_away_gives_the_number() -> None:
    assert "12345" in said(told("转人工", Away()))


def test_whoever_left_is_told_so() -> None:
    draft = told("不等了", Left(), DialogueState(handoff=WAITING))
    assert (draft.status, draft.reason) == (Status.ANSWERED, "left")


@pytest.mark.parametrize("asking", ["place", "place_again", None, "similar"])
def test_a_form_waits(asking: str | None) -> None:
    form = replace(FORM, asking=asking)
    assert told("转人工", WAITING, DialogueState(form=form)).form == replace(form, asking=PAUSED)


def test_a_progress_query_asks_no_more_and_keeps_the_order_in_hand() -> None:
    known = EnquiryState(asking="text", number="GZ1", check="5678")
    draft = told("转人工", WAITING, DialogueState(enquiry=known))
    assert draft.enquiry == EnquiryState(asking="number", number="GZ1", check="5678")
    unknown = EnquiryState(asking="check", number="GZ1")
    assert told("转人工", WAITING, DialogueState(enquiry=unknown)).ended == "enquiry"


def test_what_came_of_another_errand_is_not_told_here() -> None:
    assert passing.tell(replace(turn("查进度"), outcome=Away()), KNOWN) is None
    assert passing.tell(turn("查进度"), KNOWN) is None


def test_with_no_release_at_all() -> None:
    bare = Knowledge(None, None, bootstrap.built_in_hotlines())
    assert passing.take(turn("转人工", DialogueState(record="GZ-1")), bare) is not None


# What the desk hears


def test_what_was_typed_is_masked_and_the_number_goes_beside_it() -> None:
    heard = passing.heard("打我电话138 1234 5678，身份证440106199001011234", AT)
    assert "13812345678" not in heard.text.replace(" ", "")
    assert (heard.who, heard.phone) == ("citizen", "13812345678")
    assert "13812345678" not in repr(heard)
    assert passing.heard("我等了很久", AT).phone is None


@pytest.mark.parametrize("status", ["waiting", "taken"])
def test_the_desk_hears_of_an_emergency_that_the_assistant_answered(status: HandoffStatus) -> None:
    cited = Citation(n=1, kind="hotline", code="TEL-120", title="急救", field="number", quote="120")
    reply = Reply(
        session_id="s",
        turn_id="t",
        status=Status.CRISIS,
        reason="medical",
        text="请马上拨打 120。",
        citations=(cited,),
    )
    answered = replace(turn("心口痛", DialogueState(handoff=place(status))), reply=reply)
    assert passing.overheard(answered, AT) == Said(
        who="assistant", text="请马上拨打 120。", at=AT, codes=("TEL-120",), danger="medical"
    )
    plain = replace(answered, reply=replace(reply, status=Status.ANSWERED, reason=None))
    found = passing.overheard(plain, AT)
    assert found is not None and found.danger is None
    for other in (
        replace(answered, reply=replace(reply, status=Status.HANDED_OFF, reason="delivered")),
        replace(answered, reply=None),
        replace(answered, state=DialogueState()),
    ):
        assert passing.overheard(other, AT) is None


def test_the_package_has_the_number_of_the_call_itself() -> None:
    called = passing.take(turn("转人工，13812345678"), KNOWN)
    assert called is not None and isinstance(called.errand, CallPerson)
    assert called.errand.package.phone == "13812345678"


# The state


def test_a_handoff_that_ended_is_forgotten() -> None:
    state = DialogueState(handoff=WAITING)
    for ended in (None, place("returned"), place("closed"), place("call_back")):
        assert passing.settled(state, ended) == DialogueState()
    assert passing.settled(state, WAITING) is state
    moved = passing.settled(state, place("taken"))
    assert moved.handoff == place("taken")
    assert passing.waits(moved)
    assert passing.waits(state)
    assert not passing.waits(DialogueState())
