"""Follow-ups: does a message that stands on what was said get the right item and facet?

A talk is asked in a session of its own; its opening is not counted.  A turn is right when the first
record that the reply cites is the one meant, and when the reply cites a field of a facet asked for,
or says that the record does not state it.  The format is described in ``eval/gold/README.md``.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant import bootstrap, telemetry
from assistant.pipeline import Assistant
from assistant.settings import Settings
from channels.types import Message, Reply, Status
from eval.datasets import GoldError
from eval.types import Rate
from knowledge.facts import facts
from knowledge.passages import FACET_NAMES
from knowledge.types import Facet, Record

GOLD = Path(__file__).resolve().parent / "gold"
_SHOWN = (Status.ANSWERED, Status.PARTIAL, Status.GUIDING)


class Said(BaseModel):
    """One turn of a talk and what is right.

    ``code``, ``also``: the records that are right; ``codes_all``: all that must be answered;
    ``facets``, ``facets_also``: facets that are right; ``pick``: the choice, of those offered
    before, that must be answered (1-based, -1 the last); ``as_turn``: the turn whose record it must
    be; ``district``: must stand in the reply.  No code at all: no record may be answered.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    kind: str
    code: str | None = None
    also: tuple[str, ...] = ()
    codes_all: tuple[str, ...] = ()
    facets: tuple[Facet, ...] = ()
    facets_also: tuple[Facet, ...] = ()
    pick: int | None = None
    as_turn: int | None = None
    district: str | None = None
    audience: str | None = None
    status: tuple[Status, ...] = ()


