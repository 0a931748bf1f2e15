"""``suiwen serve`` itself, killed while citizens file by talking (``suiwen-eval chaos --app``).

Conversations are kept in a Redis that is not killed, as in production: whoever says 提交 again
after a kill goes on with the same form, so the same order, and gets the same receipt.  Each order
has a phone of its own, whose last digits are its check.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import re
import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.settings import Settings
from eval.chaos import Receipt
from eval.leaks import home_beside
from eval.redis_servers import redis_server

_SERVE = "from assistant.cli import app; app()"
_TOKEN = "reference"  # noqa: S105 - of the reference server
_NUMBER = re.compile(r"GZ\d{17}")
_LETTERS = "东南西北春夏秋冬山水云雨花鸟松竹"
_WRITTEN = re.compile(f"[{_LETTERS}和]{{18,}}")
_CODES = "0123456789abcdef"
_MOST_SAID = 16


@dataclass
class AppServer:
    """The real server over a release.  ``environment``: where its Redis is.

    Pauses and leases are short, so that a kill shows its effect soon.
    """

    settings: Settings
    environment: Mapping[str, str]
    keyed: bool = False
    _home: Path | None = None

    def command(self, home: Path, port: int, city: str) -> Sequence[str]:
        self._home = home_beside(self.settings.home, home / "home")
        chosen = {
            "SUIWEN_HOME": str(self._home),
            "SUIWEN_ENCODER": self.settings.encoder,
            "SUIWEN_REQUESTS_PER_MINUTE": "0",
            "SUIWEN_ORDERS_URL": city,
            "SUIWEN_GATEWAY_TOKEN": _TOKEN,
            "SUIWEN_DELIVERY_LEASE": "2",
            "SUIWEN_DELIVERY_LONGEST_PAUSE": "0.5",
            "SUIWEN_DELIVERY_REST": "0.5",
            **self.environment,
        }
        settings = (f"{name}={value}" for name, value in chosen.items())
        serve = (sys.executable, "-c", _SERVE, "serve", "--port", str(port))
        return ("/usr/bin/env", *settings, *serve)

    def file(self, connection: http.client.HTTPConnection, writer: int, key: str) -> Receipt:
        """Say 提交 until there is a receipt; whatever else is answered, begin (again)."""
        phone = f"13{int(hashlib.sha256(key.encode()).hexdigest(), 16) % 10**9:09}"
        matter = (
            f"我要投诉天河区石牌东路88号{self.text_of(key)}，每晚噪音到两点，希望停工，电话{phone}"
        )
        said = "提交"
        for _ in range(_MOST_SAID):
            reply = _say(connection, key, said)
            if reply["status"] == "filed":
                found = _NUMBER.search(json.dumps(reply, ensure_ascii=False))
                if found is None:
                    raise OSError("filed without a number")
                return found[0], phone[-4:]
            said = "提交" if reply.get("reason") in ("form", "similar") else matter
        raise OSError("not filed")

    def waiting(self, connection: http.client.HTTPConnection) -> int:
        assert self._home is not None
        with closing(sqlite3.connect(self.database(self._home.parent))) as opened:
            (count,) = opened.execute("SELECT count(*) FROM outbox WHERE done IS NULL").fetchone()
            return int(count)

    def database(self, home: Path) -> Path:
        return home / "home" / "suiwen.db"

    def text_of(self, key: str) -> str:
        """A building site whose name spells the key: digits and letters might be taken for a
        number of something."""
        return "工地" + "".join(
            _LETTERS[_CODES.index(one)] if one in _CODES else "和" for one in key
        )

    def key_of(self, text: str) -> str | None:
        found = _WRITTEN.search(text)
        if found is None:
            return None
        return "".join("-" if one == "和" else _CODES[_LETTERS.index(one)] for one in found[0])


@contextmanager
def app_server(settings: Settings) -> Iterator[AppServer]:
    """The real server over the release of the settings, with a Redis of its own."""
    with redis_server() as redis:
        yield AppServer(settings=settings, environment=redis.settings())


def _say(connection: http.client.HTTPConnection, session: str, text: str) -> Mapping[str, Any]:
    body = json.dumps({"session_id": session, "text": text}).encode()
    connection.request("POST", "/api/v1/chat", body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    content = response.read()
    if response.status != 200:
        raise OSError(f"HTTP {response.status}")
    reply: Mapping[str, Any] = json.loads(content)
    return reply
