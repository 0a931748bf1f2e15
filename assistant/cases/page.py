"""A draft about one case or order: what its desk said is cited as of kind ``case`` or ``order``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Literal

from assistant.cases import clock, words
from assistant.cases.types import CaseEvent
from assistant.composing.plans import day_text
from assistant.composing.writer import Writer
from assistant.work_orders.types import OrderEvent
from channels.types import Citation, Sentence
from knowledge.types import Fact, Record

CHINA = timezone(timedelta(hours=8))
"""Days are those of Guangzhou, wherever a desk keeps its clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A draft that is being written about one case or order."""

    kind: Literal["case", "order"]
    code: str
    title: str
    writer: Writer = field(default_factory=Writer)

    def cite(self, path: str, quote: str) -> int:
        """The number of the citation of a field of the case or order itself."""
        for one in self.writer.citations:
            if (one.kind, one.code, one.field) == (self.kind, self.code, path):
                return one.n
        number = len(self.writer.citations) + 1
        self.writer.citations.append(
            Citation(
                n=number,
                kind=self.kind,
                code=self.code,
                title=self.title,
                field=path,
                quote=quote,
            )
        )
        return number

    def record(self, record: Record, *found: Fact) -> tuple[int, ...]:
        return self.writer.cite(record, found)

    def say(self, text: str, *cited: int, reckoned: Iterable[str] = ()) -> None:
        self.writer.sentences.append(
            Sentence(
                text=closed(text),
                citations=tuple(dict.fromkeys(cited)),
                reckoned=tuple(dict.fromkeys(reckoned)),
            )
        )


def event_quote(name: str, event: CaseEvent | OrderEvent) -> str:
    """An event as it is cited: what happened and on which day."""
    return f"{name}，{day_text(day_of(event.at))}"


def day_of(at: datetime) -> date:
    """The day in Guangzhou; a time without a zone is Guangzhou's already."""
    return at.astimezone(CHINA).date() if at.tzinfo else at.date()


def days(count: int, unit: clock.Unit) -> str:
    """A number of days as people read it: 3个工作日, 3天."""
    return words.texts()[f"days_{unit}"].format(count=count)


def digits(counted: Iterable[int | date]) -> Iterator[str]:
    """The numbers that counted days and dates leave in a text."""
    for one in counted:
        yield from re.findall(r"\d+", day_text(one)) if isinstance(one, date) else [str(one)]


def closed(text: str) -> str:
    return text if text.endswith(("。", "！", "？")) else f"{text}。"
