"""Outcomes of scripts → rows of the table, and whether the targets are met.  Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from eval import metrics
from eval.bench.peers.protocol import Outcome
from eval.bench.peers.registry import HYBRIDS, PEERS, SUIWEN
from eval.bench.peers.types import Collection, Goal, Peer, Row
from eval.metrics import Values
from eval.scoring import percentile
from eval.trec import Ranking

SHOWN = ("hit@1", "hit@5")
MOST_MS = {57_751: 3.0, 500_000: 10.0}
"""The target for Suiwen's p50, by passages."""
LEAST_TIMES = 10.0
"""The target for Suiwen's questions a second over those of a hybrid peer."""


def row(
    peer: Peer, configuration: str, collection: Collection, outcome: Outcome, suiwen: Outcome
) -> Row:
    """A row with numbers; ``suiwen``: what Suiwen answered on the same collection."""
    times, cpu = sorted(outcome.milliseconds), sorted(outcome.cpu_milliseconds)
    values = scores(collection, outcome)
    ours = scores(collection, suiwen)
    against = peer.name != SUIWEN.name and collection.judged
    return Row(
        **_named(peer, configuration, collection),
        version=outcome.version,
        hit1=float(values["hit@1"].mean()) if collection.judged else None,
        hit5=float(values["hit@5"].mean()) if collection.judged else None,
        suiwen_above={name: metrics.difference(values[name], ours[name]) for name in SHOWN}
        if against
        else None,
        mcnemar_p=metrics.mcnemar(values["hit@1"], ours["hit@1"]) if against else None,
        load_seconds=outcome.load_seconds,
        build_seconds=outcome.build_seconds,
        train_seconds=outcome.notes.get("train_seconds"),
        p50_ms=percentile(times, 0.50),
        p99_ms=percentile(times, 0.99),
        cpu_p50_ms=percentile(cpu, 0.50),
        qps=1000 * len(times) / sum(times) if times else None,
        memory_mb=outcome.memory_mb,
        peak_mb=outcome.peak_mb,
        disk_mb=outcome.notes.get("disk_mb"),
        machine_load=outcome.machine_load,
    )


def not_run(peer: Peer, configuration: str, collection: Collection, problem: str) -> Row:
    """A row that says why it has no numbers."""
    return Row(**_named(peer, configuration, collection), problem=problem)


def scores(collection: Collection, outcome: Outcome) -> Mapping[str, Values]:
    """Each metric's scores in the order of the questions."""
    questions = [one.id for one in collection.dataset.questions]
    rankings = [
        Ranking(query=query, ids=ids, scores=tuple(-float(place) for place in range(len(ids))))
        for query, ids in zip(questions, outcome.rankings, strict=True)
    ]
    return metrics.per_question(questions, collection.dataset.relevant, rankings)


def goals(rows: Sequence[Row]) -> tuple[Goal, ...]:
    """The targets of the project, one after another."""
    return (*_speed(rows), *_throughput(rows))


def plain(one: Row) -> dict[str, Any]:
    """A row as JSON values."""
    names = {"hit1": "hit@1", "hit5": "hit@5"}
    return {names.get(name, name): value for name, value in asdict(one).items()}


def _named(peer: Peer, configuration: str, collection: Collection) -> dict[str, Any]:
    alone = len(peer.configurations) == 1
    return {
        "system": peer.title if alone else f"{peer.title} {configuration}",
        "configuration": peer.configurations[configuration],
        "set": collection.dataset.name,
        "passages": len(collection.dataset.documents),
        "questions": len(collection.dataset.questions),
    }


def _speed(rows: Sequence[Row]) -> Iterator[Goal]:
    found = {one.passages: one for one in rows if one.system == SUIWEN.title}
    for size, most in MOST_MS.items():
        own = found.get(size)
        value, cpu = (own.p50_ms, own.cpu_p50_ms) if own else (None, None)
        yield Goal(
            name=f"{size:,} 篇：一核上每题 p50 不超过 {most:g} 毫秒",
            met=None if value is None else value <= most,
            found="没有测" if value is None else f"{value:.2f} 毫秒，处理器 {cpu or 0:.2f}",
        )


def _throughput(rows: Sequence[Row]) -> Iterator[Goal]:
    titles = [peer.title for peer in PEERS if peer.name in HYBRIDS]
    ours = {one.set: one for one in rows if one.system == SUIWEN.title}
    theirs = [one for one in rows if one.system.split()[0] in titles]
    for one in theirs:
        name = f"{one.passages:,} 篇：每秒题数是 {one.system} 的 {LEAST_TIMES:g} 倍，质量不低"
        own = ours.get(one.set)
        if own is None or own.qps is None or one.qps is None or one.suiwen_above is None:
            yield Goal(name=name, met=None, found="没有测")
            continue
        times = own.qps / one.qps
        gains = {metric: found.value for metric, found in one.suiwen_above.items()}
        yield Goal(
            name=name,
            met=times >= LEAST_TIMES and min(gains.values()) >= 0,
            found=f"{times:.1f} 倍；" + "，".join(f"{m} {v:+.3f}" for m, v in gains.items()),
        )
