"""Where the asynchronous assistant and the synchronous database meet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from sqlalchemy import exc

from assistant.errors import Unavailable

_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")

_AWAY = (exc.OperationalError, exc.InterfaceError, exc.TimeoutError, exc.DisconnectionError)


async def off_loop(
    function: Callable[_Given, _Made], /, *args: _Given.args, **kwargs: _Given.kwargs
) -> _Made:
    """What the function gives, run beside the event loop.

    Raises ``Unavailable`` where the database does not answer, or is locked for too long.
    """
    try:
        return await asyncio.to_thread(function, *args, **kwargs)
    except _AWAY as error:
        raise Unavailable(f"数据库暂时没有回应（{type(error).__name__}），请稍后再试") from error
