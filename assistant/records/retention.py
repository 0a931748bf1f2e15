"""Orders whose time is over: texts, contacts and their keys are destroyed, courses stay.

What stays is for the audit: number, kind, topic, district, department, statuses and days, and the
hash of the check, so that its owner can still be told what became of it.  An order goes only once
it is over, nothing of it waits in the outbox, and (``fresh``) the city's system was asked whether
that is still so.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, and_, func, or_, select, text, update
from sqlalchemy.orm import Session

from assistant.audit.log import AuditLog
from assistant.audit.types import Entry
from assistant.records.moments import now as this_moment
from assistant.records.orders import ActRow, EventRow, OrderRow, Seals, locked
from assistant.records.outbox import OutboxRow
from assistant.records.threads import off_loop
from assistant.work_orders import acts

_AT_ONCE = 200


async def _known(_order: int) -> bool:
    """Where no other system has the order, what we know of it is all there is."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRetention:
    """``fresh``: brings an order up to date with the city's system; ``False`` if that is away, and
    the order is left for another time."""

    engine: Engine
    seals: Seals
    audit: AuditLog
    clock: Callable[[], datetime] = this_moment
    fresh: Callable[[int], Awaitable[bool]] = _known

    async def retire(self, kept: timedelta) -> int:
        """Destroy the texts of orders that ended longer ago, with their keys; how many.

        Raises ``Unavailable`` if the database is away: what was begun is finished the next time.
        """
        before, done, last = self.clock() - kept, 0, 0
        while found := await off_loop(self.due, before, after=last):
            for order in found:
                last = order
                if await self.fresh(order):
                    done += await off_loop(self.retire_one, order, before)
        return done

    def due(self, before: datetime, after: int = 0) -> tuple[int, ...]:
        """Ids of orders that ended before, and of those of which only the key is left to destroy;
        the next ones behind an id."""
        begun = and_(OrderRow.retired.is_not(None), OrderRow.person != "")
        wanted = select(OrderRow.id).where(or_(_over(before), begun), OrderRow.id > after)
        with Session(self.engine) as session:
            return tuple(session.scalars(wanted.order_by(OrderRow.id).limit(_AT_ONCE)))

    def retire_one(self, order: int, before: datetime) -> bool:
        """Destroy what one holds, if it is (still) due.

        The rows first, with a line of the audit log: from then on nobody seals anything for it.
        Then the key; the person's id goes last, so that whoever is killed in between goes on here.
        """
        done = self._emptied(order, before)
        with Session(self.engine) as session:
            row = session.get_one(OrderRow, order)
            if not row.retired or not row.person:
                return done
            shared = select(OrderRow.id).where(
                OrderRow.person == row.person,
                OrderRow.sealed_for.is_(None),
                OrderRow.retired.is_(None),
            )
            alone = row.sealed_for is not None or session.scalar(shared.limit(1)) is None
        if alone:
            self.seals.erase(row.keeper)
        with Session(self.engine) as session, session.begin():
            gone = locked(session, order)
            gone.person, gone.sealed_for = "", None
        return done

    def _emptied(self, order: int, before: datetime) -> bool:
        with Session(self.engine) as session, session.begin():
            if self.engine.dialect.name == "sqlite":
                session.execute(text("PRAGMA secure_delete=ON"))
            row = locked(session, order)
            due = select(OrderRow.id).where(OrderRow.id == order, _over(before))
            if session.scalar(due) is None:
                return False
            row.retired, row.pull_due = self.clock(), None
            row.sealed_text = row.sealed_contact = row.sealed_check = b""
            row.sealed_remote_check = None
            told = update(ActRow).where(ActRow.order_id == order)
            session.execute(told.values(sealed_text=None))
            session.flush()
            entry = Entry(actor="system", action="order.retire", object=row.number)
            self.audit.append(entry, session.connection())
        return True


def _over(before: datetime) -> ColumnElement[bool]:
    """Orders that ended before, whose texts are there and of which nothing waits to be told."""
    last = select(func.max(EventRow.at)).where(EventRow.order_id == OrderRow.id).scalar_subquery()
    waits = select(OutboxRow.id).where(OutboxRow.order_id == OrderRow.id, OutboxRow.done.is_(None))
    return and_(
        OrderRow.status.in_(acts.OVER),
        OrderRow.retired.is_(None),
        OrderRow.filed < before,
        last < before,
        ~waits.exists(),
    )
