"""The audit log in the database: append, read, verify.

Whoever appends locks the head row first, so that two processes never write the same line.  The
head also says how many lines there must be: lines cut off at the end are missed.  A chain without a
key does not hold against someone who may rewrite the whole database; for that, note the head
elsewhere now and then (``suiwen audit verify --json``) and verify against it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from assistant.audit import chain
from assistant.audit.types import Anchor, Break, Entry, Line, Verdict
from assistant.records.audit import AuditHead, AuditLine
from assistant.records.writing import writing

_HEAD = 1
_PAGE = 2_000
_UNREADABLE = (DBAPIError, UnicodeDecodeError)
_COLUMNS = tuple(getattr(AuditLine, one.name) for one in fields(Line))


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLog:
    """``algorithm``: the hash of new lines, a name of ``chain.HASHES``; ``clock`` gives UTC."""

    engine: Engine
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    algorithm: str = "sha256"

    def append(self, entry: Entry, connection: Connection | None = None) -> Line:
        """Write one line.  On a ``connection`` it is part of the transaction under way there: the
        act and its line are kept together or not at all."""
        if connection is not None:
            return self._append(entry, connection)
        with writing(self.engine) as own:
            return self._append(entry, own)

    def verify(self, anchor: Anchor | None = None) -> Verdict:
        """Read the whole log.  ``anchor``: a head that was noted earlier and must be in it.

        Lines may be appended meanwhile: the log must reach the head as it was at the beginning,
        and may not go beyond the head as it is at the end.
        """
        read, last, lower = 0, chain.GENESIS, None
        with self.engine.connect() as connection:
            begun = _head(connection)
            if begun is None:
                return Verdict(lines=0, broken=1, reason="cut")
            marks: tuple[tuple[Anchor | None, Break], ...] = ((begun, "cut"), (anchor, "anchor"))
            missed = [(one, reason) for one, reason in marks if one is not None and one.seq]
            while True:
                page, unreadable = _page(connection, lower)
                for seq, wrong in chain.breaks(page, after=read, previous=last):
                    if wrong is not None:
                        return Verdict(lines=seq - 1, broken=seq, reason=wrong)
                for noted, reason in [one for one in missed if 0 < one[0].seq - read <= len(page)]:
                    missed.remove((noted, reason))
                    if page[noted.seq - read - 1].hash != noted.hash:
                        return Verdict(lines=noted.seq - 1, broken=noted.seq, reason=reason)
                if page:
                    lower = read = page[-1].seq
                    last = page[-1].hash
                if unreadable:
                    return Verdict(lines=read, broken=read + 1, reason="unreadable")
                if len(page) < _PAGE:
                    break
            ended = _head(connection)
        if missed or ended is None or ended.seq < read:
            return Verdict(lines=read, broken=read + 1, reason=missed[0][1] if missed else "cut")
        return Verdict(lines=read, head=Anchor(seq=read, hash=last))

    def lines(self, *, before: int | None = None, most: int = 100) -> tuple[Line, ...]:
        """The last lines (before a number), newest first."""
        found = select(*_COLUMNS).order_by(AuditLine.seq.desc()).limit(most)
        if before is not None:
            found = found.where(AuditLine.seq < before)
        with self.engine.connect() as connection:
            return tuple(Line(**row) for row in connection.execute(found).mappings())

    def _append(self, entry: Entry, connection: Connection) -> Line:
        _lock(connection)
        seq, previous = connection.execute(select(AuditHead.seq, AuditHead.hash)).one()
        line = chain.following(
            entry,
            seq=seq,
            at=self.clock().astimezone(UTC).isoformat(timespec="microseconds"),
            previous=previous,
            algorithm=self.algorithm,
        )
        connection.execute(insert(AuditLine).values(**asdict(line)))
        connection.execute(update(AuditHead).values(hash=line.hash))
        return line


def _lock(connection: Connection) -> None:
    """Count the line that is to be written: the row stays locked until the transaction ends."""
    counted = update(AuditHead).where(AuditHead.id == _HEAD).values(seq=AuditHead.seq + 1)
    if connection.execute(counted).rowcount:
        return
    try:
        with connection.begin_nested():
            first = insert(AuditHead).values(id=_HEAD, seq=0, hash=chain.GENESIS)
            connection.execute(first)
    except IntegrityError:
        pass  # another process was first
    connection.execute(counted)


def _page(connection: Connection, after: int | None) -> tuple[list[Line], bool]:
    """The next lines, and whether the one behind them cannot be read."""
    wanted = _after(select(*_COLUMNS), after)
    try:
        return [Line(**row) for row in connection.execute(wanted).mappings()], False
    except _UNREADABLE:
        connection.rollback()
        return list(_readable(connection, after)), True


def _readable(connection: Connection, after: int | None) -> Iterator[Line]:
    """Lines one by one, up to the one that cannot be read."""
    for seq in connection.execute(_after(select(AuditLine.seq), after)).scalars().all():
        try:
            row = connection.execute(select(*_COLUMNS).where(AuditLine.seq == seq)).mappings().one()
        except _UNREADABLE:
            connection.rollback()
            return
        yield Line(**row)


def _after(wanted: Select[Any], after: int | None) -> Select[Any]:
    ordered = wanted.order_by(AuditLine.seq).limit(_PAGE)
    return ordered if after is None else ordered.where(AuditLine.seq > after)


def _head(connection: Connection) -> Anchor | None:
    """The head; ``None`` if it was tampered with.  An empty log need not have one."""
    wanted = select(AuditHead.id, AuditHead.seq, AuditHead.hash)
    try:
        heads = connection.execute(wanted).all()
    except _UNREADABLE:
        connection.rollback()
        return None
    if not heads:
        return Anchor(seq=0, hash=chain.GENESIS)
    head, *more = heads
    fits = head.id == _HEAD and not more and (head.seq or head.hash == chain.GENESIS)
    return Anchor(seq=head.seq, hash=head.hash) if fits else None
