"""Everyday and Cantonese words → official words.  Applied to the query only, never to documents.

A folder of YAML lists, one a life event, kept by staff (``knowledge/pack/lexicon/README.md``)::

    - say: [老豆, 老窦]     # what people say; Simplified or Traditional, any width or case
      mean: [父亲]          # what the records say, best word first; [] drops the word (嘅)
      group: 家庭           # life event or theme, for the staff pages
      of: [我, 佢]          # optional: each of these stands before each of ``say``

:func:`doubtful` finds entries that contradict each other or rewrite official names.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from retrieval.analyzer import normalise
from retrieval.phrases import Found, Phrases


class LexiconError(ValueError):
    """A lexicon file has a bad entry; the message names the entry and the remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """``say`` and ``mean`` are normalised, without repetitions; ``mean`` may be empty.

    ``where``: file and number, for messages to staff; not kept by :meth:`Lexicon.save`.
    """

    say: tuple[str, ...]
    mean: tuple[str, ...]
    group: str = ""
    where: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """``said`` stands at ``start`` of the normalised text; ``mean`` is what it may mean."""

    start: int
    said: str
    mean: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """A query and its official wording.

    ``text``: the normalised query.  ``rewritten``: each match replaced by its first official word,
    set off by spaces; equal to ``text`` where nothing matched.  ``added``: all official words of
    the matches, without repetitions.
    """

    text: str
    rewritten: str
    added: tuple[str, ...] = ()
    matches: tuple[Match, ...] = ()

    def without(self, unknown: Callable[[str], bool]) -> str:
        """``text`` with a space in place of each matched phrase that is ``unknown``."""
        text = self.text
        for match in reversed(self.matches):
            if unknown(match.said):
                text = text[: match.start] + " " + text[match.start + len(match.said) :]
        return text


