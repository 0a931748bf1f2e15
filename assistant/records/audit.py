"""Tables of the audit log: its lines, and the head that says how many there must be."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from assistant.records.base import Base

_Count = BigInteger().with_variant(Integer(), "sqlite")


class AuditLine(Base):
    """One line.  All is text, so that what is hashed is what is stored."""

    __tablename__ = "audit_lines"

    seq: Mapped[int] = mapped_column(_Count, primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(32))
    actor: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    object: Mapped[str] = mapped_column(String(64))
    result: Mapped[str] = mapped_column(String(32))
    algorithm: Mapped[str] = mapped_column(String(16))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The number and hash of the last line: one row, locked by whoever appends."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(_Count)
    hash: Mapped[str] = mapped_column(String(64))
