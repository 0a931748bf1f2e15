"""The handler of questions: search, decide, compose."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from assistant import pointing, standing
from assistant import understanding as reading_of
from assistant.bundles import guide
from assistant.cases import enquiry
from assistant.composing import choices, items, policies
from assistant.composing.writer import Writer
from assistant.dialogue import following
from assistant.resolution import Candidate, candidates, decide, model
from assistant.rules import Rules, replies
from assistant.types import (
    Decision,
    DialogueState,
    Draft,
    Intent,
    Knowledge,
    Turn,
    Understanding,
)
from assistant.work_orders import asking
from channels.types import Sentence, Status
from knowledge.conditions import Told
from knowledge.facts import facts
from knowledge.passages import is_current
from knowledge.types import Bundle, Facet, Hotline, Policy, Record, ServiceItem
from retrieval.analyzer import normalise
from retrieval.types import Filter, Hit, Query, SearchResult

_MOST_ARTICLES = 2
LIMIT = 15
"""How many hits are looked at."""

ALIKE = 0.6
"""Least likeness (Dice of character pairs) of a question and a record's own frequent question."""
FAMILIAR = 0.2
NEAR = 0.3
"""Least coverage of a question that is taken for one about government services, and of a record
that is offered as near."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search led to, for the composer."""

    search: SearchResult
    decision: Decision
    candidates: tuple[Candidate, ...]


def answer(
    turn: Turn, knowledge: Knowledge, rules: Rules, today: date, ideas: Sequence[str]
) -> Turn:
    """The turn with search, decision and draft; what only asks about complaining is also offered to
    be filed."""
    if general := asking.in_general(turn, knowledge):
        return general
    return asking.offered(_answered(turn, knowledge, rules, today, ideas), knowledge)


def _answered(
    turn: Turn, knowledge: Knowledge, rules: Rules, today: date, ideas: Sequence[str]
) -> Turn:
    reading = turn.understanding
    assert reading is not None
    writer = Writer(english=reading.language == "en", told=Told(profile=dict(reading.profile)))
    if reading.intent is Intent.CHOOSE:
        return _chosen(turn, reading, knowledge, rules, today, writer)
    if lost := enquiry.without_number(turn, knowledge):
        return replace(turn, draft=lost)
    if standing.is_nonsense(reading.text) and not reading.facets:
        return replace(turn, draft=choices.empty(writer, ideas))
    if rules.elsewhere.issues(reading.text):
        return replace(turn, draft=choices.issued_elsewhere(writer, knowledge))
    if both := _both(turn, knowledge, rules, today, ideas):
        return both
    if knowledge.searcher is None:
        return replace(turn, draft=choices.not_found((), (), writer, knowledge))
    if stands := _standing(turn, reading, knowledge, rules, today):
        return continued(turn, stands, knowledge, rules, today)
    found = _found(reading, knowledge, rules, today)
    if not _finds_again(found.decision, turn.state) and (line := _person(found, reading, rules)):
        draft = choices.person(line, writer, knowledge)
        return replace(turn, search=found.search, draft=draft)
    if first := knowledge.record(next(iter(found.decision.records), "")):
        asked = asked_of(first, reading, rules)
        if asked != reading.facets:
            reading = replace(reading, facets=asked)
            turn = replace(turn, understanding=reading)  # what a choice will be asked for
    if _asks_again(found.decision, turn.state):
        first_again = standing.Standing(
            record=found.decision.records[0],
            facets=reading.facets or turn.state.facets,
            said="takes",
            text=reading.focus,
        )
        return continued(turn, first_again, knowledge, rules, today)
    if answered := _of_a_family(turn, found, reading, knowledge, rules, today, writer):
        return answered
    draft = _draft(found, reading, knowledge, rules, today, writer, ideas)
    return replace(turn, search=found.search, decision=found.decision, draft=draft)


def _finds_again(decision: Decision, state: DialogueState) -> bool:
    """Whether a message surely finds what was spoken of last (想投诉他 劳动监察)."""
    spoken = state.record is not None and state.record in decision.records[:1]
    return spoken and decision.outcome == "answer" and not decision.unsure


