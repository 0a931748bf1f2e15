"""The staff channel over a real desk: signing in, what each role sees, forgery, both sockets."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from starlette.websockets import WebSocketDisconnect

from assistant.accounts import totp
from assistant.accounts.types import SignedIn
from assistant.records.writing import writing
from channels import staff
from tests.assistant.staffing import PASSWORD, Clock, settled
from tests.channels.services import FULL, Fake
from tests.contracts.staff_desk import PACKAGE
from tests.records import item
from tests.staff_site import Site, site

CITIZEN = "c" * 32
ORIGIN = {"origin": "http://testserver"}
RECORDS = {"i1": item(code="i1", name="居住证")}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Site]:
    found = site(tmp_path, Fake(reply=FULL).services(), RECORDS.get, clock=Clock())
    yield found
    found.engine.dispose()


@pytest.fixture
def client(made: Site) -> Iterator[TestClient]:
    with TestClient(made.app(check_seconds=0.05), follow_redirects=False) as opened:
        yield opened


def csrf(page: str) -> str:
    found = re.search(r'name="csrf" (?:value|content)="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def sign_in(client: TestClient, name: str = "lin.zixuan", password: str = PASSWORD, **more: str):
    form = {"name": name, "password": password, "csrf": csrf(client.get("/staff/sign-in").text)}
    return client.post("/staff/sign-in", data=form | more)


@pytest.fixture
def signed(client: TestClient, made: Site) -> TestClient:
    """A client that is signed in, with the token for its POSTs."""
    settled(made.accounts)
    assert sign_in(client).status_code == 303
    client.headers[staff.CSRF] = csrf(client.get("/staff").text)
    return client


def ask(client: TestClient, text: str, session: str = CITIZEN) -> dict[str, Any]:
    found: dict[str, Any] = client.post(
        "/api/v1/chat", json={"text": text, "session_id": session}
    ).json()
    return found


def requested(client: TestClient, session: str = CITIZEN) -> str:
    assert ask(client, "居住证怎么办", session)["status"] == "answered"
    assert ask(client, "转人工", session)["status"] == "handed_off"
    return str(client.get("/staff/api/queue").json()[-1]["id"])


# Signing in


def test_who_is_not_signed_in_sees_the_sign_in_page(client: TestClient) -> None:
    for path in ("/staff", "/staff/password"):
        response = client.get(path)
        assert (response.status_code, response.headers["location"]) == (303, "/staff/sign-in")
    for path in ("queue", f"handoffs/{'0' * 32}", f"handoffs/{'0' * 32}/news"):
        assert client.get(f"/staff/api/{path}").status_code == 401


def test_signing_in_sets_a_cookie_that_no_script_and_no_other_site_has(
    client: TestClient, made: Site
) -> None:
    settled(made.accounts)
    response = sign_in(client)
    assert (response.status_code, response.headers["location"]) == (303, "/staff")
    (cookie,) = [
        one for one in response.headers.get_list("set-cookie") if one.startswith("suiwen_staff=")
    ]
    assert {"HttpOnly", "Path=/staff", "SameSite=strict"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    page = client.get("/staff")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert "坐席 001" in page.text


def test_over_https_cookies_are_secure(made: Site) -> None:
    settled(made.accounts)
    with TestClient(made.app(), base_url="https://testserver", follow_redirects=False) as client:
        page = client.get("/staff/sign-in")
        assert "Secure" in page.headers["set-cookie"]
        form = {"name": "lin.zixuan", "password": PASSWORD, "csrf": csrf(page.text)}
        response = client.post("/staff/sign-in", data=form)
        assert all("Secure" in c for c in response.headers.get_list("set-cookie") if "Max" not in c)


def test_a_wrong_password_a_locked_account(client: TestClient, made: Site) -> None:
    settled(made.accounts)
    for _ in range(5):
        response = sign_in(client, password="<script>")
        assert response.status_code == 401
        assert "用户名、密码或者验证码不对" in response.text
        assert "<script>" not in response.text.replace('<script type="module"', "")
        assert "suiwen_staff=" not in response.headers["set-cookie"]
    response = sign_in(client)
    assert response.status_code == 429
    assert "暂时锁定" in response.text


def test_the_second_factor_is_asked_for(client: TestClient, made: Site) -> None:
    settled(made.accounts)
    address = made.accounts.second_factor("lin.zixuan", by="cli")
    assert "验证器上的六位数字" in sign_in(client).text
    secret = re.search(r"secret=(\w+)", address)
    assert secret is not None
    code = totp.code(secret[1], int(made.clock().timestamp()) // totp.STEP)
    assert sign_in(client, code=code).status_code == 303


def test_a_first_password_opens_nothing_but_its_change(client: TestClient, made: Site) -> None:
    _, first = made.accounts.add("lin.zixuan", "agent", ("hotline",), by="cli")
    assert sign_in(client, password=first).status_code == 303
    assert client.get("/staff").headers["location"] == "/staff/password"
    assert client.get("/staff/api/queue").status_code == 403
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/staff/ws", headers=ORIGIN):
        pass
    form = {"csrf": csrf(client.get("/staff/password").text), "old": first, "new": "short"}
    for new, again, words in (
        ("short", "short", "至少 12 位"),
        (PASSWORD, PASSWORD + "x", "两次输入的新密码不一样"),
    ):
        response = client.post("/staff/password", data=form | {"new": new, "again": again})
        assert response.status_code == 422
        assert words in response.text
    changed = client.post("/staff/password", data=form | {"new": PASSWORD, "again": PASSWORD})
    assert changed.headers["location"] == "/staff"
    assert client.get("/staff").status_code == 200


def test_signing_out_ends_the_session(signed: TestClient) -> None:
    token = signed.cookies["suiwen_staff"]
    form = {"csrf": signed.headers[staff.CSRF]}
    assert signed.post("/staff/sign-out", data=form).status_code == 303
    signed.cookies.set("suiwen_staff", token, path="/staff")
    assert signed.get("/staff").headers["location"] == "/staff/sign-in"


def test_the_session_ends_after_fifteen_idle_minutes(signed: TestClient, made: Site) -> None:
    assert isinstance(made.clock, Clock)
    made.clock.go(minutes=14)
    assert signed.get("/staff").status_code == 200
    made.clock.go(minutes=14)
    assert signed.get("/staff/api/queue").status_code == 200  # the page asks by itself: no act
    made.clock.go(minutes=2)
    assert signed.get("/staff/api/queue").status_code == 401


# Forgery


@pytest.mark.parametrize("path", ["/staff/sign-in", "/staff/sign-out"])
def test_forms_of_other_sites_are_refused(client: TestClient, made: Site, path: str) -> None:
    settled(made.accounts)
    own = csrf(client.get("/staff/sign-in").text)
    form = {"name": "lin.zixuan", "password": PASSWORD}
    assert client.post(path, data=form).status_code == 403
    assert client.post(path, data=form | {"csrf": "0" * 64}).status_code == 403
    client.cookies.clear()  # SameSite=Strict: another site's form comes without any cookie
    assert client.post(path, data=form | {"csrf": own}).status_code == 403
    assert client.post(path, data=form | {"csrf": staff.csrf_of("")}).status_code == 403


def test_acts_without_the_token_are_refused(signed: TestClient) -> None:
    id_ = requested(signed)
    for given in ("", "0" * 64, staff.csrf_of("")):
        signed.headers[staff.CSRF] = given
        assert signed.post(f"/staff/api/handoffs/{id_}/take").status_code == 403
    assert signed.get("/staff/api/queue").json()[0]["status"] == "waiting"


@pytest.mark.parametrize(
    "origin", [{}, {"origin": "https://evil.example"}, {"origin": "null"}, {"origin": "file://"}]
)
def test_sockets_of_other_sites_are_refused(signed: TestClient, origin: dict[str, str]) -> None:
    requested(signed)
    for path in ("/staff/ws", "/api/v1/live"):
        with pytest.raises(WebSocketDisconnect), signed.websocket_connect(path, headers=origin):
            pass


def test_a_staff_socket_needs_the_token_of_the_page(signed: TestClient) -> None:
    for hello in ({"csrf": "0" * 64}, {"csrf": ""}, {}, [], {"csrf": 1, "more": 2}):
        with signed.websocket_connect("/staff/ws", headers=ORIGIN) as socket:
            socket.send_json(hello)
            with pytest.raises(WebSocketDisconnect) as closed:
                socket.receive_json()
            assert closed.value.code == 1008


# Acting


def test_the_whole_way(signed: TestClient) -> None:
    id_ = requested(signed)
    opened = signed.get(f"/staff/api/handoffs/{id_}").json()
    assert dict(opened["lines"])["想办的事"] == "居住证"
    assert len(opened["lines"]) <= 10
    assert opened["sources"] == [{"code": "i1", "title": "居住证", "url": None}]
    assert [(one["who"], one["text"]) for one in opened["spoken"] if one["kind"] == "said"] == [
        ("citizen", "居住证怎么办"),
        ("assistant", FULL.text),
        ("citizen", "转人工"),
    ]
    found = signed.get(f"/staff/api/handoffs/{id_}/suggestions").json()
    assert found == [
        {
            "text": FULL.text,
            "sources": [{"code": "i1", "title": "居住证", "url": "https://www.gd.gov.cn/"}],
        }
    ]
    assert signed.post(f"/staff/api/handoffs/{id_}/take").status_code == 204
    said = {"text": " 请带身份证。\u200b ", "codes": ["i1", "made up"]}
    assert signed.post(f"/staff/api/handoffs/{id_}/say", json=said).status_code == 204
    delivered = ask(signed, "好的，谢谢")
    assert (delivered["status"], delivered["reason"]) == ("handed_off", "delivered")
    assert signed.get("/staff/api/queue").json()[0]["unread"] is True
    news = signed.get(f"/staff/api/handoffs/{id_}/news").json()
    assert [(one["kind"], one["who"], one["text"]) for one in news] == [
        ("waiting", "citizen", None),
        ("taken", "staff", None),
        ("said", "staff", "请带身份证。"),
        ("said", "citizen", "好的，谢谢"),
    ]
    assert [one["code"] for one in news[2]["sources"]] == ["i1"]
    missed = signed.post("/api/v1/live", json={"session_id": CITIZEN}).json()
    assert [(one["kind"], one["text"], one["badge"]) for one in missed] == [
        ("taken", None, "001"),
        ("said", "请带身份证。", "001"),
    ]
    after = {"session_id": CITIZEN, "after": missed[0]["id"]}
    assert signed.post("/api/v1/live", json=after).json() == missed[1:]
    assert signed.post(f"/staff/api/handoffs/{id_}/return").status_code == 204
    assert ask(signed, "那要多少钱")["status"] == "answered"
    assert signed.get("/staff/api/queue").json() == []


def test_what_cannot_be_done_is_said(signed: TestClient) -> None:
    id_ = requested(signed)
    at = f"/staff/api/handoffs/{id_}"
    assert signed.post(f"{at}/say", json={"text": "好"}).status_code == 409  # not taken yet
    signed.post(f"{at}/take")
    assert signed.post(f"{at}/take").status_code == 409
    assert signed.post(f"{at}/say", json={"text": " \u200b\n"}).status_code == 422
    assert signed.post(f"{at}/say", json={"text": "长" * 1001}).status_code == 422
    assert signed.post(f"{at}/say", json={"words": "好"}).status_code == 422
    assert signed.post(f"{at}/say", content=b"x" * 20_000).status_code == 413
    assert signed.post(f"{at}/erase").status_code == 404
    assert signed.post(f"{at}/invite", json={"text": "dance"}).status_code == 422
    assert signed.get(f"/staff/api/handoffs/{'0' * 32}").status_code == 404
    assert signed.get("/staff/api/handoffs/none").status_code == 422
    assert signed.post(f"{at}/close").status_code == 204
    assert signed.post(f"{at}/say", json={"text": "好"}).status_code == 409


@pytest.mark.parametrize("role", ["editor", "auditor", "admin"])
def test_other_roles_see_no_conversation(client: TestClient, made: Site, role: str) -> None:
    settled(made.accounts, "other.one", role=role)
    settled(made.accounts)
    sign_in(client)
    id_ = requested(client)
    sign_in(client, "other.one")
    page = client.get("/staff").text
    own = {"editor": "不接待市民", "auditor": "审计日志", "admin": "工作人员账号"}
    assert own[role] in page
    assert "居住证" not in page
    assert client.get("/staff/api/queue").json() == []
    assert client.get(f"/staff/api/handoffs/{id_}").status_code == 404
    assert client.get(f"/staff/api/handoffs/{id_}/suggestions").json() == []
    token = {staff.CSRF: staff.csrf_of(client.cookies["suiwen_staff"])}
    for act in ("take", "say", "return", "close"):
        at = f"/staff/api/handoffs/{id_}/{act}"
        assert client.post(at, json={"text": "好"}, headers=token).status_code == 403
    assert client.post(f"/staff/api/handoffs/{id_}/phone", headers=token).status_code == 409
    denied = [one for one in made.accounts.audit.lines() if one.result == "denied"]
    assert len(denied) == 5
    assert made.accounts.audit.verify().whole


def test_staff_invite_a_citizen_to_file(signed: TestClient) -> None:
    at = f"/staff/api/handoffs/{requested(signed)}"
    assert signed.post(f"{at}/invite", json={"text": "complaint"}).status_code == 409
    signed.post(f"{at}/take")
    invites = dict(signed.get(at).json()["invites"])
    assert set(invites) == {"complaint", "help", "progress"}
    assert signed.post(f"{at}/invite", json={"text": "complaint"}).status_code == 204
    assert signed.get(at).json()["status"] == "returned"
    frames = signed.post("/api/v1/live", json={"session_id": CITIZEN}).json()
    (invited,) = [one for one in frames if one["kind"] == "said"]
    assert invited["ask"] == "我要投诉"
    assert frames[-1]["kind"] == "returned"


def test_the_number_to_call_is_told_to_who_has_the_conversation(signed: TestClient) -> None:
    at = f"/staff/api/handoffs/{requested(signed)}"
    ask(signed, "打我电话13812345678")
    assert signed.post(f"{at}/phone").status_code == 409
    signed.post(f"{at}/take")
    assert signed.post(f"{at}/phone").json() == {"phone": "13812345678"}
    assert "13812345678" not in signed.get(at).text
    assert signed.get(f"{at}/phone").status_code in (404, 405)
    del signed.headers[staff.CSRF]
    assert signed.post(f"{at}/phone").status_code == 403


def test_an_auditor_reads_the_log_and_checks_it(client: TestClient, made: Site) -> None:
    settled(made.accounts, "shen", role="auditor")
    sign_in(client, "shen")
    page = client.get("/staff").text
    for column in ("account.add", "sign_in", "password.change"):
        assert column in page
    token = csrf(page)
    found = client.post("/staff/audit", data={"csrf": token})
    assert "完整：从头核对了" in found.text
    assert client.post("/staff/audit", data={"csrf": "0" * 64}).status_code == 403
    assert client.post("/staff/accounts", data={"csrf": token, "act": "dance"}).status_code == 422
    refused = {"csrf": token, "act": "reset", "name": "shen"}
    assert client.post("/staff/accounts", data=refused).status_code == 403
    with writing(made.engine) as connection:
        connection.execute(text("UPDATE audit_lines SET actor = 'st-x' WHERE seq = 2"))
    assert "第 2 行对不上" in client.post("/staff/audit", data={"csrf": token}).text
    results = [
        (one.action, one.result) for one in made.accounts.audit.lines() if "audit." in one.action
    ]
    assert results == [("audit.verify", "broken"), ("audit.verify", "whole"), ("audit.read", "ok")]


def test_an_administrator_adds_disables_and_resets(client: TestClient, made: Site) -> None:
    admin, _ = settled(made.accounts, "guan", role="admin")
    sign_in(client, "guan")
    token = csrf(client.get("/staff").text)

    def change(act: str, name: str, **more: str) -> str:
        given = {"csrf": token, "act": act, "name": name} | more
        return str(client.post("/staff/accounts", data=given).text)

    page = change("add", "lin", role="agent", hotline="1")
    password = re.search(r"<code>(\S+)</code>", page)
    assert password is not None
    assert isinstance(made.accounts.sign_in("lin", html.unescape(password[1])), SignedIn)
    assert password[1] not in client.get("/staff").text
    assert "12345 坐席" in client.get("/staff").text
    assert "已停用 lin" in change("disable", "lin")
    assert "停用" in client.get("/staff").text
    assert "已重置 lin" in change("reset", "lin")
    assert "不能停用自己" in change("disable", "guan")
    assert "用户名用" in change("add", "张三", role="editor")
    assert "没有这个角色" in change("add", "chen", role="boss")
    assert "坐席要有服务台" in change("add", "chen", role="agent")
    assert client.post("/staff/audit", data={"csrf": token}).status_code == 403
    acts = [one for one in made.accounts.audit.lines() if one.actor == admin.id]
    assert [one.action for one in acts if one.action.startswith("account.")] == [
        "account.reset",
        "account.disable",
        "account.add",
    ]


def test_a_name_with_markup_stays_text(client: TestClient) -> None:
    page = sign_in(client, '"><img src=x>', "x").text
    assert "<img src=x>" not in page


# What is pushed


def test_staff_see_the_queue_and_lines_as_they_come(signed: TestClient) -> None:
    with signed.websocket_connect("/staff/ws", headers=ORIGIN) as socket:
        socket.send_json({"csrf": signed.headers[staff.CSRF]})
        assert socket.receive_json() == {"type": "queue", "queue": []}
        id_ = requested(signed)
        (waiting,) = socket.receive_json()["queue"]
        assert (waiting["id"], waiting["want"], waiting["desk"]) == (id_, "居住证", "hotline")
        signed.post(f"/staff/api/handoffs/{id_}/take")
        assert socket.receive_json()["queue"][0]["status"] == "taken"
        socket.send_json({"open": id_, "after": 0})
        first = socket.receive_json()
        assert (first["type"], first["id"]) == ("lines", id_)
        assert [one["kind"] for one in first["lines"]] == ["waiting", "taken"]
        ask(signed, "在吗")
        frames = [socket.receive_json(), socket.receive_json()]
        assert {one["type"] for one in frames} == {"queue", "lines"}
        socket.send_json({"open": id_, "n": 7, "say": {"text": "在的。", "codes": []}})
        frames = [socket.receive_json() for _ in range(3)]
        assert {"type": "done", "n": 7, "refused": None} in frames
        assert any(one["type"] == "lines" and one["lines"][0]["text"] == "在的。" for one in frames)
        socket.send_json({"open": "f" * 32, "n": 8, "say": {"text": "在的。", "codes": []}})
        refused = socket.receive_json()
        assert (refused["n"], "不在您这里" in refused["refused"]) == (8, True)


@pytest.mark.parametrize("frame", ["{", "[]", '{"open": "../"}', '{"drop": 1}', "x" * 9000])
def test_a_strange_frame_ends_the_staff_socket(signed: TestClient, frame: str) -> None:
    with signed.websocket_connect("/staff/ws", headers=ORIGIN) as socket:
        socket.send_json({"csrf": signed.headers[staff.CSRF]})
        socket.receive_json()
        socket.send_text(frame)
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
        assert closed.value.code == 1008


def test_the_staff_socket_ends_with_the_session(signed: TestClient, made: Site) -> None:
    assert isinstance(made.clock, Clock)
    with signed.websocket_connect("/staff/ws", headers=ORIGIN) as socket:
        socket.send_json({"csrf": signed.headers[staff.CSRF]})
        socket.receive_json()
        made.clock.go(minutes=16)
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
        assert closed.value.code == 4401


def test_being_there_is_an_act(signed: TestClient, made: Site) -> None:
    assert isinstance(made.clock, Clock)
    with signed.websocket_connect("/staff/ws", headers=ORIGIN) as socket:
        socket.send_json({"csrf": signed.headers[staff.CSRF]})
        socket.receive_json()
        for _ in range(3):
            made.clock.go(minutes=10)
            socket.send_json({"active": True})
            requested(signed, f"{made.clock().minute:032}")
            socket.receive_json()


def test_a_citizen_sees_staff_come_speak_and_go(signed: TestClient) -> None:
    id_ = requested(signed)
    at = f"/staff/api/handoffs/{id_}"
    with signed.websocket_connect("/api/v1/live", headers=ORIGIN) as socket:
        socket.send_json({"session_id": CITIZEN})
        assert socket.receive_json() == {
            "kind": "waiting",
            "id": 0,
            "sources": [],
            "ahead": 0,
            "staffed": True,
        }
        signed.post(f"{at}/take")
        taken = socket.receive_json()
        assert (taken["kind"], taken["badge"]) == ("taken", "001")
        signed.post(f"{at}/say", json={"text": "请带身份证。", "codes": ["i1"]})
        said = socket.receive_json()
        assert (said["kind"], said["text"]) == ("said", "请带身份证。")
        assert said["sources"] == [{"code": "i1", "title": "居住证"}]
        signed.post(f"{at}/return")
        assert socket.receive_json()["kind"] == "returned"
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
        assert closed.value.code == 1000
    with signed.websocket_connect("/api/v1/live", headers=ORIGIN) as socket:
        socket.send_json({"session_id": CITIZEN, "after": taken["id"]})
        assert [socket.receive_json()["kind"] for _ in range(2)] == ["said", "returned"]


def test_who_waits_moves_up(signed: TestClient) -> None:
    first = requested(signed, "1" * 32)
    requested(signed, "2" * 32)
    with signed.websocket_connect("/api/v1/live", headers=ORIGIN) as socket:
        socket.send_json({"session_id": "2" * 32})
        assert socket.receive_json()["ahead"] == 1
        signed.post(f"/staff/api/handoffs/{first}/take")
        assert socket.receive_json()["ahead"] == 0


def test_a_session_that_asked_for_nobody_hears_nothing(client: TestClient) -> None:
    with client.websocket_connect("/api/v1/live", headers=ORIGIN) as socket:
        socket.send_json({"session_id": "9" * 32})
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
        assert closed.value.code == 1000
    assert client.post("/api/v1/live", json={"session_id": "9" * 32}).json() == []
    assert client.post("/api/v1/live", json={"session_id": "短"}).status_code == 422


@pytest.mark.parametrize(
    "frame", ["{", '{"session_id": "短"}', '{"session_id": "99999999", "a": 1}']
)
def test_a_strange_first_frame_of_a_citizen(client: TestClient, frame: str) -> None:
    with client.websocket_connect("/api/v1/live", headers=ORIGIN) as socket:
        socket.send_text(frame)
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
        assert closed.value.code == 1008


def test_nobody_listens_once_the_sockets_are_closed(signed: TestClient, made: Site) -> None:
    requested(signed)
    with signed.websocket_connect("/api/v1/live", headers=ORIGIN) as socket:
        socket.send_json({"session_id": CITIZEN})
        socket.receive_json()
        assert made.desk.notifier.listeners == 1
    with signed.websocket_connect("/staff/ws", headers=ORIGIN) as socket:
        socket.send_json({"csrf": signed.headers[staff.CSRF]})
        socket.receive_json()
        assert made.desk.notifier.listeners == 1
    assert made.desk.notifier.listeners == 0


def test_too_many_sockets_are_sent_away(made: Site) -> None:
    with TestClient(made.app(most_live=1)) as client:
        assert ask(client, "转人工")["status"] == "handed_off"
        with client.websocket_connect("/api/v1/live", headers=ORIGIN) as one:
            one.send_json({"session_id": CITIZEN})
            one.receive_json()
            with client.websocket_connect("/api/v1/live", headers=ORIGIN) as two:
                with pytest.raises(WebSocketDisconnect) as closed:
                    two.receive_json()
                assert closed.value.code == 1013


def test_the_package_of_the_contract_is_what_staff_see(signed: TestClient, made: Site) -> None:
    """A package made elsewhere is shown as it is."""
    import asyncio

    place = asyncio.run(made.desk.request("7" * 32, "hotline", PACKAGE))
    opened = signed.get(f"/staff/api/handoffs/{place.id}").json()
    assert [tuple(one) for one in opened["lines"]] == list(PACKAGE.lines)
