"""Answers from a service item: the asked fact first, then what people need next."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Sequence
from datetime import date
from itertools import islice

from assistant.composing.policies import say_number
from assistant.composing.writer import Writer
from assistant.rules import replies
from assistant.types import Draft
from channels.types import Card, CardRow, Status
from knowledge.conditions import holds
from knowledge.facts import facts, material_note
from knowledge.lint import zero_visit_doubt
from knowledge.passages import FACET_NAMES
from knowledge.types import Bundle, Facet, Fact, Hotline, Material, Record, ServiceItem

Line = tuple[str, Sequence[Fact]]

ENGLISH: dict[Facet, str] = {
    Facet.OVERVIEW: "Overview",
    Facet.CONDITIONS: "Who can apply",
    Facet.MATERIALS: "Documents",
    Facet.PROCESS: "Steps",
    Facet.TIME_LIMIT: "Time limit",
    Facet.FEE: "Fee",
    Facet.AMOUNT: "Amount",
    Facet.PLACE: "Where",
    Facet.HOURS: "Office hours",
    Facet.CONTACT: "Telephone",
    Facet.COMPLAINT: "Complaints",
    Facet.ONLINE: "Online",
    Facet.VISITS: "Visits in person",
    Facet.DELIVERY: "Courier",
    Facet.PROXY: "By proxy",
    Facet.AUDIENCE: "For whom",
    Facet.DEPARTMENT: "Department",
    Facet.REGION: "Region",
    Facet.LEGAL_BASIS: "Legal basis",
    Facet.RESULT: "Result",
    Facet.REMEDIES: "Remedies",
    Facet.IDENTITY: "Code and type",
    Facet.FAQ: "Questions",
}

# How the card of materials says that a document is not always asked for.
_NEED = {"非必要": "视情况需要", "容缺后补": "可以后补交"}

_DOING = (
    Facet.OVERVIEW,
    Facet.MATERIALS,
    Facet.PROCESS,
    Facet.CONDITIONS,
    Facet.PLACE,
    Facet.ONLINE,
)
_NEXT_DOING = (Facet.MATERIALS, Facet.TIME_LIMIT, Facet.FEE, Facet.PLACE, Facet.ONLINE, Facet.PROXY)
_NEXT_DETAIL = (Facet.PLACE, Facet.ONLINE, Facet.PROXY)
_SUGGESTED = (
    Facet.MATERIALS,
    Facet.CONDITIONS,
    Facet.PLACE,
    Facet.TIME_LIMIT,
    Facet.FEE,
    Facet.ONLINE,
)
_ASK: dict[Facet, str] = {
    Facet.MATERIALS: "要什么材料",
    Facet.CONDITIONS: "有什么条件",
    Facet.PLACE: "在哪里办理",
    Facet.TIME_LIMIT: "要多久",
    Facet.FEE: "多少钱",
    Facet.ONLINE: "网上怎么办",
}


def answer(
    record: ServiceItem | Bundle,
    asked: Sequence[Facet],
    writer: Writer,
    *,
    district: str | None,
    today: date,
    line: Hotline | None = None,
    more: bool = True,
) -> Draft:
    """A reply about the asked facets (an overview if none), with the next steps and their cards.

    ``line``: whom to call where a telephone is asked for and the record states none; ``more``:
    whether what one needs besides is told unasked.
    """
    wanted = tuple(asked) or (Facet.OVERVIEW,)
    missing = [facet for facet in wanted if not _say(record, facet, writer)]
    for facet in missing:
        text = replies()["partial"]["facet"]
        writer.say(text.format(name=record.name, facet=FACET_NAMES[facet]), record, [named(record)])
    if line is not None and _CALLS & set(missing):
        say_number(line, replies()["partial"]["call"], writer)
    if Facet.PLACE in wanted and district and not _has_district(record, district):
        missing.append(Facet.PLACE)
        writer.remark(replies()["partial"]["district"].format(district=district))
    for facet in _next(wanted, missing) if more or missing else ():
        _say(record, facet, writer, brief=True)
    if missing:
        _say_whom_to_ask(record, wanted, writer)
    _say_age(record, wanted, writer, today)
    _cards(record, wanted, writer)
    if missing or Facet.OVERVIEW in wanted:
        _rest_of_guide(record, wanted, writer)
    told = frozenset(_next(wanted, ()))
    writer.suggestions += [
        f"{record.name}{_ASK[facet]}"
        for facet in _SUGGESTED
        if facet not in wanted and _more(record, facet, told)
    ][:4]
    if missing:
        return writer.draft(Status.PARTIAL, "facet_missing")
    return writer.draft(Status.ANSWERED)


_CALLS = frozenset((Facet.CONTACT, Facet.COMPLAINT))


def named(record: Record) -> Fact:
    """The record's own name as a fact."""
    return Fact(field="name", label="名称", text=record.name, quote=record.name)


