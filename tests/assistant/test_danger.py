"""After an emergency: what follows is heard as more of it, until it is over or something else is
plainly wanted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from assistant import bootstrap, danger, rules
from assistant.composing.writer import Writer
from assistant.types import Danger, DialogueState, Knowledge, Turn, Understanding
from assistant.understanding import understand
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
    assert danger.beside(turn, RULES) is turn


@pytest.mark.parametrize("text", ["火灭了，继续", "没事了，我想问一下补办身份证要带什么材料"])
def test_over_and_something_else(text: str) -> None:
    turn = taken(text)
    assert turn is not None and turn.draft is None
    assert turn.state.danger is not None and turn.state.danger.calm


def test_something_else_is_answered_with_a_word_beside() -> None:
    asked = taken("身份证丢了怎么补", asks=True)
    assert asked is not None and asked.draft is None
    answered = danger.beside(_answered(told("身份证丢了怎么补")), RULES)
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
    begun = danger.remember(replace(first, draft=danger.first(first, crisis, KNOWN)), RULES)
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
