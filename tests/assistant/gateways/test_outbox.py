"""Kept here, told there exactly once, whatever fails in between."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
import structlog
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from assistant.errors import Unavailable
from assistant.gateways.desks import HttpWorkOrderDesk
from assistant.gateways.outbox import OutboxDesk, Pace
from assistant.records.base import open_engine
from assistant.records.desk import SqlWorkOrderDesk
from assistant.records.orders import OrderRow
from assistant.records.outbox import Outbox, OutboxRow
from assistant.work_orders.types import (
    Asker,
    FollowUp,
    OrderStatus,
    OrderView,
    Receipt,
    Refused,
    WorkOrder,
    WorkOrderDesk,
)
from tests.assistant.gateways.lines import PATIENCE, Naps, line_to
from tests.assistant.gateways.servers import Reference, reference
from tests.assistant.records import databases
from tests.assistant.records.databases import Clock
from tests.assistant.records.seals import MemorySeals
from tests.contracts.work_order_desks import (
    PHONE,
    TEXT,
    Advance,
    WorkOrderDeskContract,
    order,
    step,
)

PACE = Pace(lease=timedelta(seconds=30), look=60.0, patience=5.0)


@dataclass
class City:
    """The city's system as another desk of ours.  ``mood``: answers, is away, loses its answer
    after it stored, breaks in an unforeseen way, or never answers."""

    desk: SqlWorkOrderDesk
    mood: Literal["well", "away", "loses", "broken", "silent"] = "well"
    calls: list[str] = field(default_factory=list)

    async def file(self, order: WorkOrder) -> Receipt:
        return await self._with("file", lambda: self.desk.file(order))

    async def look_up(
        self, number: str, check: str, asker: Asker | None = None
    ) -> OrderView | Refused:
        return await self._with("look_up", lambda: self.desk.look_up(number, check))

    async def follow_up(
        self, number: str, check: str, what: FollowUp, asker: Asker | None = None
    ) -> OrderView | Refused:
        return await self._with(what.act, lambda: self.desk.follow_up(number, check, what))

    async def _with(self, call: str, do: Callable[[], Awaitable[Any]]) -> Any:
        self.calls.append(call)
        if self.mood == "away":
            raise Unavailable("away")
        if self.mood == "broken":
            raise RuntimeError("broken")
        if self.mood == "silent":
            await asyncio.Event().wait()
        found = await do()
        if self.mood == "loses":
            raise Unavailable("lost")
        return found


def stored(desk: SqlWorkOrderDesk) -> list[OrderRow]:
    """The orders of a desk."""
    with Session(desk.book.engine) as session:
        return list(session.scalars(select(OrderRow).order_by(OrderRow.id)))


def outcomes(engine: Engine) -> list[str | None]:
    """How each delivery ended, in order."""
    with Session(engine) as session:
        return list(session.scalars(select(OutboxRow.outcome).order_by(OutboxRow.id)))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def engine() -> Iterator[Engine]:
    with databases.opened() as engine:
        yield engine


@pytest.fixture
def seals() -> MemorySeals:
    return MemorySeals()


@pytest.fixture
def local(engine: Engine, seals: MemorySeals, clock: Clock) -> SqlWorkOrderDesk:
    return SqlWorkOrderDesk(engine, seals, outbox=True, clock=clock)


@pytest.fixture
def city_desk(clock: Clock) -> Iterator[City]:
    with databases.opened() as engine:
        yield City(SqlWorkOrderDesk(engine, MemorySeals(), clock=clock))


@pytest.fixture
def desk(local: SqlWorkOrderDesk, city_desk: City) -> OutboxDesk:
    return OutboxDesk(local, city_desk, pace=PACE, chance=lambda: 0.0)


class TestOutboxDesk(WorkOrderDeskContract):
    """While the city's system is away, nothing changes for citizens."""

    @pytest.fixture
    def desk(self, local: SqlWorkOrderDesk, city_desk: City) -> WorkOrderDesk:
        city_desk.mood = "away"
        return OutboxDesk(local, city_desk, pace=PACE)

    @pytest.fixture
    def advance(self, local: SqlWorkOrderDesk) -> Advance:
        return lambda number, event, days: local.advance(number, [event], days)

    @pytest.fixture
    def an_hour_passes(self, clock: Clock) -> Callable[[], Awaitable[None]]:
        return clock.an_hour


