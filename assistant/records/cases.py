"""The tables of cases: applications on their way through an approval."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from assistant.records.base import Base
from assistant.records.moments import Moment


class CaseRow(Base):
    """A case; its number is the approval system's own.  Notes are sealed for ``case:<number>``."""

    __tablename__ = "cases"
    __table_args__ = (UniqueConstraint("number", name="cases_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str]
    title: Mapped[str]
    department: Mapped[str]
    item: Mapped[str | None]
    received: Mapped[datetime] = mapped_column(Moment)
    limit_days: Mapped[int | None]
    natural: Mapped[bool]
    corrected_by: Mapped[date | None]
    check_salt: Mapped[bytes]
    check_digest: Mapped[bytes]

    events: Mapped[list[CaseEventRow]] = relationship(order_by="CaseEventRow.id")


class CaseEventRow(Base):
    """A step of a case, oldest first by id."""

    __tablename__ = "case_events"
    __table_args__ = (Index("case_events_case", "case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    status: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)
    department: Mapped[str | None]
    sealed_note: Mapped[bytes | None]
