"""One PostgreSQL for the tests of records."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.assistant.records import databases


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Its URL; skips where ``pgserver`` is not installed."""
    with databases.postgres() as url:
        yield url
