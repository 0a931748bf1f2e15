"""The order book: work orders in a database, synchronously; ``desk`` is its asynchronous face.

Every change of an order begins by raising its ``version``, which locks the row on PostgreSQL and
the database on SQLite, so that rules are checked on what they change.  Texts are sealed before a
transaction and opened after it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, exc, select, update
from sqlalchemy.orm import Session, selectinload

from assistant.errors import Unavailable
from assistant.records import checks, outbox, tries
from assistant.records.moments import now as this_moment
from assistant.records.orders import ActRow, EventRow, OrderRow, Seals, keeper_of, locked
from assistant.work_orders import acts
from assistant.work_orders.numbers import number_of, valid_number
from assistant.work_orders.types import (
    Asker,
    Contact,
    Filed,
    FollowUp,
    OrderEvent,
    OrderKind,
    OrderStatus,
    OrderView,
    Receipt,
    Refused,
    WorkOrder,
)

_BEIJING = ZoneInfo("Asia/Shanghai")
_TEXTS = ("text", "place", "when", "object", "wish")
_DRAWS = 20
_RECENT = 20


def eight_digits() -> str:
    """Eight random digits of a receipt number."""
    return f"{secrets.randbelow(10**8):08}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """An order as the city's system has it: number and check there, and how far it was read."""

    id: int
    number: str
    remote_number: str
    remote_check: str | None
    pulled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBook:
    """``outbox``: leave a row there with everything that is filed or done."""

    engine: Engine
    seals: Seals
    outbox: bool = False
    clock: Callable[[], datetime] = this_moment
    digits: Callable[[], str] = eight_digits

    def file(self, order: WorkOrder) -> Receipt:
        """File it once per key.  Raises ``Unavailable`` if no free number was drawn, or if what
        was filed under the key can no longer be opened."""
        for _ in range(_DRAWS):
            known = self._receipt(key_digest(order.key))
            if known:
                return known
            check, drawn = checks.check_of(order.contact.phone)
            row, filed = self._row(order, check, drawn), self.clock()
            number = number_of(filed.astimezone(_BEIJING).date(), self.digits())
            try:
                self._insert(row, number, filed)
            except exc.IntegrityError:  # the key was filed meanwhile, or the number is taken
                continue
            return Receipt(number=number, check=check, drawn=drawn, filed=filed, route=order.route)
        raise Unavailable("受理编号没有抽到空号，请稍后再试")

    def look_up(self, number: str, check: str, asker: Asker | None = None) -> OrderView | Refused:
        """What its owner sees of it."""
        found = self._entered(number, check, asker)
        return found if isinstance(found, Refused) else self.view(found[0])

    def follow_up(
        self, number: str, check: str, what: FollowUp, asker: Asker | None = None
    ) -> OrderView | Refused:
        """Do it once per ``what.key``.  Raises ``ValueError`` for stars or words that cannot be."""
        acts.checked(what)
        found = self._entered(number, check, asker)
        if isinstance(found, Refused):
            return found
        order, keeper = found
        sealed = self.seals.seal(keeper, what.text) if what.text else None
        refused = self._act(order, what, sealed)
        return refused or self.view(order)

    def recent(self, person: str) -> tuple[Filed, ...]:
        """Their orders that are not over, the newest first."""
        theirs = (
            select(OrderRow)
            .where(OrderRow.person == person, OrderRow.status.not_in(acts.OVER))
            .order_by(OrderRow.filed.desc(), OrderRow.id.desc())
            .limit(_RECENT)
        )
        with Session(self.engine) as session:
            rows = session.scalars(theirs).all()
        found = [(row, self._texts(row)) for row in rows]
        return tuple(
            Filed(
                number=row.number,
                topic=row.topic,
                district=row.district,
                text=texts["text"] or "",
                filed=row.filed,
                key=row.key,
                place=texts["place"],
                object=texts["object"],
            )
            for row, texts in found
            if texts
        )

    def view(self, order: int) -> OrderView:
        """An order by id, as its owner sees it."""
        with Session(self.engine) as session:
            row = session.get_one(OrderRow, order, options=[selectinload(OrderRow.events)])
        return OrderView(
            number=row.number,
            kind=OrderKind(row.kind),
            topic=row.topic,
            route=row.route,
            department=row.department,
            filed=row.filed,
            events=tuple(self._event(row.keeper, one) for one in row.events),
            extended_days=row.extended_days,
            stars=row.stars,
            retired=row.retired,
        )

    def advance(
        self,
        number: str,
        events: Sequence[OrderEvent],
        extended_days: int | None = None,
        *,
        may: Callable[[OrderRow], None] | None = None,
        beside: Callable[[Connection], object] | None = None,
    ) -> None:
        """Append what a department did.  Raises ``KeyError`` for a number that is unknown, or whose
        texts were destroyed when their time was over.

        ``may`` sees the locked order and raises to refuse; ``beside`` writes in the same
        transaction."""
        with Session(self.engine) as session:
            found = session.scalar(select(OrderRow).where(OrderRow.number == number))
        if found is None or found.retired:
            raise KeyError(number)
        rows = self._sealed_events(found.keeper, events)
        with Session(self.engine) as session, session.begin():
            row = locked(session, found.id)
            if row.retired:
                raise KeyError(number)
            if may is not None:
                may(row)
            _append(session, row, rows, extended_days)
            if beside is not None:
                session.flush()
                beside(session.connection())

    def erase(self, person: str) -> None:
        """Destroy the keys of all that a person filed: what is left tells courses, no words."""
        theirs = select(OrderRow).where(OrderRow.person == person)
        with Session(self.engine) as session:
            keepers = {one.keeper for one in session.scalars(theirs)}
        for keeper in keepers:
            self.seals.erase(keeper)

    # what the outbox delivers and reads back

    def order(self, order: int) -> WorkOrder | None:
        """The whole order by id, its key being our number; ``None`` once the person was erased."""
        with Session(self.engine) as session:
            row = session.get_one(OrderRow, order)
        texts, contact = self._texts(row), self._opened(row, row.sealed_contact)
        if texts is None or contact is None:
            return None
        return WorkOrder(
            key=row.number,
            person=row.person,
            kind=OrderKind(row.kind),
            text=texts["text"] or "",
            topic=row.topic,
            route=row.route,
            department=row.department,
            district=row.district,
            place=texts["place"],
            when=texts["when"],
            object=texts["object"],
            wish=texts["wish"],
            contact=Contact(**json.loads(contact)),
            confidential=row.confidential,
        )

    def act(self, act: int) -> FollowUp | None:
        """An act by id, its key being made of our ids; ``None`` once the person was erased."""
        with Session(self.engine) as session:
            row = session.get_one(ActRow, act)
            order = session.get_one(OrderRow, row.order_id)
        text = self._opened(order, row.sealed_text)
        if row.sealed_text and text is None:
            return None
        return FollowUp(
            act=row.act,  # type: ignore[arg-type]
            text=text,
            stars=row.stars,
            key=f"{order.number}-{row.id}",
        )

    def link(self, order: int) -> Linked | None:
        """Where the order stands in the city's system, once it was delivered."""
        with Session(self.engine) as session:
            return self._linked(session.get_one(OrderRow, order))

    def linked(self, number: str) -> Linked | None:
        """The same by our number."""
        with Session(self.engine) as session:
            row = session.scalar(select(OrderRow).where(OrderRow.number == number))
        return self._linked(row) if row else None

    def sealed_check(self, order: int, check: str) -> bytes:
        """The check of the city's receipt, sealed with the order's key."""
        with Session(self.engine) as session:
            keeper = session.get_one(OrderRow, order).keeper
        return self.seals.seal(keeper, check)

    def claim_pulls(self, most: int, every: timedelta) -> tuple[Linked, ...]:
        """Orders whose state there is to be read now; each is due again after a tenth of the time
        since it last changed, at least ``every``."""
        now = self.clock()
        due = select(OrderRow).where(OrderRow.pull_due <= now).order_by(OrderRow.pull_due)
        with Session(self.engine) as session:
            rows = session.scalars(due.limit(most).options(selectinload(OrderRow.events))).all()
        claimed = []
        for row in rows:
            quiet = now - max(one.at for one in row.events)
            with Session(self.engine) as session, session.begin():
                mine = session.scalar(
                    update(OrderRow)
                    .where(OrderRow.id == row.id, OrderRow.pull_due == row.pull_due)
                    .values(pull_due=now + max(every, quiet / 10))
                    .returning(OrderRow.id)
                )
            found = self._linked(row) if mine else None
            if found:
                claimed.append(found)
        return tuple(claimed)

    def merge(self, link: Linked, theirs: OrderView) -> None:
        """Append what the city's system reports beyond what was read before.

        What it merely repeats is left out: a status that the order already has because the citizen
        filed, withdrew or reopened it here.
        """
        with Session(self.engine) as session:
            known = session.get_one(OrderRow, link.id)
        if known.retired:
            return
        fresh = theirs.events[link.pulled :]
        rows = list(zip(fresh, self._sealed_events(known.keeper, fresh), strict=True))
        with Session(self.engine) as session, session.begin():
            row = locked(session, link.id)
            if row.retired or row.pulled != link.pulled:  # or somebody else read them meanwhile
                return
            row.pulled = max(row.pulled, len(theirs.events))
            for event, made in rows:
                if event.status not in _OURS or event.status != row.status:
                    _append(session, row, [made], None)
            row.extended_days = theirs.extended_days
            row.department = theirs.department or row.department

    def _entered(self, number: str, check: str, asker: Asker | None) -> tuple[int, str] | Refused:
        """Id and keeper of the order, if the check fits and the number is not locked."""
        plain = valid_number(number) or number.strip()
        with Session(self.engine) as session:
            row = session.scalar(select(OrderRow).where(OrderRow.number == plain))
        right = checks.fits(check, checks.Hashed(row.check_salt, row.check_digest) if row else None)
        refused = tries.tried(self.engine, "order", plain, right, asker, self.clock())
        if refused or row is None:
            return refused or Refused(reason="unknown")
        return row.id, row.keeper

    def _act(self, order: int, what: FollowUp, sealed: bytes | None) -> Refused | None:
        at = self.clock()
        with Session(self.engine) as session, session.begin():
            row = locked(session, order)
            same = select(ActRow.id).where(ActRow.order_id == order, ActRow.key == what.key)
            if what.key and session.scalar(same) is not None:
                return None
            if row.retired:
                return Refused(reason="closed")
            status = OrderStatus(row.status)
            refusal = acts.refusal(what.act, status, rated=row.stars is not None)
            if refusal:
                return Refused(reason=refusal)
            made = ActRow(
                order_id=order,
                act=what.act,
                key=what.key or None,
                at=at,
                sealed_text=sealed,
                stars=what.stars,
            )
            session.add(made)
            session.flush()
            if what.act == "rate":
                row.stars = what.stars
            becomes = acts.BECOMES.get(what.act)
            if becomes:
                _append(session, row, [EventRow(status=becomes, at=at)], None)
            if self.outbox:
                outbox.enqueue(session, order, made.id, at)
        return None

    def _row(self, order: WorkOrder, check: str, drawn: bool) -> OrderRow:
        """The order with everything sealed, without number and time."""
        kept, key = checks.hashed(check), key_digest(order.key)
        keeper = keeper_of(order.person, key)
        texts = {name: getattr(order, name) for name in _TEXTS}
        return OrderRow(
            key=key,
            person=order.person,
            sealed_for=keeper,
            kind=order.kind,
            status=OrderStatus.FILED,
            topic=order.topic,
            route=order.route,
            department=order.department,
            district=order.district,
            confidential=order.confidential,
            sealed_text=self._seal(keeper, texts),
            sealed_contact=self._seal(keeper, asdict(order.contact)),
            sealed_check=self.seals.seal(keeper, check),
            check_salt=kept.salt,
            check_digest=kept.digest,
            drawn=drawn,
        )

    def _insert(self, row: OrderRow, number: str, filed: datetime) -> None:
        row.number, row.filed = number, filed
        row.events = [EventRow(status=OrderStatus.FILED, at=filed)]
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            session.add(row)
            session.flush()
            if self.outbox:
                outbox.enqueue(session, row.id, None, filed)

    def _receipt(self, key: str) -> Receipt | None:
        """The receipt of what was filed under the key before."""
        with Session(self.engine) as session:
            row = session.scalar(select(OrderRow).where(OrderRow.key == key))
        if row is None:
            return None
        check = self._opened(row, row.sealed_check)
        if check is None:
            raise Unavailable("这份工单的个人信息已按要求清除，回执不能再出示")
        return Receipt(
            number=row.number, check=check, drawn=row.drawn, filed=row.filed, route=row.route
        )

    def _linked(self, row: OrderRow) -> Linked | None:
        if row.remote_number is None or row.sealed_remote_check is None:
            return None
        return Linked(
            id=row.id,
            number=row.number,
            remote_number=row.remote_number,
            remote_check=self._opened(row, row.sealed_remote_check),
            pulled=row.pulled,
        )

    def _texts(self, row: OrderRow) -> dict[str, str | None] | None:
        opened = self._opened(row, row.sealed_text)
        if opened is None:
            return None
        texts: dict[str, str | None] = json.loads(opened)
        return texts

    def _opened(self, row: OrderRow, sealed: bytes | None) -> str | None:
        """``None`` once the key was erased, or where nothing is left to open."""
        return self.seals.open(row.keeper, sealed) if sealed else None

    def _event(self, keeper: str, row: EventRow) -> OrderEvent:
        note = self.seals.open(keeper, row.sealed_note) if row.sealed_note else None
        return OrderEvent(
            status=OrderStatus(row.status), at=row.at, department=row.department, note=note
        )

    def _sealed_events(self, keeper: str, events: Sequence[OrderEvent]) -> list[EventRow]:
        return [
            EventRow(
                status=one.status,
                at=one.at,
                department=one.department,
                sealed_note=self.seals.seal(keeper, one.note) if one.note else None,
            )
            for one in events
        ]

    def _seal(self, keeper: str, value: dict[str, str | None]) -> bytes:
        return self.seals.seal(keeper, json.dumps(value, ensure_ascii=False))


_OURS = (OrderStatus.FILED, OrderStatus.WITHDRAWN, OrderStatus.REOPENED)


def _append(
    session: Session, order: OrderRow, rows: Sequence[EventRow], extended_days: int | None
) -> None:
    for row in rows:
        row.order_id = order.id
        session.add(row)
        session.flush()
        order.status = row.status
        order.department = row.department or order.department
    if extended_days is not None:
        order.extended_days = extended_days


def key_digest(key: str) -> str:
    """What is kept of an idempotency key."""
    return hashlib.sha256(key.encode()).hexdigest()
