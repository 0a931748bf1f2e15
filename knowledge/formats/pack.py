"""The pack format: YAML files of records, the built-in Guangzhou demonstration among them.

A pack is a folder with ``items/``, ``bundles/``, ``policies/`` (YAML files, each a list of records)
and ``hotlines.yaml``; a single YAML file of one kind is named by its folder or file name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from knowledge import codec
from knowledge.types import Finding, Parsed, Record

_FOLDERS = {"items": "item", "bundles": "bundle", "policies": "policy", "hotlines": "hotline"}

BUILT_IN = Path(__file__).resolve().parent.parent / "pack"


def parse(files: Iterable[Path]) -> Parsed:
    """Read packs (folders) and YAML files; every entry becomes a record or a rejection."""
    records: list[Record] = []
    rejected: list[Finding] = []
    seen: dict[str, str] = {}
    read = 0
    for path, kind in _documents(files):
        entries, problems = _entries(path)
        rejected += problems
        for number, value in enumerate(entries, 1):
            read += 1
            where = f"{path.parent.name}/{path.name}#{number}"
            record, problems = codec.parse(kind, value, where)
            rejected += problems
            if record is None:
                continue
            if record.code in seen:
                rejected.append(
                    Finding(
                        rule="duplicate-code",
                        code=record.code,
                        field="code",
                        value=where,
                        remedy=f"与 {seen[record.code]} 的编码重复：改用另一个编码",
                        level="error",
                    )
                )
                continue
            seen[record.code] = where
            records.append(record)
    return Parsed(read=read, records=tuple(records), rejected=tuple(rejected))


def _documents(files: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    for path in files:
        if path.is_dir():
            for name, kind in _FOLDERS.items():
                for child in sorted((path / name).glob("*.yaml")):
                    yield child, kind
            single = path / "hotlines.yaml"
            if single.exists():
                yield single, "hotline"
        else:
            folder = path.parent.name if path.parent.name in _FOLDERS else path.stem
            yield path, _FOLDERS.get(folder, "item")


def _entries(path: Path) -> tuple[list[dict[str, Any]], list[Finding]]:
    def refuse(value: str, remedy: str) -> tuple[list[dict[str, Any]], list[Finding]]:
        return [], [
            Finding(
                rule="unreadable-file",
                code=path.name,
                field="",
                value=value[:200],
                remedy=remedy,
                level="error",
            )
        ]

    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        return refuse(str(error), "文件须为 UTF-8 编码的 YAML，按提示的行修改")
    if not isinstance(loaded, list) or not all(isinstance(entry, dict) for entry in loaded):
        return refuse(type(loaded).__name__, "文件须为记录的列表，每条记录以 “- code:” 开头")
    return loaded, []
