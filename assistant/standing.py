"""How a message stands to what was said before: the rules of follow-ups, in one place.

In this order: it picks one of the choices that were offered, by describing it; it corrects
(不是甲，是乙); it goes back (刚才那个 …); it goes on about the record last spoken of; or it stands
for itself.
What carries over: the record; the facets, where the message names none and only who, where or when
changed; what was told of the one who asks; the district.  The words are in ``standing.toml``, the
numbers below were read off the development follow-ups (``eval/gold/followups-dev.jsonl``).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cache
from importlib import resources
from typing import Literal, Protocol

from assistant import asking, pointing, turning
from assistant.resolution import Candidate
from assistant.types import Decision, DialogueState, Understanding
from knowledge.types import Bundle, Facet, Record, ServiceItem
from retrieval.analyzer import normalise

CLEAR_SCORE, CLEAR_MEANING = 3.3, 0.72
"""From which score, or strength of people's own wordings, a message names another matter by
itself.  Of 16 changes of topic all but one reached either, of 130 messages that go on 5 did."""

POINTED_SCORE = 0.9
"""How far ahead an earlier record must be that is named again."""

AGAIN = 0.5
"""Least share of what a message is about that names an earlier record, and not the last one."""

PART_SCORE = 1.2
"""Least score of a part of a bundle that is meant, of one that the message names."""

PICKED_SCORE, DESCRIBED_SCORE = 0.5, 0.25
"""Least score of a choice that is described, and of one where nothing is asked besides."""

EVENT_SCORE = 1.2
"""Least score of a bundle whose event a message tells; 我个仔都要办呢 tells of none."""

FOUND = 0.3
"""From which confidence what a correction means is found by itself."""

FAR = 0.5
"""How far ahead what was not offered must be of what was, to be meant by one who describes it."""

SHORT = 14
"""A message of at most so many letters that names nothing clearly goes on about what was said."""

STATED = 16
"""The most letters of a statement that is heard as a circumstance, whatever it is about."""

_MOST_DOCUMENT = 12
"""Longest message that asks whether a document is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Abroad:
    """People of another place: how one is ``said`` to be one, what the name of a matter for them
    has (``kind``), and what they are ``called`` in a search."""

    said: re.Pattern[str]
    kind: re.Pattern[str]
    called: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The patterns of ``standing.toml``."""

    back: re.Pattern[str]
    pointing: re.Pattern[str]
    corrections: tuple[re.Pattern[str], ...]
    both: re.Pattern[str]
    nonsense: re.Pattern[str]
    persons: re.Pattern[str]
    who: re.Pattern[str]
    that_one: re.Pattern[str]
    of_several: re.Pattern[str]
    kind: re.Pattern[str]
    applies: re.Pattern[str]
    requests: re.Pattern[str]
    goes_on: re.Pattern[str]
    polar: re.Pattern[str]
    document: re.Pattern[str]
    before_document: re.Pattern[str]
    possessed: re.Pattern[str]
    dealt: re.Pattern[str]
    what_now: re.Pattern[str]
    refused: re.Pattern[str]
    wants: re.Pattern[str]
    instead: re.Pattern[str]
    child: re.Pattern[str]
    for_children: re.Pattern[str]
    business: re.Pattern[str]
    acts: re.Pattern[str]
    thing: re.Pattern[str]
    special: re.Pattern[str]
    abroad: tuple[Abroad, ...]


@cache
def words() -> Words:
    """The patterns, compiled once a process."""
    text = resources.files("assistant").joinpath("standing.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    single = {
        name: re.compile(pattern) for name, pattern in table.items() if isinstance(pattern, str)
    }
    return Words(
        corrections=tuple(map(re.compile, table["corrections"])),
        abroad=tuple(
            Abroad(said=re.compile(one["said"]), kind=re.compile(one["kind"]), called=one["called"])
            for one in table["abroad"]
        ),
        **single,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What words find by themselves: the decision, and its candidates, best first.

    ``focus``: what the words are about; empty if they name nothing.
    """

    decision: Decision
    candidates: tuple[Candidate, ...]
    focus: str = ""

    @property
    def best(self) -> Candidate | None:
        return self.candidates[0] if self.candidates else None


class Look(Protocol):
    """Search a text as a message of its own; ``among``: only these records are candidates."""

    def __call__(self, text: str, among: Sequence[str] = (), /) -> Seen: ...


