"""From hits to a decision: one record answers, a few must be chosen from, or none fits.

A code or a whole name in the question decides by itself.  Otherwise the best-ranked record answers
if the probability that it is the right one is high enough: a logistic model over a few signs of the
hit, fitted on the development gold set by ``suiwen-eval fit`` (``confidence.toml``).  Records that
explain the question equally well are offered as a choice.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources

from assistant.composing.choices import by_district
from assistant.types import Decision, Knowledge, Understanding
from knowledge.passages import is_current
from knowledge.types import Bundle, Facet, Hotline, Policy, Record, ServiceItem
from retrieval.analyzer import normalise
from retrieval.logistic import logistic
from retrieval.names import tells
from retrieval.types import Hit, SearchResult

MOST = 5
MOST_DISTRICTS = 11
"""Records of one name, one a district, are offered all: the districts of Guangzhou."""

LOOKED_AT = 12
"""How many records a decision looks at: more are never offered, nor near."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """The fitted model and the thresholds on it.

    ``answer_at``: the least probability to answer with; ``choose_at``: the least to offer a choice
    instead.  ``nearest_at``: the least to be shown as near.  ``name_share``: the least share of the
    question that a whole name must cover to decide.  ``equal_*``: how close two hits must be to fit
    equally; ``clarify_coverage``: the least coverage of records that are offered as a choice.
    ``kind_bonus``: added to the score of a bundle when all that an event brings is asked for, of a
    hotline when a number is.  ``likely``: the least share of the best score for a record to be
    offered when none is sure.
    """

    bias: float
    weights: Mapping[str, float]
    answer_at: float
    choose_at: float
    nearest_at: float
    name_share: float
    equal_score: float
    equal_coverage: float
    equal_reverse: float
    clarify_coverage: float
    kind_bonus: float
    likely: float


@cache
def model(worded: bool = False) -> Confidence:
    """The model as fitted (data beside this module).

    ``worded``: that for searches in which some records list how people ask for them, which tells
    more, and shifts all scores.
    """
    name = "confidence-worded.toml" if worded else "confidence.toml"
    text = resources.files("assistant").joinpath(name).read_text(encoding="utf-8")
    return Confidence(**tomllib.loads(text))


def is_worded(hits: Sequence[Hit]) -> bool:
    """Whether people's own wordings had a say in a search."""
    return any("meant" in one.parts for one in hits)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record with the best of its hits."""

    record: Record
    hit: Hit


def decide(
    search: SearchResult, reading: Understanding, knowledge: Knowledge, today: date
) -> tuple[Decision, tuple[Candidate, ...]]:
    """The decision and the candidates it was made from, best first."""
    chosen = model(is_worded(search.hits))
    found = candidates(search.hits, reading, knowledge, today)
    if not found:
        return Decision(outcome="none"), ()
    if named := _named(found, reading, chosen):
        return _among(named, same_name=True), found
    if reading.generic and len(found) > 1:
        return _among(_prefer(found, reading), same_name=False, sure=0.0), found
    if _doable(reading) and Facet.CONTACT not in reading.facets:  # a number has no documents
        found = tuple(one for one in found if not isinstance(one.record, Hotline)) or found
    equal = _equal(found, reading, chosen)
    best = equal[0]
    behind = found[found.index(best) + 1 :]  # those before it were set aside
    rival = next(
        (one.hit for one in behind if one not in equal and one.record.name != best.record.name),
        None,
    )
    event = reading.whole and isinstance(best.record, Bundle)
    sure = _sure(signs(best.record, best.hit, rival, reading), chosen, event=event)
    vague = len(equal) > 1 and best.hit.coverage < chosen.clarify_coverage
    narrow = len(equal) == 1 and _is_restricted(best.record, reading)
    if sure < chosen.answer_at or vague or narrow:
        offers = narrow or (sure >= chosen.choose_at and not _is_outside(best.hit))
        likely = _likely(_to_choose(found, reading), chosen.likely) if offers else []
        if len(likely) > 1:
            return replace(_among(likely, same_name=False, sure=sure), unsure=True), found
        return Decision(outcome="none", confidence=sure), found
    return _among(_prefer(equal, reading), same_name=False, sure=sure), found


def _sure(values: Mapping[str, float], chosen: Confidence, *, event: bool) -> float:
    """How likely the best record is the right one, by what tells most.

    People's wordings say little of a short question with an official word in it (居住证要什么材料):
    where they had a say, what the other model is clearly sure of is believed as well.  ``event``:
    all that a life event brings is asked for, and the record is such a bundle.
    """
    sure = probability(values, chosen)
    if chosen is model() or probability(values, model()) < (CLEARLY_EVENT if event else CLEARLY):
        return sure
    return max(sure, chosen.answer_at)


CLEARLY, CLEARLY_EVENT = 0.9, 0.8
"""How sure the model without wordings must be to be believed where wordings say less."""


def candidates(
    hits: Sequence[Hit], reading: Understanding, knowledge: Knowledge, today: date
) -> tuple[Candidate, ...]:
    """The first records in force among the hits, each with its best hit, best first."""
    best: dict[str, Hit] = {}
    bonus = model(is_worded(hits)).kind_bonus
    for hit in sorted(hits, key=lambda one: -_worth(one, reading, bonus)):
        known = best.setdefault(hit.document.record, hit)
        if len(hit.matched_name or "") > len(known.matched_name or ""):
            best[hit.document.record] = hit
    found: list[Candidate] = []
    for code, hit in best.items():
        record = knowledge.record(code)
        if record is not None and is_current(record, today):
            found.append(Candidate(record, hit))
        if len(found) == LOOKED_AT:
            break
    return tuple(found)


def _worth(hit: Hit, reading: Understanding, bonus: float) -> float:
    """The score, raised where the record is of the kind that the question asks for."""
    return hit.score + (bonus if _of_asked_kind(hit.document.kind, reading) else 0.0)


def _of_asked_kind(kind: str, reading: Understanding) -> bool:
    if reading.whole:
        return kind == Bundle.kind
    return Facet.CONTACT in reading.facets and kind == Hotline.kind


def signs(record: Record, hit: Hit, rival: Hit | None, reading: Understanding) -> dict[str, float]:
    """What speaks for a hit, each 0–1: the inputs of the model.

    ``rival``: the hit of the next record, if there is one.  ``meant``, ``lead`` and ``outside``
    stand only where people's own wordings had a say.
    """
    length = max(len(reading.focus.replace(" ", "")), 1)
    values = {
        "title_coverage": hit.title_coverage,
        "coverage": hit.coverage,
        "reverse_coverage": hit.reverse_coverage,
        "dense": float(hit.parts.get("dense", 0.0)),
        "runs": float(hit.parts.get("runs", 0.0)),
        "margin": (hit.score - (rival.score if rival else 0.0)) / max(hit.score, 1e-6),
        "named": min(len(hit.matched_name or "") / length, 1.0),
        "kind": float(_of_asked_kind(record.kind, reading)),
    }
    if "meant" not in hit.parts:
        return values
    meant = hit.parts["meant"]
    ahead = meant - (rival.parts.get("meant", 0.0) if rival else 0.0)
    return values | {
        "meant": min(meant, 2.0) / 2,
        "lead": min(max(ahead, 0.0), 1.0),
        "outside": min(hit.parts.get("outside", 0.0), 2.0) / 2,
    }


def probability(values: Mapping[str, float], chosen: Confidence) -> float:
    """The logistic model: how likely the record is the right one, 0–1."""
    total = chosen.bias + sum(
        weight * values.get(name, 0.0) for name, weight in chosen.weights.items()
    )
    return logistic(total)


def _named(
    found: Sequence[Candidate], reading: Understanding, chosen: Confidence
) -> list[Candidate]:
    """The records whose code, or longest whole name or alias, stands in the question."""
    by_code = [one for one in found if _says(reading.text, normalise(one.record.code))]
    if by_code:
        return [max(by_code, key=lambda one: len(one.record.code))]
    matched = [one for one in found if _telling(one.hit)]
    if not matched:
        return []
    lengths = [len(normalise(one.hit.matched_name or "")) for one in matched]
    longest = max(lengths)
    if longest < chosen.name_share * len(reading.focus.replace(" ", "")):
        return []
    top = [one for one, length in zip(matched, lengths, strict=True) if length == longest]
    by_name = [one for one in top if one.hit.name_match == "name"] or top
    return _prefer(by_name, reading)


def _telling(hit: Hit) -> bool:
    """Whether the hit is called by a name that can decide."""
    return hit.name_match is not None and tells(hit.name_match, hit.matched_name or "")


def _says(text: str, code: str) -> bool:
    """Whether the code stands in the text, not as a part of a longer one."""
    at = text.find(code)
    around = text[max(at - 1, 0) : at] + text[at + len(code) : at + len(code) + 1]
    return at >= 0 and not any(one.isascii() and one.isalnum() for one in around)


def _equal(
    found: Sequence[Candidate], reading: Understanding, chosen: Confidence
) -> list[Candidate]:
    """The best record and those that explain the question as well as it does.

    Who asks for documents, fees or places wants a thing to apply for, not a rule or a number: then
    only such things can equal each other, and one close behind a rule stands before it.  A bundle
    equals nothing unless all that an event brings is asked for.
    """
    doable = _doable(reading)
    best = found[0]
    if reading.whole and isinstance(best.record, Bundle):
        return [best]
    near = [one for one in found if best.hit.score - one.hit.score <= chosen.equal_score]
    if doable:
        near = [one for one in near if isinstance(one.record, ServiceItem | Bundle)] or near
    if not reading.whole:
        near = [one for one in near if not isinstance(one.record, Bundle)] or near
    best = near[0]
    equal = [one for one in near if one is best or _as_well(one.hit, best.hit, chosen)]
    return sorted(equal, key=lambda one: -one.hit.reverse_coverage)


def _is_restricted(record: Record, reading: Understanding) -> bool:
    """Whether a record is for some people or cases only, by a word of its name that the message
    does not say (完全丧失劳动能力)."""
    called = normalise(record.name)
    return any(
        name in called and not any(one in reading.text for one in words)
        for name, words in _restricting().items()
    )


@cache
def _restricting() -> Mapping[str, Sequence[str]]:
    """Words of a name that restrict it → what says so too (``restricting.toml``)."""
    text = resources.files("assistant").joinpath("restricting.toml").read_text(encoding="utf-8")
    table: Mapping[str, Sequence[str]] = tomllib.loads(text)["words"]
    return {normalise(name): tuple(map(normalise, also)) for name, also in table.items()}


def _is_outside(hit: Hit) -> bool:
    """Whether people who ask so mean what no record answers, more clearly than this record."""
    outside = hit.parts.get("outside", 0.0)
    return outside >= OUTSIDE and outside > hit.parts.get("meant", 0.0)


OUTSIDE = 1.0
"""From which strength of what no record answers no choice is offered: the middle of its margin."""


def _doable(reading: Understanding) -> set[Facet]:
    """The facets asked for that only things to apply for have (documents, fees, places)."""
    return set(reading.facets) - {Facet.LEGAL_BASIS, Facet.CONTACT, Facet.COMPLAINT, Facet.OVERVIEW}


def _to_choose(found: Sequence[Candidate], reading: Understanding) -> Sequence[Candidate]:
    """What may be offered: no rule beside things to be done where a message only names a thing
    (公证), or asks what only such things have; unless the rule explains it best."""
    bare = reading.text == reading.focus and len(reading.text) <= BARE
    practical = _doable(reading) - {Facet.CONDITIONS, Facet.AUDIENCE, Facet.REMEDIES}
    if isinstance(found[0].record, Policy) or not (bare or practical):
        return found
    todo = [one for one in found if not isinstance(one.record, Policy)]
    return todo if len(todo) > 1 else found


BARE = 6
"""The most letters of a message that only names a thing."""


def _likely(found: Sequence[Candidate], share: float) -> list[Candidate]:
    """Those whose score is not far below that of the best: the right one is nearly always there."""
    best = max(one.hit.score for one in found)
    return [one for one in found if one.hit.score >= share * best][:MOST]


def _as_well(one: Hit, best: Hit, chosen: Confidence) -> bool:
    return (
        abs(one.coverage - best.coverage) <= chosen.equal_coverage
        and abs(one.title_coverage - best.title_coverage) <= chosen.equal_coverage
        and best.reverse_coverage - one.reverse_coverage <= chosen.equal_reverse
    )


def _prefer(found: Sequence[Candidate], reading: Understanding) -> list[Candidate]:
    """Narrow equals: no demonstration beside a city's record of its name; the department named."""
    official = {one.record.name for one in found if not one.record.provenance.demonstration}
    kept = [
        one
        for one in found
        if not one.record.provenance.demonstration or one.record.name not in official
    ]
    return [one for one in kept if _mentions(one.record, reading.text)] or kept


def _mentions(record: Record, text: str) -> bool:
    return isinstance(record, ServiceItem) and normalise(record.body.department) in text


def _among(found: Sequence[Candidate], *, same_name: bool, sure: float = 1.0) -> Decision:
    most = MOST_DISTRICTS if by_district([one.record for one in found]) else MOST
    codes = tuple(one.record.code for one in found[:most])
    first = found[0]
    return Decision(
        outcome="answer" if len(codes) == 1 else "clarify",
        records=codes,
        passage=first.hit.document.id,
        confidence=sure,
        matched=first.hit.matched_name if same_name else None,
    )
