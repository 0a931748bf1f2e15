"""The chain: each line's hash covers all of its columns and the hash of the line before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes

from assistant.audit.types import Break, Entry, Hash, Line

GENESIS = "0" * 64
"""What the first line follows."""


def sha256(data: bytes) -> bytes:
    """SHA-256 (FIPS 180-4)."""
    return hashlib.sha256(data).digest()


def sm3(data: bytes) -> bytes:
    """SM3 (GB/T 32905-2016)."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


HASHES: Mapping[str, Hash] = {"sha256": sha256, "sm3": sm3}
"""Every line names its own, so that a log may change over and stay whole."""


def following(entry: Entry, *, seq: int, at: str, previous: str, algorithm: str) -> Line:
    """The entry as line ``seq`` behind the line whose hash is ``previous``."""
    columns = (seq, at, entry.actor, entry.action, entry.object, entry.result, algorithm, previous)
    return Line(
        seq=seq,
        at=at,
        actor=entry.actor,
        action=entry.action,
        object=entry.object,
        result=entry.result,
        algorithm=algorithm,
        previous=previous,
        hash=_digest(columns, HASHES[algorithm]),
    )


def breaks(
    lines: Iterable[Line], *, after: int = 0, previous: str = GENESIS
) -> Iterator[tuple[int, Break | None]]:
    """Each line's number as it must be, with what is wrong with it (``None``: nothing)."""
    for seq, line in enumerate(lines, start=after + 1):
        yield seq, _wrong(line, seq, previous)
        previous = line.hash


def _wrong(line: Line, seq: int, previous: str) -> Break | None:
    function = HASHES.get(line.algorithm)
    columns = (line.seq, line.at, line.actor, line.action, line.object, line.result)
    if line.seq != seq:
        return "out_of_order"
    if function is None:
        return "unknown_algorithm"
    if line.previous != previous:
        return "not_chained"
    if _digest((*columns, line.algorithm, line.previous), function) != line.hash:
        return "changed"
    return None


def _digest(columns: tuple[Any, ...], function: Hash) -> str:
    return function(json.dumps(columns, separators=(",", ":")).encode()).hex()
