"""Chinese text → terms, for peers that take a function or a pattern.  Standard library only."""

from __future__ import annotations

import re

_TOKEN = re.compile("[\u3400-\u9fff]+|[a-z0-9]+")

BIGRAMS = "(?=([\u3400-\u9fff]{2}|(?<![a-z0-9])[a-z0-9]+))"
"""For ``re.findall``: overlapping pairs of Han characters, and whole Latin words and numbers."""


def bigrams(text: str) -> list[str]:
    """Pairs of Han characters (a lone one stands for itself), Latin words and numbers."""
    return [term for run in _TOKEN.findall(text.lower()) for term in _of_run(run)]


def words(text: str) -> list[str]:
    """jieba's words without punctuation: the usual recipe for Chinese."""
    import jieba

    return [word for word in jieba.lcut(text.lower()) if _TOKEN.match(word)]


def _of_run(run: str) -> list[str]:
    if run.isascii() or len(run) == 1:
        return [run]
    return [run[i : i + 2] for i in range(len(run) - 1)]