def _of_a_family(
    turn: Turn,
    found: Found,
    reading: Understanding,
    knowledge: Knowledge,
    rules: Rules,
    today: date,
    writer: Writer,
) -> Turn | None:
    """What all of several things of one name state alike, by the ordinary one of them; else the
    choice, with what each states.  ``None`` where none states it, or there are not several."""
    kin = _family(found, reading)
    if not kin:
        return None
    facet = reading.facets[0]
    lines = {one.code: choices.stated(one, facet, writer) for one in kin}
    if not any(lines.values()):
        return None
    if len(set(lines.values())) == 1 and not _is_special(kin[0]):
        alike = standing.Standing(
            record=kin[0].code, facets=(facet,), said="takes", text=reading.focus
        )
        return continued(turn, alike, knowledge, rules, today)
    shown = sorted(kin, key=lambda one: lines[one.code] is None)[: choices.MOST_CHOICES]
    draft = choices.family(reading.focus, shown, facet, writer, knowledge)
    decision = replace(found.decision, records=tuple(one.code for one in shown))
    return replace(turn, search=found.search, decision=decision, draft=draft)


def _family(found: Found, reading: Understanding) -> list[ServiceItem]:
    """The things to apply for whose names have what a short question is about, where it asks for
    one thing that is said in a line and a choice would be asked for (身份证多少钱), or nothing be
    found for a thing to get; the ordinary ones first.  Empty if there are not several."""
    said = reading.focus.replace(" ", "")
    decision, thing = found.decision, standing.words().thing.search(said) is not None
    if decision.matched is not None or decision.outcome not in ("clarify", "none"):
        return []
    if decision.outcome == "none" and not thing:
        return []
    if len(reading.facets) != 1 or reading.facets[0] not in _SAID_IN_A_LINE or len(said) < 2:
        return []
    if reading.language == "en" or reading.district is not None:
        return []
    kin = [
        one.record
        for one in found.candidates
        if isinstance(one.record, ServiceItem) and said in normalise(one.record.name)
    ]
    kin.sort(key=_is_special)
    return kin if len(kin) > 1 else []


def _is_special(record: Record) -> bool:
    """Whether a thing is not the ordinary one of its name (临时居民身份证, 提取（离休、退休）)."""
    return standing.words().special.search(normalise(record.name)) is not None


_SAID_IN_A_LINE = (
    Facet.FEE,
    Facet.TIME_LIMIT,
    Facet.PLACE,
    Facet.AMOUNT,
    Facet.VISITS,
    Facet.DELIVERY,
    Facet.HOURS,
    Facet.CONTACT,
    Facet.ONLINE,
)
"""What one record says of these is short enough for a row of a choice."""


def _asks_again(decision: Decision, state: DialogueState) -> bool:
    """Whether a choice would be asked for among what was offered just before: nobody is asked the
    same twice, the likeliest answers."""
    offered = set(decision.records) <= set(state.offered)
    return decision.outcome == "clarify" and bool(decision.records) and offered


def for_here(turn: Turn, rules: Rules) -> Turn:
    """The turn whose answer to a question about another place says that it holds for Guangzhou."""
    draft, reading = turn.draft, turn.understanding
    if draft is None or reading is None or turn.decision is None or reading.district:
        return turn
    place = rules.elsewhere.place(reading.text)
    if place is None or draft.status not in (Status.ANSWERED, Status.PARTIAL):
        return turn
    line = Sentence(text=replies()["elsewhere"]["beside"].format(place=place))
    return replace(turn, draft=replace(draft, sentences=(line, *draft.sentences)))


def find(reading: Understanding, knowledge: Knowledge, today: date) -> Found:
    """Search among what is in force and decide, nothing composed yet.

    Where all that the question calls by name is no longer in force, what is like it is looked for.
    """
    assert knowledge.searcher is not None
    query = query_of(reading, today)
    search = knowledge.searcher.search(query)
    decision, seen = decide(search, reading, knowledge, today)
    if search.hits and not seen:
        search = knowledge.searcher.search(replace(query, decisive=None))
        decision, seen = decide(search, reading, knowledge, today)
    return Found(search, decision, seen)


