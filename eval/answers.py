"""Asking the real assistant every question of a gold file, each in a session of its own.

What the same person said before (``context``) is said first; only the last reply is scored.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from assistant import bootstrap, telemetry
from assistant.pipeline import Assistant
from assistant.settings import Settings
from channels.types import Message
from eval.types import Example, Prediction
from knowledge.types import Record


def predict(
    settings: Settings, examples: Sequence[Example], advance: Callable[[], None]
) -> tuple[list[Prediction], dict[str, Record], dict[str, Any]]:
    """Predictions, the records that scoring them needs, and what the run was made with.

    ``advance`` is called after each question.
    """
    telemetry.configure("ERROR")
    parts = bootstrap.build(settings)
    knowledge = parts.live()
    predictions = asyncio.run(_ask_all(parts.assistant, examples, advance))
    records = {code: one for code in _codes(predictions) if (one := knowledge.record(code))}
    return predictions, records, described(settings, knowledge.name, knowledge.release)


def described(settings: Settings, release: str, opened: Any) -> dict[str, Any]:
    """The settings that decide answers, and the release that gave them."""
    manifest = opened.manifest if opened else None
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "release": release,
        "records_sha256": manifest.records_sha256 if manifest else None,
        "sources": dict(manifest.sources) if manifest else {},
        "encoder": settings.encoder,
        "encoder_seed": settings.encoder_seed,
        "today": bootstrap.today().isoformat(),
    }


async def _ask_all(
    assistant: Assistant, examples: Sequence[Example], advance: Callable[[], None]
) -> list[Prediction]:
    predictions = []
    for example in examples:
        session = await _said_before(assistant, example.context)
        message = Message(text=example.text, session_id=session, channel="eval")
        begun = time.perf_counter()
        reply = await assistant.take_turn(message)
        spent = (time.perf_counter() - begun) * 1000
        predictions.append(Prediction(example=example, reply=reply, ms=round(spent, 3)))
        advance()
    return predictions


async def _said_before(assistant: Assistant, context: Iterable[str]) -> str | None:
    """The session in which the earlier messages were said; ``None`` if there were none."""
    session: str | None = None
    for text in context:
        said = Message(text=text, session_id=session, channel="eval")
        session = (await assistant.take_turn(said)).session_id
    return session


def _codes(predictions: Iterable[Prediction]) -> set[str]:
    codes: set[str] = set()
    for one in predictions:
        codes.update(one.example.codes)
        codes.update(citation.code for citation in one.reply.citations)
    return codes
