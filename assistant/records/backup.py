"""A copy of the database while it is in use, and its way back onto an empty machine.

SQLite only: PostgreSQL has ``pg_dump`` and ``pg_restore``.  What is sealed stays sealed in the
copy: without the master key of the settings nobody reads names, phones or texts in it.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from assistant.errors import SetupError

_PAGES = 256
"""Pages copied at a time; writers go on in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A copy; ``sha256`` also stands beside it in ``<path>.sha256``, as ``sha256sum`` writes it."""

    path: Path
    sha256: str
    size: int


def backup(url: str, to: Path) -> Backup:
    """Copy the database at the URL to the file, as it is at one moment.

    Raises ``SetupError`` if it is not SQLite in a file, if there is none, or if the file exists.
    """
    source = _file(url)
    if not source.is_file():
        raise SetupError(f"没有数据库 {source}，无可备份")
    if to.exists():
        raise SetupError(f"{to} 已存在，不覆盖；请换一个文件名")
    part = to.with_name(f".{to.name}.part")
    part.unlink(missing_ok=True)
    try:
        _copy(source, part)
        made = Backup(path=to, sha256=_sha256(part), size=part.stat().st_size)
        _sums(to).write_text(f"{made.sha256}  {to.name}\n")
        _durable(_sums(to))
        part.replace(to)
        _durable(to.parent)
    finally:
        part.unlink(missing_ok=True)
    return made


def restore(copy: Path, url: str) -> Backup:
    """Put a copy where the URL says, after comparing its checksum.

    Raises ``SetupError`` if the copy is damaged or has no checksum, or if a database, or
    what one that was killed left behind, stands there already.  Bring the schema to the newest
    version afterwards (``schema.migrate``).
    """
    target = _file(url)
    if target.exists():
        raise SetupError(f"{target} 已有数据库，不覆盖；请先移走它")
    for left in (target.with_name(f"{target.name}{end}") for end in ("-wal", "-journal")):
        if left.exists():  # SQLite would write what it holds into the restored database
            raise SetupError(f"{left} 是原来数据库留下的，会损坏恢复的数据；请先移走它")
    found = Backup(path=copy, sha256=_checked(copy), size=copy.stat().st_size)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        _copy(copy, part)
        part.replace(target)
        _durable(target.parent)
    finally:
        part.unlink(missing_ok=True)
    return found


def _copy(source: Path, to: Path) -> None:
    """By SQLite's own backup, checked and on disk when it returns."""
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as old,
            closing(sqlite3.connect(to)) as new,
        ):
            old.backup(new, pages=_PAGES)
            new.execute("PRAGMA journal_mode=DELETE")
            whole = new.execute("PRAGMA integrity_check").fetchall()
    except sqlite3.DatabaseError as error:
        raise SetupError(f"{source.name} 不能读取：{error}") from error
    if whole != [("ok",)]:
        raise SetupError(f"{source.name} 已损坏（integrity_check 不通过）")
    _durable(to)


def _checked(copy: Path) -> str:
    """The checksum of a copy, which is the one written beside it."""
    try:
        wanted = _sums(copy).read_text().split()[0]
        found = _sha256(copy)
    except (OSError, IndexError) as error:
        raise SetupError(f"{copy} 或它的校验文件 {_sums(copy).name} 不能读取") from error
    if found != wanted:
        raise SetupError(f"{copy} 与校验值不符，没有恢复")
    return found


def _file(url: str) -> Path:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        raise SetupError("只能备份 SQLite 文件；PostgreSQL 请用 pg_dump 和 pg_restore")
    return Path(str(parsed.database))


def _sums(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _durable(path: Path) -> None:
    """What was written to the file (or the names in the directory) is on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
