"""What every ``retrieval.types.Ranker`` keeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from retrieval.types import Ranker

MakeRanker = Callable[[Sequence[str]], Ranker]


class RankerContract:
    """Inherit and give the fixture ``make`` (texts → ranker over them)."""

    TEXTS = ("居住证办理", "结婚登记", "离婚登记", "食品经营许可证核发", "结婚登记")

    @pytest.fixture
    def make(self) -> MakeRanker:
        raise NotImplementedError

    def test_finds_the_very_text(self, make: MakeRanker) -> None:
        assert make(self.TEXTS).rank("食品经营许可证核发", 5).positions[0] == 3

    def test_best_first_ties_by_position(self, make: MakeRanker) -> None:
        found = make(self.TEXTS).rank("结婚登记", 5)
        assert found.positions[:2].tolist() == [1, 4]
        assert (np.diff(found.scores) <= 0).all()
        assert (found.scores > 0).all()

    def test_limit(self, make: MakeRanker) -> None:
        ranker = make(self.TEXTS)
        assert len(ranker.rank("结婚登记", 1).positions) == 1
        assert len(ranker.rank("结婚登记", 0).positions) == 0

    def test_empty_query_finds_nothing(self, make: MakeRanker) -> None:
        assert len(make(self.TEXTS).rank("", 5).positions) == 0

    def test_same_question_same_answer(self, make: MakeRanker) -> None:
        one, other = make(self.TEXTS).rank("登记", 5), make(self.TEXTS).rank("登记", 5)
        assert one.positions.tolist() == other.positions.tolist()
