from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from retrieval import index
from retrieval.hybrid import REJECTED, DenseRanker, Hybrid, Weights, look_up, understand
from retrieval.index import build, open_index
from retrieval.lexicon import Entry, Lexicon
from retrieval.types import Document, Hit, Query, Ranker, SearchResult
from retrieval.vector_stores.memory import MemoryVectorStore
from tests.contracts.rankers import MakeRanker, RankerContract
from tests.retrieval.samples import documents

LEXICON = Lexicon(
    [
        Entry(say=("老豆", "老窦"), mean=("父亲",)),
        Entry(say=("bb",), mean=("新生儿",)),
        Entry(say=("上户口",), mean=("入户", "户口登记")),
        Entry(say=("嘅", "想", "帮"), mean=()),
    ]
)


def make(directory: Path, extra: Sequence[Document] = ()) -> Hybrid:
    build([*documents(), *extra], directory, release="r1", encoder="hashing", lexicon=LEXICON)
    return open_index(directory)


@pytest.fixture(scope="module")
def hybrid(tmp_path_factory: pytest.TempPathFactory) -> Hybrid:
    return make(tmp_path_factory.mktemp("index"))


def titles(result: SearchResult) -> list[str]:
    return [hit.document.title for hit in result.hits]


class TestDenseRanker(RankerContract):
    @pytest.fixture
    def make(self) -> MakeRanker:
        def ranker(texts: Sequence[str]) -> Ranker:
            encoder, store = index.HashingEncoder(), MemoryVectorStore()
            store.add(encoder.encode(texts))
            return DenseRanker(encoder, store)

        return ranker


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("居住证办理", "居住证办理"),
        ("居住證簽註點辦", "居住证签注"),
        ("离婚要带什么", "离婚登记"),
        ("开餐饮店要什么许可", "食品经营许可"),
        ("帮BB上户口", "新生儿入户"),
        ("Passport", "护照签发"),
        ("GZ-06", "失业保险金申领"),
    ],
)
def test_search(hybrid: Hybrid, text: str, expected: str) -> None:
    assert titles(hybrid.search(Query(text=text)))[0] == expected


def test_a_named_document_says_so(hybrid: Hybrid) -> None:
    first = hybrid.search(Query(text="请问（居住证签注）怎么办")).hits[0]
    assert (first.name_match, first.matched_name) == ("name", "居住证签注")
    assert first.reverse_coverage == pytest.approx(1, abs=1e-6)
    others = hybrid.search(Query(text="请问（居住证签注）怎么办")).hits[1:]
    assert not any(hit.name_match for hit in others)


def test_the_whole_title_is_full_evidence(hybrid: Hybrid) -> None:
    first = hybrid.search(Query(text="结婚登记")).hits[0]
    assert first.coverage == pytest.approx(1, abs=1e-6)
    assert first.title_coverage == pytest.approx(1, abs=1e-6)
    assert first.reverse_coverage == pytest.approx(1, abs=1e-6)
    assert set(first.parts) == {"bm25", "title", "dense", "runs"}
    assert first.parts["runs"] == 1


def test_question_words_count_less_than_what_is_asked_about(hybrid: Hybrid) -> None:
    plain = hybrid.search(Query(text="结婚登记")).hits[0]
    asked = hybrid.search(Query(text="请问结婚登记有哪些情况呢")).hits[0]
    assert asked.document == plain.document
    assert asked.coverage == pytest.approx(plain.coverage)


def test_words_in_their_order_go_first(tmp_path: Path) -> None:
    texts = ("补贴申领的条件是公共租赁", "公共租赁补贴申领的条件是", "申领公共租赁条件的是补贴")
    hybrid = make(
        tmp_path,
        [
            Document(id=f"D{n}", record=f"D{n}", kind="document", title="", body=text)
            for n, text in enumerate(texts)
        ],
    )
    first = hybrid.search(Query(text="公共租赁补贴申领")).hits[0]
    assert (first.document.id, first.parts["runs"]) == ("D1", 1)


def test_words_of_a_name_count_where_fits_are_judged(tmp_path: Path) -> None:
    names = ("政府采购投诉处理", "政府采购备案")
    hybrid = make(
        tmp_path,
        [Document(id=name, record=name, kind="item", title=name, body="") for name in names],
    )
    first, second = hybrid.search(Query(text="政府采购投诉")).hits[:2]
    assert (first.document.id, first.coverage) == (names[0], pytest.approx(1))
    assert second.coverage < 0.9
    assert hybrid.search(Query(text="投诉")).hits[0].coverage == pytest.approx(1)


def test_a_reranker_takes_the_confidence_with_it(hybrid: Hybrid) -> None:
    class Backwards:
        def rerank(self, query: Query, hits: Sequence[Hit]) -> Sequence[Hit]:
            return hits[::-1]

    reranked = Hybrid(hybrid.index, reranker=Backwards())
    assert reranked.search(Query(text="结婚登记要什么材料")).confidence is None


def test_confidence_is_higher_where_the_answer_is(hybrid: Hybrid) -> None:
    known = hybrid.search(Query(text="结婚登记要什么材料")).confidence
    unknown = hybrid.search(Query(text="今晚吃什么好")).confidence
    assert known is not None
    assert unknown is not None
    assert 0 <= unknown < known <= 1


def test_nothing_found_is_no_confidence(tmp_path: Path) -> None:
    build([], tmp_path, release="r1", encoder="hashing")
    result = open_index(tmp_path).search(Query(text="结婚"))
    assert (result.hits, result.confidence, dict(result.signs)) == ((), 0.0, {})


