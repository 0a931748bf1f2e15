"""Every status of a case and of an order explained: with and without a limit, in time and late."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant import guardrails
from assistant.cases import words
from assistant.cases.clock import run_out
from assistant.cases.explain import explain_case, explain_order
from assistant.cases.limits import ENDED, ORDER_ENDED
from assistant.cases.types import Case, CaseEvent, CaseStatus
from assistant.types import Draft
from assistant.work_orders.types import OrderEvent, OrderKind, OrderStatus, OrderView
from knowledge.types import Contact, Duration, Limits, Remedies
from tests.assistant.fakes import knowledge
from tests.records import built_in, item

PACK = knowledge(built_in())
NUMBER = "GZ20261102000000175"
BEFORE, LATE = date(2026, 11, 6), date(2027, 3, 1)


def at(day: int, month: int = 11) -> datetime:
    return datetime(2026, month, day, 10, 0)


def case(*events: CaseEvent, **changes: object) -> Case:
    values: dict[str, object] = {
        "number": "440100-2026-0077",
        "title": "食品经营许可",
        "department": "广州市越秀区市场监督管理局",
        "received": at(2),
        "limit_days": 10,
        "events": events,
    }
    return Case(**(values | changes))  # type: ignore[arg-type]


def happened(status: CaseStatus, day: int, **more: object) -> CaseEvent:
    return CaseEvent(status=status, at=at(day), **more)  # type: ignore[arg-type]


def told(status: CaseStatus) -> tuple[CaseEvent, ...]:
    """How a case comes to a status."""
    begin = (happened(CaseStatus.RECEIVED, 2),)
    early = {
        CaseStatus.RECEIVED,
        CaseStatus.CORRECTION,
        CaseStatus.NOT_ACCEPTED,
        CaseStatus.RETURNED,
    }
    if status is CaseStatus.RECEIVED:
        return begin
    if status in early:
        return (*begin, happened(status, 3))
    begin = (*begin, happened(CaseStatus.ACCEPTED, 3))
    if status is CaseStatus.ACCEPTED:
        return begin
    if status is CaseStatus.DELIVERED:
        return (*begin, happened(CaseStatus.GRANTED, 5), happened(status, 6))
    return (*begin, happened(status, 5))


def order(*events: OrderEvent, **changes: object) -> OrderView:
    values: dict[str, object] = {
        "number": NUMBER,
        "kind": OrderKind.COMPLAINT,
        "topic": None,
        "route": "12345",
        "department": "广州市海珠区城市管理和综合执法局",
        "filed": at(2),
        "events": events,
    }
    return OrderView(**(values | changes))  # type: ignore[arg-type]


def step(status: OrderStatus, day: int, **more: object) -> OrderEvent:
    return OrderEvent(status=status, at=at(day), **more)  # type: ignore[arg-type]


def stepped(status: OrderStatus) -> tuple[OrderEvent, ...]:
    """How an order comes to a status."""
    begin = (step(OrderStatus.FILED, 2),)
    if status is OrderStatus.FILED:
        return begin
    begin = (*begin, step(OrderStatus.ASSIGNED, 2))
    if status is OrderStatus.ASSIGNED:
        return begin
    if status in (OrderStatus.REVISITED, OrderStatus.REOPENED):
        return (*begin, step(OrderStatus.CLOSED, 4), step(status, 5))
    return (*begin, step(status, 4))


def text(draft: Draft) -> str:
    return "\n".join(one.text for one in draft.sentences)


def sound(draft: Draft) -> None:
    """Every number is cited or reckoned, every citation is there."""
    assert guardrails.check(draft) is draft
    numbers = [one.n for one in draft.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    used = {n for one in draft.sentences for n in one.citations}
    assert used <= set(numbers)
    assert "{" not in text(draft)


@pytest.mark.parametrize("status", list(CaseStatus))
@pytest.mark.parametrize("limit", [10, None])
@pytest.mark.parametrize("today", [BEFORE, LATE])
def test_every_status_of_a_case(status: CaseStatus, limit: int | None, today: date) -> None:
    draft = explain_case(case(*told(status), limit_days=limit), PACK, today)
    sound(draft)
    said = text(draft)
    entry = words.status("case", status.value)
    assert f"“{entry['name']}”" in said
    assert entry["means"] in said
    overdue = "已经超过" in said
    running = status in {CaseStatus.ACCEPTED, CaseStatus.WORKING}
    assert overdue == (limit is not None and running and today == LATE)
    assert ("还剩" in said and "挂起" not in said) == (
        limit is not None and running and today == BEFORE
    )
    possible = {row.label for card in draft.cards if card.kind == "choices" for row in card.rows}
    assert possible == {words.act(one)["label"] for one in entry["acts"]}
    assert ("12345" in said) == (status not in ENDED)


@pytest.mark.parametrize("status", list(OrderStatus))
@pytest.mark.parametrize("kind", [OrderKind.COMPLAINT, OrderKind.PRAISE])
@pytest.mark.parametrize("today", [BEFORE, LATE])
def test_every_status_of_an_order(status: OrderStatus, kind: OrderKind, today: date) -> None:
    draft = explain_order(order(*stepped(status), kind=kind), PACK, today)
    sound(draft)
    said = text(draft)
    entry = words.status("order", status.value)
    assert f"{words.kind(kind.value)}工单{NUMBER}现在是“{entry['name']}”" in said
    running = {
        OrderStatus.ASSIGNED,
        OrderStatus.WORKING,
        OrderStatus.RETURNED,
        OrderStatus.EXTENDED,
    }
    late = status in running and kind is OrderKind.COMPLAINT and today == LATE
    assert ("已经超过" in said) == late
    assert ("可以走信访" in said) == late
    possible = [row.label for card in draft.cards if card.kind == "choices" for row in card.rows]
    assert possible == [words.act(one)["label"] for one in entry["acts"]]
    assert all(
        NUMBER in (row.ask or "")
        for card in draft.cards
        if card.kind == "choices"
        for row in card.rows
    )


@pytest.mark.parametrize("status", list(CaseStatus))
def test_the_table_of_cases_is_whole(status: CaseStatus) -> None:
    entry = words.status("case", status.value)
    assert {"name", "means", "holder", "next", "acts"} == set(entry)
    assert all(words.act(one) for one in entry["acts"])


@pytest.mark.parametrize("status", list(OrderStatus))
def test_the_table_of_orders_is_whole(status: OrderStatus) -> None:
    entry = words.status("order", status.value)
    assert {"name", "means", "holder", "next", "acts"} == set(entry)
    assert (not {"urge", "add"} & set(entry["acts"])) == (status in ORDER_ENDED)


def test_when_the_promise_runs_out() -> None:
    """Accepted on Tuesday 3 November: ten working days end on Tuesday 17 November."""
    one = case(*told(CaseStatus.WORKING))
    said = text(explain_case(one, PACK, BEFORE))
    assert "时限是10个工作日，从2026年11月3日起算，到2026年11月17日为止，还剩7个工作日。" in said
    assert "今天（2026年11月17日）到期。" in text(explain_case(one, PACK, date(2026, 11, 17)))
    said = text(explain_case(one, PACK, date(2026, 11, 19)))
    assert "已经超过2个工作日。" in said
    assert "已经超过时限，可以打12345" in said


def test_a_limit_over_the_national_day_holidays() -> None:
    accepted = CaseEvent(status=CaseStatus.ACCEPTED, at=at(29, 9))
    one = case(accepted, limit_days=3)
    said = text(explain_case(one, PACK, date(2026, 10, 1)))
    assert "到2026年10月9日为止，还剩2个工作日。" in said


def test_a_time_in_another_zone_is_a_day_in_guangzhou() -> None:
    evening = datetime(2026, 11, 2, 20, 0, tzinfo=UTC)  # 04:00 on the 3rd
    one = case(CaseEvent(status=CaseStatus.ACCEPTED, at=evening))
    assert "从2026年11月3日起算" in text(explain_case(one, PACK, BEFORE))


def test_suspended_time_is_not_counted() -> None:
    events = (*told(CaseStatus.ACCEPTED), happened(CaseStatus.SUSPENDED, 5))
    said = text(explain_case(case(*events), PACK, date(2026, 12, 30)))
    assert "停下来的时间不计，还剩8个工作日，恢复以后接着算。" in said
    events = (*events, happened(CaseStatus.WORKING, 12))
    draft = explain_case(case(*events), PACK, date(2026, 11, 13))
    sound(draft)
    assert "到2026年11月24日为止，还剩7个工作日，中间停下来的7天不计在内。" in text(draft)


def test_a_decision_in_time_and_one_too_late() -> None:
    events = (*told(CaseStatus.ACCEPTED), happened(CaseStatus.GRANTED, 10))
    said = text(explain_case(case(*events), PACK, LATE))
    assert "2026年11月10日办完，没有超过时限（2026年11月17日）。" in said
    events = (*told(CaseStatus.ACCEPTED), happened(CaseStatus.DENIED, 19))
    said = text(explain_case(case(*events), PACK, LATE))
    assert "2026年11月19日办完，比时限（2026年11月17日）晚了2个工作日。" in said
    assert "可以打12345" not in said


def test_a_provisional_day_is_said_to_be_one() -> None:
    accepted = CaseEvent(status=CaseStatus.ACCEPTED, at=at(29, 12))
    said = text(explain_case(case(accepted), PACK, date(2026, 12, 30)))
    assert "（暂估）" in said
    assert "节假日安排还没有公布" in said


def test_days_instead_of_working_days() -> None:
    said = text(explain_case(case(*told(CaseStatus.WORKING), natural=True), PACK, BEFORE))
    assert "时限是10个自然日，从2026年11月3日起算，到2026年11月13日为止，还剩7天。" in said


@pytest.mark.parametrize(
    ("today", "words_"),
    [
        (date(2026, 11, 6), "在2026年11月10日以前交，还有4天。"),
        (date(2026, 11, 10), "今天（2026年11月10日）是最后一天。"),
        (date(2026, 11, 13), "已经过了3天，请马上联系广州市越秀区市场监督管理局。"),
    ],
)
def test_until_when_documents_can_be_handed_in(today: date, words_: str) -> None:
    one = case(*told(CaseStatus.CORRECTION), corrected_by=date(2026, 11, 10))
    draft = explain_case(one, PACK, today)
    sound(draft)
    assert words_ in text(draft)


def test_the_record_of_the_service_fills_in_what_the_desk_left_out() -> None:
    service = item(
        "GZ-1",
        "食品经营许可核发",
        limits=Limits(
            legal=Duration(amount=20, unit="工作日"), promised=Duration(amount=5, unit="工作日")
        ),
        contact=Contact(complain="020-12345678"),
        remedies=Remedies(
            reconsideration="六十日内向区人民政府申请行政复议", litigation="六个月内起诉"
        ),
    )
    known = knowledge([*built_in(), service])
    one = case(*told(CaseStatus.WORKING), limit_days=None, item="GZ-1")
    draft = explain_case(one, known, LATE)
    sound(draft)
    assert "时限是5个工作日" in text(draft)
    assert "监督投诉电话：020-12345678" in text(draft)
    assert any(c.code == "GZ-1" and c.field == "limits.promised" for c in draft.citations)
    denied = case(*told(CaseStatus.DENIED), item="GZ-1")
    assert "申请行政复议" in text(explain_case(denied, known, BEFORE))


def test_a_note_is_passed_on_and_cited() -> None:
    note = "缺健康证2份，请在11月8日前补交"
    one = case(happened(CaseStatus.RECEIVED, 2), happened(CaseStatus.CORRECTION, 3, note=note))
    draft = explain_case(one, PACK, BEFORE)
    sound(draft)
    assert f"部门的说明：{note}。" in text(draft)
    assert any(c.kind == "case" and c.field == "events[1].note" for c in draft.citations)


def test_what_the_desk_says_is_cited_as_of_the_desk() -> None:
    draft = explain_case(case(*told(CaseStatus.WORKING)), PACK, BEFORE)
    own = [one for one in draft.citations if one.kind == "case"]
    assert {one.code for one in own} == {"440100-2026-0077"}
    assert {"number", "department", "limit_days", "events[1]", "events[2]"} <= {
        c.field for c in own
    }


def test_an_order_runs_from_when_the_department_got_it() -> None:
    """Assigned on Monday 2 November: fifteen working days end on Monday 23 November."""
    said = text(explain_order(order(*stepped(OrderStatus.WORKING)), PACK, BEFORE))
    assert "时限是15个工作日，从2026年11月2日起算，到2026年11月23日为止，还剩11个工作日。" in said
    said = text(explain_order(order(step(OrderStatus.FILED, 2)), PACK, BEFORE))
    assert "时限是15个工作日，承办单位收到以后才起算。" in said


def test_an_order_given_back_runs_from_its_last_assignment() -> None:
    events = (
        *stepped(OrderStatus.RETURNED),
        step(OrderStatus.ASSIGNED, 9, department="广州市生态环境局海珠分局"),
    )
    draft = explain_order(order(*events), PACK, date(2026, 11, 10))
    sound(draft)
    assert "从2026年11月9日起算" in text(draft)
    assert "现在在广州市生态环境局海珠分局。" in text(draft)


def test_an_extension_moves_the_last_day() -> None:
    draft = explain_order(order(*stepped(OrderStatus.EXTENDED), extended_days=5), PACK, BEFORE)
    sound(draft)
    assert "时限是15个工作日（延长了5个工作日），" in text(draft)
    assert "到2026年11月30日为止，还剩16个工作日。" in text(draft)


def test_after_a_reopening_no_limit_is_made_up() -> None:
    said = text(explain_order(order(*stepped(OrderStatus.REOPENED)), PACK, LATE))
    assert "重办的时限，读到的规定没有写明" in said
    assert "已经超过" not in said


def test_the_limit_is_that_of_the_order_s_own_route() -> None:
    one = order(*stepped(OrderStatus.WORKING), route="laodong")
    said = text(explain_order(one, PACK, BEFORE))
    assert "时限是60个工作日，从2026年11月4日起算" in said
    one = order(*stepped(OrderStatus.ASSIGNED), route="laodong")
    assert "时限是60个工作日，受理以后才起算。" in text(explain_order(one, PACK, BEFORE))
    one = order(*stepped(OrderStatus.WORKING), route="huanbao", kind=OrderKind.REPORT)
    assert "没有写明这类事项的时限。" in text(explain_order(one, PACK, BEFORE))


def test_a_rated_order_is_not_to_be_rated_again() -> None:
    draft = explain_order(order(*stepped(OrderStatus.CLOSED), stars=4), PACK, BEFORE)
    sound(draft)
    assert "您已经评了4星。" in text(draft)
    assert [row.label for card in draft.cards if card.kind == "choices" for row in card.rows] == [
        "申请重办"
    ]


@pytest.mark.parametrize("status", list(OrderStatus))
def test_without_a_release_the_desk_s_own_facts_are_still_told(status: OrderStatus) -> None:
    draft = explain_order(order(*stepped(status)), knowledge([]), LATE)
    sound(draft)
    assert words.status("order", status.value)["means"] in text(draft)


def test_without_events_a_case_is_received_and_an_order_filed() -> None:
    assert "“收件”（2026年11月2日）" in text(explain_case(case(), PACK, BEFORE))
    assert "“登记”（2026年11月2日）" in text(explain_order(order(department=None), PACK, BEFORE))


def test_an_order_that_reached_nobody_says_so() -> None:
    view = order(step(OrderStatus.FILED, 2), route="laodong")
    draft = explain_order(view, PACK, BEFORE, handed=False)
    assert "没有交给" in text(draft) and "只存在穗问里" in text(draft)
    assert "时限是" not in text(draft) and "催" not in text(draft)
    assert "12345" in text(draft)
    sound(draft)


def test_once_staff_took_it_in_hand_it_is_told_as_any_other() -> None:
    view = order(*stepped(OrderStatus.WORKING))
    kept = explain_order(view, PACK, BEFORE, handed=False)
    assert kept == explain_order(view, PACK, BEFORE)


def test_whatever_the_route_it_is_the_hotline_that_has_it_first() -> None:
    view = order(step(OrderStatus.FILED, 2), route="laodong")
    assert "现在在12345热线" in text(explain_order(view, PACK, BEFORE))


def test_an_order_whose_texts_are_gone_is_told_so() -> None:
    """Its course stays; nothing is offered that cannot be done any more."""
    closed = step(OrderStatus.CLOSED, 5)
    kept = explain_order(order(closed), PACK, LATE)
    gone = explain_order(order(closed, retired=datetime(2036, 11, 9, tzinfo=UTC)), PACK, LATE)
    said = "".join(one.text for one in gone.sentences)
    assert "2036年11月9日销毁" in said
    assert "重新登记" in said
    assert "请看答复" not in said
    assert "重办" in str(kept.cards)
    assert "重办" not in str(gone.cards)
    sound(gone)


def test_closed_on_the_weekend_after_the_last_day_is_late() -> None:
    """Fifteen working days and ten from Friday, 16 October 2026 end on Friday, 20 November."""
    events = (
        OrderEvent(status=OrderStatus.FILED, at=at(16, 10)),
        OrderEvent(status=OrderStatus.ASSIGNED, at=at(16, 10)),
        step(OrderStatus.CLOSED, 22),
    )
    said = text(explain_order(order(*events, extended_days=10), PACK, date(2026, 11, 23)))
    assert "2026年11月22日办完，比时限（2026年11月20日）晚了2天。" in said
    said = text(explain_order(order(*events[:2], extended_days=10), PACK, date(2026, 11, 21)))
    assert "到2026年11月20日为止，已经超过1天。" in said
    assert "已经超过时限，可以打12345" in said


@settings(max_examples=150, deadline=None)
@given(
    amount=st.integers(1, 30),
    natural=st.booleans(),
    done=st.integers(0, 60) | st.none(),
    passed=st.integers(0, 60),
)
def test_late_is_said_just_when_the_date_is_later(
    amount: int, natural: bool, done: int | None, passed: int
) -> None:
    begun = date(2026, 10, 9)
    ended = begun + timedelta(days=done) if done is not None else None
    today = (ended or begun) + timedelta(days=passed)
    events = [happened(CaseStatus.RECEIVED, 9), happened(CaseStatus.ACCEPTED, 9)]
    events = [replace(one, at=at(9, 10)) for one in events]
    if ended is not None:
        events.append(CaseEvent(status=CaseStatus.GRANTED, at=datetime.combine(ended, time(10, 0))))
    draft = explain_case(case(*events, limit_days=amount, natural=natural), PACK, today)
    sound(draft)
    last = run_out(begun, amount, "natural" if natural else "working")
    assert last is not None
    late = (ended or today) > last.date
    said = text(draft)
    assert ("晚了" in said) == (ended is not None and late)
    assert ("没有超过时限" in said) == (ended is not None and not late)
    assert ("已经超过" in said) == (ended is None and late)
    assert "已经超过0" not in said
    assert ("到期" in said) == (ended is None and today == last.date)


def test_the_limit_that_runs_first_is_told_and_watched() -> None:
    """Market supervision answers within seven working days of the receipt whether it accepts."""
    one = order(*stepped(OrderStatus.ASSIGNED), route="shichang-tousu")
    draft = explain_order(one, PACK, BEFORE)
    sound(draft)
    assert (
        "先要处理并告知您受理不受理：时限是7个工作日，从2026年11月2日起算，"
        "到2026年11月11日为止，还剩3个工作日。"
    ) in text(draft)
    assert "时限是60个自然日，受理以后才起算。" in text(draft)
    late = explain_order(one, PACK, date(2026, 11, 14))
    sound(late)
    assert "到2026年11月11日为止，已经超过2个工作日。" in text(late)
    assert "已经超过时限，可以打12345" in text(late)
    accepted = text(
        explain_order(
            order(*one.events, step(OrderStatus.WORKING, 9), route="shichang-tousu"),
            PACK,
            date(2026, 11, 14),
        )
    )
    assert "7个工作日" not in accepted
    assert "时限是60个自然日，从2026年11月9日起算" in accepted


@pytest.mark.parametrize(
    ("day", "told_"), [(10, "2026年11月10日办完，没有超过时限"), (12, "晚了1个工作日")]
)
def test_ended_with_its_first_answer(day: int, told_: str) -> None:
    events = (*stepped(OrderStatus.ASSIGNED), step(OrderStatus.CLOSED, day))
    said = text(explain_order(order(*events, route="shichang-tousu"), PACK, date(2026, 11, 14)))
    assert "先要处理并告知您受理不受理：" in said
    assert told_ in said


@pytest.mark.parametrize("route", ["xinfang", "fuyi"])
def test_first_limits_of_other_ways(route: str) -> None:
    draft = explain_order(order(step(OrderStatus.FILED, 2), route=route), PACK, BEFORE)
    sound(draft)
    assert "先要" in text(draft)
    assert "从2026年11月2日起算" in text(draft)


@pytest.mark.parametrize("route", ["shichang-tousu", "laodong", "lvyou"])
def test_the_first_limit_of_an_office_runs_from_when_it_has_the_order(route: str) -> None:
    """It is filed at the hotline, which hands it on."""
    filed = step(OrderStatus.FILED, 2)
    draft = explain_order(order(filed, route=route), PACK, BEFORE)
    sound(draft)
    assert "先要" in text(draft) and "承办单位收到以后才起算" in text(draft)
    draft = explain_order(order(filed, step(OrderStatus.ASSIGNED, 3), route=route), PACK, BEFORE)
    sound(draft)
    assert "先要" in text(draft) and "从2026年11月3日起算" in text(draft)
    worked = (filed, step(OrderStatus.WORKING, 3))
    assert "先要" not in text(explain_order(order(*worked, route=route), PACK, BEFORE))
