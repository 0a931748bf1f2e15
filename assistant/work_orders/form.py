"""The conversation that files a complaint, a suggestion, praise or a request for help.

Pure steps: a turn and the aids in, the turn with a draft or an errand out, or ``None`` where the
message is not for the filing and is answered as any other (the filing waits).  One field is asked
at a time; nothing is filed before the whole was shown and consent was given to it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant import standing
from assistant.bundles.benefits import asks_for_benefits
from assistant.cases import reading as enquiring
from assistant.cases.enquiry import of_two
from assistant.composing import filing as say
from assistant.composing.writer import Writer
from assistant.handoff.asking import wants_person
from assistant.types import Draft, EnquiryState, FileOrder, Follow, Intent, Turn, Understanding
from assistant.work_orders.answers import answered, is_matter
from assistant.work_orders.changes import changed
from assistant.work_orders.state import (
    CALL_BACK,
    EARLIER,
    ELSEWHERE,
    HERE,
    PAUSED,
    SAID,
    SIMILAR,
    START,
    asked,
    begun,
    classified,
    direct_of,
    drop,
    in_english,
    missing,
    order_of,
    put,
    spoken_to,
    value,
)
from assistant.work_orders.step import Step, ask, go_on, guiding, spoken, told, with_text
from assistant.work_orders.types import FilingAids, FollowUp, FormState, OrderKind
from assistant.work_orders.words import (
    accused,
    asks_what_to_do,
    bare,
    begins,
    call_back,
    commands,
    fields_of,
    how_long,
    only_asks,
    starts,
    texts,
    who_learns,
)
from channels.types import Sentence, Status
from retrieval.analyzer import normalise

LEAST_HEARD = 5
"""Characters of a message that is taken for something to file without saying so."""

LIKELY_IN_TALK = 0.85
"""How likely a message that does not say so must be something to file while a record is spoken of:
of 4,115 follow-ups of our own talks 107 were taken for one without this, 25 with it."""

_SILENT = frozenset((Intent.CRISIS, Intent.EMPTY, Intent.SMALL_TALK, Intent.CHOOSE))


def begin(turn: Turn, aids: FilingAids) -> Turn | None:
    """The turn with the first question, if its message is something to file."""
    reading = turn.understanding
    if reading is None or turn.state.form is not None or reading.intent is Intent.CRISIS:
        return None
    text, said = turn.message.text.strip(), bare(turn.message.text)
    if said in commands()["submit"] and turn.state.receipts:
        return replace(turn, draft=_already(turn))
    if said in commands()["call_back"]:
        return replace(turn, draft=_called_back(turn, reading, aids))
    if reading.intent in _SILENT:
        return None
    named = begins(text)
    if named is None and (_elsewhere(turn) or only_asks(text) or asks_for_benefits(text)):
        return None
    if named is None and (accused(text) or asks_what_to_do(text)):
        return None
    if named is None and enquiring.lost(text, asked=False):
        return None
    if named is None and (len(said) < LEAST_HEARD or turn.state.handoff is not None):
        return None  # 确认, 收唔收钱; or it is for the person who is waited for
    if named is None and reading.facets and turn.state.record is not None:
        return None  # it asks on
    if named and turn.state.record and _calls_it(named.rest, aids.called(turn.state.record)):
        return None  # 想投诉他 劳动监察: what is spoken of is asked for
    if named and reading.facets and not named.last and _only_asks(named.rest):
        return None  # 投诉收费不: it asks about complaining
    if named is None and (standing.is_nonsense(text) or _goes_on(turn, reading)):
        return None
    heard, likely = (None, 1.0) if named and named.kind else aids.kind_of(text)
    if named is None and turn.state.record is not None and likely < LIKELY_IN_TALK:
        return None  # a circumstance of what is spoken of: 业委会都没成立过
    kind = (named.kind if named else None) or heard
    if kind is None and named is None:
        return None
    if named is None and kind is OrderKind.CONSULTATION:
        return None  # a question is answered
    state = begun(kind or OrderKind.HELP)
    if named and named.kind:
        state = put(state, SAID, "yes")
    state = spoken_to(state, text)
    step = Step(turn, reading, state, aids, text, said, Writer(english=in_english(state)))
    rest = text if named is None else named.rest
    unknown = named is not None and named.last and aids.kind_of(rest)[0] is None
    if unknown and not (in_english(state) and len(rest) >= _LEAST_ENGLISH):
        return replace(turn, draft=go_on(step, _introduced(step, rest)))
    return replace(turn, draft=_begun(step, rest))


def _called_back(turn: Turn, reading: Understanding, aids: FilingAids) -> Draft:
    """An order to be called back: all that was said goes along, time and telephone are asked.  It
    goes to the hotline, whatever was spoken of.  Staff see it as any other order; where nobody
    works these, that is said first."""
    words, said = call_back(), turn.state.said
    spoken_ = [one.text for one in said if one.who == "citizen" and not wants_person(one.text)]
    shown = (code for one in said for code in one.codes)
    codes = dict.fromkeys(code for code in shown if not code.startswith(_LINES))
    parts = [words["text"]]
    if spoken_:
        parts.append(words["said"].format(said="；".join(spoken_)[-MOST_CARRIED:]))
    if codes:
        parts.append(words["codes"].format(codes="、".join(codes)))
    state = put(begun(OrderKind.HELP), CALL_BACK, "yes")
    writer = Writer()
    step = Step(turn, reading, state, aids, turn.message.text, bare(turn.message.text), writer)
    if aids.handed:
        writer.remark(words["begin"])
    else:
        hotline = aids.route(say.PUBLIC, state.kind).name
        say.remark("call_back_kept", writer, hotline=hotline)
    state = classified(put(state, "text", "".join(parts)), aids)
    for field, known in (("place", None), ("wish", words["wish"]), ("name", None)):
        state = put(state, field, known)
    return go_on(step, state)


_LINES = "TEL-"
"""What the codes of telephone lines begin with: they are no matter."""

MOST_CARRIED = 600
"""Characters of what was said before that an order to be called back carries, the last ones."""


_LEAST_ENGLISH = 30
"""Characters of a matter told in English before the words that begin the filing; the model of
kinds knows too little English to hear it."""


def _calls_it(rest: str, names: Sequence[str]) -> bool:
    """Whether what follows 我要投诉 is whom, and then a name in short (他 劳动监察); a name without
    whom is whom it is about (我要投诉物业)."""
    found = _AND_THEN.fullmatch(rest)
    if found is None:
        return False
    return any(_in_order(found["name"], normalise(name)) for name in names)


_AND_THEN = re.compile(
    r"(?:(?:他|她|佢|它|老板|公司|对方|佢哋|他们|我们?老板|我们?公司)?[\s,]+|他|她|佢|他们|佢哋)"
    r"(?:去|到|向|找|揾|是|系|用|走)?(?P<name>\w{2,})"
)


def _in_order(part: str, whole: str) -> bool:
    """Whether the characters of a part stand in the whole, in their order."""
    left = iter(whole)
    return all(one in left for one in part)


def _introduced(step: Step, rest: str) -> FormState:
    """What was said before the words that begin the filing is no matter yet, but not lost."""
    say.remark("begin", step.writer, kind=step.kind)
    if _FILLER.fullmatch(rest):
        return step.state
    return put(step.state, START, step.text)


_FILLER = re.compile("(?:算了|我|还是|都是|都系|那|就|好|吧|决定|真的|了|系|咁|唉|不管|,| )+")
"""算了我还是要投诉 tells nothing."""


def _elsewhere(turn: Turn) -> bool:
    """Whether a question of something else is open, which the message may answer."""
    guide = turn.state.guide
    return _enquired(turn.state.enquiry) or (guide is not None and guide.asking is not None)


def _goes_on(turn: Turn, reading: Understanding) -> bool:
    """Whether a message asks in few words about what is spoken of (学习班收费没, 电动车免不免)."""
    spoken = turn.state.record is not None or bool(turn.state.offered)
    if not spoken or len(reading.text) > standing.SHORT:
        return False
    if standing.asked(reading):
        return True
    return _only_asks(reading.text) and not _NOBODY.search(reading.text)


def _only_asks(text: str) -> bool:
    """Whether a text asks yes or no."""
    return standing.words().polar.search(normalise(text)) is not None


_NOBODY = re.compile("(?:有没有|有冇|没|冇|没有)人")
"""有没有人管: what asks so complains."""


def _enquired(enquiry: EnquiryState | None) -> bool:
    """Whether a progress query asked something; an order in hand (number and check known) waits."""
    if enquiry is None:
        return False
    return enquiry.asking != "number" or not (enquiry.number and enquiry.check)


def _begun(step: Step, rest: str) -> Draft:
    """What the first message already says is taken; then the first open field is asked."""
    state = step.state
    say.remark("begin", step.writer, kind=step.kind)
    if is_matter(rest, step.aids):
        say.remark("noted_text", step.writer)
        state = with_text(step, state, step.text)
    elif rest:
        state = put(state, START, step.text)
    return go_on(step, told(step, state, step.text))


def take(turn: Turn, aids: FilingAids) -> Turn | None:
    """The turn with a draft or an errand, if its message belongs to the filing under way."""
    state, reading = turn.state.form, turn.understanding
    if state is None or reading is None or reading.intent is Intent.CRISIS:
        return None
    text = turn.message.text.strip()
    if enquiring.lost(text, asked=False):
        return None  # 回执号唔见咗: how to ask without it
    state = spoken_to(state, text)
    writer = Writer(english=in_english(state))
    step = Step(turn, reading, state, aids, text, bare(text), writer)
    other = _enquired(turn.state.enquiry) and not of_two(turn.state)
    if other or (state.asking == PAUSED and _elsewhere(turn)):
        return _drafted(turn, go_on(step, state)) if step.said in commands()["resume"] else None
    settled = _settled(step)
    drafted = _commanded(step) or changed(step) or _about_this(step) or answered(step)
    return settled or _drafted(turn, drafted)


def _drafted(turn: Turn, draft: Draft | None) -> Turn | None:
    return None if draft is None else replace(turn, draft=draft)


# Consent


def _settled(step: Step) -> Turn | None:
    """The turn that files, or adds to an earlier order, on the word of the citizen."""
    words, said, state = commands(), step.said, step.state
    if state.asking == SIMILAR:
        if said in words["similar_add"]:
            return replace(step.turn, errand=_addition(step))
        if said in words["similar_new"] or said in words["submit"]:
            return _filed(step, unless_similar=False)
        return None
    shown = missing(state) is None and state.asking in (None, PAUSED)
    if shown and said in words["submit"]:
        return _filed(step, unless_similar=True)
    if state.asking is None and said in words["consent"]:
        return _filed(step, unless_similar=True)
    return None


def _filed(step: Step, *, unless_similar: bool) -> Turn:
    order = order_of(step.state, step.turn.session_id, step.aids)
    return replace(step.turn, errand=FileOrder(order=order, unless_similar=unless_similar))


def _addition(step: Step) -> Follow:
    """What was told, added to the earlier order: its check is the session's, or of the phone."""
    number = value(step.state, EARLIER) or ""
    phone = value(step.state, "phone") or ""
    check = dict(step.turn.state.receipts).get(number) or phone[-4:]
    what = FollowUp(act="add", text=spoken(step.state), key=step.state.key)
    return Follow(number=number, check=check, what=what)


