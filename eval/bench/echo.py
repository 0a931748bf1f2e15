"""What Suiwen is compared with: a bare FastAPI app that gives back the JSON it is sent."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI


def create() -> FastAPI:
    """The app as uvicorn starts it."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.post("/api/v1/chat")
    async def echo(body: dict[str, Any]) -> dict[str, Any]:
        return body

    return app
