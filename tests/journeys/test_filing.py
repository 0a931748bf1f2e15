"""Filing from the first sentence to the receipt, over HTTP, with a desk in memory: each test is one
citizen.  Nothing is at the desk before consent, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant import bootstrap
from assistant.app import app_of
from assistant.work_orders.types import Contact, OrderKind, WorkOrder
from tests.assistant.desks import AIDS, FakeOrders, desks
from tests.conftest import settings_of
from tests.journeys.test_conversations import Citizen, rows

NOISE = "我要投诉天河区石牌东路88号楼下烧烤店，每晚噪音到两点，希望十二点前收档"
ID = "440106199001011234"


@pytest.fixture
def orders() -> FakeOrders:
    return FakeOrders()


@pytest.fixture(scope="module")
def built(home: Path) -> bootstrap.Parts:
    """Opened once: each test has a desk and sessions of its own."""
    return bootstrap.build(settings_of(home))


@pytest.fixture
def citizen(built: bootstrap.Parts, orders: FakeOrders) -> Iterator[Citizen]:
    assistant = replace(built.assistant, aids=lambda _: AIDS, desks=desks(orders))
    services = replace(built.services, respond=assistant.take_turn)
    with TestClient(app_of(replace(built, services=services))) as client:
        yield Citizen(client)


def draft(reply: dict[str, Any]) -> dict[str, str]:
    """The draft card of a reply: what was told, by its label."""
    assert [card["kind"] for card in reply["cards"]].count("draft") == 1, reply["text"]
    return {row["label"]: row["text"] for row in rows(reply, "draft") if row.get("text")}


def asked(reply: dict[str, Any]) -> str:
    return str(reply["sentences"][-1]["text"])


def only(orders: FakeOrders) -> WorkOrder:
    (order,) = orders.orders.values()
    return order


def test_a_complaint_in_cantonese(citizen: Citizen, orders: FakeOrders) -> None:
    citizen.says("我要投诉")
    assert "在哪里" in asked(citizen.says("楼下烧烤档晚晚嘈到两点，瞓唔到觉"))
    assert "哪个区" in asked(citizen.says("喺石牌东路88号"))
    citizen.says("天河")
    citizen.says("唔知")
    assert "怎么称呼" in asked(citizen.says("希望佢哋十二点后收档"))
    citizen.says("陈生")
    shown = draft(citizen.says("一三八一二三四五六七八"))
    assert shown["地点"] == "天河区石牌东路88号"
    assert shown["电话"] == "138****5678"
    assert orders.orders == {}
    filed = citizen.says("冇错")
    assert (filed["status"], filed["reason"]) == ("filed", "filed")
    order = only(orders)
    assert (order.kind, order.district, order.when) == (OrderKind.COMPLAINT, "天河区", "晚晚")
    assert (order.contact.name, order.contact.phone) == ("陈生", "13812345678")
    assert order.object is None
    assert rows(filed, "receipt")[0]["label"] == "回执号"
    assert "查询码" not in [row["label"] for row in rows(filed, "receipt")]


def test_what_the_first_message_said_is_not_asked(citizen: Citizen, orders: FakeOrders) -> None:
    begun = citizen.says(NOISE + "，电话13812345678，我叫陈大文")
    shown = draft(begun)
    assert shown["对象"] == "烧烤店"
    assert shown["称呼"] == "陈**"
    assert "13812345678" not in str(begun)
    assert citizen.says("好的")["status"] == "filed"
    assert only(orders).wish == "希望十二点前收档"
    assert only(orders).department == "生态环境部门"


def test_traditional_characters(citizen: Citizen, orders: FakeOrders) -> None:
    citizen.says("我要投訴")
    citizen.says("樓下地盤半夜開工好嘈")
    citizen.says("番禺區市橋大北路")
    citizen.says("琴晚")
    citizen.says("唔知道")
    citizen.says("跳過")
    shown = draft(citizen.says("唔想講"))  # neither name nor phone
    assert "没有听明白" in citizen.says("唔使")["text"]  # nothing is asked any more
    assert shown["地点"] == "番禺區市橋大北路"
    assert citizen.says("確認提交")["status"] == "filed"
    assert (only(orders).district, only(orders).when) == ("番禺区", "琴晚")


def test_a_suggestion_asks_less(citizen: Citizen, orders: FakeOrders) -> None:
    citizen.says("想提个建议")
    first = citizen.says("地铁口的台阶最好加装扶手，老人家上落不方便")
    assert "哪个地方" in asked(first)
    citizen.says("体育西路站C口")
    shown = draft(citizen.says("不留"))
    assert set(shown) == {"类别", "建议内容", "地点", "称呼", "电话", "去向"}
    assert citizen.says("提交")["status"] == "filed"
    assert only(orders).kind is OrderKind.SUGGESTION


def test_praise(citizen: Citizen, orders: FakeOrders) -> None:
    first = citizen.says("我要表扬番禺区政务服务中心3号窗口的工作人员，好耐心")
    assert "怎么称呼" in asked(first)
    citizen.says("李女士，电话020-38881234")
    assert citizen.says("交吧")["status"] == "filed"
    order = only(orders)
    assert order.object == "番禺区政务服务中心3号窗口的工作人员"
    assert order.contact.phone == "02038881234"


def test_corrections(citizen: Citizen, orders: FakeOrders) -> None:
    citizen.says(NOISE)
    citizen.says("返回上一步")  # the wish, taken from the first message
    citizen.says("要求它停业")
    citizen.says("陈生")
    assert draft(citizen.says("13812345678"))["诉求"] == "要求它停业"
    assert draft(citizen.says("不是石牌东路，是石牌西路"))["地点"] == "天河区石牌西路88号楼下"
    assert draft(citizen.says("时间应该是上个月"))["时间"] == "上个月"
    assert "要改哪一项" in citizen.says("不对")["text"]
    assert "联系电话" in asked(citizen.says("修改电话"))
    assert draft(citizen.says("13900001111"))["电话"] == "139****1111"
    changed = draft(citizen.says("这是举报"))
    assert changed["类别"] == "举报"
    assert "占道" in draft(citizen.says("补充一下，他们还占道经营"))["经过"]
    assert orders.orders == {}
    citizen.says("提交")
    order = only(orders)
    assert (order.kind, order.place) == (OrderKind.REPORT, "天河区石牌西路88号楼下")
    assert order.contact.phone == "13900001111"


def test_a_question_in_the_middle(citizen: Citizen, orders: FakeOrders) -> None:
    citizen.says("我要投诉")
    citizen.says("楼下烧烤档每晚噪音扰民")
    other = citizen.says("12345几点下班")
    assert "接着问您" in asked(other)
    assert "继续登记" in other["suggestions"]
    assert "哪个区" in asked(citizen.says("石牌东路88号"))
    permit = citizen.says("居住证首次申领要什么材料")
    assert permit["status"] == "answered"
    assert "免收" in citizen.says("那要多少钱？")["text"]  # a follow-up of that question
    citizen.says("天河区")
    citizen.says("跳过")
    citizen.says("跳过")
    assert draft(citizen.says("跳过"))["地点"] == "天河区石牌东路88号"


def test_weak_consent_to_another_answer_files_nothing(citizen: Citizen, orders: FakeOrders) -> None:
    citizen.says("提交")
    citizen.says(NOISE)
    assert draft(citizen.says("提交"))  # said too early: now it is shown
    assert orders.orders == {}
    assert "还没有提交" in asked(citizen.says("结婚登记要带什么"))
    assert citizen.says("好的")["status"] != "filed"
    assert orders.orders == {}
    assert draft(citizen.says("继续登记"))
    assert citizen.says("好的")["status"] == "filed"
    assert len(orders.orders) == 1


def test_crisis_in_the_middle(citizen: Citizen, orders: FakeOrders) -> None:
    citizen.says("我要投诉")
    crisis = citizen.says("等等，我家厨房着火了！")
    assert crisis["status"] == "crisis"
    assert rows(crisis, "hotline")[0]["tel"] == "119"
    assert crisis["suggestions"] == ["没有危险，继续登记"]
    assert "投诉" not in crisis["text"]
    assert "发生了什么" in asked(citizen.says("继续登记"))
    citizen.says("楼下烧烤档每晚噪音扰民")
    again = citizen.says("我不想活了")
    assert again["status"] == "crisis"
    where = citizen.says("天河区石牌东路88号")  # where the danger is, until it is over
    assert where["status"] == "crisis"
    assert "在哪里" in asked(citizen.says("我没事了，继续登记"))
    citizen.says("天河区石牌东路88号")
    assert draft(citizen.says("提交"))["经过"] == "楼下烧烤档每晚噪音扰民"


def test_leaving_keeps_nothing(citizen: Citizen, orders: FakeOrders) -> None:
    citizen.says(NOISE)
    citizen.says("陈生")
    left = citizen.says("都系算数")
    assert "没有留下" in left["text"]
    assert citizen.says("提交")["status"] != "filed"
    assert orders.orders == {}
    citizen.says("我要投诉")
    assert "经过" not in str(citizen.says("看草稿"))


def test_anonymous(citizen: Citizen, orders: FakeOrders) -> None:
    citizen.says(NOISE.replace("投诉", "举报") + "，我叫陈大文，电话13812345678")
    means = citizen.says("唔留名")
    assert "没有人" in str(means) or "没法打电话" in means["text"]
    assert "13812345678" not in str(means)
    filed = citizen.says("提交")
    code = next(row for row in rows(filed, "receipt") if row["label"] == "查询码")
    order = only(orders)
    assert (order.contact.name, order.contact.phone) == (None, None)
    assert "13812345678" not in order.text
    assert "陈大文" not in order.text
    again = citizen.says("提交")
    assert again["reason"] == "already"
    assert code["text"] not in str(again)  # shown once


def test_a_route_that_needs_a_name(citizen: Citizen, orders: FakeOrders) -> None:
    citizen.says("我要投诉公司拖欠我工资，三个月没有发")
    for said in ("白云区机场路", "上个月", "某某贸易公司", "补发工资"):
        citizen.says(said)
    told = citizen.says("唔想讲")
    assert told["citations"][0]["quote"] == "投诉文书载明投诉人的姓名和联系方式"
    citizen.says("陈先生")
    citizen.says("跳过")
    around = citizen.says("跳过")
    assert "改走" in around["text"]
    assert citizen.says("提交")["status"] == "filed"
    assert (only(orders).route, only(orders).topic) == ("12345", "labour.wages")


def test_submit_twice(citizen: Citizen, orders: FakeOrders) -> None:
    citizen.says(NOISE)
    citizen.says("换成匿名")
    first = citizen.says("提交")
    number = rows(first, "receipt")[0]["text"]
    second = citizen.says("提交")
    assert number in second["text"]
    assert len(orders.orders) == 1


def test_the_desk_is_away(citizen: Citizen, orders: FakeOrders) -> None:
    citizen.says(NOISE)
    citizen.says("换成匿名")
    orders.away = True
    away = citizen.says("提交")
    assert (away["status"], away["reason"]) == ("failed", "away")
    assert "12345" in away["text"]
    orders.away = False
    assert citizen.says("提交")["status"] == "filed"
    assert orders.tries == 1


@pytest.mark.parametrize("joins", [True, False])
def test_a_duplicate_is_noticed(citizen: Citizen, orders: FakeOrders, joins: bool) -> None:
    citizen.says(NOISE + "，电话13812345678")
    citizen.says("跳过")
    citizen.says("提交")
    other = Citizen(citizen.client)
    other.says("我要投诉天河区石牌东路88号的烧烤店今晚又嘈，要求查处，电话13812345678")
    other.says("陈生")
    noticed = other.says("提交")
    assert noticed["reason"] == "similar"
    assert "是同一件事吗" in noticed["text"]
    assert len(orders.orders) == 1
    (number,) = orders.orders
    assert number not in str(noticed)  # the phone may have been given by anybody
    if joins:
        assert other.says("补充到原来的工单")["reason"] == "joined"
        assert len(orders.orders) == 1
        (added,) = orders.added.values()
        assert "又嘈" in (added[0].text or "")
    else:
        assert other.says("唔系同一件事")["status"] == "filed"
        assert len(orders.orders) == 2


def test_a_closed_order_takes_no_addition(citizen: Citizen, orders: FakeOrders) -> None:
    citizen.says(NOISE)
    citizen.says("换成匿名")
    number = rows(citizen.says("提交"), "receipt")[0]["text"]
    citizen.says(NOISE)
    citizen.says("换成匿名")
    citizen.says("提交")
    orders.close(number)
    assert "没能补充" in citizen.says("补充到原来的工单")["text"]
    assert citizen.says("另外提交")["status"] == "filed"
    assert len(orders.orders) == 2


def test_a_phone_mistyped(citizen: Citizen, orders: FakeOrders) -> None:
    citizen.says(NOISE)
    citizen.says("陈生")
    wrong = citizen.says("1381234567")
    assert "11位" in wrong["text"]
    assert "10位" in wrong["text"]
    shown = draft(citizen.says("138123456"))
    assert shown["电话"] == "没有说"
    assert draft(citizen.says("修改电话13812345678"))["电话"] == "138****5678"
    citizen.says("提交")
    assert only(orders).contact.phone == "13812345678"


def test_an_id_number_in_the_text(citizen: Citizen, orders: FakeOrders) -> None:
    pointed = citizen.says(f"{NOISE}，我的身份证号是{ID}")
    assert "证件号码" in pointed["text"]
    shown = citizen.says("换成匿名")
    assert ID not in str(citizen.replies)
    assert ID not in str(shown)
    citizen.says("修改经过")
    citizen.says(f"烧烤店每晚噪音，身份证{ID}")
    citizen.says("去掉身份证号")
    citizen.says("提交")
    assert ID not in only(orders).text
    assert ID not in str(citizen.replies)


def test_another_topic_and_a_bundle_in_between(citizen: Citizen, orders: FakeOrders) -> None:
    citizen.says("我要投诉")
    citizen.says("楼下烧烤档每晚噪音扰民")
    assert citizen.says("妈妈去世了，要办哪些手续")["status"] == "guiding"
    taken = citizen.says("在家里或者养老院等地方正常去世")
    assert taken["status"] == "guiding"
    assert "在哪里发生" not in taken["text"]
    assert "在哪里发生" in asked(citizen.says("继续登记"))
    one_first = citizen.says("我要投诉另一间公司拖欠工资")
    assert "先把这一件" in one_first["text"]
    citizen.says("天河区石牌东路")
    citizen.says("提交")
    assert citizen.says("提交")["status"] == "filed"
    assert only(orders).place == "天河区石牌东路"
    assert citizen.says("继续")["status"] == "guiding"  # the bundle waits


@pytest.mark.parametrize(
    "text",
    ["投诉电话是多少", "去哪里投诉", "怎么举报无证餐馆", "投诉多久有结果", "公司拖欠工资怎么办"],
)
def test_a_question_about_complaints_files_nothing(
    citizen: Citizen, orders: FakeOrders, text: str
) -> None:
    reply = citizen.says(text)
    assert reply["reason"] not in ("form", "filed")


def test_why_it_is_asked_and_what_cannot_be_skipped(citizen: Citizen, orders: FakeOrders) -> None:
    citizen.says("12345下单")
    assert "不能跳过" in citizen.says("唔想讲")["text"]
    assert "处理" in citizen.says("点解要问")["text"]
    assert "这是第一项" in citizen.says("上一步")["text"]
    citizen.says("我家楼下冇路灯，好黑")
    why = citizen.says("为什么要问")
    assert "现场" in why["text"]
    assert draft(citizen.says("提交"))["类别"] == "求助"
    assert citizen.says("先不交")["reason"] == "form"
    assert citizen.says("提交")["status"] == "filed"


def test_answers_out_of_turn_go_where_they_belong(citizen: Citizen, orders: FakeOrders) -> None:
    citizen.says("我要投诉")
    assert "发生了什么" in asked(citizen.says("昨晚"))
    citizen.says("邻居养的狗天天乱叫")
    assert "在哪里" in asked(citizen.says("老王烧烤"))
    citizen.says("天河区石牌东路88号")
    assert "怎么处理" in asked(citizen.says("昨晚十点"))
    assert "怎么处理" in asked(citizen.says("13812345678"))
    citizen.says("赶紧处理")
    shown = draft(citizen.says("陈生"))
    assert (shown["时间"], shown["对象"], shown["诉求"]) == ("昨晚十点", "老王烧烤", "赶紧处理")
    assert (shown["地点"], shown["电话"]) == ("天河区石牌东路88号", "138****5678")


@pytest.mark.parametrize("said", ["不留电话", "唔留電話", "匿名，不留联系方式", "不想说"])
def test_contact_is_refused_once(citizen: Citizen, orders: FakeOrders, said: str) -> None:
    citizen.says(NOISE)
    assert draft(citizen.says(said))["诉求"] == "希望十二点前收档"
    citizen.says("提交")
    assert only(orders).contact == Contact(name=None, phone=None)


@pytest.mark.parametrize("said", ["不知道归谁管", "唔知係邊間", "不清楚"])
def test_what_is_not_known_is_left_out(citizen: Citizen, orders: FakeOrders, said: str) -> None:
    citizen.says("我要投诉")
    citizen.says("小区门口的路灯坏了")
    citizen.says("越秀区东风东路")
    citizen.says("两星期前开始")
    assert "怎么处理" in asked(citizen.says(said))
    assert "称呼" in asked(citizen.says("快点修好"))


def test_in_english(citizen: Citizen, orders: FakeOrders) -> None:
    begun = citizen.says("My landlord refuses to return my deposit, I want to complain")
    assert asked(begun).startswith("Where did it happen?")
    assert begun["suggestions"] == ["Why do you ask?", "Back", "Cancel"]
    assert "assigned by place" in citizen.says("Why do you ask?")["text"]
    assert asked(citizen.says("Tianhe")).startswith("When did it happen?")
    assert asked(citizen.says("last week")).startswith("Which company")
    assert asked(citizen.says("Skip")).startswith("What outcome")
    assert "What is your name" in asked(citizen.says("refund"))
    assert "not finished" in asked(citizen.says("what do I need for a residence permit"))
    shown = draft(citizen.says("Peter Chan, 13812345678"))
    assert shown["Place"] == "Tianhe"
    assert shown["Phone"] == "138****5678"
    assert asked(citizen.says("Change Outcome")).startswith("What outcome")
    citizen.says("return the deposit")
    filed = citizen.says("submit")
    assert filed["text"].startswith("Submitted. Your receipt number is ")
    assert rows(filed, "receipt")[0]["label"] == "Receipt number"
    assert (only(orders).district, only(orders).when) == ("天河区", "last week")
    assert only(orders).wish == "return the deposit"


def test_the_language_follows_the_citizen(citizen: Citizen, orders: FakeOrders) -> None:
    assert "What happened" in asked(citizen.says("I want to complain"))
    assert "在哪里" in asked(citizen.says("楼下烧烤档每晚噪音扰民"))


def test_told_before_the_word_that_begins_it(citizen: Citizen, orders: FakeOrders) -> None:
    assert "发生了什么" in asked(citizen.says("警察来了，没事了，我要投诉"))
    citizen.says("上个月报过警，没有人来跟进")
    shown = draft(citizen.says("提交"))
    assert "警察来了" in shown["经过"]
    assert "没有人来跟进" in shown["经过"]


@pytest.mark.parametrize("said", ["确认", "满意", "收唔收钱", "谢谢", "嗯", "好的"])
def test_a_word_is_nothing_to_file(citizen: Citizen, orders: FakeOrders, said: str) -> None:
    assert citizen.says(said).get("reason") != "form"


def test_thanks_after_it_was_filed(citizen: Citizen, orders: FakeOrders) -> None:
    citizen.says(NOISE)
    citizen.says("换成匿名")
    citizen.says("提交")
    assert citizen.says("谢谢")["reason"] == "small_talk_thanks"
    assert len(orders.orders) == 1


def test_a_person_in_the_middle(citizen: Citizen, orders: FakeOrders) -> None:
    """The form waits; what is said is for the person; it goes on when it is called."""
    citizen.says("我要投诉")
    citizen.says("工地的泥头车天天在小区门口掉泥")
    assert citizen.says("转人工")["reason"] == "waiting"
    assert citizen.says("有人吗")["reason"] == "waiting"
    assert citizen.says("海珠区")["reason"] == "noted"
    answer = citizen.says("居住证首次申领要什么材料")
    assert answer["status"] == "answered"
    assert any("还在为您转接" in one["text"] for one in answer["sentences"])
    assert "在哪里" in asked(citizen.says("继续登记"))
    assert citizen.says("不等了")["reason"] == "left"
    assert "哪个区" in asked(citizen.says("工地门口"))


def test_nothing_is_left_of_a_form_that_was_erased(citizen: Citizen, orders: FakeOrders) -> None:
    citizen.says("我要投诉")
    citizen.says("邻居养的狗天天乱叫")
    erased = citizen.says("清除我的记录")
    assert (erased["status"], erased["reason"]) == ("answered", "erased")
    assert "登记" not in erased["text"]
    assert citizen.says("提交")["reason"] == "nothing_waits"
    assert orders.orders == {}


def test_violence_under_way_is_no_complaint(citizen: Citizen, orders: FakeOrders) -> None:
    assert citizen.says("我要投诉，我老公现在拿刀追着我砍")["status"] == "crisis"
    assert citizen.says("他还在砸门")["status"] == "crisis"
    assert citizen.says("我要投诉上个月邻居拿刀吓我")["reason"] == "form"


def test_a_change_of_mind_after_the_receipt(citizen: Citizen, orders: FakeOrders) -> None:
    citizen.says(NOISE)
    for _ in range(2):
        citizen.says("提交")
    (number,) = orders.receipts
    receipt = orders.receipts[number].number
    asked_ = citizen.says("不想投诉了，撤销")
    assert (asked_["reason"], len(orders.orders)) == ("ask_withdraw", 1)
    assert receipt in asked_["text"]
    assert "照常办理" in citizen.says("算了")["text"]
    assert citizen.says("唔投诉啦")["reason"] == "ask_withdraw"
    citizen.says("确认撤回")
    assert [one.act for one in orders.added[receipt]] == ["withdraw"]
    assert citizen.says("我要补充一下刚才的投诉")["reason"] == "ask_text_add"


def test_an_order_is_asked_after_in_the_midst_of_a_form(citizen: Citizen) -> None:
    citizen.says("我要投诉工地噪音大")
    none = citizen.says("进度怎么样了")
    assert none["reason"] == "none_filed"
    assert "在哪里" in asked(none)
    none = citizen.says("撤销刚才那个投诉")
    assert none["reason"] == "none_filed"
    assert "在哪里" in asked(none)
    assert "什么时候" in asked(citizen.says("天河区棠下村三巷5号"))
    for _ in range(2):
        citizen.says("提交")
    citizen.says("我要投诉公司拖欠工资")
    told = citizen.says("进度怎么样了")
    assert told["reason"] == "order"
    assert "在哪里" in asked(told)
    assert citizen.says("撤销刚才那个投诉")["reason"] == "ask_withdraw"
    kept = citizen.says("算了")
    assert "在哪里" in asked(kept)
    assert citizen.says("不投诉了")["reason"] == "left"
    assert citizen.says("提交")["reason"] == "already"


def test_a_desk_that_is_away_while_a_form_waits(citizen: Citizen, orders: FakeOrders) -> None:
    citizen.says(NOISE)
    for _ in range(2):
        citizen.says("提交")
    citizen.says("我要投诉公司拖欠工资")
    citizen.says("撤销刚才那个投诉")
    orders.away = True
    away = citizen.says("确认撤回")
    assert away["reason"] == "away"
    assert "还没有交上去" not in away["text"]


def test_a_question_about_complaining_begins_nothing(citizen: Citizen) -> None:
    for text in ("投诉有用吗", "投诉之后多久有人理", "投诉物业电话是多少", "怎么投诉物业？"):
        told = citizen.says(text)
        assert told["status"] in ("answered", "partial"), told["text"]
        assert "我要投诉" in told["suggestions"]
        assert told["citations"]
    assert "发生了什么" in asked(citizen.says("我要投诉"))


def test_said_again_or_another_matter_is_no_answer(citizen: Citizen, orders: FakeOrders) -> None:
    citizen.says("我要投诉")
    assert "发生了什么" in asked(citizen.says("我要投诉他"))
    citizen.says("楼下烧烤档每晚噪音扰民")
    again = citizen.says("我要投诉他")
    assert again["reason"] == "form"
    assert "在哪里" in asked(again)
    assert "先把这一件" in citizen.says("我还要投诉路灯坏了，在越秀区文明路200号")["text"]
    citizen.says("天河区石牌东路88号")
    citizen.says("提交")
    citizen.says("提交")
    assert only(orders).place == "天河区石牌东路88号"
    assert "路灯" not in only(orders).text


def filed(citizen: Citizen, orders: FakeOrders) -> str:
    """The number of a complaint that is filed."""
    citizen.says(NOISE)
    citizen.says("提交")
    assert citizen.says("提交")["status"] == "filed"
    return next(reversed(orders.orders))


def test_what_is_said_of_a_closed_order_reaches_it(citizen: Citizen, orders: FakeOrders) -> None:
    number = filed(citizen, orders)
    orders.close(number)
    citizen.says("我要投诉")
    citizen.says("评价 两星，太慢了")
    citizen.says("申请重办")
    assert orders.asked[0].stars == 2
    assert orders.asked[0].text == "太慢了"
    assert len(orders.orders) == 1


def test_which_of_two_is_taken_back(citizen: Citizen, orders: FakeOrders) -> None:
    number = filed(citizen, orders)
    citizen.says("我要投诉")
    which = citizen.says("撤回")
    assert [row["label"] for row in rows(which, "choices")] == [
        f"工单{number}",
        "现在正在填的这一件",
    ]
    on = citizen.says("越秀区北京路有人占道摆卖，没有人管")
    assert (on["status"], on["reason"]) == ("guiding", "form")  # neither: the filing goes on
    citizen.says("撤回")
    assert citizen.says("取消登记")["reason"] == "left"
    citizen.says("我要投诉")
    citizen.says("撤回")
    assert number in citizen.says("撤回工单")["text"]
    citizen.says("确认撤回")
    assert [one.act for one in orders.added[number]] == ["withdraw"]
    assert citizen.says("继续登记")["reason"] == "form"
