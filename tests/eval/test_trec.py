"""Run files: what is written is read, in the order that evaluation tools see."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval import trec
from eval.trec import Ranking, TrecError


def test_written_and_read(tmp_path: Path) -> None:
    rankings = (
        Ranking(query="q1", ids=("a", "b"), scores=(2.0, 0.5), confidence=0.9, ms=1.5),
        Ranking(query="q2", ids=("c",), scores=(-1.0,)),
    )
    trec.write(tmp_path / "run", rankings, "us")
    assert (tmp_path / "run").read_text().splitlines()[0] == "q1 Q0 a 1 2 us"
    found = trec.read(tmp_path / "run")
    assert [(one.query, one.ids, one.scores) for one in found] == [
        (one.query, one.ids, one.scores) for one in rankings
    ]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8))
def test_the_order_stands_in_the_scores(
    tmp_path_factory: pytest.TempPathFactory, scores: list[float]
) -> None:
    path = tmp_path_factory.mktemp("run") / "run"
    ids = tuple(f"d{n}" for n in range(len(scores)))
    trec.write(path, [Ranking(query="q", ids=ids, scores=tuple(scores))], "us")
    (found,) = trec.read(path)
    assert found.ids == ids
    assert all(one > other for one, other in zip(found.scores, found.scores[1:], strict=False))


def test_scores_before_ranks_and_a_document_once(tmp_path: Path) -> None:
    lines = ["q Q0 low 1 0.1 x", "q Q0 high 2 0.9 x", "q Q0 tie 3 0.1 x", "q Q0 high 4 0.05 x"]
    (tmp_path / "run").write_text("\n".join(lines))
    (found,) = trec.read(tmp_path / "run")
    assert found.ids == ("high", "low", "tie")
    assert found.scores == (0.9, 0.1, 0.1)


@pytest.mark.parametrize(
    "text", ["", "q Q0 d\n", "q Q0 d one 0.5 x\n", "q Q0 d 1 nan x\n", "q Q0 d 1 much x\n"]
)
def test_refuses(tmp_path: Path, text: str) -> None:
    (tmp_path / "run").write_text(text)
    with pytest.raises(TrecError, match="run"):
        trec.read(tmp_path / "run")


def test_refuses_what_is_no_text_file(tmp_path: Path) -> None:
    (tmp_path / "run").write_bytes(b"\xff\xfe")
    for path in (tmp_path / "run", tmp_path / "none"):
        with pytest.raises(TrecError):
            trec.read(path)
