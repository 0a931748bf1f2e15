"""Records → documents to rank: one an item, bundle or hotline, one an article, one an FAQ, and one
for each wording in which people are known to ask for a record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TypedDict

from knowledge.facts import facts
from knowledge.passages import is_current
from knowledge.types import Bundle, Facet, Hotline, Policy, Record, ServiceItem
from retrieval.types import Document

_BODY = (
    Facet.OVERVIEW,
    Facet.CONDITIONS,
    Facet.MATERIALS,
    Facet.PROCESS,
    Facet.RESULT,
    Facet.AUDIENCE,
    Facet.REGION,
)
_AUDIENCES = {"个人": ("自然人",), "企业": ("企业法人", "非法人企业", "个体工商户")}
"""What a bundle calls its audience, in the words of service items."""


class _For(TypedDict):
    """Whom a record is for, where and when."""

    region: str | None
    audiences: tuple[str, ...]
    valid_from: date | None
    valid_until: date | None


def documents(records: Iterable[Record]) -> Iterator[Document]:
    """The documents of all records, in their order; ids are record codes or passage ids."""
    for record in records:
        yield from _asked(record)
        if isinstance(record, Policy):
            yield from _policy(record)
        else:
            yield _whole(record)
            if isinstance(record, ServiceItem | Bundle):
                yield from _faqs(record)


def _whole(record: ServiceItem | Bundle | Hotline) -> Document:
    lines = [one.text for facet in _BODY for one in facts(record, facet)]
    if isinstance(record, ServiceItem):
        lines += [*record.themes, record.identity.catalog_name or ""]
    return Document(
        id=record.code,
        record=record.code,
        kind=record.kind,
        title=record.name,
        aliases=names(record),
        body="\n".join(line for line in dict.fromkeys(lines) if line),
        demonstration=record.provenance.demonstration,
        **_for(record),
    )


def names(record: Record) -> tuple[str, ...]:
    """The everyday names of a record, its English one among them."""
    return (*record.aliases, record.english) if record.english else record.aliases


def _faqs(record: ServiceItem | Bundle) -> Iterator[Document]:
    for number, faq in enumerate(record.faqs):
        yield Document(
            id=f"{record.code}#faq{number}",
            record=record.code,
            kind="faq",
            title=faq.question,
            body=f"{record.name}\n{faq.answer}",
            demonstration=record.provenance.demonstration,
            **_for(record),
        )


def _asked(record: Record) -> Iterator[Document]:
    for number, wording in enumerate(record.asked):
        yield Document(
            id=f"{record.code}#ask{number}",
            record=record.code,
            kind="asked",
            title=wording,
            body=record.name,
            demonstration=record.provenance.demonstration,
            **_for(record),
        )


def _policy(policy: Policy) -> Iterator[Document]:
    yield Document(
        id=policy.code,
        record=policy.code,
        kind="policy",
        title=policy.name,
        aliases=names(policy),
        body="\n".join(part for part in (policy.number, policy.issuer, *_headings(policy)) if part),
        demonstration=policy.provenance.demonstration,
        **_for(policy),
    )
    for article in policy.articles:
        yield Document(
            id=f"{policy.code}#{article.id}",
            record=policy.code,
            kind="article",
            title=f"{policy.name} {article.number} {article.heading or ''}".strip(),
            body=article.text,
            demonstration=policy.provenance.demonstration,
            **_for(policy),
        )


def _headings(policy: Policy) -> Iterator[str]:
    for article in policy.articles:
        if article.heading:
            yield article.heading


def _for(record: Record) -> _For:
    """The attributes of a record; its days in force are those of ``knowledge.is_current``."""
    region = None if isinstance(record, Hotline) else record.region
    first, last = record.effective, record.expires
    if not is_current(record, first or last or date.max):  # replaced, suspended, or none at all
        first, last = date.max, date.min
    return _For(
        region=region.text if region else None,
        audiences=_audiences(record),
        valid_from=first,
        valid_until=last,
    )


def _audiences(record: Record) -> tuple[str, ...]:
    if isinstance(record, ServiceItem):
        return record.handling.audiences
    if isinstance(record, Bundle):
        return record.handling.audiences or _AUDIENCES[record.audience]
    return ()
