"""Records → documents to rank: one an item, bundle or hotline, one an article, one an FAQ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from knowledge.facts import facts
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


def documents(records: Iterable[Record]) -> Iterator[Document]:
    """The documents of all records, in their order; ids are record codes or passage ids."""
    for record in records:
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
        region=None if isinstance(record, Hotline) or not record.region else record.region.text,
        demonstration=record.provenance.demonstration,
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
        )


def _policy(policy: Policy) -> Iterator[Document]:
    yield Document(
        id=policy.code,
        record=policy.code,
        kind="policy",
        title=policy.name,
        aliases=names(policy),
        body="\n".join(part for part in (policy.number, policy.issuer, *_headings(policy)) if part),
        region=policy.region.text if policy.region else None,
        demonstration=policy.provenance.demonstration,
    )
    for article in policy.articles:
        yield Document(
            id=f"{policy.code}#{article.id}",
            record=policy.code,
            kind="article",
            title=f"{policy.name} {article.number} {article.heading or ''}".strip(),
            body=article.text,
            region=policy.region.text if policy.region else None,
            demonstration=policy.provenance.demonstration,
        )


def _headings(policy: Policy) -> Iterator[str]:
    for article in policy.articles:
        if article.heading:
            yield article.heading
