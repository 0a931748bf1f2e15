"""Trains a static embedding on the very texts of a release, while its index is built.

Two steps, both over the pieces of one tokenizer.  Latent semantic analysis (Deerwester et al.
1990) of the BM25-weighted document matrix gives every piece a vector; then a span of a text is
drawn towards the text around it and away from the other texts of its batch: the inverse cloze
task (Lee et al. 2019, arXiv:1906.00300) with the loss of sentence-transformers'
MultipleNegativesRankingLoss, in a plain torch loop.  Titles and aliases are spans too.  The result
is a sentence-transformers model directory, written without importing that library (7–9 s), with
the table once more as ``table.npy``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from retrieval.analyzer import normalise
from retrieval.types import Document, Progress

if TYPE_CHECKING:
    import torch
    from scipy.sparse import csr_matrix

_MODULES = [
    {
        "idx": 0,
        "name": "0",
        "path": "",
        "type": "sentence_transformers.models.StaticEmbedding",
    }
]
_UNKNOWN = "[UNK]"
_CONFIG: dict[str, Any] = {
    "model_type": "SentenceTransformer",
    "prompts": {},
    "default_prompt_name": None,
    "similarity_fn_name": "cosine",
}
_K1, _B = 1.2, 0.75
_SPREAD = 0.1  # standard deviation of the table before training
_NOISE = 0.001
_BOUND = 4_000  # characters of a body
_ENCODED_AT_ONCE = 512
_SHORTEST = 3  # tokens of a span from a body

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How to train.

    ``vocabulary``: pieces at most.  ``characters``: how much text is looked at; of more, every
    n-th document is taken.  ``epochs``: pairs drawn from each document, but ``steps`` batches at
    most.  ``scale``: what a cosine is multiplied by before the softmax.  ``span``, ``context``:
    tokens of a span (3 or more) and of the text around it, at most.  ``names``: the share of spans
    that are titles and aliases.  ``kept``: the share of contexts with the span left in.
    """

    dimensions: int = 192
    vocabulary: int = 5_000
    characters: int = 3_000_000
    epochs: int = 300
    steps: int = 500
    batch: int = 256
    rate: float = 0.005
    scale: float = 15.0
    span: int = 12
    context: int = 64
    names: float = 0.5
    kept: float = 0.3
    seed: int = 0


def train(
    documents: Sequence[Document],
    directory: Path,
    *,
    recipe: Recipe | None = None,
    progress: Progress | None = None,
) -> None:
    """Train on ``documents`` and write the model to ``directory``.

    The same documents, recipe, machine and library versions give the same bytes.  Works for any
    number of documents, none included (the vectors are then random).
    """
    recipe = recipe or Recipe()
    tell = progress or (lambda step, done, total: None)
    tell("tokenizer", 0, 1)
    texts = texts_of(thin(documents, recipe.characters))
    tokenizer = train_tokenizer((part for text in texts for part in text), recipe.vocabulary)
    corpus = Corpus.of(tokenizer, texts)
    tell("tokenizer", 1, 1)
    with _one_thread():
        table = latent(corpus, tokenizer.get_vocab_size(), recipe)
        table = _fit(table, corpus, recipe, tell)
    save(tokenizer, table, directory)


