"""Trains a static embedding on the very texts of a release, while its index is built.

Pairs that belong together (title and text, alias and name, a sentence and the next, a piece of a
title and the whole) are drawn near each other and away from the other pairs of their batch: the
loss of sentence-transformers' MultipleNegativesRankingLoss, in a plain torch loop.  The result is
a sentence-transformers model directory, written without importing that library (7–9 s), with the
table once more as ``table.npy``.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from retrieval.analyzer import normalise
from retrieval.types import Document, Progress

if TYPE_CHECKING:
    import torch

_SENTENCE = re.compile(r"[^。；;！!？?\n]+")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How to train.  ``epochs``: passes over the pairs, but ``steps`` batches at most."""

    dimensions: int = 192
    vocabulary: int = 5_000
    epochs: int = 8
    steps: int = 600
    batch: int = 256
    rate: float = 0.02
    scale: float = 6.0
    sentences: int = 24
    seed: int = 0


class Pair(NamedTuple):
    """Two texts that belong together, and the number of their document."""

    left: str
    right: str
    group: int


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
    pairs = thin(list(pairs_of(documents, recipe)), recipe.steps * recipe.batch)
    tell("tokenizer", 0, 1)
    tokenizer = train_tokenizer((text for pair in pairs for text in pair[:2]), recipe.vocabulary)
    tell("tokenizer", 1, 1)
    with _one_thread():
        table = _fit(tokenizer, pairs, recipe, tell)
    save(tokenizer, table, directory)


def pairs_of(documents: Sequence[Document], recipe: Recipe) -> Iterator[Pair]:
    """Pairs of normalised texts; pieces of titles are cut at random, seeded by the recipe."""
    cut = random.Random(recipe.seed)  # noqa: S311 - not for secrets
    for group, document in enumerate(documents):
        title = normalise(document.title)
        sentences = split(document.body)[: recipe.sentences]
        names = [title, *(normalise(alias) for alias in document.aliases)]
        texts = [
            *((title, alias) for alias in names[1:]),
            *((cut.choice(names), sentence) for sentence in sentences),
            *pairwise(sentences),
            *((_piece(name, cut), name) for name in names for _ in range(2)),
        ]
        yield from (
            Pair(left, right, group) for left, right in texts if left and right and left != right
        )


def thin(pairs: Sequence[Pair], limit: int) -> Sequence[Pair]:
    """Every n-th pair, so that not many more remain than training can look at."""
    return pairs[:: max(1, len(pairs) // max(limit, 1))]


def split(text: str) -> list[str]:
    """The sentences of a text, normalised, of two characters and more, each at most 200 long."""
    found = (sentence.strip()[:200] for sentence in _SENTENCE.findall(normalise(text)))
    return [sentence for sentence in found if len(sentence) > 1]


def _piece(text: str, cut: random.Random) -> str:
    """A random piece of a name: half of its length or more, as people leave words out."""
    length = cut.randint(max(1, len(text) // 2), max(1, len(text)))
    start = cut.randint(0, len(text) - length) if text else 0
    return text[start : start + length]


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


def save(tokenizer: Tokenizer, table: NDArray[np.float32], directory: Path) -> None:
    """Write a sentence-transformers model directory with ``table.npy`` beside it."""
    from safetensors.numpy import save_file

    directory.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(directory / "tokenizer.json"))
    np.save(directory / "table.npy", table)
    save_file({"embedding.weight": table}, directory / "model.safetensors")
    (directory / "modules.json").write_text(json.dumps(_MODULES))
    (directory / "config_sentence_transformers.json").write_text(json.dumps(_CONFIG))


@contextmanager
def _one_thread() -> Iterator[None]:
    """Sums in one order, hence the same bytes; and no slower for matrices of this size."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _fit(
    tokenizer: Tokenizer, pairs: Sequence[Pair], recipe: Recipe, tell: Progress
) -> NDArray[np.float32]:
    import torch

    generator = torch.Generator().manual_seed(recipe.seed)
    weights = torch.empty(tokenizer.get_vocab_size(), recipe.dimensions)
    weights.normal_(std=0.1, generator=generator)
    weights[0] = 0  # [UNK]: what is not known points nowhere
    weights.requires_grad_()
    optimiser = torch.optim.Adam([weights], lr=recipe.rate)
    bags = _Bags.of(tokenizer, pairs)
    total = min(recipe.steps, -(-len(pairs) // recipe.batch) * recipe.epochs)
    for step, chosen in enumerate(_batches(len(pairs), recipe, total, generator)):
        for group in optimiser.param_groups:
            group["lr"] = recipe.rate * (1 - step / total)
        optimiser.zero_grad()
        _loss(weights, bags, chosen, recipe.scale).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        tell("encoder", step + 1, total)
    table: NDArray[np.float32] = weights.detach().numpy()
    return table


@dataclass(frozen=True, slots=True)
class _Bags:
    """Token ids of both sides of all pairs: side s of pair i is ``ids[s][starts[i]:ends[i]]``."""

    sides: tuple[tuple[torch.Tensor, torch.Tensor], ...]
    groups: torch.Tensor

    @classmethod
    def of(cls, tokenizer: Tokenizer, pairs: Sequence[Pair]) -> _Bags:
        import torch

        def side(texts: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
            found = tokenizer.encode_batch(texts, add_special_tokens=False)
            lists = [one.ids[:64] or [0] for one in found]
            ends = np.cumsum([0, *map(len, lists)])
            return torch.tensor([i for ids in lists for i in ids]), torch.from_numpy(ends)

        return cls(
            sides=(side([pair.left for pair in pairs]), side([pair.right for pair in pairs])),
            groups=torch.tensor([pair.group for pair in pairs]),
        )


def _batches(
    count: int, recipe: Recipe, total: int, generator: torch.Generator
) -> Iterator[torch.Tensor]:
    import torch

    done = 0
    while done < total:
        order = torch.randperm(count, generator=generator)
        for start in range(0, count, recipe.batch):
            chosen = order[start : start + recipe.batch]
            if done == total:
                return
            yield chosen
            done += 1


def _loss(weights: Any, bags: _Bags, chosen: torch.Tensor, scale: float) -> torch.Tensor:
    """Cross-entropy both ways over scaled cosines; pairs of one document are no negatives."""
    import torch

    left, right = (_embed(weights, side, chosen) for side in bags.sides)
    scores = left @ right.T * scale
    groups = bags.groups[chosen]
    same = (groups[:, None] == groups[None, :]).fill_diagonal_(fill_value=False)
    scores = scores.masked_fill(same, -1e4)
    truth = torch.arange(len(chosen))
    forwards = torch.nn.functional.cross_entropy(scores, truth)
    backwards = torch.nn.functional.cross_entropy(scores.T, truth)
    return (forwards + backwards) / 2


def _embed(weights: Any, side: tuple[Any, Any], chosen: torch.Tensor) -> torch.Tensor:
    import torch

    ids, ends = side
    starts, lengths = ends[chosen], ends[chosen + 1] - ends[chosen]
    offsets = torch.cumsum(lengths, 0) - lengths
    inside = torch.arange(int(lengths.sum())) - torch.repeat_interleave(offsets, lengths)
    picked = ids[torch.repeat_interleave(starts, lengths) + inside]
    means = torch.nn.functional.embedding_bag(picked, weights, offsets, mode="mean", padding_idx=0)
    return torch.nn.functional.normalize(means, dim=1)
