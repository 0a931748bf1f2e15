"""The last structlog processor before a line is written: no value keeps personal data.

Stands behind the list of allowed keys (``assistant.telemetry.only_allowed``), for the case that
one of them is given what it should not hold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from assistant.privacy.masking import mask

_OURS = re.compile("[A-Za-z_]*|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z")
"""Words and times, in which nothing is ever found: most of a line."""

_HASHED = frozenset(("turn", "session", "question"))
_HASH = re.compile("[0-9a-f]{12}|[0-9a-f]{32}")
"""Ids and keyed hashes, which may look like a phone; only where ``Telemetry`` puts them."""


_RELEASE = re.compile("[0-9]{8}T[0-9]{9}-[0-9a-f]{8}")
"""The name of a release (``knowledge.releases``), which stands in every line."""


_HARMLESS = (bool, float, type(None))


def mask_event(_logger: Any, _method: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """Every text masked, in mappings (their keys, too) and sequences; numbers that are personal
    become texts; objects are masked as they would be printed."""
    return {key: _masked_at(key, value) for key, value in event.items()}


def _masked_at(key: str, value: Any) -> Any:
    """The value of a key, left as it is where it is an id, a keyed hash or a release and the key is
    where ``Telemetry`` puts such."""
    if key in _HASHED and _HASH.fullmatch(str(value)):
        return value
    if isinstance(value, str) and key == "release" and _RELEASE.fullmatch(value):
        return value
    return _mask_code(value) if isinstance(value, str) and key == "record" else _masked(value)


@lru_cache(maxsize=4096)
def _mask_code(value: str) -> str:
    """Codes of records: as many as a release has, in line after line."""
    return mask(value)


def _masked(value: Any) -> Any:
    if isinstance(value, _HARMLESS):
        return value
    if isinstance(value, int):
        written = str(value)
        masked = mask(written) if len(written) > 6 else written
        return value if masked == written else masked
    if isinstance(value, str):
        return value if _OURS.fullmatch(value) else mask(value)
    if isinstance(value, Mapping):
        return {
            _masked_key(str(key)): one if isinstance(one, _HARMLESS) else _masked(one)
            for key, one in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(one) for one in value]
    return mask(repr(value))


@lru_cache(maxsize=64)
def _masked_key(key: str) -> str:
    """Keys are names of steps, the same in every line."""
    return mask(key)
