"""The scorer's own way into a record: a path of names and numbers, and what stands there.

It reads the record's plain values and nothing else: neither ``knowledge.facts`` nor the composer,
which it is there to check.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from knowledge.types import Record

_PATH = re.compile(r"[A-Za-z_]\w*(?:\.\w+|\[\d+\])*")
_PART = re.compile(r"\w+")


def is_path(text: str) -> bool:
    """Whether the text is a path such as ``windows[0].address`` (``windows.0.address`` too)."""
    return _PATH.fullmatch(text) is not None


def parts(path: str) -> tuple[str, ...]:
    """``windows[0].address`` → ``("windows", "0", "address")``."""
    return tuple(_PART.findall(path))


def under(path: str, parent: str) -> bool:
    """Whether ``path`` is ``parent`` or stands below it."""
    above = parts(parent)
    return parts(path)[: len(above)] == above


def plain(record: Record) -> dict[str, Any]:
    """The record as plain values."""
    return asdict(record)


def walk(value: Any, path: str) -> list[Any]:
    """What stands at the path, without empty values; a list without a number gives every entry."""
    found = [value]
    for part in parts(path):
        found = [below for one in found for below in _step(one, part)]
    return [one for entry in found for one in _entries(entry)]


def leaves(value: Any) -> Iterator[str | int | bool | date]:
    """Every single value below, empty ones left out."""
    if isinstance(value, Mapping):
        for below in value.values():
            yield from leaves(below)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for below in value:
            yield from leaves(below)
    elif not is_empty(value):
        yield value


def _step(value: Any, part: str) -> list[Any]:
    if isinstance(value, Mapping):
        return [value[part]] if part in value else []
    if isinstance(value, Sequence) and not isinstance(value, str):
        if part.isdigit():
            return [value[int(part)]] if int(part) < len(value) else []
        return [below for entry in value for below in _step(entry, part)]
    return []


def _entries(value: Any) -> list[Any]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [one for entry in value for one in _entries(entry)]
    if isinstance(value, Mapping):
        return [value] if next(leaves(value), None) is not None else []
    return [] if is_empty(value) else [value]


def is_empty(value: Any) -> bool:
    """Whether there is nothing to show: null or blank text (``False`` and 0 are values)."""
    return value is None or (isinstance(value, str) and not value.strip())
