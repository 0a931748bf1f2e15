"""Made-up messages: what a secret is, and that nothing repeats by accident."""

from __future__ import annotations

import pytest

from eval import personal
from eval.personal import SPELLINGS


def test_a_secret_is_a_part_of_its_message() -> None:
    for one in personal.positives(400, 5):
        assert one.secret is not None
        start, end = one.secret
        assert 0 <= start < end <= len(one.text)


def test_every_kind_comes_in_every_spelling_that_people_use() -> None:
    made = {(one.kind, one.spelling) for one in personal.positives(300, 5)}
    assert len({kind for kind, _ in made}) == 19
    assert {way for _, way in made} == set(SPELLINGS)
    assert {way for kind, way in made if kind == "mobile"} == set(SPELLINGS)


def test_a_seed_makes_the_same_and_another_seed_others() -> None:
    first = personal.positives(50, 1)
    assert first == personal.positives(50, 1)
    assert not {one.text for one in first} & {one.text for one in personal.positives(50, 2)}


def test_look_alikes_have_no_secret_and_offices_are_asked_for() -> None:
    without = personal.negatives(200, 1)
    assert {one.secret for one in without} == {None}
    assert "office_phone" not in {one.kind for one in without}
    phones = [one for one in personal.negatives(200, 1, ["020-1"]) if one.kind == "office_phone"]
    assert any("020-1" in one.text for one in phones)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spellings_keep_the_digits(spelling: str) -> None:
    from assistant.privacy.folding import fold

    for one in personal.positives(600, 3):
        if one.kind == "mobile" and one.spelling == spelling:
            assert one.secret is not None
            digits = fold(one.text[slice(*one.secret)]).digits
            assert len("".join(filter(str.isdigit, digits))) == 11
