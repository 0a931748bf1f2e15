"""What every staff desk must do for a citizen, whatever it stands on."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from assistant.handoff.types import Package, Place, Said, StaffDesk

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PACKAGE = Package(
    lines=(("想办的事", "居住证"), ("最后问的", "房东不肯给证明怎么办")),
    said=(
        Said(who="citizen", text="居住证怎么办", at=AT),
        Said(who="assistant", text="要身份证。", at=AT, codes=("GZ-JZZ",)),
    ),
    codes=("GZ-JZZ",),
)
ASKED = Said(who="citizen", text="我等了很久", at=AT)


class StaffDeskContract:
    """Inherit it and give ``desk``: an empty desk in office hours, with nobody at it."""

    @pytest.fixture
    def desk(self) -> StaffDesk:
        raise NotImplementedError

    def test_the_first_waits_behind_nobody(self, desk: StaffDesk) -> None:
        place = asyncio.run(desk.request("s" * 32, "hotline", PACKAGE))
        assert (place.desk, place.status, place.ahead, place.agent) == (
            "hotline",
            "waiting",
            0,
            None,
        )
        assert place.minutes is None  # nothing was measured

    def test_asking_again_gives_the_same_place(self, desk: StaffDesk) -> None:
        async def go() -> list[Place]:
            return [await desk.request("s" * 32, "hotline", PACKAGE) for _ in range(3)]

        assert len(set(asyncio.run(go()))) == 1

    def test_asking_at_the_same_time_gives_one_place(self, desk: StaffDesk) -> None:
        async def go() -> list[Place]:
            asked = (desk.request("s" * 32, "hotline", PACKAGE) for _ in range(6))
            return await asyncio.gather(*asked)

        assert len(set(asyncio.run(go()))) == 1

    def test_a_queue_for_each_desk(self, desk: StaffDesk) -> None:
        async def go() -> list[tuple[str, int]]:
            found = []
            for number, name in enumerate(("hotline", "hotline", "window", "hotline")):
                place = await desk.request(f"{number}" * 32, name, PACKAGE)
                found.append((place.desk, place.ahead))
            return found

        assert asyncio.run(go()) == [("hotline", 0), ("hotline", 1), ("window", 0), ("hotline", 2)]

    def test_who_leaves_makes_room(self, desk: StaffDesk) -> None:
        async def go() -> Place | None:
            await desk.request("1" * 32, "hotline", PACKAGE)
            await desk.request("2" * 32, "hotline", PACKAGE)
            await desk.leave("1" * 32)
            return await desk.say("2" * 32, ASKED)

        place = asyncio.run(go())
        assert place is not None
        assert (place.status, place.ahead) == ("waiting", 0)

    def test_nobody_has_a_session_that_did_not_ask_or_has_left(self, desk: StaffDesk) -> None:
        async def go() -> list[Place | None]:
            first = await desk.say("1" * 32, ASKED)
            await desk.request("1" * 32, "hotline", PACKAGE)
            await desk.leave("1" * 32)
            return [first, await desk.say("1" * 32, ASKED)]

        assert asyncio.run(go()) == [None, None]

    def test_leaving_without_having_asked_is_no_error(self, desk: StaffDesk) -> None:
        asyncio.run(desk.leave("nobody"))
