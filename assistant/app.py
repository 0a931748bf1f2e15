"""The web application: channels mounted on one FastAPI app."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from assistant import bootstrap
from assistant.settings import Settings
from assistant.telemetry import configure
from channels import docs, problems, staff, web
from channels.limits import SecurityHeaders


def create() -> FastAPI:
    """The app as uvicorn starts it in each worker: settings from the environment."""
    settings = Settings()
    configure(settings.log_level)
    app = app_of(bootstrap.build(settings))
    # What was loaded stays: the collector need not walk it again, and a turn leaves no cycles.
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    return app


def app_of(parts: bootstrap.Parts) -> FastAPI:
    """The app over the given parts (tests pass their own)."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        seconds = parts.settings.release_check_seconds
        running = (lambda: parts.live.watch(seconds), *parts.offices.tasks)
        tasks = [asyncio.create_task(_kept(one)) for one in running]
        tasks.append(asyncio.create_task(_later(parts.warm)))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await parts.close()

    app = FastAPI(
        title="穗问 Suiwen",
        description="广州政务服务问答接口。回答中的每个事实都带有出处。",
        version="0.1.0",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    problems.install(app)
    app.include_router(
        web.router(
            parts.services,
            requests_per_minute=parts.settings.requests_per_minute,
            most_body_bytes=parts.settings.most_body_bytes,
        )
    )
    app.include_router(
        staff.router(
            parts.offices.room.services(),
            requests_per_minute=parts.settings.requests_per_minute,
        )
    )
    app.include_router(docs.router())
    app.mount("/static", StaticFiles(directory=web.PAGES), name="static")
    app.add_middleware(SecurityHeaders)
    return app


_AGAIN = 1.0
"""Seconds until a task that failed is begun again."""
_CALM = 2.0
"""Seconds after the start in which the first answers have the processor to themselves."""


async def _kept(task: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a task for as long as the app lives, whatever it meets."""
    while True:
        try:
            await task()
        except Exception as error:  # its text might be a citizen's: only its name is logged
            structlog.get_logger().error("task_failed", error=type(error).__name__)
        await asyncio.sleep(_AGAIN)


async def _later(load: Callable[[], None]) -> None:
    """Load what the first filing will need, once the start is over."""
    await asyncio.sleep(_CALM)
    await asyncio.to_thread(load)
