"""The logistic function, for the models that are fitted by ``suiwen-eval``."""

from __future__ import annotations

import math


def logistic(total: float) -> float:
    """1 / (1 + e^-total), 0–1; no overflow however far from 0."""
    if total >= 0:
        return 1 / (1 + math.exp(-total))
    power = math.exp(total)
    return power / (1 + power)
