"""Distinct questions as people ask them: facts by name, everyday names, half sentences, and
questions that have no answer here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from random import Random

from eval import portal
from eval.portal import Raw

_EVERYDAY = (
    "{}怎么办",
    "{}要带什么",
    "{}喺边度办",
    "请问{}多久能好",
    "我想办{}",
    "{}网上可以办吗",
    "{}要几多钱",
    "{}",
)
_HALF = ("{}要", "办{}需", "{}咨询", "{}呢")
_UNANSWERABLE = (
    "今晚吃什么好",
    "明天会下雨吗",
    "帮我写一首关于{}的诗",
    "{}的股票代码是多少",
    "月球居住许可怎么办",
    "{}和火星签证哪个先办",
    "推荐一部电影",
    "广州塔几点亮灯",
    "What is the best restaurant near {}",
)
_SHARES = {"facts": 0.60, "everyday": 0.20, "half": 0.12, "unanswerable": 0.08}


def mixed(raws: Sequence[Raw], aliases: Sequence[str], size: int, seed: int) -> list[str]:
    """About ``size`` distinct questions in a mixed order that the seed decides."""
    random = Random(seed)  # noqa: S311 - a repeatable mix, no secret
    names = [portal.name_of(raw) for raw in raws]
    everyday = aliases or names
    drawn = {
        "facts": [one.text for one in portal.questions(raws, raws, seed)],
        "everyday": _filled(_EVERYDAY, everyday),
        "half": _filled(_HALF, [name[: max(2, len(name) * 2 // 3)] for name in names]),
        "unanswerable": _filled(_UNANSWERABLE, names),
    }
    chosen = chain.from_iterable(
        random.sample(texts, min(len(texts), int(size * _SHARES[kind])))
        for kind, texts in drawn.items()
    )
    questions = list(dict.fromkeys(chosen))
    random.shuffle(questions)
    return questions


def aliases(path: Path) -> list[str]:
    """Everyday names from a file of JSON lines with ``text``; none if there is no file."""
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [str(json.loads(line)["text"]) for line in lines if line.strip()]


def _filled(forms: Iterable[str], names: Sequence[str]) -> list[str]:
    return sorted({form.format(name) for form in forms for name in names})
