"""A desk that never loses an order: kept here first, told to the city's system afterwards.

The citizen gets our receipt at once.  Order and outbox row are one transaction; a task in every
process leases rows and sends them by idempotency key (our number), so that what is sent twice
counts once there.  What the city's system reports is read back into our order.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog

from assistant.errors import Unavailable
from assistant.records.book import Linked
from assistant.records.desk import SqlWorkOrderDesk
from assistant.records.outbox import Leased, Outbox, Outcome, Waiting
from assistant.records.threads import off_loop
from assistant.work_orders.types import (
    Asker,
    Filed,
    FollowUp,
    OrderView,
    Receipt,
    Refused,
    WorkOrder,
    WorkOrderDesk,
)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How deliveries are paced.

    ``together``: at once; ``lease``: how long whoever leased may take; ``look``: seconds between
    looks at an idle outbox; ``first_pause`` doubles with every try up to ``longest_pause``, and a
    random half of it is taken off; ``pull``: how often an order's state is read at most;
    ``patience``: seconds a look-up waits for the city's system before it tells what we know.
    """

    together: int = 8
    lease: timedelta = timedelta(seconds=60)
    look: float = 2.0
    first_pause: float = 1.0
    longest_pause: float = 900.0
    pull: timedelta = timedelta(minutes=10)
    patience: float = 2.0


class OutboxDesk:
    """``WorkOrderDesk`` and ``OrderHistory``: ``local`` keeps (made with ``outbox=True``),
    ``remote`` is told.  Run ``run`` as a task for as long as the process lives."""

    def __init__(
        self,
        local: SqlWorkOrderDesk,
        remote: WorkOrderDesk,
        *,
        pace: Pace = Pace(),
        chance: Callable[[], float] = random.random,
    ) -> None:
        if not local.book.outbox:
            raise ValueError("the local desk must leave rows in the outbox")
        self._local = local
        self._remote = remote
        self._pace = pace
        self._chance = chance
        self._book = local.book
        self._outbox = Outbox(local.book.engine)
        self._news = asyncio.Event()

    async def file(self, order: WorkOrder) -> Receipt:
        """Kept here once this returns; raises ``Unavailable`` only if our database is away."""
        receipt = await self._local.file(order)
        self._news.set()
        return receipt

    async def look_up(
        self, number: str, check: str, asker: Asker | None = None
    ) -> OrderView | Refused:
        """What we know, with the news of the city's system if it answers soon enough."""
        found = await self._local.look_up(number, check, asker)
        if isinstance(found, Refused):
            return found
        link = await off_loop(self._book.linked, found.number)
        if link is None:
            return found
        with suppress(Unavailable, TimeoutError):
            async with asyncio.timeout(self._pace.patience):
                await self._pull(link)
        return await off_loop(self._book.view, link.id)

    async def follow_up(
        self, number: str, check: str, what: FollowUp, asker: Asker | None = None
    ) -> OrderView | Refused:
        """Kept here and told later.  Raises ``ValueError`` as the local desk does."""
        found = await self._local.follow_up(number, check, what, asker)
        self._news.set()
        return found

    async def recent(self, person: str) -> tuple[Filed, ...]:
        return await self._local.recent(person)

    async def waiting(self) -> Waiting:
        """What the city's system was not told yet."""
        return await off_loop(self._outbox.waiting)

    async def deliver_once(self) -> int:
        """Lease what is due and send it; how many were delivered."""
        pace = self._pace
        leased = await off_loop(
            self._outbox.claim, self._book.clock(), most=pace.together, lease=pace.lease
        )
        return sum(await asyncio.gather(*(self._deliver(one) for one in leased)))

    async def pull_once(self) -> int:
        """Read the state of the orders that are due for it; how many were read."""
        links = await off_loop(self._book.claim_pulls, self._pace.together, self._pace.pull)
        return sum(await asyncio.gather(*(self._quietly(self._pull(link)) for link in links)))

    async def fresh(self, order: int) -> bool:
        """Bring an order (by id) up to date before its texts are destroyed; ``False`` if the
        city's system is away.  What it does not know, or we cannot ask for, is as fresh as ever."""
        link = await off_loop(self._book.link, order)
        if link is None or link.remote_check is None:
            return True
        try:
            theirs = await self._remote.look_up(link.remote_number, link.remote_check)
        except Unavailable:
            return False
        if isinstance(theirs, Refused):
            return theirs.reason == "unknown"
        await off_loop(self._book.merge, link, theirs)
        return True

    async def run(self) -> None:
        """Deliver and read back until cancelled; whatever fails is logged and tried again."""
        while True:
            self._news.clear()
            moved = await self._quietly(self.deliver_once()) + await self._quietly(self.pull_once())
            if not moved:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), self._pace.look)

    async def _deliver(self, one: Leased) -> int:
        try:
            return await self._send(one)
        except Exception as error:
            _log.warning("not_delivered", error=type(error).__name__, tries=one.tries)
            due = self._book.clock() + timedelta(seconds=self._pause(one.tries))
            await off_loop(self._outbox.put_back, one, due)
            return 0

    async def _send(self, one: Leased) -> int:
        if one.act_id is None:
            return await self._send_order(one)
        link = await off_loop(self._book.link, one.order_id)
        what = await off_loop(self._book.act, one.act_id)
        if link is None or link.remote_check is None or what is None:
            return await self._finish(one, "erased")
        told = await self._remote.follow_up(link.remote_number, link.remote_check, what)
        if isinstance(told, Refused):
            if told.reason in ("unknown", "locked"):  # it has the order: that will pass
                raise Unavailable(told.reason)
            return await self._finish(one, "refused")
        return await self._finish(one, "done")

    async def _send_order(self, one: Leased) -> int:
        order = await off_loop(self._book.order, one.order_id)
        if order is None:
            return await self._finish(one, "erased")
        receipt = await self._remote.file(order)
        sealed = await off_loop(self._book.sealed_check, one.order_id, receipt.check)
        now = self._book.clock()
        await off_loop(
            self._outbox.finish,
            one,
            "filed",
            now,
            remote=(receipt.number, sealed),
            pull_due=now + self._pace.pull,
        )
        return 1

    async def _finish(self, one: Leased, outcome: Outcome) -> int:
        await off_loop(self._outbox.finish, one, outcome, self._book.clock())
        return 1

    async def _pull(self, link: Linked) -> int:
        if link.remote_check is None:
            return 0
        theirs = await self._remote.look_up(link.remote_number, link.remote_check)
        if isinstance(theirs, Refused):
            raise Unavailable(theirs.reason)
        await off_loop(self._book.merge, link, theirs)
        return 1

    async def _quietly(self, work: Awaitable[int]) -> int:
        try:
            return await work
        except Exception as error:
            _log.warning("outbox", error=type(error).__name__)
            return 0

    def _pause(self, tries: int) -> float:
        longest = min(self._pace.longest_pause, self._pace.first_pause * 2.0 ** min(tries - 1, 30))
        return longest * (1 - self._chance() / 2)
