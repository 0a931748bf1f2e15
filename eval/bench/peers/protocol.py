"""What a system under test is asked and what it answers: two JSON files.

Standard library only: each peer's script runs in an interpreter of its own, where nothing of
Suiwen's is installed.  A script names its configurations and calls :func:`main`.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple, Protocol

_WARM_UP = 5


class Passage(NamedTuple):
    """One document of a corpus file."""

    id: str
    title: str
    text: str

    @property
    def whole(self) -> str:
        """What every system indexes: title and text."""
        return f"{self.title}\n{self.text}"


class Question(NamedTuple):
    """One question of a job."""

    id: str
    text: str


class Passages:
    """The passages of a ``corpus.jsonl``, read anew at each iteration: nothing is kept."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __iter__(self) -> Iterator[Passage]:
        with self._path.open(encoding="utf-8") as lines:
            for line in lines:
                one = json.loads(line)
                yield Passage(one["id"], one["title"], one["text"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a script is asked.

    ``index``: Suiwen's index directory; Suiwen makes it, peers find the trained encoder in it.
    ``limit``: how many ids an answer has.  ``core``: the processor that the script may use.
    """

    corpus: Path
    questions: tuple[Question, ...]
    index: Path
    out: Path
    configuration: str
    limit: int
    core: int

    @property
    def encoder(self) -> str:
        """The sentence-transformers directory of the encoder that all systems share."""
        return str(self.index / "encoder")

    def write(self, path: Path) -> None:
        """As JSON."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, default=str), "utf-8")

    @classmethod
    def read(cls, path: Path) -> Job:
        """What :meth:`write` wrote."""
        values = json.loads(path.read_text("utf-8"))
        paths = {name: Path(values[name]) for name in ("corpus", "index", "out")}
        questions = tuple(Question(*one) for one in values["questions"])
        return cls(**{**values, **paths, "questions": questions})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a script answers.

    ``rankings``: the ids for each question, in the order of the job.  ``milliseconds``: wall time
    of each, from its text to its ids; ``cpu_milliseconds``: processor time of the whole process.
    ``load_seconds``: imports and models; ``build_seconds``: from the corpus file to the first
    possible question.  ``memory_mb``: resident after the last question; ``peak_mb``: the highest,
    the build and child processes included.  ``machine_load``: the load average of the last minute
    before the first question (this process is about 1 of it).  ``notes``: other figures of a
    system.
    """

    version: str
    rankings: tuple[tuple[str, ...], ...]
    milliseconds: tuple[float, ...]
    cpu_milliseconds: tuple[float, ...]
    load_seconds: float
    build_seconds: float
    memory_mb: float
    peak_mb: float
    machine_load: float
    notes: dict[str, float] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        """As JSON."""
        path.write_text(json.dumps(asdict(self)), "utf-8")

    @classmethod
    def read(cls, path: Path) -> Outcome:
        """What :meth:`write` wrote."""
        values = json.loads(path.read_text("utf-8"))
        values["rankings"] = tuple(tuple(one) for one in values["rankings"])
        for name in ("milliseconds", "cpu_milliseconds"):
            values[name] = tuple(values[name])
        return cls(**values)


class System(Protocol):
    """A library under test, in one configuration."""

    def build(self, passages: Iterable[Passage]) -> Mapping[str, float]:
        """Index them.  Returns figures of its own; ``build_seconds`` among them replaces ours."""
        ...

    def search(self, text: str) -> Sequence[str]:
        """The ids of the best passages, best first, as many as the job's ``limit``."""
        ...


Open = Callable[[Job], System]
"""Imports the library and loads the models of one configuration."""


def main(configurations: Mapping[str, Open], versions: Sequence[str]) -> None:
    """Run the job that the command line names.  ``versions``: the distributions to report."""
    job = Job.read(Path(sys.argv[1]))
    os.sched_setaffinity(0, {job.core})
    answer(job, configurations[job.configuration], versions).write(job.out)


def answer(job: Job, opened: Open, versions: Sequence[str]) -> Outcome:
    """Build, then ask one question at a time on this thread, each question once."""
    passages = Passages(job.corpus)
    begun = time.perf_counter()
    system = opened(job)
    loaded = time.perf_counter()
    notes = dict(system.build(passages))
    built = time.perf_counter()
    for _, passage in zip(range(_WARM_UP), passages, strict=False):
        system.search(passage.title)
    busy, _, _ = os.getloadavg()
    asked = [_ask(system, question.text) for question in job.questions]
    return Outcome(
        version=", ".join(f"{name} {version(name)}" for name in versions),
        rankings=tuple(one.ids for one in asked),
        milliseconds=tuple(one.milliseconds for one in asked),
        cpu_milliseconds=tuple(one.cpu_milliseconds for one in asked),
        load_seconds=loaded - begun,
        build_seconds=notes.pop("build_seconds", built - loaded),
        memory_mb=_resident_mb(),
        peak_mb=_peak_mb(),
        machine_load=busy,
        notes=notes,
    )


class _Asked(NamedTuple):
    ids: tuple[str, ...]
    milliseconds: float
    cpu_milliseconds: float


def _ask(system: System, text: str) -> _Asked:
    begun, cpu = time.perf_counter(), time.process_time()
    ids = system.search(text)
    spent, cpu_spent = time.perf_counter() - begun, time.process_time() - cpu
    return _Asked(tuple(ids), spent * 1000, cpu_spent * 1000)


def _resident_mb() -> float:
    status = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def _peak_mb() -> float:
    """Of this process or of its largest ended child."""
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(one).ru_maxrss for one in whose) / 1024
