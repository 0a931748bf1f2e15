"""The audit log: whatever is changed in it is found, and processes do not tread on each other."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from assistant.audit import chain
from assistant.audit.log import AuditLog
from assistant.audit.types import Anchor, Entry, Verdict
from assistant.records.audit import AuditHead, AuditLine
from assistant.records.base import Base, open_engine
from assistant.records.writing import writing

LINES = 12
FLIPS = int(os.environ.get("SUIWEN_FLIPS", "50"))
COLUMNS = ("seq", "at", "actor", "action", "object", "result", "algorithm", "previous", "hash")


def entry(number: int) -> Entry:
    return Entry(actor=f"st-{number % 3}", action="handoff.take", object=f"h{number}")


def tables(engine: Engine) -> None:
    Base.metadata.create_all(engine, tables=[AuditLine.__table__, AuditHead.__table__])


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_engine(f"sqlite:///{tmp_path / 'audit.db'}")
    tables(made)
    yield made
    made.dispose()


@pytest.fixture
def log(engine: Engine) -> AuditLog:
    return AuditLog(engine=engine)


def test_lines_are_chained_from_the_first_on(log: AuditLog) -> None:
    first, second = log.append(entry(1)), log.append(entry(2))
    assert (first.seq, first.previous) == (1, chain.GENESIS)
    assert (second.seq, second.previous) == (2, first.hash)
    assert log.lines() == (second, first)
    assert log.lines(before=2) == (first,)
    assert log.verify() == Verdict(lines=2, head=Anchor(seq=2, hash=second.hash))


def test_an_empty_log_is_whole(log: AuditLog) -> None:
    assert log.verify().whole
    assert log.verify().head == Anchor(seq=0, hash=chain.GENESIS)


def test_sm3_is_the_standard_one_and_a_log_may_change_over(engine: Engine) -> None:
    assert chain.sm3(b"abc").hex().startswith("66c7f0f462eeedd9d1f2d46bdc10e4e2")  # GB/T 32905 A.1
    AuditLog(engine=engine).append(entry(1))
    line = AuditLog(engine=engine, algorithm="sm3").append(entry(2))
    assert line.algorithm == "sm3"
    assert AuditLog(engine=engine).verify() == Verdict(lines=2, head=Anchor(seq=2, hash=line.hash))


@pytest.mark.parametrize(
    "words",
    [
        {"object": "13812345678 张三"},
        {"object": "我要投诉"},
        {"actor": ""},
        {"actor": "张三"},
        {"action": "handoff.take it"},
        {"result": "不行"},
        {"object": "x" * 65},
    ],
)
def test_an_entry_takes_no_text(words: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="ids and names"):
        Entry(**{"actor": "st-1", "action": "handoff.take", "object": "h1", **words})


def test_a_line_is_kept_with_its_act_or_not_at_all(engine: Engine, log: AuditLog) -> None:
    with pytest.raises(RuntimeError, match="the act failed"), writing(engine) as connection:
        log.append(entry(1), connection)
        raise RuntimeError("the act failed")
    assert log.verify().lines == 0
    with writing(engine) as connection:
        log.append(entry(1), connection)
        log.append(entry(2), connection)
    assert log.verify().lines == 2
    assert log.verify().whole


def test_lines_cut_off_at_the_end_are_missed(engine: Engine, log: AuditLog) -> None:
    for number in range(4):
        log.append(entry(number))
    with writing(engine) as connection:
        connection.exec_driver_sql("DELETE FROM audit_lines WHERE seq > 2")
    assert log.verify() == Verdict(lines=2, broken=3, reason="cut")


def test_a_deleted_line_is_missed(engine: Engine, log: AuditLog) -> None:
    for number in range(4):
        log.append(entry(number))
    with writing(engine) as connection:
        connection.exec_driver_sql("DELETE FROM audit_lines WHERE seq = 2")
    assert log.verify() == Verdict(lines=1, broken=2, reason="out_of_order")


def test_a_log_written_anew_does_not_fit_the_anchor(tmp_path: Path) -> None:
    heads = []
    for name in ("true", "forged"):
        made = open_engine(f"sqlite:///{tmp_path / name}.db")
        tables(made)
        log = AuditLog(engine=made)
        for number in range(3):
            log.append(entry(number if name == "true" else number + 7))
        assert log.verify().whole
        heads.append((log, log.verify().head, made))
    (true, anchor, _), (forged, _, _) = heads
    true.append(entry(9))
    assert true.verify(anchor).whole
    assert forged.verify(anchor) == Verdict(lines=2, broken=3, reason="anchor")
    assert true.verify(Anchor(seq=9, hash="0" * 64)).reason == "anchor"
    for _, _, made in heads:
        made.dispose()


# Flipping any bit of any column of any row


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log on disk, both hash functions in it."""
    path = tmp_path_factory.mktemp("audit") / "written.db"
    made = open_engine(f"sqlite:///{path}")
    tables(made)
    for number in range(LINES):
        name = "sm3" if number > LINES // 2 else "sha256"
        AuditLog(engine=made, algorithm=name).append(entry(number))
    made.dispose()
    return path


