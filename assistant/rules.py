"""Word tables as compiled matchers: facets, crisis kinds, scope, small talk, fixed texts.

The tables are data beside this module (TOML), so that staff can read and extend them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from knowledge.types import Facet
from retrieval.lexicon import is_whole
from retrieval.phrases import Found, Phrases


@dataclass(frozen=True, slots=True)
class Sayings:
    """Words and patterns, any of which may be said.  Those that are written in ASCII are English:
    they are looked for where a text (normalised) has a Latin letter.  Words by themselves are found
    ten times as fast as beside patterns."""

    words: re.Pattern[str]
    patterns: re.Pattern[str]
    english: re.Pattern[str]

    def search(self, text: str) -> bool:
        """Whether any of them stands in the text."""
        if self.words.search(text) or self.patterns.search(text):
            return True
        return bool(_LATIN.search(text) and self.english.search(text))

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Where any of them stands in the text, words first."""
        yield from self.words.finditer(text)
        yield from self.patterns.finditer(text)
        if _LATIN.search(text):
            yield from self.english.finditer(text)

    @classmethod
    def of(cls, words: Sequence[str], patterns: Sequence[str]) -> Sayings:
        ours = [[one for one in said if not one.isascii()] for said in (words, patterns)]
        english = [[one for one in said if one.isascii()] for said in (words, patterns)]
        return cls(either(ours[0], ()), either((), ours[1]), either(*english))


