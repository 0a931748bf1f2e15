"""One chat server for the folder; every test begins with one that was told and asked nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.assistant.generators.servers import Chat, chat_server, well


@pytest.fixture(scope="session")
def running_chat() -> Iterator[Chat]:
    with chat_server() as chat:
        yield chat


@pytest.fixture
def chat(running_chat: Chat) -> Chat:
    running_chat.answer = well
    for told in (running_chat.once, running_chat.heard, running_chat.tokens, running_chat.paths):
        told.clear()
    return running_chat
