"""Gates: below fails, not there is not run, nonsense is refused."""

from pathlib import Path

import pytest

from eval import gates
from eval.gates import Gate, GateError
from eval.metrics import METRICS, Estimate
from tests.eval import sets


def measured(value: float) -> dict[str, Estimate]:
    return {name: Estimate(value, value - 0.1, value + 0.1) for name in METRICS}


def test_reads_gates_beside_their_file(tmp_path: Path) -> None:
    path = tmp_path / "gates.toml"
    path.write_text('[sets.a]\ndataset = "data/a"\n"hit@1" = 0.5\n"mrr@10" = 1\n')
    (found,) = gates.load(path)
    assert found == Gate(
        name="a", dataset=tmp_path / "data" / "a", least={"hit@1": 0.5, "mrr@10": 1}
    )


def test_judges_each_metric(tmp_path: Path) -> None:
    gate = Gate(name="a", dataset=sets.write(tmp_path), least={"hit@1": 0.7, "hit@5": 0.9})
    found = gates.check(gate, lambda folder: measured(0.7))
    assert [one.verdict for one in found] == ["passed", "failed"]
    value = gates.plain(found)
    assert (value["passed"], value["failed"], value["not_run"]) == (1, 1, 0)
    assert value["gates"][0]["low"] == 0.6


def test_missing_data_is_not_run(tmp_path: Path) -> None:
    gate = Gate(name="a", dataset=tmp_path / "none", least={"hit@1": 0.0})

    def measure(folder: Path) -> dict[str, Estimate]:
        raise AssertionError("nothing to measure")

    value = gates.plain(gates.check(gate, measure))
    assert (value["passed"], value["failed"], value["not_run"]) == (0, 0, 1)
    assert value["gates"][0]["value"] is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "sets"),
        ("sets = 3", "sets"),
        ("[sets.a", "TOML"),
        ('[sets.a]\n"hit@1" = 0.5', "dataset"),
        ('[sets.a]\ndataset = "a"', "至少写一个指标"),
        ('[sets.a]\ndataset = "a"\n"hit@2" = 0.5', "hit@2"),
        ('[sets.a]\ndataset = "a"\n"hit@1" = 50', "0 到 1"),
        ('[sets.a]\ndataset = "a"\n"hit@1" = true', "0 到 1"),
    ],
)
def test_refuses(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "gates.toml"
    path.write_text(text)
    with pytest.raises(GateError, match=told):
        gates.load(path)
    path.unlink()
    with pytest.raises(GateError, match="没有文件"):
        gates.load(path)


def test_our_own_gates_are_valid() -> None:
    assert {one.name for one in gates.load(gates.FILE)} >= {"kcg_faq_simp", "ncp_policy"}
