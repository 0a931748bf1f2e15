"""The table of a robustness run, drawn from the values of ``--json``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape

from eval.retrieval_tables import percent, signed, table_of
from eval.robustness import TOGETHER

_NAMES = {
    "s2hk": "繁体（香港）",
    "s2t": "繁体",
    "typing": "每题一个错字",
    "cantonese": "粤语改写",
}
_VERDICTS = {True: "达到", False: "未达到", None: "–"}


def rows(value: Mapping[str, Any]) -> None:
    """A line for each set, perturbation and system."""
    table = table_of(
        "换个写法，hit@1 差多少",
        "数据集",
        "改动",
        "系统",
        "题数",
        "原样",
        "改后",
        "差",
        "95% 区间",
        "目标",
    )
    for one in value["rows"]:
        gain = one["difference"]
        table.add_row(
            "合计" if one["set"] == TOGETHER else escape(one["set"]),
            _NAMES[one["perturbation"]],
            one["system"],
            str(one["questions"]),
            percent(one["clean"]),
            percent(one["perturbed"]),
            signed(gain["value"]),
            f"{signed(gain['low'])} – {signed(gain['high'])}",
            _VERDICTS[one["met"]],
        )
    Console().print(table)