def test_an_order_is_told_once_and_linked(
    desk: OutboxDesk, local: SqlWorkOrderDesk, city_desk: City
) -> None:
    one = order()

    async def go() -> list[int]:
        await desk.file(one)
        await desk.file(one)
        before = (await desk.waiting()).count
        return [before, await desk.deliver_once(), await desk.deliver_once()]

    assert asyncio.run(go()) == [1, 1, 0]
    (ours,), (theirs,) = stored(local), stored(city_desk.desk)
    assert ours.remote_number == theirs.number
    told = city_desk.desk.book.order(theirs.id)
    assert told is not None
    assert (told.text, told.contact.phone, told.wish) == (TEXT, PHONE, "夜里停工")


@pytest.mark.parametrize("mood", ["away", "loses", "broken"])
def test_it_is_told_again_after_a_growing_pause(
    desk: OutboxDesk,
    local: SqlWorkOrderDesk,
    city_desk: City,
    clock: Clock,
    mood: Literal["away", "loses", "broken"],
) -> None:
    city_desk.mood = mood

    async def go() -> list[tuple[int, int]]:
        await desk.file(order())
        told = []
        for ahead in (0, 0, 1, 1, 1, 3, 1):  # seconds; the pauses are 1, 2, 4
            clock.ahead += timedelta(seconds=ahead)
            told.append((await desk.deliver_once(), city_desk.calls.count("file")))
        city_desk.mood = "well"
        clock.ahead += timedelta(seconds=8)
        told.append((await desk.deliver_once(), city_desk.calls.count("file")))
        return told

    with structlog.testing.capture_logs() as logs:
        told = asyncio.run(go())
    assert [calls for _, calls in told] == [1, 1, 2, 2, 3, 3, 4, 5]
    assert [done for done, _ in told] == [0] * 7 + [1]
    assert len(stored(city_desk.desk)) == 1
    assert [log["tries"] for log in logs] == [1, 2, 3, 4]
    assert TEXT not in repr(logs)


def test_pauses_have_an_end(local: SqlWorkOrderDesk, city_desk: City) -> None:
    desk = OutboxDesk(local, city_desk, pace=Pace(longest_pause=60), chance=lambda: 1.0)
    assert desk._pause(500) == 30.0


def test_a_lease_of_the_dead_runs_out(
    desk: OutboxDesk, engine: Engine, city_desk: City, clock: Clock
) -> None:
    async def go() -> list[int]:
        await desk.file(order())
        dead = Outbox(engine).claim(clock(), most=8, lease=PACE.lease)
        told = [len(dead), await desk.deliver_once()]
        clock.ahead += PACE.lease
        return [*told, await desk.deliver_once()]

    assert asyncio.run(go()) == [1, 0, 1]
    assert len(stored(city_desk.desk)) == 1


def test_whoever_lost_its_lease_neither_finishes_twice_nor_takes_it_back(
    desk: OutboxDesk, engine: Engine, clock: Clock
) -> None:
    outbox = Outbox(engine)
    asyncio.run(desk.file(order()))
    (first,) = outbox.claim(clock(), most=8, lease=timedelta())
    (second,) = outbox.claim(clock(), most=8, lease=PACE.lease)
    outbox.put_back(first, clock())
    assert outbox.claim(clock(), most=8, lease=PACE.lease) == ()
    assert outbox.finish(second, "filed", clock(), remote=("SZ2", b"2"))
    assert not outbox.finish(first, "filed", clock(), remote=("SZ1", b"1"))
    with Session(engine) as session:
        assert session.scalar(select(OrderRow.remote_number)) == "SZ2"


def test_acts_follow_their_order(
    desk: OutboxDesk, engine: Engine, city_desk: City, clock: Clock
) -> None:
    async def go() -> None:
        city_desk.mood = "away"
        receipt = await desk.file(order())
        for act in ("add", "urge", "withdraw"):
            what = FollowUp(act=act, text="又来了", key=secrets.token_hex())
            await desk.follow_up(receipt.number, receipt.check, what)
        await desk.deliver_once()
        city_desk.mood = "well"
        clock.ahead += timedelta(seconds=2)
        while await desk.deliver_once():
            pass

    asyncio.run(go())
    assert city_desk.calls == ["file", "file", "add", "urge", "withdraw"]
    assert outcomes(engine) == ["filed", "done", "done", "done"]
    assert stored(city_desk.desk)[0].status == "withdrawn"


def test_an_act_whose_answer_was_lost_counts_once(
    desk: OutboxDesk, city_desk: City, clock: Clock
) -> None:
    async def go() -> OrderView:
        receipt = await desk.file(order())
        await desk.deliver_once()
        theirs = stored(city_desk.desk)[0].number
        await city_desk.desk.advance(theirs, [step(OrderStatus.CLOSED)])
        assert isinstance(await desk.look_up(receipt.number, "1234"), OrderView)
        city_desk.mood = "loses"
        await desk.follow_up(receipt.number, "1234", FollowUp(act="reopen", key="k"))
        assert await desk.deliver_once() == 0
        city_desk.mood = "well"
        clock.ahead += timedelta(seconds=2)
        assert await desk.deliver_once() == 1
        return city_desk.desk.book.view(1)

    assert [one.status.value for one in asyncio.run(go()).events] == ["filed", "closed", "reopened"]


