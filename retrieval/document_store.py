"""Documents on disk: JSON lines, memory-mapped, decoded when a hit needs them."""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterable
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.types import Document

_LINES = "documents.jsonl"
_OFFSETS = "documents.npy"
_CACHED = 4096


def write(documents: Iterable[Document], directory: Path) -> int:
    """Write ``documents.jsonl`` and the byte offsets of its lines; returns the number of lines."""
    offsets = [0]
    with (directory / _LINES).open("wb") as file:
        for document in documents:
            offsets.append(offsets[-1] + file.write(_encode(document)))
    np.save(directory / _OFFSETS, np.array(offsets, dtype=np.int64))
    return len(offsets) - 1


class DocumentStore:
    """Documents by position; those used lately stay decoded."""

    def __init__(self, directory: Path) -> None:
        self._offsets: NDArray[np.int64] = np.load(directory / _OFFSETS)
        self._bytes = _map(directory / _LINES)
        self.at = lru_cache(maxsize=_CACHED)(self._read)
        """``at(position)``: the document there."""

    def __len__(self) -> int:
        """The number of documents."""
        return len(self._offsets) - 1

    def _read(self, position: int) -> Document:
        start, end = self._offsets[position], self._offsets[position + 1]
        values = json.loads(self._bytes[start:end])
        values["aliases"] = tuple(values["aliases"])
        return Document(**values)


def _encode(document: Document) -> bytes:
    return json.dumps(asdict(document), ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _map(path: Path) -> mmap.mmap | bytes:
    if not path.stat().st_size:
        return b""
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
