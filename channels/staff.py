"""The staff channel: signing in, the page of whoever takes over, and what is pushed to both sides.

The session is a cookie that no script can read and no other site can send (HttpOnly, SameSite
Strict); besides, every POST carries a token made from it.  What a member may do is decided by the
services, not here.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.websockets import WebSocket

from channels import limits, sockets
from channels.problems import Problem
from channels.types import (
    AccountAct,
    AccountChanged,
    Conversation,
    LiveFrame,
    Queued,
    Spoken,
    StaffAct,
    StaffMember,
    StaffPhone,
    StaffRefusal,
    StaffServices,
    StaffSignedIn,
    Suggestion,
)

TEMPLATES = Path(__file__).resolve().parent / "templates"
COOKIE, FORM_COOKIE = "suiwen_staff", "suiwen_staff_form"
CSRF = "X-CSRF-Token"
PATH = "/staff"
MOST_BYTES = 16_384

_NO_STORE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
_Id = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
_Session = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
_Cursor = Annotated[int, Field(ge=0, le=2**53)]
_Code = Annotated[str, Field(max_length=100)]

_REFUSED: Mapping[StaffRefusal, tuple[int, str]] = {
    "denied": (403, "您的角色不能这样做。"),
    "gone": (409, "这个对话已经不在您这里了：可能别人接了，或者市民离开了。"),
    "empty": (422, "还没有写内容。"),
    "too_long": (422, "内容太长，最多 1000 字。"),
}
_SIGN_IN = {
    "wrong": "用户名、密码或者验证码不对。",
    "code": "请输入验证器上的六位数字。",
    "locked": "试错次数太多，账号暂时锁定。请过一会儿再试，或者请管理员重置。",
}
_SESSION_ENDED = "登录已经过期，请重新登录。"


class ActRequest(BaseModel):
    """Body of ``POST /staff/api/handoffs/{id}/{act}``."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=4000)] = ""
    codes: tuple[_Code, ...] = Field((), max_length=20)


class LiveRequest(BaseModel):
    """The first frame of ``/api/v1/live``, and the body of its POST twin."""

    model_config = ConfigDict(extra="forbid")

    session_id: _Session
    after: _Cursor = 0


class StaffHello(BaseModel):
    """The first frame of ``/staff/ws``."""

    model_config = ConfigDict(extra="forbid")

    csrf: Annotated[str, Field(max_length=100)]


class StaffFrame(BaseModel):
    """What the staff page sends: which conversation it shows, that someone is there, an answer."""

    model_config = ConfigDict(extra="forbid")

    open: _Id | None = None
    after: _Cursor = 0
    active: bool = False
    say: ActRequest | None = None
    n: _Cursor = 0


_JSON: dict[str, TypeAdapter[Any]] = {
    "queue": TypeAdapter(tuple[Queued, ...]),
    "conversation": TypeAdapter(Conversation),
    "lines": TypeAdapter(tuple[Spoken, ...]),
    "suggestions": TypeAdapter(tuple[Suggestion, ...]),
    "phone": TypeAdapter(StaffPhone),
    "frames": TypeAdapter(tuple[LiveFrame, ...]),
    "frame": TypeAdapter(LiveFrame),
}
_ACCOUNT_ACT = TypeAdapter(AccountAct)


