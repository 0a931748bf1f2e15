"""What every store of saved plans must do, whatever it stands on."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.types import GuideState, PlanStore
from tests.contracts.running import Run

FIRST = GuideState(
    bundle="b1",
    begun=date(2026, 11, 22),
    answers=(
        ("married", True),
        ("kind", "x"),
        ("born", date(2026, 1, 5)),
        ("needs", frozenset({"a", "b"})),
        ("age", 3),
        ("open", None),
    ),
    asking="move",
    offline=True,
    code="23456789AB",
)
SECOND = GuideState(bundle="b2", begun=date(2026, 11, 23))


class PlanStoreContract:
    """Inherit it and give ``store``: an empty store of the implementation."""

    @pytest.fixture
    def store(self) -> PlanStore:
        raise NotImplementedError

    def test_an_unknown_code_is_nothing(self, run: Run, store: PlanStore) -> None:
        assert run(store.load("nobody")) is None

    def test_what_was_saved_is_loaded_with_every_kind_of_answer(
        self, run: Run, store: PlanStore
    ) -> None:
        async def go() -> GuideState | None:
            await store.save("c1", FIRST)
            return await store.load("c1")

        found = run(go())
        assert found == FIRST
        assert found is not None
        assert dict(found.answers)["married"] is True
        assert isinstance(dict(found.answers)["needs"], frozenset)

    def test_the_last_save_counts(self, run: Run, store: PlanStore) -> None:
        async def go() -> GuideState | None:
            await store.save("c1", FIRST)
            await store.save("c1", SECOND)
            return await store.load("c1")

        assert run(go()) == SECOND

    def test_codes_are_kept_apart(self, run: Run, store: PlanStore) -> None:
        async def go() -> tuple[GuideState | None, GuideState | None]:
            await store.save("c1", FIRST)
            await store.save("c2", SECOND)
            return await store.load("c1"), await store.load("c2")

        assert run(go()) == (FIRST, SECOND)

    def test_forgetting_leaves_the_others(self, run: Run, store: PlanStore) -> None:
        async def go() -> tuple[GuideState | None, GuideState | None]:
            await store.save("c1", FIRST)
            await store.save("c2", SECOND)
            await store.forget("c1")
            await store.forget("nobody")
            return await store.load("c1"), await store.load("c2")

        assert run(go()) == (None, SECOND)
