"""Pages that note whatever a citizen should never meet: errors and requests to outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import site

Open = Callable[..., Page]
TIMEOUT = 15_000  # of one step, for a busy machine
expect.set_options(timeout=TIMEOUT)


# Package scope: while Playwright's synchronous interface is open, its event loop counts as running
# on this thread, and tests of other packages could not start their own.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = site.chromium()
    if path is None:
        pytest.skip("no chromium: run `make browser` (Debian: apt-get install chromium)")
    with site.browser(path) as opened:
        yield opened


@pytest.fixture(scope="package")
def address(home: Path) -> Iterator[str]:
    """The real server, started once."""
    with site.site(home) as url:
        yield url


@pytest.fixture
def trouble() -> list[str]:
    """Errors on the console or in scripts, and requests that left this machine."""
    return []


@pytest.fixture
def visit(browser: Browser, address: str, trouble: list[str]) -> Iterator[Open]:
    """Open the page, e.g. ``visit(width=320, color_scheme="dark")``; it must give no trouble."""
    contexts = []

    def open_page(width: int = 1280, height: int = 800, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(TIMEOUT)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda one: one.type == "error" and trouble.append(one.text))
        page.on("pageerror", lambda one: trouble.append(str(one)))
        page.on("request", lambda one: _outside(one.url) and trouble.append(one.url))
        page.goto(address)
        if options.get("java_script_enabled", True):
            page.locator("#example-list button").first.wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert trouble == []


def _outside(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme not in ("data", "about") and parts.hostname != "127.0.0.1"
