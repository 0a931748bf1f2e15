"""What every case registry must do, whatever it stands on."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from assistant.cases.types import Case, CaseEvent, CaseRegistry, CaseStatus
from assistant.work_orders.types import Refused

Add = Callable[[Case, str], Awaitable[None]]
DAY = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
CASE = Case(
    number="",
    title="居住证办理",
    department="海珠区公安分局",
    received=DAY,
    item="居-1",
    limit_days=15,
    corrected_by=date(2026, 11, 20),
    events=(
        CaseEvent(status=CaseStatus.RECEIVED, at=DAY),
        CaseEvent(
            status=CaseStatus.CORRECTION,
            at=DAY.replace(day=3),
            department="受理窗口",
            note="请补租赁备案",
        ),
    ),
)


def case_of(**changes: object) -> Case:
    """A demonstration case under a number of its own."""
    return replace(CASE, number=f"BJ{secrets.token_hex(6)}", **changes)


class CaseRegistryContract:
    """Inherit it and give ``registry``, ``add`` (case, phone) and ``an_hour_passes``."""

    @pytest.fixture
    def registry(self) -> CaseRegistry:
        raise NotImplementedError

    @pytest.fixture
    def add(self) -> Add:
        raise NotImplementedError

    @pytest.fixture
    def an_hour_passes(self) -> Callable[[], Awaitable[None]]:
        raise NotImplementedError

    @pytest.mark.parametrize(
        "case",
        [
            case_of(),
            case_of(item=None, limit_days=None, corrected_by=None, natural=True, events=()),
        ],
    )
    def test_a_case_is_found_by_number_and_check(
        self, registry: CaseRegistry, add: Add, case: Case
    ) -> None:
        given = replace(case, number=f"BJ{secrets.token_hex(6)}")

        async def go() -> Case | Refused:
            await add(given, "13900005678")
            return await registry.look_up(f" {given.number} ", "5678")

        assert asyncio.run(go()) == given

    def test_unknown_numbers_and_wrong_checks_look_alike_and_lock(
        self, registry: CaseRegistry, add: Add, an_hour_passes: Callable[[], Awaitable[None]]
    ) -> None:
        case = case_of()

        async def go() -> tuple[list[list[str]], Case | Refused]:
            await add(case, "13900005678")
            told = []
            for number in (case.number, case.number + "0"):
                found = [await registry.look_up(number, check) for check in ["1"] * 5 + ["5678"]]
                told.append([one.reason for one in found if isinstance(one, Refused)])
            await an_hour_passes()
            return told, await registry.look_up(case.number, "5678")

        told, after = asyncio.run(go())
        assert told[0] == told[1] == ["unknown"] * 4 + ["locked"] * 2
        assert after == case
