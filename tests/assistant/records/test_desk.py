"""The work order desk over SQLite and PostgreSQL: the contract, and what only they can tell."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, exc, func, inspect, select, text
from sqlalchemy.orm import Session

from assistant.errors import Unavailable
from assistant.records.base import open_engine
from assistant.records.book import eight_digits
from assistant.records.desk import SqlWorkOrderDesk
from assistant.records.orders import EventRow, OrderRow
from assistant.records.schema import upgrade
from assistant.records.tries import TryRow
from assistant.work_orders.numbers import valid_number
from assistant.work_orders.types import (
    Asker,
    FollowUp,
    OrderEvent,
    OrderStatus,
    OrderView,
    Refused,
    WorkOrderDesk,
)
from tests.assistant.records import databases
from tests.assistant.records.seals import MemorySeals
from tests.contracts.work_order_desks import (
    PHONE,
    TEXT,
    Advance,
    WorkOrderDeskContract,
    order,
    step,
)


class SqlDeskContract(WorkOrderDeskContract):
    """The contract over ``engine``."""

    @pytest.fixture
    def clock(self) -> databases.Clock:
        return databases.Clock()

    @pytest.fixture
    def desk(self, engine: Engine, clock: databases.Clock) -> WorkOrderDesk:
        return SqlWorkOrderDesk(engine, MemorySeals(), clock=clock)

    @pytest.fixture
    def advance(self, desk: SqlWorkOrderDesk) -> Advance:
        async def advanced(number: str, event: OrderEvent, extended_days: int) -> None:
            await desk.advance(number, [event], extended_days)

        return advanced

    @pytest.fixture
    def an_hour_passes(self, clock: databases.Clock) -> Callable[[], Awaitable[None]]:
        return clock.an_hour

    def test_orders_are_kept_after_the_engine_is_opened_anew(self, engine: Engine) -> None:
        seals = MemorySeals()
        receipt = asyncio.run(SqlWorkOrderDesk(engine, seals).file(order()))
        again = open_engine(engine.url.render_as_string(hide_password=False))
        view = asyncio.run(SqlWorkOrderDesk(again, seals).look_up(receipt.number, "1234"))
        again.dispose()
        assert isinstance(view, OrderView)

    def test_two_processes_share_keys_and_tries(self, engine: Engine) -> None:
        """Two engines stand for two processes: they share the database only."""
        seals = MemorySeals()
        other = open_engine(engine.url.render_as_string(hide_password=False))
        desks = [SqlWorkOrderDesk(one, seals) for one in (engine, other)]

        async def go() -> tuple[int, list[str]]:
            one = order(phone=None)
            receipts = await asyncio.gather(*(desks[i % 2].file(one) for i in range(8)))
            number = receipts[0].number
            wrong = await asyncio.gather(*(desks[i % 2].look_up(number, "1") for i in range(8)))
            return len(set(receipts)), [one.reason for one in wrong if isinstance(one, Refused)]

        filed, reasons = asyncio.run(go())
        other.dispose()
        assert filed == 1
        assert sorted(reasons) == ["locked"] * 4 + ["unknown"] * 4

    def test_events_cannot_be_changed_or_deleted(self, engine: Engine, desk: WorkOrderDesk) -> None:
        asyncio.run(desk.file(order()))
        for statement in ("UPDATE order_events SET status = 'closed'", "DELETE FROM order_events"):
            with (
                pytest.raises(exc.DBAPIError, match="append-only"),
                engine.begin() as connection,
            ):
                connection.execute(text(statement))


class TestSqlite(SqlDeskContract):
    @pytest.fixture
    def engine(self, tmp_path: Path) -> Iterator[Engine]:
        with databases.opened(f"sqlite:///{tmp_path}/suiwen.db") as engine:
            yield engine


class TestPostgres(SqlDeskContract):
    @pytest.fixture
    def engine(self, postgres_url: str) -> Iterator[Engine]:
        with databases.opened(postgres_url) as engine:
            yield engine


@pytest.fixture
def engine() -> Iterator[Engine]:
    with databases.opened() as engine:
        yield engine


@pytest.fixture
def seals() -> MemorySeals:
    return MemorySeals()


@pytest.fixture
def desk(engine: Engine, seals: MemorySeals) -> SqlWorkOrderDesk:
    return SqlWorkOrderDesk(engine, seals)


def test_numbers_are_valid_and_typed_freely(desk: SqlWorkOrderDesk) -> None:
    async def go() -> list[OrderView | Refused]:
        number = (await desk.file(order())).number
        assert valid_number(number) == number
        spaced = f" {number[:2].lower()} {number[2:10]}-{number[10:]} "
        wide = "".join(chr(ord(one) + 0xFEE0) for one in number)
        return [await desk.look_up(one, "１２３４") for one in (spaced, wide)]

    assert all(isinstance(one, OrderView) for one in asyncio.run(go()))


def test_a_number_that_is_taken_is_drawn_again(engine: Engine, seals: MemorySeals) -> None:
    drawn = iter(["00000001", "00000001", "00000002"])
    desk = SqlWorkOrderDesk(engine, seals, digits=lambda: next(drawn))

    async def go() -> list[str]:
        return [(await desk.file(order())).number[10:18] for _ in range(2)]

    assert asyncio.run(go()) == ["00000001", "00000002"]


def test_no_free_number_is_said(engine: Engine, seals: MemorySeals) -> None:
    desk = SqlWorkOrderDesk(engine, seals, digits=lambda: "00000001")

    async def go() -> None:
        await desk.file(order())
        with pytest.raises(Unavailable, match="编号"):
            await desk.file(order())

    asyncio.run(go())


def test_drawn_digits_are_eight() -> None:
    assert {len(eight_digits()) for _ in range(50)} == {8}


def test_recent_orders_are_the_open_ones_of_one_person(desk: SqlWorkOrderDesk) -> None:
    async def go() -> tuple[list[str], list[tuple[str, str | None, str | None]]]:
        numbers = [(await desk.file(order())).number for _ in range(3)]
        await desk.file(order(person="person-2"))
        await desk.follow_up(numbers[1], "1234", FollowUp(act="withdraw"))
        found = await desk.recent("person-1")
        return [numbers[2], numbers[0]], [(one.number, one.topic, one.text) for one in found]

    numbers, found = asyncio.run(go())
    assert found == [(number, "noise", TEXT) for number in numbers]


def test_no_clear_text_is_in_the_file(tmp_path: Path, seals: MemorySeals) -> None:
    path = tmp_path / "suiwen.db"
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    desk = SqlWorkOrderDesk(engine, seals)
    one = order(wish="夜里停工")

    async def go() -> None:
        receipt = await desk.file(one)
        await desk.follow_up(receipt.number, "1234", FollowUp(act="add", text="昨晚又来了"))
        await desk.advance(receipt.number, [step(OrderStatus.WORKING, "已电话联系张先生")])

    asyncio.run(go())
    engine.dispose()
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert "海珠区".encode() in stored
    secrets = (TEXT, PHONE, "张三", "江南大道中", "每天夜里", "某工地", "夜里停工", "昨晚又来了")
    for secret in (*secrets, "张先生", one.key):
        assert secret.encode() not in stored
        assert secret.encode("unicode-escape") not in stored


def test_an_erased_person_leaves_the_course_and_no_words(desk: SqlWorkOrderDesk) -> None:
    async def go() -> OrderView | Refused:
        one = order()
        receipt = await desk.file(one)
        await desk.advance(receipt.number, [step(OrderStatus.CLOSED, "已联系您")])
        desk.book.erase(one.person)
        assert await desk.recent(one.person) == ()
        with pytest.raises(Unavailable, match="清除"):
            await desk.file(one)
        return await desk.look_up(receipt.number, "1234")

    view = asyncio.run(go())
    assert isinstance(view, OrderView)
    assert [(one.status.value, one.note) for one in view.events] == [
        ("filed", None),
        ("closed", None),
    ]


def test_old_tries_are_forgotten(engine: Engine, seals: MemorySeals) -> None:
    clock = databases.Clock()
    desk = SqlWorkOrderDesk(engine, seals, clock=clock)

    async def go() -> None:
        for number in range(5):
            await desk.look_up(f"unknown-{number}", "1")
        for _ in range(24):
            await clock.an_hour()
        await desk.look_up("unknown-9", "1")

    asyncio.run(go())
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(TryRow)) == 2


def _reasons(found: Sequence[OrderView | Refused]) -> list[str]:
    return [one.reason if isinstance(one, Refused) else "told" for one in found]


def test_a_stranger_locks_a_number_for_himself_only(desk: SqlWorkOrderDesk) -> None:
    stranger, owner = Asker(session="stranger"), Asker(session="owner")

    async def go() -> list[OrderView | Refused]:
        number = (await desk.file(order())).number
        found = [await desk.look_up(number, "0000", stranger) for _ in range(5)]
        found.append(await desk.look_up(number, "1234", stranger))
        found.append(await desk.look_up(number, "1234", owner))
        found.append(await desk.follow_up(number, "1234", FollowUp(act="urge"), owner))
        return found

    assert _reasons(asyncio.run(go())) == ["unknown"] * 4 + ["locked"] * 2 + ["told"] * 2


def test_new_conversations_do_not_help_whoever_guesses(engine: Engine, seals: MemorySeals) -> None:
    clock = databases.Clock()
    desk = SqlWorkOrderDesk(engine, seals, clock=clock)

    async def go() -> tuple[list[OrderView | Refused], list[OrderView | Refused]]:
        number = (await desk.file(order())).number
        found = [await desk.look_up(number, f"{n:04}", Asker(session=f"s{n}")) for n in range(20)]
        filed = await desk.look_up(number, "1234", Asker(session="filed", own=True))
        later = []
        for _ in range(23):
            await clock.an_hour()
            later.append(await desk.look_up(number, "1234", Asker(session="another")))
        await clock.an_hour()
        later.append(await desk.look_up(number, "1234", Asker(session="another")))
        return [*found, filed], later

    found, later = asyncio.run(go())
    assert _reasons(found) == ["unknown"] * 19 + ["locked", "told"]
    assert _reasons(later) == ["locked"] * 23 + ["told"]


def test_a_right_check_hides_no_tries_of_others(desk: SqlWorkOrderDesk) -> None:
    async def go() -> list[OrderView | Refused]:
        number = (await desk.file(order())).number
        for n in range(19):
            await desk.look_up(number, "0000", Asker(session=f"s{n}"))
            await desk.look_up(number, "1234", Asker(session="owner"))
        return [await desk.look_up(number, "0000", Asker(session="s19"))]

    assert _reasons(asyncio.run(go())) == ["locked"]


def test_whoever_claims_an_order_still_needs_its_check(desk: SqlWorkOrderDesk) -> None:
    claims = Asker(session="s", own=True)

    async def go() -> list[OrderView | Refused]:
        number = (await desk.file(order())).number
        return [await desk.look_up(number, "0000", claims) for _ in range(5)]

    assert _reasons(asyncio.run(go())) == ["unknown"] * 4 + ["locked"]


def test_an_unknown_number_cannot_be_advanced(desk: SqlWorkOrderDesk) -> None:
    with pytest.raises(KeyError):
        asyncio.run(desk.advance("GZ", [step(OrderStatus.CLOSED)]))


def test_a_database_that_is_away_is_said_without_values(seals: MemorySeals, tmp_path: Path) -> None:
    desk = SqlWorkOrderDesk(open_engine(f"sqlite:///{tmp_path}/none/none.db"), seals)
    with pytest.raises(Unavailable) as raised:
        asyncio.run(desk.file(order()))
    cause = raised.value.__cause__
    assert TEXT not in f"{raised.value!r}{cause!r}{cause}"


def test_errors_of_statements_hold_no_values(engine: Engine) -> None:
    with pytest.raises(exc.IntegrityError) as raised, engine.begin() as connection:
        connection.execute(OrderRow.__table__.insert(), {"number": "secret-7", "key": None})
    assert "secret-7" not in str(raised.value)


def test_the_tables_stand_only_once_a_transaction_is_whole(
    engine: Engine, seals: MemorySeals
) -> None:
    """An order without its first step or its outbox row cannot be: they fail together."""
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE outbox"))
    desk = SqlWorkOrderDesk(engine, seals, outbox=True)
    with pytest.raises(Unavailable):
        asyncio.run(desk.file(order()))
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(OrderRow)) == 0
        assert session.scalar(select(func.count()).select_from(EventRow)) == 0
    assert "outbox" not in inspect(engine).get_table_names()


def test_a_changed_order_under_the_same_key_is_the_first_one(desk: SqlWorkOrderDesk) -> None:
    async def go() -> bool:
        one = order()
        return await desk.file(one) == await desk.file(replace(one, text="别的", kind="praise"))

    assert asyncio.run(go())
