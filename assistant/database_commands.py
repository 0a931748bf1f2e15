"""``suiwen db``: bring the database to the newest version, copy it, put a copy back, destroy what
was kept for long enough."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from assistant.records.backup import Backup
    from assistant.settings import Settings

Value = TypeVar("Value")
Json = Annotated[bool, typer.Option("--json", help="打印机器可读的 JSON")]


def database_app(settings: Callable[[], Settings]) -> typer.Typer:
    """The commands of ``suiwen db``."""
    app = typer.Typer(help="数据库：升级、备份、恢复、到期销毁。", no_args_is_help=True)

    @app.command()
    def upgrade(as_json: Json = False) -> None:
        """把数据库升到最新版本；已是最新就什么也不做。启动服务时也会自动升级。"""
        from assistant import offices
        from assistant.records.schema import versions

        engine = _or_exit(lambda: offices.open_database(settings()))
        found = sorted(versions(engine))
        engine.dispose()
        _tell({"versions": found}, f"数据库是最新版本：{'、'.join(found)}", as_json)

    @app.command()
    def backup(
        to: Annotated[Path, typer.Argument(help="备份文件，不能已存在")], as_json: Json = False
    ) -> None:
        """服务运行时也可以备份（SQLite）。姓名、电话、正文在备份里仍是密文：密钥另行保管。

        例：suiwen db backup /mnt/backup/2026-11-22.db
        """
        from assistant import offices
        from assistant.audit.operator import audited
        from assistant.records.backup import backup as copy

        known = settings()
        with audited(lambda: _or_exit(lambda: offices.open_audit(known)), "database.backup") as act:
            made = _or_exit(lambda: copy(offices.database_url(known), to))
            act.object = made.sha256
        _tell(_plain(made), f"已备份到 {made.path}（{made.size} 字节，校验值在旁边）", as_json)

    @app.command()
    def restore(
        copy: Annotated[Path, typer.Argument(help="备份文件，旁边要有 .sha256")],
        as_json: Json = False,
    ) -> None:
        """核对校验值后恢复到还没有数据库的地方，再升级到最新版本；密钥要先放好。

        例：suiwen db restore /mnt/backup/2026-11-22.db
        """
        from assistant import offices
        from assistant.audit.operator import audited
        from assistant.records.backup import restore as put_back

        known = settings()
        found = _or_exit(lambda: put_back(copy, offices.database_url(known)))
        with audited(
            lambda: _or_exit(lambda: offices.open_audit(known)), "database.restore"
        ) as act:
            act.object = found.sha256
        words = f"已恢复 {found.path}；启动前请核对密钥文件（没有原来的密钥，密文打不开）"
        _tell(_plain(found), words, as_json)

    @app.command()
    def retire(as_json: Json = False) -> None:
        """销毁保存期已满的正文、联系方式和它们的密钥；服务运行时每小时也会自己做。

        期限：SUIWEN_RETENTION_DAYS（转人工的对话）、SUIWEN_ORDER_RETENTION_DAYS（已结束的工单）。
        """
        import asyncio

        from assistant import offices

        done = _or_exit(lambda: asyncio.run(offices.retire(settings())))
        words = f"已销毁：转人工的对话 {done.handoffs} 段，已结束的工单 {done.orders} 张"
        _tell({"handoffs": done.handoffs, "orders": done.orders}, words, as_json)

    return app


def _plain(made: Backup) -> dict[str, Any]:
    return {"path": str(made.path), "sha256": made.sha256, "size": made.size}


def _or_exit(action: Callable[[], Value]) -> Value:
    from assistant.errors import SuiwenError

    try:
        return action()
    except SuiwenError as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error.filename or ''}：{error.strerror or error}")


def _tell(value: Any, words: str, as_json: bool) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1) if as_json else words)


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2)
