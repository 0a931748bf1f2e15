"""A server that files work orders, to be killed: ``python -m eval.filing_server HOME PORT CITY``.

It files through the real outbox desk for whoever asks on loopback, and delivers to the city's
system at the URL ``CITY``.  Pauses and leases are short, so that a kill shows its effect soon.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

import structlog
import uvicorn
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import FastAPI
from pydantic import BaseModel

from assistant.gateways.desks import HttpWorkOrderDesk
from assistant.gateways.line import Line
from assistant.gateways.outbox import OutboxDesk, Pace
from assistant.gateways.types import Patience
from assistant.records.base import open_engine
from assistant.records.desk import SqlWorkOrderDesk
from assistant.records.schema import upgrade
from assistant.work_orders.types import Contact, OrderKind, WorkOrder

DATABASE = "suiwen.db"
TOKEN = "reference"  # noqa: S105 - of the reference server
PACE = Pace(
    lease=timedelta(seconds=2), look=0.05, first_pause=0.05, longest_pause=0.5, patience=0.5
)
PATIENCE = Patience(
    connect=0.5, answer=0.5, total=2.0, pause=0.02, longest_pause=0.1, failures=8, rest=0.2
)


class KeyFiles:
    """``Seals`` with a key per person, each in a file: AES-GCM, durable before it is used."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(exist_ok=True)
        self._directory = directory

    def seal(self, person: str, text: str) -> bytes:
        nonce = secrets.token_bytes(12)
        return nonce + AESGCM(self._key(person)).encrypt(nonce, text.encode(), person.encode())

    def open(self, person: str, sealed: bytes) -> str | None:
        path = self._path(person)
        if not path.exists():
            return None
        key = AESGCM(path.read_bytes())
        return key.decrypt(sealed[:12], sealed[12:], person.encode()).decode()

    def erase(self, person: str) -> None:
        self._path(person).unlink(missing_ok=True)

    def _key(self, person: str) -> bytes:
        path = self._path(person)
        if not path.exists():
            made = path.with_name(f"{path.name}-{secrets.token_hex(8)}")
            with made.open("xb") as file:
                file.write(AESGCM.generate_key(256))
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):  # another thread was first: its key counts
                os.link(made, path)
            made.unlink()
        return path.read_bytes()

    def _path(self, person: str) -> Path:
        return self._directory / hashlib.sha256(person.encode()).hexdigest()


class Asked(BaseModel):
    """What is to be filed, and for which of the writers."""

    key: str
    person: str
    text: str
    phone: str | None = None


def create(home: Path, city: str) -> FastAPI:
    """The application over a database in the home directory."""
    engine = open_engine(f"sqlite:///{home / DATABASE}")
    upgrade(engine)
    local = SqlWorkOrderDesk(engine, KeyFiles(home / "keys"), outbox=True)
    line = Line("12345", city, token=TOKEN, patience=PATIENCE)
    desk = OutboxDesk(local, HttpWorkOrderDesk(line), pace=PACE)

    @asynccontextmanager
    async def delivering(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(desk.run())
        yield
        task.cancel()

    app = FastAPI(lifespan=delivering, openapi_url=None)

    @app.post("/file")
    async def file(asked: Asked) -> dict[str, str]:
        order = WorkOrder(
            key=asked.key,
            person=asked.person,
            kind=OrderKind.COMPLAINT,
            text=asked.text,
            contact=Contact(phone=asked.phone),
        )
        receipt = await desk.file(order)
        return {"number": receipt.number, "check": receipt.check}

    @app.get("/waiting")
    async def waiting() -> int:
        return (await desk.waiting()).count

    return app


def main() -> None:
    """Serve until killed."""
    home, port, city = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    app = create(home, city)
    end = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(app, ws="none", log_config=None, access_log=False)
    uvicorn.Server(config).run(sockets=[end])


if __name__ == "__main__":
    main()
