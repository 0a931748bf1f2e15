"""PostgreSQL servers for tests, from the wheel ``pgserver``: alone, or with a synchronous standby.

They listen on a socket file only.  PostgreSQL refuses to run as root: then it runs as ``nobody``,
on a copy of the programs where ``nobody`` may read them.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg

_PACKAGES = ("pgserver", "pgserver.libs")
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",  # nothing here outlives the test, and no power cut is tested
    "max_wal_senders": "4",
    "shared_buffers": "64MB",
    "wal_receiver_status_interval": "1s",  # else what a standby has replayed is told each 10 s
    "wal_retrieve_retry_interval": "100ms",
}
_ROOT_RUNS_AS = "nobody"
_SECONDS = 20.0


@dataclass
class Postgres:
    """One server: its data and socket lie in ``directory``."""

    directory: Path
    programs: Path
    process: subprocess.Popen[bytes] | None = None
    settings: dict[str, str] = field(default_factory=lambda: dict(_SETTINGS))

    @property
    def url(self) -> str:
        """Where it is reached."""
        return url_of(self)

    def start(self) -> None:
        """Start, and wait until it takes queries."""
        given = [
            part
            for name, value in {
                **self.settings,
                "unix_socket_directories": str(self.directory),
            }.items()
            for part in ("-c", f"{name}={value}")
        ]
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.directory / "data", *given],
                stdout=log,
                stderr=log,
                start_new_session=True,
                **_as_user(self.directory),
            )
        wait_until(self.answers, f"PostgreSQL does not start: see {self.directory / 'log'}")

    def answers(self) -> bool:
        """Whether it takes a query now."""
        try:
            self.run("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """The rows of one statement."""
        with psycopg.connect(self.url, autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(statement)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    def freeze(self) -> list[psutil.Process]:
        """SIGSTOP to every process: the sockets stay open and nobody answers.

        Each backend is a process group of its own, so they are found as children.
        """
        assert self.process is not None
        parent = psutil.Process(self.process.pid)
        parent.suspend()  # first, so that it starts no more
        found = [parent, *parent.children(recursive=True)]
        for one in found[1:]:
            with suppress(psutil.NoSuchProcess):
                one.suspend()
        return found

    def kill(self) -> None:
        """SIGKILL to every process of the server; returns when none is left."""
        assert self.process is not None
        parent = psutil.Process(self.process.pid)
        parent.suspend()  # first, so that it starts no more
        found = [parent, *parent.children(recursive=True)]
        for one in found:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        self.process.wait()
        wait_until(lambda: not any(map(_alive, found)), "the killed server still has processes")

    def stop(self) -> None:
        """Kill it if it still runs: its data are thrown away."""
        if self.process is not None and self.process.poll() is None:
            self.kill()


@contextmanager
def one_server() -> Iterator[Postgres]:
    """An empty server."""
    with _directory() as directory:
        server = _made(directory, _programs(directory))
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def primary_and_standby() -> Iterator[tuple[Postgres, Postgres]]:
    """A primary whose commits wait until its standby shows them, and the standby."""
    with _directory() as directory:
        programs = _programs(directory)
        primary = _made(directory / "primary", programs)
        primary.settings["synchronous_standby_names"] = "standby"
        standby = Postgres(directory / "standby", programs)
        _own(standby.directory)
        try:
            primary.start()
            _run(
                standby.directory,
                programs / "pg_basebackup",
                *("-D", standby.directory / "data", "-d", f"host={primary.directory} user=suiwen"),
                *("-R", "-X", "stream", "-c", "fast", "--no-sync"),
            )
            standby.settings["primary_conninfo"] = (
                f"host={primary.directory} user=suiwen application_name=standby"
            )
            standby.start()
            wait_until(
                lambda: primary.run("SELECT sync_state FROM pg_stat_replication") == [("sync",)],
                "the standby does not follow",
            )
            yield primary, standby
        finally:
            primary.stop()
            standby.stop()


def url_of(*servers: Postgres) -> str:
    """One URL for several servers, asked in this order."""
    hosts = ",".join(str(server.directory) for server in servers)
    return f"postgresql:///postgres?user=suiwen&host={hosts}"


def wait_until(holds: Any, otherwise: str, seconds: float = _SECONDS) -> None:
    """Ask ``holds`` until it does.  Raises ``TimeoutError``."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(otherwise)
        time.sleep(0.01)


def _alive(process: psutil.Process) -> bool:
    """Whether it runs: what waits for init to take notice of its end does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextmanager
def _directory() -> Iterator[Path]:
    """A short path (sockets take 107 bytes) that every user may enter."""
    path = Path(tempfile.mkdtemp(prefix="pg"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path)


def _made(directory: Path, programs: Path) -> Postgres:
    _own(directory)
    _run(
        directory,
        programs / "initdb",
        *("-D", directory / "data", "-U", "suiwen", "-A", "trust"),
        *("-E", "UTF8", "--locale=C", "--no-sync"),
    )
    return Postgres(directory, programs)


def _programs(directory: Path) -> Path:
    spec = importlib.util.find_spec("pgserver")
    assert spec is not None
    assert spec.origin is not None
    site = Path(spec.origin).parents[1]
    if os.geteuid() != 0:
        return site / "pgserver" / "pginstall" / "bin"
    for package in _PACKAGES:
        shutil.copytree(
            site / package, directory / package, ignore=shutil.ignore_patterns("include", "*.a")
        )
    return directory / "pgserver" / "pginstall" / "bin"


def _own(directory: Path) -> None:
    directory.mkdir(exist_ok=True)
    if os.geteuid() == 0:
        shutil.chown(directory, _ROOT_RUNS_AS)


def _run(directory: Path, *command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, **_as_user(directory))
    if done.returncode:
        raise RuntimeError(done.stderr or done.stdout)


def _as_user(directory: Path) -> dict[str, Any]:
    if os.geteuid() != 0:
        return {"cwd": directory}
    return {"cwd": directory, "user": _ROOT_RUNS_AS, "extra_groups": []}
