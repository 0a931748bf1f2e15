"""Small records for tests, and a hypothesis strategy for records with every field filled or not."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from knowledge import codec
from knowledge.formats import pack
from knowledge.sources import StagedSource
from knowledge.types import (
    Article,
    Body,
    Bundle,
    BundleItem,
    Condition,
    Fact,
    Hotline,
    Material,
    Policy,
    Provenance,
    Record,
    ServiceItem,
)

PROVENANCE = Provenance(source="test", as_of="2025")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def item(code: str = "i1", name: str = "居住证办理", **changes: Any) -> ServiceItem:
    values: dict[str, Any] = {
        "provenance": PROVENANCE,
        "body": Body(department="广州市公安局"),
        "materials": (Material(name="身份证"), Material(name="照片")),
    }
    return ServiceItem(code=code, name=name, **values | changes)


def bundle(code: str = "b1", name: str = "新生儿出生一件事", **changes: Any) -> Bundle:
    values: dict[str, Any] = {
        "provenance": PROVENANCE,
        "stage": "出生",
        "audience": "个人",
        "items": (BundleItem(code="i1", name="出生登记"),),
    }
    return Bundle(code=code, name=name, **values | changes)


def policy(code: str = "p1", name: str = "居住证条例", **changes: Any) -> Policy:
    values: dict[str, Any] = {
        "provenance": PROVENANCE,
        "articles": (
            Article(id="a1", number="第一条", text="为了规范居住证管理，制定本条例。"),
            Article(id="a2", number="第二条", text="持证人享有公共服务。", heading="服务"),
        ),
    }
    return Policy(code=code, name=name, **values | changes)


def hotline(code: str = "TEL-1", name: str = "热线", **changes: Any) -> Hotline:
    return Hotline(code=code, name=name, **{"number": "12345", "provenance": PROVENANCE, **changes})


def written(kind: str, text: str, **changes: Any) -> Any:
    """The record that a YAML text writes, provenance apart; ``changes`` replace whole fields."""
    value = {"provenance": {"as_of": "2025"}, **yaml.safe_load(text), **changes}
    record, problems = codec.parse(kind, value, "test")
    assert not problems, problems
    return record


def source(name: str, records: Sequence[Record], **changes: Any) -> StagedSource:
    values: dict[str, Any] = {"imported": datetime(2026, 1, 2, tzinfo=UTC), "files": ("a.jsonl",)}
    return StagedSource(name=name, records=tuple(records), **values | changes)


def no_index(records: Sequence[Record], directory: Path, release: str) -> dict[str, Any]:
    """An index builder that needs nothing."""
    directory.mkdir()
    (directory / "codes.txt").write_text("\n".join(one.code for one in records), encoding="utf-8")
    return {"release": release, "documents": len(records)}


@cache
def built_in() -> tuple[Record, ...]:
    """The records of the built-in pack."""
    parsed = pack.parse([pack.BUILT_IN])
    assert parsed.rejected == ()
    return parsed.records


def any_record(kind: type[Record]) -> st.SearchStrategy[Any]:
    """Records of a kind with every field drawn from its type."""
    return _of(kind)


def conditions() -> st.SearchStrategy[Condition]:
    """Conditions of every form, right or wrong in what they name, at most a few levels deep."""
    comparison = st.builds(
        Condition,
        answer=st.none() | TEXT,
        profile=st.none() | TEXT,
        is_=st.none() | st.booleans() | st.integers(0, 400) | TEXT,
        in_=st.lists(TEXT, max_size=2).map(tuple),
        has=st.none() | TEXT,
        at_least=st.none() | st.integers(0, 400),
        before=st.none() | st.dates(),
    )

    def combined(part: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
        several = st.lists(part, min_size=1, max_size=2).map(tuple)
        return st.one_of(
            st.builds(Condition, all=several),
            st.builds(Condition, any=several),
            st.builds(Condition, not_=part),
        )

    return st.recursive(comparison, combined, max_leaves=3)


def _of(hint: Any) -> st.SearchStrategy[Any]:
    if hint is Condition:
        return conditions()
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint):
        hints = typing.get_type_hints(hint)
        fields = {one.name: _of(hints[one.name]) for one in dataclasses.fields(hint)}
        return st.builds(hint, **fields)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*(_of(one) for one in reversed(inner)))
    if origin is typing.Literal:
        return st.sampled_from(inner)
    if origin is tuple:
        return st.lists(_of(inner[0]), max_size=2).map(tuple)
    return _PLAIN[hint]


_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: st.integers(0, 400),
    bool: st.booleans(),
    date: st.dates(),
    type(None): st.none(),
}


def value_at(record: Record, path: str) -> Any:
    """What stands at a field path such as ``money.fees[0].name``: a walker of the tests' own."""
    value: Any = record
    for part in path.replace("]", "").replace("[", ".").split("."):
        value = value[int(part)] if part.isdigit() else getattr(value, part)
    return value


def leaves(value: Any) -> list[Any]:
    """Every plain value below ``value``, ``None`` left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        inner = [getattr(value, one.name) for one in dataclasses.fields(value)]
        return [leaf for one in inner for leaf in leaves(one)]
    if isinstance(value, tuple):
        return [leaf for one in value for leaf in leaves(one)]
    return [] if value is None else [value]


def stands_in(fact: Fact, record: Record) -> bool:
    """Whether the fact is made of the values at its path: nothing of it comes from elsewhere.

    Every value that is shown is struck out of the text; only words of form may remain.
    """
    found = leaves(value_at(record, fact.field))
    if found and isinstance(found[0], bool):
        return fact.text in (_YES if found[0] else _NO)
    rest = fact.text
    for shown in sorted((_shown(one) for one in found), key=len, reverse=True):
        rest = rest.replace(shown, "")
    for glue in ("有效期：", "减免：", "个"):
        rest = rest.replace(glue, "")
    return bool(found) and not rest.strip("《》（）：、。次") and rest != fact.text


_YES, _NO = ("是", "支持", "收费"), ("否", "不支持", "不收费")


def _shown(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return value.strip("《》").rstrip("。") if isinstance(value, str) else str(value)