def test_words_that_only_the_lexicon_knows_count_less(hybrid: Hybrid) -> None:
    looked = look_up(hybrid.index, understand(hybrid.index, "老窦户口"), Weights())
    weights = dict(zip(looked.terms, looked.weights.tolist(), strict=True))
    assert weights["户口"] == 1
    assert weights["老窦"] == Weights().framing


def test_a_typing_error_is_put_right(hybrid: Hybrid) -> None:
    wrong = hybrid.search(Query(text="结昏登记"))
    assert wrong.hits[0].document.title == "结婚登记"
    assert "结婚" in wrong.terms


def test_evidence_stays_between_0_and_1(hybrid: Hybrid) -> None:
    for text in ("今晚吃什么好", "老窦户口", "材料", "居住证和护照和结婚", "？", "x"):
        for hit in hybrid.search(Query(text=text)).hits:
            for share in (hit.coverage, hit.title_coverage, hit.reverse_coverage):
                assert 0 <= share <= 1 + 1e-6
            assert hit.title_coverage <= hit.coverage + 1e-6


def test_unknown_words_lower_the_coverage(hybrid: Hybrid) -> None:
    known = hybrid.search(Query(text="结婚登记")).hits[0]
    partly = hybrid.search(Query(text="结婚登记宇宙飞船")).hits[0]
    assert partly.document == known.document
    assert partly.coverage < 0.7


def test_official_words_count_as_evidence(hybrid: Hybrid) -> None:
    with_words = hybrid.search(Query(text="BB上户口")).hits[0]
    without = Hybrid(replace(hybrid.index, lexicon=Lexicon())).search(Query(text="BB上户口"))
    assert with_words.document.title == "新生儿入户"
    assert with_words.coverage > max(hit.coverage for hit in without.hits)


def test_focus_is_what_is_searched_and_text_what_is_named(hybrid: Hybrid) -> None:
    result = hybrid.search(Query(text="GZ-04 结婚登记", focus="结婚登记"))
    assert titles(result)[0] == "结婚登记"
    named = [hit for hit in result.hits if hit.name_match == "code"]
    assert [hit.document.title for hit in named] == ["食品经营许可"]


def test_limit_and_rejected(hybrid: Hybrid) -> None:
    result = hybrid.search(Query(text="身份证材料", limit=3))
    assert len(result.hits) == 3
    assert 0 < len(result.rejected) <= REJECTED
    assert {hit.document.id for hit in result.hits}.isdisjoint(
        hit.document.id for hit in result.rejected
    )
    steps = ["terms", "bm25", "dense", "fusion", "runs", "evidence", "rerank"]
    assert list(result.timings) == steps


def test_named_documents_are_always_hits(tmp_path: Path) -> None:
    copies = [
        Document(id=f"C-{n}", record=f"C-{n}", kind="item", title="户口", body="无关" * n)
        for n in range(4)
    ]
    hybrid = make(tmp_path, copies)
    for limit in (1, 2, 4, 6):
        hits = hybrid.search(Query(text="户口簿身份证照片材料 户口", limit=limit)).hits
        assert len(hits) == limit
        assert sum(hit.name_match == "name" for hit in hits) == min(limit, 4)


@pytest.mark.parametrize("text", ["", "   ", "？！", "\ud800", "🙂", "a" * 5000, "户口" * 2000])
def test_odd_questions(hybrid: Hybrid, text: str) -> None:
    result = hybrid.search(Query(text=text))
    assert len(result.hits) <= 20


def test_same_question_same_hits(hybrid: Hybrid) -> None:
    one, other = (hybrid.search(Query(text="办理身份证材料")) for _ in range(2))
    assert one.hits == other.hits


def test_weights_and_reranker(hybrid: Hybrid) -> None:
    class Backwards:
        def rerank(self, query: Query, hits: Sequence[Hit]) -> Sequence[Hit]:
            return hits[::-1]

    plain = Hybrid(hybrid.index, weights=Weights(dense=0)).search(Query(text="身份证"))
    turned = Hybrid(hybrid.index, weights=Weights(dense=0), reranker=Backwards())
    assert turned.search(Query(text="身份证")).hits == plain.hits[::-1]


DEED = Document(
    id="d1", record="d1", kind="item", title="协议公证", body="", aliases=("离婚", "离婚公证")
)
RULE = Document(id="d2", record="d2", kind="policy", title="离婚登记办法", body="")


@pytest.mark.parametrize(
    ("text", "decided"),
    [
        ("协议公证要什么材料", True),  # a name
        ("离婚公证", True),  # an alias of three characters and more
        ("离婚", False),  # an everyday word that one record has as an alias
        ("离婚登记办法", False),  # a rule: which article, only ranking tells
        ("我们结婚三年了想去办协议公证", False),  # a small part of what was said
        ("没有这个名称", False),
    ],
)
def test_a_decisive_name_is_all_that_is_returned(tmp_path: Path, text: str, decided: bool) -> None:
    hybrid = make(tmp_path, [DEED, RULE])
    result = hybrid.search(Query(text=text, focus=text.removesuffix("要什么材料"), decisive=0.5))
    assert ("names" in result.timings) is decided
    if decided:
        assert [hit.document.id for hit in result.hits] == ["d1"]
        assert result.hits[0].name_match in ("name", "alias")
