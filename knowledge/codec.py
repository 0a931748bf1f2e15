"""Records to and from JSON and YAML values; errors name the record, the field and the remedy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from knowledge.types import Bundle, Finding, Hotline, Policy, Record, ServiceItem

_ADAPTERS: dict[str, TypeAdapter[Any]] = {
    cls.kind: TypeAdapter(cls) for cls in (ServiceItem, Bundle, Policy, Hotline)
}

_REMEDIES = {
    "missing": "补上这个必填字段",
    "unexpected_keyword_argument": "没有这个字段：检查拼写，或删去",
    "extra_forbidden": "没有这个字段：检查拼写，或删去",
    "literal_error": "改为允许的取值之一",
}


def encode(record: Record) -> bytes:
    """The record as one line of JSON (UTF-8, no newline), with its ``kind`` beside it."""
    body: bytes = _ADAPTERS[record.kind].dump_json(record, exclude_defaults=True)
    return b'{"kind":"%s","record":%s}' % (record.kind.encode(), body)


def decode(line: bytes) -> Record:
    """The record that :func:`encode` wrote.  Raises ``ValueError`` if the line is damaged."""
    head, _, rest = line.partition(b',"record":')
    kind = head.removeprefix(b'{"kind":"').removesuffix(b'"').decode()
    if kind not in _ADAPTERS:
        raise ValueError(f"unknown record kind {kind!r}")
    record: Record = _ADAPTERS[kind].validate_json(rest[:-1])
    return record


def dump(record: Record) -> dict[str, Any]:
    """The record as plain JSON values, defaults left out (for previews and diffs)."""
    value: dict[str, Any] = _ADAPTERS[record.kind].dump_python(
        record, mode="json", exclude_defaults=True
    )
    return value


def parse(kind: str, value: Mapping[str, Any], where: str) -> tuple[Record | None, list[Finding]]:
    """Validate one plain value; a bad one gives findings that name ``where`` and the field."""
    code = str(value.get("code") or value.get("name") or where)
    try:
        record: Record = _ADAPTERS[kind].validate_python(value)
    except ValidationError as error:
        return None, [
            Finding(
                rule=f"invalid-{problem['type']}",
                code=f"{code} ({where})",
                field=".".join(str(part) for part in problem["loc"]),
                value=str(problem.get("input"))[:120],
                remedy=_REMEDIES.get(problem["type"], problem["msg"]),
                level="error",
            )
            for problem in error.errors()
        ]
    return record, []
