"""From hits to a decision, over searchers that were told what to find."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import resolution
from assistant.resolution import Candidate, decide, model, probability, signs
from assistant.types import Decision, Understanding
from knowledge.types import Body, Identity, Provenance, Record
from retrieval.types import Hit
from tests.assistant.fakes import TODAY, found, hit, knowledge, read, weak
from tests.records import bundle, hotline, item, policy

CITY = Provenance(source="gdzwfw", as_of="2026")
DEMONSTRATION = Provenance(source="pack", as_of="2026", demonstration=True)
PERMIT = item("GZ-1", "居住证首次申领", aliases=("居住证",), provenance=CITY)
RENEWAL = item("GZ-2", "居住证签注", provenance=CITY)


def decided(
    question: str, *hits: tuple[Record, Hit], today: date = TODAY
) -> tuple[Decision, tuple[Candidate, ...]]:
    records = {record.code: record for record, _ in hits}
    search = found(*(one for _, one in hits))
    return decide(search, read(question), knowledge(records.values()), today)


def strong(record: Record, **changes: Any) -> tuple[Record, Hit]:
    return record, hit(record, **changes)


def faint(record: Record, **changes: Any) -> tuple[Record, Hit]:
    return record, weak(record, **changes)


class TestOne:
    def test_nothing_found(self) -> None:
        assert decided("居住证要什么材料") == (Decision(outcome="none"), ())

    def test_best_answers(self) -> None:
        decision, candidates = decided("居住证要什么材料", strong(PERMIT), faint(RENEWAL))
        assert decision.outcome == "answer"
        assert decision.records == ("GZ-1",)
        assert decision.passage == "GZ-1"
        assert model().answer_at <= decision.confidence <= 1
        assert [one.record.code for one in candidates] == ["GZ-1", "GZ-2"]

    def test_a_faint_hit_answers_nothing(self) -> None:
        decision, candidates = decided("量子力学怎么考", faint(PERMIT))
        assert decision.outcome == "none"
        assert decision.records == ()
        assert decision.confidence < model().answer_at
        assert len(candidates) == 1

    @pytest.mark.parametrize(
        ("question", "told"),
        [("离职了怎么提取公积金", False), ("丧失劳动能力怎么提取公积金", True)],
    )
    def test_what_is_for_some_only_is_not_told_to_who_did_not_say_so(
        self, question: str, told: bool
    ) -> None:
        disabled = item("GZ-3", "住房公积金提取（完全丧失劳动能力）", provenance=CITY)
        other = item("GZ-4", "住房公积金提取（购房）", provenance=CITY)
        decision, _ = decided(question, strong(disabled), strong(other, score=0.9, coverage=0.3))
        assert (decision.outcome == "answer") is told

    def test_the_threshold_is_where_the_model_puts_it(self) -> None:
        """Answered exactly when the probability of the best reaches ``answer_at``."""
        for dense in (step / 20 for step in range(21)):
            one = hit(
                PERMIT,
                title_coverage=0.4,
                coverage=0.4,
                reverse_coverage=0.3,
                score=1.0,
                parts={"dense": dense},
            )
            decision, _ = decided("居住证怎么续", (PERMIT, one))
            sure = probability(signs(PERMIT, one, None, read("居住证怎么续")), model())
            assert (decision.outcome == "answer") == (sure >= model().answer_at)
            assert decision.confidence == pytest.approx(sure)

    def test_a_record_that_the_release_does_not_hold_is_no_candidate(self) -> None:
        search = found(hit(PERMIT))
        assert decide(search, read("居住证"), knowledge([]), TODAY)[0].outcome == "none"


class TestCode:
    def test_the_code_decides_whatever_ranks_first(self) -> None:
        decision, _ = decided(
            "GZ-2 的材料", strong(PERMIT, name_match="alias", matched_name="居住证"), faint(RENEWAL)
        )
        assert (decision.outcome, decision.records) == ("answer", ("GZ-2",))

    def test_in_any_writing(self) -> None:
        assert decided("ｇｚ-２要什么材料", strong(PERMIT), faint(RENEWAL))[0].records == ("GZ-2",)

    def test_of_two_codes_the_longer(self) -> None:
        """One code may begin another."""
        longer = item("GZ-11", "居住证补领")
        decision, _ = decided("居住证（GZ-11）的材料", strong(PERMIT), strong(longer))
        assert decision.records == ("GZ-11",)

    def test_of_several_with_the_same_name(self) -> None:
        one, other = item("A-100", "延续注册"), item("A-200", "延续注册")
        named = {"name_match": "name", "matched_name": "延续注册"}
        decision, _ = decided(
            "延续注册（A-200）的申请材料", strong(one, **named), strong(other, **named)
        )
        assert (decision.outcome, decision.records) == ("answer", ("A-200",))


class TestName:
    def test_a_whole_name_decides_by_itself(self) -> None:
        decision, _ = decided(
            "居住证签注要什么材料",
            strong(PERMIT),
            faint(RENEWAL, name_match="name", matched_name="居住证签注"),
        )
        assert decision.records == ("GZ-2",)
        assert decision.matched == "居住证签注"
        assert decision.confidence == 1.0

    def test_longest_name_wins(self) -> None:
        decision, _ = decided(
            "居住证签注要什么材料",
            strong(PERMIT, name_match="alias", matched_name="居住证"),
            strong(RENEWAL, name_match="name", matched_name="居住证签注"),
        )
        assert decision.records == ("GZ-2",)

    def test_a_name_stands_before_an_equal_alias(self) -> None:
        other = item("GZ-3", "公安热线", aliases=("居住证签注",))
        named = {"matched_name": "居住证签注"}
        decision, _ = decided(
            "居住证签注",
            strong(other, name_match="alias", **named),
            strong(RENEWAL, name_match="name", **named),
        )
        assert decision.records == ("GZ-2",)

    def test_a_short_name_in_a_long_question_does_not_decide(self) -> None:
        question = "我家孩子去年跟着外公外婆回了湖南老家读小学现在想回来要不要居住证"
        decision, _ = decided(
            question,
            strong(RENEWAL, name_match="alias", matched_name="居住证", score=0.5),
        )
        assert decision.matched is None

    def test_same_name_several_codes_is_asked_back(self) -> None:
        records = [
            item(f"A-{n}00", "延续注册", body=Body(department=f"{n}局")) for n in range(1, 4)
        ]
        named = {"name_match": "name", "matched_name": "延续注册"}
        decision, _ = decided("延续注册要交什么材料", *(strong(one, **named) for one in records))
        assert decision.outcome == "clarify"
        assert decision.records == ("A-100", "A-200", "A-300")

    def test_the_department_named_decides_between_them(self) -> None:
        records = [
            item("A-100", "延续注册", body=Body(department="省住建厅")),
            item("A-200", "延续注册", body=Body(department="市卫健委")),
        ]
        named = {"name_match": "name", "matched_name": "延续注册"}
        decision, _ = decided("市卫健委延续注册的材料", *(strong(one, **named) for one in records))
        assert decision.records == ("A-200",)

    def test_at_most_five_to_choose_from(self) -> None:
        records = [item(f"A-{n}00", "延续注册") for n in range(1, 9)]
        named = {"name_match": "name", "matched_name": "延续注册"}
        decision, _ = decided("延续注册", *(strong(one, **named) for one in records))
        assert len(decision.records) == resolution.MOST == 5


class TestDemonstration:
    def test_a_citys_record_stands_before_it(self) -> None:
        shown = item("DEMO-1", "居住证签注", provenance=DEMONSTRATION)
        named = {"name_match": "name", "matched_name": "居住证签注"}
        decision, _ = decided("居住证签注", strong(shown, **named), strong(RENEWAL, **named))
        assert (decision.outcome, decision.records) == ("answer", ("GZ-2",))

    def test_it_is_not_offered_beside_one(self) -> None:
        shown = item("DEMO-1", "居住证签注", provenance=DEMONSTRATION)
        decision, _ = decided("居住证的事", strong(shown), strong(PERMIT), strong(RENEWAL))
        assert decision.outcome == "clarify"
        assert set(decision.records) == {"GZ-1", "GZ-2"}

    def test_alone_it_answers(self) -> None:
        shown = item("DEMO-1", "居住证签注", provenance=DEMONSTRATION)
        named = {"name_match": "name", "matched_name": "居住证签注"}
        assert decided("居住证签注", strong(shown, **named))[0].records == ("DEMO-1",)

    def test_another_name_is_no_stand_in(self) -> None:
        """Equal fits of different names are asked back, whoever published them."""
        shown = item("DEMO-1", "居住证补领", provenance=DEMONSTRATION)
        decision, _ = decided("居住证的事", strong(shown), strong(RENEWAL))
        assert decision.outcome == "clarify"
        assert set(decision.records) == {"DEMO-1", "GZ-2"}


class TestValidity:
    @pytest.mark.parametrize(
        "record",
        [
            policy("P-1", "居住证条例", expires=date(2026, 11, 21)),
            policy("P-1", "居住证条例", effective=date(2026, 11, 23)),
            policy("P-1", "居住证条例", replaced_by="P-2"),
            item("P-1", "居住证条例", expires=date(2020, 1, 1)),
            item("P-1", "居住证条例", effective=date(2027, 1, 1)),
            item("P-1", "居住证条例", identity=Identity(state="取消")),
            item("P-1", "居住证条例", identity=Identity(state="暂停")),
            bundle("P-1", "居住证条例", expires=date(2026, 11, 21)),
            hotline("P-1", "居住证条例", expires=date(2026, 11, 21)),
        ],
        ids=lambda record: f"{record.kind}-{record.effective}-{record.expires}",
    )
    @pytest.mark.parametrize("question", ["居住证条例", "P-1"])
    def test_what_is_not_in_force_never_answers(self, record: Record, question: str) -> None:
        decision, candidates = decided(
            question, strong(record, name_match="name", matched_name="居住证条例")
        )
        assert (decision.outcome, candidates) == ("none", ())

    def test_the_days_at_both_ends_count(self) -> None:
        record = policy(effective=TODAY, expires=TODAY)
        named = {"name_match": "name", "matched_name": record.name}
        assert decided(record.name, strong(record, **named))[0].outcome == "answer"

    def test_the_one_behind_an_expired_one_answers(self) -> None:
        old = item("GZ-0", "居住证申领", expires=date(2020, 1, 1))
        assert decided("居住证要什么材料", strong(old), strong(PERMIT))[0].records == ("GZ-1",)


class TestKinds:
    EVENT = bundle("B-1", "新生儿出生一件事")
    PART = item("GZ-5", "出生登记")

    def test_a_whole_event_wants_the_bundle(self) -> None:
        decision, _ = decided(
            "生小孩要办哪些手续", strong(self.PART, score=2.0), strong(self.EVENT, score=1.7)
        )
        assert decision.records == ("B-1",)

    def test_one_document_wants_the_item(self) -> None:
        decision, _ = decided(
            "出生登记要什么材料", strong(self.PART, score=1.9), strong(self.EVENT, score=2.0)
        )
        assert decision.records == ("GZ-5",)

    def test_a_number_asked_for_wants_the_hotline(self) -> None:
        line = hotline("TEL-1", "社保热线")
        card = item("GZ-6", "社保卡申领")
        decision, _ = decided(
            "社保打什么电话", strong(card, score=2.0, coverage=0.6), strong(line, score=1.8)
        )
        assert decision.records == ("TEL-1",)

    def test_who_wants_documents_wants_no_rule(self) -> None:
        rule = policy("P-1", "居住证条例")
        decision, _ = decided(
            "居住证要什么材料", strong(rule, score=2.0), strong(PERMIT, score=1.9)
        )
        assert decision.records == ("GZ-1",)

    def test_a_rule_far_ahead_answers_all_the_same(self) -> None:
        rule = policy("P-1", "居住证条例")
        decision, _ = decided("居住证条例有什么条件", strong(rule, score=2.0), faint(PERMIT))
        assert decision.records == ("P-1",)


class TestEqual:
    def test_equal_fits_are_asked_back(self) -> None:
        decision, _ = decided("居住证的事", strong(PERMIT), strong(RENEWAL))
        assert decision.outcome == "clarify"
        assert decision.records == ("GZ-1", "GZ-2")
        assert decision.matched is None

    def test_a_clear_lead_is_not(self) -> None:
        decision, _ = decided("居住证的事", strong(PERMIT, score=2.0), strong(RENEWAL, score=1.0))
        assert (decision.outcome, decision.records) == ("answer", ("GZ-1",))

    def test_less_of_the_question_is_not_equal(self) -> None:
        decision, _ = decided(
            "居住证的事", strong(PERMIT), strong(RENEWAL, coverage=0.5, title_coverage=0.5)
        )
        assert decision.records == ("GZ-1",)

    @pytest.mark.parametrize("question", ["我要补办", "注销怎么办理", "想申请补贴"])
    def test_a_word_that_names_no_item_is_asked_back(self, question: str) -> None:
        others = [item(f"GZ-{n}", f"第{n}种") for n in range(3, 9)]
        decision, _ = decided(question, strong(PERMIT), *(faint(one) for one in others))
        assert decision.outcome == "clarify"
        assert len(decision.records) == 5
        assert decision.confidence == 0.0

    def test_one_record_with_many_hits_is_one_choice(self) -> None:
        first = hit(PERMIT, part="#faq0", score=1.9)
        second = hit(PERMIT, part="#materials", score=1.8)
        decision, candidates = decided("居住证", (PERMIT, first), (PERMIT, second))
        assert (decision.outcome, decision.records) == ("answer", ("GZ-1",))
        assert decision.passage == "GZ-1#faq0"
        assert len(candidates) == 1


class TestUnsure:
    """Between the two thresholds a choice is offered; below both nothing is."""

    def outcomes(self, behind: float) -> list[tuple[str, bool]]:
        """Outcome and ``unsure`` as the coverage rises; the next record's share of the score."""
        found = []
        for percent in range(101):
            share = dict.fromkeys(("coverage", "reverse_coverage"), percent / 100)
            first = hit(PERMIT, **share, title_coverage=0.5, parts={})
            second = hit(RENEWAL, score=first.score * behind, coverage=0.0, title_coverage=0.0)
            decision, _ = decided("居住证怎么续", (PERMIT, first), (RENEWAL, second))
            found.append((decision.outcome, decision.unsure))
        return list(dict.fromkeys(found))

    def test_nothing_then_a_choice_then_the_answer(self) -> None:
        assert self.outcomes(0.7) == [("none", False), ("clarify", True), ("answer", False)]

    def test_what_is_far_behind_is_no_choice(self) -> None:
        assert self.outcomes(0.1) == [("none", False), ("answer", False)]


