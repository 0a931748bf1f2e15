"""The talk through a bundle: ask, explain, go back, correct, leave, come back, save, fetch."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import date

import pytest

from assistant import bootstrap, rules
from assistant.bundles.plans import MemoryPlans, code_in
from assistant.bundles.sheets import sheet
from assistant.pipeline import Assistant
from assistant.sessions import MemoryLocks, MemorySessions
from assistant.types import GuideState
from channels.types import Card, Message, Reply, Status
from eval import support
from knowledge.types import (
    Benefit,
    Bundle,
    BundleItem,
    Clock,
    Condition,
    Duration,
    Fee,
    Handling,
    Limits,
    Material,
    Money,
    Online,
    Option,
    Question,
    Result,
    Rule,
    Satisfies,
    SharedMaterial,
    Stop,
)
from tests.assistant.fakes import TODAY, hit, knowledge
from tests.records import bundle, item, policy

DAYS = Limits(promised=Duration(amount=5, unit="工作日"))
REGISTER = item(
    "GZ-1",
    "出生登记",
    limits=DAYS,
    materials=(Material(name="出生医学证明", copies=1), Material(name="结婚证")),
    results=(Result(name="户口簿"),),
    handling=Handling(forms=("窗口办理",), visits=1),
    money=Money(charged=False),
)
CARD = item(
    "GZ-2",
    "社会保障卡申领",
    limits=DAYS,
    materials=(Material(name="户口簿"), Material(name="相片", exempt="授权使用户籍相片")),
    handling=Handling(forms=("网上办理",), visits=0),
    online=Online(available=True),
    money=Money(charged=True, fees=(Fee(name="工本费", standard="每张20元", yuan=20),)),
)
CARE = item("GZ-3", "困难家庭补助", materials=(Material(name="低保证", need="容缺后补"),))
BIRTH = bundle(
    "GZB-1",
    "新生儿出生一件事",
    summary="宝宝出生后要办的事。",
    items=(
        BundleItem(
            code="GZ-1",
            name="出生登记",
            window="户政窗口",
            deadline=Clock(
                event="born", within=Duration(amount=1, unit="个月"), text="出生后一个月以内"
            ),
        ),
        BundleItem(code="GZ-2", name="社会保障卡申领", after=("GZ-1",)),
        BundleItem(code="GZ-3", name="困难家庭补助", optional=True),
    ),
    questions=(
        Question(id="born", text="孩子哪天出生？", why="上户口有期限", kind="date"),
        Question(id="married", text="父母登记结婚了吗？", why="材料不一样", kind="yes_no"),
        Question(
            id="home",
            text="家里是不是低保？",
            why="低保家庭有补助",
            options=(Option(id="yes", text="是低保"), Option(id="no", text="不是低保家庭")),
        ),
        Question(
            id="place",
            text="户口准备上在哪里？",
            why="外地上户口不归广州办",
            options=(Option(id="here", text="广州"), Option(id="there", text="外地")),
        ),
    ),
    rules=(
        Rule(
            id="single",
            if_=Condition(answer="married", is_=False),
            reason="没有登记结婚的，用说明代替结婚证。",
            add_documents=("note",),
            remove_documents=("certificate",),
        ),
        Rule(
            id="poor",
            if_=Condition(answer="home", is_="yes"),
            reason="低保家庭可以申请补助。",
            add_items=("GZ-3",),
        ),
        Rule(
            id="away",
            if_=Condition(answer="place", is_="there"),
            reason="户口上在外地的，广州不受理。",
            stop=Stop(kind="not_here", instead="到准备落户的地方办。"),
        ),
    ),
    materials=(
        SharedMaterial(
            key="certificate",
            name="结婚证",
            satisfies=(Satisfies(item="GZ-1", material="结婚证"),),
        ),
        SharedMaterial(key="note", name="非婚生育说明", for_=("GZ-1",), optional=True),
    ),
)
HELP = policy(
    "GZP-1",
    "救助办法",
    benefits=(
        Benefit(
            id="old",
            name="高龄补助",
            if_=Condition(profile="age", at_least=80),
            articles=("a1",),
            gives="按月发补助。",
            item="GZ-3",
        ),
        Benefit(
            id="both",
            name="残疾人补助",
            if_=Condition(profile="disability", in_=("level1", "level2")),
            articles=("a2",),
            automatic=True,
        ),
    ),
)
OTHER = item("GZ-9", "居住证签注")
RECORDS = (REGISTER, CARD, CARE, BIRTH, HELP, OTHER)


@dataclass
class Talk:
    """One citizen's conversation with the small bundle."""

    plans: MemoryPlans = field(default_factory=MemoryPlans)
    sessions: MemorySessions = field(default_factory=MemorySessions)
    found: Bundle | None = BIRTH
    today: date = TODAY
    session: str | None = None

    def says(self, text: str, **more: object) -> Reply:
        hits = [hit(self.found)] if self.found and "宝宝" in text else []
        if "签注" in text:
            hits = [hit(OTHER)]
        known = replace(
            knowledge(RECORDS, hits, bootstrap.built_in_hotlines()), granting=("GZP-1",)
        )
        assistant = Assistant(
            knowledge=lambda: known,
            sessions=self.sessions,
            locks=MemoryLocks(),
            plans=self.plans,
            rules=rules.load(),
            today=lambda: self.today,
            ideas=lambda: (),
            finished=lambda turn: None,
        )
        message = Message(text=text, session_id=self.session, **more)  # type: ignore[arg-type]
        reply = asyncio.run(assistant.take_turn(message))
        self.session = reply.session_id
        assert list(support.problems(reply, known.record)) == []
        return reply

    def all(self, *texts: str) -> Reply:
        reply = None
        for text in texts:
            reply = self.says(text)
        assert reply is not None
        return reply


