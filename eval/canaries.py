"""Conversations that show whose they are: each is about one item, and a follow-up must stay there.

A reply about another item means that two sessions were crossed; one about no item, that the
memory was lost.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import httpx

from assistant import bootstrap, telemetry
from assistant.settings import Settings
from channels.types import Message
from channels.web import reply_json
from eval.homes import HomeError
from knowledge.types import ServiceItem

FOLLOW_UPS = ("那要多少钱？", "去哪里办", "要多久")
_SAYS = ("answered", "partial")

Verdict = Literal["own", "none", "crossed"]
"""What a reply speaks of: the item of its conversation, no item, or another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """An item that the assistant finds by its name, and whose follow-ups it answers."""

    code: str
    opening: str
    follow_ups: tuple[str, ...] = FOLLOW_UPS


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question over HTTP; moments by ``time.perf_counter``.  ``status`` 0: no answer at all."""

    began: float
    ended: float
    status: int
    verdict: Verdict
    session: str | None

    @property
    def ms(self) -> float:
        return (self.ended - self.began) * 1000


def choose(settings: Settings, most: int) -> tuple[Canary, ...]:
    """Up to ``most`` items whose conversation runs as it should.  ``HomeError`` below two."""
    telemetry.configure("ERROR")
    parts = bootstrap.build(settings)
    release = parts.live().release
    items = (
        [one for one in release.records.all() if isinstance(one, ServiceItem)] if release else []
    )

    async def runs(canary: Canary) -> bool:
        session = None
        for text in (canary.opening, *canary.follow_ups):
            reply = await parts.assistant.take_turn(Message(text=text, session_id=session))
            session = reply.session_id
            if verdict(json.loads(reply_json(reply)), canary) != "own":
                return False
        return True

    async def tried() -> tuple[Canary, ...]:
        forgotten = [await parts.assistant.take_turn(Message(text=text)) for text in FOLLOW_UPS]
        if any(reply.status in _SAYS for reply in forgotten):
            raise HomeError("没有记忆时追问也得到回答：这个版本测不出记忆")
        found: list[Canary] = []
        for item in items:
            canary = Canary(code=item.code, opening=f"{item.name}要什么材料")
            if len(found) < most and await runs(canary):
                found.append(canary)
        await parts.close()
        return tuple(found)

    chosen = asyncio.run(tried())
    if len(chosen) < 2:
        raise HomeError("这个版本里可以追问的事项不足两个")
    return chosen


def verdict(reply: Mapping[str, Any], canary: Canary) -> Verdict:
    """What the reply (as on the wire) speaks of."""
    if reply["status"] not in _SAYS:
        return "none"
    codes = {one["code"] for one in reply["citations"]}
    return "own" if canary.code in codes else "crossed"


async def ask(
    client: httpx.AsyncClient,
    text: str,
    session: str | None,
    canary: Canary,
    clock: Callable[[], float] = time.perf_counter,
) -> Asked:
    """One question.  Another session's id in the reply is ``crossed`` as well."""
    body = {"text": text} | ({"session_id": session} if session else {})
    began = clock()
    try:
        response = await client.post("/api/v1/chat", json=body)
    except httpx.HTTPError:
        return Asked(began=began, ended=clock(), status=0, verdict="none", session=session)
    ended = clock()
    found: Verdict = "none"
    if response.status_code == 200:
        reply = response.json()
        found = verdict(reply, canary)
        if session not in (None, reply["session_id"]):
            found = "crossed"
        session = reply["session_id"]
    return Asked(
        began=began, ended=ended, status=response.status_code, verdict=found, session=session
    )


def client(port: int) -> httpx.AsyncClient:
    """A client of the local server, each question on a connection of its own: between two that a
    person asks, the server closes idle ones."""
    return httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}",
        timeout=30,
        verify=False,  # noqa: S501 - plain HTTP on this machine: no certificates to load for each user
        trust_env=False,
        limits=httpx.Limits(max_keepalive_connections=0),
    )