class TestModel:
    def test_weights_are_those_of_the_signs(self) -> None:
        values = signs(PERMIT, hit(PERMIT), None, read("居住证"))
        assert set(model().weights) == set(values)
        assert all(0 <= value <= 1 for value in values.values())
        assert 0 < model().nearest_at < model().choose_at < model().answer_at < 1

    @given(st.lists(st.floats(0, 1), min_size=8, max_size=8))
    def test_a_probability(self, values: list[float]) -> None:
        named = dict(zip(model().weights, values, strict=True))
        assert 0 < probability(named, model()) < 1

    def test_no_focus_divides_by_nothing(self) -> None:
        reading = replace(read("居住证"), focus="")
        values = signs(PERMIT, hit(PERMIT, score=0.0), hit(RENEWAL), reading)
        assert set(values) == set(model().weights)


NAMES = st.sampled_from(["居住证签注", "居住证", "延续注册", "出生登记"])
RECORDS = st.one_of(
    st.builds(item, st.sampled_from(["c1", "c2", "c3"]), NAMES),
    st.builds(bundle, st.just("b1"), NAMES),
    st.builds(policy, st.just("p1"), NAMES, expires=st.sampled_from([None, date(2020, 1, 1)])),
    st.builds(hotline, st.just("t1"), NAMES),
)
SHARE = st.floats(0, 1)


