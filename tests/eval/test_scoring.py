"""Every metric can fail, and passes only for the right reason."""

from dataclasses import replace
from typing import Any

import pytest

from channels.types import Reply, Status
from eval import scoring
from eval.types import Prediction
from tests.eval.examples import (
    CODE,
    GOOD,
    HOTLINE,
    OTHER_HOTLINE,
    RECORDS,
    choices,
    cite,
    prediction,
    reply,
)


def verdicts(one: Prediction) -> dict[str, bool]:
    return {check.metric: check.good for check in scoring.checks(one, RECORDS.get)}


def test_a_right_answer_passes_everything() -> None:
    assert verdicts(prediction(GOOD)) == {
        "status_accuracy": True,
        "record_accuracy": True,
        "wrong_record_rate": True,
        "gold_fields": True,
        "fact_accuracy": True,
        "citation_support": True,
        "false_crisis_rate": True,
    }


@pytest.mark.parametrize(
    ("metric", "one"),
    [
        ("status_accuracy", prediction(replace(GOOD, status=Status.PARTIAL))),
        ("record_accuracy", prediction(GOOD, code="GZ-2")),
        ("wrong_record_rate", prediction(GOOD, code="GZ-2")),
        ("record_accuracy", prediction(replace(GOOD, status=Status.NOT_FOUND))),
        ("gold_fields", prediction(GOOD, fields=("limits.legal",))),
        ("fact_accuracy", prediction(reply("很快。", cite("limits.promised", "7(工作日)")))),
        ("fact_accuracy", prediction(reply("7个工作日。", cite("name", "居住证首次申领")))),
        (
            "citation_support",
            prediction(reply("7个工作日。", cite("limits.promised", "8个工作日"))),
        ),
        (
            "citation_support",
            prediction(reply("8个工作日。", cite("limits.promised", "7(工作日)"))),
        ),
        ("citation_support", prediction(reply("7个工作日。", cite("limits.legal", "7(工作日)")))),
        (
            "citation_support",
            prediction(reply("见 https://a.example/x。", cite("name", "居住证首次申领"))),
        ),
        ("citation_support", prediction(reply("7个工作日。"))),
        ("false_crisis_rate", prediction(replace(GOOD, status=Status.CRISIS))),
    ],
)
def test_each_metric_can_fail(metric: str, one: Prediction) -> None:
    assert verdicts(one)[metric] is False


def test_an_unknown_record_or_a_wrong_title_is_no_support() -> None:
    stranger = replace(cite("name", "居住证首次申领"), code="GZ-9")
    retitled = replace(cite("name", "居住证首次申领"), title="身份证")
    for one in (stranger, retitled):
        assert verdicts(prediction(reply("好。", one)))["citation_support"] is False


@pytest.mark.parametrize("kind", ["unanswerable", "out_of_scope"])
def test_answering_the_unanswerable_is_false(kind: str) -> None:
    wanted: dict[str, Any] = {
        "kind": kind,
        "status": (Status.NOT_FOUND,),
        "code": None,
        "fields": (),
    }
    refused = reply("没有找到。", status="not_found")
    assert verdicts(prediction(GOOD, **wanted))["false_answer_rate"] is False
    assert verdicts(prediction(refused, **wanted))["false_answer_rate"] is True
    report = scoring.score([prediction(GOOD, **wanted), prediction(refused, **wanted)], RECORDS.get)
    assert report.overall["false_answer_rate"].value == 0.5


def test_small_talk_answered_from_a_record_is_false() -> None:
    wanted: dict[str, Any] = {
        "kind": "small_talk",
        "status": (Status.ANSWERED,),
        "code": None,
        "fields": (),
    }
    assert verdicts(prediction(GOOD, **wanted))["false_answer_rate"] is False
    assert verdicts(prediction(reply("不客气。"), **wanted))["false_answer_rate"] is True


def test_clarify_counts_what_is_offered_and_shows_no_facts() -> None:
    asked_back = reply("哪一个？", status="clarify", cards=(choices("GZ-2", CODE),))
    found = verdicts(prediction(asked_back, status=(Status.CLARIFY,)))
    assert found["record_accuracy"] is True
    assert "fact_accuracy" not in found
    missed = replace(asked_back, cards=(choices("GZ-2"),))
    assert verdicts(prediction(missed))["record_accuracy"] is False


def crisis(first: Any, status: str = "crisis") -> Reply:
    return reply(
        f"请拨打 {first.number}。", cite("number", first.number, record=first), status=status
    )


@pytest.mark.parametrize(
    ("got", "good"),
    [
        (crisis(HOTLINE), True),
        (crisis(OTHER_HOTLINE), False),
        (crisis(HOTLINE, "answered"), False),
        (reply("保重。", status="crisis"), False),
    ],
)
def test_crisis_needs_the_status_and_the_right_number_first(got: Reply, good: bool) -> None:
    wanted: dict[str, Any] = {
        "kind": "crisis",
        "status": (Status.CRISIS,),
        "code": None,
        "fields": (),
        "first": "TEL-110",
    }
    assert verdicts(prediction(got, **wanted))["crisis_accuracy"] is good


def test_a_near_miss_is_no_crisis() -> None:
    near = {"note": "near-miss: past fire"}
    assert verdicts(prediction(GOOD, **near))["crisis_accuracy"] is True
    alarmed = replace(GOOD, status=Status.CRISIS)
    assert verdicts(prediction(alarmed, **near))["crisis_accuracy"] is False


@pytest.mark.parametrize(
    ("field", "quote"),
    [
        ("materials", "申请表；身份证"),
        ("materials[0]", "申请表（原件1份）"),
        ("limits.promised", "7个工作日"),
        ("money.charged", "不收费"),
        ("handling.courier", "可以邮寄"),
        ("provenance", "2021 https://example.org/guide"),
    ],
)
def test_quotes_made_of_values_are_supported(field: str, quote: str) -> None:
    assert verdicts(prediction(reply("好。", cite(field, quote))))["citation_support"] is True


@pytest.mark.parametrize(
    ("field", "quote"),
    [
        ("materials", "申请表；户口簿"),
        ("materials[0]", "申请表（原件2份）"),
        ("money.charged", "收费"),
        ("online.available", "支持"),
        ("materials", "居住证首次申领户口簿"),
        ("conditions", " "),
    ],
)
def test_quotes_with_anything_else_are_not(field: str, quote: str) -> None:
    assert verdicts(prediction(reply("好。", cite(field, quote))))["citation_support"] is False


def test_report_counts_slices_and_failures() -> None:
    bad = prediction(replace(GOOD, status=Status.PARTIAL), register="cantonese")
    report = scoring.score([prediction(GOOD), bad], RECORDS.get)
    assert report.overall["status_accuracy"].value == 0.5
    assert report.slices["register"]["cantonese"]["status_accuracy"].value == 0.0
    assert report.slices["register"]["everyday"]["status_accuracy"].value == 1.0
    assert [one.metric for one in report.failures] == ["status_accuracy"]