def card(reply: Reply, kind: str, title: str = "") -> Card:
    return next(one for one in reply.cards if one.kind == kind and title in one.title)


def labels(reply: Reply, kind: str, title: str = "") -> list[str]:
    return [row.label for row in card(reply, kind, title).rows]


ANSWERED = ("宝宝出生要办什么", "2026年11月3日", "是", "不是低保家庭", "广州")


class TestAsking:
    def test_what_the_event_brings_is_said_before_the_first_question(self) -> None:
        reply = Talk().says("宝宝出生要办什么")
        assert reply.status is Status.GUIDING
        assert "出生登记" in reply.text
        question = card(reply, "question")
        assert (question.title, question.entry) == ("孩子哪天出生？", "date")
        assert question.rows[-1].ask == "不知道"

    def test_questions_come_in_order_and_end_in_the_plan(self) -> None:
        talk = Talk()
        talk.says("宝宝出生要办什么")
        asked = [card(talk.says(text), "question").title for text in ANSWERED[1:4]]
        assert asked == ["父母登记结婚了吗？", "家里是不是低保？", "户口准备上在哪里？"]
        done = talk.says("广州")
        assert (done.status, done.reason) == (Status.ANSWERED, "plan")
        assert labels(done, "plan") == ["1. 出生登记", "2. 社会保障卡申领"]

    def test_why_a_question_is_asked(self) -> None:
        reply = Talk().all("宝宝出生要办什么", "点解要问")
        assert "上户口有期限" in reply.text
        assert card(reply, "question").title == "孩子哪天出生？"

    def test_what_the_first_message_says_is_not_asked_again(self) -> None:
        talk = Talk()
        first = talk.says("宝宝出生，是低保，要办什么")
        assert "是低保" in first.sentences[-3].text + first.text
        titles = [card(talk.says(text), "question").title for text in ("昨天", "是")]
        assert titles == ["父母登记结婚了吗？", "户口准备上在哪里？"]

    def test_not_knowing_is_an_answer(self) -> None:
        reply = Talk().all(*ANSWERED[:3], "唔清楚", "广州")
        row = next(one for one in card(reply, "plan").rows if "困难家庭补助" in one.label)
        assert "可能要办" in (row.text or "")
        assert "家里是不是低保" in reply.text

    def test_a_short_answer_that_is_none_is_asked_for_again(self) -> None:
        reply = Talk().all("宝宝出生要办什么", "嗯那个")
        assert reply.status is Status.GUIDING
        assert card(reply, "question").title == "孩子哪天出生？"

    def test_a_part_is_pointed_at_by_its_place_with_a_question(self) -> None:
        talk = Talk()
        talk.says("宝宝出生要办什么")
        place = talk.says("第一步去哪办")
        assert place.status in (Status.ANSWERED, Status.PARTIAL)
        assert {one.code for one in place.citations} == {BIRTH.items[0].code}
        assert "还没有问完" in place.text

    @pytest.mark.parametrize(
        ("text", "code"), [("第二步", "GZ-2"), ("最后一个", "GZ-3"), ("倒数第二个", "GZ-2")]
    )
    def test_a_place_alone_points_at_a_part_where_no_options_are_asked(
        self, text: str, code: str
    ) -> None:
        reply = Talk().all("宝宝出生要办什么", text)
        assert code in {one.code for one in reply.citations}
        assert "还没有问完" in reply.text

    @pytest.mark.parametrize("text", ["最后一个", "倒数第一个", "改成第二个", "还是第二个"])
    def test_else_at_an_option(self, text: str) -> None:
        reply = Talk().all(*ANSWERED[:3], text)
        assert card(reply, "question").title == "户口准备上在哪里？"

    def test_asked_about_it_is_a_part_all_the_same(self) -> None:
        reply = Talk().all(*ANSWERED[:3], "第三步呢")
        assert "GZ-3" in {one.code for one in reply.citations}

    @pytest.mark.parametrize("text", ["下一步", "跟住要做咩", "接下来做什么"])
    def test_what_comes_next_is_the_question_that_waits(self, text: str) -> None:
        reply = Talk().all("宝宝出生要办什么", text)
        assert card(reply, "question").title == "孩子哪天出生？"


