"""清除我的记录: who asks for it, what is said of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant import erasing, guardrails
from assistant.types import Away, DialogueState, Erase, Erased, Turn
from channels.types import Message, Status

NUMBER = "GZ20261122000000015"


def turn(text: str, state: DialogueState | None = None) -> Turn:
    return Turn(
        id="t",
        session_id="s",
        message=Message(text=text),
        release="r1",
        state=state or DialogueState(),
    )


@pytest.mark.parametrize(
    "text",
    [
        "清除我的记录",
        "請清除我的記錄",
        "删除我的聊天记录",
        "帮我删掉所有对话记录",
        "清空聊天历史",
        "忘记我",
        "洗走晒我嘅记录",
        "删除我的个人信息",
        "Delete my data",
        "please erase my history",
    ],
)
def test_is_asked_for(text: str) -> None:
    taken = erasing.take(turn(text))
    assert taken is not None
    assert isinstance(taken.errand, Erase)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "怎么清除征信记录",
        "如何删除我的记录",
        "删除违章记录",
        "犯罪记录可以清除吗",
        "清除记录以后还能办居住证吗，我之前在番禺区办过一次，后来搬走了",
        "注销个人档案",
        "记录在哪里查",
    ],
)
def test_a_question_erases_nothing(text: str) -> None:
    assert erasing.take(turn(text)) is None


def test_it_is_said_what_is_gone() -> None:
    told = erasing.tell(replace(turn("清除我的记录"), outcome=Erased()))
    assert told is not None
    assert told.draft is not None
    assert (told.draft.status, told.draft.reason) == (Status.ANSWERED, "erased")
    assert len(told.draft.sentences) == 1
    assert told.draft.form is told.draft.guide is told.draft.enquiry is None


def test_what_the_law_keeps_is_named_once_and_without_its_check() -> None:
    state = DialogueState(receipts=((NUMBER, "5678"),))
    told = erasing.tell(replace(turn("清除我的记录", state), outcome=Erased(kept=(NUMBER, "GZ2"))))
    assert told is not None
    assert told.draft is not None
    text = told.draft.sentences[1].text
    assert text.count(NUMBER) == 1
    assert "GZ2" in text
    assert "5678" not in text
    assert "撤回" in text
    assert guardrails.check(told.draft) == told.draft  # its numbers are accounted for


def test_what_came_of_another_errand_is_not_told_here() -> None:
    assert erasing.tell(turn("清除我的记录")) is None
    assert erasing.tell(replace(turn("清除我的记录"), outcome=Away())) is None
