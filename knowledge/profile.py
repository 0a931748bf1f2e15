"""The profile: what citizens may choose to tell of themselves (``profile.yaml``, a closed list)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

import yaml
from pydantic import TypeAdapter

from knowledge.types import Question


@cache
def fields() -> Mapping[str, Question]:
    """The profile's fields by id, each with its question, in the order in which they are asked."""
    text = resources.files("knowledge").joinpath("profile.yaml").read_text(encoding="utf-8")
    known = TypeAdapter(tuple[Question, ...]).validate_python(yaml.safe_load(text))
    return MappingProxyType({one.id: one for one in known})
