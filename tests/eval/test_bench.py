"""The parts of the benchmark that need no long run."""

import asyncio
import json
from pathlib import Path

import pytest

from eval.bench import load, questions, servers
from eval.bench.types import BenchError
from tests.eval.test_facts import RAWS


def test_questions_are_distinct_and_repeatable() -> None:
    mixed = questions.mixed(RAWS, ["种田证"], 40, seed=1)
    assert len(mixed) == len(set(mixed)) > 20
    assert mixed == questions.mixed(RAWS, ["种田证"], 40, seed=1)
    assert mixed != questions.mixed(RAWS, ["种田证"], 40, seed=2)


def test_the_echo_answers_and_both_generators_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies = tmp_path / "bodies.jsonl"
    bodies.write_text(json.dumps({"text": "一"}) + "\n" + json.dumps({"text": "二"}) + "\n")
    with servers.echo("你好") as server:
        assert servers.ask(server.port, "在吗") == {"text": "在吗"}
        assert servers.memory_mb(server.process.pid) > 10
        lines = bodies.read_bytes().splitlines()
        own = asyncio.run(load.drive(server.url, lines, 2, 0.2, 1))
        assert own.requests > 10
        assert own.errors == 0
        if load.generator() == "wrk":
            with_wrk = load.fire(server.url, bodies, connections=2, seconds=1, offset=1)
            assert with_wrk.requests > 10
        bodies.write_text("not json\n")
        with pytest.raises(BenchError):
            load.fire(server.url, bodies, connections=1, seconds=1, offset=0)
    assert server.process.poll() is not None
