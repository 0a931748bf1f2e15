"""A sealer for tests: AES-256-GCM, nothing else."""

from __future__ import annotations

import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class AesSealer:
    """Seals with one key."""

    def __init__(self, key: bytes = bytes(32)) -> None:
        self._cipher = AESGCM(key)

    def seal(self, plain: bytes, *, about: bytes) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, plain, about)

    def open(self, sealed: bytes, *, about: bytes) -> bytes:
        return self._cipher.decrypt(sealed[:12], sealed[12:], about)
