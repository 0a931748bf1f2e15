"""A saved plan as a sheet to print: the same sentences, cards and citations as in the talk."""

from __future__ import annotations

from assistant import guardrails
from assistant.bundles import guide
from assistant.composing import plans as say
from assistant.composing.writer import DEMONSTRATION, Writer
from assistant.types import GuideState, Knowledge
from channels.types import AI_LABEL, Sheet, Status
from knowledge.types import Bundle


def sheet(code: str, state: GuideState, knowledge: Knowledge) -> Sheet | None:
    """The sheet of a saved plan; ``None`` if its bundle is not there any more."""
    bundle = knowledge.record(state.bundle)
    if not isinstance(bundle, Bundle):
        return None
    plan = guide.planned(bundle, state, knowledge)
    writer = Writer()
    say.say_plan(plan, writer)
    draft = guardrails.check(writer.draft(Status.ANSWERED))
    demonstration = bundle.provenance.demonstration
    return Sheet(
        code=code,
        title=bundle.name,
        made=state.begun,
        sentences=draft.sentences,
        cards=draft.cards,
        citations=draft.citations,
        deadlines=say.deadlines(plan),
        label=AI_LABEL + (DEMONSTRATION if demonstration else ""),
    )
