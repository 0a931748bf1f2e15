"""What every session store must do, whatever it stands on."""

from __future__ import annotations

import asyncio

import pytest

from assistant.types import DialogueState, SessionStore
from knowledge.types import Facet
from tests.contracts.running import Run

FIRST = DialogueState(record="居-1", facets=(Facet.FEE, Facet.PLACE), offered=("a", "b"), turns=3)
SECOND = DialogueState(record="i2", turns=4)


class SessionStoreContract:
    """Inherit it and give ``store``: an empty store of the implementation."""

    @pytest.fixture
    def store(self) -> SessionStore:
        raise NotImplementedError

    def test_an_unknown_session_is_empty(self, run: Run, store: SessionStore) -> None:
        assert run(store.load("nobody")) == DialogueState()

    def test_what_was_saved_is_loaded(self, run: Run, store: SessionStore) -> None:
        async def go() -> DialogueState:
            await store.save("s1", FIRST)
            return await store.load("s1")

        found = run(go())
        assert found == FIRST
        assert all(isinstance(facet, Facet) for facet in found.facets)

    def test_the_last_save_counts(self, run: Run, store: SessionStore) -> None:
        async def go() -> DialogueState:
            await store.save("s1", FIRST)
            await store.save("s1", SECOND)
            return await store.load("s1")

        assert run(go()) == SECOND

    def test_loading_changes_nothing(self, run: Run, store: SessionStore) -> None:
        async def go() -> list[DialogueState]:
            await store.save("s1", FIRST)
            return [await store.load("s1") for _ in range(3)]

        assert run(go()) == [FIRST] * 3

    def test_sessions_do_not_see_each_other(self, run: Run, store: SessionStore) -> None:
        async def go() -> list[DialogueState]:
            await store.save("s1", FIRST)
            await store.save("s2", SECOND)
            await store.save("s10", FIRST)
            await store.forget("s1")
            return [await store.load(name) for name in ("s1", "s2", "s10", "s")]

        assert run(go()) == [DialogueState(), SECOND, FIRST, DialogueState()]

    def test_a_forgotten_session_is_empty_and_can_begin_again(
        self, run: Run, store: SessionStore
    ) -> None:
        async def go() -> list[DialogueState]:
            await store.save("s1", FIRST)
            await store.forget("s1")
            empty = await store.load("s1")
            await store.save("s1", SECOND)
            return [empty, await store.load("s1")]

        assert run(go()) == [DialogueState(), SECOND]

    def test_forgetting_the_unknown_is_no_error(self, run: Run, store: SessionStore) -> None:
        run(store.forget("nobody"))

    def test_many_at_once(self, run: Run, store: SessionStore) -> None:
        async def one(number: int) -> bool:
            state = DialogueState(record=f"i{number}", turns=number)
            await store.save(f"s{number}", state)
            return await store.load(f"s{number}") == state

        async def go() -> list[bool]:
            return await asyncio.gather(*(one(number) for number in range(200)))

        assert all(run(go()))