_NOTHING_SEEN = Seen(decision=Decision(outcome="none"), candidates=())
"""Of a message that names nothing there is nothing to look for."""

Papers = Callable[[str, str], float]
"""How much of what something is called stands in the documents that a record asks for, 0–1."""

States = Callable[[str, Sequence[Facet]], bool]
"""Whether a record is one to apply for that states something of these facets, if there are any."""

Parts = Callable[[str], Sequence[str]]
"""The codes of the parts of a bundle; none of any other record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The record that a message is about because of what was said.

    ``facets``: what it asks for; ``said``: the words (``replies.toml``) in which the reply says
    what it takes the message to be about; ``text``: what is looked for in the record, if anything.
    """

    record: str
    facets: tuple[Facet, ...]
    text: str
    said: Literal["goes_on", "takes"] | None = None


def stand(
    reading: Understanding,
    state: DialogueState,
    look: Look,
    name: Callable[[str], str],
    papers: Papers,
    states: States,
    parts: Parts,
) -> Standing | None:
    """How the message stands to the state; ``None``: it stands for itself.

    ``name``: that of the record of a code.
    """
    if not (state.record or state.offered):
        return None
    one = pointing.pointed(reading.text)
    if state.record and one is not None and (one.step or one.article):  # no list has it
        steps = (Facet.PROCESS,) if one.step else ()
        asks = tuple(dict.fromkeys((*steps, *reading.facets)))
        return Standing(record=state.record, facets=asks, text=reading.text)
    if state.record and _only_where(reading):
        facets = meant(reading, state)
        return Standing(record=state.record, facets=facets, said="goes_on", text="")
    text = reading.text if reading.focus else ""
    own = look(reading.original) if reading.focus else _NOTHING_SEEN
    if names_one(own, state, papers) and not _whether(own, reading, state, look, papers):
        return None
    if _happened(own, reading, state):
        return None
    if state.record and not state.offered and (code := sibling(reading, state.record, look, name)):
        return Standing(record=code, facets=state.facets, said="takes", text="")
    if (
        state.record
        and not state.offered
        and (code := for_abroad(reading, own, state.record, look, name, papers))
    ):
        anew = reading.facets or state.facets
        return Standing(record=code, facets=anew, said="takes", text="")
    facets = asked(reading) or state.facets
    if right := corrected(reading.text):
        anew = reading.facets or asking.surely(right[0]) or state.facets
        stands = _corrected(right, anew, reading, state, look, name, papers)
        if stands is not None:
            return stands
    if code := part_meant(reading, own, state, look, papers, parts):
        same: Literal["goes_on", "takes"] = "goes_on" if code == state.record else "takes"
        return Standing(record=code, facets=meant(reading, state), said=same, text=text)
    if state.offered and (code := picked(own, reading, state, look, papers, states)):
        taken: Literal["takes"] | None = None if code in state.offered else "takes"
        return Standing(record=code, facets=facets, text=text, said=taken)
    if state.offered and state.record not in state.offered:
        return _of_the_offered(
            reading, own, state, meant(reading, state), name, states, look, papers
        )
    if state.record is None:
        return None
    if code := gone_back(reading, state, own, look, name, papers):
        return Standing(record=code, facets=facets, said="goes_on", text=text)
    if _wants_another(reading, own, state.record, look):
        return None
    if _leads_away(reading, state, look, parts):
        return None
    if opens(own, (state.record,), reading, look, papers):
        return _clearly(own, meant(reading, state), text, state.record, look, name)
    if _names_a_thing(reading, own, state.record, look, papers):
        return None
    if code := variant(reading, state.record, look, name):
        return Standing(record=code, facets=facets, said="takes", text=text)
    facets = meant(reading, state)
    if not goes_on(own, reading, state) or not (facets or reading.focus):
        return None
    return Standing(
        record=state.record,
        facets=facets,
        said="goes_on" if reading.focus else None,
        text=text,
    )


def _only_where(reading: Understanding) -> bool:
    """Whether a message names a district, and nothing besides (那番禺呢)."""
    return reading.district is not None and reading.focus.replace(" ", "") in reading.district


