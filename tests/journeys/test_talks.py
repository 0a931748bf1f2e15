"""Sixty scripted talks through the real app and the real desks, over memory and over Redis alike.

``talks.yaml`` says what a citizen would demand; ``misses.yaml`` which of it does not hold yet with
the release of the tests, and why.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient

from assistant import bootstrap
from assistant.app import app_of
from eval.redis_servers import RedisMissing, redis_server
from tests.conftest import settings_of
from tests.journeys import talks
from tests.journeys.talks import Heard, Talk
from tests.journeys.test_conversations import Citizen

MISSES = Path(__file__).with_name("misses.yaml")
MOST_MISSED = 0.1
TALKS = talks.load()


@cache
def missed() -> dict[tuple[str, int], str]:
    """Title and turn → why it is not as expected."""
    found = yaml.safe_load(MISSES.read_text(encoding="utf-8"))
    return {(one["title"], one["turn"]): one["why"] for one in found}


@pytest.fixture(scope="module", params=["memory", "redis"])
def client(
    request: pytest.FixtureRequest, home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    """The whole app, its desks in a database of this module's own."""
    own = tmp_path_factory.mktemp(request.param)
    kept: dict[str, Any] = {"database_url": f"sqlite:///{own / 'suiwen.db'}", "key_file": own / "k"}
    if request.param == "memory":
        with TestClient(app_of(bootstrap.build(settings_of(home, **kept)))) as opened:
            yield opened
        return
    try:
        with redis_server() as server:
            built = bootstrap.build(settings_of(home, redis_url=server.url, **kept))
            with TestClient(app_of(built)) as opened:
                yield opened
    except RedisMissing as missing:
        pytest.skip(str(missing))


@pytest.mark.parametrize("talk", TALKS, ids=lambda one: one.title)
def test_as_a_citizen_would_demand(client: TestClient, talk: Talk) -> None:
    heard = talks.hold(talk, client)
    surprises = [_told(one) for one in heard if one.wrong and (one.title, one.turn) not in missed()]
    assert not surprises, "\n".join(surprises)
    better = [one for one in heard if not one.wrong and (one.title, one.turn) in missed()]
    assert not better, "\n".join(f"take it off misses.yaml: {_told(one)}" for one in better)


def _told(one: Heard) -> str:
    return f"{one.title}#{one.turn} {one.say!r}: {'; '.join(one.wrong) or 'as expected'}"


def test_most_of_it_holds() -> None:
    turns = {(one.title, turn) for one in TALKS for turn in range(1, len(one.lines) + 1)}
    assert set(missed()) <= turns, "a miss names a turn that there is not"
    assert all(missed().values())
    assert len(missed()) <= MOST_MISSED * len(turns)


def test_sixty_talks_of_some_turns() -> None:
    assert len(TALKS) == len({one.title for one in TALKS}) >= 60
    assert all(3 < len(one.lines) <= 12 for one in TALKS)


def test_two_tabs_at_the_same_moment(client: TestClient) -> None:
    """Both are answered, and neither turn is lost: the session knows both matters after them."""
    first = Citizen(client)
    first.says("身份证丢失补领要多少钱")
    both = Barrier(2)
    replies: dict[str, dict[str, Any]] = {}

    def asks(text: str) -> None:
        tab = Citizen(client, session=first.session)
        both.wait()
        replies[text] = tab.says(text)

    texts = ("结婚证丢了怎么补领", "图书馆读者证怎么办")
    tabs = [Thread(target=asks, args=(text,)) for text in texts]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    shown = [talks.codes(replies[text]) for text in texts]
    assert shown == [{"GZ-MZ-buling-hunzheng"}, {"GZ-ZW-tushuguan"}]
    for back, code in (("刚才那个结婚证要带什么", "GZ-MZ-buling-hunzheng"),):
        assert code in talks.codes(first.says(back))
