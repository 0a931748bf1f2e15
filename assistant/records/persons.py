"""The keys of persons in the database, each sealed with the master key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import DateTime, Engine, LargeBinary, String, select, update
from sqlalchemy import text as statement
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column, sessionmaker

from assistant.privacy.sealing import Sealer, new_key, open_for, seal_for, unwrap, wrap
from assistant.records.base import Base


class Person(Base):
    """``wrapped``: the data key under the master key, ``None`` once it is destroyed; ``created``:
    when the present (or last) key was made; ``erased``: when one was last destroyed."""

    __tablename__ = "persons"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    created: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    erased: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


def _now() -> datetime:
    return datetime.now(UTC)


class SqlVault:
    """A ``Vault`` over the table ``persons``.

    Each call is a transaction of its own: call ``seal`` before you begin one that writes, or
    SQLite, which has one writer, makes both wait."""

    def __init__(
        self, engine: Engine, master: Sealer, *, clock: Callable[[], datetime] = _now
    ) -> None:
        self._engine = engine
        self._sessions = sessionmaker(engine)
        self._master = master
        self._clock = clock

    def seal(self, person: str, text: str) -> bytes:
        key = self._key(person) or self._made(person)
        return seal_for(key, person, text)

    def open(self, person: str, sealed: bytes) -> str | None:
        return open_for(self._key(person), person, sealed)

    def erase(self, person: str) -> None:
        """The key is overwritten in SQLite's file, too, and its log is emptied."""
        with self._sessions() as session:
            if self._is_sqlite():
                session.execute(statement("PRAGMA secure_delete=ON"))
            known = Person.id == person, Person.wrapped.is_not(None)
            session.execute(update(Person).where(*known).values(wrapped=None, erased=self._clock()))
            session.commit()
            if self._is_sqlite():
                session.execute(statement("PRAGMA wal_checkpoint(TRUNCATE)"))

    def rewrap(self, old: Sealer, new: Sealer) -> int:
        """All keys from the master key ``old`` to ``new``, in one transaction; how many.

        Running servers must already open with both (``Sealer(new, older=[old])``) and seal with
        the new one.  A key erased meanwhile stays erased; running it again is harmless when
        ``old`` opens with both, too.  Raises ``SealError``, and nothing is changed, if a key
        cannot be opened."""
        with self._sessions.begin() as session:
            rows = session.execute(
                select(Person.id, Person.wrapped).where(Person.wrapped.is_not(None))
            ).all()
            for person, wrapped in rows:
                fresh = wrap(new, person, unwrap(old, person, bytes(wrapped or b"")))
                same = Person.id == person, Person.wrapped == wrapped
                session.execute(update(Person).where(*same).values(wrapped=fresh))
        self._master = new
        return len(rows)

    def _key(self, person: str) -> bytes | None:
        with self._sessions() as session:
            wrapped = session.scalar(select(Person.wrapped).where(Person.id == person))
        return unwrap(self._master, person, wrapped) if wrapped is not None else None

    def _made(self, person: str) -> bytes:
        """The new key, or the one that another process was quicker to make."""
        key = new_key()
        wrapped, now = wrap(self._master, person, key), self._clock()
        try:
            with self._sessions.begin() as session:
                gone = Person.id == person, Person.wrapped.is_(None)
                again = update(Person).where(*gone).values(wrapped=wrapped, created=now)
                if session.execute(again.returning(Person.id)).first() is None:
                    session.add(Person(id=person, wrapped=wrapped, created=now, erased=None))
        except IntegrityError:
            return self._key(person) or self._made(person)
        return key

    def _is_sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"
