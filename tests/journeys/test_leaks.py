"""Nothing that identifies a person stands raw in what the server writes: a twentieth of
``suiwen-eval leaks``, and a search that sees what it must."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import which

import pytest
from typer.testing import CliRunner

from eval import leaks, personal, report
from eval.cli import app
from eval.leaks import Leak, LeakReport
from eval.personal import Sample
from tests.conftest import settings_of

TWENTIETH = 500


def test_nothing_leaks(home: Path) -> None:
    found = leaks.run(settings_of(home), TWENTIETH, seed=1, redis=which("redis-server") is not None)
    assert found.leaks == ()
    assert found.sound
    assert found.messages == TWENTIETH
    assert found.filed >= TWENTIETH // 11 - 3
    assert found.too_short < TWENTIETH / 50
    assert {"log", "metrics", "feedback.jsonl", "suiwen.db"} <= set(found.searched)
    assert min(found.searched.values()) > 0


PHONE = Sample(text="我的电话138 1234 5678。", kind="mobile", spelling="spaced", secret=(4, 17))
NAME = Sample(text="我叫陈大文，想问", kind="name", spelling="plain", secret=(2, 5))


@pytest.mark.parametrize(
    "content",
    [
        "电话138 1234 5678".encode(),
        b'{"tel": "13812345678"}',
        "１３８１２３４５６７８号".encode() + b" 13812345678",
        json.dumps("电话13812345678").encode(),
        b"\x00\xff13812345678\x00",
    ],
)
def test_a_raw_number_is_seen(content: bytes) -> None:
    (leak,) = leaks.search({"log": content}, [PHONE, NAME])
    assert (leak.place, leak.kind, leak.secret) == ("log", "mobile", "138 1234 5678")


@pytest.mark.parametrize("content", ["姓名陈大文".encode(), json.dumps("陈大文").encode()])
def test_a_raw_name_is_seen(content: bytes) -> None:
    (leak,) = leaks.search({"log": content}, [PHONE, NAME])
    assert leak.kind == "name"


@pytest.mark.parametrize(
    "content", [b"", b"138****5678", b"9913812345678", b"a13812345678f", "陈**".encode()]
)
def test_what_is_masked_or_stands_in_another_number_is_none(content: bytes) -> None:
    assert not list(leaks.search({"log": content}, [PHONE, NAME]))


def test_every_way_of_writing_is_looked_for() -> None:
    for sample in personal.positives(400, seed=3):
        start, end = sample.secret or (0, 0)
        forms = leaks.needles(sample)
        if not forms:
            continue
        assert sample.text[start:end] in forms
        planted = list(leaks.search({"x": f"，{sample.text}。".encode()}, [sample]))
        assert len(planted) == 1, sample


LEAKY = LeakReport(
    messages=1,
    turns=1,
    filed=1,
    handed=1,
    saved=1,
    failed=1,
    too_short=0,
    searched={"log": 1},
    leaks=(Leak(place="log", kind="mobile", spelling="plain", secret="13812345678"),),
)


def test_a_leak_and_a_way_not_gone_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert not LEAKY.sound
    report.leaks(LEAKY)
    assert "13812345678" in capsys.readouterr().out
    assert json.loads(json.dumps(leaks.plain(LEAKY)))["sound"] is False


def test_help() -> None:
    assert "个人信息" in CliRunner().invoke(app, ["leaks", "--help"]).output
