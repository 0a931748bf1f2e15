"""Orders for those who work them by hand: which there are, what one says, the next step.

A city without a system of its own hands orders on itself.  Lists hold no texts; every look at a
text, and every step, is a line of the audit log: the number of the order and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.audit.log import AuditLog
from assistant.audit.types import Entry
from assistant.errors import OrderError
from assistant.records.book import OrderBook
from assistant.records.orders import ActRow, OrderRow
from assistant.work_orders import acts
from assistant.work_orders.numbers import valid_number
from assistant.work_orders.types import (
    FollowUp,
    OrderEvent,
    OrderStatus,
    OrderView,
    WorkOrder,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """An order in a list: no text, nobody's name."""

    number: str
    kind: str
    status: OrderStatus
    topic: str | None
    route: str
    department: str | None
    district: str | None
    filed: datetime
    acts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An order with what was told and what its owner did since; ``order`` is ``None`` once the
    person was erased, or the time that its texts are kept was over."""

    view: OrderView
    order: WorkOrder | None
    done: tuple[tuple[datetime, FollowUp], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderClerk:
    """``city``: a system of the city has the orders; then they are read here, not worked."""

    book: OrderBook
    audit: AuditLog
    city: bool = False

    def listed(
        self, status: OrderStatus | None = None, *, ended: bool = False, most: int = 50
    ) -> tuple[Entered, ...]:
        """Orders, the oldest first; those that are over only if they are asked for."""
        wanted = select(OrderRow).order_by(OrderRow.filed, OrderRow.id).limit(most)
        if status is not None:
            wanted = wanted.where(OrderRow.status == status)
        elif not ended:
            wanted = wanted.where(OrderRow.status.not_in(acts.OVER))
        with Session(self.book.engine) as session:
            rows = session.scalars(wanted).all()
            ids = [row.id for row in rows]
            done = session.scalars(select(ActRow.order_id).where(ActRow.order_id.in_(ids))).all()
        return tuple(
            Entered(
                number=row.number,
                kind=row.kind,
                status=OrderStatus(row.status),
                topic=row.topic,
                route=row.route,
                department=row.department,
                district=row.district,
                filed=row.filed,
                acts=done.count(row.id),
            )
            for row in rows
        )

    def opened(self, number: str, *, by: str, whole: bool = False) -> Opened:
        """An order with its texts; ``whole``: with name and phone to call back, which is noted as
        such.  Raises ``OrderError``."""
        order = self._id(number)
        plain = valid_number(number) or number.strip()
        action = "order.reveal" if whole else "order.read"
        self.audit.append(Entry(actor=by, action=action, object=plain))
        with Session(self.book.engine) as session:
            rows = session.scalars(
                select(ActRow).where(ActRow.order_id == order).order_by(ActRow.id)
            ).all()
        done = [(row.at, self.book.act(row.id)) for row in rows]
        return Opened(
            view=self.book.view(order),
            order=self.book.order(order),
            done=tuple((at, what) for at, what in done if what is not None),
        )

    def advance(
        self,
        number: str,
        status: OrderStatus,
        *,
        by: str,
        note: str | None = None,
        department: str | None = None,
        days: int | None = None,
    ) -> OrderView:
        """The next step of an order.  ``note``: for the citizen to read; ``days``: how many working
        days are added to the limit.  Raises ``OrderError`` for a step that cannot follow."""
        order = self._id(number)
        plain = valid_number(number) or number.strip()
        entry = Entry(actor=by, action="order.advance", object=f"{plain}:{status.value}")

        def may(row: OrderRow) -> None:
            now = OrderStatus(row.status)
            if status not in acts.NEXT[now]:
                raise OrderError(_cannot(now, acts.NEXT[now]))
            if status is OrderStatus.ASSIGNED and not (department or row.department):
                raise OrderError("派单要说明派给哪个单位：--department")

        if self.city:
            raise OrderError("工单由城市的系统办理（SUIWEN_ORDERS_URL），不能在这里推进")
        if status in acts.EXPLAINED and not (note or "").strip():
            raise OrderError(f"{status.value} 要写给市民看的说明：--note")
        if (status is OrderStatus.EXTENDED) != (days is not None):
            raise OrderError("延期（extended）要写延长几个工作日：--days；别的状态不用")
        event = OrderEvent(
            status=status, at=self.book.clock(), department=department, note=note or None
        )
        so_far = self.book.view(order).extended_days
        try:
            self.book.advance(
                plain,
                [event],
                None if days is None else so_far + days,
                may=may,
                beside=lambda connection: self.audit.append(entry, connection),
            )
        except KeyError:
            raise OrderError("这张工单保存期满，内容已经销毁，不能再推进") from None
        return self.book.view(order)

    def _id(self, number: str) -> int:
        plain = valid_number(number) or number.strip()
        with Session(self.book.engine) as session:
            found = session.scalar(select(OrderRow.id).where(OrderRow.number == plain))
        if found is None:
            raise OrderError("没有这个编号的工单，请对着 suiwen orders list 核对")
        return found


def _cannot(now: OrderStatus, next_: Sequence[OrderStatus]) -> str:
    ways = "、".join(one.value for one in next_) or "没有了"
    return f"工单现在是 {now.value}，下一步只能是：{ways}"
