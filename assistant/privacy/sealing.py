"""Bytes sealed with AES-256-GCM before they leave the process."""

from __future__ import annotations

import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class Sealer:
    """Seals with one key of 32 bytes; ``about`` is bound to what is sealed and not part of it."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, plain: bytes, *, about: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, about)

    def open(self, sealed: bytes, *, about: bytes) -> bytes:
        """Raises ``cryptography.exceptions.InvalidTag`` or ``ValueError`` if it does not fit."""
        return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], about)
