"""Answers from a file, and the plan as plain values."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant import bootstrap, planning
from assistant.errors import AnswersError
from assistant.planning import Situation, plain, planned, read
from assistant.types import Knowledge
from knowledge.types import (
    Bundle,
    Duration,
    Fee,
    Handling,
    Limits,
    Material,
    Money,
    Online,
    ServiceItem,
)
from tests.conftest import settings_of
from tests.records import item, written

TODAY = date(2026, 3, 2)
BUNDLE = """
code: b
name: 出生一件事
stage: 出生
audience: 个人
items:
  - {code: i1, name: 出生登记, window: 户政窗口, deadline: {event: born, within: {amount: 1,
     unit: 个月}, text: 一个月以内}}
  - {code: i2, name: 参保, after: [i1], optional: true}
questions:
  - {id: born, text: 哪天出生？, why: 一, kind: date}
  - id: follow
    text: 随谁？
    why: 二
    options: [{id: father, text: 随爸爸}, {id: mother, text: 随妈妈}]
  - id: needs
    text: 要办哪些？
    why: 三
    kind: choices
    options: [{id: card, text: 社保卡}, {id: insure, text: 参保}]
  - {id: married, text: 结婚了吗？, why: 四, kind: yes_no}
  - {id: children, text: 几个孩子？, why: 五, kind: number}
rules:
  - {id: insure, if: {answer: needs, has: insure}, add_items: [i2], reason: 要参保。}
  - {id: mother, if: {answer: follow, is: mother}, add_documents: [note], reason: 随妈妈。}
  - {id: single, if: {answer: married, is: false}, remove_documents: [marriage], reason: 没有结婚。}
  - {id: many, if: {answer: children, at_least: 9}, stop: {kind: another_way, instead: 到窗口问。,
     code: i1}, reason: 太多。}
materials:
  - {key: marriage, name: 结婚证, satisfies: [{item: i1, material: 结婚证}]}
  - {key: note, name: 说明, optional: true, for: [i1]}
  - {key: id, name: 身份证, for: [i1], electronic: 电子居民身份证}
