"""Where a field stands in a YAML text: by hand, and for every value of the built-in bundles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from knowledge.formats import pack
from knowledge.formats.lines import LOADER, Lines

TEXT = """\
# a comment
- code: a
  name: 甲
  rules:
    - id: one
      if: {answer: q, is: true}
    - id: two
      if:
        all:
          - {answer: q, is: true}
          - not: {answer: r, is: x}
  items: [{code: i1}, {code: i2}]

- code: b
  note: |
    first
    second
  name: 乙
"""


@pytest.mark.parametrize(
    ("entry", "field", "line"),
    [
        (0, "", 2),
        (0, "code", 2),
        (0, "name", 3),
        (0, "rules", 5),
        (0, "rules[0].if", 6),
        (0, "rules[1]", 7),
        (0, "rules[1].if.all[0]", 10),
        (0, "rules[1].if.all[1].not", 11),
        (0, "rules.1.if.all.1.not.answer", 11),
        (0, "items[1].code", 12),
        (1, "", 14),
        (1, "name", 18),
        # what is absent is named by its nearest parent
        (0, "rules[1].stop.code", 7),
        (0, "rules[7]", 5),
        (0, "aliases[0]", 2),
        (1, "rules", 14),
        (9, "name", 2),
    ],
)
def test_by_hand(entry: int, field: str, line: int) -> None:
    assert Lines(TEXT).of(entry, field) == line


@pytest.mark.parametrize("text", ["", "# nothing\n", "plain", "{a: 1}"])
def test_a_text_without_entries_has_a_first_line(text: str) -> None:
    assert Lines(text).of(0, "name") == 1


def values(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from values(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from values(inner, f"{path}[{number}]")
    elif isinstance(value, str) and "\n" not in value:
        yield path, value


@pytest.mark.parametrize("name", ["shengyu.yaml", "hunyin.yaml"])
def test_every_value_stands_on_its_line(name: str) -> None:
    text = (pack.BUILT_IN / "bundles" / name).read_text(encoding="utf-8")
    rows, lines = text.splitlines(), Lines(text)
    for number, entry in enumerate(yaml.load(text, Loader=LOADER)):
        for path, value in values(entry, ""):
            assert value[:8] in rows[lines.of(number, path) - 1], path
