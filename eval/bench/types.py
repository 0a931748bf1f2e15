"""The words of the benchmark."""

from __future__ import annotations

from dataclasses import dataclass


class BenchError(Exception):
    """The benchmark cannot run or its numbers would be false; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a load generator measured in one round."""

    requests: int
    seconds: float
    errors: int
    p50_ms: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The numbers of one run.  ``rounds``: (Suiwen, echo) in turn; ``ratio`` is their median."""

    records: int
    index_seconds: float
    publish_seconds: float
    first_answer_seconds: float
    first_answer_tries: tuple[float, ...]
    rounds: tuple[tuple[float, float], ...]
    suiwen_per_second: float
    echo_per_second: float
    ratio: float
    suiwen_alone: Load
    echo_alone: Load
    suiwen_busy: Load
    echo_busy: Load
    memory_mb: float
    questions: int
    statuses: dict[str, int]
    generator: str
    connections: int
    cores: int
