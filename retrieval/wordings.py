"""Which record people mean who ask in their own words: a linear model over character n-grams.

Learned while the index is built, from the wordings that records list (``asked``) beside their names
and frequent questions: one support vector machine a record (one against the rest, squared hinge
loss, scikit-learn's ``LinearSVC``) over TF-IDF of single characters and pairs, of the text with the
lexicon's official words behind it.  What people also ask, and no record answers, is one more class:
how strong it is tells when to say so.  A release whose records list no wordings has no such model.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.lexicon import Lexicon
from retrieval.types import Document, Scored

KIND = "asked"
"""The kind of documents that are only learned from, never found."""

OUTSIDE = ""
"""Stands for the code of a record where none answers."""

_C, _LEAST_TEXTS = 0.5, 2
_TOLERANCES = (1.0, 0.1)
"""The first is quick (a tenth of the time of the second) and may end a fit after its first pass."""
_LEARNED, _EVERY = 0.8, 20
"""The least share of every so manieth text that a finished fit gets right."""
_MOST_ADDED = 20
"""How many records the model may add to those that the rankings found."""


def split(documents: Iterable[Document]) -> tuple[list[Document], list[Document]]:
    """Documents to search, and wordings to learn from."""
    searched: list[Document] = []
    learned: list[Document] = []
    for document in documents:
        (learned if document.kind == KIND else searched).append(document)
    return searched, learned


class OutsideError(ValueError):
    """A file of questions that no record answers cannot be read; the message names the remedy."""


def load_outside(folder: Path) -> tuple[str, ...]:
    """The questions that no record answers: of all ``*.yaml`` of a folder, each a list of strings.

    Raises ``OutsideError`` with the file.
    """
    import yaml  # not needed to search

    found: list[str] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            loaded = yaml.safe_load(path.read_text("utf-8"))
        except (yaml.YAMLError, ValueError) as error:
            raise OutsideError(f"{path}：须为 UTF-8 编码的 YAML：{error}") from error
        if not isinstance(loaded, list) or not all(isinstance(one, str) for one in loaded):
            raise OutsideError(f"{path}：须为一列问题，每行以 “- ” 开头，写在双引号里")
        found += loaded
    return tuple(found)


def learn(
    documents: Sequence[Document],
    wordings: Sequence[Document],
    lexicon: Lexicon,
    directory: Path,
    outside: Sequence[str] = (),
) -> bool:
    """Fit and write the model; nothing is written, and ``False`` returned, for under two records.

    ``documents`` are those of the index, in its order; ``outside``: questions that no demonstration
    record answers.  Beside a city's own records neither these nor the wordings of demonstration
    records are learned: they would draw questions away from them.
    """
    official = any(one.kind == "item" and not one.demonstration for one in documents)
    texts: defaultdict[str, list[str]] = defaultdict(list)
    for one in wordings:
        if not (official and one.demonstration):
            texts[one.record].append(one.title)
    if len(texts) < _LEAST_TEXTS:
        return False
    for one in documents:
        if one.record in texts:
            texts[one.record] += [one.title, *one.aliases]
    if outside and not official:
        texts[OUTSIDE] = list(outside)
    records = sorted(texts)
    said = [read(text, lexicon) for code in records for text in texts[code]]
    truth = [number for number, code in enumerate(records) for _ in texts[code]]
    features, idf = _vocabulary(said)
    coefficients, bias = _fit([vector(text, features, idf) for text in said], truth, len(features))
    number = {code: at for at, code in enumerate(records)}
    of_document = np.array([number.get(one.record, -1) for one in documents], dtype=np.int32)
    np.savez(
        directory / "wordings.npz",
        idf=idf,
        bias=bias,
        of_document=of_document,
        first=_first(of_document, len(records)),
    )
    np.save(directory / "wordings.npy", coefficients.astype(np.float16))
    (directory / "wordings.json").write_text(
        json.dumps({"records": records, "features": list(features)}, ensure_ascii=False), "utf-8"
    )
    return True


def read(text: str, lexicon: Lexicon) -> str:
    """What the model reads: the normalised text and the official words for it."""
    expansion = lexicon.expand(text)
    return " ".join((expansion.text, *expansion.added))


def grams(text: str) -> Iterator[str]:
    """Every character and pair of characters; of Latin letters also every word, its beginning, and
    every two words in a row (marked, so that no word is taken for a pair)."""
    words = _LATIN.findall(text)
    return chain(
        text,
        (text[n : n + 2] for n in range(len(text) - 1)),
        (f"={word}" for word in words),
        (f"^{word[:4]}" for word in words if len(word) > 4),
        (f"={one} {other}" for one, other in pairwise(words)),
    )


_LATIN = re.compile(r"[a-z]{2,}")


def vector(
    text: str, features: dict[str, int], idf: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Columns and values of a text: (1 + ln tf) · idf, of unit length; each of shape (found,)."""
    counts = Counter(gram for gram in grams(text) if gram in features)
    columns = np.array([features[gram] for gram in counts], dtype=np.int64)
    values = 1 + np.log(np.array(list(counts.values()), dtype=np.float32))
    values = values * idf[columns]
    length = float(np.linalg.norm(values)) or 1.0
    return columns, (values / length).astype(np.float32)


