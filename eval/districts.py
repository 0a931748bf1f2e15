"""District scale: items cloned over the eleven districts; the right one is answered or asked for.

Each chosen item of the pack stands eleven times in a release, under its own name, with its
district's region and code.  It is asked for by name with the district (the answer must be that
district's), with the district given by the channel, and without one (the districts must be asked).
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from assistant import bootstrap, progress, telemetry
from assistant.pipeline import Assistant
from assistant.settings import Settings
from channels.types import Message, Reply, Status
from eval.scoring import found_codes, offered
from knowledge import profile, sources
from knowledge.formats import pack
from knowledge.types import Coded, ServiceItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A question that was not answered from, or asked back for, the right district."""

    way: str
    question: str
    district: str | None
    expected: str
    got: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictReport:
    """How many questions of each way were right; ``misses`` are the others."""

    items: int
    records: int
    asked: dict[str, int]
    right: dict[str, int]
    misses: tuple[Miss, ...]


def districts() -> tuple[str, ...]:
    return tuple(one.id for one in profile.fields()["district"].options)


def clones(item: ServiceItem) -> Iterator[ServiceItem]:
    """The item once for each district."""
    for number, district in enumerate(districts()):
        yield replace(item, code=f"{item.code}-{number:02}", region=Coded(text=district))


def chosen(count: int, seed: int) -> list[ServiceItem]:
    """Items of the built-in pack with the city's region, drawn with the seed."""
    records = pack.parse([pack.BUILT_IN]).records
    items = [
        one
        for one in records
        if isinstance(one, ServiceItem) and one.region and one.region.text == "广州市"
    ]
    return random.Random(seed).sample(items, min(count, len(items)))  # noqa: S311


def fill(home: Path, items: Sequence[ServiceItem]) -> int:
    """Stage and publish the clones alone; how many records that makes."""
    records = tuple(clone for item in items for clone in clones(item))
    sources.stage(
        home,
        sources.StagedSource(
            name="districts", imported=datetime.now(UTC), files=("clones",), records=records
        ),
    )
    bootstrap.stage_built_in(home)
    sources.remove(home, bootstrap.PACK_SOURCE)
    with progress.bar() as step:
        bootstrap.publish(Settings(home=home, log_level="ERROR"), step)
    return len(records)


def run(
    home: Path, items: Sequence[ServiceItem], records: int, advance: Callable[[], None]
) -> DistrictReport:
    """Ask for every item in three ways; ``advance`` is called after each question."""
    telemetry.configure("ERROR")
    parts = bootstrap.build(Settings(home=home, requests_per_minute=0, log_level="ERROR"))
    return asyncio.run(_run(parts.assistant, items, records, advance))


async def _run(
    assistant: Assistant, items: Sequence[ServiceItem], records: int, advance: Callable[[], None]
) -> DistrictReport:
    asked = {"in_text": 0, "by_channel": 0, "without": 0}
    right = dict(asked)
    misses: list[Miss] = []
    for number, item in enumerate(items):
        district = districts()[number % len(districts())]
        code = f"{item.code}-{number % len(districts()):02}"
        for way, text, given in (
            ("in_text", f"{district}{item.name}要什么材料", None),
            ("by_channel", f"{item.name}要什么材料", district),
            ("without", f"{item.name}要什么材料", None),
        ):
            reply = await assistant.take_turn(Message(text=text, district=given, channel="eval"))
            asked[way] += 1
            expected = "问哪个区" if way == "without" else code
            if _right(reply, None if way == "without" else code):
                right[way] += 1
            else:
                got = f"{reply.status}：{'、'.join(found_codes(reply))}"
                misses.append(
                    Miss(way=way, question=text, district=given, expected=expected, got=got)
                )
            advance()
    return DistrictReport(
        items=len(items), records=records, asked=asked, right=right, misses=tuple(misses)
    )


def _right(reply: Reply, code: str | None) -> bool:
    """The right district answered, or, where none was named, all of them offered."""
    if code is None:
        return reply.status is Status.CLARIFY and len(offered(reply)) == len(districts())
    return reply.status in (Status.ANSWERED, Status.PARTIAL) and code in found_codes(reply)
