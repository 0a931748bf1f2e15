"""The tables of ``words.toml``, compiled: what announces personal data, and what a name is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from assistant.privacy.folding import CHINESE_DIGITS

HAN = "\u4e00-\u9fff"


@dataclass(frozen=True, slots=True)
class Words:
    """The tables of ``words.toml``, compiled."""

    receipts: re.Pattern[str]
    documents: re.Pattern[str]
    card: re.Pattern[str]
    phone: re.Pattern[str]
    passport: re.Pattern[str]
    taiwan: re.Pattern[str]
    hong_kong: re.Pattern[str]
    permanent: re.Pattern[str]
    wechat: re.Pattern[str]
    qq: re.Pattern[str]
    owner: re.Pattern[str]
    address: re.Pattern[str]
    strong: re.Pattern[str]
    weak: re.Pattern[str]
    given: re.Pattern[str]
    paused: re.Pattern[str]
    never: frozenset[str]

    def receipt(self, text: str, start: int) -> bool:
        """Whether what begins at ``start`` is called a receipt's or document's number."""
        before = text[max(0, start - 14) : start]
        return bool(self.receipts.search(before)) and not self.documents.search(before)

    def name(self, text: str, start: int, *, paused: bool) -> Iterator[tuple[int, int, str]]:
        match = (self.paused if paused else self.given).match(text, start)
        if match is None:
            return
        value = match["name"].replace(" ", "")
        if value not in self.never and value[:2] not in self.never:
            yield match.start("name"), match.end("name"), value


@cache
def load() -> Words:
    file = resources.files("assistant.privacy").joinpath("words.toml")
    return _compiled(tomllib.loads(file.read_text(encoding="utf-8")))


def _compiled(tables: dict[str, Any]) -> Words:
    cues, names = tables["cues"], tables["names"]
    called = " ?(?:号码|号|代码|id|no\\.?|number)?(?: ?(?:是|为|:|叫|就是|#|\\())* ?"

    def before(words: str) -> re.Pattern[str]:
        return re.compile(f"(?:{words}){called}$", re.I)

    def leading(words: str) -> re.Pattern[str]:
        return re.compile(f"(?<![a-z0-9{CHINESE_DIGITS}])(?:{words}){called}", re.I)

    compound = "|".join(" ?".join(one) for one in names["compound"])
    surname = f"(?:{compound}|[{names['surnames']}])"
    any_surname = f"(?:{compound}|[{names['surnames']}{names['rare']}])"
    never, follow = names["never"], names["follow"]
    han = f"(?:(?![{never}]|{names['titles']})[{HAN}])"
    foreign = f"[{HAN}]{{2,6}}·[{HAN}]{{2,8}}"
    given = f"(?P<name>{foreign}|{any_surname} ?{han}(?: ?(?!{follow}){han})?)"
    ended = f"(?P<name>{foreign}|{surname} ?{han}(?: ?{han})?)(?={names['pause']})"
    return Words(
        receipts=before(cues["receipt"]),
        documents=re.compile(f"(?:{cues['document']})[^,，。；;]{{0,6}}$"),
        card=before(cues["card"]),
        phone=before(cues["phone"]),
        passport=leading(cues["passport"]),
        taiwan=leading(cues["taiwan"]),
        hong_kong=re.compile(cues["hong_kong"], re.I),
        permanent=leading(cues["permanent"]),
        wechat=leading(cues["wechat"]),
        qq=leading(cues["qq"]),
        owner=re.compile(cues["owner"]),
        address=re.compile(cues["address"]),
        strong=re.compile(f"(?:{names['strong']}) ?|(?:{names['labels']}) ?(?:姓名)?: ?"),
        weak=re.compile(f"(?:{names['weak']})(?:叫做?|名叫|是|系)? ?"),
        given=re.compile(given),
        paused=re.compile(ended),
        never=frozenset(names["words"]),
    )