def _vocabulary(texts: Sequence[str]) -> tuple[dict[str, int], NDArray[np.float32]]:
    """The n-grams of at least two texts, and ln((1 + n) / (1 + df)) + 1 of each."""
    frequency = Counter(gram for text in texts for gram in set(grams(text)))
    kept = sorted(gram for gram, count in frequency.items() if count >= _LEAST_TEXTS)
    counts = np.array([frequency[gram] for gram in kept], dtype=np.float32)
    idf = np.log((1 + len(texts)) / (1 + counts)) + 1
    return {gram: at for at, gram in enumerate(kept)}, idf.astype(np.float32)


def _fit(
    vectors: Sequence[tuple[NDArray[np.int64], NDArray[np.float32]]],
    truth: Sequence[int],
    features: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coefficients of shape (features, records) and the bias of each record."""
    from scipy.sparse import csr_matrix
    from sklearn.svm import LinearSVC

    starts = np.cumsum([0, *(len(columns) for columns, _ in vectors)])
    columns = np.concatenate([columns for columns, _ in vectors])
    values = np.concatenate([values for _, values in vectors])
    matrix = csr_matrix((values, columns, starts), shape=(len(vectors), features))
    for tolerance in _TOLERANCES:
        model = LinearSVC(C=_C, tol=tolerance, random_state=0).fit(matrix, truth)
        if model.score(matrix[::_EVERY], truth[::_EVERY]) >= _LEARNED:
            break
    coefficients, bias = model.coef_.T, model.intercept_
    if coefficients.shape[1] == 1:  # two records are told apart by one line
        return np.hstack([-coefficients, coefficients]), np.concatenate([-bias, bias])
    return coefficients, bias


def _first(of_document: NDArray[np.int32], records: int) -> NDArray[np.int64]:
    """The first document of each record, in which the record itself is written."""
    first = np.full(records, -1, dtype=np.int64)
    for position in range(len(of_document) - 1, -1, -1):
        if of_document[position] >= 0:
            first[of_document[position]] = position
    return first


@dataclass(frozen=True, slots=True, kw_only=True)
class Wordings:
    """The model as it is used.

    ``coefficients``: (features, records), half precision, on disk; ``of_document``: the number of
    each document's record, -1 for those that list no wordings; ``first``: the first document of
    each record, -1 for what no record answers; ``outside``: the number of that, if it was learned.
    """

    features: dict[str, int]
    idf: NDArray[np.float32]
    coefficients: NDArray[np.float16]
    bias: NDArray[np.float64]
    of_document: NDArray[np.int32]
    first: NDArray[np.int64]
    outside: int | None = None

    @classmethod
    def load(cls, directory: Path) -> Wordings | None:
        """What :func:`learn` wrote; ``None`` if it wrote nothing."""
        path = directory / "wordings.json"
        if not path.is_file():
            return None
        named = json.loads(path.read_text("utf-8"))
        with (directory / "wordings.npz").open("rb") as file, np.load(file) as stored:
            arrays = {name: stored[name] for name in stored.files}
        return cls(
            features={gram: at for at, gram in enumerate(named["features"])},
            idf=arrays["idf"],
            coefficients=np.load(directory / "wordings.npy", mmap_mode="r"),
            bias=arrays["bias"],
            of_document=arrays["of_document"],
            first=arrays["first"],
            outside=named["records"].index(OUTSIDE) if OUTSIDE in named["records"] else None,
        )

    def strengths(self, text: str) -> NDArray[np.float32]:
        """How clearly each record is meant: 0 at the far side of the margin, 2 at the near one.

        ``text`` as :func:`read` gives it.  Of shape (records,).
        """
        columns, values = vector(text, self.features, self.idf)
        rows = np.asarray(self.coefficients[columns], dtype=np.float32)
        margins: NDArray[np.float32] = values @ rows + self.bias.astype(np.float32)
        return np.maximum(margins + 1, 0).astype(np.float32, copy=False)

    def rank(self, strengths: NDArray[np.float32], positions: NDArray[np.int64]) -> Scored:
        """The strength of each document found (``positions``) whose record lists wordings, and of
        the records most meant."""
        most = np.argsort(-strengths, kind="stable")[:_MOST_ADDED]
        added = self.first[most[(strengths[most] > 0) & (self.first[most] >= 0)]]
        every = np.unique(np.concatenate([positions, added]))
        worded = every[self.of_document[every] >= 0]
        return Scored(positions=worded, scores=strengths[self.of_document[worded]])
