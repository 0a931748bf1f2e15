"""The words of progress: an application (办件) on its way through an approval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from assistant.work_orders.types import Asker, Refused


class CaseStatus(StrEnum):
    """Statuses of a case (domain §5.4), with how it can end."""

    RECEIVED = "received"  # 收件
    ACCEPTED = "accepted"  # 受理
    CORRECTION = "correction"  # 补齐补正
    NOT_ACCEPTED = "not_accepted"  # 不予受理
    WORKING = "working"  # 在办
    SUSPENDED = "suspended"  # 挂起
    GRANTED = "granted"  # 办结：准予
    DENIED = "denied"  # 办结：不予
    DELIVERED = "delivered"  # 送达
    RETURNED = "returned"  # 退件
    WITHDRAWN = "withdrawn"  # 撤回
    TERMINATED = "terminated"  # 终止


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """A step of a case.  ``note``: what the authority wrote for the applicant."""

    status: CaseStatus
    at: datetime
    department: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case as its applicant sees it.  ``item``: the code of a service item, where it is known.

    ``limit_days`` is the promised limit in working days (``natural``: in days); ``corrected_by``
    the day until which what is missing can be handed in.
    """

    number: str
    title: str
    department: str
    received: datetime
    item: str | None = None
    limit_days: int | None = None
    natural: bool = False
    corrected_by: date | None = None
    events: tuple[CaseEvent, ...] = ()

    @property
    def status(self) -> CaseStatus:
        return self.events[-1].status if self.events else CaseStatus.RECEIVED


class CaseRegistry(Protocol):
    """Where progress is looked up.  Raises ``assistant.errors.Unavailable``."""

    async def look_up(self, number: str, check: str, asker: Asker | None = None) -> Case | Refused:
        """By number and the last four digits of the phone; never by number alone."""
        ...
