"""The portal importer on the 2,262 real records, on damaged files and on small made ones."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import codec
from knowledge.formats import gdzwfw
from knowledge.types import Duration, Parsed, ServiceItem

DATA = Path(__file__).resolve().parents[4] / "shared/data/gdzwfw_items/records.jsonl"
NULLS = (None, "", "无", "无。")

RAW: dict[str, Any] = {
    "TASK_CODE": "11440000006939756B2440101007000",
    "ORGCODE": "006939756",
    "TASK_TYPE": "21",
    "TASK_TYPE_TEXT": "公共服务",
    "CATAID": "440101007000",
    "CATANAME": "价格申报",
    "TASK_NAME": "临时价格申报",
    "DEPT_NAME": "广东省发展和改革委员会",
    "AREACODE": "440000",
    "AREA_CODE_TEXT": "广东省",
    "URL": "https://www.gdzwfw.gov.cn/gaio/apply",
    "ONLINECHECK": "1",
    "LIMIT_SCENE_NUM": "0",
    "visit_number": "0",
    "matter_level": "省级",
    "handle_time": "30(工作日)",
    "handle_time_limit": "7(工作日)",
    "accept_standard": "依法登记的企业。",
    "consult_phone": "020-34121084",
    "complain_phone": "020-83134173",
    "courier_service": "是",
    "online_book": "是",
    "online_book_addr": "https://www.gdzwfw.gov.cn/book",
    "handle_location": "办理地点：广州市越秀区东风中路305号",
    "theme_category": ["其他", "就业创业"],
    "service_object_name": ["自然人"],
    "material_intro": ["申请表 ", "身份证"],
}


def parse_text(tmp_path: Path, *lines: str) -> Parsed:
    path = tmp_path / "records.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return gdzwfw.parse([path])


def parse_one(tmp_path: Path, **changes: Any) -> tuple[ServiceItem, list[tuple[str, str]]]:
    parsed = parse_text(tmp_path, json.dumps(RAW | changes, ensure_ascii=False))
    (item,) = parsed.records
    assert isinstance(item, ServiceItem)
    return item, [(finding.rule, finding.field) for finding in parsed.findings]


@pytest.fixture(scope="module")
def raws() -> dict[str, dict[str, Any]]:
    if not DATA.exists():
        pytest.skip(f"the portal records are not here: {DATA}")
    entries = (json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines())
    return {entry["TASK_CODE"]: entry for entry in entries}


@pytest.fixture(scope="module")
def parsed(raws: dict[str, dict[str, Any]]) -> Parsed:
    return gdzwfw.parse([DATA])


class TestRealRecords:
    def test_none_is_lost(self, raws: dict[str, dict[str, Any]], parsed: Parsed) -> None:
        assert (parsed.read, parsed.rejected) == (len(raws), ())
        assert [record.code for record in parsed.records] == list(raws)

    def test_fields_equal_the_source(self, raws: dict[str, dict[str, Any]], parsed: Parsed) -> None:
        def text(value: str | None) -> str | None:
            return None if value in NULLS else str(value).strip()

        for item in parsed.records:
            assert isinstance(item, ServiceItem)
            raw = raws[item.code]
            place = text(raw["handle_location"])
            materials = [] if raw["material_intro"] == "无" else raw["material_intro"]
            assert item.name == raw["TASK_NAME"].strip()
            assert item.conditions == text(raw["accept_standard"])
            assert item.contact.consult == text(raw["consult_phone"])
            assert item.contact.complain == text(raw["complain_phone"])
            assert item.contact.place == (None if place == "无线下办理窗口" else place)
            assert item.handling.offline == (
                "无线下办理窗口" if item.contact.place is None else None
            )
            assert [material.name for material in item.materials] == materials
            assert item.online.url == raw["URL"]
            assert item.handling.visits == int(raw["visit_number"])
            for limit, key in (("legal", "handle_time"), ("promised", "handle_time_limit")):
                duration = getattr(item.limits, limit)
                assert (duration and duration.text) == text(raw[key])

    def test_equal_phones(self, raws: dict[str, dict[str, Any]], parsed: Parsed) -> None:
        same = {
            code: raw["consult_phone"]
            for code, raw in raws.items()
            if raw["consult_phone"] == raw["complain_phone"] not in NULLS
        }
        hotline = {code for code, phone in same.items() if re.fullmatch("(020-)?12345", phone)}
        assert (len(same), len(hotline)) == (183, 108)
        assert codes(parsed, "same-phone") == sorted(set(same) - hotline)
        assert codes(parsed, "same-phone-12345") == sorted(hotline)

    def test_cut_off_conditions(self, raws: dict[str, dict[str, Any]], parsed: Parsed) -> None:
        cut = {
            code: raw["accept_standard"].strip()[-1]
            for code, raw in raws.items()
            if raw["accept_standard"].strip().endswith(tuple("；：，;:,"))
        }
        assert Counter(cut.values()) == {"；": 121, "：": 191, ":": 1}
        assert codes(parsed, "cut-off-conditions") == sorted(cut)
        marked = [r.code for r in parsed.records if r.provenance.incomplete == ("conditions",)]
        assert sorted(marked) == sorted(cut)

    def test_zero_visits_without_a_remote_way(
        self, raws: dict[str, dict[str, Any]], parsed: Parsed
    ) -> None:
        doubtful = {
            code
            for code, raw in raws.items()
            if (raw["visit_number"] == "0" and not raw["URL"] and raw["courier_service"] != "是")
            or (raw["visit_number"] != "0" and raw["handle_location"] == "无线下办理窗口")
        }
        found = [f for f in parsed.findings if f.field == "handling.visits"]
        assert {f.rule for f in found} == {"contradiction"}
        assert sorted(f.code for f in found) == sorted(doubtful)

    def test_shared_names(self, raws: dict[str, dict[str, Any]], parsed: Parsed) -> None:
        names = Counter(raw["TASK_NAME"] for raw in raws.values())
        shared = [name for name, times in names.items() if times > 1]
        assert len(shared) == len(codes(parsed, "name-shared")) == 67

    def test_areas(self, raws: dict[str, dict[str, Any]], parsed: Parsed) -> None:
        other = [code for code, raw in raws.items() if code[2:8] != raw["AREACODE"]]
        assert codes(parsed, "area-from-central-body") == sorted(other)
        regions = {item.region for item in parsed.records if isinstance(item, ServiceItem)}
        assert {region.code for region in regions if region} == {"440000", "440100"}

    def test_no_rule_shouts(self, parsed: Parsed) -> None:
        shouted = Counter(finding.rule for finding in parsed.findings if finding.level == "warning")
        assert max(shouted.values()) == 313
        assert all(finding.remedy and finding.code for finding in parsed.findings)

    def test_records_survive_encoding(self, parsed: Parsed) -> None:
        assert all(codec.decode(codec.encode(record)) == record for record in parsed.records)


def codes(parsed: Parsed, rule: str) -> list[str]:
    return sorted(finding.code for finding in parsed.findings if finding.rule == rule)


def test_mapping(tmp_path: Path) -> None:
    item, rules = parse_one(tmp_path, matter_code="无", TASK_STATE=None, co_department="无")
    assert rules == []
    assert item.limits.legal == Duration(amount=30, unit="工作日", text="30(工作日)")
    assert item.identity.item_type is not None
    assert (item.identity.item_type.code, item.identity.item_type.text) == ("21", "公共服务")
    assert item.identity.handling_code is None and item.body.partners is None
    assert item.themes == ("就业创业",)
    assert [material.name for material in item.materials] == ["申请表", "身份证"]
    assert (item.handling.visits, item.handling.courier, item.online.available) == (0, True, True)
    assert item.handling.appointment_url == "https://www.gdzwfw.gov.cn/book"
    assert (item.provenance.as_of, item.provenance.checked) == ("2021", None)


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"TASK_CODE": "1144"}, ("code-length", "TASK_CODE")),
        ({"TASK_CODE": "11440000006939756B24401010070X0"}, ("code-structure", "TASK_CODE")),
        ({"CATAID": "440101007001"}, ("code-structure", "CATAID")),
        ({"matter_level": "市级"}, ("code-structure", "matter_level")),
        ({"TASK_CODE": "11440000006939756C2440101007000"}, ("credit-code-check", "TASK_CODE")),
        ({"AREACODE": "440100"}, ("area-from-central-body", "region")),
        ({"matter_code": "1" * 33}, ("handling-code-differs", "identity.handling_code")),
        ({"matter_code": "1" * 30}, ("code-length", "identity.handling_code")),
        ({"handle_time": "即时"}, ("limit-format", "limits.legal")),
        ({"handle_time_limit": "0(工作日)"}, ("limit-format", "limits.promised")),
        ({"handle_time_limit": "60(工作日)"}, ("contradiction", "limits.promised")),
        ({"LIMIT_SCENE_NUM": "1"}, ("fields-disagree", "visit_number")),
        ({"visit_number": "一次"}, ("unknown-value", "visit_number")),
        ({"courier_service": "或许"}, ("unknown-value", "courier_service")),
        ({"TASK_TAG": "热门"}, ("unmapped-field", "TASK_TAG")),
        ({"NEW_FIELD": ["值"]}, ("unmapped-field", "NEW_FIELD")),
        ({"URL": "javascript:alert(1)"}, ("url-format", "online.url")),
        ({"URL": "http://[bad"}, ("url-format", "online.url")),
        ({"URL": "http://www.gdmoa.org/x"}, ("url-insecure", "online.url")),
        ({"URL": "https://210.76.74.108/qylist"}, ("url-ip", "online.url")),
        ({"URL": "https://www.gdmoa.org"}, ("url-home-page", "online.url")),
        ({"URL": None}, ("contradiction", "online.url")),
        ({"ONLINECHECK": "0"}, ("contradiction", "online.available")),
        ({"online_book": "否"}, ("contradiction", "handling.appointment")),
        ({"handle_location": "办理地点：无"}, ("place-empty", "contact.place")),
        ({"material_intro": ["申请表；"]}, ("material-name", "materials.0.name")),
        ({"material_intro": ["身份证", "身份证"]}, ("material-name", "materials")),
        ({"material_intro": ["其他材料"]}, ("vague-word", "materials.0.name")),
        (
            {"accept_standard": "符合下列条件之一：（一）成年"},
            ("conditions-unfinished", "conditions"),
        ),
        ({"matter_daily": "收养"}, ("alias-short", "aliases")),
        ({"complain_phone": "无w"}, ("phone-format", "contact.complain")),
        ({"DEPT_NAME": "无"}, ("missing-field", "body.department")),
    ],
)
def test_oddities(tmp_path: Path, changes: dict[str, Any], finding: tuple[str, str]) -> None:
    _, rules = parse_one(tmp_path, **changes)
    assert finding in rules


def test_unreadable_limit_is_kept_as_a_note(tmp_path: Path) -> None:
    item, _ = parse_one(tmp_path, handle_time="即时办结")
    assert (item.limits.legal, item.limits.legal_note) == (None, "即时办结")


def test_courier_text_is_kept(tmp_path: Path) -> None:
    item, _ = parse_one(tmp_path, courier_service="不支持")
    assert (item.handling.courier, item.handling.courier_text) == (False, "不支持")


def test_damaged_entries_are_rejected_and_the_rest_comes_in(tmp_path: Path) -> None:
    good = json.dumps(RAW)
    nameless = json.dumps(RAW | {"TASK_CODE": "X", "TASK_NAME": "无"})
    surrogate = json.dumps(RAW | {"TASK_CODE": "Y", "TASK_NAME": "\ud800"})
    lines = ["﻿" + good, good[:50], "[1]", "", nameless, surrogate, good, "[" * 100_000]
    parsed = parse_text(tmp_path, *lines)
    assert (parsed.read, len(parsed.records)) == (7, 1)
    assert [(problem.rule, problem.level) for problem in parsed.rejected] == [
        ("damaged-line", "error"),
        ("damaged-line", "error"),
        ("missing-field", "error"),
        ("damaged-line", "error"),
        ("duplicate-code", "error"),
        ("damaged-line", "error"),
    ]
    assert "records.jsonl:2" in parsed.rejected[0].code


def test_a_json_array_reads_the_same(tmp_path: Path) -> None:
    second = RAW | {"TASK_CODE": "11440000006939756B2440101008000"}
    parsed = parse_text(tmp_path, json.dumps([RAW, second, 7], ensure_ascii=False, indent=1))
    assert (parsed.read, len(parsed.records), len(parsed.rejected)) == (3, 2, 1)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("注销律师证,律师证注销", ("注销律师证", "律师证注销")),
        ("受赠，受赠公证", ("受赠公证",)),
        ("专职 律师 执业", ("专职律师执业",)),
        ("法援  律师   执业", ("法援律师执业",)),
        ("无线电,台站,延续", ("无线电台站延续",)),
        ("“户口，迁出”", ("户口迁出",)),
        ("团聚签证.探亲签证.结婚签证", ("团聚签证", "探亲签证", "结婚签证")),
        ("保全通讯记录（短信、微信）公证指引", ("保全通讯记录（短信、微信）公证指引",)),
        ("馆藏文物修复、复制、拓印许可", ("馆藏文物修复、复制、拓印许可",)),
        ("货运公司，货车老板", ("货运公司", "货车老板")),
        ("；", ()),
    ],
)
def test_everyday_names(text: str, names: tuple[str, ...]) -> None:
    assert gdzwfw.split_alias(text) == names


def test_an_alias_is_never_the_name() -> None:
    assert gdzwfw.aliases("户口迁出", "“户口，迁出”", "迁户口", None) == ("迁户口",)


@given(st.text())
def test_any_everyday_text_splits(text: str) -> None:
    assert all(gdzwfw.split_alias(text))


@given(
    st.dictionaries(
        st.sampled_from(sorted(gdzwfw.FIELDS)),
        st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text()),
    )
)
def test_any_values_come_in(values: dict[str, Any]) -> None:
    item = gdzwfw.to_item(values | {"TASK_CODE": "c", "TASK_NAME": "n"})
    assert codec.decode(codec.encode(item)) == item
