"""The web channel: the wire of design §6, streams, hostile bodies, headers, documentation."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from assistant import bootstrap
from assistant.app import app_of
from assistant.bootstrap import Parts
from channels import web
from channels.types import Emit, Event, Message, Reply, Services, Status
from tests.channels.services import BARE, FULL, Fake
from tests.conftest import settings_of

CHAT, FEEDBACK, FORGET = "/api/v1/chat", "/api/v1/feedback", f"/api/v1/sessions/{'s' * 32}"
ASK = {"text": "居住证要什么材料"}
VERDICT = {"session_id": "s" * 32, "turn_id": "t" * 32, "helpful": True}
STREAM = {"Accept": "text/event-stream"}
SECRET = "440106199001011234"

Open = Callable[..., TestClient]
Response = Any  # of the HTTP client that the test client stands on


@pytest.fixture(scope="module")
def base(home: Path) -> Parts:
    """Parts whose services are replaced by fakes."""
    return bootstrap.build(settings_of(home))


@pytest.fixture
def open_app(base: Parts) -> Iterator[Open]:
    """The production app over given services: ``open_app(fake, requests_per_minute=3)``."""
    opened: list[TestClient] = []

    def start(fake: Fake, **settings: Any) -> TestClient:
        changed = settings_of(base.settings.home, **settings)
        made = replace(base, services=fake.services(), settings=changed)
        opened.append(TestClient(app_of(made)).__enter__())
        return opened[-1]

    yield start
    for one in opened:
        one.__exit__(None, None, None)


def events(text: str) -> list[tuple[str, Any]]:
    """A parser of the tests' own: every event has exactly one name and one data line."""
    assert text.endswith("\n\n")
    found = []
    for block in text.removesuffix("\n\n").split("\n\n"):
        name, data = block.split("\n")
        assert name.startswith("event: ")
        assert data.startswith("data: ")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def assert_problem(response: Response, status: int | None = None) -> None:
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert set(body) == {"type", "title", "status", "detail"}
    assert body["status"] == response.status_code
    assert body["detail"]
    if status is not None:
        assert response.status_code == status


# The wire object


def test_the_whole_wire_object(open_app: Open) -> None:
    response = open_app(Fake()).post(CHAT, json=ASK)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert response.json() == {
        "session_id": "s" * 32,
        "turn_id": "t" * 32,
        "status": "answered",
        "reason": "unsupported",
        "text": "要身份证。\n去窗口。",
        "sentences": [
            {"text": "要身份证。", "citations": [1], "reckoned": []},
            {"text": "去窗口。", "citations": [], "reckoned": []},
        ],
        "citations": [
            {
                "n": 1,
                "kind": "item",
                "code": "i1",
                "title": "居住证",
                "field": "materials[0].name",
                "quote": "身份证",
                "url": "https://www.gd.gov.cn/",
                "as_of": "2025",
            }
        ],
        "cards": [
            {
                "kind": "materials",
                "title": "材料",
                "code": "i1",
                "note": "原件",
                "rows": [
                    {
                        "label": "身份证",
                        "text": "原件",
                        "note": "一份",
                        "url": "https://www.gd.gov.cn/",
                        "tel": "12345",
                        "ask": "在哪里办",
                        "code": "i1",
                        "citations": [1],
                    }
                ],
            }
        ],
        "suggestions": ["在哪里办"],
        "label": "AI",
        "quiet": True,
    }


def test_what_has_no_value_is_left_out_and_lists_are_always_there(open_app: Open) -> None:
    body = open_app(Fake(reply=BARE)).post(CHAT, json=ASK).json()
    assert body.pop("label")
    assert body == {
        "session_id": "s" * 32,
        "turn_id": "t" * 32,
        "status": "not_found",
        "text": "没有找到。",
        "sentences": [],
        "citations": [],
        "cards": [],
        "suggestions": [],
        "quiet": False,
    }


@pytest.mark.parametrize("status", Status)
def test_every_status_travels_by_its_name(open_app: Open, status: Status) -> None:
    fake = Fake(reply=replace(BARE, status=status))
    assert open_app(fake).post(CHAT, json=ASK).json()["status"] == status.value


