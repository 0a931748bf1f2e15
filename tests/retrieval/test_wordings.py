"""People's own wordings: learned, written, read, and ranked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.lexicon import Entry, Lexicon
from retrieval.types import Document
from retrieval.wordings import (
    KIND,
    OutsideError,
    Wordings,
    grams,
    learn,
    load_outside,
    read,
    split,
    vector,
)

SAID = {
    "dog": ("养了只柯基要上牌吗", "狗狗办证去哪", "家里的狗要登记吗"),
    "car": ("新买的车怎么挂牌", "小车上牌要带什么", "刚提的车办行驶证"),
    "shop": ("想开个奶茶店", "开饭馆要什么证", "楼下开小吃店"),
}


def document(code: str, title: str, **more: object) -> Document:
    values = {"id": code, "record": code, "kind": "item", "body": "", **more}
    return Document(title=title, **values)  # type: ignore[arg-type]


def asked(code: str, *, demonstration: bool = False) -> list[Document]:
    return [
        document(code, said, id=f"{code}#ask{n}", kind=KIND, demonstration=demonstration)
        for n, said in enumerate(SAID[code])
    ]


FOUND = [document("dog", "养犬登记"), document("car", "机动车注册"), document("law", "养犬条例")]
ALL = [*asked("dog"), *asked("car")]


@pytest.fixture
def learned(tmp_path: Path) -> Wordings:
    assert learn(FOUND, ALL, Lexicon(), tmp_path)
    model = Wordings.load(tmp_path)
    assert model is not None
    return model


def test_wordings_are_learned_from_and_not_searched() -> None:
    assert split([*FOUND, *ALL]) == (FOUND, ALL)


def test_what_is_said_in_other_words_is_recognised(learned: Wordings) -> None:
    strengths = learned.strengths(read("我的狗去哪登记", Lexicon()))
    assert strengths.shape == (2,)
    car, dog = strengths  # in the order of the codes
    assert dog > car >= 0


def test_only_records_with_wordings_are_ranked(learned: Wordings) -> None:
    strengths = learned.strengths("养狗上牌")
    ranked = learned.rank(strengths, np.array([2], dtype=np.int64))
    assert set(ranked.positions.tolist()) <= {0, 1}
    assert (ranked.scores > 0).all()


def test_the_lexicon_helps(tmp_path: Path) -> None:
    lexicon = Lexicon([Entry(say=("铁包肉",), mean=("机动车",))])
    assert read("铁包肉", lexicon) == "铁包肉 机动车"


def test_one_record_is_no_model(tmp_path: Path) -> None:
    assert not learn(FOUND, asked("dog"), Lexicon(), tmp_path)
    assert Wordings.load(tmp_path) is None


def test_a_demonstration_stands_back_beside_official_records(tmp_path: Path) -> None:
    shown = [*asked("dog", demonstration=True), *asked("car", demonstration=True)]
    assert not learn(FOUND, shown, Lexicon(), tmp_path)


def test_the_same_input_gives_the_same_files(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
        learn(FOUND, ALL, Lexicon(), folder)
    assert (one / "wordings.npy").read_bytes() == (other / "wordings.npy").read_bytes()


NOWHERE = ("今晚吃什么好", "推荐一间奶茶店", "柯基掉毛怎么办", "股票几时回本")


def shown() -> list[Document]:
    return [
        document("dog", "养犬登记", demonstration=True),
        document("car", "机动车注册", demonstration=True),
    ]


def test_what_no_record_answers_is_a_class_of_its_own(tmp_path: Path) -> None:
    said = [*asked("dog", demonstration=True), *asked("car", demonstration=True)]
    assert learn(shown(), said, Lexicon(), tmp_path, NOWHERE)
    model = Wordings.load(tmp_path)
    assert model is not None
    assert model.outside is not None
    away = model.strengths("柯基掉毛去哪推荐")
    at_home = model.strengths("柯基要上牌登记吗")
    assert away.shape == at_home.shape == (3,)
    assert away[model.outside] > at_home[model.outside]
    assert away.argmax() == model.outside != at_home.argmax()
    ranked = model.rank(away, np.array([], dtype=np.int64))
    assert set(ranked.positions.tolist()) <= {0, 1}  # nothing stands for what is nowhere


def test_beside_official_records_nothing_is_said_to_be_nowhere(
    learned: Wordings, tmp_path: Path
) -> None:
    assert learned.outside is None
    assert learn(FOUND, ALL, Lexicon(), tmp_path, NOWHERE)
    model = Wordings.load(tmp_path)
    assert model is not None
    assert model.outside is None


def test_questions_that_no_record_answers_are_read_from_files(tmp_path: Path) -> None:
    assert load_outside(tmp_path) == ()
    (tmp_path / "b.yaml").write_text('- "二"\n', "utf-8")
    (tmp_path / "a.yaml").write_text('- "一"\n- "三"\n', "utf-8")
    assert load_outside(tmp_path) == ("一", "三", "二")


@pytest.mark.parametrize("text", ["a: 1", "- [1]", "- 1", "[", "- \xff"])
def test_another_file_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.yaml").write_bytes(text.encode("latin-1"))
    with pytest.raises(OutsideError, match=r"bad\.yaml"):
        load_outside(tmp_path)


@given(st.text(max_size=12))
def test_a_vector_has_unit_length_or_is_empty(text: str) -> None:
    features = {gram: at for at, gram in enumerate(sorted(set(grams("居住证登记"))))}
    columns, values = vector(text, features, np.ones(len(features), dtype=np.float32))
    assert len(columns) == len(values)
    assert not len(values) or np.isclose(np.linalg.norm(values), 1.0, atol=1e-5)
