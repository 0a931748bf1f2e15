"""A chat-completions server on loopback, in the OpenAI dialect: what it is told to answer, and what
it was sent."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from assistant.gateways.line import Line
from assistant.gateways.types import Patience
from assistant.generators.chat import ChatRewriter, patience
from tests.assistant.server import serving

KEY = "sk-test"
GARBAGE = (
    b"",
    b"<html>",
    b"[]",
    b"null",
    b'{"choices": []}',
    b'{"choices": [{"message": null}]}',
    b'{"choices": [{"message": {"content": ["a"]}}]}',
    b"[" * 100_000,
    b"\xff\xfe",
)


def answered(content: str | None) -> bytes:
    """A success, as the dialect has it."""
    choice = {"index": 0, "message": {"role": "assistant", "content": content}}
    return json.dumps({"object": "chat.completion", "choices": [choice]}).encode()


def well(_asked: dict[str, Any]) -> bytes:
    """Answers nothing of use."""
    return answered("")


@dataclass
class Chat:
    """``answer``: the body for what was asked, a status that fails, or ``None`` for no answer ever;
    ``once`` stand before it, one a request."""

    answer: Callable[[dict[str, Any]], bytes | int | None] = well
    once: deque[bytes | int | None] = field(default_factory=deque)
    heard: list[bytes] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    url: str = ""

    def says(self, content: str | None) -> None:
        self.answer = lambda _: answered(content)

    def fails(self, with_: bytes | int | None) -> None:
        self.answer = lambda _: with_

    def asked(self) -> dict[str, Any]:
        """What stood in the last user message."""
        messages = json.loads(self.heard[-1])["messages"]
        assert [one["role"] for one in messages] == ["system", "user"]
        found: dict[str, Any] = json.loads(messages[-1]["content"])
        return found

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/{path:path}")
        async def complete(request: Request, path: str) -> Response:
            body = await request.body()
            self.heard.append(body)
            self.tokens.append(request.headers.get("authorization"))
            self.paths.append(request.url.path)
            answer = self.once.popleft() if self.once else self.answer(json.loads(body))
            if answer is None:
                await request.receive()  # until whoever asked has gone
                return Response()
            if isinstance(answer, int):
                return JSONResponse({"error": {"message": "no"}}, answer)
            return Response(answer, media_type="application/json")

        return app


@contextmanager
def chat_server() -> Iterator[Chat]:
    chat = Chat()
    with serving(chat.app()) as port:
        chat.url = f"http://127.0.0.1:{port}/v1"
        yield chat


def rewriter_to(url: str, *, wait: Patience | None = None, key: str | None = KEY) -> ChatRewriter:
    """As ``bootstrap`` makes it, to a server that has five seconds."""
    return ChatRewriter(Line("chat", url, token=key, patience=wait or patience(5)), "test-model")
