"""Filing a complaint on the page: the questions, the draft, consent, the receipt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from assistant import bootstrap
from assistant.app import app_of
from tests.assistant.desks import AIDS, FakeOrders, desks
from tests.assistant.server import serving
from tests.browser.conftest import Open
from tests.browser.site import answered, ask, last_question
from tests.browser.test_looks import SIDEWAYS, SMALL_MARKS, SMALL_TARGETS, SMALL_TEXT, violations
from tests.conftest import settings_of

NOISE = "我要投诉天河区石牌东路88号的烧烤店，每晚嘈到两点，希望十二点前收档"
ADDRESS = NOISE + "，详细见https://example.invalid/" + "a" * 90


@pytest.fixture(scope="module")
def orders() -> FakeOrders:
    return FakeOrders()


@pytest.fixture(scope="module")
def address(home: Path, orders: FakeOrders) -> Iterator[str]:
    """The real server with a desk that files in memory."""
    parts = bootstrap.build(settings_of(home))
    assistant = replace(parts.assistant, aids=lambda _: AIDS, desks=desks(orders))
    services = replace(parts.services, respond=assistant.take_turn)
    with serving(app_of(replace(parts, services=services))) as port:
        yield f"http://127.0.0.1:{port}/"


def looks_right(page: Page) -> None:
    assert violations(page) == []
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.evaluate(SMALL_MARKS) == 0
    assert page.evaluate(SMALL_TEXT) == []
    assert page.evaluate(SIDEWAYS) <= 0


def press(page: Page, name: str) -> None:
    page.locator(".turn").last.get_by_role("button", name=name, exact=True).click()
    answered(page)


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (320, "dark"), (1280, "light")])
def test_from_a_sentence_to_the_receipt(
    visit: Open, orders: FakeOrders, width: int, scheme: str
) -> None:
    mobile = width < 600
    page = visit(
        width=width,
        color_scheme=scheme,
        is_mobile=mobile,
        has_touch=mobile,
        reduced_motion="reduce",
    )
    before = len(orders.orders)
    ask(page, ADDRESS)
    expect(page.locator(".turn .status")).to_have_text("正在登记")
    expect(last_question(page).get_by_role("button", name="跳过")).to_be_visible()
    looks_right(page)
    press(page, "换成匿名")
    draft = page.locator(".turn").last.locator(".card.draft")
    expect(draft).to_contain_text("石牌东路88号")
    expect(page.locator(".turn").last.locator(".status")).to_have_text("请您核对，还没有提交")
    looks_right(page)
    assert len(orders.orders) == before
    press(page, "提交")
    turn = page.locator(".turn").last
    expect(turn.locator(".status")).to_have_text("已经登记")
    expect(turn.locator(".receipt .bigcode [aria-hidden]")).to_have_text(list(orders.orders)[-1])
    expect(turn.locator(".receipt dd.code .text")).to_have_count(1)
    expect(turn.locator(".receipt .process li")).to_have_count(2)
    assert len(orders.orders) == before + 1
    looks_right(page)


def test_a_field_is_changed_on_the_draft(visit: Open) -> None:
    page = visit()
    ask(page, NOISE)
    press(page, "换成匿名")
    press(page, "修改地点")
    expect(page.locator(".turn").nth(1).get_by_role("button", name="提交")).to_be_disabled()
    ask(page, "天河区石牌西路8号")
    draft = page.locator(".turn").last.locator(".card.draft")
    expect(draft).to_contain_text("石牌西路8号")
    expect(draft).not_to_contain_text("石牌东路88号楼")
    press(page, "取消")
    expect(page.locator(".turn").last).to_contain_text("都没有留下")


def test_large_text_on_the_smallest_screen(visit: Open) -> None:
    page = visit(width=320, height=640)
    page.get_by_label("特大", exact=True).check()
    ask(page, NOISE)
    press(page, "换成匿名")
    assert page.evaluate(SIDEWAYS) <= 0
    press(page, "提交")
    assert page.evaluate(SIDEWAYS) <= 0


def test_by_keyboard_alone(visit: Open, orders: FakeOrders) -> None:
    page = visit()
    ask(page, NOISE)
    press(page, "换成匿名")
    before = len(orders.orders)
    page.locator(".turn").last.get_by_role("button", name="提交").focus()
    page.keyboard.press("Enter")
    answered(page)
    assert len(orders.orders) == before + 1
    expect(page.locator(".turn").last.locator("h2.question")).to_be_focused()
