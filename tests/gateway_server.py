"""A reference of ``assistant/gateways/contract.yaml`` that fails on purpose.

``python -m tests.gateway_server FILE PORT [--faults SHARE] [--seed N]`` serves it on loopback and
prints its port.  What was stored survives ``kill -9`` (SQLite).  It shares no code with
``assistant``.  Faults, one for each request of ``/v1`` in turn (``POST /control/faults``), or drawn
at random with ``--faults``:

- ``error``: 500, nothing stored; ``busy``: 429; ``reset``: the connection breaks, nothing stored
- ``lost``: stored, then the connection breaks; ``timeout``: stored, and no answer ever comes
- ``slow``: a right answer after a twentieth of a second
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import secrets
import socket
import sqlite3
import struct
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import uvicorn
from fastapi import FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from uvicorn.protocols.http.h11_impl import H11Protocol

TOKEN = "reference"
FAULTS = ("error", "busy", "reset", "lost", "timeout", "slow")
_LOCKED_FOR = timedelta(hours=1)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    key TEXT PRIMARY KEY, number TEXT UNIQUE, digits TEXT, drawn INT, body TEXT, filed TEXT,
    department TEXT, stars INT, extended_days INT DEFAULT 0);
CREATE TABLE IF NOT EXISTS events (
    number TEXT, status TEXT, at TEXT, department TEXT, note TEXT);
CREATE TABLE IF NOT EXISTS acts (key TEXT PRIMARY KEY, number TEXT, act TEXT, body TEXT);
CREATE TABLE IF NOT EXISTS cases (number TEXT PRIMARY KEY, digits TEXT, body TEXT);
CREATE TABLE IF NOT EXISTS tries (number TEXT PRIMARY KEY, wrong INT, until TEXT);
"""


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Contact(_Body):
    name: str | None = None
    phone: str | None = None
    id_number: str | None = None


class NewOrder(_Body):
    kind: Literal["consultation", "help", "complaint", "report", "suggestion", "praise"]
    text: str = Field(min_length=1)
    topic: str | None = None
    route: str
    department: str | None = None
    district: str | None = None
    place: str | None = None
    when: str | None = None
    object: str | None = None
    wish: str | None = None
    contact: Contact
    confidential: bool


class Asked(_Body):
    number: str
    check: str


class Act(Asked):
    act: Literal["add", "urge", "withdraw", "rate", "reopen"]
    text: str | None = None
    stars: int | None = Field(None, ge=1, le=5)


class CaseGiven(_Body):
    case: dict[str, Any]
    phone: str


class Refusal(Exception):
    def __init__(self, reason: str, until: str | None = None) -> None:
        self.reason = reason
        self.until = until


