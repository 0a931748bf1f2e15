"""``suiwen orders`` as it is typed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from assistant import offices
from assistant.audit.operator import operator
from assistant.order_commands import orders_app
from assistant.records.clerk import OrderClerk
from assistant.work_orders.types import FollowUp, Receipt
from tests.assistant.test_offices import ORDER
from tests.conftest import settings_of


@pytest.fixture(scope="module")
def clerk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OrderClerk]:
    home: Path = tmp_path_factory.mktemp("orders")
    made = offices.open_clerk(settings_of(home))
    yield made
    made.book.engine.dispose()


@pytest.fixture(scope="module")
def receipt(clerk: OrderClerk) -> Receipt:
    made = clerk.book.file(ORDER)
    clerk.book.follow_up(
        made.number, made.check, FollowUp(act="add", text="打我电话13812345678", key="a")
    )
    return made


def run(clerk: OrderClerk, *words: str) -> Any:
    return CliRunner().invoke(orders_app(lambda: clerk), words)


def test_a_list_for_people_and_for_programs(clerk: OrderClerk, receipt: Receipt) -> None:
    line = run(clerk, "list").output
    assert receipt.number in line and "登记" in line and "市民又说了1次" in line
    (one,) = json.loads(run(clerk, "list", "--status", "登记", "--json").output)
    assert (one["number"], one["status"], one["district"]) == (receipt.number, "filed", "天河区")
    for words in (("list",), ("list", "--json"), ("list", "--all", "--json")):
        said = run(clerk, *words).output
        assert "烧烤" not in said and "陈生" not in said and "5678" not in said
    assert run(clerk, "list", "--status", "closed").output == "没有这样的工单\n"


def test_shown_masked_and_on_demand_whole(clerk: OrderClerk, receipt: Receipt) -> None:
    masked = (
        run(clerk, "show", receipt.number).output
        + run(clerk, "show", receipt.number, "--json").output
    )
    assert "烧烤店" in masked and "13812345678" not in masked and "陈生" not in masked
    whole = json.loads(run(clerk, "show", receipt.number, "--reveal", "--json").output)
    assert (whole["name"], whole["phone"]) == ("陈生", "13812345678")
    lines = clerk.audit.lines(most=3)
    noted = [(one.action, one.object) for one in lines]
    assert noted == [("order.reveal", receipt.number)] + [("order.read", receipt.number)] * 2
    assert {one.actor for one in lines} == {operator()}


def test_a_step_and_what_cannot_follow(clerk: OrderClerk, receipt: Receipt) -> None:
    done = run(clerk, "advance", receipt.number, "派单", "--department", "天河区城管局")
    assert done.output == f"{receipt.number} 现在是 派单\n"
    refused = run(clerk, "advance", receipt.number, "revisited")
    assert refused.exit_code == 2
    assert "现在是 派单（assigned）" in refused.output
    assert run(clerk, "advance", receipt.number, "办结").exit_code == 2
    assert run(clerk, "advance", receipt.number, "好").exit_code == 2
    assert run(clerk, "show", "GZ1").exit_code == 2
    told = json.loads(
        run(clerk, "advance", receipt.number, "办结", "--note", "已经查过", "--json").output
    )
    assert (told["status"], told["events"][-1]["note"]) == ("closed", "已经查过")
