"""Orders whose time is over lose their texts and keys; nothing that is still under way does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from assistant.audit.log import AuditLog
from assistant.errors import Unavailable
from assistant.privacy.sealing import Sealer, new_key
from assistant.records.desk import SqlWorkOrderDesk
from assistant.records.orders import ActRow, OrderRow
from assistant.records.outbox import OutboxRow
from assistant.records.persons import Person, SqlVault
from assistant.records.retention import OrderRetention
from assistant.work_orders import acts
from assistant.work_orders.types import (
    FollowUp,
    OrderEvent,
    OrderStatus,
    OrderView,
    Receipt,
    Refused,
)
from tests.assistant.records import databases
from tests.assistant.staffing import Clock
from tests.contracts.work_order_desks import PHONE, TEXT, order

KEPT = timedelta(days=100)
SECRETS = (TEXT, PHONE, "张三", "某工地", "已到现场")


@dataclass
class Office:
    """A desk, what destroys for it, and their clock."""

    desk: SqlWorkOrderDesk
    retention: OrderRetention
    clock: Clock
    engine: Engine

    def file(self, **changes: object) -> Receipt:
        return asyncio.run(self.desk.file(order(**changes)))  # type: ignore[arg-type]

    def step(self, receipt: Receipt, status: OrderStatus) -> None:
        event = OrderEvent(status=status, at=self.clock(), department="海珠区分局", note="已到现场")
        asyncio.run(self.desk.advance(receipt.number, [event]))

    def act(self, receipt: Receipt, what: FollowUp) -> OrderView | Refused:
        return asyncio.run(self.desk.follow_up(receipt.number, receipt.check, what))

    def view(self, receipt: Receipt) -> OrderView:
        found = asyncio.run(self.desk.look_up(receipt.number, receipt.check))
        assert isinstance(found, OrderView)
        return found

    def retire(self) -> int:
        return asyncio.run(self.retention.retire(KEPT))

    def row(self, receipt: Receipt) -> OrderRow:
        with Session(self.engine) as session:
            return session.scalars(select(OrderRow).where(OrderRow.number == receipt.number)).one()

    def keys(self) -> int:
        """How many keys there are."""
        with Session(self.engine) as session:
            there = select(func.count()).where(Person.wrapped.is_not(None))
            return session.scalar(there.select_from(Person)) or 0


def office(engine: Engine, *, outbox: bool = False) -> Office:
    clock, seals = Clock(), SqlVault(engine, Sealer(new_key()))
    return Office(
        desk=SqlWorkOrderDesk(engine, seals, outbox=outbox, clock=clock),
        retention=OrderRetention(
            engine=engine, seals=seals, audit=AuditLog(engine=engine, clock=clock), clock=clock
        ),
        clock=clock,
        engine=engine,
    )


class RetentionContract:
    """Over ``engine``."""

    def test_what_ended_long_ago_leaves_its_course(self, engine: Engine) -> None:
        here = office(engine)
        receipt, other = here.file(), here.file()
        here.act(receipt, FollowUp(act="add", text="又来了"))
        here.step(receipt, OrderStatus.CLOSED)
        here.clock.go(days=101)
        assert here.retire() == 1
        assert here.retire() == 0
        view, row = here.view(receipt), here.row(receipt)
        assert [(one.status.value, one.note) for one in view.events] == [
            ("filed", None),
            ("closed", None),
        ]
        assert (view.topic, view.department) == ("noise", "海珠区分局")
        assert view.retired == here.clock()
        held = (row.sealed_text, row.sealed_contact, row.sealed_check, row.sealed_remote_check)
        assert held == (b"", b"", b"", None)
        assert (row.person, row.sealed_for) == ("", None)
        with Session(engine) as session:
            assert session.scalars(select(ActRow.sealed_text)).all() == [None]
        assert here.keys() == 1  # of the other order, of the same person
        assert here.desk.book.order(here.row(other).id) is not None
        log = here.retention.audit
        assert [(one.actor, one.action, one.object) for one in log.lines()] == [
            ("system", "order.retire", receipt.number)
        ]
        assert log.verify().whole

    def test_who_is_killed_in_between_goes_on(self, engine: Engine) -> None:
        here = office(engine)
        receipt = here.file()
        here.step(receipt, OrderStatus.CLOSED)
        here.clock.go(days=101)
        cut = replace(here.retention, seals=_Away())
        with pytest.raises(Unavailable):
            asyncio.run(cut.retire(KEPT))
        assert here.row(receipt).sealed_text == b""
        assert here.keys() == 1
        assert here.retire() == 0  # it was counted when its line was written
        assert here.keys() == 0
        assert len(here.retention.audit.lines()) == 1


class _Away:
    """``Seals`` of a database that went away."""

    def seal(self, person: str, text: str) -> bytes:
        raise Unavailable("away")

    def open(self, person: str, sealed: bytes) -> str | None:
        raise Unavailable("away")

    def erase(self, person: str) -> None:
        raise Unavailable("away")


class TestSqlite(RetentionContract):
    @pytest.fixture
    def engine(self, tmp_path: Path) -> Iterator[Engine]:
        with databases.opened(f"sqlite:///{tmp_path}/suiwen.db") as engine:
            yield engine


class TestPostgres(RetentionContract):
    @pytest.fixture
    def engine(self, postgres_url: str) -> Iterator[Engine]:
        from assistant.records.base import Base

        with databases.opened(postgres_url) as engine:
            Base.metadata.drop_all(engine)
            Base.metadata.create_all(engine)
            yield engine


@pytest.fixture
def here() -> Iterator[Office]:
    with databases.opened() as engine:
        yield office(engine)


_STEPS = st.lists(
    st.tuples(st.sampled_from([*OrderStatus]), st.integers(0, 80)), min_size=0, max_size=4
)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(_STEPS, st.booleans()), min_size=1, max_size=5),
    st.integers(0, 300),
)
def test_only_what_is_over_told_and_old_goes(
    filed: list[tuple[list[tuple[OrderStatus, int]], bool]], later: int
) -> None:
    """Whatever happened to a person's orders: those that are open, young or undelivered keep every
    word; the others keep none."""
    with databases.opened() as engine:
        here = office(engine, outbox=True)
        ends = []
        for steps, delivered in filed:
            receipt = here.file()
            last, status = here.clock(), OrderStatus.FILED
            for status, days in steps:
                here.clock.go(days=days)
                here.step(receipt, status)
                last = here.clock()
            if delivered:
                with Session(engine) as session, session.begin():
                    mine = OutboxRow.order_id == here.row(receipt).id
                    session.execute(update(OutboxRow).where(mine).values(done=here.clock()))
            ends.append((receipt, status, last, delivered))
        here.clock.go(days=later)
        due = {
            receipt.number
            for receipt, status, last, delivered in ends
            if status in acts.OVER and delivered and last < here.clock() - KEPT
        }
        assert here.retire() == len(due)
        assert here.keys() == len(ends) - len(due)
        for receipt, *_ in ends:
            whole = here.desk.book.order(here.row(receipt).id)
            if receipt.number in due:
                assert whole is None
                assert here.view(receipt).retired is not None
            else:
                assert whole is not None
                assert (whole.text, whole.contact.phone) == (TEXT, PHONE)
                assert here.view(receipt).retired is None
        assert here.retire() == 0
        assert here.retention.audit.verify().whole


def test_no_word_is_left_in_the_file(tmp_path: Path) -> None:
    """Neither the texts nor the bytes that sealed them, in the database or its log."""
    with databases.opened(f"sqlite:///{tmp_path}/suiwen.db") as engine:
        here = office(engine)
        receipt = here.file()
        here.step(receipt, OrderStatus.WITHDRAWN)
        sealed = here.row(receipt)
        here.clock.go(days=101)
        assert here.retire() == 1
        stored = b"".join(one.read_bytes() for one in tmp_path.iterdir())
    for held in (sealed.sealed_text, sealed.sealed_contact, sealed.sealed_check):
        assert held not in stored
    assert not any(secret.encode() in stored for secret in SECRETS)
    assert receipt.number.encode() in stored


def test_nothing_is_done_with_it_any_more(here: Office) -> None:
    one = order()
    receipt = asyncio.run(here.desk.file(one))
    here.step(receipt, OrderStatus.CLOSED)
    here.clock.go(days=101)
    here.retire()
    for what in (FollowUp(act="reopen", text="还在吵"), FollowUp(act="rate", stars=1)):
        assert here.act(receipt, what) == Refused(reason="closed")
    with pytest.raises(KeyError):
        here.step(receipt, OrderStatus.REOPENED)
    with pytest.raises(Unavailable):
        asyncio.run(here.desk.file(one))
    assert asyncio.run(here.desk.recent(one.person)) == ()
    assert [one.status for one in here.view(receipt).events][-1] is OrderStatus.CLOSED


def test_a_person_s_first_key_stays_while_an_order_needs_it(here: Office) -> None:
    """Orders from before each had its own share their person's key."""
    old, open_ = here.file(), here.file()
    seals, person = here.retention.seals, "person-1"
    for receipt in (old, open_):
        row = here.row(receipt)
        text = seals.open(row.keeper, row.sealed_text)
        assert text is not None
        first = {"sealed_text": seals.seal(person, text), "sealed_for": None}
        with Session(here.engine) as session, session.begin():
            session.execute(update(OrderRow).where(OrderRow.id == row.id).values(first))
    here.step(old, OrderStatus.CLOSED)
    here.clock.go(days=101)
    assert here.retire() == 1
    assert here.row(old).sealed_text == b""
    assert seals.open(person, here.row(open_).sealed_text) is not None
    here.step(open_, OrderStatus.CLOSED)
    here.clock.go(days=101)
    sealed = here.row(open_).sealed_text
    assert here.retire() == 1
    assert seals.open(person, sealed) is None


def test_what_the_city_still_works_on_is_left(here: Office) -> None:
    receipt = here.file()
    here.step(receipt, OrderStatus.CLOSED)
    here.clock.go(days=101)
    asked = []

    async def away(number: int) -> bool:
        asked.append(number)
        return False

    async def reopened(number: int) -> bool:
        event = OrderEvent(status=OrderStatus.REOPENED, at=datetime.now(UTC))
        await here.desk.advance(receipt.number, [event])
        return True

    assert asyncio.run(replace(here.retention, fresh=away).retire(KEPT)) == 0
    assert asyncio.run(replace(here.retention, fresh=reopened).retire(KEPT)) == 0
    assert asked == [here.row(receipt).id]
    assert here.view(receipt).retired is None
