"""The tables of work orders.  What citizens wrote and who they are: sealed bytes only."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy import DDL, ForeignKey, Index, UniqueConstraint, event, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from assistant.records.base import Base
from assistant.records.moments import Moment


class Seals(Protocol):
    """Keeps texts secret with a key per id (an order's: ``keeper_of``).  It may use the same
    database: never call it inside a transaction, which on SQLite would wait for itself."""

    def seal(self, person: str, text: str) -> bytes: ...

    def open(self, person: str, sealed: bytes) -> str | None:
        """The text; ``None`` once the key was erased."""
        ...

    def erase(self, person: str) -> None: ...


class OrderRow(Base):
    """An order.

    ``key``: SHA-256 of the idempotency key.  ``sealed_text``: JSON of text, place, when, object,
    wish; ``sealed_contact``: JSON of the contact; ``sealed_check``: what the receipt says.
    ``version`` is raised first by every change: that locks the row on every dialect.

    ``remote_number``, ``sealed_remote_check``: the receipt of the city's system; ``pulled``: how
    many of its events were read; ``pull_due``: when to ask it again.

    ``sealed_for``: the id of the order's own key (``None``: the person's, as orders had it at
    first); ``retired``: when texts and key were destroyed, as their time was over.
    """

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("number", name="orders_number"),
        UniqueConstraint("key", name="orders_key"),
        Index("orders_person", "person"),
        Index("orders_pull_due", "pull_due"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str]
    key: Mapped[str]
    person: Mapped[str]
    kind: Mapped[str]
    status: Mapped[str]
    topic: Mapped[str | None]
    route: Mapped[str]
    department: Mapped[str | None]
    district: Mapped[str | None]
    confidential: Mapped[bool]
    filed: Mapped[datetime] = mapped_column(Moment)
    sealed_text: Mapped[bytes]
    sealed_contact: Mapped[bytes]
    sealed_check: Mapped[bytes]
    check_salt: Mapped[bytes]
    check_digest: Mapped[bytes]
    drawn: Mapped[bool]
    extended_days: Mapped[int] = mapped_column(default=0)
    stars: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=0)
    remote_number: Mapped[str | None]
    sealed_remote_check: Mapped[bytes | None]
    pulled: Mapped[int] = mapped_column(default=0, server_default="0")
    pull_due: Mapped[datetime | None] = mapped_column(Moment)
    sealed_for: Mapped[str | None]
    retired: Mapped[datetime | None] = mapped_column(Moment)

    events: Mapped[list[EventRow]] = relationship(order_by="EventRow.id")

    @property
    def keeper(self) -> str:
        """The id whose key seals what the order holds."""
        return self.sealed_for or self.person


class EventRow(Base):
    """A step of an order.  Append-only: triggers refuse to change or delete one."""

    __tablename__ = "order_events"
    __table_args__ = (Index("order_events_order", "order_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    status: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)
    department: Mapped[str | None]
    sealed_note: Mapped[bytes | None]


class ActRow(Base):
    """What the citizen did with an order; ``key``: idempotency, where one was given."""

    __tablename__ = "order_acts"
    __table_args__ = (UniqueConstraint("order_id", "key", name="order_acts_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    act: Mapped[str]
    key: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(Moment)
    sealed_text: Mapped[bytes | None]
    stars: Mapped[int | None]


def keeper_of(person: str, key: str) -> str:
    """The id of an order's own key, from its person and the digest of its idempotency key: when
    its time is over its key can go, and no other order is touched."""
    return f"{person}/{key[:16]}"


def locked(session: Session, order: int) -> OrderRow:
    """The order, which nobody else changes until the transaction ends."""
    session.execute(
        update(OrderRow).where(OrderRow.id == order).values(version=OrderRow.version + 1)
    )
    return session.get_one(OrderRow, order)


def _append_only(table: str) -> tuple[tuple[str, str], ...]:
    """(dialect, statement): triggers that keep rows as they were written."""
    refuse = (
        f"CREATE OR REPLACE FUNCTION {table}_kept() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$BEGIN RAISE EXCEPTION '{table} is append-only'; END$$"
    )
    return (
        *(
            (
                "sqlite",
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
            )
            for verb in ("UPDATE", "DELETE")
        ),
        ("postgresql", refuse),
        (
            "postgresql",
            f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_kept()",
        ),
    )


for _dialect, _statement in _append_only(EventRow.__tablename__):
    _trigger = DDL(_statement)  # type: ignore[no-untyped-call]
    event.listen(EventRow.__table__, "after_create", _trigger.execute_if(dialect=_dialect))
