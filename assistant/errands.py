"""Errands: what a turn needs from outside, carried out between the steps that ask and those that
tell.

Whoever is away makes an outcome (``Away``), never an error: the tellers say what that means.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from assistant.cases.types import CaseRegistry
from assistant.errors import Unavailable
from assistant.handoff.types import StaffDesk
from assistant.types import (
    Away,
    CallPerson,
    Erase,
    Erased,
    Errand,
    FileOrder,
    Follow,
    LeaveQueue,
    Left,
    LookUp,
    Outcome,
    Over,
    Similar,
    Turn,
)
from assistant.work_orders.numbers import of_order
from assistant.work_orders.types import (
    Asker,
    OrderView,
    Receipt,
    Refused,
    WorkOrder,
    WorkOrderDesk,
)


async def none_similar(_order: WorkOrder) -> tuple[str, ...]:
    """Where nobody can tell, no order is like another."""
    return ()


async def nothing_kept(_session_id: str) -> tuple[str, ...]:
    """Where nothing but the session holds anything, nothing is kept."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Desks:
    """Whoever errands go to.

    ``similar``: numbers of the same person's open orders about the same matter, newest first; an
    order that was filed under the same key is this very one, and is not among them.
    ``handed``: what is filed reaches the hotline, by its system or by hand; else it is only kept.
    ``erase``: erases what is held of a session outside the session store, and gives the numbers of
    what the law keeps.  All may raise ``Unavailable``.
    """

    orders: WorkOrderDesk
    cases: CaseRegistry
    staff: StaffDesk | None = None
    similar: Callable[[WorkOrder], Awaitable[tuple[str, ...]]] = none_similar
    erase: Callable[[str], Awaitable[tuple[str, ...]]] = nothing_kept
    handed: bool = True


async def carry_out(turn: Turn, desks: Desks | None) -> Turn:
    """The turn with the outcome of its errand; the turn as it is, if it has none."""
    if turn.errand is None:
        return turn
    try:
        outcome = await _outcome(turn.errand, turn, desks) if desks else Away()
    except Unavailable:
        outcome = Away()
    return replace(turn, outcome=outcome)


async def _outcome(errand: Errand, turn: Turn, desks: Desks) -> Outcome:
    session_id = turn.session_id
    match errand:
        case FileOrder():
            return await _file(errand, desks)
        case LookUp(number=number, check=check) if of_order(number):
            return await desks.orders.look_up(number, check, _asker(turn, number, check))
        case Follow() if of_order(errand.number):
            return await _follow(errand, turn, desks)
        case LookUp(number=number, check=check) | Follow(number=number, check=check):
            return await desks.cases.look_up(number, check, _asker(turn, number, check))
        case CallPerson(desk=desk, package=package):
            return await desks.staff.request(session_id, desk, package) if desks.staff else Away()
        case LeaveQueue():
            if desks.staff is not None:
                await desks.staff.leave(session_id)
            return Left()
        case Erase():
            return Erased(kept=await desks.erase(session_id))


async def _file(errand: FileOrder, desks: Desks) -> Receipt | Similar:
    """File it, unless it is like another.  Not knowing whether it is keeps nobody from filing."""
    if errand.unless_similar:
        try:
            numbers = await desks.similar(errand.order)
        except Unavailable:
            numbers = ()
        if numbers:
            return Similar(numbers=numbers)
    return await desks.orders.file(errand.order)


async def _follow(errand: Follow, turn: Turn, desks: Desks) -> OrderView | Over | Refused:
    """Do it; of an order that is over, how it ended."""
    number, check, asker = errand.number, errand.check, _asker(turn, errand.number, errand.check)
    told = await desks.orders.follow_up(number, check, errand.what, asker)
    if not isinstance(told, Refused) or told.reason != "closed":
        return told
    view = await desks.orders.look_up(number, check, asker)
    return Over(view=view) if isinstance(view, OrderView) else told


def _asker(turn: Turn, number: str, check: str) -> Asker:
    return Asker(session=turn.session_id, own=(number, check) in turn.state.receipts)