class Lexicon:
    """Longest-match lookup of what people say; with 9,000 phrases a question costs about 40 µs."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.entries = tuple(entries)
        meanings: dict[str, tuple[str, ...]] = {}
        for entry in self.entries:
            for said in entry.say:
                meanings[said] = tuple(dict.fromkeys(meanings.get(said, ()) + entry.mean))
        self._meanings = meanings
        self._phrases = Phrases(meanings)

    def __len__(self) -> int:
        """The number of words and phrases that people say."""
        return len(self._meanings)

    @classmethod
    def load(cls, path: Path) -> Lexicon:
        """Read a folder of YAML files, one such file, or JSON written by :meth:`save`.

        Of a folder all ``*.yaml`` count, by name.  Raises ``LexiconError``, naming file and entry.
        """
        if path.suffix == ".json":
            return cls(_saved(path))
        files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
        if not files:
            raise LexiconError(f"{path}: 文件夹里没有 .yaml 文件：每个人生事件放一个")
        return cls(
            entry
            for file in files
            for entry in _entries(_parse(file.read_text("utf-8"), file), file)
        )

    def save(self, path: Path) -> None:
        """Write as JSON, one entry a line: a thirtieth of YAML's time to read."""
        lines = (
            json.dumps(
                {"say": entry.say, "mean": entry.mean, "group": entry.group}, ensure_ascii=False
            )
            for entry in self.entries
        )
        path.write_text("[" + ",\n".join(lines) + "]\n", "utf-8")

    def expand(self, text: str) -> Expansion:
        """The official words for what ``text`` says."""
        text = normalise(text)
        found = [one for one in self._phrases.longest(text) if is_whole(text, one)]
        if not found:
            return Expansion(text=text, rewritten=text)
        matches = tuple(
            Match(start=one.start, said=one.phrase, mean=self._meanings[one.phrase])
            for one in found
        )
        return Expansion(
            text=text,
            rewritten=_rewritten(text, matches),
            added=tuple(dict.fromkeys(word for match in matches for word in match.mean)),
            matches=matches,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """An entry that staff should look at again.

    ``rule``: ``two-meanings`` (another entry has the same word with another first meaning),
    ``repeated`` (… with the same one), ``rewrites-name`` (the word is found in an official name).
    ``where``: the entries.  ``seen``: the other meaning or the official name.
    """

    rule: str
    said: str
    where: tuple[str, ...]
    seen: str


def doubtful(entries: Iterable[Entry], names: Iterable[str] = ()) -> Iterator[Doubt]:
    """Entries that contradict or repeat each other, or would rewrite one of the official ``names``.

    A name that gets its own long form (社保 → 社会保险) is found as well; such are harmless.
    """
    lexicon = Lexicon(entries)
    homes: dict[str, Entry] = {}
    for entry in lexicon.entries:
        for said in entry.say:
            first = homes.setdefault(said, entry)
            if first is not entry:
                yield Doubt(
                    rule="repeated" if first.mean[:1] == entry.mean[:1] else "two-meanings",
                    said=said,
                    where=(first.where, entry.where),
                    seen="、".join(entry.mean),
                )
    for name in names:
        for match in lexicon.expand(name).matches:
            yield Doubt(
                rule="rewrites-name", said=match.said, where=(homes[match.said].where,), seen=name
            )


def is_whole(text: str, found: Found) -> bool:
    """Whether a phrase with ASCII edges is not part of a longer ASCII word or number."""
    first, last = found.phrase[0], found.phrase[-1]
    if first > "\x7f" and last > "\x7f":
        return True
    before = text[found.start - 1 : found.start] + first
    after = last + text[found.end : found.end + 1]
    return not any(len(pair) == 2 and _is_ascii_word(pair) for pair in (before, after))


def _is_ascii_word(text: str) -> bool:
    return text.isascii() and text.isalnum()


def _rewritten(text: str, matches: Sequence[Match]) -> str:
    parts: list[str] = []
    end = 0
    for match in matches:
        parts += [text[end : match.start], *match.mean[:1]]
        end = match.start + len(match.said)
    return " ".join(part for part in (*parts, text[end:]) if part)


def _saved(path: Path) -> list[Entry]:
    """What :meth:`Lexicon.save` wrote: normalised then, so not again (that takes most of 80 ms)."""
    try:
        return [
            Entry(say=tuple(one["say"]), mean=tuple(one["mean"]), group=one["group"])
            for one in json.loads(path.read_text("utf-8"))
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise LexiconError(f"{path}: 不是发布时写出的词表：重新运行 suiwen publish") from error


def _parse(text: str, path: Path) -> Any:
    import yaml  # an index carries JSON; only a build reads YAML

    try:
        return yaml.load(text, Loader=_loader(yaml)) or []  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise LexiconError(f"{path}: 不是有效的 YAML：{error}") from error


def _loader(yaml: Any) -> Any:
    """The safe loader in C, ten times as quick, where PyYAML was built with it."""
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _entries(value: Any, path: Path) -> list[Entry]:
    if not isinstance(value, list):
        raise LexiconError(f"{path}: 应为条目列表，每条写成 {{say: […], mean: […], group: …}}")
    return [_entry(one, f"{path}: 第 {number} 条") for number, one in enumerate(value, start=1)]


def _entry(value: Any, where: str) -> Entry:
    if not isinstance(value, Mapping):
        raise LexiconError(f"{where} {value!r} 应为 {{say: […], mean: […], group: …}}")
    if unknown := sorted(set(map(str, value)) - {"say", "mean", "group", "note", "of"}):
        raise LexiconError(f"{where} 有未知字段 {', '.join(unknown)}：检查拼写，或删去")
    say = _words(value.get("say"), f"{where} 的 say")
    if not say:
        raise LexiconError(f"{where} 的 say 为空：写上群众的说法，例如 say: [老豆, 老窦]")
    if "of" in value:
        before = _words(value["of"], f"{where}（{say[0]}）的 of")
        say = tuple(dict.fromkeys(first + rest for first in before for rest in say))
    group = value.get("group", "")
    if not isinstance(group, str):
        raise LexiconError(f"{where}（{say[0]}）的 group {group!r} 应为文字，例如 group: 家庭")
    if "mean" not in value:
        raise LexiconError(f"{where}（{say[0]}）缺少 mean：写上规范用词；语气词写 mean: []")
    mean = _words(value["mean"], f"{where}（{say[0]}）的 mean")
    if same := sorted(set(say) & set(mean)):
        raise LexiconError(f"{where} 的 {same[0]} 同时在 say 与 mean 中：从其中一处删去")
    return Entry(say=say, mean=mean, group=group, where=where)


def _words(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise LexiconError(f"{where} {value!r} 应为列表，例如 [父亲]")
    for word in value:
        if not isinstance(word, str) or not normalise(word).strip():
            raise LexiconError(f"{where} 中 {word!r} 应为非空文字：加引号，或删去")
    return tuple(dict.fromkeys(normalise(word).strip() for word in value))
