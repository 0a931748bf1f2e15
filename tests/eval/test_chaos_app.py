"""Filing by talking with the real app, as the writers of ``suiwen-eval chaos --app`` do; the kills
are counted by that command only."""

from __future__ import annotations

import http.client
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant import bootstrap
from assistant.app import app_of
from eval import chaos
from eval.chaos_app import AppServer
from eval.leaks import home_beside
from tests.assistant.server import serving
from tests.conftest import settings_of

KEYS = ("0-1-0123456789abcdef", "7-12-fedcba9876543210")


@pytest.fixture
def target(home: Path) -> AppServer:
    return AppServer(settings=settings_of(home), environment={"SUIWEN_REDIS_URL": "redis://x"})


@pytest.fixture
def served(home: Path, tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """The home and the port of the real app."""
    made = home_beside(home, tmp_path / "home")
    with serving(app_of(bootstrap.build(settings_of(made)))) as port:
        yield tmp_path, port


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_read_from_the_text_that_spells_it(target: AppServer, key: str) -> None:
    text = target.text_of(key)
    assert not re.search(r"[0-9a-zA-Z]", text)
    assert target.key_of(f"楼下{text}每晚噪音") == key
    assert target.key_of("楼下每晚噪音") is None


def test_filing_again_gives_the_same_receipt(target: AppServer, served: tuple[Path, int]) -> None:
    home, port = served
    with closing(http.client.HTTPConnection(chaos.HOST, port, timeout=20)) as connection:
        receipts = {key: target.file(connection, 0, key) for key in KEYS}
        assert {key: target.file(connection, 0, key) for key in KEYS} == receipts
    assert len({number for number, _ in receipts.values()}) == len(KEYS)
    database = target.database(home)
    problems = chaos.inspect_here(database, receipts, keyed=False)
    assert len(problems) == len(KEYS)  # without the city's system nothing stands in the outbox
    assert all("一半" in one and "发件 0" in one for one in problems)
    gone = {**receipts, "1-1-aaaaaaaaaaaaaaaa": ("GZ1", "1234")}
    assert any("库里没有" in one for one in chaos.inspect_here(database, gone, keyed=False))


def test_its_settings_are_those_of_a_server_with_a_city(target: AppServer, tmp_path: Path) -> None:
    command = target.command(tmp_path, 8123, "http://127.0.0.1:1")
    assert {"SUIWEN_ORDERS_URL=http://127.0.0.1:1", "SUIWEN_REDIS_URL=redis://x"} <= set(command)
    assert (tmp_path / "home" / "current").exists()
    with closing(sqlite3.connect(target.database(tmp_path))) as made, made:
        made.execute("CREATE TABLE outbox (done TEXT)")
        made.execute("INSERT INTO outbox VALUES (NULL), (1), (NULL)")
    with closing(http.client.HTTPConnection(chaos.HOST, 1)) as connection:
        assert target.waiting(connection) == 2
