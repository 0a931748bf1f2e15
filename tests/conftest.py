"""One release for the whole suite, parts and a client over it, and no network.

The release is the built-in pack with the ``hashing`` encoder; tests read it and never write to it
(``own_home`` gives a test a home of its own).
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from fastapi import FastAPI
from fastapi.testclient import TestClient
from filelock import FileLock
from hypothesis import settings as hypothesis_settings

from assistant import bootstrap
from assistant.app import app_of
from assistant.settings import Settings
from eval.redis_servers import RedisMissing, RedisServer, redis_server
from knowledge import releases
from tests.contracts.running import Run

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

# A busy machine is no failure: examples have no deadline.
hypothesis_settings.register_profile("suite", deadline=None)
hypothesis_settings.load_profile("suite")


class NetworkUsed(RuntimeError):
    """A test tried to leave this machine."""


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook of the interpreter: it sees every socket, whoever opens it."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        end, address = arguments[0], arguments[1]
        if end.family != socket.AF_UNIX and address is not None and not _here(address[0]):
            raise NetworkUsed(f"{event} {address}")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname") and not _here(arguments[0]):
        raise NetworkUsed(f"{event} {arguments[0]}")


def _here(host: object) -> bool:
    text = host.decode() if isinstance(host, bytes) else host
    if text in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(text)).is_loopback
    except ValueError:
        return False


sys.addaudithook(_guard)


@pytest.fixture(autouse=True)
def _plain_logs() -> Iterator[None]:
    """Whatever a test configures of logging is gone after it."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def run() -> Iterator[Run]:
    """Runs what is awaited, all of a test in one event loop."""
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """A real redis-server of the test's own, empty, that keeps nothing when it is killed."""
    try:
        with redis_server() as server:
            yield server
    except RedisMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one release of the built-in pack: built once, shared by all xdist workers."""
    base = tmp_path_factory.getbasetemp()
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    path = root / "home"
    with FileLock(root / "home.lock"):
        if releases.current(path) is None:
            bootstrap.publish(settings_of(path), no_progress)
    return path


@pytest.fixture
def own_home(home: Path, tmp_path: Path) -> Path:
    """A copy of the home, for tests that publish, roll back or damage."""
    return Path(shutil.copytree(home, tmp_path / "home", symlinks=True))


@pytest.fixture
def parts(home: Path) -> bootstrap.Parts:
    """The whole assistant over the shared release; no request limit."""
    return bootstrap.build(settings_of(home))


@pytest.fixture
def app(parts: bootstrap.Parts) -> FastAPI:
    return app_of(parts)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """The web application, started and stopped as uvicorn does."""
    with TestClient(app) as opened:
        yield opened


@pytest.fixture(scope="session")
def data() -> Path:
    """The shared data beside the checkout."""
    if not DATA.is_dir():
        pytest.skip(f"no shared data at {DATA}")
    return DATA


def settings_of(home: Path, **changes: Any) -> Settings:
    """Settings of a test: nothing from the environment's files, no training, no request limit."""
    values = {"encoder": "hashing", "requests_per_minute": 0, "release_check_seconds": 3600}
    return Settings(_env_file=None, home=home, **{**values, **changes})


def publish(settings: Settings) -> releases.Manifest:
    """Publish what is staged, with a real index."""
    return bootstrap.publish(settings, no_progress)


def no_progress(step: str, done: int, total: int) -> None:
    """Progress for nobody."""