def test_what_is_sent_reaches_the_assistant(open_app: Open) -> None:
    fake = Fake()
    sent = {
        "text": "问",
        "session_id": "abcdefgh",
        "locale": "zh-HK",
        "district": "天河区",
        "profile": {"年龄": "65"},
    }
    assert open_app(fake).post(CHAT, json=sent).status_code == 200
    assert fake.asked == [
        Message(
            text="问",
            session_id="abcdefgh",
            locale="zh-HK",
            district="天河区",
            profile={"年龄": "65"},
            channel="web",
        )
    ]


def test_only_the_text_is_needed(open_app: Open) -> None:
    fake = Fake()
    open_app(fake).post(CHAT, json={"text": ""})
    assert fake.asked == [Message(text="")]


def test_a_real_answer_has_the_wire_form(client: TestClient) -> None:
    body = client.post(CHAT, json={"text": "居住证首次申领要什么材料"}).json()
    assert body["status"] == "answered"
    assert set(body) <= {
        *("session_id", "turn_id", "status", "reason", "text", "sentences", "citations"),
        *("cards", "suggestions", "label", "quiet"),
    }
    numbers = {one["n"] for one in body["citations"]}
    assert numbers == set(range(1, len(numbers) + 1))
    assert {n for one in body["sentences"] for n in one["citations"]} <= numbers
    for one in body["citations"]:
        required = {"n", "kind", "code", "title", "field", "quote"}
        assert required <= set(one) <= required | {"url", "as_of"}
    assert body["text"] == "\n".join(one["text"] for one in body["sentences"])


def test_a_session_goes_on(client: TestClient) -> None:
    first = client.post(CHAT, json={"text": "居住证首次申领要什么材料"}).json()
    next_ = {"text": "要多久", "session_id": first["session_id"]}
    second = client.post(CHAT, json=next_).json()
    assert second["session_id"] == first["session_id"]
    assert second["turn_id"] != first["turn_id"]
    assert {one["code"] for one in second["citations"]} == {
        one["code"] for one in first["citations"]
    }


# Streams


def test_a_stream_tells_the_reply_in_order(open_app: Open) -> None:
    client = open_app(Fake())
    response = client.post(CHAT, json=ASK, headers=STREAM)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    found = events(response.text)
    whole = client.post(CHAT, json=ASK).json()
    assert found == [
        ("status", {"status": "answered"}),
        ("sentence", whole["sentences"][0]),
        ("sentence", whole["sentences"][1]),
        ("card", whole["cards"][0]),
        ("done", whole),
    ]


@pytest.mark.parametrize(
    "text",
    ["居住证首次申领要什么材料", "居住证", "今晚吃什么好", "你好", "着火了", "", "量子纠缠许可"],
)
def test_a_real_stream_says_what_the_reply_says(client: TestClient, text: str) -> None:
    response = client.post(CHAT, json={"text": text}, headers=STREAM)
    *parts, (last, whole) = events(response.text)
    assert last == "done"
    assert [name for name, _ in parts] == [
        "status",
        *["sentence"] * len(whole["sentences"]),
        *["card"] * len(whole["cards"]),
    ]
    assert [data for _, data in parts] == [
        {"status": whole["status"]},
        *whole["sentences"],
        *whole["cards"],
    ]
    plain = client.post(CHAT, json={"text": text}).json()
    for key in ("session_id", "turn_id"):
        assert whole.pop(key) != plain.pop(key)
    assert whole == plain


def test_line_breaks_in_an_answer_do_not_break_the_stream(open_app: Open) -> None:
    text = "一\n\n二\r\nevent: done\r三\u2028四"
    found = events(
        open_app(Fake(reply=replace(BARE, text=text))).post(CHAT, json=ASK, headers=STREAM).text
    )
    assert [name for name, _ in found] == ["status", "done"]
    assert found[-1][1]["text"] == text


@pytest.mark.parametrize("emitted", [0, 1, 3])
def test_an_error_travels_inside_the_stream(open_app: Open, emitted: int) -> None:
    fake = Fake(fails=ValueError(SECRET), emitted=emitted)
    with capture_logs() as logs:
        response = open_app(fake).post(CHAT, json=ASK, headers=STREAM)
    assert response.status_code == 200
    *parts, (last, problem) = events(response.text)
    assert len(parts) == emitted
    assert last == "error"
    assert set(problem) == {"type", "title", "status", "detail"}
    assert (problem["status"], SECRET in response.text) == (500, False)
    (log,) = [one for one in logs if one["event"] == "unexpected"]
    assert log["error"].startswith("ValueError at services.py:")
    assert SECRET not in str(logs)


