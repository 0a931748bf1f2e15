"""The talk about progress: which number, its check, then what the desk says of it.

Pure steps.  :func:`take` reads a message and sets the errand that the desk is asked (or asks back);
:func:`tell` turns what the desk answered into a reply.  An order is never told by its number alone:
its check is asked for, unless this session filed it or gave the right check before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from assistant.bundles.commands import EDGE, bare
from assistant.cases import rating, reading, words
from assistant.cases.explain import explain_case, explain_order, is_kept
from assistant.cases.page import CHINA
from assistant.cases.reading import Wish
from assistant.cases.types import Case
from assistant.composing.choices import PUBLIC_HOTLINE, say_line
from assistant.composing.plans import day_text
from assistant.composing.writer import Writer
from assistant.types import (
    Away,
    DialogueState,
    Draft,
    EnquiryState,
    Errand,
    Follow,
    Intent,
    Knowledge,
    LookUp,
    Over,
    Turn,
)
from assistant.understanding import chosen
from assistant.work_orders.numbers import DIGITS, of_order
from assistant.work_orders.state import PAUSED
from assistant.work_orders.types import FollowUp, OrderStatus, OrderView, Refused
from assistant.work_orders.words import texts as filing_texts
from channels.types import Card, CardRow, Sentence, Status
from retrieval.analyzer import normalise


def take(turn: Turn, today: date) -> Turn | None:
    """The turn with an errand or a draft, if the message belongs to a progress query.

    ``None``: it is another question, and is answered as such.
    """
    understood = turn.understanding
    if understood is not None and understood.intent is Intent.CRISIS:
        return None
    asked = _Asked(turn=turn, said=reading.read(turn.message.text))
    state = turn.state.enquiry
    if state is not None and pending(state):
        return asked.answered(state)
    return asked.begun() or asked.idle()


def asks_progress(text: str, *, filed: bool = False) -> bool:
    """Whether a message plainly is about an order that was filed, though a form is being filled:
    查进度, 撤销刚才那个投诉, the number of a receipt.  ``filed``: there is one of this
    conversation, so that 撤回, 申请重办 and 评价 may be of it."""
    said = reading.read(text)
    if said.bare or reading.asks_progress(text) or reading.lost(text, asked=False):
        return True
    if said.wish is None or said.addition is not None:
        return False
    if reading.of_the_last(text) or said.number is not None:
        return True
    if said.wish == "withdraw":  # 不投诉了 is of the filing under way
        return filed and reading.withdraws(text)
    return filed and said.wish in ("rate", "reopen", "urge")


def of_two(state: DialogueState) -> bool:
    """Whether it was asked which is to be withdrawn: the filing under way, or an order that was
    filed.  What answers neither may still be for the filing."""
    known = state.enquiry
    if known is None or state.form is None or state.form.asking == PAUSED or not state.receipts:
        return False
    wanted = known.act is not None and known.act.act == "withdraw"
    return wanted and known.asking == "number" and known.number is None


def without_number(turn: Turn, knowledge: Knowledge) -> Draft | None:
    """How to go on without a receipt number; ``None`` if the message does not say that there is
    none.  The telephone is that of the hotline's record."""
    state = turn.state.enquiry
    if not reading.lost(turn.message.text, asked=_wants_number(state)):
        return None
    texts, writer = words.texts(), Writer()
    writer.remark(texts["lost_here"])
    say_line(knowledge, PUBLIC_HOTLINE, texts["lost_call"], writer)
    writer.remark(texts["lost_anonymous"])
    return replace(writer.draft(Status.ANSWERED, "no_number"), enquiry=state)


def _wants_number(state: EnquiryState | None) -> bool:
    return state is not None and pending(state) and state.asking in ("number", "check")


def tell(turn: Turn, knowledge: Knowledge, today: date, *, handed: bool = True) -> Turn:
    """The turn with what the desk answered in plain words; untouched if it was about else.
    ``handed``: what is filed reaches the hotline (see :func:`explain_order`)."""
    match turn.outcome, turn.errand:
        case OrderView() as view, LookUp() | Follow() as errand:
            draft = explain_order(view, knowledge, today, handed=handed)
            if isinstance(errand, Follow):
                kept = is_kept(view, handed=handed) and errand.what.act == "urge"
                name = f"done_{errand.what.act}{'_kept' if kept else ''}"
                done = Sentence(text=words.texts()[name])
                draft = replace(draft, sentences=(done, *draft.sentences))
            return replace(turn, draft=replace(draft, enquiry=_in_hand(errand)))
        case Over(view=view), Follow() as errand:
            return replace(turn, draft=_over(view, errand, knowledge, today))
        case Case() as case, LookUp() | Follow() as errand:
            act = errand.what.act if isinstance(errand, Follow) else None
            draft = explain_case(case, knowledge, today, act)
            return replace(turn, draft=replace(draft, enquiry=_in_hand(errand)))
        case Refused() as refused, LookUp() | Follow() as errand:
            return replace(turn, draft=_refused(refused, errand))
        case Away(), LookUp() | Follow() as errand:
            return replace(turn, draft=_away(errand))
        case _:
            return turn


