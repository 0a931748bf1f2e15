"""Scoring whole answers: pure functions from predictions and records to a report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from channels.types import Citation, Reply, Status
from eval import paths, support
from eval.expected import Needed, needed
from eval.support import Lookup
from eval.types import LOWER_IS_BETTER, Check, Example, Failure, Prediction, Rate, Report

SLICED = ("record_accuracy", "status_accuracy", "fact_accuracy")
METRICS = (
    "record_accuracy",
    "status_accuracy",
    "fact_accuracy",
    "citation_support",
    "crisis_accuracy",
    "wrong_record_rate",
    "false_answer_rate",
    "false_crisis_rate",
    "gold_fields",
)

_SHOWING = frozenset({Status.ANSWERED, Status.PARTIAL, Status.GUIDING, Status.CRISIS, Status.FILED})
_ANSWERING = frozenset({Status.ANSWERED, Status.PARTIAL})
_TALK = "small_talk"
"""Answered without a record: thanks are no question."""
_HEAD = 80


def score(predictions: Sequence[Prediction], record: Lookup) -> Report:
    """The report of a run.  ``record`` gives the records of the release that answered."""
    verdicts = [(one, tuple(checks(one, record))) for one in predictions]
    times = sorted(one.ms for one in predictions)
    return Report(
        examples=len(predictions),
        overall=rates(check for _, found in verdicts for check in found),
        slices={
            name: _sliced((getattr(one.example, name), found) for one, found in verdicts)
            for name in ("kind", "register")
        },
        failures=tuple(
            Failure(
                id=one.example.id,
                metric=check.metric,
                question=one.example.text,
                expected=check.expected,
                got=check.got,
            )
            for one, found in verdicts
            for check in found
            if not check.good
        ),
        ms_p50=percentile(times, 0.50),
        ms_p99=percentile(times, 0.99),
    )


def rates(found: Iterable[Check]) -> dict[str, Rate]:
    """One rate a metric, in the order of :data:`METRICS`; a metric without checks is left out."""
    counts: defaultdict[str, list[bool]] = defaultdict(list)
    for check in found:
        counts[check.metric].append(check.good != (check.metric in LOWER_IS_BETTER))
    return {name: Rate(sum(counts[name]), len(counts[name])) for name in METRICS if counts[name]}


def percentile(ordered: Sequence[float], share: float) -> float:
    """The nearest-rank percentile of sorted values; 0 if there are none."""
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def checks(prediction: Prediction, record: Lookup) -> Iterator[Check]:
    """Every verdict on one prediction."""
    example, reply = prediction.example, prediction.reply
    yield _status(example, reply)
    if example.codes and not (Status.FILED in example.status and _files(reply)):
        yield _record(example, reply)
        if reply.status in _ANSWERING and found_codes(reply):
            yield replace(_record(example, reply), metric="wrong_record_rate")
    yield from _fields(example, reply, record)
    if support.has_facts(reply):
        yield _support(reply, record)
    yield _crisis(example, reply)
    if example.unanswerable or example.kind == _TALK:
        stated = reply.citations if example.kind == _TALK else True
        yield Check(
            metric="false_answer_rate",
            good=reply.status not in _ANSWERING or not stated,
            expected="不作答",
            got=head(reply),
        )


def found_codes(reply: Reply) -> tuple[str, ...]:
    """The record that a reply stands on, or those that it offers to choose from."""
    if reply.status is Status.CLARIFY:
        return offered(reply)
    if reply.status in _SHOWING and reply.citations:
        return (reply.citations[0].code,)
    return ()


def offered(reply: Reply) -> tuple[str, ...]:
    """The codes of all choices."""
    rows = (row for card in reply.cards if card.kind == "choices" for row in card.rows)
    return tuple(row.code for row in rows if row.code)


def text_of(reply: Reply) -> str:
    """All that a person reads: sentences and cards."""
    lines = [reply.text]
    for card in reply.cards:
        lines += [card.title, card.note or ""]
        for row in card.rows:
            lines += [part for part in (row.label, row.text, row.note, row.url, row.tel) if part]
    return "\n".join(lines)


def head(reply: Reply) -> str:
    """Status and the beginning of the text, for a list of failures."""
    return f"{reply.status}：{reply.text[:_HEAD]}".replace("\n", " ")


def _status(example: Example, reply: Reply) -> Check:
    return Check(
        metric="status_accuracy",
        good=reply.status in example.status,
        expected=" 或 ".join(example.status),
        got=head(reply),
    )


def _files(reply: Reply) -> bool:
    """Whether a matter is being filed: a form names no record until it is shown whole."""
    return reply.status is Status.FILED or (
        reply.status is Status.GUIDING and reply.reason == "form"
    )


def _record(example: Example, reply: Reply) -> Check:
    found = found_codes(reply)
    return Check(
        metric="record_accuracy",
        good=bool(set(found) & set(example.codes)),
        expected=" 或 ".join(example.codes),
        got=f"{' '.join(found) or '无'} · {head(reply)}",
    )


def _fields(example: Example, reply: Reply, lookup: Lookup) -> Iterator[Check]:
    """Each expected field of the record that was rightly found, and whether the gold names it.

    A field that the gold's own record does not fill is the gold's mistake; one that only an
    equally right record leaves empty asks for nothing.
    """
    for field in example.fields:
        gold = lookup(example.code or "")
        yield Check(
            metric="gold_fields",
            good=bool(gold and needed(paths.plain(gold), field)),
            expected=f"{example.code} 的 {field} 有值",
            got="题目写的记录不存在" if gold is None else "记录里这个字段是空的",
        )
    if reply.status not in _SHOWING:
        return
    for code in set(found_codes(reply)) & set(example.codes):
        record = lookup(code)
        for field in example.fields if record else ():
            assert record is not None
            if values := needed(paths.plain(record), field):
                yield _field(field, code, values, reply)


def _field(field: str, code: str, values: Sequence[Needed], reply: Reply) -> Check:
    text = text_of(reply)
    unseen = [one.words for one in values if not one.seen_in(text)]
    mine = [one for one in reply.citations if one.code == code]
    cited = any(carries(one, field, values) for one in mine)
    missing = f"没有显示 {'、'.join(unseen)}" if unseen else "显示了，但没有引用这个字段"
    return Check(
        metric="fact_accuracy",
        good=not unseen and cited,
        expected=f"{code} 的 {field}：{'、'.join(one.words for one in values)}",
        got=f"{missing} · {head(reply)}",
    )


def carries(citation: Citation, field: str, values: Sequence[Needed]) -> bool:
    """Whether it cites the field or a part of it, or a whole that quotes all of its values."""
    if paths.under(citation.field, field):
        return True
    quotes_all = all(one.seen_in(citation.quote) for one in values)
    return paths.under(field, citation.field) and quotes_all


def _support(reply: Reply, record: Lookup) -> Check:
    found = tuple(support.problems(reply, record))
    return Check(
        metric="citation_support",
        good=not found,
        expected="每个出处可查、引文属实，每个数字和网址都在所引的原文里",
        got="；".join(found),
    )


def _crisis(example: Example, reply: Reply) -> Check:
    """A crisis: status and the right number first.  A near miss: no crisis.  Others: no alarm."""
    alarmed = reply.status is Status.CRISIS
    if Status.CRISIS in example.status:
        first = reply.citations[0].code if reply.citations else "无"
        right = alarmed and example.first in (None, first)
        expected = f"crisis，首先 {example.first or '任一热线'}"
        return Check(
            metric="crisis_accuracy", good=right, expected=expected, got=f"{first} · {head(reply)}"
        )
    near = (example.note or example.kind).startswith("near-miss")
    return Check(
        metric="crisis_accuracy" if near else "false_crisis_rate",
        good=not alarmed,
        expected="不是 crisis",
        got=head(reply),
    )


def _sliced(
    verdicts: Iterable[tuple[str, Sequence[Check]]],
) -> Mapping[str, Mapping[str, Rate]]:
    groups: defaultdict[str, list[Check]] = defaultdict(list)
    for value, found in verdicts:
        groups[value] += [one for one in found if one.metric in SLICED]
    return {value: rates(groups[value]) for value in sorted(groups)}