_LATIN = re.compile("[a-z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class CrisisKind:
    """One kind of emergency: what people say, what excludes it, which hotlines come first.

    ``opening`` is said first, ``again`` to messages after it; both in English too.  ``urgent``:
    what brings the hotlines into the order of ``urgent_hotlines``.  ``acute``: what tells of
    somebody in danger of life whatever else is said, were it a complaint.  ``feared``: who fears it
    is in danger.
    """

    kind: str
    hotlines: tuple[str, ...]
    quiet: bool
    opening: str
    again: str
    english: str
    again_english: str
    acute: re.Pattern[str]
    say: Sayings
    unless: re.Pattern[str]
    feared: bool
    urgent: re.Pattern[str]
    urgent_hotlines: tuple[str, ...]

    def lines(self, text: str) -> tuple[str, ...]:
        """The hotlines in the order that a message (normalised) calls for."""
        return self.urgent_hotlines if self.urgent.search(text) else self.hotlines


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What takes the danger out of words of danger.

    ``denied``: right before them, there is none; ``possible``: shortly before them, there might be;
    ``then``: it is over, or is asked about.  Letters (longer than ``long`` letters, or ``formal``)
    tell of danger only in a sentence that says ``now``.
    """

    denied: re.Pattern[str]
    possible: re.Pattern[str]
    then: re.Pattern[str]
    now: re.Pattern[str]
    formal: re.Pattern[str]
    long: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """How messages after an emergency are read.

    ``lasts``: how many are heard as more of it; ``none``: what says that there was no danger,
    ``safe`` that it is over, ``coming`` that help was called or is there, unless ``still`` stands
    there too; ``unreached``: that nobody answers; ``goes_on``: that what waited is to go on.
    ``texts``: what is said, by name.
    """

    lasts: int
    none: re.Pattern[str]
    safe: re.Pattern[str]
    coming: re.Pattern[str]
    still: re.Pattern[str]
    unreached: re.Pattern[str]
    goes_on: re.Pattern[str]
    texts: Mapping[str, str]


class Matcher:
    """Finds phrases in a text, leftmost and longest first; ASCII phrases only as whole words."""

    def __init__(self, phrases: Iterable[str]) -> None:
        known = Phrases(phrases)

        def whole(text: str) -> tuple[Found, ...]:
            return tuple(one for one in known.all(text) if is_whole(text, one))

        self._whole = lru_cache(maxsize=_READ_AGAIN)(whole)

    def holds(self, text: str) -> bool:
        """Whether any of the phrases stands in the text."""
        return bool(self._whole(text))

    def find(self, text: str, among: Container[str] | None = None) -> list[Found]:
        """The occurrences (of the phrases ``among`` only), which do not overlap, in order."""
        found: list[Found] = []
        end = 0
        for one in self._whole(text):
            if one.start >= end and (among is None or one.phrase in among):
                found.append(one)
                end = one.end
        return found


_READ_AGAIN = 16
"""How many texts are kept that were read last: one turn reads the same ones several times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """What tells that a question is about another place: ``places`` without ``here`` beside them,
    and papers that only another place issues (``issued`` without ``issued_but``)."""

    places: re.Pattern[str]
    here: re.Pattern[str]
    issued: re.Pattern[str]
    issued_but: re.Pattern[str]

    def place(self, text: str) -> str | None:
        """The other place that a text (normalised) is about."""
        found = self.places.search(text)
        return found.group() if found and not self.here.search(text) else None

    def issues(self, text: str) -> bool:
        """Whether the text is about papers that only another place issues."""
        return bool(self.issued.search(text)) and not self.issued_but.search(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All word tables.  Patterns expect text that ``retrieval.analyzer.normalise`` returned.

    ``phrases`` finds facet phrases and the words that only frame a question.
    """

    facets: Mapping[str, Facet]
    phrases: Matcher
    frame_edges: frozenset[str]
    crisis: tuple[CrisisKind, ...]
    hearing: Hearing
    after: Aftermath
    inside: Matcher
    outside: Matcher
    mild: Mapping[str, str]
    unwell: Matcher
    whole: Matcher
    events: Matcher
    generic: frozenset[str]
    person: Matcher
    person_lines: Mapping[str, str]
    small_talk: Mapping[str, str]
    districts: re.Pattern[str]
    residence: Matcher
    residences: Mapping[str, str]
    elsewhere: Elsewhere

    def crisis_of(self, kind: str | None) -> CrisisKind | None:
        """The kind of emergency of a name; ``None`` if there is none of it."""
        return next((one for one in self.crisis if one.kind == kind), None)


@cache
def load() -> Rules:
    """Read and compile the tables once per process."""
    facets = _toml("facets.toml")
    scope, dangers = _toml("scope.toml"), _toml("crisis.toml")
    phrases = {phrase: Facet(name) for name, group in facets["facets"].items() for phrase in group}
    frame = facets["frame"]["words"]
    edges = frozenset(word for word in frame if len(word) == 1 and not word.isascii())
    residences = {phrase: kind for kind, group in scope["residence"].items() for phrase in group}
    lines = {phrase: kind for kind, group in scope["person"].items() for phrase in group}
    return Rules(
        facets=phrases,
        phrases=Matcher([*phrases, *(word for word in frame if word not in edges)]),
        frame_edges=edges,
        crisis=tuple(_crisis(entry) for entry in dangers["kinds"]),
        hearing=_hearing(dangers["hearing"]),
        after=_after(dangers["after"]),
        inside=Matcher(scope["inside"]),
        outside=Matcher(scope["outside"]),
        mild=scope["mild"],
        unwell=Matcher(scope["unwell"]),
        whole=Matcher(facets["whole"]["words"]),
        events=Matcher(facets["whole"]["events"]),
        generic=frozenset(scope["generic"]),
        person=Matcher(lines),
        person_lines=lines,
        small_talk={
            phrase: kind for kind, group in scope["small_talk"].items() for phrase in group
        },
        districts=alternation(scope["districts"]["names"]),
        residence=Matcher(residences),
        residences=residences,
        elsewhere=Elsewhere(
            places=re.compile(scope["elsewhere"]["places"]),
            **{
                name: either((), scope["elsewhere"][name])
                for name in ("here", "issued", "issued_but")
            },
        ),
    )


@cache
def replies() -> Mapping[str, Mapping[str, str]]:
    """Fixed texts by status and reason."""
    return _toml("replies.toml")


@cache
def guide_words() -> Mapping[str, Any]:
    """What is said to the guide, and under ``texts`` what it says (``guide.toml``)."""
    return _toml("guide.toml")


@cache
def filing_words() -> Mapping[str, Any]:
    """What is said while something is filed, by us and to us (``filing.toml``)."""
    return _toml("filing.toml")


@cache
def district_names() -> tuple[str, ...]:
    """The districts of the city, each with its 区."""
    return tuple(f"{name}区" for name in _toml("scope.toml")["districts"]["names"])


def welcome_questions() -> tuple[str, ...]:
    """Example questions for the first page; those that a release cannot answer are left out."""
    found: list[str] = _toml("replies.toml")["welcome"]["questions"]
    return tuple(found)


def alternation(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds the longest of the words at each place; ASCII words stand alone.

    ``\\b`` is of no use beside Chinese characters, so ASCII words are fenced by look-around.
    """
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return re.compile("|".join(map(_fenced, ordered)))


def either(words: Iterable[str], patterns: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of the words or patterns; without either it finds nothing."""
    parts = [*map(_fenced, words), *(f"(?:{pattern})" for pattern in patterns)]
    return re.compile("|".join(parts) or r"(?!)")


def _fenced(word: str) -> str:
    if word.isascii():
        return rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])"
    return re.escape(word)


def _crisis(entry: Mapping[str, Any]) -> CrisisKind:
    return CrisisKind(
        kind=entry["kind"],
        hotlines=tuple(entry["hotlines"]),
        quiet=entry["quiet"],
        opening=entry["opening"],
        again=entry["again"],
        english=entry["english"],
        again_english=entry["again_english"],
        acute=either((), entry.get("acute", ())),
        say=Sayings.of(entry["say"], entry["patterns"]),
        unless=either(entry["unless"], entry["unless_patterns"]),
        feared=entry.get("feared", False),
        urgent=either((), entry.get("urgent", ())),
        urgent_hotlines=tuple(entry.get("urgent_hotlines", entry["hotlines"])),
    )


def _hearing(entry: Mapping[str, Any]) -> Hearing:
    named = ("possible", "then", "now", "formal")
    patterns = {name: either((), entry[name]) for name in named}
    denied = re.compile(f"(?:{'|'.join(entry['denied'])})$")
    return Hearing(long=entry["long"], denied=denied, **patterns)


def _after(entry: Mapping[str, Any]) -> Aftermath:
    named = ("none", "safe", "coming", "still", "unreached", "goes_on")
    patterns = {name: either((), entry[name]) for name in named}
    texts = {name: said for name, said in entry.items() if isinstance(said, str)}
    return Aftermath(lasts=entry["lasts"], texts=texts, **patterns)


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("assistant").joinpath(name).read_text(encoding="utf-8"))
