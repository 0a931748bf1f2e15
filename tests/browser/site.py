"""The real server and Debian's chromium, for the tests and for the pictures."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from assistant import bootstrap
from assistant.app import app_of
from channels.types import Emit, Message, Reply
from tests.assistant.server import serving
from tests.browser import gallery
from tests.channels.services import Fake
from tests.conftest import settings_of

MOST_QUESTIONS = 12
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
    """Address of the whole assistant over a home; the gallery's questions show every card kind."""
    parts = bootstrap.build(settings_of(home))
    showing = {text: Fake(reply=reply) for text, reply in gallery.SHOWN.items()}

    async def respond(message: Message, emit: Emit | None = None) -> Reply:
        if message.text in showing:
            return await showing[message.text].respond(message, emit)
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


def last_question(page: Page) -> Locator:
    """The card of the question that is open."""
    return page.locator(".turn").last.locator(".asking")


def answer(page: Page, nth: int = 0) -> None:
    """Answer the open question as its entry asks for it; ``nth`` is the option of a choice."""
    card = last_question(page)
    if card.locator("input[type=date]").count():
        card.get_by_role("button", name="昨天").click()
    elif card.locator("input[type=number]").count():
        card.locator("input").fill("3")
        card.get_by_role("button", name="确定").click()
    elif card.locator("input[type=checkbox]").count():
        card.locator("input").first.check()
        card.get_by_role("button", name="确定").click()
    else:
        card.locator(".options button").nth(nth).click()
    answered(page)


def to_the_plan(page: Page) -> None:
    """Answer until the plan is there."""
    for _ in range(MOST_QUESTIONS):
        if page.locator(".turn").last.locator(".card.plan").count():
            return
        answer(page)
    raise AssertionError("the questions do not end")


def saved_plan(page: Page) -> str:
    """Save the plan; the path of its page."""
    page.locator(".turn").last.get_by_role("button", name="保存并打印").click()
    answered(page)
    return page.get_by_role("link", name="打开可打印的清单").get_attribute("href") or ""
