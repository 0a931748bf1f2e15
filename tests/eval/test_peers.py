"""The comparison with other libraries, without any of them: scripts, rows, targets, collections."""

import hashlib
import random
import re
import sys
from dataclasses import replace
from importlib import import_module
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from eval import beir
from eval.bench.peers import chinese, corpora, environments, protocol, registry, rows, run, tables
from eval.bench.peers.types import Collection, NotRunError, Peer, Row
from eval.bench.types import BenchError
from eval.metrics import Difference

TEXTS = (
    beir.Text("a", "居住证首次申领", "在广州居住满半年的，可以申领居住证。带身份证和照片。"),
    beir.Text("b", "护照换发", "护照有效期不足一年的，可以换发。"),
    beir.Text("c", "新生儿入户", "父母一方为广州户口的，新生儿可以随父或者随母入户。"),
    beir.Text("d", "机动车驾驶证期满换证", "驾驶证有效期满前九十日内换证，须提交体检证明。"),
)
QUESTIONS = (
    beir.Question("1", "怎么办居住证", {}),
    beir.Question("2", "护照到期换发", {}),
    beir.Question("3", "驾驶证换证体检", {}),
)
RELEVANT = {"1": {"a": 1}, "2": {"b": 1}, "3": {"d": 1}}
FAKE = Peer(
    name="fake",
    title="Fake",
    module="tests.eval.fake_peer",
    configurations={"shared": "共有的字", "broken": "坏的"},
    pinned=False,
)
QUICK = replace(registry.SUIWEN, configurations={"hashing": "不训练"})


def tell(text: str) -> None:
    assert text


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    path = tmp_path / "corpus.jsonl"
    corpora.write(path, TEXTS)
    dataset = beir.dataset("tiny", TEXTS, QUESTIONS, RELEVANT)
    return Collection(dataset=dataset, corpus=path)


def python(peer: Peer) -> Path:
    if peer.name == "absent":
        raise NotRunError("没有装上：没有网络")
    return Path(sys.executable)


def test_rows_of_suiwen_a_peer_a_broken_and_an_absent_one(
    collection: Collection, tmp_path: Path
) -> None:
    absent = replace(FAKE, name="absent", title="Absent", configurations={"shared": "共有的字"})
    found = list(run.compare(collection, QUICK, [FAKE, absent], python, tmp_path, tell))
    assert [one.system for one in found] == ["穗问", "Fake shared", "Fake broken", "Absent"]
    ours, fake, broken, missing = found
    assert (ours.hit1, ours.hit5, ours.suiwen_above) == (1.0, 1.0, None)
    assert ours.version.startswith("suiwen ")
    assert ours.disk_mb is not None
    assert ours.disk_mb > 0.01
    assert fake.hit1 == 1.0
    assert fake.suiwen_above is not None
    assert fake.suiwen_above["hit@1"].value == 0
    assert fake.mcnemar_p == 1.0
    assert (fake.build_seconds, fake.disk_mb) == (7.0, 0.5)
    assert fake.p50_ms is not None
    assert fake.p99_ms is not None
    assert 0 < fake.p50_ms <= fake.p99_ms
    assert fake.qps is not None
    assert 0 < fake.qps < 1e6
    assert fake.memory_mb is not None
    assert fake.peak_mb is not None
    assert 1 < fake.memory_mb <= fake.peak_mb + 1
    assert broken.problem is not None
    assert "no such model" in broken.problem
    assert broken.hit1 is None
    assert missing.problem == "没有装上：没有网络"
    report = run.plain(run.Report(rows=tuple(found), goals=rows.goals(found)))
    assert [one["hit@1"] for one in report["rows"]] == [1.0, 1.0, None, None]
    svg = tables.plot(report["rows"])
    assert "Fake shared" in svg
    assert "Fake broken" not in svg


def test_the_tables_show_every_row(collection: Collection, tmp_path: Path) -> None:
    shared = replace(FAKE, configurations={"shared": "共有的字"})
    found = [
        *run.compare(collection, shared, [], python, tmp_path, tell),
        rows.not_run(registry.PEERS[0], "words", collection, "没有装上：[网络]"),
    ]
    console = Console(width=240, record=True, file=StringIO())
    busy = [replace(one, machine_load=6.5) for one in found]
    report = run.Report(rows=tuple(busy), goals=rows.goals(busy))
    tables.show(run.plain(report), console)
    shown = console.export_text()
    assert "负载到 6.5" in shown
    assert "Fake" in shown
    assert "没有跑成：没有装上：[网络]" in shown
    assert "每题 p50 不超过 3 毫秒" in shown


def test_a_run_without_suiwen_is_none(collection: Collection, tmp_path: Path) -> None:
    alone = replace(FAKE, configurations={"broken": "坏的"})
    with pytest.raises(BenchError, match="no such model"):
        list(run.compare(collection, alone, [FAKE], python, tmp_path, tell))


def test_no_peer_runs_on_copies_and_nothing_is_scored(
    collection: Collection, tmp_path: Path
) -> None:
    copies = replace(collection, peers=False, judged=False)
    shared = replace(FAKE, configurations={"shared": "共有的字"})
    (only,) = run.compare(copies, shared, [FAKE], python, tmp_path, tell)
    assert only.hit1 is only.hit5 is None
    assert only.p50_ms is not None


