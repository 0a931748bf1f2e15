"""Every bundle of the pack, from its name to a plan and a printed sheet, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from knowledge.types import Bundle
from tests.journeys.test_conversations import Citizen, rows
from tests.records import built_in

BUNDLES = {one.code: one for one in built_in() if isinstance(one, Bundle) and one.questions}
DAYS = "2026年11月3日"


def question(reply: dict[str, Any]) -> dict[str, Any] | None:
    return next((card for card in reply["cards"] if card["kind"] == "question"), None)


def first_answer(card: dict[str, Any]) -> str:
    """What someone might tap: a day, a number, or the first option."""
    said = {"date": DAYS, "number": "1"}.get(card["entry"])
    return said or str(card["rows"][0]["ask"])


@pytest.mark.parametrize("code", sorted(BUNDLES))
@pytest.mark.parametrize("knows", [True, False], ids=["answers", "does-not-know"])
def test_leads_to_a_plan(client: TestClient, code: str, knows: bool) -> None:
    citizen = Citizen(client)
    reply = citizen.says(f"{BUNDLES[code].name}（{code}）")
    assert reply["status"] == "guiding"
    asked = 0
    while card := question(reply):
        asked += 1
        assert asked <= 7, "asked too often, or an answer was not understood"
        reply = citizen.says(first_answer(card) if knows else "不知道")
    assert (reply["status"], reply["reason"]) == ("answered", "plan")
    stopped = not rows(reply, "plan")
    assert stopped == (not any(one["kind"] == "plan" for one in reply["cards"]))
    if not knows:
        assert not stopped, "nobody is turned away for not knowing"


def test_a_sheet_and_a_calendar_without_a_name(client: TestClient) -> None:
    citizen = Citizen(client)
    reply = citizen.says("公民身后一件事（GZB-shenhou）")
    for _ in range(7):
        if card := question(reply):
            reply = citizen.says(first_answer(card))
    saved = citizen.says("保存并打印")
    links = [row["url"] for row in rows(saved, "saved")]
    page = client.get(links[0])
    assert page.status_code == 200
    assert "公民身后" in page.text
    calendar = client.get(links[1])
    assert calendar.headers["content-type"].startswith("text/calendar")
    assert "BEGIN:VEVENT" in calendar.text


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("我妈上个月走了，要办哪些手续", "GZB-shenhou"),
        ("老婆刚生了宝宝，要办什么", "GZB-xinsheng"),
        ("想开个小饭馆要办哪些手续", "GZB-canyin"),
        ("第一次来广州打工，要办些什么", "GZB-laisui"),
    ],
)
def test_a_life_event_names_its_bundle(client: TestClient, said: str, code: str) -> None:
    reply = Citizen(client).says(said)
    assert reply["status"] == "guiding"
    assert reply["citations"][0]["code"] == code


def test_what_one_may_claim(client: TestClient) -> None:
    citizen = Citizen(client)
    reply = citizen.says("我能领什么补贴")
    for asked in range(8):
        card = question(reply)
        if card is None:
            break
        assert asked < 7
        options = {"choice": card["rows"][0]["ask"], "yes_no": "是"}
        age = "82" if "多大" in card["title"] else "不知道"
        reply = citizen.says(str(options.get(card["entry"], age)))
    assert reply["reason"] == "benefits"
    assert rows(reply, "overview")
