"""The primary of a replicated PostgreSQL is killed while it is asked: no question may fail.

    python -m tests.retrieval.failover --rounds 50

A round: primary and synchronous standby are up, threads ask one store without a pause, every
process of the primary gets SIGKILL while questions are on their way, and the threads go on.  An
answer that is not the in-memory reference's counts as failed.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from rich.progress import track

from retrieval.types import Filter, StoreUnavailable, Vectors
from retrieval.vector_stores.memory import MemoryVectorStore
from retrieval.vector_stores.postgres import PostgresVectorStore
from tests.contracts.vector_stores import DAY, attributes_by_turns, clustered_vectors
from tests.retrieval.postgres_servers import (
    Postgres,
    primary_and_standby,
    url_of,
    wait_until,
)

RELEASE = "failover"
THREADS = 4
BEFORE, AFTER = 5, 25
"""Questions of each thread before the kill, and after it."""
LIMIT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one kill did; times in milliseconds.

    ``in_flight``: questions that had begun before the kill and were answered after it.
    """

    questions: int
    failed: int
    wrong: int
    in_flight: int
    slowest: float


@dataclass(slots=True)
class _Asker:
    """One thread's questions: when each began and ended, and what went wrong."""

    times: list[tuple[float, float]] = field(default_factory=list)
    failed: int = 0
    wrong: int = 0


def rounds(number: int, told: Callable[[range], object] = lambda steps: steps) -> list[Round]:
    """Kill the primary ``number`` times; it is started again and followed between rounds."""
    vectors, queries = clustered_vectors(3_000, 48)
    attributes = attributes_by_turns(len(vectors))
    reference = MemoryVectorStore()
    reference.add(vectors, attributes)
    done: list[Round] = []
    with primary_and_standby() as (primary, standby):
        writer = PostgresVectorStore(url_of(primary, standby), RELEASE)
        writer.add(vectors, attributes)
        kept = primary.directory.parent / "kept.json"
        writer.save(kept)
        for step in told(range(number)):  # type: ignore[attr-defined]
            if step:
                primary.start()
                wait_until(lambda: followed(primary), "the standby does not follow again")
            done.append(one_round(primary, standby, kept, queries, reference))
        promoted(standby)
        writer.add(vectors[:1])  # with the standby promoted, publishing goes on
        assert standby.run("SELECT count(*) FROM suiwen_vectors") == [(len(vectors) + 1,)]
    return done


def one_round(
    primary: Postgres,
    standby: Postgres,
    kept: Path,
    queries: Vectors,
    reference: MemoryVectorStore,
) -> Round:
    """Ask, kill, go on asking."""
    store = PostgresVectorStore.load(kept, url_of(primary, standby))
    wheres = (None, Filter(on=DAY))
    wanted = {
        (at, where): reference.search(query, LIMIT, where).positions
        for at, query in enumerate(queries)
        for where in wheres
    }
    killed = threading.Event()
    askers = [_Asker() for _ in range(THREADS)]

    def ask(asker: _Asker, first: int) -> None:
        after = 0
        while after < AFTER:
            after += killed.is_set()
            at, where = (first + len(asker.times)) % len(queries), wheres[len(asker.times) % 2]
            began = time.monotonic()
            try:
                found = store.search(queries[at], LIMIT, where).positions
            except StoreUnavailable:
                asker.failed += 1
            else:
                asker.wrong += not np.array_equal(found, wanted[at, where])
            asker.times.append((began, time.monotonic()))

    threads = [
        threading.Thread(target=ask, args=(asker, 7 * number))
        for number, asker in enumerate(askers)
    ]
    for thread in threads:
        thread.start()
    try:
        wait_until(lambda: all(len(one.times) >= BEFORE for one in askers), "no answers")
        assert primary.run(_OURS)[0][0] > 0, "the primary is not the one that is asked"
        moment = time.monotonic()
        primary.kill()
    finally:
        killed.set()
        for thread in threads:
            thread.join()
    store.close()
    assert not primary.answers(), "the primary survived"
    assert standby.answers()
    times = [one for asker in askers for one in asker.times]
    return Round(
        questions=len(times),
        failed=sum(asker.failed for asker in askers),
        wrong=sum(asker.wrong for asker in askers),
        in_flight=sum(began < moment < ended for began, ended in times),
        slowest=max(1000 * (ended - began) for began, ended in times),
    )


_OURS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'suiwen'"


def followed(primary: Postgres) -> bool:
    """Whether the standby is the synchronous one again (its vectors never changed meanwhile)."""
    return primary.run("SELECT sync_state FROM pg_stat_replication") == [("sync",)]


def promoted(standby: Postgres) -> None:
    """Make the standby a primary that waits for nobody."""
    assert standby.run("SELECT pg_promote()") == [(True,)]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=50, help="how often the primary is killed")
    parser.add_argument("--json", action="store_true", help="print JSON")
    asked = parser.parse_args()
    done = rounds(
        asked.rounds, lambda steps: track(steps, "kills", disable=asked.json, total=asked.rounds)
    )
    if asked.json:
        print(json.dumps([asdict(one) for one in done]))
        return
    print(
        f"{len(done)} kills, {sum(one.questions for one in done)} questions,",
        f"{sum(one.in_flight for one in done)} of them on their way at a kill:",
        f"{sum(one.failed for one in done)} failed, {sum(one.wrong for one in done)} wrong;",
        f"slowest {max(one.slowest for one in done):.0f} ms",
    )


if __name__ == "__main__":
    main()
