"""Suiwen as it ships: the index built in a process of its own, opened memory-mapped in another.

Runs in Suiwen's own environment.  ``trained`` is the default encoder, trained while the index is
built (``train_seconds`` of ``build_seconds``: the peers get it for nothing); ``hashing`` needs no
training.  The lexicon is the built-in one, as a publication takes it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from eval.bench.peers import protocol


class Suiwen:
    """``Hybrid.search`` over the index at ``job.index``."""

    def __init__(self, job: protocol.Job, encoder: str) -> None:
        from retrieval import index
        from retrieval.types import Query

        self._open = index.open_index
        self._query = Query
        self._job = job
        self._encoder = encoder

    def build(self, passages: Iterable[protocol.Passage]) -> Mapping[str, float]:
        """Build in a child process (it reads the corpus itself), then open."""
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as child:
            notes = child.submit(build, self._job.corpus, self._job.index, self._encoder).result()
        begun = time.perf_counter()
        self._searcher = self._open(self._job.index)
        opened = time.perf_counter() - begun
        disk = sum(one.stat().st_size for one in self._job.index.rglob("*") if one.is_file())
        return {**notes, "open_seconds": opened, "disk_mb": disk / 2**20}

    def search(self, text: str) -> Sequence[str]:
        """The whole search of Suiwen, evidence included."""
        found = self._searcher.search(self._query(text=text, limit=self._job.limit))
        return [hit.document.id for hit in found.hits]


def build(corpus: Path, directory: Path, encoder: str) -> dict[str, float]:
    """Build an index; the seconds of all of it, and of training its encoder."""
    from assistant.bootstrap import LEXICON
    from assistant.settings import Settings
    from eval import indexes
    from eval.beir import Text
    from retrieval import index
    from retrieval.lexicon import Lexicon

    steps = _Steps()
    begun = time.perf_counter()
    index.build(
        indexes.documents(Text(*one) for one in protocol.Passages(corpus)),
        directory,
        release="bench",
        encoder=encoder,
        lexicon=Lexicon.load(LEXICON),
        seed=Settings().encoder_seed,
        progress=steps,
    )
    spent = time.perf_counter() - begun
    return {"build_seconds": spent, "train_seconds": steps.between("tokenizer", "vectors")}


class _Steps:
    """When each step of a build was first told."""

    def __init__(self) -> None:
        self._at: dict[str, float] = {}

    def __call__(self, step: str, done: int, total: int) -> None:
        self._at.setdefault(step, time.perf_counter())

    def between(self, first: str, then: str) -> float:
        """0 if either was not told."""
        both = first in self._at and then in self._at
        return self._at[then] - self._at[first] if both else 0.0


CONFIGURATIONS: Mapping[str, protocol.Open] = {
    "trained": partial(Suiwen, encoder="static"),
    "hashing": partial(Suiwen, encoder="hashing"),
}

if __name__ == "__main__":
    protocol.main(CONFIGURATIONS, ("suiwen",))
