"""Routing of messages: what a folder must look like, and the cross-validation at small scale."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval import topics
from eval.beir import DatasetError
from eval.cli import app
from eval.topics import Message

KEPT = {"交通运输", "卫生计生", "教育文体"}


def line(**changes: object) -> str:
    value = {"id": "1", "title": "路烂", "text": "门口的路烂了", "topic": "道路", **changes}
    return json.dumps(value, ensure_ascii=False)


def write(folder: Path, lines: list[str]) -> Path:
    (folder / "messages.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def messages(data: Path) -> tuple[Message, ...]:
    """The beginnings of twelve messages of each of three topics of the open set."""
    folder = data / "message_topics"
    if not folder.is_dir():
        pytest.skip(f"no data set at {folder}")
    every = topics.load(folder)
    kept = [one for topic in sorted(KEPT) for one in [m for m in every if m.topic == topic][:12]]
    return tuple(replace(one, text=one.text[:100]) for one in kept)


def test_the_recipe_beats_chance_and_counts_add_up(messages: tuple[Message, ...]) -> None:
    steps = []
    found = topics.run(messages, lambda: steps.append(1))
    assert (found.messages, len(steps), len(found.chosen)) == (36, 10, 10)
    assert found.ours.first.hits > 36 * 0.6
    assert found.ours.third.hits == 36
    assert found.ours.first.hits - found.baseline.first.hits == found.gained - found.lost
    assert sum(one.hits for one in found.by_topic.values()) == found.ours.first.hits
    assert set(found.chosen) <= set(topics.GRID)
    assert topics.plain(found)["reached"] == (found.ours.first.hits / 36 >= topics.AIM)


def test_features_are_of_unit_length_per_part(messages: tuple[Message, ...]) -> None:
    found = topics.tree_features(messages[:3])
    assert (found**2).sum(axis=1) == pytest.approx([4.0, 4.0, 4.0])


def test_features_do_not_see_the_topic(messages: tuple[Message, ...]) -> None:
    same = replace(messages[0], topic="别的")
    both = topics.tree_features([messages[0], same])
    assert (both[0] == both[1]).all()


def test_clauses_are_never_none() -> None:
    assert topics.clauses("路烂了三个月。没有人管这条路！好") == ["路烂了三个月", "没有人管这条路"]
    assert topics.clauses("") == [""]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["{"], "JSON"),
        ([line(topic=3)], "topic"),
        ([line(topic="")], "topic"),
        ([json.dumps({"id": "1"})], "title"),
        ([line(id=str(n)) for n in range(12)], "至少两个类"),
        ([line(topic=topic) for topic in "甲乙" for _ in range(9)], "甲、乙"),
    ],
)
def test_what_is_wrong_is_told(lines: list[str], told: str, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=told):
        topics.load(write(tmp_path, lines))


def test_a_missing_folder_is_one_line_of_chinese(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["topics", "--dataset", str(tmp_path)])
    assert done.exit_code == 2
    assert "没有文件 messages.jsonl" in done.output


def test_a_folder_that_it_has_not_seen(tmp_path: Path) -> None:
    said = {"狗": "楼下的狗乱叫第{}次", "路": "门口的路烂了第{}次"}
    rows = [
        line(id=f"{topic}{n}", title=text.format(n), text=text.format(n), topic=topic)
        for topic, text in said.items()
        for n in range(10)
    ]
    done = CliRunner().invoke(app, ["topics", "--dataset", str(write(tmp_path, rows)), "--json"])
    assert done.exit_code == 0, done.output
    value = json.loads(done.stdout)
    assert value["ours"]["top1"]["hits"] == 20
    assert value["ours"]["top1"]["of"] == 20