# Commands


def _commanded(step: Step) -> Draft | None:
    """What the message asks of the filing itself, if it does."""
    words, said, state, writer = commands(), step.said, step.state, step.writer
    field = asked(state)
    if state.asking == ELSEWHERE and (found := _here(step)) is not None:
        return found
    wished = field == "wish" and said in words["wished"]
    if not wished and (_leaves(said) or enquiring.takes_back(step.text)):
        say.remark("left", writer)
        return replace(writer.draft(Status.ANSWERED, "left"), ended="form")
    if field is not None and said in words["why"]:
        say.explain(field, writer)
        say.ask(state, writer)
        return guiding(step, state)
    if said in words["back"]:
        return _back(step)
    if _resumes(said) or said in words["call_back"]:  # the filing itself is answered
        return go_on(step, state)
    if said in words["again"]:
        say.remark("again", writer)
        return go_on(step, begun(state.kind))
    if said in words["wait"]:
        say.remark("wait", writer)
        writer.suggestions += [step.texts["resume"], step.texts["leave"]]
        return guiding(step, replace(state, asking=PAUSED))
    if said in words["submit"]:
        return _too_early(step)
    if state.asking is None and said in words["skip"]:  # nothing is asked that could be skipped
        return _draft_not_understood(step)
    return None


