"""The case registry that stands on a database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, selectinload

from assistant.cases.types import Case, CaseEvent, CaseStatus
from assistant.records import checks, tries
from assistant.records.cases import CaseEventRow, CaseRow
from assistant.records.moments import now
from assistant.records.orders import Seals
from assistant.records.threads import off_loop
from assistant.work_orders.types import Asker, Refused


class SqlCaseRegistry:
    """``CaseRegistry`` over SQLite or PostgreSQL.  Wrong checks lock as at the work order desk."""

    def __init__(
        self, engine: Engine, seals: Seals, *, clock: Callable[[], datetime] = now
    ) -> None:
        self._book = _CaseBook(engine, seals, clock)

    async def look_up(self, number: str, check: str, asker: Asker | None = None) -> Case | Refused:
        return await off_loop(self._book.look_up, number, check, asker)

    async def add(self, case: Case, phone: str) -> None:
        """Keep a case; its check is the phone's last four digits.  Raises ``ValueError`` if the
        phone has fewer, ``sqlalchemy.exc.IntegrityError`` if the number is known."""
        await off_loop(self._book.add, case, phone)


@dataclass(frozen=True, slots=True)
class _CaseBook:
    engine: Engine
    seals: Seals
    clock: Callable[[], datetime]

    def look_up(self, number: str, check: str, asker: Asker | None = None) -> Case | Refused:
        plain = number.strip()
        wanted = select(CaseRow).where(CaseRow.number == plain)
        with Session(self.engine) as session:
            row = session.scalar(wanted.options(selectinload(CaseRow.events)))
        right = checks.fits(check, checks.Hashed(row.check_salt, row.check_digest) if row else None)
        refused = tries.tried(self.engine, "case", plain, right, asker, self.clock())
        if refused or row is None:
            return refused or Refused(reason="unknown")
        return self._case(row)

    def add(self, case: Case, phone: str) -> None:
        check, drawn = checks.check_of(phone)
        if drawn:
            raise ValueError("a case needs a phone")
        kept = checks.hashed(check)
        row = CaseRow(
            number=case.number,
            title=case.title,
            department=case.department,
            item=case.item,
            received=case.received,
            limit_days=case.limit_days,
            natural=case.natural,
            corrected_by=case.corrected_by,
            check_salt=kept.salt,
            check_digest=kept.digest,
            events=[self._sealed(case.number, one) for one in case.events],
        )
        with Session(self.engine) as session, session.begin():
            session.add(row)

    def _case(self, row: CaseRow) -> Case:
        return Case(
            number=row.number,
            title=row.title,
            department=row.department,
            received=row.received,
            item=row.item,
            limit_days=row.limit_days,
            natural=row.natural,
            corrected_by=row.corrected_by,
            events=tuple(self._event(row.number, one) for one in row.events),
        )

    def _sealed(self, number: str, event: CaseEvent) -> CaseEventRow:
        note = self.seals.seal(_owner(number), event.note) if event.note else None
        return CaseEventRow(
            status=event.status, at=event.at, department=event.department, sealed_note=note
        )

    def _event(self, number: str, row: CaseEventRow) -> CaseEvent:
        note = self.seals.open(_owner(number), row.sealed_note) if row.sealed_note else None
        return CaseEvent(
            status=CaseStatus(row.status), at=row.at, department=row.department, note=note
        )


def _owner(number: str) -> str:
    return f"case:{number}"
