"""One publication in a process of its own, to be killed: ``python -m eval.publisher HOME``.

It prints ``begin`` and ``end`` around the publication, so that the killer can aim at any moment of
it.  The index is small and needs no training and no word list: nearly all of the time is spent on
what a kill could damage.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from knowledge import releases
from knowledge.types import Record
from retrieval import index
from retrieval.documents import documents

ENCODER = "hashing"


def publish(home: Path) -> releases.Manifest:
    """Publish what is staged in the home directory."""
    return releases.publish(home, build_index)


def build_index(records: Sequence[Record], directory: Path, release: str) -> dict[str, Any]:
    """The index of a publication, in a fraction of a second."""
    made = index.build(
        documents(records), directory, release=release, analyzer="bigram", encoder=ENCODER
    )
    return asdict(made)


if __name__ == "__main__":
    print("begin", flush=True)
    publish(Path(sys.argv[1]))
    print("end", flush=True)
