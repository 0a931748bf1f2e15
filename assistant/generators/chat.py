"""Rewritings from a chat-completions server that speaks the OpenAI dialect.

What was said travels as JSON inside one user message, so that nothing typed can pass for an
instruction of ours.  Whatever goes wrong is no proposal, and logged by its kind only.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Literal

import structlog
from pydantic import BaseModel, Field, ValidationError

from assistant.errors import Unavailable
from assistant.gateways.line import Line
from assistant.gateways.types import Patience
from assistant.generators.types import MOST_REWRITTEN, Utterance
from assistant.guardrails import clean

Failure = Literal["away", "refused", "unreadable", "empty", "lines", "long"]
"""Why there is no proposal: no answer in time, an answer that is no success, one outside the
dialect; nothing, several lines, or too much in it."""

MOST_TOKENS = 120
_OK = 200
_QUOTES = "\"'“”‘’「」『』 "


class _Message(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    message: _Message


class _Answer(BaseModel):
    choices: list[_Choice] = Field(min_length=1)


def patience(seconds: float) -> Patience:
    """``seconds`` for all of a call, one repetition of what broke at once; after three failures in
    a row nothing is sent for half a minute."""
    return Patience(
        connect=seconds,
        answer=seconds,
        total=seconds,
        attempts=2,
        pause=0.05,
        longest_pause=0.1,
        failures=3,
        rest=30.0,
    )


class ChatRewriter:
    """``Rewriter`` over ``POST {url}/chat/completions``; ``line`` leads to the url (…/v1) with the
    :func:`patience` of the citizen who waits.  Close it at the end."""

    def __init__(self, line: Line, model: str) -> None:
        self._line = line
        self._model = model

    async def rewrite(self, before: Sequence[Utterance], text: str) -> str | None:
        try:
            response = await self._line.post(
                "chat/completions", self._body(before, text), safe=True
            )
        except Unavailable:
            return _without("away")
        if response.status_code != _OK:
            return _without("refused")
        try:
            answer = _Answer.model_validate_json(response.content)
        except ValidationError:  # its text would hold what was answered
            return _without("unreadable")
        return _line_of(answer.choices[0].message.content or "")

    async def close(self) -> None:
        await self._line.close()

    def _body(self, before: Sequence[Utterance], text: str) -> Mapping[str, Any]:
        messages = [
            {"role": "system", "content": _words()["rewrite"].strip()},
            {"role": "user", "content": _asked(before, text)},
        ]
        return {
            "model": self._model,
            "messages": messages,
            "temperature": 0,
            "max_tokens": MOST_TOKENS,
        }


def _asked(before: Sequence[Utterance], text: str) -> str:
    """What was said and the message, as JSON; half a surrogate pair, which no JSON holds, as ?."""
    words = _words()
    said = [{words["who"]: words["names"][one.who], words["said"]: one.text} for one in before]
    asked = json.dumps({words["before"]: said, words["last"]: text}, ensure_ascii=False)
    return asked.encode("utf-8", "replace").decode("utf-8")


def _line_of(content: str) -> str | None:
    """The one line that was answered, without quotation marks around it."""
    found = clean(content).strip(_QUOTES)
    if not found:
        return _without("empty")
    if len(found.splitlines()) > 1:
        return _without("lines")
    return found if len(found) <= MOST_REWRITTEN else _without("long")


def _without(kind: Failure) -> str | None:
    """No proposal, and a log line that says why."""
    structlog.get_logger().warning("no_rewriting", kind=kind)
    return None


@cache
def _words() -> dict[str, Any]:
    file = resources.files("assistant.generators").joinpath("chat.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))
