"""Replies with every card kind, for checks of how the page looks."""

from __future__ import annotations

from channels.types import Card, CardRow, Citation, Entry, Reply, Sentence, Status

QUESTION = "样例"
NAME = "居民身份证丢失补领"
CODE = "GZ-HJ-sfz-diushi"
ARTICLE = "公民应当持有居民身份证。丢失居民身份证的，应当申请补领。"


def _citation(n: int, field: str, quote: str) -> Citation:
    return Citation(
        n=n,
        kind="item",
        code=CODE,
        title=NAME,
        field=field,
        quote=quote,
        url="https://www.gd.gov.cn/a/very/long/address/that/must/not/push/the/page/sideways.html",
        as_of="2021-03-01",
    )


CITATIONS = (
    _citation(1, "materials", "居民户口簿；居住证"),
    _citation(2, "limits.legal", "60个自然日"),
    _citation(3, "steps[0]", "申报：到派出所填表。"),
    _citation(4, "windows[0]", "第一窗口；某区某路1号；020-12345678"),
    _citation(5, "articles[3].text", "丢失居民身份证的，应当申请补领。"),
    _citation(6, "number", "12110"),
    _citation(7, "online.url", "https://www.gd.gov.cn/"),
    _citation(8, "provenance", "2021"),
    _citation(9, "money.fees", "40元/证"),
)

_WINDOWS = tuple(
    CardRow(
        label=f"第{number}窗口",
        text="广州市某区某路1号政务服务中心二楼综合受理区",
        note="周一至周五 9:00—12:00，13:00—17:00",
        tel="020-12345678",
        citations=(4,),
    )
    for number in "一二三四五"
)

CARDS = (
    Card(
        kind="materials",
        title="材料清单",
        code=CODE,
        rows=(
            CardRow(label="居民户口簿", note="原件1份", citations=(1,)),
            CardRow(label="居住证", text="视情况需要", url="https://www.gd.gov.cn/sample.doc"),
        ),
        note="以窗口受理时的要求为准。",
    ),
    Card(
        kind="steps",
        title="办理步骤",
        code=CODE,
        rows=(
            CardRow(label="申报", text="到派出所填表。", citations=(3,)),
            CardRow(label="领证", text="凭领取凭证领取。", tel="020-12345678", ask="在哪里领证"),
        ),
    ),
    Card(kind="window", title="办理窗口", code=CODE, rows=_WINDOWS),
    Card(
        kind="article",
        title="《居民身份证法》第十一条",
        code=CODE,
        rows=(CardRow(label="补领", text=ARTICLE, citations=(5,)),),
    ),
    Card(
        kind="choices",
        title="请选择",
        rows=(
            CardRow(label="丢失补领", note="广州市公安局", ask="身份证丢了怎么补办"),
            CardRow(label="到期换领", ask="身份证到期怎么换"),
        ),
    ),
    Card(
        kind="hotline",
        title="热线",
        code=CODE,
        rows=(
            CardRow(label="12345", text="电话", tel="12345", note="咨询和投诉。", citations=(6,)),
            CardRow(label="短信报警", text="短信", tel="12110", citations=(6,)),
        ),
    ),
    Card(
        kind="online",
        title="网上入口",
        code=CODE,
        rows=(CardRow(label="网上办理入口", url="https://www.gd.gov.cn/", citations=(7,)),),
    ),
    Card(
        kind="overview",
        title="概览",
        rows=(CardRow(label="收费", text="40元/证", citations=(9,)),),
    ),
)

SENTENCES = (
    Sentence(text=f"办理“{NAME}”需要：居民户口簿。", citations=(1,)),
    Sentence(text="法定办结时限是60个自然日。", citations=(2,)),
    Sentence(text="收费：40元/证。", citations=(9,)),
    Sentence(text="以上记录时间为2021，可能已经变动，办理前请向办理部门核对。", citations=(8,)),
)

REPLY = Reply(
    session_id="gallery-session",
    turn_id="gallery-turn",
    status=Status.ANSWERED,
    text="".join(one.text for one in SENTENCES),
    sentences=SENTENCES,
    citations=CITATIONS,
    cards=CARDS,
    suggestions=(f"{NAME}有什么条件", f"{NAME}要多久"),
)

GUIDING = "引导样例"
_UNKNOWN = CardRow(label="不知道", ask="不知道")


def _question(entry: Entry, title: str, *options: str, unit: str | None = None) -> Card:
    rows = tuple(CardRow(label=one, ask=one) for one in options)
    return Card(
        kind="question", title=title, rows=(*rows, _UNKNOWN), code=CODE, entry=entry, unit=unit
    )


QUESTIONS = (
    _question("choice", "亲人是怎样去世的？", "在医院", "在家里或者养老院等地方正常去世"),
    _question("choices", "留下了哪些要办手续的？", "自己名下的房子", "住房公积金", "残疾人证"),
    _question("yes_no", "立过遗嘱吗？", "是", "不是"),
    _question("number", "有几辆车？", unit="辆"),
    _question("date", "哪一天去世的？"),
)
_STEPS = Card(
    kind="plan",
    title="办事次序",
    code=CODE,
    note="没有先后关系的可以同时办。",
    rows=(
        CardRow(
            label="1. 死亡注销户口登记",
            text="第1次跑：户政窗口",
            note="先拿到死亡证明。\n期限：去世后一个月以内（2026年12月3日）。",
            ask="死亡注销户口登记怎么办",
            citations=(3,),
        ),
        CardRow(
            label="2. 残疾人证注销",
            text="可能要办；网上办，不用跑",
            note="看情况：逝者持有残疾人证的，要注销。",
            url="https://www.gd.gov.cn/",
            ask="残疾人证注销怎么办",
            citations=(7,),
        ),
        CardRow(label="3. 骨灰安放和安葬", text="第2次跑：骨灰堂、公墓"),
    ),
)
GUIDE = Reply(
    session_id="gallery-session",
    turn_id="gallery-turn",
    status=Status.GUIDING,
    text="亲人是怎样去世的？",
    sentences=(Sentence(text="亲人是怎样去世的？", citations=(1,)),),
    citations=CITATIONS,
    cards=(*QUESTIONS, _STEPS, *(card for card in CARDS if card.kind == "choices")),
    suggestions=("为什么问这个", "上一步"),
)
SHOWN = {QUESTION: REPLY, GUIDING: GUIDE}
"""What is answered to each of the sample questions."""
