"""The handler of questions, over records and hits of our own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import ClassVar, cast

import pytest

from assistant import bootstrap, rules
from assistant.answering import answer, for_here
from assistant.types import DialogueState, Knowledge, Listed, Turn
from assistant.work_orders.words import begins, texts
from channels.types import Message, Status
from knowledge.types import Body, Contact, Facet, Faq, Fee, Money, Question, Record, Window
from retrieval.analyzer import normalise
from retrieval.types import Hit
from tests.assistant.fakes import TODAY, ToldSearcher, hit, knowledge, read, weak
from tests.records import bundle, hotline, item, policy

F = Facet
IDEAS = ("居住证要什么材料",)
FEE = Fee(name="工本费", standard="40元/证")
HOTLINES = bootstrap.built_in_hotlines()
PERMIT = item(
    "GZ-1",
    "居住证首次申领",
    aliases=("居住证",),
    money=Money(charged=False),
    contact=Contact(consult="020-88888888"),
)
RENEWAL = item("GZ-2", "居住证签注")


def asked(
    text: str,
    records: Sequence[Record] = (PERMIT, RENEWAL),
    hits: Sequence[Hit] | None = None,
    *,
    state: DialogueState | None = None,
    district: str | None = None,
    known: Knowledge | None = None,
    today: date = TODAY,
) -> Turn:
    state = state or DialogueState()
    hits = [hit(records[0]), *(weak(one) for one in records[1:])] if hits is None else hits
    turn = Turn(
        id="t",
        session_id="s",
        message=Message(text=text, district=district),
        release="r1",
        state=state,
        understanding=read(text, state, district=district),
    )
    known = known or knowledge(records, hits, HOTLINES)
    return answer(turn, known, rules.load(), today, IDEAS)


def said(turn: Turn) -> str:
    assert turn.draft is not None
    return "\n".join(one.text for one in turn.draft.sentences)


def status(turn: Turn) -> Status:
    assert turn.draft is not None
    return turn.draft.status


def offered(turn: Turn) -> list[str | None]:
    assert turn.draft is not None
    return [row.code for card in turn.draft.cards if card.kind == "choices" for row in card.rows]


class TestSearch:
    def test_is_asked_with_the_words_typed_and_their_focus(self) -> None:
        known = knowledge([PERMIT], [hit(PERMIT)], HOTLINES)
        asked("喺邊度攞居住證？", known=known)
        (query,) = cast(ToldSearcher, known.searcher).asked
        assert query.text == "喺邊度攞居住證？"
        assert query.focus == "攞居住证"

    def test_what_is_called_but_has_expired_hides_nothing_else(self) -> None:
        old = item("GZ-9", "旧居住证", expires=date(2020, 1, 1))
        known = knowledge([old], [hit(old)], HOTLINES)
        assert status(asked("旧居住证要什么材料", known=known)) is Status.NOT_FOUND
        by_name, by_likeness = cast(ToldSearcher, known.searcher).asked
        assert by_name.decisive is not None
        assert by_likeness == replace(by_name, decisive=None)

    def test_the_turn_keeps_what_was_found(self) -> None:
        turn = asked("居住证要什么材料")
        assert turn.search is not None
        assert turn.decision is not None
        assert turn.decision.records == ("GZ-1",)


class TestAnswer:
    def test_the_asked_facet_of_the_record(self) -> None:
        turn = asked("居住证要什么材料")
        assert status(turn) is Status.ANSWERED
        assert "身份证、照片" in said(turn)

    def test_words_of_the_name_ask_for_nothing(self) -> None:
        record = item("GZ-3", "异地就医备案")
        assert status(asked("异地就医备案", [record])) is Status.ANSWERED

    def test_a_frequent_question_is_answered_first(self) -> None:
        record = item("GZ-3", "居住证首次申领", faqs=(Faq(question="几岁", answer="满16周岁"),))
        turn = asked("居住证满几岁", [record], [hit(record, part="#faq0")])
        assert said(turn).startswith("常见问题“几岁”：满16周岁。")

    def test_but_not_when_a_facet_is_asked(self) -> None:
        record = item("GZ-3", "居住证首次申领", faqs=(Faq(question="几岁", answer="满16周岁"),))
        turn = asked("居住证要什么材料", [record], [hit(record, part="#faq0")])
        assert "满16周岁" not in said(turn)

    def test_at_most_two_articles(self) -> None:
        rule = policy()
        hits = [hit(rule, part="#a2"), hit(rule, part="#a1", score=1.0)]
        turn = asked("居住证条例享有什么服务", [rule], hits)
        assert "第二条" in said(turn)

    def test_a_hotline(self) -> None:
        line = hotline("TEL-9", "社保热线")
        turn = asked("社保热线打什么电话", [line])
        assert "12345" in said(turn)

    def test_of_a_bundle(self) -> None:
        turn = asked("新生儿出生要办哪些手续", [bundle()])
        assert status(turn) is Status.ANSWERED
        assert "出生登记" in said(turn)


class TestDistrict:
    RECORD = item(
        "GZ-3",
        "居住证首次申领",
        windows=(Window(address="天河区软件路1号", district="天河区"),),
    )

    def test_missing_is_said(self) -> None:
        turn = asked("居住证去哪里办", [self.RECORD], district="番禺区")
        assert status(turn) is Status.PARTIAL
        assert "番禺区" in said(turn)

    def test_listed(self) -> None:
        assert status(asked("天河区居住证去哪里办", [self.RECORD])) is Status.ANSWERED

    def test_a_name_that_holds_it_asks_for_no_district(self) -> None:
        record = replace(self.RECORD, name="白云山风景区居住证", windows=self.RECORD.windows)
        turn = asked("白云山风景区居住证去哪里办", [record])
        assert "白云区" not in said(turn)


class TestFollowUp:
    def test_another_part_of_the_same_record(self) -> None:
        turn = asked("那要多少钱？", state=DialogueState(record="GZ-1"))
        assert turn.search is None
        assert "不收费" in said(turn)
        assert turn.decision is not None
        assert turn.decision.records == ("GZ-1",)

    def test_a_new_subject_is_searched(self) -> None:
        turn = asked("居住证签注要什么材料", state=DialogueState(record="OLD"))
        assert turn.search is not None

    def test_a_record_that_is_gone_is_not_spoken_of(self) -> None:
        turn = asked("那要多少钱？", state=DialogueState(record="GONE"))
        assert status(turn) is Status.CLARIFY

    def test_a_record_no_longer_in_force_is_not_spoken_of(self) -> None:
        """A conversation may be older than the expiry of its record."""
        old = item("GZ-9", "旧证", money=Money(charged=False), expires=date(2026, 11, 21))
        turn = asked("那要多少钱？", [old], [], state=DialogueState(record="GZ-9"))
        assert "不收费" not in said(turn)

    def test_without_a_facet_nothing_is_guessed(self) -> None:
        turn = asked("那么呢", state=DialogueState(record="GZ-1"))
        assert status(turn) is Status.CLARIFY


class TestChoice:
    STATE = DialogueState(offered=("GZ-1", "GZ-2"), facets=(F.MATERIALS,))

    def test_by_number_with_the_facets_asked_before(self) -> None:
        turn = asked("第二个", state=self.STATE)
        assert turn.decision is not None
        assert turn.decision.records == ("GZ-2",)
        assert "办理“居住证签注”需要" in said(turn)

    def test_none_of_them(self) -> None:
        assert status(asked("都不是", state=self.STATE)) is Status.NOT_FOUND

    def test_one_that_is_gone(self) -> None:
        turn = asked("第二个", [PERMIT], state=self.STATE)
        assert status(turn) is Status.NOT_FOUND

    def test_one_no_longer_in_force(self) -> None:
        old = replace(RENEWAL, expires=date(2026, 11, 21))
        assert status(asked("第二个", [PERMIT, old], state=self.STATE)) is Status.NOT_FOUND


class TestPointing:
    """At a list of some turns ago, and at the parts of a bundle."""

    OLD = DialogueState(
        record="GZ-9",
        facets=(F.PLACE,),
        listed=Listed(codes=("GZ-1", "GZ-2"), facets=(F.FEE,)),
        turns=2,
    )

    def test_with_what_was_asked_of_that_list(self) -> None:
        turn = asked("头先第一个", state=self.OLD)
        assert turn.decision is not None
        assert turn.decision.records == ("GZ-1",)
        assert turn.understanding is not None
        assert turn.understanding.facets == (F.FEE,)

    def test_with_what_was_asked_of_another_in_it(self) -> None:
        turn = asked("第二个呢", state=replace(self.OLD, record="GZ-1"))
        assert turn.understanding is not None
        assert turn.understanding.facets == (F.PLACE,)

    def test_with_what_is_asked_anew(self) -> None:
        turn = asked("第二个要什么材料", state=self.OLD)
        assert turn.decision is not None
        assert turn.decision.records == ("GZ-2",)
        assert "办理“居住证签注”需要" in said(turn)

    def test_how_it_is_done_tells_all_that_matters(self) -> None:
        turn = asked("第一个怎么办", state=self.OLD)
        assert turn.understanding is not None
        assert turn.understanding.facets == ()

    def test_a_place_that_the_list_has_not_shows_it_again(self) -> None:
        turn = asked("第七个", state=self.OLD)
        assert status(turn) is Status.CLARIFY
        assert offered(turn) == ["GZ-1", "GZ-2"]
        assert "没有您说的这一项" in said(turn)
        assert turn.understanding is not None
        assert turn.understanding.facets == (F.FEE,)

    def test_where_nothing_was_listed_that_is_said(self) -> None:
        turn = asked("第二个", state=DialogueState(record="GZ-1"))
        assert (status(turn), turn.decision) == (Status.CLARIFY, None)
        assert "没有列出" in said(turn)


class TestFamily:
    """Several things of one name, of which one thing is asked that is said in a line."""

    FIRST = item("GZ-1", "居民身份证首次申领", money=Money(charged=False))
    LOST = item("GZ-2", "居民身份证丢失补领", money=Money(charged=True, fees=(FEE,)))
    LAW = policy("GZP-1", "居民身份证法")

    def family(self, *records: Record, text: str = "身份证多少钱") -> Turn:
        return asked(text, records, [weak(one, score=1.0, coverage=1.0) for one in records])

    def test_what_each_states_is_told_and_cited(self) -> None:
        turn = self.family(self.LOST, self.LAW, self.FIRST)
        assert turn.draft is not None
        assert (turn.draft.status, turn.draft.reason) == (Status.CLARIFY, "family")
        rows = turn.draft.cards[0].rows
        assert [(row.code, row.text) for row in rows] == [
            ("GZ-1", "这项办理不收费。"),
            ("GZ-2", "收费：工本费：40元/证。"),
        ]
        cited = {one.n: one.code for one in turn.draft.citations}
        assert [cited[row.citations[0]] for row in rows] == ["GZ-1", "GZ-2"]

    def test_one_that_states_nothing_comes_last_and_that_is_said(self) -> None:
        silent = item("GZ-3", "居民身份证异地受理")
        turn = self.family(silent, self.LOST)
        assert turn.draft is not None
        last = turn.draft.cards[0].rows[-1]
        assert (last.code, last.text, last.citations) == ("GZ-3", None, ())
        assert "没有写明收费" in (last.note or "")

    def test_what_all_state_alike_is_answered_by_the_ordinary_one(self) -> None:
        temporary = item("GZ-4", "临时居民身份证申领", money=Money(charged=False))
        turn = self.family(temporary, self.FIRST)
        assert status(turn) is Status.ANSWERED
        assert turn.decision is not None
        assert turn.decision.records == ("GZ-1",)
        assert "按“居民身份证首次申领”来答" in said(turn)

    def test_not_where_none_is_the_ordinary_one(self) -> None:
        kinds = [
            item(f"GZ-{one}", f"公积金提取（{one}）", money=Money(charged=False))
            for one in ("退休", "租房")
        ]
        assert status(self.family(*kinds, text="公积金提取多少钱")) is Status.CLARIFY

    def test_not_where_none_states_it(self) -> None:
        records = [item("GZ-5", "驾驶证换证"), item("GZ-6", "驾驶证补证")]
        turn = self.family(*records, text="驾驶证多少钱")
        assert turn.draft is not None
        assert turn.draft.reason != "family"


class TestClarify:
    NAMED: ClassVar = {"name_match": "name", "matched_name": "延续注册"}
    RECORDS = (
        item("A-1", "延续注册", body=Body(department="住建厅")),
        item("A-2", "延续注册", body=Body(department="卫健委")),
    )

    def test_same_name(self) -> None:
        turn = asked(
            "延续注册要什么材料", self.RECORDS, [hit(r, **self.NAMED) for r in self.RECORDS]
        )
        assert status(turn) is Status.CLARIFY
        assert offered(turn) == ["A-1", "A-2"]
        assert "“延续注册”" in said(turn)

    def test_none_of_them_can_always_be_said(self) -> None:
        turn = asked(
            "延续注册要什么材料", self.RECORDS, [hit(r, **self.NAMED) for r in self.RECORDS]
        )
        assert turn.draft is not None
        assert turn.draft.suggestions[-1] == "都不是"
        offered_then = DialogueState(offered=("A-1", "A-2"))
        assert status(asked("都不是", self.RECORDS, state=offered_then)) is Status.NOT_FOUND

    def test_the_same_is_not_asked_twice(self) -> None:
        hits = [hit(r, **self.NAMED) for r in self.RECORDS]
        state = DialogueState(offered=("A-2", "A-1"), facets=(F.MATERIALS,))
        turn = asked("延续注册要什么材料", self.RECORDS, hits, state=state)
        assert status(turn) in (Status.ANSWERED, Status.PARTIAL)
        assert turn.decision is not None
        assert turn.decision.records == ("A-1",)

    def test_what_is_sent_on_a_tap_decides(self) -> None:
        hits = [hit(r, **self.NAMED) for r in self.RECORDS]
        turn = asked("延续注册要什么材料", self.RECORDS, hits)
        assert turn.draft is not None
        for row in turn.draft.cards[0].rows:
            assert row.ask
            then = asked(row.ask, self.RECORDS, hits)
            assert status(then) is Status.ANSWERED
            assert then.decision is not None
            assert then.decision.records == (row.code,)

    def test_a_word_of_the_names_is_not_asked_for_later(self) -> None:
        """异地 stands in both names: whoever chooses one has asked for nothing in particular."""
        records = (item("A-1", "异地就医备案"), item("A-2", "异地就医备案"))
        named = {"name_match": "name", "matched_name": "异地就医备案"}
        turn = asked("异地就医备案", records, [hit(one, **named) for one in records])
        assert status(turn) is Status.CLARIFY
        assert turn.understanding is not None
        assert turn.understanding.facets == ()


class TestNothing:
    def test_not_found_with_the_public_hotline(self) -> None:
        turn = asked("申请火星居留许可", hits=[])
        assert status(turn) is Status.NOT_FOUND
        assert "12345" in said(turn)

    def test_not_for_us(self) -> None:
        turn = asked("今晚吃什么好", hits=[weak(PERMIT)])
        assert status(turn) is Status.OUT_OF_SCOPE
        assert turn.draft is not None
        assert turn.draft.suggestions == IDEAS

    def test_not_for_us_however_well_it_fits(self) -> None:
        assert status(asked("帮我写一首诗，关于居住证")) is Status.OUT_OF_SCOPE

    def test_unless_a_record_is_named_whole(self) -> None:
        record = item("GZ-3", "电影放映经营许可")
        named = {"name_match": "name", "matched_name": "电影放映经营许可"}
        turn = asked("电影放映经营许可要什么材料", [record], [hit(record, **named)])
        assert status(turn) is Status.ANSWERED

    def test_words_that_say_nothing_and_are_no_service(self) -> None:
        assert status(asked("阿巴阿巴", hits=[weak(PERMIT)])) is Status.OUT_OF_SCOPE

    def test_english_is_never_told_that_it_is_out_of_scope_for_its_language(self) -> None:
        turn = asked("unicorn thing please tell", hits=[])
        assert status(turn) is Status.NOT_FOUND
        assert "12367" in said(turn)

    @pytest.mark.parametrize("text", ["请问一下", "要多少钱", "怎么办理呢"])
    def test_a_question_about_nothing_is_asked_back(self, text: str) -> None:
        turn = asked(text, hits=[])
        assert status(turn) is Status.CLARIFY
        assert turn.draft is not None
        assert turn.draft.suggestions == IDEAS

    def test_without_a_release(self) -> None:
        turn = asked("居住证要什么材料", known=Knowledge(None, None, HOTLINES))
        assert status(turn) is Status.NOT_FOUND
        assert "12345" in said(turn)


class TestMild:
    """Words of outside that a question about services may have as well."""

    TEXT = "我係香港人想同廣州女朋友結婚要咩文件"

    def test_a_word_of_services_beats_them(self) -> None:
        assert status(asked(self.TEXT)) is Status.ANSWERED
        assert status(asked(self.TEXT, hits=())) is Status.NOT_FOUND

    def test_a_plainer_word_is_looked_for_where_nothing_is_found(self) -> None:
        known = knowledge([PERMIT], [], HOTLINES)
        asked(self.TEXT, known=known)
        texts = [one.text for one in cast(ToldSearcher, known.searcher).asked]
        assert texts[-1] == "我系香港人想同广州人结婚要咩文件"

    @pytest.mark.parametrize(
        "text", ["广州女朋友生气了怎么办", "女朋友喜欢什么电影", "结婚登记写首诗笑话"]
    )
    def test_but_not_others(self, text: str) -> None:
        assert status(asked(text, hits=())) is Status.OUT_OF_SCOPE


class TestRefused:
    def test_after_an_answer_other_words_are_asked_for(self) -> None:
        turn = asked("都不是", state=DialogueState(record="GZ-1"))
        assert status(turn) is Status.NOT_FOUND
        assert rules.replies()["clarify"]["sorry"] in said(turn)
        assert "12345" in said(turn)
        assert offered(turn) == []


class TestSteps:
    """第二步, while a choice is open."""

    def test_the_choice_comes_first(self) -> None:
        turn = asked("第二步", state=DialogueState(offered=("GZ-1", "GZ-2")))
        assert status(turn) is Status.CLARIFY
        assert said(turn) == rules.replies()["clarify"]["first_which"]
        assert offered(turn) == ["GZ-1", "GZ-2"]

    def test_the_likeliest_begins_if_it_leads_through_its_steps(self) -> None:
        question = Question(id="q", text="卖什么？", why="手续不同", kind="yes_no")
        event = bundle("GZB-1", "开办餐饮店", questions=(question,))
        state = DialogueState(offered=("GZB-1", "GZ-1"))
        turn = asked("第一步要干嘛", [event, PERMIT], state=state)
        assert status(turn) is Status.GUIDING
        assert "开办餐饮店" in said(turn)


class TestEnglish:
    def test_short_questions_go_on(self) -> None:
        turn = asked("how much", state=DialogueState(record="GZ-1"))
        assert turn.decision is not None and turn.decision.records == ("GZ-1",)

    def test_places_in_a_list(self) -> None:
        turn = asked("the second one", state=DialogueState(offered=("GZ-1", "GZ-2")))
        assert turn.decision is not None and turn.decision.records == ("GZ-2",)

    def test_what_says_nothing_is_answered_in_english(self) -> None:
        turn = asked("qwe rty uio")
        assert said(turn) == rules.replies()["clarify"]["empty_english"]


class TestElsewhere:
    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("香港身份证丢了怎么补", "TEL-12345"),
            ("香港护照过期喺边度换", "TEL-12345"),
            ("how to renew hong kong id card", "TEL-12367"),
            ("香港身份證可以喺廣州補辦嗎", "TEL-12345"),
            ("香港出世紙喺度補得唔得", "TEL-12345"),
            ("澳门身份证在广州能换吗", "TEL-12345"),
            ("补办香港身份证", "TEL-12345"),
            ("can i renew my hong kong id card in guangzhou", "TEL-12367"),
        ],
    )
    def test_papers_of_another_place_are_not_ours(self, text: str, line: str) -> None:
        turn = asked(text)
        assert status(turn) is Status.NOT_FOUND
        assert turn.draft is not None and turn.draft.reason == "elsewhere"
        assert {one.code for one in turn.draft.citations} == {line}

    @pytest.mark.parametrize(
        "text",
        [
            "澳门驾照怎么换",
            "香港身份证过期了，回乡证怎么换",
            "我係香港人，居住证点攞",
        ],
    )
    def test_but_what_is_done_here_is(self, text: str) -> None:
        assert not rules.load().elsewhere.issues(normalise(text))

    @pytest.mark.parametrize("text", ["深圳居住证怎么办", "东莞嘅居住证点攞"])
    def test_another_city_is_told_whose_answer_it_is(self, text: str) -> None:
        turn = for_here(asked(text + "，居住证首次申领"), rules.load())
        assert said(turn).startswith("您提到")

    @pytest.mark.parametrize(
        "text",
        [
            "深圳转来广州居住证怎么办",
            "中山大道附近居住证首次申领在哪办",
            "深圳户口，居住证首次申领要什么",
        ],
    )
    def test_not_where_it_is_about_here_too(self, text: str) -> None:
        turn = asked(text)
        assert for_here(turn, rules.load()) is turn


class TestAboutFiling:
    COMPLAINT = item("GZ-9", "物业管理投诉", aliases=("投诉物业",))

    def test_a_record_answers_and_filing_is_offered(self) -> None:
        turn = asked("投诉物业电话是多少", [self.COMPLAINT])
        assert turn.decision is not None
        assert turn.decision.records == ("GZ-9",)
        assert said(turn).endswith(texts()["about_offer"])
        assert turn.draft is not None
        assert begins(turn.draft.suggestions[0]) is not None
        assert turn.draft.form is None

    @pytest.mark.parametrize(
        "text", ["投诉有用吗", "投诉之后多久有人理", "点样投诉", "投诉电话几多"]
    )
    def test_in_general_the_hotline_is_told_with_its_source(self, text: str) -> None:
        turn = asked(text)
        assert turn.draft is not None
        assert (turn.draft.status, turn.draft.reason) == (Status.ANSWERED, "about_filing")
        assert "12345" in said(turn)
        assert {one.code for one in turn.draft.citations} == {"TEL-12345"}
        assert "GZ-1" not in (turn.decision.records if turn.decision else ())

    def test_so_it_is_where_nothing_is_found(self) -> None:
        turn = asked("投诉公交车司机找谁", hits=[])
        assert turn.draft is not None
        assert turn.draft.reason == "about_filing"

    def test_how_to_take_it_back_is_said_first(self) -> None:
        turn = asked("怎么撤销投诉", hits=[])
        assert said(turn).startswith(texts()["about_back"])

    @pytest.mark.parametrize("text", ["有人投诉我油烟怎么办", "投诉我的人是谁"])
    def test_who_is_complained_of_is_offered_no_complaint(self, text: str) -> None:
        for hits in (None, []):
            turn = asked(text, [self.COMPLAINT], hits)
            assert turn.draft is not None
            assert turn.draft.reason == "accused"
            assert texts()["about_offer"] not in said(turn)

    def test_other_questions_offer_no_filing(self) -> None:
        assert texts()["about_offer"] not in said(asked("居住证首次申领要多久"))


class TestNoTelephone:
    def test_the_hotline_is_told_beside(self) -> None:
        turn = asked("居住证签注电话多少", [RENEWAL])
        assert status(turn) is Status.PARTIAL
        assert turn.draft is not None
        missing, call = turn.draft.sentences[:2]
        assert "没有写明咨询电话" in missing.text
        assert "12345" in call.text
        cited = {one.n: one.code for one in turn.draft.citations}
        assert {cited[n] for n in call.citations} == {"TEL-12345"}

    def test_a_record_with_one_tells_its_own(self) -> None:
        assert "12345" not in said(asked("居住证首次申领电话多少", [PERMIT]))

    def test_without_its_record_no_number_is_told(self) -> None:
        known = knowledge([RENEWAL], [hit(RENEWAL)])
        assert "12345" not in said(asked("居住证签注电话多少", [RENEWAL], known=known))


class TestCalled:
    CARD = item("GZ-1", "社会保障卡申领", aliases=("办社保卡",))
    ANOTHER = item("GZ-2", "社会保障卡补领换领", aliases=("社保卡丢了",))
    FAR = item("GZ-3", "结婚登记")

    def test_of_things_called_alike_the_one_meant_is_asked_for(self) -> None:
        hits = [weak(one) for one in (self.FAR, self.CARD, self.ANOTHER)]
        turn = asked("社保卡怎么办", (self.CARD, self.ANOTHER, self.FAR), hits)
        assert turn.draft is not None
        assert (turn.draft.status, turn.draft.reason) == (Status.CLARIFY, "several_fit")
        assert set(offered(turn)) == {"GZ-1", "GZ-2"}
