"""Answers from policies and hotlines: an article with its number, or a number to call."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from assistant.composing.writer import Writer, choice
from assistant.types import Draft
from channels.types import Card, CardRow, Status
from knowledge.facts import facts
from knowledge.types import Article, Facet, Fact, Hotline, Policy

_ARTICLE = re.compile(r"第[一二三四五六七八九十百零〇\d]+条(?:之[一二三四五六七八九十])?")
_CHOICES = 5


def answer(policy: Policy, passages: Sequence[str], text: str, writer: Writer) -> Draft:
    """The articles that the question names, else those that were found, else an overview."""
    found = [one for one in policy.articles if f"{policy.code}#{one.id}" in passages]
    chosen = _named(policy, text) or found or _nearest(policy, text)
    for article in chosen:
        _say_article(policy, article, writer)
    if not chosen:
        _say_overview(policy, writer)
    return writer.draft(Status.ANSWERED)


def asks_more(policy: Policy, text: str) -> bool:
    """Whether a question says anything beside the policy's own name."""
    return bool(_pairs(text) - _pairs(policy.name))


def hotline(record: Hotline, writer: Writer) -> Draft:
    """The number first, then when and what for."""
    say_hotline(record, writer)
    return writer.draft(Status.ANSWERED)


def say_hotline(record: Hotline, writer: Writer, *, brief: bool = False) -> None:
    """The number, when and what for (if brief, only its card says that), and a card to call it."""
    found = facts(record, Facet.CONTACT)
    number = found[:1]
    verb = "发短信到" if record.how == "text" else "拨打"
    name = f"{record.name} {record.english}" if writer.english and record.english else record.name
    called = [Fact(field="english", label="英文名", text=name, quote=name)]
    stated = number if name == record.name else [*number, *called]
    writer.say(f"{name}：请{verb} {record.number}。", record, stated)
    for one in () if brief else found[1:]:
        writer.say(f"{one.label}：{one.text.rstrip('。')}。", record, [one])
    writer.card(hotline_card(record, name, writer))


def say_number(record: Hotline, template: str, writer: Writer) -> None:
    """A sentence that names a hotline, and its card."""
    name = record.english if writer.english and record.english else record.name
    one = Fact(field="number", label="电话", text=record.number, quote=record.number)
    english = Fact(field="english", label="英文名", text=name, quote=name)
    cited = [one, english] if name == record.english else [one]
    writer.say(template.format(number=record.number, name=name), record, cited)
    writer.card(hotline_card(record, name, writer))


def hotline_card(record: Hotline, name: str, writer: Writer) -> Card:
    """The number to tap, with the hours and the purpose under it."""
    hours = f"{record.hours.rstrip('。')}。" if record.hours else ""
    return Card(
        kind="hotline",
        title=name,
        code=record.code,
        rows=(
            CardRow(
                label=record.number,
                text="短信" if record.how == "text" else "电话",
                note=f"{hours}{record.scope or ''}" or None,
                tel=record.number,
                citations=writer.cite(record, facts(record, Facet.CONTACT)),
            ),
        ),
    )


def _named(policy: Policy, text: str) -> list[Article]:
    """The articles whose whole number stands in the text, else those of which a part does.

    A number may be more than 第…条: 办法第一条, or 第十八条、第十九条 of a summary.
    """
    numbers = set(_ARTICLE.findall(text))
    parts = {article.id: set(_ARTICLE.findall(article.number)) for article in policy.articles}
    whole = [
        article
        for article in policy.articles
        if (
            article.number in numbers
            if {article.number} == parts[article.id]
            else article.number in text
        )
    ]
    return whole or [article for article in policy.articles if parts[article.id] & numbers]


def _nearest(policy: Policy, text: str) -> list[Article]:
    """The article that shares most pairs of characters with the question, its own name aside."""
    asked = _pairs(text) - _pairs(policy.name)
    shared = [
        (len(asked & _pairs(f"{one.heading or ''}。{one.text}")), -number)
        for number, one in enumerate(policy.articles)
    ]
    best, number = max(shared, default=(0, 0))
    return [policy.articles[-number]] if best >= _LEAST_SHARED else []


_LEAST_SHARED = 2


def _pairs(text: str) -> set[str]:
    return {"".join(pair) for pair in pairwise(text) if all(one.isalnum() for one in pair)}


def _title(policy: Policy) -> str:
    return f"《{policy.name.strip('《》')}》"


def _say_article(policy: Policy, article: Article, writer: Writer) -> None:
    index = policy.articles.index(article)
    one = Fact(
        field=f"articles[{index}].text",
        label=article.number,
        text=article.text,
        quote=article.text,
    )
    summary = "（摘要，非原文）" if policy.provenance.summary else ""
    writer.say(
        f"{_title(policy)}{article.number}{summary}：{article.text.strip()}",
        policy,
        [_numbered(policy, article, index), one],
    )
    writer.card(
        Card(
            kind="article",
            title=f"{_title(policy)}{article.number}{summary}",
            code=policy.code,
            note="本摘要由我们自行概括，以官方原文为准。" if policy.provenance.summary else None,
            rows=(
                CardRow(
                    label=article.heading or article.number,
                    text=article.text,
                    citations=writer.cite(policy, [one]),
                ),
            ),
        )
    )


def _numbered(policy: Policy, article: Article, index: int) -> Fact:
    return Fact(
        field=f"articles[{index}].number",
        label="条文",
        text=article.number,
        quote=f"{policy.name} {article.number}",
    )


def _say_overview(policy: Policy, writer: Writer) -> None:
    found = facts(policy, Facet.OVERVIEW)
    if found:
        stated = "，".join(f"{one.label}：{one.text}" for one in found)
        writer.say(f"{_title(policy)}，{stated}。", policy, found)
    else:
        name = Fact(field="name", label="名称", text=policy.name, quote=policy.name)
        writer.say(f"找到的是{_title(policy)}，请选要看的条文。", policy, [name])
    writer.card(
        Card(
            kind="choices",
            title="可以看这些条文",
            code=policy.code,
            rows=tuple(
                choice(
                    f"{article.number} {article.heading or ''}".strip(),
                    f"{policy.name}{article.number}",
                    code=policy.code,
                )
                for article in policy.articles[:_CHOICES]
            ),
        )
    )
