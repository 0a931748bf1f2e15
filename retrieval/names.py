"""Codes, names and aliases of documents, found whole inside a question.

Compared without punctuation, brackets, spaces, case and script.  Where several names then are the
same (`X(（Y）)` and `X(Y)` are two portal items), those written out in the question win.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from retrieval.analyzer import normalise
from retrieval.framing import unframed
from retrieval.lexicon import is_whole
from retrieval.phrases import Found, Phrases, maximal
from retrieval.types import Document, NameMatch

_KINDS: tuple[NameMatch, ...] = ("code", "name", "alias")
_SHORTEST = 2
_TELLING = 3


class Name(NamedTuple):
    """A way to call the document at ``position``: ``text`` as the record writes it."""

    position: int
    kind: NameMatch
    text: str


@dataclass(frozen=True, slots=True)
class Squeezed:
    """Letters and digits of a normalised text; ``offsets[i]``: where ``text[i]`` stood in it."""

    text: str
    offsets: Sequence[int]
    normalised: str


@lru_cache(maxsize=32_768)
def squeeze(text: str) -> Squeezed:
    """Normalise and keep letters and digits only."""
    normalised = normalise(text)
    offsets = [i for i, character in enumerate(normalised) if character.isalnum()]
    return Squeezed("".join([normalised[i] for i in offsets]), offsets, normalised)


def tells(kind: NameMatch, name: str) -> bool:
    """Whether such a name can decide alone; an alias of two characters cannot.

    离婚 is the everyday name of one notarial item, and a word of many questions.
    """
    return kind != "alias" or len(squeeze(name).text) >= _TELLING


def names_of(documents: Iterable[Document]) -> list[Name]:
    """All ways to call each document, in their order.

    The code of a record calls the document that has it as its id, or all of the record's documents
    where none has.  Titles and aliases shorter than two letters or digits are left out, and so are
    frequent questions that could be asked of anything (要交什么材料？).
    """
    documents = list(documents)
    ids = {document.id for document in documents}
    names = []
    for position, document in enumerate(documents):
        codes = {document.id} | ({document.record} - ids)
        names += [Name(position, "code", code) for code in sorted(codes)]
        if document.kind != "faq" or _tells_much(document.title):
            names.append(Name(position, "name", document.title))
        names += [Name(position, "alias", alias) for alias in document.aliases]
    return [name for name in dict.fromkeys(names) if len(squeeze(name.text).text) >= _SHORTEST]


def _tells_much(question: str) -> bool:
    return len(squeeze(unframed(normalise(question))).text) >= _TELLING


_TELLING = 4
"""The least letters that a frequent question must have beside words that only frame it."""


class Names:
    """All names of an index; finding those that a question holds costs about 20 µs."""

    def __init__(self, names: Iterable[Name]) -> None:
        self.names = tuple(names)
        by_key: dict[str, list[Name]] = {}
        for name in self.names:
            by_key.setdefault(squeeze(name.text).text, []).append(name)
        self._by_key: Mapping[str, Sequence[Name]] = by_key
        self._phrases = Phrases(by_key)

    def find(self, text: str) -> list[Name]:
        """The names that ``text`` holds, longest first; those inside a longer one are left out.

        A document is named once: by its longest name, and of equals by code, name, alias.
        """
        squeezed = squeeze(text)
        found = [one for one in self._phrases.all(squeezed.text) if _is_whole(squeezed, one)]
        ordered = sorted(maximal(found), key=lambda one: (one.start - one.end, one.start))
        named: dict[int, Name] = {}
        for one in ordered:
            for name in sorted(self._called(one.phrase, text), key=_precedence):
                named.setdefault(name.position, name)
        return list(named.values())

    def _called(self, key: str, text: str) -> Sequence[Name]:
        names = self._by_key[key]
        if len({name.text for name in names}) == 1:
            return names
        return [name for name in names if name.text in text] or names

    def save(self, path: Path) -> None:
        """Write as JSON lines."""
        lines = (json.dumps(name, ensure_ascii=False) for name in self.names)
        path.write_text("\n".join(lines), "utf-8")

    @classmethod
    def load(cls, path: Path) -> Names:
        """Read what :meth:`save` wrote."""
        lines = path.read_text("utf-8").split("\n")
        return cls(Name(*json.loads(line)) for line in lines if line)


def _is_whole(squeezed: Squeezed, found: Found) -> bool:
    """Whether ``found`` is no part of a longer word or number in the text itself.

    A law's name that ends in 法 does not end before 定: 法定 is one word (法律援助｜法定时限).
    """
    if found.phrase[-1] == "法" and squeezed.text[found.end : found.end + 1] == "定":
        return False
    start = squeezed.offsets[found.start]
    end = squeezed.offsets[found.end - 1] + 1
    return is_whole(squeezed.normalised, Found(start, end, found.phrase))


def _precedence(name: Name) -> tuple[int, int]:
    return _KINDS.index(name.kind), name.position