def _found(reading: Understanding, knowledge: Knowledge, rules: Rules, today: date) -> Found:
    """What the question finds; where that is nothing, what it finds with a plainer word in place of
    a mild one (我想同女朋友结婚, 人)."""
    found = find(reading, knowledge, today)
    rest = reading.text
    for one in _mild(reading, rules):
        rest = rest.replace(one, rules.mild[one])
    if found.decision.outcome != "none" or rest == reading.text:
        return found
    plainer = find(reading_of.again(rest, reading, rules), knowledge, today)
    return plainer if plainer.decision.outcome != "none" else found


def _mild(reading: Understanding, rules: Rules) -> set[str]:
    """The mild outside words of a question that has no other outside ones, and inside ones too."""
    said = {one.phrase for one in rules.outside.find(reading.text)}
    mild = said and said <= rules.mild.keys() and rules.inside.holds(reading.text)
    return said if mild else set()


def query_of(reading: Understanding, today: date) -> Query:
    """What is searched for a message: among what is in force, and holds in the district named."""
    return Query(
        text=reading_of.timeless(reading.original),
        focus=reading_of.timeless(reading.focus),
        limit=LIMIT,
        decisive=model().name_share,
        where=Filter(on=today, regions=_regions(reading.district)),
    )


def _regions(district: str | None) -> tuple[str, ...]:
    """The places whose records concern a district; none named, none is left out."""
    return (district, "广州市", "广东省") if district else ()


def compose(
    record: Record,
    asked: Sequence[Facet],
    reading: Understanding,
    decision: Decision,
    hits: Sequence[Hit],
    writer: Writer,
    today: date,
    line: Hotline | None = None,
    *,
    more: bool = True,
) -> Draft:
    """The reply of one record to the asked facets; ``hits`` tell which parts of it were found;
    ``line``: whom to call where the record has no telephone; ``more``: as of :func:`items.answer`.
    """
    mine = [hit for hit in hits if hit.document.record == record.code]
    if isinstance(record, Policy):
        more = policies.asks_more(record, reading.text)
        passages = [one.document.id for one in mine if more and one.document.kind == "article"]
        return policies.answer(record, passages[:_MOST_ARTICLES], reading.text, writer)
    if isinstance(record, Hotline):
        return policies.hotline(record, writer)
    number = _same_question(record, reading.text)
    if number is not None:
        asked = ()  # the record answers the very question
    elif not asked:
        number = _faq_number(record, decision.passage)
    if number is not None:
        items.say_faq(record, number, writer)
    heard = _faq_heard(record, mine) if number is None else None
    if isinstance(record, Bundle) and guide.guided(record) and not asked and number is None:
        items.say_overview(record, writer)
        state = guide.begin(record, reading.original, today, writer)
        items.parts_card(record, writer)
        return replace(writer.draft(Status.GUIDING, "begun"), guide=state)
    district = reading.district
    if district and district.removesuffix("区") in record.name:
        district = None  # the record's own name says it, the citizen asked for no district
    draft = items.answer(
        record, asked, writer, district=district, today=today, line=line, more=more
    )
    if heard is None or (asked and draft.status is Status.ANSWERED):
        return draft
    items.say_faq(record, heard, writer)
    return writer.draft(draft.status, draft.reason)


