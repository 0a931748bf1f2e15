"""Logs and metrics hold no personal data: 1,000 seeded messages through the whole app."""

from __future__ import annotations

import json
import logging
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog
from fastapi.testclient import TestClient

from assistant import bootstrap, telemetry
from assistant.app import app_of
from assistant.telemetry import Telemetry, hashed, only_allowed
from assistant.types import Turn
from channels.types import Message, Reply, Status
from retrieval.types import SearchResult
from tests.conftest import settings_of

SURNAMES = ["欧阳", "司徒", "上官", "诸葛", "慕容", "尉迟", "公孙", "令狐"]
GIVEN = ["婉清", "志强", "嘉欣", "浩然", "子轩", "雨桐", "俊杰", "思颖", "国栋", "美玲"]
WISHES = (
    "居住证要什么材料",
    "身份证丢了怎么补办",
    "失业金怎么领",
    "老人走了要办什么",
    "今晚吃什么好",
    "你好",
    "家里着火了",
    "被骗了要转账",
    "量子纠缠许可证怎么办",
    "how to renew my passport",
    "第二个",
    "",
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class Person:
    name: str
    id_number: str
    phone: str
    card: str

    @property
    def secrets(self) -> tuple[str, ...]:
        return self.name, self.id_number, self.id_number[6:14], self.phone, self.card


def people(count: int) -> Iterator[Person]:
    """Made-up persons whose ID numbers have a right check digit."""
    chance = random.Random(20260101)
    for _ in range(count):
        name = chance.choice(SURNAMES) + chance.choice(GIVEN)
        born = f"{chance.randint(1940, 2015)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
        body = f"44010{chance.randint(3, 9)}{born}{chance.randint(0, 999):03}"
        total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
        yield Person(
            name=name,
            id_number=body + "10X98765432"[total % 11],
            phone=f"1{chance.choice('3578')}{chance.randint(0, 10**9 - 1):09}",
            card=f"6222{chance.randint(0, 10**12 - 1):012}",
        )


def wide(text: str) -> str:
    """Full-width digits, as an input method writes them."""
    return text.translate({ord("0") + n: ord("０") + n for n in range(10)})


def message(number: int, one: Person) -> str:
    wish = WISHES[number % len(WISHES)]
    spaced = " ".join(re.findall("...?.?", one.phone))
    return (
        f"我叫{one.name}，身份证号{one.id_number}，电话{one.phone}，{wish}",
        f"{wish} {one.name} {spaced} {one.id_number.lower()}",
        f"{wish}。卡号{one.card}，手机{wide(one.phone)}，{one.name}",
        f"{one.id_number[:6]} {one.id_number[6:14]} {one.id_number[14:]} {wish} {one.name}",
    )[number % 4]


@dataclass
class Captured:
    text: str
    metrics: str
    lines: list[dict[str, Any]]


@pytest.fixture
def seeded(
    own_home: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> tuple[list[Person], list[str], Captured]:
    """What 1,000 messages and every other thing that can be sent left in logs and metrics."""
    telemetry.configure("DEBUG")
    persons = list(people(1000))
    messages = [message(number, one) for number, one in enumerate(persons)]
    parts = bootstrap.build(settings_of(own_home))
    with caplog.at_level(logging.DEBUG), TestClient(app_of(parts)) as client:
        session = None
        for number, (text, one) in enumerate(zip(messages, persons, strict=True)):
            body: dict[str, Any] = {"text": text, "district": one.name}
            body["profile"] = {one.name: one.phone}
            if number % 3 == 0:
                body["session_id"] = one.id_number
            elif number % 3 == 1 and session:
                body["session_id"] = session
            headers = {"Accept": "text/event-stream"} if number % 5 == 0 else {}
            response = client.post("/api/v1/chat", json=body, headers=headers)
            assert response.status_code == 200
            if number % 5:
                session = response.json()["session_id"]
        for one in persons[:50]:
            _send_elsewhere(client, one)
        metrics = client.get("/metrics").text
    out, err = capfd.readouterr()
    ours = [one for one in caplog.records if not one.name.startswith("httpx")]
    text = "\n".join([out, err, *map(logging.Formatter().format, ours)])
    return persons, messages, Captured(text, metrics, [json.loads(x) for x in err.splitlines()])


def _send_elsewhere(client: TestClient, one: Person) -> None:
    verdict = {"session_id": one.id_number, "turn_id": "t" * 32, "helpful": True}
    assert client.post("/api/v1/feedback", json=verdict).status_code == 204
    for path in ("/api/v1/chat", "/api/v1/feedback"):
        for body in ({one.name: 1}, {"text": [one.phone]}, one.id_number):
            assert client.post(path, json=body).status_code == 422
        assert client.post(path, content=one.id_number.encode() + b"{").status_code == 400
    assert client.get(f"/{one.id_number}?q={one.phone}").status_code == 404
    assert client.get(f"/static/{one.name}.js").status_code == 404
    client.delete(f"/api/v1/sessions/{one.id_number}")
    client.get("/healthz", headers={"User-Agent": one.phone, "Cookie": one.id_number})


def test_nothing_personal_and_no_question_reaches_logs_or_metrics(
    seeded: tuple[list[Person], list[str], Captured], own_home: Path
) -> None:
    persons, messages, captured = seeded
    written = captured.text + captured.metrics + (own_home / "feedback.jsonl").read_text("utf-8")
    found = [secret for one in persons for secret in one.secrets if secret in written]
    assert found == []
    assert [text for text in messages if text in written] == []
    assert [wish for wish in WISHES if wish and wish in written] == []

    turns = [line for line in captured.lines if line["event"] == "turn"]
    assert len(turns) == len(messages)
    for line in captured.lines:
        assert set(line) <= KEYS, line
        assert json.dumps(line, ensure_ascii=False).isascii(), line
    assert {line["event"] for line in captured.lines} <= {"turn", "release_swapped"}
    for line in turns:
        assert set(line) >= {"session", "question", "status", "release", "ms", "total_ms"}
        assert re.fullmatch("[0-9a-f]{12}", line["question"])
        assert re.fullmatch("[0-9a-f]{12}", line["session"])
        assert all(spent >= 0 for spent in line["ms"].values())
    assert len({line["status"] for line in turns}) >= 4

    labels = set(re.findall(r'(\w+)="([^"]*)"', captured.metrics))
    assert {name for name, _ in labels} <= {"channel", "status", "helpful", "le"}
    assert {value for name, value in labels if name == "helpful"} == {"true"}
    assert {value for name, value in labels if name == "channel"} == {"web"}
    assert f"suiwen_turn_seconds_count {float(len(messages))}" in captured.metrics


KEYS = {
    *("event", "level", "timestamp", "turn", "session", "question", "channel", "status", "reason"),
    *("release", "record", "confidence", "ms", "total_ms", "error"),
}


def test_what_is_not_on_the_list_is_dropped(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure("INFO")
    log = structlog.get_logger()
    log.info("turn", status="answered", text="居住证", phone="13800138000", exc_info="身份证")
    log.bind(name="欧阳婉清").warning("odd", error="ValueError")
    log.debug("quiet")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [set(line) for line in lines] == [
        {"event", "status", "level", "timestamp"},
        {"event", "error", "level", "timestamp"},
    ]


def test_the_mask_keeps_only_what_is_known_to_be_harmless() -> None:
    event = {"event": "turn", "status": "answered", "text": "居住证", "ip": "10.0.0.1", "ms": {}}
    assert only_allowed(None, "info", event) == {"event": "turn", "status": "answered", "ms": {}}


def test_logs_go_to_standard_error_only(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure("INFO")
    structlog.get_logger().info("turn", status="answered")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert json.loads(captured.err)["status"] == "answered"


def test_hashes_tell_repeats_and_nothing_else() -> None:
    assert hashed("居住证") == hashed("居住证") != hashed("居住证 ")
    assert re.fullmatch("[0-9a-f]{12}", hashed("居住证"))
    assert hashed("\ud800")


def test_hashes_cannot_be_looked_up_elsewhere() -> None:
    import hashlib

    plain = hashlib.blake2b("居住证".encode(), digest_size=6).hexdigest()
    assert hashed("居住证") != plain


def test_verdicts_are_counted_and_nothing_more() -> None:
    counted = Telemetry()
    counted.feedback(True)
    counted.feedback(False)
    counted.feedback(False)
    text = counted.exposition().decode()
    assert 'suiwen_feedback_total{helpful="true"} 1.0' in text
    assert 'suiwen_feedback_total{helpful="false"} 2.0' in text


def test_two_apps_in_one_process_count_apart() -> None:
    first, second = Telemetry(), Telemetry()
    first.feedback(True)
    assert b'helpful="true"' not in second.exposition()


def test_a_search_without_its_vector_store_is_counted_and_logged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    telemetry.configure("WARNING")
    counted = Telemetry()
    turn = Turn(
        id="t1",
        session_id="s1",
        message=Message(text="居住证"),
        release="r1",
        search=SearchResult(hits=(), missing=("dense",)),
        reply=Reply(session_id="s1", turn_id="t1", status=Status.ANSWERED, text=""),
    )
    counted.finished(turn)
    assert 'suiwen_searches_without_total{ranking="dense"} 1.0' in counted.exposition().decode()
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["missing"], line["turn"]) == ("search_without", "dense", "t1")
