"""What filing needs of the rest, put together: kinds, topics, routes, masking, ids of persons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.composing.writer import Writer
from assistant.privacy import masking
from assistant.privacy.detect import find
from assistant.privacy.types import Kind
from assistant.types import Knowledge
from assistant.work_orders import kinds, routes, topics
from assistant.work_orders.types import (
    FilingAids,
    FilingRoute,
    FilingStep,
    OrderKind,
)
from knowledge.types import Record

_IDENTITY = frozenset(
    {
        Kind.RESIDENT_ID,
        Kind.RESIDENCE_PERMIT,
        Kind.PERMANENT_RESIDENCE,
        Kind.TRAVEL_PERMIT,
        Kind.HONG_KONG_ID,
        Kind.PASSPORT,
    }
)
_NEEDED = frozenset({"name", "phone"})
"""What is asked of those whom the law asks who they are: the office sees their papers itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """A topic with its names (``types.Suggested``)."""

    code: str
    name: str
    department: str
    probability: float


def aids(knowledge: Knowledge, *, person: Callable[[str | None, str], str]) -> FilingAids:
    """The aids over the knowledge of one turn.  ``person``: the id for a phone and a session."""

    def route_of(kind: OrderKind, topic: str | None) -> str:
        suggested = topics.tree().topics[topic].route if topic else None
        return routes.routes_for(kind, suggested).route.code

    return FilingAids(
        kind_of=kinds.kind_of,
        suggest=suggest,
        route_of=route_of,
        route=lambda code, kind: filing_route(code, kind, knowledge),
        mask=masking.screen,
        drop_ids=drop_ids,
        person=person,
        called=lambda code: _names(knowledge.record(code)),
    )


def _names(record: Record | None) -> tuple[str, ...]:
    """The name of a record, and its aliases."""
    return (record.name, *getattr(record, "aliases", ())) if record else ()


def suggest(text: str) -> tuple[Suggested, ...]:
    """The likeliest topics of a matter, with who deals with such in the city."""
    known = topics.tree()
    return tuple(
        Suggested(
            code=one.code,
            name=known.topics[one.code].name,
            department=known.department(known.topics[one.code]) or "",
            probability=one.probability,
        )
        for one in topics.suggest(text)
    )


def filing_route(code: str, kind: OrderKind, knowledge: Knowledge) -> FilingRoute:
    """A route as filing needs it: who must say who they are and why, and what happens next."""
    one = routes.route(code)
    said = routes.next_steps(one, knowledge, kind)
    by_number = {cited.n: cited for cited in said.citations}
    steps = tuple(
        FilingStep(text=each.text, sources=tuple(by_number[n] for n in each.citations))
        for each in said.sentences
    )
    return FilingRoute(
        code=one.code,
        name=one.name,
        needs=_NEEDED if one.identity else frozenset(),
        because=_because(one, knowledge) if one.identity else None,
        instead=routes.PUBLIC if one.identity else None,
        steps=steps,
    )


def _because(one: routes.Route, knowledge: Knowledge) -> FilingStep | None:
    """Why a route asks who one is, from its record."""
    writer = Writer()
    routes.say_conditions(one, knowledge, writer)
    by_number = {cited.n: cited for cited in writer.citations}
    texts = "".join(each.text for each in writer.sentences)
    numbers = dict.fromkeys(n for each in writer.sentences for n in each.citations)
    sources = tuple(by_number[n] for n in numbers)
    return FilingStep(text=texts, sources=sources) if texts else None


def drop_ids(text: str) -> str:
    """The text with the numbers of identity documents taken out."""
    for one in sorted(find(text), key=lambda found: -found.start):
        if one.kind in _IDENTITY:
            text = text[: one.start] + text[one.end :]
    return text
