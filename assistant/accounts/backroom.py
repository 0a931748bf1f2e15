"""What those who see no conversation do on the staff page: auditors read, administrators manage.

Every act is checked against the role's permissions here, whatever the page shows, and is a line of
the audit log, denied or done.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import get_args

from assistant.accounts.registry import Accounts
from assistant.accounts.roles import label, permissions, table
from assistant.accounts.types import Account, Permission, Role
from assistant.audit.types import Entry, Verdict
from assistant.errors import AccountError
from channels.types import (
    AccountAct,
    AccountChanged,
    AccountRow,
    AuditPage,
    AuditRow,
    StaffMember,
)

MOST_LINES = 100
_VERDICTS = ("whole", "broken")


@dataclass(frozen=True, slots=True, kw_only=True)
class BackRoom:
    """Over the accounts and their audit log.  What blocks runs in threads."""

    accounts: Accounts

    async def audit(self, member: StaffMember, verify: bool) -> AuditPage | None:
        """The last lines, and whether the whole chain is as it was written if that is asked;
        ``None`` for who may not."""
        return await asyncio.to_thread(self._audit, member, verify)

    async def listed(self, member: StaffMember) -> tuple[AccountRow, ...] | None:
        """All accounts; ``None`` for who may not."""
        return await asyncio.to_thread(self._listed, member)

    async def change(self, member: StaffMember, act: AccountAct) -> AccountChanged | None:
        """Add an account, disable or reset one; ``None`` for who may not."""
        return await asyncio.to_thread(self._change, member, act)

    def _audit(self, member: StaffMember, verify: bool) -> AuditPage | None:
        if not self._may(member, "audit.verify" if verify else "audit.read"):
            return None
        log, verdict = self.accounts.audit, None
        if verify:
            found = log.verify()
            verdict = _said(found)
            self._note(member, "audit.verify", _VERDICTS[not found.whole])
        else:
            self._note(member, "audit.read", "ok")
        rows = (
            AuditRow(
                seq=one.seq,
                at=one.at,
                actor=one.actor,
                action=one.action,
                object=one.object,
                result=one.result,
            )
            for one in log.lines(most=MOST_LINES)
        )
        return AuditPage(rows=tuple(rows), verdict=verdict)

    def _listed(self, member: StaffMember) -> tuple[AccountRow, ...] | None:
        if not self._may(member, "account.read"):
            return None
        return tuple(map(_row, self.accounts.listed()))

    def _change(self, member: StaffMember, act: AccountAct) -> AccountChanged | None:
        if not self._may(member, "account.manage"):
            return None
        words, password = table()["pages"], None
        if act.kind == "disable" and act.name == member.name:
            return AccountChanged(problem=words["own"])
        try:
            match act.kind:
                case "add" if act.role not in get_args(Role):
                    return AccountChanged(problem=words["role"])
                case "add":
                    role: Role = act.role  # type: ignore[assignment]
                    made, password = self.accounts.add(act.name, role, act.desks, by=member.id)
                case "reset":
                    made, password = self.accounts.reset(act.name, by=member.id)
                case _:
                    made = self.accounts.disable(act.name, by=member.id)
        except AccountError as error:
            return AccountChanged(problem=str(error))
        done = words[act.kind].format(name=made.name, badge=made.badge)
        return AccountChanged(done=done, password=password)

    def _may(self, member: StaffMember, needed: Permission) -> bool:
        role: Role = member.role  # type: ignore[assignment]
        allowed = not member.must_change and needed in permissions(role)
        if not allowed:
            self._note(member, needed, "denied")
        return allowed

    def _note(self, member: StaffMember, action: str, result: str) -> None:
        self.accounts.audit.append(Entry(actor=member.id, action=action, result=result))


def _said(found: Verdict) -> str:
    words = table()["pages"]
    if (head := found.head) is not None:
        return str(words["whole"].format(lines=found.lines, seq=head.seq, hash=head.hash))
    return str(words["broken"].format(seq=found.broken, lines=found.lines, reason=found.reason))


def _row(account: Account) -> AccountRow:
    words = table()["states"]
    states = (
        (words["disabled"], account.disabled),
        (words["locked"], account.locked_until is not None),
        (words["must_change"], account.must_change),
        (words["second_factor"], account.second_factor),
    )
    return AccountRow(
        name=account.name,
        badge=account.badge,
        label=label(account.role),
        desks=tuple(words[one] for one in account.desks),
        states=tuple(word for word, holds in states if holds),
        disabled=account.disabled,
    )
