"""Handoffs in the database: the citizen's side (``StaffDesk``) and what staff do with them.

Every change counts the handoff's version and adds a line in the same transaction, the version
first: that locks the row, so the lines of a session stand in the order in which they happened.
Texts are sealed with the key of the person before the transaction begins, never inside it; session
ids are kept as hashes.  What blocks runs in threads.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, RowMapping, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from assistant.accounts.types import Account, Seals
from assistant.audit.log import AuditLog
from assistant.audit.types import Entry
from assistant.errors import Unavailable
from assistant.handoff.hours import Hours
from assistant.handoff.notifier import Notifier
from assistant.handoff.types import Desk, HandoffStatus, Package, Place, Said
from assistant.records.handoffs import HandoffLine, HandoffRow
from assistant.records.writing import writing

Value = TypeVar("Value")
Versions = Mapping[str, tuple[str, str, int]]
"""Open handoffs: id → (session hash, desk, version)."""

_TABLE, _LINES = HandoffRow.__table__, HandoffLine.__table__
_ID = re.compile(r"[0-9a-f]{32}")
_OPEN = HandoffRow.status.in_(("waiting", "taken"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoke:
    """A line as it is stored, opened: ``text`` is ``None`` for an event or once erased."""

    id: int
    kind: str
    who: str
    at: datetime
    badge: str | None
    text: str | None
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A handoff as staff see it; ``package`` is empty once it was erased; ``last``: who
    spoke last; ``urgent``: a danger was told of; ``gone``: since when the citizen's page has not
    been connected (``None``: it is, or never was)."""

    place: Place
    session: str
    agent: str | None
    queued: datetime
    package: Package
    last: str | None = None
    urgent: bool = False
    gone: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revealed:
    """The number that a citizen gave, for who has taken them over; ``None`` if they gave none."""

    phone: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlStaffDesk:
    """``hours`` of each desk; ``present``: how many staff of a desk are signed in; ``person``: the
    id under which a session's texts are sealed; ``enough``: how many handling times must have been
    measured before a wait is foretold, from the last ``recent`` ones; ``away``: after how long
    without a connection the citizen counts as gone (a page without a socket asks twice a minute).
    """

    engine: Engine
    seals: Seals
    audit: AuditLog
    hours: Mapping[Desk, Hours]
    present: Callable[[Desk], int]
    notifier: Notifier = field(default_factory=Notifier)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    person: Callable[[str], str] = lambda session_id: f"session-{session_key(session_id)[:32]}"
    enough: int = 5
    recent: int = 30
    away: timedelta = timedelta(seconds=45)

    # The citizen's side

    async def request(self, session_id: str, desk: Desk, package: Package) -> Place:
        """Join the queue, once.  Outside office hours the place is a ``call_back``: nobody will
        see it now, and whoever asked is to be offered a work order."""
        return await self._changed(lambda: self._request(session_id, desk, package), session_id)

    async def say(self, session_id: str, said: Said) -> Place | None:
        """Pass on what was said, by the citizen or (while they wait) the assistant.

        ``None`` if nobody was asked for.  While the place is ``waiting`` nobody has read it yet.
        """
        return await self._changed(lambda: self._say(session_id, said), session_id)

    async def leave(self, session_id: str) -> None:
        await self._changed(lambda: self._leave(session_id), session_id)

    async def place(self, session_id: str) -> Place | None:
        """Where the last handoff of the session stands."""
        return await _threaded(lambda: self._last(session_key(session_id)))

    async def erase(self, session_id: str) -> None:
        """Leave, and destroy the key of all that was said: what remains says nothing.  Of a session
        that had a handoff the audit log tells that it was erased."""
        await self.leave(session_id)
        await _threaded(lambda: self._erase(session_id))

    async def seen(self, session_id: str) -> None:
        """Note that the citizen's page is connected; no change that anybody is woken for."""
        await _threaded(lambda: self._seen(session_key(session_id)))

    async def spoken(self, session_id: str, after: int = 0) -> tuple[Spoke, ...]:
        """The lines of a session behind a cursor."""
        key = session_key(session_id)
        mine = HandoffLine.session == key, HandoffLine.id > after
        return await _threaded(lambda: self._lines(self.person(session_id), *mine))

    # The side of the staff

    async def queue(self, account: Account) -> tuple[Handed, ...]:
        """Who waits at the account's desks, and whom it has taken over: those in danger first,
        then the longest."""
        return await _threaded(lambda: self._queue(account))

    async def open(self, account: Account, id_: str) -> Handed | None:
        """One that waits at the account's desks or is its own.  Reading is a line of the audit."""
        return await _threaded(lambda: self._open(account, id_))

    async def lines(self, account: Account, id_: str, after: int = 0) -> tuple[Spoke, ...]:
        """What was said since it was requested, for whoever may open it."""
        return await _threaded(lambda: self._news(account, id_, after))

    async def take(self, account: Account, id_: str) -> bool:
        """Take over; ``False`` if somebody else was first or nobody waits any more."""
        return await self._acted(account, id_, self._take)

    async def answer(
        self, account: Account, id_: str, text: str, codes: Sequence[str] = ()
    ) -> bool:
        """Say something to the citizen; ``False`` if the handoff is not the account's any more."""

        def act(account: Account, id_: str) -> RowMapping | None:
            return self._answer(account, id_, text, tuple(codes))

        return await self._acted(account, id_, act)

    async def hand_back(self, account: Account, id_: str) -> bool:
        """The assistant goes on with the conversation."""
        return await self._acted(account, id_, lambda a, i: self._end(a, i, "returned"))

    async def close(self, account: Account, id_: str) -> bool:
        """The matter is settled."""
        return await self._acted(account, id_, lambda a, i: self._end(a, i, "closed"))

    async def reveal(self, account: Account, id_: str) -> Revealed | None:
        """The telephone number that the citizen gave, whole; ``None`` unless the account has the
        conversation.  A line of the audit, whether there is one or not."""
        return await _threaded(lambda: self._reveal(account, id_))

    # Between processes

    def versions(self) -> Versions:
        """All open handoffs with their versions: what changed is seen by comparing two."""
        wanted = select(_TABLE.c.id, _TABLE.c.session, _TABLE.c.desk, _TABLE.c.version)
        with self.engine.connect() as connection:
            rows = connection.execute(wanted.where(_OPEN)).all()
        return {id_: (session, desk, version) for id_, session, desk, version in rows}

    async def watch(self, seconds: float, absent: Callable[[], frozenset[str]]) -> None:
        """Wake whoever waits for what other processes changed; runs until it is cancelled.

        ``absent`` as in :meth:`tidy`.
        """
        known: Versions = {}
        while True:
            try:
                await self.tidy(absent)
                known = await self.look(known)
            except Unavailable:
                pass  # the database is away: look again
            await asyncio.sleep(seconds)

    async def look(self, known: Versions) -> Versions:
        """One look: wake what changed since ``known``."""
        found = await _threaded(self.versions)
        changed = {one for id_, one in found.items() if known.get(id_) != one}
        ended = {one for id_, one in known.items() if id_ not in found}
        self._wake((session, desk) for session, desk, _ in changed | ended)
        return found

    async def tidy(self, absent: Callable[[], frozenset[str]]) -> None:
        """Back to the queue with what belongs to staff who have gone (``absent`` gives their ids);
        who waits at a desk that has closed is told so."""
        rows = await _threaded(lambda: self._tidy(absent()))
        self._wake((row["session"], row["desk"]) for row in rows)

    async def retire(self, kept: timedelta) -> int:
        """Destroy the texts of handoffs that ended longer ago, and the keys that sealed them; how
        many.  What happened and when stays, and so does the audit log."""
        return await _threaded(lambda: self._retire(self.clock() - kept))

    # Blocking parts: the citizen

    def _request(self, session_id: str, desk: Desk, package: Package) -> Place:
        key, now, person = session_key(session_id), self.clock(), self.person(session_id)
        known = self._last(key)
        if known is not None and known.status in ("waiting", "taken"):
            if package.danger is not None:
                self._mark(key)
                known = self._last(key) or known
            return known
        status: HandoffStatus = "waiting" if self.hours[desk].holds(now) else "call_back"
        values = {
            "id": secrets.token_hex(16),
            "session": key,
            "person": person,
            "desk": desk,
            "status": status,
            "queued": now,
            "ended": now if status == "call_back" else None,
            "version": 1,
            "package": self.seals.seal(person, _packed(package)),
            "urgent": package.danger is not None,
        }
        try:
            with writing(self.engine) as connection:
                connection.execute(insert(HandoffRow).values(**values))
                self._line(connection, values, status, "citizen")
        except IntegrityError:
            pass  # asked for twice at the same time
        found = self._last(key)
        assert found is not None
        return found

    def _say(self, session_id: str, said: Said) -> Place | None:
        key, person = session_key(session_id), self.person(session_id)
        known = self._last(key)
        if known is None or known.status not in ("waiting", "taken"):
            return None
        content = self.seals.seal(person, _content(said.text, said.codes, said.phone))
        urgent = {} if said.danger is None else {"urgent": True}
        with writing(self.engine) as connection:
            row = _counted(connection, HandoffRow.session == key, _OPEN, **urgent)
            if row is not None:
                self._line(connection, row, "said", said.who, content=content, at=said.at)
        return self._last(key) if row is not None else None

    def _mark(self, key: str) -> None:
        """Put who told of a danger first."""
        calm = HandoffRow.session == key, _OPEN, ~HandoffRow.urgent
        with writing(self.engine) as connection:
            _counted(connection, *calm, urgent=True)

    def _seen(self, key: str) -> None:
        with writing(self.engine) as connection:
            mine = update(HandoffRow).where(HandoffRow.session == key, _OPEN)
            connection.execute(mine.values(seen=self.clock()))

    def _leave(self, session_id: str) -> None:
        mine = HandoffRow.session == session_key(session_id), _OPEN
        with writing(self.engine) as connection:
            row = _counted(connection, *mine, status="closed", ended=self.clock())
            if row is not None:
                self._line(connection, row, "closed", "citizen")

    def _erase(self, session_id: str) -> None:
        self.seals.erase(self.person(session_id))
        last = self._last(session_key(session_id))
        if last is not None:
            self.audit.append(Entry(actor="system", action="handoff.erase", object=last.id))

    def _last(self, key: str) -> Place | None:
        wanted = select(_TABLE).where(HandoffRow.session == key)
        latest = wanted.order_by(_TABLE.c.number.desc()).limit(1)
        with self.engine.connect() as connection:
            row = connection.execute(latest).mappings().one_or_none()
            return None if row is None else self._place(connection, row)

    def _place(self, connection: Connection, row: RowMapping) -> Place:
        place = Place(id=row["id"], desk=row["desk"], status=row["status"], agent=row["badge"])
        if place.status != "waiting":
            return place
        line = select(func.count()).select_from(HandoffRow)
        sooner = HandoffRow.number < row["number"]
        sooner = sooner & HandoffRow.urgent if row["urgent"] else sooner | HandoffRow.urgent
        waiting = HandoffRow.status == "waiting", HandoffRow.desk == row["desk"], sooner
        ahead = connection.execute(line.where(*waiting)).scalar_one()
        staff = self.present(place.desk)
        minutes = self._minutes(connection, place.desk, ahead, staff)
        return replace(place, ahead=ahead, minutes=minutes, staffed=staff > 0)

    def _minutes(self, connection: Connection, desk: Desk, ahead: int, staff: int) -> int | None:
        """The expected wait: the median of measured handling times (one that was left open for
        hours says nothing), once for each before and once for the place itself, shared by the staff
        that are there.  ``None`` until enough were measured, or while nobody is there."""
        handled = HandoffRow.desk == desk, _TABLE.c.taken.is_not(None), _TABLE.c.ended.is_not(None)
        wanted = select(_TABLE.c.taken, _TABLE.c.ended).where(*handled)
        rows = connection.execute(wanted.order_by(_TABLE.c.ended.desc()).limit(self.recent)).all()
        if len(rows) < self.enough or not staff:
            return None
        each: float = median((ended - taken).total_seconds() for taken, ended in rows)
        return math.ceil(each * (ahead + 1) / staff / 60)

    # Blocking parts: staff

    def _queue(self, account: Account) -> tuple[Handed, ...]:
        waiting = (HandoffRow.status == "waiting") & HandoffRow.desk.in_(account.desks)
        mine = (HandoffRow.status == "taken") & (HandoffRow.agent == account.id)
        spoken = select(_LINES.c.who).where(
            _LINES.c.handoff == _TABLE.c.id, _LINES.c.kind == "said"
        )
        last = spoken.order_by(_LINES.c.id.desc()).limit(1).scalar_subquery().label("last")
        first = _TABLE.c.urgent.desc(), _TABLE.c.number
        wanted = select(_TABLE, last).where(waiting | mine).order_by(*first)
        with self.engine.connect() as connection:
            rows = connection.execute(wanted).mappings().all()
        return tuple(replace(self._handed(row), last=row["last"]) for row in rows)

    def _open(self, account: Account, id_: str) -> Handed | None:
        with writing(self.engine) as connection:
            row = _visible(connection, account, id_)
            self._note(connection, account, "read", id_, row is not None)
        return None if row is None else self._handed(row)

    def _news(self, account: Account, id_: str, after: int) -> tuple[Spoke, ...]:
        with self.engine.connect() as connection:
            row = _visible(connection, account, id_)
        if row is None:
            return ()
        return self._lines(row["person"], HandoffLine.handoff == id_, HandoffLine.id > after)

    def _take(self, account: Account, id_: str) -> RowMapping | None:
        waiting = HandoffRow.id == id_, HandoffRow.status == "waiting"
        now = self.clock()
        with writing(self.engine) as connection:
            row = _counted(
                connection,
                *waiting,
                HandoffRow.desk.in_(account.desks),
                status="taken",
                agent=account.id,
                badge=account.badge,
                taken=now,
            )
            if row is not None:
                self._line(connection, row, "taken", "staff", badge=account.badge)
            self._note(connection, account, "take", id_, row is not None)
        return row

    def _answer(
        self, account: Account, id_: str, text: str, codes: tuple[str, ...]
    ) -> RowMapping | None:
        with self.engine.connect() as connection:
            known = connection.execute(select(_TABLE.c.person).where(HandoffRow.id == id_)).scalar()
        content = b"" if known is None else self.seals.seal(known, _content(text, codes))
        with writing(self.engine) as connection:
            row = _counted(connection, *_own(account, id_))
            if row is not None:
                badge = account.badge
                self._line(connection, row, "said", "staff", content=content, badge=badge)
            self._note(connection, account, "answer", id_, row is not None)
        return row

    def _reveal(self, account: Account, id_: str) -> Revealed | None:
        with self.engine.connect() as connection:
            row = connection.execute(select(_TABLE).where(*_own(account, id_))).mappings().first()
        found = None if row is None else Revealed(phone=self._phone(row))
        result = "denied" if found is None else "ok" if found.phone else "none"
        with writing(self.engine) as connection:
            self._note(connection, account, "reveal", id_, result)
        return found

    def _phone(self, row: RowMapping) -> str | None:
        """The number that was told last, else that of the package."""
        told = HandoffLine.handoff == row["id"], HandoffLine.who == "citizen"
        wanted = select(_LINES.c.content).where(*told, _LINES.c.content.is_not(None))
        with self.engine.connect() as connection:
            sealed = connection.execute(wanted.order_by(_LINES.c.id.desc())).scalars().all()
        opened = (self.seals.open(row["person"], one) for one in sealed)
        phones = (_phone_of(one) for one in opened if one is not None)
        return next((one for one in phones if one), None) or self._handed(row).package.phone

    def _end(self, account: Account, id_: str, status: HandoffStatus) -> RowMapping | None:
        act = "return" if status == "returned" else "close"
        with writing(self.engine) as connection:
            own = _own(account, id_)
            row = _counted(connection, *own, status=status, ended=self.clock())
            if row is not None:
                self._line(connection, row, status, "staff", badge=account.badge)
            self._note(connection, account, act, id_, row is not None)
        return row

    def _tidy(self, absent: frozenset[str]) -> list[RowMapping]:
        now = self.clock()
        shut = [desk for desk, hours in self.hours.items() if not hours.holds(now)]
        left = (HandoffRow.status == "taken") & HandoffRow.agent.in_(absent)
        late = (HandoffRow.status == "waiting") & HandoffRow.desk.in_(shut)
        wanted = select(_TABLE.c.id, _TABLE.c.status).where(left | late)
        with self.engine.connect() as connection:
            found = connection.execute(wanted).all()
        if not found:
            return []
        changed = []
        with writing(self.engine) as connection:
            for id_, status in found:
                this = HandoffRow.id == id_, HandoffRow.status == status
                values: dict[str, Any] = (
                    {"status": "call_back", "ended": now}
                    if status == "waiting"
                    else {"status": "waiting", "agent": None, "badge": None, "taken": None}
                )
                row = _counted(connection, *this, **values)
                if row is not None:
                    self._line(connection, row, values["status"], "assistant")
                    entry = Entry(actor="system", action=f"handoff.{values['status']}", object=id_)
                    self.audit.append(entry, connection)
                    changed.append(row)
        return changed

    def _retire(self, before: datetime) -> int:
        old = _TABLE.c.ended < before, _TABLE.c.package != b""
        newer = _TABLE.alias()
        since = (newer.c.session == _TABLE.c.session) & (newer.c.number > _TABLE.c.number)
        with self.engine.connect() as connection:
            wanted = select(_TABLE.c.id, _TABLE.c.person, exists().where(since)).where(*old)
            found = connection.execute(wanted).all()
        for id_, person, goes_on in found:
            if not goes_on:  # one key seals all of a session
                self.seals.erase(person)
            with writing(self.engine) as connection:
                connection.execute(
                    update(HandoffRow).where(HandoffRow.id == id_).values(package=b"")
                )
                lines = update(HandoffLine).where(HandoffLine.handoff == id_)
                connection.execute(lines.values(content=None))
                entry = Entry(actor="system", action="handoff.retire", object=id_)
                self.audit.append(entry, connection)
        return len(found)

    # Shared

    def _line(
        self,
        connection: Connection,
        row: Mapping[Any, Any],
        kind: str,
        who: str,
        *,
        content: bytes | None = None,
        badge: str | None = None,
        at: datetime | None = None,
    ) -> None:
        line = {"handoff": row["id"], "session": row["session"], "kind": kind, "who": who}
        values = {**line, "at": at or self.clock(), "badge": badge, "content": content}
        connection.execute(insert(HandoffLine).values(**values))

    def _lines(self, person: str, *where: Any) -> tuple[Spoke, ...]:
        wanted = select(_LINES).where(*where).order_by(_LINES.c.id)
        with self.engine.connect() as connection:
            rows = connection.execute(wanted).mappings().all()
        return tuple(self._spoke(person, row) for row in rows)

    def _spoke(self, person: str, row: RowMapping) -> Spoke:
        opened = self.seals.open(person, row["content"]) if row["content"] else None
        text, codes, *_ = json.loads(opened) if opened is not None else (None, ())
        return Spoke(
            id=row["id"],
            kind=row["kind"],
            who=row["who"],
            at=row["at"],
            badge=row["badge"],
            text=text,
            codes=tuple(codes),
        )

    def _handed(self, row: RowMapping) -> Handed:
        sealed = row["package"]
        packed = self.seals.open(row["person"], sealed) if sealed else None
        return Handed(
            place=Place(id=row["id"], desk=row["desk"], status=row["status"], agent=row["badge"]),
            session=row["session"],
            agent=row["agent"],
            queued=row["queued"],
            package=Package(lines=()) if packed is None else _unpacked(packed),
            urgent=row["urgent"],
            gone=row["seen"] if self._is_gone(row["seen"]) else None,
        )

    def _is_gone(self, seen: datetime | None) -> bool:
        return seen is not None and self.clock() - seen > self.away

    def _note(
        self, connection: Connection, account: Account, act: str, id_: str, done: bool | str
    ) -> None:
        result = done if isinstance(done, str) else "ok" if done else "denied"
        known = id_ if _ID.fullmatch(id_) else "unknown"
        entry = Entry(actor=account.id, action=f"handoff.{act}", object=known, result=result)
        self.audit.append(entry, connection)

    async def _changed(self, change: Callable[[], Value], session_id: str) -> Value:
        result, place = await _threaded(lambda: (change(), self._last(session_key(session_id))))
        if place is not None:
            self._wake([(session_key(session_id), place.desk)])
        return result

    async def _acted(
        self, account: Account, id_: str, act: Callable[[Account, str], RowMapping | None]
    ) -> bool:
        row = await _threaded(lambda: act(account, id_))
        if row is not None:
            self._wake([(row["session"], row["desk"])])
        return row is not None

    def _wake(self, changed: Iterable[tuple[str, str]]) -> None:
        for session, desk in changed:
            self.notifier.wake(f"session:{session}", f"desk:{desk}")


