"""Wrong tries at a number, counted in the database so that all processes share them.

Five in a row lock a number for an hour, whether it exists or not: an unknown number and a wrong
check look the same in everything that is answered.  A right check before the fifth begins anew, and
so does an hour without any.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Engine, Index, case, delete, literal, null, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from assistant.records.base import Base
from assistant.records.moments import Moment
from assistant.work_orders.types import Refused

MOST = 5
LOCKED_FOR = timedelta(hours=1)


class TryRow(Base):
    """``subject``: SHA-256 of what was typed as a number (it may have been anything)."""

    __tablename__ = "wrong_tries"
    __table_args__ = (Index("wrong_tries_last", "last"),)

    subject: Mapped[str] = mapped_column(primary_key=True)
    wrong: Mapped[int]
    last: Mapped[datetime] = mapped_column(Moment)
    locked_until: Mapped[datetime | None] = mapped_column(Moment)


def subject_of(kind: Literal["order", "case"], number: str) -> str:
    """Under what tries at a number are counted."""
    return hashlib.sha256(f"{kind}:{number}".encode()).hexdigest()


def admit(session: Session, subject: str, right: bool, now: datetime) -> Refused | None:
    """Let a try in (``None``), or count it and refuse.  In a transaction of its own.

    Tries at once are ordered by the database, so no more than five wrong ones are ever told.
    """
    known = session.get(TryRow, subject)
    if known and known.locked_until and known.locked_until > now:
        return Refused(reason="locked", until=known.locked_until)
    if right:
        if known:  # but never a lock that came in between
            open_ = or_(TryRow.locked_until.is_(None), TryRow.locked_until <= now)
            session.execute(delete(TryRow).where(TryRow.subject == subject, open_))
        return None
    until = _count(session, subject, now)
    return Refused(reason="locked", until=until) if until else Refused(reason="unknown")


def forget_old(session: Session, now: datetime) -> None:
    """Remove tries that count no more."""
    session.execute(delete(TryRow).where(TryRow.last <= now - LOCKED_FOR))


def _count(session: Session, subject: str, now: datetime) -> datetime | None:
    """One wrong try more; until when that locks the number, if it does."""
    old = TryRow.last <= now - LOCKED_FOR
    lock = case((TryRow.wrong + 1 >= MOST, literal(now + LOCKED_FOR, Moment)), else_=null())
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


def tried(engine: Engine, subject: str, right: bool, now: datetime) -> Refused | None:
    """A try at a number, in transactions of its own."""
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