class TestTheWay:
    def test_back(self) -> None:
        reply = Talk().all(*ANSWERED[:3], "上一步")
        assert card(reply, "question").title == "父母登记结婚了吗？"
        assert card(Talk().all("宝宝出生要办什么", "上一步"), "question").title == "孩子哪天出生？"

    def test_leaving_and_not_being_asked_any_more(self) -> None:
        talk = Talk()
        assert talk.all("宝宝出生要办什么", "不办了").reason == "left"
        assert talk.says("是").status is not Status.GUIDING

    def test_another_question_is_answered_and_the_way_waits(self) -> None:
        talk = Talk()
        other = talk.all("宝宝出生要办什么", "居住证签注要什么材料")
        assert other.status in (Status.ANSWERED, Status.PARTIAL)
        assert other.citations[0].code == "GZ-9"
        assert "还没有问完" in other.text
        assert other.suggestions[0] == "继续"
        assert card(talk.says("继续"), "question").title == "孩子哪天出生？"

    def test_an_emergency_comes_first(self) -> None:
        talk = Talk()
        assert talk.all("宝宝出生要办什么", "我家着火了").status is Status.CRISIS
        assert talk.says("继续").status is Status.GUIDING

    def test_correcting_an_answer(self) -> None:
        reply = Talk().all(*ANSWERED, "改一下，是低保")
        assert "困难家庭补助" in "".join(labels(reply, "plan"))

    def test_choosing_which_answer_to_change(self) -> None:
        talk = Talk()
        offered = talk.all(*ANSWERED, "改一个回答")
        asks = [row.ask or "" for row in card(offered, "choices").rows]
        again = talk.says(next(one for one in asks if "结婚" in one))
        assert card(again, "question").title == "父母登记结婚了吗？"
        assert "非婚生育说明" in labels(talk.says("不是"), "materials")

    def test_what_if_changes_nothing(self) -> None:
        talk = Talk()
        supposed = talk.all(*ANSWERED, "如果是低保呢")
        assert "多出要办的：困难家庭补助" in supposed.text
        assert "困难家庭补助" not in "".join(labels(talk.says("看清单"), "plan"))
        talk.says(card(supposed, "choices").rows[0].ask or "")
        assert "困难家庭补助" in "".join(labels(talk.says("看清单"), "plan"))

    def test_starting_again(self) -> None:
        reply = Talk().all(*ANSWERED, "重新开始")
        assert card(reply, "question").title == "孩子哪天出生？"

    def test_a_plan_in_the_middle_of_the_questions(self) -> None:
        talk = Talk()
        early = talk.all(*ANSWERED[:2], "先看清单")
        assert early.reason == "plan"
        assert card(talk.says("继续"), "question").title == "父母登记结婚了吗？"

    def test_a_bundle_that_has_gone_is_no_way_any_more(self) -> None:
        talk = Talk()
        talk.says("宝宝出生要办什么")
        talk.today = date(2026, 11, 23)
        talk.found = None
        assert talk.says("不知道").status is Status.GUIDING


