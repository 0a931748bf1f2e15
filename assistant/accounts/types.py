"""The words of accounts.  Names and passwords of staff never reach a log: the audit log has ids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from assistant.handoff.types import Desk

Role = Literal["agent", "editor", "auditor", "admin"]
Permission = Literal[
    "handoff.read",
    "handoff.take",
    "handoff.answer",
    "handoff.end",
    "knowledge.read",
    "knowledge.edit",
    "audit.read",
    "audit.verify",
    "account.read",
    "account.manage",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A member of staff.  ``badge``: what citizens see of them; ``desks``: where agents work."""

    id: str
    name: str
    badge: str
    role: Role
    desks: tuple[Desk, ...] = ()
    must_change: bool = False
    second_factor: bool = False
    disabled: bool = False
    locked_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """``token`` goes into a cookie; only its hash is kept."""

    token: str
    account: Account

    def __repr__(self) -> str:
        return f"SignedIn({self.account.id})"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSignedIn:
    """``wrong``: name, password or code (which of them is not said), or the account is disabled;
    ``locked``: too many wrong tries, until when; ``code``: the second factor is asked for."""

    reason: Literal["wrong", "locked", "code"]
    until: datetime | None = None


class Seals(Protocol):
    """Encrypts texts with a key for each person; erasing destroys the key.

    A local wording of what ``assistant.privacy`` gives: calls block, and may not stand inside a
    transaction of their own database.
    """

    def seal(self, person: str, text: str) -> bytes: ...

    def open(self, person: str, sealed: bytes) -> str | None:
        """The text, or ``None`` once the person's key was destroyed."""
        ...

    def erase(self, person: str) -> None: ...
