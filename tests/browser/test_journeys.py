"""What citizens do on the page, from the question to leaving it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser import gallery
from tests.browser.conftest import Open
from tests.browser.site import answered, ask

LOST = "身份证丢了怎么补办"
BEATEN = "老公打我怎么办"


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.className"))


def test_question_gives_facts_then_cards_then_sources(visit: Open) -> None:
    page = visit(width=390, height=844)
    ask(page, LOST)
    answer = page.locator(".answer")
    expect(answer.locator(".status")).to_have_text("答复：居民身份证丢失补领")
    expect(answer.locator(".card.materials")).to_be_visible()
    expect(answer.locator(".card.steps")).to_be_visible()
    kinds = answer.evaluate("node => Array.from(node.children, (one) => one.classList[0])")
    order = r"status prose( card)+ sources followups ai-label actions"
    assert re.fullmatch(order, " ".join(kinds))
    expect(page.get_by_role("heading", level=2).last).to_have_text(f"您问：{LOST}")


def test_nothing_is_said_twice(visit: Open) -> None:
    """What a card shows is not a sentence as well; its citation stands at the card."""
    page = visit()
    ask(page, gallery.QUESTION)
    expect(page.locator(".prose p")).to_have_count(3)
    expect(page.locator(".answer > .prose")).not_to_contain_text("居民户口簿")
    first = page.locator(".answer > :nth-child(2)")  # the asked thing comes first
    expect(first.get_by_role("heading")).to_contain_text("材料清单")
    expect(page.locator(".caution")).to_contain_text("2021")


def test_ticking_the_list_counts(visit: Open) -> None:
    page = visit()
    ask(page, gallery.QUESTION)
    card = page.locator(".card.materials")
    expect(card.locator(".count")).to_have_text("已备 0/2 样")
    card.get_by_label("居民户口簿").check()
    expect(card.locator(".count")).to_have_text("已备 1/2 样")


def test_choice_asks_on(visit: Open) -> None:
    page = visit()
    ask(page, gallery.QUESTION)
    page.get_by_role("button", name="丢失补领 广州市公安局").click()
    expect(page.locator(".turn")).to_have_count(2)
    answered(page)
    last = page.locator(".turn").last
    expect(last.locator(".question")).to_have_text("您问：丢失补领")
    expect(last.locator(".status")).to_contain_text("居民身份证丢失补领")


def test_real_question_offers_choices_without_codes(visit: Open) -> None:
    page = visit()
    ask(page, "驾驶证")
    turn = page.locator(".turn")
    expect(turn).to_have_attribute("data-status", "clarify")
    expect(turn).not_to_contain_text("GZ-")
    turn.locator(".choices button").first.click()
    answered(page)
    expect(page.locator(".turn").last).to_have_attribute("data-status", "answered")


def test_follow_up_chip_is_short_and_asks_in_full(visit: Open) -> None:
    page = visit()
    ask(page, LOST)
    chip = page.locator(".followups .chip").first
    expect(chip).not_to_contain_text("居民身份证丢失补领")
    name = chip.get_attribute("aria-label")
    assert name is not None
    assert name.startswith("居民身份证丢失补领")
    chip.click()
    answered(page)
    expect(page.locator(".question").last).to_have_text(f"您问：{name}")


def test_memory_of_the_conversation(visit: Open) -> None:
    page = visit()
    ask(page, LOST)
    ask(page, "多少钱")
    expect(page.locator(".turn").last).to_contain_text("40元")


def test_citation_opens_its_quote_by_keyboard_and_leads_back(visit: Open) -> None:
    page = visit()
    ask(page, LOST)
    mark = page.locator(".cite").first
    mark.focus()
    page.keyboard.press("Enter")
    entry = page.locator(".sources li.target")
    expect(entry).to_be_focused()
    expect(entry.locator("blockquote")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="回到正文")).to_be_focused()
    page.keyboard.press("Enter")
    expect(mark).to_be_focused()
    expect(page.locator(".sources .target, .sources .back")).to_have_count(0)


def test_sources_are_folded_and_open_by_keyboard(visit: Open) -> None:
    page = visit()
    ask(page, LOST)
    sources = page.locator(".sources")
    expect(sources.locator("blockquote").first).to_be_hidden()
    sources.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(sources.locator("blockquote").first).to_be_visible()


def test_keyboard_alone(visit: Open) -> None:
    page = visit()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#question")).to_be_focused()
    page.keyboard.type(LOST)
    page.keyboard.press("Enter")
    answered(page)
    expect(page.locator("#question")).to_be_focused()
    expect(page.locator("#live")).to_contain_text("材料清单")


def test_enter_of_an_input_method_sends_nothing(visit: Open) -> None:
    page = visit()
    page.fill("#question", "ju zhu zheng")
    page.dispatch_event("#question", "keydown", {"key": "Enter", "isComposing": True})
    expect(page.locator(".turn")).to_have_count(0)


def test_emergency_shows_the_number_first(visit: Open) -> None:
    page = visit(width=390, height=844)
    ask(page, "着火了怎么办")
    turn = page.locator(".turn")
    expect(turn).to_have_attribute("data-status", "crisis")
    number = turn.get_by_role("link", name="打电话 119")
    expect(number).to_have_attribute("href", "tel:119")
    expect(number).to_be_in_viewport(ratio=1)
    expect(page.locator("#leave-bar")).to_be_hidden()


def test_quiet_mode_keeps_still(visit: Open) -> None:
    """No focus moved, nothing read aloud, no form, no alarm colour, a way to leave."""
    page = visit()
    ask(page, BEATEN)
    turn = page.locator(".turn")
    assert focused(page) == "question"
    expect(page.locator("#live")).to_have_text("已有答复")
    expect(turn.locator(".actions, form, input, textarea")).to_have_count(0)
    expect(turn.get_by_role("link", name="打电话 110")).to_have_attribute("href", "tel:110")
    texted = turn.get_by_role("link", name="发短信")
    assert str(texted.get_attribute("href")).startswith("sms:12110")
    assert turn.locator(".dots").count() == 0
    colours = "node => [getComputedStyle(node).borderTopColor, getComputedStyle(node).borderWidth]"
    assert turn.locator(".answer").evaluate(colours)[1] == "1px"
    with page.expect_request(lambda one: one.method == "DELETE"):
        page.get_by_role("button", name="快速离开").click()
    page.wait_for_url("about:blank")


def test_escape_twice_leaves(visit: Open) -> None:
    page = visit()
    ask(page, BEATEN)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_url("about:blank")


def test_clear_forgets_here_and_on_the_server(visit: Open) -> None:
    page = visit()
    ask(page, LOST)
    with page.expect_response(lambda one: one.request.method == "DELETE") as gone:
        page.get_by_role("button", name="清除对话").click()
    assert gone.value.status == 204
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator("#welcome")).to_be_visible()
    expect(page.locator("#question")).to_be_focused()


def test_feedback_with_a_reason(visit: Open) -> None:
    page = visit()
    ask(page, LOST)
    with page.expect_response("**/feedback") as sent:
        page.get_by_role("button", name="没用").click()
    assert sent.value.status == 204
    with page.expect_response("**/feedback") as sent:
        page.get_by_role("button", name="看不明白").click()
    assert sent.value.status == 204
    expect(page.locator(".reasons")).to_contain_text("谢谢")


def test_text_size_is_remembered_and_nothing_else(visit: Open) -> None:
    page = visit()
    size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
    before = page.evaluate(size)
    page.get_by_label("特大").check()
    ask(page, LOST)
    page.reload()
    assert page.evaluate(size) > 1.5 * before
    expect(page.get_by_label("特大")).to_be_checked()
    expect(page.locator(".turn")).to_have_count(0)
    assert page.evaluate("Object.keys(localStorage)") == ["suiwen.textsize"]
    assert page.evaluate("sessionStorage.length") == 0
    assert page.context.cookies() == []
    assert page.evaluate("indexedDB.databases()") == []
    assert page.evaluate("caches.keys()") == []


def test_nothing_is_stored_before_a_size_is_chosen(visit: Open) -> None:
    page = visit()
    ask(page, LOST)
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_without_scripts_the_page_names_12345(visit: Open) -> None:
    page = visit(java_script_enabled=False)
    expect(page.locator(".boot")).to_contain_text("您可以直接拨打政务服务便民热线")
    expect(page.get_by_role("link", name="12345", exact=True)).to_be_visible()
    expect(page.locator(".boot a")).to_have_attribute("href", "tel:12345")
    expect(page.locator("#composer")).to_be_hidden()  # nothing is offered that cannot work


def test_broken_connection_is_told_and_asked_again(visit: Open, trouble: list[str]) -> None:
    page = visit()
    page.route("**/chat", lambda route: route.abort())
    page.fill("#question", LOST)
    page.press("#question", "Enter")
    expect(page.locator(".turn .status")).to_have_text("网络好像断开了")
    expect(page.locator(".turn").get_by_role("link", name="拨打 12345")).to_be_visible()
    page.unroute("**/chat")
    page.get_by_role("button", name="再试一次").click()
    answered(page)
    assert len(trouble) == 1  # the browser's own line about the request
    trouble.clear()


def test_printing_opens_every_source_and_hides_the_controls(visit: Open) -> None:
    page = visit()
    ask(page, gallery.QUESTION)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".sources blockquote").count() == len(gallery.CITATIONS)
    expect(page.locator(".sources blockquote").last).to_be_visible()
    expect(page.locator(".desk")).to_have_count(5)
    expect(page.locator(".desk").last).to_be_visible()
    for hidden in ("#composer", ".actions", ".followups", ".card.choices"):
        expect(page.locator(hidden)).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("details[open]")).to_have_count(0)
