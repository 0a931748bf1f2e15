"""Errors as RFC 9457 problem details.  They never echo what was sent."""

from __future__ import annotations

import json
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response


class Problem(Exception):
    """An error with its HTTP status and words that a citizen or developer can act on."""

    def __init__(self, status: int, detail: str, *, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.retry_after = retry_after


def response(status: int, detail: str, *, retry_after: int | None = None) -> Response:
    """``application/problem+json`` with type, title, status and detail."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else None
    content = json.dumps(body, ensure_ascii=False).encode()
    return Response(content, status, headers, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Turn every error of the app into a problem response."""

    async def problem(_request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return response(error.status, error.detail, retry_after=error.retry_after)

    async def http(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return response(error.status_code, _WORDS.get(error.status_code, str(error.detail)))

    async def invalid(_request: Request, _error: Exception) -> Response:
        return response(422, "请求的格式不对，请对照 /docs 检查字段。")

    async def unexpected(_request: Request, _error: Exception) -> Response:
        return response(500, "服务暂时出了问题，请稍后再试，或拨打 12345。")

    app.add_exception_handler(Problem, problem)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, unexpected)


_WORDS = {404: "没有这个地址。", 405: "这个地址不支持这种请求方法。"}
"""Details in Chinese for errors that the framework itself raises."""