class Protocol(H11Protocol):
    """Tells a request its connection, so that it can break it."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


def create(path: Path, *, faults: float = 0.0, seed: int = 1) -> FastAPI:
    """The application over one SQLite file; ``faults``: the share of requests that fail."""
    with closing(_open(path)) as connection:
        connection.executescript(_SCHEMA)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    queue: deque[str] = deque()
    drawn = random.Random(seed)
    failing = {"share": faults}

    @app.middleware("http")
    async def guard(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
        if not request.url.path.startswith("/v1/"):
            return await call(request)
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return _problem(401, "no valid token")
        fault = queue.popleft() if queue else None
        if fault is None and drawn.random() < failing["share"]:
            fault = drawn.choice(FAULTS)
        return await _with_fault(fault, request, call)

    @app.exception_handler(Refusal)
    async def refused(_: Request, no: Refusal) -> Response:
        status = 403 if no.reason in ("unknown", "locked") else 409
        return JSONResponse({"reason": no.reason, "until": no.until}, status)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, __: RequestValidationError) -> Response:
        return _problem(422, "not of the contract")

    @app.post("/v1/orders")
    def file(order: NewOrder, idempotency_key: Annotated[str, Header()]) -> Response:
        with closing(_open(path)) as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            status = 201 if _file(connection, idempotency_key, order) else 200
            row = connection.execute(
                "SELECT * FROM orders WHERE key = ?", (idempotency_key,)
            ).fetchone()
        receipt = {
            "number": row["number"],
            "check": row["digits"],
            "drawn": bool(row["drawn"]),
            "filed": row["filed"],
            "route": json.loads(row["body"])["route"],
        }
        return JSONResponse(receipt, status)

    @app.post("/v1/orders/look-up")
    def look_up(asked: Asked) -> dict[str, Any]:
        with closing(_open(path)) as connection:
            return _view(connection, _entered(connection, "orders", asked))

    @app.post("/v1/orders/follow-up")
    def follow_up(act: Act, idempotency_key: Annotated[str | None, Header()] = None) -> Any:
        with closing(_open(path)) as connection:
            row = _entered(connection, "orders", act)
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                _act(connection, row["number"], act, idempotency_key or secrets.token_hex())
            return _view(connection, _row(connection, "orders", act.number))

    @app.post("/v1/cases/look-up")
    def look_up_case(asked: Asked) -> Any:
        with closing(_open(path)) as connection:
            return json.loads(_entered(connection, "cases", asked)["body"])

    @app.post("/control/faults")
    def set_faults(given: list[str]) -> None:
        queue.extend(given)

    @app.post("/control/share")
    def set_share(given: float) -> None:
        failing["share"] = given

    @app.post("/control/advance")
    def advance(number: str, event: dict[str, Any], extended_days: int = 0) -> None:
        with closing(_open(path)) as connection, connection:
            _event(connection, number, **event)
            connection.execute(
                "UPDATE orders SET extended_days = ?, department = coalesce(?, department)"
                " WHERE number = ?",
                (extended_days, event.get("department"), number),
            )

    @app.post("/control/cases")
    def add_case(given: CaseGiven) -> None:
        with closing(_open(path)) as connection, connection:
            connection.execute(
                "INSERT INTO cases VALUES (?, ?, ?)",
                (given.case["number"], given.phone[-4:], json.dumps(given.case)),
            )

    @app.post("/control/pass-time")
    def pass_time() -> None:
        with closing(_open(path)) as connection, connection:
            connection.execute("DELETE FROM tries")

    @app.get("/control/orders")
    def orders() -> list[dict[str, Any]]:
        with closing(_open(path)) as connection:
            rows = connection.execute("SELECT key, number, body FROM orders ORDER BY rowid")
            return [{**dict(row), "body": json.loads(row["body"])} for row in rows]

    @app.get("/control/acts")
    def acts() -> list[dict[str, Any]]:
        with closing(_open(path)) as connection:
            return [dict(row) for row in connection.execute("SELECT * FROM acts ORDER BY rowid")]

    return app


async def _with_fault(
    fault: str | None, request: Request, call: Callable[[Request], Awaitable[Response]]
) -> Response:
    if fault == "error":
        return _problem(500, "broken")
    if fault == "busy":
        return _problem(429, "busy")
    if fault == "reset":
        return _reset(request)
    if fault == "slow":
        await asyncio.sleep(0.05)
    response = await call(request)
    if fault == "lost":
        return _reset(request)
    if fault == "timeout":
        await asyncio.sleep(3600)
    return response


def _reset(request: Request) -> Response:
    """Break the connection as a crash does: with a reset."""
    transport = request.scope["state"]["transport"]
    connection: socket.socket = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    return Response()


def _problem(status: int, title: str) -> Response:
    body = {"type": "about:blank", "title": title, "status": status}
    return JSONResponse(body, status, media_type="application/problem+json")


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=10, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _file(connection: sqlite3.Connection, key: str, order: NewOrder) -> bool:
    """Whether it was filed now; in a transaction."""
    if connection.execute("SELECT 1 FROM orders WHERE key = ?", (key,)).fetchone():
        return False
    phone, filed = order.contact.phone, _now()
    digits = phone[-4:] if phone else f"{secrets.randbelow(10**6):06}"
    number = f"SZ{secrets.token_hex(8)}"
    connection.execute(
        "INSERT INTO orders (key, number, digits, drawn, body, filed, department)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (key, number, digits, not phone, order.model_dump_json(), filed, order.department),
    )
    _event(connection, number, "filed", filed)
    return True


def _event(
    connection: sqlite3.Connection,
    number: str,
    status: str,
    at: str,
    department: str | None = None,
    note: str | None = None,
) -> None:
    connection.execute(
        "INSERT INTO events VALUES (?, ?, ?, ?, ?)", (number, status, at, department, note)
    )


def _row(connection: sqlite3.Connection, table: str, number: str) -> Any:
    return connection.execute(
        f"SELECT * FROM {table} WHERE number = ?", (number.strip(),)
    ).fetchone()


def _entered(connection: sqlite3.Connection, table: str, asked: Asked) -> Any:
    """The row, if the check fits; else it counts and refuses."""
    number, now = asked.number.strip(), _now()
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        known = connection.execute("SELECT * FROM tries WHERE number = ?", (number,)).fetchone()
        if known and known["until"] and known["until"] > now:
            raise Refusal("locked", known["until"])
        row = _row(connection, table, number)
        if row is not None and row["digits"] == asked.check:
            connection.execute("DELETE FROM tries WHERE number = ?", (number,))
            return row
        wrong = (known["wrong"] if known and not known["until"] else 0) + 1
        until = (datetime.now(UTC) + _LOCKED_FOR).isoformat() if wrong >= 5 else None
        connection.execute("INSERT OR REPLACE INTO tries VALUES (?, ?, ?)", (number, wrong, until))
    raise Refusal("locked" if until else "unknown", until)


def _act(connection: sqlite3.Connection, number: str, act: Act, key: str) -> None:
    if connection.execute("SELECT 1 FROM acts WHERE key = ?", (key,)).fetchone():
        return
    view = _view(connection, _row(connection, "orders", number))
    status, stars = view["events"][-1]["status"], view["stars"]
    over = status in ("closed", "revisited", "withdrawn")
    if act.act in ("rate", "reopen"):
        if not over:
            raise Refusal("too_early")
        if status == "withdrawn":
            raise Refusal("closed")
        if act.act == "rate" and stars is not None:
            raise Refusal("too_late")
    elif over:
        raise Refusal("closed")
    connection.execute(
        "INSERT INTO acts VALUES (?, ?, ?, ?)", (key, number, act.act, act.model_dump_json())
    )
    if act.act == "rate":
        connection.execute("UPDATE orders SET stars = ? WHERE number = ?", (act.stars, number))
    if act.act in ("withdraw", "reopen"):
        _event(connection, number, "withdrawn" if act.act == "withdraw" else "reopened", _now())


def _view(connection: sqlite3.Connection, row: Any) -> dict[str, Any]:
    body = json.loads(row["body"])
    events = connection.execute(
        "SELECT status, at, department, note FROM events WHERE number = ? ORDER BY rowid",
        (row["number"],),
    )
    return {
        "number": row["number"],
        "kind": body["kind"],
        "topic": body["topic"],
        "route": body["route"],
        "department": row["department"],
        "filed": row["filed"],
        "events": [dict(event) for event in events],
        "extended_days": row["extended_days"],
        "stars": row["stars"],
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("port", type=int)
    parser.add_argument("--faults", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    app = create(given.file, faults=given.faults, seed=given.seed)
    end = socket.create_server(("127.0.0.1", given.port))
    print(end.getsockname()[1], flush=True)
    config = uvicorn.Config(
        app, http=Protocol, ws="none", loop="asyncio", log_config=None, access_log=False
    )
    uvicorn.Server(config).run(sockets=[end])


if __name__ == "__main__":
    main()
