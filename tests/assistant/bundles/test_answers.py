"""What people say to a question, and what must not be taken for an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.bundles.answers import Answer, asks, mentioned, number, read, read_day, yes_no
from knowledge import profile
from knowledge.types import Bundle, Option, Question
from tests.records import built_in

TODAY = date(2026, 11, 22)
"""A Sunday."""


def question(kind: str, *options: tuple[str, str], **values: Any) -> Question:
    return Question(
        id="q",
        text="？",
        why="",
        kind=kind,  # type: ignore[arg-type]
        options=tuple(Option(id=id_, text=text) for id_, text in options),
        **values,
    )


YES_NO = replace(question("yes_no"), text="领了居住证、办了居住登记吗？")
AGE = question("number", least=0, most=120)
DAY = question("date")
HOUSEHOLD = question(
    "choice",
    ("guangzhou", "广州户籍"),
    ("guangdong", "广东省内其他市户籍"),
    ("elsewhere", "外省户籍"),
    ("hongkong", "香港居民"),
    ("foreign", "外国人"),
)
NEEDS = question("choices", ("school", "孩子上学"), ("drive", "换驾驶证"), ("house", "租房"))


def said(asked: Question, text: str) -> Any:
    """The value that was read; ``"-"`` if none was."""
    answer = read(asked, text, TODAY)
    return "-" if answer is None else answer.value


@pytest.mark.parametrize("asked", [YES_NO, AGE, DAY, HOUSEHOLD, NEEDS], ids=lambda one: one.kind)
class TestNotKnown:
    @pytest.mark.parametrize(
        "text",
        ["不知道", "我不知道。", "唔知", "唔知道啊", "我都唔清楚", "不太清楚", "不太确定",
        "唔记得喇", "忘了",
         "不好说", "未谂好", "我还不确定", "not sure", "唔係好清楚"],
    )  # fmt: skip
    def test_it_is_an_answer_of_its_own(self, asked: Question, text: str) -> None:
        assert read(asked, text, TODAY) == Answer(None)

    @pytest.mark.parametrize("text", ["", "  ", "？", "。。。"])
    def test_silence_is_no_answer(self, asked: Question, text: str) -> None:
        assert read(asked, text, TODAY) is None


class TestYesNo:
    @pytest.mark.parametrize(
        "text",
        ["是", "是的", "有", "有啊", "係", "係啊", "啱", "对", "嗯", "已经办了", "有的，", "我有",
         "yes", "OK", "需要", "要", "没错", "没问题", "會", "有登記"],
    )  # fmt: skip
    def test_yes(self, text: str) -> None:
        assert said(YES_NO, text) is True

    @pytest.mark.parametrize(
        "text",
        ["不是", "没有", "冇", "冇啊", "唔係", "唔係啊", "还没有", "未", "仲未", "没办", "还没办",
        "无", "不用",
         "唔使", "不要", "No", "冇登記", "未领", "没领过", "不需要"],
    )  # fmt: skip
    def test_no(self, text: str) -> None:
        assert said(YES_NO, text) is False

    @pytest.mark.parametrize(
        "text",
        ["有没有", "有冇", "是不是", "係咪", "要不要", "有吗", "是吗？", "有什么区别", "是什么意思",
        "要几多钱",
         "要带什么材料", "会怎么样", "有咩用", "不一定", "无所谓", "不懂", "没听懂", "不明白",
         "唔明", "今天天气好",
         "为什么", "居住证怎么办"],
    )  # fmt: skip
    def test_neither(self, text: str) -> None:
        assert said(YES_NO, text) == "-"

    @pytest.mark.parametrize("text", ["不请人", "冇车", "没结婚", "不在广州", "无业"])
    def test_a_no_to_something_else_is_no_answer(self, text: str) -> None:
        assert said(YES_NO, text) == "-"

    @pytest.mark.parametrize(
        "text", ["有点贵", "是他先动手的", "有人受伤", "有时会", "对方不肯", "要求退款", "会不开心"]
    )
    def test_what_only_begins_like_a_yes_is_no_answer(self, text: str) -> None:
        assert said(YES_NO, text) == "-"

    @pytest.mark.parametrize("text", ["没拿到", "还没有居住证", "未登记过", "没领", "不打算办"])
    def test_a_no_in_the_words_of_the_question(self, text: str) -> None:
        assert said(YES_NO, text) is False

    def test_the_function_by_itself(self) -> None:
        assert yes_no("冇") == Answer(False)
        assert yes_no("居住证") is None


class TestNumbers:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("65", 65), ("65岁", 65), ("我今年65", 65), ("６５", 65), ("六十五", 65), ("六十五岁",
            65),
            ("两个", 2), ("俩", 2), ("十", 10), ("十八", 18), ("二十", 20), ("一百", 100),
            ("一百零五", 105),
            ("一百一十", 110), ("零", 0), ("没有", 0), ("冇", 0), ("都没有", 0), ("两年", 2),
        ],
    )  # fmt: skip
    def test_read(self, text: str, value: int) -> None:
        assert said(AGE, text) == value

    @pytest.mark.parametrize(
        "text",
        ["一万", "三千", "5万", "两三个", "十几", "六十多", "几个", "20到30", "20-30", "1、2个",
        "廿五", "卅五",
         "不到60", "未满18岁", "不满十八", "超过60", "60以上", "60左右", "1.5", "半", "第几",
         "100000000", "-5",
         "130", "二十二十", "好多", "要交什么材料", "点解要问"],
    )  # fmt: skip
    def test_what_is_not_certain_is_not_read(self, text: str) -> None:
        assert said(AGE, text) == "-"

    def test_bounds_of_the_question(self) -> None:
        assert said(AGE, "121") == "-"
        assert said(question("number"), "121") == 121

    @pytest.mark.parametrize(
        ("unit", "text"),
        [("年", "60岁"), ("年", "六十周岁"), ("年", "8个月"), ("周岁", "8个月"), ("周岁", "20年"),
         ("个", "12岁"), ("辆", "3年"), ("年", "15人")],
    )  # fmt: skip
    def test_a_number_of_another_unit_is_no_answer(self, unit: str, text: str) -> None:
        assert said(question("number", unit=unit), text) == "-"

    @pytest.mark.parametrize(
        ("unit", "text", "value"),
        [("年", "15年", 15), ("年", "交了十五年", 15), ("周岁", "60岁", 60), ("个", "两个", 2),
         ("辆", "3辆", 3), ("间", "5个", 5), ("个月", "8个月", 8), ("年", "15", 15)],
    )  # fmt: skip
    def test_its_own_unit_or_none_is_one(self, unit: str, text: str, value: int) -> None:
        assert said(question("number", unit=unit), text) == value

    def test_no_number_in_a_long_message(self) -> None:
        assert said(AGE, "我想问一下65岁以上的老人家坐地铁要不要钱") == "-"

    @given(st.integers(1, 999))
    def test_every_number_in_chinese(self, value: int) -> None:
        assert number(chinese(value)) == value
        assert number(str(value)) == value


def chinese(value: int) -> str:
    """A number from 1 to 999 as it is said: 一百零五, 十八, 二百三十."""
    signs = "零一二三四五六七八九"
    hundreds, tens, ones = value // 100, value // 10 % 10, value % 10
    text = f"{signs[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else signs[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (signs[ones] if ones else "")


class TestDays:
    @pytest.mark.parametrize(
        ("text", "day"),
        [
            ("2026-03-05", date(2026, 3, 5)),
            ("2026年3月5日", date(2026, 3, 5)),
            ("2026.3.5", date(2026, 3, 5)),
            ("二零二六年三月五号", date(2026, 3, 5)),
            ("二〇二五年十二月三十一日", date(2025, 12, 31)),
            ("24年3月5号", date(2024, 3, 5)),
            ("3月5号", date(2026, 3, 5)),
            ("三月五日", date(2026, 3, 5)),
            ("十二月廿五", "-"),
            ("12月25号", date(2025, 12, 25)),  # the last that is not in the future
            ("去年12月25号", date(2025, 12, 25)),
            ("旧年三月五号", date(2025, 3, 5)),
            ("前年3月5日", date(2024, 3, 5)),
            ("今年12月25号", date(2026, 12, 25)),
            ("明年3月5号", date(2027, 3, 5)),
            ("上个月5号", date(2026, 10, 5)),
            ("上月五号", date(2026, 10, 5)),
            ("这个月1号", date(2026, 11, 1)),
            ("今天", TODAY),
            ("今日", TODAY),
            ("寻日", date(2026, 11, 21)),
            ("昨天", date(2026, 11, 21)),
            ("前日", date(2026, 11, 20)),
            ("大前天", date(2026, 11, 19)),
            ("听日", date(2026, 11, 23)),
            ("后天", date(2026, 11, 24)),
            ("大后天", date(2026, 11, 25)),
            ("上周三", date(2026, 11, 11)),
            ("上星期日", date(2026, 11, 15)),
            ("呢个礼拜一", "-"),
            ("这周一", date(2026, 11, 16)),
            ("三个月前", date(2026, 8, 22)),
            ("三个月之前", date(2026, 8, 22)),
            ("两年前", date(2024, 11, 22)),
            ("10天前", date(2026, 11, 12)),
            ("两周前", date(2026, 11, 8)),
            ("半年前", date(2026, 5, 22)),
            ("半个月前", date(2026, 11, 7)),
        ],
    )
    def test_read(self, text: str, day: date | str) -> None:
        assert said(DAY, text) == day

    @pytest.mark.parametrize(
        "text",
        ["2026-02-30", "13月1号", "3月", "2024年", "2024年3月", "上个月", "还没生", "很久以前",
        "下周一", "3天后",
         "农历三月初五", "农历8月15日", "不是3月5号", "3月5号之前", "3月5号以后", "3月5号左右",
         "3月5号还是6号",
         "3月5号到4月5号", "一个半月前", "两年半前", "三五天前", "几天前", "12345", "今天要带什么"],
    )  # fmt: skip
    def test_what_names_no_day_for_certain_is_not_read(self, text: str) -> None:
        assert said(DAY, text) == "-"

    def test_29_february_of_a_year_without(self) -> None:
        assert read_day("2月29号", date(2026, 11, 22)) is None
        assert read_day("2月29号", date(2024, 11, 22)) == date(2024, 2, 29)

    @given(st.dates(date(1930, 1, 1), date(2040, 12, 31)))
    def test_every_full_day(self, day: date) -> None:
        for text in (
            day.isoformat(),
            f"{day.year}年{day.month}月{day.day}日",
            f"{day.year}/{day.month}/{day.day}",
        ):
            assert read_day(text, TODAY) == day


class TestChoice:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("广州户籍", "guangzhou"),
            ("我是广州户籍", "guangzhou"),
            ("我係廣州戶籍㗎", "guangzhou"),
            ("广州的", "guangzhou"),
            ("广东省内其他市", "guangdong"),
            ("外省", "elsewhere"),
            ("香港", "hongkong"),
            ("我是香港人，香港居民", "hongkong"),
            ("外国人", "foreign"),
            ("1", "guangzhou"),
            ("第二个", "guangdong"),
            ("拣第三个", "elsewhere"),
            ("选4", "hongkong"),
        ],
    )
    def test_read(self, text: str, value: str) -> None:
        assert said(HOUSEHOLD, text) == value

    @pytest.mark.parametrize(
        "text",
        ["不是广州户籍", "唔係廣州戶籍", "非广州户籍", "不属于广州户籍", "我不是香港居民", "第9个",
        "6", "0",
         "户籍", "是", "有", "广州户籍和外省户籍", "广州户籍还是外省户籍", "广州户籍是什么意思",
         "居住证怎么办",
         "唔系外国人"],
    )  # fmt: skip
    def test_not_read(self, text: str) -> None:
        assert said(HOUSEHOLD, text) == "-"

    def test_the_option_that_holds_another_is_the_one_said(self) -> None:
        asked = question("choice", ("here", "本市户籍"), ("away", "非本市户籍"))
        assert said(asked, "非本市户籍") == "away"
        assert said(asked, "我系非本市户籍") == "away"
        assert said(asked, "本市户籍") == "here"

    def test_an_option_that_is_a_negation(self) -> None:
        asked = question("choice", ("done", "已经上了户口"), ("none", "还没有上户口"))
        assert said(asked, "还没有上户口") == "none"
        assert said(asked, "还没有") == "none"
        assert said(asked, "已经上了") == "done"

    @given(st.text(max_size=20))
    def test_whatever_is_typed_nothing_breaks(self, text: str) -> None:
        for asked in (YES_NO, AGE, DAY, HOUSEHOLD, NEEDS):
            answer = read(asked, text, TODAY)
            if asked is HOUSEHOLD and answer and answer.value is not None:
                assert answer.value in {one.id for one in asked.options}


class TestChoices:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("孩子上学", {"school"}),
            ("孩子上学和租房", {"school", "house"}),
            ("租房，换驾驶证", {"house", "drive"}),
            ("1、3", {"school", "house"}),
            ("1和2", {"school", "drive"}),
            ("都没有", set()),
            ("一样都冇", set()),
            ("没有", set()),
            ("都不是", set()),
            ("孩子上学，不租房", {"school"}),
        ],
    )
    def test_read(self, text: str, value: Any) -> None:
        assert said(NEEDS, text) == value

    @pytest.mark.parametrize("text", ["不要租房", "1和9", "租车", "有哪些", "是", "什么是租房"])
    def test_not_read(self, text: str) -> None:
        assert said(NEEDS, text) == "-"


class TestMentioned:
    """One option by its whole text, in a message that says something else."""

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("我是外省户籍，想办居住证", "elsewhere"),
            ("香港居民点样考车牌", "hongkong"),
            ("不是外省户籍，想办居住证", None),
            ("非广州户籍怎么上学", None),
            ("外省户籍转广州户籍", None),
            ("想办居住证", None),
        ],
    )
    def test_in_passing(self, text: str, value: str | None) -> None:
        answer = mentioned(HOUSEHOLD, text)
        assert (answer.value if answer else None) == value

    def test_only_options_are_looked_for(self) -> None:
        assert mentioned(YES_NO, "有孩子") is None
        assert mentioned(AGE, "65岁") is None


def test_every_option_of_the_pack_is_read_by_its_text_and_its_number() -> None:
    bundles = [one for one in built_in() if isinstance(one, Bundle)]
    asked = [*profile.fields().values(), *(each for one in bundles for each in one.questions)]
    assert len(asked) > 100
    for one in asked:
        for place, option in enumerate(one.options, 1):
            value = frozenset({option.id}) if one.kind == "choices" else option.id
            for text in (option.text, f"{option.text}。", f"第{place}个"):
                assert read(one, text, TODAY) == Answer(value), (one.id, text)


@pytest.mark.parametrize(
    ("text", "question"), [("我以后没收入怎么办", True), ("要几多钱", True), ("在家里", False)]
)
def test_a_question_back(text: str, *, question: bool) -> None:
    assert asks(text) is question
