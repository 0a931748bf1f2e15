"""What a language model is given and may be asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

MOST_REWRITTEN = 60
"""The most characters of a rewriting: a question, not an essay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """One message of a conversation, personal data masked (``privacy.masking.mask``), cut short.

    The repr does not show the text, so that no log can."""

    who: Literal["citizen", "assistant"]
    text: str

    def __repr__(self) -> str:
        return f"Utterance({self.who}, {len(self.text)})"


class Rewriter(Protocol):
    """Proposes how a follow-up would be asked by somebody who had said nothing before."""

    async def rewrite(self, before: Sequence[Utterance], text: str) -> str | None:
        """One line of at most ``MOST_REWRITTEN`` characters, maybe ``text`` itself; ``None`` if
        there is no proposal, for whatever reason.  Never raises.

        ``before``: what was said, the last at the end; ``text``: the message, masked as well."""
        ...
