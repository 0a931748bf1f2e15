"""What is remembered between turns: the record last spoken of, the choices last offered, the list
last shown, the way through a bundle, and what is under way: a filing, a progress query, a handoff.

A turn that answered nothing leaves the memory as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.handoff import passing
from assistant.handoff.types import Place
from assistant.types import DialogueState, Draft, Erased, Left, Listed, Turn
from assistant.work_orders.types import Receipt
from channels.types import Status

MOST_RECEIPTS = 10
MOST_BEFORE = 6


def remember(turn: Turn) -> Turn:
    """The turn with the state that the next message of the session starts from."""
    state = following(turn)
    return turn if state is turn.state else replace(turn, state=state)


def following(turn: Turn) -> DialogueState:
    """The next state; the same object if nothing is to be remembered."""
    if isinstance(turn.outcome, Erased):
        return DialogueState()
    if turn.draft is None:
        return turn.state
    spoken = _with_list(_thread(turn, turn.draft), turn.draft)
    return _with_outcome(_under_way(spoken, turn.draft), turn)


def _thread(turn: Turn, draft: Draft) -> DialogueState:
    """What is spoken of: the record, what was offered, the way through a bundle."""
    state = turn.state
    after = replace(state, facets=(), offered=(), turns=state.turns + 1)
    if draft.left:
        return replace(after, guide=None, record=None)
    if draft.guide is not None:
        return replace(after, record=draft.guide.bundle, guide=draft.guide)
    if draft.reason == "neither" and state.offered:
        return _without_refused(after, state.offered)
    match draft.status:
        case Status.ANSWERED | Status.PARTIAL if turn.decision is not None:
            first, *others = turn.decision.records
            return replace(
                after,
                record=first,
                facets=turn.understanding.facets if turn.understanding else (),
                before=_before(state, first, others),
                profile=_profile(turn),
            )
        case Status.CLARIFY | Status.NOT_FOUND if offered := _offered(draft):
            facets = turn.understanding.facets if turn.understanding else ()
            return replace(after, facets=facets, offered=offered)
        case _:
            moved = draft.form or draft.enquiry or draft.ended
            return after if moved else state


def _without_refused(after: DialogueState, refused: Sequence[str]) -> DialogueState:
    """What was spoken of without the choices of which it is none (都不是)."""
    kept = tuple(one for one in after.before if one not in refused)
    record = None if after.record in refused else after.record
    return replace(after, record=record, before=kept)


def _with_list(state: DialogueState, draft: Draft) -> DialogueState:
    """The state with the list that the draft shows: the parts of a bundle or its plan, in their
    order, or what was offered.  Without one the list before is kept, unless its bundle is left.
    The articles of a rule are no such list: they have numbers of their own."""
    for card in reversed(draft.cards):
        codes = tuple(row.code or "" for row in card.rows)
        if card.kind in ("choices", "plan") and card.code and card.code not in codes:
            return replace(state, listed=Listed(codes=codes, of=card.code, at=state.turns))
    if state.offered and _offered(draft):
        listed = Listed(codes=state.offered, facets=state.facets, at=state.turns)
        return replace(state, listed=listed)
    return replace(state, listed=None) if draft.left else state


def _before(state: DialogueState, record: str, others: Sequence[str]) -> tuple[str, ...]:
    """The records spoken of before this one, each once, the last first."""
    spoken = (*others, *((state.record,) if state.record else ()), *state.before)
    return tuple(dict.fromkeys(one for one in spoken if one != record))[:MOST_BEFORE]


def _profile(turn: Turn) -> tuple[tuple[str, str], ...]:
    """What was told of the one who asks, the last word counting."""
    said = turn.understanding.profile if turn.understanding else ()
    return tuple((dict(turn.state.profile) | dict(said)).items())


def _under_way(state: DialogueState, draft: Draft) -> DialogueState:
    """A filing and a progress query go on as the draft leaves them, wait, or are over: what a query
    asked is over once the filing goes on."""
    form = None if draft.ended == "form" else draft.form or state.form
    enquiry = None if draft.ended == "enquiry" else draft.enquiry or state.enquiry
    if draft.form is not None and draft.reason == "form" and draft.enquiry is None:
        enquiry = enquiry if enquiry and enquiry.number and enquiry.check else None
    if form is state.form and enquiry is state.enquiry:
        return state
    return replace(state, form=form, enquiry=enquiry)


def _with_outcome(state: DialogueState, turn: Turn) -> DialogueState:
    """What an errand brought that later messages need."""
    match turn.outcome:
        case Receipt(number=number, check=check) if (number, check) not in state.receipts:
            receipts = (*state.receipts, (number, check))[-MOST_RECEIPTS:]
            return replace(state, receipts=receipts)
        case Place() as place:
            return passing.settled(state, place)
        case Left():
            return replace(state, handoff=None)
        case _:
            return state


def _offered(draft: Draft) -> tuple[str, ...]:
    return tuple(
        row.code for card in draft.cards if card.kind == "choices" for row in card.rows if row.code
    )