def test_a_stream_that_nobody_reads_stops_the_turn() -> None:
    stopped: list[bool] = []

    async def respond(message: Message, emit: Emit | None = None) -> Reply:
        assert emit is not None
        await emit(Event(name="status", data=Status.ANSWERED))
        try:
            await asyncio.Event().wait()
        finally:
            stopped.append(True)
        raise AssertionError

    async def leave() -> None:
        services: Services = replace(Fake().services(), respond=respond)
        stream = web.events(services, Message(text="问"))
        assert b"event: status" in await anext(stream)
        await stream.aclose()
        await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()}, timeout=5)

    asyncio.run(leave())
    assert stopped == [True]


def test_an_error_of_the_assistant_is_a_problem(open_app: Open) -> None:
    with capture_logs() as logs:
        response = open_app(Fake(fails=KeyError(SECRET))).post(CHAT, json=ASK)
    assert_problem(response, 500)
    assert "12345" in response.json()["detail"]
    assert SECRET not in response.text + str(logs)
    (log,) = [one for one in logs if one["event"] == "unexpected"]
    assert re.fullmatch(r"KeyError at services\.py:\d+", log["error"])


# Hostile bodies

HOSTILE: dict[str, bytes] = {
    "lone high surrogate": rb'{"text":"\ud800 %s"}',
    "lone low surrogate": rb'{"text":"%s\udfff"}',
    "surrogates in the wrong order": rb'{"text":"\udc00\ud800%s"}',
    "upper-case escape": rb'{"text":"\uDBFF%s"}',
    "surrogate before an ordinary escape": rb'{"text":"\ud83d\u0041%s"}',
    "surrogate encoded as UTF-8": b'{"text":"\xed\xa0\x80%s"}',
    "surrogate pair encoded as UTF-8 (CESU-8)": b'{"text":"\xed\xa0\xbd\xed\xb8\x80%s"}',
    "surrogate in a key": rb'{"text":"x","\ud800":"%s"}',
    "surrogate in a value below": rb'{"text":"x","profile":{"a":"%s\ud800"}}',
    "surrogate in the session": rb'{"text":"x","session_id":"\ud800%s"}',
    "NaN": b"NaN",
    "NaN as text": b'{"text":NaN,"district":"%s"}',
    "NaN below": b'{"text":"%s","profile":{"a":NaN}}',
    "Infinity": b'{"text":Infinity,"district":"%s"}',
    "-Infinity": b'{"text":-Infinity,"district":"%s"}',
    "1e400": b'{"text":1e400,"district":"%s"}',
    "-1e400 below": b'{"text":"%s","profile":{"a":-1e400}}',
    "a number of 5,000 digits": b'{"text":' + b"9" * 5000 + b',"district":"%s"}',
    "broken UTF-8": b'{"text":"%s\xff\xfe"}',
    "cut-off UTF-8": b'{"text":"%s\xe7\xa9"}',
    "overlong UTF-8": b'{"text":"%s\xc0\xaf"}',
    "byte order mark": b'\xef\xbb\xbf{"text":"%s"}',
    "UTF-16": '{"text":"%s"}'.encode("utf-16"),
    "UTF-32": '{"text":"%s"}'.encode("utf-32"),
    "empty": b"",
    "blank": b" \n\t",
    "NUL": b"\x00",
    "NUL after": b'{"text":"%s"}\x00',
    "control character": b'{"text":"%s\x01"}',
    "not JSON": b"%s",
    "form": b"text=%s",
    "single quotes": b"{'text':'%s'}",
    "comment": b'{"text":"%s"}//',
    "comma too many": b'{"text":"%s",}',
    "two values": b'{"text":"%s"}{"text":"x"}',
    "cut off": b'{"text":"%s',
    "null": b"null",
    "true": b"true",
    "a number": b"17",
    "a text": b'"%s"',
    "a list": b'[{"text":"%s"}]',
    "no text": b'{"district":"%s"}',
    "empty object": b"{}",
    "text is a number": b'{"text":%s}',
    "text is null": b'{"text":null,"district":"%s"}',
    "text is a list": b'{"text":["%s"]}',
    "text is an object": b'{"text":{"%s":1}}',
    "text is true": b'{"text":true,"district":"%s"}',
    "text too long": b'{"text":"%s' + b"x" * 4000 + b'"}',
    "session too short": b'{"text":"x","session_id":"a"}',
    "session with other characters": b'{"text":"x","session_id":"%s\\n"}',
    "session is a number": b'{"text":"x","session_id":%s}',
    "locale is null": b'{"text":"%s","locale":null}',
    "district too long": b'{"text":"x","district":"%s123456789"}',
    "profile is a list": b'{"text":"x","profile":["%s"]}',
    "profile holds a number": b'{"text":"x","profile":{"%s":1}}',
    "profile holds an object": b'{"text":"x","profile":{"a":{"%s":"b"}}}',
    "profile too big": b'{"text":"x","profile":{'
    + b",".join(b'"%%s%d":"x"' % n for n in range(21))
    + b"}}",
    "unknown field": b'{"text":"x","%s":1}',
    "unknown field with a value": b'{"text":"x","channel":"%s"}',
    "__proto__": b'{"text":"x","__proto__":{"%s":1}}',
    "repeated key": b'{"text":"%s","text":"x"}',
    "repeated key by escape": rb'{"text":"%s","te\u0078t":"x"}',
    "repeated key below": b'{"text":"x","profile":{"%s":"a","%s":"b"}}',
    "deep arrays": b"[" * 100_000,
    "deep closed arrays": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "deep text": b'{"text":' + b"[" * 8000 + b"]" * 8000 + b"}",
    "deep in 16 KB": b"[" * 16_000,
    "deep objects in 16 KB": b'{"text":' * 2000 + b'"%s"' + b"}" * 2000,
    "huge": b'{"text":"' + b"x" * 1_000_000 + b'"}',
}