def flipped(path: Path, table: str, row: int, column: str, bit: int) -> bool:
    """Flip one bit of what is stored; whether anything was changed."""
    raw = sqlite3.connect(path, isolation_level=None)
    where = "seq" if table == "audit_lines" else "id"
    (kind, value) = raw.execute(
        f"SELECT typeof({column}), CAST({column} AS BLOB) FROM {table} WHERE {where} = ?", (row,)
    ).fetchone()
    if kind == "integer":
        changed: object = int(value) ^ (1 << bit % 63)
        statement = f"UPDATE OR REPLACE {table} SET {column} = ? WHERE {where} = ?"
    else:
        content = bytearray(value)
        if not content:
            raw.close()
            return False
        content[bit // 8 % len(content)] ^= 1 << bit % 8
        changed = bytes(content)
        statement = f"UPDATE {table} SET {column} = CAST(? AS TEXT) WHERE {where} = ?"
    raw.execute(statement, (changed, row))
    raw.close()
    return True


def verdict_after(
    written: Path, table: str, row: int, column: str, bit: int
) -> tuple[bool, Verdict]:
    path = written.with_name("flipped.db")
    shutil.copy(written, path)
    changed = flipped(path, table, row, column, bit)
    made = open_engine(f"sqlite:///{path}")
    verdict = AuditLog(engine=made).verify()
    made.dispose()
    for one in path.parent.glob("flipped.db*"):
        one.unlink()
    return changed, verdict


@settings(max_examples=FLIPS)
@given(row=st.integers(1, LINES), column=st.sampled_from(COLUMNS), bit=st.integers(0, 64 * 8 - 1))
def test_any_flipped_bit_of_a_line_is_found(written: Path, row: int, column: str, bit: int) -> None:
    changed, verdict = verdict_after(written, "audit_lines", row, column, bit)
    assert changed
    assert not verdict.whole
    if column != "seq":
        assert verdict.broken == row


@pytest.mark.parametrize("column", ["id", "seq", "hash"])
@pytest.mark.parametrize("bit", [0, 1, 7, 62, 300])
def test_any_flipped_bit_of_the_head_is_found(written: Path, column: str, bit: int) -> None:
    changed, verdict = verdict_after(written, "audit_head", 1, column, bit)
    assert changed
    assert not verdict.whole


def test_nothing_is_found_where_nothing_was_changed(written: Path) -> None:
    made = open_engine(f"sqlite:///{written}")
    assert AuditLog(engine=made).verify().whole
    made.dispose()


# Several processes


def append(path: str, many: int) -> None:
    made = open_engine(f"sqlite:///{path}")
    log = AuditLog(engine=made)
    for number in range(many):
        log.append(entry(number))
    made.dispose()


def test_processes_append_to_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "shared.db"
    made = open_engine(f"sqlite:///{path}")
    tables(made)
    spawn = multiprocessing.get_context("spawn")
    others = [spawn.Process(target=append, args=(str(path), 25)) for _ in range(2)]
    for one in others:
        one.start()
    verdicts = [AuditLog(engine=made).verify() for _ in range(20)]  # read while they write
    for one in others:
        one.join(60)
    assert [one.exitcode for one in others] == [0, 0]
    assert all(one.whole for one in verdicts)
    assert AuditLog(engine=made).verify().lines == 50
    assert AuditLog(engine=made).verify().whole
    made.dispose()
