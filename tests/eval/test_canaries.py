"""Conversations that show whose they are."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from eval import canaries
from eval.canaries import Asked, Canary
from tests.conftest import settings_of

CANARY = Canary(code="GZ-1", opening="一要什么材料")


def wire(status: str, *codes: str, session: str = "s1") -> dict[str, Any]:
    return {
        "status": status,
        "session_id": session,
        "citations": [{"code": code} for code in codes],
    }


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        (wire("answered", "GZ-1"), "own"),
        (wire("partial", "TEL-12345", "GZ-1"), "own"),
        (wire("answered", "GZ-2"), "crossed"),
        (wire("answered"), "crossed"),
        (wire("clarify"), "none"),
        (wire("not_found", "TEL-12345"), "none"),
    ],
)
def test_a_reply_tells_whose_it_is(reply: dict[str, Any], found: str) -> None:
    assert canaries.verdict(reply, CANARY) == found


def asked(answer: Callable[[httpx.Request], httpx.Response]) -> Asked:
    async def go() -> Asked:
        transport = httpx.MockTransport(answer)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await canaries.ask(client, "那要多少钱？", "s1", CANARY)

    return asyncio.run(go())


def test_another_sessions_id_is_a_crossed_one() -> None:
    own = asked(lambda _: httpx.Response(200, json=wire("answered", "GZ-1")))
    other = asked(lambda _: httpx.Response(200, json=wire("answered", "GZ-1", session="s2")))
    assert (own.status, own.verdict, own.session) == (200, "own", "s1")
    assert other.verdict == "crossed"


def test_no_answer_is_no_exception() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    assert (asked(refuse).status, asked(refuse).session) == (0, "s1")
    assert asked(lambda _: httpx.Response(500)).status == 500


def test_the_follow_ups_name_the_session() -> None:
    seen: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(json.loads(request.content))
        return httpx.Response(200, json=wire("answered", "GZ-1"))

    asked(answer)
    assert seen == [{"text": "那要多少钱？", "session_id": "s1"}]


def test_the_built_in_pack_has_many(home: Path) -> None:
    found = canaries.choose(settings_of(home), 50)
    assert len({one.code for one in found}) == len({one.opening for one in found}) == 50
