"""Desk and registry over HTTP, against the reference server; what goes over the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from assistant.cases.types import CaseRegistry
from assistant.errors import Unavailable
from assistant.gateways.desks import HttpCaseRegistry, HttpWorkOrderDesk
from assistant.gateways.line import Line
from assistant.work_orders.types import FollowUp, Refused, WorkOrderDesk
from tests.assistant.gateways.lines import Reconnecting, ReconnectingRegistry, answering
from tests.assistant.gateways.servers import Reference
from tests.contracts.case_registries import Add, CaseRegistryContract
from tests.contracts.work_order_desks import PHONE, TEXT, Advance, WorkOrderDeskContract, order


class TestHttpDesk(WorkOrderDeskContract):
    @pytest.fixture
    def desk(self, city: Reference) -> WorkOrderDesk:
        return Reconnecting(city)

    @pytest.fixture
    def advance(self, city: Reference) -> Advance:
        return city.advance

    @pytest.fixture
    def an_hour_passes(self, city: Reference) -> Callable[[], Awaitable[None]]:
        return city.an_hour


class TestHttpRegistry(CaseRegistryContract):
    @pytest.fixture
    def registry(self, city: Reference) -> CaseRegistry:
        return ReconnectingRegistry(city)

    @pytest.fixture
    def add(self, city: Reference) -> Add:
        return city.add_case

    @pytest.fixture
    def an_hour_passes(self, city: Reference) -> Callable[[], Awaitable[None]]:
        return city.an_hour


RECEIPT = {
    "number": "SZ1",
    "check": "1234",
    "drawn": False,
    "filed": "2026-11-22T08:00:00+08:00",
    "route": "12345",
}


def ask(transport: httpx.MockTransport, call: Callable[[Line], Awaitable[Any]]) -> Any:
    async def go() -> Any:
        async with Line("12345", "http://city", transport=transport) as line:
            return await call(line)

    return asyncio.run(go())


def test_nothing_personal_stands_in_an_address_or_header() -> None:
    transport, asked = answering(httpx.Response(201, json=RECEIPT))
    one = order()
    receipt = ask(transport, lambda line: HttpWorkOrderDesk(line).file(one))
    assert receipt.number == "SZ1"
    (request,) = asked
    assert request.headers["Idempotency-Key"] == one.key
    assert request.url.path == "/v1/orders"
    assert not request.url.query
    outside = f"{request.url}{dict(request.headers)}"
    assert not any(secret in outside for secret in (PHONE, TEXT, "张三", one.person))
    assert one.person.encode() not in request.content


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(201, text="<html>"),
        httpx.Response(201, json={"number": TEXT}),
        httpx.Response(201, json={**RECEIPT, "filed": "2026-11-22T08:00:00"}),
        httpx.Response(422, json={"title": TEXT}),
        httpx.Response(401),
        httpx.Response(302, headers={"Location": "http://elsewhere"}),
    ],
)
def test_answers_outside_the_contract_are_unavailable_and_not_repeated(
    answer: httpx.Response,
) -> None:
    transport, asked = answering(answer)
    with pytest.raises(Unavailable) as raised:
        ask(transport, lambda line: HttpWorkOrderDesk(line).file(order()))
    assert len(asked) == 1
    assert TEXT not in f"{raised.value}{raised.value.__cause__}"


@pytest.mark.parametrize(
    ("status", "reason"), [(403, "unknown"), (403, "locked"), (409, "too_early"), (409, "closed")]
)
def test_a_no_is_an_answer(status: int, reason: str) -> None:
    transport, _ = answering(httpx.Response(status, json={"reason": reason, "until": None}))
    what = FollowUp(act="urge", key="k")
    found = ask(transport, lambda line: HttpWorkOrderDesk(line).follow_up("n", "c", what))
    assert found == Refused(reason=reason)  # type: ignore[arg-type]
    assert ask(transport, lambda line: HttpCaseRegistry(line).look_up("n", "c")) == found