def _draft(
    found: Found,
    reading: Understanding,
    knowledge: Knowledge,
    rules: Rules,
    today: date,
    writer: Writer,
    ideas: Sequence[str],
) -> Draft:
    decision = found.decision
    records = [record for code in decision.records if (record := knowledge.record(code))]
    outside = _is_outside(found, reading, rules)
    if not reading.focus and not outside and decision.matched is None:
        return choices.empty(writer, ideas)
    if decision.outcome == "none" or (outside and decision.matched is None):
        if outside or not _governmental(found, reading, rules):
            unwell = rules.unwell.holds(reading.text)
            return choices.out_of_scope(writer, ideas, knowledge, unwell=unwell)
        nearest = _nearest(found) if decision.confidence >= model().nearest_at else ()
        return choices.not_found(nearest, reading.facets, writer, knowledge)
    if decision.unsure and len(kin := _called(found, reading)) > 1:
        return choices.clarify(kin, reading.facets, writer, same_name=None)
    if decision.unsure:
        return choices.unsure(records, reading.facets, writer, knowledge)
    if decision.outcome == "clarify":
        same = records[0].name if len({one.name for one in records}) == 1 else None
        return choices.clarify(records, reading.facets, writer, same_name=same)
    hits, line = found.search.hits, _line(knowledge)
    return compose(records[0], reading.facets, reading, decision, hits, writer, today, line)


def _is_outside(found: Found, reading: Understanding, rules: Rules) -> bool:
    """Whether the words of a question are about no government service; mild ones tell nothing where
    it has words of services too, and a record is found or they are whole words (我想同女朋友结婚;
    the 办 in 女朋友生气了怎么办 is none)."""
    if not rules.outside.holds(reading.text):
        return False
    if not _mild(reading, rules):
        return True
    inside = max(len(one.phrase) for one in rules.inside.find(reading.text))
    return found.decision.outcome == "none" and inside < _WORD


_WORD = 2
"""Least letters of an inside word that counts by itself."""


def _line(knowledge: Knowledge) -> Hotline | None:
    """The hotline that is told where a record has no telephone."""
    record = knowledge.record(choices.PUBLIC_HOTLINE)
    return record if isinstance(record, Hotline) else None


def _called(found: Found, reading: Understanding) -> list[Record]:
    """The things that a question which only names them (社保卡怎么办) calls so: each is meant as
    well as the others, the choice is plain."""
    said = reading.focus.replace(" ", "")
    if not 2 <= len(said) <= _NAME or reading.language == "en":
        return []
    kin = [
        one.record
        for one in found.candidates
        if isinstance(one.record, ServiceItem | Bundle)
        and any(said in normalise(name) for name in (one.record.name, *one.record.aliases))
    ]
    return list[Record](sorted(kin, key=_is_special))[: choices.MOST_CHOICES]


_NAME = 6
"""The most letters of a question that only names a thing."""


def _person(found: Found, reading: Understanding, rules: Rules) -> str | None:
    """Which line to a person the question wants, unless a record's whole name says it."""
    if found.decision.matched is not None:
        return None
    wanted = next(iter(rules.person.find(reading.text)), None)
    return rules.person_lines[wanted.phrase] if wanted else None


def _nearest(found: Found) -> list[Record]:
    """The records that explain a fair part of the question, though not enough to answer."""
    return [one.record for one in found.candidates if one.hit.coverage >= NEAR]


def _governmental(found: Found, reading: Understanding, rules: Rules) -> bool:
    """Whether a question without a record is about government services all the same.

    In doubt it is: the way to 12345 helps more than being told that one asks the wrong one.
    """
    if reading.language == "en" or rules.inside.holds(reading.text):
        return True
    return any(one.hit.coverage >= FAMILIAR for one in found.candidates)


def asked_of(record: Record, reading: Understanding, rules: Rules) -> tuple[Facet, ...]:
    """The facets that the question asks of this record."""
    named = reading_of.facets_about(reading.text, (record.name, *record.aliases), rules)
    asked = tuple(dict.fromkeys(_paid(record, facet, reading.text) for facet in named))
    if reading.whole and isinstance(record, Bundle):
        return tuple(facet for facet in asked if facet not in (Facet.MATERIALS, Facet.PROCESS))
    return asked


def _paid(record: Record, facet: Facet, text: str) -> Facet:
    """多少钱 of a benefit asks what is paid out, unless the question says that it means a fee."""
    benefit = _BENEFIT.search(record.name) is not None
    if facet is Facet.FEE and benefit and not _CHARGE.search(text):
        return Facet.AMOUNT
    if facet is Facet.AMOUNT and not benefit and facts(record, Facet.FEE) and "多少钱" in text:
        return Facet.FEE  # 首次申领多少钱 has 领多少钱 in it
    return facet


