"""How much of a question stands in a text word for word.

The question is read from left to right; where it goes on as the text does, that is a run.  Long
runs count more than many short ones: the squares of their lengths are added up.
"""

from __future__ import annotations

_SHORTEST = 2


def run_share(question: str, text: str) -> float:
    """0 (no two characters in a row) to 1 (``question`` stands in ``text`` as it is).

    Both normalised.  About 5 µs for a text of 150 characters, 15 µs for one of 1,500.
    """
    if not question:
        return 0.0
    start, squares, length = 0, 0, len(question)
    while start < length - 1:
        end = start + _SHORTEST
        if question[start:end] not in text:
            start += 1
            continue
        while end < length and question[start : end + 1] in text:
            end += 1
        squares += (end - start) ** 2
        start = end
    return squares / length**2
