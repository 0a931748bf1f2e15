"""What may be done with an order: the whole table."""

from __future__ import annotations

import pytest

from assistant.work_orders.acts import OVER, checked, refusal
from assistant.work_orders.types import Act, FollowUp, OrderStatus

ACTS: tuple[Act, ...] = ("add", "urge", "withdraw", "rate", "reopen")
FINISHED = (OrderStatus.CLOSED, OrderStatus.REVISITED)


@pytest.mark.parametrize("status", [one for one in OrderStatus if one not in OVER])
def test_while_somebody_works_on_it(status: OrderStatus) -> None:
    told = [refusal(act, status, rated=False) for act in ACTS]
    assert told == [None, None, None, "too_early", "too_early"]


@pytest.mark.parametrize("status", FINISHED)
def test_after_its_end(status: OrderStatus) -> None:
    told = [refusal(act, status, rated=False) for act in ACTS]
    assert told == ["closed", "closed", "closed", None, None]
    assert refusal("rate", status, rated=True) == "too_late"
    assert refusal("reopen", status, rated=True) is None


def test_after_withdrawal_nothing() -> None:
    told = {refusal(act, OrderStatus.WITHDRAWN, rated=False) for act in ACTS}
    assert told == {"closed"}


@pytest.mark.parametrize("stars", [None, 0, 6, -1])
def test_stars_are_one_to_five(stars: int | None) -> None:
    with pytest.raises(ValueError, match="stars"):
        checked(FollowUp(act="rate", stars=stars))


def test_the_rest_is_as_it_was() -> None:
    for what in (FollowUp(act="urge"), FollowUp(act="add", text="又来了")):
        assert checked(what) == what