def router(
    services: StaffServices,
    *,
    requests_per_minute: int = 600,
    sign_ins_per_minute: int = 20,
    most_live: int = 5_000,
    check_seconds: float = 20.0,
) -> APIRouter:
    """Pages and interfaces under ``/staff``, and ``/api/v1/live`` for citizens.

    ``most_live``: sockets of citizens in this process at a time; ``check_seconds``: how often an
    open socket looks whether its member is still signed in.
    """
    routes = APIRouter(include_in_schema=False)
    check_rate = limits.per_minute(requests_per_minute)
    check_sign_in = limits.per_minute(sign_ins_per_minute)
    open_sockets: set[WebSocket] = set()

    async def form(request: Request, secret: str) -> dict[str, str]:
        """The fields of a form that this server made for this visitor."""
        content = await limits.body(request, MOST_BYTES)
        try:
            fields = dict(parse_qsl(content.decode(), keep_blank_values=True, max_num_fields=10))
        except ValueError:
            raise Problem(400, "请求的格式不对。") from None
        if not secret or not _equal(fields.get("csrf", ""), csrf_of(secret)):
            raise Problem(403, "页面已经过期，请刷新后再试。")
        return fields

    async def signed_in(request: Request, *, acts: bool = True) -> StaffMember:
        check_rate(request)
        member = await services.member(request.cookies.get(COOKIE, ""), acts)
        if member is None:
            raise Problem(401, _SESSION_ENDED)
        if member.must_change:
            raise Problem(403, "请先更换首次密码。")
        return member

    async def protected(request: Request) -> StaffMember:
        member = await signed_in(request)
        given = request.headers.get(CSRF, "")
        if not _equal(given, csrf_of(request.cookies.get(COOKIE, ""))):
            raise Problem(403, "页面已经过期，请刷新后再试。")
        return member

    # Pages

    @routes.get(PATH)
    async def desk(request: Request) -> Response:
        token = request.cookies.get(COOKIE, "")
        member = await services.member(token, True)
        if member is None:
            return RedirectResponse(f"{PATH}/sign-in", 303)
        if member.must_change:
            return RedirectResponse(f"{PATH}/password", 303)
        if "audit.read" in member.may:
            return await audit_page(member, token, verify=False)
        if "account.read" in member.may:
            return await accounts_page(member, token)
        name = "staff_desk.html" if "handoff.read" in member.may else "staff_other.html"
        return _page(name, member=member, csrf=csrf_of(token))

    async def audit_page(member: StaffMember, token: str, *, verify: bool) -> Response:
        found = await services.audit(member, verify)
        if found is None:
            raise Problem(*_REFUSED["denied"])
        return _page("staff_audit.html", member=member, csrf=csrf_of(token), audit=found)

    async def accounts_page(
        member: StaffMember, token: str, changed: AccountChanged | None = None
    ) -> Response:
        found = await services.accounts(member)
        if found is None:
            raise Problem(*_REFUSED["denied"])
        status = 422 if changed is not None and changed.problem else 200
        values = {"member": member, "csrf": csrf_of(token), "accounts": found, "changed": changed}
        return _page("staff_accounts.html", status, **values)

    @routes.post(f"{PATH}/audit")
    async def verify(request: Request) -> Response:
        """Check the whole chain."""
        member, token = await signed_in(request), request.cookies.get(COOKIE, "")
        await form(request, token)
        return await audit_page(member, token, verify=True)

    @routes.post(f"{PATH}/accounts")
    async def change_account(request: Request) -> Response:
        """Add, disable or reset an account; a first password is on this page once."""
        member, token = await signed_in(request), request.cookies.get(COOKIE, "")
        given = await form(request, token)
        desks = tuple(one for one in ("hotline", "window") if given.get(one))
        try:
            act = _ACCOUNT_ACT.validate_python(
                {
                    "kind": given.get("act"),
                    "name": given.get("name", "").strip(),
                    "role": given.get("role", ""),
                    "desks": desks if given.get("role") == "agent" else (),
                }
            )
        except ValidationError:
            raise Problem(422, "请求的格式不对。") from None
        changed = await services.change_account(member, act)
        if changed is None:
            raise Problem(*_REFUSED["denied"])
        return await accounts_page(member, token, changed)

    @routes.get(f"{PATH}/sign-in")
    async def sign_in_page(request: Request) -> Response:
        return _sign_in_page(request)

    @routes.post(f"{PATH}/sign-in")
    async def sign_in(request: Request) -> Response:
        check_sign_in(request)
        given = await form(request, request.cookies.get(FORM_COOKIE, ""))
        name, password = given.get("name", "").strip(), given.get("password", "")
        found = await services.sign_in(name, password, given.get("code", "").strip())
        if not isinstance(found, StaffSignedIn):
            status = 429 if found.reason == "locked" else 401
            return _sign_in_page(request, _SIGN_IN[found.reason], name=name, status=status)
        response = RedirectResponse(PATH, 303, _NO_STORE)
        _set_cookie(response, request, COOKIE, found.token)
        response.delete_cookie(FORM_COOKIE, path=PATH)
        return response

    @routes.post(f"{PATH}/sign-out")
    async def sign_out(request: Request) -> Response:
        token = request.cookies.get(COOKIE, "")
        await form(request, token)
        await services.sign_out(token)
        response = RedirectResponse(f"{PATH}/sign-in", 303, _NO_STORE)
        response.delete_cookie(COOKIE, path=PATH)
        return response

    @routes.get(f"{PATH}/password")
    async def password_page(request: Request) -> Response:
        token = request.cookies.get(COOKIE, "")
        member = await services.member(token, True)
        if member is None:
            return RedirectResponse(f"{PATH}/sign-in", 303)
        return _page("staff_password.html", member=member, csrf=csrf_of(token), lacks=())

    @routes.post(f"{PATH}/password")
    async def change_password(request: Request) -> Response:
        check_sign_in(request)
        token = request.cookies.get(COOKIE, "")
        member = await services.member(token, True)
        if member is None:
            return RedirectResponse(f"{PATH}/sign-in", 303)
        given = await form(request, token)
        new, again = given.get("new", ""), given.get("again", "")
        lacks: tuple[str, ...] = ("两次输入的新密码不一样。",)
        if new == again:
            lacks = await services.change_password(token, given.get("old", ""), new)
        if not lacks:
            return RedirectResponse(PATH, 303, _NO_STORE)
        values = {"member": member, "csrf": csrf_of(token), "lacks": lacks}
        return _page("staff_password.html", 422, **values)

    # What the page asks for

    @routes.get(f"{PATH}/api/queue")
    async def queue(request: Request) -> Response:
        member = await signed_in(request, acts=False)
        return _json("queue", await services.queue(member))

    @routes.get(f"{PATH}/api/handoffs/{{id_}}")
    async def conversation(request: Request, id_: _Id) -> Response:
        found = await services.conversation(await signed_in(request), id_)
        if found is None:
            raise Problem(404, _REFUSED["gone"][1])
        return _json("conversation", found)

    @routes.get(f"{PATH}/api/handoffs/{{id_}}/news")
    async def news(request: Request, id_: _Id, after: _Cursor = 0) -> Response:
        member = await signed_in(request, acts=False)
        return _json("lines", await services.news(member, id_, after))

    @routes.get(f"{PATH}/api/handoffs/{{id_}}/suggestions")
    async def suggestions(request: Request, id_: _Id) -> Response:
        return _json("suggestions", await services.suggestions(await signed_in(request), id_))

    @routes.post(f"{PATH}/api/handoffs/{{id_}}/phone")
    async def phone(request: Request, id_: _Id) -> Response:
        """One deliberate act, so it is a POST: to look is a line of the audit log."""
        found = await services.reveal(await protected(request), id_)
        if found is None:
            raise Problem(409, _REFUSED["gone"][1])
        return _json("phone", found)

    @routes.post(f"{PATH}/api/handoffs/{{id_}}/{{act}}", status_code=204)
    async def perform(request: Request, id_: _Id, act: str) -> Response:
        member = await protected(request)
        if act not in ("take", "say", "invite", "return", "close"):
            raise Problem(404, "没有这个地址。")
        content = await limits.body(request, MOST_BYTES)
        try:
            body = ActRequest.model_validate_json(content or b"{}")
        except ValidationError:
            raise Problem(422, "请求的格式不对。") from None
        wanted = StaffAct(kind=act, text=body.text, codes=body.codes)  # type: ignore[arg-type]
        refused = await services.act(member, id_, wanted)
        if refused is not None:
            raise Problem(*_REFUSED[refused])
        return Response(status_code=204)

    # What is pushed

    @routes.websocket(f"{PATH}/ws")
    async def staff_socket(socket: WebSocket) -> None:
        token = socket.cookies.get(COOKIE, "")
        member = await services.member(token, False)
        if not sockets.own_page(socket) or member is None or member.must_change:
            await socket.close(sockets.POLICY)
            return
        await socket.accept()
        hello = await sockets.first(socket, StaffHello)
        if hello is None or not _equal(hello.csrf, csrf_of(token)):
            await sockets.close(socket, sockets.POLICY)
            return
        view = _View()
        await sockets.until_either_ends(
            _push_to_staff(socket, services, member, view),
            _hear_staff(socket, services, member, token, view),
            _stay_signed_in(socket, services, token, check_seconds),
        )
        await sockets.close(socket, 1000)

    @routes.websocket("/api/v1/live")
    async def live(socket: WebSocket) -> None:
        if not sockets.own_page(socket):
            await socket.close(sockets.POLICY)
            return
        await socket.accept()
        if len(open_sockets) >= most_live:
            await sockets.close(socket, sockets.TRY_LATER)
            return
        open_sockets.add(socket)
        try:
            asked = await sockets.first(socket, LiveRequest)
            if asked is None:
                await sockets.close(socket, sockets.POLICY)
                return
            await sockets.until_either_ends(
                _push_to_citizen(socket, services, asked), _only_hear(socket)
            )
            await sockets.close(socket, 1000)
        finally:
            open_sockets.discard(socket)

    @routes.post("/api/v1/live")
    async def missed(request: Request) -> Response:
        """What was pushed meanwhile, for a page that has no socket."""
        check_rate(request)
        content = await limits.body(request, MOST_BYTES)
        try:
            asked = LiveRequest.model_validate_json(content, strict=True)
        except ValidationError:
            raise Problem(422, "请求的格式不对。") from None
        return _json("frames", await services.missed(asked.session_id, asked.after))

    return routes