@pytest.mark.parametrize("path", [CHAT, FEEDBACK])
def test_hostile_bodies_get_a_4xx_that_echoes_nothing(open_app: Open, path: str) -> None:
    fake = Fake()
    client = open_app(fake)
    for accept in ({}, STREAM):
        for name, body in HOSTILE.items():
            sent = body.replace(b"%s", SECRET.encode())
            headers = {"content-type": "application/json", **accept}
            response = client.post(path, content=sent, headers=headers)
            assert 400 <= response.status_code < 500, name
            assert_problem(response)
            assert SECRET not in response.text + str(response.headers), name
            assert len(response.content) < 400, name
    assert (fake.asked, fake.given) == ([], [])


def test_the_same_bodies_with_room_for_them(open_app: Open) -> None:
    client = open_app(Fake(), most_body_bytes=2_000_000)
    for name, body in HOSTILE.items():
        response = client.post(CHAT, content=body.replace(b"%s", SECRET.encode()))
        assert response.status_code in (400, 422), name
        assert SECRET not in response.text, name


def test_a_syntax_error_is_400_and_a_wrong_field_422(open_app: Open) -> None:
    client = open_app(Fake())
    assert_problem(client.post(CHAT, content=b"{"), 400)
    wrong = client.post(CHAT, json={"text": 5})
    assert_problem(wrong, 422)
    assert "text" in wrong.json()["detail"]
    assert_problem(client.post(CHAT, content=b'{"text":"a","text":"b"}'), 400)


def test_odd_but_valid_texts_are_answered(client: TestClient) -> None:
    for text in (
        "\x00",
        "\U0001f600",
        "\ufeff",
        "\u202e",
        "𠮷野家",
        "a" * 4000,
        "\n\r\t",
        "é",
        "%s",
    ):
        response = client.post(CHAT, json={"text": text})
        assert response.status_code == 200, text
        assert response.json()["text"]
    escaped = client.post(CHAT, content=rb'{"text":"\ud83d\ude00"}')
    assert escaped.status_code == 200


# Limits


def test_a_long_body_is_refused(open_app: Open) -> None:
    client = open_app(Fake(), most_body_bytes=100)
    long = b'{"text":"' + b"x" * 100 + b'"}'
    declared = client.post(CHAT, content=long)
    assert declared.request.headers["content-length"] == "111"
    assert_problem(declared, 413)
    chunked = client.post(CHAT, content=iter([long[:60], long[60:]]))
    assert "content-length" not in chunked.request.headers
    assert_problem(chunked, 413)
    lied = client.post(CHAT, content=long, headers={"content-length": "5"})
    assert_problem(lied, 413)
    assert client.post(CHAT, content=iter([b'{"text":', b'"x"}'])).status_code == 200


