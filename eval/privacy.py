"""Is personal data found, and is anything else taken for it?  (``suiwen-eval privacy``)

Made-up messages (``eval.personal``), and sentences of real texts, which hold hardly any.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path
from typing import Any

from assistant.privacy.detect import find, standing
from eval import personal
from eval.personal import Sample
from eval.types import Rate
from knowledge.types import Record

LEAST_RECALL = 0.999
MOST_ALARMS = 0.005
_SENTENCE = re.compile(r"[^。！？；!?;\n]+[。！？；!?;]?")
OFFICES = ("pack", "portal records")
"""Texts of offices: their own phones, mailboxes and addresses may be read by all."""
_LINES = {
    "policies": "policies/corpus.jsonl",
    "portal records": "gdzwfw_items/records.jsonl",
    "citizens' messages": "teddy_gov_messages/queries.jsonl",
    "official replies": "teddy_gov_messages/corpus.jsonl",
    "complaints": "message_topics/messages.jsonl",
    "epidemic papers": "ncp_policy/corpus.jsonl",
    "guides": "guides/records.jsonl",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """``recall``: secrets of which every character is found.  ``alarms``: look-alikes with anything
    found.  ``spilled``: messages with a secret where something beside it is found, too.  Tables by
    kind and by spelling; ``missed`` and ``alarmed`` are the (made-up) messages that went wrong."""

    recall: Rate
    alarms: Rate
    spilled: Rate
    recall_by: Mapping[str, Mapping[str, Rate]]
    alarms_by: Mapping[str, Mapping[str, Rate]]
    missed: tuple[Sample, ...]
    alarmed: tuple[Sample, ...]

    @property
    def passed(self) -> bool:
        return (self.recall.value or 0.0) >= LEAST_RECALL and (
            self.alarms.value or 0.0
        ) <= MOST_ALARMS


@dataclass(frozen=True, slots=True, kw_only=True)
class Real:
    """Sentences of real texts, how many of them raised an alarm, and how often which kind was
    found.  Real texts may hold real personal data: an alarm is not always false."""

    sentences: int
    alarms: int
    kinds: Mapping[str, int]

    @property
    def per_10_000(self) -> float:
        return 10_000 * self.alarms / self.sentences if self.sentences else 0.0


def score(
    count: int,
    seed: int,
    records: Iterable[Record] = (),
    advance: Callable[[int], None] = lambda _: None,
) -> Scored:
    """``count`` messages with personal data and as many look-alikes.  The phones of ``records``
    must stay readable."""
    public = standing(texts(records))
    offices = sorted(one for one in public if re.fullmatch("0[0-9]{9,11}", one))
    given = personal.positives(count, seed)
    alike = personal.negatives(count, seed, [_dashed(one) for one in offices])
    found = [_found(one, public, advance) for one in given]
    alarmed = [one for one in alike if _found(one, public, advance)[1]]
    right = [(one, hit, spill) for one, (hit, spill) in zip(given, found, strict=True)]
    missed = {id(one) for one, hit, _ in right if not hit}
    alarms = {id(one) for one in alarmed}
    return Scored(
        recall=Rate(sum(hit for _, hit, _ in right), len(right)),
        alarms=Rate(len(alarmed), len(alike)),
        spilled=Rate(sum(spill for *_, spill in right), len(right)),
        recall_by=_by(given, lambda one: id(one) not in missed),
        alarms_by=_by(alike, lambda one: id(one) in alarms),
        missed=tuple(one for one, hit, _ in right if not hit),
        alarmed=tuple(alarmed),
    )


def _found(
    sample: Sample, public: frozenset[str], advance: Callable[[int], None]
) -> tuple[bool, bool]:
    """Whether all of the secret is found, and whether anything else is."""
    covered = {place for one in find(sample.text, public) for place in range(one.start, one.end)}
    secret = set(range(*sample.secret)) if sample.secret else set()
    shown = {place for place in secret if sample.text[place].isprintable()}
    advance(1)
    return bool(shown) and shown <= covered, bool(covered - secret)


def _by(samples: Iterable[Sample], counts: Callable[[Sample], bool]) -> dict[str, dict[str, Rate]]:
    hits: Counter[tuple[str, str]] = Counter()
    total: Counter[tuple[str, str]] = Counter()
    for one in samples:
        for cell in ((one.kind, one.spelling), (one.kind, "all"), ("all", one.spelling)):
            total[cell] += 1
            hits[cell] += counts(one)
    table: dict[str, dict[str, Rate]] = {}
    for kind, spelling in sorted(total):
        table.setdefault(kind, {})[spelling] = Rate(hits[kind, spelling], total[kind, spelling])
    return table


def real(strings: Iterable[str], public: frozenset[str] = frozenset()) -> Real:
    """Count over the sentences of ``strings``."""
    sentences = alarms = 0
    kinds: Counter[str] = Counter()
    for text in strings:
        for match in _SENTENCE.finditer(text):
            sentences += 1
            found = find(match.group(), public)
            alarms += bool(found)
            kinds.update(one.kind.value for one in found)
    return Real(sentences=sentences, alarms=alarms, kinds=dict(kinds.most_common()))


def real_sets(data: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Name and texts of each data set in the folder that is there."""
    for name, path in _LINES.items():
        file = data / path
        if file.is_file():
            lines = file.read_text(encoding="utf-8").splitlines()
            yield name, tuple(one for line in lines for one in _strings(json.loads(line)))


def texts(records: Iterable[Record]) -> Iterator[str]:
    """Every text of the records."""
    for one in records:
        yield from _strings(asdict(one) if is_dataclass(one) else one)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _strings(one)


def _dashed(phone: str) -> str:
    area = 3 if phone[1] in "12" else 4
    return f"{phone[:area]}-{phone[area:]}"


def plain(scored: Scored, reals: Mapping[str, Real]) -> dict[str, Any]:
    """As JSON."""

    def rates(table: Mapping[str, Mapping[str, Rate]]) -> dict[str, Any]:
        return {
            kind: {way: _rate(rate) for way, rate in row.items()} for kind, row in table.items()
        }

    return {
        "recall": _rate(scored.recall),
        "false_alarms": _rate(scored.alarms),
        "spilled": _rate(scored.spilled),
        "passed": scored.passed,
        "recall_by": rates(scored.recall_by),
        "false_alarms_by": rates(scored.alarms_by),
        "missed": [one.text for one in scored.missed[:50]],
        "alarmed": [one.text for one in scored.alarmed[:50]],
        "real": {
            name: {**asdict(one), "per_10_000": round(one.per_10_000, 2)}
            for name, one in reals.items()
        },
    }


def _rate(rate: Rate) -> dict[str, Any]:
    return {"value": rate.value, "hits": rate.hits, "of": rate.of, "interval": rate.interval}
