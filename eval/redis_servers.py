"""redis-server processes of our own on 127.0.0.1: started, frozen, killed with -9, started again.

Each is a process group of its own, on a free port, with its files in a temporary directory.
"""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

HOST = "127.0.0.1"
MISSING = "没有 redis-server：先运行 make redis（Debian：apt-get install redis-server）"
_SECONDS = 20.0

Append = Literal["no", "everysec", "always"]
"""What Redis keeps of its writes in a file, after ``appendfsync``."""


class RedisMissing(Exception):
    """There is no redis-server on this machine; the message says what to do."""


@dataclass
class RedisServer:
    """One server.  ``append``: whether each write is on the disk before it is answered, within a
    second, or never."""

    directory: Path
    program: str
    append: Append = "no"
    port: int = field(default_factory=lambda: _free_port())
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://{HOST}:{self.port}/0"

    def settings(self) -> dict[str, str]:
        """What ``suiwen serve`` is told, with a key of this run only."""
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        return {"SUIWEN_REDIS_URL": self.url, "SUIWEN_SESSION_KEY": key}

    def start(self) -> None:
        """Start, and wait until it answers.  Raises ``TimeoutError``."""
        append = ["no"] if self.append == "no" else ["yes", "--appendfsync", self.append]
        command = [self.program, "--port", str(self.port), "--bind", HOST, "--save", ""]
        command += ["--dir", str(self.directory), "--daemonize", "no", "--appendonly", *append]
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        log_file = self.directory / "log"
        wait_until(self.answers, lambda: f"redis-server does not start: {_tail(log_file)}")

    def answers(self) -> bool:
        """Whether it answers a PING now."""
        try:
            with socket.create_connection((HOST, self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False

    def freeze(self) -> None:
        """SIGSTOP: connections stay open and nobody answers."""
        os.killpg(self._running().pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.killpg(self._running().pid, signal.SIGCONT)

    def kill(self) -> None:
        """SIGKILL to its process group; returns when it is dead and its port refuses."""
        process = self._running()
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if not self.refuses():
            raise RuntimeError("somebody still answers at the port of the killed redis-server")

    def refuses(self) -> bool:
        """Whether a connection to its port is refused."""
        try:
            socket.create_connection((HOST, self.port), timeout=1).close()
        except ConnectionRefusedError:
            return True
        return False

    def stop(self) -> None:
        """End it if it runs: its data are thrown away."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def _running(self) -> subprocess.Popen[bytes]:
        if self.process is None or self.process.poll() is not None:
            raise RuntimeError("this redis-server does not run")
        return self.process


@contextmanager
def redis_server(*, append: Append = "no") -> Iterator[RedisServer]:
    """A running, empty server.  Raises ``RedisMissing``."""
    program = shutil.which("redis-server")
    if program is None:
        raise RedisMissing(MISSING)
    with TemporaryDirectory(prefix="suiwen-redis-") as made:
        server = RedisServer(Path(made), program, append)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def wait_until(holds: Callable[[], bool], otherwise: Callable[[], str]) -> None:
    """Ask ``holds`` until it does.  Raises ``TimeoutError`` after twenty seconds."""
    end = time.monotonic() + _SECONDS
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(otherwise())
        time.sleep(0.01)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])


def _tail(log: Path) -> str:
    return log.read_bytes()[-300:].decode(errors="replace")
