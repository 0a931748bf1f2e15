"""Parts that need nothing and honour the protocols: a searcher that was told its hits, a shelf of
records instead of a release on disk, readings and hits with few words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, cast

from assistant import rules
from assistant.types import DialogueState, Knowledge, Understanding
from assistant.understanding import understand
from channels.types import Message
from knowledge.releases import Manifest, Release
from knowledge.store import RecordStore
from knowledge.types import Hotline, Record
from retrieval.types import Document, Hit, Query, SearchResult

TODAY = date(2026, 11, 22)


class Shelf:
    """Records by code, as ``knowledge.store.RecordStore`` gives them."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = {record.code: record for record in records}

    def get(self, code: str) -> Record | None:
        return self._records.get(code)

    def all(self) -> Iterator[Record]:
        return iter(self._records.values())

    def __len__(self) -> int:
        return len(self._records)


@dataclass
class ToldSearcher:
    """Finds what it was told, and keeps what it was asked."""

    hits: Sequence[Hit] = ()
    asked: list[Query] = field(default_factory=list)

    def search(self, query: Query) -> SearchResult:
        self.asked.append(query)
        return SearchResult(hits=tuple(self.hits))


def knowledge(
    records: Iterable[Record],
    hits: Sequence[Hit] = (),
    hotlines: Mapping[str, Hotline] | None = None,
) -> Knowledge:
    """A release of these records, and a searcher that finds these hits."""
    shelf = Shelf(records)
    manifest = Manifest(
        id="r1", created="2026", records=len(shelf), records_sha256="", sources={}, index={}
    )
    release = Release(manifest, Path("nowhere"), cast(RecordStore, shelf))
    return Knowledge(release=release, searcher=ToldSearcher(hits), hotlines=hotlines or {})


def hit(record: Record, *, part: str = "", **changes: Any) -> Hit:
    """A hit that fits in every way unless told otherwise."""
    document = Document(
        id=f"{record.code}{part}",
        record=record.code,
        kind=record.kind,
        title=record.name,
        body="",
        aliases=record.aliases,
    )
    values: dict[str, Any] = {
        "score": 2.0,
        "coverage": 1.0,
        "title_coverage": 1.0,
        "reverse_coverage": 1.0,
        "parts": {"dense": 0.9},
    }
    return Hit(document=document, **values | changes)


def weak(record: Record, **changes: Any) -> Hit:
    """A hit that shares next to nothing with the question."""
    values: dict[str, Any] = {
        "score": 0.1,
        "coverage": 0.02,
        "title_coverage": 0.02,
        "reverse_coverage": 0.02,
        "parts": {"dense": 0.01},
    }
    return hit(record, **values | changes)


def found(*hits: Hit) -> SearchResult:
    return SearchResult(hits=hits)


def read(text: str, state: DialogueState | None = None, **message: Any) -> Understanding:
    """A message as the assistant reads it, with the real word tables."""
    return understand(Message(text=text, **message), state or DialogueState(), rules.load())
