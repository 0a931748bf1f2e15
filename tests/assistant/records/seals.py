"""Seals in memory: AES-GCM with a key per person."""

from __future__ import annotations

import secrets
import threading

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class MemorySeals:
    """``Seals`` that forget with the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[str, bytes] = {}

    def seal(self, person: str, text: str) -> bytes:
        with self._lock:
            key = self._keys.setdefault(person, AESGCM.generate_key(256))
        nonce = secrets.token_bytes(12)
        return nonce + AESGCM(key).encrypt(nonce, text.encode(), person.encode())

    def open(self, person: str, sealed: bytes) -> str | None:
        with self._lock:
            key = self._keys.get(person)
        if key is None:
            return None
        return AESGCM(key).decrypt(sealed[:12], sealed[12:], person.encode()).decode()

    def erase(self, person: str) -> None:
        with self._lock:
            self._keys.pop(person, None)
