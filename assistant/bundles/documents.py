"""The documents of a plan: each once, with who asks for it, and what need not be brought."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.bundles.checklist import Checklist
from knowledge.conditions import Told, Truth, both, either, holds
from knowledge.types import Bundle, Material, Rule, ServiceItem, SharedMaterial

Need = Literal["needed", "maybe", "depends"]
"""Needed; perhaps (an answer was 不知道); needed only in the case that the record names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One record that asks for a document: the field where it does."""

    code: str
    field: str
    material: Material


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDocument:
    """One document of the plan.

    ``copies``, ``originals``: as far as records say, ``None`` if none does; copies are summed over
    the items.  ``spared``: why it need not be brought, with the field that says so.  ``made_by``:
    the item of the plan whose result it is, if all who ask come after it.  ``later``: 容缺后补.
    """

    key: str
    name: str
    need: Need
    items: tuple[str, ...]
    asked: tuple[Asked, ...]
    originals: int | None = None
    copies: int | None = None
    when: str | None = None
    spared: Asked | None = None
    later: bool = False
    made_by: str | None = None
    because: tuple[Rule, ...] = ()


def documents(
    bundle: Bundle,
    chosen: Checklist,
    records: Mapping[str, ServiceItem],
    told: Told,
) -> tuple[PlannedDocument, ...]:
    """The documents of the items on the checklist, in the order of the bundle and its items."""
    shared = {one.key: one for one in bundle.materials if one.key}
    taken = {
        (part.item, part.material): key for key, one in shared.items() for part in one.satisfies
    }
    asks: dict[str, list[tuple[Asked, Truth, bool]]] = {key: [] for key in chosen.documents}
    own: dict[str, Asked] = {}
    for number, document in enumerate(bundle.materials):
        if document.key in asks:
            where = Asked(code=bundle.code, field=f"materials[{number}]", material=document)
            own[document.key] = where
            wanted = either(*(chosen.items[one] for one in document.for_ if one in chosen.items))
            if wanted is not False:
                asks[document.key].append((where, wanted, document.need != "非必要"))
    for code, truth in chosen.items.items():
        record = records.get(code)
        for asked, of_record, certain in _materials(record, told) if record else ():
            key = taken.get((code, asked.material.name))
            if key is None:
                key = f"{code}#{asked.material.name}"
            elif key not in chosen.documents:
                continue  # a rule took it away
            asks.setdefault(key, []).append((asked, both(truth, of_record), certain))
    results, earlier = _results(records, chosen), _earlier(bundle)
    return tuple(
        _document(key, own.get(key), found, chosen, results, earlier)
        for key, found in asks.items()
        if found
    )


def _materials(item: ServiceItem, told: Told) -> Iterator[tuple[Asked, Truth, bool]]:
    """What the item asks of this person: where, how true, and whether in every case."""
    variants = [(n, one, holds(one.if_, told)) for n, one in enumerate(item.variants)]
    dropped = {name for _, one, truth in variants if truth is True for name in one.without}
    for number, material in enumerate(item.materials):
        if material.name not in dropped:
            field = f"materials[{number}]"
            asked = Asked(code=item.code, field=field, material=material)
            yield asked, True, material.need != "非必要"
    for at, variant, truth in variants:
        if truth is not True:
            continue
        for number, material in enumerate(variant.materials):
            field = f"variants[{at}].materials[{number}]"
            asked = Asked(code=item.code, field=field, material=material)
            yield asked, True, material.need != "非必要"


def _document(
    key: str,
    own: Asked | None,
    asks: Sequence[tuple[Asked, Truth, bool]],
    chosen: Checklist,
    results: Mapping[str, Sequence[str]],
    earlier: Mapping[str, frozenset[str]],
) -> PlannedDocument:
    found = [asked for asked, _, _ in asks]
    name = (own or found[0]).material.name
    items = tuple(
        dict.fromkeys(
            code
            for asked in found
            for code in (_askers(asked.material, chosen) or (asked.code,))
            if code in chosen.items
        )
    )
    makers = (
        maker
        for maker in results.get(_plain(name), ())
        if all(maker in earlier[code] for code in items)
    )
    return PlannedDocument(
        key=key,
        name=name,
        need=_need(key, asks, chosen),
        items=items,
        asked=tuple(found),
        originals=_most(one.material.originals for one in found),
        copies=_sum(one.material.copies for one in found),
        when=next((one.material.when for one in found if one.material.when), None),
        spared=_spared(own, found),
        later=all(one.material.need == "容缺后补" for one in found),
        made_by=next(makers, None),
        because=chosen.because.get(key, ()),
    )


def _need(key: str, asks: Sequence[tuple[Asked, Truth, bool]], chosen: Checklist) -> Need:
    """Needed if an item that is sure asks in every case; perhaps if that hangs on an open answer.

    A rule that adds the document makes it needed in every case.
    """
    adding = [rule for rule in chosen.because.get(key, ()) if key in rule.add_documents]
    added = True if any(rule in chosen.applied for rule in adding) else None if adding else False
    always = [truth for _, truth, certain in asks if certain or added]
    on_list = chosen.documents.get(key, True)
    if on_list and True in always:
        return "needed"
    if on_list is None or None in always or added is None:
        return "maybe"
    return "depends" if any(truth for _, truth, _ in asks) else "maybe"


def _askers(material: Material, chosen: Checklist) -> tuple[str, ...]:
    """The items of the plan that a bundle's own document is for."""
    if not isinstance(material, SharedMaterial):
        return ()
    return tuple(code for code in material.for_ if code in chosen.items)


def _spared(own: Asked | None, asked: Sequence[Asked]) -> Asked | None:
    """Who says that it need not be handed in: the bundle for all, or every item that asks."""
    shared = own.material if own else None
    if isinstance(shared, SharedMaterial) and (shared.electronic or shared.exempt):
        return own
    return asked[0] if all(one.material.exempt for one in asked) else None


def _results(records: Mapping[str, ServiceItem], chosen: Checklist) -> dict[str, list[str]]:
    """The results of the items that are surely in the plan: plain name → codes of the items."""
    found: dict[str, list[str]] = {}
    for code, truth in chosen.items.items():
        record = records.get(code)
        for result in record.results if truth and record else ():
            found.setdefault(_plain(result.name), []).append(code)
    return found


def _earlier(bundle: Bundle) -> dict[str, frozenset[str]]:
    """For each item, all that come before it."""
    after = {part.code: part.after for part in bundle.items}

    def walk(code: str) -> frozenset[str]:
        firsts = after.get(code, ())
        return frozenset(firsts).union(*(walk(first) for first in firsts))

    return {code: walk(code) for code in after}


def _plain(name: str) -> str:
    return "".join(name.split()).strip("《》")


def _most(counts: Iterator[int | None]) -> int | None:
    return max((one for one in counts if one is not None), default=None)


def _sum(counts: Iterator[int | None]) -> int | None:
    known = [one for one in counts if one is not None]
    return sum(known) if known else None
