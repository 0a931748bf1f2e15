"""Errors as RFC 9457 problem details.  They never echo what was sent, and neither do their logs."""

from __future__ import annotations

import json
from http import HTTPStatus
from pathlib import Path

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

UNEXPECTED = "服务暂时出了问题，请稍后再试，或拨打 12345。"


class Problem(Exception):
    """An error with its HTTP status and words that a citizen or developer can act on."""

    def __init__(self, status: int, detail: str, *, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.retry_after = retry_after


def content(status: int, detail: str) -> bytes:
    """A problem as JSON: type, title, status and detail."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    return json.dumps(body, ensure_ascii=False).encode()


def response(status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    """A problem as a response."""
    body = content(status, detail)
    return Response(body, status, headers, media_type="application/problem+json")


def log(error: Exception) -> None:
    """Say what went wrong and where, but not the message: it may hold what a citizen typed."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else "?"
    structlog.get_logger().error("unexpected", error=f"{type(error).__name__} at {where}")


class Unexpected:
    """ASGI middleware: any other error becomes a problem too, and its traceback reaches no log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            return
        except Exception as error:
            log(error)
            if begun or scope["type"] != "http":
                raise RuntimeError(type(error).__name__) from None
            await response(500, UNEXPECTED)(scope, receive, send)


def install(app: FastAPI) -> None:
    """Turn every error of the app into a problem response."""

    async def problem(_request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        wait = error.retry_after
        headers = {"Retry-After": str(wait)} if wait is not None else None
        return response(error.status, error.detail, headers)

    async def http(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        detail = _WORDS.get(error.status_code, str(error.detail))
        return response(error.status_code, detail, dict(error.headers or {}))

    async def invalid(_request: Request, _error: Exception) -> Response:
        return response(422, "请求的格式不对，请对照 /docs 检查字段。")

    app.add_exception_handler(Problem, problem)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_middleware(Unexpected)


_WORDS = {404: "没有这个地址。", 405: "这个地址不支持这种请求方法。"}
"""Details in Chinese for errors that the framework itself raises."""
