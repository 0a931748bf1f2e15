"""What people say to a filing, and what it says, by name (``assistant/filing.toml``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from assistant.bundles.commands import EDGE
from assistant.bundles.commands import bare as bare_of
from assistant.rules import filing_words
from assistant.work_orders.types import OrderKind
from retrieval.analyzer import normalise

Words = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """A message that says by its words that something is to be filed.

    ``kind`` is ``None`` where that is left open; ``rest``: what it tells of the matter itself;
    ``last``: it was told before those words; ``wants``: they say that somebody wants to (我要投诉,
    not 投诉 alone, which may be part of a name), or what is wrong follows (投诉物业乱收费).
    """

    kind: OrderKind | None
    rest: str
    last: bool = False
    wants: bool = False


@cache
def texts(*, english: bool = False) -> Mapping[str, str]:
    """The fixed texts; in English as far as they are written in it."""
    found: Mapping[str, str] = filing_words()["texts"]
    return {**found, **filing_words()["english"]["texts"]} if english else found


def kind_name(kind: OrderKind, *, english: bool = False) -> str:
    names = filing_words()["english"]["kinds"] if english else {}
    return str(names.get(kind) or filing_words()["kinds"][kind]["name"])


def fields_of(kind: OrderKind) -> tuple[str, ...]:
    """The fields of a kind, in the order in which they are asked."""
    return tuple(filing_words()["kinds"][kind]["fields"])


def _field(field: str, english: bool) -> Mapping[str, Any]:
    """The words of a field."""
    words: Mapping[str, Any] = filing_words()["fields"][field]
    return {**words, **filing_words()["english"]["fields"][field]} if english else words


def label(field: str, kind: OrderKind | None = None, *, english: bool = False) -> str:
    """What a field is called, if need be in a filing of this kind."""
    if english:
        return str(_field(field, english)["label"])
    words = filing_words()["fields"][field]
    return str(words.get(f"label_{kind}") or words["label"])


def question(
    field: str,
    kind: OrderKind,
    *,
    known: bool = False,
    topic: str | None = None,
    english: bool = False,
) -> str:
    """How a field is asked for, with examples that fit the kind and (in Chinese) the topic.
    ``known``: what is asked along with it was told before."""
    words = filing_words()["english" if english else "fields"]
    words = words["fields"][field] if english else words[field]
    if known and "ask_known" in words:
        return str(words["ask_known"])
    asked = str(words.get(f"ask_{kind}") or words["ask"])
    return asked.replace("{examples}", _examples(kind, topic))


def _examples(kind: OrderKind, topic: str | None) -> str:
    """What such a matter may wish for: of the area of its topic where it complains, else of its
    kind."""
    wishes = filing_words()["wishes"]
    area = wishes["areas"].get((topic or "")[:2]) if kind in _COMPLAINS else None
    return str(area or wishes["kinds"].get(kind, ""))


_COMPLAINS = (OrderKind.COMPLAINT, OrderKind.REPORT)


def choices(field: str, *, english: bool = False) -> tuple[str, ...]:
    """What may be answered to a field, where it is asked once more."""
    return tuple(_field(field, english).get("choices", ()))


def why(field: str, *, english: bool = False) -> str:
    return str(_field(field, english)["why"])


@cache
def districts_in_english() -> Mapping[str, str]:
    """The districts as they are written in English (Tianhe), and their names."""
    found: Mapping[str, str] = filing_words()["english"]["districts"]
    return found


def likelihoods() -> tuple[float, float]:
    """From which probability on a department is shown, and from which on as very likely."""
    found = filing_words()["confidence"]
    return found["likely"], found["sure"]


def call_back() -> Mapping[str, str]:
    """The texts of an order to be called back."""
    found: Mapping[str, str] = filing_words()["call_back"]
    return found


@cache
def commands() -> Mapping[str, Words]:
    """The whole messages that are a command, by its name."""
    return {
        name: frozenset(map(normalise, one.get("whole", ())))
        for name, one in filing_words()["commands"].items()
    }


@cache
def starts(name: str) -> tuple[str, ...]:
    """How messages of a command begin, longest first."""
    return _longest(filing_words()["commands"][name]["start"])


@cache
def _whole() -> Words:
    return frozenset(word for words in commands().values() for word in words)


def bare(text: str) -> str:
    """The normalised message without courtesies and final particles, unless a command has them."""
    return bare_of(text, _whole())


@cache
def names() -> tuple[tuple[str, str], ...]:
    """What people call a field, and the field; longest names first."""
    found = [
        (normalise(name), field)
        for field, words in filing_words()["fields"].items()
        for name in words["names"]
    ]
    return tuple(sorted(found, key=lambda one: -len(one[0])))


@cache
def kind_names() -> Mapping[str, OrderKind]:
    return {normalise(kind_name(kind)): kind for kind in OrderKind}


@cache
def reading(name: str) -> tuple[str, ...]:
    """A list of words for reading free text, longest first."""
    return _longest(filing_words()["reading"][name])


def begins(text: str) -> Begin | None:
    """Whether a message says that something is to be filed, and does not only ask about that."""
    said = _HASTE.sub(r"\g<who>", bare(text))
    if (whole := _whole_kind(said)) is not None:
        return Begin(kind=None if _opens(said) else whole, rest="")
    if only_asks(text):
        return None
    before, _, end = said.rpartition(",")
    end = _HASTE.sub(r"\g<who>", bare(end))
    if before and (whole := _whole_kind(end)) is not None:
        return Begin(kind=None if _opens(end) else whole, rest=before, last=True)
    if (closed := _closed(said)) is not None and not before:
        return closed
    if not said.startswith(_openings()):
        return _within(text)
    for start in _openings():
        if said.startswith(start):
            rest = said.removeprefix(start).strip(" ，,。:：了个的")
            until = normalise(text).partition(start)[0]  # bare left 想 of 想投诉 out
            wants = start.startswith(reading("wants")) or until.endswith(reading("wants"))
            if not wants and start in _of_complaints() and has_question(_unquestioned(text)):
                return None  # 投诉的事谁来管
            wants = wants or _aggrieved(rest)
            return Begin(kind=_kind_of_start(start), rest=rest, wants=wants)
    return None


def _within(text: str) -> Begin | None:
    """A clause behind the first that says it (我是个老人家，我想问下我要投诉楼上，他们半夜搬东西):
    then the whole is the matter."""
    if has_question(_unquestioned(text)):
        return None
    for clause in _CLAUSES.split(normalise(text))[1:]:
        said = _ASKS_FIRST.sub("", clause.strip())
        for start in _openings():
            if start.startswith(("我要", "我想")) and said.startswith(start):
                return Begin(kind=_kind_of_start(start), rest=normalise(text), wants=True)
    return None


_CLAUSES = re.compile("[,，。;；!！\n]")
_ASKS_FIRST = re.compile("^(?:所以|咁|那|就)?(?:我?想?(?:请?问一?下?|咨询一?下?))+")


def _aggrieved(rest: str) -> bool:
    """Whether what follows 投诉 tells what is wrong (物业乱收费), and is not only a name."""
    return any(word in rest for word in reading("matter"))


def _unquestioned(text: str) -> str:
    """The text without what sounds like a question and is none (多久了都没人管)."""
    said = normalise(text)
    for word in _about("unless"):
        said = said.replace(word, "")
    return said


@cache
def _of_complaints() -> Words:
    return _begin(OrderKind.COMPLAINT)[1] | _begin(OrderKind.REPORT)[1]


_HASTE = re.compile(
    r"^(?:那|所以|咁)?(?P<who>我?)(?:还|仲|另外|现在|而家|依家|今天|今日|马上|立刻|即刻|一定|都|就|还是|真的|真系)+"
    r"(?=要|想)"
)
"""那我现在就要投诉."""


def _closed(said: str) -> Begin | None:
    """A message whose end says it without a comma (我被老板气死了想投诉), and asks nothing."""
    if not said.endswith(_closings()):
        return None
    for kind in OrderKind:
        for whole in _begin(kind)[0]:
            rest = said.removesuffix(whole)
            wants = whole.startswith(reading("wants")) and rest not in ("", said)
            if wants and not rest.endswith(reading("wants_not")) and not has_question(rest):
                return Begin(kind=None if _opens(whole) else kind, rest=rest, last=True)
    return None


def _whole_kind(said: str) -> OrderKind | None:
    return next((kind for kind in OrderKind if said in _begin(kind)[0]), None)


def only_asks(text: str) -> bool:
    """Whether a message asks about filing (where, how long, what comes of it)."""
    said = _unquestioned(text)
    if _asked().search(said):
        return True
    return len(said) <= _MOST_ASKED and of_filing(said) and _ends(said)


def has_question(text: str) -> bool:
    """Whether a message has a word of asking in it."""
    plain = normalise(text)
    return plain.rstrip().endswith("?") or any(word in plain for word in reading("questions"))


def accused(text: str) -> bool:
    """Whether whoever speaks is the one complained of (有人投诉我油烟)."""
    plain = normalise(text)
    return any(word in plain for word in reading("accused"))


def how_long(said: str) -> bool:
    """Whether a bare message asks when this filing has a result (这个要多久有结果)."""
    return bool(_this("how_long").fullmatch(said.strip(EDGE)))


def who_learns(said: str) -> bool:
    """Whether a bare message asks whether the other side learns who files (会不会告诉他们)."""
    return bool(_this("who_learns").fullmatch(said.strip(EDGE)))


@cache
def _this(name: str) -> re.Pattern[str]:
    return re.compile(filing_words()["this"][name])


def about_taking_back(text: str) -> bool:
    """Whether a question about filing asks how to take something back (怎么撤销投诉)."""
    plain = normalise(text)
    return any(word in plain for word in _about("back"))


def asks_what_to_do(text: str) -> bool:
    """Whether a message ends with asking what to do (么子办啰, 点算)."""
    end = normalise(text).rstrip(f"{EDGE}?!。~").rstrip(_PARTICLES)
    return end.endswith(reading("what_to_do"))


def asks_of_filing(text: str) -> bool:
    """Whether a message asks about filing and says so (投诉物业电话是多少, not 居住证要多久)."""
    return of_filing(normalise(text)) and only_asks(text)


def asks_in_general(text: str) -> bool:
    """Whether a message asks about filing and names no matter (投诉有用吗)."""
    if not asks_of_filing(text):
        return False
    return not _LETTER.search(_known().sub("", normalise(text)))


def of_filing(said: str) -> bool:
    """Whether a normalised text speaks of filing (投诉, 举报 …)."""
    return any(word in said for word in _about("of"))


@cache
def _asked() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, (*_about("words"), *_about("named")))))


def _ends(said: str) -> bool:
    """Whether a message ends with a question about filing, final particles aside."""
    if said.startswith(_about("what_if")) and said.strip(EDGE).endswith("呢"):
        return True
    end = said.strip(EDGE).rstrip(_PARTICLES).strip(EDGE)
    return end.endswith(_about("ends"))


_MOST_ASKED = 25
_PARTICLES = "啰咯嘞哦吗呢呀啊嘅㗎噶咩么吧嘛的"
_LETTER = re.compile(r"[^\W_]")


@cache
def _known() -> re.Pattern[str]:
    known = _longest({*_about("words"), *_about("ends"), *_about("general")})
    return re.compile("|".join(map(re.escape, known)))


def _kind_of_start(start: str) -> OrderKind | None:
    if _opens(start):
        return None
    return next((kind for kind in OrderKind if start in _begin(kind)[1]), None)


def _opens(said: str) -> bool:
    return any(said.startswith(one) for one in _open_starts())


@cache
def _open_starts() -> tuple[str, ...]:
    return _longest(filing_words()["begin"]["open"]["start"])


@cache
def _openings() -> tuple[str, ...]:
    return _longest({*_open_starts(), *(one for kind in OrderKind for one in _begin(kind)[1])})


@cache
def _closings() -> tuple[str, ...]:
    return _longest(one for kind in OrderKind for one in _begin(kind)[0])


@cache
def _begin(kind: OrderKind) -> tuple[Words, Words]:
    """Whole messages, and beginnings, that begin this kind."""
    found = filing_words()["begin"].get(kind, {})
    return (
        frozenset(map(normalise, found.get("whole", ()))),
        frozenset(map(normalise, found.get("start", ()))),
    )


@cache
def _about(part: str) -> tuple[str, ...]:
    """Words of questions about filing, longest first."""
    return _longest(filing_words()["asking"][part])


def _longest(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(map(normalise, words)), key=lambda one: (-len(one), one)))
