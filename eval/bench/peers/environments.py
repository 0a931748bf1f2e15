"""An environment of its own for each peer, at the versions of ``pins/``; made once, kept."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from eval.bench.peers.types import NotRunError, Peer

HOME = "SUIWEN_PEERS"
_DEFAULT = Path(__file__).resolve().parents[3] / ".suiwen" / "peers"
_TORCH = "torch==2.13.0"
_MADE = "installed"
_PATIENCE = 1800.0
_TAIL = 300


def home() -> Path:
    """Where the environments lie: ``SUIWEN_PEERS``, or ``.suiwen/peers`` of the project."""
    return Path(os.environ.get(HOME) or _DEFAULT)


def pins(peer: Peer) -> Path:
    """The file with the exact version of every package of a peer."""
    return Path(__file__).with_name("pins") / f"{peer.name}.txt"


def interpreter(peer: Peer, where: Path) -> Path:
    """The Python of a peer, its environment made if it is missing or its pins have changed.

    Raises ``NotRunError`` if it cannot be installed (no network, say).
    """
    if not peer.pinned:
        return Path(sys.executable)
    folder = where / peer.name
    python, made = folder / "bin" / "python", folder / _MADE
    wanted = hashlib.sha256(pins(peer).read_bytes()).hexdigest()
    if not made.is_file() or made.read_text("utf-8") != wanted:
        made.unlink(missing_ok=True)
        _call([sys.executable, "-m", "venv", str(folder)])
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        if peer.torch:  # first and alone, as in the Makefile: the CPU build where pip is set up so
            _call([*pip, _TORCH])
        _call([*pip, "--no-deps", "--requirement", str(pins(peer))])
        made.write_text(wanted, "utf-8")
    return python


def _call(command: Sequence[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotRunError(f"没有装上：{error}") from error
    if done.returncode:
        raise NotRunError(f"没有装上：{done.stderr.strip()[-_TAIL:]}")
