"""The conversation that leads through a bundle: ask, explain, go back, correct, leave, come back.

A pure step: a turn and the knowledge in, the turn with a draft out, or ``None`` where the message
is not for the guide and is answered as any other question (the way through the bundle waits).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from assistant import pointing
from assistant.bundles import answers as reading
from assistant.bundles import benefits
from assistant.bundles.commands import EDGE, bare, commands
from assistant.bundles.planner import Plan, plan
from assistant.bundles.plans import new_code, shown
from assistant.composing import plans as say
from assistant.composing.writer import Writer, choice
from assistant.types import Draft, GuideState, Intent, Knowledge, Turn
from channels.types import Card, CardRow, Sentence, Status
from knowledge import profile
from knowledge.conditions import Value
from knowledge.passages import is_current
from knowledge.situations import next_question, told
from knowledge.types import Bundle, Question, ServiceItem
from retrieval.analyzer import normalise


def guided(bundle: Bundle) -> bool:
    """Whether the bundle has questions to lead through."""
    return bool(bundle.questions)


def begin(bundle: Bundle, text: str, today: date, writer: Writer) -> GuideState:
    """Start: what the first message already said is taken, then the first question is asked."""
    noted = tuple(
        (one.id, answer.value)
        for one in bundle.questions
        if (answer := reading.mentioned(one, text)) is not None
    )
    state = GuideState(bundle=bundle.code, begun=today, answers=noted)
    concerned = told(bundle, dict(noted)).skipped
    state = replace(state, answers=tuple(one for one in noted if one[0] not in concerned))
    if state.answers:
        _say_noted(bundle, state, writer)
    writer.remark(say.texts()["begin"])
    question = next_question(bundle, dict(state.answers))
    if question is None:
        return state
    _ask(bundle, question, writer)
    return replace(state, asking=question.id)


def take(turn: Turn, knowledge: Knowledge, today: date) -> Turn | None:
    """The turn with a draft, if the message belongs to the way that is under way."""
    state, understood = turn.state.guide, turn.understanding
    if state is None or understood is None:
        return None
    if understood.intent is Intent.CRISIS and not _is_option(turn, state, knowledge):
        return None
    if state.bundle == benefits.TALK:
        return benefits.take(turn, knowledge, today)
    bundle = knowledge.record(state.bundle)
    if not isinstance(bundle, Bundle) or not guided(bundle) or not is_current(bundle, today):
        return None
    step = _Step(
        bundle=bundle,
        state=state,
        knowledge=knowledge,
        text=turn.message.text,
        said=bare(turn.message.text),
        today=today,
        writer=Writer(),
        profile=_profile(turn),
        listening=turn.state.record == bundle.code and not turn.state.offered,
    )
    draft = _commanded(step) or _answered(step)
    return None if draft is None else replace(turn, draft=draft)


def _is_option(turn: Turn, state: GuideState, knowledge: Knowledge) -> bool:
    """Whether the message is, to the letter, an option of the question that was asked.

    “家里突然遇到火灾、车祸” is a cry for help, unless it was tapped.
    """
    bundle = knowledge.record(state.bundle)
    question = _named(bundle, state.asking or "") if isinstance(bundle, Bundle) else None
    options = question.options if question else ()
    return any(turn.message.text.strip() == one.text for one in options)


def resumed(turn: Turn, knowledge: Knowledge, today: date) -> Turn | None:
    """The turn that goes on where a saved way stands; ``None`` if its bundle is gone."""
    state = turn.state.guide
    bundle = knowledge.record(state.bundle) if state else None
    if state is None or not isinstance(bundle, Bundle):
        return None
    writer = Writer()
    writer.remark(say.texts()["resumed"].format(name=bundle.name))
    step = _Step(bundle, state, knowledge, "", "", today, writer, _profile(turn))
    return replace(turn, draft=_go_on(step, state))


def planned(
    bundle: Bundle,
    state: GuideState,
    knowledge: Knowledge,
    profile_: Mapping[str, Value] | None = None,
) -> Plan:
    """The plan for the answers given so far, from the records of this release."""
    items = {
        part.code: record
        for part in bundle.items
        if isinstance(record := knowledge.record(part.code), ServiceItem)
    }
    return plan(
        bundle,
        items,
        dict(state.answers),
        state.begun,
        profile=profile_,
        offline=state.offline,
    )


def again(turn: Turn, knowledge: Knowledge) -> Draft | None:
    """The question once more, where a short message could be neither answered nor taken for one."""
    state, draft, understood = turn.state.guide, turn.draft, turn.understanding
    if state is None or draft is None or understood is None or understood.facets:
        return None
    lost = (Status.NOT_FOUND, Status.OUT_OF_SCOPE, Status.CLARIFY)
    said = bare(turn.message.text)
    if draft.status not in lost or len(said) > _SHORT or (draft.cards and reading.asks(said)):
        return None
    bundle = knowledge.record(state.bundle)
    if not isinstance(bundle, Bundle):
        return benefits.again(state)
    question = _named(bundle, state.asking or "")
    if question is None:
        return None
    writer = Writer()
    say.not_understood(question, writer)
    _ask(bundle, question, writer)
    return _guiding(writer, state)


_SHORT = 12
"""Longer messages are questions, not answers."""


def remind(draft: Draft, state: GuideState, knowledge: Knowledge) -> Draft:
    """The draft of another question, with the way back to the one that waits."""
    bundle, words = knowledge.record(state.bundle), say.texts()
    name = bundle.name if bundle else words["benefits_name"]
    if state.asking is None or draft.status in (Status.CRISIS, Status.REFUSED):
        return draft
    line = Sentence(text=words["pending"].format(name=name))
    return replace(
        draft,
        sentences=(*draft.sentences, line),
        suggestions=(words["pending_chip"], *draft.suggestions),
    )


@dataclass(frozen=True, slots=True)
class _Step:
    """One message on the way through a bundle; ``listening``: nothing else was spoken of since."""

    bundle: Bundle
    state: GuideState
    knowledge: Knowledge
    text: str
    said: str
    today: date
    writer: Writer
    profile: Mapping[str, Value]
    listening: bool = False

    def question(self) -> Question | None:
        return next((one for one in self.bundle.questions if one.id == self.state.asking), None)

    def plan(self, state: GuideState) -> Plan:
        return planned(self.bundle, state, self.knowledge, self.profile)


def _says_only(said: str, known: Collection[str]) -> bool:
    """Whether every part of a message is one of these commands (不办了，退出)."""
    parts = [part for part in _APART.split(said) if part]
    return bool(parts) and all(part in known for part in parts)


_APART = re.compile(r"[,，。;；!！\s]+")


def _commanded(step: _Step) -> Draft | None:
    """What the message asks of the guide itself, if it does."""
    words, question = commands(), step.question()
    said, writer, state = step.said, step.writer, step.state
    if question is not None and said in words["why"]:
        say.explain(step.bundle, question, _path(step.bundle, question), writer)
        _ask(step.bundle, question, writer)
        return _guiding(writer, state)
    if said in words["back"]:
        return _back(step)
    if _says_only(said, words["leave"]):
        writer.remark(say.texts()["left"].format(name=step.bundle.name))
        return replace(writer.draft(Status.ANSWERED, "left"), left=True)
    if said in words["so_far"]:
        return _show(step, state)
    if said in words["again"]:
        return _go_on(step, replace(state, answers=(), asking=None, begun=step.today))
    if said in words["resume"]:
        return _go_on(step, state)
    if said in words["keep"]:
        return _keep(step)
    if said in words["offline"]:
        return _go_on(step, replace(state, offline=True))
    if said in words["online"]:
        return _go_on(step, replace(state, offline=False))
    if said in words["change"]:
        return _which(step)
    if said.startswith(tuple(words["what_if_start"])):
        return _what_if(step)
    return _corrected(step)


def _answered(step: _Step) -> Draft | None:
    """The next step after an answer to the question that was asked."""
    question = step.question()
    if question is None:
        return None
    answer = reading.read(question, step.text, step.today) or _pointed(step, question)
    if answer is None:
        return None
    return _go_on(step, _with(step.state, question.id, answer.value))


def _pointed(step: _Step, question: Question) -> reading.Answer | None:
    """The option that is pointed at from the end, or anew (倒数第二个, 改成第二个), while nothing
    else is spoken of; 第三个呢 asks about a part of the bundle."""
    one = pointing.pointed(step.said)
    if one is None or one.step or one.article or one.rest or not step.listening:
        return None
    if question.kind != "choice" or normalise(step.text).strip(EDGE).endswith(("呢", "咧")):
        return None
    place = one.among(len(question.options))
    return reading.Answer(question.options[place - 1].id) if place else None


def _with(state: GuideState, question: str, value: Value | None) -> GuideState:
    kept = tuple(one for one in state.answers if one[0] != question)
    return replace(state, answers=(*kept, (question, value)), asking=None)


def _go_on(step: _Step, state: GuideState) -> Draft:
    """Ask what still matters, or show the plan."""
    question = next_question(step.bundle, dict(state.answers), step.profile)
    if question is None:
        return _show(step, state)
    _ask(step.bundle, question, step.writer)
    return _guiding(step.writer, replace(state, asking=question.id))


def _show(step: _Step, state: GuideState) -> Draft:
    shown_plan = step.plan(state)
    say.say_plan(shown_plan, step.writer)
    words = say.texts()
    ways_on = [words["keep"], words["change"]]
    if not shown_plan.stops:
        ways_on.append(words["online_again"] if state.offline else words["offline"])
    if shown_plan.ask is not None:
        ways_on.insert(0, words["pending_chip"])
    step.writer.suggestions += [*ways_on, words["leave"]]
    asking = shown_plan.ask.id if shown_plan.ask and state.asking else None
    return replace(step.writer.draft(Status.ANSWERED, "plan"), guide=replace(state, asking=asking))


def _back(step: _Step) -> Draft:
    if not step.state.answers:
        step.writer.remark(say.texts()["first"])
        return _go_on(step, step.state)
    last, _ = step.state.answers[-1]
    question = _named(step.bundle, last)
    state = replace(step.state, answers=step.state.answers[:-1])
    if question is None:
        return _go_on(step, state)
    _ask(step.bundle, question, step.writer)
    return _guiding(step.writer, replace(state, asking=question.id))


def _which(step: _Step) -> Draft:
    """Offer the answers given so far: a tap takes one back and asks again."""
    words, writer = say.texts(), step.writer
    writer.remark(words["which_answer"])
    rows = [
        CardRow(
            label=question.text,
            note=say.answer_text(question, value),
            ask=f"改一下：{question.text}",
        )
        for key, value in step.state.answers
        if (question := _named(step.bundle, key)) is not None
    ]
    writer.card(Card(kind="choices", title=words["change"], rows=tuple(rows)))
    return _guiding(writer, step.state)


def _corrected(step: _Step) -> Draft | None:
    """A correction of an answer already given: its question is named, or an option of it."""
    starts = commands()["change_start"]
    if not step.said.startswith(tuple(starts)):
        return None
    said = normalise(step.text)
    for key, _ in step.state.answers:
        question = _named(step.bundle, key)
        if question is not None and normalise(question.text).strip(EDGE) in said:
            _ask(step.bundle, question, step.writer)
            kept = tuple(one for one in step.state.answers if one[0] != key)
            state = replace(step.state, answers=kept, asking=key)
            return _guiding(step.writer, state)
    found = _meant(step, step.said)
    if found is None:
        return None
    question, value = found
    words = say.texts()["corrected"]
    text = words.format(question=question.text, answer=say.answer_text(question, value))
    step.writer.say(text, step.bundle, say.question_facts(step.bundle, question))
    return _go_on(step, _with(step.state, question.id, value))


def _what_if(step: _Step) -> Draft | None:
    """What another answer would change; nothing is changed by asking."""
    start = max((one for one in commands()["what_if_start"] if step.said.startswith(one)), key=len)
    found = _meant(step, _TAIL.sub("", step.said.removeprefix(start)))
    if found is None:
        return None
    question, value = found
    other = replace(_with(step.state, question.id, value), asking=step.state.asking)
    words = f"{question.text.rstrip('？?')}：{say.answer_text(question, value)}"
    say.say_change(step.plan(step.state), step.plan(other), words, step.writer)
    row = choice(
        say.texts()["adopt"],
        f"改成：{question.text}{say.answer_text(question, value)}",
        code=step.bundle.code,
    )
    step.writer.card(Card(kind="choices", title=say.texts()["adopt"], rows=(row,)))
    return _guiding(step.writer, step.state)


_TAIL = re.compile(r"(?:的话|嘅话|呢|会怎么样|会怎样|点样|怎样|怎么办|点算|又怎样|又点)+$")


def _meant(step: _Step, text: str) -> tuple[Question, Value | None] | None:
    """The question that has been answered, and the other answer to it that the text names.

    A text that names options of several questions, or none, means nothing for certain.
    """
    given = dict(step.state.answers)
    said = normalise(text)
    named = [
        one
        for one in step.bundle.questions
        if one.id in given and normalise(one.text).strip(EDGE) in said
    ]
    if named:
        rest = said.partition(normalise(named[0].text).strip(EDGE))[2].strip(EDGE)
        answer = reading.read(named[0], rest, step.today)
        return (named[0], answer.value) if answer else None
    found = [
        (one, answer.value)
        for one in step.bundle.questions
        if one.id in given
        and one.options
        and (answer := reading.mentioned(one, text) or reading.read(one, text, step.today))
        and answer.value != given[one.id]
    ]
    return found[0] if len(found) == 1 else None


def _keep(step: _Step) -> Draft:
    """Save the way under a code, as was asked for, and say how to come back to it."""
    words = say.texts()
    code = step.state.code or new_code()
    step.writer.remark(words["kept"])
    rows = (
        CardRow(label=words["print"], url=f"/plan/{code}"),
        CardRow(label=words["calendar"], url=f"/plan/{code}.ics"),
    )
    title = words["kept_title"].format(code=shown(code))
    step.writer.card(Card(kind="saved", title=title, rows=rows, code=code))
    draft = step.writer.draft(Status.ANSWERED, "saved")
    return replace(draft, guide=replace(step.state, code=code), keep=True)


def _guiding(writer: Writer, state: GuideState) -> Draft:
    return replace(writer.draft(Status.GUIDING, "question"), guide=state)


def _ask(bundle: Bundle, question: Question, writer: Writer) -> None:
    say.ask(bundle, question, _path(bundle, question), writer)


def _path(bundle: Bundle, question: Question) -> str:
    return f"questions[{bundle.questions.index(question)}]"


def _named(bundle: Bundle, key: str) -> Question | None:
    return next((one for one in bundle.questions if one.id == key), None)


def _say_noted(bundle: Bundle, state: GuideState, writer: Writer) -> None:
    given = [
        (question, say.answer_text(question, value))
        for key, value in state.answers
        if (question := _named(bundle, key)) is not None
    ]
    words = "；".join(f"{question.text.rstrip('？?')}：{answer}" for question, answer in given)
    facts = [fact for question, _ in given for fact in say.question_facts(bundle, question)]
    writer.say(say.texts()["noted"].format(answers=words), bundle, facts)


def _profile(turn: Turn) -> Mapping[str, Value]:
    """What the message's own profile and district say, in the words of the profile."""
    told_: dict[str, Value] = {}
    for key, text in turn.message.profile.items():
        field = profile.fields().get(key)
        answer = reading.read(field, text, date.min) if field else None
        if field and any(text == one.id for one in field.options):
            told_[key] = text
        elif answer is not None and answer.value is not None:
            told_[key] = answer.value
    if turn.understanding is not None and turn.understanding.district:
        told_.setdefault("district", turn.understanding.district)
    return told_
