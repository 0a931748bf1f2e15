"""Questions written otherwise, and the wordings that are kept."""

import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from eval import beir, robustness
from eval.beir import DatasetError, Question
from eval.cli import app
from eval.robustness import TOGETHER, Pairs
from eval.trec import Ranking
from tests.eval import sets

SHARED = Path(__file__).parents[3] / "shared" / "data"
SOUND = [
    {"char": "居", "same_sound": "据居鞠"},
    {"char": "证", "same_sound": "政诤"},
    {"char": "𠀀", "same_sound": "一"},
]
SHAPE = [{"char": "居", "same_shape": "届"}, {"char": "未", "same_shape": "末"}]


def question(text: str, name: str = "q") -> Question:
    return Question(name, text, {})


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    folder = tmp_path / "robustness"
    folder.mkdir()
    sets.write_lines(folder / "confusion_sound.jsonl", SOUND)
    sets.write_lines(folder / "confusion_shape.jsonl", SHAPE)
    return folder


class TestTypingErrors:
    def test_one_character_becomes_a_common_one_of_the_lists(self, lists: Path) -> None:
        confused = robustness.confusions(lists)
        assert confused["sound"] == {"居": "据鞠", "证": "政", "𠀀": "一"}  # 诤 is rare
        seen = {robustness.mistyped("居住证", confused, random.Random(n)) for n in range(60)}
        assert seen == {"据住证", "鞠住证", "居住政", "届住证"}

    def test_where_one_list_knows_nothing_the_other_is_used(self, lists: Path) -> None:
        confused = robustness.confusions(lists)
        assert {robustness.mistyped("未来", confused, random.Random(n)) for n in range(20)} == {
            "末来"
        }
        assert robustness.mistyped("ABC，来", confused, random.Random(1)) is None

    def test_the_same_seed_makes_the_same_error(self, lists: Path) -> None:
        confused = robustness.confusions(lists)
        made = [robustness.typing_error(confused, seed=seed) for seed in ("1", "1", "2")]
        asked = [question("居住证的居住证", f"q{number}") for number in range(20)]
        first, again, other = ([one(each) for each in asked] for one in made)
        assert first == again != other

    def test_long_questions_are_left_out(self, lists: Path) -> None:
        perturb = robustness.typing_error(robustness.confusions(lists), seed="1")
        assert perturb(question("居" * 20)) is not None
        assert perturb(question("居" * 21)) is None

    @pytest.mark.parametrize(("character", "common"), [("证", True), ("诤", False), ("A", False)])
    def test_common_characters(self, character: str, common: bool) -> None:
        assert robustness.is_common(character) is common

    def test_a_list_without_its_field_is_refused(self, lists: Path) -> None:
        sets.write_lines(lists / "confusion_shape.jsonl", [{"char": "居"}])
        with pytest.raises(DatasetError, match="第 1 行，字段 same_shape"):
            robustness.confusions(lists)


class TestTraditional:
    def test_both_ways_of_writing(self) -> None:
        hong_kong, opencc = map(robustness.traditional, ("s2hk", "s2t"))
        assert hong_kong(question("线里发证")) == "線裏發證"
        assert opencc(question("为什么")) == "爲什麼"
        assert hong_kong(question("为什么")) == "為什麼"


class TestCantonese:
    def test_edits_are_made_from_left_to_right(self) -> None:
        edits = (("的", "嘅"), ("是什么的", "系咩嘅"))
        assert robustness.reworded("谁的证是什么的", edits) == "谁嘅证系咩嘅"

    def test_an_edit_is_not_made_inside_the_one_before(self) -> None:
        with pytest.raises(ValueError, match="题目里没有「甲」"):
            robustness.reworded("乙", (("乙", "甲"), ("甲", "丙")))

    @pytest.mark.parametrize("edits", [None, [], [["a"]], [["", "b"]], [["a", 1]]])
    def test_a_wrong_line_is_refused(self, tmp_path: Path, edits: object) -> None:
        good = {"set": "s", "id": "1", "edits": [["a", ""]]}
        path = sets.write_lines(tmp_path / "c.jsonl", [good, {**good, "edits": edits}])
        with pytest.raises(DatasetError, match="第 2 行，字段 edits"):
            list(robustness.read_reworded(path))

    def test_a_changed_question_is_refused_by_its_id(self, tmp_path: Path) -> None:
        line = {"set": "small", "id": "water-0", "edits": [["没有的字", "冇"]]}
        path = sets.write_lines(tmp_path / "c.jsonl", [line])
        dataset = sets.small(tmp_path / "small")
        made = robustness.perturbations(dataset, seed=1, lists=tmp_path, cantonese=path)
        with pytest.raises(DatasetError, match=r"water-0.*没有的字"):
            robustness.questions_asked(dataset, made)

    def test_the_kept_wordings_are_two_hundred_and_each_changes_something(self) -> None:
        kept = list(robustness.read_reworded())
        assert len({(one.set, one.id) for one in kept}) == len(kept) == 200
        assert all(old != new for one in kept for old, new in one.edits)

    @pytest.mark.parametrize(
        "name", ["kcg_faq_simp", "ncp_policy", "lecoqa_law", "teddy_gov_messages", "cmrc2018"]
    )
    def test_the_kept_wordings_fit_the_shared_questions(self, name: str) -> None:
        path = SHARED / name / "queries.jsonl"
        if not path.is_file():
            pytest.skip(f"no {path}: the shared data are not on this machine")
        asked = {
            value["id"]: value["text"]
            for value in map(json.loads, path.read_text("utf-8").splitlines())
        }
        of_set = [one for one in robustness.read_reworded() if one.set == name]
        assert len(of_set) >= 30
        for one in of_set:
            assert robustness.reworded(asked[one.id], one.edits) != asked[one.id]


