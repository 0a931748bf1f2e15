"""Does personal data that is typed stand raw anywhere it should not?  (``suiwen-eval leaks``)

Made-up messages (``eval.personal``) are sent to the real server, at its loudest
(``eval.loud_server``), in turn as questions, as whole filings, to a person, as answers of a bundle
that is saved, and into errors that are forced.  Then everything that the server wrote is searched:
its log with the tracebacks, its metrics, every file of its home but the release (database and
write-ahead log byte by byte), what the commands print, and all of Redis, for each secret as it was
typed and as it is read (digits of any script, without blanks and dashes).
"""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.privacy.folding import fold
from assistant.settings import Settings
from eval import personal
from eval.bench.servers import HOST
from eval.chaos import ChaosError, wait_until
from eval.personal import Sample
from eval.redis_servers import RedisServer, redis_server

FAILS = "强制出错"
"""What a message must hold for the loud server to fail after it has answered."""

LEAST = 7
"""Shorter numbers stand in any file by chance; they are left out and counted."""

_ROOT = Path(__file__).resolve().parent.parent
_BUNDLE = "公民身后一件事（GZB-shenhou）"
_SKIP = ("跳过",) * 8
_ESCAPED = re.compile(rb"\\u([0-9a-fA-F]{4})")
_START, _BITS, _PIECE = 4, 24, 1 << 22
_HEXADECIMAL = re.compile(rb"[0-9a-fA-F]")
_SUIWEN = "from assistant.cli import app; app()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """Where a secret stands: made up, so it may be shown."""

    place: str
    kind: str
    spelling: str
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakReport:
    """What was said and searched.  ``filed``: orders that got a receipt; ``handed``: messages to a
    person; ``failed``: forced errors; ``searched``: bytes by place; ``too_short``: secrets that
    could not be told from chance."""

    messages: int
    turns: int
    filed: int
    handed: int
    saved: int
    failed: int
    too_short: int
    searched: Mapping[str, int]
    leaks: tuple[Leak, ...]

    @property
    def sound(self) -> bool:
        """Nothing leaked, and every way was really gone."""
        return not self.leaks and all((self.filed, self.handed, self.saved, self.failed))


@dataclass
class _Citizen:
    """One connection, and what came of what was said on it."""

    connection: http.client.HTTPConnection
    turns: int = 0
    filed: int = 0
    handed: int = 0
    saved: int = 0
    failed: int = 0
    session: str | None = field(default=None)

    def say(self, text: str, **more: Any) -> Mapping[str, Any]:
        session = {"session_id": self.session} if self.session else {}
        status, content = self._post("/api/v1/chat", {"text": text, **session, **more})
        self.turns += 1
        if status != 200:
            self.failed += status == 500 and FAILS in text
            return {}
        reply: dict[str, Any] = json.loads(content)
        self.session = reply["session_id"]
        return reply

    def asks(self, sample: Sample) -> None:
        """A question, with a word on the one who asks, and a verdict on the answer."""
        reply = self.say(sample.text, profile={"note": sample.text[:100]})
        if reply:
            verdict = {"session_id": reply["session_id"], "turn_id": reply["turn_id"]}
            self._post("/api/v1/feedback", {**verdict, "helpful": False, "reason": "other"})

    def files(self, sample: Sample) -> None:
        """The message is the matter, or the contact, of a complaint, that is then asked after."""
        self.say("我要投诉楼下烧烤店每晚噪音到两点")
        self.say("天河区石牌东路88号" if sample.kind != "address" else sample.text)
        self.say("补充：" + sample.text)
        self.say(sample.text)
        for word in _SKIP:
            if self.say(word).get("status") == "filed":
                break
        reply = self.say("提交")
        self.filed += reply.get("status") == "filed"
        self.say("到哪一步了")

    def is_handed_over(self, sample: Sample) -> None:
        self.say(sample.text)
        self.handed += self.say("转人工").get("status") == "handed_off"
        self.say(sample.text)

    def saves(self, sample: Sample) -> None:
        self.say(_BUNDLE)
        for _ in range(3):
            self.say(sample.text)
        for _ in range(7):
            if any(card["kind"] == "plan" for card in self.say("不知道").get("cards", ())):
                break
        reply = self.say("保存并打印")
        self.saved += any(card["kind"] == "saved" for card in reply.get("cards", ()))

    def fails(self, sample: Sample) -> None:
        self.say(f"{FAILS} {sample.text}")

    def _post(self, path: str, body: Mapping[str, Any]) -> tuple[int, bytes]:
        self.connection.request(
            "POST", path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        response = self.connection.getresponse()
        return response.status, response.read()


_WAYS: tuple[tuple[int, Callable[[_Citizen, Sample], None]], ...] = (
    (11, _Citizen.files),
    (7, _Citizen.is_handed_over),
    (23, _Citizen.saves),
    (13, _Citizen.fails),
    (1, _Citizen.asks),
)
"""Every so manieth message goes this way; the first that fits counts."""


def run(
    settings: Settings,
    count: int,
    seed: int,
    advance: Callable[[], None] = lambda: None,
    *,
    redis: bool = True,
) -> LeakReport:
    """Send ``count`` messages over the release of ``settings`` and search what was written."""
    samples = personal.positives(count, seed)
    with (
        TemporaryDirectory(prefix="suiwen-leaks-") as made,
        redis_server() if redis else nullcontext() as server,
    ):
        folder = Path(made)
        home = home_beside(settings.home, folder / "home")
        environment = {
            "SUIWEN_HOME": str(home),
            "SUIWEN_ENCODER": settings.encoder,
            "SUIWEN_REQUESTS_PER_MINUTE": "0",
            **(server.settings() if server else {}),
        }
        with _serving(environment, folder / "log") as port:
            with closing(http.client.HTTPConnection(HOST, port, timeout=30)) as connection:
                citizen = _Citizen(connection)
                for number, sample in enumerate(samples, 1):
                    citizen.session = None
                    way = next(way for every, way in _WAYS if number % every == 0)
                    way(citizen, sample)
                    advance()
                connection.request("GET", "/metrics")
                metrics = connection.getresponse().read()
            places = {
                "metrics": metrics,
                **dict(_files(home)),
                **(dict(_stored(server)) if server else {}),
            }
        places |= {"log": (folder / "log").read_bytes(), **dict(_printed(environment))}
        places |= {f"{name} at the end": found for name, found in _files(home)}
    return LeakReport(
        messages=count,
        turns=citizen.turns,
        filed=citizen.filed,
        handed=citizen.handed,
        saved=citizen.saved,
        failed=citizen.failed,
        too_short=sum(not needles(one) for one in samples),
        searched={name: len(found) for name, found in places.items()},
        leaks=tuple(search(places, samples)),
    )


def search(places: Mapping[str, bytes], samples: Sequence[Sample]) -> Iterator[Leak]:
    """Every secret that stands in a place, in any of its forms."""
    by_form: dict[bytes, list[Sample]] = {}
    for one in samples:
        for form in needles(one):
            by_form.setdefault(form.encode("utf-8", "replace"), []).append(one)
    seen = set()
    for name, content in places.items():
        for view in {content, _unescaped(content)}:
            seen |= {(name, one) for form in _found(by_form, view) for one in by_form[form]}
    for name, one in sorted(seen, key=lambda pair: (pair[0], pair[1].text)):
        start, end = one.secret or (0, 0)
        yield Leak(place=name, kind=one.kind, spelling=one.spelling, secret=one.text[start:end])


def _found(forms: Iterable[bytes], content: bytes) -> set[bytes]:
    """Those of the forms that stand in the content: looked for all at once, by their first bytes,
    so that ten thousand in a hundred megabytes take seconds."""
    by_start: dict[bytes, list[bytes]] = {}
    for form in forms:
        by_start.setdefault(form[:_START], []).append(form)
    if not by_start:
        return set()
    begins = np.zeros(1 << _BITS, dtype=bool)
    begins[_hashed(np.frombuffer(b"".join(by_start), dtype=np.uint8), step=_START)] = True
    found = set()
    for begun in range(0, len(content), _PIECE):
        piece = np.frombuffer(content[begun : begun + _PIECE + _START - 1], dtype=np.uint8)
        for at in (np.flatnonzero(begins[_hashed(piece)]) + begun).tolist():
            near = by_start.get(content[at : at + _START], ())
            found |= {form for form in near if _stands(form, content, at)}
    return found


def _hashed(letters: NDArray[np.uint8], step: int = 1) -> NDArray[np.uint32]:
    """A hash of the ``_START`` bytes from each (or each ``step``-th) place, of ``_BITS`` bits."""
    wide = letters.astype(np.uint32)
    count = max(len(wide) - _START + 1, 0)
    keys = np.zeros(count, dtype=np.uint32)
    for at in range(_START):
        keys |= wide[at : at + count] << np.uint32(8 * at)
    hashed: NDArray[np.uint32] = (keys * np.uint32(2_654_435_761)) >> np.uint32(32 - _BITS)
    return hashed[::step]


def _stands(form: bytes, content: bytes, at: int) -> bool:
    """Whether it stands there; a number not as a part of a longer one, or of a hexadecimal id."""
    if not content.startswith(form, at):
        return False
    end = at + len(form)
    around = content[max(0, at - 1) : at] + content[end : end + 1]
    return not form.isdigit() or not _HEXADECIMAL.search(around)


def needles(sample: Sample) -> frozenset[str]:
    """What to look for: the secret as it was typed, in plain characters, and without what groups
    it; none if it is too short to be told from chance."""
    start, end = sample.secret or (0, 0)
    secret = sample.text[start:end]
    plain = unicodedata.normalize("NFKC", secret)
    digits = fold(secret).digits
    forms = {secret, plain, digits, re.sub(r"[\s\-—－·.]", "", digits)}
    return frozenset(one for one in forms if len(one) >= (LEAST if one.isascii() else 2))


def _unescaped(content: bytes) -> bytes:
    """With the escapes of JSON read."""
    return _ESCAPED.sub(
        lambda found: chr(int(found[1], 16)).encode("utf-8", "surrogatepass"), content
    )


def home_beside(home: Path, made: Path) -> Path:
    """A home of its own over the release of another."""
    made.mkdir()
    (made / "releases").symlink_to((home / "releases").resolve())
    (made / "current").symlink_to(Path("releases") / (home / "current").resolve().name)
    return made


@contextmanager
def _serving(environment: Mapping[str, str], log: Path) -> Iterator[int]:
    port = _free_port()
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "eval.loud_server", str(port)],
            env={**os.environ, **environment},
            cwd=_ROOT,
            stdout=file,
            stderr=file,
        )
    try:
        wait_until(lambda: _listens(process, port, log), "服务没有启动")
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _listens(process: subprocess.Popen[bytes], port: int, log: Path) -> bool:
    if process.poll() is not None:
        raise ChaosError(f"服务没有启动：{log.read_text()[-800:]}")
    with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
        return True
    return False


def _free_port() -> int:
    with socket.socket() as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])


def _files(home: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(home.iterdir()):
        if path.is_file() and path.name != "master.key":
            yield path.name, path.read_bytes()


def _stored(server: RedisServer) -> Iterator[tuple[str, bytes]]:
    """All keys and values of Redis, as they are there and as they are dumped."""
    import redis

    with closing(redis.Redis(port=server.port)) as connection:
        kept: list[Any] = []
        for key in connection.scan_iter(count=1000):
            kept += [key, connection.dump(key) or b"", connection.get(key) or b""]
        yield "redis", b"\n".join(kept)


def _printed(environment: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """What the commands print that show what was collected."""
    for words in (("feedback", "--json"), ("audit", "lines", "--most", "100000", "--json")):
        done = subprocess.run(
            [sys.executable, "-c", _SUIWEN, *words],
            env={**os.environ, **environment},
            cwd=_ROOT,
            capture_output=True,
            check=True,
        )
        yield f"suiwen {words[0]}", done.stdout + done.stderr


def plain(report: LeakReport) -> dict[str, Any]:
    """The report as JSON values."""
    return {**asdict(report), "sound": report.sound}
