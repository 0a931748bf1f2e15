"""The outbox: what is still to be told to the city's system, with leases in the database.

A row is written in the transaction of the order or act that it tells of, so neither is ever without
the other.  Whoever delivers leases rows for a while; if it dies, the lease runs out and another
takes them.  What is sent twice then carries the same idempotency key and counts once there.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Engine, ForeignKey, Index, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from assistant.records.base import Base
from assistant.records.moments import Moment
from assistant.records.orders import OrderRow

Outcome = Literal["filed", "done", "refused", "erased"]
"""How a delivery ended: the order was filed there, the act was done or refused, or the person was
erased before, so that there was nothing left to send."""


class OutboxRow(Base):
    """One delivery: of an order (``act_id`` is null) or of an act on it."""

    __tablename__ = "outbox"
    __table_args__ = (Index("outbox_due", "done", "due"), Index("outbox_order", "order_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    act_id: Mapped[int | None] = mapped_column(ForeignKey("order_acts.id"))
    due: Mapped[datetime] = mapped_column(Moment)
    lease: Mapped[str | None]
    leased_until: Mapped[datetime | None] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(default=0)
    done: Mapped[datetime | None] = mapped_column(Moment)
    outcome: Mapped[str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A delivery that is ours until the lease runs out.  ``tries`` counts this one."""

    id: int
    lease: str
    order_id: int
    act_id: int | None
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What is not delivered yet.  ``tries``: the most that one of them took so far."""

    count: int
    oldest: datetime | None
    tries: int


def enqueue(session: Session, order_id: int, act_id: int | None, now: datetime) -> None:
    """Have it delivered; in the transaction that writes what is to be delivered."""
    session.add(OutboxRow(order_id=order_id, act_id=act_id, due=now))


@dataclass(frozen=True, slots=True)
class Outbox:
    """The deliveries of a database."""

    engine: Engine

    def claim(self, now: datetime, *, most: int, lease: timedelta) -> tuple[Leased, ...]:
        """Lease up to ``most`` deliveries that are due, the oldest first, each order's in the
        order in which they were made."""
        token = secrets.token_hex(16)
        earlier = aliased(OutboxRow)
        first = ~(
            select(earlier.id)
            .where(earlier.order_id == OutboxRow.order_id, earlier.done.is_(None))
            .where(earlier.id < OutboxRow.id)
            .exists()
        )
        free = or_(OutboxRow.leased_until.is_(None), OutboxRow.leased_until <= now)
        due = (
            select(OutboxRow.id)
            .where(OutboxRow.done.is_(None), OutboxRow.due <= now, free, first)
            .order_by(OutboxRow.due, OutboxRow.id)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        with Session(self.engine) as session, session.begin():
            ids = session.scalars(due).all()
            if ids:
                self._lease(session, ids, token, now, now + lease)
            mine = select(OutboxRow).where(OutboxRow.lease == token).order_by(OutboxRow.id)
            return tuple(
                Leased(
                    id=row.id,
                    lease=token,
                    order_id=row.order_id,
                    act_id=row.act_id,
                    tries=row.tries,
                )
                for row in session.scalars(mine)
            )

    def finish(
        self,
        one: Leased,
        outcome: Outcome,
        now: datetime,
        *,
        remote: tuple[str, bytes] | None = None,
        pull_due: datetime | None = None,
    ) -> bool:
        """It is delivered; ``remote``: number and sealed check of the receipt there.  ``False`` if
        somebody else finished it first."""
        with Session(self.engine) as session, session.begin():
            done = session.scalar(
                update(OutboxRow)
                .where(OutboxRow.id == one.id, OutboxRow.done.is_(None))
                .values(done=now, outcome=outcome, lease=None, leased_until=None)
                .returning(OutboxRow.id)
            )
            if done is None:
                return False
            if remote:
                session.execute(
                    update(OrderRow)
                    .where(OrderRow.id == one.order_id)
                    .values(
                        version=OrderRow.version + 1,
                        remote_number=remote[0],
                        sealed_remote_check=remote[1],
                        pull_due=pull_due,
                    )
                )
            return True

    def put_back(self, one: Leased, due: datetime) -> None:
        """It could not be delivered; try again then."""
        with Session(self.engine) as session, session.begin():
            session.execute(
                update(OutboxRow)
                .where(OutboxRow.id == one.id, OutboxRow.lease == one.lease)
                .values(due=due, lease=None, leased_until=None)
            )

    def waiting(self) -> Waiting:
        """What is not delivered yet."""
        counted = select(
            func.count(), func.min(OutboxRow.due), func.coalesce(func.max(OutboxRow.tries), 0)
        ).where(OutboxRow.done.is_(None))
        with Session(self.engine) as session:
            count, oldest, tries = session.execute(counted).one()
        return Waiting(count=count, oldest=oldest, tries=tries)

    @staticmethod
    def _lease(
        session: Session, ids: Sequence[int], token: str, now: datetime, until: datetime
    ) -> None:
        """Only what is still free: SQLite locks nothing while it reads."""
        session.execute(
            update(OutboxRow)
            .where(OutboxRow.id.in_(ids), OutboxRow.done.is_(None))
            .where(or_(OutboxRow.leased_until.is_(None), OutboxRow.leased_until <= now))
            .values(lease=token, leased_until=until, tries=OutboxRow.tries + 1),
            execution_options={"synchronize_session": False},
        )
