"""Facts of made-up portal records through the whole assistant, and a judge that can refuse."""

import asyncio
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant import bootstrap
from assistant.pipeline import Assistant
from channels.types import Card, CardRow, Reply
from eval import facts, homes, portal
from eval.portal import Expected
from tests.eval.examples import CODE, choices, cite, reply

REAL = Path(__file__).resolve().parents[3] / "shared/data/gdzwfw_items/records.jsonl"


def raw(code: str, name: str, **changed: Any) -> dict[str, Any]:
    plain = {
        "TASK_CODE": code,
        "TASK_NAME": name,
        "DEPT_NAME": "广东省试验厅",
        "AREACODE": "440000",
        "AREA_CODE_TEXT": "广东省",
        "TASK_TYPE": "01",
        "TASK_TYPE_TEXT": "行政许可",
        "URL": "https://www.example.org/apply",
        "ONLINECHECK": "1",
        "visit_number": "1",
        "co_department": "无",
        "handle_location": "办理地点：广州市试验路1号",
        "handle_time": "20(工作日)",
        "handle_time_limit": "7(工作日)",
        "accept_standard": "无。",
        "consult_phone": "020-83130000",
        "complain_phone": "020-83130001",
        "courier_service": "是",
        "bear_paltform": None,
        "online_book": "否",
        "online_book_addr": "无",
        "theme_category": ["其他"],
        "service_object_name": ["自然人", "企业法人"],
        "material_intro": ["试验申请表", "身份证明"],
    }
    return plain | changed


RAWS = [
    raw("11440000000000001A2440101001001", "试验田种植许可"),
    raw("11440000000000002A2440101001002", "观测浮标投放备案", handle_time_limit="9(工作日)"),
    raw("11440000000000003A2440101001002", "观测浮标投放备案", material_intro=["浮标图纸"]),
]


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("facts")
    path = folder / "records.jsonl"
    path.write_text("\n".join(json.dumps(one) for one in RAWS), encoding="utf-8")
    settings = homes.settings_of(folder / "home", "hashing")
    homes.fill(settings.home, [path])
    bootstrap.publish(settings, lambda _step, _done, _total: None)
    yield bootstrap.build(settings).assistant


def ask(assistant: Assistant, question: portal.Question) -> facts.Outcome:
    return asyncio.run(facts.ask(assistant, question))


def test_every_fact_of_made_up_records(assistant: Assistant) -> None:
    questions = portal.questions(RAWS, RAWS, seed=1)
    outcomes = [ask(assistant, one) for one in questions]
    report = facts.summed(questions, outcomes)
    assert report.mismatches == ()
    assert report.records == 3
    assert report.clarify_asked == report.clarify_ok > 0
    assert report.asked == report.facts + report.clarify_asked


def test_a_wrong_expectation_is_a_mismatch(assistant: Assistant) -> None:
    question = portal.questions(RAWS, RAWS[:1], seed=1)[0]
    changed = replace(question, expected=replace(question.expected, quote="别的材料"))
    mismatch = ask(assistant, changed).mismatch
    assert mismatch is not None
    assert mismatch.code == question.code


def test_a_missing_clarification_is_a_mismatch(assistant: Assistant) -> None:
    question = portal.questions(RAWS, RAWS[:1], seed=1)[0]
    shared = replace(question, same=(question.code, "another"))
    outcome = ask(assistant, shared)
    assert outcome.mismatch is not None
    assert not outcome.clarified


def test_what_is_not_filled_is_not_asked() -> None:
    asked = {one.facet for one in portal.questions(RAWS, RAWS[:1], seed=1)}
    assert asked.isdisjoint({"conditions", "partners", "platform", "themes", "appointment_url"})
    assert {"materials", "promised_limit", "place", "appointment", "url"} <= asked


def test_forms_depend_on_the_seed_alone() -> None:
    one, two, again = (
        [question.text for question in portal.questions(RAWS, RAWS, seed)] for seed in (1, 2, 1)
    )
    assert one == again
    assert one != two


def test_the_choices_must_be_exactly_the_codes() -> None:
    question = replace(portal.questions(RAWS, RAWS[:1], 1)[0], code="a", same=("a", "b"))
    right = reply("哪一个？", status="clarify", cards=(choices("b", "a"),))
    assert facts.judge_choices(question, right) is None
    for offered in (("a",), ("a", "b", "c")):
        assert facts.judge_choices(question, replace(right, cards=(choices(*offered),)))


EXPECTED = Expected(field="limits.promised", quote="7(工作日)", patterns=("承诺.*7个工作日",))
RIGHT = reply("承诺时限是7个工作日。", cite("limits.promised", "7(工作日)"))


@pytest.mark.parametrize(
    "wrong",
    [
        replace(RIGHT, status="partial"),
        reply("承诺时限是8个工作日。", cite("limits.promised", "7(工作日)")),
        reply("承诺时限是7个工作日。", cite("limits.promised", "7个工作日")),
        reply("承诺时限是7个工作日。", cite("limits.legal", "7(工作日)")),
        replace(RIGHT, citations=(*RIGHT.citations, replace(cite("name", "x", 2), code="GZ-2"))),
    ],
)
def test_the_judge_refuses(wrong: Reply) -> None:
    assert facts.judge(EXPECTED, CODE, RIGHT) is None
    assert facts.judge(EXPECTED, CODE, wrong)


def test_the_judge_refuses_materials_of_others() -> None:
    names = ("申请表", "身份证")
    expected = Expected(field="materials", quote="申请表；身份证", patterns=names, only=names)
    rows = tuple(CardRow(label=name) for name in names)
    card = Card(kind="materials", title="材料", rows=rows)
    right = reply("需要：申请表、身份证。", cite("materials", "申请表；身份证"), cards=(card,))
    more = "需要：申请表、身份证、由居住地派出所出具并加盖公章的在本市连续居住证明原件。"
    assert facts.judge(expected, CODE, right) is None
    assert facts.judge(expected, CODE, replace(right, cards=()))
    assert facts.judge(expected, CODE, replace(reply(more, *right.citations), cards=right.cards))


@pytest.mark.skipif(not REAL.is_file(), reason="shared/data/gdzwfw_items is not there")
def test_facts_of_300_real_records() -> None:
    """A sample of ``make facts`` (which asks all 2,262): 0 mismatches."""
    raws = portal.load(REAL)
    questions = portal.questions(raws, facts.sample(raws, 300, seed=1), seed=1)
    with homes.published(None, portal=[REAL], encoder="hashing") as settings:
        workers = 1 if os.environ.get("PYTEST_XDIST_WORKER") else facts.cores()
        report = facts.run(settings, questions, workers=workers, advance=lambda _count: None)
    assert report.records == 300
    assert report.clarify_ok == report.clarify_asked
    assert report.mismatches == ()
