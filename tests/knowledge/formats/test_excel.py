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
from knowledge.formats.excel_sheets import CONDITIONS, EXAMPLES, SHEETS, Sheet, leaf_paths
from knowledge.types import (
    Article,
    Benefit,
    Body,
    Bundle,
    BundleItem,
    Clock,
    Condition,
    Contact,
    Duration,
    Fee,
    Limits,
    Material,
    Money,
    Option,
    Parsed,
    Policy,
    Provenance,
    Question,
    Record,
    Rule,
    Satisfies,
    ServiceItem,
    SharedMaterial,
    Source,
    Step,
    Stop,
    Variant,
)

ITEM = ServiceItem(
    code="0440100000000000000000000000001",
    name="=居住证办理",
    aliases=("办居住证", "攞居住证"),
    asked=("我刚来广州，要办什么证？",),
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
BUNDLE = Bundle(
    code="b",
    name="新生儿出生一件事",
    provenance=Provenance(as_of="2025"),
    stage="出生",
    audience="个人",
    version="1",
    listed="第一批",
    items=(
        BundleItem(
            code="HUKOU-1",
            name="出生登记",
            window="户政窗口",
            deadline=Clock(
                event="born", within=Duration(amount=1, unit="个月"), text="出生后一个月内"
            ),
        ),
        BundleItem(
            code="i2",
            name="社保卡",
            optional=True,
            opens=Clock(event="start", within=Duration(amount=1, unit="自然日"), text="次日起"),
        ),
    ),
    materials=(
        SharedMaterial(
            name="出生医学证明",
            key="birth",
            satisfies=(Satisfies(item="HUKOU-1", material="出生证"),),
            for_=("i2",),
            electronic="出生医学证明电子证照",
        ),
        SharedMaterial(name="委托书", key="proxy", optional=True),
        SharedMaterial(name="照片"),
    ),
    questions=(
        Question(id="born", text="哪天出生？", why="有期限。", kind="date"),
        Question(
            id="who",
            text="谁去办？",
            why="# 代办: 要委托书",
            options=(Option(id="1", text="本人"), Option(id="2", text="- 代办")),
        ),
        Question(
            id="months",
            text="多大？",
            why="看月龄。",
            kind="number",
            unit="个月",
            least=0,
            most=36,
            ask_if=Condition(not_=Condition(answer="who", is_="2")),
        ),
    ),
    rules=(
        Rule(
            id="proxy",
            if_=Condition(answer="who", in_=("2",)),
            reason="代办要委托书。",
            add_documents=("proxy",),
        ),
        Rule(
            id="card",
            if_=Condition(
                all=(
                    Condition(answer="months", at_least=0),
                    Condition(answer="born", since=date(2025, 1, 1)),
                )
            ),
            reason="可以办卡。",
            add_items=("i2",),
        ),
        Rule(
            id="far",
            if_=Condition(profile="residence", is_="foreign"),
            reason="不在这里办。",
            stop=Stop(kind="not_here", instead="到领事馆办"),
        ),
    ),
)
VARIED = replace(
    ITEM,
    money=Money(charged=True, fees=(Fee(name="工本费", standard="20元", yuan=20),)),
    variants=(
        Variant(
            id="gangao",
            label="港澳居民",
            if_=Condition(any=(Condition(profile="residence", in_=("hongkong", "macao")),)),
            materials=(Material(name="港澳居民居住证"),),
            without=("身份证",),
        ),
    ),
)
POLICY = Policy(
    code="p",
    name="奖励办法",
    provenance=Provenance(as_of="2025"),
    articles=(Article(id="a1", number="第一条", text="给予奖励。"),),
    benefits=(
        Benefit(
            id="x",
            name="奖励",
            if_=Condition(profile="veteran", is_=False),
            articles=("a1",),
            automatic=False,
        ),
    ),
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


@pytest.mark.parametrize("sheet", SHEETS, ids=[sheet.title for sheet in SHEETS])
def test_every_field_has_a_column(sheet: Sheet) -> None:
    columns = [column.path for column in sheet.columns if column.path]
    lists = {one.lists[sheet.kind] for one in SHEETS if sheet.kind in one.lists}
    assert {*columns, *lists} == set(leaf_paths(sheet.cls, {*columns, *lists}))
    assert len(set(columns)) == len(columns)
    assert len({column.heading for column in sheet.columns}) == len(sheet.columns)


@pytest.mark.parametrize("record", [ITEM, VARIED, BUNDLE, POLICY], ids=lambda one: one.code)
def test_one_record_in_full(tmp_path: Path, record: Record) -> None:
    parsed = round_trip(tmp_path, record)
    assert (parsed.read, parsed.records, parsed.rejected) == (1, (record,), ())


def test_structures_are_yaml_that_one_can_edit(tmp_path: Path) -> None:
    excel.write([BUNDLE], tmp_path / "b.xlsx")
    page = load_workbook(tmp_path / "b.xlsx")["一件事事项"]
    cells = dict(zip(*list(page.iter_rows(values_only=True))[:2], strict=True))
    assert (
        cells["最迟办理"] == "event: born\nwithin:\n  amount: 1\n  unit: 个月\ntext: 出生后一个月内"
    )


def test_the_examples_of_the_guide_are_valid(tmp_path: Path) -> None:
    headings = {c.path: (s.title, c.heading) for s in SHEETS for c in s.columns}

    def edit(book: Workbook) -> None:
        for path, text in EXAMPLES.items():
            put(*headings[path], text)(book)

    birth = SharedMaterial(name="出生医学证明", key="birth")
    bundle = replace(BUNDLE, items=BUNDLE.items[:1], materials=(birth,))
    parsed = edited(tmp_path, edit, bundle, ITEM, POLICY)
    assert parsed.rejected == ()
    records = {record.kind: codec.dump(record) for record in parsed.records}
    assert [one["id"] for one in records["bundle"]["questions"]] == ["born", "hukou"]
    assert [one["id"] for one in records["bundle"]["rules"]] == ["elsewhere"]
    assert records["bundle"]["items"][0]["deadline"]["basis"]["article"] == "第七条"
    assert records["bundle"]["materials"][0]["satisfies"][0]["item"] == "HUKOU-1"
    assert records["item"]["variants"][0]["id"] == "gangao"
    assert records["policy"]["benefits"][0]["articles"] == ["a1"]


def test_the_template_is_empty_and_explained(tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    excel.write_template(path)
    book = load_workbook(path)
    assert book.sheetnames == ["说明", *(sheet.title for sheet in SHEETS)]
    guide = list(book["说明"].iter_rows(values_only=True))
    explained = {(row[0], row[1]) for row in guide}
    assert {(s.title, c.heading) for s in SHEETS for c in s.columns} <= explained
    assert CONDITIONS in {row[0] for row in guide}
    assert {row[5]: row[4] for row in guide if row[5] in EXAMPLES} == EXAMPLES
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


RULE = "- id: r\n  reason: 要。\n  add_documents:\n  - proxy\n"
WHOM = "\n  if:\n    answer: whom\n    is: '1'"
CLOCK = "event: who\nwithin:\n  amount: 1\n  unit: 个月\ntext: 一个月内"


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        ("- id: r\n  reason: 'x", "不是可读的 YAML（格内第2行）：检查缩进"),
        ("- id: r\n reason: x", "不是可读的 YAML（格内第2行）：检查缩进"),
        ("- id: 2024-13-45", "不是可读的 YAML：检查缩进"),
        ("- !!python/name:os.system", "不是可读的 YAML（格内第1行）：检查缩进"),
        ("id: r", "改为YAML 文字，每项以“- ”开头"),
        ("- r", "改为YAML 文字，每项以“- ”开头"),
        (7, "改为YAML 文字，每项以“- ”开头"),
        ("=A1", "这是公式"),
    ],
)
def test_cells_that_are_no_yaml(tmp_path: Path, value: Any, remedy: str) -> None:
    parsed = edited(tmp_path, put("一件事", "情形规则", value), BUNDLE)
    assert rejections(parsed) == [("cell-value", "一件事 第2行", "情形规则")]
    assert parsed.rejected[0].remedy.startswith(remedy)
    assert parsed.records == ()


@pytest.mark.parametrize(
    ("sheet", "heading", "value", "problem"),
    [
        ("一件事", "情形规则", RULE, ("invalid-missing", "情形规则（格内第1行 if）")),
        (
            *("一件事", "情形规则", f"{RULE}  iff: 1{WHOM}"),
            ("invalid-unexpected_keyword_argument", "情形规则（格内第5行 iff）"),
        ),
        (
            *("一件事", "情形规则", f"{RULE}  1: x{WHOM}"),
            ("invalid-invalid_key", "情形规则（格内第5行）"),
        ),
        (
            *("一件事", "情形规则", f"{RULE}  stop:\n    kind: never\n    instead: x{WHOM}"),
            ("invalid-literal_error", "情形规则（格内第6行 kind）"),
        ),
        ("一件事", "情形规则", f"{RULE}{WHOM[1:]}", ("condition", "情形规则（格内第6行 if）")),
        (
            *("一件事事项", "最迟办理", CLOCK.replace("  unit: 个月\n", "")),
            ("invalid-missing", "最迟办理（格内第3行 unit）"),
        ),
        ("一件事事项", "最迟办理", CLOCK, ("unknown-name", "最迟办理（格内第1行 event）")),
        ("一件事事项", "按情形才办", "是", ("never-added", "事项编码")),
        ("一件事事项", "前置事项编码", "i9", ("unknown-name", "前置事项编码")),
        ("材料", "用于事项编码", "i9", ("unknown-name", "材料名称")),
        ("材料", "一件事材料标识", None, ("no-key", "材料名称")),
    ],
)
def test_errors_in_structures_name_the_line_in_the_cell(
    tmp_path: Path, sheet: str, heading: str, value: Any, problem: tuple[str, str]
) -> None:
    parsed = edited(tmp_path, put(sheet, heading, value), BUNDLE)
    found = {(one.rule, one.field): one for one in parsed.rejected}
    assert found[problem].code == f"{sheet} 第2行（b）"
    assert found[problem].remedy and found[problem].level == "error"
    assert parsed.records == ()


def test_a_repeated_key_names_the_sheet(tmp_path: Path) -> None:
    parsed = edited(tmp_path, put("材料", "一件事材料标识", "proxy"), BUNDLE)
    assert ("repeated-id", "一件事 第2行", "材料") in rejections(parsed)
    assert parsed.records == ()


@pytest.mark.parametrize(
    ("heading", "value"),
    [
        ("一件事材料标识", "id-card"),
        ("代表的事项材料", "- item: i\n  material: 身份证"),
        ("用于事项编码", "i"),
        ("按情形才要", "否"),
        ("电子证照", "居民身份证"),
    ],
)
def test_columns_for_bundle_materials_stay_empty_for_items(
    tmp_path: Path, heading: str, value: str
) -> None:
    parsed = edited(tmp_path, put("材料", heading, value))
    (found,) = parsed.rejected
    assert found.code == f"材料 第2行（{ITEM.code}）" and found.field == heading
    assert found.remedy == "事项的材料没有这一列：清空这一格"


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


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(min_size=1), st.text("- #:'\"\n{[&*!|>%@`,?]} \t甲1", min_size=1))
def test_any_text_in_a_structure_round_trips(tmp_path: Path, text: str, odd: str) -> None:
    rules = (replace(BUNDLE.rules[0], reason=text), *BUNDLE.rules[1:])
    questions = (replace(BUNDLE.questions[0], text=odd, help=text), *BUNDLE.questions[1:])
    bundle = replace(BUNDLE, rules=rules, questions=questions)
    assert round_trip(tmp_path, bundle).records == (bundle,)
