"""With what a measurement was made: versions, commit, command, input files."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from eval.beir import fingerprint

_ROOT = Path(__file__).resolve().parents[1]
_PACKAGES = (
    "suiwen",
    "numpy",
    "scipy",
    "scikit-learn",
    "ir-measures",
    "pytrec-eval-terrier",
    "bm25s",
    "faiss-cpu",
    "jieba",
    "OpenCC",
    "tokenizers",
    "torch",
)


def described(sources: Iterable[Path]) -> dict[str, Any]:
    """All that is needed to run it again, as JSON values."""
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": " ".join(sys.argv),
        "commit": commit(),
        "versions": versions(),
        "machine": {"processor": platform.machine(), "cores": os.cpu_count()},
        "inputs": {str(path.resolve()): fingerprint(path) for path in sources},
    }


def versions() -> dict[str, str]:
    """The installed versions of what decides a score."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def commit(root: Path = _ROOT) -> str | None:
    """The commit of the checkout, ``+`` behind it where files differ; none outside of git."""
    try:
        head = _git(root, "rev-parse", "HEAD")
        return head + ("+" if _git(root, "status", "--porcelain") else "")
    except (OSError, subprocess.CalledProcessError):
        return None


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
