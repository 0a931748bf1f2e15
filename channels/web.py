"""The web channel: the page, the chat endpoint (JSON and SSE), feedback, health and metrics."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.responses import FileResponse, Response, StreamingResponse

from channels import limits, problems, sheets
from channels.problems import Problem
from channels.types import (
    Card,
    Event,
    Feedback,
    Message,
    Reply,
    Sentence,
    Services,
    Status,
    Welcome,
)

PAGES = Path(__file__).resolve().parent / "static"

Body = TypeVar("Body", bound=BaseModel)
_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")]


class ChatRequest(BaseModel):
    """Body of ``POST /api/v1/chat`` (design §6)."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    text: Annotated[str, Field(max_length=4000)]
    session_id: _Id | None = None
    locale: Annotated[str, Field(max_length=20)] = "zh-CN"
    district: Annotated[str, Field(max_length=20)] | None = None
    profile: dict[str, Annotated[str, Field(max_length=100)]] = Field({}, max_length=20)


class FeedbackRequest(BaseModel):
    """Body of ``POST /api/v1/feedback``: ids and a verdict, no text."""

    model_config = ConfigDict(extra="forbid")

    session_id: _Id
    turn_id: _Id
    helpful: bool
    reason: str | None = Field(None, pattern="^(wrong|unclear|incomplete|outdated|other)$")


_REPLY = TypeAdapter(Reply)
_EVENTS: dict[str, TypeAdapter[Any]] = {
    "status": TypeAdapter(dict[str, Status]),
    "sentence": TypeAdapter(Sentence),
    "card": TypeAdapter(Card),
}
_WELCOME = TypeAdapter(Welcome)
_FEEDBACK = TypeAdapter(Feedback)

_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"description": words, "content": {"application/problem+json": {}}}
    for status, words in (
        (400, "not JSON"),
        (413, "too large"),
        (422, "a field is not valid"),
        (429, "too many requests"),
        (500, "an error of ours"),
    )
}
_CHAT_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"model": Reply, "description": "the reply", "content": {"text/event-stream": {}}},
    **_ERRORS,
}
_READY_RESPONSES: dict[int | str, dict[str, Any]] = {
    503: {"description": "no release is open yet", "content": {"application/json": {}}}
}


def reply_json(reply: Reply) -> bytes:
    """The wire object of a reply (design §6); fields without a value are left out."""
    return _REPLY.dump_json(reply, exclude_none=True)


def router(services: Services, *, requests_per_minute: int, most_body_bytes: int) -> APIRouter:
    """All routes of the channel."""
    routes = APIRouter()
    check_rate = limits.per_minute(requests_per_minute)

    async def read(request: Request, kind: type[Body]) -> Body:
        content = await limits.body(request, most_body_bytes)
        try:
            body = kind.model_validate_json(content, strict=True)
            _DECODER.decode(content.decode())
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            if first["type"] == "json_invalid":
                raise Problem(400, "请求不是有效的 JSON。") from None
            place = first["loc"][0] if first["loc"] else "body"
            known = place if place in kind.model_fields else "body"
            raise Problem(422, f"字段 {known} 不合要求：{first['type']}") from None
        except ValueError:
            raise Problem(400, "请求的 JSON 里有重复的键。") from None
        return body

    async def chat(request: Request) -> Response:
        """Ask a question.  With ``Accept: text/event-stream`` the reply is streamed."""
        check_rate(request)
        asked = await read(request, ChatRequest)
        message = Message(
            text=asked.text,
            session_id=asked.session_id,
            locale=asked.locale,
            district=asked.district,
            profile=asked.profile,
        )
        if "text/event-stream" in request.headers.get("accept", ""):
            return StreamingResponse(
                events(services, message),
                media_type="text/event-stream",
                headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
            )
        return _json(reply_json(await services.respond(message)))

    # The busiest route is a plain one: FastAPI's dependencies, of which it has none, would cost it
    # a tenth of a millisecond.  The second line is never reached: it describes it in OpenAPI.
    routes.add_route("/api/v1/chat", chat, methods=["POST"], include_in_schema=False)
    routes.post("/api/v1/chat", openapi_extra=_body(ChatRequest), responses=_CHAT_RESPONSES)(chat)

    @routes.post(
        "/api/v1/feedback",
        status_code=204,
        openapi_extra=_body(FeedbackRequest),
        responses=_ERRORS,
    )
    async def feedback(request: Request) -> Response:
        """Say whether an answer helped."""
        check_rate(request)
        given = await read(request, FeedbackRequest)
        services.feedback(_FEEDBACK.validate_python(given.model_dump()))
        return Response(status_code=204)

    @routes.delete(
        "/api/v1/sessions/{session_id}",
        status_code=204,
        responses={status: _ERRORS[status] for status in (422, 500)},
    )
    async def forget(session_id: _Id) -> Response:
        """Forget a conversation: what was remembered of it is gone."""
        await services.forget(session_id)
        return Response(status_code=204)

    @routes.get("/api/v1/welcome", responses={200: {"model": Welcome}})
    async def welcome() -> Response:
        """What to show before the first question."""
        return _json(_WELCOME.dump_json(services.welcome()))

    @routes.get("/", include_in_schema=False)
    async def page() -> Response:
        return FileResponse(PAGES / "index.html", headers={"Cache-Control": "no-cache"})

    @routes.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Whether the process lives."""
        return {"status": "ok"}

    @routes.get("/readyz", responses=_READY_RESPONSES)
    async def readyz(response: Response) -> dict[str, Any]:
        """Whether questions can be answered, and from which release; what else does not answer."""
        state = dict(await services.ready())
        if not state["ready"]:
            response.status_code = 503
        return state

    @routes.get(
        "/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}}
    )
    async def metrics() -> Response:
        """Metrics in the Prometheus text format."""
        return Response(services.metrics(), media_type="text/plain; version=0.0.4")

    routes.include_router(sheets.router(services, check_rate))
    return routes


async def events(services: Services, message: Message) -> AsyncIterator[bytes]:
    """Server-sent events ``status``, ``sentence``, ``card``, then ``done`` with the whole reply.

    An error travels inside the stream, as the last event ``error``: the response has begun.
    """
    queue: asyncio.Queue[Event | None] = asyncio.Queue()

    async def respond() -> Reply:
        try:
            return await services.respond(message, queue.put)
        finally:
            await queue.put(None)

    task = asyncio.create_task(respond())
    try:
        while (event := await queue.get()) is not None:
            data = {"status": event.data} if event.name == "status" else event.data
            yield _event(event.name, _EVENTS[event.name].dump_json(data, exclude_none=True))
        try:
            last = _event("done", reply_json(await task))
        except Exception as error:
            problems.log(error)
            last = _event("error", problems.content(500, problems.UNEXPECTED))
        yield last
    finally:
        task.cancel()  # the reader may have gone before the end


def _event(name: str, data: bytes) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), data)


def _json(content: bytes) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(content, media_type="application/json", headers=headers)


def _once(pairs: list[tuple[str, Any]]) -> None:
    """Refuse an object that says one thing twice: parsers differ in which one they believe."""
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("repeated key")


_DECODER = json.JSONDecoder(object_pairs_hook=_once)


def _body(kind: type[BaseModel]) -> dict[str, Any]:
    """The OpenAPI part for a body that we read ourselves (size first, then one strict parse)."""
    schema = kind.model_json_schema()
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
