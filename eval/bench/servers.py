"""Servers as processes of their own on 127.0.0.1: started, waited for, weighed, ended by id."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from types import MappingProxyType
from typing import IO, Any

from eval.bench.types import BenchError

HOST = "127.0.0.1"
CHAT = "/api/v1/chat"
_PATIENCE = 60.0
_BETWEEN = 0.005
_ROOT = Path(__file__).resolve().parent.parent.parent

_SUIWEN = "from assistant.cli import app; app()"
_ECHO = (
    "import sys, uvicorn; uvicorn.run('eval.bench.echo:create', factory=True, host='127.0.0.1',"
    " port=int(sys.argv[1]), workers=1, access_log=False, log_level='warning', server_header=False)"
)
"""The settings are those of ``suiwen serve``."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, and the seconds from its start to its first right answer."""

    process: subprocess.Popen[bytes]
    port: int
    first_answer: float

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}{CHAT}"


@contextmanager
def suiwen(
    home: Path,
    question: str,
    *,
    workers: int = 1,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Server]:
    """``suiwen serve`` as it comes (it logs each turn), only without a limit of requests.

    ``environment``: further settings.
    """
    chosen = {"SUIWEN_HOME": str(home), "SUIWEN_REQUESTS_PER_MINUTE": "0", **environment}
    port = _free_port()
    command = [sys.executable, "-c", _SUIWEN, "serve", "--port", str(port)]
    command += ["--workers", str(workers)]
    with _serving(command, chosen, port, question, "status") as server:
        yield server


@contextmanager
def echo(question: str) -> Iterator[Server]:
    """The bare echo app."""
    port = _free_port()
    command = [sys.executable, "-c", _ECHO, str(port)]
    with _serving(command, {}, port, question, "text") as server:
        yield server


def ask(port: int, question: str) -> dict[str, Any]:
    """One question on a connection of its own.  Raises ``OSError`` if nobody answers it rightly."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        body = json.dumps({"text": question}, ensure_ascii=False).encode()
        connection.request("POST", CHAT, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        content = response.read()
        if response.status != 200:
            raise OSError(f"{response.status}: {content[:200]!r}")
        value: dict[str, Any] = json.loads(content)
        return value
    finally:
        connection.close()


def memory_mb(process: int) -> float:
    """Resident memory of a process and all its children, in megabytes."""
    return sum(_resident_kb(one) for one in _family(process)) / 1024


@contextmanager
def _serving(
    command: Sequence[str], environment: Mapping[str, str], port: int, question: str, key: str
) -> Iterator[Server]:
    with TemporaryFile() as log:
        begun = time.perf_counter()
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, cwd=_ROOT, stdout=log, stderr=log
        )
        try:
            _wait(process, port, question, key)
            yield Server(process, port, time.perf_counter() - begun)
        except BenchError as error:
            raise BenchError(f"{error}\n{_tail(log)}") from error
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _tail(log: IO[bytes]) -> str:
    log.seek(0)
    return log.read()[-600:].decode(errors="replace")


def _wait(process: subprocess.Popen[bytes], port: int, question: str, key: str) -> None:
    """Until the question is answered with the key; a refused connection is asked again."""
    until = time.perf_counter() + _PATIENCE
    while time.perf_counter() < until:
        if process.poll() is not None:
            raise BenchError(f"服务没有启动（退出码 {process.returncode}）")
        try:
            if key in ask(port, question):
                return
        except OSError:
            time.sleep(_BETWEEN)
    raise BenchError(f"服务在 {_PATIENCE:.0f} 秒内没有作答")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])


def _family(process: int) -> list[int]:
    """The process and all that it started (from /proc)."""
    found = [process]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


def _resident_kb(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text().splitlines()
    return next((int(line.split()[1]) for line in status if line.startswith("VmRSS")), 0)
