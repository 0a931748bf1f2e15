from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.formats import pack
from retrieval.analyzer import normalise
from retrieval.lexicon import Doubt, Entry, Lexicon, LexiconError, doubtful

BUILT_IN = pack.BUILT_IN / "lexicon"
PORTAL = Path(__file__).parents[3] / "shared" / "data" / "gdzwfw_items" / "corpus.jsonl"

HARMLESS = {
    "过户": "is what the register calls 转移登记, in brackets in its own names",
    "车过户": "机动车转让登记（二手车过户）: the rewritten name repeats itself",
    "车上牌": "机动车注册登记（新车上牌）: the same",
    "过户籍": "keeps 过户 out of 未做过户籍登记",
    "点查询": "办证点查询: 点查询 is 怎样查询 in Cantonese, 查询 remains",
    "个体户": "the short form of 个体工商户, in one portal name too",
    "自考": "the short form of 自学考试",
    "港澳通行证": "往来港澳通行证 holds it and stays as it is",
    "台湾通行证": "往来台湾通行证 holds it and stays as it is",
    "永久居留身份证": "only foreigners have one: 外国人 is added",
    "转院": "one portal name says 转诊转院, both words remain",
    "经适房": "经济适用住房 is added; its one name is found by 摇号",
    "非遗": "the short form of 非物质文化遗产",
    "续期": "延期 or 延续 in most names, in two of the portal 续期",
}
"""Words in official names that are rewritten all the same, and why that does no harm."""

HELD = frozenset(
    {
        "12345热线", "人事档案", "人才引进", "人才绿卡", "优待证", "低保", "便利店",
        "农村建房", "加装电梯", "困境儿童", "城乡居民医保", "失能评估", "年度汇算", "开旅馆",
        "开理发店", "开药店", "弹性退休", "房产证", "旅馆", "无障碍", "无障碍改造",
        "民宿", "省内通办", "社保", "积分入学", "积分入户", "管道燃气报装", "继承房产",
        "网吧", "职工医保", "车年审", "退役金", "骨灰撒海",
    }
)  # fmt: skip
"""Everyday words that names of the demonstration pack now hold too (mostly of its bundles): a word
that the documents hold keeps its full weight, its official wording is only added
(``Expansion.without``, ``Weights.offered``)."""


def entry(say: str, *mean: str) -> Entry:
    return Entry(say=tuple(say.split()), mean=mean)


LEXICON = Lexicon(
    [
        entry("老豆 老窦", "父亲"),
        entry("老豆腐", "豆制品"),
        entry("攞 攞返", "领取", "申领"),
        entry("喺边度", "在哪里"),
        entry("嘅"),
        entry("bb", "婴儿"),
    ]
)


def test_rewrites_and_adds() -> None:
    found = LEXICON.expand("老竇嘅戶口喺邊度攞")
    assert found.text == "老窦嘅户口喺边度攞"
    assert found.rewritten == "父亲 户口 在哪里 领取"
    assert found.added == ("父亲", "在哪里", "领取", "申领")
    assert [match.said for match in found.matches] == ["老窦", "嘅", "喺边度", "攞"]


def test_the_longest_wins() -> None:
    assert LEXICON.expand("老豆腐").added == ("豆制品",)


def test_ascii_words_only_whole() -> None:
    assert LEXICON.expand("我BB出世").added == ("婴儿",)
    assert not LEXICON.expand("看BBC").matches


def test_nothing_said_nothing_changed() -> None:
    found = LEXICON.expand("居住证")
    assert found.text == found.rewritten == "居住证"
    assert found.added == found.matches == ()


def test_one_word_of_two_meanings_gets_both() -> None:
    lexicon = Lexicon([entry("入户", "迁入户口"), entry("入户", "落户", "迁入户口")])
    assert lexicon.expand("入户").added == ("迁入户口", "落户")
    assert len(lexicon) == 1


@given(st.text("老豆窦腐攞返喺边度嘅b 甲乙", max_size=30))
def test_expand_keeps_the_text(text: str) -> None:
    found = LEXICON.expand(text)
    assert found.text == normalise(text)
    for match in found.matches:
        assert found.text.startswith(match.said, match.start)


def test_load_and_save(tmp_path: Path) -> None:
    source = tmp_path / "lexicon.yaml"
    source.write_text("- {say: [老豆, 老竇], mean: [父親], group: 家庭}\n- {say: [嘅], mean: []}\n")
    lexicon = Lexicon.load(source)
    assert lexicon.entries[0] == Entry(say=("老豆", "老窦"), mean=("父亲",), group="家庭")
    lexicon.save(tmp_path / "lexicon.json")
    assert Lexicon.load(tmp_path / "lexicon.json").entries == lexicon.entries


@pytest.mark.parametrize("text", ["[{", "[1]", '[{"say": ["老豆"]}]', "{"])
def test_a_damaged_saved_lexicon_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "lexicon.json").write_text(text, "utf-8")
    with pytest.raises(LexiconError, match="重新运行 suiwen publish"):
        Lexicon.load(tmp_path / "lexicon.json")


