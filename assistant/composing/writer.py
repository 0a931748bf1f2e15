"""Collecting sentences, citations and cards: a fact enters a reply only with its citation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from assistant.types import Draft
from channels.types import Card, CardRow, Citation, Sentence, Status
from knowledge.conditions import Told
from knowledge.types import Fact, Record

DEMONSTRATION = "演示数据：摘自法律法规和公开规则的摘要，不是广州市政府的官方数据。"
"""Said beside whatever stands in a demonstration record."""


@dataclass(slots=True)
class Writer:
    """Builds one :class:`Draft`.  Citations are numbered from 1; a field is cited once.

    ``told``: what is known of the one who asks; what holds for others only is left out.
    """

    english: bool = False
    told: Told = field(default_factory=Told)
    sentences: list[Sentence] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    suggestions: list[str] = field(default_factory=list)
    _numbers: dict[tuple[str, str], int] = field(default_factory=dict)

    def cite(self, record: Record, facts: Iterable[Fact]) -> tuple[int, ...]:
        """The numbers of the citations that carry these facts of the record."""
        return tuple(dict.fromkeys([self._number(record, one) for one in facts]))

    def say(self, text: str, record: Record, facts: Sequence[Fact]) -> None:
        """Add a sentence that states these facts; without a fact nothing is said."""
        if facts:
            self.sentences.append(Sentence(text=text, citations=self.cite(record, facts)))

    def remark(self, text: str) -> None:
        """Add a sentence that states no fact: a question, a courtesy, that something is unknown."""
        self.sentences.append(Sentence(text=text))

    def card(self, card: Card) -> None:
        if card.rows:
            self.cards.append(card)

    def draft(self, status: Status, reason: str | None = None, *, quiet: bool = False) -> Draft:
        return Draft(
            status=status,
            reason=reason,
            sentences=tuple(self.sentences),
            citations=tuple(self.citations),
            cards=tuple(self.cards),
            suggestions=tuple(dict.fromkeys(self.suggestions)),
            quiet=quiet,
        )

    def _number(self, record: Record, one: Fact) -> int:
        key = (record.code, one.field)
        if (known := self._numbers.get(key)) is not None:
            return known
        self._numbers[key] = number = len(self.citations) + 1
        self.citations.append(
            Citation(
                n=number,
                kind=record.kind,
                code=record.code,
                title=record.name,
                field=one.field,
                quote=one.quote,
                url=source_url(record),
                as_of=record.provenance.as_of,
            )
        )
        return number


def source_url(record: Record) -> str | None:
    """The address where the record's text can be read: its first source that has one."""
    provenance = record.provenance
    return next((one.url for one in provenance.sources if one.url), provenance.live_guide)


def choice(label: str, ask: str, *, code: str, note: str | None = None) -> CardRow:
    """A row that sends ``ask`` when tapped."""
    return CardRow(label=label, ask=ask, code=code, note=note)
