"""A backup on an empty machine: the same answers, the same orders, found by number and check."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from assistant import bootstrap
from assistant.app import app_of
from assistant.offices import database_url, open_database
from assistant.records.backup import backup, restore
from tests.conftest import settings_of
from tests.journeys.test_conversations import Citizen

QUESTIONS = ("居住证首次申领要什么材料", "结婚登记要带什么", "今晚吃什么好")
NOISE = "我要投诉天河区石牌东路88号楼下烧烤店，每晚噪音到两点，希望十二点前收档，电话13812345678"


def told(home: Path, number: str) -> list[dict[str, Any]]:
    """What an app over the home answers: three questions, and how far the order has come."""
    with TestClient(app_of(bootstrap.build(settings_of(home)))) as client:
        replies = [Citizen(client).says(text) for text in QUESTIONS]
        citizen = Citizen(client)
        citizen.says(f"查进度 {number}")
        replies.append(citizen.says("5678"))
    for one in replies:
        del one["session_id"], one["turn_id"]
    return replies


def test_the_same_answers_and_orders_on_an_empty_place(own_home: Path, tmp_path: Path) -> None:
    settings = settings_of(own_home)
    with TestClient(app_of(bootstrap.build(settings))) as client:
        citizen = Citizen(client)
        citizen.says(NOISE)
        for _ in range(4):
            reply = citizen.says("提交")
            if reply["status"] == "filed":
                break
        number = re.findall(r"GZ\d{17}", str(reply))[0]
        made = backup(database_url(settings), tmp_path / "copy.db")  # while it is served
    before = told(own_home, number)
    empty = tmp_path / "elsewhere"
    empty.mkdir()
    for name in ("releases", "sources"):
        shutil.copytree(own_home / name, empty / name, symlinks=True)
    shutil.copy(own_home / "current", empty / "current", follow_symlinks=False)
    shutil.copy(own_home / "master.key", empty / "master.key")
    shutil.rmtree(own_home)
    restore(made.path, database_url(settings_of(empty)))
    open_database(settings_of(empty)).dispose()
    after = told(empty, number)
    assert after == before
    assert number in str(after[-1])
    assert after[-1]["status"] == "answered"
