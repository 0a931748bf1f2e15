"""WebSockets: whose page opened them, frames read strictly, and ending when either side ends."""

from __future__ import annotations

from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import urlsplit

import anyio
from pydantic import BaseModel, ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

Frame = TypeVar("Frame", bound=BaseModel)

POLICY, SIGN_IN, TRY_LATER = 1008, 4401, 1013
"""Close codes: not allowed (RFC 6455), the session has ended, too many."""

FIRST_SECONDS = 10
"""How long the first frame may take."""

MOST_CHARACTERS = 8_000
"""Of one frame."""


def own_page(socket: WebSocket) -> bool:
    """Whether a page of this server opened the socket: browsers always say which page did."""
    origin = urlsplit(socket.headers.get("origin", ""))
    host = socket.headers.get("host", "")
    return bool(host) and origin.scheme in ("http", "https") and origin.netloc == host


async def read(socket: WebSocket, kind: type[Frame]) -> Frame | None:
    """The next frame; ``None`` for one that is not as it must be.

    Raises ``WebSocketDisconnect``.
    """
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1000))
    text = message.get("text") or ""
    if len(text) > MOST_CHARACTERS:
        return None
    try:
        return kind.model_validate_json(text, strict=True)
    except ValidationError:
        return None


async def first(socket: WebSocket, kind: type[Frame]) -> Frame | None:
    """The first frame, if it comes in time and is as it must be."""
    with anyio.move_on_after(FIRST_SECONDS), suppress(WebSocketDisconnect):
        return await read(socket, kind)
    return None


async def until_either_ends(*sides: Coroutine[Any, Any, None]) -> None:
    """Run all until one ends, then stop the others.  A disconnection is an end like any other."""

    async def run(side: Coroutine[Any, Any, None]) -> None:
        with suppress(WebSocketDisconnect):
            await side
        tasks.cancel_scope.cancel()

    async with anyio.create_task_group() as tasks:
        for side in sides:
            tasks.start_soon(run, side)


async def close(socket: WebSocket, code: int) -> None:
    """Close it, unless the other side was first."""
    with suppress(RuntimeError, WebSocketDisconnect):
        await socket.close(code)
