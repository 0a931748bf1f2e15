from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.names import Name, Names, names_of, squeeze
from retrieval.types import Document


def document(code: str, title: str, *aliases: str, record: str | None = None) -> Document:
    return Document(
        id=code, record=record or code, kind="item", title=title, body="", aliases=aliases
    )


DOCUMENTS = [
    document("440100-A1", "居住证办理", "居住证", "Residence permit"),
    document("440100-A2", "居住证签注"),
    document("440100-A3", "无线电频率使用许可(（延续）)"),
    document("440100-A4", "无线电频率使用许可(延续)"),
    document("440100-A5", "居住证办理"),
    document("p#1", "某办法 第一条", record="p"),
    document("p#2", "某办法 第二条", record="p"),
    document("h12345", "政务服务热线", "12345", "线"),
]
NAMES = Names(names_of(DOCUMENTS))


def positions(text: str) -> list[int]:
    return [name.position for name in NAMES.find(text)]


def test_squeeze_keeps_letters_and_digits() -> None:
    squeezed = squeeze("「居住證」 （A-1）")
    assert squeezed.text == "居住证a1"
    assert "".join(squeezed.normalised[i] for i in squeezed.offsets) == squeezed.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("居住证签注要几天", [1]),
        ("我想問居住證簽註，要幾耐", [1]),
        ("请问，居住证 办理？", [0, 4]),
        ("居住证多少钱", [0]),
        ("编码440100-a2的材料", [1]),
        ("440100A2", [1]),
        ("440100-A21", []),
        ("residence  PERMIT please", [0]),
        ("residence permits", []),
        ("12345是什么", [7]),
        ("电话020123456", []),
        ("p", []),
        ("线", []),
        ("", []),
    ],
)
def test_find(text: str, expected: list[int]) -> None:
    assert positions(text) == expected


def test_what_is_written_out_wins_where_only_brackets_differ() -> None:
    assert positions("无线电频率使用许可(（延续）)怎么办") == [2]
    assert positions("无线电频率使用许可(延续)怎么办") == [3]
    assert positions("无线电频率使用许可延续怎么办") == [2, 3]


def test_longest_first_and_kind() -> None:
    found = NAMES.find("居住证和政务服务热线")
    assert [(name.kind, name.text) for name in found] == [
        ("name", "政务服务热线"),
        ("alias", "居住证"),
    ]


def test_code_before_name_before_alias() -> None:
    both = Names(
        [Name(0, "alias", "甲乙"), Name(0, "name", "甲乙"), Name(1, "alias", "甲乙")]
    ).find("甲乙")
    assert both == [Name(0, "name", "甲乙"), Name(1, "alias", "甲乙")]


def test_a_record_without_a_document_of_its_own_calls_all_its_documents() -> None:
    found = Names(names_of([document("x#1", "甲乙", record="XY-9"), DOCUMENTS[0]])).find("XY-9")
    assert [name.position for name in found] == [0]


def test_saved_and_loaded(tmp_path: Path) -> None:
    for names in (NAMES, Names([]), Names([Name(0, "name", "行\n分\u2028隔")])):
        names.save(tmp_path / "names.jsonl")
        assert Names.load(tmp_path / "names.jsonl").names == names.names
