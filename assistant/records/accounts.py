"""Tables of staff accounts and their sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from assistant.records.base import Base
from assistant.records.moments import Moment


class StaffAccount(Base):
    """One member of staff.  ``password``: an argon2 hash; ``totp``: the sealed secret of the second
    factor; ``step``: the last step of it that was used; ``tries``: wrong ones since the last right
    one; ``badge``: the number that citizens see."""

    __tablename__ = "staff_accounts"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(32), unique=True)
    badge: Mapped[int] = mapped_column(Integer, unique=True)
    role: Mapped[str] = mapped_column(String(16))
    desks: Mapped[str] = mapped_column(String(64))
    password: Mapped[str] = mapped_column(String(255))
    must_change: Mapped[bool]
    disabled: Mapped[bool]
    tries: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Moment)
    totp: Mapped[bytes | None] = mapped_column(LargeBinary)
    step: Mapped[int] = mapped_column(Integer, default=0)
    created: Mapped[datetime] = mapped_column(Moment)


class StaffSession(Base):
    """One who is signed in.  Only the hash of the token is kept; ``used``: the last act."""

    __tablename__ = "staff_sessions"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[str] = mapped_column(
        ForeignKey("staff_accounts.id", ondelete="CASCADE"), index=True
    )
    begun: Mapped[datetime] = mapped_column(Moment)
    used: Mapped[datetime] = mapped_column(Moment)