def test_job_and_outcome_survive_their_files(tmp_path: Path) -> None:
    job = protocol.Job(
        corpus=tmp_path / "c",
        questions=(protocol.Question("1", "问"),),
        index=tmp_path / "i",
        out=tmp_path / "o",
        configuration="x",
        limit=3,
        core=0,
    )
    job.write(tmp_path / "job.json")
    assert protocol.Job.read(tmp_path / "job.json") == job
    outcome = protocol.Outcome(
        version="x 1",
        rankings=(("a", "b"), ()),
        milliseconds=(1.0, 2.0),
        cpu_milliseconds=(0.5, 1.0),
        load_seconds=0.1,
        build_seconds=0.2,
        memory_mb=3.0,
        peak_mb=4.0,
        machine_load=1.0,
        notes={"disk_mb": 1.0},
    )
    outcome.write(tmp_path / "out.json")
    assert protocol.Outcome.read(tmp_path / "out.json") == outcome


def test_peers_are_named_rightly() -> None:
    assert run.chosen(None) == registry.PEERS
    assert [one.name for one in run.chosen("bm25s")] == ["bm25s"]
    assert run.chosen("suiwen") == ()
    with pytest.raises(BenchError, match="lucene"):
        run.chosen("lucene")


@pytest.mark.parametrize("peer", registry.PEERS, ids=lambda peer: peer.name)
def test_every_peer_has_exact_pins_and_its_configurations(peer: Peer) -> None:
    lines = environments.pins(peer).read_text("utf-8").splitlines()
    assert all(line.count("==") == 1 for line in lines)
    assert any(line.startswith("torch==") for line in lines) == peer.torch
    script = import_module(peer.module)
    assert peer.configurations.keys() <= script.CONFIGURATIONS.keys()


def test_the_rows_of_a_run_are_known_before() -> None:
    assert run.rows_expected((2_262, 500_000), "suiwen") == 2
    assert run.rows_expected((2_262, 500_000), "bm25s") == 4


def test_an_environment_is_taken_as_it_is_while_its_pins_are_the_same(tmp_path: Path) -> None:
    peer = registry.PEERS[0]
    folder = tmp_path / peer.name
    folder.mkdir()
    digest = hashlib.sha256(environments.pins(peer).read_bytes()).hexdigest()
    (folder / "installed").write_text(digest)
    assert environments.interpreter(peer, tmp_path) == folder / "bin" / "python"
    assert environments.interpreter(registry.SUIWEN, tmp_path) == Path(sys.executable)


def test_copies_are_repeatable_distinct_and_of_the_same_kind() -> None:
    found = list(corpora.perturbed(TEXTS, 40, seed=1))
    assert found == list(corpora.perturbed(TEXTS, 40, seed=1))
    assert found != list(corpora.perturbed(TEXTS, 40, seed=2))
    assert tuple(found[:4]) == TEXTS
    assert len({one.id for one in found}) == 40
    assert len({one.text for one in found}) > 30
    assert {letter for one in found for letter in one.text} <= {
        letter for one in TEXTS for letter in one.text
    }
    assert list(corpora.perturbed(TEXTS, 2, seed=1)) == list(TEXTS[:2])


def test_sizes_are_read() -> None:
    assert corpora.sizes("2262, 57751") == (2_262, 57_751)
    for wrong in ("", "x", "1,,2", "0", "-1", "１"):
        with pytest.raises(BenchError):
            corpora.sizes(wrong)


def test_a_question_is_asked_once() -> None:
    twice = [*QUESTIONS, replace(QUESTIONS[0], id="9")]
    assert tuple(corpora.distinct(twice)) == QUESTIONS


def test_chinese_terms() -> None:
    assert chinese.bigrams("办A1驾照，去") == ["办", "a1", "驾照", "去"]
    assert chinese.bigrams("居住证") == ["居住", "住证"]
    text = "".join(random.Random(1).choices("居住证驾照，", k=50))
    pairs = [one for one in chinese.bigrams(text) if len(one) == 2]
    assert re.findall(chinese.BIGRAMS, text) == pairs
    assert "，" not in chinese.words("驾照，换证")


def _row(system: str, qps: float, **other: object) -> Row:
    values = {"configuration": "", "set": "s", "passages": 57_751, "questions": 1, "qps": qps}
    return Row(system=system, **{**values, **other})  # type: ignore[arg-type]


def _above(hit1: float, hit5: float) -> dict[str, Difference]:
    return {
        "hit@1": Difference(hit1, 0.0, 0.0, 1.0),
        "hit@5": Difference(hit5, 0.0, 0.0, 1.0),
    }


@pytest.mark.parametrize(
    ("qps", "above", "met"),
    [
        (10.0, _above(0.1, 0.0), True),
        (10.1, _above(0.1, 0.0), False),
        (10.0, _above(0.1, -0.01), False),
    ],
)
def test_ten_times_the_throughput_counts_at_equal_quality_only(
    qps: float, above: dict[str, Difference], met: bool
) -> None:
    found = rows.goals(
        [_row("穗问", 100.0, p50_ms=3.0), _row("Haystack x", qps, suiwen_above=above)]
    )
    assert [one.met for one in found] == [True, None, met]
    assert "Haystack" in found[-1].name
