"""One run: for each collection Suiwen first (its encoder is everybody's), then every peer.

Each configuration runs in a process of its own, one after the other, on one core, all libraries
held to one thread, no network.  What cannot run becomes a row that says so.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from eval import provenance
from eval.bench.peers import corpora, environments, protocol, registry, rows
from eval.bench.peers.types import Collection, Goal, NotRunError, Peer, Row
from eval.bench.types import BenchError

LIMIT = 10
_PATIENCE = 4 * 3600.0
_TAIL = 300
_ROOT = Path(__file__).resolve().parents[3]

_ENVIRONMENT = {
    "PYTHONPATH": str(_ROOT),
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_OFFLINE": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "false",
}

Tell = Callable[[str], None]
Interpreter = Callable[[Peer], Path]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Rows in the order of the run, the targets, and with what it was measured."""

    rows: tuple[Row, ...]
    goals: tuple[Goal, ...]
    described: Mapping[str, Any] = field(default_factory=dict)


def run(
    data: Path,
    tell: Tell,
    *,
    sizes: Sequence[int] = corpora.SIZES,
    only: str | None = None,
    questions: int = 300,
    home: Path | None = None,
    told: Callable[[Report], None] = lambda report: None,
) -> Report:
    """All rows; ``told`` gets the report so far after each, so that a long run leaves something.

    ``only``: one peer beside Suiwen.  Raises ``BenchError`` if Suiwen itself does not run or there
    is no such peer, ``eval.beir.DatasetError`` if a set is missing.
    """
    peers = chosen(only)
    where = home or environments.home()
    found: list[Row] = []
    described: dict[str, Any] = {"core": core(), "inputs": {}}
    for size in sizes:
        tell(f"{size:,} 篇：准备语料")
        with TemporaryDirectory(prefix="suiwen-peers-") as made:
            work = Path(made)
            collection = corpora.collection(data, size, questions, work)
            made_with = provenance.described(collection.dataset.sources)
            described |= {**made_with, "inputs": described["inputs"] | made_with["inputs"]}
            found_here = compare(
                collection,
                registry.SUIWEN,
                peers,
                partial(environments.interpreter, where=where),
                work,
                tell,
            )
            for one in found_here:
                found.append(one)
                told(Report(rows=tuple(found), goals=rows.goals(found), described=described))
    return Report(rows=tuple(found), goals=rows.goals(found), described=described)


def rows_expected(sizes: Sequence[int], only: str | None) -> int:
    """How many rows a run gives.  Raises ``BenchError`` for an unknown name."""
    others = sum(len(peer.configurations) for peer in chosen(only))
    return sum(1 + others * corpora.is_real(size) for size in sizes)


def chosen(only: str | None) -> tuple[Peer, ...]:
    """The peers to run beside Suiwen.  Raises ``BenchError`` for an unknown name."""
    names = [registry.SUIWEN.name, *(peer.name for peer in registry.PEERS)]
    if only is not None and only not in names:
        raise BenchError(f"没有 {only}：可选 {'、'.join(names)}")
    return tuple(peer for peer in registry.PEERS if only in (None, peer.name))


def compare(
    collection: Collection,
    suiwen: Peer,
    peers: Sequence[Peer],
    python: Interpreter,
    work: Path,
    tell: Tell,
) -> Iterator[Row]:
    """The rows of one collection as they come.  Raises ``BenchError`` if Suiwen does not run."""
    try:
        (name,) = suiwen.configurations
        ours = measure(suiwen, name, collection, python, work, tell)
    except NotRunError as error:
        raise BenchError(f"穗问自己没有跑成：{error}") from error
    yield rows.row(suiwen, name, collection, ours, ours)
    for peer in peers if collection.peers else ():
        for name in peer.configurations:
            try:
                outcome = measure(peer, name, collection, python, work, tell)
            except NotRunError as error:
                tell(f"没有跑成 {peer.title} {name}：{error}")
                yield rows.not_run(peer, name, collection, str(error))
            else:
                yield rows.row(peer, name, collection, outcome, ours)


def measure(
    peer: Peer,
    configuration: str,
    collection: Collection,
    python: Interpreter,
    work: Path,
    tell: Tell,
) -> protocol.Outcome:
    """Run one script to its end.  Raises ``NotRunError``."""
    size = len(collection.dataset.documents)
    tell(f"{size:,} 篇：{peer.title}，{peer.configurations[configuration]}")
    name = f"{peer.name}-{configuration}"
    job = protocol.Job(
        corpus=collection.corpus,
        questions=tuple(
            protocol.Question(one.id, one.text) for one in collection.dataset.questions
        ),
        index=work / "index",
        out=work / f"{name}.out.json",
        configuration=configuration,
        limit=LIMIT,
        core=core(),
    )
    path = work / f"{name}.job.json"
    job.write(path)
    _call([str(python(peer)), "-m", peer.module, str(path)], work)
    return protocol.Outcome.read(job.out)


def core() -> int:
    """The processor that all scripts use: the last one that this process may."""
    return max(os.sched_getaffinity(0))


def plain(report: Report) -> dict[str, Any]:
    """The report as JSON values."""
    return {
        "rows": [rows.plain(one) for one in report.rows],
        "goals": [asdict(one) for one in report.goals],
        **report.described,
    }


def _call(command: Sequence[str], work: Path) -> None:
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **_ENVIRONMENT},
            cwd=work,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotRunError(str(error)) from error
    if done.returncode:
        raise NotRunError(f"退出码 {done.returncode}：{done.stderr.strip()[-_TAIL:]}")
