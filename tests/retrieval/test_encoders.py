from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from retrieval import training
from retrieval.encoders import (
    HashingEncoder,
    SentenceTransformerEncoder,
    StaticTableEncoder,
    unit,
)
from retrieval.types import Encoder
from tests.contracts.encoders import EncoderContract
from tests.retrieval.samples import documents


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real, tiny model: a sentence-transformers directory with its table."""
    directory = tmp_path_factory.mktemp("model")
    training.train(documents(), directory, recipe=training.Recipe(dimensions=24))
    return directory


class TestHashing(EncoderContract):
    @pytest.fixture
    def encoder(self) -> Encoder:
        return HashingEncoder()

    def test_alike_is_near(self, encoder: Encoder) -> None:
        a, b, c = encoder.encode(["居住证办理", "办理居住证", "食品经营许可"])
        assert a @ b > a @ c

    def test_fixed_for_ever(self, encoder: Encoder) -> None:
        assert encoder.encode(["居住证"])[0, :3] == pytest.approx(FIXED, abs=1e-6)


class TestStaticTable(EncoderContract):
    @pytest.fixture
    def encoder(self, model: Path) -> Encoder:
        return StaticTableEncoder(model)

    def test_half_precision_is_read_too(
        self, encoder: Encoder, model: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "tokenizer.json").write_bytes((model / "tokenizer.json").read_bytes())
        np.save(tmp_path / "table.npy", np.load(model / "table.npy").astype(np.float16))
        half = StaticTableEncoder(tmp_path)
        assert np.allclose(half.encode(self.TEXTS), encoder.encode(self.TEXTS), atol=2e-3)
        assert half.name != encoder.name


@pytest.fixture(scope="module")
def loaded(model: Path) -> Encoder:
    return SentenceTransformerEncoder(str(model))


class TestSentenceTransformer(EncoderContract):
    @pytest.fixture
    def encoder(self, loaded: Encoder) -> Encoder:
        return loaded

    def test_agrees_with_the_table(self, encoder: Encoder, model: Path) -> None:
        table = StaticTableEncoder(model)
        assert np.allclose(table.encode(self.TEXTS), encoder.encode(self.TEXTS), atol=1e-5)


def test_unit_leaves_zeros() -> None:
    assert np.allclose(unit(np.array([[3.0, 4.0], [0.0, 0.0]])), [[0.6, 0.8], [0, 0]])


def test_the_query_path_imports_neither_torch_nor_sentence_transformers() -> None:
    code = (
        "import sys, retrieval.index;"
        "heavy = {'torch', 'sentence_transformers', 'jieba', 'bm25s', 'faiss', 'yaml'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


FIXED = (0.0445354, -0.0409494, -0.0578678)
