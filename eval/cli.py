"""``suiwen-eval``: measure answers, facts, speed, and survival of kill -9."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    name="suiwen-eval",
    help="穗问评测：整条回答、逐条事实、速度、发布中断。先试：suiwen-eval answers",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

RECORDS = Path("../shared/data/gdzwfw_items/records.jsonl")

Json = Annotated[bool, typer.Option("--json", help="打印机器可读的 JSON")]
Home = Annotated[Path | None, typer.Option(help="已发布版本的目录（默认新建一个临时的，用完即删）")]
Records = Annotated[Path, typer.Option(help="门户原始记录（records.jsonl）")]


@app.command()
def answers(
    gold: Annotated[Path | None, typer.Option(help="题目文件（JSON 行）")] = None,
    split: Annotated[str, typer.Option(help="没有 --gold 时用的题集")] = "dev",
    home: Home = None,
    out: Annotated[Path | None, typer.Option(help="把预测、记录、设置、分数写到这个文件夹")] = None,
    as_json: Json = False,
) -> None:
    """用题集问整个助手，给整条回答打分。例：suiwen-eval answers --split dev"""
    from eval import answers as asking
    from eval import datasets, homes, runs, scoring

    examples = _or_exit(lambda: datasets.load(gold or datasets.split(split)))
    with (
        _entered(lambda: homes.published(home)) as settings,
        _counting("提问", len(examples)) as advance,
    ):
        predictions, records, described = _or_exit(
            lambda: asking.predict(settings, examples, lambda: advance(1))
        )
    report = scoring.score(predictions, records.get)
    if out:
        runs.write(out, predictions, records, {**described, "gold": str(gold or split)})
        runs.write_scores(out, report)
    _show_answers(report, as_json)


@app.command()
def score(
    folder: Annotated[Path, typer.Argument(help="answers --out 写下的文件夹")],
    as_json: Json = False,
) -> None:
    """给已有的预测重新打分，不再提问。例：suiwen-eval score runs/today"""
    from eval import runs, scoring

    predictions, records = _or_exit(lambda: runs.read(folder))
    report = scoring.score(predictions, records.get)
    runs.write_scores(folder, report)
    _show_answers(report, as_json)


@app.command()
def facts(
    records: Records = RECORDS,
    sample: Annotated[int | None, typer.Option(min=1, help="只抽这么多条记录")] = None,
    seed: Annotated[int, typer.Option(help="抽样和问法的种子")] = 1,
    workers: Annotated[int | None, typer.Option(min=1, help="进程数（默认最多 2）")] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """按名称逐条问门户记录的每个事实，与原始 JSON 比对；有不符则退出码为 1。"""
    from eval import facts as asking
    from eval import homes, portal, report

    raws = _or_exit(lambda: portal.load(records))
    questions = portal.questions(raws, asking.sample(raws, sample, seed), seed)
    with (
        _entered(lambda: homes.published(home, portal=[records])) as settings,
        _counting("提问", len(questions)) as advance,
    ):
        found = asking.run(settings, questions, workers=workers or asking.cores(), advance=advance)
    if as_json:
        _write(asking.plain(found))
    else:
        report.facts(found)
    if found.mismatches:
        raise typer.Exit(1)


@app.command()
def bench(
    records: Records = RECORDS,
    seconds: Annotated[float, typer.Option(min=1, max=60, help="每一段压测的秒数")] = 5,
    out: Annotated[Path | None, typer.Option(help="另把 JSON 写到这个文件")] = None,
    as_json: Json = False,
) -> None:
    """索引、启动、每秒请求（对空 FastAPI 回声）、延迟、内存，一次跑完。"""
    from eval import report
    from eval.bench import run

    found = _or_exit(lambda: run.run(records, seconds, _tell))
    if out:
        text = json.dumps(run.plain(found), ensure_ascii=False, indent=1)
        out.write_text(text + "\n", encoding="utf-8")
    if as_json:
        _write(run.plain(found))
    else:
        report.bench(found)


@app.command()
def kill(
    times: Annotated[int, typer.Option(min=1, help="次数")] = 200,
    seed: Annotated[int, typer.Option(help="中断时刻的种子")] = 1,
    as_json: Json = False,
) -> None:
    """在发布的随机时刻 kill -9，看留下的是不是完整的旧版或新版；有损坏则退出码为 1。"""
    from eval import kill as killing
    from eval import report

    with _counting("kill -9", times) as advance:
        found = killing.run(times, seed, lambda: advance(1))
    if as_json:
        _write(killing.plain(found))
    else:
        report.kill(found)
    if found.problems:
        raise typer.Exit(1)


@app.command()
def fit(
    gold: Annotated[Path | None, typer.Option(help="题目文件（JSON 行）")] = None,
    home: Home = None,
    wrong_share: Annotated[
        float, typer.Option(min=0.01, max=0.5, help="答错的题最多占多少（留出检验）")
    ] = 0.1,
    write: Annotated[bool, typer.Option("--write", help="写入 assistant/confidence.toml")] = False,
    as_json: Json = False,
) -> None:
    """重新拟合“答还是不答”的模型和阈值。例：suiwen-eval fit --write"""
    from dataclasses import asdict

    from assistant import bootstrap, resolution
    from eval import datasets, fitting, homes

    path = gold or datasets.split("dev")
    examples = _or_exit(lambda: datasets.load(path))
    with _entered(lambda: homes.published(home)) as settings:
        knowledge = bootstrap.open_knowledge(settings)
        found = fitting.fit(tuple(fitting.cases(examples, knowledge)), wrong_share=wrong_share)
    if write:
        fitting.FILE.write_text(fitting.toml(found, resolution.model(), path.name), "utf-8")
    if as_json:
        _write(asdict(found))
        return
    right, wrong = f"{found.answered_right:.1%}", f"{found.answered_wrong:.1%}"
    _tell(f"阈值 {found.answer_at}：留出检验答对 {right}，答错 {wrong}")


@app.command("crisis")
def crisis_(
    write: Annotated[
        bool, typer.Option("--write", help="先用训练句重新拟合，写入 assistant/emergencies.json")
    ] = False,
    file: Annotated[Path | None, typer.Option(help="测试句（JSON 行，text 和 kind）")] = None,
    as_json: Json = False,
) -> None:
    """紧急情况认得出多少、误报多少（盲测句）。例：suiwen-eval crisis"""
    from assistant import emergencies as ear
    from eval import emergencies as hearing

    if write:
        hearing.refit()
    found = hearing.hear(hearing.load(file or hearing.TEST))
    rates = {
        "recall": found.recall,
        "right_kind": found.right_kind,
        "false_alarms": found.false_alarms,
    }
    if as_json:
        scores = {
            name: {"value": one.value, "hits": one.hits, "of": one.of, "interval": one.interval}
            for name, one in rates.items()
        }
        _write({**scores, "sure_at": ear.detector().sure_at})
        return
    for name, one in rates.items():
        low, high = one.interval
        _tell(f"{name}: {one.hits}/{one.of}  95% {low:.3f}–{high:.3f}")


def _show_answers(found: Any, as_json: bool) -> None:
    from eval import report, runs

    if as_json:
        _write(runs.plain(found))
    else:
        report.answers(found)


@contextmanager
def _counting(name: str, total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on standard error; silent if that is not a terminal."""
    from rich.console import Console
    from rich.progress import Progress as Bars

    console = Console(stderr=True)
    with Bars(console=console, disable=not console.is_terminal) as bars:
        task = bars.add_task(name, total=total)
        yield lambda count: bars.advance(task, count)


@contextmanager
def _entered(action: Callable[[], Any]) -> Iterator[Any]:
    """Enter it; an expected error on the way in becomes one line of Chinese and exit code 2."""
    manager = action()
    value = _or_exit(manager.__enter__)
    try:
        yield value
    finally:
        manager.__exit__(None, None, None)


def _or_exit(action: Callable[[], Any]) -> Any:
    from assistant.errors import SuiwenError
    from eval.bench.types import BenchError
    from eval.datasets import GoldError
    from eval.homes import HomeError
    from eval.runs import RunError
    from knowledge.releases import ReleaseError

    try:
        return action()
    except (BenchError, GoldError, HomeError, ReleaseError, RunError, SuiwenError) as error:
        _fail(str(error))
    except FileNotFoundError as error:
        _fail(f"没有文件 {error.filename}")


def _tell(text: str) -> None:
    typer.echo(text, err=True)


def _write(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=1)
    sys.stdout.buffer.write(text.encode("utf-8", "replace") + b"\n")


def _fail(message: str) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(2)