def test_what_the_city_refuses_is_not_sent_again(
    desk: OutboxDesk, engine: Engine, city_desk: City
) -> None:
    async def go() -> int:
        receipt = await desk.file(order())
        await desk.deliver_once()
        await city_desk.desk.advance(stored(city_desk.desk)[0].number, [step(OrderStatus.CLOSED)])
        await desk.follow_up(receipt.number, "1234", FollowUp(act="urge"))
        await desk.deliver_once()
        return (await desk.waiting()).count

    assert asyncio.run(go()) == 0
    assert outcomes(engine) == ["filed", "refused"]


def test_a_locked_number_there_is_waited_for(desk: OutboxDesk, city_desk: City) -> None:
    async def go() -> int:
        receipt = await desk.file(order())
        await desk.deliver_once()
        for _ in range(5):
            await city_desk.desk.look_up(stored(city_desk.desk)[0].number, "0")
        await desk.follow_up(receipt.number, "1234", FollowUp(act="urge"))
        await desk.deliver_once()
        return (await desk.waiting()).count

    assert asyncio.run(go()) == 1


def test_the_erased_are_not_told(
    desk: OutboxDesk, engine: Engine, local: SqlWorkOrderDesk, city_desk: City
) -> None:
    async def go() -> None:
        one = order()
        receipt = await desk.file(one)
        await desk.follow_up(receipt.number, "1234", FollowUp(act="add", text="又来了"))
        local.book.erase(one.person)
        while await desk.deliver_once():
            pass

    asyncio.run(go())
    assert outcomes(engine) == ["erased", "erased"]
    assert city_desk.calls == []


def test_states_are_read_back_once(
    desk: OutboxDesk, local: SqlWorkOrderDesk, city_desk: City, clock: Clock
) -> None:
    async def go() -> list[object]:
        receipt = await desk.file(order())
        await desk.deliver_once()
        theirs = stored(city_desk.desk)[0].number
        steps = [step(OrderStatus.ASSIGNED), step(OrderStatus.EXTENDED, "需现场监测")]
        await city_desk.desk.advance(theirs, steps, 5)
        pulled = [await desk.pull_once()]
        clock.ahead += PACE.pull
        pulled += [await desk.pull_once(), await desk.pull_once()]
        city_desk.mood = "away"
        return [*pulled, await desk.look_up(receipt.number, "1234")]

    *pulled, view = asyncio.run(go())
    assert pulled == [0, 1, 0]
    assert isinstance(view, OrderView)
    assert [one.status.value for one in view.events] == ["filed", "assigned", "extended"]
    assert (view.events[-1].note, view.extended_days) == ("需现场监测", 5)
    assert view.department == "海珠区分局"
    assert stored(local)[0].pulled == 3


def test_the_city_is_asked_before_texts_are_destroyed(
    desk: OutboxDesk, local: SqlWorkOrderDesk, city_desk: City
) -> None:
    """What it reopened is known then; while it is away nothing is destroyed; what it does not have
    is not waited for."""

    async def go() -> list[bool]:
        await desk.file(order())
        await desk.deliver_once()
        await local.file(order())
        first, second = (one.id for one in stored(local))
        city_desk.mood = "away"
        found = [await desk.fresh(first), await desk.fresh(second)]
        city_desk.mood = "well"
        theirs = stored(city_desk.desk)[0].number
        await city_desk.desk.advance(theirs, [step(OrderStatus.REOPENED)])
        found.append(await desk.fresh(first))
        return found

    assert asyncio.run(go()) == [False, True, True]
    assert [one.status for one in stored(local)] == ["reopened", "filed"]


def test_a_look_up_brings_the_news(desk: OutboxDesk, city_desk: City) -> None:
    async def go() -> list[object]:
        receipt = await desk.file(order())
        await desk.deliver_once()
        theirs = stored(city_desk.desk)[0].number
        await city_desk.desk.advance(theirs, [step(OrderStatus.ASSIGNED)])
        return [
            *await asyncio.gather(*(desk.look_up(receipt.number, "1234") for _ in range(3))),
            await desk.look_up(receipt.number, "0"),
        ]

    *views, wrong = asyncio.run(go())
    assert wrong == Refused(reason="unknown")
    for view in views:
        assert isinstance(view, OrderView)
        assert [one.status.value for one in view.events] == ["filed", "assigned"]


