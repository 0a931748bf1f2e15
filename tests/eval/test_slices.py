"""Parts of a set: by fields of few values, by length."""

import numpy as np
import pytest

from eval import slices
from eval.beir import Question


def test_by_field_and_by_length() -> None:
    questions = [
        Question(str(n), "问" * (5 if n < 10 else 25), {"kind": "甲" if n < 15 else "乙", "n": n})
        for n in range(20)
    ]
    scores = {"hit@1": np.array([1.0] * 15 + [0.0] * 5)}
    found = slices.parts(questions, scores)
    assert list(found) == ["kind", "length"]  # "n" has a value for every question
    assert {name: one.questions for name, one in found["kind"].items()} == {"乙": 5, "甲": 15}
    assert found["kind"]["甲"].means["hit@1"].value == 1.0
    assert list(found["length"]) == ["1–6", "21–30"]
    assert found["length"]["21–30"].means["hit@1"].value == 0.5
    assert found["length"]["21–30"].means["hit@1"].low < 0.5


def test_a_field_of_one_value_is_left_out() -> None:
    questions = [Question(str(n), "问", {"split": "dev"}) for n in range(9)]
    assert list(slices.parts(questions, {"hit@1": np.ones(9)})) == ["length"]


@pytest.mark.parametrize(("length", "bin_"), [(1, "1–6"), (6, "1–6"), (7, "7–12"), (31, "31+")])
def test_bins(length: int, bin_: str) -> None:
    assert slices.length("问" * length) == bin_
