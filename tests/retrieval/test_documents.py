from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.passages import is_current
from knowledge.types import Bundle, Handling, Hotline, Identity, Policy, Record, ServiceItem
from retrieval.attributes import attributes_of
from retrieval.documents import documents
from retrieval.types import Filter
from tests.records import any_record, built_in, bundle, item

RECORDS = st.one_of(*(any_record(kind) for kind in (ServiceItem, Bundle, Policy, Hotline)))


@given(RECORDS, st.data())
def test_in_force_on_the_days_of_is_current(record: Record, data: Any) -> None:
    near = [day for day in (record.effective, record.expires) if day is not None]
    day = data.draw(st.dates() | st.sampled_from(near) if near else st.dates())
    for document in documents([record]):
        admitted = Filter(on=day).admits(attributes_of(document))
        assert admitted == is_current(record, day)


@pytest.mark.parametrize("state", ["暂停", "取消"])
def test_a_suspended_item_is_never_in_force(state: str) -> None:
    document = next(iter(documents([item(identity=Identity(state=state))])))
    for day in (date.min, date(2026, 1, 1), date.max):
        assert not Filter(on=day).admits(attributes_of(document))


def test_a_bundle_names_its_audience_as_items_do() -> None:
    for one, audience in ((bundle(), "自然人"), (bundle(audience="企业"), "企业法人")):
        document = next(iter(documents([one])))
        assert Filter(audience=audience).admits(attributes_of(document))
        assert not Filter(audience="行政机关").admits(attributes_of(document))
    own = bundle(handling=Handling(audiences=("个体工商户",)))
    assert next(iter(documents([own]))).audiences == ("个体工商户",)


def test_of_the_built_in_pack_all_hold_in_guangzhou() -> None:
    found = list(documents(built_in()))
    asked = Filter(regions=("广州市", "广东省"))
    assert len(found) > 100
    assert all(asked.admits(attributes_of(one)) for one in found)
    assert any(attributes_of(one).region == "广州市" for one in found)
    assert any(one.audiences for one in found)
