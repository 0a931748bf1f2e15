"""Splitting a Chinese policy text into articles (条): pure, and no line is lost.

Blocks start at 第X条; without these at 一、 and （一）; without these too, a few paragraphs are one
block.  Ids follow the numbers: ``a12``; ``a12.1`` for 第十二条之一; ``s2a1`` where numbers start
again; ``a12-2`` where a number repeats; ``a0`` for what stands before.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

NUMERAL = r"[0-9０-９零〇○一二两三四五六七八九十百千]+"
_GAP = r"[\s\u3000【〔（(\[《“]"
_ARTICLE = re.compile(
    rf"第\s*({NUMERAL})\s*条(?:之({NUMERAL}))?(?!规定|所[称列]|的|第|[、，,和至及与或])"
)
_CHAPTER = re.compile(rf"第\s*({NUMERAL})\s*(编|分编|章)(?=\s|[^，。；、]{{0,30}}$)")
_SECTION = re.compile(rf"第\s*({NUMERAL})\s*节(?=\s|[^，。；、]{{0,30}}$)")
_ATTACHMENT = re.compile(r"附\s*件\s*[0-9一二三四五六七八九十]*\s*[：:]?")
_TOP = re.compile(rf"({NUMERAL})、")
_SUB = re.compile(rf"[（(]({NUMERAL})[）)]")
_PLAIN_NUMBER = re.compile(r"([0-9]{1,3})(?:[、．]|\.(?!\d))")
_INLINE = re.compile(
    rf"(?<=[。！；”）])\s*(?=第{NUMERAL}[章条]{_GAP})"
    rf"|(?<=。)\s*(?=第{NUMERAL}条)|(?<=\s)(?=第{NUMERAL}条\s)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines that belong together: an article, an attachment, a heading with nothing under it."""

    kind: Literal["intro", "article", "attachment", "heading", "part"]
    id: str
    label: str
    lines: tuple[str, ...]
    number: int = 0
    chapter: str | None = None
    section: str | None = None


def split(lines: Sequence[str]) -> tuple[Block, ...]:
    """The blocks of a text, in order; together they hold all of its lines."""
    unfolded = [part for line in lines for part in _unfold(line)]
    blocks = _by_article(unfolded)
    if not any(block.kind == "article" for block in blocks):
        return _by_heading([text for text, _ in unfolded])
    return tuple(
        part
        for block in blocks
        for part in (_split_intro(block) if block.kind == "intro" else (block,))
    )


def _unfold(line: str) -> Iterator[tuple[str, bool]]:
    """A line in which several articles were run together, as lines of their own."""
    if line.startswith("|"):
        yield line, False
        return
    for number, part in enumerate(_INLINE.split(line)):
        if part.strip():
            yield part.strip(), number > 0


@dataclass(frozen=True, slots=True)
class _Mark:
    kind: Literal["article", "chapter", "section", "attachment"]
    label: str
    number: int
    sub: int = 0


def _marks(lines: Sequence[tuple[str, bool]]) -> Iterator[_Mark | None]:
    """For each line the block that it starts, if any."""
    contents = _contents_range([text for text, _ in lines])
    last = 0
    for at, (text, folded) in enumerate(lines):
        mark = None if at in contents else _mark(text)
        if mark and mark.kind == "article":
            expected = mark.number == 1 or last < mark.number <= last + (1 if folded else 3)
            separated = re.match(_GAP, text[len(mark.label) :]) or text == mark.label
            if not expected and (folded or not separated) and not (mark.sub and not folded):
                mark = None
            else:
                last = mark.number
        yield mark


def _mark(text: str) -> _Mark | None:
    if found := _ARTICLE.match(text):
        sub = to_number(found[2]) if found[2] else 0
        return _Mark("article", found[0], to_number(found[1]), sub)
    if found := _CHAPTER.match(text):
        return _Mark("chapter", text, to_number(found[1])) if len(text) <= 40 else None
    if found := _SECTION.match(text):
        return _Mark("section", text, to_number(found[1])) if len(text) <= 40 else None
    if _ATTACHMENT.fullmatch(text):
        return _Mark("attachment", text, 0)
    return None


def _contents_range(lines: Sequence[str]) -> range:
    """The table of contents: from 目录 to where its first entry stands again."""

    def squash(text: str) -> str:
        return re.sub(r"[\s.…·—]+|[\d\s]+$", "", text)

    for at, line in enumerate(lines[:-1]):
        if squash(line) == "目录":
            first = squash(lines[at + 1])
            again = [n for n in range(at + 2, len(lines)) if squash(lines[n]) == first]
            if first and again:
                return range(at, again[0])
    return range(0)


def _by_article(lines: Sequence[tuple[str, bool]]) -> tuple[Block, ...]:
    blocks = [Block(kind="intro", id="a0", label="", lines=())]
    levels: dict[str, str] = {}
    section: str | None = None
    run, last = 1, 0
    for (text, folded), mark in zip(lines, _marks(lines), strict=True):
        if mark is None:
            blocks[-1] = replace(blocks[-1], lines=_joined(blocks[-1].lines, text, folded))
            continue
        if mark.kind == "article":
            if mark.number == 1 and mark.sub == 0 and last:
                run += 1
            last = mark.number
            name = f"a{mark.number}" + (f".{mark.sub}" if mark.sub else "")
            rest = text[len(mark.label) :].strip()
            blocks.append(
                Block(
                    kind="article",
                    id=name if run == 1 else f"s{run}{name}",
                    label=re.sub(r"\s", "", mark.label),
                    number=mark.number,
                    lines=(rest,) if rest else (),
                    chapter=" ".join(levels.values()) or None,
                    section=section,
                )
            )
            continue
        section = text if mark.kind == "section" else None
        if mark.kind != "section":
            levels = _entered(levels, text)
        kind: Literal["attachment", "heading"] = (
            "attachment" if mark.kind == "attachment" else "heading"
        )
        blocks.append(
            Block(
                kind=kind,
                id="t",
                label=text,
                lines=(),
                chapter=" ".join(levels.values()) or None,
                section=section,
            )
        )
    return _numbered(_drop_carried_headings(blocks))


