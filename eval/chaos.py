"""kill -9 during filing: every confirmed receipt is kept once here and told once to the city.

Eight writers file without pause through a server, which delivers to the reference of the city's
system, itself failing at one request in seven (500, 429, reset, answer lost after it stored, no
answer, slow).  Each round kills one of the two, or both, with their whole process groups, and
asserts that what was killed really stopped, before anything is started again.  Then it looks:

- the database is whole (``integrity_check``), no order is without its first step, its sealed text
  or its row in the outbox;
- every confirmed receipt stands there once, and filing its key again gives the same receipt;
- once the outbox is empty, the city's system has each order exactly once, and no other.

A kill is no power cut: what was handed to the operating system survives it.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Literal, Protocol

HOST = "127.0.0.1"
Kind = Literal["both", "city", "server"]
KINDS: tuple[Kind, ...] = ("both", "city", "server")

_ROOT = Path(__file__).resolve().parent.parent
_FAULTS = 1 / 7
_FRESH = 8
_LONGER = 0.2
_WATCHED = 0.05
_PATIENCE = 60.0
_BETWEEN = 0.005


class ChaosError(Exception):
    """A process did not do what it must before anything can be asserted."""


class Target(Protocol):
    """The server under test, and how a client files with it."""

    def command(self, home: Path, port: int, city: str) -> Sequence[str]:
        """What starts it on loopback; it keeps everything in ``home``."""
        ...

    def file(self, connection: http.client.HTTPConnection, writer: int, key: str) -> Receipt:
        """File the order of this key, which stands in its text.  Raises ``OSError`` or
        ``HTTPException`` if that is not confirmed."""
        ...

    def waiting(self, connection: http.client.HTTPConnection) -> int:
        """How many deliveries the city's system was not told yet."""
        ...

    def database(self, home: Path) -> Path:
        """Its SQLite file."""
        ...

    def key_of(self, text: str) -> str | None:
        """The key in the text of an order."""
        ...

    @property
    def keyed(self) -> bool:
        """Whether the key is that of the order in the database, too."""
        ...


Receipt = tuple[str, str]
"""Number and check."""


def text_of(key: str) -> str:
    """The text that is filed under a key."""
    return f"夜间施工噪声 {key}"


def key_of(text: str) -> str | None:
    """The key under which a text of ``text_of`` is filed."""
    start = text_of("")
    return text.removeprefix(start) if text.startswith(start) else None


class FilingServer:
    """``eval.filing_server``: the outbox desk behind a bare HTTP server."""

    keyed = True

    def command(self, home: Path, port: int, city: str) -> Sequence[str]:
        return (sys.executable, "-m", "eval.filing_server", str(home), str(port), city)

    def file(self, connection: http.client.HTTPConnection, writer: int, key: str) -> Receipt:
        phone = f"1380000{writer:04}" if writer % 2 else None  # half of the checks are drawn
        asked = {"key": key, "person": f"writer-{writer}", "text": text_of(key), "phone": phone}
        found = _call(connection, "POST", "/file", asked)
        return found["number"], found["check"]

    def waiting(self, connection: http.client.HTTPConnection) -> int:
        return int(_call(connection, "GET", "/waiting"))

    def database(self, home: Path) -> Path:
        return home / "suiwen.db"

    def key_of(self, text: str) -> str | None:
        return key_of(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One kill: what, how many orders had been confirmed, seconds until it answered again, how many
    were under way unconfirmed and of those kept, and what is wrong."""

    kind: Kind
    confirmed: int
    back: float
    under_way: int
    kept: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaosReport:
    """All rounds summed up.  ``confirmed``: receipts given; ``told``: orders at the city's system
    in the end; ``under_way``: unconfirmed at a kill, of them ``kept`` were stored; seconds."""

    rounds: int
    killed: Mapping[str, int]
    confirmed: int
    told: int
    under_way: int
    kept: int
    back_median: float
    back_longest: float
    seconds: float
    problems: tuple[Round, ...]


@dataclass
class Process:
    """A process in a session of its own, started again on the same port."""

    command: Sequence[str]
    port: int
    log: Path
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; ``wait`` says when it is there."""
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                self.command, stdout=log, stderr=log, cwd=_ROOT, start_new_session=True
            )

    def wait(self) -> None:
        """Until it takes connections.  Raises ``ChaosError`` if it ends instead."""
        wait_until(self._listens, f"{self.command[2]} 没有启动：{self.log}")

    def kill(self) -> None:
        """SIGKILL to its whole group; returns once none of it runs."""
        assert self.running is not None
        group = self.running.pid
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
        self.running.wait()
        wait_until(lambda: not _group_lives(group), f"进程组 {group} 没有停下")

    def _listens(self) -> bool:
        assert self.running is not None
        if self.running.poll() is not None:
            raise ChaosError(f"{self.command[2]} 退出了：{self.log.read_text()[-800:]}")
        with suppress(OSError), socket.create_connection((HOST, self.port), timeout=1):
            return True
        return False