def pending(state: EnquiryState) -> bool:
    """Whether something was asked; an order in hand (number and check known) asks nothing."""
    return not (state.asking == "number" and state.number and state.check)


def _in_hand(errand: LookUp | Follow) -> EnquiryState:
    return EnquiryState(asking="number", number=errand.number, check=errand.check)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One message of the talk."""

    turn: Turn
    said: reading.Reading

    @property
    def text(self) -> str:
        return self.turn.message.text

    def begun(self) -> Turn | None:
        """A message that opens the talk, or does something with the order in hand."""
        if (stood := self.stood()) is not None:
            return stood
        wish, mine = self.said.wish, self.mine()
        if wish is None and mine and reading.lost(self.text, asked=False):
            wish = "progress"
        if self.turn.state.receipts:
            if (placed := self.placed()) is not None:
                return placed
            if wish is None and reading.adds(self.text):
                wish = "add"
        act = self.wanted(wish)
        if self.said.number is None and reading.slip(self.text) is not None:
            return self.ask("again_number", EnquiryState(asking="number", act=act))
        if wish is None:
            return None
        if self.said.number is None and self.filing() and self.which_of_two(wish):
            return self.ask_of_two()
        if self.said.addition is not None:
            return self.added(self.said.addition)
        number = self.said.number or reading.number_inside(self.text)
        if number is not None:
            return self.known(number, self.said.check or self.check_known(number), act)
        receipts = self.turn.state.receipts
        if receipts and reading.of_the_last(self.text):
            return self.known(*receipts[-1], act)
        state = self.turn.state.enquiry
        if state is not None and state.number and state.check and act is not None:
            return self.known(state.number, state.check, act)
        if not mine and self.filing():
            return self.none_filed(wish)
        if not mine and wish in _MANY and len(bare(self.text)) <= _NAMED:
            return None
        if len(mine) > 1:
            return self.which(tuple(mine), wish)
        for one, check in mine.items():
            return self.known(one, check, act)
        name = "ask_number_rate" if wish == "rate" else "ask_number"
        return self.ask(name, EnquiryState(asking="number", act=act))

    def stood(self) -> Turn | None:
        """A question that stands on the order or case in hand: how to urge it, and, right after it
        was told, what to do when it is overdue."""
        state, mine = self.turn.state.enquiry, self.mine()
        held = state is not None and not pending(state)
        number = state.number if state is not None and held else next(reversed(mine), None)
        if number is None or (not held and len(mine) > 1):
            return None
        last = self.turn.state.said[-1:]
        told = any(number in one.codes for one in last)
        overdue = told and reading.asks_of_overdue(self.text)
        if not (overdue or reading.asks_how_to_urge(self.text)):
            return None
        if of_order(number):
            return self.run(LookUp(number=number, check=mine[number]))
        return self.known(number, mine[number], FollowUp(act="urge"))

    def idle(self) -> Turn | None:
        """A command that answers something, where nothing waits for it: that is said."""
        state, name = self.turn.state, reading.idle(self.text)
        waits = state.form or state.guide or state.handoff or (name == "submit" and state.receipts)
        if name is None or waits:
            return None
        writer = Writer()
        writer.remark(words.idle()[name])
        return replace(self.turn, draft=writer.draft(Status.CLARIFY, "nothing_waits"))

    def wanted(self, wish: Wish | None) -> FollowUp | None:
        """What is to be done, with the stars that were given at once."""
        if wish is None or wish == "progress":
            return None
        rated = self.said.rating if wish == "rate" else None
        if rated is not None:
            return FollowUp(act="rate", stars=rated.stars, text=rated.text)
        return FollowUp(act=wish)

    def which_of_two(self, wish: Wish) -> bool:
        """Whether 撤回 may be meant of the filing under way as well as of an order."""
        filed = self.turn.state.receipts
        named = reading.of_the_last(self.text) or reading.of_place(self.text)
        return wish == "withdraw" and bool(filed) and not named

    def ask_of_two(self) -> Turn:
        texts, writer = words.texts(), Writer()
        writer.remark(texts["which_withdraw"])
        filed = [number for number, _ in self.turn.state.receipts[::-1]]
        ask = words.act("withdraw")["ask"]
        rows = [CardRow(label=f"工单{one}", ask=ask.format(number=one)) for one in filed]
        rows.append(CardRow(label=texts["which_form"], ask=texts["which_form_ask"]))
        writer.card(Card(kind="choices", title=texts["which_withdraw"], rows=tuple(rows)))
        writer.suggestions.append(texts["leave"])
        state = EnquiryState(asking="number", act=FollowUp(act="withdraw"))
        draft = replace(writer.draft(Status.GUIDING, "which_withdraw"), enquiry=state)
        return replace(self.turn, draft=draft)

    def of_two(self) -> Turn | None:
        """The answer to which of the two is to be withdrawn."""
        filed = self.turn.state.receipts
        if reading.of_this_form(self.text):
            writer = Writer()
            writer.remark(filing_texts()["left"])
            hand = EnquiryState(asking="number", number=filed[-1][0], check=filed[-1][1])
            draft = replace(writer.draft(Status.ANSWERED, "left"), ended="form", enquiry=hand)
            return replace(self.turn, draft=draft)
        if not reading.of_the_filed(self.text):
            return None
        if len(filed) > 1:
            return self.which(tuple(one for one, _ in filed), "withdraw")
        return self.known(*filed[0], FollowUp(act="withdraw"))

    def placed(self) -> Turn | None:
        """What is to be done with the order of a place: as they were filed, or newest first, as a
        list that was just shown has them."""
        found, filed = reading.of_place(self.text), self.turn.state.receipts
        if found is None:
            return None
        place, wish = found
        number = chosen(place, len(filed))
        if not number:
            return self.which(tuple(one for one, _ in filed), wish)
        state = self.turn.state.enquiry
        listed = state is not None and pending(state) and state.asking == "number"
        order = (filed[::-1] if listed else filed)[number - 1]
        return self.known(*order, self.wanted(wish))

    def filing(self) -> bool:
        """Whether a form waits for an answer."""
        form = self.turn.state.form
        return form is not None and form.asking != PAUSED

    def none_filed(self, wish: Wish) -> Turn | None:
        """In the midst of the first filing of a conversation there is nothing to ask about; what is
        to be added is for the form."""
        if wish not in ("progress", "urge", "withdraw"):
            return None
        texts, writer = words.texts(), Writer()
        writer.remark(texts["none_to_withdraw" if wish == "withdraw" else "none_filed"])
        return replace(self.turn, draft=writer.draft(Status.ANSWERED, "none_filed"))

    def added(self, text: str) -> Turn | None:
        """What is added to the order in hand, or to the only one of this session, at once."""
        mine = self.mine()
        if len(mine) != 1:
            return self.which(tuple(mine), "add") if mine else None
        number, check = next(iter(mine.items()))
        what = FollowUp(act="add", text=text, key=self.turn.id)
        return self.run(Follow(number=number, check=check, what=what))

    def answered(self, state: EnquiryState) -> Turn | None:
        """A message after something was asked: the answer, another wish, or another question."""
        waits_for_yes = state.act is not None and state.act.act == "withdraw"
        if of_two(self.turn.state):
            if (told := self.of_two()) is not None:
                return told
            if reading.leaves(self.text):
                return self.left("left_withdraw")
        if reading.leaves(self.text):
            return self.left("left_withdraw" if waits_for_yes and state.number else "left_talk")
        if state.asking == "text" and waits_for_yes and reading.confirms(self.text):
            return self.done(state, FollowUp(act="withdraw"))
        if self.said.bare and self.said.number is not None:
            check = self.said.check or self.check_known(self.said.number) or _kept(state)
            return self.known(self.said.number, check, state.act)
        if self.said.wish is not None and state.asking != "text":
            return self.begun()
        if state.asking == "number" and self.turn.state.receipts and reading.of_place(self.text):
            return self.begun()
        if _wants_number(state) and reading.slip(self.text) is not None:
            return self.ask("again_number", replace(state, asking="number", number=None))
        match state.asking:
            case "number":
                return self.number_given(state)
            case "check":
                return self.check_given(state)
            case "stars":
                return self.stars_given(state)
            case "text":
                return self.text_given(state, waits_for_yes=waits_for_yes)

    def number_given(self, state: EnquiryState) -> Turn | None:
        number = reading.any_number(self.text)
        if number is not None:
            return self.known(number, self.check_known(number) or _kept(state), state.act)
        if (one := self.named()) is not None:
            return self.known(*one, state.act)
        if of_two(self.turn.state):
            return None
        if reading.is_personal(self.text):
            return self.ask("personal", state)
        check = reading.check_of(self.text)
        if check is not None and len(self.text) <= _SHORT:
            return self.ask("check_first", replace(state, check=check))
        return self.ask("again_number", state) if self.meant_as_number() else None

    def named(self) -> tuple[str, str] | None:
        """The order of this session that is chosen, of those offered newest first (第一个), or by
        being the last (刚才那个)."""
        filed = self.turn.state.receipts[::-1]
        if not filed:
            return None
        if len(self.text) <= _SHORT and reading.of_the_last(self.text):
            return filed[0]
        number = chosen(normalise(self.text).strip(EDGE), len(filed))
        return filed[number - 1] if number else None

    def check_given(self, state: EnquiryState) -> Turn | None:
        number = reading.any_number(self.text)
        if number is not None:  # the number once more
            return self.known(number, self.check_known(number), state.act)
        check = reading.check_of(self.text)
        if check is not None and state.number is not None:
            return self.known(state.number, check, state.act)
        return self.ask("again_check", state) if self.meant_as_number() else None

    def stars_given(self, state: EnquiryState) -> Turn | None:
        rated = rating.asked(self.text)
        if rated is not None:
            return self.done(state, FollowUp(act="rate", stars=rated.stars, text=rated.text))
        short = len(self.text) <= _SHORT and not self.asks()
        return self.ask("again_stars", state) if short else None

    def text_given(self, state: EnquiryState, *, waits_for_yes: bool) -> Turn | None:
        if self.said.wish is not None and len(self.text) <= _SHORT:
            return self.begun_again(state)
        if waits_for_yes or state.act is None or self.asks():
            return None
        return self.done(state, FollowUp(act=state.act.act, text=self.text.strip()))

    def begun_again(self, state: EnquiryState) -> Turn | None:
        """Another wish instead of the text: of the same order, if it names none."""
        wish = self.said.wish
        if self.said.number is None and state.number and wish is not None:
            return self.known(state.number, state.check, self.wanted(wish))
        return self.begun()

    def known(self, number: str, check: str | None, what: FollowUp | None) -> Turn:
        """The next step once the number is known: its check, what goes with the act, or the desk.

        What was asked for is asked once the check has been given, so that nobody who cannot see
        the order is led further.  Of a case nothing is done here: how it is done elsewhere is told.
        """
        state = EnquiryState(asking="check", number=number, check=check, act=what)
        if check is None:
            return self.ask("ask_check", state)
        if what is not None and (what.stars or not of_order(number)):
            return self.done(state, what)
        match what.act if what else None:
            case None:
                return self.run(LookUp(number=number, check=check))
            case "urge":
                return self.done(state, FollowUp(act="urge"))
            case "rate":
                return self.ask("ask_stars", replace(state, asking="stars"))
            case "withdraw":
                return self.ask("ask_withdraw", replace(state, asking="text"))
            case act:
                return self.ask(f"ask_text_{act}", replace(state, asking="text"))

    def done(self, state: EnquiryState, what: FollowUp) -> Turn:
        assert state.number is not None
        assert state.check is not None
        keyed = replace(what, key=self.turn.id)
        return self.run(Follow(number=state.number, check=state.check, what=keyed))

    def run(self, errand: Errand) -> Turn:
        return replace(self.turn, errand=errand)

    def ask(self, name: str, state: EnquiryState) -> Turn:
        texts, writer = words.texts(), Writer()
        text = texts[name].format(number=state.number, want=DIGITS, slip=self.slip())
        digits = tuple(re.findall(r"\d+", text))
        writer.sentences.append(Sentence(text=text, reckoned=digits))
        if name == "ask_withdraw":
            writer.suggestions.append(texts["confirm"])
        if name in ("ask_number", "again_number"):
            writer.suggestions.append(texts["no_number"])
        writer.suggestions.append(texts["leave"])
        draft = replace(writer.draft(Status.GUIDING, name), enquiry=state)
        return replace(self.turn, draft=draft)

    def slip(self) -> str:
        """What is wrong with the number that was sent, in brackets; empty if that is not known."""
        found, texts = reading.slip(self.text), words.texts()
        if found is None:
            return ""
        if found.letters:
            return texts["slip_letters"]
        return texts["slip_digits"].format(have=found.digits)

    def left(self, name: str) -> Turn:
        writer = Writer()
        writer.remark(words.texts()[name])
        draft = replace(writer.draft(Status.ANSWERED, "left"), ended="enquiry")
        return replace(self.turn, draft=draft)

    def which(self, numbers: tuple[str, ...], wish: Wish) -> Turn:
        """Offer the orders of this session, the newest first: a tap names one."""
        texts, writer = words.texts(), Writer()
        writer.remark(texts["which"])
        lead = words.act(wish)["ask"] if wish != "progress" else "查工单{number}"
        rows = tuple(CardRow(label=one, ask=lead.format(number=one)) for one in reversed(numbers))
        writer.card(Card(kind="choices", title=texts["which"], rows=rows))
        state = EnquiryState(asking="number", act=self.wanted(wish))
        draft = replace(writer.draft(Status.GUIDING, "which"), enquiry=state)
        return replace(self.turn, draft=draft)

    def mine(self) -> dict[str, str]:
        """Numbers and checks that this session knows: what it filed, and the order in hand."""
        known = dict(self.turn.state.receipts)
        state = self.turn.state.enquiry
        if state is not None and not pending(state) and state.number and state.check:
            known.setdefault(state.number, state.check)
        return known

    def check_known(self, number: str) -> str | None:
        return self.mine().get(number)

    def meant_as_number(self) -> bool:
        return reading.looks_like_number(self.text) and len(self.text) <= _LONG and not self.asks()

    def asks(self) -> bool:
        """Whether the message asks something of a service (材料, 时间, 地点 …)."""
        understood = self.turn.understanding
        return understood is not None and bool(understood.facets)


_NAMED = 2
_MANY = frozenset[Wish](("progress", "withdraw", "rate", "add"))
"""撤回, 评价 … alone, where no order is known, may mean anything; 催办 and 重办 mean an order."""

_SHORT = 12
_LONG = 60


def _kept(state: EnquiryState) -> str | None:
    """The check that was given before its number."""
    return state.check if state.number is None else None


def _over(view: OrderView, errand: Follow, knowledge: Knowledge, today: date) -> Draft:
    """Nothing was done, as the order is over; what can be done now."""
    texts, draft = words.texts(), explain_order(view, knowledge, today)
    withdrawn = view.status is OrderStatus.WITHDRAWN
    name = "over_withdrawn" if withdrawn else "over_closed"
    text = texts[name].format(number=view.number, act=words.act(errand.what.act)["label"])
    said = Sentence(text=text, reckoned=tuple(re.findall(r"\d+", text)))
    return replace(
        draft,
        status=Status.REFUSED,
        reason="closed",
        sentences=(said, *(() if withdrawn else draft.sentences)),
        suggestions=(texts["over_begin" if withdrawn else "over_reopen"], *draft.suggestions),
        enquiry=_in_hand(errand),
    )


def _refused(refused: Refused, errand: LookUp | Follow) -> Draft:
    texts, writer = words.texts(), Writer()
    if refused.reason == "locked":
        if refused.until is None:
            writer.remark(texts["locked_soon"])
        else:
            at = refused.until.astimezone(CHINA) if refused.until.tzinfo else refused.until
            until = f"{day_text(at.date())}{at:%H:%M}"
            writer.remark(texts["locked"].format(until=until))
        waits = EnquiryState(asking="check", number=errand.number, act=_what(errand))
        return replace(writer.draft(Status.REFUSED, "locked"), enquiry=waits)
    if refused.reason == "unknown":
        writer.remark(texts["unknown"])
        writer.suggestions.append(texts["leave"])
        state = EnquiryState(asking="check", number=errand.number, act=_what(errand))
        return replace(writer.draft(Status.GUIDING, "unknown"), enquiry=state)
    writer.remark(texts[refused.reason])
    return replace(writer.draft(Status.REFUSED, refused.reason), enquiry=_in_hand(errand))


def _what(errand: LookUp | Follow) -> FollowUp | None:
    """What was to be done, to be done once the number is opened."""
    return replace(errand.what, key="") if isinstance(errand, Follow) else None


def _away(errand: LookUp | Follow) -> Draft:
    texts, writer = words.texts(), Writer()
    writer.remark(texts["away"])
    writer.suggestions.append(texts["once_more"])
    return replace(writer.draft(Status.FAILED, "away"), enquiry=_in_hand(errand))
