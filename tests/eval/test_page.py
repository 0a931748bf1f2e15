"""The page: self-contained, escaped, with what was measured."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from eval import page, results, unanswerable
from eval.results import ResultsError
from tests.eval.test_unanswerable import cases

ESTIMATE = {"value": 0.5, "low": 0.4, "high": 0.6}
SCORES: dict[str, Any] = {
    **dict.fromkeys(("hit@1", "hit@5", "recall@10", "ndcg@10", "mrr@10"), ESTIMATE),
    "queries": 10,
    "documents": 1234,
    "build_seconds": 1.5,
    "query_ms": {"p50": 1.0, "p99": 2.0},
}
GAIN = {"value": 0.1, "low": 0.05, "high": 0.15, "p": 0.001}
MADE = {"command": "suiwen-eval <x>", "when": "2026", "commit": None, "inputs": {"/a&b": "00ff"}}


def folder(path: Path, dataset: str, **changes: Any) -> Path:
    path.mkdir()
    settings = {"kind": "retrieval", "dataset": dataset, **MADE}
    results.write_json(path / "settings.json", settings)
    results.write_json(path / "scores.json", {**SCORES, **changes})
    return path


def test_a_page_of_everything(tmp_path: Path) -> None:
    base = {"baseline": SCORES, "against_baseline": {"hit@1": GAIN}}
    searched = folder(tmp_path / "a", "data/<b>甲</b>", **base)
    withheld = tmp_path / "b"
    report = unanswerable.report(cases(0.5), resamples=10)
    unanswerable.write(withheld, report, {"dataset": "data/乙", **MADE})
    bench = tmp_path / "bench.json"
    row = {"system": "x<script>", "passages": 9, "hit@1": {"value": 0.5}, "p50_ms": 2.0}
    bench.write_text(json.dumps([row]))
    html = page.render(page.read([searched, withheld]), page.read_bench(bench))
    assert "&lt;script&gt;" in html
    assert "<script" not in html
    assert "b&gt;" in html
    assert "▲ 高于基线" in html
    assert "检索结果的置信度" in html
    assert html.count("<svg") == 4
    assert "/a&amp;b" in html
    assert not re.findall(r'(?:src|href)="(?!#)', html.replace("xlink:", ""))


def test_marks() -> None:
    def mark(**gain: float) -> str:
        return page._mark({"against_baseline": {"hit@1": {**GAIN, **gain}}})

    assert mark(p=0.2) == "＝ 分不出差别"
    assert mark(value=-0.1) == "▼ 低于基线"
    assert page._mark({}) == "–"


def test_one_set_measured_twice_is_told_apart(tmp_path: Path) -> None:
    folders = [folder(tmp_path / name, "data/甲") for name in ("old", "new")]
    assert [one.label for one in page.read(folders)] == ["甲（old）", "甲（new）"]
    assert "没有" not in page.render(page.read(folders[:1]))


def test_refuses(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match=r"settings\.json"):
        page.read([tmp_path])
    other = folder(tmp_path / "a", "甲")
    results.write_json(other / "settings.json", {"kind": "answers"})
    with pytest.raises(ResultsError, match="不是 retrieval"):
        page.read([other])


@pytest.mark.parametrize("content", ["{", "3", '[{"system": 1}]', "[2]"])
def test_refuses_a_bad_bench_file(tmp_path: Path, content: str) -> None:
    path = tmp_path / "bench.json"
    path.write_text(content)
    with pytest.raises(ResultsError, match=r"bench\.json"):
        page.read_bench(path)
