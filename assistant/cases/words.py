"""The words of progress (``assistant/progress.toml``): what is said, and what people say."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from retrieval.analyzer import normalise


@cache
def loaded() -> Mapping[str, Any]:
    """The whole table, read once."""
    path = resources.files("assistant").joinpath("progress.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def texts() -> Mapping[str, str]:
    """The fixed sentences."""
    found: Mapping[str, str] = loaded()["texts"]
    return found


def status(of: str, value: str) -> Mapping[str, Any]:
    """What a status of a ``case`` or an ``order`` means, who has it, what comes next."""
    found: Mapping[str, Any] = loaded()[of][value]
    return found


def act(name: str) -> Mapping[str, Any]:
    """How something that is possible is offered."""
    found: Mapping[str, Any] = loaded()["acts"][name]
    return found


def kind(value: str) -> str:
    """咨询, 求助, 投诉 … as people read it."""
    found: str = loaded()["kinds"][value]
    return found


def complain() -> Mapping[str, str]:
    """Whom to turn to when a limit has run out: codes of a hotline and of a route."""
    found: Mapping[str, str] = loaded()["complain"]
    return found


@cache
def said(name: str, part: str = "whole") -> frozenset[str]:
    """What people say for a command; ``part``: ``whole``, ``objects``, ``words``, ``loose``,
    ``start``, ``end``, ``filler``, ``unless``, or (of a rating) ``rates``, ``after``."""
    return frozenset(map(normalise, loaded()["say"][name].get(part, ())))


@cache
def idle() -> Mapping[str, str]:
    """Commands that answer something, by name, and what is said where nothing waits for them."""
    found: Mapping[str, str] = loaded()["idle"]
    return found


@cache
def stars() -> Mapping[str, int]:
    """Words of a rating → its stars."""
    table: Mapping[str, list[str]] = loaded()["say"]["stars"]
    return {normalise(word): int(count) for count, words in table.items() for word in words}
