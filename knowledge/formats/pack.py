"""The pack format: YAML files of records, the built-in Guangzhou demonstration among them.

A pack is a folder with ``items/``, ``bundles/``, ``policies/`` (YAML files, each a list of records)
and ``hotlines.yaml``; a single YAML file of one kind is named by its folder or file name.  How
people ask for the records stands apart, in ``asked/``: lists of ``{code: …, asked: […]}``; a code
may stand in several files (one a language), whose lists are joined in the order of their names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from knowledge import bundle_rules, codec
from knowledge.formats.lines import LOADER, Lines
from knowledge.types import Finding, Parsed, Record

_FOLDERS = {"items": "item", "bundles": "bundle", "policies": "policy", "hotlines": "hotline"}

BUILT_IN = Path(__file__).resolve().parent.parent / "pack"


def parse(files: Iterable[Path]) -> Parsed:
    """Read packs (folders) and YAML files; every entry becomes a record or a rejection.

    A rejection names the file and the line.  What a record of a folder names that the folder does
    not hold is a finding: another source may hold it.
    """
    records: list[Record] = []
    seen: dict[str, _Place] = {}
    read = 0
    files = tuple(files)
    asked, rejected = _asked(files)
    for path, kind in _documents(files):
        entries, lines, problems = _entries(path)
        rejected += problems
        for number, value in enumerate(entries):
            read += 1
            place = _Place(path, number, lines)
            if (wordings := asked.pop(str(value.get("code")), None)) is not None:
                value = {**value, "asked": (*value.get("asked", ()), *wordings)}
            record, problems = codec.parse(kind, value, path.name)
            rejected += [replace(one, code=place.named(one)) for one in problems]
            if record is None:
                continue
            problems = _faults(record, seen)
            rejected += [replace(one, code=place.named(one)) for one in problems]
            if not problems:
                seen[record.code] = place
                records.append(record)
    rejected += [
        Finding(
            rule="unknown-name",
            code=code,
            field="asked",
            value=code,
            remedy="asked/ 里写了没有的编码：核对编码，或删去",
            level="error",
        )
        for code in asked
    ]
    dangling = [replace(one, code=seen[one.code].named(one)) for one in bundle_rules.links(records)]
    return Parsed(
        read=read, records=tuple(records), findings=tuple(dangling), rejected=tuple(rejected)
    )


def _asked(files: Sequence[Path]) -> tuple[dict[str, list[str]], list[Finding]]:
    """How people ask, by record code, from the ``asked/`` folders of packs."""
    found: dict[str, list[str]] = {}
    rejected: list[Finding] = []
    for path in files:
        for child in sorted((path / "asked").glob("*.yaml")) if path.is_dir() else ():
            entries, _, problems = _entries(child)
            rejected += problems
            for entry in entries:
                found.setdefault(str(entry.get("code")), []).extend(entry.get("asked") or ())
    return found, rejected


@dataclass(frozen=True, slots=True)
class _Place:
    path: Path
    number: int
    lines: Lines | None

    def where(self, field: str) -> str:
        line = self.lines.of(self.number, field) if self.lines else self.number + 1
        return f"{self.path.parent.name}/{self.path.name}:{line}"

    def named(self, finding: Finding) -> str:
        code = finding.code.partition(" (")[0]
        return f"{code} ({self.where(finding.field)})"


def _faults(record: Record, seen: Mapping[str, _Place]) -> list[Finding]:
    if record.code in seen:
        remedy = f"与 {seen[record.code].where('')} 的编码重复：改用另一个编码"
        return [
            Finding(
                rule="duplicate-code",
                code=record.code,
                field="code",
                value=record.code,
                remedy=remedy,
                level="error",
            )
        ]
    return list(bundle_rules.check(record))


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


def _entries(path: Path) -> tuple[list[dict[str, Any]], Lines | None, list[Finding]]:
    def refuse(value: str, remedy: str) -> tuple[list[dict[str, Any]], None, list[Finding]]:
        finding = Finding(
            rule="unreadable-file",
            code=path.name,
            field="",
            value=value[:200],
            remedy=remedy,
            level="error",
        )
        return [], None, [finding]

    try:
        text = path.read_text(encoding="utf-8")
        loaded = yaml.load(text, Loader=LOADER)  # noqa: S506
    except (yaml.YAMLError, ValueError) as error:  # no UTF-8, or a day that there is not
        return refuse(str(error), "文件须为 UTF-8 编码的 YAML，按提示的行修改")
    if not isinstance(loaded, list) or not all(isinstance(entry, dict) for entry in loaded):
        return refuse(type(loaded).__name__, "文件须为记录的列表，每条记录以 “- code:” 开头")
    return loaded, Lines(text), []
