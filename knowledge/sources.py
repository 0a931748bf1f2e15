"""Staged sources: what was imported and is waiting for (or part of) the next release.

Each source owns its records and stands in one file, ``sources/<name>.jsonl``: the first line tells
when and from what it was imported, every other line is a record.  Importing replaces that one file
atomically and never touches another source's.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from knowledge import codec
from knowledge.types import Finding, Record

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")


class SourceError(Exception):
    """A staged source cannot be read or named as asked; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedSource:
    """One source as it was imported; ``imported`` is a UTC time."""

    name: str
    imported: datetime
    files: tuple[str, ...]
    records: tuple[Record, ...]


def stage(home: Path, source: StagedSource) -> Path:
    """Replace the source's file; records are marked as owned by it.  Raises ``SourceError``."""
    if not _NAME.fullmatch(source.name):
        raise SourceError(f"来源名 {source.name!r} 只能用小写字母、数字、- 和 _（41 个字符以内）")
    head = {
        "source": source.name,
        "imported": source.imported.isoformat(),
        "files": list(source.files),
        "records": len(source.records),
    }
    lines = [json.dumps(head, ensure_ascii=False).encode("utf-8", "replace")]
    lines += [codec.encode(owned(record, source.name)) for record in source.records]
    target = home / "sources" / f"{source.name}.jsonl"
    write_atomically(target, b"\n".join(lines) + b"\n")
    _withdrawn(home, source.name).unlink(missing_ok=True)
    return target


def owned(record: Record, source: str) -> Record:
    """The record with its owner written into its provenance."""
    return replace(record, provenance=replace(record.provenance, source=source))


def staged(home: Path) -> tuple[StagedSource, ...]:
    """All sources, by name.  Raises ``SourceError`` where a file is damaged."""
    return tuple(load(path) for path in sorted((home / "sources").glob("*.jsonl")))


def load(path: Path) -> StagedSource:
    """One source.  Raises ``SourceError`` if its file is damaged or was renamed."""
    lines = path.read_bytes().splitlines()
    try:
        head = json.loads(lines[0])
        source = StagedSource(
            name=head["source"],
            imported=datetime.fromisoformat(head["imported"]),
            files=tuple(head["files"]),
            records=tuple(codec.decode(line) for line in lines[1:]),
        )
        stated = head["records"]
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise SourceError(f"{path} 已损坏（{type(error).__name__}）：请重新导入该来源") from error
    if len(source.records) != stated:
        raise SourceError(f"{path} 记录数不符（{len(source.records)}/{stated}）：请重新导入该来源")
    if source.name != path.stem:
        raise SourceError(
            f"{path} 的文件名与来源名 {source.name!r} 不符：请改回原名，或删去后重新导入"
        )
    return source


def remove(home: Path, name: str) -> bool:
    """Withdraw a whole source (it leaves with the next release); whether there was one."""
    if not _NAME.fullmatch(name):
        return False
    path = home / "sources" / f"{name}.jsonl"
    existed = path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    _withdrawn(home, name).touch()
    path.unlink(missing_ok=True)
    return existed


def was_removed(home: Path, name: str) -> bool:
    """Whether the source was withdrawn and not imported since: it is not to come back by itself."""
    return _withdrawn(home, name).exists()


def _withdrawn(home: Path, name: str) -> Path:
    return home / "sources" / f"{name}.removed"


def conflicts(sources: Iterable[StagedSource]) -> tuple[Finding, ...]:
    """Codes that stand twice, in two sources or in one: neither record may silently win."""
    owners: dict[str, str] = {}
    found: list[Finding] = []
    for source in sources:
        for record in source.records:
            owner = owners.get(record.code)
            owners.setdefault(record.code, source.name)
            if owner is not None:
                found.append(_conflict(record.code, owner, source.name))
    return tuple(found)


def _conflict(code: str, owner: str, claimant: str) -> Finding:
    if owner == claimant:
        rule, remedy = "duplicate-code", f"来源 {owner} 里有两条记录用这个编码：改编码，或删去一条"
    else:
        rule = "code-owned-by-another-source"
        remedy = f"该编码已属于来源 {owner}：改编码，或先撤下其中一个来源"
    value = f"{owner}, {claimant}"
    return Finding(rule=rule, code=code, field="code", value=value, remedy=remedy, level="error")


def write_atomically(target: Path, content: bytes) -> None:
    """Write beside the target, flush to disk, then rename: a reader sees the old or the new."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(target)
    sync_directory(target.parent)


def sync_directory(path: Path) -> None:
    """Make renames in the directory durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
