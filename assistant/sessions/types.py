"""The words of remembering."""

from __future__ import annotations

from typing import Literal, Protocol

Loss = Literal["away", "busy", "late", "unreadable"]
"""Why a turn went without memory: the server is away; another turn of the session did not end in
time; the session was no longer ours when it was saved; what was stored cannot be read by us."""


class Sealer(Protocol):
    """Encrypts what leaves the process; ``about`` is bound to it and needed to open it again."""

    def seal(self, plain: bytes, *, about: bytes) -> bytes: ...

    def open(self, sealed: bytes, *, about: bytes) -> bytes:
        """Raises an exception if it was not sealed with this key and ``about``."""
        ...
