from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.runs import run_share

WORDS = st.text(alphabet="甲乙丙丁", max_size=20)


@pytest.mark.parametrize(
    ("question", "text", "share"),
    [
        ("居住证办理", "广州居住证办理指南", 1.0),
        ("居住证办理", "居住证 办理", (9 + 4) / 25),
        ("居住证", "证住居", 0.0),
        ("", "居住证", 0.0),
        ("证", "证", 0.0),
    ],
)
def test_squares_of_the_runs(question: str, text: str, share: float) -> None:
    assert run_share(question, text) == pytest.approx(share)


@given(WORDS, WORDS)
def test_between_0_and_1(question: str, text: str) -> None:
    assert 0 <= run_share(question, text) <= 1


@given(st.text(alphabet="甲乙丙丁", min_size=2, max_size=20), WORDS, WORDS)
def test_1_where_it_stands_whole(question: str, before: str, after: str) -> None:
    assert run_share(question, before + question + after) == 1
