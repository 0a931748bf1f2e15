"""What someone may claim: policies' benefits against what they chose to tell (免申即享, 精准送).

Pure functions; the answers live in the dialogue state only, for as long as the talk lasts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from knowledge import profile
from knowledge.conditions import Told, Truth, Value, holds, names
from knowledge.situations import MOST_QUESTIONS, Answers
from knowledge.types import Benefit, Policy, Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One benefit of one policy.  ``truth``: due, or open (``None``); ``missing``: what would
    settle it (profile fields)."""

    policy: Policy
    number: int
    truth: Truth
    missing: tuple[Question, ...] = ()

    @property
    def benefit(self) -> Benefit:
        return self.policy.benefits[self.number]


def claims(policies: Iterable[Policy], answers: Answers) -> tuple[Claim, ...]:
    """The benefits that are due, then those that are open; what is excluded does not appear."""
    told = _told(answers)
    found = [
        Claim(
            policy=policy,
            number=number,
            truth=truth,
            missing=_missing(benefit, told) if truth is None else (),
        )
        for policy in policies
        for number, benefit in enumerate(policy.benefits)
        if (truth := holds(benefit.if_, told)) is not False
    ]
    return tuple(sorted(found, key=lambda one: (one.truth is None, len(one.missing))))


def next_field(policies: Iterable[Policy], answers: Answers) -> Question | None:
    """The profile field that most open benefits still wait for; ``None`` once seven were asked."""
    if len(answers) >= MOST_QUESTIONS:
        return None
    told = _told(answers)
    waiting = Counter(
        field.id
        for policy in policies
        for benefit in policy.benefits
        if holds(benefit.if_, told) is None
        for field in _missing(benefit, told)
        if field.id not in answers
    )
    order = list(profile.fields())
    best = min(waiting, key=lambda field: (-waiting[field], order.index(field)), default=None)
    return profile.fields()[best] if best else None


def _told(answers: Answers) -> Told:
    known: Mapping[str, Value] = {
        field: value for field, value in answers.items() if value is not None
    }
    return Told(profile=known)


def _missing(benefit: Benefit, told: Told) -> tuple[Question, ...]:
    """Fields that the condition looks at and that were not told."""
    looked_at = {name for kind, name in names(benefit.if_) if kind == "profile"}
    fields = profile.fields()
    return tuple(
        question
        for field, question in fields.items()
        if field in looked_at and field not in told.profile
    )
