"""One line to a system of the city: time limits, retries with jitter, a circuit breaker.

Personal data travels in bodies only, never in an address; no error text holds any of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any

import httpx
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

from assistant.errors import Unavailable
from assistant.gateways.types import Patience

_BUSY = 429


class Line:
    """POST to one system.  ``name`` stands in errors and names the circuit; close it at the end.

    ``transport`` and ``sleep`` are for tests; ``token`` is sent as a bearer token.
    """

    def __init__(
        self,
        name: str,
        url: str,
        *,
        token: str | None = None,
        patience: Patience = Patience(),  # noqa: B008 - frozen
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._name = name
        self._patience = patience
        self._sleep = sleep
        self._breakers = AsyncCircuitBreakerFactory(
            default_threshold=patience.failures, default_ttl=patience.rest
        )
        self._client = httpx.AsyncClient(
            base_url=url,
            timeout=httpx.Timeout(patience.answer, connect=patience.connect),
            headers={"Authorization": f"Bearer {token}"} if token else None,
            transport=transport,
            trust_env=False,
        )

    async def post(
        self, path: str, body: Mapping[str, Any], *, key: str | None = None, safe: bool = False
    ) -> httpx.Response:
        """The answer, with a status below 500 and not 429.

        ``key``: sent as ``Idempotency-Key``; with it, or if the call is ``safe`` (changes nothing),
        an attempt that failed is repeated.  Without either, only when nothing was sent yet.
        Raises ``Unavailable``.
        """
        again = bool(key) or safe
        headers = {"Idempotency-Key": key} if key else {}
        patience = self._patience
        retrying = AsyncRetrying(
            stop=stop_after_attempt(patience.attempts),
            wait=wait_random_exponential(multiplier=patience.pause, max=patience.longest_pause),
            retry=retry_if_exception(lambda error: _may_repeat(error, again)),
            retry_error_callback=_last_error,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            async with asyncio.timeout(patience.total):
                return await retrying(self._once, path, body, headers)
        except OpenedState:
            raise Unavailable(f"{self._name}刚才没有回应，稍后自动再试") from None
        except (httpx.HTTPError, TimeoutError, _Failed) as error:
            raise Unavailable(f"{self._name}没有回应（{_named(error)}）") from None

    async def __aenter__(self) -> Line:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _once(
        self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]
    ) -> httpx.Response:
        async with await self._breakers.get_breaker(self._name):
            response = await self._client.post(path, json=body, headers=headers)
            if response.status_code >= 500 or response.status_code == _BUSY:
                raise _Failed(response.status_code)
            return response


class _Failed(Exception):
    """The other side answered that it cannot."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def _may_repeat(error: BaseException, again: bool) -> bool:
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return True
    return again and isinstance(error, httpx.TransportError | _Failed)


def _last_error(state: RetryCallState) -> Any:
    assert state.outcome is not None
    return state.outcome.result()


def _named(error: BaseException) -> str:
    return f"HTTP {error.status}" if isinstance(error, _Failed) else type(error).__name__
