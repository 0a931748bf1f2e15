"""One publication in a process of its own, to be killed: ``python -m eval.publisher HOME``.

It prints ``begin`` when the publication begins, so that the killer can aim at any moment of it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from assistant import bootstrap
from eval.homes import settings_of
from knowledge import releases

ENCODER = "hashing"
"""Needs no training: a publication of a tiny pack takes a fraction of a second."""


def publish(home: Path) -> releases.Manifest:
    """Publish what is staged in the home directory, as ``suiwen publish`` does."""
    return bootstrap.publish(settings_of(home, ENCODER), lambda _step, _done, _total: None)


if __name__ == "__main__":
    print("begin", flush=True)
    publish(Path(sys.argv[1]))
