"""A small data set in BEIR's layout, made in the test: six subjects, two questions each."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from eval.beir import Dataset, load

SUBJECTS = {
    "residence": ("居住证首次申领", "在本市居住满半年的人可以申领居住证，提交住所证明和身份证。"),
    "marriage": ("结婚登记", "男女双方须亲自到婚姻登记处，带户口簿和身份证办理结婚登记。"),
    "driving": ("驾驶证换证", "驾驶证有效期满前九十日内，到车管所申请换发驾驶证，提交体检证明。"),
    "water": ("用水报装", "新建房屋接入供水管网，由供水公司上门勘察，报装用水不收费。"),
    "pension": ("养老保险转移", "跨省就业的参保人可以申请转移养老保险关系，网上办理。"),
    "business": ("个体工商户开业", "从事经营的个人向登记机关申请营业执照，核定字号和经营场所。"),
}
QUESTIONS = {
    "residence": ("怎样申领居住证", "居住证要交什么住所证明"),
    "marriage": ("结婚登记带什么", "户口簿和结婚登记"),
    "driving": ("驾驶证到期怎么换证", "换发驾驶证要体检证明吗"),
    "water": ("新房怎么报装用水", "供水管网接入收费吗"),
    "pension": ("养老保险怎么转移到外省", "参保人跨省转移养老保险关系"),
    "business": ("开个小店怎么申请营业执照", "个体工商户的字号"),
}


def corpus() -> list[dict[str, Any]]:
    return [{"id": name, "title": title, "text": text} for name, (title, text) in SUBJECTS.items()]


def queries() -> list[dict[str, Any]]:
    return [
        {"id": f"{name}-{number}", "text": text, "kind": ("short", "long")[number], "n": number}
        for name, texts in QUESTIONS.items()
        for number, text in enumerate(texts)
    ]


def qrels() -> str:
    rows = [f"{name}-{number}\t{name}\t1" for name in QUESTIONS for number in range(2)]
    return "\n".join(["query-id\tcorpus-id\tscore", *rows]) + "\n"


def write(folder: Path) -> Path:
    """The whole set in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    write_lines(folder / "corpus.jsonl", corpus())
    write_lines(folder / "queries.jsonl", queries())
    (folder / "qrels.tsv").write_text(qrels(), "utf-8")
    return folder


def write_lines(path: Path, values: Iterable[Any]) -> Path:
    lines = (one if isinstance(one, str) else json.dumps(one) for one in values)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def small(folder: Path) -> Dataset:
    return load(write(folder))
