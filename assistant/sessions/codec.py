"""Dialogue states and saved plans to bytes and back, with the version that wrote them.

Reading never fails.  What an older version wrote is brought up by ``MIGRATIONS``, one step a
version; what cannot be read (damaged, no step, written by a newer version) is nothing.

To change ``DialogueState`` so that what is stored reads otherwise: raise its ``version`` and add
the step from the one before.  A new field with a default needs the raise only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import from_json

from assistant.types import DialogueState, GuideState
from knowledge.conditions import Value

Plain = dict[str, Any]
"""A state as JSON values."""

VERSION = DialogueState().version
PLAN_VERSION = 1

MIGRATIONS: Mapping[int, Callable[[Plain], Plain]] = {
    1: lambda state: state,  # 2 added form, enquiry, receipts, handoff and said
    2: lambda state: state,  # 3 added listed and danger
    3: lambda state: state,  # 4 added told to danger
}
"""By version, what makes a state of it one of the next version."""

_STATES = TypeAdapter(DialogueState)
_GUIDES = TypeAdapter(GuideState)


def encode(state: DialogueState) -> bytes:
    """The state as JSON (UTF-8), its version among the fields."""
    plain = _plain(_STATES, state)
    if state.guide is not None:
        plain["guide"]["answers"] = _told(state.guide)
    return _bytes(plain | {"version": VERSION})


def decode(
    content: bytes, migrations: Mapping[int, Callable[[Plain], Plain]] = MIGRATIONS
) -> DialogueState | None:
    """The state that ``encode`` of this or an older version wrote; ``None`` if there is none."""
    try:
        plain = from_json(content)
        version = plain["version"]
        if not 0 < version <= VERSION:
            return None
        for step in range(version, VERSION):
            plain = migrations[step](plain)
        if plain.get("guide") is not None:
            plain["guide"] = _heard(plain["guide"])
        return _STATES.validate_python(plain | {"version": VERSION})
    except (ValueError, TypeError, LookupError, AttributeError):
        return None


def encode_plan(guide: GuideState) -> bytes:
    """The way through a bundle as JSON (UTF-8), with ``PLAN_VERSION``."""
    plain = _plain(_GUIDES, guide) | {"answers": _told(guide)}
    return _bytes({"version": PLAN_VERSION, "guide": plain})


def decode_plan(content: bytes) -> GuideState | None:
    """What ``encode_plan`` of this version wrote; ``None`` if it is something else."""
    try:
        plain = from_json(content)
        if plain["version"] != PLAN_VERSION:
            return None
        return _GUIDES.validate_python(_heard(plain["guide"]))
    except (ValueError, TypeError, LookupError, AttributeError):
        return None


def _plain(adapter: TypeAdapter[Any], value: Any) -> Plain:
    plain: Plain = adapter.dump_python(value, mode="json")
    return plain


def _bytes(plain: Plain) -> bytes:
    """As JSON; half a character (a lone surrogate) becomes a question mark."""
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def _told(guide: GuideState) -> list[list[Any]]:
    """Answers with days and sets named as such: in JSON they would be texts and lists."""
    return [[name, _tagged(value)] for name, value in guide.answers]


def _tagged(value: Value | None) -> Any:
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, frozenset):
        return {"some": sorted(value)}
    return value


def _heard(guide: Plain) -> Plain:
    return guide | {"answers": [(name, _untagged(value)) for name, value in guide["answers"]]}


def _untagged(value: Any) -> Any:
    match value:
        case {"day": day}:
            return date.fromisoformat(day)
        case {"some": ids}:
            return frozenset(ids)
        case _:
            return value
