"""Policy texts of every kind of file: articles, dates and numbers as stated, nothing lost."""

import re
import shutil
import subprocess
from collections import Counter
from datetime import date
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.formats import articles, documents, policy
from knowledge.types import Parsed, Policy

TEXT = """广州市来穗人员积分制服务管理规定
穗府办规〔2023〕1号
广州市人民政府办公厅
2023年3月1日

目 录
第一章 总则
第二章 附则

第一章 总则
第一条 为了规范积分制服务管理，制定本规定。
第二条（适用范围） 本市行政区域内的来穗人员，适用本规定。
前款所称来穗人员，是指：
（一）在本市居住的人员；
（二）其他人员。
第三条 依照
第二条规定办理的，按下表计分：
| 指标 | 分值 |
第三条之一 加分不设上限。
第二章 附则
第四条 本规定自2024年1月1日起施行，有效期5年。《广州市积分制服务管理办法》同时废止。
"""


def parse_text(tmp_path: Path, text: str, name: str = "规定.txt") -> Parsed:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return policy.parse([path])


def one(parsed: Parsed) -> Policy:
    assert parsed.rejected == ()
    (record,) = parsed.records
    assert isinstance(record, Policy)
    return record


def test_a_text_with_articles(tmp_path: Path) -> None:
    parsed = parse_text(tmp_path, TEXT)
    record = one(parsed)
    assert (record.name, record.number) == (
        "广州市来穗人员积分制服务管理规定",
        "穗府办规〔2023〕1号",
    )
    assert record.issuer == "广州市人民政府办公厅"
    assert (record.issued, record.effective, record.expires) == (
        date(2023, 3, 1),
        date(2024, 1, 1),
        date(2028, 12, 31),
    )
    assert not record.provenance.summary and not record.provenance.demonstration
    assert [(article.id, article.number) for article in record.articles] == [
        ("a0", "引言"),
        ("a1", "第一条"),
        ("a2", "第二条"),
        ("a3", "第三条"),
        ("a3.1", "第三条之一"),
        ("a4", "第四条"),
    ]
    second, third = record.articles[2:4]
    assert (second.chapter, second.heading) == ("第一章 总则", "适用范围")
    assert second.text.split("\n")[0] == "本市行政区域内的来穗人员，适用本规定。"
    assert third.text.split("\n")[1:] == ["第二条规定办理的，按下表计分：", "| 指标 | 分值 |"]
    repealed = [found for found in parsed.findings if found.rule == "repeals"]
    assert repealed[0].value == "《广州市积分制服务管理办法》"


def test_the_code_follows_the_number(tmp_path: Path) -> None:
    other = TEXT.replace("来穗人员积分制服务管理规定", "另一规定", 1)
    assert one(parse_text(tmp_path, TEXT)).code == one(parse_text(tmp_path, other)).code


def test_two_texts_with_one_number_both_come_in(tmp_path: Path) -> None:
    first, second = tmp_path / "1.txt", tmp_path / "2.txt"
    first.write_text(TEXT, encoding="utf-8")
    second.write_text(TEXT.replace("来穗人员积分制服务管理规定", "另一规定", 1), encoding="utf-8")
    parsed = policy.parse([tmp_path])
    assert (parsed.read, len(parsed.records), parsed.rejected) == (2, 2, ())
    third = policy.parse([first, first])
    assert [found.rule for found in third.rejected] == ["duplicate-code"]


def test_front_matter_overrules_the_text(tmp_path: Path) -> None:
    head = (
        "---\ncode: gz-jf\neffective: 2024-02-01\nreplaced_by: gz-new\nregion: 广州市\n"
        "url: https://www.gz.gov.cn/x\nopened: 2024-03-01\ncolour: red\n---\n"
    )
    parsed = parse_text(tmp_path, head + "# " + TEXT, "规定.md")
    record = one(parsed)
    assert (record.code, record.effective, record.replaced_by) == (
        "gz-jf",
        date(2024, 2, 1),
        "gz-new",
    )
    assert record.provenance.sources[0].url == "https://www.gz.gov.cn/x"
    assert record.region is not None and record.region.text == "广州市"
    assert ("unmapped-field", "colour") in {(f.rule, f.field) for f in parsed.findings}
    bad = parse_text(tmp_path, "---\neffective: soon\n---\n" + TEXT)
    assert [found.field for found in bad.rejected] == ["effective"]


