from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.analyzer import normalise
from retrieval.lexicon import Entry, Lexicon, LexiconError

BUILT_IN = Path(__file__).parents[2] / "knowledge" / "pack" / "lexicon.yaml"


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


def test_the_built_in_lexicon_is_valid() -> None:
    if not BUILT_IN.is_file():
        pytest.skip("knowledge/pack/lexicon.yaml is not there yet")
    assert len(Lexicon.load(BUILT_IN)) > 0
