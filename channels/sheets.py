"""A saved plan on paper: the page to print, the calendar file, and the QR code of its address.

Whoever has the code may read the plan, and nothing in it tells whose it is.  Nothing of it is kept
by a browser or found by a search engine.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import icalendar
import segno
from fastapi import APIRouter, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from channels.problems import Problem
from channels.types import Citation, Deadline, Services, Sheet

TEMPLATES = Path(__file__).resolve().parent / "templates"

_CODE = re.compile(r"[2-9A-HJKMNP-Z]{10}")
_HOST = re.compile(r"(?:[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?", re.IGNORECASE)
_GONE = "没有这份清单：可能已经过期、取回码写错了一位，或者暂时取不到。"
_NO_DAYS = "这份清单里没有要记的日期。"
_HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
_FILE = quote("穗问办事清单.ics")
_ATTACHED = {
    "Content-Disposition": f"attachment; filename=\"suiwen.ics\"; filename*=UTF-8''{_FILE}"
}
_KINDS = {"item": "办事指南", "bundle": "一件事", "policy": "政策法规", "hotline": "热线"}


def router(services: Services, check_rate: Callable[[Request], None]) -> APIRouter:
    """``/plan/{code}``, ``.ics`` and ``.svg``; ``check_rate`` raises for too many requests."""
    routes = APIRouter()

    async def found(request: Request, code: str) -> Sheet | None:
        check_rate(request)
        known = code_of(code)
        return await services.sheet(known) if known else None

    @routes.get("/plan/{code}.ics", response_class=Response, responses=_responses("text/calendar"))
    async def calendar_file(request: Request, code: str) -> Response:
        """The days of a saved plan as a calendar file."""
        sheet = await found(request, code)
        if sheet is None or not sheet.deadlines:
            raise Problem(404, _GONE if sheet is None else _NO_DAYS)
        content = calendar(sheet, datetime.now(UTC))
        return Response(content, media_type="text/calendar", headers=_HEADERS | _ATTACHED)

    @routes.get("/plan/{code}.svg", response_class=Response, responses=_responses("image/svg+xml"))
    async def picture(request: Request, code: str) -> Response:
        """The address of a saved plan as a QR code."""
        sheet = await found(request, code)
        if sheet is None:
            raise Problem(404, _GONE)
        content = io.BytesIO()
        _qr(address(request, sheet.code)).save(content, kind="svg", light="#fff", scale=4)
        return Response(content.getvalue(), media_type="image/svg+xml", headers=_HEADERS)

    @routes.get(
        "/plan/{code}", response_class=HTMLResponse, responses=_responses("text/html", page=True)
    )
    async def page(request: Request, code: str) -> Response:
        """A saved plan as a page to print; it needs no script."""
        sheet = await found(request, code)
        if sheet is None:
            return HTMLResponse(_template("plan_gone.html"), 404, _HEADERS)
        return HTMLResponse(render(sheet, address(request, sheet.code)), headers=_HEADERS)

    return routes


def code_of(text: str) -> str | None:
    """The code as it is saved, from an address typed by hand: any case, with or without ``-``."""
    code = text.upper()
    code = code[:5] + code[6:] if code[5:6] == "-" else code
    return code if _CODE.fullmatch(code) else None


def address(request: Request, code: str) -> str:
    """The absolute address of a plan's page.  Raises ``Problem(400)`` for a strange host."""
    if not _HOST.fullmatch(request.headers.get("host", "localhost")):
        raise Problem(400, "请求里的主机名不对。")
    return f"{request.base_url}plan/{code}"