@pytest.mark.parametrize(
    ("text", "effective", "expires"),
    [
        ("本办法自2016年4月1日起实施，有效期至2017年3月31日。", (2016, 4, 1), (2017, 3, 31)),
        ("本办法自２００３年１１月１日起施行。", (2003, 11, 1), None),
        ("本细则自二○一○年一月一日起执行。", (2010, 1, 1), None),
        ("本办法自2017 年1 月1日起施行，有效期三年。", (2017, 1, 1), (2019, 12, 31)),
        ("本办法自2016年1月1日起施行，2020年12月31日废止。", (2016, 1, 1), (2020, 12, 31)),
        ("现予公布，自2013年7月1日起施行。", (2013, 7, 1), None),
        ("本办法自2016年*月*日起施行。", None, None),
        ("本意见自印发之日起30日后实施，有效期1年。", None, None),
        ("居住证有效期一年。", None, None),
        ("《居住证暂行条例》自2016年1月1日起施行。", None, None),
        ("本办法自2024年2月29日起施行，有效期1年。", (2024, 2, 29), (2025, 2, 28)),
    ],
)
def test_dates_are_read_only_where_stated(
    tmp_path: Path,
    text: str,
    effective: tuple[int, int, int] | None,
    expires: tuple[int, int, int] | None,
) -> None:
    record = one(parse_text(tmp_path, f"测试办法\n第一条 {text}"))
    assert record.effective == (date(*effective) if effective else None)
    assert record.expires == (date(*expires) if expires else None)


def test_in_force_from_the_day_of_issue(tmp_path: Path) -> None:
    head = "广州市教育局关于印发入学办法的通知\n广州市教育局\n2020年5月6日\n"
    record = one(parse_text(tmp_path, head + "一、本办法自印发之日起施行。"))
    assert (record.issued, record.effective) == (date(2020, 5, 6), date(2020, 5, 6))
    assert (record.issuer, record.aliases) == ("广州市教育局", ("入学办法",))


def test_numbered_headings_without_articles(tmp_path: Path) -> None:
    long = "内容" * 120
    text = f"实施意见\n引言。\n一、原则\n（一）公平。{long}\n（二）公开。{long}\n二、附则\n照办。"
    parsed = parse_text(tmp_path, text)
    assert [(a.id, a.number, a.chapter) for a in one(parsed).articles] == [
        ("a0", "引言", None),
        ("a1.1", "（一）", "一、原则"),
        ("a1.2", "（二）", "一、原则"),
        ("a2", "二、", None),
    ]
    assert "no-articles" in {found.rule for found in parsed.findings}


def test_numbers_that_start_again_and_repeat(tmp_path: Path) -> None:
    text = "两个办法的通知\n第一条 甲\n第二条 乙\n附件2\n另一办法\n第一条 丙\n第三条 丁\n第三条 戊"
    parsed = parse_text(tmp_path, text)
    ids = [article.id for article in one(parsed).articles]
    assert ids == ["a1", "a2", "t", "s2a1", "s2a3", "s2a3-2"]
    odd = [found.field for found in parsed.findings if found.rule == "article-order"]
    assert odd == ["articles.s2a3", "articles.s2a3-2"]


def test_articles_run_together_in_one_line(tmp_path: Path) -> None:
    text = "细则\n第一条 甲。第二条 乙，依据第一条 的规定。 第三条 丙。"
    record = one(parse_text(tmp_path, text))
    assert [article.number for article in record.articles] == ["第一条", "第二条", "第三条"]


def test_gb18030_is_read_and_reported(tmp_path: Path) -> None:
    path = tmp_path / "规定.txt"
    path.write_bytes(TEXT.encode("gb18030"))
    parsed = policy.parse([path])
    assert one(parsed).number == "穗府办规〔2023〕1号"
    assert "encoding" in {found.rule for found in parsed.findings}


