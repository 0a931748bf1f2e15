"""Wrong tries at a number, counted in the database so that all processes share them.

A number is locked for whoever tried five wrong checks in a row, for an hour, whether it exists or
not: an unknown number and a wrong check look the same in everything that is answered.  A right
check before the fifth begins anew, and so does an hour without any.

Counted by number and asker (a conversation), so that a stranger who knows a number does not lock it
for its owner.  A conversation is had for nothing, so whoever guesses would only begin new ones:
wrong tries at a number by all together are counted too, and the twentieth locks it for everybody
for a day.  A right check does not begin that count anew, only a day without a wrong one does.  Of
the ten thousand checks that four digits have, strangers thus try twenty a day; five an hour in turn
would be a hundred and twenty.

The conversation in which an order was filed was given its check by the desk and guesses nothing: it
is neither counted nor kept out (``Asker.own``).  So whoever is locked out by others still has that
conversation, and the hotline.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Engine, Index, case, delete, literal, null, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from assistant.records.base import Base
from assistant.records.moments import Moment
from assistant.work_orders.types import Asker, Refused


@dataclass(frozen=True, slots=True)
class Limit:
    """How many wrong tries lock, and for how long; after as long without one they are forgotten."""

    most: int
    locked_for: timedelta


OF_ONE = Limit(5, timedelta(hours=1))
OF_ALL = Limit(20, timedelta(days=1))


class TryRow(Base):
    """``subject``: SHA-256 of what was typed as a number (it may have been anything), and of the
    asker where it counts the tries of one."""

    __tablename__ = "wrong_tries"
    __table_args__ = (Index("wrong_tries_last", "last"),)

    subject: Mapped[str] = mapped_column(primary_key=True)
    wrong: Mapped[int]
    last: Mapped[datetime] = mapped_column(Moment)
    locked_until: Mapped[datetime | None] = mapped_column(Moment)


@dataclass(frozen=True, slots=True)
class Subject:
    """Under what tries at a number are counted: of all, and of one asker."""

    of_all: str
    of_one: str


def subject_of(kind: Literal["order", "case"], number: str, asker: Asker | None) -> Subject:
    """Those who do not say who they are count as one."""
    of_all = _digest(f"{kind}:{number}")
    return Subject(of_all, _digest(f"{of_all}:{asker.session if asker else ''}"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def admit(session: Session, subject: Subject, right: bool, now: datetime) -> Refused | None:
    """Let a try in (``None``), or count it and refuse.  In a transaction of its own.

    Tries at once are ordered by the database, so no more than five wrong ones are ever told to one
    asker, and no more than twenty to all.
    """
    known = session.get(TryRow, subject.of_one)
    locks = [one.locked_until for one in (session.get(TryRow, subject.of_all), known) if one]
    if until := max((one for one in locks if one and one > now), default=None):
        return Refused(reason="locked", until=until)
    if right:
        if known:  # but never a lock that came in between
            open_ = or_(TryRow.locked_until.is_(None), TryRow.locked_until <= now)
            session.execute(delete(TryRow).where(TryRow.subject == subject.of_one, open_))
        return None
    counted = (
        _count(session, subject.of_all, now, OF_ALL),
        _count(session, subject.of_one, now, OF_ONE),
    )
    until = max((one for one in counted if one), default=None)
    return Refused(reason="locked", until=until) if until else Refused(reason="unknown")


def forget_old(session: Session, now: datetime) -> None:
    """Remove tries that count no more."""
    session.execute(delete(TryRow).where(TryRow.last <= now - OF_ALL.locked_for))


def _count(session: Session, subject: str, now: datetime, limit: Limit) -> datetime | None:
    """One wrong try more; until when that locks the number, if it does."""
    old = TryRow.last <= now - limit.locked_for
    until = literal(now + limit.locked_for, Moment)
    lock = case((TryRow.wrong + 1 >= limit.most, until), else_=null())
    counted = (
        _insert(session)
        .values(subject=subject, wrong=1, last=now)
        .on_conflict_do_update(
            index_elements=[TryRow.subject],
            set_={
                "wrong": case((old, 1), else_=TryRow.wrong + 1),
                "locked_until": case((old, null()), else_=lock),
                "last": now,
            },
        )
        .returning(TryRow.locked_until)
    )
    return session.scalar(counted)


def tried(
    engine: Engine,
    kind: Literal["order", "case"],
    number: str,
    right: bool,
    asker: Asker | None,
    now: datetime,
) -> Refused | None:
    """A try at a number, in transactions of its own."""
    if right and asker is not None and asker.own:
        return None
    subject = subject_of(kind, number, asker)
    with Session(engine) as session, session.begin():
        refused = admit(session, subject, right, now)
    if refused:
        with Session(engine) as session, session.begin():
            forget_old(session, now)
    return refused


def _insert(session: Session) -> sqlite.Insert | postgresql.Insert:
    """An insert that knows ``ON CONFLICT``, of the dialect."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(TryRow)
    return sqlite.insert(TryRow)