def calendar(sheet: Sheet, stamp: datetime) -> bytes:
    """The days as an iCalendar file (RFC 5545): all-day events that do not make one busy.

    The same day's matter keeps its UID, so that a calendar renews it; the code is not in it.
    """
    made = icalendar.Calendar()
    made.add("prodid", "-//Suiwen//plan//ZH")
    made.add("version", "2.0")
    made.add("x-wr-calname", sheet.title)
    for uid, one in zip(_uids(sheet), sheet.deadlines, strict=True):
        event = icalendar.Event()
        event.add("uid", uid)
        event.add("dtstamp", stamp)
        event.add("dtstart", one.day)
        event.add("dtend", one.day + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        event.add("summary", one.title)
        event.add("description", "\n".join(filter(None, (one.note, sheet.title, sheet.label))))
        made.add_component(event)
    content: bytes = made.to_ical()
    return content


def _uids(sheet: Sheet) -> list[str]:
    """One for each day: from the code and the title, counted where a title comes twice."""
    seen: dict[str, int] = {}
    found = []
    for one in sheet.deadlines:
        nth = seen[one.title] = seen.get(one.title, 0) + 1
        digest = hashlib.sha256(f"{sheet.code} {one.title} {nth}".encode()).hexdigest()
        found.append(f"{digest[:32]}@suiwen")
    return found


# The page


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One record that a sheet rests on, under one number, however many of its fields are cited."""

    number: int
    kind: str
    title: str
    url: str | None
    as_of: str | None


def sources(citations: Sequence[Citation]) -> tuple[tuple[Source, ...], Mapping[int, int]]:
    """The records in the order of their citations, and the record's number of each citation."""
    numbers: dict[tuple[str, str | None, str | None], int] = {}
    found: list[Source] = []
    places: dict[int, int] = {}
    for one in citations:
        key = (one.code, one.url, one.as_of)
        if key not in numbers:
            numbers[key] = len(found) + 1
            kind, url = _KINDS.get(one.kind, "记录"), web_address(one.url)
            found.append(
                Source(number=numbers[key], kind=kind, title=one.title, url=url, as_of=one.as_of)
            )
        places[one.n] = numbers[key]
    return tuple(found), places


def render(sheet: Sheet, at: str) -> str:
    """The page of a sheet whose address is ``at``.  Whatever stands in the sheet is escaped."""
    listed, places = sources(sheet.citations)

    def marks(citations: Iterable[int]) -> list[int]:
        return sorted({places[n] for n in citations if n in places})

    picture = _qr(at).svg_inline(light="#fff", omitsize=True)
    return _template(
        "plan.html",
        sheet=sheet,
        shown=f"{sheet.code[:5]}-{sheet.code[5:]}",
        address=at,
        picture=Markup(picture),  # noqa: S704 - drawn by segno: numbers and no text of ours
        days=by_day(sheet.deadlines),
        sources=listed,
        marks=marks,
    )


def by_day(deadlines: Sequence[Deadline]) -> list[tuple[date, list[Deadline]]]:
    """The days in order, each with its matters."""
    days: dict[date, list[Deadline]] = {}
    for one in sorted(deadlines, key=lambda one: one.day):
        days.setdefault(one.day, []).append(one)
    return list(days.items())


def web_address(url: str | None) -> str | None:
    """The address if it is a plain web address, else ``None``."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    plain = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    return url if plain else None


def _qr(text: str) -> segno.QRCode:
    return segno.make_qr(text, error="m")


def _template(name: str, **values: Any) -> str:
    return _environment().get_template(name).render(**values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(day=_day, weekday=_weekday, unnumbered=_unnumbered, web=web_address)
    return environment


def _day(day: date | str) -> str:
    """2026-12-03 → 2026年12月3日; a wording stays as it is."""
    if isinstance(day, str):
        found = re.match(r"(\d{4})-(\d{2})-(\d{2})", day)
        return f"{found[1]}年{int(found[2])}月{int(found[3])}日" if found else day
    return f"{day.year}年{day.month}月{day.day}日"


def _weekday(day: date) -> str:
    return "周" + "一二三四五六日"[day.weekday()]


def _unnumbered(label: str) -> str:
    """A step's label without its number: the list counts."""
    return re.sub(r"^\d+[.、]\s*", "", label)


_WORDS = {400: "a strange host", 404: "no such plan", 429: "too many requests", 500: "our error"}


def _responses(kind: str, *, page: bool = False) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of a route: its type, and problem details (a page where one is shown)."""
    errors: dict[int | str, dict[str, Any]] = {
        status: {"description": words, "content": {"application/problem+json": {}}}
        for status, words in _WORDS.items()
    }
    if page:
        errors[404] = {"description": _WORDS[404], "content": {"text/html": {}}}
    return {200: {"description": "the plan", "content": {kind: {}}}, **errors}
