"""The offices: what is opened over one database, and what a home needs for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text, update

from assistant import offices
from assistant.errors import SetupError
from assistant.handoff.types import Package
from assistant.offices import Offices
from assistant.records.handoffs import HandoffRow
from assistant.records.orders import EventRow, OrderRow
from assistant.retiring import Retired
from assistant.types import Knowledge
from assistant.work_orders.types import (
    Contact,
    FollowUp,
    OrderKind,
    OrderView,
    Receipt,
    WorkOrder,
)
from channels.types import Message, Reply, Respond, Status
from tests.assistant.fakes import knowledge
from tests.conftest import settings_of
from tests.records import item

KNOWN = knowledge([item("GZ-1", "居住证首次申领")])
ORDER = WorkOrder(
    key="k1",
    person="person-1",
    kind=OrderKind.COMPLAINT,
    text="天河区石牌东路楼下烧烤店每晚噪音到两点",
    district="天河区",
    contact=Contact(name="陈生", phone="13812345678"),
)
PACKAGE = Package(lines=(("想办的事", "居住证"),))


async def respond(message: Message, emit: object = None) -> Reply:
    """An assistant that says what it was asked."""
    return Reply(session_id="s", turn_id="t", status=Status.ANSWERED, text=message.text)


def answering() -> Respond:
    return respond


@asynccontextmanager
async def opened(home: Path, **changes: Any) -> AsyncIterator[Offices]:
    found = offices.open_offices(settings_of(home, **changes), answering, _known)
    try:
        yield found
    finally:
        await found.close()


def _known() -> Knowledge:
    return KNOWN


async def _filed(found: Offices, order: WorkOrder = ORDER) -> Receipt:
    return await found.desks.orders.file(order)


def test_a_home_gets_a_database_and_a_key_once(tmp_path: Path) -> None:
    async def go() -> None:
        async with opened(tmp_path / "home") as first:
            receipt = await _filed(first)
        key = (tmp_path / "home" / "master.key").read_bytes()
        async with opened(tmp_path / "home") as again:
            view = await again.desks.orders.look_up(receipt.number, receipt.check)
        assert isinstance(view, OrderView)
        assert (tmp_path / "home" / "master.key").read_bytes() == key
        assert (tmp_path / "home" / "suiwen.db").is_file()

    asyncio.run(go())


def test_the_settings_say_where_else(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'other.db'}"
    settings = settings_of(tmp_path, database_url=SecretStr(url))
    assert offices.database_url(settings) == url
    assert offices.database_url(settings_of(tmp_path)).endswith("/suiwen.db")
    elsewhere = settings_of(tmp_path / "home", key_file=tmp_path / "k")
    assert len(offices.master_key(elsewhere)) == 32
    assert not (tmp_path / "home" / "master.key").exists()


@pytest.mark.parametrize("name", ["hotline_hours", "window_hours"])
def test_wrong_hours_are_said_by_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(SetupError, match="SUIWEN_HOTLINE_HOURS 或 SUIWEN_WINDOW_HOURS"):
        offices.open_offices(settings_of(tmp_path, **{name: "9点到5点"}), answering, _known)


def test_the_same_matter_of_the_same_person_is_like_it(tmp_path: Path) -> None:
    async def go() -> None:
        async with opened(tmp_path) as found:
            similar = found.desks.similar
            first = await _filed(found)
            assert await similar(replace(ORDER, key="k2")) == (first.number,)
            assert await similar(replace(ORDER, key="k2", person="person-2")) == ()
            other = "窗口办居住证让我来回跑了三趟"
            assert await similar(replace(ORDER, key="k2", text=other, district="番禺区")) == ()

    asyncio.run(go())


def test_an_order_is_not_like_itself(tmp_path: Path) -> None:
    """Submitted again because the reply was lost: the same receipt, not a warning."""

    async def go() -> None:
        async with opened(tmp_path) as found:
            first = await _filed(found)
            assert await found.desks.similar(ORDER) == ()
            assert await _filed(found) == first

    asyncio.run(go())


def test_one_phone_is_one_person_and_a_session_without_it_another(tmp_path: Path) -> None:
    async def go() -> None:
        async with opened(tmp_path) as found:
            person = found.aids(KNOWN).person
            assert person("13812345678", "s1") == person("13812345678", "s2")
            assert person(None, "s1") == person(None, "s1") != person(None, "s2")
            assert person("13812345678", "s1") != person("13912345678", "s1")
            assert "13812345678" not in person("13812345678", "s1")
            assert "s1" not in person(None, "s1")

    asyncio.run(go())


def test_erasing_leaves_the_queue_and_keeps_what_was_filed(tmp_path: Path) -> None:
    async def go() -> None:
        async with opened(tmp_path) as found:
            receipt = await _filed(found)
            staff = found.desks.staff
            assert staff is not None
            first = await staff.request("s1", "hotline", PACKAGE)
            second = await staff.request("s2", "hotline", PACKAGE)
            assert (first.status, second.ahead) == ("waiting", 1)
            assert await found.desks.erase("s1") == ()
            assert (await staff.request("s2", "hotline", PACKAGE)).ahead == 0
            kept = await found.desks.orders.look_up(receipt.number, receipt.check)
            assert isinstance(kept, OrderView)

    asyncio.run(go())


def test_what_was_kept_for_long_enough_is_destroyed_on_demand(tmp_path: Path) -> None:
    """Orders that are over and handoffs that ended; with terms of their own."""
    kept = settings_of(tmp_path)
    ended = datetime.now(UTC) - timedelta(days=kept.retention_days + 1)

    async def go() -> list[Retired]:
        async with opened(tmp_path) as found:
            receipt = await _filed(found)
            assert found.desks.staff is not None
            await found.desks.staff.request("s1", "hotline", PACKAGE)
            await found.desks.staff.leave("s1")
            await found.desks.orders.follow_up(receipt.number, "5678", FollowUp(act="withdraw"))
            with found.engine.begin() as connection:
                connection.execute(update(HandoffRow).values(ended=ended))
            done = [await offices.retire(kept)]
        async with opened(tmp_path, order_retention_days=1) as later:
            with later.engine.begin() as connection:  # a day passes
                connection.execute(text("DROP TRIGGER order_events_no_update"))
                connection.execute(update(EventRow).values(at=ended))
                connection.execute(update(OrderRow).values(filed=ended))
            done += [await offices.retire(settings_of(tmp_path, order_retention_days=1))]
            view = await later.desks.orders.look_up(receipt.number, "5678")
            assert isinstance(view, OrderView)
            assert view.retired is not None
            assert later.audit.verify().whole
        return done

    assert asyncio.run(go()) == [Retired(handoffs=1, orders=0), Retired(handoffs=0, orders=1)]


def test_the_city_is_asked_where_its_address_is_set(tmp_path: Path) -> None:
    """Orders are filed here and sent on; a task sends them for as long as the process lives."""

    async def go() -> None:
        async with (
            opened(tmp_path) as ours,
            opened(
                tmp_path / "b", orders_url="http://127.0.0.1:9", cases_url="http://127.0.0.1:9"
            ) as theirs,
        ):
            assert len(theirs.tasks) == len(ours.tasks) + 1
            assert type(theirs.desks.orders) is not type(ours.desks.orders)
            assert type(theirs.desks.cases) is not type(ours.desks.cases)
            receipt = await _filed(theirs)  # the city does not answer: it is filed all the same
            view = await theirs.desks.orders.look_up(receipt.number, receipt.check)
            assert isinstance(view, OrderView)

    asyncio.run(go())
