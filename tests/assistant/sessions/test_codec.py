"""States to bytes and back: any state survives, and reading never fails."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.sessions import codec
from assistant.types import DialogueState, GuideState
from assistant.work_orders.types import FormState, OrderKind
from knowledge.types import Facet
from tests.contracts.plan_store import FIRST as PLAN

STATES = st.from_type(DialogueState).map(lambda state: _of_today(state))


def _of_today(state: DialogueState) -> DialogueState:
    fields = {name: getattr(state, name) for name in DialogueState.__dataclass_fields__}
    return DialogueState(**fields | {"version": codec.VERSION})


@given(STATES)
def test_any_state_survives(state: DialogueState) -> None:
    again = codec.decode(codec.encode(state))
    assert again == state
    assert again is not None
    assert all(isinstance(facet, Facet) for facet in again.facets)
    if state.guide is not None:
        assert again.guide is not None
        kinds = [[type(value) for _, value in one.answers] for one in (state.guide, again.guide)]
        assert kinds[0] == kinds[1]


@given(st.from_type(GuideState))
def test_any_plan_survives(guide: GuideState) -> None:
    assert codec.decode_plan(codec.encode_plan(guide)) == guide


@given(st.binary() | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(
        ["version", "guide", "answers", "facets", "bundle", "said", "day", "some", "turns"]
    ), inner),
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_reading_never_fails(content: bytes) -> None:
    assert isinstance(codec.decode(content), DialogueState | None)
    assert isinstance(codec.decode_plan(content), GuideState | None)


@given(STATES, st.data())
def test_what_is_damaged_is_no_error(state: DialogueState, data: st.DataObject) -> None:
    content = codec.encode(state)
    end = data.draw(st.integers(0, len(content) - 1))
    assert codec.decode(content[:end]) is None


def test_what_the_first_version_wrote_is_read() -> None:
    first = {
        "version": 1,
        "record": "居-1",
        "facets": ["fee"],
        "offered": ["a"],
        "turns": 3,
        "guide": {
            "bundle": "b1",
            "begun": "2026-11-22",
            "answers": [["born", {"day": "2026-01-05"}], ["needs", {"some": ["a"]}]],
            "asking": "move",
            "offline": False,
            "code": None,
        },
    }
    assert codec.decode(json.dumps(first).encode()) == DialogueState(
        record="居-1",
        facets=(Facet.FEE,),
        offered=("a",),
        turns=3,
        guide=GuideState(
            bundle="b1",
            begun=date(2026, 11, 22),
            answers=(("born", date(2026, 1, 5)), ("needs", frozenset({"a"}))),
            asking="move",
        ),
    )


def test_every_older_version_has_its_step() -> None:
    assert set(codec.MIGRATIONS) == set(range(1, codec.VERSION))


def test_steps_are_taken_one_after_the_other() -> None:
    content = json.dumps({"version": codec.VERSION - 1, "subject": "x"}).encode()
    steps = {codec.VERSION - 1: lambda plain: {"record": plain["subject"]}}
    assert codec.decode(content, steps) == DialogueState(record="x")


@pytest.mark.parametrize("steps", [{}, {codec.VERSION - 1: lambda plain: plain["gone"]}])
def test_what_cannot_be_brought_up_is_dropped(steps: dict[int, object]) -> None:
    content = json.dumps({"version": codec.VERSION - 1, "record": "x"}).encode()
    assert codec.decode(content, steps) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("version", [codec.VERSION + 1, 0, -1, None, "2"])
def test_what_another_version_wrote_is_not_read(version: object) -> None:
    plain = json.loads(codec.encode(DialogueState(record="x")))
    assert codec.decode(json.dumps(plain | {"version": version}).encode()) is None


def test_a_plan_of_another_version_is_not_read() -> None:
    plain = json.loads(codec.encode_plan(PLAN))
    assert codec.decode_plan(json.dumps(plain | {"version": 99}).encode()) is None


def test_half_a_character_is_no_error() -> None:
    form = FormState(kind=OrderKind.COMPLAINT, key="k", fields=(("text", "噪\ud800声"),))
    again = codec.decode(codec.encode(DialogueState(form=form)))
    assert again is not None
    assert again.form is not None
    assert again.form.fields == (("text", "噪?声"),)
