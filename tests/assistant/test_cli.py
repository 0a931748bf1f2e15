"""``suiwen``: every command by hand, its JSON, its errors in one line, and a quick --help."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from assistant.audit.operator import operator
from assistant.cli import FORMATS, app
from knowledge import releases, sources
from tests.records import item, source

Run = Callable[..., Any]
COMMANDS = tuple(typer.main.get_command(app).commands)  # type: ignore[attr-defined]

PORTAL: dict[str, Any] = {
    "TASK_CODE": "11440000006939756B2440101007000",
    "TASK_NAME": "临时价格申报",
    "TASK_TYPE": "21",
    "TASK_TYPE_TEXT": "公共服务",
    "DEPT_NAME": "广东省发展和改革委员会",
    "AREACODE": "440000",
    "AREA_CODE_TEXT": "广东省",
    "ONLINECHECK": "1",
    "visit_number": "0",
    "LIMIT_SCENE_NUM": "0",
    "handle_time": "30(工作日)",
    "handle_time_limit": "7(工作日)",
    "accept_standard": "依法登记的企业；",
    "consult_phone": "020-34121084",
    "complain_phone": "020-34121084",
    "courier_service": "是",
    "theme_category": ["其他"],
    "service_object_name": ["企业法人"],
    "material_intro": ["申请表", "营业执照"],
}


def portal(*changes: dict[str, Any]) -> str:
    return "\n".join(json.dumps(PORTAL | one, ensure_ascii=False) for one in changes) + "\n"


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with a home that holds nothing."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SUIWEN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SUIWEN_ENCODER", "hashing")
    return tmp_path


@pytest.fixture
def run(work: Path) -> Run:
    """Run a command; it must end with the given exit code."""

    def invoke(*arguments: str, code: int = 0) -> Any:
        result = CliRunner().invoke(app, list(arguments))
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return invoke


@pytest.fixture
def over_pack(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Commands that only read, over the shared release."""
    monkeypatch.setenv("SUIWEN_HOME", str(home))
    return run


def fails(run: Run, *arguments: str) -> str:
    """The one line that a failing command says."""
    result = run(*arguments, code=2)
    assert "Traceback" not in result.output
    (line,) = result.stderr.splitlines()
    return str(line)


# Help


def test_help_names_every_command(run: Run) -> None:
    text = run("--help").stdout
    assert set(COMMANDS) >= {
        *("serve", "ask", "import", "publish", "releases", "rollback", "sources", "remove"),
        *("template", "search", "db", "staff", "audit"),
    }
    for name in COMMANDS:
        assert name in text


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(run: Run, name: str) -> None:
    text = run(name, "--help").stdout
    assert "Usage" in text
    described = typer.main.get_command(app).commands[name].help  # type: ignore[attr-defined]
    assert described
    assert described.splitlines()[0][:8] in text


def test_no_command_at_all_shows_the_help(run: Run) -> None:
    assert "suiwen ask" in run(code=2).output


HEAVY = (
    *("torch", "sentence_transformers", "transformers", "faiss", "numpy", "jieba"),
    *("fastapi", "uvicorn", "openpyxl", "docx", "pdfplumber", "sklearn", "pandas"),
)