def csrf_of(token: str) -> str:
    """What a form must carry beside the cookie: it can be made from the cookie only."""
    return hmac.digest(token.encode(), b"suiwen csrf", "sha256").hex()


# Sockets


@dataclass(slots=True)
class _View:
    """What the staff page shows: a conversation, and the last line of it that was sent."""

    open: str | None = None
    after: int = 0


async def _push_to_staff(
    socket: WebSocket, services: StaffServices, member: StaffMember, view: _View
) -> None:
    shown: tuple[Queued, ...] | None = None
    async with aclosing(services.watch(member)) as changes:
        async for _ in changes:
            found = await services.queue(member)
            if found != shown:
                await _send(socket, "queue", found)
                shown = found
            await _send_lines(socket, services, member, view)


async def _send_lines(
    socket: WebSocket, services: StaffServices, member: StaffMember, view: _View
) -> None:
    id_ = view.open
    if id_ is None:
        return
    lines = await services.news(member, id_, view.after)
    if lines and view.open == id_:
        view.after = max(view.after, lines[-1].id)
        await _send(socket, "lines", lines, id=id_)


async def _hear_staff(
    socket: WebSocket, services: StaffServices, member: StaffMember, token: str, view: _View
) -> None:
    while True:
        frame = await sockets.read(socket, StaffFrame)
        if frame is None:
            await sockets.close(socket, sockets.POLICY)
            return
        if await services.member(token, frame.active or frame.say is not None) is None:
            await sockets.close(socket, sockets.SIGN_IN)
            return
        if frame.say is not None and frame.open is not None:
            said = StaffAct(kind="say", text=frame.say.text, codes=frame.say.codes)
            refused = await services.act(member, frame.open, said)
            words = _REFUSED[refused][1] if refused else None
            await socket.send_json({"type": "done", "n": frame.n, "refused": words})
        elif not frame.active:
            view.open, view.after = frame.open, frame.after
            await _send_lines(socket, services, member, view)


