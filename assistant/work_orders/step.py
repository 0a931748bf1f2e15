"""One message of a filing, and how it goes on: the next field, or the draft."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.composing import filing as say
from assistant.composing.writer import Writer
from assistant.types import Draft, Turn, Understanding
from assistant.work_orders import extract
from assistant.work_orders.state import (
    AGAIN,
    ELSEWHERE,
    classified,
    direct_of,
    given,
    missing,
    put,
    value,
)
from assistant.work_orders.types import FilingAids, FormState
from assistant.work_orders.words import fields_of, kind_name, label, reading, texts
from channels.types import Status


@dataclass(frozen=True, slots=True)
class Step:
    """A message, as typed (``text``) and bare (``said``), and the filing that it may belong to."""

    turn: Turn
    reading: Understanding
    state: FormState
    aids: FilingAids
    text: str
    said: str
    writer: Writer

    @property
    def kind(self) -> str:
        """What the filing is called, in its language."""
        return kind_name(self.state.kind, english=self.writer.english)

    def label(self, field: str) -> str:
        """What a field is called, in the language of the filing."""
        return label(field, self.state.kind, english=self.writer.english)

    @property
    def texts(self) -> Mapping[str, str]:
        """The fixed texts in the language of the filing."""
        return texts(english=self.writer.english)


def guiding(step: Step, state: FormState) -> Draft:
    return replace(step.writer.draft(Status.GUIDING, "form"), form=state)


def ask(step: Step, state: FormState, field: str, *, again: bool = False) -> Draft:
    """Ask a field; ``again``: once more, because of what was just said to it."""
    state = replace(state, asking=f"{field}{AGAIN}" if again else field)
    say.ask(state, step.writer)
    return guiding(step, state)


def go_on(step: Step, state: FormState) -> Draft:
    """Ask what is still missing, or show the draft; before that, say where a matter belongs that
    is not filed here."""
    direct = direct_of(state, step.aids)
    if direct is not None:
        again = state.asking == ELSEWHERE
        say.say_direct(step.aids.route(direct, state.kind), step.aids, step.writer, again=again)
        return guiding(step, replace(state, asking=ELSEWHERE))
    field = missing(state)
    if field is not None:
        return ask(step, state, field)
    lawful = _lawful(step, state)
    if isinstance(lawful, Draft):
        return lawful
    say.say_draft(lawful, step.aids, step.writer)
    return guiding(step, replace(lawful, asking=None))


def _lawful(step: Step, state: FormState) -> FormState | Draft:
    """The state on a route that it has all fields for; or the question for what the route needs."""
    field = lacking(step, state)
    if field is None:
        return state
    if value(state, field) and step.state.asking != f"{field}{AGAIN}":
        return refuse(step, state, field)  # it was said, but too vaguely: asked once more
    rerouted = around(step, state)
    return rerouted or refuse(step, state, field)


def lacking(step: Step, state: FormState) -> str | None:
    """A field that was skipped though the route needs it."""
    needs, known = step.aids.route(state.route, state.kind).needs, given(state)
    wanted = (one for one in fields_of(state.kind) if one in needs)
    return next((one for one in wanted if not known.get(one) or _is_vague(known[one])), None)


def _is_vague(said: str | None) -> bool:
    """公司, 老板: nobody can find out whom that means."""
    return said in reading("organisations") or said in reading("people")


def around(step: Step, state: FormState) -> FormState | None:
    """The state on the route that needs less, if there is one; that is said."""
    route = step.aids.route(state.route, state.kind)
    if route.instead is None:
        return None
    say.remark("rerouted", step.writer, route=step.aids.route(route.instead, state.kind).name)
    return replace(state, route=route.instead)


def refuse(step: Step, state: FormState, field: str) -> Draft:
    """Say that the route needs the field, why, and the way around; ask it again."""
    route = step.aids.route(state.route, state.kind)
    say.remark("needs", step.writer, route=route.name)
    if route.because is not None:
        say.say_step(route.because, step.writer)
    if route.instead is None:
        say.remark("needs_always", step.writer)
    else:
        say.remark(
            "needs_instead", step.writer, route=step.aids.route(route.instead, state.kind).name
        )
    return ask(step, state, field, again=True)


def told(
    step: Step, state: FormState, text: str, skip: Sequence[str] = (), *, own: bool = False
) -> FormState:
    """The state with what a text says of fields that are open or were skipped; that is said.

    ``own``: it answers the question for contact, so that a number in it is that of whoever writes.
    """
    known = given(state)
    fields = [one for one in fields_of(state.kind) if one not in skip and not known.get(one)]
    found = extract.pieces(text)
    noted = [(field, found[field].value) for field in fields if field in found]
    noted = [one for one in noted if one[0] != "object" or not extract.is_unnamed(one[1])]
    if not own and "phone" in found and not extract.is_own(text, found["phone"]):
        noted = [one for one in noted if one[0] != "phone"]  # 用 138… 骚扰我
    for field, said in noted:
        state = put(state, field, said)
    say.note(noted, step.aids, step.writer)
    return state


def with_text(step: Step, state: FormState, text: str) -> FormState:
    """The state with the matter told, its topic and route; an ID number in it is pointed out."""
    state = classified(put(state, "text", text), step.aids)
    if _SEVERAL.search(text) and value(step.state, "text") is None:
        say.remark("several", step.writer)
    if step.aids.drop_ids(text) != text:
        say.remark("id_number", step.writer)
        step.writer.suggestions.append(step.texts["remove_id"])
    return state


_SEVERAL = re.compile(r"[,，。;；!！\s](?:还有|另外|仲有|同埋|其次|第二)(?!没|冇|人|可能|一个月)")
"""Words behind which another matter is told."""


def spoken(state: FormState) -> str:
    """All that was told, as one text: what is added to an earlier order."""
    lines = [value(state, field) for field in fields_of(state.kind) if field not in _CONTACT]
    return "；".join(line for line in lines if line)


_CONTACT = ("name", "phone")
