"""The real server and Debian's chromium, for the tests and for the pictures."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from assistant import bootstrap
from assistant.app import app_of
from channels.types import Emit, Message, Reply
from tests.assistant.server import serving
from tests.browser import gallery
from tests.channels.services import Fake
from tests.conftest import settings_of

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str | None:
    """Where chromium is; ``make browser`` installs it."""
    return shutil.which("chromium")


@contextmanager
def site(home: Path) -> Iterator[str]:
    """Address of the whole assistant over a home; ``gallery.QUESTION`` shows every card kind."""
    parts = bootstrap.build(settings_of(home))
    showing = Fake(reply=gallery.REPLY)

    async def respond(message: Message, emit: Emit | None = None) -> Reply:
        if message.text == gallery.QUESTION:
            return await showing.respond(message, emit)
        return await parts.services.respond(message, emit)

    services = replace(parts.services, respond=respond)
    with serving(app_of(replace(parts, services=services))) as port:
        yield f"http://127.0.0.1:{port}/"


@contextmanager
def browser(path: str) -> Iterator[Browser]:
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


def ask(page: Page, question: str) -> None:
    """Type a question, send it and wait for the whole answer."""
    page.fill("#question", question)
    page.press("#question", "Enter")
    answered(page)


def answered(page: Page) -> None:
    """Wait until the last turn has its finished answer."""
    page.locator(".turn").last.locator(".ai-label").wait_for()
