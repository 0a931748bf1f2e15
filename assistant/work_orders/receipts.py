"""What came of filing: the receipt, an order like it, or that the desk does not answer."""

from __future__ import annotations

from dataclasses import replace

from assistant.composing import filing as say
from assistant.composing.choices import PUBLIC_HOTLINE, say_line
from assistant.composing.writer import Writer
from assistant.rules import replies
from assistant.types import Away, Draft, FileOrder, Follow, Knowledge, Similar, Turn
from assistant.work_orders.state import EARLIER, SIMILAR, in_english, put
from assistant.work_orders.types import FilingAids, FormState, OrderView, Receipt
from assistant.work_orders.words import kind_name, texts
from channels.types import Status


def tell(turn: Turn, knowledge: Knowledge, aids: FilingAids) -> Turn | None:
    """The turn with the draft of what came of its errand; ``None`` if it was no errand of ours."""
    state = turn.state.form
    if state is None:
        return None
    match turn.errand, turn.outcome:
        case FileOrder(), Receipt() as receipt:
            draft = _filed(state, receipt, aids)
        case FileOrder(), Similar(numbers=numbers):
            draft = _similar(state, numbers[0], aids)
        case Follow(number=number), OrderView() if state.asking == SIMILAR:
            draft = _joined(state, number, own=number in dict(turn.state.receipts))
        case FileOrder(), Away():
            draft = _away(state, knowledge)
        case Follow(), Away() if state.asking == SIMILAR:
            draft = _away(state, knowledge)
        case Follow(), _ if state.asking == SIMILAR:
            draft = _not_joined(state)
        case _:
            return None
    return replace(turn, draft=draft)


def _filed(state: FormState, receipt: Receipt, aids: FilingAids) -> Draft:
    writer = Writer(english=in_english(state))
    say.say_receipt(state, receipt, aids, writer)
    reason = "filed" if aids.handed else "kept"
    return replace(writer.draft(Status.FILED, reason), ended="form")


def _similar(state: FormState, number: str, aids: FilingAids) -> Draft:
    writer = Writer(english=in_english(state))
    say.similar(number, aids, writer)
    asking = replace(put(state, EARLIER, number), asking=SIMILAR)
    return replace(writer.draft(Status.GUIDING, "similar"), form=asking)


def _joined(state: FormState, number: str, *, own: bool) -> Draft:
    writer = Writer(english=in_english(state))
    say.joined(number, writer, own=own)
    writer.suggestions.append(texts()["progress_ask"])
    return replace(writer.draft(Status.FILED, "joined"), ended="form")


def _not_joined(state: FormState) -> Draft:
    writer = Writer(english=in_english(state))
    say.remark("not_joined", writer)
    words = texts(english=writer.english)
    writer.suggestions += [words["similar_new"], words["leave"]]
    return replace(writer.draft(Status.GUIDING, "similar"), form=state)


def _away(state: FormState, knowledge: Knowledge) -> Draft:
    """Nothing is lost: the draft stays, its key as well."""
    writer = Writer(english=in_english(state))
    say.remark("away", writer, kind=kind_name(state.kind, english=writer.english))
    say_line(knowledge, PUBLIC_HOTLINE, replies()["person"]["call"], writer)
    words = texts(english=writer.english)
    writer.suggestions += [words["submit"], words["leave"]]
    return replace(writer.draft(Status.FAILED, "away"), form=state)
