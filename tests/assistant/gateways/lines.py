"""Desks and registries over HTTP that open a connection for each loop of a test."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from assistant.cases.types import Case
from assistant.gateways.desks import HttpCaseRegistry, HttpWorkOrderDesk
from assistant.gateways.line import Line
from assistant.gateways.types import Patience
from assistant.work_orders.types import Asker, FollowUp, OrderView, Receipt, Refused, WorkOrder
from tests.assistant.gateways.servers import Reference

PATIENCE = Patience(answer=0.3, connect=1.0, total=10.0)
_T = TypeVar("_T")


@dataclass
class Naps:
    """A sleep that takes no time and remembers how long it should have been."""

    taken: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        await asyncio.sleep(0)


def line_to(city: Reference, patience: Patience = PATIENCE, **changes: Any) -> Line:
    """A line to the reference server (which has no certificate to load)."""
    how = {"token": city.token, "transport": httpx.AsyncHTTPTransport(verify=False)}
    return Line("12345", city.url, patience=patience, **{**how, **changes})


@dataclass(frozen=True)
class Reconnecting:
    """A desk and registry whose every call has a line of its own: tests run many loops."""

    city: Reference

    async def _with(self, call: Callable[[Line], Awaitable[_T]]) -> _T:
        async with line_to(self.city, Patience(answer=5.0)) as line:
            return await call(line)

    async def file(self, order: WorkOrder) -> Receipt:
        return await self._with(lambda line: HttpWorkOrderDesk(line).file(order))

    async def look_up(
        self, number: str, check: str, asker: Asker | None = None
    ) -> OrderView | Refused:
        return await self._with(lambda line: HttpWorkOrderDesk(line).look_up(number, check))

    async def follow_up(
        self, number: str, check: str, what: FollowUp, asker: Asker | None = None
    ) -> OrderView | Refused:
        return await self._with(lambda line: HttpWorkOrderDesk(line).follow_up(number, check, what))


@dataclass(frozen=True)
class ReconnectingRegistry:
    """The same for cases."""

    city: Reference

    async def look_up(self, number: str, check: str, asker: Asker | None = None) -> Case | Refused:
        async with line_to(self.city, Patience(answer=5.0)) as line:
            return await HttpCaseRegistry(line).look_up(number, check)


def answering(*answers: httpx.Response | Exception) -> tuple[httpx.MockTransport, list[Any]]:
    """A transport that gives these answers in turn (the last one again and again), and what it was
    asked."""
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        answer = answers[min(len(asked), len(answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return httpx.MockTransport(handle), asked
