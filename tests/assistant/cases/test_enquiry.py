"""The talk about progress: number, check, what is to be done, and what the desk answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from assistant import bootstrap, guardrails
from assistant.cases import enquiry, words
from assistant.handoff.types import Said
from assistant.types import (
    Away,
    DialogueState,
    EnquiryState,
    Erase,
    Follow,
    Intent,
    LookUp,
    Outcome,
    Over,
    Turn,
    Understanding,
)
from assistant.work_orders.types import FollowUp, FormState, OrderKind, Refused
from channels.types import Message, Status
from knowledge.types import Facet
from tests.assistant.cases.test_explain import (
    PACK,
    CaseStatus,
    OrderStatus,
    case,
    order,
    stepped,
    told,
)
from tests.assistant.fakes import knowledge
from tests.records import built_in

NUMBER = "GZ20261102000000175"
OTHER = "GZ20261109000000230"
TODAY = date(2026, 11, 10)
NO_ENQUIRY = DialogueState()


def turn(text: str, state: DialogueState = NO_ENQUIRY, **understood: object) -> Turn:
    values: dict[str, object] = {"intent": Intent.ASK, "text": text}
    return Turn(
        id="t1",
        session_id="s1",
        message=Message(text=text),
        release="r1",
        state=state,
        understanding=Understanding(**(values | understood)),  # type: ignore[arg-type]
    )


def waiting(**changes: object) -> DialogueState:
    return DialogueState(enquiry=EnquiryState(**changes))  # type: ignore[arg-type]


def take(text: str, state: DialogueState = NO_ENQUIRY, **understood: object) -> Turn | None:
    return enquiry.take(turn(text, state, **understood), TODAY)


def errand(text: str, state: DialogueState = NO_ENQUIRY) -> object:
    taken = take(text, state)
    assert taken is not None
    assert taken.draft is None
    return taken.errand


def asked(text: str, state: DialogueState = NO_ENQUIRY) -> tuple[str | None, EnquiryState | None]:
    taken = take(text, state)
    assert taken is not None
    assert taken.errand is None
    assert taken.draft is not None
    assert taken.draft.status is Status.GUIDING
    return taken.draft.reason, taken.draft.enquiry


def next_state(text: str, state: DialogueState = NO_ENQUIRY) -> DialogueState:
    return DialogueState(enquiry=asked(text, state)[1])


HAND = waiting(asking="number", number=NUMBER, check="1234")


def test_number_then_check_then_the_desk() -> None:
    first = next_state("我的办件进度")
    assert first == waiting(asking="number")
    second = next_state("GZ 20261102 00000017 5", first)
    assert second == waiting(asking="check", number=NUMBER)
    assert errand("尾号1234", second) == LookUp(number=NUMBER, check="1234")


def test_never_by_the_number_alone() -> None:
    reason, state = asked(f"查一下我的工单{NUMBER}到哪了")
    assert reason == "ask_check"
    assert state == EnquiryState(asking="check", number=NUMBER)


@pytest.mark.parametrize("text", [f"查{NUMBER}尾号1234", f"{NUMBER} 1234"])
def test_number_and_check_in_one_message(text: str) -> None:
    assert errand(text) == LookUp(number=NUMBER, check="1234")


def test_the_number_of_a_case() -> None:
    state = next_state("4401002026110277", waiting(asking="number"))
    assert errand("123456", state) == LookUp(number="4401002026110277", check="123456")
    assert asked("查一下办件4401002026110277到哪了")[1] == EnquiryState(
        asking="check", number="4401002026110277"
    )


def test_what_this_session_filed_needs_no_check() -> None:
    filed = DialogueState(receipts=((NUMBER, "1234"),))
    assert errand("我的投诉有结果了吗", filed) == LookUp(number=NUMBER, check="1234")
    urged = errand("催一下", filed)
    assert urged == Follow(number=NUMBER, check="1234", what=FollowUp(act="urge", key="t1"))
    assert asked(f"查工单{OTHER}", filed)[0] == "ask_check"


def test_several_of_this_session_are_a_choice() -> None:
    filed = DialogueState(receipts=((NUMBER, "1234"), (OTHER, "5678")))
    taken = take("催一下", filed)
    assert taken is not None
    assert taken.draft is not None
    (card,) = taken.draft.cards
    assert [row.label for row in card.rows] == [OTHER, NUMBER]
    tapped = replace(filed, enquiry=taken.draft.enquiry)
    what = errand(card.rows[0].ask or "", tapped)
    assert what == Follow(number=OTHER, check="5678", what=FollowUp(act="urge", key="t1"))
    assert guardrails.check(taken.draft) is taken.draft


@pytest.mark.parametrize(
    ("text", "number"),
    [("第一个", OTHER), ("第二个", NUMBER), ("刚才那个", OTHER), ("最后一个", NUMBER)],
)
def test_one_of_several_is_chosen_by_its_place(text: str, number: str) -> None:
    filed = DialogueState(receipts=((NUMBER, "1234"), (OTHER, "5678")))
    asked_ = replace(filed, enquiry=asked_by("查进度", filed))
    assert getattr(errand(text, asked_), "number", None) == number
    assert take("第三个", asked_) is None


def asked_by(text: str, state: DialogueState) -> EnquiryState | None:
    return asked(text, state)[1]


def test_the_act_is_kept_while_number_and_check_are_asked() -> None:
    state = next_state("帮我催一下我的投诉")
    assert state == waiting(asking="number", act=FollowUp(act="urge"))
    state = next_state(NUMBER, state)
    assert state == waiting(asking="check", number=NUMBER, act=FollowUp(act="urge"))
    what = errand("1234", state)
    assert what == Follow(number=NUMBER, check="1234", what=FollowUp(act="urge", key="t1"))


def test_rating_asks_for_stars() -> None:
    reason, asked_ = asked("评价", HAND)
    assert reason == "ask_stars"
    state = DialogueState(enquiry=asked_)
    assert asked("嗯嗯", state)[0] == "again_stars"
    what = errand("非常满意", state)
    assert what == Follow(number=NUMBER, check="1234", what=FollowUp(act="rate", stars=5, key="t1"))


@pytest.mark.parametrize(("text", "act"), [("补充情况", "add"), ("申请重办", "reopen")])
def test_adding_and_reopening_ask_for_the_words(text: str, act: str) -> None:
    state = next_state(text, HAND)
    words_ = "昨晚又来施工，到两点才停"
    what = errand(words_, state)
    assert isinstance(what, Follow)
    assert (what.what.act, what.what.text, what.what.key) == (act, words_, "t1")


def test_a_withdrawal_is_confirmed_first() -> None:
    reason, asked_ = asked("撤回投诉", HAND)
    assert reason == "ask_withdraw"
    state = DialogueState(enquiry=asked_)
    what = errand("确认撤回", state)
    assert what == Follow(number=NUMBER, check="1234", what=FollowUp(act="withdraw", key="t1"))
    kept = take("算了", state)
    assert kept is not None
    assert kept.errand is None
    assert kept.draft is not None
    assert (kept.draft.reason, kept.draft.enquiry) == ("left", None)
    assert take("施工扰民归谁管", state) is None


@pytest.mark.parametrize("asking", ["number", "check", "stars", "text"])
@pytest.mark.parametrize("text", ["算了", "取消", "唔查喇"])
def test_one_can_leave_from_everywhere(asking: str, text: str) -> None:
    number = None if asking == "number" else NUMBER
    state = waiting(asking=asking, number=number, check=None, act=FollowUp(act="add"))
    taken = take(text, state)
    assert taken is not None
    assert taken.draft is not None
    assert (taken.draft.reason, taken.draft.enquiry) == ("left", None)


@pytest.mark.parametrize("asking", ["number", "check", "stars", "text"])
def test_another_question_passes(asking: str) -> None:
    number = None if asking == "number" else NUMBER
    state = waiting(
        asking=asking,
        number=number,
        check="1234" if asking in ("stars", "text") else None,
        act=FollowUp(act="add"),
    )
    assert take("居住证要什么材料", state, facets=(Facet.MATERIALS,)) is None


def test_danger_comes_first() -> None:
    state = waiting(asking="text", number=NUMBER, check="1234", act=FollowUp(act="add"))
    assert take("我不想活了", state, intent=Intent.CRISIS) is None


@pytest.mark.parametrize("text", ["居住证要什么材料", "你好", "好", "12345"])
def test_without_an_enquiry_other_messages_are_not_taken(text: str) -> None:
    assert take(text) is None


def test_slips_are_asked_again() -> None:
    assert asked("GZ2026110200000017", waiting(asking="number"))[0] == "again_number"
    assert asked("12345", waiting(asking="check", number=NUMBER))[0] == "again_check"


@pytest.mark.parametrize(
    ("text", "state", "wrong"),
    [
        ("GZ123", waiting(asking="number"), "3位数字"),
        ("GZ2026", NO_ENQUIRY, "4位数字"),
        ("AB20261122123456789", waiting(asking="number"), "字母"),
        ("GZ123", waiting(asking="check", number=NUMBER), "3位数字"),
    ],
)
def test_what_is_wrong_with_a_number_is_said(text: str, state: DialogueState, wrong: str) -> None:
    taken = take(text, state)
    assert taken is not None and taken.draft is not None
    (sentence,) = taken.draft.sentences
    assert wrong in sentence.text
    assert "17位数字" in sentence.text
    assert taken.draft.enquiry == EnquiryState(asking="number")
    assert words.texts()["no_number"] in taken.draft.suggestions
    assert guardrails.check(taken.draft) is taken.draft


LINES = knowledge([], hotlines=bootstrap.built_in_hotlines())


@pytest.mark.parametrize(
    ("text", "state"),
    [("回执号唔见咗", NO_ENQUIRY), ("没有", waiting(asking="number")), ("没有回执号", NO_ENQUIRY)],
)
def test_without_a_number_there_is_a_way(text: str, state: DialogueState) -> None:
    assert take(text, state) is None
    draft = enquiry.without_number(turn(text, state), LINES)
    assert draft is not None
    call = next(one for one in draft.sentences if "12345" in one.text)
    assert {draft.citations[n - 1].code for n in call.citations} == {"TEL-12345"}
    assert draft.enquiry == state.enquiry
    assert guardrails.check(draft) is draft
    assert enquiry.without_number(turn("居住证怎么办", state), LINES) is None


FILED = DialogueState(receipts=((OTHER, "5678"), (NUMBER, "1234")))
FORM = FormState(
    kind=OrderKind.COMPLAINT, key="k", fields=(("text", "垃圾没人清"),), asking="place"
)


def test_a_lost_number_is_known_where_it_was_filed() -> None:
    filed = DialogueState(receipts=((NUMBER, "1234"),))
    assert errand("回执号不见了", filed) == LookUp(number=NUMBER, check="1234")


@pytest.mark.parametrize("text", ["撤回刚才那个投诉", "帮我撤咗头先嗰单投诉"])
def test_the_order_that_was_just_filed_is_withdrawn(text: str) -> None:
    taken = take(text, FILED)
    assert taken is not None and taken.draft is not None
    assert NUMBER in taken.draft.sentences[0].text
    state = DialogueState(enquiry=taken.draft.enquiry)
    assert errand("确认撤回", state) == Follow(
        number=NUMBER, check="1234", what=FollowUp(act="withdraw", key="t1")
    )
    kept = take("算了", state)
    assert kept is not None and kept.draft is not None
    assert kept.draft.sentences[0].text == words.texts()["left_withdraw"]


@pytest.mark.parametrize("text", ["进度怎么样了", "撤销刚才那个投诉", "查进度", NUMBER])
def test_what_is_plainly_of_an_order_is_heard_in_a_form(text: str) -> None:
    assert enquiry.asks_progress(text)


@pytest.mark.parametrize("text", ["催一下", "补充：刚才他们又来了", "不投诉了", "垃圾没人清"])
def test_what_may_be_of_the_form_is_left_to_it(text: str) -> None:
    assert not enquiry.asks_progress(text)


def test_in_the_first_form_nothing_was_filed() -> None:
    state = DialogueState(form=FORM)
    for text, name in (("进度怎么样了", "none_filed"), ("撤销刚才那个投诉", "none_to_withdraw")):
        taken = take(text, state)
        assert taken is not None and taken.draft is not None
        assert taken.draft.sentences[0].text == words.texts()[name]
        assert (taken.draft.ended, taken.draft.enquiry) == (None, None)
    assert take("补充一下刚才的投诉", state) is None
    assert errand("进度怎么样了", replace(FILED, form=FORM, receipts=FILED.receipts[:1])) == LookUp(
        number=OTHER, check="5678"
    )


@pytest.mark.parametrize("text", ["440106199003071234", "13800138000"])
def test_personal_numbers_are_not_taken_for_one_and_not_repeated(text: str) -> None:
    taken = take(text, waiting(asking="number"))
    assert taken is not None
    assert taken.draft is not None
    assert taken.draft.reason == "personal"
    assert text not in repr(taken.draft)


def test_a_whole_telephone_number_is_cut_to_its_last_four_digits() -> None:
    assert errand("138 0013 8000", waiting(asking="check", number=NUMBER)) == LookUp(
        number=NUMBER, check="8000"
    )


def test_a_change_of_mind_in_between() -> None:
    state = waiting(asking="check", number=NUMBER)
    assert asked(f"查工单{OTHER}", state)[1] == EnquiryState(asking="check", number=OTHER)
    state = waiting(asking="text", number=NUMBER, check="1234", act=FollowUp(act="add"))
    what = errand("催一下", state)
    assert what == Follow(number=NUMBER, check="1234", what=FollowUp(act="urge", key="t1"))


def test_no_question_to_the_records_is_taken_for_an_enquiry() -> None:
    """The records of the line that takes orders apart: who asks for them may well enquire."""
    texts = [
        text
        for record in built_in()
        if record.code not in ("TEL-12345", "GZ-ZW-12345")
        for text in (record.name, *record.aliases, *getattr(record, "asked", ()))
    ]
    assert [text for text in texts if take(text) is not None] == []


# What the desk answered


def answered(outcome: Outcome, errand_: LookUp | Follow | Erase | None = None) -> Turn:
    asked_for = errand_ or LookUp(number=NUMBER, check="1234")
    one = replace(turn("1234"), errand=asked_for, outcome=outcome)
    return enquiry.tell(one, PACK, TODAY)


@pytest.mark.parametrize("act", ["add", "urge", "withdraw", "rate", "reopen"])
def test_what_was_done_is_said_before_how_it_stands(act: str) -> None:
    followed = Follow(number=NUMBER, check="1234", what=FollowUp(act=act))  # type: ignore[arg-type]
    draft = answered(order(*stepped(OrderStatus.WORKING)), followed).draft
    assert draft is not None
    assert draft.sentences[0].text == words.texts()[f"done_{act}"]
    assert NUMBER in draft.sentences[1].text
    assert guardrails.check(draft) is draft


def test_an_order_told_stays_in_hand() -> None:
    draft = answered(order(*stepped(OrderStatus.WORKING))).draft
    assert draft is not None
    assert draft.status is Status.ANSWERED
    state = DialogueState(enquiry=draft.enquiry)
    assert take("居住证要什么材料", state) is None
    assert errand("催办", state) == Follow(
        number=NUMBER, check="1234", what=FollowUp(act="urge", key="t1")
    )
    assert errand("再查一次", state) == LookUp(number=NUMBER, check="1234")
    for row in next(card for card in draft.cards if card.kind == "choices").rows:
        assert take(row.ask or "", state) is not None
    for suggestion in draft.suggestions:
        assert take(suggestion, state) is not None


def test_a_case_is_told() -> None:
    draft = answered(case(*told(CaseStatus.WORKING))).draft
    assert draft is not None
    assert "现在是“在办”" in draft.sentences[0].text


def test_a_wrong_check_does_not_say_what_is_wrong() -> None:
    draft = answered(Refused(reason="unknown")).draft
    assert draft is not None
    assert (draft.status, draft.reason) == (Status.GUIDING, "unknown")
    assert draft.enquiry is not None
    assert (draft.enquiry.asking, draft.enquiry.check) == ("check", None)
    assert NUMBER not in repr(draft.sentences)


def test_a_locked_number_says_until_when() -> None:
    draft = answered(Refused(reason="locked", until=datetime(2026, 11, 10, 15, 30))).draft
    assert draft is not None
    assert (draft.status, draft.reason) == (Status.REFUSED, "locked")
    again = DialogueState(enquiry=draft.enquiry)
    assert errand("9012", again) == LookUp(number=NUMBER, check="9012")
    assert "2026年11月10日15:30以后" in draft.sentences[0].text
    draft = answered(Refused(reason="locked")).draft
    assert draft is not None
    assert "过一阵" in draft.sentences[0].text


@pytest.mark.parametrize("reason", ["closed", "too_late"])
def test_what_can_no_longer_be_done(reason: str) -> None:
    followed = Follow(number=NUMBER, check="1234", what=FollowUp(act="withdraw"))
    draft = answered(Refused(reason=reason), followed).draft  # type: ignore[arg-type]
    assert draft is not None
    assert draft.sentences[0].text == words.texts()[reason]


def test_a_desk_that_is_away_can_be_asked_again() -> None:
    draft = answered(Away()).draft
    assert draft is not None
    assert (draft.status, draft.reason) == (Status.FAILED, "away")
    state = DialogueState(enquiry=draft.enquiry)
    assert errand(draft.suggestions[0], state) == LookUp(number=NUMBER, check="1234")


def test_what_is_not_ours_is_left_alone() -> None:
    assert answered(Away(), Erase()).draft is None
    assert enquiry.tell(turn("好"), PACK, TODAY).draft is None


TWO = DialogueState(receipts=((NUMBER, "1234"), (OTHER, "5678")))


@pytest.mark.parametrize(
    ("text", "number"), [("第一个撤回", NUMBER), ("撤回第一个", NUMBER), ("撤回最后一个", OTHER)]
)
def test_an_order_is_withdrawn_by_its_place(text: str, number: str) -> None:
    reason, state = asked(text, TWO)
    assert (reason, state and state.number) == ("ask_withdraw", number)


def test_a_place_counts_as_filed_or_as_the_list_shows() -> None:
    assert errand("第二个到哪了", TWO) == LookUp(number=OTHER, check="5678")
    shown = replace(TWO, enquiry=EnquiryState(asking="number"))
    assert errand("第二个到哪了", shown) == LookUp(number=NUMBER, check="1234")


def test_a_place_that_there_is_not_asks_which() -> None:
    assert asked("第五个到哪了", TWO)[0] == "which"
    assert take("第一个到哪了") is None


def test_what_is_forgotten_is_added_after_filing() -> None:
    filed = DialogueState(receipts=((NUMBER, "1234"),))
    assert asked("能不能加上民警的名字", filed)[0] == "ask_text_add"
    assert take("能不能加上民警的名字") is None


@pytest.mark.parametrize(
    "text",
    ["我上个月投诉的事怎么样了", "怎么看案件进度", "不满意处理结果怎么办", "之前那个投诉到哪了"],
)
def test_an_order_of_another_time_is_asked_for_its_number(text: str) -> None:
    assert asked(text)[0] == "ask_number"


# What reaches the order or case that it means

ONE = DialogueState(receipts=((NUMBER, "1234"),))
CASE_NUMBER = "GA-2026-00005"


def rated(stars: int, text: str | None = None) -> Follow:
    what = FollowUp(act="rate", stars=stars, text=text, key="t1")
    return Follow(number=NUMBER, check="1234", what=what)


def test_stars_and_why_at_once() -> None:
    assert errand("评价 两星，太慢了", ONE) == rated(2, "太慢了")
    assert errand("我要给工单打五星", HAND) == rated(5)
    asked_for = waiting(asking="stars", number=NUMBER, check="1234", act=FollowUp(act="rate"))
    assert errand("一星，办得太慢", asked_for) == rated(1, "办得太慢")


def test_stars_wait_for_number_and_check() -> None:
    state = next_state("评价五星，很快")
    assert asked("评价五星，很快")[0] == "ask_number_rate"
    state = next_state(NUMBER, state)
    assert errand("1234", state) == rated(5, "很快")


def test_a_case_by_its_number_in_a_sentence() -> None:
    state = next_state("我的办件4401062026110100001办得怎么样")
    assert errand("尾号五六七八", state) == LookUp(number="4401062026110100001", check="5678")


def test_a_check_before_its_number_is_kept() -> None:
    slipped = next_state("GZ20261102", next_state("查进度"))
    reason, state = asked("5678", slipped)
    assert reason == "check_first"
    assert errand(NUMBER, DialogueState(enquiry=state)) == LookUp(number=NUMBER, check="5678")


def _told(outcome: Outcome, errand_: LookUp | Follow) -> DialogueState:
    """What is remembered after something was told: in hand, its number in the last reply."""
    draft = answered(outcome, errand_).draft
    assert draft is not None
    assert guardrails.check(draft) is draft
    codes = tuple(one.code for one in draft.citations)
    reply = Said(who="assistant", text="", at=datetime(2026, 11, 10), codes=codes)
    return DialogueState(enquiry=draft.enquiry, said=(reply,))


LOOKED = LookUp(number=CASE_NUMBER, check="5678")
LATE = case(*told(CaseStatus.WORKING), number=CASE_NUMBER, limit_days=2)


@pytest.mark.parametrize("text", ["超期了怎么办", "怎么催", "催办", "催一下"])
def test_what_stands_on_the_case_that_was_told(text: str) -> None:
    state = _told(LATE, LOOKED)
    urge = FollowUp(act="urge", key="t1")
    followed = Follow(number=CASE_NUMBER, check="5678", what=urge)
    assert errand(text, state) == followed
    draft = answered(LATE, followed).draft
    assert draft is not None
    assert guardrails.check(draft) is draft
    said = "".join(one.text for one in draft.sentences)
    assert said.startswith("想催一下，可以打12345")
    assert "已经超过" in said
    assert "信访" in said


def test_what_is_overdue_is_asked_right_after_it_was_told() -> None:
    state = replace(_told(LATE, LOOKED), said=())
    assert take("超期了怎么办", state) is None
    assert take("超期了怎么办") is None
    assert take("怎么催") is None
    held = _told(order(*stepped(OrderStatus.ASSIGNED)), LookUp(number=NUMBER, check="1234"))
    assert errand("超期了怎么办", held) == LookUp(number=NUMBER, check="1234")


@pytest.mark.parametrize("act", ["add", "withdraw", "rate", "reopen"])
def test_what_is_done_with_a_case_is_done_elsewhere(act: str) -> None:
    what = FollowUp(act=act)  # type: ignore[arg-type]
    draft = answered(LATE, Follow(number=CASE_NUMBER, check="5678", what=what)).draft
    assert draft is not None
    assert draft.sentences[0].text == words.texts()[f"case_{act}"]
    assert guardrails.check(draft) is draft


@pytest.mark.parametrize(
    ("status", "said", "offered"),
    [
        (OrderStatus.WITHDRAWN, "您已经撤回", "我要投诉"),
        (OrderStatus.CLOSED, "已经办结", "申请重办"),
    ],
)
def test_of_an_order_that_is_over_it_is_said_how(
    status: OrderStatus, said: str, offered: str
) -> None:
    added = errand("补充：又坏了", ONE)
    what = FollowUp(act="add", text="又坏了", key="t1")
    assert added == Follow(number=NUMBER, check="1234", what=what)
    draft = answered(Over(view=order(*stepped(status))), added).draft
    assert draft is not None
    assert (draft.status, draft.reason) == (Status.REFUSED, "closed")
    assert said in draft.sentences[0].text
    assert "补充情况" in draft.sentences[0].text
    assert draft.suggestions[0] == offered
    assert guardrails.check(draft) is draft


@pytest.mark.parametrize(
    "text",
    ["提交", "跳过", "返回上一步", "取消", "有用", "没用", "评价", "撤回", "提交吧", "上一步"],
)
def test_a_command_for_which_nothing_waits(text: str) -> None:
    taken = take(text)
    assert taken is not None
    assert taken.draft is not None
    assert (taken.draft.status, taken.draft.reason) == (Status.CLARIFY, "nothing_waits")
    assert guardrails.check(taken.draft) is taken.draft
    in_form = take(text, DialogueState(form=FORM))
    assert in_form is None or (in_form.draft and in_form.draft.reason != "nothing_waits")


def test_submitted_is_said_where_it_was() -> None:
    assert take("提交", ONE) is None


def test_which_of_two_is_withdrawn() -> None:
    state = replace(ONE, form=FORM)
    assert enquiry.asks_progress("撤回", filed=True)
    assert not enquiry.asks_progress("撤回")
    reason, asking = asked("撤回", state)
    assert reason == "which_withdraw"
    two = replace(state, enquiry=asking)
    assert enquiry.of_two(two)
    assert asked("撤回工单", two)[0] == "ask_withdraw"
    assert asked(f"撤回工单{NUMBER}", two)[0] == "ask_withdraw"
    assert asked("刚才那个", two)[0] == "ask_withdraw"
    left = take("取消登记", two)
    assert left is not None
    assert left.draft is not None
    assert left.draft.ended == "form"
    neither = take("算了", two)
    assert neither is not None
    assert neither.draft is not None
    assert neither.draft.ended == "enquiry"
    assert take("楼下烧烤店每晚都很吵", two) is None
    assert take("13812345678", two) is None


def test_in_a_first_form_nothing_is_of_two() -> None:
    first = DialogueState(form=FORM, enquiry=EnquiryState(asking="number"))
    assert not enquiry.of_two(first)


@pytest.mark.parametrize("text", ["申请重办", "评价 一星", "催办", "评价"])
def test_what_is_of_an_order_is_heard_in_a_second_form(text: str) -> None:
    assert enquiry.asks_progress(text, filed=True)
    assert not enquiry.asks_progress(text)


def test_whoever_complains_no_more_leaves_the_form() -> None:
    assert not enquiry.asks_progress("不投诉了", filed=True)
    assert enquiry.asks_progress("撤回投诉", filed=True)
