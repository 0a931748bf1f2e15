"""A person takes over in the midst of something, over HTTP and the real desk: what was begun waits
untouched, nobody asks twice.  Out of office hours an order to be called back takes all along."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant import bootstrap
from assistant.accounts.types import Account
from assistant.app import app_of
from assistant.audit.log import AuditLog
from assistant.handoff.desk import SqlStaffDesk
from assistant.handoff.hours import ALWAYS, read_hours
from tests.assistant.desks import AIDS, FakeOrders, desks
from tests.assistant.staffing import Clock, FakeSeals, database
from tests.conftest import settings_of
from tests.journeys.test_conversations import Citizen, rows

LIN = Account(id="st-1", name="lin", badge="001", role="agent", desks=("hotline", "window"))


@dataclass(frozen=True)
class Counter:
    """A citizen, the clerk they talk to, and the orders that were filed."""

    citizen: Citizen
    desk: SqlStaffDesk
    orders: FakeOrders

    def says(self, text: str) -> dict[str, Any]:
        return self.citizen.says(text)

    def take(self) -> str:
        (waiting,) = asyncio.run(self.desk.queue(LIN))
        assert asyncio.run(self.desk.take(LIN, waiting.place.id))
        return waiting.place.id

    def back(self, id_: str) -> None:
        assert asyncio.run(self.desk.answer(LIN, id_, "我看过了，请接着填。"))
        assert asyncio.run(self.desk.hand_back(LIN, id_))

    def heard(self, id_: str) -> list[str | None]:
        lines = asyncio.run(self.desk.lines(LIN, id_))
        return [one.text for one in lines if one.who == "citizen" and one.kind == "said"]


@pytest.fixture(scope="module")
def built(home: Path) -> bootstrap.Parts:
    return bootstrap.build(settings_of(home))


@pytest.fixture
def counter(built: bootstrap.Parts, tmp_path: Path) -> Iterator[Counter]:
    engine, clock, orders = database(tmp_path), Clock(), FakeOrders()
    desk = SqlStaffDesk(
        engine=engine,
        seals=FakeSeals(),
        audit=AuditLog(engine=engine, clock=clock),
        hours={"hotline": ALWAYS, "window": read_hours("20:00-21:00")},
        present=lambda _: 1,
        clock=clock,
    )
    assistant = replace(
        built.assistant, aids=lambda _: AIDS, desks=replace(desks(orders), staff=desk)
    )
    services = replace(built.services, respond=assistant.take_turn)
    with TestClient(app_of(replace(built, services=services))) as client:
        yield Counter(Citizen(client), desk, orders)
    engine.dispose()


def test_a_form_half_filled_is_still_there_when_handed_back(counter: Counter) -> None:
    counter.says("我要投诉")
    counter.says("楼下烧烤店每晚嘈到两点")
    assert counter.says("转人工")["reason"] == "waiting"
    id_ = counter.take()
    told = ["番禺区市桥大北路1号", "13912345678", "提交", "跳过", "第二个"]
    for text in told:
        assert counter.says(text)["reason"] == "delivered"
    heard = counter.heard(id_)
    assert (heard[0], *heard[2:]) == (told[0], *told[2:])
    assert heard[1] == "139****5678"  # masked on the clerk's screen
    assert counter.orders.orders == {}
    counter.back(id_)
    again = counter.says("好的")
    assert "继续登记" in again["suggestions"]
    assert counter.orders.orders == {}
    assert "在哪里" in counter.says("继续登记")["sentences"][-1]["text"]
    counter.says("天河区石牌东路88号")
    for _ in range(9):
        reply = counter.says("跳过")
        if any(card["kind"] == "draft" for card in reply["cards"]):
            break
    assert counter.says("提交")["status"] == "filed"
    (order,) = counter.orders.orders.values()
    assert order.text == "楼下烧烤店每晚嘈到两点"
    assert order.place is not None
    assert "石牌东路88号" in order.place
    assert order.contact.phone is None  # it was told to the clerk
    assert counter.says("提交")["reason"] == "already"
    assert len(counter.orders.orders) == 1


def test_consent_said_to_a_person_files_nothing(counter: Counter) -> None:
    """Nor does a yes after the hand-back: the draft is shown anew, or 提交 is said."""
    counter.says("我要投诉天河区石牌东路88号楼下烧烤店，每晚噪音到两点，希望十二点前收档")
    assert rows(counter.says("换成匿名"), "draft")
    counter.says("转人工")
    id_ = counter.take()
    for text in ("确认", "好的", "提交"):
        assert counter.says(text)["reason"] == "delivered"
    counter.back(id_)
    assert counter.says("好的")["status"] != "filed"
    assert counter.orders.orders == {}
    assert counter.says("提交")["status"] == "filed"
    assert len(counter.orders.orders) == 1


def test_what_the_assistant_asked_is_not_answered_by_what_a_person_is_told(
    counter: Counter,
) -> None:
    assert counter.says("查进度")["reason"] == "ask_number"
    counter.says("转人工")
    id_ = counter.take()
    assert counter.says("440100-2026-0077")["reason"] == "delivered"
    assert len(counter.heard(id_)) == 1
    counter.back(id_)
    assert counter.says("居住证要什么材料")["status"] in ("answered", "clarify", "partial")


def test_a_choice_is_for_the_person_who_took_over(counter: Counter) -> None:
    counter.says("居住证")
    counter.says("转人工")
    id_ = counter.take()
    assert counter.says("第一个")["reason"] == "delivered"
    counter.back(id_)
    assert counter.heard(id_) == ["第一个"]


def test_an_order_to_be_called_back_asks_for_time_and_telephone_only(counter: Counter) -> None:
    counter.says("居住证要什么材料")
    counter.says("我是租房的")
    closed = counter.says("转窗口")
    assert closed["reason"] == "call_back"
    (ask,) = closed["suggestions"]
    assert "什么时间" in counter.says(ask)["sentences"][-1]["text"]
    assert "哪个号码" in counter.says("明天上午")["sentences"][-1]["text"]
    shown = counter.says("13812345678")
    assert any(card["kind"] == "draft" for card in shown["cards"])
    assert counter.says("提交")["status"] == "filed"
    (order,) = counter.orders.orders.values()
    assert "居住证要什么材料；我是租房的" in order.text
    assert "转窗口" not in order.text
    assert (order.when, order.contact.phone) == ("明天上午", "13812345678")
    assert asyncio.run(counter.desk.queue(LIN)) == ()


def test_who_fills_a_form_out_of_hours_goes_on_with_it(counter: Counter) -> None:
    """A second order would only tell the same; and nobody is told again and again that the desk is
    closed."""
    counter.says("我要投诉")
    counter.says("楼下烧烤店每晚嘈到两点")
    closed = counter.says("转窗口")
    assert (closed["reason"], closed["suggestions"]) == ("call_back", ["继续登记"])
    assert "在哪里" in counter.says("请给我回电")["sentences"][-1]["text"]
    assert "哪个区" in counter.says("石牌东路88号")["sentences"][-1]["text"]