def _here(step: Step) -> Draft | None:
    """Whether a matter that belongs elsewhere is filed here all the same: what that means is said
    before it goes on.  A bare yes does not tell which of the two is meant."""
    code = direct_of(step.state, step.aids)
    direct = step.aids.route(code, step.state.kind).direct if code else None
    if code is None or direct is None:
        return None
    if step.said == bare(direct.button) or step.said in commands()["here"]:
        say.say_here(direct, step.aids, step.writer)
        return go_on(step, replace(put(step.state, HERE, code), asking=None))
    if step.said in commands()["consent"] or step.said in commands()["skip"]:
        return go_on(step, step.state)
    return None


def _about_this(step: Step) -> Draft | None:
    """What is asked about this very filing: how long it takes, and who learns of it."""
    if step.state.asking in (PAUSED, SIMILAR, ELSEWHERE):
        return None
    if how_long(step.said):
        say.say_how_long(step.state, step.aids, step.writer)
    elif who_learns(step.said):
        say.remark("secret_ways" if step.aids.handed else "secret_ways_kept", step.writer)
    else:
        return None
    if asked(step.state) is None:
        return go_on(step, step.state)
    say.ask(step.state, step.writer)
    return guiding(step, step.state)


def _leaves(said: str) -> bool:
    """不投诉了; 算了不投诉了."""
    rest = said.removeprefix("算了").strip(" ,")
    if said.startswith(starts("leave")) and len(said) <= _MOST_LEAVING:
        return True
    return bool({said, rest, f"{rest}了"} & commands()["leave"])