_BENEFIT = re.compile(
    "津贴|补贴|补助|补偿|奖励|优待金|失业保险金|养老金|待遇|救助|供养|最低生活保障|扶助"
)
_CHARGE = re.compile(
    "收费|收唔收|收不收|费用|工本费|手续费|要钱|畀钱|交钱|花钱|免费|使钱|fee|charge|cost"
)


def _chosen(
    turn: Turn,
    reading: Understanding,
    knowledge: Knowledge,
    rules: Rules,
    today: date,
    writer: Writer,
) -> Turn:
    """What follows on “第二个”, on “第二步怎么办”, or on “都不是”."""
    state, last = turn.state, turn.state.listed
    one = pointing.pointed(normalise(turn.message.text).strip())
    codes = pointing.shown(state, one) if one else state.offered
    if one is not None and one.step and state.offered:
        return _first_which(turn, reading, knowledge, rules, today, writer)
    if reading.choice is None:
        records = [found for code in codes if (found := _in_force(code, knowledge, today))]
        asked = state.facets if state.offered else last.facets if last else ()
        again = replace(reading, facets=asked)
        return replace(turn, understanding=again, draft=choices.no_such(records, asked, writer))
    if not reading.choice:
        return replace(turn, draft=choices.neither(writer, knowledge))
    code = codes[reading.choice - 1]
    record = _in_force(code, knowledge, today)
    if record is None:
        return replace(turn, draft=choices.not_found((), (), writer, knowledge))
    facets = state.facets
    if last is not None and codes is not state.offered and state.record not in last.codes:
        facets = last.facets  # something else was spoken of since
    if reading.text and not pointing.asks_how(reading.text):
        asks = standing.Standing(
            record=code, facets=standing.meant(reading, state), text=reading.focus
        )
        return continued(turn, asks, knowledge, rules, today)
    facets = () if reading.text else facets
    reading = replace(reading, facets=facets)
    decision = Decision(outcome="answer", records=(code,), confidence=1.0)
    draft = compose(record, facets, reading, decision, (), writer, today, _line(knowledge))
    return replace(turn, understanding=reading, decision=decision, draft=draft)


def _first_which(
    turn: Turn,
    reading: Understanding,
    knowledge: Knowledge,
    rules: Rules,
    today: date,
    writer: Writer,
) -> Turn:
    """What follows on “第二步” while a choice is open: the likeliest begins if it is a bundle that
    leads through its steps, else the choice comes first."""
    state = turn.state
    records = [one for code in state.offered if (one := _in_force(code, knowledge, today))]
    first = next(iter(records), None)
    if isinstance(first, Bundle) and guide.guided(first):
        begins = standing.Standing(record=first.code, facets=(), said="takes", text="")
        plain = replace(reading, facets=(), focus="")
        return continued(replace(turn, understanding=plain), begins, knowledge, rules, today)
    again = replace(reading, facets=state.facets)
    draft = choices.no_such(records, state.facets, writer, text="first_which")
    return replace(turn, understanding=again, draft=draft)


def _standing(
    turn: Turn, reading: Understanding, knowledge: Knowledge, rules: Rules, today: date
) -> standing.Standing | None:
    """What the message is about because of what was said, if that is still in force."""
    asks = bool(reading.facets) or standing.is_document(reading)
    if (rules.outside.holds(reading.text) and not asks) or any(rules.person.find(reading.text)):
        return None

    look, name = looker(reading, knowledge, rules, today), namer(knowledge)
    papers = papers_of(knowledge)
    states, parts = stater(knowledge), parts_of(knowledge)
    stands = standing.stand(reading, turn.state, look, name, papers, states, parts)
    if stands is None or _in_force(stands.record, knowledge, today) is None:
        return None
    return replace(stands, record=_stating(stands, knowledge, look, name))


