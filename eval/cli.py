"""``suiwen-eval``: measure answers, facts, speed, load, and survival of kill -9."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    name="suiwen-eval",
    help="穗问评测：整条回答、逐条事实、检索、速度、发布中断。先试：suiwen-eval answers",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

DATA = Path("../shared/data")
RECORDS = DATA / "gdzwfw_items/records.jsonl"

Json = Annotated[bool, typer.Option("--json", help="打印机器可读的 JSON")]
Home = Annotated[Path | None, typer.Option(help="已发布版本的目录（默认新建一个临时的，用完即删）")]
Records = Annotated[Path, typer.Option(help="门户原始记录（records.jsonl）")]
Dataset = Annotated[
    Path, typer.Option(help="BEIR 格式的文件夹（corpus.jsonl、queries.jsonl、qrels.tsv）")
]
Queries = Annotated[Path | None, typer.Option(help="换用这个题目文件")]
Qrels = Annotated[Path | None, typer.Option(help="换用这个标注文件（题号、文档号、分数）")]
First = Annotated[int | None, typer.Option("--limit", min=1, help="只问前 N 道题")]
Out = Annotated[Path | None, typer.Option(help="把设置、结果、分数写到这个文件夹")]
Work = Annotated[
    Path | None, typer.Option(help="索引留在这个文件夹，下次直接打开（默认临时，用完即删）")
]


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
def dialogue(
    split: Annotated[str, typer.Option(help="追问集的哪一部分：dev、own 或 test")] = "dev",
    gold: Annotated[Path | None, typer.Option(help="追问集文件（JSON 行），代替 --split")] = None,
    home: Home = None,
    write: Annotated[bool, typer.Option("--write", help="先重新拟合追问的两个模型并写入")] = False,
    as_json: Json = False,
) -> None:
    """追问接不接得上：逐段对话问，看事项和所问的方面对不对。例：suiwen-eval dialogue"""
    from dataclasses import asdict

    from eval import asking, homes, report, turning
    from eval import dialogue as talking

    if write:
        asking.refit()
        with _entered(lambda: homes.published(home)) as settings:
            turning.refit(settings)
    talks = _or_exit(lambda: talking.load(gold or talking.split(split)))
    with (
        _entered(lambda: homes.published(home)) as settings,
        _counting("对话", len(talks)) as advance,
    ):
        found = talking.run(settings, talks, lambda: advance(1))
    if as_json:
        failures = [asdict(one) | {"said": one.said.model_dump()} for one in found.failures]
        _write(asdict(found) | {"failures": failures})
    else:
        report.dialogue(found)


@app.command()
def plans(as_json: Json = False) -> None:
    """每个一件事：逐件办和按清单办，各要多少材料、跑几次（各种回答的平均）。"""
    from dataclasses import asdict

    from assistant.bootstrap import today
    from eval import plans as planning
    from eval import report
    from knowledge.formats import pack
    from knowledge.types import Bundle, ServiceItem

    records = pack.parse([pack.BUILT_IN]).records
    bundles = [one for one in records if isinstance(one, Bundle)]
    items = {one.code: one for one in records if isinstance(one, ServiceItem)}
    with _counting("规划", len(bundles)) as advance:
        found = planning.savings(bundles, items, today(), lambda: advance(1))
    if as_json:
        _write([asdict(one) for one in found])
    else:
        report.plans(found)


@app.command()
def districts(
    count: Annotated[int, typer.Option("--items", min=1, help="取多少个事项")] = 60,
    seed: Annotated[int, typer.Option(help="抽样的种子")] = 1,
    as_json: Json = False,
) -> None:
    """把事项复制到 11 个区，看答的是不是那个区、没说区时问不问；有错则退出码为 1。"""
    from dataclasses import asdict
    from tempfile import TemporaryDirectory

    from eval import districts as cloning
    from eval import report

    items = cloning.chosen(count, seed)
    with (
        TemporaryDirectory(prefix="suiwen-eval-") as made,
        _counting("提问", 3 * len(items)) as advance,
    ):
        home = Path(made)
        records = cloning.fill(home, items)
        found = cloning.run(home, items, records, lambda: advance(1))
    if as_json:
        _write(asdict(found))
    else:
        report.districts(found)
    if found.misses:
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


@app.command("bench-retrieval")
def bench_retrieval(
    data: Annotated[Path, typer.Option(help="含 gdzwfw_items 和 lecoqa_law 的文件夹")] = DATA,
    sizes: Annotated[
        str, typer.Option(help="篇数，用逗号分开；没有这么大的数据集就用改过字句的副本，只测穗问")
    ] = "2262,57751,500000",
    only: Annotated[str | None, typer.Option(help="穗问之外只跑这一个，如 haystack")] = None,
    questions: Annotated[int, typer.Option(min=1, help="每套数据问前多少题，各系统相同")] = 300,
    out: Annotated[Path, typer.Option(help="结果写到这个文件（每行测完就写），图写在旁边")] = Path(
        "bench-retrieval.json"
    ),
    as_json: Json = False,
) -> None:
    """检索与同类系统比质量、建索引、耗时、内存。各系统装在 .suiwen/peers（或 SUIWEN_PEERS）。"""
    from eval.bench.peers import corpora, run, tables

    counts = _or_exit(lambda: corpora.sizes(sizes))
    total = _or_exit(lambda: run.rows_expected(counts, only))
    with _counting("比较", total) as advance:

        def told(report: run.Report) -> None:
            text = json.dumps(run.plain(report), ensure_ascii=False, indent=1)
            out.write_text(text + "\n", encoding="utf-8")
            advance(1)

        found = _or_exit(
            lambda: run.run(data, _tell, sizes=counts, only=only, questions=questions, told=told)
        )
    value = run.plain(found)
    if drawn := tables.plot(value["rows"]):
        out.with_suffix(".svg").write_text(drawn, encoding="utf-8")
    _write(value) if as_json else tables.show(value)


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


@app.command("chaos-redis")
def chaos_redis_(
    rounds: Annotated[int, typer.Option(min=1, help="kill -9 的次数")] = 20,
    users: Annotated[int, typer.Option(min=2, help="同时对话的人数")] = 8,
    workers: Annotated[int, typer.Option(min=1, help="服务的进程数")] = 2,
    freezes: Annotated[
        int, typer.Option(min=0, help="再停住几次（SIGSTOP：连接还在，无人应答）")
    ] = 5,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """对话中途 kill -9 掉 Redis 再启动：都要有回答、不串话、恢复后接着记得；否则退出码为 1。"""
    from eval import chaos_redis, homes, report

    with (
        _entered(lambda: homes.published(home)) as settings,
        _counting("停掉 Redis", rounds + freezes) as advance,
    ):
        found = _or_exit(
            lambda: chaos_redis.run(
                settings,
                rounds=rounds,
                users=users,
                workers=workers,
                freezes=freezes,
                advance=lambda: advance(1),
            )
        )
    _write(chaos_redis.plain(found)) if as_json else report.chaos_redis(found)
    if not found.sound:
        raise typer.Exit(1)


@app.command("load")
def load_(
    users: Annotated[int, typer.Option(min=1, help="同时对话的人数")] = 1000,
    minutes: Annotated[float, typer.Option(min=0.01, help="多少分钟")] = 5,
    think: Annotated[str, typer.Option(help="两句之间想多少秒，从,到")] = "5,15",
    workers: Annotated[int, typer.Option(min=1, help="服务的进程数；多于 1 须 --redis")] = 1,
    redis: Annotated[bool, typer.Option("--redis", help="会话放在自己启动的 Redis 里")] = False,
    seed: Annotated[int, typer.Option(help="思考时间的种子")] = 1,
    users_a_day: Annotated[int, typer.Option(min=1, help="推算：每天多少人")] = 250_000,
    turns: Annotated[float, typer.Option(min=1, help="推算（假设）：每人每天问几句")] = 4,
    busiest_hour: Annotated[
        float, typer.Option(min=0.042, max=1, help="推算（假设）：最忙一小时占全天的份额")
    ] = 0.15,
    burst: Annotated[
        float, typer.Option(min=1, help="推算（假设）：最忙一秒是该小时平均的几倍")
    ] = 2,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """许多人同时多轮对话：错误、串话、延迟、内存，并推算每秒峰值；有错则退出码为 1。"""
    from eval import homes, load, report

    if workers > 1 and not redis:
        raise typer.BadParameter("多个进程不共享内存里的会话：加上 --redis")
    plan = load.Plan(
        users=users,
        seconds=minutes * 60,
        think=_or_exit(lambda: load.span(think)),
        workers=workers,
        redis=redis,
        seed=seed,
    )
    sizing = load.Sizing(
        users_a_day=users_a_day, turns=turns, busiest_hour=busiest_hour, burst=burst
    )
    with (
        _entered(lambda: homes.published(home)) as settings,
        _counting("对话", round(plan.seconds)) as advance,
    ):
        found = _or_exit(lambda: load.run(settings, plan, advance))
    _write(load.plain(found, sizing)) if as_json else report.load(found, sizing)
    if not found.sound:
        raise typer.Exit(1)


@app.command()
def chaos(
    rounds: Annotated[int, typer.Option(min=1, help="次数")] = 200,
    writers: Annotated[int, typer.Option(min=1, max=64, help="同时提交的人数")] = 8,
    seed: Annotated[int, typer.Option(help="中断时刻和故障的种子")] = 1,
    app: Annotated[
        bool, typer.Option("--app", help="杀 suiwen serve 本身：市民在对话里提交，会话在 Redis")
    ] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """受理工单时 kill -9 服务、市级系统或两者，看工单是否不丢不重；有问题则退出码为 1。"""
    from eval import chaos as killing
    from eval import report

    def kill_rounds(target: killing.Target) -> killing.ChaosReport:
        with _counting("kill -9", rounds) as advance:
            return killing.run(rounds, seed, lambda: advance(1), target=target, writers=writers)

    if app:
        from eval import homes
        from eval.chaos_app import app_server

        with (
            _entered(lambda: homes.published(home)) as settings,
            _entered(lambda: app_server(settings)) as server,
        ):
            found = _or_exit(lambda: kill_rounds(server))
    else:
        found = _or_exit(lambda: kill_rounds(killing.FilingServer()))
    if as_json:
        _write(killing.plain(found))
    else:
        report.chaos(found)
    if found.problems:
        raise typer.Exit(1)


@app.command()
def fit(
    gold: Annotated[Path | None, typer.Option(help="题目文件（JSON 行）")] = None,
    home: Home = None,
    wrong_share: Annotated[
        float, typer.Option(min=0.01, max=0.5, help="答错的题最多占多少（留出检验）")
    ] = 0.1,
    false_share: Annotated[
        float, typer.Option(min=0.0, max=0.5, help="没有答案的题最多答多少（留出检验）")
    ] = 0.03,
    worded: Annotated[
        bool, typer.Option("--worded", help="群众的问法（asked）参与时用的模型；否则不用问法")
    ] = False,
    write: Annotated[bool, typer.Option("--write", help="写入 assistant/confidence*.toml")] = False,
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
        if not worded:
            knowledge = fitting.plain(knowledge)
        names = fitting.WORDED if worded else fitting.NAMES
        found = fitting.fit(
            tuple(fitting.cases(examples, knowledge, names)),
            wrong_share=wrong_share,
            false_share=false_share,
            names=names,
        )
    if write:
        text = fitting.toml(found, resolution.model(worded), path.name)
        fitting.FILES[worded].write_text(text, "utf-8")
    if as_json:
        _write(asdict(found))
        return
    right, wrong = f"{found.answered_right:.1%}", f"{found.answered_wrong:.1%}"
    _tell(
        f"阈值 {found.answer_at}：留出检验答对 {right}，答错 {wrong}，"
        f"没有答案而答了 {found.false_answers:.1%}"
    )


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


@app.command("leaks")
def leaks_(
    count: Annotated[int, typer.Option(min=1, help="含个人信息的句子数")] = 10_000,
    seed: Annotated[int, typer.Option(help="句子的种子")] = 1,
    redis: Annotated[bool, typer.Option(help="会话放在自己启动的 Redis 里，也查它")] = True,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """个人信息从提问、投诉、转人工走到出错，再查日志、指标、数据库、Redis 里有没有原文。"""
    from eval import homes, leaks, report

    with (
        _entered(lambda: homes.published(home)) as settings,
        _counting("说话", count) as advance,
    ):
        found = _or_exit(lambda: leaks.run(settings, count, seed, lambda: advance(1), redis=redis))
    _write(leaks.plain(found)) if as_json else report.leaks(found)
    if not found.sound:
        raise typer.Exit(1)


@app.command("privacy")
def privacy_(
    count: Annotated[
        int, typer.Option(min=1, help="含个人信息的句子数，另有同样多的混淆句")
    ] = 10_000,
    seed: Annotated[int, typer.Option(help="句子的种子")] = 1,
    data: Annotated[Path, typer.Option(help="真实文本的文件夹（没有就不测）")] = DATA,
    files: Annotated[
        list[Path] | None, typer.Option("--pack", help="内容包的文件夹或文件（默认内置的）")
    ] = None,
    as_json: Json = False,
) -> None:
    """个人信息认得出多少、误认多少（生成的句子和真实文本）；不达标则退出码为 1。"""
    from assistant.privacy.detect import standing
    from eval import privacy, report
    from knowledge.formats import pack

    records = pack.parse(files or [pack.BUILT_IN]).records
    with _counting("识别", 2 * count) as advance:
        found = privacy.score(count, seed, records, advance)
    reals = {}
    for name, texts in (("pack", tuple(privacy.texts(records))), *privacy.real_sets(data)):
        reals[name] = privacy.real(texts)
        if name in privacy.OFFICES:
            reals[f"{name}, contacts public"] = privacy.real(texts, standing(texts))
    _write(privacy.plain(found, reals)) if as_json else report.privacy(found, reals)
    if not found.passed:
        raise typer.Exit(1)


@app.command()
def retrieval(
    dataset: Dataset,
    queries: Queries = None,
    qrels: Qrels = None,
    limit: First = None,
    run: Annotated[Path | None, typer.Option(help="另把排序结果写成 TREC 格式的文件")] = None,
    out: Out = None,
    work: Work = None,
    with_baseline: Annotated[
        bool, typer.Option("--baseline", help="同时测基线（字二元组 BM25）并检验差别")
    ] = False,
    as_json: Json = False,
) -> None:
    """在一套数据上测检索。例：suiwen-eval retrieval --dataset ../shared/data/ncp_policy"""
    from assistant import progress
    from eval import provenance, results, retrieval_tables, trec
    from eval import retrieval as asking

    found = _set(dataset, limit, queries, qrels)
    with progress.bar() as step:
        advance = _steps(step, "ask", len(found.questions))
        asked = _or_exit(lambda: asking.run(found, step, advance, work=work))
    base = asking.run_baseline(found) if with_baseline else None
    against = asking.against(found, asked, base) if base else None
    scores = asking.plain(asking.score(found, asked), against)
    if run:
        trec.write(run, asked.rankings, asked.system)
    if out:
        described = {"dataset": str(dataset), "limit": limit, **provenance.described(found.sources)}
        asking.write(out, found, asked, described, scores)
        if base:
            asking.write(out / results.BASELINE, found, base, described, scores["baseline"])
    _write(scores) if as_json else retrieval_tables.scores(scores)


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(help="结果文件夹，或 run.trec")],
    second: Annotated[Path, typer.Argument(help="另一个")],
    qrels: Qrels = None,
    as_json: Json = False,
) -> None:
    """比较同一套题的两次检索：差多少、是否偶然、哪些题变差。例：suiwen-eval compare 甲 乙"""
    from eval import compare as comparing
    from eval import results, retrieval_tables

    sides = _or_exit(lambda: [results.read_any(one, qrels) for one in (first, second)])
    found = comparing.plain(_or_exit(lambda: comparing.compare(*sides)))
    _write(found) if as_json else retrieval_tables.comparison(found)


@app.command()
def unanswerable(
    dataset: Dataset,
    queries: Queries = None,
    qrels: Qrels = None,
    limit: First = None,
    out: Out = None,
    work: Work = None,
    seed: Annotated[int, typer.Option(help="题目分成两半的种子")] = 1,
    as_json: Json = False,
) -> None:
    """同一道题，索引里有、没有它的文档各问一遍：置信度分不分得出。"""
    from assistant import progress
    from eval import provenance, retrieval_tables
    from eval import unanswerable as asking

    found = _set(dataset, limit, queries, qrels)
    with progress.bar() as step:
        advance = _steps(step, "ask", 2 * len(found.questions))
        asked = _or_exit(lambda: asking.run(found, step, advance, work=work, seed=seed))
    report = asking.report(asked)
    if out:
        described = provenance.described(found.sources)
        asking.write(out, report, {"dataset": str(dataset), "seed": seed, **described})
    scores = asking.plain(report)
    _write(scores) if as_json else retrieval_tables.unanswerable(scores)


@app.command(name="weights")
def weights_(
    datasets: Annotated[list[Path], typer.Option("--dataset", help="数据集文件夹，至少两个")],
    limit: First = None,
    work: Work = None,
    as_json: Json = False,
) -> None:
    """检索的每个权重各改一次，看每个集的得失；别的集选出的改动，在留下的集上量。"""
    from assistant import progress
    from eval import indexes, retrieval_tables, weights

    sets = _sets(datasets, limit)
    table: dict[weights.Change, dict[str, weights.Found]] = {one: {} for one in weights.changes()}
    for found in sets:
        with (
            progress.bar() as step,
            indexes.opened(found.documents, step, name=found.name, work=work) as opened,
        ):
            advance = _steps(step, f"ask {found.name}", len(table) * len(found.questions))
            for change in table:
                table[change][found.name] = weights.ask(opened.searcher, found, change, advance)
    value = weights.plain(table)
    _write(value) if as_json else retrieval_tables.weights(value)


@app.command(name="confidence")
def confidence_(
    datasets: Annotated[list[Path], typer.Option("--dataset", help="数据集文件夹，至少两个")],
    limit: First = None,
    out: Out = None,
    work: Work = None,
    write: Annotated[
        bool, typer.Option("--write", help="用全部数据集拟合，写入 retrieval/confidence.toml")
    ] = False,
    as_json: Json = False,
) -> None:
    """每个数据集都用其余的拟合置信度，再在它上面量。"""
    from assistant import progress
    from eval import confidence, provenance, retrieval_tables
    from eval import unanswerable as asking

    sets = _sets(datasets, limit)
    cases: dict[str, tuple[Any, ...]] = {}
    for found in sets:
        with progress.bar() as step:
            advance = _steps(step, f"ask {found.name}", 2 * len(found.questions))
            cases[found.name] = asking.run(found, step, advance, work=work)
    reports = confidence.left_out(cases)
    if out:
        for found in sets:
            described = provenance.described(found.sources)
            settings = {"dataset": str(found.sources[0].parent), "left_out": True, **described}
            asking.write(out / found.name, reports[found.name], settings)
    if write:
        text = confidence.toml(confidence.fit(cases), list(cases))
        confidence.FILE.write_text(text, encoding="utf-8")
        _tell(f"已写入 {confidence.FILE}")
    scores = {name: asking.plain(report) for name, report in reports.items()}
    if as_json:
        _write(scores)
        return
    for name, of_one in scores.items():
        _tell(name)
        retrieval_tables.unanswerable(of_one)


@app.command()
def topics(
    dataset: Annotated[
        Path, typer.Option(help="含 messages.jsonl（id、title、text、topic）的文件夹")
    ] = DATA / "message_topics",
    repeats: Annotated[int, typer.Option(min=1, help="换几次分组再测，看分组的影响")] = 1,
    as_json: Json = False,
) -> None:
    """来信分到哪一类：十折交叉检验，与字符 TF-IDF 加逻辑回归比。"""
    from eval import topics as routing

    messages = _or_exit(lambda: routing.load(dataset))
    with _counting("分折", routing.FOLDS * repeats) as advance:
        found = routing.run(messages, lambda: advance(1), repeats=repeats)
    if as_json:
        _write(routing.plain(found))
        return
    for name, scores in (("ours", found.ours), ("baseline", found.baseline)):
        for level, one in (("top1", scores.first), ("top3", scores.third)):
            low, high = one.interval
            _tell(f"{name} {level}: {one.hits}/{one.of}  95% {low:.3f}–{high:.3f}")
    _tell(f"只有我们对 {found.gained}，只有基线对 {found.lost}，McNemar p = {found.p:.4g}")
    reached = "达到" if (found.ours.first.value or 0) >= routing.AIM else "未达到"
    _tell(f"目标 {routing.AIM}：{reached}")
    for mine, theirs in found.again:
        _tell(f"换分组：{mine:.3f}，基线 {theirs:.3f}")


@app.command()
def orders(
    write: Annotated[
        bool, typer.Option("--write", help="先用训练句重新拟合，写入 assistant/work_orders")
    ] = False,
    as_json: Json = False,
) -> None:
    """投诉的类别、事项和部门、重复件：自写测试句上的得分。例：suiwen-eval orders"""
    from eval import orders as filing

    if write:
        filing.refit()
    found = filing.measure()
    if as_json:
        _write(found)
        return
    for part, scores in found.items():
        for name, one in scores.items():
            told = f"{one['hits']}/{one['of']}" if isinstance(one, dict) else one
            _tell(f"{part} {name}: {told}")


@app.command()
def robustness(
    dataset: Annotated[
        list[Path], typer.Option(help="BEIR 格式的文件夹；可以写几次，粤语改写按合计判断")
    ],
    limit: First = None,
    lists: Annotated[
        Path | None, typer.Option(help="形近、音近字表的文件夹（默认数据旁边的 robustness）")
    ] = None,
    seed: Annotated[int, typer.Option(help="错字的种子")] = 1,
    work: Work = None,
    as_json: Json = False,
) -> None:
    """题目换成繁体、粤语、带一个错字，再测 hit@1 差多少。"""
    from assistant import progress
    from eval import beir, robustness_tables
    from eval import robustness as asking

    with progress.bar() as step:

        def measure(folder: Path) -> Any:
            found = beir.first(beir.load(folder), limit)
            beside = lists or folder.resolve().parent / "robustness"
            made = asking.perturbations(found, seed=seed, lists=beside)
            if "typing" not in made:
                _tell(f"{beside} 里没有字表，不测错字")
            advance = _steps(step, found.name, asking.questions_asked(found, made))
            return asking.run(found, made, step, advance, work=work)

        pairs = _or_exit(lambda: tuple(one for folder in dataset for one in measure(folder)))
    value = asking.report(pairs)
    _write(value) if as_json else robustness_tables.rows(value)


@app.command()
def gate(
    gates: Annotated[Path | None, typer.Option(help="门槛文件（默认 eval/gates.toml）")] = None,
    work: Work = None,
    as_json: Json = False,
) -> None:
    """逐套数据检查检索得分的门槛；有低于门槛的则退出码为 1，缺数据的写明没有运行。"""
    from assistant import progress
    from eval import beir, retrieval_tables
    from eval import gates as gating
    from eval import retrieval as asking

    held = _or_exit(lambda: gating.load(gates or gating.FILE))
    with progress.bar() as step:

        def measure(folder: Path) -> Any:
            found = beir.load(folder)
            return asking.score(found, asking.run(found, step, work=work)).means

        judged = _or_exit(lambda: tuple(x for one in held for x in gating.check(one, measure)))
    value = gating.plain(judged)
    _write(value) if as_json else retrieval_tables.gates(value)
    if value["failed"]:
        raise typer.Exit(1)


@app.command("report")
def report_(
    folders: Annotated[
        list[Path], typer.Argument(help="retrieval 或 unanswerable 的 --out 写下的文件夹")
    ],
    html: Annotated[Path, typer.Option(help="写到这个文件")],
    bench: Annotated[Path | None, typer.Option(help="与同类系统比较的结果（JSON）")] = None,
) -> None:
    """把几次结果写成一页 HTML，含表和图。例：suiwen-eval report 甲 乙 --html 报告.html"""
    from eval import page

    found = _or_exit(lambda: page.read(folders))
    rows = _or_exit(lambda: page.read_bench(bench)) if bench else ()
    html.parent.mkdir(parents=True, exist_ok=True)
    html.write_text(page.render(found, rows), encoding="utf-8")
    _tell(f"写好了 {html}")


def _show_answers(found: Any, as_json: bool) -> None:
    from eval import report, runs

    if as_json:
        _write(runs.plain(found))
    else:
        report.answers(found)


@contextmanager
def _counting(name: str, total: int) -> Iterator[Callable[[float], None]]:
    """A progress bar on standard error; silent if that is not a terminal."""
    from rich.console import Console
    from rich.progress import Progress as Bars

    console = Console(stderr=True)
    with Bars(console=console, disable=not console.is_terminal) as bars:
        task = bars.add_task(name, total=total)
        yield lambda count: bars.advance(task, count)


def _steps(step: Any, name: str, total: int) -> Callable[[], None]:
    """``advance`` for a progress callback that is told how far it has come."""
    done = count(1)
    return lambda: step(name, next(done), total)


@contextmanager
def _entered(action: Callable[[], Any]) -> Iterator[Any]:
    """Enter it; an expected error on the way in becomes one line of Chinese and exit code 2."""
    manager = action()
    value = _or_exit(manager.__enter__)
    try:
        yield value
    finally:
        manager.__exit__(None, None, None)


def _sets(folders: list[Path], limit: int | None) -> list[Any]:
    """The first ``limit`` questions of each data set."""
    if len({folder.resolve().name for folder in folders}) < max(len(folders), 2):
        raise typer.BadParameter("至少两个文件夹，名字各不相同：在其余的集上学，在留下的一个上量")
    return [_set(folder, limit) for folder in folders]


def _set(
    folder: Path, limit: int | None, queries: Path | None = None, qrels: Path | None = None
) -> Any:
    """The first ``limit`` questions of a data set; what is odd about it is told."""
    from eval import beir

    loaded = _or_exit(lambda: beir.load(folder, queries=queries, qrels=qrels))
    found = beir.first(loaded, limit)
    for note in beir.notes(found):
        _tell(note)
    return found


def _or_exit(action: Callable[[], Any]) -> Any:
    from assistant.errors import SuiwenError
    from eval.beir import DatasetError
    from eval.bench.types import BenchError
    from eval.chaos import ChaosError
    from eval.chaos_redis import ChaosError as RedisChaosError
    from eval.datasets import GoldError
    from eval.gates import GateError
    from eval.homes import HomeError
    from eval.load import PlanError
    from eval.redis_servers import RedisMissing
    from eval.results import ResultsError
    from eval.runs import RunError
    from eval.trec import TrecError
    from knowledge.releases import ReleaseError

    try:
        return action()
    except (
        BenchError,
        ChaosError,
        RedisChaosError,
        DatasetError,
        GateError,
        GoldError,
        HomeError,
        PlanError,
        RedisMissing,
        ReleaseError,
        ResultsError,
        RunError,
        SuiwenError,
        TrecError,
    ) as error:
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
