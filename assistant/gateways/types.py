"""How a system of the city is reached, and how long it is waited for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds and counts.

    ``attempts`` of one call, between them a random pause that doubles up to ``longest_pause``;
    ``total`` for all of them.  After ``failures`` attempts in a row that failed, nothing is sent
    for ``rest`` seconds (the circuit is open); then one attempt decides.
    """

    connect: float = 2.0
    answer: float = 5.0
    total: float = 20.0
    attempts: int = 3
    pause: float = 0.2
    longest_pause: float = 2.0
    failures: int = 5
    rest: float = 30.0
