"""After an emergency: what follows is heard as more of it, until it is over or something else is
plainly wanted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from assistant import bootstrap, danger, rules
from assistant.composing.writer import Writer
from assistant.handoff.types import Place
from assistant.types import Danger, DialogueState, Intent, Knowledge, Turn, Understanding
from assistant.understanding import understand
from assistant.work_orders.types import FormState, OrderKind
from channels.types import Message, Status
from retrieval.analyzer import normalise

RULES = rules.load()
KNOWN = Knowledge(release=None, searcher=None, hotlines=bootstrap.built_in_hotlines())


def told(text: str, kind: str = "crime", left: int = 4) -> Turn:
    state = DialogueState(danger=Danger(kind=kind, left=left))
    return Turn(
        id="t",
        session_id="s",
        message=Message(text=text),
        release="none",
        state=state,
        understanding=understand(Message(text=text), state, RULES),
    )


def taken(text: str, kind: str = "crime", *, asks: bool = False) -> Turn | None:
    return danger.take(told(text, kind), KNOWN, RULES, lambda reading: asks)


def numbers(turn: Turn | None) -> Iterator[str]:
    assert turn is not None and turn.draft is not None
    return (row.tel or "" for card in turn.draft.cards for row in card.rows)


@pytest.mark.parametrize(
    ("kind", "text", "first"),
    [
        ("self_harm", "在学校天台", "12356"),
        ("crime", "他现在在门外", "110"),
        ("medical", "头好晕", "120"),
        ("medical", "救护车还没来", "120"),
        ("fraud", "我还没转", "110"),
        ("gas", "？？", "119"),
        ("crime", "警察来了，没事了，不对他还在门口", "110"),
    ],
)
def test_few_words_are_heard_as_more_of_it(kind: str, text: str, first: str) -> None:
    turn = taken(text, kind)
    assert next(numbers(turn)) == first
    assert turn is not None and turn.draft is not None
    assert turn.draft.status is Status.CRISIS


def test_what_is_said_again_is_not_what_was_said_first() -> None:
    kind = next(one for one in RULES.crisis if one.kind == "crime")
    turn = taken("喺巷口")
    assert turn is not None and turn.draft is not None
    texts = [one.text for one in turn.draft.sentences]
    assert kind.again in texts and kind.opening not in texts


def test_nobody_answers() -> None:
    turn = taken("110打唔通", "crime")
    assert turn is not None and turn.draft is not None
    assert RULES.after.texts["unreached_say"] in [one.text for one in turn.draft.sentences]
    assert list(numbers(turn)) == ["110", "12110"]


def test_in_english() -> None:
    turn = taken("he is outside the door now", "domestic_violence")
    assert turn is not None and turn.draft is not None
    assert "I cannot call the police for you" in turn.draft.sentences[1].text


@pytest.mark.parametrize(
    "text", ["警察来了，没事了", "已经送到医院了", "谢谢", "冇事啦", "I'm safe now", "我讲笑㗎"]
)
def test_over(text: str) -> None:
    turn = taken(text)
    assert turn is not None and turn.draft is not None
    assert (turn.draft.status, turn.draft.reason) == (Status.ANSWERED, "calm")
    assert turn.state.danger is not None and turn.state.danger.calm
    assert danger.beside(turn, KNOWN, RULES) is turn


@pytest.mark.parametrize("text", ["火灭了，继续", "没事了，我想问一下补办身份证要带什么材料"])
def test_over_and_something_else(text: str) -> None:
    turn = taken(text)
    assert turn is not None and turn.draft is None
    assert turn.state.danger is not None and turn.state.danger.calm


def test_something_else_is_answered_with_a_word_beside() -> None:
    asked = taken("身份证丢了怎么补", asks=True)
    assert asked is not None and asked.draft is None
    answered = danger.beside(_answered(told("身份证丢了怎么补")), KNOWN, RULES)
    assert answered.draft is not None
    line = answered.draft.sentences[-1]
    assert line.text == RULES.after.texts["beside_number"].format(number="110")
    assert [one.code for one in answered.draft.citations] == ["TEL-110"]
    assert line.citations == (1,)


def test_without_any_hotline_it_reminds_all_the_same() -> None:
    bare = Knowledge(release=None, searcher=None, hotlines={})
    answered = danger.beside(_answered(told("身份证丢了怎么补")), bare, RULES)
    assert answered.draft is not None
    assert answered.draft.sentences[-1].text == RULES.after.texts["beside"]


def _answered(turn: Turn) -> Turn:
    return replace(turn, draft=Writer().draft(Status.ANSWERED))


def test_it_is_forgotten_after_some_other_messages() -> None:
    turn = _answered(told("身份证丢了怎么补", left=RULES.after.lasts))
    left = []
    while turn.state.danger is not None:
        left.append(turn.state.danger.left)
        turn = danger.remember(turn, RULES)
    assert left == [6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    "text", ["打了120了，在路上", "消防员嚟咗", "警察说快到了", "I called the police"]
)
def test_help_that_comes_is_not_yet_safety(text: str) -> None:
    turn = taken(text)
    assert turn is not None and turn.draft is not None
    assert RULES.after.texts["coming_say"] in turn.draft.sentences[0].text or text.isascii()
    assert turn.state.danger is not None and not turn.state.danger.calm


@pytest.mark.parametrize(
    "text", ["还有人没下来", "佢哋上唔到嚟，我仲喺度", "他又来了", "可是我怕他醒来"]
)
def test_what_goes_on_brings_it_back(text: str) -> None:
    turn = told(text)
    assert turn.state.danger is not None
    calm = replace(turn.state, danger=replace(turn.state.danger, calm=True))
    again = danger.take(replace(turn, state=calm), KNOWN, RULES, lambda reading: False)
    assert again is not None and again.draft is not None
    assert again.draft.status is Status.CRISIS


def test_calm_asks_for_nothing() -> None:
    turn = told("居住证")
    assert turn.state.danger is not None
    calm = replace(turn.state, danger=replace(turn.state.danger, calm=True))
    again = danger.take(replace(turn, state=calm), KNOWN, RULES, lambda reading: False)
    assert again is not None and again.draft is None


def test_it_stays_urgent_and_of_its_kind() -> None:
    first = told("我吃了一整瓶安眠药", "crime")
    crisis = next(one for one in RULES.crisis if one.kind == "self_harm")
    begun = danger.remember(replace(first, draft=danger.first(first, crisis, KNOWN, RULES)), RULES)
    assert begun.state.danger is not None and begun.state.danger.urgent
    then = replace(told("头很晕"), state=begun.state)
    assert next(numbers(danger.take(then, KNOWN, RULES, lambda reading: False))) == "120"


def test_said_again_it_does_not_last_for_ever() -> None:
    turn, count = told("喺巷口"), 0
    while turn.state.danger is not None:
        again = danger.take(turn, KNOWN, RULES, lambda reading: False)
        assert again is not None
        turn = replace(danger.remember(again, RULES), draft=None)
        count += 1
    assert count == 4


def test_nothing_before_nothing_taken() -> None:
    turn = told("在学校天台")
    calm = Turn(id="t", session_id="s", message=turn.message, release="none")
    assert danger.take(calm, KNOWN, RULES, _never) is None


def _never(reading: Understanding) -> bool:
    raise AssertionError(reading)


@pytest.mark.parametrize("one", RULES.crisis, ids=lambda one: one.kind)
def test_every_kind_says_something_else_again_in_both_languages(one: rules.CrisisKind) -> None:
    assert one.again != one.opening and one.again_english != one.english
    assert one.english.isascii() and one.again_english.isascii()
    known = bootstrap.built_in_hotlines()
    assert {*one.hotlines, *one.urgent_hotlines} <= set(known)


@pytest.mark.parametrize(
    ("text", "first"), [("我吃了一瓶安眠药", "TEL-120"), ("我不想活了", "TEL-12356")]
)
def test_an_ambulance_first_where_the_body_is_in_danger(text: str, first: str) -> None:
    kind = next(one for one in RULES.crisis if one.kind == "self_harm")
    assert kind.say.search(normalise(text))
    assert kind.lines(normalise(text))[0] == first


def mistaken(told_before: str, text: str, form: FormState | None = None) -> Turn | None:
    """The turn of a message after one that sounded like a fire."""
    turn = told(text, "fire")
    assert turn.state.danger is not None
    known = replace(turn.state.danger, told=told_before)
    state = replace(turn.state, danger=known, form=form)
    return danger.take(replace(turn, state=state), KNOWN, RULES, lambda reading: False)


OIL = "楼下烧烤档的炭炉半夜还在冒烟"
FORM = FormState(kind=OrderKind.COMPLAINT, key="k", asking="text")


@pytest.mark.parametrize(
    "text",
    [
        "没有危险，继续登记",
        "没有着火，是投诉油烟",
        "不是火灾",
        "没着火",
        "误会了",
        "冇着火",
        "唔系火警",
        "没事，我是要投诉",
        "no danger, go on",
    ],
)
def test_who_says_that_there_is_none_goes_on_with_what_was_told(text: str) -> None:
    turn = mistaken(OIL, text, FORM)
    assert turn is not None and turn.draft is None
    assert turn.message.text == OIL
    assert turn.understanding is not None and turn.understanding.intent is not Intent.CRISIS
    assert turn.state.danger is not None and turn.state.danger.calm


def test_what_more_is_said_is_kept_with_the_account() -> None:
    turn = mistaken(OIL, "没有着火，我想说的是他们每天都这样搞到三点", FORM)
    assert turn is not None
    assert turn.message.text == f"{OIL}。没有着火，我想说的是他们每天都这样搞到三点"


def test_an_account_that_was_noted_is_not_taken_twice() -> None:
    turn = mistaken(OIL, "不是火灾", replace(FORM, fields=(("text", OIL),)))
    assert turn is not None and turn.message.text == "继续登记"


def test_without_a_form_only_what_asked_something_is_read_anew() -> None:
    asked = mistaken("楼下炒菜的烟怎么投诉", "没有危险，继续问")
    assert asked is not None and asked.message.text == "楼下炒菜的烟怎么投诉"
    called = mistaken("家里着火了", "没有危险，继续问")
    assert called is not None and called.draft is not None and called.draft.reason == "calm"


@pytest.mark.parametrize(
    "text", ["没有危险，就是他拿刀追着我", "不是火灾，是煤气泄漏", "还没有脱险"]
)
def test_another_danger_is_no_denial(text: str) -> None:
    turn = mistaken(OIL, text, FORM)
    assert turn is None or (turn.draft is not None and turn.draft.status is Status.CRISIS)


@pytest.mark.parametrize("text", ["取消", "取消投诉", "提交", "返回上一步"])
def test_a_command_to_the_filing_gets_through(text: str) -> None:
    turn = mistaken(OIL, text, FORM)
    assert turn is not None and turn.draft is None and turn.message.text == text


def test_giving_up_is_no_command_in_danger() -> None:
    turn = mistaken(OIL, "算了", FORM)
    assert turn is not None and turn.draft is not None and turn.draft.status is Status.CRISIS


def test_every_reply_offers_the_way_out() -> None:
    turn = mistaken(OIL, "喺巷口", FORM)
    assert turn is not None and turn.draft is not None
    assert turn.draft.suggestions == ("没有危险，继续登记",)
    assert RULES.after.texts["way_out"] in [one.text for one in turn.draft.sentences]


def test_the_mark_stays_while_a_person_is_waited_for() -> None:
    turn = _answered(told("喺巷口", left=1))
    waiting = replace(
        turn, state=replace(turn.state, handoff=Place(id="h", desk="hotline", status="waiting"))
    )
    for _ in range(3):
        waiting = danger.remember(waiting, RULES)
    assert waiting.state.danger is not None and waiting.state.danger.left == 0
    assert danger.take(waiting, KNOWN, RULES, _never) is None
    assert danger.beside(waiting, KNOWN, RULES) is waiting
    assert danger.remember(turn, RULES).state.danger is None
