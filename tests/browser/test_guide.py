"""Through a bundle to the printed plan: as citizens do it, and how it looks."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import gallery
from tests.browser.conftest import Open
from tests.browser.site import answered, ask, last_question, to_the_plan
from tests.browser.test_looks import (
    SIDEWAYS,
    SMALL_MARKS,
    SMALL_TARGETS,
    SMALL_TEXT,
    violations,
)

DEATH = "妈妈去世了，要办哪些手续"
SLIP = 302  # px: 80 mm of paper

# Buttons, boxes and fields of the guide, and links shown as buttons, below 60 px.
SMALL_IN_LARGE_TEXT = """() => Array.from(document.querySelectorAll(
    ".asking button:not(.cite), .asking label, .asking input:not([type=checkbox]), .plan summary,"
    + " .plan .quiet-button, .saved a, .sheet button, .sheet .button-link"))
  .filter((one) => one.checkVisibility())
  .filter((one) => one.getBoundingClientRect().height < 59.99)
  .map((one) => one.outerHTML.slice(0, 120))"""


def open_sheet(page: Page) -> Page:
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="打开可打印的清单").click()
    opened.value.wait_for_load_state()
    return opened.value


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_from_the_first_sentence_to_the_printed_plan(
    visit: Open, trouble: list[str], width: int, scheme: str
) -> None:
    mobile = width < 600
    page = visit(width=width, color_scheme=scheme, is_mobile=mobile, has_touch=mobile)
    ask(page, DEATH)
    expect(page.locator(".turn .status")).to_have_text("办理引导")
    question = last_question(page)
    expect(question.get_by_role("group")).to_be_visible()
    expect(question.get_by_role("button", name="不知道")).to_be_visible()
    assert violations(page) == []

    to_the_plan(page)
    turn = page.locator(".turn").last
    expect(turn.locator(".status")).to_have_text("办事清单")
    steps = turn.locator(".plan .process > li")
    count = steps.count()
    assert count > 2
    expect(steps.first.locator(".label")).not_to_contain_text(re.compile(r"^\d+\."))
    assert violations(page) == []

    turn.get_by_role("button", name="保存并打印").click()
    answered(page)
    code = page.locator(".bigcode [aria-hidden]").inner_text()
    assert re.fullmatch(r"[2-9A-Z]{5}-[2-9A-Z]{5}", code)
    picture = page.get_by_role("img", name="二维码")
    expect(picture).to_be_visible()
    picture.evaluate("node => node.decode()")
    with page.expect_download() as calendar:
        page.get_by_role("link", name="把日期加到日历").click()
    assert calendar.value.suggested_filename == "穗问办事清单.ics"
    assert violations(page) == []

    sheet = open_sheet(page)
    sheet.on("console", lambda one: one.type == "error" and trouble.append(one.text))
    expect(sheet.get_by_role("heading", level=1)).to_have_text("公民身后一件事")
    expect(sheet.locator(".code")).to_have_text(code)
    assert sheet.locator(".numbered > li").count() == count
    expect(sheet.get_by_role("button", name="打印")).to_be_visible()
    assert violations(sheet) == []
    assert sheet.evaluate(SMALL_TARGETS) == []
    assert sheet.evaluate(SMALL_MARKS) == 0
    assert sheet.evaluate(SMALL_TEXT) == []
    assert sheet.evaluate(SIDEWAYS) <= 0
    assert page.evaluate(SIDEWAYS) <= 0


def test_by_keyboard_alone(visit: Open) -> None:
    """Each question by Tab and Enter or Space; reading goes on at what was just answered."""
    page = visit()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # to the question box
    page.keyboard.type(DEATH)
    page.keyboard.press("Enter")
    answered(page)
    expect(page.locator("#live")).to_contain_text("可以回答：")
    reach(page, "不知道", back=True)
    page.keyboard.press("Enter")
    answered(page)
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".turn").last.locator("h2.question")).to_be_focused()
    reach(page, "先看清单")
    page.keyboard.press("Enter")
    answered(page)
    reach(page, "保存并打印")
    page.keyboard.press("Enter")
    answered(page)
    reach(page, "打开可打印的清单")
    with page.context.expect_page() as opened:
        page.keyboard.press("Enter")
    sheet = opened.value
    sheet.wait_for_load_state()
    reach(sheet, "打印")


def reach(page: Page, name: str, *, back: bool = False) -> None:
    """Press Tab until the control with this name has the focus."""
    for _ in range(80):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if str(page.evaluate("document.activeElement.textContent")).strip().startswith(name):
            return
    raise AssertionError(f"{name} cannot be reached")


def test_an_old_question_takes_no_answer(visit: Open) -> None:
    page = visit()
    ask(page, DEATH)
    first = page.locator(".turn").first
    chosen = first.locator(".asking .options button").first
    label = chosen.locator(".label").inner_text()
    chosen.click()
    answered(page)
    expect(page.locator(".turn")).to_have_count(2)
    for button in first.locator(".asking .options button").all():
        expect(button).to_be_disabled()
    expect(first.locator(".chosen")).to_have_text(f"{label}已选")
    expect(first.locator(".followups")).to_have_count(0)
    first.locator(".asking .options button").nth(3).click(force=True)
    expect(page.locator(".turn")).to_have_count(2)
    expect(last_question(page).get_by_role("button", name="不知道")).to_be_enabled()
    ask(page, "不知道")  # typed: the button that says the same is marked
    expect(page.locator(".turn").nth(1).locator(".chosen")).to_contain_text("不知道")
    assert violations(page) == []


def said(page: Page) -> str:
    """What the page sent last, as it shows it."""
    answered(page)
    text = page.locator(".turn h2").last.inner_text()
    return text.removeprefix("您问：").strip()


ENTRIES: list[tuple[str, Callable[[Locator], Any], str]] = [
    (
        "亲人是怎样去世的？",
        lambda card: card.get_by_role("button", name="在医院").click(),
        "在医院",
    ),
    ("立过遗嘱吗？", lambda card: card.get_by_role("button", name="不是").click(), "不是"),
    ("立过遗嘱吗？", lambda card: card.get_by_role("button", name="不知道").click(), "不知道"),
    ("哪一天去世的？", lambda card: card.get_by_role("button", name="今天").click(), "今天"),
]


@pytest.mark.parametrize(("title", "give", "sent"), ENTRIES)
def test_buttons_send_their_words(
    visit: Open, title: str, give: Callable[[Locator], Any], sent: str
) -> None:
    page = visit()
    ask(page, gallery.GUIDING)
    give(page.get_by_role("group", name=title))
    assert said(page) == sent


def test_boxes_send_what_is_ticked_or_none(visit: Open) -> None:
    page = visit()
    ask(page, gallery.GUIDING)
    card = page.get_by_role("group", name="留下了哪些要办手续的？")
    button = card.get_by_role("button", name="确定")
    expect(button).to_have_text("确定：都没有")
    card.get_by_label("自己名下的房子").check()
    card.get_by_label("残疾人证").check()
    expect(button).to_have_text("确定：选好了 2 项")
    button.click()
    assert said(page) == "自己名下的房子、残疾人证"
    ask(page, gallery.GUIDING)
    page.locator(".turn").last.get_by_role("button", name="确定：都没有").click()
    assert said(page) == "都没有"


def test_fields_send_a_day_and_a_number_and_say_what_is_missing(visit: Open) -> None:
    page = visit()
    ask(page, gallery.GUIDING)
    number = page.get_by_role("group", name="有几辆车？")
    for wrong in ("", "-1", "1.5"):
        number.get_by_role("spinbutton").fill(wrong)
        number.get_by_role("button", name="确定").click()
        expect(number.locator(".missing")).to_be_visible()
        expect(number.get_by_role("spinbutton")).to_be_focused()
        expect(page.locator(".turn")).to_have_count(1)
    expect(page.locator("#live")).to_contain_text("整数")
    number.get_by_role("spinbutton").fill("2")
    number.get_by_role("spinbutton").press("Enter")
    assert said(page) == "2辆"

    ask(page, gallery.GUIDING)
    date = page.locator(".turn").last.get_by_role("group", name="哪一天去世的？")
    date.get_by_role("button", name="确定").click()
    expect(date.locator(".missing")).to_be_visible()
    date.locator("input").fill("2026-11-03")
    date.get_by_role("button", name="确定").click()
    assert said(page) == "2026年11月3日"


def test_a_plan_is_a_list_with_its_details_folded(visit: Open) -> None:
    page = visit(width=390)
    ask(page, gallery.GUIDING)
    steps = page.locator(".plan .process > li")
    expect(steps).to_have_count(3)
    expect(steps.first.locator(".until")).to_have_text("期限：去世后一个月以内（2026年12月3日）。")
    expect(steps.first.get_by_text("先拿到死亡证明。")).to_be_hidden()
    steps.first.get_by_text("详情").click()
    expect(steps.first.get_by_text("先拿到死亡证明。")).to_be_visible()
    expect(steps.nth(1).locator(".need")).to_have_text("可能要办")
    expect(steps.nth(2).locator("details")).to_have_count(0)
    steps.first.get_by_role("button", name="怎么办：死亡注销户口登记").click()
    assert said(page) == "死亡注销户口登记怎么办"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_every_entry_and_a_plan_look_right(visit: Open, width: int, scheme: str) -> None:
    page = visit(width=width, color_scheme=scheme, reduced_motion="reduce")
    ask(page, gallery.GUIDING)
    assert page.locator(".asking").count() == len(gallery.QUESTIONS)
    page.get_by_role("button", name="确定", exact=True).first.click()  # what is missing is said
    for summary in page.locator(".answer summary").all():
        summary.click()
    assert violations(page) == []
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.evaluate(SMALL_TEXT) == []
    assert page.evaluate(SIDEWAYS) <= 0


@pytest.mark.parametrize("size", ["大", "特大"])
def test_large_text_on_the_smallest_screen(visit: Open, size: str) -> None:
    page = visit(width=320, height=640)
    page.get_by_label(size, exact=True).check()
    ask(page, gallery.GUIDING)
    for summary in page.locator(".plan summary").all():
        summary.click()
    assert page.evaluate(SIDEWAYS) <= 0
    assert page.evaluate(SMALL_IN_LARGE_TEXT) == []
    ask(page, DEATH)
    ask(page, "先看清单")
    ask(page, "保存并打印")
    assert page.evaluate(SIDEWAYS) <= 0
    assert page.evaluate(SMALL_IN_LARGE_TEXT) == []
    sheet = open_sheet(page)
    assert sheet.evaluate("document.documentElement.dataset.size") in ("l", "xl")
    assert sheet.evaluate(SIDEWAYS) <= 0
    assert sheet.evaluate(SMALL_IN_LARGE_TEXT) == []


def test_on_paper(visit: Open) -> None:
    """A4 and the slip of a kiosk: nothing to press, boxes to tick, no line too wide."""
    page = visit()
    for text in (DEATH, "先看清单", "保存并打印"):
        ask(page, text)
    sheet = open_sheet(page)
    sheet.emulate_media(media="print")
    for width in (SLIP, 680):
        sheet.set_viewport_size({"width": width, "height": 1000})
        assert sheet.evaluate(SIDEWAYS) <= 0
        for hidden in (".top", ".tools"):
            expect(sheet.locator(hidden)).to_be_hidden()
        for shown in (".code", ".qr svg", ".numbered .tick input", ".ai-label", ".basis li"):
            expect(sheet.locator(shown).first).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".bigcode")).to_be_visible()
    for hidden in (".asking .entry", ".followups"):
        assert page.locator(hidden).locator("visible=true").count() == 0


def test_the_sheet_needs_no_script(visit: Open) -> None:
    page = visit()
    for text in (DEATH, "先看清单", "保存并打印"):
        ask(page, text)
    url = open_sheet(page).url
    plain = visit(java_script_enabled=False)
    plain.goto(url)
    expect(plain.locator(".numbered > li").first).to_be_visible()
    expect(plain.locator("#print")).to_be_hidden()  # nothing is offered that cannot work


def test_a_plan_that_is_gone_is_told_in_plain_words(visit: Open, trouble: list[str]) -> None:
    page = visit(width=320)
    page.goto(f"{page.url}plan/22222AAAAA")
    expect(page.get_by_role("heading", level=1)).to_have_text("没有找到这份清单")
    expect(page.get_by_role("link", name="拨打 12345")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.evaluate(SIDEWAYS) <= 0
    assert len(trouble) == 1  # the browser's own line about the status 404
    trouble.clear()