def _whether(
    own: Seen, reading: Understanding, state: DialogueState, look: Look, papers: Papers
) -> bool:
    """Whether what is called by its name is only asked for beside the matter spoken of: whether it
    is needed, or matters (无犯罪证明要不要, 身份证过期可以吗)."""
    best = own.best
    if best is None or state.record is None or best.record.code == state.record:
        return False
    known = words()
    asks = is_document(reading) or (
        known.polar.search(reading.text) and not known.applies.search(reading.text)
    )
    return bool(asks) and not opens(own, (state.record,), reading, look, papers)


def part_meant(
    reading: Understanding,
    own: Seen,
    state: DialogueState,
    look: Look,
    papers: Papers,
    parts: Parts,
) -> str | None:
    """The part of the bundle under way that a message means which would turn elsewhere.

    Of what is said to be somebody's, or is named alone, the part that is about it (他的养老金怎么
    办), else a part that explains the message nearly as well as what it finds by itself.
    """
    bundle, *codes = under_way(state, parts) or ("",)
    best = own.best
    if not codes or best is None or is_document(reading):
        return None
    named = None if _sure(own) else words().dealt.search(reading.text)
    if said := words().possessed.search(reading.text) or named:
        about = look(said["x"], codes).best
        if about and about.hit.coverage >= WHOLLY and about.hit.score >= OWNED_SCORE:
            return about.record.code
    if best.record.code in codes:  # what was offered meanwhile is something else
        other = state.offered and best.record.code not in state.offered
        return best.record.code if other and best.hit.score >= PART_SCORE else None
    if best.record.code in state.offered:
        return None
    part = look(reading.original, codes).best
    if part is None or own.decision.matched or part.hit.score < PART_SCORE:
        return None
    near = best.hit.score - part.hit.score <= PART_BEHIND
    spoken = (bundle, *((state.record,) if state.record else ()))
    return part.record.code if near and opens(own, spoken, reading, look, papers) else None


WHOLLY, OWNED_SCORE = 0.95, 0.35
"""Least coverage and score of a part of a bundle by what is said to be somebody's: it is of the
matter itself, so that little is needed (养老金 among what a death brings: 0.60)."""

PART_BEHIND = 0.75
"""How far behind what a message finds by itself a part of the bundle under way may be."""


def sibling(
    reading: Understanding, record: str, look: Look, name: Callable[[str], str]
) -> str | None:
    """The matter like the one spoken of whose name, or an alias, has what a message says is
    different (买房提取 … 那租房呢), or which is for children (我女儿五岁呢)."""
    known = words()
    said = known.instead.search(reading.text)
    young = known.child.search(reading.text)
    if said is None or reading.facets:
        return None
    business = known.business.fullmatch(said["x"])
    if known.who.search(reading.text) and not (young or business):
        return None
    spoken = name(record)
    kind = known.for_children if young else re.compile(re.escape(said["x"]))
    if kind.search(normalise(spoken)):
        return None
    stem = _stem(spoken)
    wanted = _FOR_CHILDREN if young else said["x"]
    texts = [_among(spoken, wanted), *([] if young else [f"{wanted} {stem[-2 * _ACT :]}"])]
    found = [one.record for text in texts for one in look(text).candidates]
    alike = [
        one
        for one in found
        if isinstance(one, ServiceItem)
        and one.code != record
        and _is_called(one, kind)
        and _alike(spoken, one.name, of_the_same=young is not None)
    ]
    by_name = [one for one in alike if kind.search(normalise(one.name))]
    return next((one.code for one in (*by_name, *alike)), None)


def for_abroad(
    reading: Understanding,
    own: Seen,
    record: str,
    look: Look,
    name: Callable[[str], str],
    papers: Papers,
) -> str | None:
    """The matter like the one spoken of that is for people of another place, where a short message
    says that somebody is one (结婚登记 … 对方是香港人): the same is done in it, and its name or an
    alias has a run of letters in common."""
    who = next((one for one in words().abroad if one.said.search(reading.text)), None)
    spoken = name(record)
    if who is None or len(reading.text) > ABROAD or who.kind.search(normalise(spoken)):
        return None
    stem = _stem(spoken)
    done = _done(stem)
    code = next(
        (
            one.record.code
            for one in look(_among(spoken, who.called)).candidates
            if isinstance(one.record, ServiceItem)
            and one.record.code != record
            and who.kind.search(normalise(one.record.name))
            and done & _done(one.record.name)
            and any(
                _alike(stem, each, of_the_same=False)
                for each in (one.record.name, *one.record.aliases)
            )
        ),
        None,
    )
    best = own.best
    if best is None or best.record.code == code:
        return code
    return None if opens(own, (record,), reading, look, papers) else code


