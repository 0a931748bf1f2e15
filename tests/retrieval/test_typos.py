from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval import bm25, confusions, typos
from retrieval.analyzer import BigramAnalyzer
from retrieval.typos import Confusions, Correction, Typos, southern
from tests.retrieval.samples import documents

ANALYZER = BigramAnalyzer()
TEXTS = [f"{one.title}\n{one.body}" for one in documents()] * 5
TABLE = Confusions.load()
FOUND_BY = Typos(bm25.build([ANALYZER.terms(text) for text in TEXTS]), TABLE)


def corrected(text: str) -> str:
    """The text as the strongest correction has it."""
    found = FOUND_BY.find(text)
    return found[0].applied(text) if found else text


class TestFind:
    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("居主证办理", "居住证办理"),  # the same sound
            ("失业保险金深领", "失业保险金申领"),
            ("社会保账卡补领", "社会保障卡补领"),
            ("司业保险金", "失业保险金"),  # s for sh
            ("离婚登己", "离婚登记"),  # at an edge: one bigram only
            ("食品经管许可", "食品经营许可"),  # the same shape
            ("住房公枳金", "住房公积金"),
        ],
    )
    def test_a_wrong_character_is_found(self, typed: str, meant: str) -> None:
        assert corrected(typed) == meant

    def test_neighbours_that_changed_places_are_found(self) -> None:
        assert corrected("失业险保金申领") == "失业保险金申领"

    def test_a_character_typed_twice_is_found(self) -> None:
        assert corrected("居住住证办理") == "居住证办理"

    def test_a_clear_error_is_sure_and_says_where(self) -> None:
        (found, *_) = FOUND_BY.find("我想办居主证")
        assert (found.start, found.said, found.meant) == (4, "主", "住")
        assert found.strength > typos.SURE
        assert typos.sure("我想办居主证", [found]) == "我想办居住证"

    def test_what_is_not_sure_is_not_taken_as_sure(self) -> None:
        weak = Correction(start=0, said="主", meant="住", strength=0.5)
        assert typos.sure("主", [weak]) is None
        assert typos.sure("主", []) is None

    def test_known_spans_stay(self) -> None:
        assert FOUND_BY.find("居主证办理", known=[(0, 3)]) == ()

    def test_a_part_of_an_indexed_text_is_right(self) -> None:
        whole = "失业人员按月领取失业保险金"
        assert all(FOUND_BY.find(whole[start:]) == () for start in range(len(whole)))

    def test_long_texts_are_left_alone(self) -> None:
        assert FOUND_BY.find("居主证" + "，" * typos.LONGEST) == ()

    def test_an_empty_index_corrects_nothing(self) -> None:
        assert Typos(bm25.build([]), TABLE).find("居主证办理") == ()

    @given(st.text(alphabet="居主住证办理結A1 ，𠀀\u3400", max_size=12) | st.text(max_size=12))
    def test_any_text_gives_probabilities_in_order(self, text: str) -> None:
        found = FOUND_BY.find(text)
        strengths = [one.strength for one in found]
        assert strengths == sorted(strengths, reverse=True)
        assert sum(strengths) <= 1.0 + 1e-9
        assert len(found) <= typos.MOST
        for one in found:
            assert one.strength >= typos.LEAST - 1e-9
            assert text[one.start :].startswith(one.said)
            assert one.applied(text) != text


class TestMeant:
    def test_what_a_correction_gains_has_its_strength(self) -> None:
        one = Correction(start=1, said="主", meant="住", strength=0.9)
        assert typos.meant("居主证", [one], ANALYZER) == {"住": 0.9, "居住": 0.9, "住证": 0.9}

    def test_a_term_that_is_there_anyway_is_not_added(self) -> None:
        one = Correction(start=1, said="主", meant="住", strength=0.9)
        assert typos.meant("居主证，住", [one], ANALYZER).keys() == {"居住", "住证"}

    def test_of_two_corrections_the_stronger_counts(self) -> None:
        two = [
            Correction(start=1, said="主", meant="住", strength=0.6),
            Correction(start=0, said="居主", meant="住居", strength=0.3),
        ]
        assert typos.meant("居主", two, ANALYZER) == {"住": 0.6, "居住": 0.6, "住居": 0.3}

    def test_without_corrections_nothing_is_added(self) -> None:
        assert typos.meant("居主证", [], ANALYZER) == {}


class TestTable:
    def test_it_is_small(self) -> None:
        assert confusions.TABLE.stat().st_size < 300_000

    def test_groups_do_not_overlap_and_leave_out_the_character(self) -> None:
        for one in "证行的户":
            groups = TABLE.alike(one)
            together = one + "".join(groups)
            assert len(set(together)) == len(together)

    def test_sound_and_shape(self) -> None:
        assert "政" in TABLE.alike("证").same_sound
        assert "怎" not in TABLE.alike("证").same_sound
        assert "针" in TABLE.alike("证").near_sound
        assert "已" in TABLE.alike("己").shape
        assert "拇" in TABLE.alike("海").family
        assert TABLE.alike("𠀀") == ("", "", "", "")

    @pytest.mark.parametrize(
        ("reading", "merged"),
        [("zheng", "zen"), ("chang", "can"), ("shi", "si"), ("nv", "lv"), ("ng", "ng"), ("n", "n")],
    )
    def test_southern_mergers(self, reading: str, merged: str) -> None:
        assert southern(reading) == merged

    def test_the_sounds_are_those_of_pypinyin(self) -> None:
        pytest.importorskip("pypinyin", reason="only whoever makes the table needs pypinyin")
        stored = json.loads(confusions.TABLE.read_text("utf-8"))["sounds"]
        assert confusions.sounds(tuple(confusions.characters())) == stored

    def test_families_share_a_part_that_few_have(self, tmp_path: Path) -> None:
        parts = tmp_path / "parts.txt"
        parts.write_text("海:a(氵,每)\n每:d(10001,母)\n姆:a(女,母)\n母:c()\n女:c()\n::?\n", "utf-8")
        assert confusions.families("海每姆母女", parts) == ["姆女", "海每", "海每姆母"]

    def test_a_part_of_many_makes_no_family(self, tmp_path: Path) -> None:
        many = [chr(0x4E00 + number) for number in range(confusions.LARGEST_FAMILY + 1)]
        parts = tmp_path / "parts.txt"
        parts.write_text("".join(f"{one}:a(氵,{one}x)\n" for one in many), "utf-8")
        assert confusions.families(many, parts) == []
        assert confusions.families(many[1:], parts) == ["".join(many[1:])]

    def test_the_shapes_are_those_of_the_font(self) -> None:
        font = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
        if not font.is_file():
            pytest.skip(f"no {font}: apt-get install fonts-noto-cjk")
        found = confusions.shapes("己已巳未末", font)
        assert set(found["己"]) == {"已", "巳"}
        assert found["未"] == "末"