def by_letters(documents: Sequence[beir.Text]) -> robustness.Ask:
    """A system that finds the document with most characters of the question."""

    def ask(questions: Sequence[Question]) -> list[Ranking]:
        return [
            Ranking(query=one.id, ids=(_closest(one.text, documents),), scores=(1.0,))
            for one in questions
        ]

    return ask


def _closest(text: str, documents: Sequence[beir.Text]) -> str:
    return max(documents, key=lambda one: len(set(text) & set(one.title + one.text))).id


class TestMeasure:
    def test_pairs_are_of_the_same_questions(self, tmp_path: Path) -> None:
        dataset = sets.small(tmp_path)
        perturbed: dict[str, robustness.Perturb] = {
            "s2hk": lambda one: "无关",
            "typing": lambda one: one.text if one.id.endswith("-1") else None,
            "cantonese": lambda one: None,
        }
        found = robustness.measure(dataset, {"letters": by_letters(dataset.documents)}, perturbed)
        lost, same = found
        assert [(one.perturbation, len(one.clean)) for one in found] == [
            ("s2hk", 12),
            ("typing", 6),
        ]
        assert lost.clean.mean() > 0.9 > 0.3 > lost.perturbed.mean()
        assert same.clean.tolist() == same.perturbed.tolist() == lost.clean[1::2].tolist()
        assert robustness.questions_asked(dataset, perturbed) == 2 * (12 + 12 + 6)


def pairs(lost: int, of: int, *, perturbation: str = "typing", name: str = "a") -> Pairs:
    clean, perturbed = np.ones(of), np.ones(of)
    perturbed[:lost] = 0
    return Pairs(set=name, perturbation=perturbation, system="s", clean=clean, perturbed=perturbed)


class TestReport:
    @pytest.mark.parametrize(
        ("one", "met"),
        [
            (pairs(5, 100), True),
            (pairs(6, 100), False),
            (pairs(1, 10, perturbation="s2hk"), True),  # one question
            (pairs(2, 10, perturbation="s2hk"), False),
            (pairs(5, 1000, perturbation="s2t"), True),
            (pairs(9, 10, perturbation="cantonese"), None),  # all sets together count
            (pairs(3, 100, perturbation="cantonese", name=TOGETHER), True),
            (pairs(4, 100, perturbation="cantonese", name=TOGETHER), False),
        ],
    )
    def test_goals(self, one: Pairs, met: bool | None) -> None:
        assert robustness.met(one) is met

    def test_sets_are_pooled_by_question(self) -> None:
        rows = robustness.report([pairs(1, 10), pairs(0, 30, name="b")])["rows"]
        assert [one["set"] for one in rows] == ["a", "b", TOGETHER]
        assert rows[2]["questions"] == 40
        assert rows[2]["difference"]["value"] == pytest.approx(-0.025)
        assert rows[2]["difference"]["low"] <= -0.025 <= rows[2]["difference"]["high"] <= 0

    def test_one_set_alone_is_not_pooled(self) -> None:
        rows = robustness.report([pairs(0, 3)])["rows"]
        assert [one["set"] for one in rows] == ["a"]
        assert rows[0]["difference"]["p"] == 1.0


class TestCommand:
    def test_all_perturbations_as_json(
        self, tmp_path: Path, lists: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SUIWEN_ENCODER", "hashing")
        folder = sets.write(tmp_path / "small")
        done = CliRunner().invoke(app, ["robustness", "--dataset", str(folder), "--json"])
        assert done.exit_code == 0, done.stderr
        rows = json.loads(done.stdout)["rows"]
        assert {(one["perturbation"], one["system"]) for one in rows} == {
            (name, system)
            for name in ("s2hk", "s2t", "typing")
            for system in ("suiwen", "bm25-bigrams")
        }
        ours = {one["perturbation"]: one for one in rows if one["system"] == "suiwen"}
        assert ours["s2hk"]["met"] and ours["s2t"]["met"]
        assert ours["typing"]["questions"] == 4  # of 12 questions, those with 居 or 证

    def test_without_lists_it_says_so(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SUIWEN_ENCODER", "hashing")
        folder = sets.write(tmp_path / "small")
        done = CliRunner().invoke(app, ["robustness", "--dataset", str(folder)])
        assert done.exit_code == 0, done.stderr
        assert "没有字表" in done.stderr
        assert "繁体" in done.stdout

    def test_a_missing_set_is_one_line_and_exit_2(self, tmp_path: Path) -> None:
        done = CliRunner().invoke(app, ["robustness", "--dataset", str(tmp_path)])
        assert done.exit_code == 2
        assert "corpus.jsonl" in done.stderr