ABROAD = 18
"""The most letters of a message that says where somebody is from, and little besides."""


def _stem(name: str) -> str:
    """What stands in a name before its bracket, and before a second thing."""
    return re.split(f"[{_BRACKET}、和]", name)[0]


def _among(name: str, text: str) -> str:
    """A text beside what a record is about, without what is done in it."""
    return f"{_stem(name)[:-_ACT]} {text}"


def _done(name: str) -> set[str]:
    """What is done, by a name."""
    return {one for one in words().acts.findall(normalise(name)) if one not in _PEOPLE}


_PEOPLE = ("公民", "居民", "人员")


def _alike(one: str, other: str, *, of_the_same: bool) -> bool:
    """Whether two names have a run of letters in common; ``of_the_same``: besides what is done."""
    names = [normalise(each) for each in (one, other)]
    if of_the_same:
        names = [words().acts.sub(" ", each) for each in names]
    return max(map(len, _runs(*names)), default=0) >= ALIKE


ALIKE = 3
"""Least number of letters in one run that the names of two matters of a kind have in common."""
_FOR_CHILDREN = "小孩 未成年人"
_ACT = 2
"""Letters at the end of a name that say what is done (登记, 申领); without them no whole name of a
record stands in what is looked for, which would hide all others."""


def _is_called(record: Record, kind: re.Pattern[str]) -> bool:
    return any(kind.search(normalise(one)) for one in (record.name, *record.aliases))


def _runs(one: str, other: str) -> list[str]:
    """The longest runs of letters that two texts have in common."""
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return [part for block in blocks for part in one[block.a : block.a + block.size].split()]


def _wants_another(reading: Understanding, own: Seen, record: str, look: Look) -> bool:
    """Whether a message asks if one may get something (我可以买社保吗) that others explain wholly
    and far better than the matter spoken of."""
    best = own.best
    if best is None or best.record.code == record or not words().wants.search(reading.text):
        return False
    mine = look(reading.original, (record,)).best
    ahead = best.hit.score - (mine.hit.score if mine else 0.0)
    return best.hit.coverage >= WHOLLY and ahead >= WANTED_AHEAD


WANTED_AHEAD = 1.2
"""How far ahead what one asks to get must be of the matter spoken of."""


def _names_a_thing(
    reading: Understanding, own: Seen, record: str, look: Look, papers: Papers
) -> bool:
    """Whether a message asks something of a thing to get that it calls by its name, and that the
    matter spoken of does not know (护照多少钱 after a marriage)."""
    best, said = own.best, reading.focus
    thing = words().thing.search(said) and len(said) >= _THING
    if best is None or not reading.facets or not thing:
        return False
    if is_document(reading) or words().polar.search(reading.text) or best.record.code == record:
        return False
    named = turning.pairs(said) <= turning.pairs(normalise(best.record.name))
    return named and papers(record, said) == 0 and look(reading.original, (record,)).best is None


_THING = 2
"""Least letters of the name of a thing."""


def _leads_away(reading: Understanding, state: DialogueState, look: Look, parts: Parts) -> bool:
    """Whether a message asks what becomes of something that no part of the bundle under way is
    about (我以后没收入怎么办): then it is no question of how the bundle is done."""
    if reading.facets or not reading.focus or not words().what_now.search(reading.text):
        return False
    codes = under_way(state, parts)
    mine = look(reading.original, codes).best if codes else None
    return bool(codes) and (mine is None or mine.hit.coverage < KNOWN)


def under_way(state: DialogueState, parts: Parts) -> tuple[str, ...]:
    """The bundle that is spoken of, or led through, and its parts; empty if there is none."""
    bundles = (state.record, state.guide.bundle if state.guide else None)
    return next(((one, *found) for one in bundles if one and (found := parts(one))), ())


KNOWN = 0.4
"""From which coverage a bundle or a part of it has to do with a message."""


