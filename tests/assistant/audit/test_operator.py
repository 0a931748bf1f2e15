"""Who runs a command, and that an act has its line whatever comes of it."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.audit.log import AuditLog
from assistant.audit.operator import audited, operator
from assistant.audit.types import Entry
from tests.assistant.staffing import Clock, database


def test_the_actor_is_the_user_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USER", "LOGNAME"):
        monkeypatch.setenv(name, "somebody-else")
    assert operator() == f"cli:{pwd.getpwuid(os.getuid()).pw_name}"


@given(st.text(max_size=100))
def test_any_name_makes_an_entry(name: str) -> None:
    assert Entry(actor=operator(name), action="release.publish").actor.startswith("cli:")


@pytest.fixture
def log(tmp_path: Path) -> Callable[[], AuditLog]:
    return lambda: AuditLog(engine=database(tmp_path), clock=Clock())


def test_what_is_done_and_what_fails(log: Callable[[], AuditLog]) -> None:
    with audited(log, "release.publish") as act:
        act.object = "20261123T000000000-1a2b3c4d"
    with pytest.raises(KeyError), audited(log, "source.remove", "pack"):
        raise KeyError("x")
    opened = log()
    found = [(one.action, one.object, one.result) for one in opened.lines()]
    opened.engine.dispose()
    assert found == [
        ("source.remove", "pack", "failed"),
        ("release.publish", "20261123T000000000-1a2b3c4d", "ok"),
    ]


def test_where_the_log_does_not_open_nothing_is_done() -> None:
    done = []

    def away() -> AuditLog:
        raise OSError("away")

    with pytest.raises(OSError, match="away"), audited(away, "source.remove", "pack"):
        done.append(1)
    assert done == []
