"""What every rewriter must do, whatever proposes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.generators.types import MOST_REWRITTEN, Rewriter, Utterance
from tests.contracts.running import Run

BEFORE = (
    Utterance(who="citizen", text="居住证首次申领要什么材料"),
    Utterance(who="assistant", text="居住证首次申领：身份证、照片。"),
)


class RewriterContract:
    """Inherit it and give ``proposing``: a rewriter that is behind a model which would answer
    this (an unwilling one: behind one that gives no answer)."""

    @pytest.fixture
    def proposing(self) -> Callable[[str], Rewriter]:
        raise NotImplementedError

    @pytest.fixture
    def unwilling(self) -> Rewriter:
        raise NotImplementedError

    @pytest.mark.parametrize("answer", ["居住证首次申领要多少钱", "多少钱", "  居住证多少钱 \n"])
    def test_a_line_is_proposed(
        self, run: Run, proposing: Callable[[str], Rewriter], answer: str
    ) -> None:
        assert run(proposing(answer).rewrite(BEFORE, "多少钱")) == answer.strip()

    @pytest.mark.parametrize("answer", ["", " \n ", "居住证\n多少钱", "居" * (MOST_REWRITTEN + 1)])
    def test_what_is_no_question_is_not(
        self, run: Run, proposing: Callable[[str], Rewriter], answer: str
    ) -> None:
        assert run(proposing(answer).rewrite(BEFORE, "多少钱")) is None

    def test_without_an_answer_nothing_is_proposed(self, run: Run, unwilling: Rewriter) -> None:
        assert run(unwilling.rewrite(BEFORE, "多少钱")) is None