def test_a_silent_city_is_waited_for_a_moment_only(
    local: SqlWorkOrderDesk, city_desk: City
) -> None:
    desk = OutboxDesk(local, city_desk, pace=Pace(patience=0.01))

    async def go() -> OrderView | Refused:
        receipt = await desk.file(order())
        await desk.deliver_once()
        city_desk.mood = "silent"
        return await desk.look_up(receipt.number, "1234")

    assert isinstance(asyncio.run(go()), OrderView)


def test_what_the_citizen_did_here_is_not_doubled(
    desk: OutboxDesk, city_desk: City, clock: Clock
) -> None:
    async def go() -> OrderView | Refused:
        receipt = await desk.file(order())
        await desk.deliver_once()
        theirs = stored(city_desk.desk)[0].number
        await city_desk.desk.advance(theirs, [step(OrderStatus.CLOSED)])
        await desk.look_up(receipt.number, "1234")
        await desk.follow_up(receipt.number, "1234", FollowUp(act="reopen"))
        await desk.deliver_once()
        await city_desk.desk.advance(theirs, [step(OrderStatus.WORKING)])
        return await desk.look_up(receipt.number, "1234")

    view = asyncio.run(go())
    assert isinstance(view, OrderView)
    statuses = [one.status.value for one in view.events]
    assert statuses == ["filed", "closed", "reopened", "working"]


def test_quiet_orders_are_asked_for_more_rarely(
    desk: OutboxDesk, local: SqlWorkOrderDesk, clock: Clock
) -> None:
    async def go() -> list[timedelta]:
        await desk.file(order())
        await desk.deliver_once()
        pauses = []
        for days in (1, 10):
            clock.ahead += timedelta(days=days)
            assert await desk.pull_once() == 1
            due = stored(local)[0].pull_due
            assert due is not None
            pauses.append(due - clock())
        return pauses

    short, long = asyncio.run(go())
    assert timedelta(hours=2) < short < timedelta(hours=3)
    assert timedelta(hours=26) < long < timedelta(hours=27)


def test_the_task_delivers_until_it_is_cancelled(desk: OutboxDesk, city_desk: City) -> None:
    async def go() -> int:
        task = asyncio.create_task(desk.run())
        for _ in range(3):
            await desk.file(order())
        async with asyncio.timeout(10):
            while (await desk.waiting()).count:
                await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return len(stored(city_desk.desk))

    assert asyncio.run(go()) == 3


def test_the_task_outlives_a_database_that_is_away(tmp_path: Path, city_desk: City) -> None:
    away = SqlWorkOrderDesk(open_engine(f"sqlite:///{tmp_path}/a/b.db"), MemorySeals(), outbox=True)
    desk = OutboxDesk(away, city_desk, pace=Pace(look=0.001))

    async def go() -> bool:
        with structlog.testing.capture_logs() as logs:
            task = asyncio.create_task(desk.run())
            async with asyncio.timeout(10):
                while len(logs) < 6:
                    await asyncio.sleep(0)
            alive = not task.done()
            task.cancel()
        return alive

    assert asyncio.run(go())


def test_a_desk_without_rows_in_the_outbox_is_refused(engine: Engine, city_desk: City) -> None:
    with pytest.raises(ValueError, match="outbox"):
        OutboxDesk(SqlWorkOrderDesk(engine, MemorySeals()), city_desk)


def test_exactly_once_at_a_city_that_fails_four_times_in_ten(
    local: SqlWorkOrderDesk, clock: Clock, tmp_path: Path
) -> None:
    """The real line to the reference server, which loses answers, resets and times out."""

    async def go(city: Reference) -> list[str]:
        never_opens = replace(PATIENCE, failures=10_000)  # a circuit rests by the real clock
        async with line_to(city, never_opens, sleep=Naps()) as line:
            desk = OutboxDesk(local, HttpWorkOrderDesk(line), pace=PACE)
            numbers = []
            for _ in range(12):
                receipt = await desk.file(order())
                numbers.append(receipt.number)
                await desk.follow_up(receipt.number, "1234", FollowUp(act="withdraw"))
            while (await desk.waiting()).count:
                await desk.deliver_once()
                clock.ahead += timedelta(minutes=15)
            return numbers

    with reference(tmp_path, "--faults", "0.4") as city, structlog.testing.capture_logs():
        numbers = asyncio.run(go(city))
        assert sorted(city.keys()) == sorted(numbers)
        assert [act["act"] for act in city.stored("acts")] == ["withdraw"] * 12
