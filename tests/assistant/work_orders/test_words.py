"""The word tables: what begins a filing, what only asks about it; no command means two things."""

from __future__ import annotations

import re

import pytest

from assistant.work_orders import words
from assistant.work_orders.types import OrderKind

STEPS = ("leave", "back", "why", "anonymous", "confidential", "remove_id", "again", "wait")


@pytest.mark.parametrize(
    ("text", "kind", "rest"),
    [
        ("我要投诉", OrderKind.COMPLAINT, ""),
        ("我要投訴！", OrderKind.COMPLAINT, ""),
        ("想提个建议", OrderKind.SUGGESTION, ""),
        ("我想提个建议：多装路灯", OrderKind.SUGGESTION, "多装路灯"),
        ("我要举报XX餐厅", OrderKind.REPORT, "xx餐厅"),
        ("我要表扬3号窗口", OrderKind.PRAISE, "3号窗口"),
        ("12345下单", None, ""),
        ("我要反映小区没有路灯", None, "小区没有路灯"),
    ],
)
def test_begins(text: str, kind: OrderKind | None, rest: str) -> None:
    found = words.begins(text)
    assert found is not None
    assert (found.kind, found.rest) == (kind, rest)


@pytest.mark.parametrize(
    "text",
    [
        "投诉电话是多少",
        "我要投诉应该打什么电话",
        "投诉物业电话是多少",
        "投诉物业有咩用",
        "投诉之后多久有人理",
        "请问我要投诉噪音要打哪个号码",
        "点样投诉",
        "居住证要什么材料",
        "查投诉进度",
        "投诉的事谁来管",
        "投诉我的人是谁",
        "消费者投诉举报",
        "旅游投诉",
        "",
    ],
)
def test_begins_nothing(text: str) -> None:
    assert words.begins(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "我要投诉楼上装修，多久了都没人管",
        "我要投诉骚扰电话",
        "我要投诉物业乱收费",
        "我要投诉公司拖欠工资，找谁都没用",
        "我要投诉派出所不受理",
        "我要投诉他们都没有人管",
        "我要投诉老板打击报复",
    ],
)
def test_a_matter_that_sounds_like_a_question_begins(text: str) -> None:
    assert words.begins(text) is not None


@pytest.mark.parametrize(
    ("text", "of_filing", "general"),
    [
        ("投诉有用吗", True, True),
        ("投訴之後幾耐有人理", True, True),
        ("投诉电话是多少", True, True),
        ("投诉会不会被报复", True, True),
        ("投诉的事谁来管", True, True),
        ("怎么撤销投诉", True, True),
        ("请问投诉电话系唔系12345", True, True),
        ("那投诉他们呢", True, False),
        ("投诉物业电话是多少", True, False),
        ("举报有奖励吗", True, False),
        ("居住证要多久", False, False),
        ("我要投诉", False, False),
    ],
)
def test_what_asks_about_filing(text: str, of_filing: bool, general: bool) -> None:
    assert words.asks_of_filing(text) is of_filing
    assert words.asks_in_general(text) is general


def test_a_word_means_one_thing() -> None:
    """Of the commands that hold at every step, and of those that consent."""
    found = words.commands()
    names = (*STEPS, "submit", "consent", "resume", "go_on")
    for one in names:
        for other in names:
            assert one == other or not found[one] & found[other], (one, other)
    assert not found["skip"] & found["consent"]
    assert not found["skip"] & found["leave"]


def test_every_kind_and_field_has_its_words() -> None:
    for kind in OrderKind:
        assert words.fields_of(kind)[0] == "text"
        assert words.kind_names()[words.kind_name(kind)] is kind
        for field in words.fields_of(kind):
            assert words.question(field, kind)
            assert words.why(field).endswith("。")
            assert words.label(field, kind)
            named = {name for name, of in words.names() if of == field}
            assert words.label(field, kind) in named, "what is shown can be said"


