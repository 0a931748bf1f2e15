"""Replies that do not answer: questions back, nothing found, out of scope, crisis, small talk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from assistant.composing.items import main_line
from assistant.composing.policies import say_hotline, say_number
from assistant.composing.writer import Writer, choice
from assistant.rules import CrisisKind, guide_words, replies
from assistant.types import Draft, Knowledge
from channels.types import Card, CardRow, Status
from knowledge.passages import FACET_NAMES
from knowledge.types import Bundle, Facet, Fact, Hotline, Policy, Record, ServiceItem

MOST_CHOICES = 5
PUBLIC_HOTLINE = "TEL-12345"
ENGLISH_HOTLINE = "TEL-12367"
AMBULANCE = "TEL-120"


def clarify(
    records: Sequence[Record], asked: Sequence[Facet], writer: Writer, *, same_name: str | None
) -> Draft:
    """Ask which of at most five records is meant.

    Each choice carries its code, so it works without any memory.
    """
    texts = replies()["clarify"]
    if by_district(records):
        writer.remark(texts["district"].format(name=records[0].name))
        writer.card(_districts(records, asked))
        writer.suggestions.append(texts["neither"])
        return writer.draft(Status.CLARIFY, "district")
    writer.remark(texts["same_name"].format(name=same_name) if same_name else texts["which"])
    writer.card(_choices("请选择", records, asked))
    writer.suggestions += [row.ask for row in writer.cards[-1].rows if row.ask]
    writer.suggestions.append(texts["neither"])
    return writer.draft(Status.CLARIFY, "same_name" if same_name else "several_fit")


def family(
    called: str, records: Sequence[ServiceItem], facet: Facet, writer: Writer, knowledge: Knowledge
) -> Draft:
    """Ask which of several things of one name is meant, and tell of each what it states of the
    facet that was asked for."""
    texts = replies()["clarify"]
    asked = {"name": called, "facet": FACET_NAMES[facet]}
    writer.remark(texts["family"].format(**asked))
    rows = [_stating(record, facet, writer) for record in records]
    writer.card(Card(kind="choices", title="请选择", rows=tuple(rows)))
    writer.suggestions += [row.ask for row in rows if row.ask]
    writer.suggestions.append(texts["neither"])
    say_line(knowledge, PUBLIC_HOTLINE, replies()["not_found"]["hotline"], writer)
    return writer.draft(Status.CLARIFY, "family")


def _stating(record: ServiceItem, facet: Facet, writer: Writer) -> CardRow:
    row = choice(record.name, ask_for(record, (facet,), code=True), code=record.code)
    line = main_line(record, facet, writer)
    if line is None:
        unstated = replies()["clarify"]["unstated"].format(facet=FACET_NAMES[facet])
        return replace(row, note=unstated)
    text, used = line
    return replace(row, text=text, citations=writer.cite(record, used))


def stated(record: ServiceItem, facet: Facet, writer: Writer) -> str | None:
    """What a record states of a facet in one sentence, to be compared with others."""
    line = main_line(record, facet, writer)
    return line[0] if line else None


def unsure(
    records: Sequence[Record], asked: Sequence[Facet], writer: Writer, knowledge: Knowledge
) -> Draft:
    """Offer at most five records, none of which is likely enough to answer, and the hotline."""
    texts = replies()["clarify"]
    writer.remark(texts["unsure_english"] if writer.english else texts["unsure"])
    writer.card(_choices("请选择", records, asked, english=writer.english))
    writer.suggestions += [row.ask for row in writer.cards[-1].rows if row.ask]
    writer.suggestions.append(replies()["clarify"]["neither"])
    _say_lines(knowledge, writer)
    return writer.draft(Status.CLARIFY, "unsure")


def no_such(
    records: Sequence[Record], asked: Sequence[Facet], writer: Writer, *, text: str = "no_such"
) -> Draft:
    """That a number was said which no list has: the list that there is once more, if there is.

    ``text``: what is said before the list, by its name in ``replies.toml``.
    """
    texts = replies()["clarify"]
    if not records:
        writer.remark(texts["no_list"])
        return writer.draft(Status.CLARIFY, "no_list")
    writer.remark(texts[text])
    writer.card(_choices("请选择", records, asked))
    writer.suggestions.append(texts["neither"])
    return writer.draft(Status.CLARIFY, "no_such")


def empty(writer: Writer, suggestions: Iterable[str]) -> Draft:
    writer.remark(replies()["clarify"]["empty_english" if writer.english else "empty"])
    writer.suggestions += suggestions
    return writer.draft(Status.CLARIFY, "empty")


def not_found(
    nearest: Sequence[Record], asked: Sequence[Facet], writer: Writer, knowledge: Knowledge
) -> Draft:
    """Say so, show the nearest records, the office in charge, and the public hotline."""
    texts = replies()["not_found"]
    writer.remark(texts["none"])
    if writer.english:
        writer.remark(texts["english"])
    if nearest:
        writer.remark(texts["nearest"])
        writer.card(_choices("比较接近的事项", nearest, asked))
        _say_office(nearest[0], writer)
    say_line(knowledge, PUBLIC_HOTLINE, texts["hotline"], writer)
    if writer.english:
        say_line(knowledge, ENGLISH_HOTLINE, texts["english_hotline"], writer)
    return writer.draft(Status.NOT_FOUND, "english" if writer.english else "no_record")


def issued_elsewhere(writer: Writer, knowledge: Knowledge) -> Draft:
    """Papers that another place issues, and whom one may call all the same."""
    texts = replies()["elsewhere"]
    writer.remark(texts["issued_english"] if writer.english else texts["issued"])
    _say_lines(knowledge, writer)
    return writer.draft(Status.NOT_FOUND, "elsewhere")


def neither(writer: Writer, knowledge: Knowledge) -> Draft:
    """After “都不是”: ask for other words, and tell whom one may call."""
    texts = replies()["clarify"]
    writer.remark(texts["sorry_english"] if writer.english else texts["sorry"])
    _say_lines(knowledge, writer)
    writer.suggestions.append(texts["person_english" if writer.english else "person"])
    return writer.draft(Status.NOT_FOUND, "neither")


def _say_lines(knowledge: Knowledge, writer: Writer) -> None:
    """The hotline in the language of the message."""
    texts = replies()["not_found"]
    if writer.english:
        say_line(knowledge, ENGLISH_HOTLINE, texts["english_hotline"], writer)
    else:
        say_line(knowledge, PUBLIC_HOTLINE, texts["hotline"], writer)


def no_such_plan(writer: Writer) -> Draft:
    writer.remark(guide_words()["texts"]["not_kept"])
    return writer.draft(Status.NOT_FOUND, "no_plan")


def out_of_scope(
    writer: Writer, suggestions: Iterable[str], knowledge: Knowledge, *, unwell: bool = False
) -> Draft:
    """That it is not for us; where to call if it gets worse, where somebody is ``unwell``."""
    texts = replies()["out_of_scope"]
    writer.remark(texts["none"])
    if unwell:
        say_line(knowledge, AMBULANCE, texts["unwell"], writer)
    writer.remark(texts["next"])
    writer.suggestions += suggestions
    return writer.draft(Status.OUT_OF_SCOPE, "not_government")


def person(kind: str, writer: Writer, knowledge: Knowledge) -> Draft:
    """What this service cannot do yet, and the number where people do it."""
    texts = replies()["person"]
    writer.remark(texts[kind])
    say_line(knowledge, PUBLIC_HOTLINE, texts["call"], writer)
    return writer.draft(Status.ANSWERED, kind)


def called_back(writer: Writer, knowledge: Knowledge, text: str) -> Draft:
    """That nobody is there now, how to be called back, and the number that is always answered."""
    writer.remark(text)
    say_line(knowledge, PUBLIC_HOTLINE, replies()["person"]["call"], writer)
    writer.suggestions.append(replies()["handed_off"]["ask_back"])
    return writer.draft(Status.HANDED_OFF, "call_back")


def away(writer: Writer, knowledge: Knowledge) -> Draft:
    """That the other side does not answer now, and the number where people do."""
    writer.remark(replies()["failed"]["away"])
    say_line(knowledge, PUBLIC_HOTLINE, replies()["person"]["call"], writer)
    return writer.draft(Status.FAILED, "away")


def small_talk(kind: str, writer: Writer, suggestions: Iterable[str]) -> Draft:
    writer.remark(replies()["small_talk_english" if writer.english else "small_talk"][kind])
    if kind != "goodbye":
        writer.suggestions += suggestions
    return writer.draft(Status.ANSWERED, f"small_talk_{kind}")


def crisis(
    kind: CrisisKind,
    hotlines: Sequence[Hotline],
    writer: Writer,
    also: str = "",
    *,
    again: bool = False,
) -> Draft:
    """The right number first, then how to stay safe; nothing else competes with it.

    ``again``: it was said already, the danger goes on; ``also`` is said before the other numbers.
    """
    if hotlines:
        say_hotline(hotlines[0], writer, brief=True)
    if again:
        writer.remark(kind.again_english if writer.english else kind.again)
    else:
        writer.remark(kind.english if writer.english else kind.opening)
    if also:
        writer.remark(also)
    for one in hotlines[1:]:
        say_hotline(one, writer, brief=True)
    return writer.draft(Status.CRISIS, kind.kind, quiet=kind.quiet)


def calm(text: str, writer: Writer, *, quiet: bool) -> Draft:
    """After a danger that is over."""
    writer.remark(text)
    return writer.draft(Status.ANSWERED, "calm", quiet=quiet)


def refused(reason: str, text: str, writer: Writer) -> Draft:
    writer.remark(text)
    return writer.draft(Status.REFUSED, reason)


def ask_for(record: Record, asked: Sequence[Facet], *, code: bool) -> str:
    """A message that asks for the facets of exactly this record."""
    wanted = "、".join(FACET_NAMES[facet] for facet in asked if facet is not Facet.OVERVIEW)
    return f"{record.name}{f'（{record.code}）' if code else ''}{f'的{wanted}' if wanted else ''}"


def by_district(records: Sequence[Record]) -> bool:
    """Whether the records are one thing in several places: one name, each with its own region."""
    regions = [_region(one) for one in records]
    same = len({one.name for one in records}) == 1
    return len(records) > 1 and same and None not in regions and len(set(regions)) == len(regions)


def _region(record: Record) -> str | None:
    region = record.region if isinstance(record, ServiceItem | Bundle) else None
    return region.text if region else None


def _districts(records: Sequence[Record], asked: Sequence[Facet]) -> Card:
    """One choice a district, each with the code of its own record."""
    rows = tuple(
        choice(_region(one) or one.name, ask_for(one, asked, code=True), code=one.code)
        for one in records
    )
    return Card(kind="choices", title="请选择所在的区", rows=rows)


def _choices(
    title: str, records: Sequence[Record], asked: Sequence[Facet], *, english: bool = False
) -> Card:
    shown = records[:MOST_CHOICES]
    notes = [_note(record, shown) for record in shown]
    if len(shown) > 1 and len(set(notes)) == 1:
        notes = [None for _ in shown]  # said five times it tells nothing apart
    return Card(
        kind="choices",
        title=title,
        rows=tuple(
            choice(
                _called(record, english=english),
                ask_for(record, asked, code=True),
                code=record.code,
                note=note,
            )
            for record, note in zip(shown, notes, strict=True)
        ),
    )


def _called(record: Record, *, english: bool) -> str:
    """Its name, in English before it where it has one."""
    known = None if isinstance(record, Policy) else record.english
    return f"{known} {record.name}" if english and known else record.name


def _note(record: Record, others: Sequence[Record]) -> str | None:
    """What tells this record from the others: its department, or at last the end of its code."""
    described = _described(record)
    twins = (one for one in others if one is not record and one.name == record.name)
    if any(_described(one) == described for one in twins):
        return "，".join(part for part in (described, f"编码尾号{record.code[-6:]}") if part)
    return described


def _described(record: Record) -> str | None:
    if isinstance(record, ServiceItem):
        return record.body.department
    return "一件事" if isinstance(record, Bundle) else None


def _say_office(record: Record, writer: Writer) -> None:
    if isinstance(record, ServiceItem):
        department = record.body.department
        one = Fact(field="body.department", label="实施主体", text=department, quote=department)
        text = replies()["not_found"]["office"].format(name=record.name, department=department)
        writer.say(text, record, [one])


def say_line(knowledge: Knowledge, code: str, template: str, writer: Writer) -> None:
    """A sentence that names a hotline, and its card; nothing if there is no such hotline."""
    record = knowledge.record(code)
    if isinstance(record, Hotline):
        say_number(record, template, writer)


def joined(first: Draft, second: Draft) -> Draft:
    """Two answers as one reply, the citations of the second numbered on."""
    last = max((one.n for one in first.citations), default=0)
    partial = Status.PARTIAL in (first.status, second.status)
    return replace(
        second,
        status=Status.PARTIAL if partial else Status.ANSWERED,
        reason=first.reason or second.reason,
        sentences=(
            *first.sentences,
            *(replace(one, citations=_after(last, one.citations)) for one in second.sentences),
        ),
        citations=(
            *first.citations,
            *(replace(one, n=one.n + last) for one in second.citations),
        ),
        cards=(
            *first.cards,
            *(
                replace(
                    card,
                    rows=tuple(
                        replace(row, citations=_after(last, row.citations)) for row in card.rows
                    ),
                )
                for card in second.cards
            ),
        ),
        suggestions=tuple(dict.fromkeys((*first.suggestions, *second.suggestions))),
    )


def _after(last: int, numbers: Sequence[int]) -> tuple[int, ...]:
    return tuple(number + last for number in numbers)