def _more(record: ServiceItem | Bundle, facet: Facet, told: Container[Facet]) -> bool:
    """Whether the record says something about the facet that the reply, which has ``told`` the main
    line of some, has not said already."""
    found = facts(record, facet)
    whole = facet is Facet.MATERIALS or len(found) == 1  # its card or its one line says it all
    return bool(found) and not (whole and facet in told)


def say_overview(record: ServiceItem | Bundle, writer: Writer) -> None:
    """What the record is about and, of a bundle, what belongs to it."""
    _say(record, Facet.OVERVIEW, writer)


def parts_card(bundle: Bundle, writer: Writer) -> None:
    """The items of a bundle, each to be asked about with a tap."""
    writer.card(_bundle_card(bundle, writer))


def say_faq(record: ServiceItem | Bundle, number: int, writer: Writer) -> None:
    """A frequent question with the record's answer: it may not be the question that was asked."""
    for text, used in _faq(record, facts(record, Facet.FAQ)[number : number + 1]):
        writer.say(text, record, used)


def _next(wanted: Sequence[Facet], missing: Sequence[Facet]) -> Iterator[Facet]:
    doing = any(facet in _DOING for facet in wanted) or bool(missing)
    for facet in _NEXT_DOING if doing else _NEXT_DETAIL:
        if facet not in wanted and not (facet is Facet.MATERIALS and Facet.OVERVIEW not in wanted):
            yield facet


def _say(
    record: ServiceItem | Bundle, facet: Facet, writer: Writer, *, brief: bool = False
) -> bool:
    """Say what the record states about the facet (only the main line if brief); whether it does."""
    found = _concerning(record, facts(record, facet), writer)
    if not found:
        return False
    label = f"{ENGLISH[facet]} " if writer.english else ""
    for text, used in islice(_LINES[facet](record, found), 1 if brief else None):
        lead = "" if writer.sentences or record.name in text else f"关于“{record.name}”，"
        writer.say(label + lead + text, record, used)
    return True


def main_line(record: ServiceItem | Bundle, facet: Facet, writer: Writer) -> Line | None:
    """What the record states of the facet in one sentence, and the facts in it; ``None``: nothing.

    That a thing is charged for and not how much says nothing of a fee."""
    found = _concerning(record, facts(record, facet), writer)
    line = next(iter(_LINES[facet](record, found)), None) if found else None
    vague = facet is Facet.FEE and line is not None and not any(map(_tells_fee, line[1]))
    return None if vague else line


def _tells_fee(one: Fact) -> bool:
    return one.field.startswith("money.fees") or one.text == "不收费"


def _concerning(
    record: ServiceItem | Bundle, found: Sequence[Fact], writer: Writer
) -> Sequence[Fact]:
    """The facts without those that hold for others than the one who asks."""
    if not isinstance(record, ServiceItem) or not record.variants:
        return found
    others = {
        f"variants[{number}]"
        for number, one in enumerate(record.variants)
        if holds(one.if_, writer.told) is False
    }
    return [one for one in found if one.field.partition(".")[0] not in others]


def _sentence(text: str) -> str:
    return text if text.endswith(("。", "！", "？", "!", "?")) else f"{text}。"


def _plain(_record: ServiceItem | Bundle, found: Sequence[Fact]) -> Iterator[Line]:
    for one in found:
        yield _sentence(f"{one.label}：{one.text}"), (one,)