@st.composite
def searches(draw: st.DrawFn) -> list[tuple[Record, Hit]]:
    records = draw(st.lists(RECORDS, max_size=5, unique_by=lambda one: one.code))
    return [
        (
            record,
            hit(
                record,
                score=draw(st.floats(0, 3)),
                coverage=draw(SHARE),
                title_coverage=draw(SHARE),
                reverse_coverage=draw(SHARE),
                parts={"dense": draw(SHARE)},
                name_match=(match := draw(st.sampled_from([None, "name", "alias"]))),
                matched_name=record.name if match else None,
            ),
        )
        for record in records
    ]


@given(
    searches(),
    st.sampled_from(
        ["居住证签注要什么材料", "补办", "社保打什么电话", "生小孩要办哪些手续", "c1", ""]
    ),
)
def test_any_decision_is_sound(hits: list[tuple[Record, Hit]], question: str) -> None:
    decision, candidates = decided(question, *hits)
    codes = [one.record.code for one in candidates]
    reading: Understanding = read(question)
    assert len(set(codes)) == len(codes)
    assert set(decision.records) <= set(codes)
    assert len(set(decision.records)) == len(decision.records) <= resolution.MOST
    assert {"none": 0, "answer": 1}.get(decision.outcome, 2) <= len(decision.records)
    assert (decision.outcome == "answer") == (len(decision.records) == 1)
    assert 0 <= decision.confidence <= 1
    assert "p1" not in codes or not any(
        record.code == "p1" and record.expires for record, _ in hits
    )
    assert (
        decision
        == decide(
            found(*(one for _, one in hits)), reading, knowledge([r for r, _ in hits]), TODAY
        )[0]
    )


