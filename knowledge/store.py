"""Records of a release on disk: memory-mapped JSON lines, decoded when asked for."""

from __future__ import annotations

import json
import mmap
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from pathlib import Path

from knowledge import codec
from knowledge.types import Record

_CACHE = 4096


def write(records: Iterable[Record], directory: Path) -> int:
    """Write ``records.jsonl`` and ``codes.json`` (code → byte range); how many were written."""
    positions: dict[str, tuple[int, int]] = {}
    offset = 0
    with (directory / "records.jsonl").open("wb") as file:
        for record in records:
            line = codec.encode(record)
            file.write(line + b"\n")
            positions[record.code] = (offset, len(line))
            offset += len(line) + 1
    (directory / "codes.json").write_text(json.dumps(positions), encoding="utf-8")
    return len(positions)


class RecordStore:
    """Records by code.  The file is shared between processes; a small cache holds decoded ones.

    Raises ``ValueError`` when the two files do not fit each other.
    """

    def __init__(self, directory: Path) -> None:
        self._positions: dict[str, list[int]] = json.loads(
            (directory / "codes.json").read_text(encoding="utf-8")
        )
        with (directory / "records.jsonl").open("rb") as file:
            size = file.seek(0, 2)
            if size != sum(length + 1 for _, length in self._positions.values()):
                raise ValueError("records.jsonl does not fit codes.json")
            self._lines: mmap.mmap | bytes = (
                mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""
            )
        self._cache: OrderedDict[str, Record] = OrderedDict()

    def __len__(self) -> int:
        return len(self._positions)

    def __iter__(self) -> Iterator[str]:
        return iter(self._positions)

    def get(self, code: str) -> Record | None:
        """The record, or ``None`` if this release does not hold it."""
        if (known := self._cache.get(code)) is not None:
            return known
        if (position := self._positions.get(code)) is None:
            return None
        start, length = position
        record = codec.decode(bytes(self._lines[start : start + length]))
        self._cache[code] = record
        if len(self._cache) > _CACHE:
            self._cache.popitem(last=False)
        return record

    def having(self, field: str) -> Iterator[str]:
        """The codes of records that fill a list of this name, found without decoding them."""
        mark = f'"{field}":['.encode()
        for code, (start, length) in self._positions.items():
            if mark in self._lines[start : start + length]:
                yield code

    def all(self) -> Iterator[Record]:
        """Every record in the order of publication, not cached."""
        for start, length in self._positions.values():
            yield codec.decode(bytes(self._lines[start : start + length]))