def _clearly(
    own: Seen,
    facets: tuple[Facet, ...],
    text: str,
    spoken: str,
    look: Look,
    name: Callable[[str], str],
) -> Standing | None:
    """Another matter that is clearly meant, where a choice would be asked for, or where another
    comes first beside the matter spoken of (那医保呢 after a birth)."""
    best = own.best
    if best is None or own.decision.matched:
        return None
    beside = look(_among(name(spoken), text))
    scores: dict[str, float] = {}
    for one in (*own.candidates, *beside.candidates):
        scores[one.record.code] = scores.get(one.record.code, 0.0) + one.hit.score
    among = {one.record.code: one.record for one in (*own.candidates, *beside.candidates)}
    among.pop(spoken, None)
    items = [code for code, record in among.items() if isinstance(record, ServiceItem)]
    if not items:
        return None
    first = max(items, key=scores.__getitem__)
    if max(scores[code] for code in among) - scores[first] >= BESIDE_AHEAD:
        return None
    if first == best.record.code and not own.decision.unsure:
        return None
    return Standing(record=first, facets=facets, said="takes", text=text)


BESIDE_AHEAD = 1.0
"""How far ahead of a matter to apply for a bundle or a rule must be to be meant instead."""


def _happened(own: Seen, reading: Understanding, state: DialogueState) -> bool:
    """Whether the message tells of a life event and asks for all that it brings."""
    best = own.best
    if best is None or not reading.whole or best.record.code == state.record:
        return False
    return isinstance(best.record, Bundle) and best.hit.score >= EVENT_SCORE


def names_one(own: Seen, state: DialogueState, papers: Papers) -> bool:
    """Whether the message calls one record by its whole name or code, and no document by it."""
    called = own.decision.matched
    if called is None or own.decision.outcome != "answer":
        return False
    return state.record is None or papers(state.record, called) < 1.0


def asked(reading: Understanding) -> tuple[Facet, ...]:
    """The facets that a message surely asks for: by the table, and by what the model hears."""
    hears = asking.surely if reading.facets else asking.near
    heard = [one for one in hears(reading.text) if one is not Facet.REMEDIES or _refused(reading)]
    told = dict.fromkeys((*reading.facets, *heard))
    if is_document(reading):
        told = dict.fromkeys((Facet.MATERIALS, *told))
    if Facet.AUDIENCE in told:
        told[Facet.CONDITIONS] = None  # who may is written there
    return tuple(told)


def _refused(reading: Understanding) -> bool:
    """Whether 怎么办 may ask for a remedy: something was refused, or it is asked in other words."""
    known = words()
    return bool(known.refused.search(reading.text) or not known.what_now.search(reading.text))


def meant(reading: Understanding, state: DialogueState) -> tuple[Facet, ...]:
    """The facets that a message which goes on is answered with: those it surely asks for, else the
    likeliest, else what yes-or-no questions ask for, else what was asked before; all that matters
    where it only asks what to do (他的养老金怎么办)."""
    likely = asking.likely(reading.text)
    if words().what_now.search(reading.text) and not _refused(reading):
        return asked(reading) or tuple(one for one in likely if one is not Facet.REMEDIES)
    return (
        asked(reading)
        or likely
        or ((Facet.CONDITIONS,) if words().polar.search(reading.text) else ())
        or carried(reading, state)
    )


def is_document(reading: Understanding) -> bool:
    """Whether a short message asks if a document is needed."""
    known = words()
    return any(
        len(part) <= _MOST_DOCUMENT
        and bool(known.document.search(part) or known.before_document.search(part))
        for part in re.split(r"[,，。;；?？!！]", reading.text)
    )


def carried(reading: Understanding, state: DialogueState) -> tuple[Facet, ...]:
    """What was asked before, where only who, where or when is said anew (那天河呢)."""
    known = words()
    who_else = known.persons.search(reading.text) or known.who.search(reading.text)
    anew = reading.district or reading.profile or who_else
    if not anew and len(reading.text) > _MOST_DOCUMENT:
        return ()
    where = (Facet.PLACE,) if reading.district else ()
    who = (Facet.CONDITIONS,) if anew and not reading.district else ()
    return tuple(dict.fromkeys((*state.facets, *where, *who)))


def opens(
    own: Seen, spoken: Sequence[str], reading: Understanding, look: Look, papers: Papers
) -> bool:
    """Whether a message turns to another matter than those spoken of."""
    best = own.best
    if best is None or best.record.code in spoken or not reading.focus:
        return False
    if words().who.search(reading.text):
        return False
    return turning.turns(signs(own, best, spoken, reading, look, papers))


