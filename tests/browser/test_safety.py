"""What the browser is told to refuse, and that data stays text."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Open

INLINE = """() => new Promise((resolve) => {
  addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
  const script = document.createElement("script");
  script.textContent = "window.ran = true";
  document.body.append(script);
  setTimeout(() => resolve(null), 1000);
})"""

HANDLER = """() => new Promise((resolve) => {
  addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
  document.body.insertAdjacentHTML("beforeend", "<a id=trap onclick='window.ran = true'>x</a>");
  document.getElementById("trap").click();
  setTimeout(() => resolve(null), 1000);
})"""


def test_policy_blocks_inline_script(visit: Open, trouble: list[str]) -> None:
    page = visit()
    assert page.evaluate(INLINE) == "script-src-elem"
    assert page.evaluate("window.ran") is None
    assert "Content Security Policy" in trouble.pop()


def test_policy_blocks_inline_handlers(visit: Open, trouble: list[str]) -> None:
    page = visit()
    assert page.evaluate(HANDLER) == "script-src-attr"
    assert page.evaluate("window.ran") is None
    assert "Content Security Policy" in trouble.pop()


def test_policy_blocks_outside_hosts(visit: Open, trouble: list[str]) -> None:
    page = visit()
    asked = "fetch('http://127.0.0.2:9/').then(() => 'sent', () => 'refused')"
    assert page.evaluate(asked) == "refused"
    assert any("Content Security Policy" in one for one in trouble)
    trouble.clear()


def test_page_itself_breaks_no_policy(visit: Open) -> None:
    """Any violation would be an error on the console, which ``visit`` refuses."""
    page = visit()
    assert page.locator("script:not([src]), style, [style*='expression']").count() == 0


def test_question_is_shown_as_text(visit: Open) -> None:
    page = visit()
    text = "<img src=x onerror=alert(1)>身份证丢了"
    page.fill("#question", text)
    page.press("#question", "Enter")
    page.locator(".ai-label").wait_for()
    expect(page.locator(".question")).to_have_text(f"您问：{text}")
    assert page.locator(".log img").count() == 0
