"""Logs and metrics that hold no personal data: ids, hashes, status, reason, milliseconds, release.

The text of a message never reaches a log line.  Only its keyed hash does, so that repeats of one
question can be counted within one process run and read by nobody.
"""

from __future__ import annotations

import hashlib
import secrets
import sys
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from assistant.privacy.telemetry import mask_event
from assistant.sessions.types import Loss
from assistant.types import Turn

_KEY = secrets.token_bytes(16)

_ALLOWED = frozenset(
    (
        "event",
        "level",
        "timestamp",
        "turn",
        "session",
        "question",
        "channel",
        "status",
        "reason",
        "release",
        "record",
        "ms",
        "total_ms",
        "error",
        "missing",
    )
)
"""The keys that may reach a log line."""


def configure(level: str) -> None:
    """JSON lines on standard error; keys that are not on the list are dropped, not written."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            mask_event,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level.lower()),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def only_allowed(_logger: Any, _method: str, event: structlog.typing.EventDict) -> Any:
    """The first of two masks: what is not known to be harmless is left out.  What is kept is then
    searched for personal data (``mask_event``)."""
    return {key: value for key, value in event.items() if key in _ALLOWED}


def hashed(text: str) -> str:
    """A keyed hash of a text; the key lives and dies with the process."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=6, key=_KEY).hexdigest()


_LEAST_MS = 0.005
"""Steps of a turn that took less would be logged as 0."""


class Telemetry:
    """Counts and logs finished turns."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._turns = Counter(
            "suiwen_turns", "Finished turns", ("channel", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "suiwen_turn_seconds",
            "Time of a turn",
            registry=self.registry,
            buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
        )
        self._feedback = Counter(
            "suiwen_feedback", "Feedback", ("helpful",), registry=self.registry
        )
        self._missing = Counter(
            "suiwen_searches_without",
            "Searches that went on without a ranking, whose server did not answer",
            ("ranking",),
            registry=self.registry,
        )
        self._without_memory = Counter(
            "suiwen_without_memory",
            "Turns that went without memory, or whose memory was lost, by cause",
            ("cause",),
            registry=self.registry,
        )
        self._log = structlog.get_logger()

    def finished(self, turn: Turn) -> None:
        """One log line and one observation a turn."""
        reply = turn.reply
        assert reply is not None
        total = sum(turn.timings.values())
        self._turns.labels(turn.message.channel, reply.status.value).inc()
        self._seconds.observe(total / 1000)
        missing = turn.search.missing if turn.search else ()
        for ranking in missing:
            self._missing.labels(ranking).inc()
            self._log.warning("search_without", turn=turn.id, missing=ranking)
        self._log.info(
            "turn",
            turn=turn.id,
            session=hashed(turn.session_id),
            question=hashed(turn.message.text),
            channel=turn.message.channel,
            status=reply.status.value,
            reason=reply.reason,
            release=turn.release,
            record=turn.decision.records[0] if turn.decision and turn.decision.records else None,
            ms={name: round(one, 2) for name, one in turn.timings.items() if one >= _LEAST_MS},
            total_ms=round(total, 2),
        )

    def lost(self, cause: Loss) -> None:
        """One turn without memory."""
        self._without_memory.labels(cause).inc()

    def feedback(self, helpful: bool) -> None:
        self._feedback.labels(str(helpful).lower()).inc()

    def exposition(self) -> bytes:
        """The metrics in the Prometheus text format."""
        return generate_latest(self.registry)
