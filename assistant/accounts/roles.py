"""What each role may do, and what a password must be: data (``accounts.toml``)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

from assistant.accounts.types import Permission, Role

_KINDS = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")


@cache
def table() -> Mapping[str, Any]:
    """``accounts.toml``."""
    text = resources.files("assistant.accounts").joinpath("accounts.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def permissions(role: Role) -> frozenset[Permission]:
    """What the role may do; a role that is not in the table may do nothing."""
    return frozenset(table()["roles"].get(role, {}).get("may", ()))


def label(role: Role) -> str:
    """The role in Chinese."""
    return str(table()["roles"][role]["label"])


def weak(password: str, name: str) -> tuple[str, ...]:
    """What a password lacks, one sentence each; none for a good one."""
    rule, words = table()["password"], table()["words"]
    small = password.casefold()
    common = next((one for one in rule["refused"] if one in small), None)
    found = {
        "short": len(password) < rule["least"],
        "long": len(password) > rule["most"],
        "kinds": sum(bool(re.search(one, password)) for one in _KINDS) < rule["kinds"],
        "run": _longest_run(small) >= rule["run"],
        "name": bool(name) and name.casefold() in small,
        "common": common is not None,
    }
    return tuple(words[key].format(**rule, word=common) for key, one in found.items() if one)


def _longest_run(text: str) -> int:
    """The longest stretch that goes on in steps of 0, 1 or -1: aaaa, 1234, dcba."""
    longest = run = 1
    last: int | None = None
    for one, two in pairwise(text):
        step = ord(two) - ord(one)
        run = (run + 1 if step == last else 2) if abs(step) <= 1 else 1
        last = step
        longest = max(longest, run)
    return longest if text else 0
