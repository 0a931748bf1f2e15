"""Sessions, saved plans and locks in Redis; the only module that knows redis-py.

What is stored is sealed before it leaves the process; ids and codes are hashed, as whoever knows
one may go on with the conversation.

**While Redis is away** every question is answered without memory.  The first request that notices
waits at most ``patience``; then every command gives way at once, and a task asks ``every`` so many
seconds whether Redis is back.  What a turn would have saved is dropped and counted.  Sessions to
be forgotten and plans to be saved are promises to a citizen: they are kept in the process and
carried out when Redis is back, before anything else.

**When it is back** a conversation goes on from what was last saved before: a follow-up names the
record that it is about, a form asks again for the field it was waiting for.  If Redis came back
empty, the conversation begins anew.

**Two versions at once** (a rolling update): a state of a newer version is empty to an older
process, which does not overwrite it until it has rested for a minute, as no newer process then
serves that session any more.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import RedisError
from redis.maint_notifications import MaintNotificationsConfig

from assistant.sessions import codec
from assistant.sessions.memory import MemoryLocks
from assistant.sessions.types import Loss, Sealer
from assistant.types import DialogueState, GuideState

Answer = TypeVar("Answer")

_HEAD = 4
"""Digits of the version, in front of what is sealed: Redis compares them, see ``_SAVE``."""

_RESTS_MS = 60_000

_BEATS = 10

_TAKE = """
if redis.call('set', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return redis.call('get', KEYS[1]) == ARGV[1] and 1 or 0
"""
_EXTEND = """
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('pexpire', KEYS[1], ARGV[2])
"""
_RELEASE = """
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('del', KEYS[1])
"""
_SAVE = """
local token, ttl, rests = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
if token ~= '' and redis.call('get', KEYS[2]) ~= token then return 0 end
local stored = tonumber(redis.call('getrange', KEYS[1], 0, 3))
if stored and stored > tonumber(string.sub(ARGV[1], 1, 4))
  and redis.call('pttl', KEYS[1]) > ttl - rests then return 1 end
redis.call('set', KEYS[1], ARGV[1], 'PX', ttl)
return 1
"""
"""Save unless another turn took the session meanwhile (0), or a newer process just wrote it."""


def _nobody(_loss: Loss) -> None:
    """Nobody counts."""


@dataclass(frozen=True, slots=True)
class _Promise:
    """What is to be done when Redis is back."""

    command: Callable[[], Awaitable[object]]
    value: bytes | None


class Link:
    """One process's connections to Redis, and whether it answers.

    ``patience``: seconds that one command may take in all; ``every``: seconds between looks
    whether Redis is back; ``most``: promises kept while it is away; ``lost`` is told of each turn
    that went without memory, and why.  Raises ``ValueError`` for a URL that is none.
    """

    def __init__(
        self,
        url: str,
        *,
        patience: float = 0.5,
        every: float = 0.25,
        most: int = 10_000,
        lost: Callable[[Loss], None] = _nobody,
    ) -> None:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=100,
            timeout=None,  # ``_answered`` bounds all of a command, connecting included
            socket_timeout=None,
            socket_connect_timeout=None,
            retry=Retry(NoBackoff(), 1, (Disconnected,)),
            protocol=2,
            maint_notifications_config=MaintNotificationsConfig(enabled=False),
        )
        self.redis: Any = Redis.from_pool(pool)
        self.lost = lost
        self.tokens: dict[str, str] = {}
        self._patience = patience
        self._every = every
        self._most = most
        self._owed: OrderedDict[str, _Promise] = OrderedDict()
        self._watcher: asyncio.Task[None] | None = None

    def answers(self) -> bool:
        """Whether Redis answered when it was last asked."""
        if self._watcher is None:
            return True
        if self._watcher.done():  # the event loop it ran in has ended
            self._watch()
        return False

    async def pings(self) -> bool:
        """Whether Redis answers now."""
        return await self.ask(self.redis.ping) is not None

    async def ask(self, command: Callable[[], Awaitable[Answer]]) -> Answer | None:
        """The command's answer; ``None`` if Redis is away, after ``patience`` at the latest."""
        if not self.answers():
            return None
        try:
            return await self._answered(command, self._found_away)
        except (RedisError, OSError) as error:
            if self._watcher is None:
                structlog.get_logger().warning("redis_away", error=type(error).__name__)
                self._watch()
            return None

    async def promise(
        self, name: str, command: Callable[[], Awaitable[object]], value: bytes | None = None
    ) -> None:
        """Do it; while Redis is away, as soon as it is back, unless something else is promised
        under that name later.  ``value``: what it stores, to be read from here until then."""
        if await self.ask(command) is None:
            self.owe(name, command, value)

    def owe(
        self, name: str, command: Callable[[], Awaitable[object]], value: bytes | None = None
    ) -> None:
        """Do it when Redis is back."""
        self._owed[name] = _Promise(command, value)
        self._owed.move_to_end(name)
        while len(self._owed) > self._most:
            self._owed.popitem(last=False)
            self.lost("away")

    def owed(self, name: str) -> bytes | None:
        """What is promised to be stored under the name."""
        promise = self._owed.get(name)
        return promise.value if promise else None

    async def aclose(self) -> None:
        """Close every connection."""
        if self._watcher is not None and not self._watcher.done():
            self._watcher.cancel()
            await asyncio.wait({self._watcher})
        await self.redis.aclose()

    def _watch(self) -> None:
        self._watcher = asyncio.create_task(self._wait_for_return())

    async def _wait_for_return(self) -> None:
        while not await self._returned():
            await asyncio.sleep(self._every)
        self._watcher = None
        structlog.get_logger().info("redis_back")

    async def _returned(self) -> bool:
        """Whether it answers, and every promise was kept."""
        try:
            await self._answered(self.redis.ping)
            while self._owed:
                name, promise = next(iter(self._owed.items()))
                await self._answered(promise.command)
                if self._owed.get(name) is promise:
                    del self._owed[name]
        except (RedisError, OSError):
            return False
        return True

    def _found_away(self) -> bool:
        return self._watcher is not None

    async def _answered(
        self,
        command: Callable[[], Awaitable[Answer]],
        given_up: Callable[[], bool] = lambda: False,
    ) -> Answer:
        """The command's answer.  Raises ``TimeoutError`` after ``patience``, or once given up.

        That time is counted in beats of this process's event loop: where a process has too much to
        do its beats are late as well, and its own lateness is not taken for that of Redis.
        """
        asked = asyncio.ensure_future(command())
        try:
            for _ in range(_BEATS):
                if (await asyncio.wait({asked}, timeout=self._patience / _BEATS))[0]:
                    return asked.result()
                if given_up():
                    break
            raise TimeoutError
        finally:
            asked.cancel()  # redis-py closes the connection: a late answer reaches nobody


class RedisSessions:
    """Dialogue states by session id.  ``ttl`` in seconds since the last turn."""

    def __init__(self, link: Link, sealer: Sealer, *, ttl: float = 1800) -> None:
        self._link = link
        self._sealer = sealer
        self._ttl = _milliseconds(ttl)
        self._save = link.redis.register_script(_SAVE)

    async def load(self, session_id: str) -> DialogueState:
        key = _key(session_id, "session")
        stored = await self._link.ask(lambda: self._link.redis.get(key))
        if stored is None:
            return DialogueState()
        state = self._opened(stored, key)
        if state is None:
            self._link.lost("unreadable")
        return state or DialogueState()

    async def save(self, session_id: str, state: DialogueState) -> None:
        """Keep it, unless this process held the session and lost it to another meanwhile."""
        key, lock = _key(session_id, "session"), _key(session_id, "lock")
        head = b"%0*d" % (_HEAD, codec.VERSION)
        value = head + self._sealer.seal(codec.encode(state), about=head + key.encode())
        values = [value, self._link.tokens.get(lock, ""), self._ttl, _RESTS_MS]
        saved = await self._link.ask(lambda: self._save(keys=[key, lock], args=values))
        if saved != 1:
            self._link.lost("away" if saved is None else "late")

    async def forget(self, session_id: str) -> None:
        """Forget it; while Redis is away, as soon as it is back."""
        key = _key(session_id, "session")
        await self._link.promise(key, lambda: self._link.redis.delete(key))

    def _opened(self, stored: bytes, key: str) -> DialogueState | None:
        head, sealed = stored[:_HEAD], stored[_HEAD:]
        if not head.isdigit() or int(head) > codec.VERSION:
            return None
        content = _open(self._sealer, sealed, head + key.encode())
        return None if content is None else codec.decode(content)


class RedisPlans:
    """Saved ways through bundles, by code.  ``ttl`` in seconds since a plan was saved."""

    def __init__(self, link: Link, sealer: Sealer, *, ttl: float = 7 * 86_400) -> None:
        self._link = link
        self._sealer = sealer
        self._ttl = _milliseconds(ttl)

    async def load(self, code: str) -> GuideState | None:
        """The plan; ``None`` also while Redis is away, but for one that this process just saved."""
        key = _key(code, "plan")
        stored = self._link.owed(key) or await self._link.ask(lambda: self._link.redis.get(key))
        content = _open(self._sealer, stored, key.encode()) if stored else None
        return codec.decode_plan(content) if content is not None else None

    async def save(self, code: str, guide: GuideState) -> None:
        """Keep it; while Redis is away in this process, and there as soon as it is back."""
        key = _key(code, "plan")
        value = self._sealer.seal(codec.encode_plan(guide), about=key.encode())
        redis, ttl = self._link.redis, self._ttl
        await self._link.promise(key, lambda: redis.set(key, value, px=ttl), value)

    async def forget(self, code: str) -> None:
        key = _key(code, "plan")
        await self._link.promise(key, lambda: self._link.redis.delete(key))


class RedisLocks:
    """One turn of a session at a time, over all processes.

    Within a process turns queue; between processes a key with a token says whose turn it is.  It
    lasts ``lease`` seconds, is prolonged while the turn lasts, and so outlives a killed process by
    less than ``wait``, the seconds after which a turn goes on without memory.
    """

    def __init__(self, link: Link, *, wait: float = 5.0, lease: float = 4.0) -> None:
        self._link = link
        self._near = MemoryLocks(wait=wait)
        self._wait = wait
        self._lease = lease
        self._take = link.redis.register_script(_TAKE)
        self._extend = link.redis.register_script(_EXTEND)
        self._release = link.redis.register_script(_RELEASE)

    def hold(self, session_id: str) -> AbstractAsyncContextManager[bool]:
        return self._hold(session_id, _key(session_id, "lock"))

    @asynccontextmanager
    async def _hold(self, session_id: str, key: str) -> AsyncIterator[bool]:
        if not self._link.answers():
            self._link.lost("away")
            yield False
            return
        until = asyncio.get_running_loop().time() + self._wait
        async with self._near.hold(session_id) as first:
            token = secrets.token_hex(16)
            give_back = partial(self._release, keys=[key], args=[token])
            loss = await self._taken(key, token, until) if first else "busy"
            if loss == "away":  # it may have been taken, only its answer did not come
                self._link.owe(token, give_back)
            if loss is not None:
                self._link.lost(loss)
                yield False
                return
            self._link.tokens[key] = token
            prolonging = asyncio.create_task(self._prolong(key, token))
            try:
                yield True
            finally:
                prolonging.cancel()
                del self._link.tokens[key]
                await self._link.promise(token, give_back)

    async def _taken(self, key: str, token: str, until: float) -> Loss | None:
        """``None`` once the session is ours, or why it is not."""
        values = [token, _milliseconds(self._lease)]
        pause = 0.005
        while True:
            taken = await self._link.ask(lambda: self._take(keys=[key], args=values))
            if taken is None:
                return "away"
            if taken:
                return None
            if asyncio.get_running_loop().time() + pause > until:
                return "busy"
            await asyncio.sleep(pause)
            pause = min(2 * pause, 0.05)

    async def _prolong(self, key: str, token: str) -> None:
        values = [token, _milliseconds(self._lease)]
        ours: int | None = 1
        while ours != 0:
            await asyncio.sleep(self._lease / 3)
            ours = await self._link.ask(lambda: self._extend(keys=[key], args=values))


def _key(name: str, kind: str) -> str:
    """The name in Redis; the braces keep what belongs to one session on one node of a cluster."""
    return f"suiwen:{{{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:32]}}}:{kind}"


def _open(sealer: Sealer, sealed: bytes, about: bytes) -> bytes | None:
    """What was sealed; ``None`` if this key does not open it (it was changed, or the key was)."""
    try:
        return sealer.open(sealed, about=about)
    except Exception:  # whatever a sealer raises, what it cannot open is lost to us
        return None


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))
