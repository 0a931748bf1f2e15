"""What may still be done with an order, by how far it has come."""

from __future__ import annotations

from assistant.work_orders.types import Act, FollowUp, OrderStatus, Refusal

OVER = (OrderStatus.CLOSED, OrderStatus.REVISITED, OrderStatus.WITHDRAWN)
"""Statuses in which nobody works on an order."""

BECOMES: dict[Act, OrderStatus] = {
    "withdraw": OrderStatus.WITHDRAWN,
    "reopen": OrderStatus.REOPENED,
}
"""The status that an act of the citizen gives to an order; the other acts give none."""

NEXT: dict[OrderStatus, tuple[OrderStatus, ...]] = {
    OrderStatus.FILED: (OrderStatus.ASSIGNED, OrderStatus.WORKING, OrderStatus.CLOSED),
    OrderStatus.ASSIGNED: (
        OrderStatus.WORKING,
        OrderStatus.RETURNED,
        OrderStatus.EXTENDED,
        OrderStatus.CLOSED,
    ),
    OrderStatus.RETURNED: (OrderStatus.ASSIGNED, OrderStatus.CLOSED),
    OrderStatus.WORKING: (OrderStatus.RETURNED, OrderStatus.EXTENDED, OrderStatus.CLOSED),
    OrderStatus.EXTENDED: (OrderStatus.WORKING, OrderStatus.RETURNED, OrderStatus.CLOSED),
    OrderStatus.CLOSED: (OrderStatus.REVISITED, OrderStatus.REOPENED),
    OrderStatus.REVISITED: (OrderStatus.REOPENED,),
    OrderStatus.REOPENED: (
        OrderStatus.ASSIGNED,
        OrderStatus.WORKING,
        OrderStatus.RETURNED,
        OrderStatus.EXTENDED,
        OrderStatus.CLOSED,
    ),
    OrderStatus.WITHDRAWN: (),
}
"""What may follow a status on the side of those who work on an order."""

EXPLAINED = frozenset(
    {OrderStatus.RETURNED, OrderStatus.EXTENDED, OrderStatus.CLOSED, OrderStatus.REOPENED}
)
"""Steps of theirs that the citizen is owed a word about."""


def refusal(act: Act, status: OrderStatus, *, rated: bool) -> Refusal | None:
    """Why the act is refused now.  One may add, urge and withdraw until an order is over; rate
    (once) and reopen it when it is closed or revisited."""
    if act in ("add", "urge", "withdraw"):
        return "closed" if status in OVER else None
    if status is OrderStatus.WITHDRAWN:
        return "closed"
    if status not in OVER:
        return "too_early"
    return "too_late" if act == "rate" and rated else None


def checked(what: FollowUp) -> FollowUp:
    """The same.  Raises ``ValueError`` for stars outside 1 to 5, or something added without words.

    >>> checked(FollowUp(act="rate", stars=5)).stars
    5
    """
    if what.act == "rate" and what.stars not in range(1, 6):
        raise ValueError("a rating has one to five stars")
    if what.act == "add" and not (what.text or "").strip():
        raise ValueError("nothing to add")
    return what
