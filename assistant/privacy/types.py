"""The words of personal data: which kinds there are, what was found, and who keeps keys."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Kind(StrEnum):
    """Kinds of personal data; their names for readers stand in ``words.toml``."""

    RESIDENT_ID = "resident_id"  # 居民身份证, 15 or 18 places
    RESIDENCE_PERMIT = "residence_permit"  # 港澳台居民居住证: 81, 82, 83
    PERMANENT_RESIDENCE = "permanent_residence"  # 外国人永久居留身份证
    MOBILE = "mobile"
    LANDLINE = "landline"
    BANK_CARD = "bank_card"
    TRAVEL_PERMIT = "travel_permit"  # 港澳居民来往内地通行证, 台湾居民来往大陆通行证
    HONG_KONG_ID = "hong_kong_id"
    PASSPORT = "passport"
    CREDIT_CODE = "credit_code"  # 统一社会信用代码
    PLATE = "plate"
    EMAIL = "email"
    ACCOUNT = "account"  # 微信, QQ
    NAME = "name"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Personal data in a text: ``text[start:end]`` is how it was typed, ``value`` how it is meant
    (half-width, no separators).  The repr does not show the value, so that no log can."""

    kind: Kind
    start: int
    end: int
    value: str

    def __repr__(self) -> str:
        return f"Found({self.kind}, {self.start}:{self.end})"


class Vault(Protocol):
    """Personal data sealed with a key for each person, which erasing destroys."""

    def seal(self, person: str, text: str) -> bytes:
        """Sealed with the person's key, which is made if there is none (also after an erasure:
        what was sealed before it stays unreadable)."""
        ...

    def open(self, person: str, sealed: bytes) -> str | None:
        """The text, or ``None`` if the key it was sealed with is gone.

        Raises ``SealError`` if the key is there and the bytes were altered or are another's."""
        ...

    def erase(self, person: str) -> None:
        """Destroy the person's key.  Erasing an unknown or erased person is no error."""
        ...
