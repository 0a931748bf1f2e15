"""Retries, time limits and the circuit breaker of a line."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from assistant.errors import Unavailable
from assistant.gateways.desks import HttpWorkOrderDesk
from assistant.gateways.line import Line
from assistant.gateways.types import Patience
from tests.assistant.gateways.lines import PATIENCE, Naps, answering, line_to
from tests.assistant.gateways.servers import Reference
from tests.contracts.work_order_desks import order

OK = httpx.Response(200, json={})
FAILURES = [
    httpx.Response(500),
    httpx.Response(503),
    httpx.Response(429),
    httpx.ReadTimeout(""),
    httpx.RemoteProtocolError(""),
    httpx.ReadError(""),
]


def post(
    *answers: httpx.Response | Exception,
    calls: int = 1,
    patience: Patience = PATIENCE,
    **how: object,
) -> tuple[list[httpx.Response | str], int, list[float]]:
    """What each call gave (an error: its text), how often the other side was asked, the naps."""
    transport, asked = answering(*answers)
    naps = Naps()

    async def go() -> list[httpx.Response | str]:
        found: list[httpx.Response | str] = []
        async with Line(
            "12345", "http://city", transport=transport, sleep=naps, patience=patience
        ) as line:
            for _ in range(calls):
                try:
                    found.append(await line.post("/v1/orders", {}, **how))  # type: ignore[arg-type]
                except Unavailable as error:
                    found.append(str(error))
        return found

    return asyncio.run(go()), len(asked), naps.taken


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("how", [{"key": "k"}, {"safe": True}])
def test_what_can_be_repeated_is(
    failure: httpx.Response | Exception, how: dict[str, object]
) -> None:
    found, asked, naps = post(failure, failure, OK, **how)
    assert found == [OK]
    assert asked == 3
    assert len(naps) == 2
    assert all(0 <= nap <= PATIENCE.longest_pause for nap in naps)


@pytest.mark.parametrize("failure", FAILURES)
def test_what_may_have_been_done_is_not(failure: httpx.Response | Exception) -> None:
    found, asked, _ = post(failure, OK)
    assert "没有回应" in str(found[0])
    assert asked == 1


def test_what_was_never_sent_is_repeated() -> None:
    assert post(httpx.ConnectError(""), OK)[:2] == ([OK], 2)


def test_it_gives_up_after_some_attempts() -> None:
    found, asked, _ = post(httpx.Response(502), key="k")
    assert found == ["12345没有回应（HTTP 502）"]
    assert asked == PATIENCE.attempts


def test_the_circuit_opens_and_one_attempt_decides() -> None:
    patience = Patience(attempts=1, failures=2, rest=3600)
    found, asked, _ = post(httpx.Response(500), calls=4, patience=patience, key="k")
    assert asked == 2
    assert [("自动再试" in str(one)) for one in found] == [False, False, True, True]
    at_once = Patience(attempts=1, failures=2, rest=0)
    answers = (httpx.Response(500), httpx.Response(500), OK)
    found, asked, _ = post(*answers, calls=4, patience=at_once, key="k")
    assert asked == 4
    assert found[2:] == [OK, OK]


def test_a_no_does_not_open_the_circuit() -> None:
    patience = Patience(attempts=1, failures=1, rest=3600)
    no = httpx.Response(403)
    assert post(no, calls=3, patience=patience, key="k")[:2] == ([no] * 3, 3)


def test_all_attempts_together_have_a_limit() -> None:
    async def go() -> None:
        async def never(request: httpx.Request) -> httpx.Response:
            await asyncio.Event().wait()
            raise AssertionError

        patience = Patience(total=0.02)
        transport = httpx.MockTransport(never)
        async with Line("12345", "http://city", patience=patience, transport=transport) as line:
            with pytest.raises(Unavailable, match="TimeoutError"):
                await line.post("/", {}, key="k")

    asyncio.run(go())


@pytest.mark.parametrize("fault", ["error", "busy", "reset", "lost", "timeout", "slow"])
def test_the_reference_fails_and_an_order_is_filed_once(city: Reference, fault: str) -> None:
    one = order()
    city.control("faults", [fault])

    async def go() -> str:
        async with line_to(city, sleep=Naps()) as line:
            return (await HttpWorkOrderDesk(line).file(one)).number

    number = asyncio.run(go())
    assert [one_["number"] for one_ in city.stored() if one_["key"] == one.key] == [number]


def test_a_server_that_is_down_is_unavailable() -> None:
    async def go() -> None:
        async with Line("12345", "http://127.0.0.1:9", sleep=Naps()) as line:
            with pytest.raises(Unavailable, match="ConnectError"):
                await line.post("/", {}, key="k")

    asyncio.run(go())
