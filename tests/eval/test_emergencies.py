"""Fitting and scoring the emergency detector."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant import emergencies as ear
from eval import emergencies
from eval.emergencies import Model, Sentence


@pytest.fixture(scope="module")
def learned() -> Model:
    said = [Sentence(f"{place}里有浓烟出不去", "fire") for place in "楼屋厂店车房库班"]
    asked = [Sentence(f"{what}证怎么办", "none") for what in "居护驾房社残营结离健"]
    return emergencies.fit([*said, *asked])


def test_it_tells_what_it_learned(learned: Model) -> None:
    heard = ear.of(learned.bias, learned.weights, learned.sure_at)
    assert heard.loudness("仓里有浓烟出不去") > heard.loudness("港澳证怎么办")
    assert set(learned.bias) == {"fire"}


def test_it_is_written_as_it_is_read(learned: Model, tmp_path: Path) -> None:
    emergencies.write(learned, tmp_path / "model.json")
    assert '"sure_at"' in (tmp_path / "model.json").read_text(encoding="utf-8")


def test_heard_counts_what_is_missed_and_what_is_not_one() -> None:
    heard = emergencies.hear(
        [
            Sentence("家里着火了快来人", "fire"),
            Sentence("火烛啊", "gas"),
            Sentence("天气真好", "crime"),
            Sentence("居住证怎么办", "none"),
        ]
    )
    assert (heard.recall.hits, heard.recall.of) == (2, 3)
    assert (heard.right_kind.hits, heard.right_kind.of) == (1, 2)
    assert (heard.false_alarms.hits, heard.false_alarms.of) == (0, 1)
    assert [one.kind for one in heard.missed] == ["crime"]


def test_the_blind_set_is_heard_as_well_as_measured() -> None:
    """Floors against regressions, a little under what ``suiwen-eval crisis`` prints."""
    heard = emergencies.hear(emergencies.load(emergencies.TEST))
    assert heard.recall.value is not None and heard.recall.value >= 0.72
    assert heard.right_kind.value is not None and heard.right_kind.value >= 0.85
    assert heard.false_alarms.value is not None and heard.false_alarms.value <= 0.07


def test_training_and_test_sentences_are_apart() -> None:
    trained = {one.text for one in emergencies.load(emergencies.TRAIN)}
    assert not trained & {one.text for one in emergencies.load(emergencies.TEST)}
