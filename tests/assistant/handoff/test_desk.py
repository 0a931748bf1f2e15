"""The desk in the database: both sides, several at once, what is stored, what is foretold."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import Engine, text

from assistant.accounts.types import Account
from assistant.audit.log import AuditLog
from assistant.errors import Unavailable
from assistant.handoff.desk import Revealed, SqlStaffDesk, session_key
from assistant.handoff.hours import ALWAYS, read_hours
from assistant.handoff.types import Place, Said, StaffDesk
from tests.assistant.staffing import Clock, FakeSeals, database
from tests.contracts.staff_desk import ASKED, PACKAGE, StaffDeskContract

Value = TypeVar("Value")
ONE, TWO = "1" * 32, "2" * 32
LIN = Account(id="st-1", name="lin", badge="001", role="agent", desks=("hotline",))
WANG = Account(id="st-2", name="wang", badge="002", role="agent", desks=("hotline", "window"))
HO = Account(id="st-3", name="ho", badge="003", role="agent", desks=("window",))


@dataclass
class Set:
    """A desk and what it stands on."""

    desk: SqlStaffDesk
    clock: Clock
    seals: FakeSeals
    engine: Engine
    present: dict[str, int]


@pytest.fixture
def given(tmp_path: Path) -> Iterator[Set]:
    engine, clock, seals = database(tmp_path), Clock(), FakeSeals()
    present = {"hotline": 1, "window": 1}
    made = SqlStaffDesk(
        engine=engine,
        seals=seals,
        audit=AuditLog(engine=engine, clock=clock),
        hours={"hotline": ALWAYS, "window": read_hours("09:00-17:00")},
        present=lambda desk: present[desk],
        clock=clock,
        enough=3,
    )
    yield Set(made, clock, seals, engine, present)
    engine.dispose()


class TestContract(StaffDeskContract):
    @pytest.fixture
    def desk(self, given: Set) -> StaffDesk:
        return given.desk


def run(call: Coroutine[Any, Any, Value]) -> Value:
    return asyncio.run(call)


def taken(given: Set, session: str = ONE, account: Account = LIN) -> str:
    place = run(given.desk.request(session, "hotline", PACKAGE))
    assert run(given.desk.take(account, place.id))
    return place.id


def test_the_whole_way(given: Set) -> None:
    desk = given.desk
    place = run(desk.request(ONE, "hotline", PACKAGE))
    (waiting,) = run(desk.queue(LIN))
    assert waiting.package == PACKAGE
    assert waiting.place == Place(id=place.id, desk="hotline", status="waiting")
    assert run(desk.take(LIN, place.id))
    assert run(desk.place(ONE)) == Place(id=place.id, desk="hotline", status="taken", agent="001")
    assert run(desk.say(ONE, ASKED)) == run(desk.place(ONE))
    assert run(desk.queue(LIN))[0].last == "citizen"
    assert run(desk.answer(LIN, place.id, "我来帮您。", ["GZ-JZZ"]))
    assert run(desk.queue(LIN))[0].last == "staff"
    assert run(desk.hand_back(LIN, place.id))
    lines = run(desk.spoken(ONE))
    assert [(one.kind, one.who, one.text, one.badge, one.codes) for one in lines] == [
        ("waiting", "citizen", None, None, ()),
        ("taken", "staff", None, "001", ()),
        ("said", "citizen", ASKED.text, None, ()),
        ("said", "staff", "我来帮您。", "001", ("GZ-JZZ",)),
        ("returned", "staff", None, "001", ()),
    ]
    assert run(desk.spoken(ONE, lines[2].id)) == lines[3:]
    assert run(desk.queue(LIN)) == ()
    assert run(desk.say(ONE, ASKED)) is None
    again = run(desk.request(ONE, "window", PACKAGE))
    assert (again.desk, again.status) == ("window", "waiting")
    assert again.id != place.id


def test_one_takes_it_and_nobody_else_may_do_anything(given: Set) -> None:
    desk = given.desk
    place = run(desk.request(ONE, "hotline", PACKAGE))

    async def both() -> list[bool]:
        return await asyncio.gather(*(desk.take(one, place.id) for one in (LIN, WANG, LIN, WANG)))

    assert sum(run(both())) == 1
    owner = LIN if run(desk.queue(LIN)) else WANG
    other = WANG if owner is LIN else LIN
    assert not run(desk.answer(other, place.id, "我也来。"))
    assert not run(desk.close(other, place.id))
    assert run(desk.open(other, place.id)) is None
    assert run(desk.lines(other, place.id)) == ()
    assert run(desk.queue(other)) == ()
    assert run(desk.answer(owner, place.id, "我来。"))


def test_a_desk_sees_its_own_queue_only(given: Set) -> None:
    place = run(given.desk.request(ONE, "hotline", PACKAGE))
    assert run(given.desk.queue(HO)) == ()
    assert run(given.desk.open(HO, place.id)) is None
    assert not run(given.desk.take(HO, place.id))
    assert run(given.desk.open(WANG, place.id)) is not None


def test_after_the_end_nothing_is_said_any_more(given: Set) -> None:
    id_ = taken(given)
    assert run(given.desk.close(LIN, id_))
    assert not run(given.desk.answer(LIN, id_, "还有。"))
    assert not run(given.desk.hand_back(LIN, id_))
    assert not run(given.desk.take(LIN, id_))
    assert not run(given.desk.take(LIN, "no such id"))
    place = run(given.desk.place(ONE))
    assert place is not None
    assert place.status == "closed"


def test_outside_office_hours_nobody_waits(given: Set) -> None:
    given.clock.go(hours=12)
    place = run(given.desk.request(ONE, "window", PACKAGE))
    assert place.status == "call_back"
    assert run(given.desk.queue(HO)) == ()
    assert run(given.desk.say(ONE, ASKED)) is None
    assert run(given.desk.request(TWO, "hotline", PACKAGE)).status == "waiting"


def test_who_still_waits_when_the_desk_closes_is_told(given: Set) -> None:
    run(given.desk.request(ONE, "window", PACKAGE))
    given.clock.go(hours=12)
    run(given.desk.tidy(frozenset))
    place = run(given.desk.place(ONE))
    assert place is not None
    assert place.status == "call_back"
    assert [one.kind for one in run(given.desk.spoken(ONE))] == ["waiting", "call_back"]


def test_who_was_left_by_staff_is_first_in_the_queue_again(given: Set) -> None:
    taken(given)
    run(given.desk.request(TWO, "hotline", PACKAGE))
    run(given.desk.tidy(lambda: frozenset({"st-9"})))
    assert [one.place.status for one in run(given.desk.queue(LIN))] == ["taken", "waiting"]
    run(given.desk.tidy(lambda: frozenset({LIN.id})))
    place = run(given.desk.place(ONE))
    assert place is not None
    assert (place.status, place.ahead, place.agent) == ("waiting", 0, None)


def test_the_wait_is_foretold_once_enough_was_measured(given: Set) -> None:
    for number, minutes in enumerate((4, 6, 90)):
        id_ = taken(given, str(number) * 32)
        given.clock.go(minutes=minutes)
        assert run(given.desk.request("f" * 32, "hotline", PACKAGE)).minutes is None
        run(given.desk.leave("f" * 32))
        assert run(given.desk.close(LIN, id_))
    waits = [run(given.desk.request(c * 32, "hotline", PACKAGE)).minutes for c in "abc"]
    assert waits == [6, 12, 18]  # the median counts
    assert run(given.desk.say(ONE, ASKED)) is None
    given.present["hotline"] = 3
    waits = [run(given.desk.request(c * 32, "hotline", PACKAGE)).minutes for c in "abc"]
    assert waits == [2, 4, 6]
    given.present["hotline"] = 0
    assert run(given.desk.request("a" * 32, "hotline", PACKAGE)).minutes is None


def test_neither_words_nor_session_ids_are_stored_readably(given: Set) -> None:
    id_ = taken(given)
    run(given.desk.say(ONE, ASKED))
    run(given.desk.answer(LIN, id_, "请带身份证。", ["GZ-JZZ"]))
    with given.engine.connect() as connection:
        stored = "".join(
            str(connection.execute(text(f"SELECT * FROM {name}")).all())
            for name in ("handoffs", "handoff_lines", "audit_lines")
        )
    for hidden in (ONE, ASKED.text, "请带身份证。", "居住证怎么办", "想办的事"):
        assert hidden not in stored
        assert str(hidden.encode())[2:-1] not in stored


def test_what_was_erased_cannot_be_read_and_the_audit_stays_whole(given: Set) -> None:
    id_ = taken(given)
    run(given.desk.say(ONE, ASKED))
    run(given.desk.erase(ONE))
    assert [one.text for one in run(given.desk.spoken(ONE))] == [None] * 4
    opened = run(given.desk.open(LIN, id_))
    assert opened is not None
    assert opened.package.lines == ()
    assert given.desk.audit.verify().whole
    run(given.desk.erase(TWO))  # never asked for a person: nothing to tell
    erased = [one for one in given.desk.audit.lines() if one.action == "handoff.erase"]
    assert [(one.actor, one.object) for one in erased] == [("system", id_)]


def test_all_that_staff_do_is_audited(given: Set) -> None:
    id_ = taken(given)
    run(given.desk.open(LIN, id_))
    run(given.desk.open(WANG, id_))
    run(given.desk.answer(LIN, id_, "好。"))
    run(given.desk.tidy(lambda: frozenset({LIN.id})))
    run(given.desk.take(WANG, id_))
    run(given.desk.hand_back(WANG, id_))
    run(given.desk.close(WANG, id_))
    lines = given.desk.audit.lines()[::-1]
    assert {one.object for one in lines} == {id_}
    assert [(one.actor, one.action.removeprefix("handoff."), one.result) for one in lines] == [
        ("st-1", "take", "ok"),
        ("st-1", "read", "ok"),
        ("st-2", "read", "denied"),
        ("st-1", "answer", "ok"),
        ("system", "waiting", "ok"),
        ("st-2", "take", "ok"),
        ("st-2", "return", "ok"),
        ("st-2", "close", "denied"),
    ]
    assert given.desk.audit.verify().whole


def test_changes_of_another_process_wake(given: Set) -> None:
    other = SqlStaffDesk(
        engine=given.engine,
        seals=given.seals,
        audit=given.desk.audit,
        hours=given.desk.hours,
        present=given.desk.present,
        clock=given.clock,
    )

    async def go() -> None:
        known = await given.desk.look({})
        with (
            given.desk.notifier.listening("desk:hotline") as staff,
            given.desk.notifier.listening("desk:window") as nobody,
        ):
            for change in (
                lambda: other.request(ONE, "hotline", PACKAGE),
                lambda: other.say(ONE, ASKED),
                lambda: other.leave(ONE),
            ):
                staff.clear()
                await change()
                assert not staff.is_set()  # it has a notifier of its own
                known = await given.desk.look(known)
                assert staff.is_set()
            staff.clear()
            assert await given.desk.look(known) == {}
            assert not staff.is_set()
            assert not nobody.is_set()

    run(go())


def test_watching_goes_on_while_the_database_is_away(given: Set) -> None:
    async def go() -> None:
        looked = asyncio.Event()

        def absent() -> frozenset[str]:
            looked.set()
            return frozenset()

        with given.engine.begin() as connection:
            connection.execute(text("ALTER TABLE handoffs RENAME TO away"))
        with pytest.raises(Unavailable):
            await given.desk.request(ONE, "hotline", PACKAGE)
        watcher = asyncio.create_task(given.desk.watch(0.001, absent))
        await asyncio.wait_for(looked.wait(), 10)
        with given.engine.begin() as connection:
            connection.execute(text("ALTER TABLE away RENAME TO handoffs"))
        with given.desk.notifier.listening("desk:hotline") as woken:
            other = SqlStaffDesk(
                engine=given.engine,
                seals=given.seals,
                audit=given.desk.audit,
                hours=given.desk.hours,
                present=given.desk.present,
                clock=given.clock,
            )
            await other.request(ONE, "hotline", PACKAGE)
            await asyncio.wait_for(woken.wait(), 10)
        watcher.cancel()
        with pytest.raises(asyncio.CancelledError):
            await watcher

    run(go())


def test_lines_of_a_session_stand_in_the_order_they_were_said(given: Set) -> None:
    id_ = taken(given)

    async def go() -> None:
        for number in range(10):
            given.clock.now += timedelta(seconds=1)
            await asyncio.gather(
                given.desk.say(ONE, ASKED), given.desk.answer(LIN, id_, f"答 {number}")
            )

    run(go())
    said = [one.text for one in run(given.desk.spoken(ONE)) if one.who == "staff" and one.text]
    assert said == [f"答 {number}" for number in range(10)]
    assert len(run(given.desk.spoken(ONE))) == 22


def test_texts_of_long_ago_are_destroyed(given: Set) -> None:
    """With their key, unless the same session goes on; what happened and when stays."""
    old = taken(given)
    assert run(given.desk.answer(LIN, old, "到天河区政务服务中心办"))
    assert run(given.desk.close(LIN, old))
    again = taken(given, TWO)
    assert run(given.desk.close(LIN, again))
    given.clock.go(days=100)
    assert isinstance(run(given.desk.request(TWO, "hotline", PACKAGE)), Place)
    kept = timedelta(days=90)
    assert run(given.desk.retire(kept)) == 2
    assert run(given.desk.retire(kept)) == 0
    assert given.seals.erased == {given.desk.person(ONE)}
    found = run(given.desk.open(LIN, old))
    assert found is not None
    assert found.package.lines == ()
    lines = run(given.desk.lines(LIN, old))
    assert [one.kind for one in lines] == ["waiting", "taken", "said", "closed"]
    assert all(one.text is None for one in lines)
    (waiting,) = run(given.desk.queue(LIN))
    assert waiting.package == PACKAGE
    assert given.desk.audit.verify().whole
    retired = [one for one in given.desk.audit.lines() if one.action == "handoff.retire"]
    assert {one.object for one in retired} == {old, again}


def test_texts_are_kept_until_then(given: Set) -> None:
    id_ = taken(given)
    assert run(given.desk.close(LIN, id_))
    given.clock.go(days=89)
    assert run(given.desk.retire(timedelta(days=90))) == 0
    found = run(given.desk.open(LIN, id_))
    assert found is not None
    assert found.package == PACKAGE


# Danger, presence, the number to call


def test_who_told_of_a_danger_comes_first(given: Set) -> None:
    desk = given.desk
    run(desk.request(ONE, "hotline", PACKAGE))
    run(desk.request(TWO, "hotline", PACKAGE))
    run(desk.request("3" * 32, "hotline", replace(PACKAGE, danger="medical")))
    assert [one.urgent for one in run(desk.queue(LIN))] == [True, False, False]
    ahead = [run(desk.place(one)).ahead for one in (ONE, TWO, "3" * 32)]  # type: ignore[union-attr]
    assert ahead == [1, 2, 0]
    place = run(desk.request(TWO, "hotline", replace(PACKAGE, danger="fire")))
    assert place.ahead == 0
    crisis = Said(who="assistant", text="请拨打 120。", at=ASKED.at, danger="medical")
    assert run(desk.say(ONE, crisis)) is not None
    waiting = run(desk.queue(LIN))
    assert [one.urgent for one in waiting] == [True, True, True]
    assert [one.session for one in waiting] == [session_key(one) for one in (ONE, TWO, "3" * 32)]
    assert run(desk.spoken(ONE))[-1].text == "请拨打 120。"


def test_whether_anybody_is_at_the_desk_is_said(given: Set) -> None:
    assert run(given.desk.request(ONE, "hotline", PACKAGE)).staffed
    given.present["hotline"] = 0
    place = run(given.desk.place(ONE))
    assert place is not None
    assert (place.status, place.staffed) == ("waiting", False)


def test_who_was_connected_and_is_not_any_more_has_gone(given: Set) -> None:
    desk, clock = given.desk, given.clock
    taken(given)
    clock.go(minutes=5)
    assert run(desk.queue(LIN))[0].gone is None  # nobody knows
    run(desk.seen(ONE))
    version = run(desk.look({}))
    seen = clock.now
    clock.go(seconds=40)
    assert run(desk.queue(LIN))[0].gone is None
    clock.go(seconds=10)
    assert run(desk.queue(LIN))[0].gone == seen
    run(desk.seen(ONE))
    assert run(desk.queue(LIN))[0].gone is None
    assert run(desk.look(version)) == version  # nobody is woken
    run(desk.seen("nobody"))


PHONE = "13812345678"
TOLD = replace(ASKED, text="138****5678", phone=PHONE)


def test_who_took_over_may_see_the_number_and_that_is_audited(given: Set) -> None:
    desk = given.desk
    place = run(desk.request(ONE, "hotline", replace(PACKAGE, phone="13900000000")))
    assert run(desk.reveal(LIN, place.id)) is None  # it only waits
    assert run(desk.take(LIN, place.id))
    assert run(desk.reveal(WANG, place.id)) is None
    assert run(desk.reveal(LIN, place.id)) == Revealed(phone="13900000000")
    run(desk.say(ONE, TOLD))
    run(desk.say(ONE, ASKED))
    assert run(desk.reveal(LIN, place.id)) == Revealed(phone=PHONE)
    assert PHONE not in repr(run(desk.reveal(LIN, place.id)))
    assert run(desk.spoken(ONE))[-2].text == "138****5678"
    with given.engine.connect() as connection:
        for table in ("handoffs", "handoff_lines", "audit_lines"):
            rows = connection.execute(text(f"SELECT * FROM {table}")).all()
            assert PHONE not in str(rows)
    assert run(desk.close(LIN, place.id))
    assert run(desk.reveal(LIN, place.id)) is None
    noted = [one for one in desk.audit.lines(most=50) if one.action == "handoff.reveal"]
    assert [one.result for one in reversed(noted)] == [
        *("denied", "denied", "ok", "ok", "ok", "denied")
    ]
    assert {one.object for one in noted} == {place.id}


def test_where_no_number_was_given_that_is_audited_too(given: Set) -> None:
    assert run(given.desk.reveal(LIN, taken(given))) == Revealed(phone=None)
    assert given.desk.audit.lines(most=1)[0].result == "none"
