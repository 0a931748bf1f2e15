"""Problem details: a closed shape, words one can act on, nothing of what was sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send
from structlog.testing import capture_logs

from channels import problems
from channels.problems import Problem

SECRET = "440106199001011234"


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    problems.install(app)

    @app.get("/problem")
    async def problem() -> None:
        raise Problem(429, "慢一点", retry_after=7)

    @app.get("/plain")
    async def plain() -> None:
        raise Problem(413, "太大")

    @app.get("/number/{number}")
    async def number(number: int) -> None: ...

    @app.get("/http")
    async def http() -> None:
        raise HTTPException(401, "先登录", {"WWW-Authenticate": "Bearer"})

    @app.get("/bug")
    async def bug() -> None:
        raise LookupError(SECRET)

    @app.get("/late")
    async def late() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"x"
            raise LookupError(SECRET)

        return StreamingResponse(parts())

    return TestClient(app)


def test_a_problem_with_a_wait(client: TestClient) -> None:
    response = client.get("/problem")
    assert (response.status_code, response.headers["retry-after"]) == (429, "7")
    assert response.json() == {
        "type": "about:blank",
        "title": "Too Many Requests",
        "status": 429,
        "detail": "慢一点",
    }
    assert "慢一点".encode() in response.content


def test_a_problem_without_a_wait(client: TestClient) -> None:
    assert "retry-after" not in client.get("/plain").headers


def test_errors_of_the_framework(client: TestClient) -> None:
    missing, method, http = client.get("/ghost"), client.post("/plain"), client.get("/http")
    assert (missing.status_code, missing.json()["detail"]) == (404, "没有这个地址。")
    assert (method.status_code, method.headers["allow"]) == (405, "GET")
    assert (http.json()["detail"], http.headers["www-authenticate"]) == ("先登录", "Bearer")


def test_invalid_parameters_are_not_echoed(client: TestClient) -> None:
    response = client.get(f"/number/x{SECRET}")
    assert response.status_code == 422
    assert SECRET not in response.text


def test_an_unexpected_error_tells_where_and_not_what(client: TestClient) -> None:
    with capture_logs() as logs:
        response = client.get("/bug")
    assert response.status_code == 500
    assert response.json()["detail"] == problems.UNEXPECTED
    (log,) = logs
    assert (log["event"], log["log_level"]) == ("unexpected", "error")
    assert log["error"].startswith("LookupError at test_problems.py:")
    assert SECRET not in response.text + str(logs)


def test_an_error_after_the_first_byte_breaks_off_without_its_message(client: TestClient) -> None:
    with capture_logs() as logs, pytest.raises(RuntimeError) as caught:
        client.get("/late")
    assert str(caught.value) == "LookupError"
    assert caught.value.__suppress_context__
    assert SECRET not in str(logs)


def run(app: Any, scope: dict[str, Any]) -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    asyncio.run(problems.Unexpected(app)(scope, receive, send))
    return sent


def test_a_client_that_left_is_no_error() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise ClientDisconnect

    with capture_logs() as logs:
        assert run(app, {"type": "http"}) == []
    assert logs == []


def test_an_error_at_start_up_still_stops_the_server() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise OSError(SECRET)

    with capture_logs(), pytest.raises(RuntimeError, match="OSError"):
        run(app, {"type": "lifespan"})


def test_an_error_without_a_traceback_can_be_logged() -> None:
    with capture_logs() as logs:
        problems.log(ValueError("x"))
    assert logs[0]["error"] == "ValueError at ?"


def test_content_is_utf8_json() -> None:
    assert json.loads(problems.content(404, "没有"))["title"] == "Not Found"
