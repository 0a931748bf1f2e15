"""The one path of every message: streaming equals the reply, failures leave no trace, a crisis is
answered with no release at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import bootstrap, guardrails, rules
from assistant.bundles.plans import MemoryPlans
from assistant.composing.writer import DEMONSTRATION
from assistant.errands import Desks
from assistant.handoff import passing
from assistant.pipeline import Assistant
from assistant.sessions import MemoryLocks, MemorySessions
from assistant.types import DialogueState, Knowledge, SessionLocks, SessionStore, Turn
from channels.types import AI_LABEL, Card, Event, Message, Reply, Sentence, Status
from knowledge.types import Money, Provenance, Record
from retrieval.types import Hit, Query, SearchResult
from tests.assistant.desks import AIDS, FakeCases, FakeOrders, FakeStaff
from tests.assistant.fakes import TODAY, hit, knowledge, weak
from tests.records import item

HOTLINES = bootstrap.built_in_hotlines()
PERMIT = item("GZ-1", "居住证首次申领", aliases=("居住证",), money=Money(charged=False))
OTHER = item("GZ-2", "居住证签注")
STEPS = (
    "screen",
    "understand",
    "erase",
    "person",
    "danger",
    "resume",
    "enquire",
    "file",
    "guide",
    "wait",
    "handle",
    "errand",
    "tell",
    "for here",
    "remind",
    "still",
    "beside",
    "check",
    "reply",
    "remember",
    "danger left",
    "write down",
)
COMPLAINT = "我要投诉楼下烧烤店每晚嘈到两点，希望早点收档"


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
    desks: Desks | None = None
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
            aids=(lambda _: AIDS) if self.desks else None,
            desks=self.desks,
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

    @pytest.mark.parametrize("text", ["今晚吃什么好", "", "你好", "x" * 501])
    def test_a_turn_that_led_nowhere_leaves_no_trace(self, text: str) -> None:
        """Nothing but what was said, for a person to read."""
        one = desk()
        said = one.ask(text)
        assert isinstance(one.sessions, KeptSessions)
        state = one.sessions.states[said.session_id]
        assert replace(state, said=()) == DialogueState()
        assert [each.who for each in state.said] == ["citizen", "assistant"]

    def test_of_an_emergency_its_kind_is_kept(self) -> None:
        one = desk()
        said = one.ask("我家着火了")
        assert isinstance(one.sessions, KeptSessions)
        state = one.sessions.states[said.session_id]
        assert state.danger is not None and state.danger.kind == "fire"
        assert replace(state, said=(), danger=None) == DialogueState()

    def test_nothing_that_was_typed_is_kept(self) -> None:
        one = desk()
        one.ask("居住证要什么材料，我的身份证号码440106199001011234")
        assert isinstance(one.sessions, KeptSessions)
        assert "440106" not in repr(one.sessions.states)


class TestWrittenDown:
    """What was said is kept for a person to read: the last messages, personal data masked."""

    def test_both_sides_with_what_was_cited(self) -> None:
        one = desk()
        reply = one.ask("居住证要什么材料")
        asked, told = _state(one, reply).said
        assert (asked.who, asked.text) == ("citizen", "居住证要什么材料")
        assert (told.who, told.text, told.codes) == ("assistant", reply.text, ("GZ-1",))
        assert asked.at.tzinfo is not None

    def test_personal_data_are_masked_and_long_texts_cut(self) -> None:
        one = desk()
        first = one.ask("我叫陈大文，电话13812345678，身份证440106199001011235，" + "办" * 600)
        text = _state(one, first).said[0].text
        assert "13812345678" not in text
        assert "440106199001011235" not in text
        assert len(text) <= guardrails.MOST_CHARACTERS

    def test_only_the_last_ones(self) -> None:
        one = desk()
        session = one.ask("第一句").session_id
        for number in range(passing.MOST_SAID):
            one.ask(f"居住证要什么材料{number}", session)
        assert isinstance(one.sessions, KeptSessions)
        said = one.sessions.states[session].said
        assert len(said) == passing.MOST_SAID
        assert "第一句" not in {each.text for each in said}


def _state(one: Desk, reply: Reply) -> DialogueState:
    assert isinstance(one.sessions, KeptSessions)
    return one.sessions.states[reply.session_id]


@dataclass
class Office:
    """A desk with orders and staff behind it."""

    orders: FakeOrders = field(default_factory=FakeOrders)
    staff: FakeStaff = field(default_factory=FakeStaff)
    erased: list[str] = field(default_factory=list)

    async def erase(self, session_id: str) -> tuple[str, ...]:
        self.erased.append(session_id)
        await self.staff.leave(session_id)
        return ()

    def open(self) -> Desk:
        one = desk()
        one.desks = Desks(
            orders=self.orders,
            cases=FakeCases(),
            staff=self.staff,
            similar=self.orders.similar,
            erase=self.erase,
        )
        return one


class TestPerson:
    def test_is_called_from_the_middle_of_a_form(self) -> None:
        """The form waits, the package tells of it, and it goes on when it is called."""
        office = Office()
        one = office.open()
        session = one.ask("我要投诉").session_id
        one.ask("楼下烧烤店每晚嘈到两点", session)
        called = one.ask("转人工", session)
        assert (called.status, called.reason) == (Status.HANDED_OFF, "waiting")
        (package,) = office.staff.packages
        assert dict(package.lines)["正在登记"] == "投诉，缺：地点"
        assert [each.who for each in package.said] == ["citizen", "assistant"] * 2
        assert one.ask("在小区门口", session).reason == "noted"
        assert office.orders.orders == {}
        assert "在哪里" in one.ask("继续登记", session).text

    def test_hears_what_is_said_while_they_wait(self) -> None:
        office = Office()
        one = office.open()
        session = one.ask("转人工", None).session_id
        answered = one.ask("居住证要什么材料", session)
        assert answered.status is Status.ANSWERED
        assert "还在为您转接" in answered.sentences[-1].text
        assert one.ask("我的电话是13812345678", session).reason == "noted"
        asked, told, last = office.staff.told
        assert (asked.who, asked.text) == ("citizen", "居住证要什么材料")
        assert (told.who, told.text) == ("assistant", answered.text)
        assert told.codes
        assert "13812345678" not in last.text
        assert last.phone == "13812345678"

    def test_leaves_an_enquiry_its_answer(self) -> None:
        one = Office().open()
        session = one.ask("转人工").session_id
        assert one.ask("之前那个投诉到哪了", session).reason == "ask_number"
        assert one.ask("我没有编号", session).reason == "no_number"

    def test_is_waited_for_no_more(self) -> None:
        office = Office()
        one = office.open()
        session = one.ask("转人工").session_id
        assert one.ask("不等了", session).reason == "left"
        assert office.staff.queue == []
        assert one.ask("居住证要什么材料", session).sentences[-1].text.count("转接") == 0

    def test_does_not_keep_help_from_whoever_is_in_danger(self) -> None:
        office = Office()
        one = office.open()
        session = one.ask("转人工").session_id
        assert one.ask("我家着火了", session).status is Status.CRISIS
        heard = office.staff.told[-1]
        assert (heard.who, heard.danger) == ("assistant", "fire")
        assert "119" in heard.text

    def test_a_desk_that_is_away_changes_nothing(self) -> None:
        office = Office()
        one = office.open()
        session = one.ask("转人工").session_id
        office.staff.away = True
        assert one.ask("居住证要什么材料", session).status is Status.ANSWERED
        assert "12345" in one.ask("转人工", session).text


class TestErasing:
    def test_leaves_nothing_of_the_session(self) -> None:
        office = Office()
        one = office.open()
        session = one.ask("居住证要什么材料").session_id
        one.ask("转人工", session)
        erased = one.ask("清除我的记录", session)
        assert (erased.status, erased.reason) == (Status.ANSWERED, "erased")
        assert len(erased.sentences) == 1
        assert office.erased == [session]
        assert office.staff.queue == []
        assert isinstance(one.sessions, KeptSessions)
        assert session not in one.sessions.states
        assert one.ask("那要多少钱", session).status is Status.CLARIFY

    def test_in_the_middle_of_a_form_nothing_waits_any_more(self) -> None:
        one = Office().open()
        session = one.ask(COMPLAINT).session_id
        assert "登记" not in one.ask("清除我的记录", session).text.replace("填了一半的表单", "")
        assert one.ask("继续登记", session).reason != "form"

    def test_names_what_was_filed(self) -> None:
        office = Office()
        one = office.open()
        session = one.ask(COMPLAINT).session_id
        one.ask("换成匿名", session)
        for _ in range(2):
            one.ask("提交", session)
        (number,) = office.orders.orders
        assert number in one.ask("清除我的记录", session).text
        assert list(office.orders.orders) == [number]


class TestEnquiring:
    def test_not_while_a_form_waits_for_an_answer(self) -> None:
        one = Office().open()
        session = one.ask(COMPLAINT).session_id
        asked = one.ask("撤回", session)
        assert asked.reason != "ask_number"
        one.ask("先不交", session)
        assert one.ask("查进度", session).reason == "ask_number"

    def test_number_and_check(self) -> None:
        office = Office()
        one = office.open()
        session = one.ask(COMPLAINT + "，电话13812345678").session_id
        for _ in range(2):
            one.ask("提交", session)
        (number,) = office.orders.orders
        assert one.ask("查进度", session).status is Status.ANSWERED  # this session filed it
        other = one.ask(f"查进度{number}")
        assert (other.status, other.reason) == (Status.GUIDING, "ask_check")
        assert "烧烤" not in other.text
        assert one.ask("0000", other.session_id).reason == "unknown"
        assert one.ask("5678", other.session_id).status is Status.ANSWERED


class TestFilingOrNot:
    def test_the_name_of_a_record_is_nothing_to_file(self) -> None:
        """占道 alone is complained about; 占道施工许可 is something to apply for."""
        shown = item("GZ-1", "占道施工许可")
        one = Office().open()
        named = hit(shown, name_match="name", matched_name="占道施工许可")
        one.known = knowledge([shown], [named], HOTLINES)
        assert one.ask("占道施工许可（GZ-1）").status is Status.ANSWERED
        assert one.ask("小贩天天占道，整条路都走不了人").reason == "form"

    @pytest.mark.parametrize(
        ("name", "asks", "files"),
        [
            ("建议提案答复查询", "请问{}的办理地点", "我建议{}的网页做好一点"),
            ("投诉维权", "请问{}的办理地点", "我要投诉，{}的窗口没有人"),
            ("公共资源交易中心办件进度查询", "{}要什么材料", "我要投诉{}的网站"),
        ],
    )
    def test_words_of_filing_within_a_name(self, name: str, asks: str, files: str) -> None:
        shown = item("GZ-1", name)
        one = Office().open()
        one.known = knowledge([shown], [hit(shown, name_match="name", matched_name=name)], HOTLINES)
        reply = one.ask(asks.format(name))
        assert reply.status in (Status.ANSWERED, Status.PARTIAL)
        assert {each.code for each in reply.citations} <= {"GZ-1", "TEL-12345"}
        assert one.ask(files.format(name)).reason == "form"

    @pytest.mark.parametrize(
        ("text", "files"),
        [
            ("我要投诉物业乱收费", True),
            ("想投诉物业，电话没人接", True),
            ("我想投诉物业要什么材料", False),
            ("投诉物业的收费", False),
        ],
    )
    def test_a_name_that_goes_over_the_words_that_begin_it(self, text: str, files: bool) -> None:
        shown = item("GZ-1", "物业管理投诉", aliases=("投诉物业",))
        one = Office().open()
        found = hit(shown, name_match="name", matched_name="投诉物业")
        one.known = knowledge([shown], [found], HOTLINES)
        assert (one.ask(text).reason == "form") is files


class TestTwoTabs:
    def test_every_turn_of_a_session_counts(self) -> None:
        """A thousand messages in ten sessions, all at once: none builds on a state half made."""
        one = Desk(desk().known, SlowSessions(), MemoryLocks(wait=60.0))

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
