"""What filing needs of the rest, put together: kinds, topics, routes, masking, ids of persons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.composing.writer import Writer
from assistant.privacy import masking
from assistant.privacy.detect import find
from assistant.privacy.types import Kind
from assistant.types import Knowledge
from assistant.work_orders import elsewhere, kinds, routes, topics
from assistant.work_orders.types import (
    FilingAids,
    FilingDirect,
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


def aids(
    knowledge: Knowledge, *, person: Callable[[str | None, str], str], handed: bool = True
) -> FilingAids:
    """The aids over the knowledge of one turn.  ``person``: the id for a phone and a session;
    ``handed``: whether what is filed reaches the hotline."""

    def route_of(kind: OrderKind, topic: str | None) -> str:
        suggested = topics.tree().topics[topic].route if topic else None
        found = routes.routes_for(kind, suggested).route
        return routes.PUBLIC if found.direct else found.code

    def department_of(topic: str | None, district: str | None) -> str | None:
        found = topics.tree().topics.get(topic or "")
        return topics.tree().department(found, district) if found else None

    return FilingAids(
        kind_of=kinds.kind_of,
        suggest=suggest,
        route_of=route_of,
        route=lambda code, kind: filing_route(code, kind, knowledge),
        mask=masking.screen,
        drop_ids=drop_ids,
        person=person,
        called=lambda code: _names(knowledge.record(code)),
        direct_of=elsewhere.direct_of,
        department_of=department_of,
        handed=handed,
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

    def steps(writer: Writer) -> None:
        routes.say_relay(one, knowledge, writer)
        routes.say_steps(one, knowledge, writer, kind)

    say_own = routes.say_direct if one.direct else routes.say_own
    needs = {*(_NEEDED if one.identity else ()), *one.needs}
    return FilingRoute(
        code=one.code,
        name=one.name,
        needs=frozenset(needs),
        because=_because(one, knowledge) if needs else None,
        instead=routes.PUBLIC if needs else None,
        steps=_steps(steps),
        notes=_steps(lambda writer: routes.say_caveat(one, knowledge, writer, kind)),
        relayed=one.code != routes.PUBLIC,
        own=_steps(lambda writer: say_own(one, knowledge, writer)),
        direct=_direct(one, knowledge),
    )


def _direct(one: routes.Route, knowledge: Knowledge) -> FilingDirect | None:
    """A tap on its name asks for the record, by its code."""
    record = routes.item(one, knowledge)
    if one.direct is None or record is None:
        return None
    return FilingDirect(
        name=one.name,
        ask=f"{record.name}（{record.code}）",
        here=one.direct.here,
        button=one.direct.button,
    )


def _steps(say: Callable[[Writer], None]) -> tuple[FilingStep, ...]:
    """What is said, each sentence with its sources."""
    writer = Writer()
    say(writer)
    by_number = {cited.n: cited for cited in writer.citations}
    return tuple(
        FilingStep(text=each.text, sources=tuple(by_number[n] for n in each.citations))
        for each in writer.sentences
    )


def _because(one: routes.Route, knowledge: Knowledge) -> FilingStep | None:
    """Why a route asks for what it needs, from its record."""

    def say(writer: Writer) -> None:
        routes.say_needs(one, knowledge, writer)
        if one.identity:
            routes.say_conditions(one, knowledge, writer)

    said = _steps(say)
    sources = tuple(dict.fromkeys(source for each in said for source in each.sources))
    return FilingStep(text="".join(each.text for each in said), sources=sources) if said else None


def drop_ids(text: str) -> str:
    """The text with the numbers of identity documents taken out."""
    for one in sorted(find(text), key=lambda found: -found.start):
        if one.kind in _IDENTITY:
            text = text[: one.start] + text[one.end :]
    return text