@pytest.mark.parametrize("length", ["", "abc", "-1", "1e3", "\xb2", "9" * 5000, "0x10"])
def test_a_strange_content_length_is_never_an_error_of_ours(open_app: Open, length: str) -> None:
    headers = {"content-length": length.encode("latin-1")}
    response = open_app(Fake()).post(CHAT, content=b'{"text":"x"}', headers=headers)
    assert response.status_code in (200, 413)


def test_too_many_requests(open_app: Open) -> None:
    client = open_app(Fake(), requests_per_minute=3)
    assert client.post(CHAT, json=ASK).status_code == 200
    assert client.post(FEEDBACK, json=VERDICT).status_code == 204
    assert client.post(CHAT, content=b"{").status_code == 400
    for path, headers in ((CHAT, {}), (CHAT, STREAM), (FEEDBACK, {})):
        response = client.post(path, json=ASK, headers=headers)
        assert_problem(response, 429)
        assert 1 <= int(response.headers["retry-after"]) <= 60
    assert client.get("/healthz").status_code == 200
    assert client.get("/api/v1/welcome").status_code == 200


# Feedback, health, metrics, welcome


@pytest.mark.parametrize("reason", [None, "wrong", "unclear", "incomplete", "outdated", "other"])
def test_feedback(open_app: Open, reason: str | None) -> None:
    fake = Fake()
    sent = {**VERDICT, "helpful": False} | ({"reason": reason} if reason else {})
    response = open_app(fake).post(FEEDBACK, json=sent)
    assert (response.status_code, response.content) == (204, b"")
    (given,) = fake.given
    assert (given.session_id, given.turn_id) == (VERDICT["session_id"], VERDICT["turn_id"])
    assert (given.helpful, given.reason) == (False, reason)


@pytest.mark.parametrize(
    "change",
    [
        {"helpful": "yes"},
        {"helpful": 1},
        {"helpful": None},
        {"reason": "rude"},
        {"reason": "wrong\n"},
        {"reason": ""},
        {"session_id": "short"},
        {"session_id": None},
        {"turn_id": "a b c d e f"},
        {"turn_id": "t" * 65},
        {"text": "问题原文"},
    ],
)
def test_feedback_that_is_not_a_verdict(open_app: Open, change: dict[str, Any]) -> None:
    fake = Fake()
    assert_problem(open_app(fake).post(FEEDBACK, json={**VERDICT, **change}), 422)
    assert fake.given == []


def test_a_session_can_be_forgotten(open_app: Open) -> None:
    fake = Fake()
    client = open_app(fake)
    response = client.delete(FORGET)
    assert (response.status_code, response.content) == (204, b"")
    assert fake.forgotten == ["s" * 32]
    for wrong in ("short", "a" * 65, "ab%20cdefgh", f"{SECRET}%00", "%ff" * 8):
        refused = client.delete(f"/api/v1/sessions/{wrong}")
        assert_problem(refused, 422)
        assert SECRET not in refused.text
    assert len(fake.forgotten) == 1


def test_a_forgotten_session_starts_anew(client: TestClient) -> None:
    first = client.post(CHAT, json={"text": "居住证首次申领要什么材料"}).json()
    follow = {"text": "要多久", "session_id": first["session_id"]}
    assert client.post(CHAT, json=follow).json()["citations"]
    client.delete(f"/api/v1/sessions/{first['session_id']}")
    assert client.post(CHAT, json=follow).json()["status"] != "answered"


def test_health(client: TestClient, parts: Parts) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()) == (
        200,
        {"ready": True, "release": parts.live().name, "database": True},
    )


def test_not_ready(open_app: Open) -> None:
    response = open_app(Fake(is_ready=False)).get("/readyz")
    assert (response.status_code, response.json()) == (503, {"ready": False, "release": "r1"})


def test_metrics(client: TestClient) -> None:
    client.post(CHAT, json={"text": "今晚吃什么好"})
    response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'suiwen_turns_total{channel="web",status="out_of_scope"} 1.0' in response.text


