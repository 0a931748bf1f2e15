"""Checks on a message before it is read, and on a reply before it is shown."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.rules import replies
from assistant.types import Draft
from channels.types import Citation, Sentence, Status

MOST_CHARACTERS = 500
MOST_TOLD = 2000
"""The most characters of a question, and of what is told while something is filed."""

_HARD = re.compile(r"https?://[^\s，。；（）]+|\d[\d,.\-–/:：年月日%]*\d|\d")
"""What must stand in a cited quote to the letter: addresses, numbers with their separators."""
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
)


def clean(text: str) -> str:
    """The text without control and invisible characters (they hide words from every check)."""
    return _CONTROL.sub("", text).strip()


def check(draft: Draft) -> Draft:
    """The draft without sentences whose numbers and addresses no cited quote holds.

    A dropped sentence turns an answer into a ``partial`` one and is said to have been dropped.
    A refusal states a rule of ours, no fact of a record.
    """
    if draft.status is Status.REFUSED:
        return draft
    by_number = {one.n: one for one in draft.citations}
    labels = "\n".join(row.label for card in draft.cards for row in card.rows)
    kept = tuple(one for one in draft.sentences if supported(one, by_number, labels))
    if len(kept) == len(draft.sentences):
        return draft
    status = Status.PARTIAL if draft.status is Status.ANSWERED else draft.status
    dropped = Sentence(text=replies()["partial"]["dropped"])
    return replace(draft, sentences=(*kept, dropped), status=status, reason="unsupported")


def supported(sentence: Sentence, citations: dict[int, Citation], labels: str = "") -> bool:
    """Whether every number and address in the sentence stands in a title or quote that it cites.

    A sentence that cites nothing may name what the reply's own choices are labelled with; numbers
    that were reckoned from what is cited stand in no quote.
    """
    hard = _HARD.findall(_ORDINAL.sub("", sentence.text))
    if not hard:
        return True
    cited = [citations[n] for n in sentence.citations if n in citations]
    evidence = "\n".join(f"{one.title}\n{one.quote}" for one in cited) if cited else labels
    return all(_holds(evidence, token) or _is_reckoned(token, sentence.reckoned) for token in hard)


def _is_reckoned(token: str, reckoned: tuple[str, ...]) -> bool:
    return not token.startswith("http") and set(_DIGITS.findall(token)) <= set(reckoned)


_DIGITS = re.compile(r"\d+")


def _holds(evidence: str, token: str) -> bool:
    """Whether the token stands there whole: 5 does not stand in 15, nor in 0.5."""
    at = evidence.find(token)
    while at >= 0:
        end = at + len(token)
        if not token[0].isdigit() or not (
            _NUMBER_BEFORE.search(evidence, max(at - 1, 0), at)
            or _NUMBER_BEHIND.match(evidence, end)
        ):
            return True
        at = evidence.find(token, at + 1)
    return False


_NUMBER_BEFORE = re.compile(r"[\d.]")
_NUMBER_BEHIND = re.compile(r"\.?\d")


_ORDINAL = re.compile(r"（\d{1,2}）")
"""Numbering that the composer itself puts before steps."""
