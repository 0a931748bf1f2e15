"""The offices behind the assistant: one database, its keys, the desks, the staff's room.

The other half of the composition root: ``bootstrap`` opens it once a process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, exc

from assistant.accounts.registry import Accounts
from assistant.audit.log import AuditLog
from assistant.cases.types import CaseRegistry
from assistant.errands import Desks
from assistant.errors import SetupError
from assistant.handoff.desk import SqlStaffDesk
from assistant.handoff.hours import Hours, read_hours
from assistant.handoff.staffroom import StaffRoom
from assistant.handoff.types import Desk
from assistant.privacy.sealing import Sealer, load_key, person_id
from assistant.records.base import open_engine
from assistant.records.book import OrderBook, key_digest
from assistant.records.clerk import OrderClerk
from assistant.records.desk import SqlWorkOrderDesk
from assistant.records.persons import SqlVault
from assistant.records.probe import Probe
from assistant.records.registry import SqlCaseRegistry
from assistant.records.retention import OrderRetention
from assistant.records.schema import migrate
from assistant.retiring import Retired, Retiring
from assistant.settings import Settings
from assistant.types import Knowledge
from assistant.work_orders import aids, duplicates
from assistant.work_orders.types import Filed, FilingAids, WorkOrder
from channels.types import Message, Reply, Respond, Source

if TYPE_CHECKING:
    from assistant.gateways.outbox import OutboxDesk

_LOOK = 1.0
"""Seconds between looks at what other processes changed at the staff desk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offices:
    """``tasks`` run for as long as the process lives; ``close`` ends what is left open;
    ``answers``: whether the database does."""

    engine: Engine
    desks: Desks
    room: StaffRoom
    accounts: Accounts
    audit: AuditLog
    aids: Callable[[Knowledge], FilingAids]
    answers: Callable[[], Awaitable[bool]]
    tasks: tuple[Callable[[], Coroutine[Any, Any, None]], ...]
    close: Callable[[], Awaitable[None]]


def database_url(settings: Settings) -> str:
    """Where orders, cases, staff and audit are kept: the setting, else a file in the home."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    return f"sqlite:///{settings.home / 'suiwen.db'}"


def master_key(settings: Settings) -> bytes:
    """The key that seals the keys of persons; a file in the home, made on first use."""
    settings.home.mkdir(parents=True, exist_ok=True)
    return load_key(settings.key_file or settings.home / "master.key")


def open_database(settings: Settings) -> Engine:
    """The database at its newest version.  Raises ``SetupError`` if it cannot be opened."""
    url = database_url(settings)
    settings.home.mkdir(parents=True, exist_ok=True)
    try:
        migrate(url)
        return open_engine(url)
    except (exc.SQLAlchemyError, ImportError) as error:  # their words may hold a password
        raise SetupError(
            f"数据库打不开（{type(error).__name__}）；请核对 SUIWEN_DATABASE_URL，"
            "例：postgresql+psycopg://user:password@host/db"
        ) from None


def open_accounts(settings: Settings) -> Accounts:
    """Staff accounts and their audit log, for commands.  Raises ``SetupError``."""
    engine = open_database(settings)
    vault = SqlVault(engine, Sealer(master_key(settings)))
    return Accounts(engine=engine, seals=vault, audit=AuditLog(engine=engine))


def open_clerk(settings: Settings) -> OrderClerk:
    """Orders for whoever works them by hand, for commands.  Raises ``SetupError``."""
    engine = open_database(settings)
    vault = SqlVault(engine, Sealer(master_key(settings)))
    return OrderClerk(
        book=OrderBook(engine=engine, seals=vault),
        audit=AuditLog(engine=engine),
        city=settings.orders_url is not None,
    )


def open_audit(settings: Settings) -> AuditLog:
    """The audit log alone: it needs no key.  Raises ``SetupError``."""
    return AuditLog(engine=open_database(settings))


def open_offices(
    settings: Settings, respond: Callable[[], Respond], knowledge: Callable[[], Knowledge]
) -> Offices:
    """Migrate the database and open everything on it.  Raises ``SetupError``.

    ``respond`` gives the assistant, which is built later, for answers suggested to staff.
    """
    key = master_key(settings)
    handed = settings.orders_url is not None or settings.orders_by_hand
    engine = open_database(settings)
    vault = SqlVault(engine, Sealer(key))
    audit = AuditLog(engine=engine)
    accounts = Accounts(engine=engine, seals=vault, audit=audit)
    orders, cases, tasks, close = _city(settings, engine, vault)

    async def similar(order: WorkOrder) -> tuple[str, ...]:
        filed, own = await orders.recent(order.person), key_digest(order.key)
        others, now = [one for one in filed if one.key != own], datetime.now(UTC)

        def likely() -> tuple[str, ...]:
            """Beside the event loop: comparing with twenty orders takes a tenth of a second."""
            mine = _matter(order)
            shares = (
                duplicates.same_matter(_matter(one), mine, days=(now - one.filed).days)
                for one in others
            )
            return tuple(
                one.number
                for one, share in zip(others, shares, strict=True)
                if duplicates.is_same(share)
            )

        return await asyncio.to_thread(likely)

    def present(desk: Desk) -> int:
        return sum(desk in one.desks for one in accounts.present())

    staff = _staff(settings, engine, vault, audit, present)
    retiring = _retiring(settings, staff, orders)

    async def erase(session_id: str) -> tuple[str, ...]:
        await staff.erase(session_id)
        return ()

    async def suggest(text: str) -> Sequence[Reply]:
        return [await respond()(Message(text=text, channel="staff"))]

    def source(code: str) -> Source | None:
        found = knowledge().record(code)
        return Source(code=code, title=found.name) if found else None

    async def shut() -> None:
        await close()
        await asyncio.to_thread(engine.dispose)

    return Offices(
        engine=engine,
        desks=Desks(
            orders=orders, cases=cases, staff=staff, similar=similar, erase=erase, handed=handed
        ),
        room=StaffRoom(accounts=accounts, desk=staff, source=source, suggest=suggest),
        accounts=accounts,
        audit=audit,
        aids=lambda known: aids.aids(
            known,
            person=lambda phone, session_id: person_id(key, phone or f"session:{session_id}"),
            handed=handed,
        ),
        answers=Probe(engine),
        tasks=(
            *tasks,
            lambda: staff.watch(_LOOK, accounts.absent),
            retiring.hourly,
        ),
        close=shut,
    )


async def retire(settings: Settings) -> Retired:
    """Destroy now what has been kept for long enough, as a running server does every hour.

    Raises ``SetupError``, ``Unavailable``."""
    engine = open_database(settings)
    vault = SqlVault(engine, Sealer(master_key(settings)))
    orders, _, _, close = _city(settings, engine, vault)
    staff = _staff(settings, engine, vault, AuditLog(engine=engine), lambda _: 0)
    try:
        return await _retiring(settings, staff, orders).once()
    finally:
        await close()
        await asyncio.to_thread(engine.dispose)


def _staff(
    settings: Settings,
    engine: Engine,
    vault: SqlVault,
    audit: AuditLog,
    present: Callable[[Desk], int],
) -> SqlStaffDesk:
    try:
        hours: dict[Desk, Hours] = {
            "hotline": read_hours(settings.hotline_hours),
            "window": read_hours(settings.window_hours),
        }
    except ValueError as error:
        raise SetupError(
            f"SUIWEN_HOTLINE_HOURS 或 SUIWEN_WINDOW_HOURS 写得不对：{error}"
        ) from error
    return SqlStaffDesk(engine=engine, seals=vault, audit=audit, hours=hours, present=present)


def _retiring(
    settings: Settings, staff: SqlStaffDesk, orders: SqlWorkOrderDesk | OutboxDesk
) -> Retiring:
    """Orders that the city's system has, too, are asked for there before."""
    kept = OrderRetention(engine=staff.engine, seals=staff.seals, audit=staff.audit)
    if not isinstance(orders, SqlWorkOrderDesk):
        kept = replace(kept, fresh=orders.fresh)
    return Retiring(
        handoffs=lambda: staff.retire(timedelta(days=settings.retention_days)),
        orders=lambda: kept.retire(timedelta(days=settings.order_retention_days)),
    )


