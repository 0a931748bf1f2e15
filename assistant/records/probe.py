"""Whether the database answers, for whoever looks after the service."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from sqlalchemy import Engine, exc, text


@dataclass(slots=True)
class Probe:
    """Asks one thing at a time: a database that hangs holds one thread, however often it is
    probed.  ``patience``: seconds after which no answer counts as none."""

    engine: Engine
    patience: float = 1.0
    _asked: asyncio.Task[bool] | None = field(default=None, init=False)

    async def __call__(self) -> bool:
        if self._asked is None or self._asked.done():
            self._asked = asyncio.create_task(asyncio.to_thread(self._ask))
        answered, _ = await asyncio.wait((self._asked,), timeout=self.patience)
        return bool(answered) and self._asked.result()

    def _ask(self) -> bool:
        try:
            with self.engine.connect() as connection:
                return connection.execute(text("SELECT 1")).scalar() == 1
        except exc.SQLAlchemyError:
            return False
