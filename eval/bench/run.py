"""One run: build the index, start the server, ask it and the bare echo in turn, weigh it."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from assistant import bootstrap, progress
from eval import homes, portal
from eval.bench import load, questions, servers
from eval.bench.types import BenchError, Load, Report
from knowledge import releases

CONNECTIONS = 8
ROUNDS = 5
STARTS = 3
_QUESTIONS = 20_000
_SAMPLED = 300
_SEED = 20_260_101

Tell = Callable[[str], None]


def run(records: Path, seconds: float, tell: Tell) -> Report:
    """All numbers, in about ``12 × seconds`` and the time of an index build.

    Raises ``BenchError`` if records are missing or any request fails.
    """
    if not records.is_file():
        raise BenchError(f"没有文件 {records}：用 --records 指定门户记录（records.jsonl）")
    raws = portal.load(records)
    everyday = questions.aliases(records.with_name("queries.jsonl"))
    asked = questions.mixed(raws, everyday, _QUESTIONS, _SEED)
    with TemporaryDirectory(prefix="suiwen-bench-") as made:
        home = Path(made) / "home"
        bodies = Path(made) / "bodies.jsonl"
        bodies.write_text("".join(map(_body, asked)), encoding="utf-8")
        tell("建立索引")
        manifest, index_seconds, publish_seconds = _publish(home, records)
        tell("启动到首次作答")
        starts = [_start(home, asked[0]) for _ in range(STARTS)]
        with servers.suiwen(home, asked[0]) as suiwen, servers.echo(asked[0]) as echo:
            statuses = Counter(servers.ask(suiwen.port, one)["status"] for one in asked[:_SAMPLED])
            measured = _measure(suiwen, echo, bodies, seconds, tell)
            memory = servers.memory_mb(suiwen.process.pid)
    pairs = [(one.per_second, other.per_second) for one, other in measured["rounds"]]
    return Report(
        records=manifest.records,
        index_seconds=index_seconds,
        publish_seconds=publish_seconds,
        first_answer_seconds=statistics.median(starts),
        first_answer_tries=tuple(starts),
        rounds=tuple(pairs),
        suiwen_per_second=statistics.median(one for one, _ in pairs),
        echo_per_second=statistics.median(other for _, other in pairs),
        ratio=statistics.median(one / other for one, other in pairs),
        suiwen_alone=measured["suiwen_alone"],
        echo_alone=measured["echo_alone"],
        suiwen_busy=_middle([one for one, _ in measured["rounds"]]),
        echo_busy=_middle([other for _, other in measured["rounds"]]),
        memory_mb=memory,
        questions=len(asked),
        statuses=dict(statuses.most_common()),
        generator=load.generator(),
        connections=CONNECTIONS,
        cores=os.cpu_count() or 1,
    )


def plain(report: Report) -> dict[str, Any]:
    """The report as JSON values."""
    return asdict(report)


def _body(question: str) -> str:
    return json.dumps({"text": question}, ensure_ascii=False) + "\n"


def _publish(home: Path, records: Path) -> tuple[releases.Manifest, float, float]:
    """Publish pack and portal records; the seconds of the index alone, and of all."""
    settings = homes.settings_of(home)
    homes.fill(home, [records])
    spent: list[float] = []

    def timed(chosen: Sequence[Any], directory: Path, release: str) -> dict[str, Any]:
        begun = time.perf_counter()
        described = build(chosen, directory, release)
        spent.append(time.perf_counter() - begun)
        return described

    with progress.bar() as step:
        build = bootstrap.index_builder(settings, step)
        begun = time.perf_counter()
        manifest = releases.publish(home, timed)
        return manifest, spent[0], time.perf_counter() - begun


def _start(home: Path, question: str) -> float:
    with servers.suiwen(home, question) as server:
        return server.first_answer


def _measure(
    suiwen: servers.Server, echo: servers.Server, bodies: Path, seconds: float, tell: Tell
) -> dict[str, Any]:
    """Rounds of A B A B at 8 connections, then both with one connection for their latency."""
    offset = 0

    def fire(server: servers.Server, connections: int, lasting: float) -> Load:
        nonlocal offset
        fired = load.fire(
            server.url, bodies, connections=connections, seconds=lasting, offset=offset
        )
        offset += fired.requests if server is suiwen else 0
        return fired

    tell("预热")
    for server in (suiwen, echo):
        fire(server, CONNECTIONS, 1)
    rounds = []
    for number in range(ROUNDS):
        tell(f"第 {number + 1}/{ROUNDS} 轮")
        rounds.append((fire(suiwen, CONNECTIONS, seconds), fire(echo, CONNECTIONS, seconds)))
    tell("单连接延迟")
    return {
        "rounds": rounds,
        "suiwen_alone": fire(suiwen, 1, seconds),
        "echo_alone": fire(echo, 1, seconds),
    }


def _middle(rounds: Sequence[Load]) -> Load:
    """The round of median speed."""
    return sorted(rounds, key=lambda one: one.per_second)[len(rounds) // 2]
