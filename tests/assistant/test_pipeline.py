"""The one path of every message: streaming equals the reply, failures leave no trace, a crisis is
answered with no release at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import bootstrap, guardrails, rules
from assistant.bundles.plans import MemoryPlans
from assistant.composing.writer import DEMONSTRATION
from assistant.pipeline import Assistant
from assistant.sessions import MemoryLocks, MemorySessions
from assistant.types import DialogueState, Knowledge, SessionLocks, SessionStore, Turn
from channels.types import AI_LABEL, Card, Event, Message, Reply, Sentence, Status
from knowledge.types import Money, Provenance, Record
from retrieval.types import Hit, Query, SearchResult
from tests.assistant.fakes import TODAY, hit, knowledge, weak
from tests.records import item

HOTLINES = bootstrap.built_in_hotlines()
PERMIT = item("GZ-1", "居住证首次申领", aliases=("居住证",), money=Money(charged=False))
OTHER = item("GZ-2", "居住证签注")
STEPS = (
    "screen",
    "understand",
    "resume",
    "file",
    "guide",
    "handle",
    "errand",
    "tell",
    "remind",
    "check",
    "reply",
    "remember",
)


class KeptSessions:
    """A session store that tells what was saved."""

    def __init__(self) -> None:
        self.states: dict[str, DialogueState] = {}
        self.saved: list[str] = []

    async def load(self, session_id: str) -> DialogueState:
        return self.states.get(session_id, DialogueState())

    async def save(self, session_id: str, state: DialogueState) -> None:
        self.saved.append(session_id)
        self.states[session_id] = state

    async def forget(self, session_id: str) -> None:
        self.states.pop(session_id, None)


class BrokenSearcher:
    """A searcher whose index has gone."""

    def search(self, query: Query) -> SearchResult:
        raise OSError("index")


@dataclass
class Heard:
    """Everything that a channel was sent, in order."""

    events: list[Event] = field(default_factory=list)

    async def __call__(self, event: Event) -> None:
        self.events.append(event)


class NeverHeld:
    """Locks that nobody gets: the server is away."""

    @asynccontextmanager
    async def hold(self, session_id: str) -> AsyncIterator[bool]:
        yield False


class SlowSessions(KeptSessions):
    """A session store that lets others run while it loads and saves."""

    async def load(self, session_id: str) -> DialogueState:
        state = await super().load(session_id)
        await asyncio.sleep(0)
        return state

    async def save(self, session_id: str, state: DialogueState) -> None:
        await asyncio.sleep(0)
        await super().save(session_id, state)


@dataclass
class Desk:
    """An assistant over one knowledge, with what it finished."""

    known: Knowledge
    sessions: SessionStore = field(default_factory=KeptSessions)
    locks: SessionLocks = field(default_factory=MemoryLocks)
    turns: list[Turn] = field(default_factory=list)
    opened: int = 0

    def _knowledge(self) -> Knowledge:
        self.opened += 1
        return self.known

    def ask(self, text: str, session_id: str | None = None, emit: Heard | None = None) -> Reply:
        return asyncio.run(self.takes(text, session_id, emit))

    async def takes(self, text: str, session_id: str | None, emit: Heard | None = None) -> Reply:
        assistant = Assistant(
            locks=self.locks,
            plans=MemoryPlans(),
            knowledge=self._knowledge,
            sessions=self.sessions,
            rules=rules.load(),
            today=lambda: TODAY,
            ideas=lambda: ("居住证要什么材料",),
            finished=self.turns.append,
        )
        return await assistant.take_turn(Message(text=text, session_id=session_id), emit)


def desk(records: Sequence[Record] = (PERMIT, OTHER), hits: Sequence[Hit] | None = None) -> Desk:
    found = [hit(PERMIT), weak(OTHER)] if hits is None else hits
    return Desk(knowledge(records, found, HOTLINES))


BARE = Knowledge(None, None, HOTLINES)
TALK = (
    "居住证要什么材料",
    "我家着火了",
    "你好",
    "",
    "今晚吃什么好",
    "申请火星居留许可",
    "居住证要多少钱，要多久",
    "x" * 501,
)


class TestReply:
    def test_text_is_its_sentences(self) -> None:
        for text in TALK:
            reply = desk().ask(text)
            assert reply.text == "\n".join(one.text for one in reply.sentences)
            assert reply.sentences

    def test_ids_are_new_each_time_and_the_session_stays(self) -> None:
        one = desk()
        first = one.ask("居住证要什么材料")
        then = one.ask("那要多少钱", first.session_id)
        assert then.session_id == first.session_id
        assert then.turn_id != first.turn_id
        assert len(first.session_id) == 32

    def test_made_by_ai_is_said(self) -> None:
        for text in TALK:
            assert desk().ask(text).label.startswith(AI_LABEL)

    def test_a_demonstration_is_labelled_as_such(self) -> None:
        shown = item(
            "GZ-1", "居住证首次申领", provenance=Provenance(as_of="2026", demonstration=True)
        )
        reply = desk([shown], [hit(shown)]).ask("居住证首次申领要什么材料")
        assert reply.label == AI_LABEL + DEMONSTRATION
        assert desk().ask("居住证要什么材料").label == AI_LABEL

    def test_an_emergency_is_not(self) -> None:
        """Numbers such as 119 are no demonstration."""
        assert desk().ask("我家着火了").label == AI_LABEL


class TestStream:
    @pytest.mark.parametrize("text", TALK)
    def test_order_equals_the_reply(self, text: str) -> None:
        heard = Heard()
        reply = desk().ask(text, emit=heard)
        assert [one.name for one in heard.events] == [
            "status",
            *["sentence"] * len(reply.sentences),
            *["card"] * len(reply.cards),
        ]
        assert heard.events[0].data == reply.status
        sentences = [one.data for one in heard.events if isinstance(one.data, Sentence)]
        cards = [one.data for one in heard.events if isinstance(one.data, Card)]
        assert tuple(sentences) == reply.sentences
        assert tuple(cards) == reply.cards

    def test_what_was_dropped_is_never_sent(self) -> None:
        """A sentence is sent after it was checked, not before."""
        heard = Heard()
        reply = desk().ask("居住证要什么材料", emit=heard)
        cited = {one.n: one for one in reply.citations}
        for event in heard.events:
            if isinstance(event.data, Sentence):
                assert guardrails.supported(event.data, cited)

    def test_whether_anybody_listens_makes_no_difference(self) -> None:
        for text in TALK:
            quiet, loud = desk().ask(text), desk().ask(text, emit=Heard())
            assert (quiet.text, quiet.cards, quiet.status) == (loud.text, loud.cards, loud.status)


class TestScreen:
    def test_too_long_is_refused_before_it_is_read(self) -> None:
        one = desk()
        reply = one.ask("居住证" * 200)
        assert (reply.status, reply.reason) == (Status.REFUSED, "too_long")
        assert "500" in reply.text
        assert one.turns[0].understanding is None
        assert one.turns[0].search is None

    def test_exactly_as_long_as_allowed(self) -> None:
        assert desk().ask("证" * guardrails.MOST_CHARACTERS).status is not Status.REFUSED

    def test_what_cannot_be_seen_does_not_count(self) -> None:
        assert desk().ask("居住证要什么材料" + "\u200b" * 1000).status is Status.ANSWERED

    def test_what_cannot_be_seen_hides_nothing(self) -> None:
        assert desk().ask("我家着\u200b火\u2060了").status is Status.CRISIS

    def test_too_long_for_a_question_is_not_too_long_for_help(self) -> None:
        """Whoever is in danger may write a lot."""
        reply = desk().ask("我家着火了，快来救我们！" + "我们在楼上，" * 100)
        assert reply.status is Status.CRISIS


class TestMemory:
    def test_a_follow_up_stands_on_the_last_record(self) -> None:
        one = desk()
        first = one.ask("居住证要什么材料")
        then = one.ask("那要多少钱？", first.session_id)
        assert then.status is Status.ANSWERED
        assert "不收费" in then.text

    def test_another_session_knows_nothing_of_it(self) -> None:
        one = desk()
        one.ask("居住证要什么材料")
        assert one.ask("那要多少钱？").status is Status.CLARIFY

    @pytest.mark.parametrize("text", ["我家着火了", "今晚吃什么好", "", "谢谢", "x" * 501])
    def test_a_turn_in_between_does_not_disturb(self, text: str) -> None:
        one = desk()
        first = one.ask("居住证要什么材料")
        one.ask(text, first.session_id)
        assert "不收费" in one.ask("那要多少钱？", first.session_id).text

    @pytest.mark.parametrize("text", ["我家着火了", "今晚吃什么好", "", "你好", "x" * 501])
    def test_a_turn_that_led_nowhere_leaves_no_trace(self, text: str) -> None:
        one = desk()
        one.ask(text)
        assert isinstance(one.sessions, KeptSessions)
        assert one.sessions.saved == []

    def test_nothing_that_was_typed_is_kept(self) -> None:
        one = desk()
        one.ask("居住证要什么材料，我的身份证号码440106199001011234")
        assert isinstance(one.sessions, KeptSessions)
        assert "440106" not in repr(one.sessions.states)


class TestTwoTabs:
    def test_every_turn_of_a_session_counts(self) -> None:
        """A thousand messages in ten sessions, all at once: none builds on a state half made."""
        one = Desk(desk().known, SlowSessions())

        async def go() -> None:
            asked = (one.takes("居住证要什么材料", f"s{number % 10}") for number in range(1000))
            await asyncio.gather(*asked)

        asyncio.run(go())
        assert isinstance(one.sessions, SlowSessions)
        assert [state.turns for state in one.sessions.states.values()] == [100] * 10

    def test_without_the_session_a_turn_neither_loads_nor_saves(self) -> None:
        one = desk()
        first = one.ask("居住证要什么材料")
        assert isinstance(one.sessions, KeptSessions)
        one.sessions.saved.clear()
        one.locks = NeverHeld()
        assert one.ask("居住证要什么材料", first.session_id).status is Status.ANSWERED
        assert one.ask("那要多少钱？", first.session_id).status is Status.CLARIFY
        assert one.sessions.saved == []
        one.locks = MemoryLocks()
        assert "不收费" in one.ask("那要多少钱？", first.session_id).text


class TestFailure:
    def test_leaves_no_trace_and_sends_nothing(self) -> None:
        broken = Desk(Knowledge(desk().known.release, BrokenSearcher(), HOTLINES))
        heard = Heard()
        with pytest.raises(OSError, match="index"):
            broken.ask("居住证要什么材料", emit=heard)
        assert heard.events == []
        assert broken.turns == []
        assert isinstance(broken.sessions, KeptSessions)
        assert broken.sessions.saved == []

    def test_a_conversation_goes_on_after_it(self) -> None:
        one = desk()
        first = one.ask("居住证要什么材料")
        broken = Desk(Knowledge(one.known.release, BrokenSearcher(), HOTLINES), one.sessions)
        with pytest.raises(OSError, match="index"):
            broken.ask("护照要什么材料", first.session_id)
        assert "不收费" in one.ask("那要多少钱？", first.session_id).text


class TestNoRelease:
    """``Knowledge(None, None, hotlines)``: nothing was ever published."""

    @pytest.mark.parametrize(
        ("text", "first"),
        [
            ("我家着火了", "TEL-119"),
            ("我不想活了", "TEL-12356"),
            ("有人拿刀砍人", "TEL-110"),
            ("老公打我", "TEL-110"),
            ("我爸晕倒了没有呼吸", "TEL-120"),
            ("不敢说话，门外有人，帮我报警", "TEL-12110"),
        ],
    )
    def test_a_crisis_is_answered(self, text: str, first: str) -> None:
        reply = Desk(BARE).ask(text)
        assert reply.status is Status.CRISIS
        assert reply.citations[0].code == first
        assert HOTLINES[first].number in reply.sentences[0].text
        assert reply.cards[0].rows[0].tel == HOTLINES[first].number

    def test_even_without_any_hotline_it_says_what_to_do(self) -> None:
        reply = Desk(Knowledge(None, None, {})).ask("我家着火了")
        assert reply.status is Status.CRISIS
        assert "离开" in reply.text

    def test_the_rest_says_that_nothing_is_known(self) -> None:
        reply = Desk(BARE).ask("居住证要什么材料")
        assert reply.status is Status.NOT_FOUND
        assert "12345" in reply.text
        assert Desk(BARE).ask("你好").status is Status.ANSWERED

    def test_a_crisis_needs_no_search(self) -> None:
        broken = Desk(Knowledge(desk().known.release, BrokenSearcher(), HOTLINES))
        assert broken.ask("我家着火了").status is Status.CRISIS


class TestTurn:
    @pytest.mark.parametrize("text", TALK)
    def test_the_finished_turn_holds_everything(self, text: str) -> None:
        one = desk()
        reply = one.ask(text)
        (turn,) = one.turns
        assert turn.reply == reply
        assert turn.draft is not None
        assert tuple(turn.timings) == STEPS
        assert all(spent >= 0 for spent in turn.timings.values())
        assert turn.release == "r1"

    def test_one_release_for_the_whole_of_a_turn(self) -> None:
        one = desk()
        one.ask("居住证要什么材料")
        assert one.opened == 1


@given(st.text(st.characters(), max_size=60))
def test_any_text_gets_a_reply_of_the_closed_list(text: str) -> None:
    reply = desk().ask(text)
    assert reply.status in Status
    known = {one.n for one in reply.citations}
    assert all(set(one.citations) <= known for one in reply.sentences)


def test_memory_sessions_serve_as_well() -> None:
    store: Callable[[], SessionStore] = MemorySessions
    one = Desk(desk().known, store())
    first = one.ask("居住证要什么材料")
    assert "不收费" in one.ask("那要多少钱？", first.session_id).text
