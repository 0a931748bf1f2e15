"""texts → unit vectors: a table trained on the release, any sentence-transformers model, hashes."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from retrieval.analyzer import normalise
from retrieval.types import Vectors


def unit(vectors: NDArray[Any]) -> Vectors:
    """Each row divided by its length, float32; rows of zeros stay zeros."""
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))[:, None]
    divided: Vectors = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return divided


class StaticTableEncoder:
    """The mean of trained token vectors, read from a table: about 25 µs for a question.

    ``directory`` holds ``tokenizer.json`` and ``table.npy`` (vocabulary, dimensions), float32 or
    float16, as :func:`retrieval.training.train` writes them.  Imports no torch.
    """

    def __init__(self, directory: Path) -> None:
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
        self._table = np.asarray(np.load(directory / "table.npy", mmap_mode="r"))
        self._name = f"static/1-{content_hash(directory)}"

    @property
    def name(self) -> str:
        """Kind, version and content hash of tokenizer and table."""
        return self._name

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return int(self._table.shape[1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimensions); a text without known tokens gives zeros."""
        if len(texts) == 1:
            found = [self._tokenizer.encode(normalise(texts[0]), add_special_tokens=False)]
        else:
            found = self._tokenizer.encode_batch(
                [normalise(text) for text in texts], add_special_tokens=False
            )
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, tokens in zip(vectors, found, strict=True):
            if tokens.ids:
                self._table[tokens.ids].sum(axis=0, dtype=np.float32, out=row)
        return unit(vectors)


def content_hash(directory: Path) -> str:
    """Twelve hexadecimal digits that change with the tokenizer or the table."""
    digest = hashlib.sha256()
    for name in ("tokenizer.json", "table.npy"):
        digest.update((directory / name).read_bytes())
    return digest.hexdigest()[:12]


class SentenceTransformerEncoder:
    """Any sentence-transformers model, by directory or hub name, loaded when first used (7–9 s)."""

    def __init__(self, model: str, *, device: str = "cpu", batch: int = 64) -> None:
        self._model_name = model
        self._device = device
        self._batch = batch

    @cached_property
    def _model(self) -> Any:
        from sentence_transformers import SentenceTransformer  # 7-9 s

        return SentenceTransformer(self._model_name, device=self._device)

    @property
    def name(self) -> str:
        """The directory or hub name, as it was given."""
        return f"sentence-transformers/{self._model_name}"

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return int(self._model.get_embedding_dimension())

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimensions)."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        vectors = self._model.encode(
            [normalise(text) for text in texts],
            batch_size=self._batch,
            normalize_embeddings=True,
            show_progress_bar=False,
            convert_to_numpy=True,
        )
        return np.asarray(vectors, dtype=np.float32)


class HashingEncoder:
    """Hashed character 1-, 2- and 3-grams through a fixed random projection.  Needs nothing."""

    BUCKETS = 4096

    def __init__(self, dimensions: int = 128, seed: int = 0) -> None:
        table = np.random.default_rng(seed).standard_normal((self.BUCKETS, dimensions))
        self._table = table.astype(np.float32)
        self._name = f"hashing/1-{dimensions}-{seed}"

    @property
    def name(self) -> str:
        """Kind, version, dimensions and seed."""
        return self._name

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return int(self._table.shape[1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimensions); an empty text gives zeros."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            self._table[_buckets(normalise(text), self.BUCKETS)].sum(axis=0, out=row)
        return unit(vectors)


def _buckets(text: str, count: int) -> NDArray[np.int64]:
    """The hash bucket of every character 1-, 2- and 3-gram."""
    grams = (text[i : i + n] for n in (1, 2, 3) for i in range(len(text) - n + 1))
    return np.array([zlib.crc32(gram.encode()) % count for gram in grams], dtype=np.int64)
