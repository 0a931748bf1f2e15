"""What every work order desk must do, whatever it stands on."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assistant.work_orders.types import (
    Contact,
    FollowUp,
    OrderEvent,
    OrderKind,
    OrderStatus,
    OrderView,
    Receipt,
    Refused,
    WorkOrder,
    WorkOrderDesk,
)

PHONE = "13800001234"
TEXT = "楼下工地夜里两点还在打桩"
Advance = Callable[[str, OrderEvent, int], Awaitable[None]]
"""number, step, days of extension: what a department does."""


def order(phone: str | None = PHONE, **changes: object) -> WorkOrder:
    """An order under a key of its own."""
    filled = WorkOrder(
        key=secrets.token_hex(16),
        person="person-1",
        kind=OrderKind.COMPLAINT,
        text=TEXT,
        topic="noise",
        department="生态环境局",
        district="海珠区",
        place="江南大道中",
        when="每天夜里",
        object="某工地",
        wish="夜里停工",
        contact=Contact(name="张三", phone=phone),
    )
    return replace(filled, **changes)


def step(status: OrderStatus, note: str | None = None) -> OrderEvent:
    """A step of a department, now."""
    return OrderEvent(status=status, at=datetime.now(UTC), department="海珠区分局", note=note)


class WorkOrderDeskContract:
    """Inherit it and give ``desk``, ``advance`` and ``an_hour_passes``."""

    @pytest.fixture
    def desk(self) -> WorkOrderDesk:
        raise NotImplementedError

    @pytest.fixture
    def advance(self) -> Advance:
        raise NotImplementedError

    @pytest.fixture
    def an_hour_passes(self) -> Callable[[], Awaitable[None]]:
        raise NotImplementedError

    def test_what_was_filed_is_found_by_number_and_check(self, desk: WorkOrderDesk) -> None:
        async def go() -> tuple[Receipt, OrderView | Refused]:
            receipt = await desk.file(order())
            return receipt, await desk.look_up(receipt.number, receipt.check)

        receipt, view = asyncio.run(go())
        assert (receipt.check, receipt.drawn, receipt.route) == ("1234", False, "12345")
        assert isinstance(view, OrderView)
        assert (view.number, view.filed) == (receipt.number, receipt.filed)
        assert (view.kind, view.topic) == (OrderKind.COMPLAINT, "noise")
        assert [event.status for event in view.events] == [OrderStatus.FILED]
        assert (view.stars, view.extended_days) == (None, 0)
        assert not any(secret in repr(view) for secret in (TEXT, PHONE, "张三", "某工地"))

    def test_without_a_phone_a_check_is_drawn(self, desk: WorkOrderDesk) -> None:
        async def go() -> tuple[Receipt, OrderView | Refused]:
            receipt = await desk.file(order(phone=None))
            return receipt, await desk.look_up(receipt.number, receipt.check)

        receipt, view = asyncio.run(go())
        assert receipt.drawn
        assert len(receipt.check) == 6
        assert receipt.check.isdecimal()
        assert isinstance(view, OrderView)

    @pytest.mark.parametrize("phone", [PHONE, None])
    def test_the_same_key_gives_the_same_receipt(
        self, desk: WorkOrderDesk, phone: str | None
    ) -> None:
        async def go() -> set[Receipt]:
            one = order(phone)
            first = await desk.file(one)
            return {first, *await asyncio.gather(*(desk.file(one) for _ in range(3)))}

        assert len(asyncio.run(go())) == 1

    def test_the_same_key_at_once_files_once(self, desk: WorkOrderDesk) -> None:
        async def go() -> list[Receipt]:
            one = order(phone=None)
            return await asyncio.gather(*(desk.file(one) for _ in range(6)))

        assert len(set(asyncio.run(go()))) == 1

    def test_other_keys_give_other_numbers(self, desk: WorkOrderDesk) -> None:
        async def go() -> list[Receipt]:
            return await asyncio.gather(*(desk.file(order()) for _ in range(8)))

        assert len({receipt.number for receipt in asyncio.run(go())}) == 8

    def test_unknown_numbers_and_wrong_checks_look_alike_and_lock(
        self, desk: WorkOrderDesk, an_hour_passes: Callable[[], Awaitable[None]]
    ) -> None:
        async def go() -> tuple[list[list[str]], OrderView | Refused]:
            number = (await desk.file(order())).number
            unknown = number[:-9] + "000000000"
            told: list[list[str]] = []
            for asked in (number, unknown):
                found = [await desk.look_up(asked, "0000") for _ in range(5)]
                found.append(await desk.look_up(asked, "1234"))
                assert all(isinstance(one, Refused) for one in found)
                last = found[-1]
                assert isinstance(last, Refused)
                assert last.until is not None
                assert last.until > datetime.now(UTC)
                told.append([one.reason for one in found if isinstance(one, Refused)])
            await an_hour_passes()
            return told, await desk.look_up(number, "1234")

        told, after = asyncio.run(go())
        assert told[0] == told[1] == ["unknown"] * 4 + ["locked"] * 2
        assert isinstance(after, OrderView)

    def test_a_right_check_begins_anew(self, desk: WorkOrderDesk) -> None:
        async def go() -> list[OrderView | Refused]:
            number = (await desk.file(order())).number
            for check in ("1", "2", "3", "4", "1234", "5", "6", "7"):
                await desk.look_up(number, check)
            return [await desk.look_up(number, check) for check in ("8", "1234")]

        refused, view = asyncio.run(go())
        assert refused == Refused(reason="unknown")
        assert isinstance(view, OrderView)

    def test_follow_ups_need_the_check_too(self, desk: WorkOrderDesk) -> None:
        async def go() -> list[object]:
            receipt = await desk.file(order())
            wrong = await desk.follow_up(receipt.number, "0000", FollowUp(act="withdraw", key="a"))
            return [wrong, await desk.look_up(receipt.number, "1234")]

        wrong, view = asyncio.run(go())
        assert wrong == Refused(reason="unknown")
        assert isinstance(view, OrderView)
        assert view.status is OrderStatus.FILED

    def test_steps_of_departments_show(self, desk: WorkOrderDesk, advance: Advance) -> None:
        async def go() -> OrderView | Refused:
            number = (await desk.file(order())).number
            await advance(number, step(OrderStatus.ASSIGNED), 0)
            await advance(number, step(OrderStatus.EXTENDED, "需现场监测"), 5)
            return await desk.look_up(number, "1234")

        view = asyncio.run(go())
        assert isinstance(view, OrderView)
        assert [one.status.value for one in view.events] == ["filed", "assigned", "extended"]
        assert view.events[-1].note == "需现场监测"
        assert (view.status, view.extended_days) == (OrderStatus.EXTENDED, 5)
        assert view.department == "海珠区分局"

    def test_adding_urging_and_withdrawing(self, desk: WorkOrderDesk) -> None:
        async def go() -> list[object]:
            number = (await desk.file(order())).number
            return [
                await desk.follow_up(number, "1234", what)
                for what in (
                    FollowUp(act="add", text="昨晚又来了", key=secrets.token_hex()),
                    FollowUp(act="urge", key=secrets.token_hex()),
                    FollowUp(act="withdraw", key=secrets.token_hex()),
                    FollowUp(act="urge", key=secrets.token_hex()),
                    FollowUp(act="reopen", key=secrets.token_hex()),
                    FollowUp(act="rate", stars=5, key=secrets.token_hex()),
                )
            ]

        found = asyncio.run(go())
        statuses = [one.status for one in found if isinstance(one, OrderView)]
        assert statuses == [OrderStatus.FILED, OrderStatus.FILED, OrderStatus.WITHDRAWN]
        assert found[3:] == [Refused(reason="closed")] * 3

    def test_rating_once_and_after_the_end_only(
        self, desk: WorkOrderDesk, advance: Advance
    ) -> None:
        async def go() -> list[object]:
            number = (await desk.file(order())).number
            rating = FollowUp(act="rate", stars=4, key=secrets.token_hex())
            early = await desk.follow_up(number, "1234", rating)
            await advance(number, step(OrderStatus.CLOSED), 0)
            first = await desk.follow_up(number, "1234", rating)
            repeated = await desk.follow_up(number, "1234", rating)
            other = FollowUp(act="rate", stars=1, key=secrets.token_hex())
            return [
                early,
                first,
                repeated,
                await desk.follow_up(number, "1234", other),
                await desk.look_up(number, "1234"),
            ]

        early, first, repeated, late, view = asyncio.run(go())
        assert early == Refused(reason="too_early")
        assert isinstance(first, OrderView)
        assert first.stars == 4
        assert first == repeated == view
        assert late == Refused(reason="too_late")

    def test_reopening_what_was_closed(self, desk: WorkOrderDesk, advance: Advance) -> None:
        async def go() -> list[object]:
            number = (await desk.file(order())).number
            again = FollowUp(act="reopen", text="没有解决", key=secrets.token_hex())
            early = await desk.follow_up(number, "1234", again)
            await advance(number, step(OrderStatus.CLOSED), 0)
            urged = await desk.follow_up(
                number, "1234", FollowUp(act="urge", key=secrets.token_hex())
            )
            opened = [await desk.follow_up(number, "1234", again) for _ in range(2)]
            return [early, urged, *opened]

        early, urged, opened, repeated = asyncio.run(go())
        assert early == Refused(reason="too_early")
        assert urged == Refused(reason="closed")
        assert isinstance(opened, OrderView)
        assert [one.status.value for one in opened.events] == ["filed", "closed", "reopened"]
        assert opened == repeated

    def test_acts_at_once_leave_one_end(self, desk: WorkOrderDesk) -> None:
        async def go() -> tuple[list[object], OrderView | Refused]:
            number = (await desk.file(order())).number
            acts = [FollowUp(act="withdraw", key=secrets.token_hex()) for _ in range(4)]
            found = await asyncio.gather(*(desk.follow_up(number, "1234", one) for one in acts))
            return list(found), await desk.look_up(number, "1234")

        found, view = asyncio.run(go())
        assert found.count(Refused(reason="closed")) == 3
        assert isinstance(view, OrderView)
        assert [one.status.value for one in view.events] == ["filed", "withdrawn"]

    @pytest.mark.parametrize(
        "what",
        [
            FollowUp(act="rate", key="k"),
            FollowUp(act="rate", stars=6, key="k"),
            FollowUp(act="add", text=" ", key="k"),
        ],
    )
    def test_what_cannot_be_is_an_error(self, desk: WorkOrderDesk, what: FollowUp) -> None:
        async def go() -> None:
            receipt = await desk.file(order())
            await desk.follow_up(receipt.number, receipt.check, what)

        with pytest.raises(ValueError, match=r"stars|add"):
            asyncio.run(go())
