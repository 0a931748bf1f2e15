"""Plots: well-formed, the same each time, names escaped."""

from xml.etree import ElementTree

import numpy as np

from eval import calibration, plots
from eval.plots import Dot, Pair

BARS = {"hit@1": (0.5, 0.4, 0.6), "hit@5": (0.8, 0.7, 0.9)}


def texts(svg: str) -> set[str]:
    root = ElementTree.fromstring(svg)
    return {
        "".join(one.itertext()).strip() for one in root.iter("{http://www.w3.org/2000/svg}text")
    }


def test_bars() -> None:
    pairs = [Pair("a<b&c$", BARS, BARS), Pair("没有基线", BARS, {})]
    svg = plots.bars(pairs, ("hit@1", "hit@5"))
    assert {"a<b&c$", "没有基线", "hit@1", "穗问", "基线 BM25"} <= texts(svg)
    assert svg == plots.bars(pairs, ("hit@1", "hit@5"))


def test_risk_and_coverage() -> None:
    count = np.arange(6)
    cases = calibration.cases(count / 6.0, count > 2, count > 1, count)
    svg = plots.risk_coverage({"置信度": calibration.curve(cases)}, 0.03)
    assert {"置信度", "3%", "作答的题所占比例"} <= texts(svg)


def test_scatter_has_plain_numbers_on_its_axes() -> None:
    dots = [Dot("一", "p50", 100, 1.0), Dot("二", "p99", 50_000, 20.0)]
    svg = plots.scatter(dots, x="文档数", y="毫秒", name="size", log_y=True)
    assert {"一", "二", "p50", "p99", "1,000"} <= texts(svg)
    assert "mathdefault" not in svg


def test_ids_of_two_plots_do_not_meet() -> None:
    def ids(svg: str) -> set[str]:
        return {
            one.attrib["id"] for one in ElementTree.fromstring(svg).iter() if "id" in one.attrib
        }

    dots = [Dot("一", "甲", 1, 1), Dot("二", "甲", 2, 2)]
    one = plots.scatter(dots, x="x", y="y", name="one")
    other = plots.scatter(dots, x="x", y="y", name="other")
    assert ids(one)
    assert not ids(one) & ids(other)
