from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.framing import asked_about, unframed


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("请问居住证怎么办理", ["居住证", "办理"]),
        ("关于噪音扰民问题的投诉", ["噪音扰民"]),
        ("会计资格的条件是什么", ["会计资格", "条件"]),
        ("申请要求能源", ["申请要求能源"]),
        ("", []),
    ],
)
def test_what_only_frames_goes(text: str, left: list[str]) -> None:
    assert unframed(text).split() == left


def test_what_is_requested_stays_where_a_fit_is_judged() -> None:
    assert asked_about("请问怎么投诉政府采购").split() == ["投诉政府采购"]
    assert not asked_about("请问是否有哪些").strip()


@given(st.text(max_size=40))
def test_nothing_is_added(text: str) -> None:
    assert set(unframed(text)) <= set(text) | {" "}
