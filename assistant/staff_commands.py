"""``suiwen staff`` and ``suiwen audit``: who may sign in, and whether the log is as it was written.

Both need the database only.  ``cli.py`` adds them with one line each.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar, get_args

import typer

from assistant.accounts.types import Account, Role
from assistant.audit.operator import operator
from assistant.audit.types import Break
from assistant.handoff.types import Desk

if TYPE_CHECKING:
    from assistant.accounts.registry import Accounts
    from assistant.audit.log import AuditLog
    from assistant.audit.types import Line

Value = TypeVar("Value")
Json = Annotated[bool, typer.Option("--json", help="打印机器可读的 JSON")]


def staff_app(accounts: Callable[[], Accounts]) -> typer.Typer:
    """The commands of ``suiwen staff``; ``accounts`` opens the database."""
    app = typer.Typer(help="工作人员账号：添加、列出、停用、重置密码。", no_args_is_help=True)

    @app.command()
    def add(
        name: Annotated[str, typer.Argument(help="用户名：3 到 32 个小写字母、数字或 . - _")],
        role: Annotated[str, typer.Option(help=f"角色：{'、'.join(get_args(Role))}")] = "agent",
        desk: Annotated[
            list[str] | None, typer.Option(help=f"坐席的服务台：{'、'.join(get_args(Desk))}")
        ] = None,
        as_json: Json = False,
    ) -> None:
        """添加一个账号，打印首次密码（只显示这一次）。例：suiwen staff add lin --desk hotline"""
        desks: Any = tuple(desk or ())
        if role not in get_args(Role) or not set(desks) <= set(get_args(Desk)):
            _fail(f"角色只能是 {_or(Role)}；服务台只能是 {_or(Desk)}")
        kind: Any = role
        account, password = _or_exit(lambda: accounts().add(name, kind, desks, by=operator()))
        _tell({**_plain(account), "password": password}, _first(account, password), as_json)

    @app.command("list")
    def list_(as_json: Json = False) -> None:
        """列出所有账号。"""
        found = _or_exit(lambda: accounts().listed())
        lines = [_line(one) for one in found] or ["还没有账号；运行 suiwen staff add"]
        _tell([_plain(one) for one in found], "\n".join(lines), as_json)

    @app.command()
    def disable(name: Annotated[str, typer.Argument()], as_json: Json = False) -> None:
        """停用一个账号，立即退出它的登录。"""
        account = _or_exit(lambda: accounts().disable(name, by=operator()))
        _tell(_plain(account), f"已停用 {name}", as_json)

    @app.command()
    def reset(name: Annotated[str, typer.Argument()], as_json: Json = False) -> None:
        """给一个新的首次密码：解锁、恢复停用的账号、取消两步验证。"""
        account, password = _or_exit(lambda: accounts().reset(name, by=operator()))
        _tell({**_plain(account), "password": password}, _first(account, password), as_json)

    @app.command("second-factor")
    def second_factor(name: Annotated[str, typer.Argument()], as_json: Json = False) -> None:
        """开通两步验证，打印验证器要扫的地址（只显示这一次）。"""
        address = _or_exit(lambda: accounts().second_factor(name, by=operator()))
        if as_json:
            _tell({"name": name, "address": address}, "", as_json)
            return
        import segno

        segno.make_qr(address).terminal(compact=True)
        typer.echo(f"请 {name} 用验证器扫上面的码，或者输入：{address}")

    return app


def audit_app(audit: Callable[[], AuditLog]) -> typer.Typer:
    """The commands of ``suiwen audit``; ``audit`` opens the database."""
    app = typer.Typer(help="审计日志：核对有没有被改过。", no_args_is_help=True)

    @app.command()
    def verify(
        anchor: Annotated[
            str | None, typer.Option(help="以前记下的最后一行，如 1042:9f86d0…，要还在日志里")
        ] = None,
        as_json: Json = False,
    ) -> None:
        """从头核对整条链；有一处对不上，退出码为 1。例：suiwen audit verify --json"""
        from assistant.audit.types import Anchor

        number, _, digest = (anchor or "").partition(":")
        if anchor is not None and not (number.isdecimal() and digest):
            _fail("--anchor 的写法是 行号:摘要，照 suiwen audit verify 打印的抄")
        noted = Anchor(seq=int(number), hash=digest) if anchor else None
        log = _or_exit(audit)
        found = _or_exit(lambda: log.verify(noted))
        at = found.broken
        there = log.lines(before=at + 1, most=1) if at and found.reason in _THERE else ()
        reason = _REASONS[found.reason or "changed"]
        head = f"{found.head.seq}:{found.head.hash}" if found.head else None
        words = (
            f"完整：{found.lines} 行。最后一行（可以记在别处，下次核对）：{head}"
            if found.whole
            else f"第 {at} 行对不上：{reason}；前 {found.lines} 行完整。"
        )
        words = "\n".join((words, *(f"这一行现在写的是：{_entry(one)}" for one in there)))
        entry = asdict(there[0]) if there else None
        told = {**asdict(found), "whole": found.whole, "anchor": head, "entry": entry}
        _tell(told, words, as_json)
        if not found.whole:
            raise typer.Exit(1)

    @app.command()
    def lines(
        most: Annotated[int, typer.Option(min=1, help="看最后多少行")] = 50, as_json: Json = False
    ) -> None:
        """看最后的几行：谁在什么时候做了什么、成没成；只有编号，没有内容。"""
        found = _or_exit(lambda: audit().lines(most=most))[::-1]
        _tell([asdict(one) for one in found], "\n".join(map(_entry, found)), as_json)

    return app


_REASONS: dict[Break, str] = {
    "unreadable": "读不出来",
    "out_of_order": "行号不连续，有行被删或者插入",
    "not_chained": "接不上前一行，有行被换过",
    "changed": "内容被改过",
    "unknown_algorithm": "写着不认识的摘要算法",
    "cut": "末尾的行被删掉了，或者行数记录被改过",
    "anchor": "与以前记下的 --anchor 不一致",
}
_THERE: tuple[Break, ...] = ("not_chained", "changed", "unknown_algorithm")
"""What is wrong with a line that can be shown."""


def _entry(one: Line) -> str:
    return f"{one.seq}  {one.at}  {one.actor}  {one.action}  {one.object}  {one.result}"


def _plain(account: Account) -> dict[str, Any]:
    found = asdict(account)
    return found | {
        "locked_until": account.locked_until.isoformat() if account.locked_until else None
    }


def _line(account: Account) -> str:
    from assistant.accounts.roles import label

    states = (
        ("停用", account.disabled),
        ("锁定", account.locked_until is not None),
        ("未换首次密码", account.must_change),
        ("两步验证", account.second_factor),
    )
    about = "、".join([label(account.role), *account.desks, *(word for word, is_ in states if is_)])
    return f"{account.badge}  {account.name}  {about}"


def _first(account: Account, password: str) -> str:
    return (
        f"账号 {account.name}（工号 {account.badge}），首次密码：{password}\n"
        "只显示这一次；第一次登录要换掉。登录地址：/staff"
    )


def _or(kind: Any) -> str:
    return "、".join(get_args(kind))


def _or_exit(action: Callable[[], Value]) -> Value:
    from assistant.errors import SuiwenError

    try:
        return action()
    except SuiwenError as error:
        _fail(str(error))


def _tell(value: Any, words: str, as_json: bool) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1) if as_json else words)


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2)
