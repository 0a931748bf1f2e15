"""How a message stands to what was said before: every rule, over looks that were told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from assistant import standing
from assistant.handoff.types import Said
from assistant.resolution import Candidate
from assistant.standing import Seen, Standing, stand
from assistant.types import Decision, DialogueState, GuideState
from knowledge.types import Facet, Record
from tests.assistant.fakes import hit, read, weak
from tests.records import bundle, item, policy

F = Facet
PERMIT = item("GZ-1", "居住证首次申领")
CARD = item("GZ-2", "社会保障卡补领换领")
HOUSE = item("GZ-3", "住房公积金提取（购买自住住房）")
RETIRED = item("GZ-4", "住房公积金提取（离休、退休）")
LAW = policy("GZP-1", "居住证条例")
EVENT = bundle("GZB-1", "租房一件事")
ALL = (PERMIT, CARD, HOUSE, RETIRED, LAW, EVENT)
NOTHING = Seen(decision=Decision(outcome="none"), candidates=())


def found(
    *records: Record, sure: bool = True, matched: str | None = None, focus: str = "事"
) -> Seen:
    """What words find: these records, the first best."""
    hits = (hit(one) if sure else weak(one) for one in records)
    return Seen(
        decision=Decision(
            outcome="answer" if sure else "clarify",
            unsure=not sure,
            records=tuple(one.code for one in records),
            confidence=0.95 if sure else 0.3,
            matched=matched,
        ),
        candidates=tuple(map(Candidate, records, hits)),
        focus=focus,
    )


class Looks:
    """A look that was told what each text finds; among some records only those count."""

    def __init__(self, told: Mapping[str, Seen]) -> None:
        self.told = told
        self.asked: list[str] = []

    def __call__(self, text: str, among: Sequence[str] = (), /) -> Seen:
        self.asked.append(text)
        seen = self.told.get(text, NOTHING)
        if not among:
            return seen
        kept = tuple(one for one in seen.candidates if one.record.code in among)
        return replace(seen, decision=Decision(outcome="none"), candidates=kept)


def name(code: str) -> str:
    return next((one.name for one in ALL if one.code == code), "")


def stood(
    text: str,
    state: DialogueState,
    told: Mapping[str, Seen] | None = None,
    papers: float = 0.0,
    states: Sequence[str] = (),
    parts: Sequence[str] = (),
) -> Standing | None:
    return stand(
        read(text, state),
        state,
        Looks(told or {}),
        name,
        lambda code, called: papers,
        lambda code, facets: code in states,
        lambda code: parts if code == EVENT.code else (),
    )


SPOKEN = DialogueState(record="GZ-1", facets=(F.FEE,))


class TestGoesOn:
    def test_nothing_was_said_before(self) -> None:
        assert stood("要多久", DialogueState()) is None

    @pytest.mark.parametrize(
        ("text", "facet"),
        [
            ("几耐攞得到", F.TIME_LIMIT),
            ("能寄回来吗", F.DELIVERY),
            ("我妈替我去行不行", F.PROXY),
            ("收不收钱", F.FEE),
            ("身份证要不要带", F.MATERIALS),
            ("被拒了怎么办", F.REMEDIES),
        ],
    )
    def test_about_the_record_last_spoken_of(self, text: str, facet: Facet) -> None:
        stands = stood(text, SPOKEN)
        assert stands is not None
        assert stands.record == "GZ-1"
        assert facet in stands.facets

    def test_where_is_said_anew_and_what_was_asked_is_kept(self) -> None:
        stands = stood("天河呢", SPOKEN)
        assert stands is not None
        assert stands.facets == (F.FEE, F.PLACE)

    @pytest.mark.parametrize("text", ["残疾人呢", "我是学生", "外地户口呢"])
    def test_who_is_said_anew(self, text: str) -> None:
        stands = stood(text, SPOKEN, {text: found(CARD)})
        assert stands is not None
        assert stands.record == "GZ-1"
        assert F.CONDITIONS in stands.facets

    @pytest.mark.parametrize("text", ["你吃饭了没", "讲个笑话听听", "今晚看什么电影好"])
    def test_small_talk_does_not(self, text: str) -> None:
        assert stood(text, SPOKEN) is None

    def test_words_that_say_nothing_where_nothing_was_asked(self) -> None:
        assert stood("那么呢", DialogueState(record="GZ-1")) is None

    def test_with_a_step_or_an_article_of_it(self) -> None:
        step, article = stood("第二步要多久", SPOKEN), stood("第六条", SPOKEN)
        assert step == Standing(
            record="GZ-1", facets=(F.PROCESS, F.TIME_LIMIT), text="第二步要多久"
        )
        assert article == Standing(record="GZ-1", facets=(), text="第六条")

    def test_a_long_message_about_something_unknown_does_not(self) -> None:
        assert stood("隔壁工地的泥头车把巷口的路面压坏了", SPOKEN) is None


class TestTurns:
    def test_to_another_matter_that_it_names(self) -> None:
        text = "社会保障卡补领换领要什么材料"
        seen = found(CARD, matched="社会保障卡补领换领")
        assert stood(text, SPOKEN, {text: seen}) is None

    def test_the_best_of_another_matter_where_a_choice_would_be_asked(self) -> None:
        text = "社会保障卡补领换领要多少钱"
        seen = found(CARD, sure=False)
        seen = replace(seen, candidates=(Candidate(CARD, hit(CARD)),))
        stands = stood(text, SPOKEN, {text: seen})
        assert stands is not None
        assert (stands.record, stands.said) == ("GZ-2", "takes")

    def test_not_to_a_document_that_is_asked_about(self) -> None:
        text = "社会保障卡要不要带"
        stands = stood(text, SPOKEN, {text: found(CARD)}, papers=1.0)
        assert stands is not None
        assert stands.record == "GZ-1"
        assert stands.facets[0] is F.MATERIALS


class TestCorrects:
    @pytest.mark.parametrize(
        ("text", "right"),
        [
            ("不是居住证，是社保卡", "社保卡"),
            ("唔系居住证，系社保卡", "社保卡"),
            ("不是居住证是社保卡", "社保卡"),
            ("我问的不是居住证，而是社保卡", "社保卡"),
            ("我讲嘅系社保卡", "社保卡"),
            ("我说的是社保卡", "社保卡"),
            ("不对，我说的是社保卡", "社保卡"),
            ("错了错了，社保卡", "社保卡"),
            ("说错了，是社保卡，不是居住证", "社保卡"),
            ("打错了 是社保卡", "社保卡"),
            ("看错了是社保卡，不是居住证", "社保卡"),
            ("说错了社保卡", "社保卡"),
            ("重新说，社保卡", "社保卡"),
            ("其实我想问社保卡", "社保卡"),
            ("应该是社保卡", "社保卡"),
            ("换成社保卡", "社保卡"),
        ],
    )
    def test_what_is_meant(self, text: str, right: str) -> None:
        corrected = standing.corrected(text)
        assert corrected is not None
        assert corrected[0] == right
        seen = {right: found(CARD, focus=right), f"居住证首次申领 {right}": found(CARD)}
        seen[f"首次申领 {right}"] = found(CARD)
        stands = stood(text, SPOKEN, seen)
        assert stands is not None
        assert (stands.record, stands.facets, stands.said) == ("GZ-2", (F.FEE,), "takes")

    @pytest.mark.parametrize("text", ["名字填错了怎么改", "是不是要本人去", "不是本人可以吗"])
    def test_questions_correct_nothing(self, text: str) -> None:
        assert standing.corrected(text) is None

    def test_only_the_question_is_put_anew(self) -> None:
        stands = stood("我问的是多少钱", SPOKEN, {"多少钱": found(CARD, focus="")})
        assert stands is not None
        assert stands.record == "GZ-1"
        assert F.FEE in stands.facets

    def test_never_to_a_rule(self) -> None:
        text = "不是居住证，是条例"
        seen = {"条例": found(LAW, CARD, focus="条例"), "首次申领 条例": found(LAW, CARD)}
        stands = stood(text, SPOKEN, seen)
        assert stands is not None
        assert stands.record == "GZ-2"


class TestGoesBack:
    STATE = DialogueState(record="GZ-2", before=("GZ-1",), facets=(F.FEE,))

    @pytest.mark.parametrize(
        "text", ["刚才那个居住证要多久", "返去居住证嗰度要几耐", "说回居住证，要多久"]
    )
    def test_to_the_one_that_is_named(self, text: str) -> None:
        back = standing.words().back.sub("", text)
        rest = standing.words().pointing.sub("", back).strip(" ,，。?？!！")
        stands = stood(text, self.STATE, {rest: found(CARD, PERMIT)})
        assert stands is not None
        assert stands.record == "GZ-1"
        assert F.TIME_LIMIT in stands.facets

    def test_to_the_one_before_where_none_is_named(self) -> None:
        stands = stood("回到刚才", self.STATE)
        assert stands is not None
        assert stands.record == "GZ-1"

    def test_by_a_name_that_the_last_one_has_not(self) -> None:
        stands = stood("居住证那个呢", self.STATE, papers=1.0)
        assert stands is not None
        assert stands.record == "GZ-1"

    def test_not_by_a_document_that_the_last_one_asks_for(self) -> None:
        stands = stood("居住证要不要带", self.STATE, papers=1.0)
        assert stands is not None
        assert stands.record == "GZ-2"

    def test_to_the_one_that_comes_first_by_itself(self) -> None:
        text = "暂住证要多久"
        stands = stood(text, self.STATE, {text: found(PERMIT)})
        assert stands is not None
        assert stands.record == "GZ-1"


class TestPicks:
    STATE = DialogueState(offered=("GZ-1", "GZ-2"))

    def test_by_describing_it(self) -> None:
        text = "弄丢了要补的那种"
        seen = found(LAW, CARD, sure=False)
        seen = replace(seen, candidates=(seen.candidates[0], Candidate(CARD, hit(CARD))))
        stands = stood(text, self.STATE, {text: seen})
        assert stands is not None
        assert stands.record == "GZ-2"

    def test_by_naming_it(self) -> None:
        text = "社保卡"
        stands = stood(text, self.STATE, {text: found(CARD)})
        assert stands is not None
        assert stands.record == "GZ-2"

    def test_not_by_naming_something_else(self) -> None:
        text = "住房公积金提取（购买自住住房）要什么材料"
        seen = found(HOUSE, CARD, matched=HOUSE.name)
        assert stood(text, self.STATE, {text: seen}) is None

    def test_a_question_without_a_choice_is_answered_for_what_states_it(self) -> None:
        stands = stood("收费吗", self.STATE, states=("GZ-2",))
        assert stands is not None
        assert (stands.record, stands.said) == ("GZ-2", "takes")

    def test_and_of_those_for_the_one_that_was_said_most_of(self) -> None:
        said = Said(who="citizen", text="社会保障卡要补", at=datetime(2026, 1, 1, tzinfo=UTC))
        state = replace(self.STATE, said=(said,))
        stands = stood("收费吗", state, states=("GZ-1", "GZ-2"))
        assert stands is not None
        assert stands.record == "GZ-2"

    def test_else_for_the_first(self) -> None:
        stands = stood("收费吗", self.STATE)
        assert stands is not None
        assert stands.record == "GZ-1"


class TestVariant:
    STATE = DialogueState(record="GZ-3", facets=(F.MATERIALS,))

    def test_another_kind_of_the_same_is_described(self) -> None:
        text = "我是退休的"
        told = {f"住房公积金提取 {text}": found(HOUSE, RETIRED)}
        stands = stood(text, self.STATE, told)
        assert stands is not None
        assert (stands.record, stands.facets[0]) == ("GZ-4", F.MATERIALS)

    def test_not_where_something_is_asked(self) -> None:
        text = "退休证要不要带"
        stands = stood(text, self.STATE, {f"住房公积金提取 {text}": found(HOUSE, RETIRED)})
        assert stands is not None
        assert stands.record == "GZ-3"


def seen(*hits: tuple[Record, float, float], focus: str = "事") -> Seen:
    """What words find unsurely: records with score and coverage, the first best."""
    candidates = tuple(
        Candidate(record, hit(record, score=score, coverage=coverage))
        for record, score, coverage in hits
    )
    one = found(*(record for record, _, _ in hits), sure=False, focus=focus)
    return replace(one, candidates=candidates)


class TestParts:
    """Of the bundle that is spoken of, or led through."""

    STATE = DialogueState(record="GZB-1")
    PARTS = ("GZ-1", "GZ-4")

    @pytest.mark.parametrize(
        ("text", "about"),
        [("他的养老金怎么办", "养老金"), ("佢份養老金點算", "养老金"), ("我老公的房子呢", "房子")],
    )
    def test_what_is_said_to_be_somebodys(self, text: str, about: str) -> None:
        told = {text: seen((HOUSE, 1.9, 0.9)), about: seen((RETIRED, 0.6, 1.0))}
        stands = stood(text, self.STATE, told, parts=self.PARTS)
        assert stands is not None
        assert (stands.record, stands.said) == ("GZ-4", "takes")
        assert F.REMEDIES not in stands.facets

    def test_not_where_only_some_of_it_is_explained(self) -> None:
        text = "他的车怎么过户"
        told = {text: seen((HOUSE, 1.7, 0.8)), "车": seen((RETIRED, 1.0, 0.6))}
        stands = stood(text, self.STATE, told, parts=self.PARTS)
        assert stands is None or stands.record != "GZ-4"

    @pytest.mark.parametrize(("behind", "record"), [(0.3, "GZ-4"), (1.2, "GZ-3")])
    def test_nearly_as_good_as_what_is_found_elsewhere(self, behind: float, record: str) -> None:
        text = "住房公积金提取怎么弄"
        told = {text: seen((HOUSE, 2.6, 1.0), (RETIRED, 2.6 - behind, 1.0), focus="公积金提取")}
        stands = stood(text, self.STATE, told, parts=self.PARTS)
        assert stands is not None
        assert stands.record == record

    def test_what_no_part_is_about_is_no_question_of_the_bundle(self) -> None:
        text = "我以后没收入怎么办"
        told = {text: seen((HOUSE, 1.4, 0.5))}
        assert stood(text, self.STATE, told, parts=self.PARTS) is None
        guide = GuideState(bundle="GZB-1", begun=date(2026, 11, 22))
        state = DialogueState(record="GZ-4", guide=guide)
        assert stood(text, state, told, parts=self.PARTS) is None


class TestSibling:
    """The like matter of which only what is different is named."""

    ADULT = item("GZ-5", "普通护照申领、换发")
    YOUNG = item("GZ-6", "未满16周岁公民申请普通护照", aliases=("儿童护照",))
    FIRM = item("GZ-7", "公司设立登记")
    TRADER = item("GZ-8", "个体工商户设立登记")
    OTHER = item("GZ-9", "困境未成年人监护")

    def taken(self, text: str, spoken: Record, *others: Record) -> str | None:
        everything = found(*others, spoken)
        return standing.sibling(
            read(text),
            spoken.code,
            lambda said, among=(), /: everything,
            lambda code: spoken.name,
        )

    @pytest.mark.parametrize("text", ["我女儿五岁呢", "那小孩呢", "咁細路仔呢", "孩子8岁呢"])
    def test_for_a_child(self, text: str) -> None:
        assert self.taken(text, self.ADULT, self.OTHER, self.YOUNG) == "GZ-6"

    @pytest.mark.parametrize("text", ["那我女儿二十岁呢", "那外地人呢", "小孩要多少钱", "那老人呢"])
    def test_not_for_others(self, text: str) -> None:
        assert self.taken(text, self.ADULT, self.OTHER, self.YOUNG) is None

    def test_not_what_is_alike_only_in_what_is_done(self) -> None:
        card = item("GZ-10", "儿童优待证首次申领")
        assert self.taken("那小孩呢", PERMIT, card) is None

    def test_for_another_purpose(self) -> None:
        rent = item("GZ-11", "住房公积金提取（租房）")
        subsidy = item("GZ-12", "住房租赁补贴", aliases=("租房补贴",))
        assert self.taken("那租房呢", HOUSE, subsidy, rent) == "GZ-11"

    @pytest.mark.parametrize("text", ["换成公司呢", "那公司呢"])
    def test_for_another_kind_of_business(self, text: str) -> None:
        grown = item("GZ-13", "个体工商户转型登记", aliases=("个体户转公司",))
        assert self.taken(text, self.TRADER, grown, self.FIRM) == "GZ-7"

    def test_already_spoken_of(self) -> None:
        assert self.taken("那公司呢", self.FIRM, self.TRADER) is None


class TestAnotherMatter:
    """That a short message is not glued to the matter spoken of."""

    def test_whether_one_may_get_something(self) -> None:
        text = "我可以买社保吗"
        told = {text: seen((CARD, 2.4, 1.0))}
        assert stood(text, SPOKEN, told) is None

    @pytest.mark.parametrize("text", ["公司能申请吗", "我可以申请吗", "我可以带小孩去吗"])
    def test_not_whether_one_may_at_all(self, text: str) -> None:
        stands = stood(text, SPOKEN, {text: seen((CARD, 2.4, 1.0))})
        assert stands is not None
        assert stands.record == "GZ-1"

    def test_what_a_thing_costs_that_the_matter_does_not_know(self) -> None:
        passport = item("GZ-5", "普通护照申领")
        text = "护照多少钱"
        told = {text: seen((passport, 1.7, 1.0), focus="护照")}
        assert stood(text, SPOKEN, told) is None
        stands = stood(text, SPOKEN, told, papers=1.0)
        assert stands is not None
        assert stands.record == "GZ-1"


@pytest.mark.parametrize(
    ("text", "remedy"), [("审核不过怎么办", True), ("他的养老金怎么办", False)]
)
def test_what_to_do_asks_for_a_remedy_only_where_something_was_refused(
    text: str, remedy: bool
) -> None:
    assert (F.REMEDIES in standing.meant(read(text), SPOKEN)) is remedy


@pytest.mark.parametrize("text", ["哈哈哈哈", "asdf", "……！！！", "呵呵呵"])
def test_nonsense(text: str) -> None:
    assert standing.is_nonsense(text)


@pytest.mark.parametrize("text", ["收费不", "居住证", "免费吧"])
def test_no_nonsense(text: str) -> None:
    assert not standing.is_nonsense(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("居住证收不收钱，另外租房合同备案怎么备", ("居住证收不收钱", "租房合同备案怎么备")),
        ("居住证要多久", None),
    ],
)
def test_two_questions(text: str, parts: tuple[str, str] | None) -> None:
    assert standing.two(text) == parts


def test_what_was_told_earlier_counts_unless_it_is_told_anew() -> None:
    state = DialogueState(record="GZ-1", profile=(("district", "天河区"),))
    assert standing.told(state, read("要多久")).district == "天河区"
    assert standing.told(state, read("越秀呢")).district == "越秀区"


class TestAbroad:
    """The matter for people of another place, once somebody is said to be of it."""

    HERE = item("GZ-1", "结婚登记（内地居民）")
    ABROAD = item("GZ-2", "涉外、涉港澳台婚姻登记", aliases=("涉外结婚登记",))

    def taken(self, text: str, spoken: Record, other: Record) -> Standing | None:
        stem = spoken.name.partition("（")[0][:-2]
        told = {
            f"{stem} {called}": found(spoken, other, sure=False)
            for called in ("香港", "台湾", "外国人")
        }
        names = {one.code: one.name for one in (spoken, other)}
        state = DialogueState(record=spoken.code, facets=(F.MATERIALS,))
        return stand(
            read(text, state),
            state,
            Looks(told),
            lambda code: names.get(code, ""),
            lambda code, called: 0.0,
            lambda code, facets: False,
            lambda code: (),
        )

    @pytest.mark.parametrize(
        "text", ["对方是香港人", "對方係台灣人呢", "我老公是美国人", "港澳居民呢"]
    )
    def test_what_was_asked_is_told_of_it(self, text: str) -> None:
        stands = self.taken(text, self.HERE, self.ABROAD)
        assert stands is not None
        assert (stands.record, stands.facets, stands.said) == ("GZ-2", (F.MATERIALS,), "takes")

    def test_not_where_something_else_is_done(self) -> None:
        withdrawal, saving = (
            item("GZ-1", "住房公积金提取"),
            item("GZ-2", "港澳台居民缴存住房公积金"),
        )
        stands = self.taken("我是香港人", withdrawal, saving)
        assert stands is None or stands.record == "GZ-1"

    @pytest.mark.parametrize("text", ["我是湖南人", "对方系广州人"])
    def test_not_for_people_from_here(self, text: str) -> None:
        stands = self.taken(text, self.HERE, self.ABROAD)
        assert stands is None or stands.record == "GZ-1"

    def test_not_from_one_for_them(self) -> None:
        stands = self.taken("对方是香港人", self.ABROAD, self.HERE)
        assert stands is None or stands.record == "GZ-2"