def signs(
    own: Seen,
    best: Candidate,
    spoken: Sequence[str],
    reading: Understanding,
    look: Look,
    papers: Papers,
) -> dict[str, float]:
    """The signs of :mod:`assistant.turning` of a message among matters spoken of."""
    mine = look(reading.original, spoken).best
    return turning.signs(
        reading,
        own.decision,
        best,
        mine.hit if mine else None,
        polar=words().polar.search(reading.text) is not None,
        document=is_document(reading),
        papers=max((papers(one, reading.focus) for one in spoken), default=0.0),
    )


def goes_on(own: Seen, reading: Understanding, state: DialogueState) -> bool:
    """Whether a message that names nothing else is short, or has a sign of going on.

    While something else waits for an answer, a short message is more likely one to that.
    """
    known, text = words(), reading.text
    if not reading.facets and asking.belongs_elsewhere(text):
        return False
    waits = (state.form, state.enquiry, state.handoff, state.guide)
    told = asked(reading)
    return bool(
        (told and (told != (Facet.CONDITIONS,) or len(text) <= STATED))
        or (len(text) <= SHORT and not any(waits))
        or reading.district
        or reading.profile
        or known.persons.search(text)
        or known.goes_on.search(text)
        or (own.best is not None and own.best.record.code == state.record)
    )


def corrected(text: str) -> tuple[str, str] | None:
    """What is meant, and what is not, if a message corrects what was said."""
    for pattern in words().corrections:
        if found := pattern.search(text):
            return found["y"], found.groupdict().get("x") or ""
    return None


def _corrected(
    meant: tuple[str, str],
    facets: tuple[Facet, ...],
    reading: Understanding,
    state: DialogueState,
    look: Look,
    name: Callable[[str], str],
    papers: Papers,
) -> Standing | None:
    """The record that a correction means: what is meant in place of what is not, in the name of the
    record that it corrects, and never a rule in place of a thing to apply for; that record itself
    where only a circumstance is corrected (不是猪，是羊)."""
    right, wrong = meant
    own = look(right)
    if not own.focus:
        return None  # says only what it asks of the same (我问的是多少钱)
    before = state.record or next(iter(state.offered), "")
    spoken = name(before)
    stem = spoken.replace(wrong, "") if wrong else spoken.partition(_BRACKET)[0]
    clear = is_clear(own) and _names_it(own, right)
    beside = look(f"{stem} {right}") if spoken and not clear else own
    said = replace(reading, text=right, original=right, focus=own.focus)
    kept = _stays(own, said, wrong, before, look, name, papers)
    if before and (kept or (_is_circumstance(own, right) and _is_near(beside, before))):
        return Standing(record=before, facets=facets, said="goes_on", text=right)
    for one in (*beside.candidates, *own.candidates):
        if one.record.code != before and isinstance(one.record, ServiceItem | Bundle):
            return Standing(record=one.record.code, facets=facets, said="takes", text=right)
    return None


def _stays(
    own: Seen,
    said: Understanding,
    wrong: str,
    before: str,
    look: Look,
    name: Callable[[str], str],
    papers: Papers,
) -> bool:
    """Whether what is meant is of the same matter: it comes first by itself; or it is not said as
    one that turns, what it is not has no part in the name, and with that it comes first."""
    best = own.best
    if not before or best is None:
        return False
    if best.record.code == before:
        return True
    spoken = normalise(name(before))
    if wrong and wrong.rstrip("的嘅") in spoken:
        return False
    if turning.turns(signs(own, best, (before,), said, look, papers)):
        return False
    first = look(_among(name(before), said.text)).best
    return own.decision.confidence < FOUND or (first is not None and first.record.code == before)


def _names_it(own: Seen, right: str) -> bool:
    """Whether what is meant has a part of the name, or an alias, of what it finds by itself."""
    best = own.best
    if best is None:
        return False
    called = turning.pairs(normalise(right)) & turning.pairs(normalise(best.record.name))
    return bool(called or best.hit.matched_name)


def _is_circumstance(own: Seen, right: str) -> bool:
    """Whether what is meant only says who or how it is (我是个体户, 系张证烂咗), and neither names
    nor finds another matter."""
    known, said = words(), normalise(right)
    if known.who.search(said) or (known.persons.search(said) and not own.decision.matched):
        return True
    return own.decision.confidence < FOUND and not _names_it(own, right)


