"""The app under a real server: a new release is taken while questions are being answered."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant import app as web_app
from assistant import bootstrap
from assistant.pipeline import Assistant
from assistant.settings import Settings
from assistant.types import Turn
from channels.types import Message, Reply
from knowledge import releases, sources
from knowledge.types import Body, Contact, Handling, Material, Money, ServiceItem, Window
from tests.assistant.server import Caller, calling, done, serving
from tests.channels.services import Fake
from tests.conftest import publish, settings_of
from tests.records import item, source

QUESTIONS = (
    "居住证办理要什么材料",
    "居住证办理在哪里办",
    "居住证办理咨询电话",
    "护照办理",
    "居住证办理要什么条件",
)
SECRET = "440106199001011234"


def marked(code: str, name: str, mark: str) -> ServiceItem:
    """An item whose every word tells of which release it is."""
    return item(
        code,
        name,
        body=Body(department=f"{mark}公安局"),
        summary=f"{mark}简介",
        conditions=f"{mark}条件",
        materials=(Material(name=f"{mark}身份证"), Material(name=f"{mark}照片")),
        money=Money(charged=True, basis=f"{mark}依据"),
        handling=Handling(offline=f"{mark}窗口", proxy=f"{mark}代办"),
        contact=Contact(consult=f"{mark}电话", place=f"{mark}地点", hours=f"{mark}时间"),
        windows=(Window(name=f"{mark}大厅", address=f"{mark}地址"),),
    )


MARKS = tuple(f"版{letter}的" for letter in "甲乙丙丁")
_MARK = re.compile("版[甲乙丙丁]的")


def release_of(settings: Settings, mark: str) -> str:
    """Publish a release in which everything bears the mark."""
    records = [marked("i1", "居住证办理", mark), marked("i2", "护照办理", mark)]
    sources.stage(settings.home, source("pack", records))
    return publish(settings).id


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = settings_of(tmp_path / "home", release_check_seconds=0.005)
    release_of(made, MARKS[0])
    return made


@dataclass
class Asking:
    """Threads that ask until they are stopped; ``answers`` are (marks in the reply, streamed)."""

    port: int
    stop: threading.Event = field(default_factory=threading.Event)
    answers: list[tuple[frozenset[str], bool]] = field(default_factory=list)
    errors: list[object] = field(default_factory=list)

    def run(self, number: int) -> None:
        try:
            with calling(self.port) as caller:
                for turn in range(1_000_000):
                    self.one(caller, number + turn, streamed=(number + turn) % 3 == 0)
                    if self.stop.is_set():
                        return
        except BaseException as error:
            self.errors.append(error)

    def one(self, caller: Caller, turn: int, *, streamed: bool) -> None:
        headers = {"Accept": "text/event-stream"} if streamed else {}
        status, text = caller.ask(QUESTIONS[turn % len(QUESTIONS)], **headers)
        if status != 200:
            self.errors.append((status, text))
            return
        reply = done(text) if streamed else json.loads(text)
        if reply["status"] not in ("answered", "partial") or not reply["citations"]:
            self.errors.append(reply)
        self.answers.append((frozenset(_MARK.findall(text)), streamed))


def wait_for(caller: Caller, release: str) -> None:
    """Ask ``/readyz`` until the release is in use."""
    end = time.monotonic() + 20
    while json.loads(caller.get("/readyz")[1])["release"] != release:
        assert time.monotonic() < end, f"{release} was not taken"


def test_releases_are_swapped_under_load_without_a_lost_or_mixed_answer(
    settings: Settings,
) -> None:
    parts = bootstrap.build(settings)
    with serving(web_app.app_of(parts)) as port, calling(port) as caller:
        asking = Asking(port)
        threads = [threading.Thread(target=asking.run, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        try:
            for mark in MARKS[1:]:
                wait_for(caller, release_of(settings, mark))
            first = releases.listing(settings.home)[-1].id
            releases.activate(settings.home, first)
            wait_for(caller, first)
        finally:
            asking.stop.set()
            for thread in threads:
                thread.join(20)
        _, metrics = caller.get("/metrics")
    assert asking.errors == []
    mixed = [marks for marks, _ in asking.answers if len(marks) != 1]
    assert mixed == []
    seen = Counter(mark for (mark,) in (tuple(marks) for marks, _ in asking.answers))
    assert set(seen) == set(MARKS)
    assert {streamed for _, streamed in asking.answers} == {True, False}
    counted = sum(float(n) for n in re.findall(r"suiwen_turns_total\{.*\} (\S+)", metrics))
    assert counted == len(asking.answers) >= 50


def test_a_turn_ends_in_the_release_that_it_began_in(settings: Settings) -> None:
    parts = bootstrap.build(replace_seconds(settings))
    old = parts.live().name
    new = release_of(settings, MARKS[1])

    def swap() -> date:
        """Called in the middle of every turn."""
        parts.live.refresh()
        return bootstrap.today()

    turns: list[Turn] = []
    assistant = replace(parts.assistant, today=swap, finished=turns.append)
    replies = [asyncio.run(_take(assistant, question)) for question in QUESTIONS]
    assert [turn.release for turn in turns] == [old] + [new] * (len(QUESTIONS) - 1)
    marks = [set(_MARK.findall(repr(reply))) for reply in replies]
    assert marks == [{MARKS[0]}] + [{MARKS[1]}] * (len(QUESTIONS) - 1)


async def _take(assistant: Assistant, text: str) -> Reply:
    return await assistant.take_turn(Message(text=text))


def test_no_message_of_an_error_reaches_the_log_of_the_server(
    home: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    fake = Fake(fails=ValueError(SECRET), emitted=2)
    parts = replace(bootstrap.build(settings_of(home)), services=fake.services())
    with (
        caplog.at_level(logging.DEBUG),
        serving(web_app.app_of(parts)) as port,
        calling(port) as caller,
    ):
        status, text = caller.ask(SECRET)
        streamed, stream = caller.ask(SECRET, Accept="text/event-stream")
    assert (status, streamed) == (500, 200)
    assert "event: error" in stream
    captured = capfd.readouterr()
    assert SECRET not in text + stream + caplog.text + captured.out + captured.err
    assert "ValueError at services.py" in captured.out + captured.err


def test_a_choice_of_a_record_that_left_with_the_release(settings: Settings) -> None:
    twins = [marked("i1", "居住证办理", MARKS[0]), marked("i3", "居住证办理", MARKS[0])]
    sources.stage(settings.home, source("pack", twins))
    publish(settings)
    parts = bootstrap.build(replace_seconds(settings))
    with TestClient(web_app.app_of(parts)) as client:
        asked = client.post("/api/v1/chat", json={"text": "居住证办理"}).json()
        assert asked["status"] == "clarify"
        sources.stage(settings.home, source("pack", [marked("i2", "护照办理", MARKS[1])]))
        publish(settings)
        assert parts.live.refresh()
        message = {"text": "第二个", "session_id": asked["session_id"]}
        chosen = client.post("/api/v1/chat", json=message)
        assert chosen.status_code == 200
        assert chosen.json()["status"] == "not_found"
        assert "版甲的" not in chosen.text


def replace_seconds(settings: Settings) -> Settings:
    return settings.model_copy(update={"release_check_seconds": 3600})


def test_the_server_process_makes_its_app_from_the_environment(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SUIWEN_HOME", str(home))
    monkeypatch.setenv("SUIWEN_ENCODER", "hashing")
    with TestClient(web_app.create()) as client:
        assert client.get("/readyz").json()["release"] == releases.current(home)
        assert client.post("/api/v1/chat", json={"text": "居住证"}).status_code == 200
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in lines] == ["turn"]
