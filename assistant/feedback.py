"""What citizens said of answers: ids and a verdict, one JSON line each; never a question."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from channels.types import Feedback

FILE = "feedback.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The last word on one turn; ``at`` is a UTC time, ``release`` what answered."""

    turn: str
    helpful: bool
    reason: str | None
    release: str
    at: str


def record(home: Path, given: Feedback, release: str) -> None:
    """Append a verdict (one write of one short line: whole or not at all)."""
    verdict = Verdict(
        turn=given.turn_id,
        helpful=given.helpful,
        reason=given.reason,
        release=release,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    with (home / FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(verdict)) + "\n")


def verdicts(home: Path) -> tuple[Verdict, ...]:
    """One verdict a turn, the last one given, in the order of the first."""
    return tuple({one.turn: one for one in _lines(home / FILE)}.values())


def _lines(path: Path) -> Iterator[Verdict]:
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            yield Verdict(**json.loads(line))
