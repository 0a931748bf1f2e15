"""``suiwen``: serve, ask, import, publish; look after releases, the database, staff and audit."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from assistant.database_commands import database_app
from assistant.order_commands import orders_app
from assistant.staff_commands import audit_app, staff_app

if TYPE_CHECKING:
    from assistant.accounts.registry import Accounts
    from assistant.audit.operator import Act
    from assistant.records.clerk import OrderClerk
    from assistant.settings import Settings
    from assistant.types import Draft
    from channels.types import Reply
    from knowledge.types import Parsed

app = typer.Typer(
    name="suiwen",
    help="穗问：有出处的政务服务问答。先试：suiwen ask 喺边度攞居住证",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Value = TypeVar("Value")
Json = Annotated[bool, typer.Option("--json", help="打印机器可读的 JSON")]
FORMATS = ("gdzwfw", "excel", "pack", "policy")


@app.command(rich_help_panel="问答")
def serve(
    host: Annotated[str | None, typer.Option(help="监听地址")] = None,
    port: Annotated[int | None, typer.Option(help="端口")] = None,
    workers: Annotated[
        int, typer.Option(min=1, help="进程数；多于 1 时设 SUIWEN_REDIS_URL，否则各进程不共享会话")
    ] = 1,
) -> None:
    """启动网页和接口。例：suiwen serve --port 8000"""
    settings = _settings()
    _ensure_release(settings)
    import uvicorn

    where = f"http://{host or settings.host}:{port or settings.port}"
    _say(f"穗问已启动：{where}（按 Ctrl+C 结束）")
    uvicorn.run(
        "assistant.app:create",
        factory=True,
        host=host or settings.host,
        port=port or settings.port,
        workers=workers,
        access_log=False,
        log_level="warning",
        server_header=False,
        forwarded_allow_ips=settings.trusted_proxies,
    )


@app.command(rich_help_panel="问答")
def ask(
    question: Annotated[str, typer.Argument(help="要问的话")],
    district: Annotated[str | None, typer.Option(help="所在的区，如 天河区")] = None,
    as_json: Json = False,
) -> None:
    """问一个问题。例：suiwen ask 喺边度攞居住证"""
    settings = _settings()
    _ensure_release(settings)
    from assistant import bootstrap, telemetry
    from channels.types import Message
    from channels.web import reply_json

    telemetry.configure("ERROR")
    parts = _or_exit(lambda: bootstrap.build(settings))
    message = Message(text=question, district=district, channel="cli")
    reply = asyncio.run(_respond(parts.assistant, message))
    if as_json:
        _write(reply_json(reply).decode())
    else:
        _show(reply)


@app.command(rich_help_panel="问答")
def plan(
    bundle: Annotated[str, typer.Option(help="一件事的编码，如 GZB-xinsheng")],
    answers: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="回答的文件（JSON 或 YAML）")
    ],
    begun: Annotated[str | None, typer.Option(help="从哪天开始，如 2026-11-23；默认今天")] = None,
    as_json: Json = False,
) -> None:
    """按一件事的规则算出一个人的清单。例：suiwen plan --bundle GZB-xinsheng --answers a.json"""
    settings = _settings()
    _ensure_release(settings)
    from assistant import bootstrap, planning, telemetry
    from assistant.composing import plans as composing
    from assistant.composing.writer import Writer
    from channels.types import Status

    telemetry.configure("ERROR")
    knowledge = _or_exit(lambda: bootstrap.open_knowledge(settings))
    found = _or_exit(lambda: planning.opened(bundle, knowledge))
    situation = _or_exit(lambda: planning.read(answers, found, begun))
    made = planning.planned(found, planning.records(found, knowledge), situation, bootstrap.today())
    if as_json:
        _write(json.dumps(planning.plain(made), ensure_ascii=False, indent=1))
        return
    writer = Writer()
    composing.say_plan(made, writer)
    _show(writer.draft(Status.ANSWERED))


@app.command(rich_help_panel="知识")
def lint(
    path: Annotated[
        Path | None, typer.Argument(exists=True, help="文件或文件夹；默认内置数据包")
    ] = None,
    as_json: Json = False,
) -> None:
    """按办事指南的质量规则检查记录，不导入。有错误时退出码为 1。例：suiwen lint records.jsonl"""
    from assistant import importing, linting

    report = _or_exit(lambda: linting.report(path))
    if as_json:
        _write(json.dumps(report, ensure_ascii=False, indent=1))
    else:
        for level, title in (("errors", "错误"), ("warnings", "警告"), ("notices", "提示")):
            importing.show_findings(title, report[level])
        errors, warnings = len(report["errors"]), len(report["warnings"])
        _say(f"{report['path']}：{report['records']} 条记录，{errors} 个错误，{warnings} 个警告")
    if report["errors"]:
        raise typer.Exit(1)


@app.command("import", rich_help_panel="知识")
def import_(
    format_: Annotated[str, typer.Argument(metavar="FORMAT", help="|".join(FORMATS))],
    files: Annotated[list[Path], typer.Argument(exists=True, help="要导入的文件或文件夹")],
    source: Annotated[str | None, typer.Option(help="来源名（默认与格式同名）")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只预览，不写入")] = False,
    as_json: Json = False,
) -> None:
    """导入一个来源的全部记录，先看预览。例：suiwen import gdzwfw records.jsonl --dry-run"""
    from assistant import importing

    settings = _settings()
    if format_ not in FORMATS:
        _fail(f"没有格式 {format_!r}；可用：{'、'.join(FORMATS)}")
    name = source or format_
    parsed: Parsed = _or_exit(lambda: importing.parse(format_, files))
    preview = _or_exit(lambda: importing.preview(settings.home, name, parsed))
    if as_json:
        _write(json.dumps(preview, ensure_ascii=False, indent=1))
    else:
        importing.show(preview)
    if dry_run:
        return
    if preview["rejected"]:
        _fail(f"有 {preview['rejected']} 条被拒绝，没有写入；请按提示修改后再导入")
    with _audited(settings, "source.import", f"{name}:{len(parsed.records)}"):
        _or_exit(lambda: importing.stage(settings.home, name, parsed, files))
    if not as_json:
        _say(f"已导入来源 {name}，运行 suiwen publish 后生效")


@app.command(rich_help_panel="知识")
def publish(as_json: Json = False) -> None:
    """把所有来源发布成一个新版本，并切换过去。"""
    settings = _settings()
    with _audited(settings, "release.publish") as act:
        manifest = _publish(settings)
        act.object = manifest.id
    if as_json:
        from dataclasses import asdict

        _write(json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
    else:
        _say(f"已发布版本 {manifest.id}：{manifest.records} 条记录")


@app.command(rich_help_panel="知识")
def releases(as_json: Json = False) -> None:
    """列出所有版本，新的在前。"""
    from dataclasses import asdict

    from knowledge import releases as store

    home = _settings().home
    live = store.current(home)
    listed = [{**asdict(one), "current": one.id == live} for one in store.listing(home)]
    if as_json:
        _write(json.dumps(listed, ensure_ascii=False, indent=1))
        return
    if not listed:
        _say("还没有版本；运行 suiwen publish")
    for one in listed:
        parts = "，".join(f"{name} {count}" for name, count in one["sources"].items())
        _say(f"{'*' if one['current'] else ' '} {one['id']}  {one['records']} 条（{parts}）")


@app.command(rich_help_panel="知识")
def rollback(
    release: Annotated[str, typer.Argument(help="版本号，见 suiwen releases")],
    as_json: Json = False,
) -> None:
    """切换到另一个版本。例：suiwen rollback 20261122T081500000-1a2b3c4d"""
    from knowledge import releases as store

    settings = _settings()
    with _audited(settings, "release.rollback", release):
        _or_exit(lambda: store.activate(settings.home, release))
    if as_json:
        _write(json.dumps({"current": release}))
    else:
        _say(f"当前版本：{release}")


@app.command(rich_help_panel="知识")
def sources(as_json: Json = False) -> None:
    """列出已导入的来源。"""
    from knowledge import sources as staging

    listed = [
        {
            "name": one.name,
            "records": len(one.records),
            "imported": one.imported.isoformat(),
            "files": list(one.files),
        }
        for one in _or_exit(lambda: staging.staged(_settings().home))
    ]
    if as_json:
        _write(json.dumps(listed, ensure_ascii=False, indent=1))
        return
    for one in listed:
        _say(f"{one['name']}  {one['records']} 条  {one['imported']}")


@app.command(rich_help_panel="知识")
def remove(
    source: Annotated[str, typer.Argument(help="来源名，见 suiwen sources")], as_json: Json = False
) -> None:
    """撤下整个来源（下次发布后生效）。例：suiwen remove pack"""
    from assistant.bootstrap import PACK_SOURCE
    from knowledge import sources as staging

    settings = _settings()
    with _audited(settings, "source.remove", source):
        if not staging.remove(settings.home, source) and source != PACK_SOURCE:
            _fail(f"没有来源 {source!r}；见 suiwen sources")
    if as_json:
        _write(json.dumps({"removed": source}))
    else:
        _say(f"已撤下来源 {source}，运行 suiwen publish 后生效")


@app.command(rich_help_panel="问答")
def feedback(as_json: Json = False) -> None:
    """看市民的评价：多少有用、没用的原因、是哪一轮（编号可在日志里查）。"""
    from collections import Counter
    from dataclasses import asdict

    from assistant.feedback import verdicts

    given = verdicts(_settings().home)
    if as_json:
        _write(json.dumps([asdict(one) for one in given], ensure_ascii=False, indent=1))
        return
    helpful = sum(one.helpful for one in given)
    _say(f"共 {len(given)} 条：有用 {helpful}，没用 {len(given) - helpful}")
    for reason, count in Counter(one.reason for one in given if one.reason).most_common():
        _say(f"  {reason}  {count}")


@app.command(rich_help_panel="知识")
def template(
    path: Annotated[Path, typer.Argument(help="要写入的 .xlsx 文件")] = Path("suiwen模板.xlsx"),
) -> None:
    """写一份 Excel 导入模板。例：suiwen template 模板.xlsx"""
    from knowledge.formats import excel

    _or_exit(lambda: excel.write_template(path))
    _say(f"已写入 {path}，填好后运行 suiwen import excel {path} --dry-run")


@app.command(rich_help_panel="知识")
def show(
    code: Annotated[str, typer.Argument(help="记录编码，如 GZ-HJ-juzhuzheng-shouci")],
    as_json: Json = False,
) -> None:
    """看当前版本里一条记录的全部可引用段落。例：suiwen show TEL-12345"""
    settings = _settings()
    _ensure_release(settings)
    from dataclasses import asdict

    from knowledge import releases as store
    from knowledge.passages import passages

    record = _or_exit(lambda: store.open_release(settings.home)).records.get(code)
    if record is None:
        _fail(f"当前版本没有编码 {code!r}；可用 suiwen search 查找")
    found = passages(record)
    if as_json:
        _write(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=1))
        return
    for one in found:
        _say(f"[{one.id}] {one.title}\n{one.text}\n")


@app.command(rich_help_panel="知识")
def search(
    query: Annotated[str, typer.Argument(help="要查的话")],
    limit: Annotated[int, typer.Option(min=1, max=100, help="最多几条")] = 10,
    as_json: Json = False,
) -> None:
    """只检索不作答：看命中了哪些记录、为什么。例：suiwen search 换驾照"""
    settings = _settings()
    _ensure_release(settings)
    from assistant import bootstrap, rules
    from assistant.understanding import focus
    from retrieval.analyzer import normalise
    from retrieval.types import Query

    knowledge = _or_exit(lambda: bootstrap.open_knowledge(settings))
    assert knowledge.searcher is not None
    words = focus(normalise(query), rules.load())
    result = knowledge.searcher.search(Query(text=query, focus=words, limit=limit))
    rows = [
        {
            "id": hit.document.id,
            "title": hit.document.title,
            "kind": hit.document.kind,
            "score": round(float(hit.score), 4),
            "coverage": round(hit.coverage, 3),
            "name_match": hit.name_match,
            "parts": {name: round(float(value), 4) for name, value in hit.parts.items()},
        }
        for hit in result.hits[:limit]
    ]
    if as_json:
        timings = {name: round(spent, 3) for name, spent in result.timings.items()}
        found = {"focus": words, "terms": result.terms, "timings_ms": timings, "hits": rows}
        _write(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for row in rows:
        _say(f"{row['score']:.2f}  {row['title']}  [{row['kind']} {row['id']}]")


async def _respond(assistant: Any, message: Any) -> Reply:
    reply: Reply = await assistant.take_turn(message)
    return reply


@contextmanager
def _audited(settings: Settings, action: str, object_: str = "") -> Iterator[Act]:
    """What is done within is a line of the audit log; where that does not open nothing is done."""
    from assistant import offices
    from assistant.audit.operator import audited

    with audited(lambda: _or_exit(lambda: offices.open_audit(settings)), action, object_) as act:
        yield act


def _accounts() -> Accounts:
    from assistant import offices

    return offices.open_accounts(_settings())


def _clerk() -> OrderClerk:
    from assistant import offices

    return offices.open_clerk(_settings())


app.add_typer(database_app(lambda: _settings()), name="db", rich_help_panel="运行")
app.add_typer(staff_app(_accounts), name="staff", rich_help_panel="运行")
app.add_typer(orders_app(_clerk), name="orders", rich_help_panel="运行")
app.add_typer(audit_app(lambda: _accounts().audit), name="audit", rich_help_panel="运行")


def _settings() -> Settings:
    from pydantic import ValidationError

    from assistant.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        names = "、".join(f"SUIWEN_{str(one['loc'][0]).upper()}" for one in error.errors())
        _fail(f"设置不对：{names}；取值范围见 assistant/settings.py")


def _ensure_release(settings: Settings) -> None:
    from knowledge import releases as store

    if store.current(settings.home) is None:
        _say("第一次运行：正在为内置的演示数据建立索引……", err=True)
        _publish(settings)


def _publish(settings: Settings) -> Any:
    from assistant import bootstrap, progress

    with progress.bar() as step:
        return _or_exit(lambda: bootstrap.publish(settings, step))


def _or_exit(action: Callable[[], Value]) -> Value:
    """Run it; an expected error becomes one line of Chinese and exit code 2."""
    from assistant.errors import SuiwenError
    from knowledge.releases import ReleaseError
    from knowledge.sources import SourceError
    from retrieval.lexicon import LexiconError

    try:
        return action()
    except ReleaseError as error:
        for one in error.findings[:20]:
            _say(f"{one.code} {one.field}：{one.remedy}", err=True)
        _fail(str(error))
    except (SuiwenError, SourceError, LexiconError) as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error.filename or ''}：{error.strerror or error}")


def _show(reply: Reply | Draft) -> None:
    """A reply in the terminal: sentences, cards, sources, the AI label."""
    from rich.console import Console
    from rich.markup import escape

    from channels.types import AI_LABEL

    console = Console()
    for sentence in reply.sentences:
        marks = "".join(f"[dim]\\[{n}][/dim]" for n in sentence.citations)
        console.print(f"{escape(sentence.text)}{marks}")
    for card in reply.cards:
        console.print(f"\n[bold]{escape(card.title)}[/bold]")
        for row in card.rows:
            ask = f"（可以问：{row.ask}）" if row.ask else None
            rest = " ".join(part for part in (row.text, row.note, row.url, ask) if part)
            console.print(f"  · {escape(row.label)} [dim]{escape(rest)}[/dim]", soft_wrap=True)
    if reply.citations:
        console.print("\n[bold]出处[/bold]")
    for one in reply.citations:
        quote = one.quote.replace("\n", " ")
        console.print(
            escape(
                f"  [{one.n}] {one.title} · {one.field}（{one.as_of}）“{quote}” {one.url or ''}"
            ),
            style="dim",
            soft_wrap=True,
        )
    console.print(f"\n[italic dim]{escape(getattr(reply, 'label', AI_LABEL))}[/italic dim]")


def _say(text: str, *, err: bool = False) -> None:
    typer.echo(text, err=err)


def _write(text: str) -> None:
    sys.stdout.buffer.write(text.encode("utf-8", "replace") + b"\n")


def _fail(message: str) -> NoReturn:
    _say(message, err=True)
    raise typer.Exit(2)
