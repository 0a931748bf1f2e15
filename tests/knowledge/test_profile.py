"""The profile's fields: a closed list that questions and conditions can rely on."""

from __future__ import annotations

import pytest

from knowledge import profile
from knowledge.types import Question


def test_the_fields_stand_by_their_own_ids() -> None:
    assert profile.fields()
    assert all(name == one.id for name, one in profile.fields().items())


def test_the_fields_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        profile.fields()["age"] = profile.fields()["sex"]  # type: ignore[index]


@pytest.mark.parametrize("field", profile.fields().values(), ids=lambda field: field.id)
def test_every_field_can_be_asked(field: Question) -> None:
    assert field.text.endswith("？")
    assert field.why
    assert bool(field.options) == (field.kind in ("choice", "choices"))
    ids = [one.id for one in field.options]
    assert len(set(ids)) == len(ids)
    assert all(one.text for one in field.options)
    assert field.ask_if is None
    assert field.profile is None
    if field.kind == "number":
        assert field.least is not None
        assert field.most is not None
        assert field.least < field.most


def test_the_districts_are_the_eleven_of_guangzhou() -> None:
    assert len(profile.fields()["district"].options) == 11
