"""Request limits: size of a body, requests a minute and address; and the security headers."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.problems import Problem

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_ENCODED = [(name.lower().encode(), value.encode()) for name, value in _HEADERS.items()]


class SecurityHeaders:
    """ASGI middleware that adds the security headers to every response that lacks them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = message["headers"] = list(message.get("headers", ()))
                names = {name for name, _ in sent}
                sent.extend(pair for pair in _ENCODED if pair[0] not in names)
            await send(message)

        await self._app(scope, receive, with_headers)


def per_minute(requests: int) -> Callable[[Request], None]:
    """A check that raises ``Problem(429)`` for an address above its requests a minute (0: none)."""
    limiter = FixedWindowRateLimiter(MemoryStorage())
    item = RateLimitItemPerMinute(requests) if requests else None

    def check(request: Request) -> None:
        address = request.client.host if request.client else "unknown"
        if item is not None and not limiter.hit(item, address):
            raise Problem(429, "提问太频繁了，请稍等一分钟再问。", retry_after=60)

    return check


async def body(request: Request, most: int) -> bytes:
    """The whole body.  Raises ``Problem(413)`` as soon as it is longer than ``most`` bytes."""
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:19]) > most:
        raise Problem(413, f"请求太大，请不要超过 {most} 字节。")
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise Problem(413, f"请求太大，请不要超过 {most} 字节。")
        parts.append(part)
    return b"".join(parts)
