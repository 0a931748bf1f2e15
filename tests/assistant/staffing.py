"""What tests of the staff side stand on: a database in memory, a clock, seals that lose keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from argon2 import PasswordHasher
from sqlalchemy import Engine

from assistant.accounts.registry import Accounts
from assistant.accounts.types import Account, SignedIn
from assistant.audit.log import AuditLog
from assistant.records import accounts as _accounts
from assistant.records import audit as _audit
from assistant.records.base import Base, open_engine

MODULES = (_accounts, _audit)
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "Zhujiang-2026-bridge"
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # ten in the morning in Guangzhou


@dataclass
class Clock:
    """A clock that goes when it is told to."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def go(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class FakeSeals:
    """Honours ``Seals``: what is sealed is not readable as it stands, and erasing is for good."""

    erased: set[str] = field(default_factory=set)

    def seal(self, person: str, text: str) -> bytes:
        return b"sealed:" + f"{person}|{text}".encode()[::-1]

    def open(self, person: str, sealed: bytes) -> str | None:
        owner, _, text = sealed.removeprefix(b"sealed:")[::-1].decode().partition("|")
        assert owner == person
        return None if person in self.erased else text

    def erase(self, person: str) -> None:
        self.erased.add(person)


def database(folder: Path) -> Engine:
    """A database with all tables of the staff side."""
    made = open_engine(f"sqlite:///{folder / 'staff.db'}")
    Base.metadata.create_all(made)
    return made


def accounts_over(
    engine: Engine, clock: Callable[[], datetime], seals: FakeSeals | None = None
) -> Accounts:
    return Accounts(
        engine=engine,
        audit=AuditLog(engine=engine, clock=clock),
        seals=seals or FakeSeals(),
        hasher=CHEAP,
        clock=clock,
    )


def settled(accounts: Accounts, name: str = "lin.zixuan", **words: object) -> tuple[Account, str]:
    """An account that has changed its first password to ``PASSWORD``, and a token of it."""
    role = words.get("role", "agent")
    desks = words.get("desks", ("hotline",) if role == "agent" else ())
    _, first = accounts.add(name, role, desks, by="cli")  # type: ignore[arg-type]
    begun = accounts.sign_in(name, first)
    assert isinstance(begun, SignedIn)
    assert accounts.change_password(begun.token, first, PASSWORD) == ()
    account = accounts.member(begun.token)
    assert account is not None
    return account, begun.token
