"""Staff page and citizen page, side by side: take over, answer, hand back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page, expect

from assistant import bootstrap
from tests.assistant.server import serving
from tests.assistant.staffing import PASSWORD, settled
from tests.browser.conftest import TIMEOUT
from tests.browser.site import ask
from tests.browser.test_looks import (
    SIDEWAYS,
    SMALL_TARGETS,
    SMALL_TEXT,
    violations,
)
from tests.conftest import settings_of
from tests.staff_site import Site, site

LOST = "身份证丢了怎么补办"
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def made(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    parts = bootstrap.build(settings_of(home))
    found = site(tmp_path_factory.mktemp("staff"), parts.services, parts.live().record)
    settled(found.accounts)
    yield found
    found.engine.dispose()


@pytest.fixture(scope="module")
def address(made: Site) -> Iterator[str]:
    """The small whole of citizens and staff, served with WebSockets."""
    with serving(made.app(), sockets=True) as port:
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture
def enter(browser: Browser, address: str, trouble: list[str]) -> Iterator[Open]:
    """Open the staff page, signed in; it must give no trouble."""
    contexts = []

    def open_page(width: int = 1280, height: int = 800, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(TIMEOUT)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda one: one.type == "error" and trouble.append(one.text))
        page.on("pageerror", lambda one: trouble.append(str(one)))
        page.goto(urljoin(address, "staff"))
        sign_in(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert trouble == []


def sign_in(page: Page) -> None:
    page.get_by_label("用户名").fill("lin.zixuan")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("heading", name="对话", exact=True).wait_for()


def request(citizen: Page) -> None:
    """Ask something, then for a person."""
    ask(citizen, LOST)
    citizen.get_by_role("button", name="转人工").click()
    expect(citizen.locator("#handoff-state")).to_contain_text("正在等工作人员")


def took(staff: Page) -> None:
    """Open the first who waits and take over."""
    staff.locator("#waiting button").first.click()
    staff.get_by_role("button", name="接入").click()
    staff.locator("#reply").wait_for()


def say(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.locator("#text").press("Enter")


def ended(staff: Page) -> None:
    staff.get_by_role("button", name="办结").click()
    expect(staff.locator("#reply")).to_be_hidden()


def test_take_over_answer_and_hand_back(visit: Any, enter: Open) -> None:
    citizen, staff = visit(width=390, height=844), enter()
    request(citizen)
    waiting = staff.locator("#waiting button")
    expect(waiting).to_contain_text("居民身份证丢失补领")  # pushed: the page was open before
    waiting.click()
    package = staff.locator("#package")
    expect(package).to_contain_text("想办的事")
    expect(package).to_contain_text(LOST)
    assert package.locator("dt").count() <= 10
    expect(package).to_be_in_viewport(ratio=1)
    expect(staff.locator("#said")).to_contain_text(LOST)
    expect(staff.locator("#reply")).to_be_hidden()

    staff.get_by_role("button", name="接入").click()
    expect(staff.locator("#text")).to_be_focused()
    expect(citizen.locator("#handoff-state")).to_contain_text("工号 001")
    expect(citizen.locator("#live")).to_contain_text("已接入")

    staff.get_by_role("button", name="看穗问会怎么答").click()
    suggestion = staff.locator("#suggestions > li").first
    expect(suggestion).to_contain_text("出处")
    suggestion.get_by_role("button", name="填入答复框").click()
    expect(staff.locator("#resting")).to_contain_text("居民身份证丢失补领")
    say(staff, "带身份证照片回执去派出所就行。")
    message = citizen.locator(".turn.staff")
    expect(message).to_contain_text("带身份证照片回执去派出所就行。")  # without reloading
    expect(message.locator(".badge")).to_have_text("人工")
    expect(message).to_contain_text("出处：")
    expect(message.locator("h2")).to_contain_text("工作人员（工号 001）")
    expect(citizen.locator("#live")).to_contain_text("工作人员说：带身份证照片回执")

    citizen.fill("#question", "要预约吗？")
    citizen.press("#question", "Enter")
    expect(staff.locator("#said article.citizen").last).to_contain_text("要预约吗？")
    expect(citizen.locator(".turn").last.locator(".sent")).to_contain_text("已送达")
    expect(staff.locator("#live")).to_contain_text("市民说：要预约吗？")

    staff.get_by_role("button", name="交回穗问").click()
    expect(citizen.locator(".staff-event").last).to_contain_text("交回穗问")
    expect(citizen.locator("#handoff")).to_be_hidden()
    expect(staff.locator("#reply")).to_be_hidden()
    expect(staff.locator("#mine button")).to_have_count(0)
    ask(citizen, "要多少钱")
    expect(citizen.locator(".turn").last).to_have_attribute("data-status", "answered")


def test_closing_and_leaving(visit: Any, enter: Open) -> None:
    citizen, staff = visit(), enter()
    request(citizen)
    took(staff)
    ended(staff)
    expect(citizen.locator(".staff-event").last).to_contain_text("人工服务已结束")
    citizen.get_by_role("button", name="转人工").click()
    expect(citizen.locator("#handoff-state")).to_contain_text("正在等工作人员")
    took(staff)
    citizen.get_by_role("button", name="清除对话").click()
    expect(staff.locator("#said .event").last).to_contain_text("市民离开了")
    expect(staff.locator("#reply")).to_be_hidden()
    expect(citizen.locator("#handoff")).to_be_hidden()
    expect(citizen.locator(".turn, .staff-event")).to_have_count(0)


def test_without_websockets_what_was_said_comes_with_the_next_message(
    browser: Browser, address: str, enter: Open
) -> None:
    context = browser.new_context()
    context.set_default_timeout(TIMEOUT)
    citizen, staff = context.new_page(), enter()
    citizen.add_init_script(
        """window.WebSocket = class extends EventTarget {
             static OPEN = 1; readyState = 3; close() {} send() {} };"""
    )
    citizen.goto(address)
    ask(citizen, LOST)
    citizen.get_by_role("button", name="转人工").click()
    expect(citizen.locator(".turn").last).to_have_attribute("data-status", "handed_off")
    took(staff)
    say(staff, "在的，请说。")
    expect(staff.locator("#said article.staff")).to_have_count(1)
    expect(citizen.locator(".turn.staff")).to_have_count(0)
    citizen.fill("#question", "有人吗")
    citizen.press("#question", "Enter")
    expect(citizen.locator(".turn.staff")).to_contain_text("在的，请说。")
    expect(staff.locator("#said article.citizen").last).to_contain_text("有人吗")
    ended(staff)
    context.close()


KEEP_SOCKETS = """() => { const made = WebSocket.prototype.send; window.sockets = new Set();
  WebSocket.prototype.send = function (data) {
    window.sockets.add(this); return made.call(this, data); }; }"""


def test_both_pages_connect_again(visit: Any, enter: Open) -> None:
    """What was said while a socket was broken is there once, and in order."""
    citizen, staff = visit(), enter()
    for page in (citizen, staff):
        page.evaluate(KEEP_SOCKETS)
    request(citizen)
    took(staff)
    expect(citizen.locator("#handoff-state")).to_contain_text("工号 001")
    for page in (citizen, staff):
        page.evaluate("for (const one of window.sockets) one.close()")
    say(staff, "第一句。")
    say(staff, "第二句。")
    expect(citizen.locator(".turn.staff .words")).to_have_text(["第一句。", "第二句。"])
    expect(staff.locator("#said article.staff")).to_have_count(2)
    say(staff, "第三句。")
    expect(citizen.locator(".turn.staff")).to_have_count(3)
    citizen.fill("#question", "听到了")
    citizen.press("#question", "Enter")
    expect(staff.locator("#said article.citizen").last).to_contain_text("听到了")
    expect(staff.locator("#offline")).to_be_hidden()
    ended(staff)


def test_what_is_said_stays_text(visit: Any, enter: Open) -> None:
    citizen, staff = visit(), enter()
    hostile = "<img src=x onerror=alert(1)>"
    ask(citizen, hostile)
    request(citizen)
    took(staff)
    expect(staff.locator("#said")).to_contain_text(hostile)
    say(staff, hostile)
    expect(citizen.locator(".turn.staff .words")).to_have_text(hostile)
    assert staff.locator("#said img, #package img").count() == 0
    assert citizen.locator(".turn.staff img").count() == 0
    ended(staff)


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_looks_of_both(visit: Any, enter: Open, width: int, scheme: str) -> None:
    look = {"width": width, "color_scheme": scheme, "reduced_motion": "reduce"}
    citizen, staff = visit(**look), enter(**look)
    pages = (citizen, staff)
    assert violations(staff) == []
    request(citizen)
    staff.locator("#waiting button").first.click()
    expect(staff.locator("#said")).to_contain_text(LOST)
    for page in pages:
        assert violations(page) == []
    staff.get_by_role("button", name="接入").click()
    staff.get_by_role("button", name="看穗问会怎么答").click()
    staff.get_by_role("button", name="填入答复框").first.click()
    say(staff, "请带户口簿去派出所。")
    expect(citizen.locator(".turn.staff")).to_contain_text("请带户口簿")
    for page in pages:
        assert violations(page) == []
        assert page.evaluate(SMALL_TARGETS) == []
        assert page.evaluate(SMALL_TEXT) == []
        assert page.evaluate(SIDEWAYS) <= 0
    ended(staff)


def test_looks_of_signing_in(browser: Browser, address: str) -> None:
    for width in (320, 1280):
        page = browser.new_page(viewport={"width": width, "height": 700})
        page.goto(urljoin(address, "staff"))
        expect(page).to_have_url(re.compile("/staff/sign-in$"))
        assert violations(page) == []
        assert page.evaluate(SMALL_TARGETS) == []
        assert page.evaluate(SMALL_TEXT) == []
        assert page.evaluate(SIDEWAYS) <= 0
        page.get_by_label("用户名").fill("nobody")
        page.get_by_label("密码").fill("x")
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("alert")).to_contain_text("不对")
        assert violations(page) == []
        page.close()


def test_keyboard_alone(visit: Any, enter: Open) -> None:
    citizen, staff = visit(), enter()
    request(citizen)
    staff.locator("#waiting button").first.wait_for()
    staff.get_by_role("link", name="改密码").focus()
    for _ in range(12):
        staff.keyboard.press("Tab")
        if staff.evaluate("document.activeElement.closest('#waiting') !== null"):
            break
    staff.keyboard.press("Enter")
    expect(staff.locator("#talk-title")).to_be_focused()
    staff.keyboard.press("Tab")
    expect(staff.get_by_role("button", name="接入")).to_be_focused()
    staff.keyboard.press("Enter")
    expect(staff.locator("#text")).to_be_focused()
    staff.keyboard.type("您好")
    staff.keyboard.press("Enter")
    expect(citizen.locator(".turn.staff")).to_contain_text("您好")
    expect(staff.locator("#text")).to_be_focused()
    ended(staff)


def test_a_reload_finds_the_person_again_and_nothing_else_does(visit: Any, enter: Open) -> None:
    citizen, staff = visit(), enter()
    request(citizen)
    took(staff)
    say(staff, "请说。")
    expect(citizen.locator(".turn.staff")).to_contain_text("请说。")
    kept = citizen.evaluate("Object.values(sessionStorage).join()")
    assert "请说" not in kept
    assert LOST not in kept
    citizen.reload()
    expect(citizen.locator("#handoff-state")).to_contain_text("工号 001")
    expect(citizen.locator(".turn.staff")).to_contain_text("请说。")
    expect(citizen.locator(".staff-event").first).to_contain_text("页面刷新过")
    citizen.fill("#question", "我还在")
    citizen.press("#question", "Enter")
    expect(staff.locator("#said article.citizen").last).to_contain_text("我还在")
    ended(staff)
    expect(citizen.locator("#handoff")).to_be_hidden()
    assert citizen.evaluate("sessionStorage.length") == 0
    # a second time in the same conversation: the end of the first is none of the second
    citizen.get_by_role("button", name="转人工").click()
    took(staff)
    expect(citizen.locator("#handoff-state")).to_contain_text("工号 001")
    citizen.reload()
    expect(citizen.locator("#handoff-state")).to_contain_text("工号 001")
    citizen.goto("about:blank")
    citizen.go_back()
    citizen.locator("#example-list button").first.wait_for()
    expect(citizen.locator("#handoff")).to_be_hidden()
    assert citizen.evaluate("sessionStorage.length") == 0
    ended(staff)


def test_who_has_gone_is_said_to_have_gone(visit: Any, enter: Open) -> None:
    citizen, staff = visit(), enter()
    request(citizen)
    took(staff)
    expect(citizen.locator("#handoff-state")).to_contain_text("工号 001")
    expect(staff.locator("#gone")).to_be_hidden()
    citizen.goto("about:blank")
    expect(staff.locator("#gone")).to_contain_text("对方已离开")
    expect(staff.locator("#mine")).to_contain_text("对方已离开")
    ended(staff)


def test_who_told_of_a_danger_is_marked_in_words(visit: Any, enter: Open) -> None:
    citizen, staff = visit(width=390, height=844), enter()
    ask(citizen, "我老公打我")
    citizen.get_by_role("button", name="转人工").click()
    waiting = staff.locator("#waiting button").first
    expect(waiting).to_contain_text("紧急")
    waiting.click()
    expect(staff.locator("#urgent")).to_contain_text("请先问人是否安全")
    expect(staff.locator("#package")).to_contain_text("家庭暴力")
    assert violations(staff) == []
    staff.get_by_role("button", name="接入").click()
    ended(staff)


def test_the_number_to_call_back_is_shown_by_one_act(visit: Any, enter: Open, made: Site) -> None:
    citizen, staff = visit(), enter()
    request(citizen)
    staff.locator("#waiting button").first.click()
    expect(staff.locator("#phone-box")).to_be_hidden()
    staff.get_by_role("button", name="接入").click()
    show = staff.get_by_role("button", name="显示完整号码")
    show.click()
    expect(staff.locator("#phone-number")).to_contain_text("没有留过电话")
    citizen.fill("#question", "打我电话13812345678")
    citizen.press("#question", "Enter")
    expect(staff.locator("#said article.citizen").last).to_contain_text("138****5678")
    show.click()
    expect(staff.locator("#phone-number")).to_have_text("13812345678")
    assert violations(staff) == []
    noted = [one.result for one in made.accounts.audit.lines(most=9) if "reveal" in one.action]
    assert noted == ["ok", "none"]
    ended(staff)
    expect(staff.locator("#phone-number")).to_be_hidden()
    assert "13812345678" not in staff.content()


def test_staff_ask_a_citizen_to_file_and_the_tap_is_their_consent(visit: Any, enter: Open) -> None:
    citizen, staff = visit(), enter()
    request(citizen)
    took(staff)
    staff.get_by_role("button", name="请他登记投诉").click()
    expect(staff.locator("#reply")).to_be_hidden()
    message = citizen.locator(".turn.staff")
    expect(message).to_contain_text("同意了才提交")
    expect(citizen.locator("#handoff")).to_be_hidden()
    message.get_by_role("button", name="我要投诉").click()
    expect(citizen.locator(".turn").last).to_have_attribute("data-status", "guiding")
    expect(citizen.locator(".turn").last).to_contain_text("投诉")
    assert violations(citizen) == []


@pytest.mark.parametrize("role", ["auditor", "admin", "editor"])
def test_looks_of_the_other_roles(browser: Browser, address: str, made: Site, role: str) -> None:
    name = f"one.{role[:3]}"
    settled(made.accounts, name, role=role)
    for width in (390, 1280):
        page = browser.new_page(viewport={"width": width, "height": 800})
        page.goto(urljoin(address, "staff"))
        page.get_by_label("用户名").fill(name)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("heading", level=1)).not_to_have_text("工作人员登录")
        assert violations(page) == []
        assert page.evaluate(SMALL_TARGETS) == []
        assert page.evaluate(SMALL_TEXT) == []
        assert page.evaluate(SIDEWAYS) <= 0
        page.close()
