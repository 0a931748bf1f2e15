"""Who runs a command, and acts with their line in the log: done or failed, but never without one.

The log must open before anything is done; the line is written once the outcome is known.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.audit.types import Entry

if TYPE_CHECKING:
    from assistant.audit.log import AuditLog

_OTHER = re.compile(r"[^A-Za-z0-9_.-]")
_LONGEST = 60


def operator(name: str | None = None) -> str:
    """``cli:`` and the user of the operating system that the process runs as: what the system says,
    not what the environment does.  ``name``: for one that is known already.  Letters that an entry
    may not hold become ``_``; a user without a name is its number."""
    return f"cli:{_OTHER.sub('_', name if name is not None else _user())[:_LONGEST]}"


def _user() -> str:
    try:
        import pwd  # there is none on Windows

        return pwd.getpwuid(os.getuid()).pw_name
    except ImportError:
        import getpass

        return getpass.getuser()
    except KeyError:
        return str(os.getuid())


@dataclass(slots=True)
class Act:
    """An act under way; ``object``: an id, a name of a release or a source, a count."""

    object: str = ""


@contextmanager
def audited(log: Callable[[], AuditLog], action: str, object_: str = "") -> Iterator[Act]:
    """The act within is one line of the log.  ``log`` opens it; what is raised there or within goes
    on, the latter with a line that says ``failed``."""
    opened, act = log(), Act(object=object_)
    try:
        yield act
    except BaseException:
        _write(opened, action, act, "failed")
        raise
    _write(opened, action, act, "ok")


def _write(log: AuditLog, action: str, act: Act, result: str) -> None:
    known = re.sub(r"[^A-Za-z0-9_.:-]", "_", act.object)[:64]
    log.append(Entry(actor=operator(), action=action, object=known, result=result))
    log.engine.dispose()