def test_what_is_said_in_english_is_said_in_chinese_too() -> None:
    """The same names are filled in, and what can be pressed is understood."""
    chinese, english = words.texts(), words.texts(english=True)
    assert set(chinese) == set(english)
    for name, text in english.items():
        assert set(re.findall(r"{\w+}", text)) <= set(re.findall(r"{\w+}", chinese[name])), name
    for way in ("leave", "back", "why", "skip", "submit", "resume", "change", "anonymous"):
        assert words.bare(english[way]) in words.commands()[way], way
    known = {name for name, _ in words.names()}
    for kind in OrderKind:
        assert words.kind_name(kind, english=True).isascii()
        for field in words.fields_of(kind):
            assert words.question(field, kind, english=True).endswith((".", "?", "none.", "”."))
            assert words.why(field, english=True).endswith(".")
            assert words.label(field, kind, english=True).lower() in known


def test_fixed_texts_state_no_number() -> None:
    texts = [*words.texts().values(), *words.texts(english=True).values()]
    texts += [words.question(field, kind) for kind in OrderKind for field in words.fields_of(kind)]
    assert not [text for text in texts if any(sign.isdigit() for sign in text.replace("1开头", ""))]


def test_examples_of_a_wish_fit_the_kind_and_the_topic() -> None:
    elder = words.question("wish", OrderKind.HELP, topic="MZ101")
    assert "停止施工" not in elder and "退款" not in elder
    assert elder == words.question("wish", OrderKind.HELP, topic="HJ101")
    assert "补发工资" in words.question("wish", OrderKind.COMPLAINT, topic="LD101")
    assert "停止施工" in words.question("wish", OrderKind.COMPLAINT, topic="HJ101")
    for kind in OrderKind:
        for topic in (None, "LD101", "XX"):
            assert "{" not in words.question("wish", kind, topic=topic)


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("我要投诉物业乱收费", True),
        ("想投诉物业", True),
        ("投诉物业乱收费", True),
        ("投诉物业", False),
        ("请问投诉维权的地点", False),
    ],
)
def test_who_wants_to_file_says_so(text: str, wants: bool) -> None:
    found = words.begins(text)
    assert found is not None
    assert found.wants is wants


def test_the_words_that_begin_it_may_be_last() -> None:
    found = words.begins("我被老板气死了想投诉")
    assert found is not None
    assert (found.rest, found.last) == ("我被老板气死了", True)
    for text in ("我被老板气死了但是不想投诉", "物业这样要不要投诉", "公司怎么赔我想投诉"):
        assert words.begins(text) is None


def test_who_is_complained_of_and_who_asks_what_to_do() -> None:
    assert words.accused("有人投诉我油烟，城管来罚我两万，不合理")
    assert words.accused("被人举报了怎么办") and words.accused("投诉我的人是谁")
    assert not words.accused("投诉我家楼下的油烟")
    for text in ("老板三个月冇发工资了，么子办啰", "公司唔发工资点算呀", "漏水咋整？"):
        assert words.asks_what_to_do(text)
    assert not words.asks_what_to_do("你们怎么搞的，天天停水")


def test_the_words_that_begin_it_may_stand_within() -> None:
    text = "你好，我是个老人家，我想问下我要投诉楼上，他们天天半夜搬东西"
    found = words.begins(text)
    assert found is not None
    assert (found.kind, found.rest, found.wants) == (
        OrderKind.COMPLAINT,
        text.replace("，", ","),
        True,
    )
    assert words.begins("你好，我想投诉楼上，要找谁") is None


def test_questions_about_the_filing_under_way() -> None:
    for text in ("这个要多久有结果", "几耐先有人处理呀", "how long will it take"):
        assert words.how_long(text)
    for text in ("会不会告诉他们是我投诉的", "老板会不会知道是我", "怕报复"):
        assert words.who_learns(text)
    for text in ("居住证要多久", "昨晚十点", "他们会不会修"):
        assert not words.how_long(text) and not words.who_learns(text)
