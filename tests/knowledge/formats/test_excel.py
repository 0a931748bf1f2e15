"""The Excel template: what is written reads back equal, and no row or column is lost silently."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from knowledge import codec
from knowledge.formats import excel, pack
from knowledge.formats.excel_sheets import SHEETS, leaf_paths
from knowledge.types import (
    Article,
    Body,
    Bundle,
    BundleItem,
    Contact,
    Duration,
    Fee,
    Hotline,
    Limits,
    Material,
    Money,
    Parsed,
    Policy,
    Provenance,
    Record,
    ServiceItem,
    Source,
    Step,
)

TYPES = {cls.kind: cls for cls in (ServiceItem, Bundle, Policy, Hotline)}
ITEM = ServiceItem(
    code="0440100000000000000000000000001",
    name="=居住证办理",
    aliases=("办居住证", "攞居住证"),
    provenance=Provenance(as_of="2025", sources=(Source(name="官网", opened=date(2025, 1, 2)),)),
    body=Body(department="广州市公安局"),
    limits=Limits(legal=Duration(amount=15, unit="工作日", text="15(工作日)")),
    money=Money(charged=False, fees=(Fee(name="工本费", standard="0 元"),)),
    materials=(Material(name="身份证", originals=1), Material(name="照片", need="非必要")),
    steps=(Step(name="受理", limit=Duration(amount=1, unit="小时")), Step(name="审核")),
    contact=Contact(consult="020-12345"),
    conditions="第一行\n  第二行 ",
    effective=date(2024, 1, 1),
)


def round_trip(tmp_path: Path, *records: Record) -> Parsed:
    path = tmp_path / "records.xlsx"
    excel.write(records, path)
    return excel.parse([path])


def edited(tmp_path: Path, edit: Callable[[Workbook], None], *records: Record) -> Parsed:
    path = tmp_path / "records.xlsx"
    excel.write(records or (ITEM,), path)
    book = load_workbook(path)
    edit(book)
    book.save(path)
    return excel.parse([path])


def put(sheet: str, heading: str, value: Any, row: int = 2) -> Callable[[Workbook], None]:
    def edit(book: Workbook) -> None:
        page = book[sheet]
        column = next(cell.column for cell in page[1] if cell.value == heading)
        page.cell(row=row, column=column).value = value

    return edit


def rejections(parsed: Parsed) -> list[tuple[str, str, str]]:
    return [(found.rule, found.code.split("（")[0], found.field) for found in parsed.rejected]


def test_the_built_in_pack_round_trips(tmp_path: Path) -> None:
    records = pack.parse([pack.BUILT_IN]).records
    parsed = round_trip(tmp_path, *records)
    assert parsed.rejected == ()
    assert {r.code: r for r in parsed.records} == {r.code: r for r in records}


def test_every_field_has_a_column() -> None:
    for sheet in SHEETS:
        if sheet.kind:
            paths = {column.path for column in sheet.columns}
            assert paths == set(leaf_paths(TYPES[sheet.kind]))
            assert len({column.heading for column in sheet.columns}) == len(sheet.columns)


def test_one_record_in_full(tmp_path: Path) -> None:
    parsed = round_trip(tmp_path, ITEM)
    assert (parsed.read, parsed.records, parsed.rejected) == (1, (ITEM,), ())


def test_the_template_is_empty_and_explained(tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    excel.write_template(path)
    book = load_workbook(path)
    assert book.sheetnames == ["说明", *(sheet.title for sheet in SHEETS)]
    explained = {(row[0], row[1]) for row in book["说明"].iter_rows(values_only=True)}
    assert {(s.title, c.heading) for s in SHEETS for c in s.columns} <= explained
    assert book["材料"].data_validations.dataValidation[0].formula1 == '"必要,非必要,容缺后补"'
    parsed = excel.parse([path])
    assert (parsed.read, parsed.records, parsed.rejected) == (0, (), ())
    assert [found.rule for found in parsed.findings] == ["empty-workbook"]


@pytest.mark.parametrize(
    ("sheet", "heading", "value", "problem"),
    [
        ("事项", "生效日期", "明天", ("cell-value", "事项 第2行", "生效日期")),
        ("事项", "是否收费", "也许", ("cell-value", "事项 第2行", "是否收费")),
        ("事项", "到场次数", "两次", ("cell-value", "事项 第2行", "到场次数")),
        ("事项", "编码", 4.4e30, ("cell-value", "事项 第2行", "编码")),
        ("事项", "简介", "=A1&B1", ("cell-value", "事项 第2行", "简介")),
        ("事项", "名称", None, ("invalid-missing", "事项 第2行", "名称")),
        ("事项", "实施主体", None, ("invalid-missing", "事项 第2行", "实施主体")),
        ("事项", "法定时限单位", None, ("invalid-missing", "事项 第2行", "法定时限单位")),
        ("材料", "必要性", "可有可无", ("cell-value", "材料 第2行", "必要性")),
        ("材料", "材料名称", None, ("invalid-missing", "材料 第2行", "材料名称")),
        ("收费", "收费标准", None, ("invalid-missing", "收费 第2行", "收费标准")),
        ("材料", "所属编码", "别的", ("orphan-row", "材料 第2行", "所属编码")),
    ],
)
def test_errors_name_sheet_row_and_column(
    tmp_path: Path, sheet: str, heading: str, value: Any, problem: tuple[str, str, str]
) -> None:
    parsed = edited(tmp_path, put(sheet, heading, value))
    assert problem in rejections(parsed)
    assert all(found.remedy and found.level == "error" for found in parsed.rejected)


@pytest.mark.parametrize("value", ["2024/1/31", "2024年1月31日", datetime(2024, 1, 31)])
def test_dates_as_staff_write_them(tmp_path: Path, value: Any) -> None:
    parsed = edited(tmp_path, put("事项", "生效日期", value))
    assert parsed.records == (replace(ITEM, effective=date(2024, 1, 31)),)


def test_numbers_where_text_is_meant(tmp_path: Path) -> None:
    parsed = edited(tmp_path, put("事项", "咨询电话", 12345.0))
    (item,) = parsed.records
    assert isinstance(item, ServiceItem) and item.contact.consult == "12345"


def test_unknown_columns_and_sheets_are_reported(tmp_path: Path) -> None:
    def edit(book: Workbook) -> None:
        page = book["事项"]
        page.cell(row=1, column=page.max_column + 1).value = "备用"
        book.create_sheet("附录")["A1"] = "x"

    parsed = edited(tmp_path, edit)
    assert len(parsed.records) == 1
    assert {("unknown-column", "备用"), ("unknown-sheet", "附录")} <= {
        (found.rule, found.field) for found in parsed.findings
    }


def test_repeated_codes_are_rejected(tmp_path: Path) -> None:
    parsed = round_trip(tmp_path, ITEM, ITEM)
    assert (parsed.read, len(parsed.records)) == (2, 1)
    assert rejections(parsed)[0] == ("duplicate-code", "事项 第3行", "编码")


def test_a_bundle_without_items_is_rejected_by_the_sheet_name(tmp_path: Path) -> None:
    bundle = Bundle(
        code="b",
        name="新生儿出生一件事",
        provenance=Provenance(as_of="2025"),
        stage="出生",
        audience="个人",
        items=(BundleItem(code="i", name="出生登记"),),
    )
    parsed = edited(tmp_path, lambda book: book["一件事事项"].delete_rows(2), bundle)
    assert rejections(parsed) == [("invalid-missing", "一件事 第2行", "一件事事项")]


def test_other_files_are_rejected(tmp_path: Path) -> None:
    path = tmp_path / "records.xlsx"
    path.write_text("not a workbook", encoding="utf-8")
    assert [found.rule for found in excel.parse([path]).rejected] == ["unreadable-file"]


def test_what_a_cell_cannot_hold_is_refused(tmp_path: Path) -> None:
    for text in ("长" * 32_768, "a\x01b"):
        with pytest.raises(ValueError, match="conditions"):
            excel.write([replace(ITEM, conditions=text)], tmp_path / "x.xlsx")


def test_lint_runs_on_import(tmp_path: Path) -> None:
    item = replace(ITEM, contact=Contact(consult="020-1", complain="020-1"))
    assert "same-phone" in {found.rule for found in round_trip(tmp_path, item).findings}


WORDS = st.text("甲乙丙ABC=0'\"；，. ", min_size=1).filter(lambda text: text == text.strip() != "")
POLICIES = st.builds(
    Policy,
    code=st.text("abc", min_size=1),
    name=WORDS,
    provenance=st.builds(Provenance, as_of=WORDS, summary=st.booleans()),
    articles=st.lists(
        st.builds(Article, id=WORDS, number=WORDS, text=st.text("条\n =-+@#", min_size=1)),
        min_size=1,
        max_size=3,
    ).map(tuple),
    aliases=st.lists(WORDS, max_size=3).map(tuple),
    issued=st.none() | st.dates(min_value=date(1900, 3, 1)),
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(POLICIES, max_size=3, unique_by=lambda policy: policy.code))
def test_any_policy_round_trips(tmp_path: Path, policies: list[Policy]) -> None:
    parsed = round_trip(tmp_path, *policies)
    assert parsed.rejected == ()
    assert [codec.dump(record) for record in parsed.records] == [codec.dump(p) for p in policies]
