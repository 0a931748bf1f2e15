"""A database that answers, one that is gone, one that hangs."""

from __future__ import annotations

import threading
from pathlib import Path

from sqlalchemy import event

from assistant.records.base import open_engine
from assistant.records.probe import Probe
from tests.contracts.running import Run


def test_one_that_answers(tmp_path: Path, run: Run) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/x.db")
    assert run(Probe(engine)())
    engine.dispose()


def test_one_that_is_gone(tmp_path: Path, run: Run) -> None:
    assert not run(Probe(open_engine(f"sqlite:///{tmp_path}/no/such/folder/x.db"))())


def test_one_that_hangs_holds_one_thread(tmp_path: Path, run: Run) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/x.db")
    goes_on = threading.Event()
    asked: list[None] = []

    def hang(*_: object) -> None:
        asked.append(None)
        goes_on.wait(20)

    event.listen(engine, "before_cursor_execute", hang)
    probe = Probe(engine, patience=0.01)

    async def several() -> list[bool]:
        hung = [await probe() for _ in range(3)]
        goes_on.set()
        probe.patience = 20.0
        return [*hung, await probe()]

    assert run(several()) == [False, False, False, True]
    assert len(asked) == 1
    engine.dispose()
