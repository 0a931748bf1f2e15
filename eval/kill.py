"""kill -9 at every moment of a publication: the old or the new release is left, never a broken one.

Each round stages a new version of a tiny pack, publishes it in a process group of its own, kills
the group, and looks at what is left: ``current`` opens with its index, its records are those that
its manifest was written for, all of one version, and the next publication works.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from eval.publisher import ENCODER, publish
from knowledge import releases, sources
from knowledge.types import Body, Material, Provenance, ServiceItem
from retrieval import index
from retrieval.types import IndexMismatch

_SOURCE = "kill"
_ITEMS = 12
_KEPT = 3
_SLOWEST = 60.0
_BEYOND = 1.35
"""Kills are aimed past the quickest end too: a busy machine switches releases later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One kill: when (milliseconds into the publication), what was left, and what is wrong."""

    at_ms: float
    left: str
    problem: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KillReport:
    """All rounds summed up; ``old``, ``new``, ``finished``: what the kills left behind."""

    times: int
    old: int
    new: int
    finished: int
    publication_ms: float
    problems: tuple[Round, ...]


def run(times: int, seed: int, advance: Callable[[], None]) -> KillReport:
    """Kill ``times`` publications, at moments spread evenly over the duration of one."""
    random = Random(seed)  # noqa: S311 - moments to kill at, no secret
    with TemporaryDirectory(prefix="suiwen-kill-") as made:
        home = Path(made)
        _stage(home, 0)
        publish(home)
        usual = _usual_seconds(home)
        moments = [(number + random.random()) / times * _BEYOND * usual for number in range(times)]
        random.shuffle(moments)
        rounds = []
        for version, moment in enumerate(moments, 1):
            rounds.append(_round(home, version, moment))
            advance()
    return summed(rounds, usual)


def summed(rounds: list[Round], usual: float) -> KillReport:
    """The report of the rounds."""
    left = [one.left for one in rounds]
    return KillReport(
        times=len(rounds),
        old=left.count("old"),
        new=left.count("new"),
        finished=left.count("finished"),
        publication_ms=round(usual * 1000, 1),
        problems=tuple(one for one in rounds if one.problem),
    )


def plain(report: KillReport) -> dict[str, Any]:
    """The report as JSON values."""
    return asdict(report)


def inspect(home: Path, versions: tuple[int, int], old: str | None) -> tuple[str, str | None]:
    """What is left after a kill, ``old`` or ``new``, and what is wrong with it, if anything."""
    name = releases.current(home)
    left = "old" if name == old else "new"
    try:
        release = releases.open_release(home)
        name = release.manifest.id
        index.open_index(release.directory / "index", release=name, encoder=ENCODER)
    except (releases.ReleaseError, IndexMismatch, OSError, ValueError) as error:
        return left, f"current 打不开：{error}"
    if not releases.verify(release):
        return left, f"版本 {name} 的记录与 manifest 不符"
    found = {_version(record) for record in release.records.all()}
    expected = versions[0] if left == "old" else versions[1]
    if found != {expected}:
        return left, f"版本 {name} 的记录属于第 {sorted(found)} 版，应为第 {expected} 版"
    return left, None


def _round(home: Path, version: int, moment: float) -> Round:
    before = releases.current(home)
    _stage(home, version)
    finished = _killed(home, moment)
    left, problem = inspect(home, (version - 1, version), before)
    problem = problem or _next_works(home, version)
    _prune(home)
    return Round(
        at_ms=round(moment * 1000, 1), left="finished" if finished else left, problem=problem
    )


def _killed(home: Path, moment: float) -> bool:
    """Start a publication, kill its process group at the moment; whether it was through already."""
    process = _start(home)
    time.sleep(moment)
    finished = process.poll() is not None
    if not finished:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=_SLOWEST)
    return finished


def _usual_seconds(home: Path) -> float:
    """How long a publication takes from its beginning: the quickest of three.

    A busy machine makes it longer; then a kill comes earlier in it, never only after its end.
    """
    spent = []
    for _ in range(3):
        process = _start(home)
        begun = time.perf_counter()
        assert process.stdout is not None
        if process.stdout.readline() != b"end\n":
            raise RuntimeError("a publication that was not killed failed")
        spent.append(time.perf_counter() - begun)
        process.communicate(timeout=_SLOWEST)
    return min(spent)


def _start(home: Path) -> subprocess.Popen[bytes]:
    """A publication that has just begun, in a session (and process group) of its own."""
    command = [sys.executable, "-m", "eval.publisher", str(home)]
    root = Path(__file__).resolve().parent.parent
    process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True, cwd=root)
    assert process.stdout is not None
    process.stdout.readline()
    return process


def _next_works(home: Path, version: int) -> str | None:
    """Whether a following publication works and leaves nothing of the killed one."""
    try:
        name = publish(home).id
    except (releases.ReleaseError, OSError, ValueError) as error:
        return f"之后的发布失败：{error}"
    if releases.current(home) != name:
        return "之后的发布没有成为当前版本"
    if list((home / "releases").glob(".building-*")):
        return "之后的发布没有清掉半成品"
    return inspect(home, (version, version), name)[1]


def _prune(home: Path) -> None:
    for old in releases.listing(home)[_KEPT:]:
        shutil.rmtree(home / "releases" / old.id)


def _stage(home: Path, version: int) -> None:
    source = sources.StagedSource(
        name=_SOURCE,
        imported=datetime.now(UTC),
        files=(),
        records=tuple(_item(number, version) for number in range(_ITEMS)),
    )
    sources.stage(home, source)


def _item(number: int, version: int) -> ServiceItem:
    return ServiceItem(
        code=f"KILL-{number:03}",
        name=f"试验事项{number}办理",
        provenance=Provenance(as_of="2026", demonstration=True),
        body=Body(department="试验部门"),
        summary=f"第{version}版",
        materials=(Material(name=f"第{version}版申请表"), Material(name="身份证明")),
    )


def _version(record: Any) -> int:
    return int(record.summary.removeprefix("第").removesuffix("版"))