def _time_limit(_record: ServiceItem | Bundle, found: Sequence[Fact]) -> Iterator[Line]:
    stated = [one for one in found if one.label.endswith("办结时限")]
    if stated:
        yield _sentence("，".join(f"{one.label}是{one.text}" for one in stated)), stated
    for one in found:
        if one not in stated:
            yield _sentence(f"{one.label}：{one.text}"), (one,)


def _overview(record: ServiceItem | Bundle, found: Sequence[Fact]) -> Iterator[Line]:
    name = f"“{record.name}”"
    for one in found:
        if one.field == "summary":
            yield _sentence(f"{name}：{one.text}"), (one,)
        elif one.field == "body.department":
            yield f"{'' if found[0].field == 'summary' else name}由{one.text}办理。", (one,)
    parts = [one for one in found if one.field.startswith("items")]
    if parts:
        yield f"这件事包含：{'、'.join(one.text for one in parts)}。", (joined("items", parts),)


def joined(field: str, parts: Sequence[Fact]) -> Fact:
    """Several values of one list field as a single fact that quotes them all."""
    return Fact(
        field=field,
        label=parts[0].label,
        text="、".join(one.text for one in parts),
        quote="；".join(one.quote for one in parts),
    )


def _materials(record: ServiceItem | Bundle, found: Sequence[Fact]) -> Iterator[Line]:
    needs = {f"materials[{number}].name": one.need for number, one in enumerate(record.materials)}
    varied = [one for one in found if one.field not in needs]
    found = [one for one in found if one.field in needs]
    for need, words in (
        ("必要", f"办理“{record.name}”需要"),
        ("非必要", "视情况还需要"),
        ("容缺后补", "可以先受理、后补交"),
    ):
        parts = [one for one in found if needs[one.field] == need]
        if parts:
            listed = joined("materials", found)  # one citation holds all three lists
            yield f"{words}：{'、'.join(one.text for one in parts)}。", (listed,)
    for label in dict.fromkeys(one.label for one in varied):
        parts = [one for one in varied if one.label == label]
        listed = joined(_LAST_INDEX.sub("", parts[0].field), parts)
        yield f"{label}：{'、'.join(one.text for one in parts)}。", (listed,)


_LAST_INDEX = re.compile(r"\[\d+\](?:\.name)?$")


def _process(_record: ServiceItem | Bundle, found: Sequence[Fact]) -> Iterator[Line]:
    steps = [one for one in found if one.field.startswith("steps")]
    if steps:
        text = "；".join(f"（{number}）{one.text}" for number, one in enumerate(steps, 1))
        yield f"办理步骤：{text}。", (joined("steps", steps),)
    for one in found:
        if one.field == "process":
            yield _sentence(f"办理流程：{one.text}"), (one,)


def _fee(_record: ServiceItem | Bundle, found: Sequence[Fact]) -> Iterator[Line]:
    fees = [one for one in found if one.field.startswith("money.fees")]
    for one in found:
        if one.field == "money.charged" and not fees:
            free = one.text == "不收费"
            yield ("这项办理不收费。" if free else "这项办理要收费，记录没有写明标准。"), (one,)
    if fees:
        yield f"收费：{'；'.join(one.text for one in fees)}。", (joined("money.fees", fees),)
    for one in found:
        if one.field == "money.basis":
            yield _sentence(f"收费依据：{one.text}"), (one,)


def _place(_record: ServiceItem | Bundle, found: Sequence[Fact]) -> Iterator[Line]:
    for one in found:
        text = one.text if one.text.startswith(("办理地点", "地址")) else f"{one.label}：{one.text}"
        yield _sentence(text), (one,)


def _online(_record: ServiceItem | Bundle, found: Sequence[Fact]) -> Iterator[Line]:
    by_field = {one.field: one for one in found}
    available = by_field.pop("online.available", None)
    platform = by_field.pop("online.platform", None)
    if available is not None:
        text = "可以网上办理" if available.text == "支持" else "记录注明不支持网上办理"
        on = f"，平台：{platform.text}" if platform else ""
        yield f"{text}{on}。", tuple(one for one in (available, platform) if one)
    elif platform:
        yield f"办理平台：{platform.text}。", (platform,)
    appointment = by_field.pop("handling.appointment", None)
    if appointment is not None:
        can = appointment.text == "是"
        yield "可以网上预约。" if can else "记录注明不能网上预约。", (appointment,)
    for one in by_field.values():
        yield (
            f"{one.label}：{one.text} 。"
            if one.text.startswith("http")
            else _sentence(f"{one.label}：{one.text}"),
            (one,),
        )


