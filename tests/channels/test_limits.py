"""Request limits and security headers, below any application."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from fastapi import Request
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from channels import limits
from channels.problems import Problem


def request(
    parts: Iterable[bytes] = (), address: str | None = "10.0.0.1", **headers: str
) -> Request:
    """A request whose body arrives in the given parts; ``read`` counts them."""
    messages = [
        *({"type": "http.request", "body": part, "more_body": True} for part in parts),
        {"type": "http.request", "body": b"", "more_body": False},
    ]
    read: list[int] = []

    async def receive() -> Message:
        read.append(1)
        return messages[len(read) - 1]

    scope = {
        "type": "http",
        "headers": [(name.replace("_", "-").encode(), v.encode()) for name, v in headers.items()],
        "client": (address, 1) if address else None,
        "read": read,
    }
    return Request(scope, receive)


def body(one: Request, most: int) -> bytes:
    return asyncio.run(limits.body(one, most))


def test_a_body_in_parts_is_put_together() -> None:
    assert body(request([b"ab", b"", b"cd"]), 4) == b"abcd"
    assert body(request(), 0) == b""


def test_a_declared_length_is_refused_before_anything_is_read() -> None:
    one = request([b"ab"], content_length="5")
    with pytest.raises(Problem) as caught:
        body(one, 4)
    assert caught.value.status == 413
    assert one.scope["read"] == []


def test_reading_stops_at_the_first_byte_too_many() -> None:
    one = request([b"abc", b"de", b"never"])
    with pytest.raises(Problem) as caught:
        body(one, 4)
    assert caught.value.status == 413
    assert len(one.scope["read"]) == 2


@pytest.mark.parametrize("length", ["4", "0", "007", "", "many", "-9", "4.5"])
def test_other_lengths_are_measured(length: str) -> None:
    assert body(request([b"abcd"], content_length=length), 10) == b"abcd"


def test_the_limit_counts_each_address_by_itself() -> None:
    check = limits.per_minute(2)
    for address in ("10.0.0.1", "10.0.0.2", None):
        check(request(address=address))
        check(request(address=address))
        with pytest.raises(Problem) as caught:
            check(request(address=address))
        assert (caught.value.status, caught.value.retry_after) == (429, 60)


def test_two_limits_do_not_share_a_count() -> None:
    first, second = limits.per_minute(1), limits.per_minute(1)
    first(request())
    second(request())


def test_zero_is_no_limit() -> None:
    check = limits.per_minute(0)
    for _ in range(1000):
        check(request())


def headers_of(app: Any, scope: dict[str, Any]) -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    asyncio.run(limits.SecurityHeaders(app)(scope, receive, send))
    return sent


def test_headers_are_added_and_those_set_are_kept() -> None:
    app = PlainTextResponse("x", headers={"Content-Security-Policy": "mine"})
    start, _ = headers_of(app, {"type": "http", "headers": [], "method": "GET"})
    found = dict(start["headers"])
    assert found[b"content-security-policy"] == b"mine"
    assert found[b"x-content-type-options"] == b"nosniff"
    names = [name for name, _ in start["headers"]]
    assert len(names) == len(set(names))


def test_what_is_not_http_passes_untouched() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "lifespan.startup.complete"})

    assert headers_of(app, {"type": "lifespan"}) == [{"type": "lifespan.startup.complete"}]
