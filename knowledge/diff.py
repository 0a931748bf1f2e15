"""What an import would change: new, changed (field by field), withdrawn and unchanged records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from knowledge import codec
from knowledge.types import Record

_KEYS = ("id", "code", "name", "question", "title", "address")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field that differs; an absent value is ``None``.

    Entries of lists are named by their own key: ``materials[身份证].form``, ``articles[a3].text``.
    """

    code: str
    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    new: tuple[Record, ...]
    changed: tuple[FieldChange, ...]
    withdrawn: tuple[Record, ...]
    unchanged: int


def diff(old: Iterable[Record], new: Iterable[Record]) -> Changes:
    """Compare two sets of records by code; what stands only in ``old`` is withdrawn."""
    before = {record.code: record for record in old}
    after = {record.code: record for record in new}
    kept = [code for code in after if code in before]
    differing = [code for code in kept if before[code] != after[code]]
    return Changes(
        new=tuple(record for code, record in after.items() if code not in before),
        changed=tuple(
            change for code in differing for change in _changes(before[code], after[code])
        ),
        withdrawn=tuple(record for code, record in before.items() if code not in after),
        unchanged=len(kept) - len(differing),
    )


def _changes(old: Record, new: Record) -> Iterator[FieldChange]:
    before = {"kind": old.kind, **codec.dump(old)}
    after = {"kind": new.kind, **codec.dump(new)}
    for field, left, right in _compare("", before, after):
        yield FieldChange(code=new.code, field=field, old=left, new=right)


def _compare(path: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            yield from _compare(f"{path}.{key}" if path else key, old.get(key), new.get(key))
        return
    if isinstance(old, list) and isinstance(new, list):
        left, right = _by_key(old), _by_key(new)
        if left is not None and right is not None:
            yield from _compare_entries(path, left, right)
            return
    yield path, old, new


def _compare_entries(
    path: str, old: dict[str, Any], new: dict[str, Any]
) -> Iterator[tuple[str, Any, Any]]:
    for key in dict.fromkeys((*old, *new)):
        yield from _compare(f"{path}[{key}]", old.get(key), new.get(key))
    shared = [key for key in new if key in old]
    if shared != [key for key in old if key in new]:
        yield f"{path}(order)", list(old), list(new)


def _by_key(entries: list[Any]) -> dict[str, Any] | None:
    """The entries by their own key; ``None`` if they are plain values or a key repeats."""
    keyed: dict[str, Any] = {}
    for entry in entries:
        key = (
            next((entry[k] for k in _KEYS if k in entry), None) if isinstance(entry, dict) else None
        )
        if key is None or key in keyed:
            return None
        keyed[key] = entry
    return keyed
