"""Orders worked by hand: what a list holds, what is noted, which steps may follow."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from assistant.audit.log import AuditLog
from assistant.errors import OrderError
from assistant.records import moments
from assistant.records.base import open_engine
from assistant.records.book import OrderBook
from assistant.records.clerk import OrderClerk
from assistant.records.retention import OrderRetention
from assistant.records.schema import upgrade
from assistant.work_orders import acts
from assistant.work_orders.types import FollowUp, OrderStatus, OrderView
from tests.assistant.records.seals import MemorySeals
from tests.contracts.work_order_desks import PHONE, TEXT, order


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    made = open_engine(f"sqlite:///{tmp_path_factory.mktemp('clerk') / 'orders.db'}")
    upgrade(made)
    yield made
    made.dispose()


SEALS = MemorySeals()


def clerk_over(engine: Engine, *, city: bool = False) -> OrderClerk:
    book = OrderBook(engine=engine, seals=SEALS)
    return OrderClerk(book=book, audit=AuditLog(engine=engine), city=city)


def filed(clerk: OrderClerk, key: str) -> tuple[str, str]:
    receipt = clerk.book.file(order(key=key))
    return receipt.number, receipt.check


def last(clerk: OrderClerk) -> tuple[str, str]:
    line = clerk.audit.lines(most=1)[0]
    return line.action, line.object


def test_a_list_has_no_text_and_nobody_in_it(engine: Engine) -> None:
    clerk = clerk_over(engine)
    number, check = filed(clerk, "list")
    lines = len(clerk.audit.lines())
    (mine,) = [one for one in clerk.listed() if one.number == number]
    assert (mine.status, mine.acts) == (OrderStatus.FILED, 0)
    assert TEXT not in repr(clerk.listed()) and PHONE not in repr(clerk.listed())
    assert len(clerk.audit.lines()) == lines
    clerk.book.follow_up(number, check, FollowUp(act="withdraw", key="w"))
    assert number not in {one.number for one in clerk.listed()}
    assert number in {one.number for one in clerk.listed(ended=True)}
    assert number in {one.number for one in clerk.listed(OrderStatus.WITHDRAWN)}


def test_every_look_at_a_text_is_noted(engine: Engine) -> None:
    clerk = clerk_over(engine)
    number, check = filed(clerk, "look")
    clerk.book.follow_up(number, check, FollowUp(act="add", text="又来了", key="a"))
    found = clerk.opened(number, by="cli")
    assert found.order is not None and found.order.text == TEXT
    assert [what.text for _, what in found.done] == ["又来了"]
    assert last(clerk) == ("order.read", number)
    clerk.opened(number.lower(), by="cli", whole=True)
    assert last(clerk) == ("order.reveal", number)
    assert clerk.audit.verify().whole


def test_of_an_erased_person_only_the_steps_are_left(engine: Engine) -> None:
    clerk = clerk_over(engine)
    number = clerk.book.file(order(person="gone")).number
    clerk.book.erase("gone")
    found = clerk.opened(number, by="cli")
    assert found.order is None
    assert found.view.status is OrderStatus.FILED


def test_what_was_kept_for_long_enough_goes_no_further(engine: Engine) -> None:
    clerk = clerk_over(engine)
    number, _ = filed(clerk, "retired")
    clerk.advance(number, OrderStatus.CLOSED, by="cli", note="已经修好", department="区教育局")
    later = replace(clerk.book, clock=lambda: moments.now() + timedelta(days=400))
    kept = OrderRetention(engine=engine, seals=SEALS, audit=clerk.audit, clock=later.clock)
    assert asyncio.run(kept.retire(timedelta(days=300))) >= 1
    lines = len(clerk.audit.lines())
    with pytest.raises(OrderError, match="保存期满"):
        clerk.advance(number, OrderStatus.REVISITED, by="cli", note="满意")
    assert len(clerk.audit.lines()) == lines
    found = clerk.opened(number, by="cli", whole=True)
    assert found.order is None and found.view.retired is not None


def test_steps_go_on_with_their_reason_and_are_noted(engine: Engine) -> None:
    clerk = clerk_over(engine)
    number, check = filed(clerk, "steps")
    clerk.advance(number, OrderStatus.ASSIGNED, by="cli", department="区教育局")
    assert last(clerk) == ("order.advance", f"{number}:assigned")
    clerk.advance(number, OrderStatus.EXTENDED, by="cli", note="要鉴定", days=10)
    clerk.advance(number, OrderStatus.CLOSED, by="cli", note="已经修好")
    seen = clerk.book.look_up(number, check)
    assert isinstance(seen, OrderView)
    assert [one.status.value for one in seen.events] == ["filed", "assigned", "extended", "closed"]
    assert (seen.department, seen.extended_days) == ("区教育局", 10)
    assert seen.events[-1].note == "已经修好"


def test_what_cannot_be_is_refused_and_changes_nothing(engine: Engine) -> None:
    clerk = clerk_over(engine)
    number, _ = filed(clerk, "refused")
    before = len(clerk.audit.lines())
    for status, more in (
        (OrderStatus.REVISITED, {}),
        (OrderStatus.WITHDRAWN, {}),
        (OrderStatus.CLOSED, {}),
        (OrderStatus.CLOSED, {"note": " "}),
        (OrderStatus.EXTENDED, {"note": "忙"}),
        (OrderStatus.WORKING, {"days": 3}),
    ):
        with pytest.raises(OrderError):
            clerk.advance(number, status, by="cli", **more)
    with pytest.raises(OrderError, match="没有这个编号"):
        clerk.opened("GZ20260101000000000", by="cli")
    with pytest.raises(OrderError, match="城市的系统"):
        clerk_over(engine, city=True).advance(number, OrderStatus.WORKING, by="cli")
    assert len(clerk.audit.lines()) == before
    assert clerk.opened(number, by="cli").view.status is OrderStatus.FILED


@settings(max_examples=12, deadline=None)
@given(st.lists(st.sampled_from(list(OrderStatus)), max_size=5))
def test_only_steps_that_may_follow_are_taken(engine: Engine, steps: list[OrderStatus]) -> None:
    clerk = clerk_over(engine)
    number = clerk.book.file(order()).number
    now = OrderStatus.FILED
    for status in steps:
        try:
            view = clerk.advance(
                number,
                status,
                by="cli",
                note="因为",
                department="区教育局",
                days=1 if status is OrderStatus.EXTENDED else None,
            )
        except OrderError:
            assert status not in acts.NEXT[now]
        else:
            assert status in acts.NEXT[now]
            assert view.status is status
            now = status


def test_every_status_says_what_may_follow() -> None:
    assert set(acts.NEXT) == set(OrderStatus)
    assert all(OrderStatus.FILED not in following for following in acts.NEXT.values())
    assert all(OrderStatus.WITHDRAWN not in following for following in acts.NEXT.values())