def _visits(record: ServiceItem | Bundle, found: Sequence[Fact]) -> Iterator[Line]:
    for one in found:
        yield _sentence(f"{one.label}：{one.text}"), (one,)
    stated = [one for one in found if one.field == "handling.visits"]
    if stated and isinstance(record, ServiceItem) and zero_visit_doubt(record):
        yield "但这个次数与同一条记录的其他内容不一致，是否要到现场，请先电话核实。", stated


def _faq(_record: ServiceItem | Bundle, found: Sequence[Fact]) -> Iterator[Line]:
    for one in found:
        asked = one.field.replace("answer", "question")
        question = Fact(field=asked, label="问题", text=one.label, quote=one.label)
        yield f"常见问题“{one.label}”：{_sentence(one.text)}", (one, question)


_LINES: dict[Facet, Callable[[ServiceItem | Bundle, Sequence[Fact]], Iterator[Line]]] = {
    **dict.fromkeys(Facet, _plain),
    Facet.OVERVIEW: _overview,
    Facet.MATERIALS: _materials,
    Facet.PROCESS: _process,
    Facet.TIME_LIMIT: _time_limit,
    Facet.FEE: _fee,
    Facet.PLACE: _place,
    Facet.ONLINE: _online,
    Facet.VISITS: _visits,
    Facet.FAQ: _faq,
}


def _has_district(record: ServiceItem | Bundle, district: str) -> bool:
    if isinstance(record, ServiceItem) and any(
        district in (window.district or window.address) for window in record.windows
    ):
        return True
    return any(district in one.text for one in facts(record, Facet.PLACE))


def _say_whom_to_ask(record: ServiceItem | Bundle, wanted: Sequence[Facet], writer: Writer) -> None:
    if Facet.CONTACT not in wanted and (phones := facts(record, Facet.CONTACT)):
        writer.say(f"可以拨打咨询电话问清楚：{phones[0].text}。", record, phones[:1])


def _say_age(
    record: ServiceItem | Bundle, wanted: Sequence[Facet], writer: Writer, today: date
) -> None:
    """Say that the record is cut off or old, and where the living guide is."""
    provenance = record.provenance
    if Facet.CONDITIONS in wanted and "conditions" in provenance.incomplete:
        writer.say(
            "这段受理条件的原文在采集时不完整，请到官方指南看全文。",
            record,
            [one for one in facts(record, Facet.CONDITIONS) if one.field == "conditions"],
        )
    if _year(provenance.as_of) < today.year - 1:
        guide = provenance.live_guide
        where = f"请到官方指南核对：{guide} " if guide else "请向办理部门核对"
        writer.say(
            f"以上内容依据{_dated(provenance.as_of)}的记录，可能已经变动，办理前{where}。",
            record,
            [
                Fact(
                    field="provenance",
                    label="记录时间",
                    text=provenance.as_of,
                    quote=" ".join(part for part in (provenance.as_of, guide) if part),
                )
            ],
        )


def _dated(as_of: str) -> str:
    return f"{as_of}年" if as_of.isdigit() else as_of


def _year(as_of: str) -> int:
    """The year of a date or year; a date that is not known counts as old."""
    return int(as_of[:4]) if as_of[:4].isdigit() else 0


def _cards(record: ServiceItem | Bundle, wanted: Sequence[Facet], writer: Writer) -> None:
    shown = set(wanted) | set(_next(wanted, ()))
    if isinstance(record, Bundle) and Facet.OVERVIEW in wanted:
        writer.card(_bundle_card(record, writer))
    if Facet.MATERIALS in shown or Facet.OVERVIEW in wanted:
        writer.card(
            Card(
                kind="materials",
                title="材料清单",
                code=record.code,
                rows=tuple(_material_rows(record, writer)),
            )
        )
    if Facet.PROCESS in wanted or Facet.OVERVIEW in wanted:
        writer.card(
            Card(
                kind="steps",
                title="办理步骤",
                code=record.code,
                rows=tuple(
                    CardRow(label=step.name, text=step.detail, citations=writer.cite(record, [one]))
                    for step, one in zip(record.steps, facts(record, Facet.PROCESS), strict=False)
                ),
            )
        )
    if isinstance(record, ServiceItem):
        _item_cards(record, shown, writer)


