"""Accessibility rules, sizes and widths, on the welcome page and on every card kind."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser import gallery
from tests.browser.conftest import Open
from tests.browser.site import ask

WIDTHS = (390, 320, 1280)
TAGS = ("wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice")

# Controls whose box is smaller than 44 px.  A field inside a label is as large as its label.
SMALL_TARGETS = """() => Array.from(
    document.querySelectorAll("button, a[href], select, summary, textarea, label"))
  .filter((one) => one.checkVisibility() && !one.matches(".vh, .skip, .cite"))
  .filter((one) => {
    const { width, height } = one.getBoundingClientRect();
    return Math.min(width, height) < 43.99;
  })
  .map((one) => one.outerHTML.slice(0, 120))"""

# The mark [1] stands in the text; what can be tapped is the area around it.
SMALL_MARKS = """() => Array.from(document.querySelectorAll(".cite"))
  .filter((one) => one.checkVisibility())
  .filter((one) => {
    const area = getComputedStyle(one, "::after");
    return parseFloat(area.height) < 44 || parseFloat(area.width) < 24;
  }).length"""

# Text nodes below 16 px, or running text with less than one and a half lines.
SMALL_TEXT = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim();
    const parent = walker.currentNode.parentElement;
    if (!text || parent.closest(".vh, .cite, noscript") || !parent.checkVisibility()) continue;
    const style = getComputedStyle(parent);
    const size = parseFloat(style.fontSize);
    if (size < 16) found.push(`${size}px ${text}`);
    const running = parent.closest("p, blockquote, dd") && !parent.closest("a, button, h1, label");
    if (running && parseFloat(style.lineHeight) < 1.5 * size - 0.01) {
      found.push(`${style.lineHeight} of ${size}px ${text}`);
    }
  }
  return found;
}"""

SIDEWAYS = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"


def show_everything(page: Page) -> None:
    ask(page, gallery.QUESTION)
    for summary in page.locator(".answer summary").all():
        summary.click()
    page.locator(".cite").first.click()  # a source is marked as found


def violations(page: Page) -> list[Any]:
    rules = {"type": "tag", "values": list(TAGS)}
    found = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]})
    return [
        (one["id"], [node["html"][:160] for node in one["nodes"]])
        for one in found.response["violations"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_accessibility_rules(visit: Open, width: int, scheme: str) -> None:
    page = visit(width=width, color_scheme=scheme, reduced_motion="reduce")
    assert violations(page) == []
    show_everything(page)
    shown = {card.kind for card in gallery.CARDS}
    assert {kind for kind in shown if page.locator(f".card.{kind}").count()} == shown
    assert violations(page) == []
    if width == WIDTHS[0]:
        page.get_by_role("button", name="清除").click()
        ask(page, "着火了怎么办")  # colours of its own
        assert violations(page) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_sizes(visit: Open, width: int) -> None:
    page = visit(width=width, is_mobile=width < 600, has_touch=width < 600)
    for _ in ("welcome", "answer"):
        assert page.evaluate(SMALL_TARGETS) == []
        assert page.evaluate(SMALL_TEXT) == []
        assert page.evaluate(SIDEWAYS) <= 0
        if not page.locator(".turn").count():
            show_everything(page)
    assert page.evaluate(SMALL_MARKS) == 0


def test_largest_text_on_the_smallest_screen(visit: Open) -> None:
    page = visit(width=320, height=640)
    page.get_by_label("特大").check()
    assert page.evaluate(SIDEWAYS) <= 0
    show_everything(page)
    assert page.evaluate(SIDEWAYS) <= 0


def test_answer_is_not_hidden_by_the_question_box(visit: Open) -> None:
    page = visit(width=320, height=640, is_mobile=True, has_touch=True)
    ask(page, "身份证丢了怎么补办")
    assert page.evaluate("document.activeElement.id") != "question"  # the keyboard is put away
    top = page.locator("#composer").evaluate("node => node.getBoundingClientRect().top")
    assert top > 400