def test_docx_with_a_table(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("测试管理办法", 0)
    document.add_paragraph("第一条 按下表执行：")
    table = document.add_table(rows=2, cols=3)
    for cell, text in zip(table.rows[0].cells, ("项目", "标准", "依据"), strict=True):
        cell.text = text
    table.cell(1, 0).text = "工本费\n（首次）"
    table.cell(1, 1).merge(table.cell(1, 2)).text = "免收"
    document.add_paragraph("第二条 自动编号", style="List Number")
    document.save(str(tmp_path / "办法.docx"))
    parsed = policy.parse([tmp_path / "办法.docx"])
    record = one(parsed)
    assert record.name == "测试管理办法"
    assert record.articles[0].text.split("\n") == [
        "按下表执行：",
        "| 项目 | 标准 | 依据 |",
        "| 工本费 （首次） | 免收 |",
    ]


CHROMIUM = shutil.which("chromium")


@pytest.mark.skipif(not CHROMIUM, reason="Debian's chromium prints the test's pdf")
def test_pdf_with_a_table_and_wrapped_lines(tmp_path: Path) -> None:
    assert CHROMIUM
    long = "为了规范本市来穗人员积分制服务管理工作，保障来穗人员合法权益，促进公共服务均等化，" * 3
    page = tmp_path / "page.html"
    page.write_text(
        "<meta charset=utf-8><style>p{text-indent:2em;margin:0}td{border:1px solid}</style>"
        "<h2 style='text-align:center'>测试管理办法</h2>"
        f"<p>第一条　{long}制定本办法。</p><p>本款是第二款。</p>"
        "<p>第二条　按下表收费：</p><table><tr><td>项目</td><td>标准</td></tr>"
        "<tr><td>工本费</td><td>20元</td></tr></table>"
        "<p>第三条　本办法自2024年1月1日起施行。</p>",
        encoding="utf-8",
    )
    pdf = tmp_path / "办法.pdf"
    subprocess.run(
        [
            *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"),
            *(f"--print-to-pdf={pdf}", page.as_uri()),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )
    record = one(policy.parse([pdf]))
    assert (record.name, record.effective) == ("测试管理办法", date(2024, 1, 1))
    assert [article.number for article in record.articles] == ["第一条", "第二条", "第三条"]
    assert record.articles[0].text.split("\n") == [f"{long}制定本办法。", "本款是第二款。"]
    assert record.articles[1].text.split("\n")[1:] == ["| 项目 | 标准 |", "| 工本费 | 20元 |"]


@pytest.mark.parametrize("name", ["x.pdf", "x.docx", "x.doc", "x.txt"])
def test_files_without_text_are_rejected(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b" \n" if name == "x.txt" else b"not a document")
    parsed = policy.parse([tmp_path / name])
    assert (parsed.read, parsed.records) == (1, ())
    assert [found.rule for found in parsed.rejected] == ["unreadable-file"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("十", 10),
        ("二十一", 21),
        ("一百零三", 103),
        ("一千二百六十", 1260),
        ("１２", 12),
        ("二〇", 20),
    ],
)
def test_chinese_numbers(text: str, number: int) -> None:
    assert articles.to_number(text) == number


KNOWN = """第一章 总则
第二章 附则
第一编 总则
第一分编 通则
第一节 一般
第一条 甲。
第二条 乙。第三条 丙。
第三条之一 丁
第九条
附件1
目录
一、原则
二、附则
（一）公平
（二）公开
（一）
1.甲
2.乙
| 表 | 格 |
依据第二条规定
第二条规定的
本办法自2024年1月1日起施行。"""
LINES = st.sampled_from([*KNOWN.split("\n"), "长" * 250]) | st.text(
    "条第一章甲乙（）。、 \u3000#|", max_size=12
)


def marks(text: str) -> Counter[str]:
    return Counter(re.sub(r"[\s\u3000【】〔〕（）()\[\]]", "", text))


@settings(max_examples=300)
@given(st.lists(LINES, min_size=1, max_size=25))
def test_nothing_is_lost(lines: list[str]) -> None:
    if not "".join(lines).strip():
        return
    document = documents.Document(path=Path("x.txt"), lines=documents._clean(lines), front={})
    record, _ = policy.to_policy(document)
    assert record is not None
    parts = [record.name]
    for article in record.articles:
        own = (article.chapter, article.section, article.number, article.heading, article.text)
        parts += [part for part in own if part]
    assert marks("".join(document.lines)) <= marks("".join(parts))
    assert len({article.id for article in record.articles}) == len(record.articles)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        document = _document(text)
    except ValueError:
        return
    record, problems = policy.to_policy(document)
    assert record is not None or problems


def _document(text: str) -> documents.Document:
    lines = documents._clean(text.splitlines())
    return documents.Document(path=Path("x.txt"), lines=lines, front={})