def looker(
    reading: Understanding, knowledge: Knowledge, rules: Rules, today: date
) -> standing.Look:
    """How the rules of follow-ups search for words of a message; the same is searched once."""

    known: dict[tuple[str, tuple[str, ...]], standing.Seen] = {}

    def look(text: str, among: Sequence[str] = (), /) -> standing.Seen:
        key = (text, tuple(among))
        if key not in known:
            known[key] = search(text, among)
        return known[key]

    def search(text: str, among: Sequence[str]) -> standing.Seen:
        of = reading_of.again(text, reading, rules)
        if not among:
            found = find(of, knowledge, today)
            return standing.Seen(
                decision=found.decision, candidates=found.candidates, focus=of.focus
            )
        assert knowledge.searcher is not None
        query = replace(query_of(of, today), limit=_MANY, decisive=None)
        hits = [
            one for one in knowledge.searcher.search(query).hits if one.document.record in among
        ]
        seen = candidates(hits, of, knowledge, today)
        return standing.Seen(decision=Decision(outcome="none"), candidates=seen, focus=of.focus)

    return look


def namer(knowledge: Knowledge) -> Callable[[str], str]:
    """The name of the record of a code; empty if there is none."""
    return lambda code: record.name if (record := knowledge.record(code)) else ""


def papers_of(knowledge: Knowledge) -> standing.Papers:
    """How much of what something is called stands in the documents that a record asks for."""

    def papers(code: str, called: str) -> float:
        record, pairs = knowledge.record(code), _pairs(called)
        asked = facts(record, Facet.MATERIALS) if record else ()
        shares = [len(pairs & _pairs(normalise(one.text))) / max(len(pairs), 1) for one in asked]
        return max(shares, default=0.0)

    return papers


def stater(knowledge: Knowledge) -> standing.States:
    """Whether a record is one to apply for that states something of some facets, if any are
    wanted."""

    def states(code: str, wanted: Sequence[Facet]) -> bool:
        record = knowledge.record(code)
        if not isinstance(record, ServiceItem):
            return False
        return not wanted or any(facts(record, one) for one in wanted)

    return states


def parts_of(knowledge: Knowledge) -> standing.Parts:
    """The codes of the parts of a bundle; none of any other record."""

    def parts(code: str) -> Sequence[str]:
        record = knowledge.record(code)
        return [one.code for one in record.items if one.code] if isinstance(record, Bundle) else ()

    return parts


def _stating(
    stands: standing.Standing,
    knowledge: Knowledge,
    look: standing.Look,
    name: Callable[[str], str],
) -> str:
    """Of a bundle that says nothing of what is asked: the part that is meant; where none is named,
    of those that state it the one called most like the bundle (离婚登记 of 离婚一件事)."""
    record = knowledge.record(stands.record)
    if not isinstance(record, Bundle) or not stands.facets:
        return stands.record
    if any(facts(record, facet) for facet in stands.facets):
        return stands.record
    parts = [one.code for one in record.items if one.code]
    stating = [
        code
        for code in parts
        if (part := knowledge.record(code)) and any(facts(part, one) for one in stands.facets)
    ]
    if stands.text:
        named = look(stands.text, parts).best
        meant = named is not None and named.hit.score >= standing.PART_SCORE
        return named.record.code if named and meant else stands.record
    if not stating:
        return stands.record
    event = _pairs(record.name)
    return max(stating, key=lambda code: len(event & _pairs(name(code))))


_MANY = 300
"""How many hits are looked at for one of few records."""