@dataclass
class Writers:
    """Clients that file one order after the other; an order without an answer is filed again."""

    target: Target
    port: int
    count: int
    confirmed: dict[str, Receipt] = field(default_factory=dict)
    under_way: dict[int, str] = field(default_factory=dict)
    failed: int = 0
    _go: threading.Event = field(default_factory=threading.Event)
    _idle: list[threading.Event] = field(default_factory=list)
    _end: bool = False

    @contextmanager
    def filing(self) -> Iterator[None]:
        """Their threads, idle until ``go``."""
        self._idle = [threading.Event() for _ in range(self.count)]
        threads = [threading.Thread(target=self._write, args=(n,)) for n in range(self.count)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._end = True
            self._go.set()
            for thread in threads:
                thread.join()

    def go(self) -> None:
        """File."""
        for one in self._idle:
            one.clear()
        self._go.set()

    def rest(self) -> None:
        """Stop after the attempts under way."""
        self._go.clear()
        if not all(one.wait(_PATIENCE) for one in self._idle):
            raise ChaosError("写入线程没有停下")

    def settle(self) -> int:
        """File what is under way again: how many those were."""
        again = dict(self.under_way)
        with _connected(self.port) as connection:
            for writer, key in again.items():
                self._confirm(writer, key, self.target.file(connection, writer, key))
        return len(again)

    def _write(self, writer: int) -> None:
        number = 0
        connection = http.client.HTTPConnection(HOST, self.port, timeout=10)
        while True:
            if not self._go.is_set():
                self._idle[writer].set()
                self._go.wait()
            if self._end:
                connection.close()
                return
            if writer not in self.under_way:
                number += 1
                self.under_way[writer] = f"{writer}-{number}-{os.urandom(8).hex()}"
            key = self.under_way[writer]
            try:
                self._confirm(writer, key, self.target.file(connection, writer, key))
            except (OSError, http.client.HTTPException):
                connection.close()
                self.failed += 1
                time.sleep(_BETWEEN)

    def _confirm(self, writer: int, key: str, receipt: Receipt) -> None:
        self.confirmed[key] = receipt
        self.under_way.pop(writer, None)


def run(
    rounds: int,
    seed: int,
    advance: Callable[[], None],
    *,
    target: Target | None = None,
    writers: int = 8,
) -> ChaosReport:
    """Kill ``rounds`` times, in turn the server, the city's system, and both.

    Raises ``ChaosError`` if a process does not start, or does not stop when it is killed.
    """
    begun = time.perf_counter()
    with TemporaryDirectory(prefix="suiwen-chaos-") as made:
        scene = _scene(Path(made), target or FilingServer(), writers, seed)
        random = Random(seed)  # noqa: S311 - moments to kill at, no secret
        done = []
        with scene.playing():
            for number in range(rounds):
                done.append(scene.round(KINDS[number % len(KINDS)], random))
                advance()
        told = len(city_orders(scene.city_file))
        confirmed = len(scene.writers.confirmed)
    return summed(done, confirmed, told, time.perf_counter() - begun)


def summed(rounds: Sequence[Round], confirmed: int, told: int, seconds: float) -> ChaosReport:
    """The report of the rounds."""
    back = [one.back for one in rounds]
    return ChaosReport(
        rounds=len(rounds),
        killed={kind: sum(one.kind == kind for one in rounds) for kind in KINDS},
        confirmed=confirmed,
        told=told,
        under_way=sum(one.under_way for one in rounds),
        kept=sum(one.kept for one in rounds),
        back_median=round(statistics.median(back), 3),
        back_longest=round(max(back), 3),
        seconds=round(seconds, 1),
        problems=tuple(one for one in rounds if one.problems),
    )


def plain(report: ChaosReport) -> dict[str, Any]:
    """The report as JSON values."""
    return asdict(report)


@dataclass
class Scene:
    """Server, city's system and writers."""

    target: Target
    home: Path
    city_file: Path
    server: Process
    city: Process
    writers: Writers

    @contextmanager
    def playing(self) -> Iterator[None]:
        """Everything runs; at the end everything is killed."""
        try:
            _start((self.city, self.server))
            with self.writers.filing():
                yield
        finally:
            for one in (self.server, self.city):
                if one.running is not None:
                    one.kill()

    def round(self, kind: Kind, random: Random) -> Round:
        """File, kill, assert that it stopped, look, start again, settle, drain, look again."""
        self._file_some(random)
        killed = {"server": [self.server], "city": [self.city], "both": [self.server, self.city]}
        for one in killed[kind]:
            one.kill()
        if kind != "city":
            self._assert_nothing_is_filed()
        if kind != "server":
            self._assert_nothing_is_told(filing_goes_on=kind == "city")
        confirmed = dict(self.writers.confirmed)
        self.writers.rest()
        here = self.target.database(self.home)
        problems = inspect_here(here, self.writers.confirmed, keyed=self.target.keyed)
        kept = len(_keys(here)) - len(self.writers.confirmed)
        begun = time.perf_counter()
        _start(killed[kind])
        again = self.writers.settle()
        back = time.perf_counter() - begun
        problems += self._receipts_are_the_same(confirmed)
        self._drain()
        end = inspect_here(here, self.writers.confirmed, keyed=self.target.keyed)
        there = inspect_there(self.city_file, self.writers.confirmed, self.target.key_of)
        return Round(
            kind=kind,
            confirmed=len(confirmed),
            back=back,
            under_way=again,
            kept=kept,
            problems=tuple(dict.fromkeys((*problems, *end, *there))),
        )

    def _file_some(self, random: Random) -> None:
        """Until every writer could file once, and then for a random moment."""
        before = len(self.writers.confirmed)
        self.writers.go()
        wait_until(lambda: len(self.writers.confirmed) >= before + _FRESH, "没有受理任何工单")
        time.sleep(random.random() * _LONGER)

    def _assert_nothing_is_filed(self) -> None:
        """The writers try, in vain, and the database does not grow."""
        failed, kept = self.writers.failed, self._kept()
        confirmed = len(self.writers.confirmed)
        enough = failed + 2 * self.writers.count
        wait_until(lambda: self.writers.failed >= enough, "服务停下后没有人再试")
        if self._kept() != kept or len(self.writers.confirmed) != confirmed:
            raise ChaosError("kill -9 之后仍有工单受理：没有杀对进程")

    def _assert_nothing_is_told(self, *, filing_goes_on: bool) -> None:
        """The city's system stores no more, though orders are filed all the while."""
        told, before = len(city_orders(self.city_file)), len(self.writers.confirmed)
        if filing_goes_on:
            wait_until(
                lambda: len(self.writers.confirmed) >= before + _FRESH,
                "市级系统停下后，受理也停了",
            )
        else:
            time.sleep(_WATCHED)
        if len(city_orders(self.city_file)) != told:
            raise ChaosError("kill -9 之后市级系统仍在收单：没有杀对进程")

    def _kept(self) -> int:
        return len(_keys(self.target.database(self.home)))

    def _receipts_are_the_same(self, confirmed: Mapping[str, Receipt]) -> list[str]:
        """Filing the last confirmed keys again gives the receipts that were given."""
        problems = []
        with _connected(self.server.port) as connection:
            for key, receipt in list(confirmed.items())[-40:]:
                writer = int(key.split("-")[0])
                if self.target.file(connection, writer, key) != receipt:
                    problems.append(f"{receipt[0]}：再次提交得到另一张回执")
        return problems

    def _drain(self) -> None:
        with _connected(self.server.port) as connection:
            wait_until(lambda: self.target.waiting(connection) == 0, "发件箱没有清空")


def _start(processes: Sequence[Process]) -> None:
    for one in processes:
        one.start()
    for one in processes:
        one.wait()


def inspect_here(
    database: Path, confirmed: Mapping[str, Receipt], *, keyed: bool = True
) -> list[str]:
    """What is wrong here: damage, a confirmed order missing or doubled, half an order.

    ``keyed``: the keys of the confirmed are those of the orders."""
    try:
        with closing(sqlite3.connect(database)) as connection:
            whole = connection.execute("PRAGMA integrity_check").fetchall()
            rows = connection.execute(_ORDERS).fetchall()
    except sqlite3.DatabaseError as error:
        return [f"数据库损坏：{error}"]
    if whole != [("ok",)]:
        return [f"数据库损坏：{whole[:3]}"]
    numbers = Counter((key if keyed else "", number) for key, number, *_ in rows)
    wanted = {(digest(key) if keyed else "", number) for key, (number, _) in confirmed.items()}
    keys = Counter(key for key, *_ in rows)
    return [
        *(f"{number}：已出回执，库里没有" for key, number in wanted if not numbers[key, number]),
        *(f"{key[:12]}：同一次提交有 {times} 份工单" for key, times in keys.items() if times > 1),
        *(
            f"{number}：只存了一半（登记 {filed}，发件 {sent}，正文 {text} 字节）"
            for _, number, filed, sent, text in rows
            if (filed, sent) != (1, 1) or not text
        ),
    ]


_ORDERS = """
SELECT key, number,
    (SELECT count(*) FROM order_events e WHERE e.order_id = o.id AND e.status = 'filed'),
    (SELECT count(*) FROM outbox b WHERE b.order_id = o.id AND b.act_id IS NULL),
    min(length(sealed_text), length(sealed_contact), length(sealed_check))
FROM orders o
"""


def inspect_there(
    city: Path,
    confirmed: Mapping[str, Receipt],
    key_of: Callable[[str], str | None] = key_of,
) -> list[str]:
    """What is wrong at the city's system: an order missing, doubled, or never filed by anybody."""
    found = [(number, key_of(text)) for number, text in city_orders(city)]
    keys = Counter(key for _, key in found)
    numbers = dict(found)
    return [
        *(f"{number}：没有送到市级系统" for key, (number, _) in confirmed.items() if not keys[key]),
        *(
            f"{times} 份：{key} 在市级系统重复"
            for key, times in keys.items()
            if times > 1 and key in confirmed
        ),
        *("市级系统多出一份没有人提交的工单" for key in keys if key not in confirmed),
        *(
            f"{number}：市级系统里是另一份工单"
            for key, (number, _) in confirmed.items()
            if keys[key] and numbers.get(number) != key
        ),
    ]


def city_orders(city: Path) -> list[tuple[str, str]]:
    """(our number, text) of the orders in the reference server's file."""
    with closing(sqlite3.connect(city)) as connection:
        rows = connection.execute("SELECT key, json_extract(body, '$.text') FROM orders")
        return [(str(key), str(text)) for key, text in rows]


def digest(key: str) -> str:
    """How a key is kept."""
    return hashlib.sha256(key.encode()).hexdigest()


def wait_until(holds: Callable[[], bool], otherwise: str) -> None:
    """Ask until it holds.  Raises ``ChaosError``."""
    end = time.monotonic() + _PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise ChaosError(otherwise)
        time.sleep(_BETWEEN)


def _scene(home: Path, target: Target, writers: int, seed: int) -> Scene:
    here, there = home / "server", home / "city"
    for one in (here, there):
        one.mkdir()
    port, city_port = _free_port(), _free_port()
    city_file, url = there / "city.db", f"http://{HOST}:{city_port}"
    faults = ("--faults", str(_FAULTS), "--seed", str(seed))
    city = (sys.executable, "-m", "tests.gateway_server", str(city_file), str(city_port), *faults)
    return Scene(
        target=target,
        home=here,
        city_file=city_file,
        server=Process(target.command(here, port, url), port, home / "server.log"),
        city=Process(city, city_port, home / "city.log"),
        writers=Writers(target, port, writers),
    )


def _keys(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return [key for (key,) in connection.execute("SELECT key FROM orders")]


@contextmanager
def _connected(port: int) -> Iterator[http.client.HTTPConnection]:
    with closing(http.client.HTTPConnection(HOST, port, timeout=20)) as connection:
        yield connection


def _call(connection: http.client.HTTPConnection, verb: str, path: str, body: Any = None) -> Any:
    content = None if body is None else json.dumps(body).encode()
    connection.request(verb, path, content, {"Content-Type": "application/json"})
    response = connection.getresponse()
    answer = response.read()
    if response.status != 200:
        raise OSError(f"HTTP {response.status}")
    return json.loads(answer)


def _group_lives(group: int) -> bool:
    """Whether a process of the group runs; one that only waits to be noticed dead does not."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, its_group = stat.read_text().rpartition(")")[2].split()[:3]
            if int(its_group) == group and state not in "ZX":
                return True
    return False


def _free_port() -> int:
    with socket.socket() as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])