def session_key(session_id: str) -> str:
    """What is kept of a session id: whoever reads the table cannot take the session over."""
    return hashlib.sha256(session_id.encode()).hexdigest()


def _counted(connection: Connection, *where: Any, **values: Any) -> RowMapping | None:
    """Change the one handoff that fits and count its version; ``None`` if none fits."""
    change = update(HandoffRow).where(*where).values(version=HandoffRow.version + 1, **values)
    return connection.execute(change.returning(*_TABLE.c)).mappings().one_or_none()


def _own(account: Account, id_: str) -> tuple[Any, ...]:
    return HandoffRow.id == id_, HandoffRow.status == "taken", HandoffRow.agent == account.id


def _visible(connection: Connection, account: Account, id_: str) -> RowMapping | None:
    """A handoff that waits at a desk of the account, or that it took (also once it ended)."""
    waiting = (HandoffRow.status == "waiting") & HandoffRow.desk.in_(account.desks)
    wanted = select(_TABLE).where(HandoffRow.id == id_)
    mine = HandoffRow.agent == account.id
    return connection.execute(wanted.where(waiting | mine)).mappings().one_or_none()


def _content(text: str, codes: Sequence[str], phone: str | None = None) -> str:
    told = [phone] if phone else []
    return json.dumps([text, list(codes), *told], ensure_ascii=False)


def _phone_of(content: str) -> str | None:
    _, _, *told = json.loads(content)
    return told[0] if told else None


def _packed(package: Package) -> str:
    said = [{**asdict(one), "at": one.at.isoformat()} for one in package.said]
    return json.dumps({**asdict(package), "said": said}, ensure_ascii=False)


def _unpacked(text: str) -> Package:
    found = json.loads(text)
    said = (
        Said(
            who=one["who"],
            text=one["text"],
            at=datetime.fromisoformat(one["at"]),
            codes=tuple(one["codes"]),
            danger=one.get("danger"),
        )
        for one in found["said"]
    )
    return Package(
        lines=tuple((label, words) for label, words in found["lines"]),
        said=tuple(said),
        codes=tuple(found["codes"]),
        danger=found.get("danger"),
        phone=found.get("phone"),
    )


async def _threaded(call: Callable[[], Value]) -> Value:
    """Run what blocks in a thread.  Raises ``Unavailable`` while the database is away."""
    try:
        return await asyncio.to_thread(call)
    except OperationalError:
        raise Unavailable("the database of handoffs does not answer") from None
