"""Desks and aids that need nothing and keep their promises: what they were told, once a key."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from assistant.cases.types import Case
from assistant.errands import Desks
from assistant.errors import Unavailable
from assistant.handoff.types import Desk, Package, Place, Said
from assistant.work_orders.types import (
    Asker,
    FilingAids,
    FilingRoute,
    FilingStep,
    FollowUp,
    OrderEvent,
    OrderKind,
    OrderStatus,
    OrderView,
    Receipt,
    Refused,
    WorkOrder,
)
from channels.types import Citation

FILED = datetime(2026, 11, 22, 7, 4, tzinfo=UTC)
CLOSED = (OrderStatus.CLOSED, OrderStatus.WITHDRAWN)


@dataclass
class FakeOrders:
    """A work order desk in memory.  While ``away`` it answers nothing."""

    away: bool = False
    orders: dict[str, WorkOrder] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    added: dict[str, list[FollowUp]] = field(default_factory=dict)
    askers: list[Asker | None] = field(default_factory=list)
    asked: list[FollowUp] = field(default_factory=list)
    events: dict[str, list[OrderEvent]] = field(default_factory=dict)
    tries: int = 0

    async def file(self, order: WorkOrder) -> Receipt:
        self._answer()
        self.tries += 1
        if order.key not in self.receipts:
            count = len(self.receipts) + 1
            phone = order.contact.phone
            receipt = Receipt(
                number=f"GZ20261122{count:09d}",
                check=phone[-4:] if phone else f"{482000 + count}",
                drawn=phone is None,
                filed=FILED,
                route=order.route,
            )
            self.receipts[order.key] = receipt
            self.orders[receipt.number] = order
            self.events[receipt.number] = [OrderEvent(status=OrderStatus.FILED, at=FILED)]
        return self.receipts[order.key]

    async def look_up(
        self, number: str, check: str, asker: Asker | None = None
    ) -> OrderView | Refused:
        self._answer()
        self.askers.append(asker)
        receipt = self._receipt(number)
        if receipt is None or receipt.check != check:
            return Refused(reason="unknown")
        order = self.orders[number]
        return OrderView(
            number=number,
            kind=order.kind,
            topic=order.topic,
            route=order.route,
            department=order.department,
            filed=receipt.filed,
            events=tuple(self.events[number]),
        )

    async def follow_up(
        self, number: str, check: str, what: FollowUp, asker: Asker | None = None
    ) -> OrderView | Refused:
        view = await self.look_up(number, check, asker)
        self.asked.append(what)
        if isinstance(view, Refused):
            return view
        if view.status in CLOSED:
            return Refused(reason="closed")
        known = self.added.setdefault(number, [])
        if what.key not in {one.key for one in known}:
            known.append(what)
        return view

    async def similar(self, order: WorkOrder) -> tuple[str, ...]:
        """Open orders of the same person with the same topic or text, newest first."""
        self._answer()
        return tuple(
            number
            for number, other in reversed(self.orders.items())
            if other.person == order.person
            and other.key != order.key
            and (other.text == order.text or (order.topic and other.topic == order.topic))
            and self.events[number][-1].status not in CLOSED
        )

    def close(self, number: str) -> None:
        event = OrderEvent(status=OrderStatus.CLOSED, at=FILED + timedelta(days=1))
        self.events[number].append(event)

    def _receipt(self, number: str) -> Receipt | None:
        return next((one for one in self.receipts.values() if one.number == number), None)

    def _answer(self) -> None:
        if self.away:
            raise Unavailable("away")


@dataclass
class FakeCases:
    """A registry of these cases, by number; each is opened by this check."""

    cases: dict[str, Case] = field(default_factory=dict)
    check: str = "5678"

    async def look_up(self, number: str, check: str, asker: Asker | None = None) -> Case | Refused:
        known = self.cases.get(number)
        return known if known and check == self.check else Refused(reason="unknown")


@dataclass
class FakeStaff:
    """A desk with a queue and nobody at it.  ``told``: what it was told by those who wait."""

    queue: list[str] = field(default_factory=list)
    told: list[Said] = field(default_factory=list)
    packages: list[Package] = field(default_factory=list)
    away: bool = False

    async def request(self, session_id: str, desk: Desk, package: Package) -> Place:
        if self.away:
            raise Unavailable("away")
        if session_id not in self.queue:
            self.queue.append(session_id)
            self.packages.append(package)
        return self._place(session_id, desk)

    async def say(self, session_id: str, said: Said) -> Place | None:
        if self.away:
            raise Unavailable("away")
        if session_id not in self.queue:
            return None
        self.told.append(said)
        return self._place(session_id, "hotline")

    async def leave(self, session_id: str) -> None:
        if session_id in self.queue:
            self.queue.remove(session_id)

    def _place(self, session_id: str, desk: Desk) -> Place:
        ahead = self.queue.index(session_id)
        return Place(id=f"p{ahead}", desk=desk, status="waiting", ahead=ahead)


def desks(orders: FakeOrders | None = None) -> Desks:
    filed = orders or FakeOrders()
    return Desks(orders=filed, cases=FakeCases(), staff=FakeStaff(), similar=filed.similar)


@dataclass(frozen=True)
class Topic:
    """A topic that words of the text stand for."""

    code: str
    name: str
    department: str
    probability: float
    words: str


TOPICS = (
    Topic("env.noise.bar", "餐饮噪声", "生态环境部门", 0.91, "烧烤|嘈|吵|噪音"),
    Topic("labour.wages", "拖欠工资", "人力资源社会保障部门", 0.62, "工资|人工"),
    Topic("other", "其他", "街道办事处", 0.2, ""),
)
_KINDS = (
    (OrderKind.PRAISE, r"表扬|点赞|感谢.*(?:帮|耐心)"),
    (OrderKind.REPORT, r"举报|无证|偷排"),
    (OrderKind.SUGGESTION, r"建议|能不能(?:加|装)|最好.*(?:加|装)"),
    (OrderKind.COMPLAINT, r"投诉|嘈|吵|噪音|噪声|拖欠|占道|态度|乱收费|不退|唔退|漏水没人"),
    (OrderKind.HELP, r"求助|停水|没有路灯|冇路灯"),
)
_ASKS = re.compile(r"吗$|[?？]$|怎么|点样|几点|多少|什么|热线")


def kind_of(text: str) -> tuple[OrderKind | None, float]:
    """The kind whose words a text has, unless it only asks."""
    if _ASKS.search(text) and len(text) < 24:
        return None, 0.0
    return next(((kind, 0.9) for kind, words in _KINDS if re.search(words, text)), (None, 0.0))


def suggest(text: str) -> Sequence[Topic]:
    return [one for one in TOPICS if re.search(one.words, text)]


LAW = Citation(
    n=0,
    kind="item",
    code="GZ-TS-1",
    title="热线工单办理",
    field="steps[0]",
    quote="受理后1个工作日内派单；一般事项5个工作日内办结",
)
ROUTES = {
    "12345": FilingRoute(
        code="12345",
        name="政务服务便民热线",
        steps=(
            FilingStep(text="受理后1个工作日内派给承办部门", sources=(LAW,)),
            FilingStep(text="一般事项5个工作日内办结", sources=(LAW,)),
        ),
    ),
    "labour": FilingRoute(
        code="labour",
        name="劳动保障监察投诉",
        needs=frozenset({"name", "phone"}),
        because=FilingStep(
            text="投诉要写明投诉人的姓名和联系方式",
            sources=(replace(LAW, field="conditions", quote="投诉文书载明投诉人的姓名和联系方式"),),
        ),
        instead="12345",
    ),
}


def route_of(kind: OrderKind, topic: str | None) -> str:
    return "labour" if kind is OrderKind.COMPLAINT and topic == "labour.wages" else "12345"


_ID = re.compile(r"(?<!\d)(\d{4})\d{10}(\d{3}[\dXx])(?!\d)")
_MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")

AIDS = FilingAids(
    kind_of=kind_of,
    suggest=suggest,
    route_of=route_of,
    route=lambda code, kind: ROUTES[code],
    mask=lambda text: _MOBILE.sub(r"\1****\2", _ID.sub(r"\1**********\2", text)),
    drop_ids=lambda text: _ID.sub("（已去掉）", text),
    person=lambda phone, session: f"phone:{hash(phone)}" if phone else f"session:{session}",
)
