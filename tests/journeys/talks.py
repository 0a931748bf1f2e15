"""The scripted talks of ``talks.yaml``: read, held over HTTP, judged.  The head of that file says
what its keys mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from fastapi.testclient import TestClient

from tests.journeys.test_conversations import Citizen, rows

FILE = Path(__file__).with_name("talks.yaml")
UNJUDGED = "unjudged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """``code``: ``UNJUDGED``, no item at all (``None``), or any of these."""

    status: tuple[str, ...]
    code: str | tuple[str, ...] | None = UNJUDGED
    code_all: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    not_: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One message.  ``who``: whose conversation it belongs to (tabs of a person share one)."""

    say: str
    who: str
    keep: str | None
    expect: Expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came of one line.  ``wrong``: what was expected otherwise, empty if nothing was."""

    title: str
    turn: int
    say: str
    reply: Mapping[str, Any]
    wrong: tuple[str, ...]


def load() -> tuple[Talk, ...]:
    """All talks, in the order of the file."""
    found = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return tuple(
        Talk(title=one["title"], lines=tuple(_line(turn) for turn in one["turns"])) for one in found
    )


def _line(turn: Mapping[str, Any]) -> Line:
    known = {"say", "expect", "tab", "user", "keep"}
    assert set(turn) <= known, set(turn) - known
    return Line(
        say=turn["say"],
        who=turn.get("user", "a"),
        keep=turn.get("keep"),
        expect=_expected(turn["expect"]),
    )


def _expected(given: Mapping[str, Any]) -> Expected:
    known = {"status", "code", "code_all", "mentions", "not"}
    assert set(given) <= known, set(given) - known
    code = given.get("code", UNJUDGED)
    return Expected(
        status=tuple(given["status"]),
        code=tuple(code) if isinstance(code, list) else code,
        code_all=tuple(given.get("code_all", ())),
        mentions=tuple(given.get("mentions", ())),
        not_=tuple(given.get("not", ())),
    )


def hold(talk: Talk, client: TestClient) -> list[Heard]:
    """The whole talk; the receipt of one line is put into later ones."""
    citizens: dict[str, Citizen] = {}
    kept: dict[str, str] = {}
    heard = []
    for turn, line in enumerate(talk.lines, start=1):
        citizen = citizens.setdefault(line.who, Citizen(client))
        said = line.say.format(**kept)
        try:
            reply = citizen.says(said)
            unsound = ""
        except AssertionError as error:
            reply, unsound = citizen.replies[-1], str(error).splitlines()[0]
        if line.keep:
            kept[line.keep] = _number(reply)
        wrong = (*judged(line.expect, reply), *([unsound] if unsound else []))
        heard.append(Heard(title=talk.title, turn=turn, say=said, reply=reply, wrong=wrong))
    return heard


def _number(reply: Mapping[str, Any]) -> str:
    """The number of the receipt in a reply; a dash where there is none."""
    found = rows(dict(reply), "receipt")
    return str(found[0]["text"]) if found else "-"


def judged(expected: Expected, reply: Mapping[str, Any]) -> list[str]:
    """What is otherwise than expected."""
    shown = codes(reply)
    text = _text(reply)
    wrong = []
    if reply["status"] not in expected.status:
        wrong.append(f"status {reply['status']} ({reply.get('reason')})")
    if expected.code is None and any(not one.startswith("TEL-") for one in shown):
        wrong.append(f"shows {sorted(shown)}")
    if isinstance(expected.code, tuple) and not shown & set(expected.code):
        wrong.append(f"shows {sorted(shown)}")
    wrong += [f"does not show {one}" for one in expected.code_all if one not in shown]
    wrong += [f"does not say {one}" for one in expected.mentions if one not in text]
    wrong += [f"says {one}" for one in expected.not_ if one in text]
    return wrong


def codes(reply: Mapping[str, Any]) -> set[str]:
    """The records that the reply is about: those cited, and those of its cards."""
    cited = {one["code"] for one in reply["citations"]}
    cards = {card["code"] for card in reply["cards"] if card.get("code")}
    return cited | cards


def _text(reply: Mapping[str, Any]) -> str:
    """All that is read: sentences, and what the cards say."""
    told = [reply["text"]]
    for card in reply["cards"]:
        told.append(card.get("title") or "")
        for row in card["rows"]:
            told += [str(row.get(key) or "") for key in ("label", "text", "tel")]
    return "\n".join(told)
