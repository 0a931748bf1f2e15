"""Whole conversations over HTTP, with the built-in pack: each test is one citizen."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant import rules

PERMIT = "GZ-HJ-juzhuzheng-shouci"


@dataclass
class Citizen:
    """Somebody at the page: keeps the session, as the page does."""

    client: TestClient
    session: str | None = None
    replies: list[dict[str, Any]] = field(default_factory=list)

    def says(self, text: str, **more: Any) -> dict[str, Any]:
        body = {"text": text, **({"session_id": self.session} if self.session else {}), **more}
        response = self.client.post("/api/v1/chat", json=body)
        assert response.status_code == 200, response.text
        reply: dict[str, Any] = response.json()
        self.session = reply["session_id"]
        self.replies.append(reply)
        sound(reply)
        return reply


def sound(reply: dict[str, Any]) -> None:
    """What holds for every reply of every conversation."""
    numbers = {one["n"] for one in reply["citations"]}
    assert reply["text"] == "\n".join(one["text"] for one in reply["sentences"])
    assert reply["text"]
    assert "人工智能" in reply["label"]
    for one in reply["sentences"]:
        assert set(one["citations"]) <= numbers
    for one in reply["citations"]:
        assert one["quote"]
        assert one["title"]
    assert reply.get("reason") != "unsupported", "a sentence was dropped"


def codes(reply: dict[str, Any]) -> set[str]:
    return {one["code"] for one in reply["citations"]}


def rows(reply: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [row for card in reply["cards"] if card["kind"] == kind for row in card["rows"]]


@pytest.fixture
def citizen(client: TestClient) -> Citizen:
    return Citizen(client)


def test_asks_and_asks_on(citizen: Citizen) -> None:
    first = citizen.says("居住证首次申领要什么材料")
    assert first["status"] == "answered"
    assert codes(first) == {PERMIT}
    assert "居民身份证" in first["text"]
    assert rows(first, "materials")

    fee = citizen.says("那要多少钱？")
    assert fee["status"] == "answered"
    assert codes(fee) == {PERMIT}
    assert "收" in fee["sentences"][0]["text"]
    assert any(one["field"].startswith("money") for one in fee["citations"])

    place = citizen.says("去哪里办")
    assert codes(place) == {PERMIT}
    assert len({one["session_id"] for one in citizen.replies}) == 1
    assert len({one["turn_id"] for one in citizen.replies}) == 3


def test_chooses_by_number(citizen: Citizen) -> None:
    asked = citizen.says("我要补办")
    assert asked["status"] == "clarify"
    choices = rows(asked, "choices")
    assert 2 <= len(choices) <= 5

    chosen = citizen.says("第二个")
    assert chosen["status"] in ("answered", "partial")
    assert codes(chosen) == {choices[1]["code"]}

    then = citizen.says("那要多久？")
    assert codes(then) == {choices[1]["code"]}


def test_chooses_by_tapping(citizen: Citizen) -> None:
    """The text behind a choice needs no memory: it works in a new session too."""
    asked = citizen.says("补办要什么材料")
    assert asked["status"] == "clarify"
    for row in rows(asked, "choices"):
        tapped = Citizen(citizen.client).says(row["ask"])
        assert tapped["status"] in ("answered", "partial")
        assert codes(tapped) == {row["code"]}


def test_emergency_in_the_middle(citizen: Citizen) -> None:
    citizen.says("居住证首次申领要什么材料")
    crisis = citizen.says("等等，我家厨房着火了！")
    assert crisis["status"] == "crisis"
    assert "119" in crisis["sentences"][0]["text"]
    assert rows(crisis, "hotline")[0]["tel"] == "119"
    assert crisis["quiet"] is False
    assert crisis["suggestions"] == ["没有危险，继续问"]

    after = citizen.says("那要多少钱？")
    assert codes(after) == {PERMIT, "TEL-119"}  # the reminder names whom to call
    assert after["sentences"][0]["text"].startswith("关于“居住证首次申领”")


def test_in_danger_and_unable_to_speak(citizen: Citizen) -> None:
    reply = citizen.says("佢喺門外，我唔敢出聲，點樣報警")
    assert reply["status"] == "crisis"
    assert reply["quiet"] is True
    assert rows(reply, "hotline")[0]["tel"] == "12110"


def test_courtesies_around_a_question(citizen: Citizen) -> None:
    hello = citizen.says("你好")
    assert (hello["status"], hello["reason"]) == ("answered", "small_talk_greeting")
    assert hello["suggestions"]

    from_suggestion = citizen.says(hello["suggestions"][0])
    assert from_suggestion["status"] in ("answered", "partial")

    thanks = citizen.says("唔該晒")
    assert thanks["reason"] == "small_talk_thanks"
    assert citizen.says("你是真人吗")["reason"] == "small_talk_who"
    assert citizen.says("再见")["suggestions"] == []


def test_in_english(citizen: Citizen) -> None:
    reply = citizen.says(
        "Ordinary passport (application, renewal, replacement and endorsement)", locale="en"
    )
    assert codes(reply) == {"GZ-CRJ-huzhao"}
    fee = citizen.says("How much is the fee?", locale="en")
    assert codes(fee) == {"GZ-CRJ-huzhao"}
    assert fee["sentences"][0]["text"].startswith("Fee ")
    assert "120元" in fee["text"]

    lost = Citizen(citizen.client).says("May I keep a unicorn in my garden?")
    assert lost["status"] in ("not_found", "clarify")
    assert "12367" in lost["text"]
    assert citizen.says("What is the weather today")["status"] == "out_of_scope"


def test_in_traditional_characters(citizen: Citizen) -> None:
    traditional = citizen.says("結婚登記要帶什麼證件？")
    simplified = Citizen(citizen.client).says("结婚登记要带什么证件？")
    assert codes(traditional) == codes(simplified) == {"GZ-MZ-jiehun"}
    assert traditional["text"] == simplified["text"]
    assert "不收费" in citizen.says("要收費嗎")["text"]


def test_in_cantonese(citizen: Citizen) -> None:
    reply = citizen.says("喺边度攞居住证")
    assert reply["status"] == "answered"
    assert codes(reply) == {PERMIT}
    assert codes(citizen.says("要几耐")) == {PERMIT}
    wrong = citizen.says("而家落雨，今晚食咩好")
    assert wrong["status"] == "out_of_scope"


def test_nothing_for_us_and_nothing_found(citizen: Citizen) -> None:
    outside = citizen.says("今晚吃什么好")
    assert (outside["status"], outside["reason"]) == ("out_of_scope", "not_government")
    assert outside["citations"] == []
    assert outside["suggestions"]

    unknown = citizen.says("量子纠缠备案去哪个窗口")
    assert unknown["status"] in ("not_found", "clarify")
    assert "12345" in unknown["text"]
    assert rows(unknown, "hotline")[-1]["tel"] == "12345"
    assert "不能凭猜测" in unknown["text"] or "不能确定" in unknown["text"]


def test_a_whole_life_event(citizen: Citizen) -> None:
    reply = citizen.says("老人走了要办什么")
    assert codes(reply) == {"GZB-shenhou"}
    parts = rows(reply, "choices")
    assert len(parts) >= 3
    opened = citizen.says(parts[0]["ask"])
    assert opened["status"] in ("answered", "partial", "clarify")


def test_a_rule_and_its_article(citizen: Citizen) -> None:
    rule = citizen.says("居住证暂行条例")
    article = rows(rule, "choices")[0]
    opened = citizen.says(article["ask"])
    assert opened["status"] == "answered"
    shown = rows(opened, "article")
    assert shown
    quotes = [one["quote"] for one in opened["citations"]]
    assert shown[0]["text"] in quotes
    assert "摘要" in opened["text"]


@pytest.mark.parametrize(
    "text",
    [
        "居住证首次申领要什么材料",
        "我家着火了",
        "你好",
        "今晚吃什么好",
        "我要补办",
        "",
        "老人走了要办什么",
    ],
)
def test_streamed_as_answered(client: TestClient, text: str) -> None:
    """Server-sent events hold what JSON holds, in the same order."""
    plain = Citizen(client).says(text)
    response = client.post(
        "/api/v1/chat", json={"text": text}, headers={"Accept": "text/event-stream"}
    )
    assert response.headers["content-type"].startswith("text/event-stream")
    events = [
        (name, json.loads(data))
        for name, data in re.findall(r"event: (\w+)\ndata: (.*)\n\n", response.text)
    ]
    done = events[-1]
    assert done[0] == "done"
    for key in ("status", "text", "sentences", "citations", "cards", "suggestions", "label"):
        assert done[1][key] == plain[key]
    assert [name for name, _ in events[:-1]] == [
        "status",
        *["sentence"] * len(plain["sentences"]),
        *["card"] * len(plain["cards"]),
    ]
    assert events[0][1] == {"status": plain["status"]}
    assert [data for name, data in events if name == "sentence"] == plain["sentences"]
    assert [data for name, data in events if name == "card"] == plain["cards"]


@pytest.mark.parametrize("text", ["", "   ", "？？", "\n", "\u200b", "……"])
def test_a_kiosk_sends_nothing(citizen: Citizen, text: str) -> None:
    """A touch without words is asked back, with questions to tap."""
    reply = citizen.says(text)
    assert (reply["status"], reply["reason"]) == ("clarify", "empty")
    assert set(reply["suggestions"]) <= set(rules.welcome_questions())
    tapped = citizen.says(reply["suggestions"][0])
    assert tapped["status"] in ("answered", "partial")


def test_the_welcome_and_its_questions(citizen: Citizen) -> None:
    welcome = citizen.client.get("/api/v1/welcome").json()
    assert welcome["demonstration"] is True
    assert len(welcome["suggestions"]) >= 4
    for text in welcome["suggestions"]:
        assert Citizen(citizen.client).says(text)["status"] in ("answered", "partial", "guiding")


def test_two_citizens_do_not_hear_each_other(client: TestClient) -> None:
    one, other = Citizen(client), Citizen(client)
    one.says("居住证首次申领要什么材料")
    other.says("结婚登记要带什么")
    assert codes(one.says("那要多少钱？")) == {PERMIT}
    assert codes(other.says("那要多少钱？")) == {"GZ-MZ-jiehun"}


def test_too_much_at_once(citizen: Citizen) -> None:
    reply = citizen.says("居住证" * 300)
    assert (reply["status"], reply["reason"]) == ("refused", "too_long")
    assert "500" in reply["text"]
    assert citizen.says("居住证首次申领要什么材料")["status"] == "answered"


@pytest.mark.parametrize(
    ("text", "status", "reason"),
    [
        ("转人工", "handed_off", "waiting"),
        ("帮我查办件进度", "guiding", "ask_number"),
        ("我要举报餐馆卫生", "guiding", "form"),
    ],
)
def test_what_begins_something(citizen: Citizen, text: str, status: str, reason: str) -> None:
    reply = citizen.says(text)
    assert (reply["status"], reply["reason"]) == (status, reason)


def test_money_paid_out_is_no_fee(citizen: Citizen) -> None:
    reply = citizen.says("高龄老年人津贴每月多少钱")
    assert "收费" not in reply["text"]
    assert codes(reply) == {"GZ-MZ-gaoling-jintie"}


def test_the_very_question_of_a_record(citizen: Citizen) -> None:
    reply = citizen.says("产假有多少天")
    assert reply["sentences"][0]["text"].startswith("常见问题“产假有多少天？”")


SURVIVORS = "GZ-SB-yangbao-siwang-daiyu"


def test_an_ordinal_points_at_the_list_of_some_turns_ago(citizen: Citizen) -> None:
    listed = rows(citizen.says("居住证要什么材料"), "choices")
    citizen.says("第一个")
    citizen.says("结婚登记要多久")
    back = citizen.says("頭先第二個")
    assert codes(back) == {listed[1]["code"]}
    third = citizen.says("上面第三个去哪办")
    assert codes(third) == {listed[2]["code"]}
    beyond = citizen.says("第九个")
    assert (beyond["status"], beyond["reason"]) == ("clarify", "no_such")
    assert [row["code"] for row in rows(beyond, "choices")] == [row["code"] for row in listed]


def test_an_ordinal_where_nothing_was_listed(citizen: Citizen) -> None:
    assert citizen.says("第一个")["reason"] == "no_list"
    citizen.says("身份证丢了怎么补办")
    assert citizen.says("第二个")["reason"] == "no_list"
    assert codes(citizen.says("第二步怎么办")) == {"GZ-HJ-sfz-buling"}


def test_ordinals_within_a_bundle(citizen: Citizen) -> None:
    parts = rows(citizen.says("我老公走了"), "choices")
    assert codes(citizen.says("第二步怎么办")) == {parts[1]["code"]}
    assert codes(citizen.says("第3个在哪办")) == {parts[2]["code"]}
    assert codes(citizen.says("第五项要什么材料")) == {parts[4]["code"]}
    answered = citizen.says("第一个")
    assert (answered["status"], codes(answered)) == ("guiding", {"GZB-shenhou"})

    plan = rows(citizen.says("先看清单"), "plan")
    assert codes(citizen.says("第三步要带咩")) == {plan[2]["code"]}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("他的养老金怎么办", SURVIVORS),
        ("佢份退休金仲有冇得攞", SURVIVORS),
        ("抚恤金能领多少", SURVIVORS),
        ("社保里的钱能取吗", SURVIVORS),
        ("户口要怎么弄", "GZ-HJ-siwang-zhuxiao"),
        ("佢間屋點算", "GZ-BDC-zhuanyi-jicheng"),
    ],
)
def test_a_widow_asks_about_what_was_his(citizen: Citizen, text: str, code: str) -> None:
    citizen.says("我老公走了")
    assert codes(citizen.says(text)) == {code}


def test_a_widow_without_income_is_told_of_no_cremation(citizen: Citizen) -> None:
    citizen.says("我老公走了")
    citizen.says("他的养老金怎么办")
    reply = citizen.says("我以后没收入怎么办")
    assert reply["status"] in ("not_found", "clarify")
    assert "没有听明白这个回答" not in reply["text"]


@pytest.mark.parametrize(
    ("first", "then", "code"),
    [
        ("普通护照申领要什么材料", "我女儿五岁呢", "GZ-CRJ-huzhao-ertong"),
        ("普通护照申领要什么材料", "咁細路仔呢", "GZ-CRJ-huzhao-ertong"),
        ("居住证首次申领要什么材料", "那小孩呢", PERMIT),
        ("买房提取公积金要什么材料", "那租房呢", "GZ-GJJ-tiqu-zufang"),
        ("个体工商户设立登记要什么材料", "换成公司呢", "GZ-QY-gongsi-sheli"),
    ],
)
def test_only_what_is_different_is_named(
    citizen: Citizen, first: str, then: str, code: str
) -> None:
    citizen.says(first)
    assert codes(citizen.says(then)) == {code}


def test_a_new_matter_is_not_glued_to_the_last(citizen: Citizen) -> None:
    citizen.says("身份证丢了怎么补办")
    insured = citizen.says("我可以买社保吗")
    assert insured["status"] == "clarify"
    assert "GZ-SB-linghuo-yanglao" in {row["code"] for row in rows(insured, "choices")}
    citizen.says("结婚登记要带什么")
    assert codes(citizen.says("护照多少钱")) == {"GZ-CRJ-huzhao"}


def test_what_each_of_a_family_costs(citizen: Citizen) -> None:
    assert "120元" in Citizen(citizen.client).says("護照幾多錢")["text"]
    reply = citizen.says("身份证多少钱")
    assert (reply["status"], reply["reason"]) == ("clarify", "family")
    told = rows(reply, "choices")
    assert len({row["text"] for row in told}) == len(told) > 2
    quotes = {one["n"]: one["code"] for one in reply["citations"]}
    assert all(quotes[n] == row["code"] for row in told for n in row["citations"])
    assert codes(citizen.says("第二个")) == {told[1]["code"]}
