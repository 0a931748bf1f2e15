"""Steps of a filing as functions of its state, and the order that it leads to.

``FormState.asking`` is a field (with ``AGAIN`` after it where it is asked once more), ``SIMILAR``
while it is asked whether to add to an earlier order, ``PAUSED`` while the filing waits until it is
called back, ``ELSEWHERE`` while it is asked whether to file a matter here that belongs to a route
of its own, and ``None`` while the draft that was just shown waits for consent.

Besides the fields that are asked, ``FormState.fields`` holds marks: ``SAID`` (the kind was named),
``START`` (the words it began with), ``CALL_BACK`` (it asks for a call, outside office hours),
``SECRET`` (whoever is told of must not learn who told), ``EARLIER`` (the number of a similar
order), ``HERE`` (the route that the matter belongs to, where it is to be handed to 12345 all the
same), ``ENGLISH`` (it is talked of in English).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import replace

from assistant.work_orders import extract
from assistant.work_orders.types import Contact, FilingAids, FormState, OrderKind, WorkOrder
from assistant.work_orders.words import fields_of, likelihoods

AGAIN = "_again"
SIMILAR = "similar"
ELSEWHERE = "elsewhere"
PAUSED = "paused"
SAID, START, SECRET, EARLIER = "kind_said", "start", "secret", "earlier"
HERE = "here"
CALL_BACK = "call_back"
ENGLISH = "english"
CONTACT = ("name", "phone")


def begun(kind: OrderKind) -> FormState:
    """A filing of which nothing is known yet.  Its key is drawn once, so that it is filed once."""
    return FormState(kind=kind, key=secrets.token_hex(16))


def given(state: FormState) -> Mapping[str, str | None]:
    return dict(state.fields)


def value(state: FormState, field: str) -> str | None:
    return given(state).get(field)


def put(state: FormState, field: str, said: str | None) -> FormState:
    """The state with the field given, where it stood if it was given before; a place brings its
    district with it."""
    if field in given(state):
        fields = tuple((one, said if one == field else old) for one, old in state.fields)
    else:
        fields = (*state.fields, (field, said))
    state = replace(state, fields=fields)
    if field == "district":
        return replace(state, district=said)
    if field in ("place", "text") and said and (named := extract.district(said)):
        return replace(state, district=named)
    return state


def drop(state: FormState, field: str) -> FormState:
    """The state in which the field was not asked yet."""
    kept = tuple(one for one in state.fields if one[0] != field)
    district = None if field in ("place", "district") else state.district
    return replace(state, fields=kept, district=district)


def in_english(state: FormState) -> bool:
    return value(state, ENGLISH) is not None


def spoken_to(state: FormState, text: str) -> FormState:
    """The state in the language of what was said; a word or two (skip, 跳过) change nothing."""
    chinese, latin = len(_HAN.findall(text)), len(_LATIN.findall(text))
    if in_english(state):
        return drop(state, ENGLISH) if chinese >= _LEAST_CHINESE else state
    english = not chinese and latin >= _LEAST_ENGLISH and " " in text.strip()
    return put(state, ENGLISH, "yes") if english else state


_HAN, _LATIN = re.compile("[㐀-鿿]"), re.compile("[A-Za-z]")
_LEAST_CHINESE, _LEAST_ENGLISH = 4, 12
"""Characters of a sentence in a language."""


def asked(state: FormState) -> str | None:
    """The field that is asked, if one is."""
    field = (state.asking or "").removesuffix(AGAIN)
    return field if field in fields_of(state.kind) else None


def missing(state: FormState) -> str | None:
    """The next field to ask; the district only where a place was told that names none
    and is in one."""
    known = given(state)
    for field in fields_of(state.kind):
        if field in known or (field == "district" and _district_is_known(state, known)):
            continue
        return field
    return None


def _district_is_known(state: FormState, known: Mapping[str, str | None]) -> bool:
    if state.district is not None:
        return True
    return "place" in known and (known["place"] is None or extract.is_online(known["place"]))


def classified(state: FormState, aids: FilingAids) -> FormState:
    """The state with the likeliest topic, its department and the route of both, as far as the
    matter was told; what is not likely is left to whoever dispatches.  To be called back is a
    matter of the hotline, whatever was spoken of."""
    text = value(state, "text")
    if text is None:
        return state
    likely, _ = likelihoods()
    best = next(iter(aids.suggest(text)), None)
    known = best if best is not None and best.probability >= likely else None
    topic = known.code if known else None
    return replace(
        state,
        topic=topic,
        department=(known.department or None) if known else None,
        route=state.route if value(state, CALL_BACK) else aids.route_of(state.kind, topic),
    )


def department_of(state: FormState, aids: FilingAids) -> str | None:
    """Who likely deals with it, by the name that it has in the district; nobody is named where the
    matter belongs to a route of its own."""
    if value(state, HERE):
        return None
    return aids.department_of(state.topic, state.district) or state.department


def direct_of(state: FormState, aids: FilingAids) -> str | None:
    """The route that the matter belongs to, if that is not filed here and the citizen does not
    know it yet."""
    told = [value(state, field) for field in ("text", "wish")]
    if told[0] is None or value(state, CALL_BACK):
        return None
    code = aids.direct_of(state.kind, "。".join(one for one in told if one))
    if code is None or code == value(state, HERE):
        return None
    return code if aids.route(code, state.kind).direct else None


def order_of(state: FormState, session_id: str, aids: FilingAids) -> WorkOrder:
    """The order that is filed on consent."""
    known = {field: said for field, said in state.fields if field in fields_of(state.kind)}
    phone = known.get("phone")
    return WorkOrder(
        key=state.key,
        person=aids.person(phone, session_id),
        kind=state.kind,
        text=known.get("text") or "",
        topic=state.topic,
        route=state.route,
        department=department_of(state, aids),
        district=state.district,
        place=known.get("place"),
        when=known.get("when"),
        object=known.get("object"),
        wish=known.get("wish"),
        contact=Contact(name=known.get("name"), phone=phone),
        confidential=value(state, SECRET) is not None,
    )
