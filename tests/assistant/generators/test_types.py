"""What was said shows in no log."""

from __future__ import annotations

from assistant.generators.types import Utterance


def test_the_text_is_not_in_the_repr() -> None:
    said = repr([Utterance(who="citizen", text="我是阿强")])
    assert "阿强" not in said
    assert "citizen" in said
