"""Reading messages: what is asked, about what, in which words, where."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import rules
from assistant.types import DialogueState, EnquiryState, GuideState, Intent, Listed
from assistant.understanding import facets, facets_about, focus, timeless, understand
from channels.types import Message
from knowledge.types import Facet
from retrieval.analyzer import normalise
from tests.assistant.fakes import read

F = Facet
RULES = rules.load()
OFFERED = DialogueState(offered=("a", "b", "c"))
ANY = st.text(max_size=60)
CHINESE = st.text(
    "我要办居住证身份丢了怎么多少钱哪里材料嘅喺边度攞電話，。？！ abAB12第一二三个选都不是老人走",
    max_size=40,
)


class TestFacets:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("居住证要什么材料", (F.MATERIALS,)),
            ("办身份证要带什么证件", (F.MATERIALS,)),
            ("换护照多少钱，要多久", (F.FEE, F.TIME_LIMIT)),
            ("多久能办好，多少钱", (F.TIME_LIMIT, F.FEE)),
            ("结婚登记去哪里办", (F.PLACE,)),
            ("周六上班吗", (F.HOURS,)),
            ("咨询电话是多少", (F.CONTACT,)),
            ("监督投诉电话是多少", (F.COMPLAINT,)),
            ("有什么条件", (F.CONDITIONS,)),
            ("流程是怎样的", (F.PROCESS,)),
            ("网上能办吗", (F.ONLINE,)),
            ("要跑几次", (F.VISITS,)),
            ("可以邮寄吗", (F.DELIVERY,)),
            ("能不能代办", (F.PROXY,)),
            ("归谁管", (F.DEPARTMENT,)),
            ("依据什么法律", (F.LEGAL_BASIS,)),
            ("有效期几年", (F.RESULT,)),
            ("不服怎么办", (F.REMEDIES,)),
            ("事项编码是什么", (F.IDENTITY,)),
            ("服务对象是谁", (F.AUDIENCE,)),
            ("通办范围", (F.REGION,)),
            # Cantonese
            ("喺边度攞居住证", (F.PLACE,)),
            ("要几多钱", (F.FEE,)),
            ("使唔使钱㗎", (F.FEE,)),
            ("要几耐", (F.TIME_LIMIT,)),
            ("要带咩", (F.MATERIALS,)),
            ("搵人代办得唔得", (F.PROXY,)),
            ("打边个电话", (F.CONTACT,)),
            # Traditional
            ("需要什麼資料", (F.MATERIALS,)),
            ("在哪裡辦理", (F.PLACE,)),
            ("辦結時限", (F.TIME_LIMIT,)),
            ("收費標準", (F.FEE,)),
            ("諮詢電話", (F.CONTACT,)),
            # English
            ("how much is the fee", (F.FEE,)),
            ("What documents do I need?", (F.MATERIALS,)),
            ("Where is the office, and how long does it take", (F.PLACE, F.TIME_LIMIT)),
            ("who can apply", (F.CONDITIONS,)),
            ("can I do it online", (F.ONLINE,)),
            # a word that only frames the question hides none
            ("费用是多少钱", (F.FEE,)),
            ("这个证是多少钱办的", (F.FEE,)),
            ("流程是怎样的？", (F.PROCESS,)),
            ("怎么办理时限会更短", (F.TIME_LIMIT,)),
            # nothing
            ("身份证丢了", ()),
            ("", ()),
        ],
    )
    def test_asked_for(self, text: str, expected: tuple[Facet, ...]) -> None:
        assert facets(normalise(text), RULES) == expected

    def test_full_width_and_capitals_make_no_difference(self) -> None:
        assert facets(normalise("ＨＯＷ ＭＵＣＨ"), RULES) == (F.FEE,)

    def test_latin_words_inside_others_ask_nothing(self) -> None:
        assert facets(normalise("coffee shop in somewhere"), RULES) == ()

    @given(st.lists(st.sampled_from(sorted(RULES.facets)), min_size=1, max_size=4))
    def test_each_facet_once(self, phrases: list[str]) -> None:
        found = facets("，".join(phrases), RULES)
        assert len(set(found)) == len(found)
        assert set(found) == {RULES.facets[phrase] for phrase in phrases}


class TestFacetsAboutARecord:
    @pytest.mark.parametrize(
        ("text", "names", "expected"),
        [
            ("异地就医备案", ("异地就医备案",), ()),
            ("异地就医备案要什么材料", ("异地就医备案",), (F.MATERIALS,)),
            ("教师资格认定的条件", ("教师资格认定",), (F.CONDITIONS,)),
            ("教师资格怎么认定", ("教师资格认定",), ()),
            ("网上预约结婚登记要带什么", ("婚姻登记网上预约",), (F.MATERIALS,)),
            ("民间收藏文物经营资格审批的办理地点", ("民间收藏文物经营资格审批",), (F.PLACE,)),
            ("食品经营许可证代办", ("食品经营许可",), (F.PROXY,)),
            ("攞居住證喺邊度", ("居住证首次申领", "攞居住证"), (F.PLACE,)),
        ],
    )
    def test_words_of_its_own_name_ask_nothing(
        self, text: str, names: tuple[str, ...], expected: tuple[Facet, ...]
    ) -> None:
        assert facets_about(normalise(text), names, RULES) == expected

    def test_longest_name_is_taken_out_first(self) -> None:
        names = ("资格", "代理资格认定")
        assert facets_about("代理资格认定", names, RULES) == ()

    def test_a_name_asked_for_twice_still_asks(self) -> None:
        """The facet stands outside the name as well, once the name has been taken out."""
        assert facets_about("异地就医备案，异地可以吗", ("异地就医备案",), RULES) == (F.REGION,)

    @given(CHINESE, st.lists(st.text("异地就医资格办理地点证", max_size=6), max_size=3))
    def test_never_more_than_without_the_record(self, text: str, names: list[str]) -> None:
        assert set(facets_about(normalise(text), names, RULES)) <= set(
            facets(normalise(text), RULES)
        ) or any(name and normalise(name) in normalise(text) for name in names)

    @given(CHINESE)
    def test_without_names_the_same(self, text: str) -> None:
        assert facets_about(normalise(text), (), RULES) == facets(normalise(text), RULES)

    @given(st.sampled_from(sorted(RULES.facets)))
    def test_a_name_alone_asks_nothing(self, phrase: str) -> None:
        assert facets_about(f"某某{phrase}", (f"某某{phrase}",), RULES) == ()


class TestFocus:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("居住证要什么材料", "居住证"),
            ("请问一下居住证怎么办理呢？", "居住证"),
            ("喺邊度攞居住證", "攞居住证"),
            ("那要多少钱", ""),
            ("多少钱？要多久？", ""),
            ("how do I apply for a residence permit", "residence permit"),
            ("居住证是多少钱", "居住证"),
            ("I want a visa for China", "visa china"),
            ("where is my ID card", "id card"),
            ("我想问一下，身份证丢了，怎么补办？", "身份证丢 补办"),
        ],
    )
    def test_only_the_subject_is_left(self, text: str, expected: str) -> None:
        assert focus(normalise(text), RULES) == expected

    @given(st.one_of(ANY, CHINESE))
    def test_no_facet_phrase_is_left(self, text: str) -> None:
        assert facets(focus(normalise(text), RULES), RULES) == ()

    @given(st.one_of(ANY, CHINESE))
    def test_what_is_left_stood_in_the_text(self, text: str) -> None:
        normal = normalise(text)
        assert all(part in normal for part in focus(normal, RULES).split(" "))

    @given(st.one_of(ANY, CHINESE))
    def test_no_edge_is_left(self, text: str) -> None:
        left = focus(normalise(text), RULES)
        assert left == left.strip(" ，。？！")
        assert "  " not in left


class TestDistrict:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("天河区办居住证在哪", "天河区"),
            ("我在番禺，去哪办", "番禺区"),
            ("從化邊度可以辦", "从化区"),
            ("增城、南沙哪里办", "增城区"),
            ("广州哪里可以办", None),
        ],
    )
    def test_named(self, text: str, expected: str | None) -> None:
        assert read(text).district == expected

    def test_words_stand_before_the_channels_own(self) -> None:
        assert read("去哪办居住证", district="越秀区").district == "越秀区"
        assert read("天河去哪办居住证", district="越秀区").district == "天河区"

    @pytest.mark.parametrize(("given", "known"), [("天河", "天河区"), ("请加微信", None)])
    def test_only_districts_that_there_are(self, given: str, known: str | None) -> None:
        assert read("去哪办居住证", district=given).district == known


class TestChoice:
    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("第二个", 2),
            ("第一个吧", 1),
            ("2", 2),
            ("选3", 3),
            ("我选第一项", 1),
            ("揀第二個", 2),
            ("第三种。", 3),
            ("第两个", 2),
            ("２", 2),
        ],
    )
    def test_by_number(self, text: str, number: int) -> None:
        reading = read(text, OFFERED)
        assert reading.intent is Intent.CHOOSE
        assert reading.choice == number

    @pytest.mark.parametrize("text", ["都不是", "都唔系", "以上都不是", "没有我要的", "都唔係呀"])
    def test_none_of_them(self, text: str) -> None:
        reading = read(text, OFFERED)
        assert reading.intent is Intent.CHOOSE
        assert reading.choice == 0

    @pytest.mark.parametrize(
        "text", ["第二个孩子怎么上户口", "二手房过户", "居住证", "10", "12345"]
    )
    def test_not_a_choice(self, text: str) -> None:
        assert read(text, OFFERED).intent is Intent.ASK

    @pytest.mark.parametrize("text", ["第五个", "4", "第九项", "8"])
    def test_beyond_what_was_offered(self, text: str) -> None:
        reading = read(text, OFFERED)
        assert (reading.intent, reading.choice) == (Intent.CHOOSE, None)

    @pytest.mark.parametrize("text", ["第二个", "第一个吧", "头先第三个", "第二项要什么材料"])
    def test_nothing_was_offered(self, text: str) -> None:
        reading = read(text)
        assert (reading.intent, reading.choice) == (Intent.CHOOSE, None)

    @pytest.mark.parametrize("text", ["1", "选2"])
    def test_a_bare_number_where_nothing_was_offered(self, text: str) -> None:
        assert read(text).intent is Intent.EMPTY

    def test_while_a_guided_question_waits_what_is_no_answer_points_into_its_list(self) -> None:
        guide = GuideState(bundle="b", begun=date(2026, 11, 22), asking="how")
        state = DialogueState(record="b", guide=guide, listed=Listed(codes=("a", "c", "d"), of="b"))
        for text in ("第二个", "第二步", "倒数第二个", "还是第二个", "改成第二个", "第二个在哪办"):
            assert read(text, state).choice == 2
        assert read("二", state).intent is Intent.EMPTY
        unlisted = DialogueState(record="b", guide=guide)
        assert read("第二个", unlisted).intent is Intent.EMPTY

    def test_a_step_of_what_is_offered_comes_after_the_choice(self) -> None:
        state = DialogueState(record="x", offered=("a", "b"))
        reading = read("第一步要干嘛", state)
        assert (reading.intent, reading.choice, reading.text) == (Intent.CHOOSE, None, "要干嘛")

    @pytest.mark.parametrize("text", ["都不是", "以上都唔係我要的", "不是这个", "none of these"])
    def test_an_answer_may_be_refused_like_a_choice(self, text: str) -> None:
        assert read(text, DialogueState(record="a")).choice == 0
        assert read(text, DialogueState()).intent is Intent.ASK

    def test_while_a_form_waits_a_number_is_for_it(self) -> None:
        state = DialogueState(enquiry=EnquiryState(asking="stars"))
        assert read("第二个", state).intent is Intent.EMPTY

    @pytest.mark.parametrize(
        ("text", "rest", "facets"),
        [
            ("第二步怎么办", "怎么办", ()),
            ("第3个在哪办", "在哪办", (Facet.PLACE,)),
            ("咁第一样要带咩", "要带咩", (Facet.MATERIALS,)),
        ],
    )
    def test_and_what_is_asked_of_it(self, text: str, rest: str, facets: tuple[Facet, ...]) -> None:
        listed = Listed(codes=("a", "b", "c"), of="bundle")
        reading = read(text, DialogueState(record="bundle", listed=listed))
        assert (reading.intent, reading.text, reading.facets) == (Intent.CHOOSE, rest, facets)
        assert reading.focus == ""

    @given(st.one_of(ANY, CHINESE), st.integers(0, 5))
    def test_only_what_was_offered(self, text: str, count: int) -> None:
        state = DialogueState(offered=tuple("abcde"[:count]))
        choice = read(text, state).choice
        assert choice is None or (count > 0 and 0 <= choice <= count)


class TestSmallTalk:
    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("你好", "greeting"),
            ("您好！", "greeting"),
            ("早晨", "greeting"),
            ("HELLO", "greeting"),
            ("唔該晒", "thanks"),
            ("好的，谢谢", "thanks"),
            ("謝謝您。", "thanks"),
            ("拜拜", "goodbye"),
            ("唔該晒你", "thanks"),
            ("多谢你啊", "thanks"),
            ("你系边个", "who"),
            ("你是谁？", "who"),
            ("你能做什么", "help"),
            ("你好，谢谢，再见", "goodbye"),
        ],
    )
    def test_kinds(self, text: str, kind: str) -> None:
        reading = read(text)
        assert reading.intent is Intent.SMALL_TALK
        assert reading.kind == kind

    @pytest.mark.parametrize(
        "text", ["你好，居住证怎么办", "谢谢，那多少钱", "你是谁的户口", "帮助残疾人的政策"]
    )
    def test_a_courtesy_hides_no_question(self, text: str) -> None:
        assert read(text).intent is Intent.ASK


class TestLanguage:
    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("How do I get a residence permit", "en"),
            ("passport renewal fee?", "en"),
            ("居住证怎么办", "zh"),
            ("ETC怎么办理", "zh"),
            ("我要办一张 residence permit 居住证，去哪里办", "zh"),
            ("ok", "zh"),
            ("12345", "zh"),
        ],
    )
    def test_told_by_its_letters(self, text: str, language: str) -> None:
        assert read(text).language == language


class TestWholeAndGeneric:
    @pytest.mark.parametrize(
        "text",
        ["老人走了要办什么", "生小孩要办哪些手续", "開間茶餐廳要攞齊咩牌", "退休一条龙怎么办"],
    )
    def test_a_whole_event(self, text: str) -> None:
        assert read(text).whole

    def test_one_item_is_no_event(self) -> None:
        assert not read("居住证要什么材料").whole

    @pytest.mark.parametrize(
        "text", ["补办", "我要补办", "注销怎么办理", "想申请补贴", "過戶要幾錢"]
    )
    def test_a_focus_that_names_no_item(self, text: str) -> None:
        assert read(text).generic

    @pytest.mark.parametrize("text", ["补办身份证", "注销公司", "高龄津贴多少钱", "多少钱"])
    def test_a_focus_that_does(self, text: str) -> None:
        assert not read(text).generic


class TestEmpty:
    @pytest.mark.parametrize("text", ["", "   ", "？？？", "。", "\n\t", "……", "（）", "!?"])
    def test_nothing_said(self, text: str) -> None:
        assert read(text).intent is Intent.EMPTY


@given(
    st.text(st.characters(), max_size=80),
    st.sampled_from([DialogueState(), OFFERED, DialogueState(record="a", facets=(F.FEE,))]),
)
def test_any_text_can_be_read(text: str, state: DialogueState) -> None:
    """Also lone surrogates, controls and combining marks."""
    reading = understand(Message(text=text), state, RULES)
    assert reading == understand(Message(text=text), state, RULES)
    assert reading.intent is not Intent.OUT_OF_SCOPE
    assert set(reading.facets) <= set(Facet)
    assert (reading.kind is not None) == (reading.intent in (Intent.CRISIS, Intent.SMALL_TALK))


@given(st.lists(CHINESE, max_size=12).map("".join))
def test_simplified_and_traditional_read_alike(text: str) -> None:
    """Reading starts from the normalised text: to read that again changes nothing."""
    one, again = read(text), read(normalise(text))
    assert (one.text, one.focus, one.facets, one.intent) == (
        again.text,
        again.focus,
        again.facets,
        again.intent,
    )


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("我妈上个月走了", "我妈走了"),
        ("昨天身份证丢了", "身份证丢了"),
        ("11月3号生了宝宝", "生了宝宝"),
        ("昨天", "昨天"),
        ("月度报税", "月度报税"),
    ],
)
def test_when_something_happened_is_set_aside(text: str, rest: str) -> None:
    assert timeless(text) == rest


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("我妈上个月走了", True),
        ("老婆生了", True),
        ("我妈走了身份证要交吗", False),
        ("老人走了以后他留下的那套房子该怎么过户到我名下", False),
    ],
)
def test_what_only_happened_wants_all_that_it_brings(text: str, whole: bool) -> None:
    assert read(text).whole == whole


@pytest.mark.parametrize(
    ("text", "profile"),
    [
        ("我是香港人，怎么办居住证", (("residence", "hongkong"),)),
        ("外地户口在番禺怎么办", (("residence", "elsewhere"), ("district", "番禺区"))),
        ("香港人和澳门人都可以吗", ()),
        ("居住证怎么办", ()),
    ],
)
def test_who_asks(text: str, profile: tuple[tuple[str, str], ...]) -> None:
    assert read(text).profile == profile
