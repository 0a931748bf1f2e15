"""Redis servers of our own: really gone when killed, silent when frozen."""

from __future__ import annotations

import pytest

from eval.redis_servers import RedisServer


def test_killed_it_is_gone_and_comes_back_at_the_same_address(redis: RedisServer) -> None:
    address = redis.url
    assert redis.answers()
    redis.kill()
    assert redis.refuses()
    assert not redis.answers()
    with pytest.raises(RuntimeError):
        redis.kill()
    redis.start()
    assert redis.answers()
    assert redis.url == address


def test_frozen_it_takes_connections_and_says_nothing(redis: RedisServer) -> None:
    redis.freeze()
    assert not redis.refuses()
    assert not redis.answers()
    redis.thaw()
    assert redis.answers()