def continued(
    turn: Turn, stands: standing.Standing, knowledge: Knowledge, rules: Rules, today: date
) -> Turn:
    """What a record says to a message that stands on what was said before.

    Where the message named something itself, the reply says what it takes it to be about.
    """
    assert turn.understanding is not None and knowledge.searcher is not None
    record = _in_force(stands.record, knowledge, today)
    assert record is not None
    reading = standing.told(turn.state, turn.understanding)
    asked = tuple(dict.fromkeys(_paid(record, one, reading.text) for one in stands.facets))
    reading = replace(reading, facets=asked)
    writer = Writer(english=reading.language == "en", told=Told(profile=dict(reading.profile)))
    query = Query(
        text=f"{record.name} {stands.text}",
        focus=reading.focus,
        limit=LIMIT,
        where=Filter(on=today),
    )
    hits = knowledge.searcher.search(query).hits if reading.focus else ()
    mine = [one for one in hits if one.document.record == record.code]
    passage = next((one.document.id for one in mine if "#" in one.document.id), None)
    decision = Decision(outcome="answer", records=(record.code,), passage=passage, confidence=0.5)
    if stands.said:
        name = items.named(record)
        writer.say(replies()["answered"][stands.said].format(name=record.name), record, [name])
    asks_plainly = stands.record == turn.state.record and bool(turn.understanding.facets)
    draft = compose(
        record,
        asked,
        reading,
        decision,
        mine,
        writer,
        today,
        _line(knowledge),
        more=not asks_plainly,  # the rest was told before
    )
    return replace(turn, understanding=reading, decision=decision, draft=draft)


def _both(
    turn: Turn, knowledge: Knowledge, rules: Rules, today: date, ideas: Sequence[str]
) -> Turn | None:
    """Both answers to a message that asks two things; ``None`` if it does not."""
    reading = turn.understanding
    parts = standing.two(turn.message.text) if reading else None
    if reading is None or parts is None:
        return None
    first = _part(turn, parts[0], turn.state, knowledge, rules, today, ideas)
    if first is None:
        return None
    second = _part(turn, parts[1], following(first), knowledge, rules, today, ideas)
    if second is None or first.decision is None or second.decision is None:
        return None
    one, other = first.decision.records[0], second.decision.records[0]
    if one == other:
        return None
    assert first.draft is not None and second.draft is not None
    assert second.understanding is not None
    return replace(
        turn,
        understanding=second.understanding,
        decision=replace(second.decision, records=(other, one)),
        draft=choices.joined(first.draft, second.draft),
    )


def _part(
    turn: Turn,
    text: str,
    state: DialogueState,
    knowledge: Knowledge,
    rules: Rules,
    today: date,
    ideas: Sequence[str],
) -> Turn | None:
    """One of two questions answered as a message of its own; ``None`` if no record answers it."""
    message = replace(turn.message, text=text)
    reading = reading_of.understand(message, state, rules, ear=False)
    if reading.intent is not Intent.ASK:
        return None
    begun = replace(turn, message=message, state=state, understanding=reading)
    answered = _answered(begun, knowledge, rules, today, ideas)
    draft = answered.draft
    shown = draft is not None and draft.status in (Status.ANSWERED, Status.PARTIAL)
    return answered if shown and answered.decision is not None else None


def _in_force(code: str, knowledge: Knowledge, today: date) -> Record | None:
    """A record that a conversation remembers, unless it has gone or expired since."""
    record = knowledge.record(code)
    return record if record is not None and is_current(record, today) else None


def _same_question(record: ServiceItem | Bundle, text: str) -> int | None:
    """The number of the record's frequent question that is worded like this one, if any is."""
    asked = _pairs(text)
    alike = [
        (2 * len(asked & said) / max(len(asked) + len(said), 1), -number)
        for number, faq in enumerate(record.faqs)
        if (said := _pairs(normalise(faq.question)))
    ]
    best, number = max(alike, default=(0.0, 0))
    return -number if best >= ALIKE else None


def _pairs(text: str) -> set[str]:
    """The pairs of neighbouring letters and digits."""
    letters = [one for one in text if one.isalnum()]
    return {"".join(pair) for pair in pairwise(letters)}


def _faq_heard(record: ServiceItem | Bundle, mine: Sequence[Hit]) -> int | None:
    """The record's frequent question that the search found for a good part of the question."""
    start = f"{record.code}#faq"
    return next(
        (
            int(one.document.id.removeprefix(start))
            for one in mine
            if one.document.id.startswith(start) and one.coverage >= HEARD
        ),
        None,
    )


HEARD = 0.5
"""Least coverage of a question by a frequent question that is shown beside the answer."""


def _faq_number(record: ServiceItem | Bundle, passage: str | None) -> int | None:
    code, _, part = (passage or "").partition("#faq")
    return int(part) if part.isdigit() and code == record.code else None
