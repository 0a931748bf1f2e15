"""Fitting what tells a turn from a follow-up, over examples made by hand."""

from __future__ import annotations

import json
from pathlib import Path

from assistant.turning import Turning
from eval import turning
from eval.dialogue import Said as Turn
from eval.dialogue import Talk
from eval.turning import Example, Said


def example(turns: bool, at: int) -> Example:
    return Example(
        Said(f"{at}", "GZ-1", turns, f"g{at}"), {"name_share": float(turns), "long": at % 3 / 3}
    )


GIVEN = [example(turns, at) for at, turns in enumerate([True, False] * 20)]


def test_it_learns_and_is_written_as_it_is_read(tmp_path: Path) -> None:
    import tomllib

    learned = turning.fit(GIVEN)
    assert learned.weights["name_share"] > abs(learned.weights["long"])
    turning.write(learned, tmp_path / "turning.toml")
    assert Turning(**tomllib.loads((tmp_path / "turning.toml").read_text())) == learned


def test_each_group_is_left_out_of_its_fit() -> None:
    noticed, mistaken = turning.left_out(GIVEN)
    assert (noticed.hits, noticed.of) == (20, 20)
    assert (mistaken.hits, mistaken.of) == (0, 20)


def test_messages_to_learn_from(tmp_path: Path) -> None:
    path = tmp_path / "turns.jsonl"
    path.write_text(json.dumps({"text": "那社保卡呢", "code": "GZ-2"}), encoding="utf-8")
    talk = Talk(
        id="a",
        split="own",
        turns=(
            Turn(text="居住证怎么办", kind="other", code="GZ-1"),
            Turn(text="收费吗", kind="facet", code="GZ-1"),
            Turn(text="社保卡呢", kind="topic", code="GZ-2"),
            Turn(text="第二个", kind="choice", pick=2),
            Turn(text="收费吗", kind="facet", as_turn=3),
        ),
    )
    found = turning.sentences([talk], path)
    assert {(one.text, one.record, one.turns) for one in found} == {
        ("收费吗", "GZ-1", False),
        ("社保卡呢", "GZ-1", True),
        ("那社保卡呢", "GZ-1", True),
    }