def _matter(one: WorkOrder | Filed) -> duplicates.Matter:
    return duplicates.Matter(
        text=one.text, district=one.district, place=one.place, object=one.object
    )


def _city(
    settings: Settings, engine: Engine, vault: SqlVault
) -> tuple[
    SqlWorkOrderDesk | OutboxDesk,
    CaseRegistry,
    tuple[Callable[[], Coroutine[Any, Any, None]], ...],
    Callable[[], Awaitable[None]],
]:
    """The desks of the city's systems where their addresses are set, else our own.

    What speaks HTTP is loaded only where it is needed: it would cost every start a quarter of a
    second."""
    if settings.orders_url is None and settings.cases_url is None:
        return SqlWorkOrderDesk(engine, vault), SqlCaseRegistry(engine, vault), (), _nothing
    from assistant.gateways.desks import HttpCaseRegistry, HttpWorkOrderDesk
    from assistant.gateways.line import Line
    from assistant.gateways.outbox import OutboxDesk, Pace
    from assistant.gateways.types import Patience

    lines: list[Line] = []
    token = settings.gateway_token.get_secret_value() if settings.gateway_token else None
    cases: CaseRegistry = SqlCaseRegistry(engine, vault)
    if settings.cases_url is not None:
        lines.append(Line("cases", settings.cases_url, token=token))
        cases = HttpCaseRegistry(lines[-1])
    orders: SqlWorkOrderDesk | OutboxDesk = SqlWorkOrderDesk(engine, vault)
    tasks: tuple[Callable[[], Coroutine[Any, Any, None]], ...] = ()
    if settings.orders_url is not None:
        patience = Patience(rest=settings.delivery_rest)
        lines.append(Line("orders", settings.orders_url, token=token, patience=patience))
        local = SqlWorkOrderDesk(engine, vault, outbox=True)
        pace = Pace(
            lease=timedelta(seconds=settings.delivery_lease),
            longest_pause=settings.delivery_longest_pause,
        )
        desk = OutboxDesk(local, HttpWorkOrderDesk(lines[-1]), pace=pace)
        orders, tasks = desk, (desk.run,)

    async def close() -> None:
        for line in lines:
            await line.close()

    return orders, cases, tasks, close


async def _nothing() -> None:
    """Nothing to close."""