class TestNoRuleBesideThings:
    """What is offered where nothing is sure."""

    LAW = policy("GZP-1", "公证法")
    WILL, GIFT = item("GZ-3", "遗嘱公证"), item("GZ-4", "赠与公证")

    def offered(self, text: str, *records: Record) -> tuple[str, ...]:
        doubtful: dict[str, Any] = dict.fromkeys(
            ("coverage", "title_coverage", "reverse_coverage"), 0.5
        )
        hits = [
            (one, hit(one, score=2.0 - n / 10, parts={"dense": 0.5}, **doubtful))
            for n, one in enumerate(records)
        ]
        decision, _ = decided(text, *hits)
        assert decision.unsure
        return decision.records

    @pytest.mark.parametrize("text", ["公证", "公证要多少钱"])
    def test_a_thing_is_named_or_something_practical_is_asked(self, text: str) -> None:
        assert self.offered(text, self.WILL, self.LAW, self.GIFT) == ("GZ-3", "GZ-4")

    def test_but_where_a_rule_may_be_meant_it_is_offered(self) -> None:
        found = self.offered("公证有哪些法律规定要遵守", self.WILL, self.LAW, self.GIFT)
        assert found == ("GZ-3", "GZP-1", "GZ-4")
        assert "GZP-1" in self.offered("公证", self.LAW, self.WILL, self.GIFT)