def imported(*arguments: str) -> set[str]:
    """Which heavy modules a command loads, in a process of its own."""
    program = (
        "import sys\n"
        "from assistant.cli import app\n"
        "try:\n"
        f"    app({list(arguments)!r})\n"
        "except SystemExit as done:\n"
        "    assert done.code in (0, None), done.code\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(json.loads(result.stderr.splitlines()[-1].replace("'", '"')))


@pytest.mark.parametrize("arguments", [("--help",), ("ask", "--help"), ("import", "--help")])
def test_help_imports_nothing_heavy(work: Path, arguments: tuple[str, ...]) -> None:
    assert imported(*arguments) == set()


def test_looking_at_releases_imports_no_search(work: Path) -> None:
    heavy = {"torch", "sentence_transformers", "transformers", "faiss", "numpy", "jieba", "fastapi"}
    assert imported("releases") & heavy == set()


def test_an_answer_needs_no_torch(over_pack: Run) -> None:
    heavy = {"torch", "sentence_transformers", "transformers", "jieba", "sklearn", "openpyxl"}
    assert imported("ask", "居住证要什么材料", "--json") & heavy == set()


# Asking


QUESTIONS = (
    "居住证首次申领要什么材料",
    "居住证",
    "今晚吃什么好",
    "你好",
    "家里着火了",
    "renew passport",
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_ask_json_is_the_wire_object(over_pack: Run, client: TestClient, question: str) -> None:
    told = json.loads(over_pack("ask", question, "--json").stdout)
    wire = client.post("/api/v1/chat", json={"text": question}).json()
    for one in (told, wire):
        assert one.pop("session_id")
        assert one.pop("turn_id")
    assert told == wire


def test_ask_prints_sentences_sources_and_the_label(over_pack: Run, client: TestClient) -> None:
    question = "居住证首次申领要什么材料"
    wire = client.post("/api/v1/chat", json={"text": question}).json()
    text = over_pack("ask", question).stdout.replace("\n", "")
    for sentence in wire["sentences"]:
        assert sentence["text"].replace("\n", "") in text
    assert "出处" in text
    assert wire["label"] in text
    for one in wire["citations"]:
        assert f"[{one['n']}]" in text


def test_ask_in_a_district(over_pack: Run) -> None:
    asked = ("ask", "居住证首次申领在哪里办", "--json")
    assert "天河区" not in json.loads(over_pack(*asked).stdout)["text"]
    assert "天河区" in json.loads(over_pack(*asked, "--district", "天河区").stdout)["text"]


def test_a_choice_says_what_to_ask_next(over_pack: Run) -> None:
    told = json.loads(over_pack("ask", "身份证", "--json").stdout)
    shown = over_pack("ask", "身份证").stdout.replace("\n", "")
    for row in next(one for one in told["cards"] if one["kind"] == "choices")["rows"]:
        assert row["ask"] in shown


def test_markup_in_a_question_or_answer_is_plain_text(over_pack: Run) -> None:
    assert over_pack("ask", "[bold]居住证[/bold][/]").stdout


@pytest.mark.parametrize("question", ["", " ", "-1", "\udcff", "x" * 600])
def test_odd_questions_are_answered(over_pack: Run, question: str) -> None:
    result = over_pack("ask", "--json", "--", question)
    assert json.loads(result.stdout)["text"]


def test_search_shows_why(over_pack: Run) -> None:
    found = json.loads(over_pack("search", "居住证", "--limit", "3", "--json").stdout)
    assert len(found["hits"]) == 3
    assert "居住证" in found["hits"][0]["title"]
    assert set(found["hits"][0]) >= {"id", "title", "kind", "score", "parts"}
    assert "居住证" in over_pack("search", "居住证").stdout


# Planning


BUNDLE = "GZB-xinsheng"


@pytest.fixture
def answers(work: Path) -> Callable[[str], str]:
    """A file of answers with this text."""

    def write(text: str) -> str:
        path = work / "answers.yaml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def test_a_plan_in_json(over_pack: Run, answers: Callable[[str], str]) -> None:
    arguments = ("plan", "--bundle", BUNDLE, "--answers", answers("{}"), "--begun", "2026-03-02")
    told = json.loads(over_pack(*arguments, "--json").stdout)
    assert set(told) == {
        *("bundle", "name", "begun", "stopped", "may_stop", "items", "documents", "visits"),
        *("finish", "finish_by_law", "provisional", "cost", "rules", "open", "ask"),
        *("before", "after"),
    }
    assert (told["bundle"], told["begun"]) == (BUNDLE, "2026-03-02")
    assert told["ask"]
    assert {one["need"] for one in told["items"]} <= {"needed", "maybe"}
    assert told["finish"] <= told["finish_by_law"]
    assert told["after"]["visits"] == told["visits"] <= told["before"]["visits"]


def test_a_plan_is_finished_by_answering_what_it_asks(
    over_pack: Run, answers: Callable[[str], str]
) -> None:
    """不知道 to every question ends it as well: what hangs on them is open."""
    said: dict[str, None] = {}
    for _ in range(9):
        told = json.loads(
            over_pack(
                "plan", "--bundle", BUNDLE, "--answers", answers(json.dumps(said)), "--json"
            ).stdout
        )
        if told["ask"] is None:
            break
        said[told["ask"]] = None
    assert told["ask"] is None
    assert told["open"] == list(said)
    assert any(one["need"] == "maybe" for one in (*told["items"], *told["documents"]))


def test_a_plan_in_words(over_pack: Run, answers: Callable[[str], str]) -> None:
    arguments = ("plan", "--bundle", BUNDLE, "--answers", answers("{}"))
    told = json.loads(over_pack(*arguments, "--json").stdout)
    shown = over_pack(*arguments).stdout
    for one in told["items"]:
        assert one["name"] in shown
    assert "出处" in shown


@pytest.mark.parametrize(
    ("bundle", "text", "more", "named"),
    [
        ("GZB-nobody", "{}", (), BUNDLE),
        (BUNDLE, "nobody: 1", (), "没有问题 'nobody'"),
        (BUNDLE, "{", (), "不是 JSON 或 YAML"),
        (BUNDLE, "born: 2026-02-30", (), "不是 JSON 或 YAML"),
        (BUNDLE, "[1]", (), "应为对象"),
        (BUNDLE, "{}", ("--begun", "soon"), "begun"),
    ],
)
def test_a_plan_that_cannot_be_made_says_why_in_one_line(
    over_pack: Run,
    answers: Callable[[str], str],
    bundle: str,
    text: str,
    more: tuple[str, ...],
    named: str,
) -> None:
    arguments = ("plan", "--bundle", bundle, "--answers", answers(text), *more)
    assert named in fails(over_pack, *arguments)


def test_a_plan_without_a_file_of_answers(over_pack: Run) -> None:
    result = over_pack("plan", "--bundle", BUNDLE, "--answers", "nowhere.json", code=2)
    assert "nowhere.json" in result.stderr
    assert "Traceback" not in result.output


# Linting


def test_lint_of_records_that_can_be_imported(run: Run, work: Path) -> None:
    file = work / "records.jsonl"
    file.write_text(portal({}), encoding="utf-8")
    told = json.loads(run("lint", str(file), "--json").stdout)
    assert set(told) == {
        *("path", "format", "records", "errors", "warnings", "notices", "counts"),
    }
    assert (told["format"], told["records"], told["errors"]) == ("gdzwfw", 1, [])
    assert told["counts"]["warning"]["same-phone"] == 1
    assert len(told["warnings"]) == 3
    for one in told["warnings"]:
        assert set(one) == {"rule", "code", "field", "value", "remedy", "level"}
    shown = run("lint", str(file)).stdout
    assert "1 条记录，0 个错误" in shown
    assert "警告（3）" in shown
    assert not (work / "home").exists()


def test_lint_ends_with_1_if_there_is_an_error(run: Run, work: Path) -> None:
    file = work / "items.yaml"
    file.write_text("- {code: i1, name: 甲, wrong: 1}\n", encoding="utf-8")
    told = json.loads(run("lint", str(file), "--json", code=1).stdout)
    assert {one["field"] for one in told["errors"]} >= {"wrong"}
    assert all("items.yaml:1" in one["code"] for one in told["errors"])
    assert "错误" in run("lint", str(file), code=1).stdout


def test_lint_of_nothing_says_so_in_one_line(run: Run, work: Path) -> None:
    (work / "empty.jsonl").write_text("", encoding="utf-8")
    assert "empty.jsonl" in fails(run, "lint", "empty.jsonl")


def test_lint_of_a_file_that_is_not_there(run: Run) -> None:
    result = run("lint", "nowhere.yaml", code=2)
    assert "nowhere.yaml" in result.stderr
    assert "Traceback" not in result.output


def test_lint_needs_no_release_and_no_search(work: Path) -> None:
    (work / "items.yaml").write_text(
        '- {code: i1, name: 甲, provenance: {as_of: "2025"}, body: {department: 乙}}\n',
        encoding="utf-8",
    )
    heavy = {"torch", "sentence_transformers", "transformers", "faiss", "jieba", "fastapi"}
    assert imported("lint", "items.yaml") & heavy == set()


# Importing


def test_a_dry_run_previews_and_writes_nothing(run: Run, work: Path) -> None:
    file = work / "records.jsonl"
    file.write_text(portal({}), encoding="utf-8")
    told = json.loads(run("import", "gdzwfw", str(file), "--dry-run", "--json").stdout)
    assert (told["source"], told["read"], told["rejected"], told["new"]) == ("gdzwfw", 1, 0, 1)
    assert (told["changed"], told["withdrawn"], told["unchanged"]) == (0, 0, 0)
    for one in told["warnings"]:
        assert set(one) == {"rule", "code", "field", "value", "remedy"}
        assert one["code"] == PORTAL["TASK_CODE"]
    assert {one["field"] for one in told["warnings"]} >= {"conditions"}
    assert not (work / "home" / "sources").exists()


def test_an_import_is_previewed_field_by_field(run: Run, work: Path) -> None:
    file = work / "records.jsonl"
    second = {"TASK_CODE": "11440000006939756B2440101007001", "TASK_NAME": "价格备案"}
    file.write_text(portal({}, second), encoding="utf-8")
    run("import", "gdzwfw", str(file))
    file.write_text(portal({"consult_phone": "12345"}), encoding="utf-8")
    told = json.loads(run("import", "gdzwfw", str(file), "--dry-run", "--json").stdout)
    assert (told["new"], told["changed"], told["withdrawn"], told["unchanged"]) == (0, 1, 1, 0)
    assert told["withdrawn_codes"] == [second["TASK_CODE"]]
    (change,) = told["changes"]
    assert change["field"] == "contact.consult"
    assert (change["old"], change["new"]) == ("020-34121084", "12345")
    (staged,) = sources.staged(work / "home")
    assert len(staged.records) == 2


def test_import_publish_ask(run: Run, work: Path) -> None:
    file = work / "records.jsonl"
    file.write_text(portal({}), encoding="utf-8")
    assert "suiwen publish" in run("import", "gdzwfw", str(file), "--source", "portal").stdout
    assert json.loads(run("remove", "pack", "--json").stdout) == {"removed": "pack"}
    manifest = json.loads(run("publish", "--json").stdout)
    assert manifest["sources"] == {"portal": 1}
    told = json.loads(run("ask", "临时价格申报要什么材料", "--json").stdout)
    assert told["status"] in ("answered", "partial")
    (card,) = [one for one in told["cards"] if one["kind"] == "materials"]
    assert [row["label"] for row in card["rows"]] == ["申请表", "营业执照"]


def test_the_template_can_be_imported(run: Run, work: Path) -> None:
    run("template", "模板.xlsx")
    assert (work / "模板.xlsx").stat().st_size > 1000


@pytest.mark.parametrize(
    "arguments", [("template", "没有/模板.xlsx"), ("import", "gdzwfw", ".", "--dry-run")]
)
def test_a_file_that_cannot_be_used_is_named_in_one_line(run: Run, arguments: list[str]) -> None:
    assert "：" in fails(run, *arguments)


def test_a_rejected_record_stops_the_import(run: Run, work: Path) -> None:
    file = work / "records.jsonl"
    file.write_text(portal({}, {"TASK_CODE": None}), encoding="utf-8")
    told = run("import", "gdzwfw", str(file), "--json", code=2)
    assert json.loads(told.stdout)["rejected"] == 1
    assert len(told.stderr.splitlines()) == 1
    assert sources.staged(work / "home") == ()


def test_a_code_of_another_source_is_rejected(run: Run, work: Path) -> None:
    sources.stage(work / "home", source("excel", [item(PORTAL["TASK_CODE"])]))
    file = work / "records.jsonl"
    file.write_text(portal({}), encoding="utf-8")
    told = json.loads(run("import", "gdzwfw", str(file), "--json", code=2).stdout)
    assert [one["rule"] for one in told["rejections"]] == ["code-owned-by-another-source"]
    assert [one.name for one in sources.staged(work / "home")] == ["excel"]


@pytest.mark.parametrize("format_", FORMATS)
def test_an_empty_file_of_any_format_is_refused(run: Run, work: Path, format_: str) -> None:
    suffix = {"gdzwfw": "jsonl", "excel": "xlsx", "pack": "yaml", "policy": "txt"}[format_]
    file = work / f"空.{suffix}"
    file.write_bytes(b"")
    result = run("import", format_, str(file), code=2)
    assert "Traceback" not in result.output
    assert result.stderr.strip()
    assert sources.staged(work / "home") == ()


@pytest.mark.parametrize("format_", FORMATS)
def test_a_file_of_another_kind_is_refused(run: Run, work: Path, format_: str) -> None:
    suffix = {"gdzwfw": "jsonl", "excel": "xlsx", "pack": "yaml", "policy": "pdf"}[format_]
    file = work / f"错.{suffix}"
    file.write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff\xfe" * 20)
    result = run("import", format_, str(file), code=2)
    assert "Traceback" not in result.output
    assert sources.staged(work / "home") == ()


# Releases and sources


@pytest.fixture
def two(work: Path, run: Run) -> tuple[str, str]:
    """Two releases of two sources; the second is current."""
    home = work / "home"
    sources.remove(home, "pack")
    sources.stage(home, source("excel", [item("i1")]))
    first = json.loads(run("publish", "--json").stdout)["id"]
    sources.stage(home, source("policy", [item("i2", "护照办理")]))
    second = json.loads(run("publish", "--json").stdout)["id"]
    return first, second


def test_releases_and_rollback(run: Run, work: Path, two: tuple[str, str]) -> None:
    first, second = two
    listed = json.loads(run("releases", "--json").stdout)
    assert [(one["id"], one["current"]) for one in listed] == [(second, True), (first, False)]
    assert listed[0]["sources"] == {"excel": 1, "policy": 1}
    assert json.loads(run("rollback", first, "--json").stdout) == {"current": first}
    assert releases.current(work / "home") == first
    lines = run("releases").stdout.splitlines()
    assert lines[0].startswith(f"  {second}")
    assert lines[1].startswith(f"* {first}")
    assert second in run("rollback", second).stdout


def test_sources_and_remove(run: Run, work: Path, two: tuple[str, str]) -> None:
    listed = json.loads(run("sources", "--json").stdout)
    assert [(one["name"], one["records"]) for one in listed] == [("excel", 1), ("policy", 1)]
    assert listed[0]["files"] == ["a.jsonl"]
    assert "excel  1 条" in run("sources").stdout
    assert json.loads(run("remove", "policy", "--json").stdout) == {"removed": "policy"}
    assert [one.name for one in sources.staged(work / "home")] == ["excel"]
    assert "suiwen publish" in run("remove", "excel").stdout


def test_nothing_yet(run: Run) -> None:
    assert json.loads(run("releases", "--json").stdout) == []
    assert json.loads(run("sources", "--json").stdout) == []
    assert "suiwen publish" in run("releases").stdout


# Database, staff, audit


def test_a_backup_goes_back_to_an_empty_place(
    run: Run, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert json.loads(run("db", "upgrade", "--json").stdout)["versions"]
    added = json.loads(run("staff", "add", "lin", "--desk", "hotline", "--json").stdout)
    made = json.loads(run("db", "backup", "copy.db", "--json").stdout)
    assert (work / "copy.db").stat().st_size == made["size"]
    assert "copy.db" in fails(run, "db", "backup", "copy.db")
    assert "suiwen.db" in fails(run, "db", "restore", "copy.db")
    monkeypatch.setenv("SUIWEN_HOME", str(work / "empty"))
    back = json.loads(run("db", "restore", "copy.db", "--json").stdout)
    assert (back["sha256"], back["size"]) == (made["sha256"], made["size"])
    (listed,) = json.loads(run("staff", "list", "--json").stdout)
    assert (listed["name"], listed["badge"]) == (added["name"], "001")
    assert "完整：2 行" in run("audit", "verify").stdout
    (line,) = json.loads(run("audit", "lines", "--most", "1", "--json").stdout)
    assert (line["action"], line["object"]) == ("database.restore", made["sha256"])
    assert line["actor"] == operator()


def test_what_commands_do_is_audited(run: Run, work: Path) -> None:
    """Ids, names of releases and counts; what failed as well; nothing without the log."""
    file = work / "portal.jsonl"
    file.write_text(portal({}), "utf-8")
    run("import", "gdzwfw", str(file), "--dry-run")
    run("import", "gdzwfw", str(file), "--source", "portal")
    first = json.loads(run("publish", "--json").stdout)["id"]
    run("rollback", first)
    fails(run, "rollback", "没有/这个")
    run("remove", "portal")
    made = json.loads(run("db", "backup", "copy.db", "--json").stdout)
    fails(run, "db", "backup", "copy.db")
    lines = json.loads(run("audit", "lines", "--json").stdout)
    assert [(one["action"], one["object"], one["result"]) for one in lines] == [
        ("source.import", "portal:1", "ok"),
        ("release.publish", first, "ok"),
        ("release.rollback", first, "ok"),
        ("release.rollback", "_____", "failed"),
        ("source.remove", "portal", "ok"),
        ("database.backup", made["sha256"], "ok"),
        ("database.backup", "", "failed"),
    ]
    assert {one["actor"] for one in lines} == {operator()}
    assert "完整：7 行" in run("audit", "verify").stdout


def test_nothing_is_done_without_the_log(
    run: Run, work: Path, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = run("releases", "--json").stdout
    monkeypatch.setenv("SUIWEN_DATABASE_URL", "nonsense")
    for command in (("rollback", two[0]), ("publish",), ("remove", "excel")):
        assert "SUIWEN_DATABASE_URL" in fails(run, *command)
    assert run("releases", "--json").stdout == before


def test_the_database_in_words(run: Run, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "最新版本" in run("db", "upgrade").stdout
    assert "已备份" in run("db", "backup", "copy.db").stdout
    assert "对话 0 段" in run("db", "retire").stdout
    assert json.loads(run("db", "retire", "--json").stdout) == {"handoffs": 0, "orders": 0}
    monkeypatch.setenv("SUIWEN_HOME", str(work / "empty"))
    assert "密钥" in run("db", "restore", "copy.db").stdout


def test_a_copy_that_was_changed_is_not_restored(
    run: Run, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("db", "upgrade")
    run("db", "backup", "copy.db")
    (work / "copy.db").write_bytes((work / "copy.db").read_bytes()[:-1] + b"x")
    monkeypatch.setenv("SUIWEN_HOME", str(work / "empty"))
    assert "校验" in fails(run, "db", "restore", "copy.db")
    assert "nowhere.db" in fails(run, "db", "restore", "nowhere.db")


@pytest.mark.parametrize(
    "url", ["nonsense", "postgresql+psycopg://suiwen:geheim@127.0.0.1:1/suiwen", "oracle://x"]
)
def test_a_database_that_cannot_be_opened(
    run: Run, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("SUIWEN_DATABASE_URL", url)
    for command in (("db", "upgrade"), ("staff", "list"), ("audit", "verify")):
        line = fails(run, *command)
        assert "SUIWEN_DATABASE_URL" in line
        assert "geheim" not in line


# Errors: one line, exit 2


def test_an_unknown_release(run: Run, two: tuple[str, str]) -> None:
    line = fails(run, "rollback", "ghost")
    assert "ghost" in line
    assert two[0] in line


def test_an_unknown_source(run: Run) -> None:
    assert "suiwen sources" in fails(run, "remove", "ghost")


def test_an_unknown_format(run: Run, work: Path) -> None:
    (work / "a.txt").write_text("x", encoding="utf-8")
    line = fails(run, "import", "word", "a.txt")
    assert all(name in line for name in FORMATS)


def test_a_bad_source_name(run: Run, work: Path) -> None:
    (work / "a.jsonl").write_text(portal({}), encoding="utf-8")
    assert "来源名" in fails(run, "import", "gdzwfw", "a.jsonl", "--source", "../x", "--json")


def test_another_encoder_than_that_of_the_release(
    over_pack: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUIWEN_ENCODER", "static")
    assert "encoder" in fails(over_pack, "ask", "居住证")
    assert "encoder" in fails(over_pack, "search", "居住证")


def test_a_damaged_source(run: Run, work: Path) -> None:
    path = sources.stage(work / "home", source("excel", [item()]))
    path.write_bytes(path.read_bytes()[:-9])
    assert "excel.jsonl" in fails(run, "sources")
    assert "excel.jsonl" in fails(run, "publish")
    (work / "a.jsonl").write_text(portal({}), encoding="utf-8")
    assert "excel.jsonl" in fails(run, "import", "gdzwfw", "a.jsonl", "--dry-run")


def test_a_damaged_release(run: Run, work: Path, two: tuple[str, str]) -> None:
    (work / "home" / "releases" / two[1] / "records.jsonl").write_bytes(b"")
    assert two[1] in fails(run, "ask", "居住证")
    run("rollback", two[0])
    assert json.loads(run("ask", "居住证办理", "--json").stdout)["text"]


def test_a_setting_that_is_none(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUIWEN_PORT", "eighty")
    assert "port" in fails(run, "releases").lower()


def test_codes_in_conflict_are_named_before_the_error(run: Run, work: Path) -> None:
    for name in ("excel", "policy"):
        sources.stage(work / "home", source(name, [item("i1")]))
    result = run("publish", code=2)
    *named, last = [line for line in result.stderr.splitlines() if "……" not in line]
    assert "i1" in named[0]
    assert "1 个编码" in last
