"""Emergencies: recognised in everyday words of three scripts, and not where papers are asked about.

The sentences are our own; none stands in ``eval/gold/dev.jsonl`` (a test watches over it).
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import bootstrap, rules
from assistant.composing import choices
from assistant.composing.writer import Writer
from assistant.types import DialogueState, Intent
from assistant.understanding import crisis, understand
from channels.types import Message, Status
from eval import datasets
from retrieval.analyzer import normalise

TOLD: dict[str, tuple[str, ...]] = {
    "silent": (
        "我不敢出声，能不能发短信给警察",
        "他就在旁边，我没法打电话报警",
        "坏人在客厅，我不方便说话，快帮我报警",
        "有賊喺廳，我唔敢出聲，點樣報警",
        "唔方便講嘢，可唔可以發短訊報警",
        "我不能讲话，门外有人砸门",
        "想報警但係唔可以出聲",
        "I can't talk, please send the police",
    ),
    "self_harm": (
        "我活着没什么意思了，想死",
        "我想自杀",
        "刚刚割了手腕，流了好多血",
        "吞了一瓶安眠药，现在后悔了",
        "我女儿说她不想活了，怎么办",
        "我朋友发消息说要跳楼",
        "我站在桥上，准备跳下去",
        "我真係頂唔順，想死",
        "我唔想做人喇",
        "我成日諗住跳樓",
        "活著太累，我想結束自己的生命",
        "每天都想着怎么死",
        "I want to kill myself",
        "I don't want to live anymore",
    ),
    "domestic_violence": (
        "我老公喝醉了在打我",
        "被丈夫打了，脸都肿了",
        "男朋友掐我脖子，我好害怕",
        "前夫找上门来要打我和孩子",
        "我爸天天打我妈，今天又打了",
        "邻居家一直在打小孩，孩子哭得很惨",
        "老公打到我周身傷",
        "我男朋友飲醉酒就打我",
        "俾老公打到流鼻血",
        "我先生對我動手，我帶住個女唔敢返屋企",
        "阿妈成日用棍打我",
        "my boyfriend hits me",
        "my wife is attacking me with a knife",
    ),
    "gas": (
        "家里煤气漏了怎么办",
        "楼道里有很浓的燃气味道",
        "热水器那里在漏气，闻起来像煤气",
        "厨房的煤气管断了，一直往外冒气",
        "屋企有陣煤氣味",
        "煤氣爐漏氣，好臭",
        "好似漏煤氣，成屋都係味",
        "天然氣洩漏了",
        "there is a gas leak in my kitchen",
        "I smell gas in the corridor",
    ),
    "fire": (
        "我家着火了",
        "楼上起火了，烟很大",
        "隔壁仓库烧起来了",
        "厨房油锅着火扑不灭",
        "楼道全是浓烟，我们出不去",
        "我被困在电梯里了",
        "火燭呀，快啲嚟",
        "對面棟樓著火",
        "架電動車充電嗰陣燒咗起身",
        "成個廚房都係煙，有火",
        "商场里冒黑烟，有人喊着火",
        "困咗喺𨋢入面成個鐘",
        "my kitchen is on fire",
        "the building is on fire and we can't get out",
    ),
    "traffic": (
        "我刚刚被电动车撞了",
        "前面路口出车祸了，有人受伤",
        "两辆车撞在一起，司机卡在里面",
        "我开车撞到人了",
        "货车翻了，压住了人",
        "有人被车撞了，躺在马路上",
        "撞車喇，有人流血",
        "俾架貨車撞親",
        "我架車撞咗個阿伯",
        "剛才被一輛機車撞倒，腳動不了",
        "司机撞了人就跑了",
        "I was hit by a car",
        "there has been a car accident on the highway",
    ),
    "child_alone": (
        "我的孩子走丢了",
        "三岁小孩一个人在家，门反锁了",
        "女儿放学到现在没回家，电话也打不通",
        "孩子被陌生人带走了",
        "小孩被锁在车里了",
        "我妈有老年痴呆，出去买菜一直没回来",
        "我個仔唔見咗",
        "個女走失咗，先得五歲",
        "細路一個人喺屋企喊緊，冇大人",
        "我嫲嫲行失咗，搵唔返",
        "孩子在公園不見了，到處都找不到",
        "my daughter is missing",
        "I lost my child in the mall",
    ),
    "medical": (
        "我爸晕倒了叫不醒",
        "有人心脏病发作倒在地上",
        "孕妇羊水破了，快要生了",
        "孩子误吞了纽扣电池",
        "老人突然说不出话，半边身子动不了",
        "我妈没有呼吸了",
        "帮我叫救护车",
        "有人触电了，躺在地上不动",
        "阿媽暈低咗，點叫都唔醒",
        "阿爺心口好痛，抖唔到氣",
        "快啲叫白車",
        "BB發高燒抽筋",
        "我老公胸口劇痛，冒冷汗",
        "手被机器绞断了，血止不住",
        "my father is not breathing",
        "please call an ambulance",
    ),
    "fraud": (
        "我好像被骗了，刚转了两万块",
        "客服让我共享屏幕，把钱转到他们账户",
        "网上刷单被骗了钱",
        "有人冒充我领导叫我转账",
        "接到电话说我涉嫌犯罪，要我把钱转到安全账户",
        "网友骗我投资，现在平台提不出钱",
        "啱啱過咗五萬蚊俾個假警察，點算",
        "我俾人呃咗啲錢",
        "有人扮銀行職員叫我俾驗證碼",
        "對方說我中獎，要先匯手續費，我已經匯了",
        "假客服说给我退款，叫我填银行卡密码",
        "I think I have been scammed",
    ),
    "crime": (
        "有人在撬我家的锁",
        "我被抢劫了",
        "有小偷进了我家",
        "有人拿刀在街上砍人",
        "我被人打了，对方还在追我",
        "有个陌生男人一直尾随我",
        "我被关在一个地方出不去，他们拿了我手机",
        "地铁上有人摸我",
        "有賊入咗我屋企",
        "有人揸刀追斬",
        "俾人打劫，個袋都俾人搶咗",
        "有個男人跟住我返屋企",
        "楼下一群人在打架，有人拿着棍子",
        "someone is trying to break into my house, call the police",
    ),
}

ALSO: dict[str, frozenset[str]] = {
    "silent": frozenset(),
    "self_harm": frozenset({"medical"}),
    "domestic_violence": frozenset({"crime"}),
    "gas": frozenset(),
    "fire": frozenset({"gas"}),
    "traffic": frozenset({"medical"}),
    "child_alone": frozenset({"crime"}),
    "medical": frozenset({"self_harm"}),
    "fraud": frozenset(),
    "crime": frozenset({"silent", "domestic_violence"}),
}
"""Kinds whose first number helps as well."""

NEAR_MISSES = (
    "开店的消防检查怎么申请",
    "消防安全检查要什么材料",
    "建设工程消防验收怎么办",
    "消防员招聘有什么条件",
    "身份证被偷了怎么补办",
    "護照俾人偷咗點補辦",
    "买火车票能用临时身份证吗",
    "学生火车票优惠怎么办理",
    "跳楼价买的房子怎么过户",
    "死亡证明在哪里开",
    "亲人死亡后户口怎么注销",
    "死亡销户要什么材料",
    "车祸赔偿标准是多少",
    "交通事故认定书怎么复核",
    "车祸伤残鉴定去哪里做",
    "火化证怎么补办",
    "遗体火化要多少钱",
    "燃气开户要什么材料",
    "煤气过户怎么办理",
    "天然氣安裝要幾錢",
    "燃气经营许可证怎么申请",
    "离婚证丢了去哪补",
    "孩子的身份证丢了怎么补",
    "个仔嘅户口簿唔见咗点算",
    "孩子走读可以申请补贴吗",
    "儿童走失后找回要补办户口吗",
    "自杀的人能领抚恤金吗",
    "意外死亡的丧葬补助怎么领",
    "救护车收费标准是多少",
    "急救员证怎么考",
    "心脏病可以申请残疾证吗",
    "中风后能评残疾吗",
    "心理咨询师证书怎么申请",
    "中风偏瘫可以办残疾证吗",
    "医保诈骗举报有奖励吗",
    "诈骗罪判几年",
    "警察证丢了怎么办",
    "打火机厂要什么许可证",
    "烟花爆竹经营许可怎么办",
    "大火锅店要办什么证",
    "被公司开除了怎么领失业金",
    "被老板拖欠工资怎么投诉",
    "工伤认定要什么材料",
    "被车撞了算工伤吗",
    "家暴告诫书怎么申请",
    "人身安全保护令怎么申请",
    "反家庭暴力法有哪些规定",
    "报警回执怎么开",
    "无犯罪记录证明在哪开",
    "抢购的车怎么上牌",
    "被征地农民养老保险怎么办",
    "安全生产许可证怎么办",
    "电梯使用登记怎么办理",
    "加装电梯要什么手续",
    "困难家庭的孩子怎么申请助学",
    "留守儿童一个人上学怎么办理寄宿",
    "食物中毒事件应该由哪个部门负责",
    "杀虫剂生产许可证怎么办",
    "去年家里失火，房产证烧了怎么补",
    "打人被拘留了会影响政审吗",
    "无人机飞行要报备吗",
    "流产后产假有几天",
    "生不生二胎都能办生育登记吗",
    "撞脸的身份证照片可以重拍吗",
    "我想死者的公积金怎么提取",
    "献血证怎么补",
    "想不开网店了，营业执照怎么注销",
    "走失宠物狗证怎么补办",
)


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in TOLD.items() for text in texts]
)
def test_told_in_everyday_words(kind: str, text: str) -> None:
    found = crisis(normalise(text), rules.load())
    assert found is not None
    assert found.kind in {kind, *ALSO[kind]}


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_near_misses_are_ordinary_questions(text: str) -> None:
    assert crisis(normalise(text), rules.load()) is None


def test_every_kind_is_told_in_many_ways() -> None:
    assert set(TOLD) == {one.kind for one in rules.load().crisis}
    assert min(map(len, TOLD.values())) >= 6
    assert len(NEAR_MISSES) >= 40


def test_sentences_are_not_those_of_the_gold_set() -> None:
    gold = {normalise(one.text) for one in datasets.load(datasets.split("dev"))}
    ours = {normalise(text) for texts in (*TOLD.values(), NEAR_MISSES) for text in texts}
    assert not gold & ours


@pytest.mark.parametrize("one", rules.load().crisis, ids=lambda one: one.kind)
def test_hotlines_are_records_and_the_first_comes_first(one: rules.CrisisKind) -> None:
    known = bootstrap.built_in_hotlines()
    draft = choices.crisis(one, [known[code] for code in one.hotlines], Writer())
    assert draft.status is Status.CRISIS
    assert draft.reason == one.kind
    assert draft.quiet is one.quiet
    assert draft.citations[0].code == one.hotlines[0]
    assert known[one.hotlines[0]].number in draft.sentences[0].text
    assert [card.code for card in draft.cards] == list(one.hotlines)
    assert [card.rows[0].tel for card in draft.cards] == [
        known[code].number for code in one.hotlines
    ]


def test_silence_protects_where_someone_may_listen() -> None:
    quiet = {one.kind for one in rules.load().crisis if one.quiet}
    assert quiet == {"silent", "self_harm", "domestic_violence"}


def test_crisis_stands_before_everything_else() -> None:
    """A courtesy, a facet and a choice on offer make no difference."""
    state = DialogueState(offered=("a", "b"))
    for text in ("你好，我家着火了", "请问我想自杀要打什么电话", "第二个，有人砍人，快报警"):
        assert understand(Message(text=text), state, rules.load()).intent is Intent.CRISIS


@given(st.sampled_from([text for texts in TOLD.values() for text in texts]), st.text(max_size=3))
def test_shouting_and_spaces_do_not_hide_it(text: str, _: str) -> None:
    for shouted in (f"  {text}！！！", f"救命啊，{text}", f"{text}。。。"):
        assert crisis(normalise(shouted), rules.load()) is not None


def test_no_alarm_on_service_items(data: Path) -> None:
    path = data / "gdzwfw_items" / "records.jsonl"
    names = [json.loads(line)["TASK_NAME"] for line in path.open(encoding="utf-8")]
    assert len(names) == 2262
    assert _alarms(names) == {}
    assert _alarms(f"{name}要什么材料" for name in names) == {}


@pytest.mark.parametrize("folder", ["gdzwfw_items", "ncp_policy"])
def test_no_alarm_on_ordinary_questions(data: Path, folder: str) -> None:
    path = data / folder / "queries.jsonl"
    if not path.is_file():
        pytest.skip(f"no {path}")
    texts = [json.loads(line)["text"] for line in path.open(encoding="utf-8")]
    assert _alarms(texts) == {}


def _alarms(texts: object) -> dict[str, str]:
    assert not isinstance(texts, str)
    found = {text: crisis(normalise(text), rules.load()) for text in texts}  # type: ignore[attr-defined]
    return {text: one.kind for text, one in found.items() if one}
