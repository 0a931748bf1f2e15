"""Releases: immutable directories, built beside the live one and switched atomically.

Layout of a home directory::

    sources/<name>.jsonl      what was imported (knowledge.sources)
    releases/<id>/            records, lexicon, index, manifest.json (written last)
    current -> releases/<id>  a symbolic link, replaced by rename

A kill at any moment leaves ``current`` at a complete release: a directory becomes visible by one
rename after its manifest is on disk, and the link moves by another.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from knowledge import codec, sources, store
from knowledge.types import Finding, Record

BuildIndex = Callable[[Sequence[Record], Path, str], dict[str, Any]]
"""(records, directory to write to, release id) → what the manifest should say of the index."""


class ReleaseError(Exception):
    """A release cannot be built, opened or activated; the message says what to do."""

    def __init__(self, message: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a release says of itself; ``sources`` maps each source to its number of records."""

    id: str
    created: str
    records: int
    records_sha256: str
    sources: dict[str, int]
    index: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Release:
    """An opened release: its manifest, its directory and its records."""

    manifest: Manifest
    directory: Path
    records: store.RecordStore


def publish(home: Path, build_index: BuildIndex, *, now: datetime | None = None) -> Manifest:
    """Build a release from all staged sources and make it current.

    The same records give the same id up to its time stamp.  Raises ``ReleaseError`` when nothing is
    staged, two sources claim one code, or another publication is running.
    """
    with _publishing(home):
        staged = sources.staged(home)
        if conflicting := sources.conflicts(staged):
            raise ReleaseError(f"有 {len(conflicting)} 个编码被两条记录同时占用", conflicting)
        records = [record for source in staged for record in source.records]
        if not records:
            raise ReleaseError("没有可发布的记录：请先运行 suiwen import")
        digest = _digest(records)
        created = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%S%f")[:-3]
        name = f"{created}-{digest[:8]}"
        building = home / "releases" / f".building-{name}"
        _sweep(home / "releases")
        building.mkdir(parents=True)
        store.write(records, building)
        manifest = Manifest(
            id=name,
            created=created,
            records=len(records),
            records_sha256=digest,
            sources={source.name: len(source.records) for source in staged},
            index=build_index(records, building / "index", name),
        )
        content = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
        _sync_tree(building)
        sources.write_atomically(building / "manifest.json", content)
        building.rename(home / "releases" / name)
        sources.sync_directory(home / "releases")
        activate(home, name)
        return manifest


def activate(home: Path, name: str) -> None:
    """Point ``current`` at the release by one rename.  Raises ``ReleaseError`` if it is unknown."""
    known = [one.id for one in listing(home)]
    if name not in known:
        raise ReleaseError(f"没有版本 {name}；现有版本：{'、'.join(known) or '无'}")
    link = home / f".current.{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(Path("releases") / name)
    link.replace(home / "current")
    sources.sync_directory(home)


def current(home: Path) -> str | None:
    """The id of the current release, or ``None`` before the first publication."""
    try:
        return (home / "current").readlink().name
    except FileNotFoundError:
        return None


def listing(home: Path) -> tuple[Manifest, ...]:
    """All complete releases, newest first; one with a damaged manifest is not complete."""
    found: list[Manifest] = []
    for path in (home / "releases").glob("[!.]*/manifest.json"):
        with suppress(ValueError, TypeError):
            manifest = _manifest(path)
            if manifest.id == path.parent.name:
                found.append(manifest)
    return tuple(sorted(found, key=lambda one: one.id, reverse=True))


def open_release(home: Path, name: str | None = None) -> Release:
    """Open a release (the current one by default).  Raises ``ReleaseError``."""
    chosen = name or current(home)
    if chosen is None:
        raise ReleaseError("还没有发布过版本：请先运行 suiwen publish")
    directory = home / "releases" / chosen
    try:
        manifest = _manifest(directory / "manifest.json")
        records = store.RecordStore(directory)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ReleaseError(
            f"版本 {chosen} 不完整（{error}）：请 suiwen rollback 到其他版本"
        ) from error
    if len(records) != manifest.records:
        raise ReleaseError(f"版本 {chosen} 记录数不符：请 suiwen rollback 到其他版本")
    return Release(manifest, directory, records)


def verify(release: Release) -> bool:
    """Whether the records on disk are those that the manifest was written for."""
    return _digest(release.records.all()) == release.manifest.records_sha256


def _digest(records: Sequence[Record] | Iterator[Record]) -> str:
    content = hashlib.sha256()
    for record in records:
        content.update(codec.encode(record) + b"\n")
    return content.hexdigest()


def _manifest(path: Path) -> Manifest:
    return Manifest(**json.loads(path.read_text(encoding="utf-8")))


def _sweep(releases: Path) -> None:
    """Remove what a killed publication left behind (we hold the lock, so nobody is building)."""
    for leftover in releases.glob(".building-*"):
        shutil.rmtree(leftover)


def _sync_tree(directory: Path) -> None:
    for path in directory.rglob("*"):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _publishing(home: Path) -> Iterator[None]:
    """Hold the publication lock; the system frees it when the process dies, however it dies."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / ".publish.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ReleaseError("另一个发布正在进行：请等它结束后再试") from error
        yield
