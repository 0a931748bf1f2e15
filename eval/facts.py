"""Every fact of the portal's records, asked by name through the whole assistant.

A right answer is ``answered``, cites no other record, cites the field with exactly the raw value,
and says it in a sentence with that citation.  A name on several codes must be asked back, with
exactly those codes to choose from; what the choice sends must then be answered right.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from random import Random
from typing import Any

from assistant import bootstrap, telemetry
from assistant.pipeline import Assistant
from assistant.settings import Settings
from channels.types import Message, Reply, Status
from eval import scoring
from eval.expected import literal
from eval.portal import Expected, Question, Raw

_LEFT_OVER = 20
_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """A fact that was not given as the record states it."""

    code: str
    facet: str
    question: str
    problem: str
    expected: str
    got: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one question led to: how many messages, whether it was asked back rightly."""

    asked: int
    clarified: bool
    mismatch: Mismatch | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsReport:
    """The sum of all outcomes."""

    records: int
    facts: int
    asked: int
    clarify_asked: int
    clarify_ok: int
    mismatches: tuple[Mismatch, ...]


def sample(raws: Sequence[Raw], size: int | None, seed: int) -> list[Raw]:
    """``size`` of the records, drawn with the seed; all of them if it is ``None``."""
    if size is None or size >= len(raws):
        return list(raws)
    rows = Random(seed).sample(range(len(raws)), size)  # noqa: S311
    drawn = set(rows)
    return [raw for number, raw in enumerate(raws) if number in drawn]


def run(
    settings: Settings,
    questions: Sequence[Question],
    *,
    workers: int,
    advance: Callable[[int], None],
) -> FactsReport:
    """Ask every question.  ``advance`` is told how many more were asked."""
    chunks = [questions[at : at + _AT_ONCE] for at in range(0, len(questions), _AT_ONCE)]
    outcomes: list[Outcome] = []
    with _asking(settings, workers) as ask:
        for found in ask(chunks):
            outcomes += found
            advance(len(found))
    return summed(questions, outcomes)


def summed(questions: Sequence[Question], outcomes: Sequence[Outcome]) -> FactsReport:
    """The report of the outcomes, in the order of their questions."""
    several = [
        one for question, one in zip(questions, outcomes, strict=True) if len(question.same) > 1
    ]
    return FactsReport(
        records=len({question.code for question in questions}),
        facts=len(questions),
        asked=sum(one.asked for one in outcomes),
        clarify_asked=len(several),
        clarify_ok=sum(one.clarified for one in several),
        mismatches=tuple(one.mismatch for one in outcomes if one.mismatch),
    )


def plain(report: FactsReport) -> dict[str, Any]:
    """The report as JSON values."""
    return asdict(report)


async def ask(assistant: Assistant, question: Question) -> Outcome:
    """Ask in a fresh session; choose if asked back; judge the answer."""
    first = await assistant.take_turn(Message(text=question.text, channel="eval"))
    if not must_clarify(question, first):
        problem = judge(question.expected, question.code, first)
        return _outcome(question, question.text, first, problem, asked=1)
    if problem := judge_choices(question, first):
        return _outcome(question, question.text, first, problem, asked=1)
    text = _choice(first, question.code)
    then = await assistant.take_turn(Message(text=text, session_id=first.session_id))
    problem = judge(question.expected, question.code, then)
    return _outcome(question, text, then, problem, asked=2, clarified=len(question.same) > 1)


def must_clarify(question: Question, reply: Reply) -> bool:
    """Several codes bear the name; or it differs from another in brackets, and was asked back."""
    several = len(question.same) > 1
    return several or (len(question.alike) > 1 and reply.status is Status.CLARIFY)


def judge_choices(question: Question, reply: Reply) -> str | None:
    """What is wrong with a question back, if anything."""
    if reply.status is not Status.CLARIFY:
        return f"{len(question.same)} 个编码同名，应请市民选择"
    offered = scoring.offered(reply)
    right = question.same if len(question.same) > 1 else question.alike
    if sorted(offered) != sorted(right):
        return f"选项应为 {' '.join(right)}，实为 {' '.join(offered)}"
    return None if _choice(reply, question.code) else "选项没有可发送的问法"


def judge(expected: Expected, code: str, reply: Reply) -> str | None:
    """What is wrong with an answer, if anything."""
    if reply.status is not Status.ANSWERED:
        return f"状态应为 answered，实为 {reply.status}（{reply.reason}）"
    if others := sorted({one.code for one in reply.citations} - {code}):
        return f"引用了其他记录 {' '.join(others)}"
    cited = [one for one in reply.citations if one.field == expected.field]
    if not cited:
        return f"没有引用字段 {expected.field}"
    if cited[0].quote != expected.quote:
        return f"{expected.field} 的引文与原始字段不同：{cited[0].quote[:80]!r}"
    said = [one.text for one in reply.sentences if cited[0].n in one.citations]
    for pattern in expected.patterns:
        if not any(re.search(pattern, sentence, re.DOTALL) for sentence in said):
            return f"引用该字段的句子里没有 {pattern[:80]!r}"
    return _judge_only(expected, reply, said) if expected.only else None


def _judge_only(expected: Expected, reply: Reply, said: Iterable[str]) -> str | None:
    """Whether anything besides the list was named, in the sentence or on the card."""
    rows = [row.label for card in reply.cards if card.kind == "materials" for row in card.rows]
    if rows != list(expected.only):
        return f"材料卡片与原始列表不同：{rows}"
    titles = {one.title for one in reply.citations}
    for sentence in said:
        rest = sentence
        for name in sorted({*expected.only, *titles}, key=len, reverse=True):
            rest = re.sub(literal(name), "", rest)
        if len(rest.replace("、", "")) > _LEFT_OVER:
            return f"句子里除了材料还有 {rest[:80]!r}"
    return None


def _choice(reply: Reply, code: str) -> str:
    rows = (row for card in reply.cards if card.kind == "choices" for row in card.rows)
    return next((row.ask for row in rows if row.code == code and row.ask), "")


def _outcome(
    question: Question,
    text: str,
    reply: Reply,
    problem: str | None,
    *,
    asked: int,
    clarified: bool = False,
) -> Outcome:
    if problem is None:
        return Outcome(asked=asked, clarified=clarified, mismatch=None)
    mismatch = Mismatch(
        code=question.code,
        facet=question.facet,
        question=text,
        problem=problem,
        expected=question.expected.quote,
        got=scoring.head(reply),
    )
    return Outcome(asked=asked, clarified=clarified, mismatch=mismatch)


# Processes

Ask = Callable[[Sequence[Sequence[Question]]], Iterator[list[Outcome]]]


@contextmanager
def _asking(settings: Settings, workers: int) -> Iterator[Ask]:
    """How chunks are asked: here, or by worker processes that each open the release."""
    if workers < 2:
        _open(settings)
        yield lambda chunks: map(_ask_chunk, chunks)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _open, (settings,)) as pool:
        yield lambda chunks: pool.map(_ask_chunk, chunks)


_ASSISTANTS: list[Assistant] = []
"""The assistant of this worker process; opened once, by :func:`_open`."""


def _open(settings: Settings) -> None:
    telemetry.configure("ERROR")
    _ASSISTANTS[:] = [bootstrap.build(settings).assistant]


def _ask_chunk(questions: Sequence[Question]) -> list[Outcome]:
    async def ask_all() -> list[Outcome]:
        return [await ask(_ASSISTANTS[0], question) for question in questions]

    return asyncio.run(ask_all())


def cores() -> int:
    """How many processes are worth starting."""
    return min(2, os.cpu_count() or 1)
