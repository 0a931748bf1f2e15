"""What is remembered between turns: the record last spoken of, the choices last offered, and the
way through a bundle.

A turn that answered nothing leaves the memory as it was.
"""

from __future__ import annotations

from dataclasses import replace

from assistant.types import DialogueState, Turn
from channels.types import Status


def remember(turn: Turn) -> Turn:
    """The turn with the state that the next message of the session starts from."""
    state = following(turn)
    return turn if state is turn.state else replace(turn, state=state)


def following(turn: Turn) -> DialogueState:
    """The next state; the same object if nothing is to be remembered."""
    draft, state = turn.draft, turn.state
    if draft is None:
        return state
    if draft.left:
        return replace(state, guide=None, record=None, turns=state.turns + 1)
    if draft.guide is not None:
        record = draft.guide.bundle
        return DialogueState(record=record, guide=draft.guide, turns=state.turns + 1)
    match draft.status:
        case Status.ANSWERED | Status.PARTIAL if turn.decision is not None:
            return DialogueState(
                record=turn.decision.records[0], guide=state.guide, turns=state.turns + 1
            )
        case Status.CLARIFY | Status.NOT_FOUND if offered := _offered(turn):
            facets = turn.understanding.facets if turn.understanding else ()
            return DialogueState(
                record=state.record,
                facets=facets,
                offered=offered,
                guide=state.guide,
                turns=state.turns + 1,
            )
        case _:
            return state


def _offered(turn: Turn) -> tuple[str, ...]:
    cards = turn.draft.cards if turn.draft else ()
    return tuple(
        row.code for card in cards if card.kind == "choices" for row in card.rows if row.code
    )
