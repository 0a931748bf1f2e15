"""Whoever listens is woken, nobody else, and nothing is left behind."""

from __future__ import annotations

import asyncio

from assistant.handoff.notifier import Notifier


def test_a_change_wakes_its_listeners_only() -> None:
    async def go() -> None:
        notifier = Notifier()
        with notifier.listening("a", "b") as both, notifier.listening("c") as other:
            assert notifier.listeners == 2
            notifier.wake("b", "nobody")
            await asyncio.wait_for(both.wait(), 5)
            assert not other.is_set()
        assert notifier.listeners == 0
        notifier.wake("a")

    asyncio.run(go())
