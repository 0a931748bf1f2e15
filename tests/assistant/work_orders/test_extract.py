"""What free text says of the fields: plainly said is found, the rest is left to be asked."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.work_orders import extract

CASES = [
    (
        "我喺天河区石牌东路88号，寻晚十一点几楼下烧烤档嘈到两点，希望快啲处理，电话13812345678",
        {
            "place": "天河区石牌东路88号",
            "when": "寻晚十一点几",
            "wish": "希望快啲处理",
            "phone": "13812345678",
        },
    ),
    (
        "我要投诉天河区石牌东路88号楼下烧烤店每晚噪音到两点",
        {"place": "天河区石牌东路88号楼下", "when": "每晚", "object": "烧烤店"},
    ),
    (
        "在番禺区市桥街道大北路办卡，2026年11月3日突然关门，要求退款3000元",
        {"place": "番禺区市桥街道大北路", "when": "2026年11月3日", "wish": "要求退款3000元"},
    ),
    (
        "最近一个月每天晚上11点以后在江南西路地铁站门口摆摊",
        {"when": "最近一个月每天晚上11点以后", "place": "江南西路地铁站门口"},
    ),
    (
        "我要表扬番禺区政务服务中心3号窗口的工作人员",
        {"place": "番禺区政务服务中心", "object": "番禺区政务服务中心3号窗口的工作人员"},
    ),
    ("我要投訴天河區石牌東路嘅地盤", {"place": "天河區石牌東路"}),
    ("我叫陈大文，手机138 1234 5678", {"name": "陈大文", "phone": "13812345678"}),
    ("天河区棠下村三巷5号楼下烧烤档很吵", {"place": "天河区棠下村三巷5号楼下"}),
    ("天河区棠下村楼下烧烤档半夜很吵", {"place": "天河区棠下村楼下"}),
    ("番禺区大石街道大山村新街三巷12号之一", {"place": "番禺区大石街道大山村新街三巷12号之一"}),
    ("海珠区江南大道中180号对面", {"place": "海珠区江南大道中180号对面"}),
    ("天河区石牌村朝阳大街北四巷7号501有人群租", {"place": "天河区石牌村朝阳大街北四巷7号501"}),
    ("荔湾区芳村花地湾大策直街20号，隔离好嘈", {"place": "荔湾区芳村花地湾大策直街20号"}),
    ("天河区棠下村垃圾堵住巷口", {"place": "天河区棠下村"}),
    ("南沙区黄阁镇大塘村路灯坏了", {"place": "南沙区黄阁镇大塘村"}),
    ("我叫了外卖，等了两个钟", {}),
    ("公司拖欠我三个月工资", {}),
    ("深夜施工", {}),
    ("3号窗口排队好久", {}),
    ("", {}),
]


@pytest.mark.parametrize(("text", "fields"), CASES)
def test_pieces(text: str, fields: dict[str, str]) -> None:
    assert {name: one.value for name, one in extract.pieces(text).items()} == fields


@settings(max_examples=50)
@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    """Values are pieces of the text; cutting them out leaves no more than the text."""
    found = extract.pieces(text)
    for name, one in found.items():
        assert one.start < one.end
        assert name == "phone" or len(one.value) == one.end - one.start
    assert len(extract.without(text, found.values())) <= 18 * len(text)


@pytest.mark.parametrize(
    ("text", "district"),
    [("天河", "天河区"), ("喺番禺區大石", "番禺区"), ("天河还是海珠", None), ("佛山", None)],
)
def test_district(text: str, district: str | None) -> None:
    assert extract.district(text) == district


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("陈生", "陈生"),
        ("我姓李", "李"),
        ("叫我王女士", "王女士"),
        ("Peter Chan", "Peter Chan"),
        ("13812345678", None),
        ("我希望他们十二点之后就收档走人", None),
    ],
)
def test_name_in_an_answer(text: str, name: str | None) -> None:
    assert extract.name_in(text) == name


def test_what_is_left_of_an_answer() -> None:
    text = "石牌东路88号，昨晚11点"
    assert extract.without(text, [extract.pieces(text)["when"]]) == "石牌东路88号"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("昨晚", ("when", "昨晚")),
        ("就是昨晚十点左右", ("when", "昨晚十点左右")),
        ("喺天河区石牌东路88号", ("place", "天河区石牌东路88号")),
        ("海珠区江南西", ("place", "海珠区江南西")),
        ("老王烧烤", ("object", "老王烧烤")),
        ("天河区政务服务中心", ("object", "天河区政务服务中心")),
        ("叫佢哋夜晚唔好開工", ("wish", "叫佢哋夜晚唔好開工")),
        ("退钱", ("wish", "退钱")),
        ("要司机道歉", ("wish", "要司机道歉")),
        ("陈生", ("name", "陈生")),
        ("天河区棠下村三巷5号", ("place", "天河区棠下村三巷5号")),
        ("白云区太和镇谢家庄", ("place", "白云区太和镇谢家庄")),
        ("天河区棠下村楼下烧烤档半夜很吵", None),
        ("越秀区中山六路垃圾堆到路上", None),
        ("楼下烧烤店太吵", None),
        ("昨晚老王烧烤很吵", None),
        ("不是烧烤店", None),
        ("我家门口", None),
        ("", None),
    ],
)
def test_a_text_that_is_one_field_from_end_to_end(text: str, found: tuple[str, str] | None) -> None:
    assert extract.sole(text) == found


@given(st.text(max_size=40))
def test_a_sole_value_stands_in_the_text(text: str) -> None:
    found = extract.sole(text)
    assert found is None or found[1] in unicodedata.normalize("NFKC", text)


@pytest.mark.parametrize("text", ["每天冲洗一次", "给她记一个好评", "提早一小时开门"])
def test_a_sentence_is_no_name(text: str) -> None:
    assert extract.name_in(text) is None


@pytest.mark.parametrize("text", ["陈大文", "欧阳女士", "阿明", "李师傅", "阿卜杜拉·买买提"])
def test_names(text: str) -> None:
    assert extract.name_in(text) == text


@pytest.mark.parametrize("field", ["place", "when", "object", "wish", "name", "phone", "district"])
@pytest.mark.parametrize("text", ["我没签合同", "有点贵", "是他先动手的", "有人受伤", "太贵了"])
def test_what_goes_on_with_the_story_answers_nothing(field: str, text: str) -> None:
    assert not extract.fits(field, text)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("place", "我家楼下"),
        ("place", "石牌"),
        ("place", "在没有门牌的那条巷子"),
        ("when", "好久了"),
        ("when", "从他们搬来就这样"),
        ("when", "10月3号"),
        ("object", "一间没有招牌的店"),
        ("object", "我老板"),
        ("object", "一辆公交车，车牌没看清"),
        ("object", "穿红衣服的，没看清脸"),
        ("wish", "不要再吵了"),
        ("wish", "便宜点"),
        ("name", "李贵"),
        ("name", "陈太"),
    ],
)
def test_answers_are_let_through(field: str, text: str) -> None:
    assert extract.fits(field, text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("好久了", ("when", "好久了")),
        ("一直都这样", ("when", "一直都这样")),
        ("一家湘菜馆", ("object", "一家湘菜馆")),
    ],
)
def test_vague_times_and_described_firms(text: str, found: tuple[str, str]) -> None:
    assert extract.sole(text) == found


def test_of_a_name_it_is_plain_or_not() -> None:
    for text in ("李贵", "阿明", "陈太", "Peter Chan"):
        assert extract.is_plainly_a_name(text)
    assert not extract.is_plainly_a_name("便宜点")


def test_a_district_alone_a_firm_without_a_name_a_place_in_no_district() -> None:
    assert extract.is_district("天河") and extract.is_district("喺番禺區")
    assert not extract.is_district("天河公园")
    assert extract.is_unnamed("公司") and not extract.is_unnamed("某某公司")
    assert extract.is_online("淘宝店") and not extract.is_online("石牌东路")


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("有个贷款公司的人用18888888888天天打电话骚扰我", False),
        ("对方电话13812345678", False),
        ("13812345678这个号码天天打来骚扰", False),
        ("楼上漏水三天没人管，电话13812345678", True),
        ("请打我手机138 1234 5678", True),
        ("陈生 13812345678", True),
        ("my phone is 13812345678, the landlord keeps the deposit", True),
    ],
)
def test_whose_phone_a_number_is(text: str, own: bool) -> None:
    assert extract.is_own(text, extract.pieces(text)["phone"]) is own


def test_a_wish_ends_where_the_filing_is_named_and_a_name_may_be_english() -> None:
    assert extract.pieces("要求退款并查处，我要投诉")["wish"].value == "要求退款并查处"
    assert extract.pieces("要求退款 电话13612345678")["wish"].value == "要求退款"
    assert extract.pieces("My name is John Smith, phone 13800138000")["name"].value == "John Smith"
