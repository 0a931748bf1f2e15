"""``suiwen serve`` that logs all it can and fails on purpose: ``python -m eval.loud_server PORT``.

Every logger writes at its loudest (uvicorn's access log and trace as well), and a message with
``FAILS`` in it ends in an error of ours after it was answered, so that its traceback is written.
Settings come from the environment, as those of ``suiwen serve`` do.
"""

from __future__ import annotations

import logging
import sys
from dataclasses import replace

import uvicorn
from fastapi import FastAPI

from assistant import bootstrap, telemetry
from assistant.app import app_of
from assistant.settings import Settings
from assistant.types import Turn
from eval.bench.servers import HOST
from eval.leaks import FAILS


class ForcedError(Exception):
    """What a turn ends in that asks for it."""


def create() -> FastAPI:
    """The real app, but for the forced errors."""
    telemetry.configure("DEBUG")
    parts = bootstrap.build(Settings())
    finished = parts.assistant.finished

    def failing(turn: Turn) -> None:
        finished(turn)
        if FAILS in turn.message.text:
            raise ForcedError(turn.id)

    assistant = replace(parts.assistant, finished=failing)
    services = replace(parts.services, respond=assistant.take_turn)
    return app_of(replace(parts, assistant=assistant, services=services))


def main() -> None:
    """Serve until killed."""
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
    uvicorn.run(create(), host=HOST, port=int(sys.argv[1]), log_level="trace", access_log=True)


if __name__ == "__main__":
    main()
