"""Two runs: only common questions, worse ones first."""

import pytest

from eval import compare
from eval.beir import Question, Relevant
from eval.results import Results, ResultsError
from eval.trec import Ranking

RELEVANT = {f"q{n}": {"right": 1} for n in range(4)}


def run(name: str, places: dict[str, int | None], relevant: Relevant = RELEVANT) -> Results:
    """Each question's right document at a place, or nowhere."""
    rankings = []
    for query, place in places.items():
        ids = [f"wrong{n}" for n in range(5)]
        if place:
            ids.insert(place - 1, "right")
        rankings.append(
            Ranking(
                query=query,
                ids=tuple(ids),
                scores=tuple(map(float, ids and range(len(ids), 0, -1))),
            )
        )
    return Results(
        name=name,
        rankings=tuple(rankings),
        relevant=relevant,
        questions={one: Question(one, f"问{one}", {}) for one in places},
        settings={},
        scores={},
    )


def test_worse_questions_come_first() -> None:
    first = run("a", {"q0": 1, "q1": 2, "q2": None, "q3": 1})
    second = run("b", {"q0": 3, "q1": 2, "q2": 1, "q3": None})
    found = compare.compare(first, second)
    assert [(one.id, one.before, one.after) for one in found.moved] == [
        ("q3", 1, None),
        ("q0", 1, 3),
        ("q2", None, 1),
    ]
    assert found.moved[0].text == "问q3"
    assert found.before["hit@1"].value == 0.5
    assert found.differences["hit@1"].value == -0.25
    assert found.mcnemar_p == 1.0
    assert compare.plain(found)["metrics"]["hit@1"]["first"]["value"] == 0.5


def test_questions_of_one_side_do_not_count() -> None:
    found = compare.compare(run("a", {"q0": 1, "q1": 1}), run("b", {"q1": 1, "q2": 1, "q3": 1}))
    assert (found.questions, found.only_first, found.only_second) == (1, 1, 2)


def test_refuses_what_cannot_be_compared() -> None:
    with pytest.raises(ResultsError, match="没有相同的题目"):
        compare.compare(run("a", {"q0": 1}), run("b", {"q1": 1}))
    other = run("b", {"q0": 1}, {"q0": {"wrong1": 1}})
    with pytest.raises(ResultsError, match="标注不同"):
        compare.compare(run("a", {"q0": 1}), other)
