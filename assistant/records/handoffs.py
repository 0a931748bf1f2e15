"""Tables of handoffs: who waits or was taken over, and what was said.  Texts are sealed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from assistant.records.base import Base
from assistant.records.moments import Moment

_Count = BigInteger().with_variant(Integer(), "sqlite")
_OPEN = text("status IN ('waiting', 'taken')")


class HandoffRow(Base):
    """One handoff.  ``number``: its place in the queue; ``session``: a hash of the session id;
    ``person``: whose key seals the texts; ``version`` counts every change.  ``urgent``: they told
    of a danger; ``seen``: when their page was last connected (``None``: it never was).  A session
    has at most one that is open."""

    __tablename__ = "handoffs"
    __table_args__ = (
        Index("handoffs_open", "session", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("handoffs_queue", "status", "desk", "number"),
    )

    number: Mapped[int] = mapped_column(_Count, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    session: Mapped[str] = mapped_column(String(64), index=True)
    person: Mapped[str] = mapped_column(String(128))
    desk: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    agent: Mapped[str | None] = mapped_column(String(32), index=True)
    badge: Mapped[str | None] = mapped_column(String(16))
    queued: Mapped[datetime] = mapped_column(Moment)
    taken: Mapped[datetime | None] = mapped_column(Moment)
    ended: Mapped[datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(Integer)
    package: Mapped[bytes] = mapped_column(LargeBinary)
    urgent: Mapped[bool] = mapped_column(default=False, server_default=false())
    seen: Mapped[datetime | None] = mapped_column(Moment)


class HandoffLine(Base):
    """One thing that was said (``kind`` ``said``, ``content`` sealed: its text and the codes of
    its records) or happened (``waiting``, ``taken``, ``returned``, ``closed``, ``call_back``)."""

    __tablename__ = "handoff_lines"
    __table_args__ = (Index("handoff_lines_session", "session", "id"),)

    id: Mapped[int] = mapped_column(_Count, primary_key=True, autoincrement=True)
    handoff: Mapped[str] = mapped_column(ForeignKey("handoffs.id", ondelete="CASCADE"), index=True)
    session: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    who: Mapped[str] = mapped_column(String(16))
    badge: Mapped[str | None] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(Moment)
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
