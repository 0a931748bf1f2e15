"""``suiwen orders``: what was filed, for a city that hands it on by hand.

The database only.  A list has no texts; what is shown is masked unless a phone is needed to call
back (``--reveal``); every look and every step is in the audit log.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from assistant.audit.operator import operator

if TYPE_CHECKING:
    from assistant.records.clerk import Entered, Opened, OrderClerk
    from assistant.work_orders.types import OrderEvent, OrderStatus

Value = TypeVar("Value")
Json = Annotated[bool, typer.Option("--json", help="打印机器可读的 JSON")]


def orders_app(clerk: Callable[[], OrderClerk]) -> typer.Typer:
    """The commands of ``suiwen orders``; ``clerk`` opens the database."""
    app = typer.Typer(help="工单：列出、查看、推进（没有接城市系统时）。", no_args_is_help=True)

    @app.command("list")
    def list_(
        status: Annotated[str | None, typer.Option(help="只看这个状态，如 filed 或 登记")] = None,
        ended: Annotated[bool, typer.Option("--all", help="办结、撤回的也列出")] = False,
        most: Annotated[int, typer.Option(min=1, help="最多列多少张")] = 50,
        as_json: Json = False,
    ) -> None:
        """列出工单，最早的在前；没有正文，没有姓名电话。例：suiwen orders list --status 登记"""
        wanted = _status(status) if status else None
        found = _or_exit(lambda: clerk().listed(wanted, ended=ended, most=most))
        lines = [_line(one) for one in found] or ["没有这样的工单"]
        _tell([_plain(one) for one in found], "\n".join(lines), as_json)

    @app.command()
    def show(
        number: Annotated[str, typer.Argument(help="回执号")],
        reveal: Annotated[
            bool, typer.Option("--reveal", help="原文、姓名和电话，办理和回电用；单独记进审计日志")
        ] = False,
        as_json: Json = False,
    ) -> None:
        """看一张工单：正文里的个人信息遮住；每看一次都记进审计日志。"""
        found = _or_exit(lambda: clerk().opened(number, by=operator(), whole=reveal))
        told = _told(found, reveal=reveal)
        _tell(told, "\n".join(_page(told)), as_json)

    @app.command()
    def advance(
        number: Annotated[str, typer.Argument(help="回执号")],
        status: Annotated[str, typer.Argument(help="下一步，如 assigned 或 派单")],
        note: Annotated[str | None, typer.Option(help="给市民看的说明（理由、答复）")] = None,
        department: Annotated[str | None, typer.Option(help="承办单位")] = None,
        days: Annotated[int | None, typer.Option(min=1, help="延期几个工作日")] = None,
        as_json: Json = False,
    ) -> None:
        """推进一步。例：suiwen orders advance GZ… 派单 --department 番禺区教育局"""
        wanted = _status(status)
        view = _or_exit(
            lambda: clerk().advance(
                number, wanted, by=operator(), note=note, department=department, days=days
            )
        )
        events = [_event(one) for one in view.events]
        value = {"number": view.number, "status": view.status.value, "events": events}
        _tell(value, f"{view.number} 现在是 {_name(view.status)}", as_json)

    return app


def _status(given: str) -> OrderStatus:
    """A status by its code or its Chinese name."""
    from assistant.work_orders.types import OrderStatus

    names = {_name(one): one for one in OrderStatus}
    if given in names:
        return names[given]
    try:
        return OrderStatus(given)
    except ValueError:
        _fail(f"状态只能是：{'、'.join(f'{one.value}（{name}）' for name, one in names.items())}")


def _name(status: OrderStatus) -> str:
    from assistant.cases import words

    return str(words.status("order", status.value)["name"])


def _plain(one: Entered) -> dict[str, Any]:
    from assistant.work_orders import topics

    return {
        "number": one.number,
        "kind": one.kind,
        "status": one.status.value,
        "topic": one.topic,
        "topic_name": topics.tree().path(one.topic)[-1:] if one.topic else (),
        "route": one.route,
        "department": one.department,
        "district": one.district,
        "filed": one.filed.isoformat(),
        "acts": one.acts,
    }


def _line(one: Entered) -> str:
    from assistant.cases import words
    from assistant.cases.page import CHINA
    from assistant.work_orders import topics

    parts = (
        one.number,
        f"{one.filed.astimezone(CHINA):%Y-%m-%d %H:%M}",
        _name(one.status),
        words.kind(one.kind),
        *(topics.tree().path(one.topic)[-1:] if one.topic else ()),
        one.district,
        one.department,
        f"市民又说了{one.acts}次" if one.acts else None,
    )
    return "  ".join(part for part in parts if part)


def _told(found: Opened, *, reveal: bool) -> dict[str, Any]:
    """What is printed of an order: texts masked; who it is only if that was asked for."""
    from assistant.privacy import masking
    from assistant.work_orders import phones

    def shown(text: str) -> str:
        return text if reveal else masking.screen(text)

    order, view = found.order, found.view
    told: dict[str, Any] = {
        "number": view.number,
        "kind": view.kind.value,
        "status": view.status.value,
        "route": view.route,
        "department": view.department,
        "filed": view.filed.isoformat(),
        "erased": order is None,
        "retired": view.retired.isoformat() if view.retired else None,
        "events": [_event(one) for one in view.events],
        "acts": [
            {
                "at": at.isoformat(),
                "act": what.act,
                "text": shown(what.text) if what.text else None,
                "stars": what.stars,
            }
            for at, what in found.done
        ],
    }
    if order is None:
        return told
    texts = ("text", "place", "when", "object", "wish")
    told |= {name: shown(said) for name in texts if (said := getattr(order, name))}
    told |= {"district": order.district, "confidential": order.confidential}
    name, phone = order.contact.name, order.contact.phone
    if reveal:
        return told | {"name": name, "phone": phone}
    return told | {
        "name": f"{name[0]}**" if name else None,
        "phone": phones.masked(phone) if phone else None,
    }


def _event(one: OrderEvent) -> dict[str, Any]:
    return {
        "status": one.status.value,
        "at": one.at.isoformat(),
        "department": one.department,
        "note": one.note,
    }


def _page(told: dict[str, Any]) -> list[str]:
    from assistant.cases import words
    from assistant.work_orders.types import OrderKind
    from assistant.work_orders.words import label

    kind = OrderKind(told["kind"])
    lines = [f"{told['number']}  {words.kind(kind.value)}  {told['filed']}"]
    if told["erased"]:
        lines.append(
            "保存期满，内容和联系方式已销毁" if told["retired"] else "内容和联系方式已按要求清除"
        )
    fields = ("text", "place", "when", "object", "wish", "name", "phone")
    lines += [f"{label(field, kind)}：{told[field]}" for field in fields if told.get(field)]
    if told.get("confidential"):
        lines.append("要求保密")
    steps = [*told["events"], *told["acts"]]
    for one in sorted(steps, key=lambda step: str(step["at"])):
        what = words.status("order", one["status"])["name"] if "status" in one else one["act"]
        rest = [one.get("department"), one.get("note") or one.get("text")]
        lines.append("  ".join(str(part) for part in (one["at"], what, *rest) if part))
    return lines


def _or_exit(action: Callable[[], Value]) -> Value:
    from assistant.errors import SuiwenError

    try:
        return action()
    except SuiwenError as error:
        _fail(_in_words(str(error)))


def _in_words(message: str) -> str:
    """The message with what a status is called beside its code."""
    from assistant.work_orders.types import OrderStatus

    codes = {one.value: f"{_name(one)}（{one.value}）" for one in OrderStatus}
    return re.sub("|".join(codes), lambda found: codes[found[0]], message)


def _tell(value: Any, words: str, as_json: bool) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1) if as_json else words)


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2)