def thin(documents: Sequence[Document], characters: int) -> Sequence[Document]:
    """Every n-th document, so that not many more than ``characters`` remain."""
    total = sum(min(len(document.body), _BOUND) for document in documents)
    return documents[:: max(1, -(-total // max(characters, 1)))]


def texts_of(documents: Iterable[Document]) -> list[tuple[str, ...]]:
    """Of each document, normalised: title, aliases, and the first 4,000 characters of its body."""
    return [
        tuple(
            normalise(text) for text in (document.title, *document.aliases, document.body[:_BOUND])
        )
        for document in documents
    ]


def train_tokenizer(texts: Iterable[str], vocabulary: int) -> Tokenizer:
    """A BPE tokenizer over runs of letters and of digits, at most ``vocabulary`` pieces."""
    tokenizer = Tokenizer(models.BPE(unk_token=_UNKNOWN))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Whitespace(),
            pre_tokenizers.Punctuation(),
            pre_tokenizers.Digits(individual_digits=False),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        min_frequency=2,
        special_tokens=[_UNKNOWN],
        max_token_length=6,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def save(tokenizer: Tokenizer, table: Floats, directory: Path) -> None:
    """Write a sentence-transformers model directory with ``table.npy`` beside it."""
    from safetensors.numpy import save_file

    directory.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(directory / "tokenizer.json"))
    np.save(directory / "table.npy", table)
    save_file({"embedding.weight": table}, directory / "model.safetensors")
    (directory / "modules.json").write_text(json.dumps(_MODULES))
    (directory / "config_sentence_transformers.json").write_text(json.dumps(_CONFIG))


@dataclass(frozen=True, slots=True)
class Corpus:
    """Token ids of all documents in a row: document ``d`` is ``ids[starts[d]:ends[d]]``.

    Its names (title and aliases) are ranges of it: name ``n`` is
    ``ids[name_starts[n]:name_ends[n]]``, and document ``d`` has the ``name_counts[d]`` names from
    ``name_firsts[d]`` on.
    """

    ids: Integers
    starts: Integers
    ends: Integers
    name_starts: Integers
    name_ends: Integers
    name_firsts: Integers
    name_counts: Integers

    @classmethod
    def of(cls, tokenizer: Tokenizer, texts: Sequence[Sequence[str]]) -> Corpus:
        """``texts``: of each document its names, then its body; those without tokens are none."""
        parts = [part for text in texts for part in text]
        lists = [
            one.ids
            for start in range(0, len(parts), _ENCODED_AT_ONCE)
            for one in tokenizer.encode_batch(
                parts[start : start + _ENCODED_AT_ONCE], add_special_tokens=False
            )
        ]
        cuts = np.cumsum([0, *map(len, lists)], dtype=np.int64)
        firsts = np.cumsum([0, *map(len, texts)], dtype=np.int64)
        names = np.diff(cuts) > 0
        names[firsts[1:] - 1] = False
        before = np.concatenate([[0], np.cumsum(names)])
        return cls(
            ids=np.fromiter((i for ids in lists for i in ids), np.int64, int(cuts[-1])),
            starts=cuts[firsts[:-1]],
            ends=cuts[firsts[1:]],
            name_starts=cuts[:-1][names],
            name_ends=cuts[1:][names],
            name_firsts=before[firsts[:-1]],
            name_counts=np.diff(before[firsts]),
        )


def latent(corpus: Corpus, pieces: int, recipe: Recipe) -> Floats:
    """The vectors of latent semantic analysis, shape (pieces, dimensions): idf × right vectors.

    BM25 weights with k1 1.2 and b 0.75.  Where the documents give fewer dimensions, the rest is
    faint noise; where they give none, all is noise.
    """
    noise = np.random.default_rng(recipe.seed).normal(0, 1, (pieces, recipe.dimensions))
    counts = _counts(corpus, pieces)
    held = np.bincount(counts.indices, minlength=pieces)
    idf = np.log1p((counts.shape[0] - held + 0.5) / (held + 0.5))
    width = min(recipe.dimensions, *(size - 1 for size in counts.shape))
    if width > 0 and counts.nnz:
        from sklearn.utils.extmath import randomized_svd

        weighted = _saturated(counts, idf)
        right = randomized_svd(weighted, width, n_iter=4, random_state=recipe.seed)[2].T
        found = right * idf[:, None]
        table = noise * _NOISE
        table[:, :width] += found * (_SPREAD / max(float(found.std()), 1e-12))
    else:
        table = noise * _SPREAD
    table[0] = 0  # [UNK]: what is not known points nowhere
    filled: Floats = table.astype(np.float32)
    return filled


def _counts(corpus: Corpus, pieces: int) -> csr_matrix[np.float64]:
    """How often each piece stands in each document; unknown ones are not counted."""
    from scipy.sparse import csr_matrix

    rows = np.repeat(np.arange(len(corpus.starts)), corpus.ends - corpus.starts)
    known = corpus.ids > 0
    ones = np.ones(int(known.sum()))
    shape = (len(corpus.starts), pieces)
    return csr_matrix((ones, (rows[known], corpus.ids[known])), shape=shape)


def _saturated(counts: csr_matrix[np.float64], idf: Doubles) -> csr_matrix[np.float64]:
    """BM25's weight of every piece in every document."""
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    damped = _K1 * (1 - _B + _B * lengths / lengths.mean())
    weighted = counts.copy()
    rows = np.repeat(damped, np.diff(counts.indptr))
    weighted.data = idf[counts.indices] * counts.data / (counts.data + rows)
    return weighted


@contextmanager
def _one_thread() -> Iterator[None]:
    """Sums in one order, hence the same bytes; and no slower for matrices of this size."""
    import scipy.linalg  # noqa: F401 - its BLAS is only limited once it is loaded
    import torch
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(before)


def _fit(table: Floats, corpus: Corpus, recipe: Recipe, tell: Progress) -> Floats:
    import torch

    usable = np.flatnonzero(corpus.ends - corpus.starts >= 2 * _SHORTEST)
    total = min(recipe.steps, -(-len(usable) * recipe.epochs // recipe.batch))
    rng = np.random.default_rng(recipe.seed)
    weights = torch.from_numpy(table).requires_grad_()
    optimiser = torch.optim.Adam([weights], lr=recipe.rate, fused=True)
    for step in range(total):
        for group in optimiser.param_groups:
            group["lr"] = recipe.rate * (1 - step / total)
        optimiser.zero_grad()
        drawn = draw(corpus, usable, recipe, rng)
        _loss(weights, drawn, recipe.scale).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        tell("encoder", step + 1, total)
    fitted: Floats = weights.detach().numpy()
    return fitted


class Bags(NamedTuple):
    """Token ids of texts in a row, and where each begins."""

    ids: Integers
    offsets: Integers


@dataclass(frozen=True, slots=True)
class Drawn:
    """A batch: spans, the texts around them, and the numbers of the documents they are from."""

    spans: Bags
    contexts: Bags
    documents: Integers


def draw(corpus: Corpus, usable: Integers, recipe: Recipe, rng: np.random.Generator) -> Drawn:
    """A batch of spans, each with text of its document, drawn from the documents ``usable``."""
    documents = rng.choice(usable, recipe.batch)
    first, last = corpus.starts[documents], corpus.ends[documents]
    width = rng.integers(_SHORTEST, np.minimum(recipe.span, (last - first) // 2) + 1)
    start = rng.integers(first, last - width + 1)
    end = start + width
    left = start - rng.integers(0, recipe.context, recipe.batch)
    if len(corpus.name_starts):
        counts = corpus.name_counts[documents]
        named = (counts > 0) & (rng.random(recipe.batch) < recipe.names)
        name = corpus.name_firsts[documents] + rng.integers(0, np.maximum(counts, 1))
        name = np.minimum(name, len(corpus.name_starts) - 1)
        start = np.where(named, corpus.name_starts[name], start)
        end = np.where(named, corpus.name_ends[name], end)
        anywhere = rng.integers(first, np.maximum(last - recipe.context, first) + 1)
        left = np.where(named, anywhere, left)
    left = np.maximum(left, first)
    right = np.minimum(left + recipe.context + width, last)
    positions, lengths = _ranges(left, right)
    inside = (positions >= np.repeat(start, lengths)) & (positions < np.repeat(end, lengths))
    whole = rng.random(recipe.batch) < recipe.kept
    whole |= (start <= left) & (right <= end)  # else nothing would remain
    stays = ~inside | np.repeat(whole, lengths)
    remain = np.add.reduceat(stays, np.cumsum(lengths) - lengths)
    taken, widths = _ranges(start, end)
    return Drawn(
        spans=Bags(corpus.ids[taken], np.cumsum(widths) - widths),
        contexts=Bags(corpus.ids[positions[stays]], np.cumsum(remain) - remain),
        documents=documents,
    )


def _ranges(starts: Integers, ends: Integers) -> tuple[Integers, Integers]:
    """The positions of all ranges one after the other, and the length of each range."""
    lengths = ends - starts
    offsets = np.cumsum(lengths) - lengths
    return np.arange(lengths.sum()) + np.repeat(starts - offsets, lengths), lengths


def _loss(weights: torch.Tensor, drawn: Drawn, scale: float) -> torch.Tensor:
    """Cross-entropy both ways over scaled cosines; pairs of one document are no negatives."""
    import torch

    scores = _embed(weights, drawn.spans) @ _embed(weights, drawn.contexts).T * scale
    groups = torch.from_numpy(drawn.documents)
    same = (groups[:, None] == groups[None, :]).fill_diagonal_(fill_value=False)
    scores = scores.masked_fill(same, -1e4)
    truth = torch.arange(len(groups))
    forwards = torch.nn.functional.cross_entropy(scores, truth)
    backwards = torch.nn.functional.cross_entropy(scores.T, truth)
    return (forwards + backwards) / 2


def _embed(weights: torch.Tensor, bags: Bags) -> torch.Tensor:
    import torch

    ids, offsets = (torch.from_numpy(part) for part in bags)
    means = torch.nn.functional.embedding_bag(ids, weights, offsets, mode="mean", padding_idx=0)
    return torch.nn.functional.normalize(means, dim=1)