class TestThePlan:
    def test_documents_once_and_what_need_not_be_brought(self) -> None:
        reply = Talk().all(*ANSWERED)
        assert labels(reply, "materials") == ["结婚证", "出生医学证明"]
        spared = {row.label: row.text or "" for row in card(reply, "overview", "不用带").rows}
        assert "出生登记" in spared["户口簿"]
        assert "户籍相片" in spared["相片"]

    def test_dates_visits_and_cost_are_said(self) -> None:
        text = Talk().all(*ANSWERED).text
        # Asked on Sunday 2026-11-22: to the counter on Monday 23rd, 5 working days: the 30th; then
        # online on the same day, 5 more: Monday 7 December.
        assert "最早2026年12月7日办完" in text
        assert "要办2件事" in text
        assert "最少跑1次" in text
        assert "每张20元" in text
        assert "一共20元" in text
        assert "不收费的：出生登记" in text

    def test_what_may_be_needed_is_counted_apart(self) -> None:
        text = Talk().all(ANSWERED[0], "先看清单").text
        assert "件可能要办" in text
        assert "要办0件事" not in text
        assert "件可能要办" not in Talk().all(*ANSWERED).text

    def test_a_missed_deadline_is_said(self) -> None:
        assert "已经过期" in Talk().all(ANSWERED[0], "2026年9月1日", *ANSWERED[2:]).text
        assert "已经过期" not in Talk().all(*ANSWERED).text

    def test_a_stop_says_why_and_what_instead(self) -> None:
        reply = Talk().all(*ANSWERED[:4], "外地")
        assert "广州不受理" in reply.text
        assert "到准备落户的地方办" in reply.text
        assert not any(one.kind == "plan" for one in reply.cards)

    def test_only_the_counter(self) -> None:
        talk = Talk()
        talk.all(*ANSWERED)
        reply = talk.says("我唔识上网")
        row = next(one for one in card(reply, "plan").rows if "社会保障卡" in one.label)
        assert "跑" in (row.text or "")


class TestSaving:
    def test_a_code_goes_on_elsewhere(self) -> None:
        talk = Talk()
        kept = talk.all(*ANSWERED[:3], "保存并打印")
        code = code_in(card(kept, "saved").title)
        assert code is not None
        elsewhere = Talk(plans=talk.plans)
        reply = elsewhere.says(f"取回 {code[:5].lower()}-{code[5:]}")
        assert card(reply, "question").title == "家里是不是低保？"
        assert labels(elsewhere.all("不是低保家庭", "广州"), "plan")[0] == "1. 出生登记"

    def test_what_changes_after_saving_is_saved_too(self) -> None:
        talk = Talk()
        kept = talk.all(*ANSWERED, "保存并打印")
        code = code_in(card(kept, "saved").title) or ""
        talk.says("改一下，是低保")
        saved = asyncio.run(talk.plans.load(code))
        assert saved is not None
        assert dict(saved.answers)["home"] == "yes"

    def test_nothing_is_saved_unless_it_was_asked_for(self) -> None:
        talk = Talk()
        talk.all(*ANSWERED)
        assert len(talk.plans) == 0

    def test_an_unknown_code(self) -> None:
        reply = Talk().says("取回 22A22-33B33")
        assert (reply.status, reply.reason) == (Status.NOT_FOUND, "no_plan")

    def test_the_sheet_is_the_plan_and_tells_not_whose_it_is(self) -> None:
        talk = Talk()
        talk.all(*ANSWERED, "保存并打印")
        known = knowledge(RECORDS, (), bootstrap.built_in_hotlines())
        state = GuideState(
            bundle="GZB-1",
            begun=TODAY,
            answers=(("born", date(2026, 11, 3)), ("married", True), ("home", "no")),
        )
        made = sheet("2222233333", state, known)
        assert made is not None
        assert made.title == "新生儿出生一件事"
        assert made.cards[0].kind == "plan"
        days = {one.title: one.day for one in made.deadlines}
        assert days["最后期限：出生登记"] == date(2026, 12, 3)
        assert sheet("2222233333", replace(state, bundle="GZB-2"), known) is None


class TestBenefits:
    def test_asked_one_by_one_then_listed_with_articles(self) -> None:
        talk = Talk()
        first = talk.says("我能领什么补贴？")
        assert first.status is Status.GUIDING
        assert card(first, "question").entry == "number"
        second = talk.says("八十五")
        assert card(second, "question").title.startswith("有没有残疾人证")
        done = talk.says("不知道")
        assert "符合1项" in done.text
        (sure,) = card(done, "overview", "符合的").rows
        assert (sure.label, sure.text) == ("高龄补助", "按月发补助。")
        assert "第一条" in (sure.note or "")
        (open_,) = card(done, "overview", "还要问清楚").rows
        assert "残疾人证" in (open_.note or "")
        assert "免申即享" in (open_.note or "")

    def test_none_is_said_plainly(self) -> None:
        done = Talk().all("我能领什么补贴", "30岁", "没有残疾人证")
        assert "没有找到符合的待遇" in done.text

    def test_leaving(self) -> None:
        assert Talk().all("我能领什么补贴", "不办了").reason == "left"

    @pytest.mark.parametrize("said", ["点解", "为什么问这个"])
    def test_why(self, said: str) -> None:
        assert "很多待遇按年龄定" in Talk().all("我能领什么补贴", said).text
