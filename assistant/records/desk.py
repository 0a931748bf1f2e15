"""The work order desk that stands on a database: the asynchronous face of the order book."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Engine

from assistant.records.book import OrderBook, eight_digits
from assistant.records.moments import now
from assistant.records.orders import Seals
from assistant.records.threads import off_loop
from assistant.work_orders.types import (
    Asker,
    Filed,
    FollowUp,
    OrderEvent,
    OrderView,
    Receipt,
    Refused,
    WorkOrder,
)


class SqlWorkOrderDesk:
    """``WorkOrderDesk`` and ``OrderHistory`` over SQLite or PostgreSQL (``migrate`` it first).

    Wrong checks lock a number, in all processes (:mod:`assistant.records.tries`).  ``outbox``:
    leave a row there with everything that is filed or done (see ``gateways.outbox``).
    """

    def __init__(
        self,
        engine: Engine,
        seals: Seals,
        *,
        outbox: bool = False,
        clock: Callable[[], datetime] = now,
        digits: Callable[[], str] = eight_digits,
    ) -> None:
        self.book = OrderBook(engine=engine, seals=seals, outbox=outbox, clock=clock, digits=digits)

    async def file(self, order: WorkOrder) -> Receipt:
        return await off_loop(self.book.file, order)

    async def look_up(
        self, number: str, check: str, asker: Asker | None = None
    ) -> OrderView | Refused:
        return await off_loop(self.book.look_up, number, check, asker)

    async def follow_up(
        self, number: str, check: str, what: FollowUp, asker: Asker | None = None
    ) -> OrderView | Refused:
        """Raises ``ValueError`` for stars outside 1 to 5, or nothing added."""
        return await off_loop(self.book.follow_up, number, check, what, asker)

    async def recent(self, person: str) -> tuple[Filed, ...]:
        return await off_loop(self.book.recent, person)

    async def advance(
        self, number: str, events: Sequence[OrderEvent], extended_days: int | None = None
    ) -> None:
        """The department's side: append steps.  Raises ``KeyError`` as the book does."""
        await off_loop(self.book.advance, number, events, extended_days)
