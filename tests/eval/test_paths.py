"""The path walker of the scorer."""

from typing import Any

import pytest

from eval import paths
from tests.eval.examples import ITEM

PLAIN = paths.plain(ITEM)


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("name", ["居住证首次申领"]),
        ("limits.promised.amount", [7]),
        ("materials[1].name", ["身份证"]),
        ("materials.1.name", ["身份证"]),
        ("materials.name", ["申请表", "身份证"]),
        ("money.charged", [False]),
        ("handling.visits", [0]),
        ("materials[9].name", []),
        ("limits.legal", []),
        ("name.first", []),
        ("nothing", []),
        ("contact", [PLAIN["contact"]]),
        ("remedies", []),
    ],
)
def test_walk(path: str, values: list[Any]) -> None:
    assert paths.walk(PLAIN, path) == values


def test_a_list_gives_its_entries() -> None:
    assert [one["name"] for one in paths.walk(PLAIN, "materials")] == ["申请表", "身份证"]


@pytest.mark.parametrize(
    ("path", "parent", "is_under"),
    [
        ("materials", "materials", True),
        ("materials[0].name", "materials", True),
        ("materials", "materials[0]", False),
        ("materials_note", "materials", False),
    ],
)
def test_under(path: str, parent: str, is_under: bool) -> None:
    assert paths.under(path, parent) is is_under


@pytest.mark.parametrize("text", ["", "a b", "a..b", "[0]", "a[x]", "材料 清单"])
def test_what_is_no_path(text: str) -> None:
    assert not paths.is_path(text)
