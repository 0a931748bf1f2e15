"""Accounts in the database: add, disable, reset; sign in, act, sign out.

A try is counted before the password is looked at, so that many at once are no more than five.  All
calls block (a password costs some 50 ms by design): asynchronous callers put them in a thread.
Every change is a line of the audit log, in the same transaction.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    RowMapping,
    delete,
    func,
    insert,
    select,
    update,
)

from assistant.accounts import totp
from assistant.accounts.roles import table, weak
from assistant.accounts.types import Account, NotSignedIn, Role, Seals, SignedIn
from assistant.audit.log import AuditLog
from assistant.audit.types import Entry
from assistant.errors import AccountError
from assistant.handoff.types import Desk
from assistant.records.accounts import StaffAccount, StaffSession
from assistant.records.writing import writing

_NAME = re.compile(r"[a-z][a-z0-9._-]{2,31}")
_NOTED = timedelta(seconds=10)  # how exactly the last act is kept
_LETTERS = (string.ascii_lowercase, string.ascii_uppercase, "23456789", "-_+=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """``idle``: after how long without an act a session ends; ``longest``: how long it lasts at
    most; ``tries``: wrong ones before the account is ``locked`` for a while."""

    engine: Engine
    audit: AuditLog
    seals: Seals
    hasher: PasswordHasher = field(default_factory=PasswordHasher)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    idle: timedelta = timedelta(minutes=15)
    longest: timedelta = timedelta(hours=12)
    tries: int = 5
    locked: timedelta = timedelta(minutes=15)

    # Managing

    def add(
        self, name: str, role: Role, desks: tuple[Desk, ...], *, by: str
    ) -> tuple[Account, str]:
        """A new account and its first password, which must be changed at the first sign-in.

        Raises ``AccountError`` for a name that is taken or is none (3–32 of a–z, 0–9, ``.-_``,
        a letter first), and for an agent without a desk.
        """
        if not _NAME.fullmatch(name):
            raise AccountError("用户名用 3 到 32 个小写字母、数字或 . - _，以字母开头")
        if (role == "agent") != bool(desks):
            raise AccountError("坐席要有服务台（hotline 或 window），其他角色没有")
        password = first_password()
        hashed = self.hasher.hash(password)
        values: dict[str, Any] = {
            "id": f"st-{secrets.token_hex(8)}",
            "name": name,
            "role": role,
            "desks": ",".join(dict.fromkeys(desks)),
            "password": hashed,
            "must_change": True,
            "disabled": False,
            "tries": 0,
            "step": 0,
            "created": self.clock(),
        }
        with writing(self.engine) as connection:
            if _named(connection, name) is not None:
                raise AccountError(f"用户名 {name} 已经有了")
            last = connection.execute(select(func.max(StaffAccount.badge))).scalar()
            connection.execute(insert(StaffAccount).values(**values, badge=(last or 0) + 1))
            self._note(connection, by, "account.add", values["id"])
            row = _named(connection, name)
        assert row is not None
        return _account(row), password

    def listed(self) -> tuple[Account, ...]:
        with self.engine.connect() as connection:
            rows = connection.execute(select(_TABLE).order_by(StaffAccount.badge)).mappings()
            return tuple(map(_account, rows))

    def disable(self, name: str, *, by: str) -> Account:
        """End the account and its sessions; it stays in the list.  Raises ``AccountError``."""
        with writing(self.engine) as connection:
            account = _known(connection, name)
            self._set(connection, account.id, disabled=True)
            self._end_sessions(connection, account.id)
            self._note(connection, by, "account.disable", account.id)
            return _known(connection, name)

    def reset(self, name: str, *, by: str) -> tuple[Account, str]:
        """A new first password; unlocks, enables and takes off the second factor.

        Raises ``AccountError``.
        """
        password = first_password()
        hashed = self.hasher.hash(password)
        with writing(self.engine) as connection:
            account = _known(connection, name)
            self._set(
                connection,
                account.id,
                password=hashed,
                must_change=True,
                disabled=False,
                tries=0,
                locked_until=None,
                totp=None,
            )
            self._end_sessions(connection, account.id)
            self._note(connection, by, "account.reset", account.id)
            return _known(connection, name), password

    def second_factor(self, name: str, *, by: str) -> str:
        """Ask for a code at every sign-in from now on; the address for the authenticator app.

        Raises ``AccountError``.
        """
        with self.engine.connect() as connection:
            account = _known(connection, name)
        secret = totp.new_secret()
        sealed = self.seals.seal(account.id, secret)
        with writing(self.engine) as connection:
            self._set(connection, account.id, totp=sealed, step=0)
            self._note(connection, by, "account.second_factor", account.id)
        return totp.address(secret, name)

    # Signing in

    def sign_in(self, name: str, password: str, code: str = "") -> SignedIn | NotSignedIn:
        """Begin a session.  An unknown name takes as long as a wrong password."""
        now = self.clock()
        with writing(self.engine) as connection:
            row = _named(connection, name)
            locked = self._count(connection, row, now) if row else None
            if row and locked:
                self._note(connection, row["id"], "sign_in", result="locked")
        if locked:
            return NotSignedIn(reason="locked", until=locked)
        right = self._fits(row["password"] if row else _nobody(self.hasher), password)
        if row is None or not right or row["disabled"]:
            actor = row["id"] if row else "unknown"
            self.audit.append(Entry(actor=actor, action="sign_in", result="wrong"))
            return NotSignedIn(reason="wrong")
        step = self._second(row, code, now)
        if step is None:
            self._give_back_or_count(row, code)
            return NotSignedIn(reason="wrong" if code else "code")
        token = secrets.token_urlsafe(32)
        with writing(self.engine) as connection:
            if not self._use_step(connection, row, step):
                return NotSignedIn(reason="wrong")  # the same code, a moment earlier
            self._set(connection, row["id"], tries=0, locked_until=None)
            self._end_old(connection, now)
            connection.execute(
                insert(StaffSession).values(
                    token=_hash(token), account=row["id"], begun=now, used=now
                )
            )
            self._note(connection, row["id"], "sign_in")
        return SignedIn(token=token, account=_account(row))

    def member(self, token: str, *, acts: bool = True) -> Account | None:
        """Who has this session; ``None`` once it ended.  ``acts`` says that they did something:
        the idle time begins anew."""
        now, mine = self.clock(), StaffSession.token == _hash(token)
        wanted = select(_TABLE, StaffSession.used).join(
            StaffSession, StaffSession.account == StaffAccount.id
        )
        with self.engine.connect() as connection:
            found = connection.execute(wanted.where(mine, self._lasts(now), ~StaffAccount.disabled))
            row = found.mappings().one_or_none()
        if row is not None and acts and now - row["used"] > _NOTED:
            with writing(self.engine) as connection:
                connection.execute(update(StaffSession).where(mine).values(used=now))
        return None if row is None else _account(row)

    def present(self) -> tuple[Account, ...]:
        """Everyone who is signed in."""
        lasts = self._lasts(self.clock())
        signed_in = select(StaffSession.account).where(lasts)
        wanted = select(_TABLE).where(StaffAccount.id.in_(signed_in), ~StaffAccount.disabled)
        with self.engine.connect() as connection:
            return tuple(map(_account, connection.execute(wanted).mappings()))

    def absent(self) -> frozenset[str]:
        """The ids of everyone who is not."""
        here = {one.id for one in self.present()}
        return frozenset(one.id for one in self.listed() if one.id not in here)

    def sign_out(self, token: str) -> None:
        with writing(self.engine) as connection:
            mine = StaffSession.token == _hash(token)
            account = connection.execute(select(StaffSession.account).where(mine)).scalar()
            if account is not None:
                connection.execute(delete(StaffSession).where(mine))
                self._note(connection, account, "sign_out")

    def change_password(self, token: str, old: str, new: str) -> tuple[str, ...]:
        """What speaks against the new password, in Chinese; nothing once it is changed.

        All other sessions of the account end.  A wrong old password counts as a wrong try.
        """
        account, words = self.member(token), table()["words"]
        if account is None:
            return (words["wrong_old"],)
        now = self.clock()
        with writing(self.engine) as connection:
            row = _named(connection, account.name)
            locked = self._count(connection, row, now) if row else now
        if row is None or locked or not self._fits(row["password"], old):
            return (words["wrong_old"],)
        lacks = weak(new, account.name) or ((words["same"],) if new == old else ())
        hashed = "" if lacks else self.hasher.hash(new)
        with writing(self.engine) as connection:
            self._set(connection, account.id, tries=0, locked_until=None)
            if not lacks:
                self._set(connection, account.id, password=hashed, must_change=False)
                others = StaffSession.account == account.id, StaffSession.token != _hash(token)
                connection.execute(delete(StaffSession).where(*others))
                self._note(connection, account.id, "password.change")
        return lacks

    # Parts

    def _count(self, connection: Connection, row: RowMapping, now: datetime) -> datetime | None:
        """Count a try; until when the account is locked, if it is."""
        if row["locked_until"] is not None and row["locked_until"] > now:
            until: datetime = row["locked_until"]
            return until
        if row["locked_until"] is not None:  # the lock is over
            self._set(connection, row["id"], tries=1, locked_until=None)
            return None
        one_more = update(StaffAccount).where(StaffAccount.id == row["id"])
        connection.execute(one_more.values(tries=StaffAccount.tries + 1))
        tries = connection.execute(
            select(StaffAccount.tries).where(StaffAccount.id == row["id"])
        ).scalar_one()
        if tries < self.tries:
            return None
        self._set(connection, row["id"], locked_until=now + self.locked)
        return None if tries == self.tries else now + self.locked

    def _give_back_or_count(self, row: RowMapping, code: str) -> None:
        """Asking for the code is no wrong try; a wrong code is one."""
        with writing(self.engine) as connection:
            if not code:
                back = update(StaffAccount).where(StaffAccount.id == row["id"])
                connection.execute(back.values(tries=StaffAccount.tries - 1, locked_until=None))
            self._note(connection, row["id"], "sign_in", result="wrong" if code else "code")

    def _second(self, row: RowMapping, code: str, now: datetime) -> int | None:
        """The step of the right code; 0 where none is asked for."""
        if row["totp"] is None:
            return 0
        secret = self.seals.open(row["id"], row["totp"])
        return totp.used_step(secret, code, now, row["step"]) if secret and code else None

    def _use_step(self, connection: Connection, row: RowMapping, step: int) -> bool:
        if not step:
            return True
        unused = StaffAccount.id == row["id"], StaffAccount.step < step
        return bool(
            connection.execute(update(StaffAccount).where(*unused).values(step=step)).rowcount
        )

    def _fits(self, hashed: str, password: str) -> bool:
        if len(password) > table()["password"]["most"]:
            return False
        try:
            return self.hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    def _end_old(self, connection: Connection, now: datetime) -> None:
        connection.execute(delete(StaffSession).where(~self._lasts(now)))

    def _lasts(self, now: datetime) -> ColumnElement[bool]:
        """Sessions that have not ended."""
        return (StaffSession.used > now - self.idle) & (StaffSession.begun > now - self.longest)

    def _end_sessions(self, connection: Connection, account: str) -> None:
        connection.execute(delete(StaffSession).where(StaffSession.account == account))

    def _set(self, connection: Connection, account: str, **values: Any) -> None:
        connection.execute(update(StaffAccount).where(StaffAccount.id == account).values(**values))

    def _note(
        self, connection: Connection, actor: str, action: str, object_: str = "", result: str = "ok"
    ) -> None:
        entry = Entry(actor=actor, action=action, object=object_, result=result)
        self.audit.append(entry, connection)


def first_password() -> str:
    """Sixteen characters of all four kinds, none that are mixed up when read aloud or typed."""
    while True:
        letters = [secrets.choice("".join(_LETTERS)) for _ in range(16)]
        found = "".join(letters)
        if not weak(found, "") and all(set(kind) & set(found) for kind in _LETTERS):
            return found


@cache
def _nobody(hasher: PasswordHasher) -> str:
    """A hash for names that nobody has."""
    return hasher.hash(secrets.token_hex(16))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


_TABLE = StaffAccount.__table__


def _named(connection: Connection, name: str) -> RowMapping | None:
    wanted = select(_TABLE).where(StaffAccount.name == name).with_for_update()
    return connection.execute(wanted).mappings().one_or_none()


def _known(connection: Connection, name: str) -> Account:
    row = _named(connection, name)
    if row is None:
        raise AccountError(f"没有用户 {name}；见 suiwen staff list")
    return _account(row)


def _account(row: RowMapping) -> Account:
    return Account(
        id=row["id"],
        name=row["name"],
        badge=f"{row['badge']:03}",
        role=row["role"],
        desks=tuple(one for one in row["desks"].split(",") if one),
        must_change=row["must_change"],
        second_factor=row["totp"] is not None,
        disabled=row["disabled"],
        locked_until=row["locked_until"],
    )