def test_an_empty_file_is_an_empty_lexicon(tmp_path: Path) -> None:
    (tmp_path / "lexicon.yaml").write_text("# nothing yet\n")
    assert len(Lexicon.load(tmp_path / "lexicon.yaml")) == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("say: 1", "应为条目列表"),
        ("- 老豆", "第 1 条.*应为"),
        ("- {say: [], mean: [甲]}", "第 1 条 的 say 为空"),
        ("- {say: 老豆, mean: [父亲]}", "say '老豆' 应为列表"),
        ("- {say: [老豆]}", "老豆）缺少 mean"),
        ("- {say: [老豆], mean: [5]}", "5 应为非空文字：加引号"),
        ("- {say: [老豆], mean: [' ']}", "应为非空文字"),
        ("- {say: [老豆], meen: [父亲]}", "未知字段 meen：检查拼写"),
        ("- {say: [父親], mean: [父亲]}", "父亲 同时在 say 与 mean"),
        ("- {say: [老豆], mean: [父亲], group: 3}", "group 3 应为文字"),
        ("- {say: [", "不是有效的 YAML"),
    ],
)
def test_errors_name_the_entry_and_the_remedy(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "lexicon.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(LexiconError, match=message) as error:
        Lexicon.load(path)
    assert re.match(re.escape(str(path)), str(error.value))


def write_folder(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return folder


def test_a_folder_is_read_file_by_file(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path, travel="- {say: [回乡卡], mean: [通行证]}", death="- {say: [过身], mean: [死亡]}"
    )
    (folder / "README.md").write_text("no entries here", "utf-8")
    lexicon = Lexicon.load(folder)
    assert [one.say for one in lexicon.entries] == [("过身",), ("回乡卡",)]
    assert "death.yaml" in lexicon.entries[0].where
    assert "第 1 条" in lexicon.entries[0].where


def test_an_error_in_a_folder_names_the_file(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, birth="- {say: [出世纸], mean: [出生证]}", work="- 打工")
    with pytest.raises(LexiconError, match=r"work\.yaml: 第 1 条"):
        Lexicon.load(folder)


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match=r"没有 \.yaml 文件"):
        Lexicon.load(tmp_path)


def doubts(*entries: Entry, names: Iterable[str] = ()) -> list[Doubt]:
    return list(doubtful(entries, names))


def test_one_word_of_two_meanings_is_doubtful() -> None:
    (found,) = doubts(
        Entry(say=("入户",), mean=("户口迁移",), where="a.yaml: 第 1 条"),
        Entry(say=("入户",), mean=("出生登记",), where="b.yaml: 第 2 条"),
    )
    assert (found.rule, found.said, found.seen) == ("two-meanings", "入户", "出生登记")
    assert found.where == ("a.yaml: 第 1 条", "b.yaml: 第 2 条")


def test_a_repeated_word_is_doubtful() -> None:
    assert [one.rule for one in doubts(entry("嘅"), entry("嘅"))] == ["repeated"]
    assert not doubts(entry("嘅"), entry("咗"))


def test_a_word_inside_an_official_name_is_doubtful() -> None:
    (found,) = doubts(entry("残补", "护理补贴"), names=["伤残补助金申领", "结婚登记"])
    assert (found.rule, found.said, found.seen) == ("rewrites-name", "残补", "伤残补助金申领")


@pytest.fixture(scope="module")
def built_in() -> Lexicon:
    return Lexicon.load(BUILT_IN)


def test_the_built_in_lexicon_has_a_group_for_every_entry(built_in: Lexicon) -> None:
    assert len(built_in.entries) >= 1_500
    assert not [one.where for one in built_in.entries if not one.group]


def test_the_built_in_lexicon_does_not_contradict_itself(built_in: Lexicon) -> None:
    assert not list(doubtful(built_in.entries))


def test_names_of_the_pack_are_not_rewritten(built_in: Lexicon) -> None:
    names = {one.name for one in pack.parse([pack.BUILT_IN]).records}
    assert names
    assert not _rewritten(built_in, names)


@pytest.mark.skipif(not PORTAL.is_file(), reason="shared/data/gdzwfw_items is not there")
def test_names_of_the_portal_are_not_rewritten(built_in: Lexicon) -> None:
    with PORTAL.open(encoding="utf-8") as lines:
        names = {json.loads(line)["title"] for line in lines}
    assert not _rewritten(built_in, names)


def _rewritten(lexicon: Lexicon, names: Iterable[str]) -> list[Doubt]:
    return [
        one
        for one in doubtful(lexicon.entries, names)
        if one.rule == "rewrites-name" and one.said not in HARMLESS and one.said not in HELD
    ]


def test_without_what_only_the_lexicon_knows() -> None:
    lexicon = Lexicon([Entry(say=("老窦",), mean=("父亲",)), Entry(say=("户口",), mean=("户籍",))])
    expansion = lexicon.expand("老窦户口老窦")
    assert expansion.without(lambda said: said == "老窦") == " 户口 "
    assert expansion.without(lambda said: False) == expansion.text


def test_of_stands_before_what_is_said(tmp_path: Path) -> None:
    path = tmp_path / "kin.yaml"
    path.write_text("- {of: [我妈, 阿爷], say: [走了, 过身], mean: [死亡], group: 身后}", "utf-8")
    lexicon = Lexicon.load(path)
    assert len(lexicon) == 4
    assert lexicon.expand("阿爷过身").added == ("死亡",)
    assert lexicon.expand("走了").added == ()
