"""What stands in the bodies of ``contract.yaml``, to and from our words."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from assistant.cases.types import Case
from assistant.errors import Unavailable
from assistant.work_orders.types import FollowUp, OrderView, Receipt, Refused, WorkOrder

_T = TypeVar("_T", Receipt, OrderView, Case)

_ORDER = TypeAdapter(WorkOrder)
_REFUSED = TypeAdapter(Refused)

OK = (200, 201)
REFUSED = (403, 409)


def order_body(order: WorkOrder) -> dict[str, Any]:
    """A ``NewOrder``: everything but the key (a header) and our opaque id of the person."""
    body: dict[str, Any] = _ORDER.dump_python(order, mode="json")
    return {name: value for name, value in body.items() if name not in ("key", "person")}


def asked_body(number: str, check: str) -> dict[str, Any]:
    """An ``Asked``."""
    return {"number": number, "check": check}


def act_body(number: str, check: str, what: FollowUp) -> dict[str, Any]:
    """An ``Act``."""
    said = {"act": what.act, "text": what.text, "stars": what.stars}
    return {**asked_body(number, check), **said}


def answer(response: httpx.Response, adapter: TypeAdapter[_T], name: str) -> _T:
    """The body of a success.  Raises ``Unavailable`` where it is anything else."""
    if response.status_code not in OK:
        raise Unavailable(f"{name}没有接受（HTTP {response.status_code}）")
    return _valid(response, adapter, name)


def answer_or_refused(
    response: httpx.Response, adapter: TypeAdapter[_T], name: str
) -> _T | Refused:
    """The body of a success, or the other side's no.  Raises ``Unavailable`` for the rest."""
    if response.status_code in REFUSED:
        return _valid(response, _REFUSED, name)
    return answer(response, adapter, name)


_V = TypeVar("_V", Receipt, OrderView, Case, Refused)


def _valid(response: httpx.Response, adapter: TypeAdapter[_V], name: str) -> _V:
    try:
        found = adapter.validate_json(response.content)
    except ValidationError as error:  # its text would hold what was answered
        raise Unavailable(f"{name}的回答不合约定（{error.error_count()} 处）") from None
    if not all(moment.tzinfo for moment in _moments(found)):
        raise Unavailable(f"{name}的回答不合约定（时间没有时区）")
    return found


def _moments(found: Receipt | OrderView | Case | Refused) -> list[datetime]:
    match found:
        case Receipt():
            return [found.filed]
        case OrderView():
            retired = [found.retired] if found.retired else []
            return [found.filed, *retired, *(one.at for one in found.events)]
        case Case():
            return [found.received, *(one.at for one in found.events)]
        case Refused():
            return [found.until] if found.until else []
