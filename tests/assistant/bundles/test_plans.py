"""Saved plans: codes that tell nothing and are read however they are typed, and the store."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.bundles.plans import LENGTH, SIGNS, MemoryPlans, code_in, new_code, shown
from assistant.types import GuideState, PlanStore
from tests.contracts.plan_store import FIRST, PlanStoreContract

CODES = st.text(SIGNS, min_size=LENGTH, max_size=LENGTH).filter(
    lambda code: not code.isalpha() and not code.isdigit()
)


class TestCodes:
    def test_they_differ_and_have_no_sign_that_is_mistaken(self) -> None:
        codes = {new_code() for _ in range(500)}
        assert len(codes) == 500
        assert all(len(code) == LENGTH and set(code) <= set(SIGNS) for code in codes)
        assert not set(SIGNS) & set("01OIL")

    def test_they_hold_letters_and_digits_so_that_no_word_is_one(self) -> None:
        codes = [new_code() for _ in range(500)]
        assert not any(code.isalpha() or code.isdigit() for code in codes)

    @given(CODES, st.sampled_from(("{}", "取回码{}", "我的码是 {}。", "{} 继续")))
    def test_as_it_is_shown_it_is_found(self, code: str, around: str) -> None:
        for said in (shown(code), code, shown(code).lower(), shown(code).replace("-", " ")):
            assert code_in(around.format(said)) == code

    def test_a_word_before_it_is_no_part_of_it(self) -> None:
        assert code_in("Under ABCD2-FGHJK please") == "ABCD2FGHJK"

    @pytest.mark.parametrize(
        "text",
        ["", "取回码", "ABCDE", "ABCDE-FGH", "ABCDE-FGHJK2", "XABCDE-FGHJK", "ABCDE-FGHJ0",
        "2ABCDEFGHJK",
         "020-83119727", "440106199001011234", "GZ-HJ-JUZHUZHENG",
         "Which department handles it?", "attachment", "never speak", "2345678923"],
    )  # fmt: skip
    def test_what_is_no_code_is_not_found(self, text: str) -> None:
        assert code_in(text) is None


class Clock:
    """A clock that stands until it is put on."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class TestMemoryPlans(PlanStoreContract):
    @pytest.fixture
    def store(self) -> PlanStore:
        return MemoryPlans()

    def test_a_plan_is_gone_after_its_days(self) -> None:
        clock = Clock()
        store = MemoryPlans(ttl=60, clock=clock)

        async def go() -> list[GuideState | None]:
            await store.save("c1", FIRST)
            found = []
            for clock.now in (60.0, 60.1, 0.0):
                found.append(await store.load("c1"))
            return found

        assert asyncio.run(go()) == [FIRST, None, None]

    def test_saving_again_begins_the_days_anew(self) -> None:
        clock = Clock()
        store = MemoryPlans(ttl=60, clock=clock)

        async def go() -> GuideState | None:
            await store.save("c1", FIRST)
            clock.now = 50.0
            await store.save("c1", FIRST)
            clock.now = 100.0
            return await store.load("c1")

        assert asyncio.run(go()) == FIRST

    def test_the_oldest_give_way(self) -> None:
        store = MemoryPlans(most=2)

        async def go() -> list[GuideState | None]:
            for number, code in enumerate(("c1", "c2", "c1", "c3")):
                day = date(2026, 11, 1 + number)
                await store.save(code, GuideState(bundle=code, begun=day))
            return [await store.load(code) for code in ("c1", "c2", "c3")]

        kept = asyncio.run(go())
        assert [one.bundle if one else None for one in kept] == ["c1", None, "c3"]