def _is_near(beside: Seen, record: str) -> bool:
    """Whether a record is among the first that are found."""
    return record in [one.record.code for one in beside.candidates[:_NEAR]]


_NEAR = 3
"""Among how many of the first it must be."""

_SHORTEST = 8
"""The most letters of a message that only names what a choice is about (商标的事怎么办)."""

_BRACKET = "（"
"""Behind it a name tells one of several kinds of the same: 住房公积金提取（离休、退休）."""


def variant(
    reading: Understanding, record: str, look: Look, name: Callable[[str], str]
) -> str | None:
    """Another kind of the matter spoken of, which a message that asks for nothing else describes:
    its bracket has a word of the message, that of the matter spoken of has none."""
    stem, _, bracket = name(record).partition(_BRACKET)
    if not bracket or not reading.focus:
        return None
    if described := words().kind.search(reading.text):
        seen = look(f"{stem} {described['x']}")
        for one in seen.candidates:
            if one.record.name.partition(_BRACKET)[0] == stem:
                ahead = _ahead(one, record, seen.candidates)
                return one.record.code if ahead >= DESCRIBED_SCORE else None
    if asked(reading):
        return None
    words_of = turning.pairs(reading.focus)
    if words_of & turning.pairs(normalise(bracket)):
        return None
    for one in look(f"{stem} {reading.text}").candidates:
        other_stem, _, other = one.record.name.partition(_BRACKET)
        if other_stem == stem and words_of & turning.pairs(normalise(other)):
            return one.record.code
    return None


def _ahead(one: Candidate, record: str, among: Sequence[Candidate]) -> float:
    """How far a candidate's score is above that of a record; 0 for the record itself."""
    last = [other.hit.score for other in among if other.record.code == record]
    return one.hit.score - max(last, default=0.0) if one.record.code != record else 0.0


def is_clear(own: Seen) -> bool:
    """Whether what comes first is surely meant."""
    hit = own.best.hit if own.best else None
    return hit is not None and (
        hit.score >= CLEAR_SCORE or hit.parts.get("meant", 0.0) >= CLEAR_MEANING
    )


def picked(
    own: Seen,
    reading: Understanding,
    state: DialogueState,
    look: Look,
    papers: Papers,
    states: States,
) -> str | None:
    """The record that the message describes: one of those offered, unless it names another.

    Before anything was answered, a short description is read behind the short message that the
    choice is about (驾驶证 … 快过期了要换的); the two together may find what was not offered.
    """
    best, wanted = own.best, asked(reading)
    if best is None or not reading.focus:
        return None
    stating = tuple(one for one in state.offered if wanted and states(one, wanted))
    offered = stating or state.offered
    behind = _behind(reading, state)
    alone = look(reading.original, offered).best
    among = look(f"{behind} {reading.original}".strip(), offered).best
    if behind and not wanted:
        both = look(f"{behind} {reading.original}")
        if other := _not_offered(both, among, offered):
            return other
        if among and both.best and both.best.record.code == among.record.code:
            return among.record.code
    if best.record.code in offered:
        return among.record.code if behind and among and not _sure(own) else best.record.code
    if _sure(own) and opens(own, offered, reading, look, papers):
        return None
    least = PICKED_SCORE if wanted else DESCRIBED_SCORE
    return among.record.code if among and alone and alone.hit.score >= least else None


def _behind(reading: Understanding, state: DialogueState) -> str:
    """The short message that a choice is about, before anything was answered, for a message that
    only describes; empty for any other."""
    last = _last_said(state)
    describes = len(reading.text) <= SHORT and not words().requests.search(reading.text)
    return last if describes and not state.record and len(last) <= _SHORTEST else ""


def _not_offered(beside: Seen, among: Candidate | None, offered: Sequence[str]) -> str | None:
    """What the two messages together find far before all that was offered."""
    best = beside.best
    if best is None or best.record.code in offered:
        return None
    if not isinstance(best.record, ServiceItem | Bundle):
        return None
    ahead = best.hit.score - (among.hit.score if among else 0.0)
    return best.record.code if ahead >= FAR or beside.decision.matched else None


def _sure(own: Seen) -> bool:
    """Whether what the message finds by itself would be answered."""
    return own.decision.outcome == "answer"


