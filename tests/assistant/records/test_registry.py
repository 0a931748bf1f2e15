"""The case registry over SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest
from sqlalchemy import Engine, exc

from assistant.cases.types import CaseRegistry
from assistant.records.registry import SqlCaseRegistry
from tests.assistant.records import databases
from tests.assistant.records.seals import MemorySeals
from tests.contracts.case_registries import Add, CaseRegistryContract, case_of


class SqlRegistryContract(CaseRegistryContract):
    """The contract over ``engine``."""

    @pytest.fixture
    def clock(self) -> databases.Clock:
        return databases.Clock()

    @pytest.fixture
    def registry(self, engine: Engine, clock: databases.Clock) -> CaseRegistry:
        return SqlCaseRegistry(engine, MemorySeals(), clock=clock)

    @pytest.fixture
    def add(self, registry: SqlCaseRegistry) -> Add:
        return registry.add

    @pytest.fixture
    def an_hour_passes(self, clock: databases.Clock) -> Callable[[], Awaitable[None]]:
        return clock.an_hour


@pytest.fixture
def engine() -> Iterator[Engine]:
    with databases.opened() as engine:
        yield engine


class TestSqlite(SqlRegistryContract):
    """In memory."""


class TestPostgres(SqlRegistryContract):
    @pytest.fixture
    def engine(self, postgres_url: str) -> Iterator[Engine]:
        with databases.opened(postgres_url) as engine:
            yield engine


def test_a_case_needs_a_phone_and_a_number_of_its_own(engine: Engine) -> None:
    registry = SqlCaseRegistry(engine, MemorySeals())
    case = case_of()
    with pytest.raises(ValueError, match="phone"):
        asyncio.run(registry.add(case, "12"))
    asyncio.run(registry.add(case, "13900005678"))
    with pytest.raises(exc.IntegrityError):
        asyncio.run(registry.add(case, "13900005678"))
