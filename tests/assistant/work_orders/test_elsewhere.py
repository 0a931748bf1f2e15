"""What belongs to a route of its own is heard; what only sounds near it is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.work_orders import routes, topics
from assistant.work_orders.elsewhere import direct_of
from assistant.work_orders.types import OrderKind

TRAINING = Path(__file__).parents[3] / "eval" / "gold" / "topics-calibration.jsonl"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("对交警罚款不服，不该罚我两百", "fuyi"),
        ("城管乱罚我款，我唔服", "fuyi"),
        ("電子警察影錯咗，罰咗我二百，我要求撤銷", "fuyi"),
        ("停车被贴罚单不合理", "fuyi"),
        ("工伤认定书说不算工伤，我不服", "fuyi"),
        ("交警扣了我三分。撤销扣分", "fuyi"),
        ("我要举报村干部收红包", "jijian"),
        ("科长吃拿卡要，不给好处不办", "jijian"),
        ("村主任挪用公款", "jijian"),
        ("街道办的工作人员索要好处费", "jijian"),
        ("派出所民警包庇赌档，肯定收了黑钱", "jijian"),
        ("村支书贪污征地补偿款", "jijian"),
        ("征地补偿一直没有给，找了十年", "xinfang"),
    ],
)
def test_what_one_has_to_take_elsewhere(text: str, code: str) -> None:
    for kind in (OrderKind.COMPLAINT, OrderKind.REPORT, OrderKind.HELP):
        assert direct_of(kind, text) == code
    assert direct_of(OrderKind.PRAISE, text) is None
    assert direct_of(OrderKind.CONSULTATION, text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "。",
        "交警态度差，骂人",
        "违停没人管，堵住消防通道",
        "公司迟到一次罚款一百，我不服",
        "物业乱罚款，停车罚了五十",
        "健身房不退款，要求退回",
        "医生收红包",
        "老师收红包",
        "公司领导贪污，拖欠工资",
        "民警不作为，报警没人来",
        "停车场收费不合理，要退回多收的",
        "窗口工作人员推来推去",
        "楼下烧烤店油烟大，希望罚款",
    ],
)
def test_what_the_hotline_takes(text: str) -> None:
    assert direct_of(OrderKind.COMPLAINT, text) is None


def test_of_matters_of_other_routes_hardly_one_is_told_to_go_elsewhere() -> None:
    """Our own calibration sentences, each with its topic."""
    read = [json.loads(line) for line in TRAINING.read_text(encoding="utf-8").splitlines()]
    known = topics.tree().topics
    others = [one["text"] for one in read if not routes.route(known[one["topic"]].route).direct]
    alarms = [text for text in others if direct_of(OrderKind.COMPLAINT, text)]
    assert len(others) > 100
    assert len(alarms) <= len(others) / 50, alarms


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    code = direct_of(OrderKind.COMPLAINT, text)
    assert code is None or routes.route(code).direct
