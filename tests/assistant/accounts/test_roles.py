"""Least privilege, and what a password must be."""

from __future__ import annotations

from itertools import combinations
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.accounts.registry import first_password
from assistant.accounts.roles import label, permissions, table, weak
from assistant.accounts.types import Permission, Role

ROLES = get_args(Role)


def test_every_permission_belongs_to_one_role_and_every_role_has_some() -> None:
    assert set(table()["roles"]) == set(ROLES)
    assert all(permissions(role) and label(role) for role in ROLES)
    assert frozenset().union(*map(permissions, ROLES)) == set(get_args(Permission))
    assert all(not permissions(one) & permissions(two) for one, two in combinations(ROLES, 2))


def test_a_role_that_is_not_in_the_table_may_nothing() -> None:
    assert permissions("guest") == frozenset()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("Ab3-Ab3-xy", "至少 12 位"),
        ("Ab3-" * 40, "最多 128 位"),
        ("abefgxyklmoqrst", "至少要有 3 种"),
        ("Zj-2026-zzzz-q", "连用 4 个"),
        ("Zj-1234-bridge", "连用 4 个"),
        ("Zj-9dcba-bridge", "连用 4 个"),
        ("Lin.zixuan-2026", "不要有用户名"),
        ("Suiwen-2026-xyw", "太常见的词：suiwen"),
    ],
)
def test_weak_passwords(password: str, words: str) -> None:
    assert any(words in one for one in weak(password, "lin.zixuan"))


def test_strong_ones() -> None:
    assert weak("Zhujiang-2026-bridge", "lin.zixuan") == ()
    assert weak("珠江两岸的灯 2026 很亮 y", "lin") == ()


@given(st.text(max_size=140))
def test_any_text_is_judged(password: str) -> None:
    assert all(one.endswith("。") for one in weak(password, "lin"))


def test_first_passwords_are_strong_and_new() -> None:
    found = {first_password() for _ in range(50)}
    assert len(found) == 50
    assert not any(weak(one, "lin") for one in found)
