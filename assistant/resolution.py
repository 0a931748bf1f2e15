"""From hits to a decision: one record answers, a few must be chosen from, or none fits.

A code or a whole name in the question decides by itself.  Otherwise a confidence (0–1) is read off
each hit: how much of the question the record explains, and how much of the record's name the
question says.  The thresholds were set on the development gold set (``eval/gold``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assistant.types import Decision, Knowledge, Understanding
from knowledge.passages import is_current
from knowledge.types import Bundle, Facet, Record, ServiceItem
from retrieval.analyzer import normalise
from retrieval.types import Hit, SearchResult

ANSWER_AT = 0.50
CLARIFY_WITHIN = 0.06
DOABLE = 0.12
NAME_SHARE = 0.5
NEAREST_AT = 0.25
MOST = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record with the best of its hits."""

    record: Record
    hit: Hit
    confidence: float


def decide(
    search: SearchResult, reading: Understanding, knowledge: Knowledge, today: date
) -> tuple[Decision, tuple[Candidate, ...]]:
    """The decision and the candidates it was made from, best first."""
    found = _candidates(search.hits, knowledge, today)
    if not found:
        return Decision(outcome="none"), ()
    named = _named(found, reading)
    if named:
        return _among(named, same_name=True), found
    ranked = sorted(found, key=lambda one: -_worth(one, reading))
    best = ranked[0]
    if best.confidence < ANSWER_AT:
        return Decision(outcome="none", confidence=best.confidence), tuple(ranked)
    least = _worth(best, reading) - CLARIFY_WITHIN
    close = [one for one in ranked if _worth(one, reading) >= least]
    chosen = _life_event(close, reading) or _prefer(close, reading)
    return _among(chosen, same_name=False), tuple(ranked)


def confidence(hit: Hit) -> float:
    """How sure it is that the hit answers the question, 0–1 (not yet a probability)."""
    return 0.45 * hit.title_coverage + 0.30 * hit.coverage + 0.25 * hit.reverse_coverage


def _candidates(
    hits: Sequence[Hit], knowledge: Knowledge, today: date
) -> tuple[Candidate, ...]:
    best: dict[str, Candidate] = {}
    for hit in hits:
        code = hit.document.record
        record = best[code].record if code in best else knowledge.record(code)
        if record is None or not is_current(record, today):
            continue
        candidate = Candidate(record, hit, confidence(hit))
        known = best.get(code)
        if known is None or _rank(candidate) > _rank(known):
            best[code] = candidate
    return tuple(best.values())


def _rank(one: Candidate) -> tuple[int, float]:
    return len(one.hit.matched_name or ""), one.confidence


def _named(found: Sequence[Candidate], reading: Understanding) -> list[Candidate]:
    """The records whose code, or longest whole name or alias, stands in the question."""
    by_code = [one for one in found if one.hit.name_match == "code"]
    if by_code:
        return by_code[:1]
    matched = [one for one in found if one.hit.name_match]
    if not matched:
        return []
    longest = max(len(normalise(one.hit.matched_name or "")) for one in matched)
    if longest < NAME_SHARE * len(reading.focus.replace(" ", "")):
        return []
    top = [one for one in matched if len(normalise(one.hit.matched_name or "")) == longest]
    by_name = [one for one in top if one.hit.name_match == "name"] or top
    return _prefer(by_name, reading)


def _worth(one: Candidate, reading: Understanding) -> float:
    """The confidence, raised where the record is of the kind that the question is about.

    Who asks for documents, fees or places wants a thing to apply for, not a rule or a number.
    """
    wanted = set(reading.facets) - {Facet.LEGAL_BASIS, Facet.CONTACT, Facet.COMPLAINT}
    doable = isinstance(one.record, ServiceItem | Bundle)
    return one.confidence + (DOABLE if wanted and doable else 0.0)


def _life_event(close: Sequence[Candidate], reading: Understanding) -> list[Candidate]:
    """The bundle that holds the other candidates: it stands for them, and lists them."""
    if set(reading.facets) - {Facet.OVERVIEW, Facet.MATERIALS, Facet.PROCESS}:
        return []
    for one in close:
        if isinstance(one.record, Bundle):
            parts = {part.code for part in one.record.items}
            if any(other.record.code in parts for other in close):
                return [one]
    return []


def _prefer(found: list[Candidate], reading: Understanding) -> list[Candidate]:
    """Narrow equals: a city's record before a demonstration's, then the department or region named."""
    official = [one for one in found if not one.record.provenance.demonstration]
    if official and len({one.record.name for one in found}) == 1:
        found = official
    told = [one for one in found if _mentions(one.record, reading.text)]
    return told or found


def _mentions(record: Record, text: str) -> bool:
    return isinstance(record, ServiceItem) and normalise(record.body.department) in text


def _among(found: Sequence[Candidate], *, same_name: bool) -> Decision:
    codes = tuple(one.record.code for one in found[:MOST])
    first = found[0]
    return Decision(
        outcome="answer" if len(codes) == 1 else "clarify",
        records=codes,
        passage=first.hit.document.id,
        confidence=1.0 if first.hit.name_match else first.confidence,
        matched=first.hit.matched_name if same_name else None,
    )
