"""The words of evaluation: an example is input with truth, a prediction what the assistant gave.

A check is one verdict on one prediction; a rate sums checks up; a report holds all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from channels.types import Reply, Status

LOWER_IS_BETTER = frozenset({"false_answer_rate", "false_crisis_rate", "wrong_record_rate"})
"""Rates that count mistakes; all others count what was right."""

_Z = 1.959963984540054
"""The 97.5% point of the normal distribution: intervals hold 95%."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A question and what a right answer to it is (one line of a gold file).

    ``status``: acceptable statuses.  ``code``: the right record, ``also``: others that are right.
    ``fields``: paths of the record whose values must be shown and cited.  ``first``: the hotline
    that must come first in a crisis.  ``context``: what the same person said before, oldest first.
    ``situation``: who asks and why, as its author put it.
    """

    id: str
    text: str
    register: str
    kind: str
    status: tuple[Status, ...]
    code: str | None = None
    also: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    first: str | None = None
    note: str | None = None
    context: tuple[str, ...] = ()
    situation: str | None = None

    @property
    def unanswerable(self) -> bool:
        """Whether no record answers it: to say so, or to offer what is near, is right."""
        return not self.codes and set(self.status) <= {
            Status.NOT_FOUND,
            Status.CLARIFY,
            Status.OUT_OF_SCOPE,
        }

    @property
    def codes(self) -> tuple[str, ...]:
        """Every right record, the best one first."""
        return (self.code, *self.also) if self.code else self.also


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """The whole reply to an example, and the milliseconds it took."""

    example: Example
    reply: Reply
    ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One verdict: which metric, whether it is good, and what was expected and got."""

    metric: str
    good: bool
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Rate:
    """``hits`` of ``of``, with the 95% interval of Wilson."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        """The share, or ``None`` if nothing was counted."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval; the whole range if nothing was counted."""
        if not self.of:
            return (0.0, 1.0)
        share, square = self.hits / self.of, _Z * _Z
        middle = share + square / (2 * self.of)
        spread = _Z * sqrt((share * (1 - share) + square / (4 * self.of)) / self.of)
        scale = 1 + square / self.of
        low, high = (middle - spread) / scale, (middle + spread) / scale
        return (0.0 if not self.hits else low, 1.0 if self.hits == self.of else high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One check that was not good, with the question."""

    id: str
    metric: str
    question: str
    expected: str
    got: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All scores of one run; ``slices`` maps ``kind`` and ``register`` → value → metric → rate."""

    examples: int
    overall: Mapping[str, Rate]
    slices: Mapping[str, Mapping[str, Mapping[str, Rate]]]
    failures: tuple[Failure, ...]
    ms_p50: float
    ms_p99: float
