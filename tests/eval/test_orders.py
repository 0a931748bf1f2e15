"""Fitting of topics, kinds and duplicates, on few sentences."""

from __future__ import annotations

import numpy as np

from assistant.work_orders import duplicates, kinds, topics
from assistant.work_orders.linear import dumps, loads
from eval import orders
from eval.orders import Said
from retrieval.analyzer import normalise

CODES = ("GA108", "SZ203", "LD101")


def test_topics_are_learned_from_sentences_and_words() -> None:
    given = [one for one in orders.topic_sentences("train") if one.label in CODES]
    model = orders.ridge(given, CODES)
    best = model.totals(normalise("邻居的狗咬人")).argmax()
    assert model.classes[best] == "GA108"
    read = loads(dumps(model, smallest=0.008))
    assert np.allclose(read.totals("狗咬人"), model.totals("狗咬人"), atol=0.05)


def test_kinds_are_learned() -> None:
    said = [Said(f"我要投诉{what}太吵", "complaint") for what in "狗车店歌厂钻路门"]
    said += [Said(f"{what}证去哪里办", kinds.NONE) for what in "居护驾房社残营结"]
    said += [Said(f"建议多装{what}", "suggestion") for what in "灯凳桩栏"]
    model = orders.softmax_regression(said)
    assert orders.filing(model, "我要投诉楼上太吵") > 0.5 > orders.filing(model, "港澳证去哪里办")
    score = orders.score_kinds(said, model)
    assert (score.found.hits, score.right.hits, score.alarms.hits) == (12, 12, 0)
    assert orders.alarms_left_out(said, said[8:16], 0.9).of == 8


def test_files_hold_what_they_should() -> None:
    known = set(topics.tree().topics)
    for split in ("train", "phrases", "calibration", "test"):
        assert {one.label for one in orders.topic_sentences(split)} <= known | {""}
    assert {one.label for one in orders.topic_sentences("train")} == known
    trained = {one.text for one in (*orders.kind_training(), *orders.topic_sentences("train"))}
    assert not trained & {one.text for one in orders.kind_sentences("test")}
    assert not trained & {one.text for one in orders.topic_sentences("test")}
    assert len(orders.kind_sentences("train")) + len(orders.kind_sentences("test")) >= 300


def test_duplicates_are_fitted_and_written_as_read() -> None:
    found = orders.fit_duplicates((*orders.pairs("train"), *orders.pairs("calibration")))
    assert found.weights["again"] > 0 < found.weights["here"]
    assert found.weights["elsewhere"] < 0
    shipped = duplicates.weights()
    assert shipped.weights.keys() == found.weights.keys()
    assert orders.toml(found).startswith("# Fitted by")


def test_duplicates_do_about_as_measured() -> None:
    noticed, mistaken = orders.score_duplicates(orders.pairs("test"))
    assert (noticed.of, mistaken.of) == (20, 20)
    assert noticed.hits >= 10 > 4 * mistaken.hits
    noticed, mistaken = orders.score_duplicates(orders.pairs("calibration"))
    assert (noticed.of, mistaken.of) == (20, 20)
    assert noticed.hits >= 13 > 4 * mistaken.hits


def test_the_shipped_topics_do_about_as_measured() -> None:
    score = orders.score_topics(orders.topic_sentences("test"))
    assert score.third.hits >= 45
    assert score.calibration <= 0.15
