"""Gold files: JSON lines, one example each; what is wrong is told with its line and field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from channels.types import Status
from eval import paths
from eval.types import Example
from knowledge.types import Facet

GOLD = Path(__file__).resolve().parent / "gold"

_TEXTS = ("id", "text", "register", "kind")
_LISTS = ("status", "also", "facets", "fields", "context")
_OPTIONAL = ("code", "first", "note", "situation")
_KNOWN = {*_TEXTS, *_LISTS, *_OPTIONAL}


class GoldError(Exception):
    """A gold file cannot be used; the message names line, field and remedy."""

    def __init__(self, path: Path, line: int, field: str, problem: str) -> None:
        super().__init__(f"{path.name} 第 {line} 行，字段 {field}：{problem}")
        self.line = line
        self.field = field


def split(name: str) -> Path:
    """The gold file of a split (``dev`` → ``eval/gold/dev.jsonl``)."""
    return GOLD / f"{name}.jsonl"


def load(path: Path) -> tuple[Example, ...]:
    """All examples of a gold file; blank lines are skipped.  Raises ``GoldError``."""
    if not path.is_file():
        raise GoldError(path, 0, "-", f"没有文件 {path}：用 --gold 指定，或用已有的 --split")
    examples: list[Example] = []
    lines: dict[str, int] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        example = parse(line, path, number)
        if example.id in lines:
            problem = f"{example.id!r} 已在第 {lines[example.id]} 行用过：换一个"
            raise GoldError(path, number, "id", problem)
        lines[example.id] = number
        examples.append(example)
    if not examples:
        raise GoldError(path, 0, "-", "文件里没有题目")
    return tuple(examples)


def parse(line: str, path: Path, number: int) -> Example:
    """One line as an example.  Raises ``GoldError``."""

    def wrong(field: str, problem: str) -> GoldError:
        return GoldError(path, number, field, problem)

    try:
        value = json.loads(line)
    except ValueError as error:
        raise wrong("-", f"不是完整的 JSON（{error}）") from error
    if not isinstance(value, dict):
        raise wrong("-", "须为 JSON 对象（{…}）")
    if unknown := sorted(value.keys() - _KNOWN):
        raise wrong(unknown[0], f"没有这个字段；可用：{'、'.join(sorted(_KNOWN))}")
    if problem := _shape(value) or _words(value):
        raise wrong(*problem)
    return of(value)


def of(value: Mapping[str, Any]) -> Example:
    """A checked plain value as an example."""
    return Example(
        id=value["id"],
        text=value["text"],
        register=value["register"],
        kind=value["kind"],
        status=tuple(Status(one) for one in value["status"]),
        code=value.get("code"),
        also=tuple(value.get("also") or ()),
        facets=tuple(value.get("facets") or ()),
        fields=tuple(value.get("fields") or ()),
        first=value.get("first"),
        note=value.get("note"),
        context=tuple(value.get("context") or ()),
        situation=value.get("situation"),
    )


def plain(example: Example) -> dict[str, Any]:
    """The example as the value that :func:`of` reads."""
    texts = {name: getattr(example, name) for name in (*_TEXTS, *_OPTIONAL)}
    return texts | {name: [str(one) for one in getattr(example, name)] for name in _LISTS}


def _shape(value: Mapping[str, Any]) -> tuple[str, str] | None:
    for name in _TEXTS:
        if not isinstance(value.get(name), str) or not value[name].strip():
            return name, "必填，须为非空文字"
    for name in _OPTIONAL:
        if not isinstance(value.get(name), str | None):
            return name, "须为文字或 null"
    for name in _LISTS:
        entries = value.get(name) or []
        if not isinstance(entries, list) or not all(isinstance(one, str) for one in entries):
            return name, "须为文字的列表"
    return None


def _words(value: Mapping[str, Any]) -> tuple[str, str] | None:
    """Words outside the closed lists, and combinations that no answer can satisfy."""
    known = [str(status) for status in Status]
    if not value.get("status"):
        return "status", f"至少写一个可接受的状态；可用：{'、'.join(known)}"
    for status in value["status"]:
        if status not in known:
            return "status", f"没有状态 {status!r}；可用：{'、'.join(known)}"
    for facet in value.get("facets") or ():
        if facet not in list(Facet):
            return "facets", f"没有方面 {facet!r}；可用：{'、'.join(Facet)}"
    for field in value.get("fields") or ():
        if not paths.is_path(field):
            return (
                "fields",
                f"{field!r} 不是字段路径；例：materials、limits.promised、windows[0].address",
            )
    if value.get("fields") and not value.get("code"):
        return "fields", "写了字段就要写 code：不知道是哪条记录的字段"
    if value.get("first") and "crisis" not in value["status"]:
        return "first", "只有状态含 crisis 的题目才写 first"
    return None
