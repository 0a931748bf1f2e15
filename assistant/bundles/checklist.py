"""What the rules make of what is told: the items and documents of one person, each with its truth.

True: needed; ``None``: may be needed (不知道); what is false does not appear.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.conditions import Told, Truth, both, either, holds, negate
from knowledge.types import Bundle, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """``items`` by code, ``documents`` by key, in the order of the bundle.

    ``because``: for an item or document, the rules that brought it in or leave it open.
    ``applied``: every rule whose condition holds.  ``stops``: rules that end the plan; ``doubts``:
    those that may.
    """

    items: Mapping[str, Truth]
    documents: Mapping[str, Truth]
    because: Mapping[str, tuple[Rule, ...]]
    applied: tuple[Rule, ...] = ()
    stops: tuple[Rule, ...] = ()
    doubts: tuple[Rule, ...] = ()


def checklist(bundle: Bundle, told: Told) -> Checklist:
    """The personal checklist.  A stopped plan has no items and no documents."""
    truths = [(rule, holds(rule.if_, told)) for rule in bundle.rules]
    stops = tuple(rule for rule, truth in truths if rule.stop and truth is True)
    if stops:
        return Checklist(items={}, documents={}, because={}, stops=stops)
    items = {
        part.code: _in(
            not part.optional,
            [truth for rule, truth in truths if part.code in rule.add_items],
            [truth for rule, truth in truths if part.code in rule.remove_items],
        )
        for part in bundle.items
    }
    keyed = {one.key: one for one in bundle.materials if one.key}
    documents = {
        key: _in(
            not one.optional,
            [truth for rule, truth in truths if key in rule.add_documents],
            [truth for rule, truth in truths if key in rule.remove_documents],
        )
        for key, one in keyed.items()
    }
    present = {name for name, truth in (*items.items(), *documents.items()) if truth is not False}
    because = {
        name: tuple(rule for rule, truth in truths if truth is not False and name in _touched(rule))
        for name in present
    }
    return Checklist(
        items={code: truth for code, truth in items.items() if truth is not False},
        documents={key: truth for key, truth in documents.items() if truth is not False},
        because={name: rules for name, rules in because.items() if rules},
        applied=tuple(rule for rule, truth in truths if truth is True),
        doubts=tuple(rule for rule, truth in truths if rule.stop and truth is None),
    )


def _in(base: bool, added: list[Truth], removed: list[Truth]) -> Truth:
    """Whether something is on the list: from the start or added, and not removed."""
    return both(either(base, *added), negate(either(*removed)))


def _touched(rule: Rule) -> frozenset[str]:
    return frozenset(
        (*rule.add_items, *rule.remove_items, *rule.add_documents, *rule.remove_documents)
    )
