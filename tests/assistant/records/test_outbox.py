"""The lease table: who claims what when several deliver."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from assistant.records.base import Base, open_engine
from assistant.records.desk import SqlWorkOrderDesk
from assistant.records.outbox import Leased, Outbox, enqueue
from tests.assistant.records.databases import Clock
from tests.assistant.records.seals import MemorySeals
from tests.contracts.work_order_desks import order

LEASE = timedelta(minutes=1)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_deliverers_share_nothing(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Claims at once from two processes (two engines) never overlap."""
    url = f"sqlite:///{tmp_path}/x.db"
    if kind == "postgres":
        url = request.getfixturevalue("postgres_url")
    engines = [open_engine(url) for _ in range(2)]
    Base.metadata.create_all(engines[0])
    local = SqlWorkOrderDesk(engines[0], MemorySeals(), outbox=True)

    async def claim() -> list[int]:
        await asyncio.gather(*(local.file(order()) for _ in range(12)))
        now = local.book.clock()
        claims = [
            asyncio.to_thread(Outbox(engines[i % 2]).claim, now, most=3, lease=LEASE)
            for i in range(8)
        ]
        return [one.id for found in await asyncio.gather(*claims) for one in found]

    found = asyncio.run(claim())
    assert len(found) == len(set(found)) > 0
    for engine in engines:
        engine.dispose()


def test_an_order_s_deliveries_are_claimed_one_after_the_other() -> None:
    engine, clock = open_engine("sqlite://"), Clock()
    Base.metadata.create_all(engine)
    local = SqlWorkOrderDesk(engine, MemorySeals(), outbox=True, clock=clock)
    outbox = Outbox(engine)
    for _ in range(2):
        asyncio.run(local.file(order()))
    with Session(engine) as session, session.begin():
        enqueue(session, 1, None, clock())

    def claim() -> tuple[Leased, ...]:
        return outbox.claim(clock(), most=8, lease=LEASE)

    first = claim()
    assert [one.order_id for one in first] == [1, 2]
    assert claim() == ()
    outbox.finish(first[0], "filed", clock())
    (second,) = claim()
    assert (second.order_id, second.tries) == (1, 1)
    outbox.finish(second, "done", clock())
    outbox.put_back(first[1], clock() + timedelta(seconds=5))
    assert claim() == ()
    waiting = outbox.waiting()
    assert (waiting.count, waiting.tries) == (1, 1)
    clock.ahead += timedelta(seconds=5)
    (again,) = claim()
    assert (again.id, again.tries) == (first[1].id, 2)
    engine.dispose()
