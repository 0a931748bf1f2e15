"""A small whole of citizens and staff: the web and staff channels over a real desk, and a
``respond`` that asks the desk as the pipeline does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.staticfiles import StaticFiles

from assistant.accounts.registry import Accounts
from assistant.handoff import passing
from assistant.handoff.asking import wants_person
from assistant.handoff.desk import SqlStaffDesk
from assistant.handoff.hours import ALWAYS, Hours
from assistant.handoff.packing import FindRecord, package
from assistant.handoff.staffroom import StaffRoom
from assistant.handoff.types import Desk, Said
from assistant.types import DialogueState
from channels import problems, staff, web
from channels.limits import SecurityHeaders
from channels.types import Emit, Message, Reply, Respond, Services, Source, Status
from tests.assistant.staffing import Clock, FakeSeals, accounts_over, database


@dataclass
class Site:
    """``assistant``: what answers while no person does."""

    engine: Engine
    clock: Callable[[], datetime]
    accounts: Accounts
    desk: SqlStaffDesk
    room: StaffRoom
    services: Services
    assistant: Respond
    record: FindRecord
    said: dict[str, list[Said]] = field(default_factory=dict)

    async def respond(self, message: Message, emit: Emit | None = None) -> Reply:
        session = message.session_id or f"{len(self.said):032}"
        said = self.said.setdefault(session, [])
        asked = passing.heard(message.text, datetime.now(UTC))
        place = await self.desk.say(session, asked)
        if place is not None and place.status == "taken":
            return _reply(session, Status.HANDED_OFF, "已送达，请等工作人员回复。", "delivered")
        said.append(asked)
        if wanted := wants_person(message.text):
            state = DialogueState(said=tuple(said), record=self._about(said))
            place = await self.desk.request(session, wanted, package(state, record=self.record))
            words = {"waiting": "好的，正在为您转接工作人员。"}
            text = words.get(place.status, "现在是下班时间。")
            return _reply(session, Status.HANDED_OFF, text, place.status)
        reply = replace(
            await self.assistant(replace(message, session_id=session), emit), session_id=session
        )
        codes = tuple(dict.fromkeys(one.code for one in reply.citations))
        said.append(Said(who="assistant", text=reply.text, at=datetime.now(UTC), codes=codes))
        return reply

    async def forget(self, session_id: str) -> None:
        await self.desk.leave(session_id)

    def app(self, **options: Any) -> FastAPI:
        """The web application; ``options`` are those of ``staff.router``."""

        @asynccontextmanager
        async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
            watcher = asyncio.create_task(self.desk.watch(0.2, self.accounts.absent))
            yield
            watcher.cancel()

        app = FastAPI(lifespan=lifespan)
        problems.install(app)
        served = replace(self.services, respond=self.respond, forget=self.forget)
        app.include_router(web.router(served, requests_per_minute=0, most_body_bytes=16_384))
        app.include_router(
            staff.router(
                self.room.services(), requests_per_minute=0, sign_ins_per_minute=0, **options
            )
        )
        app.mount("/static", StaticFiles(directory=web.PAGES), name="static")
        app.add_middleware(SecurityHeaders)
        return app

    def _about(self, said: Sequence[Said]) -> str | None:
        codes = [code for one in said for code in one.codes]
        return codes[-1] if codes else None


def site(
    folder: Path,
    services: Services,
    record: FindRecord,
    *,
    clock: Clock | None = None,
    hours: Hours = ALWAYS,
    beat: float = 0.5,
    away: float = 2.0,
) -> Site:
    """A site over a database in ``folder``; without a ``clock`` it has the real time.  ``beat`` and
    ``away``: seconds, as of ``StaffRoom`` and ``SqlStaffDesk``."""
    engine = database(folder)
    now: Callable[[], datetime] = clock or (lambda: datetime.now(UTC))
    seals = FakeSeals()
    accounts = accounts_over(engine, now, seals)

    def present(desk: Desk) -> int:
        return sum(desk in one.desks for one in accounts.present())

    async def suggest(text: str) -> Sequence[Reply]:
        return [await services.respond(Message(text=text))]

    def source(code: str) -> Source | None:
        found = record(code)
        return Source(code=code, title=found.name) if found else None

    desk = SqlStaffDesk(
        engine=engine,
        seals=seals,
        audit=accounts.audit,
        hours={"hotline": hours, "window": hours},
        present=present,
        clock=now,
        away=timedelta(seconds=away),
    )
    room = StaffRoom(accounts=accounts, desk=desk, source=source, suggest=suggest, beat=beat)
    return Site(
        engine=engine,
        clock=now,
        accounts=accounts,
        desk=desk,
        room=room,
        services=services,
        assistant=services.respond,
        record=record,
    )


def _reply(session: str, status: Status, text: str, reason: str) -> Reply:
    return Reply(session_id=session, turn_id="t" * 32, status=status, reason=reason, text=text)