_MOST_LEAVING = 14


def _resumes(said: str) -> bool:
    """继续; 我好一点了，继续."""
    on = commands()["resume"] | commands()["go_on"]
    last = said.rpartition(",")[2].strip()
    return said in on or (len(said) <= _LONGEST_RESUME and last in on)


_LONGEST_RESUME = 20


def _draft_not_understood(step: Step) -> Draft:
    say.remark("not_understood_draft", step.writer)
    step.writer.suggestions += [step.texts["submit"], step.texts["change"], step.texts["leave"]]
    return guiding(step, step.state)


def _back(step: Step) -> Draft:
    """The field that was given last, asked anew."""
    given_ = [field for field, _ in step.state.fields if field in fields_of(step.state.kind)]
    if not given_:
        say.remark("first", step.writer)
        return go_on(step, step.state)
    return ask(step, drop(step.state, given_[-1]), given_[-1])


def _too_early(step: Step) -> Draft:
    """Consent before the draft was shown is no consent: what is open is left out, and it is
    shown."""
    state = step.state
    if value(state, "text") is None:
        say.remark("needed_text", step.writer)
        return go_on(step, state)
    while (field := missing(state)) is not None:
        state = put(state, field, None)
    say.remark("consent_first", step.writer)
    return go_on(step, state)


def _already(turn: Turn) -> Draft:
    """Said again after it was filed: it was, once."""
    writer = Writer()
    number, _ = turn.state.receipts[-1]
    say.remark("already", writer, number=number)
    writer.suggestions.append(texts()["progress_ask"])
    return writer.draft(Status.FILED, "already")


# While something else is answered

_SHORT = 12
"""Longer messages are questions, not answers."""
_QUIET = frozenset((Status.REFUSED, Status.FAILED, Status.HANDED_OFF))
_LOST = frozenset((Status.NOT_FOUND, Status.OUT_OF_SCOPE, Status.CLARIFY))


def remind(turn: Turn, draft: Draft, aids: FilingAids) -> Turn:
    """The turn with the way back to the filing that waits behind its draft."""
    state = turn.state.form
    if state is None or draft.form is not None or draft.ended == "form":
        return turn
    if draft.status is Status.CRISIS:
        return replace(turn, draft=_held(turn, draft, state, aids))
    if draft.status in _QUIET or _enquired(draft.enquiry):
        return turn
    if draft.guide is not None and draft.guide.asking is not None:
        return replace(turn, draft=replace(draft, form=replace(state, asking=PAUSED)))
    return replace(turn, draft=_again(turn, draft, state) or _behind(draft, state))


def _held(turn: Turn, draft: Draft, state: FormState, aids: FilingAids) -> Draft:
    """In danger nothing competes with help; a matter told in the same words is not lost."""
    if asked(state) != "text" or aids.kind_of(turn.message.text)[0] is None:
        return draft
    return replace(draft, form=put(state, "text", turn.message.text.strip()))


def _again(turn: Turn, draft: Draft, state: FormState) -> Draft | None:
    """The question once more, where a short message could be neither answered nor taken for one."""
    reading, said = turn.understanding, bare(turn.message.text)
    if draft.status not in _LOST or len(said) > _SHORT or reading is None or reading.facets:
        return None
    if state.asking in (PAUSED, SIMILAR, ELSEWHERE):
        return None
    writer = Writer(english=in_english(state))
    if asked(state) is None:
        say.remark("not_understood_draft", writer)
        words = texts(english=writer.english)
        writer.suggestions += [words["submit"], words["change"], words["leave"]]
    else:
        say.remark("not_understood", writer)
        say.ask(state, writer)
    return replace(writer.draft(Status.GUIDING, "form"), form=state)


def _behind(draft: Draft, state: FormState) -> Draft:
    """The answer with a line behind it; a draft that was shown before it waits to be called."""
    elsewhere = state.asking == ELSEWHERE
    line = Sentence(text=say.pending(state))
    waiting = replace(state, asking=PAUSED) if state.asking is None else state
    again = texts(english=in_english(state))["here" if elsewhere else "resume"]
    return replace(
        draft,
        sentences=(*draft.sentences, line),
        suggestions=(again, *draft.suggestions),
        form=waiting,
    )
