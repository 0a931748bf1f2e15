from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from retrieval import training
from retrieval.encoders import StaticTableEncoder, unit
from retrieval.training import Bags, Corpus, Recipe, draw, latent, texts_of, thin, train_tokenizer
from retrieval.types import Document
from tests.retrieval.samples import documents

TINY = Recipe(dimensions=16, epochs=20, batch=32)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_very_few_documents(count: int, tmp_path: Path) -> None:
    training.train(documents()[:count], tmp_path, recipe=TINY)
    assert StaticTableEncoder(tmp_path).encode(["居住证"]).shape == (1, 16)


def test_documents_without_any_text(tmp_path: Path) -> None:
    empty = Document(id="1", record="1", kind="item", title="", body="")
    training.train([empty], tmp_path, recipe=TINY)
    assert not StaticTableEncoder(tmp_path).encode(["居住证"]).any()


def test_documents_all_alike(tmp_path: Path) -> None:
    alike = [
        Document(id=str(n), record=str(n), kind="item", title="居住证", body="居住证办理")
        for n in range(4)
    ]
    training.train(alike, tmp_path, recipe=TINY)
    assert np.linalg.norm(StaticTableEncoder(tmp_path).encode(["居住证"])) == pytest.approx(1)


def test_one_thread_of_every_library_also_in_a_fresh_process(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib, threadpoolctl as t;"
        "from retrieval import training;"
        "from tests.retrieval.samples import documents;"
        "blas = lambda: [p['num_threads'] for p in t.threadpool_info() if p['user_api'] == 'blas'];"
        "seen = [];"
        "training.train(documents(), pathlib.Path(sys.argv[1]),"
        " recipe=training.Recipe(dimensions=8, steps=1),"
        " progress=lambda step, *_: seen.extend(blas() if step == 'encoder' else []));"
        "print(sorted(set(seen)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "2"},
    )
    assert done.stdout.strip() == "[1]"


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        training.train(documents(), tmp_path / name, recipe=Recipe(dimensions=16, seed=seed))
    files = ("tokenizer.json", "table.npy", "model.safetensors")
    a, b, c = ([(tmp_path / name / file).read_bytes() for file in files] for name in "abc")
    assert a == b
    assert a[1] != c[1]


def test_brings_related_texts_together(tmp_path: Path) -> None:
    training.train(documents(), tmp_path, recipe=Recipe(dimensions=32))
    encoder = StaticTableEncoder(tmp_path)
    titles = encoder.encode([document.title for document in documents()])
    bodies = encoder.encode([document.body for document in documents()])
    assert (np.argmax(titles @ bodies.T, axis=1) == np.arange(10)).mean() >= 0.9


def test_progress_is_told_up_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    training.train(documents(), tmp_path, recipe=TINY, progress=lambda *args: told.append(args))
    assert told[:2] == [("tokenizer", 0, 1), ("tokenizer", 1, 1)]
    assert told[-1][0] == "encoder"
    assert told[-1][1] == told[-1][2] > 0


def test_steps_bound_the_time(tmp_path: Path) -> None:
    told: list[int] = []
    training.train(
        documents(),
        tmp_path,
        recipe=Recipe(dimensions=8, steps=3, batch=8),
        progress=lambda step, done, total: told.append(total),
    )
    assert told[-1] == 3


def test_texts_are_normalised_names_first() -> None:
    texts = texts_of(documents())
    assert texts[0][:2] == ("居住证办理", "居住证")
    assert texts[5][:3] == ("护照签发", "办护照", "passport")
    long = Document(id="1", record="1", kind="item", title="Ａ", body="长" * 9_000)
    assert [len(part) for part in texts_of([long])[0]] == [1, 4_000]


def test_thin_keeps_documents_of_the_whole_corpus() -> None:
    many = [
        Document(id=str(n), record=str(n), kind="item", title="", body="甲" * 10)
        for n in range(100)
    ]
    assert [one.id for one in thin(many, 40)] == ["0", "25", "50", "75"]
    assert thin(many, 1_000) == many
    assert thin([], 4) == []


def corpus_of(texts: Sequence[Sequence[str]]) -> tuple[Corpus, Tokenizer]:
    """With single characters as pieces."""
    tokenizer = train_tokenizer((part for text in texts for part in text), 1)
    return Corpus.of(tokenizer, texts), tokenizer


def test_corpus_knows_where_documents_and_names_are() -> None:
    texts = [("居住证", "", "居住证的正文"), ("", "没有名称的正文"), ("只有名称", "")]
    corpus, tokenizer = corpus_of(texts)
    decoded = [
        "".join(tokenizer.decode([i]) for i in corpus.ids[start:end])
        for start, end in zip(corpus.starts, corpus.ends, strict=True)
    ]
    assert decoded == ["".join(text) for text in texts]
    assert corpus.name_counts.tolist() == [1, 0, 1]
    assert corpus.name_firsts.tolist() == [0, 1, 1]
    names = [
        "".join(tokenizer.decode([i]) for i in corpus.ids[start:end])
        for start, end in zip(corpus.name_starts, corpus.name_ends, strict=True)
    ]
    assert names == ["居住证", "只有名称"]


def bags(found: Bags) -> list[list[int]]:
    return [part.tolist() for part in np.split(found.ids, found.offsets[1:])]


@given(seed=st.integers(0, 2**32 - 1), names=st.floats(0, 1), kept=st.floats(0, 1))
def test_what_is_drawn_is_of_the_document(seed: int, names: float, kept: float) -> None:
    recipe = Recipe(batch=16, span=4, context=9, names=names, kept=kept)
    corpus, _ = corpus_of(texts_of(documents()))
    usable = np.flatnonzero(corpus.ends - corpus.starts >= 6)
    drawn = draw(corpus, usable, recipe, np.random.default_rng(seed))
    for span, context, document in zip(
        bags(drawn.spans), bags(drawn.contexts), drawn.documents, strict=True
    ):
        text = corpus.ids[corpus.starts[document] : corpus.ends[document]].tolist()
        assert span in [text[start : start + len(span)] for start in range(len(text))]
        assert 0 < len(context) <= recipe.context + recipe.span
        assert set(context) <= set(text)


def test_a_span_is_taken_out_of_its_context() -> None:
    corpus, _ = corpus_of([("", "甲乙丙丁戊己庚辛壬癸")] * 3)
    recipe = Recipe(batch=64, span=4, context=50, kept=0.0)
    drawn = draw(corpus, np.arange(3), recipe, np.random.default_rng(0))
    for span, context in zip(bags(drawn.spans), bags(drawn.contexts), strict=True):
        assert not set(span) & set(context)


def test_latent_tells_topics_apart() -> None:
    texts = [("", "结婚登记"), ("", "结婚证件"), ("", "食品许可"), ("", "食品经营")] * 3
    corpus, tokenizer = corpus_of(texts)
    table = latent(corpus, tokenizer.get_vocab_size(), Recipe(dimensions=2))
    document = [
        unit(table[corpus.ids[start:end]].sum(axis=0, keepdims=True))[0]
        for start, end in zip(corpus.starts, corpus.ends, strict=True)
    ]
    assert document[0] @ document[1] > document[0] @ document[2] + 0.3
    assert not table[0].any()


def test_latent_without_documents_is_noise() -> None:
    corpus, _ = corpus_of([])
    table = latent(corpus, 5, Recipe(dimensions=4))
    assert table.shape == (5, 4)
    assert np.isfinite(table).all()
    assert table[1:].any()
