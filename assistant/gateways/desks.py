"""Work orders and cases in the city's own systems, as ``contract.yaml`` says."""

from __future__ import annotations

from pydantic import TypeAdapter

from assistant.cases.types import Case
from assistant.gateways import wire
from assistant.gateways.line import Line
from assistant.work_orders import acts
from assistant.work_orders.types import Asker, FollowUp, OrderView, Receipt, Refused, WorkOrder

_RECEIPT = TypeAdapter(Receipt)
_VIEW = TypeAdapter(OrderView)
_CASE = TypeAdapter(Case)


class HttpWorkOrderDesk:
    """``WorkOrderDesk`` over HTTP.  Every call raises ``Unavailable`` if no answer came that the
    contract knows; filing again with the same key is always safe."""

    def __init__(self, line: Line, name: str = "12345 工单系统") -> None:
        self._line = line
        self._name = name

    async def file(self, order: WorkOrder) -> Receipt:
        response = await self._line.post("/v1/orders", wire.order_body(order), key=order.key)
        return wire.answer(response, _RECEIPT, self._name)

    async def look_up(
        self, number: str, check: str, asker: Asker | None = None
    ) -> OrderView | Refused:
        """``asker`` stays here: the city's system counts wrong tries by its own rules."""
        body = wire.asked_body(number, check)
        response = await self._line.post("/v1/orders/look-up", body, safe=True)
        return wire.answer_or_refused(response, _VIEW, self._name)

    async def follow_up(
        self, number: str, check: str, what: FollowUp, asker: Asker | None = None
    ) -> OrderView | Refused:
        """Raises ``ValueError`` for stars outside 1 to 5, or nothing added.  An act without a key
        is sent once: give a key, so that a lost answer can be asked for again."""
        body = wire.act_body(number, check, acts.checked(what))
        response = await self._line.post("/v1/orders/follow-up", body, key=what.key or None)
        return wire.answer_or_refused(response, _VIEW, self._name)


class HttpCaseRegistry:
    """``CaseRegistry`` over HTTP.  Raises ``Unavailable`` like the desk."""

    def __init__(self, line: Line, name: str = "审批系统") -> None:
        self._line = line
        self._name = name

    async def look_up(self, number: str, check: str, asker: Asker | None = None) -> Case | Refused:
        body = wire.asked_body(number, check)
        response = await self._line.post("/v1/cases/look-up", body, safe=True)
        return wire.answer_or_refused(response, _CASE, self._name)
