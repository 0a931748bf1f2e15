"""Where in a YAML file a field stands, so that a finding can name its line."""

from __future__ import annotations

import re
from functools import cached_property

import yaml

_PART = re.compile(r"[^.\[\]]+")


LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's loader where it is built in: ten times as fast."""


class Lines:
    """The lines of one YAML text, read when first asked for; it must have loaded without error."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _root(self) -> yaml.Node | None:
        return yaml.compose(self._text, Loader=LOADER)

    def of(self, entry: int, field: str) -> int:
        """The line, from 1, of a field of an entry of the list; of its nearest parent if absent.

        ``field`` is a path such as ``rules[2].if.all[0]`` or ``rules.2.if``.
        """
        node = _child(self._root, str(entry)) or self._root
        for part in _PART.findall(field):
            following = _child(node, part)
            if following is None:
                break
            node = following
        return node.start_mark.line + 1 if node is not None else 1


def _child(node: yaml.Node | None, part: str) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and part.isdigit():
        index = int(part)
        return node.value[index] if index < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == part), None)
    return None
