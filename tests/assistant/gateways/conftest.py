"""One reference server for the tests of gateways."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.assistant.gateways.servers import Reference, reference


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reference]:
    with reference(tmp_path_factory.mktemp("city")) as running:
        yield running
