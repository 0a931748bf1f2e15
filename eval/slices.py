"""Parts of a set of questions: by a field of theirs that has few values, and by their length."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eval.beir import Question
from eval.metrics import Estimate, Values, means

MOST_VALUES, FEWEST_QUESTIONS = 40, 5
"""A field with more values, or fewer questions a value on average, tells no kinds apart."""
LENGTHS = (6, 12, 20, 30)
"""The longest question of each bin but the last, in characters."""
BY_LENGTH = "length"


@dataclass(frozen=True, slots=True)
class Part:
    """The scores of some of the questions."""

    questions: int
    means: Mapping[str, Estimate]


def parts(
    questions: Sequence[Question], scores: Mapping[str, Values]
) -> dict[str, dict[str, Part]]:
    """Field → value → scores; fields with one value only are left out."""
    return {
        name: {label: _part(places, scores) for label, places in groups.items()}
        for name, groups in _groups(questions)
    }


def length(text: str) -> str:
    """The bin of a question's length (``7–12``)."""
    low = 1
    for high in LENGTHS:
        if len(text) <= high:
            return f"{low}–{high}"
        low = high + 1
    return f"{low}+"


def _groups(questions: Sequence[Question]) -> Iterator[tuple[str, dict[str, list[int]]]]:
    for name in dict.fromkeys(name for one in questions for name in one.extra):
        values = [str(one.extra.get(name, "")) for one in questions]
        if 1 < len(set(values)) <= min(MOST_VALUES, len(questions) // FEWEST_QUESTIONS):
            places = _places(values)
            yield name, dict(sorted(places.items()))
    lengths = _places([length(one.text) for one in questions])
    yield BY_LENGTH, dict(sorted(lengths.items(), key=lambda one: _first(one[0])))


def _places(values: Sequence[str]) -> dict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for place, value in enumerate(values):
        found[value].append(place)
    return dict(found)


def _first(label: str) -> int:
    return int(label.removesuffix("+").split("–")[0])


def _part(places: Sequence[int], scores: Mapping[str, Values]) -> Part:
    chosen = np.array(places)
    return Part(len(places), means({name: values[chosen] for name, values in scores.items()}))
