"""``suiwen staff`` and ``suiwen audit`` as they are typed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from assistant.accounts.types import SignedIn
from assistant.audit.operator import operator
from assistant.records.writing import writing
from assistant.staff_commands import audit_app, staff_app
from tests.assistant.staffing import Clock, accounts_over, database


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = database(tmp_path)
    yield made
    made.dispose()


def staff(engine: Engine, *words: str) -> Any:
    return CliRunner().invoke(staff_app(lambda: accounts_over(engine, Clock())), words)


def audit(engine: Engine, *words: str) -> Any:
    return CliRunner().invoke(audit_app(lambda: accounts_over(engine, Clock()).audit), words)


def test_add_list_disable_reset(engine: Engine) -> None:
    added = json.loads(staff(engine, "add", "lin", "--desk", "hotline", "--json").output)
    assert (added["name"], added["badge"], added["desks"]) == ("lin", "001", ["hotline"])
    signed = accounts_over(engine, Clock()).sign_in("lin", added["password"])
    assert isinstance(signed, SignedIn)
    assert staff(engine, "add", "hoo", "--role", "auditor").output.startswith(
        "账号 hoo（工号 002）"
    )
    assert "lin  坐席、hotline、未换首次密码" in staff(engine, "list").output
    assert "password" not in staff(engine, "list", "--json").output
    assert staff(engine, "disable", "lin").output == "已停用 lin\n"
    assert "停用" in staff(engine, "list").output
    assert "首次密码" in staff(engine, "reset", "lin").output
    assert "otpauth://totp/" in staff(engine, "second-factor", "lin").output
    assert (
        "otpauth" in json.loads(staff(engine, "second-factor", "lin", "--json").output)["address"]
    )


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("add", "Lin", "--desk", "hotline"), "用户名"),
        (("add", "lin"), "服务台"),
        (("add", "lin", "--role", "boss"), "角色只能是"),
        (("add", "lin", "--desk", "bar"), "服务台只能是"),
        (("disable", "nobody"), "没有用户 nobody"),
    ],
)
def test_what_cannot_be_done_is_said(engine: Engine, words: tuple[str, ...], answer: str) -> None:
    result = staff(engine, *words)
    assert result.exit_code == 2
    assert answer in result.output


def test_verify(engine: Engine) -> None:
    for name in ("lin", "hoo"):
        staff(engine, "add", name, "--desk", "window")
    found = json.loads(audit(engine, "verify", "--json").output)
    assert (found["whole"], found["lines"], found["broken"]) == (True, 2, None)
    assert audit(engine, "verify", "--anchor", found["anchor"]).output.startswith("完整：2 行")
    assert audit(engine, "verify", "--anchor", "2").exit_code == 2
    assert audit(engine, "verify", "--anchor", "2:0").exit_code == 1
    listed = json.loads(audit(engine, "lines", "--most", "1", "--json").output)
    assert [(one["seq"], one["actor"], one["action"]) for one in listed] == [
        (2, operator(), "account.add")
    ]
    assert len(audit(engine, "lines").output.splitlines()) == 2
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE audit_lines SET result = 'no' WHERE seq = 2")
    broken = audit(engine, "verify")
    assert broken.exit_code == 1
    assert "第 2 行对不上：内容被改过；前 1 行完整" in broken.output
    assert "account.add" in broken.output.splitlines()[1]
    told = json.loads(audit(engine, "verify", "--json").output)
    assert (told["broken"], told["reason"], told["entry"]["result"]) == (2, "changed", "no")
    with writing(engine) as connection:
        connection.exec_driver_sql("DELETE FROM audit_lines WHERE seq = 2")
    gone = json.loads(audit(engine, "verify", "--json").output)
    assert (gone["broken"], gone["reason"], gone["entry"]) == (2, "cut", None)