def _joined(lines: tuple[str, ...], text: str, folded: bool) -> tuple[str, ...]:
    """One more line, or the rest of the last one if it was split off in vain."""
    if folded and lines:
        return (*lines[:-1], lines[-1] + text)
    return (*lines, text)


def _entered(levels: Mapping[str, str], text: str) -> dict[str, str]:
    """The headings in force after a new one (编 over 分编 over 章); an attachment clears all."""
    found = _CHAPTER.match(text)
    if not found:
        return {}
    order = ("编", "分编", "章")
    above = order[: order.index(found[2])]
    return {level: levels[level] for level in above if level in levels} | {found[2]: text}


def _drop_carried_headings(blocks: Sequence[Block]) -> Iterator[Block]:
    """Headings stand in ``chapter`` and ``section`` of what follows; only idle ones stay blocks."""
    for at, block in enumerate(blocks):
        following = blocks[at + 1] if at + 1 < len(blocks) else None
        carried = (
            following is not None
            and block.kind == "heading"
            and not block.lines
            and block.label != following.label
            and block.label in f"{following.chapter}\n{following.section}"
        )
        if not carried and (block.lines or block.label):
            yield block


def _numbered(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Blocks with ids that are unique: a repeated one gets ``-2``, ``-3`` …"""
    seen: Counter[str] = Counter()
    numbered = []
    for block in blocks:
        seen[block.id] += 1
        times = seen[block.id]
        numbered.append(replace(block, id=f"{block.id}-{times}") if times > 1 else block)
    return tuple(numbered)


def _split_intro(block: Block, longest: int = 800) -> tuple[Block, ...]:
    """What stands before the first article: one block, or several if it is long."""
    if sum(map(len, block.lines)) <= longest:
        return (replace(block, label="引言"),)
    return tuple(replace(part, id=f"p{part.id[1:]}") for part in _by_heading(block.lines))


def _by_heading(lines: Sequence[str]) -> tuple[Block, ...]:
    """Blocks at 一、 and （一）; without these at 1. and without these too, paragraphs."""
    for pattern in (_TOP, _PLAIN_NUMBER):
        if sum(_is_heading(pattern, line) for line in lines) >= 2:
            return _at_numbers(lines, pattern)
    return _by_paragraph(lines)


def _is_heading(pattern: re.Pattern[str], line: str) -> bool:
    return pattern.match(line) is not None


def _at_numbers(lines: Sequence[str], pattern: re.Pattern[str]) -> tuple[Block, ...]:
    parts = [Block(kind="intro", id="a0", label="引言", lines=())]
    for line in lines:
        found = pattern.match(line)
        if found:
            number = to_number(found[1])
            name = f"a{number}"
            parts.append(Block(kind="part", id=name, label=found[0], number=number, lines=(line,)))
        else:
            parts[-1] = replace(parts[-1], lines=(*parts[-1].lines, line))
    split_parts = (small for part in parts if part.lines for small in _at_sub_numbers(part))
    return _numbered(split_parts)


def _at_sub_numbers(part: Block, longest: int = 400) -> Iterator[Block]:
    """A long part with several （一） as one block each; its own line stands as their chapter."""
    starts = [at for at, line in enumerate(part.lines) if at and _SUB.match(line)]
    if len(starts) < 2 or sum(map(len, part.lines)) <= longest or part.kind == "intro":
        yield part
        return
    head = part.lines[: starts[0]]
    title = head[0] if len(head) == 1 and len(head[0]) <= 40 else None
    if title is None:
        yield replace(part, lines=head)
    for start, end in zip(starts, [*starts[1:], len(part.lines)], strict=True):
        found = _SUB.match(part.lines[start])
        label = found[0] if found else ""
        sub = to_number(found[1]) if found else 0
        yield replace(
            part,
            id=f"{part.id}.{sub}",
            label=label,
            number=sub,
            lines=part.lines[start:end],
            chapter=title or part.label,
        )


def _by_paragraph(lines: Sequence[str], least: int = 200) -> tuple[Block, ...]:
    groups: list[list[str]] = []
    for line in lines:
        if groups and sum(map(len, groups[-1])) < least:
            groups[-1].append(line)
        else:
            groups.append([line])
    return tuple(
        Block(kind="part", id=f"a{n}", label=f"第{n}段", number=n, lines=tuple(group))
        for n, group in enumerate(groups, 1)
    )


def to_number(text: str) -> int:
    """一百二十三, １２３ or 123 as a number; what is not a number is 0."""
    digits = unicodedata.normalize("NFKC", text).translate(
        str.maketrans("零〇○一二两三四五六七八九", "0001223456789")
    )
    if digits.isdecimal():
        return int(digits)
    total, current = 0, 0
    for mark in digits:
        if mark in "十百千":
            total += (current or 1) * {"十": 10, "百": 100, "千": 1000}[mark]
            current = 0
        elif mark.isdecimal():
            current = int(mark)
    return total + current


def starts_block(text: str) -> bool:
    starts = (_ARTICLE, _CHAPTER, _SECTION, _TOP, _SUB, _ATTACHMENT)
    return any(pattern.match(text) for pattern in starts)
