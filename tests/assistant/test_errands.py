"""Errands: each kind goes to its desk; whoever is away makes an outcome, not an error."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assistant.cases.types import Case
from assistant.errands import Desks, carry_out
from assistant.errors import Unavailable
from assistant.handoff.types import Package, Place
from assistant.types import (
    Away,
    CallPerson,
    DialogueState,
    Erase,
    Erased,
    Errand,
    FileOrder,
    Follow,
    LookUp,
    Outcome,
    Similar,
    Turn,
)
from assistant.work_orders.types import (
    Asker,
    FollowUp,
    OrderKind,
    OrderView,
    Receipt,
    Refused,
    WorkOrder,
)
from channels.types import Message
from tests.assistant.desks import FakeCases, FakeOrders, FakeStaff

ORDER = WorkOrder(key="k", person="p", kind=OrderKind.COMPLAINT, text="楼下烧烤店每晚噪音")
CASE = Case(
    number="A1", title="居住证", department="派出所", received=datetime(2026, 11, 1, tzinfo=UTC)
)


def turn(errand: Errand | None) -> Turn:
    return Turn(id="t", session_id="s", message=Message(text="提交"), release="r1", errand=errand)


def outcome(errand: Errand, desks: Desks | None) -> Outcome | None:
    return asyncio.run(carry_out(turn(errand), desks)).outcome


@pytest.fixture
def orders() -> FakeOrders:
    return FakeOrders()


@pytest.fixture
def desks(orders: FakeOrders) -> Desks:
    cases = FakeCases(cases={"A1": CASE})
    return Desks(orders=orders, cases=cases, staff=FakeStaff(), similar=orders.similar)


def test_without_an_errand_nothing_happens(desks: Desks) -> None:
    one = turn(None)
    assert asyncio.run(carry_out(one, desks)) is one


def test_filed_once_a_key(orders: FakeOrders, desks: Desks) -> None:
    first = outcome(FileOrder(order=ORDER, unless_similar=True), desks)
    assert isinstance(first, Receipt)
    assert outcome(FileOrder(order=ORDER, unless_similar=True), desks) == first
    assert len(orders.orders) == 1


def test_like_another(orders: FakeOrders, desks: Desks) -> None:
    first = outcome(FileOrder(order=ORDER), desks)
    assert isinstance(first, Receipt)
    again = replace(ORDER, key="other")
    assert outcome(FileOrder(order=again, unless_similar=True), desks) == Similar(
        numbers=(first.number,)
    )
    assert len(orders.orders) == 1
    assert isinstance(outcome(FileOrder(order=again), desks), Receipt)


def test_whether_it_is_like_another_may_be_unknown(desks: Desks) -> None:
    async def away(_order: WorkOrder) -> tuple[str, ...]:
        raise Unavailable("away")

    found = outcome(FileOrder(order=ORDER, unless_similar=True), replace(desks, similar=away))
    assert isinstance(found, Receipt)


def test_look_up_and_follow(desks: Desks) -> None:
    receipt = outcome(FileOrder(order=ORDER), desks)
    assert isinstance(receipt, Receipt)
    number, check = receipt.number, receipt.check
    assert isinstance(outcome(LookUp(number=number, check=check), desks), OrderView)
    urge = FollowUp(act="urge", key="u")
    assert isinstance(outcome(Follow(number=number, check=check, what=urge), desks), OrderView)
    assert outcome(LookUp(number="A1", check="5678"), desks) == CASE
    assert outcome(LookUp(number="A1", check="0000"), desks) == Refused(reason="unknown")


def test_whose_order_it_is_is_told_to_the_desk(orders: FakeOrders, desks: Desks) -> None:
    receipt = outcome(FileOrder(order=ORDER), desks)
    assert isinstance(receipt, Receipt)
    known = (receipt.number, receipt.check)
    look = LookUp(number=receipt.number, check=receipt.check)
    filed = replace(turn(look), state=DialogueState(receipts=(known,)))
    asyncio.run(carry_out(filed, desks))
    asyncio.run(carry_out(replace(filed, errand=replace(look, check="0000")), desks))
    outcome(look, desks)
    assert orders.askers == [
        Asker(session="s", own=True),
        Asker(session="s"),
        Asker(session="s"),
    ]


def test_a_case_is_not_asked_for_at_the_desk_of_orders(orders: FakeOrders, desks: Desks) -> None:
    """There its number is unknown, and five of those lock it."""
    outcome(LookUp(number="A1", check="5678"), desks)
    urged = Follow(number="A1", check="5678", what=FollowUp(act="urge", key="u"))
    assert outcome(urged, desks) == CASE
    assert orders.askers == []


def test_a_person(desks: Desks) -> None:
    call = CallPerson(desk="hotline", package=Package(lines=()))
    assert isinstance(outcome(call, desks), Place)
    assert outcome(call, replace(desks, staff=None)) == Away()


def test_erasing(desks: Desks) -> None:
    async def erase(session_id: str) -> tuple[str, ...]:
        return (f"kept for {session_id}",)

    assert outcome(Erase(), desks) == Erased()
    assert outcome(Erase(), replace(desks, erase=erase)) == Erased(kept=("kept for s",))


def test_away(orders: FakeOrders, desks: Desks) -> None:
    orders.away = True
    assert outcome(FileOrder(order=ORDER), desks) == Away()
    assert outcome(LookUp(number="GZ20261122000000001", check="5678"), desks) == Away()
    assert outcome(FileOrder(order=ORDER), None) == Away()
