"""Each rule fires on a record made for it, and a good record is left in peace."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import lint
from knowledge.types import (
    Article,
    Body,
    Bundle,
    BundleItem,
    Coded,
    Contact,
    Duration,
    Faq,
    Fee,
    Handling,
    Hotline,
    Identity,
    Limits,
    Material,
    Money,
    Online,
    Policy,
    Provenance,
    Result,
    ServiceItem,
    Step,
)

PROVENANCE = Provenance(as_of="2025")
GOOD = ServiceItem(
    code="i",
    name="居住证办理",
    provenance=PROVENANCE,
    body=Body(department="公安局"),
    identity=Identity(item_type=Coded(text="行政许可")),
    conditions="在本市居住半年以上。",
    materials=(Material(name="身份证"),),
    steps=tuple(Step(name=name) for name in ("申请", "受理", "审查", "决定", "送达")),
    faqs=(Faq(question="多久？", answer="15 个工作日。"),),
    limits=Limits(
        legal=Duration(amount=15, unit="工作日"), promised=Duration(amount=10, unit="工作日")
    ),
    money=Money(
        charged=True, fees=(Fee(name="工本费", standard="20 元", basis="粤价〔2010〕1号"),)
    ),
    handling=Handling(visits=1, visits_reason="须采集指纹"),
    online=Online(available=True, url="https://www.gz.gov.cn/x"),
    contact=Contact(
        consult="020-83119727",
        complain="020-12345",
        place="越秀区起义路",
        hours="工作日 9:00–17:00",
    ),
    results=(Result(name="居住证", kind="证照", sample_url="https://www.gz.gov.cn/y"),),
)
WORKDAY = Duration(amount=1, unit="工作日")


def rules(item: ServiceItem) -> set[tuple[str, str]]:
    return {(found.rule, found.field) for found in lint.check(item)}


def test_a_good_record_is_left_in_peace() -> None:
    assert lint.check(GOOD) == ()


@pytest.mark.parametrize(
    ("changes", "rule", "field"),
    [
        ({"conditions": "符合条件的人员"}, "vague-word", "conditions"),
        ({"materials": (Material(name="其他材料"),)}, "vague-word", "materials.0.name"),
        ({"steps": (Step(name="审查", detail="按规定审查"),)}, "vague-word", "steps.0.detail"),
        ({"conditions": "具备下列条件：\n"}, "cut-off-conditions", "conditions"),
        ({"money": Money(charged=True)}, "fee-basis", "money.basis"),
        ({"money": Money(charged=True)}, "fee-items", "money.fees"),
        ({"money": Money(charged=False, pay_online=True)}, "contradiction", "money.pay_online"),
        ({"money": Money(charged=False, fees=GOOD.money.fees)}, "contradiction", "money.fees"),
        ({"handling": Handling(visits=2)}, "visits-reason", "handling.visits"),
        (
            {"handling": Handling(visits=0), "online": Online(available=False)},
            "contradiction",
            "handling.visits",
        ),
        (
            {"handling": Handling(visits=1, visits_reason="x", offline="无线下办理窗口")},
            "contradiction",
            "handling.visits",
        ),
        ({"online": Online(depth="Ⅳ级")}, "contradiction", "online.depth"),
        ({"online": Online(url="http://gz.gov.cn/x")}, "url-insecure", "online.url"),
        (
            {"limits": Limits(legal=WORKDAY, promised=replace(WORKDAY, amount=2))},
            "contradiction",
            "limits.promised",
        ),
        (
            {"handling": Handling(visits=0, case_kind=Coded(text="即办件"))},
            "contradiction",
            "handling.case_kind",
        ),
        ({"results": (Result(name="批复", kind="证照"),)}, "result-kind", "results.0.kind"),
        ({"results": (Result(name="居住证"),)}, "result-sample", "results.0.sample_url"),
        ({"faqs": ()}, "licence-faq", "faqs"),
        ({"steps": ()}, "licence-steps", "steps"),
        ({"materials": ()}, "core-fields", ""),
        ({"effective": date(2025, 1, 2), "expires": date(2025, 1, 1)}, "contradiction", "expires"),
    ],
)
def test_each_rule_fires(changes: dict[str, object], rule: str, field: str) -> None:
    assert (rule, field) in rules(replace(GOOD, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("consult", "complain", "rule"),
    [
        ("020-87351468", "020-87351468", "same-phone"),
        ("020-12345-1", "020-12345-1", "same-phone"),
        ("020-12345", "020-12345", "same-phone-12345"),
        ("12345", " 12345", "same-phone-12345"),
        ("020-12345", "12345", None),
        (None, None, None),
    ],
)
def test_equal_phones(consult: str | None, complain: str | None, rule: str | None) -> None:
    item = replace(GOOD, contact=Contact(consult=consult, complain=complain))
    assert [found.rule for found in lint.same_phone(item)] == ([rule] if rule else [])


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("020-83133642", None),
        ("020－81102000", None),
        ("(8620) 81218888", None),
        ("86 20 87512631", None),
        ("020- 83835328", None),
        ("020-8923 2806", None),
        ("020-12333–9", None),
        ("020-83133283、83134746", None),
        ("0755-88127587", None),
        ("12367", None),
        ("95598", None),
        ("400-7000-690", None),
        ("13812345678", None),
        ("拨打12348或020-86350683", None),
        ("无w", "phone-format"),
        ("0000swjw", "phone-format"),
        ("020-837288891", "phone-length"),
        ("020-37288041/020-3728889", "phone-length"),
        ("020-123456", "phone-length"),
        ("37885230", "phone-area"),
        ("029-87195203", "phone-area"),
    ],
)
def test_telephone_texts(text: str, rule: str | None) -> None:
    found = [finding.rule for finding in lint.phones(replace(GOOD, contact=Contact(consult=text)))]
    assert found == ([rule] if rule else [])


@given(st.text())
def test_any_telephone_text_is_judged(text: str) -> None:
    item = replace(GOOD, contact=Contact(consult=text, complain=text))
    assert all(found.value == text for found in lint.phones(item))


def test_other_kinds_of_record() -> None:
    bundle = Bundle(
        code="b",
        name="一件事",
        provenance=PROVENANCE,
        stage="出生",
        audience="个人",
        items=(BundleItem(code="i", name="事项", after=("i", "x")),),
    )
    policy = Policy(
        code="p",
        name="办法",
        provenance=PROVENANCE,
        articles=(Article(id="a1", number="第一条", text=" "),),
    )
    hotline = Hotline(code="h", name="热线", number="待定", provenance=PROVENANCE)
    assert [found.rule for found in lint.check(bundle)] == ["bundle-after", "bundle-after"]
    assert [found.rule for found in lint.check(policy)] == ["article-empty"]
    assert [found.rule for found in lint.check(replace(policy, articles=()))] == ["policy-empty"]
    assert [found.rule for found in lint.check(hotline)] == ["phone-format"]


def test_every_finding_names_record_value_and_remedy() -> None:
    bad = replace(GOOD, conditions="符合条件：", money=Money(charged=True), steps=(), results=())
    for found in lint.check(bad):
        assert found.code == "i" and found.value and found.remedy
