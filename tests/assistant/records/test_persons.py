"""Keys of persons in SQL: the contract, and what stays in the database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from assistant.errors import SealError
from assistant.privacy.sealing import Sealer, new_key
from assistant.records.base import Base, open_engine
from assistant.records.persons import Person, SqlVault
from tests.contracts.vaults import VaultContract


def opened(path: Path) -> Engine:
    engine = open_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine, tables=[Base.metadata.tables["persons"]])
    return engine


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return opened(tmp_path / "s.db")


class TestSqlVault(VaultContract):
    @pytest.fixture
    def vault(self, engine: Engine, master: Sealer) -> SqlVault:
        return SqlVault(engine, master)


def rows(engine: Engine) -> dict[str, Person]:
    with Session(engine) as session:
        return {one.id: one for one in session.scalars(select(Person))}


def test_the_row_of_an_erased_person_stays_without_a_key(engine: Engine) -> None:
    times = iter([datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)])
    vault = SqlVault(engine, Sealer(new_key()), clock=lambda: next(times))
    vault.seal("p1", "甲")
    made = rows(engine)["p1"]
    assert made.wrapped is not None
    assert (made.created.month, made.erased) == (1, None)
    vault.erase("p1")
    gone = rows(engine)["p1"]
    assert gone.wrapped is None
    assert gone.erased is not None
    assert gone.erased.month == 2


def test_an_erased_key_is_in_no_file(engine: Engine, tmp_path: Path) -> None:
    vault = SqlVault(engine, Sealer(new_key()))
    for number in range(50):
        vault.seal(f"p{number}", "甲")
    wrapped = {one.id: one.wrapped or b"" for one in rows(engine).values()}

    def written() -> bytes:
        return b"".join(file.read_bytes() for file in sorted(tmp_path.glob("s.db*")))

    assert wrapped["p7"] in written()
    vault.erase("p7")
    assert wrapped["p7"] not in written()
    assert wrapped["p8"] in written()


def test_a_person_keeps_one_key_whoever_comes_first(tmp_path: Path) -> None:
    master = Sealer(new_key())
    vaults = [SqlVault(opened(tmp_path / "s.db"), master) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        sealed = list(pool.map(lambda vault: vault.seal("p1", "甲"), vaults * 5))
    assert [vaults[0].open("p1", one) for one in sealed] == ["甲"] * 20


def test_another_master_key_opens_nothing(engine: Engine) -> None:
    sealed = SqlVault(engine, Sealer(new_key())).seal("p1", "甲")
    with pytest.raises(SealError):
        SqlVault(engine, Sealer(new_key())).open("p1", sealed)


def test_a_key_row_moved_to_another_person_is_refused(engine: Engine) -> None:
    vault = SqlVault(engine, Sealer(new_key()))
    vault.seal("p1", "甲")
    with Session(engine) as session, session.begin():
        known = session.get(Person, "p1")
        assert known is not None
        session.add(Person(id="p2", wrapped=known.wrapped, created=known.created, erased=None))
    with pytest.raises(SealError):
        vault.seal("p2", "乙")


def test_servers_go_on_while_the_master_key_changes(engine: Engine) -> None:
    old, new = new_key(), new_key()
    first = SqlVault(engine, Sealer(old)).seal("p1", "甲")
    both = Sealer(new, older=[old])
    running = SqlVault(engine, both)
    second = running.seal("p2", "乙")
    assert SqlVault(engine, both).rewrap(both, Sealer(new)) == 2
    assert [running.open("p1", first), running.open("p2", second)] == ["甲", "乙"]
    alone = SqlVault(engine, Sealer(new))
    assert [alone.open("p1", first), alone.open("p2", second)] == ["甲", "乙"]
