"""The reference server of the city's systems in a process of its own, and how tests steer it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx

from assistant.cases.types import Case
from assistant.work_orders.types import OrderEvent
from tests.gateway_server import TOKEN

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Reference:
    """A running reference server."""

    url: str
    process: subprocess.Popen[bytes]
    token: str = TOKEN

    def control(self, path: str, body: Any = None, **query: Any) -> Any:
        """Steer it."""
        given = f"{self.url}/control/{path}"
        answer = httpx.post(given, json=body, params=query, trust_env=False)
        answer.raise_for_status()
        return answer.json()

    def stored(self, kind: str = "orders") -> list[dict[str, Any]]:
        """What it holds: orders (key, number, body) or acts."""
        found: list[dict[str, Any]] = httpx.get(
            f"{self.url}/control/{kind}", trust_env=False
        ).json()
        return found

    def keys(self) -> list[str]:
        """The idempotency keys of the orders it holds."""
        return [one["key"] for one in self.stored()]

    async def advance(self, number: str, event: OrderEvent, extended_days: int) -> None:
        """A department's step."""
        body = {**asdict(event), "at": event.at.isoformat()}
        self.control("advance", body, number=number, extended_days=extended_days)

    async def add_case(self, case: Case, phone: str) -> None:
        """A case that can be looked up."""
        from pydantic import TypeAdapter

        plain = TypeAdapter(Case).dump_python(case, mode="json")
        self.control("cases", {"case": plain, "phone": phone})

    async def an_hour(self) -> None:
        """An hour passes."""
        self.control("pass-time")


@contextmanager
def reference(directory: Path, *options: str) -> Iterator[Reference]:
    """A server on a free port of loopback; killed at the end."""
    command = [sys.executable, "-m", "tests.gateway_server", str(directory / "city.db"), "0"]
    process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, cwd=ROOT)
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        yield Reference(f"http://127.0.0.1:{port}", process)
    finally:
        process.kill()
        process.communicate()
