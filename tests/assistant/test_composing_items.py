"""Answers from items and bundles: every fact with its citation, nothing promised, gaps named."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.composing import items
from assistant.composing.writer import Writer
from assistant.types import Draft
from channels.types import Card, Status
from eval import support
from knowledge.facts import facts
from knowledge.formats import pack
from knowledge.passages import FACET_NAMES
from knowledge.types import (
    Bundle,
    Contact,
    Duration,
    Facet,
    Faq,
    Fee,
    Handling,
    Limits,
    Material,
    Money,
    Online,
    Provenance,
    Record,
    Result,
    ServiceItem,
    Source,
    Step,
    Window,
)
from tests.assistant.fakes import TODAY
from tests.records import bundle, item

F = Facet
GUIDE = "https://www.gdzwfw.gov.cn/guide"
OLD = Provenance(source="gdzwfw", as_of="2021", live_guide=GUIDE)
NEW = Provenance(source="pack", as_of="2026-11-22")
HARD = re.compile(r"https?://[^\s，。；：、（）“”]+|\d+")


def answered(
    record: ServiceItem | Bundle,
    *asked: Facet,
    district: str | None = None,
    english: bool = False,
    today: date = TODAY,
) -> Draft:
    return items.answer(record, asked, Writer(english=english), district=district, today=today)


def text_of(draft: Draft) -> str:
    return "\n".join(one.text for one in draft.sentences)


def card_of(draft: Draft, kind: str) -> Card:
    (card,) = (one for one in draft.cards if one.kind == kind)
    return card


def quotes(draft: Draft, number: int) -> str:
    """All that the citations of a sentence hold."""
    cited = {one.n: one for one in draft.citations}
    return "\n".join(
        f"{cited[n].title}\n{cited[n].quote}" for n in draft.sentences[number].citations
    )


def problems(record: Record, draft: Draft) -> list[str]:
    """What is not carried by a citation: sentences, numbers, addresses, quotes, rows of cards."""
    known = {one.n: one for one in draft.citations}
    wrong = []
    for number, sentence in enumerate(draft.sentences):
        held = quotes(draft, number)
        rest = re.sub(r"（\d{1,2}）", "", sentence.text)
        wrong += [f"{token} in {rest}" for token in HARD.findall(rest) if token not in held]
    for row in (row for card in draft.cards for row in card.rows):
        if not row.citations or not set(row.citations) <= set(known):
            wrong.append(f"row without citation: {row.label}")
    for citation in draft.citations:
        if citation.code != record.code or citation.title != record.name:
            wrong.append(f"foreign citation {citation}")
        elif problem := support.unresolved(citation, {record.code: record}.get):
            wrong.append(problem)
    if [one.n for one in draft.citations] != list(range(1, len(draft.citations) + 1)):
        wrong.append("citations are not numbered from 1")
    return wrong


@cache
def pack_records() -> tuple[ServiceItem | Bundle, ...]:
    parsed = pack.parse([pack.BUILT_IN])
    return tuple(one for one in parsed.records if isinstance(one, ServiceItem | Bundle))


class TestWholePack:
    """Over all items and bundles of the built-in pack."""

    @pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])
    @pytest.mark.parametrize("facet", [None, *Facet])
    def test_every_statement_is_carried(self, facet: Facet | None, english: bool) -> None:
        for record in pack_records():
            asked = (facet,) if facet else ()
            draft = answered(record, *asked, english=english, district="天河区")
            assert problems(record, draft) == [], record.code

    @pytest.mark.parametrize("facet", list(Facet))
    def test_asked_and_stated_is_answered_first(self, facet: Facet) -> None:
        for record in pack_records():
            found = facts(record, facet)
            if not found:
                continue
            draft = answered(record, facet)
            assert draft.status is Status.ANSWERED, record.code
            first = draft.sentences[0]
            assert first.citations, record.code
            fields = {draft.citations[n - 1].field for n in first.citations}
            heads = {one.field.partition("[")[0] for one in found}
            assert {one.partition("[")[0] for one in fields} <= heads, record.code

    @pytest.mark.parametrize("facet", list(Facet))
    def test_asked_and_not_stated_is_said_to_be_missing(self, facet: Facet) -> None:
        for record in pack_records():
            if facts(record, facet):
                continue
            draft = answered(record, facet)
            assert (draft.status, draft.reason) == (Status.PARTIAL, "facet_missing"), record.code
            assert FACET_NAMES[facet] in draft.sentences[0].text
            assert record.name in draft.sentences[0].text
            (cited,) = draft.sentences[0].citations
            assert draft.citations[cited - 1].field == "name"

    def test_every_fact_of_a_facet_is_said(self) -> None:
        """All values of all facets are printed: nothing that a record states is kept back."""
        for record in pack_records():
            for facet in set(Facet) - {F.ONLINE, F.FEE}:
                shown = text_of(answered(record, facet))
                for one in facts(record, facet):
                    assert one.text.rstrip("。") in shown, (record.code, facet, one)

    def test_suggestions_name_the_record_and_are_answerable(self) -> None:
        for record in pack_records():
            draft = answered(record)
            assert len(draft.suggestions) <= 4
            assert all(one.startswith(record.name) for one in draft.suggestions)

    def test_nothing_twice(self) -> None:
        for record in pack_records():
            draft = answered(record)
            texts = [one.text for one in draft.sentences]
            assert len(set(texts)) == len(texts), record.code
            keys = [(one.code, one.field) for one in draft.citations]
            assert len(set(keys)) == len(keys), record.code

    def test_proxy_and_offline_route_are_named(self) -> None:
        """Who asks what to do is told of the way without a screen, wherever the record has one."""
        for record in pack_records():
            shown = text_of(answered(record))
            if record.handling.proxy:
                assert record.handling.proxy.rstrip("。") in shown, record.code
            if isinstance(record, ServiceItem) and facts(record, F.PLACE):
                assert facts(record, F.PLACE)[0].text.rstrip("。") in shown, record.code

    def test_an_old_record_says_so(self) -> None:
        for record in pack_records():
            shown = text_of(answered(record, F.MATERIALS))
            old = int(record.provenance.as_of[:4]) < TODAY.year - 1
            assert (f"以上内容依据{record.provenance.as_of}" in shown) == old, record.code


WORDS = st.text("办证12 3、；。（）无:/a", max_size=12)
SOME = st.one_of(st.none(), WORDS)


@st.composite
def any_item(draw: st.DrawFn) -> ServiceItem:
    """An item whose texts hold numbers anywhere."""
    return item(
        name=draw(st.sampled_from(["居住证办理", "2024年补贴", "70周岁以上体检"])),
        provenance=Provenance(as_of=draw(st.sampled_from(["2019", "2021-03", "2026", "不详"]))),
        conditions=draw(SOME),
        process=draw(SOME),
        money=Money(
            charged=draw(st.sampled_from([None, True, False])),
            basis=draw(SOME),
            fees=tuple(Fee(name=one, standard=one) for one in draw(st.lists(WORDS, max_size=2))),
        ),
        limits=Limits(promised_note=draw(SOME), legal=Duration(amount=7, unit="工作日")),
        handling=Handling(visits=draw(st.integers(0, 3)), proxy=draw(SOME), offline=draw(SOME)),
        contact=Contact(consult=draw(SOME), place=draw(SOME), hours=draw(SOME)),
        materials=tuple(
            Material(name=name, need=draw(st.sampled_from(["必要", "非必要", "容缺后补"])))
            for name in draw(st.lists(WORDS, max_size=4))
        ),
        faqs=tuple(Faq(question=one, answer=one) for one in draw(st.lists(WORDS, max_size=2))),
        steps=tuple(Step(name=one, detail=one) for one in draw(st.lists(WORDS, max_size=3))),
    )


class TestAnyRecord:
    """Whatever a city writes into a record: the reply is carried, and never breaks."""

    @given(
        any_item(),
        st.lists(st.sampled_from(Facet), max_size=3),
        st.sampled_from([None, "天河区"]),
        st.booleans(),
    )
    def test_only_carried_numbers(
        self, record: ServiceItem, asked: list[Facet], district: str | None, english: bool
    ) -> None:
        draft = answered(record, *asked, district=district, english=english)
        assert draft.status in (Status.ANSWERED, Status.PARTIAL)
        known = {one.n for one in draft.citations}
        for number, sentence in enumerate(draft.sentences):
            assert set(sentence.citations) <= known
            held = quotes(draft, number)
            rest = re.sub(r"（\d{1,2}）", "", sentence.text)
            assert [t for t in re.findall(r"[0-9]+", rest) if t not in held] == []


class TestFirstSentence:
    def test_names_the_record(self) -> None:
        record = item(limits=Limits(promised=Duration(amount=5, unit="工作日")))
        assert answered(record, F.TIME_LIMIT).sentences[0].text == (
            "关于“居住证办理”，承诺办结时限是5个工作日。"
        )

    def test_in_english_with_both_labels(self) -> None:
        draft = answered(item(), F.MATERIALS, english=True)
        assert draft.sentences[0].text == "Documents 办理“居住证办理”需要：身份证、照片。"

    def test_asked_facets_in_the_order_asked(self) -> None:
        record = item(
            money=Money(charged=False), limits=Limits(legal=Duration(amount=30, unit="自然日"))
        )
        first, second = answered(record, F.FEE, F.TIME_LIMIT).sentences[:2]
        assert "不收费" in first.text
        assert "30个自然日" in second.text


class TestMaterials:
    RECORD = item(
        materials=(
            Material(name="申请表", originals=1, copies=2, form="纸质"),
            Material(name="照片", need="容缺后补"),
            Material(name="委托书", need="非必要", when="委托他人办理的"),
            Material(name="身份证", sample_url="https://a.cn/x", exempt="电子证照"),
        )
    )

    def test_by_need(self) -> None:
        shown = text_of(answered(self.RECORD, F.MATERIALS))
        assert "需要：申请表、身份证。" in shown
        assert "视情况还需要：委托书。" in shown
        assert "可以先受理、后补交：照片。" in shown

    def test_card_ticks_off_each_once_in_order(self) -> None:
        card = card_of(answered(self.RECORD, F.MATERIALS), "materials")
        assert [row.label for row in card.rows] == ["申请表", "照片", "委托书", "身份证"]
        assert [bool(row.text) for row in card.rows] == [False, True, True, False]
        assert card.rows[0].note == "原件1份、复印件2份；纸质"
        assert card.rows[3].url == "https://a.cn/x"
        assert all(len(row.citations) == 1 for row in card.rows)

    def test_only_needed_ones_make_one_sentence(self) -> None:
        shown = text_of(answered(item(), F.MATERIALS))
        assert "视情况" not in shown
        assert "后补" not in shown

    def test_only_optional_ones_are_not_called_needed(self) -> None:
        record = item(materials=(Material(name="委托书", need="非必要"),))
        shown = text_of(answered(record, F.MATERIALS))
        assert "需要：委托书" in shown
        assert "办理“居住证办理”需要" not in shown

    def test_no_material_at_all(self) -> None:
        draft = answered(item(materials=()), F.MATERIALS)
        assert draft.status is Status.PARTIAL
        assert not [card for card in draft.cards if card.kind == "materials"]


class TestFee:
    def test_free(self) -> None:
        assert "这项办理不收费" in text_of(answered(item(money=Money(charged=False)), F.FEE))

    def test_charged_without_a_standard(self) -> None:
        shown = text_of(answered(item(money=Money(charged=True)), F.FEE))
        assert "收费" in shown
        assert "没有写明标准" in shown
        assert "不收费" not in shown

    def test_charged_with_a_standard(self) -> None:
        money = Money(charged=True, fees=(Fee(name="工本费", standard="每证20元"),))
        shown = text_of(answered(item(money=money), F.FEE))
        assert "工本费：每证20元" in shown
        assert "没有写明标准" not in shown

    def test_not_stated_is_not_free(self) -> None:
        draft = answered(item(money=Money()), F.FEE)
        assert draft.status is Status.PARTIAL
        assert "不收费" not in text_of(draft)


class TestVisits:
    def test_zero_is_said_as_registered(self) -> None:
        shown = text_of(answered(item(handling=Handling(visits=0)), F.VISITS))
        assert "到办事现场次数：0次" in shown

    @pytest.mark.parametrize("words", ["零跑动", "不用跑", "全程网办", "无需到场"])
    def test_zero_promises_nothing(self, words: str) -> None:
        for online in (None, True, False):
            record = item(handling=Handling(visits=0), online=Online(available=online))
            assert words not in text_of(answered(record, F.VISITS))
            assert words not in text_of(answered(record))

    @pytest.mark.parametrize(
        "record",
        [
            item(handling=Handling(visits=0), online=Online(available=False)),
            item(handling=Handling(visits=0, courier=False)),
            item(handling=Handling(visits=0)),
        ],
    )
    def test_contradicted_zero_is_doubted(self, record: ServiceItem) -> None:
        draft = answered(record, F.VISITS)
        (doubt,) = (one for one in draft.sentences if "先电话核实" in one.text)
        assert {draft.citations[n - 1].field for n in doubt.citations} == {"handling.visits"}

    @pytest.mark.parametrize(
        "record",
        [
            item(handling=Handling(visits=0), online=Online(available=True)),
            item(handling=Handling(visits=0), online=Online(url="https://a.cn")),
            item(handling=Handling(visits=0, courier=True)),
            item(handling=Handling(visits=1), online=Online(available=False)),
        ],
    )
    def test_no_doubt_without_contradiction(self, record: ServiceItem) -> None:
        assert "核实" not in text_of(answered(record, F.VISITS))


class TestPlace:
    WINDOW = Window(
        name="天河区政务服务中心",
        address="广州市天河区软件路13号",
        phone="020-12345678",
        hours="周一至周五9:00-17:00",
        district="天河区",
    )

    def test_window_card_dials(self) -> None:
        row = card_of(answered(item(windows=(self.WINDOW,)), F.PLACE), "window").rows[0]
        assert (row.label, row.text) == (self.WINDOW.name, self.WINDOW.address)
        assert (row.tel, row.note) == (self.WINDOW.phone, self.WINDOW.hours)

    def test_district_listed(self) -> None:
        draft = answered(item(windows=(self.WINDOW,)), F.PLACE, district="天河区")
        assert draft.status is Status.ANSWERED

    def test_district_not_listed_is_said(self) -> None:
        draft = answered(item(windows=(self.WINDOW,)), F.PLACE, district="番禺区")
        assert (draft.status, draft.reason) == (Status.PARTIAL, "facet_missing")
        assert "没有列出番禺区的窗口地址" in text_of(draft)
        assert self.WINDOW.address in text_of(draft)

    def test_district_plays_no_part_in_other_facets(self) -> None:
        assert answered(item(), F.MATERIALS, district="番禺区").status is Status.ANSWERED


class TestOnline:
    def test_supported_with_platform_and_entry(self) -> None:
        online = Online(available=True, platform="广东政务服务网", url="https://a.cn/b")
        draft = answered(item(online=online), F.ONLINE)
        assert "可以网上办理，平台：广东政务服务网" in text_of(draft)
        assert "https://a.cn/b" in text_of(draft)
        assert card_of(draft, "online").rows[0].url == "https://a.cn/b"

    def test_not_supported(self) -> None:
        shown = text_of(answered(item(online=Online(available=False)), F.ONLINE))
        assert "不支持网上办理" in shown
        assert "可以网上办理" not in shown

    def test_not_stated_claims_neither(self) -> None:
        draft = answered(item(), F.ONLINE)
        assert draft.status is Status.PARTIAL
        assert "可以网上办理" not in text_of(draft)
        assert "不支持" not in text_of(draft)


class TestSteps:
    RECORD = item(steps=(Step(name="申请", detail="网上提交"), Step(name="领证")))

    def test_numbered_in_one_sentence(self) -> None:
        assert "（1）申请：网上提交；（2）领证。" in text_of(answered(self.RECORD, F.PROCESS))

    def test_card(self) -> None:
        rows = card_of(answered(self.RECORD, F.PROCESS), "steps").rows
        assert [(row.label, row.text) for row in rows] == [("申请", "网上提交"), ("领证", None)]


class TestMissing:
    def test_whom_to_ask_is_said(self) -> None:
        record = item(contact=Contact(consult="020-88888888"))
        draft = answered(record, F.HOURS)
        assert draft.status is Status.PARTIAL
        assert "没有写明办理时间" in draft.sentences[0].text
        assert "020-88888888" in text_of(draft)

    def test_without_a_phone_nothing_is_made_up(self) -> None:
        assert "咨询电话问清楚" not in text_of(answered(item(), F.HOURS))

    def test_what_is_there_is_said_beside_what_is_not(self) -> None:
        draft = answered(item(), F.MATERIALS, F.FEE)
        assert draft.status is Status.PARTIAL
        assert "身份证、照片" in text_of(draft)
        assert "没有写明收费" in text_of(draft)


class TestAge:
    def test_old_sends_to_the_living_guide(self) -> None:
        draft = answered(item(provenance=OLD), F.MATERIALS)
        (aged,) = (one for one in draft.sentences if "可能已经变动" in one.text)
        assert "2021" in aged.text
        assert GUIDE in aged.text
        assert draft.citations[aged.citations[0] - 1].field == "provenance"

    def test_old_without_a_guide_sends_to_the_department(self) -> None:
        record = item(provenance=replace(OLD, live_guide=None))
        assert "向办理部门核对" in text_of(answered(record, F.MATERIALS))

    @pytest.mark.parametrize(
        ("as_of", "old"), [("2024", True), ("2025", False), ("2026-01", False)]
    )
    def test_last_year_is_not_old(self, as_of: str, old: bool) -> None:
        record = item(provenance=Provenance(as_of=as_of))
        assert ("可能已经变动" in text_of(answered(record, F.MATERIALS))) == old

    def test_cut_off_conditions_say_so(self) -> None:
        record = item(
            provenance=replace(NEW, incomplete=("conditions",)),
            conditions="符合下列条件：(一)年满；",
        )
        (said,) = (one for one in answered(record, F.CONDITIONS).sentences if "不完整" in one.text)
        assert said.citations
        assert "不完整" not in text_of(answered(record, F.MATERIALS))


class TestNext:
    RECORD = item(
        money=Money(charged=False),
        limits=Limits(promised=Duration(amount=3, unit="工作日")),
        handling=Handling(proxy="可以委托他人代办", offline="到街道窗口办理"),
        contact=Contact(place="东风路1号", consult="020-1"),
    )

    def test_who_asks_for_documents_is_told_the_rest_briefly(self) -> None:
        shown = text_of(answered(self.RECORD, F.MATERIALS))
        for part in ("3个工作日", "不收费", "东风路1号", "可以委托他人代办"):
            assert part in shown

    def test_who_asks_for_a_detail_is_told_the_way_only(self) -> None:
        shown = text_of(answered(self.RECORD, F.TIME_LIMIT))
        assert "东风路1号" in shown
        assert "可以委托他人代办" in shown
        assert "不收费" not in shown
        assert "身份证" not in shown

    def test_an_overview_has_the_materials_card(self) -> None:
        draft = answered(self.RECORD)
        assert draft.status is Status.ANSWERED
        assert card_of(draft, "materials").rows


class TestBundle:
    def test_overview_lists_what_it_contains(self) -> None:
        draft = answered(bundle(summary="生小孩要办的事。"))
        assert "这件事包含：出生登记。" in text_of(draft)
        row = card_of(draft, "choices").rows[0]
        assert (row.label, row.ask, row.code) == ("出生登记", "出生登记", "i1")
        assert row.citations


class TestFaq:
    def test_answer_of_the_record(self) -> None:
        record = item(
            faqs=(Faq(question="要预约吗", answer="不用"), Faq(question="几岁", answer="16周岁"))
        )
        writer = Writer()
        items.say_faq(record, 1, writer)
        assert writer.sentences[0].text == "常见问题“几岁”：16周岁。"
        assert [one.field for one in writer.citations] == ["faqs[1].answer", "faqs[1].question"]


def test_source_address_is_the_first_that_has_one() -> None:
    sources = (Source(name="书"), Source(name="网", url="https://a.cn"), Source(name="b", url="x"))
    record = item(provenance=Provenance(as_of="2026", sources=sources, live_guide=GUIDE))
    assert answered(record, F.MATERIALS).citations[0].url == "https://a.cn"
    assert answered(item(provenance=OLD), F.MATERIALS).citations[0].url == GUIDE
    assert answered(item(), F.MATERIALS).citations[0].url is None


def test_results_and_validity() -> None:
    record = item(results=(Result(name="居住证", validity="1年"),))
    assert "居住证（有效期：1年）" in text_of(answered(record, F.RESULT))
