"""What must be seen of a value, and what must not pass for it."""

import pytest

from eval import paths
from eval.expected import literal, needed
from tests.eval.examples import ITEM

PLAIN = paths.plain(ITEM)


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("limits.promised", "7个工作日", "17个工作日"),
        ("limits.promised", "7 工作日", "7个自然日"),
        ("handling.visits", "0次", "10次"),
        ("money.charged", "这项办理不收费。", "这项办理收费。"),
        ("online.available", "记录注明不支持网上办理", "可以网上办理"),
        ("handling.courier", "快递送达：支持。", "快递送达：不支持。"),
        ("contact.consult", "电话 020-12345。", "电话 020-123456。"),
        ("conditions", "在本市居住\n半年以上", "在本市居住半年"),
    ],
)
def test_needed(field: str, good: str, bad: str) -> None:
    (one,) = needed(PLAIN, field)
    assert one.seen_in(good)
    assert not one.seen_in(bad)


def test_every_entry_of_a_list_is_needed() -> None:
    assert [one.words for one in needed(PLAIN, "materials")] == ["申请表", "身份证"]


def test_an_empty_field_needs_nothing() -> None:
    assert needed(PLAIN, "limits.legal") == ()


def test_literal_keeps_marks() -> None:
    assert literal("a.b") == r"a\s*\.\s*b"
