"""Whether a reply is carried by its citations: each resolves, each quotes its record, and no number
or address is said that no cited quote holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from channels.types import Citation, Reply, Sentence
from eval import paths
from knowledge.types import Record

Lookup = Callable[[str], Record | None]

_HARD = re.compile(r"https?://[^\s，。；：（）“”、]+|\d+(?:[.,:：/\-–]\d+)*")
_NUMBER = re.compile(r"\d+")
_ORDINAL = re.compile(r"（\d{1,2}）")
_FRAME = re.compile(
    r"原件|复印件|核发|免提交|减免|有效期|承诺|法定|个|份|次|年|"
    r"[\s，。；：、,.;:（）()《》“”\"'·—\-/]"
)
"""Words and marks that a quote may put between the values of a record (原件1份；减免：…)."""
_WORDS = {True: ("支持", "收费", "是"), False: ("不支持", "不收费", "否")}


def problems(reply: Reply, record: Lookup) -> Iterator[str]:
    """Everything in the reply that its citations do not carry."""
    cited = {one.n: one for one in reply.citations}
    for citation in reply.citations:
        if problem := unresolved(citation, record):
            yield f"[{citation.n}] {problem}"
    for sentence in reply.sentences:
        yield from unsupported(sentence, cited, _labels(reply))


def has_facts(reply: Reply) -> bool:
    """Whether there is anything to carry: a citation, or a number or address in a sentence."""
    return bool(reply.citations) or any(_HARD.search(one.text) for one in reply.sentences)


def unresolved(citation: Citation, lookup: Lookup) -> str | None:
    """What is wrong with a citation, if anything."""
    record = lookup(citation.code)
    if record is None:
        return f"记录 {citation.code} 不在版本中"
    if citation.title != record.name:
        return f"标题 {citation.title!r} 不是记录的名称 {record.name!r}"
    values = _values(record, citation.field)
    if not values:
        return f"字段 {citation.field} 在记录 {citation.code} 中是空的"
    if not quoted(citation.quote, values, record.name):
        return f"引文 {citation.quote[:60]!r} 不在 {citation.code} 的 {citation.field} 中"
    return None


def _values(record: Record, field: str) -> list[Any]:
    """What stands at the field; a yes or no may be quoted in its own words (``courier_text``)."""
    plain = paths.plain(record)
    values = paths.walk(plain, field)
    worded = any(isinstance(one, bool) for one in values)
    values = values + (paths.walk(plain, f"{field}_text") if worded else [])
    variant = _VARIANT.match(field)
    return values + (paths.walk(plain, f"{variant[0]}.label") if variant and values else [])


_VARIANT = re.compile(r"variants\[\d+\]")
"""What holds for some people is quoted with who they are."""


def quoted(quote: str, values: list[Any], name: str) -> bool:
    """Whether the quote is part of a value, or made of nothing but values (and marks between)."""
    if not quote.strip():
        return False
    stored = (one for value in values for one in paths.leaves(value) if isinstance(one, str))
    if any(_squeezed(quote) in _squeezed(text) for text in stored):
        return True
    rest = quote
    for text in sorted({name, *_texts(values)}, key=len, reverse=True):
        rest = rest.replace(text, "\n") if not text.isdigit() else _without_number(rest, text)
    return not _FRAME.sub("", rest)


def unsupported(sentence: Sentence, cited: Mapping[int, Citation], labels: str) -> Iterator[str]:
    """Numbers and addresses of a sentence that none of its citations holds.

    A sentence without citations may only name what the reply's own choices are labelled with.  What
    it says to be reckoned is not looked for: plans are checked against an oracle of their own.
    """
    quotes = [cited[n] for n in sentence.citations if n in cited]
    if len(quotes) < len(sentence.citations):
        yield f"句子引用了不存在的出处：{sentence.text[:60]}"
    evidence = "\n".join(f"{one.title}\n{one.quote}" for one in quotes) if quotes else labels
    reckoned = set(sentence.reckoned)
    for token in _HARD.findall(_ORDINAL.sub("", sentence.text)):
        counted = not token.startswith("http") and set(_NUMBER.findall(token)) <= reckoned
        if not counted and not _holds(evidence, token):
            yield f"{token!r} 不在所引的出处里：{sentence.text[:60]}"


def _holds(evidence: str, token: str) -> bool:
    fences = (r"(?<!\d)", r"(?!\d)") if token[0].isdigit() else ("", "")
    return re.search(re.escape(token).join(fences), evidence) is not None


def _labels(reply: Reply) -> str:
    return "\n".join(row.label for card in reply.cards for row in card.rows)


def _texts(values: list[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, Mapping) and "amount" in value and "unit" in value:
            yield f"{value['amount']}个{value['unit']}"
            yield f"{value['amount']}{value['unit']}"
        for leaf in paths.leaves(value):
            if isinstance(leaf, bool):
                yield from _WORDS[leaf]
            else:
                yield leaf.isoformat() if isinstance(leaf, date) else str(leaf)


def _without_number(text: str, number: str) -> str:
    return re.sub(rf"(?<!\d){number}(?!\d)", "\n", text)


def _squeezed(text: str) -> str:
    return "".join(text.split())
