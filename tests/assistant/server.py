"""A real uvicorn in a thread, on a free port of this machine."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI


class Server(uvicorn.Server):
    """Tells when it listens."""

    listening: threading.Event

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


@contextmanager
def serving(app: FastAPI, *, sockets: bool = False) -> Iterator[int]:
    """The port at which the app is served, as ``suiwen serve`` does it; with WebSockets or not."""
    config = uvicorn.Config(
        app,
        port=0,
        ws="auto" if sockets else "none",
        ws_max_size=65_536,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    server = Server(config)
    server.listening = threading.Event()
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert server.listening.wait(20)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(20)
    assert not thread.is_alive()


class Caller:
    """One kept-alive connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)

    def close(self) -> None:
        self._connection.close()

    def ask(self, text: str, **headers: str) -> tuple[int, str]:
        body = json.dumps({"text": text}).encode()
        self._connection.request("POST", "/api/v1/chat", body, headers)
        return self._read()

    def get(self, path: str) -> tuple[int, str]:
        self._connection.request("GET", path)
        return self._read()

    def _read(self) -> tuple[int, str]:
        response = self._connection.getresponse()
        return response.status, response.read().decode()


@contextmanager
def calling(port: int) -> Iterator[Caller]:
    with closing(Caller(port)) as caller:
        yield caller


def done(stream: str) -> Any:
    """The whole reply at the end of a stream."""
    last = stream.removesuffix("\n\n").rpartition("\n\n")[2]
    name, data = last.split("\n")
    assert name == "event: done"
    return json.loads(data.removeprefix("data: "))
