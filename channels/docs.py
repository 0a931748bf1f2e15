"""``/docs``: the interface description, served whole from this machine (no outside network)."""

from __future__ import annotations

from pathlib import Path

import fastapi_offline
from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response

_ASSETS = Path(fastapi_offline.__file__).resolve().parent / "static"
_FILES = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}

_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>穗问接口说明</title>
<link rel="stylesheet" href="/docs/assets/swagger-ui.css"></head>
<body><div id="swagger-ui"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/static/docs.js"></script></body></html>
"""

_STYLES = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
}
"""Swagger UI sets inline styles: allowed on this one page, scripts still only from here."""


def router() -> APIRouter:
    """The page and its two assets."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/docs")
    async def page() -> Response:
        return HTMLResponse(_PAGE, headers=_STYLES)

    @routes.get("/docs/assets/{name}")
    async def asset(name: str) -> Response:
        if name not in _FILES:
            raise HTTPException(404)
        return FileResponse(_ASSETS / name, media_type=_FILES[name])

    return routes