def _of_the_offered(
    reading: Understanding,
    own: Seen,
    state: DialogueState,
    facets: tuple[Facet, ...],
    name: Callable[[str], str],
    states: States,
    look: Look,
    papers: Papers,
) -> Standing | None:
    """What was offered is asked about without choosing: of those that state what is asked, the one
    whose name was said most of before; the reply says so."""
    if not facets or opens(own, state.offered, reading, look, papers):
        return None
    told_of = reading.facets or reading.district or reading.profile
    if words().requests.search(reading.text) and not told_of:
        return None
    said = turning.pairs(normalise(_last_said(state)))
    stating = (
        [one for one in state.offered if states(one, facets)]
        or [one for one in state.offered if states(one, ())]
        or state.offered[:1]
    )
    first = max(stating, key=lambda one: len(turning.pairs(normalise(name(one))) & said))
    return Standing(record=first, facets=facets, said="takes", text=reading.focus)


def _last_said(state: DialogueState) -> str:
    """The citizen's last message before this one."""
    return next((one.text for one in reversed(state.said) if one.who == "citizen"), "")


def gone_back(
    reading: Understanding,
    state: DialogueState,
    own: Seen,
    look: Look,
    name: Callable[[str], str],
    papers: Papers,
) -> str | None:
    """The earlier record that a message goes back to."""
    known = words()
    spoken = (*((state.record,) if state.record else ()), *state.before)
    if not known.back.search(reading.text):
        return _one_of(reading, state, spoken, look) or _named_again(
            reading, state, own, name, papers
        )
    rest = known.pointing.sub("", known.back.sub("", reading.text)).strip(" ,，。?？!！")
    among = look(rest, spoken).candidates if rest else ()
    earlier = [one for one in among if one.record.code != state.record]
    if not earlier and own.best and opens(own, spoken, reading, look, papers):
        return own.best.record.code
    if not earlier:
        return among[0].record.code if among else _first(state.before, state.record)
    ahead = among[0].hit.score - earlier[0].hit.score
    return among[0].record.code if ahead >= POINTED_SCORE else earlier[0].record.code


def _first(before: Sequence[str], record: str | None) -> str | None:
    return before[0] if before else record


def _one_of(
    reading: Understanding, state: DialogueState, spoken: Sequence[str], look: Look
) -> str | None:
    """The earlier record that what stands before 那个 describes better than the last one."""
    named = words().of_several.search(reading.text)
    among = look(named["x"], spoken).candidates if named and state.before else ()
    if not among or among[0].record.code == state.record:
        return None
    ahead = _ahead(among[0], state.record or "", among)
    return among[0].record.code if ahead >= DESCRIBED_SCORE else None


def _named_again(
    reading: Understanding,
    state: DialogueState,
    own: Seen,
    name: Callable[[str], str],
    papers: Papers,
) -> str | None:
    """An earlier record that the message names by words which the name of the last one has not, or
    that comes first by itself while the last one is not found at all."""
    said, record = turning.pairs(reading.focus), state.record or ""
    last = turning.pairs(normalise(name(record)))
    shares = {
        code: len(said & turning.pairs(normalise(name(code))) - last) / max(len(said), 1)
        for code in state.before
    }
    code = max(shares, key=shares.__getitem__, default="")
    if code and shares[code] >= AGAIN and not is_document(reading):
        pointed = words().that_one.search(reading.text)
        return code if pointed or shares[code] > papers(record, reading.focus) else None
    best = own.best
    if best is None or best.record.code not in state.before:
        return None
    ahead = _ahead(best, record, own.candidates)
    return best.record.code if ahead >= POINTED_SCORE else None


def is_nonsense(text: str) -> bool:
    """Whether a message says nothing at all (哈哈哈哈, asdf)."""
    return words().nonsense.fullmatch(normalise(text).strip()) is not None


def two(text: str) -> tuple[str, str] | None:
    """The two questions of a message, if it joins two."""
    parts = [one for one in words().both.split(text, maxsplit=1) if one]
    return (parts[0], parts[1]) if len(parts) == 2 and min(map(len, parts)) >= 3 else None


def told(state: DialogueState, reading: Understanding) -> Understanding:
    """The reading with what was told earlier of the one who asks, unless it says otherwise."""
    known = dict(state.profile) | dict(reading.profile)
    district = reading.district or known.get("district")
    return replace(reading, profile=tuple(known.items()), district=district)
