"""The printed plan, its calendar file and its QR code."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from xml.etree import ElementTree

import icalendar
import pytest
import segno
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from assistant.bundles import plans
from channels import problems, sheets, web
from channels.types import Card, CardRow, Citation, Deadline, Sentence, Sheet
from tests.channels.services import Fake

CODE = "23456ABCDE"
HOSTILE = "<script>alert(1)</script>\"'&"
STAMP = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)

Open = Callable[..., TestClient]


def citation(n: int, **changes: Any) -> Citation:
    values = {"kind": "item", "code": "i1", "title": "注销户口", "field": "steps[0]"}
    url = "https://www.gd.gov.cn/a.html"
    return Citation(n=n, quote="一个月", **{**values, "url": url, "as_of": "2026-05-01", **changes})


SHEET = Sheet(
    code=CODE,
    title="身后一件事",
    made=date(2026, 11, 22),
    sentences=(Sentence(text="要办1件事。", citations=(1, 2, 3)),),
    cards=(
        Card(
            kind="plan",
            title="办事次序",
            note="可以同时办。",
            rows=(
                CardRow(
                    label="1. 注销户口",
                    text="第1次跑：户政窗口",
                    note="先拿到死亡证明。\n期限：一个月以内。",
                    url="https://www.gd.gov.cn/online",
                    ask="注销户口怎么办",
                    citations=(1,),
                ),
            ),
        ),
        Card(
            kind="materials",
            title="要准备的材料",
            rows=(
                CardRow(label="死亡证明", text="用于：注销户口", citations=(2,)),
                CardRow(label="户口簿"),
            ),
        ),
        Card(kind="overview", title="不用带的", rows=(CardRow(label="火化证明", text="不用"),)),
        Card(kind="overview", title="为什么这样列", rows=()),
    ),
    citations=(citation(1), citation(2, field="limits"), citation(3, code="b1", kind="bundle")),
    deadlines=(
        Deadline(day=date(2026, 12, 3), title="最后期限：注销户口", note="一个月以内"),
        Deadline(day=date(2026, 11, 23), title="去办：注销户口"),
        Deadline(day=date(2026, 12, 3), title="预计办完"),
    ),
)


@pytest.fixture
def open_app() -> Iterator[Open]:
    """The channel over one saved sheet: ``open_app(sheet, requests_per_minute=3)``."""
    opened: list[TestClient] = []

    def start(sheet: Sheet = SHEET, *, requests_per_minute: int = 0) -> TestClient:
        app = FastAPI()
        problems.install(app)
        fake = Fake(sheets={sheet.code: sheet})
        routes = web.router(
            fake.services(), requests_per_minute=requests_per_minute, most_body_bytes=1000
        )
        app.include_router(routes)
        opened.append(TestClient(app, base_url="http://suiwen.example").__enter__())
        return opened[-1]

    yield start
    for one in opened:
        one.__exit__(None, None, None)


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


# The page


def test_the_page_has_all_that_is_in_the_sheet(open_app: Open) -> None:
    response = open_app().get(f"/plan/{CODE}")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    html, words = response.text, text_of(response.text)
    assert '<html lang="zh-CN">' in html
    assert "列出日期：2026年11月22日" in words
    assert "23456-ABCDE" in words
    for card in SHEET.cards:
        assert (card.title in words) is bool(card.rows)
        for row in card.rows:
            for part in (row.text, *(row.note or "").splitlines()):
                assert not part or part in words
    assert SHEET.label in words
    assert "http://suiwen.example/plan/23456ABCDE" in words
    assert "https://www.gd.gov.cn/a.html" in words
    assert "资料日期：2026年5月1日" in words


def test_steps_and_documents_have_boxes_and_the_rest_has_none(open_app: Open) -> None:
    html = open_app().get(f"/plan/{CODE}").text
    ticks = re.findall(r'<input type="checkbox"[^>]*> <span>([^<]+)', html)
    assert ticks == ["注销户口", "死亡证明", "户口簿"]  # the list counts the steps itself


def test_days_are_in_order_and_each_stands_once(open_app: Open) -> None:
    html = open_app().get(f"/plan/{CODE}").text
    days = re.findall(r'<th scope="row"[^>]*><span>([^<]+)</span> <span>([^<]+)', html)
    assert days == [("2026年11月23日", "周一"), ("2026年12月3日", "周四")]


def test_sources_are_records_and_their_marks_lead_to_them(open_app: Open) -> None:
    html = open_app().get(f"/plan/{CODE}").text
    assert re.findall(r'<li id="source-(\d+)"', html) == ["1", "2"]
    marks = re.findall(r'href="#source-(\d+)"', html)
    assert marks == ["1", "2", "1", "1"]  # of the sentence, then of a step and a document


def test_a_sheet_with_nothing_but_words(open_app: Open) -> None:
    bare = replace(SHEET, cards=(), citations=(), deadlines=())
    words = text_of(open_app(bare).get(f"/plan/{CODE}").text)
    assert "要办1件事。" in words
    for absent in ("要记的日期", "出处", "日历"):
        assert absent not in words


def test_what_stands_in_a_sheet_stays_text(open_app: Open) -> None:
    row = CardRow(label=HOSTILE, text=HOSTILE, note=HOSTILE, tel=HOSTILE, url="javascript:alert(1)")
    cards = tuple(
        Card(kind=kind, title=HOSTILE, note=HOSTILE, rows=(row,))
        for kind in ("plan", "materials", "overview")
    )
    hostile = Sheet(
        code=CODE,
        title=HOSTILE,
        made=date(2026, 11, 22),
        sentences=(Sentence(text=HOSTILE, citations=(1,)),),
        cards=cards,
        citations=(citation(1, title=HOSTILE, url="javascript:alert(1)", as_of=HOSTILE),),
        deadlines=(Deadline(day=date(2026, 12, 3), title=HOSTILE, note=HOSTILE),),
        label=HOSTILE,
    )
    html = open_app(hostile).get(f"/plan/{CODE}").text
    assert "<script>" not in html
    assert "javascript:" not in html
    assert html.count("&lt;script&gt;") >= 20


def test_the_page_needs_no_script_and_asks_no_outside_host(open_app: Open) -> None:
    html = open_app().get(f"/plan/{CODE}").text
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\bsrc=)", html)
    loaded = re.findall(r'<(?:script|link|img)\b[^>]*?(?:src|href)="([^"]+)"', html)
    assert all(address.startswith("/static/") for address in loaded)
    assert {one.removeprefix("/static/") for one in loaded} <= {
        path.name for path in web.PAGES.iterdir()
    }


# The code


@pytest.mark.parametrize("typed", [CODE, "23456-ABCDE", "23456abcde", "23456-abcde"])
def test_a_code_typed_by_hand(open_app: Open, typed: str) -> None:
    client = open_app()
    for ending in ("", ".ics", ".svg"):
        assert client.get(f"/plan/{typed}{ending}").status_code == 200


UNKNOWN = ["22222AAAAA", "x", "23456ABCDEF", "0O1ILABCDE", "23456--ABCD", "%3Cscript%3E", "２３"]


@pytest.mark.parametrize("code", UNKNOWN)
def test_an_unknown_code_is_told_what_to_do(open_app: Open, code: str) -> None:
    client = open_app()
    page = client.get(f"/plan/{code}")
    assert page.status_code == 404
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    words = text_of(page.text)
    assert "没有找到这份清单" in words
    assert "12345" in words
    assert "script>" not in page.text.replace("</script>", "")
    for ending in (".ics", ".svg"):
        response = client.get(f"/plan/{code}{ending}")
        assert response.status_code == 404
        assert response.headers["content-type"] == "application/problem+json"
        assert "没有这份清单" in response.json()["detail"]


@given(st.text(max_size=14))
def test_a_code_is_ten_of_its_signs_or_none(text: str) -> None:
    code = sheets.code_of(text)
    assert code is None or (len(code) == plans.LENGTH and set(code) <= set(plans.SIGNS))


def test_codes_of_the_assistant_are_codes_here() -> None:
    for _ in range(100):
        code = plans.new_code()
        assert sheets.code_of(code) == sheets.code_of(plans.shown(code).lower()) == code
    for sign in plans.SIGNS:
        assert sheets.code_of(sign * plans.LENGTH)


# The calendar


def test_the_calendar_file(open_app: Open) -> None:
    response = open_app().get(f"/plan/{CODE}.ics")
    assert response.headers["content-type"] == "text/calendar; charset=utf-8"
    assert response.headers["content-disposition"].startswith('attachment; filename="suiwen.ics"')
    assert CODE not in response.text
    read = icalendar.Calendar.from_ical(response.content)
    assert (read["version"], read["prodid"]) == ("2.0", "-//Suiwen//plan//ZH")
    events = list(read.walk("VEVENT"))
    assert [(str(one["summary"]), one.decoded("dtstart")) for one in events] == [
        (one.title, one.day) for one in SHEET.deadlines
    ]
    for event in events:
        assert event["dtstart"].params["VALUE"] == "DATE"
        assert (event.decoded("dtend") - event.decoded("dtstart")).days == 1
        assert event.decoded("dtstamp").tzinfo is not None
        assert SHEET.label in event["description"]


def test_lines_are_folded_and_ended_as_the_standard_says() -> None:
    content = sheets.calendar(SHEET, STAMP)
    lines = content.split(b"\r\n")
    assert lines.pop() == b""
    assert all(len(line) <= 75 and b"\n" not in line for line in lines)
    assert b"DTSTAMP:20261122T080000Z" in lines


def uids(sheet: Sheet) -> list[str]:
    read = icalendar.Calendar.from_ical(sheets.calendar(sheet, STAMP))
    return [str(one["uid"]) for one in read.walk("VEVENT")]


def test_a_matter_keeps_its_uid_when_its_day_moves() -> None:
    moved = replace(SHEET.deadlines[0], day=date(2027, 1, 4))
    assert uids(replace(SHEET, deadlines=(moved, *SHEET.deadlines[1:]))) == uids(SHEET)
    twice = uids(replace(SHEET, deadlines=(moved, moved)))
    assert len(set(twice)) == 2
    assert not set(uids(replace(SHEET, code="33333AAAAA"))) & set(uids(SHEET))


def test_a_plan_without_days_has_no_calendar(open_app: Open) -> None:
    response = open_app(replace(SHEET, deadlines=())).get(f"/plan/{CODE}.ics")
    assert response.status_code == 404
    assert response.json()["detail"] == "这份清单里没有要记的日期。"


# The QR code


def test_the_qr_code_is_the_absolute_address(open_app: Open) -> None:
    response = open_app().get(f"/plan/{CODE}.svg")
    assert response.headers["content-type"] == "image/svg+xml"
    drawn = ElementTree.parse(io.BytesIO(response.content)).getroot()
    assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
    expected = io.BytesIO()
    code = segno.make_qr(f"http://suiwen.example/plan/{CODE}", error="m")
    code.save(expected, kind="svg", light="#fff", scale=4)
    assert response.content == expected.getvalue()


@pytest.mark.parametrize("host", ["[::1", "a b", "x" * 3000, "<b>", "a/b", "a@b", "a:b", ""])
def test_a_strange_host_is_refused(open_app: Open, host: str) -> None:
    client = open_app()
    for ending in ("", ".svg"):
        response = client.get(f"/plan/{CODE}{ending}", headers={"Host": host})
        assert response.status_code == 400
        assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("host", ["[::1]:8000", "10.0.0.1:80", "zwfw.gz.gov.cn"])
def test_any_plain_host_stands_in_the_address(open_app: Open, host: str) -> None:
    page = open_app().get(f"/plan/{CODE}", headers={"Host": host})
    assert f"/plan/{CODE}</span>" in page.text
    assert f"http://{host.removesuffix(':80')}" in page.text


# All three


def test_nothing_is_kept_or_found_by_a_search_engine(open_app: Open) -> None:
    client = open_app()
    for path in (f"/plan/{CODE}", f"/plan/{CODE}.ics", f"/plan/{CODE}.svg", "/plan/x"):
        response = client.get(path)
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["x-robots-tag"] == "noindex"


def test_too_many_requests(open_app: Open) -> None:
    client = open_app(requests_per_minute=3)
    paths = (f"/plan/{CODE}", f"/plan/{CODE}.ics", "/plan/x", f"/plan/{CODE}.svg")
    assert [client.get(path).status_code for path in paths] == [200, 200, 404, 429]


def test_openapi_names_every_answer(open_app: Open) -> None:
    client = open_app()
    described = client.get("/openapi.json").json()["paths"]
    for ending in ("", ".ics", ".svg"):
        responses = described[f"/plan/{{code}}{ending}"]["get"]["responses"]
        for path, host in ((f"/plan/{CODE}", "a"), ("/plan/x", "a"), (f"/plan/{CODE}", "a b")):
            got = client.get(path + ending, headers={"Host": host})
            kind = got.headers["content-type"].partition(";")[0]
            # The calendar has no address in it, so a strange host does not matter to it.
            assert kind in responses[str(got.status_code)]["content"]
        assert "application/problem+json" in responses["429"]["content"]


def test_a_plan_saved_in_a_real_talk_is_printed(client: TestClient) -> None:
    session = None
    for text in ("妈妈去世了，要办哪些手续", "先看清单", "保存并打印"):
        body = {"text": text, **({"session_id": session} if session else {})}
        reply = client.post("/api/v1/chat", json=body).json()
        session = reply["session_id"]
    (saved,) = [card for card in reply["cards"] if card["kind"] == "saved"]
    for row in saved["rows"]:
        assert client.get(row["url"]).status_code == 200
    page = client.get(f"/plan/{saved['code']}")
    assert "公民身后一件事" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