def _rest_of_guide(record: ServiceItem | Bundle, wanted: Sequence[Facet], writer: Writer) -> None:
    """Conditions, process and frequent questions, for whoever reads on."""
    shown = [facet for facet in (Facet.CONDITIONS, Facet.PROCESS) if facet not in wanted]
    rows = [
        CardRow(label=one.label, text=one.text, citations=writer.cite(record, [one]))
        for facet in shown
        for one in facts(record, facet)
    ]
    writer.card(Card(kind="overview", title="条件和流程", code=record.code, rows=tuple(rows)))
    questions = [
        CardRow(label=one.label, text=one.text, citations=writer.cite(record, [one]))
        for one in facts(record, Facet.FAQ)
    ]
    writer.card(Card(kind="overview", title="常见问题", code=record.code, rows=tuple(questions)))


def _material_rows(record: ServiceItem | Bundle, writer: Writer) -> Iterator[CardRow]:
    """The documents, then those that only some people need, each said to be for whom."""
    listed = [(f"materials[{n}]", "", one) for n, one in enumerate(record.materials)]
    for at, variant in enumerate(record.variants if isinstance(record, ServiceItem) else ()):
        if holds(variant.if_, writer.told) is False:
            continue
        listed += [
            (f"variants[{at}].materials[{n}]", variant.label, one)
            for n, one in enumerate(variant.materials)
        ]
    for field, who, material in listed:
        need = "；".join(part for part in (who, _NEED.get(material.need)) if part)
        yield CardRow(
            label=material.name,
            text=need or None,
            note=material_note(material),
            url=material.sample_url,
            citations=writer.cite(record, _material_facts(field, material)),
        )


def _material_facts(field: str, material: Material) -> list[Fact]:
    text = material_note(material)
    quote = f"{material.name}（{text}）" if text else material.name
    return [Fact(field=field, label="申请材料", text=material.name, quote=quote)]


def _item_cards(record: ServiceItem, shown: set[Facet], writer: Writer) -> None:
    if Facet.PLACE in shown:
        writer.card(
            Card(
                kind="window",
                title="办理窗口",
                code=record.code,
                rows=tuple(
                    CardRow(
                        label=window.name or record.body.department,
                        text=window.address,
                        note=window.hours,
                        tel=window.phone,
                        citations=writer.cite(
                            record,
                            [
                                Fact(
                                    field=f"windows[{number}]",
                                    label="窗口",
                                    text=window.address,
                                    quote="；".join(
                                        part
                                        for part in (
                                            window.name,
                                            window.address,
                                            window.phone,
                                            window.hours,
                                        )
                                        if part
                                    ),
                                )
                            ],
                        ),
                    )
                    for number, window in enumerate(record.windows)
                ),
            )
        )
    entry = [one for one in facts(record, Facet.ONLINE) if one.text.startswith("http")]
    if Facet.ONLINE in shown:
        writer.card(
            Card(
                kind="online",
                title="网上入口",
                code=record.code,
                rows=tuple(
                    CardRow(label=one.label, url=one.text, citations=writer.cite(record, [one]))
                    for one in entry
                ),
            )
        )


def _bundle_card(bundle: Bundle, writer: Writer) -> Card:
    return Card(
        kind="choices",
        title="包含的事项",
        code=bundle.code,
        rows=tuple(
            CardRow(
                label=part.name,
                note="；".join(one for one in (part.department, part.note) if one) or None,
                ask=part.name,
                code=part.code,
                citations=writer.cite(bundle, [one]),
            )
            for part, one in zip(
                bundle.items,
                [one for one in facts(bundle, Facet.OVERVIEW) if one.field.startswith("items")],
                strict=True,
            )
        ),
    )