"""


@pytest.fixture
def bundle() -> Bundle:
    found: Bundle = written("bundle", BUNDLE)
    return found


@pytest.fixture
def items() -> dict[str, ServiceItem]:
    return {
        "i1": item(
            code="i1",
            name="出生登记",
            handling=Handling(visits=1),
            limits=Limits(promised=Duration(amount=2, unit="工作日")),
            materials=(Material(name="结婚证", copies=1),),
            money=Money(charged=True, fees=(Fee(name="工本费", standard="每证5元", yuan=5),)),
        ),
        "i2": item(
            code="i2",
            name="参保",
            online=Online(available=True),
            handling=Handling(visits=0),
            materials=(),
        ),
    }


def said(bundle: Bundle, tmp_path: Path, text: str, begun: str | None = None) -> Situation:
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    return read(path, bundle, begun)


def refused(bundle: Bundle, tmp_path: Path, text: str, begun: str | None = None) -> str:
    with pytest.raises(AnswersError) as caught:
        said(bundle, tmp_path, text, begun)
    message = str(caught.value)
    assert message
    return message


class TestReading:
    def test_every_kind_of_answer(self, bundle: Bundle, tmp_path: Path) -> None:
        text = json.dumps(
            {
                "answers": {
                    "born": "2026-02-20",
                    "follow": "mother",
                    "needs": ["card", "参保"],
                    "married": False,
                    "children": 2,
                }
            }
        )
        assert said(bundle, tmp_path, text).answers == {
            "born": date(2026, 2, 20),
            "follow": "mother",
            "needs": frozenset({"card", "insure"}),
            "married": False,
            "children": 2,
        }

    def test_the_answers_alone_in_yaml(self, bundle: Bundle, tmp_path: Path) -> None:
        found = said(bundle, tmp_path, "born: 2026-02-20\nfollow: 随妈妈\nneeds: []\n")
        assert found == Situation(
            answers={"born": date(2026, 2, 20), "follow": "mother", "needs": frozenset()}
        )

    @pytest.mark.parametrize("text", ["born: null", "born: 不知道", '{"born": null}'])
    def test_i_do_not_know(self, bundle: Bundle, tmp_path: Path, text: str) -> None:
        assert said(bundle, tmp_path, text).answers == {"born": None}

    def test_profile_day_and_offline(self, bundle: Bundle, tmp_path: Path) -> None:
        text = (
            "profile: {age: 30, residence: 广州户籍, sex: null}\nbegun: 2026-03-09\noffline: true"
        )
        assert said(bundle, tmp_path, text) == Situation(
            answers={},
            profile={"age": 30, "residence": "guangzhou"},
            begun=date(2026, 3, 9),
            offline=True,
        )

    def test_a_day_given_apart_comes_first(self, bundle: Bundle, tmp_path: Path) -> None:
        assert said(bundle, tmp_path, "begun: 2026-03-09", "2026-04-01").begun == date(2026, 4, 1)

    def test_an_empty_file_says_nothing(self, bundle: Bundle, tmp_path: Path) -> None:
        assert said(bundle, tmp_path, "") == Situation(answers={})


class TestRefused:
    @pytest.mark.parametrize(
        ("text", "named"),
        [
            ("{", "a.json 不是 JSON 或 YAML"),
            ("[1, 2]", "应为对象"),
            ("just words", "应为对象"),
            ("answers: {born: 2026-02-20}\nother: 1", "未知字段 other"),
            ("answers: [1]", "应为“问题: 回答”的对象"),
            ("nobody: 1", "没有问题 'nobody'；可用的是 born、follow"),
            ("follow: uncle", "father、mother"),
            ("follow: 1", "follow 的回答 1 不对"),
            ("needs: card", "列表：card、insure"),
            ("needs: [card, nothing]", "列表：card、insure"),
            ("married: maybe", "true 或 false"),
            ("married: 1", "true 或 false"),
            ("children: 2.5", "整数"),
            ("children: true", "整数"),
            ("born: 20 February", "写成 2026-11-23"),
            ("born: '2026-02-30'", "born 的日期 '2026-02-30' 不对"),
            ("born: 2026-02-30", "a.json 不是 JSON 或 YAML"),
            ("profile: {height: 180}", "没有问题 'height'"),
            ("profile: {residence: mars}", "guangzhou"),
            ("begun: tomorrow", "begun 的日期 'tomorrow' 不对"),
        ],
    )
    def test_with_what_it_takes(
        self, bundle: Bundle, tmp_path: Path, text: str, named: str
    ) -> None:
        assert named in refused(bundle, tmp_path, text)

    def test_a_day_given_apart(self, bundle: Bundle, tmp_path: Path) -> None:
        assert "2026-13-01" in refused(bundle, tmp_path, "born: null", "2026-13-01")

    def test_bytes_that_are_no_text(self, bundle: Bundle, tmp_path: Path) -> None:
        path = tmp_path / "a.json"
        path.write_bytes(b"\xff\xfe\x00")
        with pytest.raises(AnswersError, match="不是 JSON 或 YAML"):
            read(path, bundle)

    @pytest.mark.parametrize(
        "text", ["{", "[1]", "nobody: 1", "follow: uncle", "born: 2026-02-30", "a: [1\nb: {"]
    )
    def test_in_one_line(self, bundle: Bundle, tmp_path: Path, text: str) -> None:
        assert "\n" not in refused(bundle, tmp_path, text)


class TestPlain:
    def made(self, bundle: Bundle, items: dict[str, ServiceItem], **answers: Any) -> dict[str, Any]:
        given = {
            "born": date(2026, 1, 30),
            "follow": "father",
            "needs": frozenset(),
            "married": True,
            "children": 1,
        }
        found = plain(planned(bundle, items, Situation(answers={**given, **answers}), TODAY))
        assert json.loads(json.dumps(found)) == found
        return found

    def test_by_hand(self, bundle: Bundle, items: dict[str, ServiceItem]) -> None:
        assert self.made(bundle, items) == {
            "bundle": "b",
            "name": "出生一件事",
            "begun": "2026-03-02",
            "stopped": [],
            "may_stop": [],
            "items": [
                {
                    "code": "i1",
                    "name": "出生登记",
                    "need": "needed",
                    "way": "window",
                    "counter": "户政窗口",
                    "visits": 1,
                    "visit": 1,
                    "after": [],
                    "start": "2026-03-02",
                    "finish": "2026-03-04",
                    "finish_by_law": "2026-03-04",
                    "limit_stated": True,
                    "opens": None,
                    "deadline": "2026-02-28",
                    "late": True,
                    "rules": [],
                }
            ],
            "documents": [
                {
                    "key": "marriage",
                    "name": "结婚证",
                    "need": "needed",
                    "items": ["i1"],
                    "originals": None,
                    "copies": 1,
                    "when": None,
                    "bring": True,
                    "spared_by": None,
                    "made_by": None,
                    "later": False,
                    "fields": ["i1 materials[0]"],
                    "rules": [],
                },
                {
                    "key": "id",
                    "name": "身份证",
                    "need": "needed",
                    "items": ["i1"],
                    "originals": None,
                    "copies": None,
                    "when": None,
                    "bring": False,
                    "spared_by": "b materials[2]",
                    "made_by": None,
                    "later": False,
                    "fields": ["b materials[2]"],
                    "rules": [],
                },
            ],
            "visits": 1,
            "finish": "2026-03-04",
            "finish_by_law": "2026-03-04",
            "provisional": False,
            "cost": {
                "yuan": 5,
                "fees": [{"item": "i1", "field": "money.fees[0]", "standard": "每证5元"}],
                "unsaid": [],
            },
            "rules": [],
            "open": [],
            "ask": None,
            "before": {"documents": 2, "visits": 1},
            "after": {"documents": 1, "visits": 1},
        }

    def test_what_is_open(self, bundle: Bundle, items: dict[str, ServiceItem]) -> None:
        found = self.made(bundle, items, needs=None, children=None)
        assert found["open"] == ["needs", "children"]
        assert found["may_stop"] == ["many"]
        second = found["items"][1]
        assert (second["need"], second["start"], second["rules"]) == ("maybe", None, ["insure"])

    def test_stopped(self, bundle: Bundle, items: dict[str, ServiceItem]) -> None:
        found = self.made(bundle, items, children=9)
        assert found["stopped"] == [{"rule": "many", "reason": "太多。", "instead": "到窗口问。"}]
        assert (found["items"], found["documents"], found["finish"]) == ([], [], None)

    def test_begun_offline_and_profile_are_those_of_the_situation(
        self, bundle: Bundle, items: dict[str, ServiceItem]
    ) -> None:
        answers = {"needs": frozenset({"insure"})}
        situation = Situation(answers=answers, begun=date(2026, 12, 30), offline=True)
        found = plain(planned(bundle, items, situation, TODAY))
        assert found["begun"] == "2026-12-30"
        assert [one["way"] for one in found["items"]] == ["window", "window"]
        assert found["provisional"]


class TestFromARelease:
    @pytest.fixture
    def knowledge(self, home: Path) -> Knowledge:
        return bootstrap.open_knowledge(settings_of(home))

    def test_a_bundle_with_its_records(self, knowledge: Knowledge) -> None:
        bundle = planning.opened("GZB-xinsheng", knowledge)
        found = planning.records(bundle, knowledge)
        assert set(found) == {part.code for part in bundle.items}

    @pytest.mark.parametrize("code", ["GZB-nobody", "TEL-12345", ""])
    def test_a_code_that_is_no_bundle(self, knowledge: Knowledge, code: str) -> None:
        with pytest.raises(AnswersError, match="GZB-xinsheng"):
            planning.opened(code, knowledge)

    def test_without_a_release(self) -> None:
        nothing = Knowledge(release=None, searcher=None, hotlines={})
        with pytest.raises(AnswersError, match="没有一件事"):
            planning.opened("GZB-xinsheng", nothing)