async def _stay_signed_in(
    socket: WebSocket, services: StaffServices, token: str, seconds: float
) -> None:
    while await services.member(token, False) is not None:
        await asyncio.sleep(seconds)
    await sockets.close(socket, sockets.SIGN_IN)


async def _push_to_citizen(socket: WebSocket, services: StaffServices, asked: LiveRequest) -> None:
    async with aclosing(services.live(asked.session_id, asked.after)) as frames:
        async for frame in frames:
            await socket.send_text(_JSON["frame"].dump_json(frame, exclude_none=True).decode())


async def _only_hear(socket: WebSocket) -> None:
    """Citizens type by ``POST /api/v1/chat``: here is only heard that they have gone."""
    while True:
        await sockets.read(socket, LiveRequest)


async def _send(socket: WebSocket, kind: str, value: Any, **more: str) -> None:
    body = {"type": kind, kind: _JSON[kind].dump_python(value, mode="json"), **more}
    await socket.send_json(body)


# Pages


def _sign_in_page(
    request: Request, problem: str | None = None, *, name: str = "", status: int = 200
) -> Response:
    secret = secrets.token_urlsafe(24)
    response = _page("staff_sign_in.html", status, csrf=csrf_of(secret), problem=problem, name=name)
    _set_cookie(response, request, FORM_COOKIE, secret)
    return response


def _set_cookie(response: Response, request: Request, name: str, value: str) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, path=PATH, httponly=True, samesite="strict", secure=secure)


def _page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    content = _environment().get_template(template).render(**values)
    return HTMLResponse(content, status, _NO_STORE)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _json(kind: str, value: Any) -> Response:
    content = _JSON[kind].dump_json(value)
    return Response(content, media_type="application/json", headers=_NO_STORE)


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
