"""kill -9 during filing: the same code as ``make chaos``, and inspectors that see damage."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.records.base import open_engine
from assistant.records.desk import SqlWorkOrderDesk
from assistant.records.schema import upgrade
from eval import chaos
from eval.filing_server import KeyFiles
from tests.contracts.work_order_desks import order
from tests.gateway_server import create


def test_two_kills_lose_and_double_nothing() -> None:
    """Both at once, then the city's system alone; ``make chaos`` does two hundred."""
    report = chaos.run(2, seed=1, advance=lambda: None)
    assert report.problems == ()
    assert report.killed == {"both": 1, "city": 1, "server": 0}
    assert report.confirmed == report.told > 16
    assert report.under_way > 0


KEYS = ("1-a", "2-b", "3-c")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Three orders, filed by the real desk."""
    path = tmp_path / "suiwen.db"
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    desk = SqlWorkOrderDesk(engine, KeyFiles(tmp_path / "keys"), outbox=True)
    for key in KEYS:
        asyncio.run(desk.file(replace(order(), key=key)))
    engine.dispose()
    return path


@pytest.fixture
def confirmed(database: Path) -> dict[str, chaos.Receipt]:
    with closing(sqlite3.connect(database)) as connection:
        known = dict(connection.execute("SELECT key, number FROM orders").fetchall())
    return {key: (known[chaos.digest(key)], "1234") for key in KEYS}


def test_a_whole_database_is_found_whole(
    database: Path, confirmed: dict[str, chaos.Receipt]
) -> None:
    assert chaos.inspect_here(database, confirmed) == []


@pytest.mark.parametrize(
    ("damage", "seen"),
    [
        ("DELETE FROM outbox WHERE order_id = 2", "一半"),
        ("UPDATE outbox SET order_id = 1", "一半"),
        ("UPDATE orders SET sealed_text = x'' WHERE id = 1", "一半"),
        ("UPDATE orders SET number = 'GZ0' WHERE id = 1", "库里没有"),
        (
            "DROP TRIGGER order_events_no_delete; DELETE FROM order_events WHERE order_id = 3",
            "一半",
        ),
        ("DELETE FROM orders WHERE id = 3", "库里没有"),
    ],
)
def test_damage_here_is_seen(
    database: Path, confirmed: dict[str, chaos.Receipt], damage: str, seen: str
) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(damage)
    assert any(seen in problem for problem in chaos.inspect_here(database, confirmed))


def test_a_broken_file_is_seen(database: Path, confirmed: dict[str, chaos.Receipt]) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(
            "PRAGMA writable_schema = ON;"
            "UPDATE sqlite_master SET rootpage = 2 WHERE name = 'orders_person'"
        )
    assert "损坏" in chaos.inspect_here(database, confirmed)[0]


def city_with(path: Path, orders: list[tuple[str, str]]) -> Path:
    """A file of the reference server with orders (key, text)."""
    create(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(
            "INSERT INTO orders (key, body) VALUES (?, ?)",
            [(key, json.dumps({"text": text})) for key, text in orders],
        )
    return path


def test_damage_at_the_city_is_seen(tmp_path: Path) -> None:
    confirmed = {"1-a": ("GZ1", "1"), "2-b": ("GZ2", "1")}
    right = [("GZ1", chaos.text_of("1-a")), ("GZ2", chaos.text_of("2-b"))]
    for number, (orders, seen) in enumerate(
        (
            (right, None),
            (right[:1], "没有送到"),
            ([*right, ("GZ3", chaos.text_of("2-b"))], "重复"),
            ([*right, ("GZ3", "别的")], "多出"),
            ([right[0], ("GZ3", chaos.text_of("2-b"))], "另一份"),
        )
    ):
        found = chaos.inspect_there(city_with(tmp_path / f"{number}.db", orders), confirmed)
        assert [seen in problem for problem in found] == ([True] if seen else [])


def test_a_kill_that_missed_is_noticed(tmp_path: Path) -> None:
    """A city's system that goes on storing after its 'kill' is an error, not a good result."""
    city = city_with(tmp_path / "city.db", [])
    target = Unkillable(city)
    scene = chaos.Scene(
        target=target,
        home=tmp_path,
        city_file=city,
        server=chaos.Process((), 0, tmp_path / "log"),
        city=chaos.Process((), 0, tmp_path / "log"),
        writers=chaos.Writers(target, 0, 2),
    )
    with scene.writers.filing():
        scene.writers.go()
        with pytest.raises(chaos.ChaosError, match="没有杀对"):
            scene._assert_nothing_is_told(filing_goes_on=True)


class Unkillable(chaos.FilingServer):
    """Stores every order at the city's system at once."""

    def __init__(self, city: Path) -> None:
        self._city = city

    def file(self, connection: object, writer: int, key: str) -> chaos.Receipt:
        with closing(sqlite3.connect(self._city, timeout=10)) as opened, opened:
            opened.execute(
                "INSERT INTO orders (key, body) VALUES (?, ?)", (key, json.dumps({"text": key}))
            )
        return key, "1234"


def test_keys_in_files_are_kept_and_erased(tmp_path: Path) -> None:
    seals = KeyFiles(tmp_path / "keys")
    sealed = seals.seal("p", "夜里吵")
    assert KeyFiles(tmp_path / "keys").open("p", sealed) == "夜里吵"
    seals.erase("p")
    assert seals.open("p", sealed) is None
    assert seals.open("other", sealed) is None
