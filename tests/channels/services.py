"""Services that honour the protocol of ``channels.types`` and remember what they were asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from channels.types import (
    Card,
    CardRow,
    Citation,
    Emit,
    Event,
    Feedback,
    Message,
    Reply,
    Sentence,
    Services,
    Sheet,
    Status,
    Welcome,
)

FULL = Reply(
    session_id="s" * 32,
    turn_id="t" * 32,
    status=Status.ANSWERED,
    reason="unsupported",
    text="要身份证。\n去窗口。",
    sentences=(Sentence(text="要身份证。", citations=(1,)), Sentence(text="去窗口。")),
    citations=(
        Citation(
            n=1,
            kind="item",
            code="i1",
            title="居住证",
            field="materials[0].name",
            quote="身份证",
            url="https://www.gd.gov.cn/",
            as_of="2025",
        ),
    ),
    cards=(
        Card(
            kind="materials",
            title="材料",
            code="i1",
            note="原件",
            rows=(
                CardRow(
                    label="身份证",
                    text="原件",
                    note="一份",
                    url="https://www.gd.gov.cn/",
                    tel="12345",
                    ask="在哪里办",
                    code="i1",
                    citations=(1,),
                ),
            ),
        ),
    ),
    suggestions=("在哪里办",),
    label="AI",
    quiet=True,
)
BARE = Reply(session_id="s" * 32, turn_id="t" * 32, status=Status.NOT_FOUND, text="没有找到。")


@dataclass
class Fake:
    """An assistant that gives one reply, or raises ``fails`` after ``emitted`` events."""

    reply: Reply = FULL
    fails: Exception | None = None
    emitted: int = 0
    is_ready: bool = True
    asked: list[Message] = field(default_factory=list)
    given: list[Feedback] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    sheets: dict[str, Sheet] = field(default_factory=dict)

    async def respond(self, message: Message, emit: Emit | None = None) -> Reply:
        self.asked.append(message)
        parts = [
            Event(name="status", data=self.reply.status),
            *(Event(name="sentence", data=one) for one in self.reply.sentences),
            *(Event(name="card", data=one) for one in self.reply.cards),
        ]
        for part in parts[: self.emitted] if self.fails else parts:
            if emit is not None:
                await emit(part)
        if self.fails is not None:
            raise self.fails
        return self.reply

    async def forget(self, session_id: str) -> None:
        self.forgotten.append(session_id)

    async def sheet(self, code: str) -> Sheet | None:
        return self.sheets.get(code)

    async def ready(self) -> Mapping[str, Any]:
        return {"ready": self.is_ready, "release": "r1"}

    def welcome(self) -> Welcome:
        return Welcome(
            title="穗问", notice="演示", suggestions=("居住证",), release="r1", demonstration=True
        )

    def services(self) -> Services:
        return Services(
            respond=self.respond,
            sheet=self.sheet,
            forget=self.forget,
            feedback=self.given.append,
            welcome=self.welcome,
            ready=self.ready,
            metrics=lambda: b"suiwen_turns_total 1.0\n",
        )
