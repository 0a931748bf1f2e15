"""The words of the comparison with other libraries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from eval.beir import Dataset
from eval.metrics import Difference


class NotRunError(Exception):
    """A system could not be measured; the message says why.  It becomes a row, never a gap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A library under test.

    ``name``: also that of its environment and of its file in ``pins/``; none is Suiwen's own
    environment.  ``configurations``: the script's names for them, and what they are in Chinese.
    """

    name: str
    title: str
    module: str
    configurations: Mapping[str, str]
    pinned: bool = True
    torch: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """What all systems are asked on, once.

    ``peers``: whether others than Suiwen run.  ``judged``: whether the answers are scored (on
    perturbed copies right documents have rivals that nobody judged: they are for speed only).
    """

    dataset: Dataset
    corpus: Path
    peers: bool = True
    judged: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One configuration of one system on one collection; quality and speed of the same run.

    ``hit1``, ``hit5``: shares of the questions, none if not judged.  ``suiwen_above``: Suiwen's
    metric minus this one's, by metric, with interval and p; ``mcnemar_p``: for hit@1.
    ``build_seconds``: one core; ``train_seconds`` of them train the encoder (Suiwen only).
    ``p50_ms``, ``p99_ms``: from a question's text to its ids; ``cpu_p50_ms``: processor time of
    the same (lower than ``p50_ms`` where the core was shared).  ``qps``: questions a second, one
    after the other.  ``memory_mb``: resident while answering; ``peak_mb``: the build included.
    ``machine_load``: the load average before the first question; well above 1, the times of the
    row are those of a busy machine.  ``problem``: why there are no numbers.
    """

    system: str
    configuration: str
    set: str
    passages: int
    questions: int
    version: str = ""
    hit1: float | None = None
    hit5: float | None = None
    suiwen_above: Mapping[str, Difference] | None = None
    mcnemar_p: float | None = None
    load_seconds: float | None = None
    build_seconds: float | None = None
    train_seconds: float | None = None
    p50_ms: float | None = None
    p99_ms: float | None = None
    cpu_p50_ms: float | None = None
    qps: float | None = None
    memory_mb: float | None = None
    peak_mb: float | None = None
    disk_mb: float | None = None
    machine_load: float | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A target of the project and whether this run meets it; ``met`` is none if not measured."""

    name: str
    met: bool | None
    found: str
