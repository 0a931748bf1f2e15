"""Emergencies: recognised in everyday words of three scripts, and not where papers are asked about.

The sentences are our own; none stands in ``eval/gold/dev.jsonl`` (a test watches over it).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from assistant import bootstrap, rules
from assistant.composing import choices
from assistant.composing.writer import Writer
from assistant.types import DialogueState, Intent
from assistant.understanding import crisis, told, understand
from channels.types import Message, Status
from eval import datasets
from retrieval.analyzer import normalise
from tests.assistant.emergencies import ALSO, NEAR_MISSES, TOLD


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in TOLD.items() for text in texts]
)
def test_told_in_everyday_words(kind: str, text: str) -> None:
    found = crisis(normalise(text), rules.load())
    assert found is not None
    assert found.kind in {kind, *ALSO[kind]}


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_near_misses_are_ordinary_questions(text: str) -> None:
    assert crisis(normalise(text), rules.load()) is None


def test_every_kind_is_told_in_many_ways() -> None:
    assert set(TOLD) == {one.kind for one in rules.load().crisis}
    assert min(map(len, TOLD.values())) >= 6
    assert len(NEAR_MISSES) >= 40


def test_sentences_are_not_those_of_the_gold_set() -> None:
    gold = {normalise(one.text) for one in datasets.load(datasets.split("dev"))}
    ours = {normalise(text) for texts in (*TOLD.values(), NEAR_MISSES) for text in texts}
    assert not gold & ours


@pytest.mark.parametrize("one", rules.load().crisis, ids=lambda one: one.kind)
def test_hotlines_are_records_and_the_first_comes_first(one: rules.CrisisKind) -> None:
    known = bootstrap.built_in_hotlines()
    draft = choices.crisis(one, [known[code] for code in one.hotlines], Writer())
    assert draft.status is Status.CRISIS
    assert draft.reason == one.kind
    assert draft.quiet is one.quiet
    assert draft.citations[0].code == one.hotlines[0]
    assert known[one.hotlines[0]].number in draft.sentences[0].text
    assert [card.code for card in draft.cards] == list(one.hotlines)
    assert [card.rows[0].tel for card in draft.cards] == [
        known[code].number for code in one.hotlines
    ]


def test_silence_protects_where_someone_may_listen() -> None:
    quiet = {one.kind for one in rules.load().crisis if one.quiet}
    assert quiet == {"silent", "self_harm", "domestic_violence"}


@pytest.mark.parametrize(
    ("text", "child"),
    [
        ("我爸爸喝醉了打我", True),
        ("俾老豆打咗", True),
        ("老公天天打孩子", True),
        ("邻居一直虐待小孩", True),
        ("我今年12岁，后妈虐待我", True),
        ("老公打我", False),
        ("儿子打我，我70岁了", False),
        ("男朋友打我女朋友", False),
    ],
)
def test_a_child_is_told_of_the_line_for_young_people(text: str, child: bool) -> None:
    kind = rules.load().crisis_of("domestic_violence")
    assert kind is not None
    lines = kind.lines(normalise(text))
    assert lines[:2] == ("TEL-110", "TEL-12110")
    assert ("TEL-12355" in lines) is child
    assert set(lines) <= bootstrap.built_in_hotlines().keys()


def test_crisis_stands_before_everything_else() -> None:
    """A courtesy, a facet and a choice on offer make no difference."""
    state = DialogueState(offered=("a", "b"))
    for text in ("你好，我家着火了", "请问我想自杀要打什么电话", "第二个，有人砍人，快报警"):
        assert understand(Message(text=text), state, rules.load()).intent is Intent.CRISIS


@pytest.mark.parametrize("frame", ["  {}！！！", "救命啊，{}", "{}。。。", "你好，{}，谢谢"])
def test_what_stands_around_does_not_hide_it(frame: str) -> None:
    for kind, texts in TOLD.items():
        for text in texts:
            assert crisis(normalise(frame.format(text)), rules.load()), (kind, text)


def test_no_alarm_on_service_items(data: Path) -> None:
    names = [raw["TASK_NAME"] for raw in _lines(data / "gdzwfw_items" / "records.jsonl")]
    assert len(names) == 2262
    assert _alarms(names) == {}
    assert _alarms([f"{name}要什么材料" for name in names]) == {}


@pytest.mark.parametrize("folder", ["gdzwfw_items", "ncp_policy", "kcg_faq_simp"])
def test_hardly_an_alarm_on_ordinary_questions(data: Path, folder: str) -> None:
    """The tables alone give none; the learned ear may err on few (measured: 0 to 2 of 700)."""
    texts = [line["text"] for line in _lines(data / folder / "queries.jsonl")]
    assert len(_alarms(texts)) <= len(texts) / 200


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        pytest.skip(f"no {path}")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _alarms(texts: Sequence[str]) -> dict[str, str]:
    found = {text: crisis(normalise(text), rules.load()) for text in texts}
    return {text: one.kind for text, one in found.items() if one}


def test_what_only_the_ear_hears_is_answered_as_an_emergency(parts: bootstrap.Parts) -> None:
    sentence = "客服喊我下载软件然后我卡里的钱就没了"
    assert told(normalise(sentence), rules.load()) is None
    reply = asyncio.run(parts.assistant.take_turn(Message(text=sentence)))
    assert (reply.status, reply.reason) == (Status.CRISIS, "fraud")


COMPLAINTS = [
    ("fire", "工地塌了埋了人"),
    ("medical", "井盖不见了，有人掉下去"),
    ("crime", "学生在学校被同学围殴"),
    ("domestic_violence", "邻居打老婆打得很厉害"),
    ("medical", "我爸在医院没人管快死了"),
    ("crime", "老板把我们锁在厂里不让出来"),
    ("medical", "食堂吃完饭几十个同学都吐了"),
    ("medical", "积水里有人被电到了"),
    ("child_alone", "停车场有架车锁住个BB，热到面红晒"),
    ("self_harm", "工友讨不到工资要从塔吊上跳"),
]


@pytest.mark.parametrize(("kind", "text"), COMPLAINTS)
def test_danger_told_as_a_complaint(kind: str, text: str) -> None:
    for told_as in (text, f"我要投诉，{text}"):
        found = crisis(normalise(told_as), rules.load())
        assert found is not None and found.kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "没有着火，是投诉油烟",
        "冇着火，我系投诉油烟",
        "不是火灾",
        "唔系火警",
        "楼下烧烤店每天晚上半夜还在炒菜，油烟好大吵得睡不着",
        "楼道堆满杂物，怕着火",
        "去年工地塌方赔偿怎么算",
        "电梯上个月困过人，物业还不修",
        "孩子去年被同学打了，学校一直没处理",
    ],
)
def test_denied_feared_or_over_it_is_none(text: str) -> None:
    assert crisis(normalise(text), rules.load()) is None


def test_denied_and_another_is_the_other() -> None:
    found = crisis(normalise("不是火灾，是煤气泄漏"), rules.load())
    assert found is not None and found.kind == "gas"


def test_a_letter_tells_of_danger_only_where_it_says_now() -> None:
    letter = "我们小区的消防通道多年被占，" * 8 + "。{}曾经着火了，物业不管，我们很不满意。"
    assert crisis(normalise(letter.format("三号楼")), rules.load()) is None
    now = "我们小区的消防通道多年被占，" * 8 + "。现在三号楼着火了，快来人。"
    assert crisis(normalise(now), rules.load()) is not None


def test_a_child_is_given_the_line_for_the_young() -> None:
    text = normalise("我12岁，爸爸天天打我")
    found = crisis(text, rules.load())
    assert found is not None and found.lines(text)[:1] == ("TEL-110",)
    assert "TEL-12355" in found.lines(text)
    grown = normalise("我老公天天打我")
    other = crisis(grown, rules.load())
    assert other is not None and "TEL-12355" not in other.lines(grown)
