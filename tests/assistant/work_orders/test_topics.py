"""The topic tree: what is refused and how; and what the shipped classifier makes of messages."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import SetupError
from assistant.work_orders import topics
from assistant.work_orders.topics import advise, load, suggest, tree

DEPARTMENTS = "- {code: streets, city: 市城管局, district: 区城管局, source: 某文件}\n"
AREA = """
code: A
name: 街面
groups:
- code: A1
  name: 秩序
  topics:
  - {code: A101, name: 摆摊, words: [走鬼], by: district, department: streets}
"""
LEAF = "{code: A101, name: 摆摊, words: [走鬼], by: district, department: streets}"


def files(area: str = AREA, departments: str = DEPARTMENTS) -> dict[str, str]:
    return {"departments.yaml": departments, "street.yaml": area}


def test_a_tree_is_read() -> None:
    found = load(files())
    assert found.path("A101") == ("街面", "秩序", "摆摊")
    assert found.path("A999") == ()
    assert found.department(found.topics["A101"]) == "区城管局"
    assert found.department(found.topics["A101"], "番禺区") == "番禺区城管局"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (AREA.replace("words:", "wrods:"), ("street.yaml", "groups.0.topics.0.", "补上")),
        (AREA.replace("by: district,", "by: district, phone: x,"), ("phone", "不认识")),
        (AREA.replace("by: district", "by: province"), ("groups.0.topics.0.by", "改正")),
        (AREA.replace("[走鬼]", "[]"), ("groups.0.topics.0.words", "改正")),
        (AREA.replace("department: streets", "department: nobody"), ("A101", "nobody", "删去")),
        (AREA.replace("code: A101", "code: B101"), ("B101", "A1", "移到")),
        (AREA.replace("[走鬼]", "[走鬼, 走鬼]"), ("A101", "走鬼", "两次")),
        (AREA + f"  - {LEAF}", ("A101", "两次")),
        (AREA + f"  - {LEAF.replace('A101', 'A102')}", ("名称", "摆摊", "两次")),
        (AREA + "   x: [", ("street.yaml", "YAML")),
        (AREA.replace("department: streets", "route: 'nowhere'"), ("route", "改正")),
    ],
)
def test_what_is_wrong_is_told_with_entry_field_and_remedy(wrong: str, told: tuple[str]) -> None:
    with pytest.raises(SetupError) as error:
        load(files(wrong))
    assert all(one in str(error.value) for one in told), str(error.value)


def test_departments_are_needed_and_named_once() -> None:
    with pytest.raises(SetupError, match=r"departments\.yaml"):
        load({"street.yaml": AREA})
    with pytest.raises(SetupError, match="streets 出现两次"):
        load(files(departments=DEPARTMENTS * 2))


def test_the_shipped_tree_has_three_levels_and_sourced_departments() -> None:
    found = tree()
    assert 12 <= len(found.areas) <= 20
    assert 150 <= len(found.topics) <= 300
    assert all(len(found.path(code)) == 3 for code in found.topics)
    used = {one.department for one in found.topics.values()} - {None}
    assert used == set(found.departments)
    assert set(topics.classifier().classes) == set(found.topics)


def test_names_of_city_departments_stand_where_they_were_read() -> None:
    root = Path(__file__).resolve().parents[3]
    shown = {"disabled", "veterans"}  # only the district's proper name was seen
    for code, one in tree().departments.items():
        if one.source.startswith("knowledge/pack/"):
            text = (root / one.source).read_text(encoding="utf-8")
            assert (one.district if code in shown else one.city) in text, code


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("楼下晚晚都有走鬼档阻街，行都行唔到", "占道经营和流动摊贩"),
        ("一落雨就水浸街，架车都浸坏咗", "内涝水浸"),
        ("门口条烂路坑坑洼洼，单车都跌倒", "道路破损"),
        ("公司拖欠工资三个月了", "拖欠工资"),
        ("健身房跑路了，预付卡退不了", "预付卡和退费"),
        ("Construction site? 工地半夜打桩吵死人", "建筑施工噪声"),
    ],
)
def test_everyday_and_cantonese_words_find_their_topic(text: str, name: str) -> None:
    assert tree().topics[suggest(text)[0].code].name == name


def test_a_sure_matter_has_department_and_route() -> None:
    found = advise("包工头拖欠农民工工资，地盘唔出粮，讨薪无门", "番禺区")
    assert found.topic == "LD102"
    assert found.department == "番禺区人力资源和社会保障局"
    assert found.route == "laodong"
    assert found.confidence >= topics.classifier().sure_at["department"]


def test_an_unsure_one_is_left_to_the_hotline() -> None:
    found = advise("这件事你们看着办吧")
    assert (found.topic, found.department, found.route) == (None, None, "12345")
    assert len(found.choices) == topics.MOST


@given(st.text())
def test_any_text_gets_suggestions_best_first(text: str) -> None:
    found = suggest(text, 5)
    shares = [one.probability for one in found]
    assert shares == sorted(shares, reverse=True)
    assert 0 <= sum(shares) <= 1.0001
    assert found == suggest(text, 5)


def test_it_is_fast() -> None:
    text = "我们楼上有人租了三房一厅开托儿班，从早跑到晚，鞋柜推车把消防通道都堵死了。" * 4
    suggest(text)
    begun = time.perf_counter()
    for _ in range(50):
        suggest(text)
    assert (time.perf_counter() - begun) / 50 < 0.05  # 1 ms here; a busy machine is no failure
