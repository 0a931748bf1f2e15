"""The suite's own promises: one release, no network, nothing from the environment's files."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from knowledge import releases
from tests.conftest import NetworkUsed, settings_of


@pytest.mark.parametrize("host", ["192.0.2.1", "8.8.8.8", "2001:db8::1"])
def test_no_connection_leaves_this_machine(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as end, pytest.raises(NetworkUsed):
        end.connect((host, 80))
    with socket.socket(family, socket.SOCK_DGRAM) as end, pytest.raises(NetworkUsed):
        end.sendto(b"x", (host, 53))


def test_no_name_is_looked_up() -> None:
    with pytest.raises(NetworkUsed):
        socket.getaddrinfo("example.org", 80)
    with pytest.raises(NetworkUsed):
        socket.create_connection(("huggingface.co", 443), timeout=1)


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()
    left, right = socket.socketpair(socket.AF_UNIX)
    left.close()
    right.close()


def test_there_is_one_release(home: Path) -> None:
    (only,) = releases.listing(home)
    assert only.id == releases.current(home)
    assert releases.verify(releases.open_release(home))


def test_a_home_of_its_own_is_a_copy(own_home: Path, home: Path) -> None:
    assert releases.current(own_home) == releases.current(home)
    (own_home / "current").unlink()
    assert releases.current(home) is not None


def test_settings_of_tests_ignore_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("SUIWEN_HOST=0.0.0.0\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert settings_of(tmp_path).host == "127.0.0.1"