class Talk(BaseModel):
    """A conversation of one person."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    split: str
    turns: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One follow-up scored; ``None`` for what is not judged."""

    talk: str
    turn: int
    said: Said
    got: str
    record: bool | None
    facet: bool | None

    @property
    def right(self) -> bool:
        return self.record is not False and self.facet is not False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Scores of a run.  ``openings``: first messages, which the follow-ups stand on, with the right
    record (or a choice, where one is wanted); ``grounded``: follow-ups in talks that opened so;
    ``unjudged``: choices where nothing was offered."""

    talks: int
    openings: Rate
    follow_ups: Rate
    grounded: Rate
    records: Rate
    facets: Rate
    unjudged: int
    kinds: Mapping[str, Rate] = field(default_factory=dict)
    failures: tuple[Verdict, ...] = ()


def load(path: Path) -> list[Talk]:
    """The talks of a file.  Raises ``GoldError`` with the line."""
    talks = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if line.strip():
            try:
                talks.append(Talk.model_validate_json(line))
            except ValidationError as error:
                raise GoldError(path, number, "", str(error)) from error
    return talks


def split(name: str) -> Path:
    """The file of a split: ``dev`` or ``test``."""
    return GOLD / f"followups-{name}.jsonl"


def run(settings: Settings, talks: Sequence[Talk], advance: Callable[[], None]) -> Found:
    """Have every talk with the real assistant and score its follow-ups."""
    telemetry.configure("ERROR")
    parts = bootstrap.build(settings)
    knowledge = parts.live()
    return asyncio.run(_talk_all(parts.assistant, talks, knowledge.record, advance))


async def _talk_all(
    assistant: Assistant,
    talks: Sequence[Talk],
    record: Callable[[str], Record | None],
    advance: Callable[[], None],
) -> Found:
    verdicts: list[Verdict] = []
    openings: dict[str, bool] = {}
    unjudged = 0
    for talk in talks:
        replies: list[Reply] = []
        for turn, said in enumerate(talk.turns):
            session = replies[-1].session_id if replies else None
            message = Message(text=said.text, session_id=session, channel="eval")
            replies.append(await assistant.take_turn(message))
            if turn == 0:
                openings[talk.id] = opened(said, replies[0])
                continue
            meant = right_codes(said, replies)
            if meant is None:
                unjudged += 1
                continue
            verdicts.append(verdict(talk.id, turn, said, replies[-1], meant, record))
        advance()
    return summed(openings, verdicts, unjudged)


def opened(said: Said, reply: Reply) -> bool:
    """Whether the first message got its record, or a choice where none is meant."""
    if said.code is None:
        return bool(offers([reply]))
    return shown(reply)[:1] in {(one,) for one in (said.code, *said.also)}


def right_codes(said: Said, replies: Sequence[Reply]) -> tuple[str, ...] | None:
    """The records that are right for the last reply; ``None``: nothing was offered to choose."""
    if said.pick is not None:
        offered = offers(replies[:-1])
        at = said.pick - 1 if said.pick > 0 else len(offered) + said.pick
        return (offered[at],) if 0 <= at < len(offered) else None
    if said.as_turn is not None:
        return shown(replies[said.as_turn])[:1] or None
    return tuple(one for one in (said.code, *said.also, *said.codes_all) if one)


def offers(replies: Sequence[Reply]) -> tuple[str, ...]:
    """The codes offered by the last reply that offered any."""
    for reply in reversed(replies):
        codes = tuple(
            row.code
            for card in reply.cards
            if card.kind == "choices"
            for row in card.rows
            if row.code
        )
        if codes:
            return codes
    return ()


def shown(reply: Reply) -> tuple[str, ...]:
    """The records that a reply answers from, in the order of their first citation."""
    if reply.status not in _SHOWN:
        return ()
    return tuple(dict.fromkeys(one.code for one in reply.citations))


def verdict(
    talk: str,
    turn: int,
    said: Said,
    reply: Reply,
    meant: tuple[str, ...],
    record: Callable[[str], Record | None],
) -> Verdict:
    """Whether a reply is about the right record, and about a facet that was asked for."""
    codes = shown(reply)
    right: bool | None
    if said.codes_all:
        right = set(said.codes_all) <= set(codes)
    elif said.code is None and said.pick is None and said.as_turn is None:
        right = not codes or codes[0] in said.also
    else:
        right = bool(codes) and codes[0] in meant
    return Verdict(
        talk=talk,
        turn=turn,
        said=said,
        got=f"{'、'.join(codes[:2]) or '无'} · {reply.status.value}：{reply.text[:80]}",
        record=right,
        facet=_facet_right(said, reply, codes, record),
    )


def _facet_right(
    said: Said, reply: Reply, codes: Sequence[str], record: Callable[[str], Record | None]
) -> bool | None:
    if not said.facets:
        return None
    about = [one for code in codes if (one := record(code))]
    tells = {
        facet: any(told(reply, one, facet) for one in about)
        for facet in (*said.facets, *said.facets_also)
    }
    return all(tells[one] for one in said.facets) if said.kind == "two" else any(tells.values())


def told(reply: Reply, record: Record, facet: Facet) -> bool:
    """Whether a reply cites a field of the facet, or says that the record does not state it."""
    fields = {one.field for one in facts(record, facet)}
    cited = {one.field for one in reply.citations if one.code == record.code}
    if any(one.startswith(field) or field.startswith(one) for one in cited for field in fields):
        return True
    return not fields and f"没有写明{FACET_NAMES[facet]}" in reply.text


def summed(openings: Mapping[str, bool], verdicts: Sequence[Verdict], unjudged: int) -> Found:
    """The rates of all verdicts, and by kind of follow-up; ``openings``: by the id of the talk."""
    kinds: defaultdict[str, list[bool]] = defaultdict(list)
    for one in verdicts:
        kinds[one.said.kind].append(one.right)
    return Found(
        talks=len(openings),
        openings=_rate(list(openings.values())),
        follow_ups=_rate([one.right for one in verdicts]),
        grounded=_rate([one.right for one in verdicts if openings[one.talk]]),
        records=_rate([one.record for one in verdicts if one.record is not None]),
        facets=_rate([one.facet for one in verdicts if one.facet is not None]),
        unjudged=unjudged,
        kinds={kind: _rate(found) for kind, found in sorted(kinds.items())},
        failures=tuple(one for one in verdicts if not one.right),
    )


def _rate(found: Sequence[bool]) -> Rate:
    return Rate(sum(found), len(found))
