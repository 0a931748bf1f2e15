"""Guide linting as staff see it: every finding of a file or folder of records."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant import importing
from knowledge.formats import pack
from knowledge.types import Finding, Parsed

_BY_SUFFIX = {".jsonl": "gdzwfw", ".xlsx": "excel", ".yaml": "pack", ".yml": "pack"}


def report(path: Path | None) -> dict[str, Any]:
    """What the rules find in a source; the built-in pack if no path is given.

    ``errors`` keep a record out, ``warnings`` ask for a second look, ``notices`` are hints.
    Raises ``ImportRefusedError`` if there is nothing to read.
    """
    where = path or pack.BUILT_IN
    format_ = "pack" if where.is_dir() else _BY_SUFFIX.get(where.suffix.lower(), "policy")
    parsed: Parsed = importing.parse(format_, [where])
    findings = [*parsed.rejected, *parsed.findings]
    by_level: dict[str, list[Finding]] = {"error": [], "warning": [], "notice": []}
    for one in findings:
        by_level[one.level].append(one)
    return {
        "path": str(where),
        "format": format_,
        "records": parsed.read,
        "errors": [asdict(one) for one in by_level["error"]],
        "warnings": [asdict(one) for one in by_level["warning"]],
        "notices": [asdict(one) for one in by_level["notice"]],
        "counts": {
            level: dict(Counter(one.rule for one in found)) for level, found in by_level.items()
        },
    }
