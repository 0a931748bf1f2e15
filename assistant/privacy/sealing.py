"""Sealing: AES-256-GCM with a key for each person, themselves sealed with the master key.

Erasing a person destroys their key: what was sealed stays where it is (the hash chain of the audit
log stays whole) and can be read by nobody, neither here nor in a backup of it, as long as the
backup of the keys is younger than the erasure or gone (and, in PostgreSQL, VACUUM has run).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from assistant.errors import SealError, SetupError
from assistant.privacy.detect import find
from assistant.privacy.folding import fold
from assistant.privacy.types import Kind

KEY_BYTES = 32
_NONCE = 12
_MARK = 8
_FORMAT = b"\x01"
_KEY_FILE = re.compile(r"[0-9a-f]{64}\n?")


class Sealer:
    """Seals with ``key`` (32 bytes), opens with it or one of ``older`` (while keys are changed).

    A sealed value: format (1 byte), nonce (12, random), ciphertext and tag (16).  NIST SP 800-38D:
    at most 2³² random nonces a key."""

    def __init__(self, key: bytes, older: Sequence[bytes] = ()) -> None:
        self._ciphers = [AESGCM(_checked(one)) for one in (key, *older)]

    def __repr__(self) -> str:
        return "Sealer()"

    def seal(self, plain: bytes, *, about: bytes) -> bytes:
        """``about``: what it belongs to (a row's id); opening asks for the same."""
        nonce = secrets.token_bytes(_NONCE)
        return _FORMAT + nonce + self._ciphers[0].encrypt(nonce, plain, about)

    def open(self, sealed: bytes, *, about: bytes) -> bytes:
        """Raises ``SealError``: another key, another ``about``, or altered bytes."""
        if sealed[:1] == _FORMAT and len(sealed) >= 1 + _NONCE + 16:
            nonce, text = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
            for cipher in self._ciphers:
                with suppress(InvalidTag):
                    return cipher.decrypt(nonce, text, about)
        raise SealError("密文打不开：密钥不对，或者内容被改动过")


def new_key() -> bytes:
    """A random key of 32 bytes."""
    return AESGCM.generate_key(bit_length=8 * KEY_BYTES)


def load_key(path: Path) -> bytes:
    """The key in the file (64 hexadecimal digits); made on first use, readable by its owner only.

    Two processes that come at once get the same key; a file half written is never seen.  Raises
    ``SetupError`` if the file is no key (it is never replaced: what it sealed would be lost)."""
    if not path.exists():
        _make_key(path)
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"读不了密钥文件 {path}（{type(error).__name__}）") from None
    if not _KEY_FILE.fullmatch(text):
        raise SetupError(f"密钥文件 {path} 不是 64 位十六进制数；请从备份恢复，不要新建")
    return bytes.fromhex(text.strip())


def _make_key(path: Path) -> None:
    """Written beside its place, flushed, and linked there: whoever is first wins."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(new_key().hex() + "\n")
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(draft, path)
        finally:
            draft.unlink()
        _flush(path.parent)
    except OSError as error:
        raise SetupError(f"建不了密钥文件 {path}（{error.strerror}）") from None


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def person_id(secret: bytes, phone: str) -> str:
    """An opaque id of 32 hexadecimal digits: keyed HMAC-SHA-256 of the phone, however it is typed.

    Any other text (a session's id, where no phone was given) gives an id of its own kind.  Without
    ``secret`` nobody can try all phones."""
    found = [one.value for one in find(phone) if one.kind in (Kind.MOBILE, Kind.LANDLINE)]
    text = f"phone:{found[0]}" if found else f"other:{fold(phone).text.strip()}"
    signed = hmac.new(secret, text.encode("utf-8", "surrogatepass"), hashlib.sha256)
    return signed.hexdigest()[:32]


def seal_for(key: bytes, person: str, text: str) -> bytes:
    """Sealed with a person's key: 8 bytes that tell which key it was, then the sealed value."""
    plain = text.encode("utf-8", "surrogatepass")
    return _mark(key) + Sealer(key).seal(plain, about=person.encode())


def open_for(key: bytes | None, person: str, sealed: bytes) -> str | None:
    """``None`` if the key is gone or another one than it was sealed with."""
    if key is None or sealed[:_MARK] != _mark(key):
        return None
    return Sealer(key).open(sealed[_MARK:], about=person.encode()).decode("utf-8", "surrogatepass")


def _mark(key: bytes) -> bytes:
    return hmac.new(key, b"suiwen person key", hashlib.sha256).digest()[:_MARK]


def _checked(key: bytes) -> bytes:
    if len(key) != KEY_BYTES:
        raise SetupError(f"密钥应当是 {KEY_BYTES} 字节，现在是 {len(key)} 字节")
    return key


class MemoryVault:
    """The vault that needs nothing; its keys are gone with the process."""

    def __init__(self, master: Sealer) -> None:
        self._master = master
        self._wrapped: dict[str, bytes] = {}

    def seal(self, person: str, text: str) -> bytes:
        if person not in self._wrapped:
            self._wrapped[person] = wrap(self._master, person, new_key())
        wrapped = self._wrapped[person]
        return seal_for(unwrap(self._master, person, wrapped), person, text)

    def open(self, person: str, sealed: bytes) -> str | None:
        wrapped = self._wrapped.get(person)
        key = unwrap(self._master, person, wrapped) if wrapped is not None else None
        return open_for(key, person, sealed)

    def erase(self, person: str) -> None:
        self._wrapped.pop(person, None)

    def rewrap(self, old: Sealer, new: Sealer) -> int:
        """All keys under ``new``; how many there are."""
        keys = {person: unwrap(old, person, one) for person, one in self._wrapped.items()}
        self._wrapped = {person: wrap(new, person, key) for person, key in keys.items()}
        self._master = new
        return len(keys)


def wrap(master: Sealer, person: str, key: bytes) -> bytes:
    """A person's key, sealed with the master key."""
    return master.seal(key, about=b"person key " + person.encode())


def unwrap(master: Sealer, person: str, wrapped: bytes) -> bytes:
    """Raises ``SealError``: another master key, another person, or altered bytes."""
    return master.open(wrapped, about=b"person key " + person.encode())