def test_welcome(client: TestClient, parts: Parts) -> None:
    body = client.get("/api/v1/welcome").json()
    assert set(body) == {"title", "notice", "suggestions", "release", "demonstration"}
    assert (body["demonstration"], body["release"]) == (True, parts.live().name)
    assert body["suggestions"]
    for text in body["suggestions"]:
        assert client.post(CHAT, json={"text": text}).json()["status"] in (
            "answered",
            "partial",
            "guiding",
        )


# Every kind of response

REQUESTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "page": ("GET", "/", {}),
    "script": ("GET", "/static/app.js", {}),
    "no such file": ("GET", "/static/ghost.js", {}),
    "outside the folder": ("GET", "/static/..%2fweb.py", {}),
    "docs": ("GET", "/docs", {}),
    "docs style": ("GET", "/docs/assets/swagger-ui.css", {}),
    "docs script": ("GET", "/docs/assets/swagger-ui-bundle.js", {}),
    "no such docs file": ("GET", "/docs/assets/ghost.css", {}),
    "openapi": ("GET", "/openapi.json", {}),
    "healthz": ("GET", "/healthz", {}),
    "readyz": ("GET", "/readyz", {}),
    "metrics": ("GET", "/metrics", {}),
    "welcome": ("GET", "/api/v1/welcome", {}),
    "redirect": ("GET", "/healthz/", {"follow_redirects": False}),
    "no such address": ("GET", "/ghost", {}),
    "wrong method": ("GET", CHAT, {}),
    "wrong method on a file": ("POST", "/static/app.js", {}),
    "unknown method": ("BREW", "/", {}),
    "head": ("HEAD", "/", {}),
    "options": ("OPTIONS", CHAT, {}),
    "chat": ("POST", CHAT, {"json": ASK}),
    "stream": ("POST", CHAT, {"json": ASK, "headers": STREAM}),
    "not JSON": ("POST", CHAT, {"content": b"{"}),
    "wrong field": ("POST", CHAT, {"json": {"text": 1}}),
    "too large": ("POST", CHAT, {"content": b"x" * 20_000}),
    "forget": ("DELETE", FORGET, {}),
    "forget what is no session": ("DELETE", "/api/v1/sessions/x", {}),
    "feedback": ("POST", FEEDBACK, {"json": VERDICT}),
    "feedback not JSON": ("POST", FEEDBACK, {"content": b"{"}),
    "wrong feedback": ("POST", FEEDBACK, {"json": {}}),
    "feedback too large": ("POST", FEEDBACK, {"content": b"x" * 20_000}),
}
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(self)",
}


def every_response(open_app: Open) -> Iterator[tuple[str, Response]]:
    client = open_app(Fake())
    for name, (method, path, more) in REQUESTS.items():
        yield name, client.request(method, path, **more)
    yield "not ready", open_app(Fake(is_ready=False)).get("/readyz")
    failing = open_app(Fake(fails=ValueError(SECRET)))
    with capture_logs():
        yield "error", failing.post(CHAT, json=ASK)
        yield "error in a stream", failing.post(CHAT, json=ASK, headers=STREAM)
    limited = open_app(Fake(), requests_per_minute=1)
    limited.get("/healthz")
    limited.post(CHAT, json=ASK)
    yield "too many", limited.post(CHAT, json=ASK)
    yield "too much feedback", limited.post(FEEDBACK, json=VERDICT)


def policy(response: Response) -> dict[str, list[str]]:
    parts = (part.split() for part in response.headers["content-security-policy"].split(";"))
    return {name: values for name, *values in parts}


def test_security_headers_are_on_every_response(open_app: Open) -> None:
    seen = set()
    for name, response in every_response(open_app):
        seen.add(response.status_code)
        for header, value in HEADERS.items():
            assert response.headers.get(header) == value, name
        assert "server" not in response.headers, name
        assert "set-cookie" not in response.headers, name
        assert "access-control-allow-origin" not in response.headers, name
    assert seen == {200, 204, 307, 400, 404, 405, 413, 422, 429, 500, 503}


def test_the_content_security_policy(open_app: Open) -> None:
    for name, response in every_response(open_app):
        rules = policy(response)
        assert rules["default-src"] == ["'self'"], name
        assert rules["object-src"] == rules["base-uri"] == rules["frame-ancestors"] == ["'none'"]
        assert rules.get("script-src", ["'self'"]) == ["'self'"], name
        allowed = {"'self'", "'none'", "data:"}
        for rule, values in rules.items():
            inline = name == "docs" and rule == "style-src"
            assert set(values) <= allowed | ({"'unsafe-inline'"} if inline else set()), name
        assert ("data:" in rules["img-src"]) and "data:" not in rules["default-src"]


