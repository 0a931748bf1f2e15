"""What a conversation remembers: codes and facets, and only of turns that led somewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.dialogue import following, remember
from assistant.types import (
    Decision,
    DialogueState,
    Draft,
    Erased,
    Intent,
    Listed,
    Turn,
    Understanding,
)
from assistant.work_orders.types import FormState, OrderKind, Receipt
from channels.types import Card, CardKind, CardRow, Message, Status
from knowledge.types import Facet

BEFORE = DialogueState(record="old", facets=(Facet.FEE,), offered=("x", "y"), turns=3)
ANSWER = Decision(outcome="answer", records=("new",))


def turn(status: Status | None, decision: Decision | None = None, *codes: str) -> Turn:
    """A finished turn of this status that offered these codes."""
    rows = tuple(CardRow(label=code, code=code) for code in codes)
    cards = (Card(kind="choices", title="请选择", rows=rows),) if rows else ()
    return Turn(
        id="t",
        session_id="s",
        message=Message(text="我的身份证号码是440106"),
        release="r1",
        state=BEFORE,
        understanding=Understanding(
            intent=Intent.ASK, text="秘密", focus="秘密", facets=(Facet.MATERIALS,)
        ),
        decision=decision,
        draft=Draft(status=status, cards=cards) if status else None,
    )


@pytest.mark.parametrize("status", [Status.ANSWERED, Status.PARTIAL])
def test_the_record_answered_with(status: Status) -> None:
    after = following(turn(status, ANSWER))
    assert (after.record, after.facets, after.turns) == ("new", (Facet.MATERIALS,), 4)
    assert (after.offered, after.before) == ((), ("old",))


def test_choices_of_a_bundle_that_answers_are_no_question() -> None:
    assert following(turn(Status.ANSWERED, ANSWER, "a", "b")).offered == ()


@pytest.mark.parametrize("status", [Status.CLARIFY, Status.NOT_FOUND])
def test_what_was_offered_and_what_was_asked_of_it(status: Status) -> None:
    state = following(turn(status, None, "a", "b"))
    assert state.offered == ("a", "b")
    assert state.facets == (Facet.MATERIALS,)
    assert state.record == "old"
    assert state.turns == 4


@pytest.mark.parametrize(
    "status",
    [
        Status.CRISIS,
        Status.OUT_OF_SCOPE,
        Status.REFUSED,
        Status.FAILED,
        Status.CLARIFY,
        Status.NOT_FOUND,
        Status.ANSWERED,  # small talk: answered, no record
        None,
    ],
)
def test_a_turn_that_led_nowhere_changes_nothing(status: Status | None) -> None:
    one = turn(status)
    assert following(one) is BEFORE
    assert remember(one) is one


@given(
    st.sampled_from(Status),
    st.sampled_from([None, ANSWER]),
    st.lists(st.sampled_from("abc"), max_size=5),
)
def test_nothing_that_was_typed_is_kept(
    status: Status, decision: Decision | None, codes: list[str]
) -> None:
    state = remember(turn(status, decision, *codes)).state
    assert "440106" not in repr(state)
    assert "秘密" not in repr(state)


def test_remembering_keeps_the_rest_of_the_turn() -> None:
    one = turn(Status.ANSWERED, ANSWER)
    assert replace(remember(one), state=BEFORE) == one


def test_what_was_refused_is_spoken_of_no_more() -> None:
    none = replace(turn(Status.NOT_FOUND), draft=Draft(status=Status.NOT_FOUND, reason="neither"))
    after = following(none)
    assert (after.offered, after.record) == ((), "old")
    of_them = replace(none, state=replace(BEFORE, record="x", before=("y", "z")))
    after = following(of_them)
    assert (after.record, after.before) == (None, ("z",))


class TestList:
    OFFERED = Listed(codes=("a", "b"), facets=(Facet.MATERIALS,), at=4)

    def test_what_was_offered_outlasts_another_answer(self) -> None:
        offered = following(turn(Status.CLARIFY, None, "a", "b"))
        assert offered.listed == self.OFFERED
        after = following(replace(turn(Status.ANSWERED, ANSWER), state=offered))
        assert (after.offered, after.listed, after.turns) == ((), self.OFFERED, 5)

    @pytest.mark.parametrize("kind", ["choices", "plan"])
    def test_the_parts_of_a_bundle_keep_their_places(self, kind: CardKind) -> None:
        rows = (CardRow(label="1", code="p1"), CardRow(label="2"), CardRow(label="3", code="p3"))
        card = Card(kind=kind, title="包含的事项", code="bundle", rows=rows)
        after = following(self._shows(card))
        assert after.listed == Listed(codes=("p1", "", "p3"), of="bundle", at=4)

    def test_the_articles_of_a_rule_are_no_list(self) -> None:
        rows = tuple(CardRow(label=f"第{one}条", code="law") for one in "一二")
        card = Card(kind="choices", title="条文", code="law", rows=rows)
        one = self._shows(card)
        state = replace(BEFORE, listed=self.OFFERED)
        assert following(replace(one, state=state)).listed == self.OFFERED

    def test_a_bundle_that_is_left_leaves_no_list(self) -> None:
        draft = Draft(status=Status.ANSWERED, left=True)
        state = replace(BEFORE, listed=Listed(codes=("p1",), of="bundle"))
        assert following(replace(turn(None), state=state, draft=draft)).listed is None

    @staticmethod
    def _shows(card: Card) -> Turn:
        one = turn(Status.ANSWERED, ANSWER)
        return replace(one, draft=Draft(status=Status.ANSWERED, cards=(card,)))


FORM = FormState(kind=OrderKind.COMPLAINT, key="k", asking="place")
WAITING = replace(BEFORE, form=FORM)


class TestFiling:
    def test_waits_while_something_else_is_answered(self) -> None:
        one = replace(turn(Status.ANSWERED, ANSWER), state=WAITING)
        after = following(one)
        assert (after.record, after.form, after.turns) == ("new", FORM, 4)

    def test_goes_on_as_the_draft_leaves_it(self) -> None:
        next_ = replace(FORM, asking="when")
        draft = Draft(status=Status.GUIDING, form=next_)
        after = following(replace(turn(None), state=WAITING, draft=draft))
        assert after == DialogueState(record="old", turns=4, form=next_)

    def test_is_over(self) -> None:
        draft = Draft(status=Status.FILED, ended="form")
        receipt = Receipt(
            number="GZ1",
            check="5678",
            drawn=False,
            filed=datetime(2026, 11, 22, tzinfo=UTC),
            route="12345",
        )
        filed = replace(turn(None), state=WAITING, draft=draft, outcome=receipt)
        after = following(filed)
        assert after.form is None
        assert after.receipts == (("GZ1", "5678"),)
        assert following(replace(filed, state=after)).receipts == after.receipts

    def test_is_erased_with_everything(self) -> None:
        one = replace(turn(Status.ANSWERED), state=WAITING, outcome=Erased())
        assert following(one) == DialogueState()
