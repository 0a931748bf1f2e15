"""The ways that a matter can take (12345, 信访, 市场监管, 劳动监察 …) and what happens on them.

Which ways there are, and their steps in plain words, is data (``routes.yaml``).  Every number comes
from a field of the record that a way names, and is said with the citation of that field; where the
release has no such record, the step is not said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Literal

import yaml
from pydantic import TypeAdapter

from assistant.composing.writer import Writer
from assistant.types import Knowledge
from assistant.work_orders.types import OrderKind
from channels.types import Citation, Sentence, Status
from knowledge.facts import duration_text, facts
from knowledge.formats.lines import LOADER
from knowledge.types import Duration, Facet, Fact, LegalBasis, ServiceItem, Strict

Since = Literal["filed", "assigned", "accepted", "closed"]
"""From which day a limit runs: 登记, 承办单位收到, 受理（立案）, 办结."""

PUBLIC = "12345"
"""The way that takes everything; what no other way takes goes there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFor(Strict):
    """What a way does not take.  ``route``: the one that does; ``of``: the field that says so, of
    the record of that other way if one is named, else of its own."""

    text: str
    of: str
    route: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteStep(Strict):
    """One step.  ``of``: the field that says it; ``limit``: the field with how long it may take,
    running from ``since``; ``ends``: with it the matter is done; ``kinds``: of these only;
    ``met``: the event with which a step before the end is done, and ``called`` what it is."""

    text: str
    of: str
    limit: str | None = None
    since: Since | None = None
    ends: bool = False
    kinds: tuple[OrderKind, ...] = ()
    met: Literal["assigned", "accepted"] | None = None
    called: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLine(Strict):
    """How one takes a way oneself: what the fields say, behind ``lead``.  ``line``: of a field of
    several lines the one that has these words."""

    lead: str
    of: tuple[str, ...]
    line: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Direct(Strict):
    """Why a way is never filed as a work order: whoever takes it applies for themselves.

    ``of``: the fields that ``why`` stands on; ``here``: what it means to hand such a matter to
    12345 all the same, with ``button`` to say so; ``kinds``: the kinds of matters that are told.
    """

    why: str
    of: tuple[str, ...]
    here: str
    button: str
    kinds: tuple[OrderKind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Strict):
    """One way.

    ``needs``: fields of a filing that the record (``needs_of``) asks of it; ``own``: how one takes
    it oneself; ``direct``: it is not filed here at all.
    ``anonymous``: whether a name may be left out; ``identity``: whether the law asks who one really
    is (with ``identity_basis``); ``None``: the texts that were opened do not say.
    """

    code: str
    name: str
    item: str
    kinds: tuple[OrderKind, ...]
    takes: str
    steps: tuple[RouteStep, ...]
    hotline: str | None = None
    twins: Mapping[OrderKind, str] = field(default_factory=dict)
    not_for: tuple[NotFor, ...] = ()
    anonymous: bool | None = None
    identity: bool | None = None
    identity_basis: LegalBasis | None = None
    identity_text: str | None = None
    identity_of: str | None = None
    caveat: str | None = None
    others: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    needs_of: tuple[str, ...] = ()
    own: tuple[OwnLine, ...] = ()
    direct: Direct | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How long a step may take: the duration, the record and the fact that state it; the step."""

    record: ServiceItem
    fact: Fact
    duration: Duration
    since: Since
    step: RouteStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The way that a matter takes, and others to name beside it."""

    route: Route
    others: tuple[Route, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Sentences and the citations that their numbers name."""

    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]


@cache
def routes() -> Mapping[str, Route]:
    """All ways by code, as ``routes.yaml`` has them."""
    text = resources.files("assistant.work_orders").joinpath("routes.yaml")
    read = yaml.load(text.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506
    known = TypeAdapter(tuple[Route, ...]).validate_python(read)
    return MappingProxyType({one.code: one for one in known})


def route(code: str) -> Route:
    """The way with this code; 12345, which takes everything, for a code that is not known."""
    return routes().get(code) or routes()[PUBLIC]


def routes_for(kind: OrderKind, topic_route: str | None = None) -> Ways:
    """The way for a matter of this kind, where its topic suggests ``topic_route``.

    A way that does not take the kind hands over to its twin that does (举报 of a shop is not a
    consumer's 投诉), else to 12345.
    """
    chosen = route(topic_route or PUBLIC)
    if kind not in chosen.kinds:
        chosen = route(chosen.twins.get(kind, PUBLIC))
    others = tuple(routes()[code] for code in chosen.others)
    return Ways(route=chosen, others=tuple(one for one in others if kind in one.kinds))


def next_steps(one: Route, knowledge: Knowledge, kind: OrderKind | None = None) -> Said:
    """What happens next on this way, and how long each step may take."""
    writer = Writer()
    say_next_steps(one, knowledge, writer, kind)
    return _said(writer)


def say_next_steps(
    one: Route, knowledge: Knowledge, writer: Writer, kind: OrderKind | None = None
) -> None:
    """As :func:`next_steps`, into a reply that is being written."""
    say_steps(one, knowledge, writer, kind)
    say_caveat(one, knowledge, writer, kind)


def say_steps(
    one: Route, knowledge: Knowledge, writer: Writer, kind: OrderKind | None = None
) -> None:
    """The steps themselves, without what the record adds to their limits."""
    record = item(one, knowledge)
    if record is None:
        return
    for step in one.steps:
        if kind is not None and step.kinds and kind not in step.kinds:
            continue
        _say_step(step, record, writer)


def say_caveat(
    one: Route, knowledge: Knowledge, writer: Writer, kind: OrderKind | None = None
) -> None:
    """What the record adds to the limits of this way; nothing where no limit is said."""
    record = item(one, knowledge)
    limited = any(
        step.limit and (kind is None or not step.kinds or kind in step.kinds) for step in one.steps
    )
    if record and limited and one.caveat and (noted := at(record, one.caveat)):
        writer.say(_closed(f"说明：{noted.text}"), record, [noted])


def say_relay(one: Route, knowledge: Knowledge, writer: Writer) -> None:
    """That the hotline hands on what is filed by another way than its own."""
    hotline = routes()[PUBLIC]
    if one.code != PUBLIC and (record := item(hotline, knowledge)):
        _say_step(hotline.steps[0], record, writer)


def say_own(one: Route, knowledge: Knowledge, writer: Writer) -> None:
    """How one takes this way oneself: where, with what, until when, as the record has it."""
    record = item(one, knowledge)
    for line in one.own if record else ():
        assert record is not None
        found = [fact for path in line.of if (fact := at(record, path)) is not None]
        whole = (_without_name(fact.text, record) for fact in found)
        texts = [text for one_ in whole if (text := _line(one_, line.line))]
        if texts:
            writer.say(_closed(f"{line.lead}：{'、'.join(texts)}"), record, found)


def say_direct(one: Route, knowledge: Knowledge, writer: Writer) -> None:
    """Why this way is not filed here, and how one takes it oneself."""
    record = item(one, knowledge)
    if record is None or one.direct is None:
        return
    found = [fact for path in one.direct.of if (fact := at(record, path)) is not None]
    writer.say(_closed(one.direct.why), record, found)
    say_own(one, knowledge, writer)


def say_needs(one: Route, knowledge: Knowledge, writer: Writer) -> None:
    """What the record asks a complaint on this way to have."""
    record = item(one, knowledge)
    if record is not None and one.needs_of:
        found = [fact for path in one.needs_of if (fact := at(record, path)) is not None]
        texts = "、".join(_without_name(fact.text, record) for fact in found)
        if texts:
            writer.say(_closed(f"这条渠道的要求：{texts}"), record, found)


def _line(text: str, having: str | None) -> str:
    """The line of a text that has these words (empty if none has); without words the whole."""
    if having is None:
        return text
    return next((one.strip() for one in text.splitlines() if having in one), "")


def _without_name(text: str, record: ServiceItem) -> str:
    """The words of a step without its name before them."""
    name = next((one.name for one in record.steps if text.startswith(f"{one.name}：")), None)
    return text if name is None else text.removeprefix(f"{name}：")


def say_conditions(one: Route, knowledge: Knowledge, writer: Writer) -> None:
    """Whether one must say who one is, and what this way does not take."""
    record = item(one, knowledge)
    if record is None:
        return
    if one.identity_text and one.identity_of and (said := at(record, one.identity_of)):
        writer.say(_closed(one.identity_text), record, [said])
    for other in one.not_for:
        named = route(other.route) if other.route else one
        of = item(named, knowledge)
        if of is not None and (said := at(of, other.of)):
            writer.say(_closed(other.text), of, [said])


def limit_of(one: Route, kind: OrderKind, knowledge: Knowledge) -> Limit | None:
    """How long a matter of this kind may take in all on this way; ``None``: no record says so."""
    ending = (step for step in one.steps if step.ends and (not step.kinds or kind in step.kinds))
    return _limit(one, next(ending, None), knowledge)


def first_limit_of(one: Route, kind: OrderKind, knowledge: Knowledge) -> Limit | None:
    """How long the step may take whose limit runs before that of the whole (受理决定); ``None``:
    there is none on this way, or no record says so."""
    first = (step for step in one.steps if step.met and (not step.kinds or kind in step.kinds))
    return _limit(one, next(first, None), knowledge)


def _limit(one: Route, step: RouteStep | None, knowledge: Knowledge) -> Limit | None:
    record = item(one, knowledge)
    if record is None or step is None or step.limit is None or step.since is None:
        return None
    stated, duration = at(record, step.of), duration_at(record, step.limit)
    if stated is None or duration is None:
        return None
    return Limit(record=record, fact=stated, duration=duration, since=step.since, step=step)


def item(one: Route, knowledge: Knowledge) -> ServiceItem | None:
    """The record that carries the limits of this way, if the release has it."""
    record = knowledge.record(one.item)
    return record if isinstance(record, ServiceItem) else None


def at(record: ServiceItem, path: str) -> Fact | None:
    """The fact at a field of the record.  A step or a question may be named: ``steps[转派]``."""
    wanted = _numbered(record, path)
    return next((one for one in _all(record) if one.field in _spellings(wanted)), None)


def duration_at(record: ServiceItem, path: str) -> Duration | None:
    """The limit at ``limits.legal``, ``limits.promised`` or ``steps[…].limit``."""
    if path.startswith("limits."):
        found: Duration | None = getattr(record.limits, path.removeprefix("limits."))
        return found
    number = _INDEX.search(_numbered(record, path))
    return record.steps[int(number[1])].limit if number else None


_INDEX = re.compile(r"\[(\d+)\]")
_NAMED = re.compile(r"^(steps|faqs)\[(.+?)\]")


def _numbered(record: ServiceItem, path: str) -> str:
    """The path with the place of a step or question in place of its name."""
    found = _NAMED.match(path)
    if found is None:
        return path
    names = (
        [one.name for one in record.steps]
        if found[1] == "steps"
        else [one.question for one in record.faqs]
    )
    if found[2] not in names:
        return path
    return f"{found[1]}[{names.index(found[2])}]{path[found.end() :]}"


def _spellings(path: str) -> tuple[str, ...]:
    return path, f"{path}.name", f"{path}.answer"


def _all(record: ServiceItem) -> Iterator[Fact]:
    for facet in Facet:
        yield from facts(record, facet)


def _say_step(step: RouteStep, record: ServiceItem, writer: Writer) -> None:
    stated = at(record, step.of)
    if stated is None:
        return
    text = step.text
    if step.limit is not None:
        duration = duration_at(record, step.limit)
        if duration is None:
            return
        text = text.format(limit=duration_text(duration))
    writer.say(_closed(text), record, [stated])


def _said(writer: Writer) -> Said:
    draft = writer.draft(Status.ANSWERED)
    return Said(sentences=draft.sentences, citations=draft.citations)


def _closed(text: str) -> str:
    return text if text.endswith(("。", "！", "？")) else f"{text}。"