def test_every_error_is_a_problem(open_app: Open) -> None:
    for name, response in every_response(open_app):
        if response.status_code >= 400 and name not in ("not ready", "head"):
            assert_problem(response)
            assert SECRET not in response.text


def test_a_wrong_method_is_told_the_right_ones(client: TestClient) -> None:
    response = client.get(CHAT)
    assert_problem(response, 405)
    assert response.headers["allow"] == "POST"


# The pages and the documentation


def linked(html: str) -> list[str]:
    return re.findall(r'<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)="([^"]+)"', html)


@pytest.mark.parametrize("page", ["/", "/docs"])
def test_pages_ask_no_outside_host(client: TestClient, page: str) -> None:
    html = client.get(page).text
    addresses = linked(html)
    assert addresses
    for address in addresses:
        assert address.startswith("/")
        assert not address.startswith("//")
        response = client.get(address)
        assert response.status_code == 200, address
        assert len(response.content) > 50
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"<style|\sstyle=|\son\w+=", html)


def test_files_of_the_page_ask_no_outside_host(client: TestClient) -> None:
    for path in web.PAGES.iterdir():
        text = client.get(f"/static/{path.name}").text
        assert not re.search(r"""(?:import|from|fetch\(|url\()\s*["'(]?\s*(?:https?:)?//""", text)


def test_docs_assets_are_whole(client: TestClient) -> None:
    script = client.get("/docs/assets/swagger-ui-bundle.js")
    style = client.get("/docs/assets/swagger-ui.css")
    assert script.headers["content-type"].startswith("text/javascript")
    assert style.headers["content-type"].startswith("text/css")
    assert len(script.content) > 500_000
    assert not re.search(r"@import|url\((?!['\"]?data:)", style.text)
    assert "/openapi.json" in client.get("/static/docs.js").text


def test_openapi_documents_every_status_and_type(open_app: Open) -> None:
    described = open_app(Fake()).get("/openapi.json").json()
    assert set(described["paths"]) == {
        *(CHAT, FEEDBACK, "/api/v1/sessions/{session_id}", "/api/v1/welcome"),
        *("/healthz", "/readyz", "/metrics"),
        *("/plan/{code}", "/plan/{code}.ics", "/plan/{code}.svg"),
    }
    checked = set()
    for name, response in every_response(open_app):
        method = response.request.method.lower()
        path = re.sub("/sessions/.*", "/sessions/{session_id}", response.request.url.path)
        operation = described["paths"].get(path, {}).get(method)
        if operation is None:
            continue
        status = str(response.status_code)
        assert status in operation["responses"], (name, status)
        types = set(operation["responses"][status].get("content", {}))
        kind = response.headers.get("content-type", "").partition(";")[0]
        assert kind in types or (kind == "" and not types), (name, status, kind, types)
        checked.add((path, status))
    for path in (CHAT, FEEDBACK):
        seen = {status for one, status in checked if one == path}
        assert seen >= {"400", "413", "422", "429"}


def test_openapi_describes_the_bodies(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for path, required in ((CHAT, ["text"]), (FEEDBACK, ["session_id", "turn_id", "helpful"])):
        body = paths[path]["post"]["requestBody"]
        schema = body["content"]["application/json"]["schema"]
        assert body["required"] is True
        assert schema["required"] == required
        assert schema["additionalProperties"] is False
        assert "$ref" not in json.dumps(schema)


def test_the_documented_reply_fits_what_is_sent(open_app: Open) -> None:
    client = open_app(Fake())
    described = client.get("/openapi.json").json()
    schema = described["components"]["schemas"]["Reply"]
    sent = client.post(CHAT, json=ASK).json()
    assert set(schema["properties"]) == set(sent)
    assert set(schema["required"]) <= set(open_app(Fake(reply=BARE)).post(CHAT, json=ASK).json())
    assert described["components"]["schemas"]["Status"]["enum"] == [one.value for one in Status]


def test_reply_json_is_the_wire_object(open_app: Open) -> None:
    assert json.loads(web.reply_json(FULL)) == open_app(Fake()).post(CHAT, json=ASK).json()
