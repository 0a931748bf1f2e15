"""A copy taken under writing, and the same orders on an empty place."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from pathlib import Path

import pytest

from assistant.errors import SetupError
from assistant.records.backup import backup, restore
from assistant.records.base import open_engine
from assistant.records.desk import SqlWorkOrderDesk
from assistant.records.schema import migrate
from assistant.work_orders.types import FollowUp, OrderStatus, OrderView, Receipt
from tests.assistant.records.seals import MemorySeals
from tests.contracts.work_order_desks import order, step


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A migrated database."""
    made = f"sqlite:///{tmp_path}/suiwen.db"
    migrate(made)
    return made


def desk_at(url: str, seals: MemorySeals) -> SqlWorkOrderDesk:
    return SqlWorkOrderDesk(open_engine(url), seals)


def test_the_same_orders_on_an_empty_place(url: str, tmp_path: Path) -> None:
    seals = MemorySeals()
    old = desk_at(url, seals)
    orders = [order(), order(phone=None)]

    async def fill() -> list[Receipt]:
        receipts = [await old.file(one) for one in orders]
        await old.advance(receipts[0].number, [step(OrderStatus.CLOSED, "已处理")])
        what = FollowUp(act="rate", stars=4)
        await old.follow_up(receipts[0].number, receipts[0].check, what)
        return receipts

    receipts = asyncio.run(fill())
    made = backup(url, tmp_path / "copy.db")
    elsewhere = f"sqlite:///{tmp_path}/empty/place/suiwen.db"
    assert restore(made.path, elsewhere) == made
    migrate(elsewhere)
    new = desk_at(elsewhere, seals)

    async def same() -> None:
        for one, receipt in zip(orders, receipts, strict=True):
            assert await new.file(one) == receipt
            view = await new.look_up(receipt.number, receipt.check)
            assert isinstance(view, OrderView)
            assert view == await old.look_up(receipt.number, receipt.check)
        assert await new.recent("person-1") == await old.recent("person-1")
        assert (await new.file(order())).number not in {one.number for one in receipts}

    asyncio.run(same())


def test_a_copy_is_taken_while_orders_are_filed(url: str, tmp_path: Path) -> None:
    seals = MemorySeals()
    writer, end = desk_at(url, seals), threading.Event()
    filed: list[Receipt] = []

    def write() -> None:
        while not end.is_set():
            filed.append(writer.book.file(order()))

    thread = threading.Thread(target=write)
    thread.start()
    while len(filed) < 5:
        end.wait(0.001)
    before = list(filed)
    copy = backup(url, tmp_path / "copy.db").path
    end.set()
    thread.join()
    elsewhere = f"sqlite:///{tmp_path}/other.db"
    restore(copy, elsewhere)
    found = {one.number for one in asyncio.run(desk_at(elsewhere, seals).recent("person-1"))}
    assert {one.number for one in before} <= found <= {one.number for one in filed}


def test_the_checksum_is_that_of_sha256sum(url: str, tmp_path: Path) -> None:
    made = backup(url, tmp_path / "copy.db")
    wanted = hashlib.sha256(made.path.read_bytes()).hexdigest()
    assert (tmp_path / "copy.db.sha256").read_text() == f"{wanted}  copy.db\n"
    assert (made.sha256, made.size) == (wanted, made.path.stat().st_size)
    assert not list(tmp_path.glob(".*part*"))


def test_nothing_is_overwritten(url: str, tmp_path: Path) -> None:
    copy = backup(url, tmp_path / "copy.db").path
    with pytest.raises(SetupError, match="不覆盖"):
        backup(url, copy)
    with pytest.raises(SetupError, match="不覆盖"):
        restore(copy, url)


def test_a_damaged_copy_is_refused(url: str, tmp_path: Path) -> None:
    copy = backup(url, tmp_path / "copy.db").path
    content = bytearray(copy.read_bytes())
    content[len(content) // 2] ^= 1
    copy.write_bytes(content)
    elsewhere = tmp_path / "other.db"
    with pytest.raises(SetupError, match="校验"):
        restore(copy, f"sqlite:///{elsewhere}")
    (tmp_path / "copy.db.sha256").unlink()
    with pytest.raises(SetupError, match="校验文件"):
        restore(copy, f"sqlite:///{elsewhere}")
    assert not elsewhere.exists()


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "suiwen.db"
    with pytest.raises(SetupError, match="无可备份"):
        backup(f"sqlite:///{source}", tmp_path / "copy.db")
    source.write_bytes(b"no database at all" * 100)
    with pytest.raises(SetupError, match="不能读取"):
        backup(f"sqlite:///{source}", tmp_path / "copy.db")
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize("url", ["sqlite://", "postgresql://h/db"])
def test_other_databases_have_their_own_tools(url: str, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="pg_dump"):
        backup(url, tmp_path / "copy.db")


def test_what_a_killed_database_left_behind_is_not_written_into_the_restored_one(
    url: str, tmp_path: Path
) -> None:
    made = backup(url, tmp_path / "copy.db")
    target = tmp_path / "elsewhere.db"
    (tmp_path / "elsewhere.db-wal").write_bytes(b"old")
    with pytest.raises(SetupError, match="留下的"):
        restore(made.path, f"sqlite:///{target}")
    assert not target.exists()
